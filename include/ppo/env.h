// SPDX-License-Identifier: MIT
// The environment interface: a constant table of functions and facts, the same for the built-in
// environments and for one's own (see examples/own_environment.c).
//
// Memory. The host owns each instance: `instance_size` bytes, zeroed, 64-byte aligned. The table
// and what it points to must outlive all instances.
//
// Threads. The host calls the functions of one instance from one thread at a time, those of
// different instances from several threads at once, so an environment keeps all that changes in its
// instance or in memory that `init` has allocated for it. `init` is never called by two threads at
// once. With worker processes all functions of an instance run in the same child of the trainer's
// process, in which no file of the parent is open but the standard three: open files in `init`. The
// functions declared below may be called from any thread; a class must not be closed while it is
// used.
//
// Errors. A function that fails returns a status and writes a sentence to `error`, which is never
// NULL. PPO_ENV_FAILED is the usual status; PPO_STOPPED, and a number that is not in
// PPO_STATUS_LIST, count as that.
//
// Episode ends follow Gymnasium: `terminated` is the task's own end, `truncated` an end from
// outside such as a time limit (`max_episode_steps` is applied by the host). After either, the host
// calls `reset`.
#ifndef PPO_ENV_H
#define PPO_ENV_H

#include "ppo/space.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_ENV_ABI_VERSION 1u

// Prefix of the ids of Gymnasium's environments, which run in Python processes.
#define PPO_ENV_GYMNASIUM "gym:"

struct ppo_game_info;   // ppo/atari.h
struct ppo_game_scores; // likewise

// What a step reports besides its observation.
typedef struct ppo_transition {
    double reward;
    bool terminated;
    bool truncated;
    bool life_lost; // with `terminated`: an episode ends for learning, but the game goes on after
                    // `reset` (without a seed), and so do its return and length
    bool lost;      // the instance has failed: this step did not take place, and the observation
                    // need not be written. The host begins a new episode from a seed; learning
                    // leaves out the step, and statistics leave out the episode
} ppo_transition;

typedef struct ppo_env_class {
    uint32_t struct_size; // sizeof(ppo_env_class), so that the table can grow at its end
    uint32_t abi_version; // PPO_ENV_ABI_VERSION

    const char *id;      // e.g. "CartPole-v1"
    const char *summary; // one line for `ppo envs`
    ppo_space observation_space;
    ppo_space action_space;
    uint32_t max_episode_steps; // time limit in steps; 0: none
    double reward_threshold;    // average return that counts as solved; NAN: none

    size_t instance_size; // bytes of one instance
    size_t state_size;    // bytes that save_state writes; 0: state can't be saved, and a resumed
                          // run begins a new episode in this environment

    // Passed to `init`: what all instances of a class share and don't change, e.g. a cartridge.
    const void *context;

    // True if `step` repeats an action itself, so that the host must not (frame_skip).
    bool skips_frames;

    // Prepares a zeroed instance. Optional.
    ppo_status (*init)(void *self, const void *context, ppo_error *error);

    // Frees what `init` has allocated. Optional.
    void (*release)(void *self);

    // Begins an episode and writes its first observation. With `seed`, the random stream starts
    // anew from *seed and so does the game, also after a lost life; with NULL the stream goes on
    // (the first reset always gets a seed).
    ppo_status (*reset)(void *self, const uint64_t *seed, void *observation, ppo_error *error);

    // Advances one step. `action` holds int32_t[size] for the discrete kinds and float[size] for a
    // box, of a tuple or dict those of its leaves one after another; `observation` is written in
    // place. `transition` is zeroed before.
    ppo_status (*step)(void *self, const void *action, void *observation,
                       ppo_transition *transition, ppo_error *error);

    // Save and restore everything that a later step depends on, random stream included. Both NULL
    // with state_size == instance_size: the instance itself is the state, copied byte for byte.
    void (*save_state)(const void *self, void *state);
    ppo_status (*load_state)(void *self, const void *state, ppo_error *error);

    // Draws the instance as it stands: render_height rows of render_width pixels from the top, each
    // red, green, blue. Changes nothing. Optional: a class without it, its sizes then 0, can't be
    // filmed.
    void (*render)(const void *self, unsigned char *rgb);
    uint32_t render_width, render_height; // up to 4096
    double render_fps;                    // steps that are a second; 0: 30
    const uint32_t *render_colours;       // [num_render_colours] 0xRRGGBB, if pictures are made of
    uint32_t num_render_colours;          // these alone, which makes GIFs small; 0: of any

    // --- version 0.1.0 ends here; any larger struct_size is accepted, and fields that a table does
    // not have whole are absent ---

    // Draws the same into `height` rows of `width` pixels: the whole scene, undistorted, in the
    // middle. Optional, beside render: pictures of a class without it grow by whole factors.
    void (*draw)(const void *self, unsigned char *rgb, uint32_t width, uint32_t height);

    // Advances `count` instances at once, as `step` would one after the other: actions and
    // observations lie row by row, transitions [count] are zeroed before. Optional, beside step;
    // used in its place where an action is not repeated (frame_skip 1). Any number of instances
    // in any order; several threads may call it at once, for different instances.
    ppo_status (*step_many)(void *const *selves, size_t count, const void *actions,
                            void *observations, ppo_transition *transitions, ppo_error *error);
    size_t step_many_size; // instances that are best stepped together, up to 64; 0: any number

    // Which actions are allowed in the instance as it stands: a byte for each value of a discrete
    // action, 0 or 1; for several components (sum of num_values bytes) one component after the
    // other, at least one 1 in each. A real component of a tuple or dict has one byte, which means
    // nothing. All are 1 before. Optional, not for actions that are all real; called after each
    // reset and step. Forbidden actions are never taken.
    void (*action_mask)(const void *self, uint8_t *allowed);

    // For the library's own classes. NULL in all others.
    const void *extension;
} ppo_env_class;

// Bytes of the table that every class has.
#define PPO_ENV_CLASS_MIN_SIZE offsetof(ppo_env_class, draw)

// The built-in environments, in the order in which they are listed.
PPO_API size_t ppo_env_count(void);
PPO_API const ppo_env_class *ppo_env_at(size_t index);

// All ids that ppo_env_open knows: those of the classes above, then those of the Atari games, whose
// cartridges may be missing. False, and nothing written, past the last.
PPO_API bool ppo_env_id_at(char *id, size_t size, size_t index);

// The game that an id is about (ppo/atari.h); NULL if it is not that of an Atari game.
PPO_API const struct ppo_game_info *ppo_env_game(const char *id);

// An id of an Atari game and what it says about steps.
typedef struct ppo_game_id {
    char id[64];
    double sticky_prob;          // in each frame the last action is repeated with this probability
    uint32_t min_skip, max_skip; // frames of a step, drawn for each; 0: the option frame_skip
} ppo_game_id;

// All ids of a game, also those of Gymnasium's older forms, which ppo_env_id_at leaves out. False,
// and nothing written, past the last.
PPO_API bool ppo_env_game_id_at(ppo_game_id *id, const struct ppo_game_info *game, size_t index);

// What papers report for the game of an open class (ppo/atari.h); NULL if they report nothing, or
// about another version of the cartridge.
PPO_API const struct ppo_game_scores *ppo_env_reported_scores(const ppo_env_class *env);

// The same by an id, supposing the listed version.
PPO_API const struct ppo_game_scores *ppo_env_id_reported_scores(const char *id);

// The families of environments, by the form of their ids.
typedef enum ppo_env_kind {
    PPO_ENV_KIND_NONE,      // no environment's id
    PPO_ENV_KIND_CLASSIC,   // CartPole-v1, ...
    PPO_ENV_KIND_BOX2D,     // LunarLander-v3, ...
    PPO_ENV_KIND_ATARI,     // Rally, PongNoFrameskip-v4, ALE/Pong-v5, atari:FILE, ...
    PPO_ENV_KIND_PLUGIN,    // PATH.so, PATH.so:NAME (ppo/plugin.h)
    PPO_ENV_KIND_GYMNASIUM, // gym:ID
} ppo_env_kind;

// Which family an id belongs to, by its form alone: nothing is opened or loaded. Classes of the
// first two are always there (ppo_env_find); those of the others are made by ppo_env_open.
PPO_API ppo_env_kind ppo_env_id_kind(const char *id);

// The class of ppo_env_at with this id. Fails with PPO_NOT_FOUND and names the nearest id.
PPO_API ppo_status ppo_env_find(const ppo_env_class **env, const char *id, ppo_error *error);

typedef struct ppo_env_options ppo_env_options; // ppo/env_options.h

// The class for this id, which may be made from the options (NULL: ppo_env_options_default). Close
// it once no instance of it is left. NULL on failure: PPO_NOT_FOUND where there is no such
// environment, file or cartridge (the sentence names the nearest id), PPO_INVALID for an option
// that the family can't take, PPO_UNSUPPORTED where the build lacks a part; plug-ins also fail like
// ppo_plugin_resolve, environments in Python with PPO_ENV_FAILED.
PPO_API ppo_status ppo_env_open(const ppo_env_class **env, const char *id,
                                const ppo_env_options *options, ppo_error *error);

// Frees what ppo_env_open made. Does nothing for NULL and for classes that are always there.
PPO_API void ppo_env_close(const ppo_env_class *env);

// What a thread is stepping.
typedef struct ppo_env_place {
    size_t first;          // number of the environment, among those of all ranks
    size_t count;          // ... and how many are stepped by one call, by step_many; else 1
    uint64_t episode_step; // of the first one, from 1; 0: its episode has not begun
} ppo_env_place;

// Where the calling thread is in functions of environments that a trainer, an agent or a ppo_vec
// has called. False, and nothing written, if it is in none. A signal's handler may ask: so a crash
// gets a name.
PPO_API bool ppo_env_running(ppo_env_place *place);

// Checks a class's table: version, sizes, spaces, required functions. PPO_INVALID with a sentence
// that names the first mistake. A trainer does so itself.
PPO_API ppo_status ppo_env_class_check(const ppo_env_class *env, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
