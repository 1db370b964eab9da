// SPDX-License-Identifier: MIT
// The environment interface: a constant table of functions and facts, the same for the built-in
// environments and for one's own (see examples/own_environment.c).
//
// The host owns the memory of each instance: `instance_size` zeroed, 64-byte aligned bytes. A
// trainer calls one instance from one thread at a time, different instances from several threads,
// so an environment may keep nothing outside its instance, but memory it has taken. With worker
// processes all functions of an instance run in the same child of the trainer's process, where no
// file but the standard three is open that was open before: open what you need in `init`.
//
// Episode ends follow Gymnasium: `terminated` is the task's own end, `truncated` an end from
// outside such as a time limit (those named by `max_episode_steps` are applied by the host). After
// either, the host calls `reset`.
#ifndef PPO_ENV_H
#define PPO_ENV_H

#include "ppo/space.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_ENV_ABI_VERSION 1u

// How the ids of Gymnasium's environments begin, which run in Python processes of their own.
#define PPO_ENV_GYMNASIUM "gym:"

struct ppo_game_info; // ppo/atari.h

// What a step says besides its observation.
typedef struct ppo_transition {
    double reward;
    bool terminated;
    bool truncated;
    bool life_lost; // with `terminated`: what ends here is an episode for learning, but the game
                    // goes on after `reset`, and its return and length are counted on
    bool lost;      // the instance has broken down: this step did not take place, and the
                    // observation need not be written. The host starts a fresh episode with a
                    // seed; learning leaves the step out, and statistics the episode
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
                          // run starts a fresh episode in this environment

    // Handed to `init`: what all instances of a class share and don't change, e.g. a cartridge.
    const void *context;

    // True if `step` repeats an action itself as its options say, so that the host must not.
    bool skips_frames;

    // Prepares a zeroed instance. Optional.
    ppo_status (*init)(void *self, const void *context, ppo_error *error);

    // Frees what init took. Optional.
    void (*release)(void *self);

    // Starts an episode and writes its first observation. With `seed`, the random stream starts
    // anew from *seed; with NULL it goes on (the first reset always gets a seed).
    ppo_status (*reset)(void *self, const uint64_t *seed, void *observation, ppo_error *error);

    // Advances one step. `action` holds int32_t[size] for the discrete kinds and float[size] for a
    // box; `observation` is written in place. `transition` comes zeroed.
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

    // --- end of the table of version 0.1.0: a class whose struct_size is this much is welcome ---

    // Draws the same into `height` rows of `width` pixels: the whole scene, undistorted, in the
    // middle. Optional, beside render: pictures of a class without it grow by whole factors.
    void (*draw)(const void *self, unsigned char *rgb, uint32_t width, uint32_t height);

    // Advances `count` instances at once, as `step` would one after the other: actions and
    // observations lie row by row, transitions [count] come zeroed. Optional, beside step; used in
    // its place where an action is not repeated (frame_skip 1). Any number of instances in any
    // order; several calls at once, for different instances. What they share, `context` finds.
    ppo_status (*step_many)(void *const *selves, size_t count, const void *actions,
                            void *observations, ppo_transition *transitions, ppo_error *error);
    size_t step_many_size; // instances that are best stepped together, up to 64; 0: as it comes

    // Which actions are allowed in the instance as it stands: a byte for each value of a discrete
    // action, 0 or 1; for several components (sum of num_values bytes) one component after the
    // other, at least one 1 in each. It comes as all 1. Optional, for actions that are no box;
    // asked after each reset and step. Forbidden actions are never taken.
    void (*action_mask)(const void *self, uint8_t *allowed);

    // The library's own, for classes that it makes to order: what ppo_env_close calls. NULL in
    // others.
    void (*close)(const struct ppo_env_class *env);
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

// The class with this id; fails with PPO_NOT_FOUND and names the nearest id. PPO_INVALID where it
// has to be made to order.
PPO_API ppo_status ppo_env_find(const ppo_env_class **env, const char *id, ppo_error *error);

// What environments that are made to order are told: the Atari games (docs/atari.md says what they
// do with it), below the landers (docs/box2d.md), and Gymnasium's environments (docs/gymnasium.md).
// Others ignore it.
typedef struct ppo_env_options {
    const char *rom_dir;        // where cartridges are, before the usual places; NULL or "": none
    uint32_t frame_skip;        // frames per step, the last two of which are seen; at least 1
    uint32_t noop_max;          // up to so many frames without action begin an episode
    uint32_t screen_size;       // height and width of the observation; 0: the whole screen
    bool grayscale;             // one channel rather than red, green, blue
    bool max_pool;              // the observation is the maximum of a step's last two frames
    bool fire_reset;            // press FIRE at the beginning, where the game knows it
    bool terminal_on_life_loss; // see ppo_transition.life_lost

    bool enable_wind;        // gusts push and turn the lander
    double wind_power;       // N, the strongest push
    double turbulence_power; // Nm, the strongest turn
    double gravity;          // m/s^2 in (-12, 0); 0: the task's own, -10

    const char *python;         // program, or folder of a virtual environment; NULL or "": python3
    const char *env_kwargs;     // of gymnasium.make, a JSON object; NULL or "": none
    uint32_t max_episode_steps; // time limit; 0: the environment's own
    uint32_t num_envs;          // about how many will be stepped together; 0: not known
    uint32_t num_workers;       // Python processes; 0: one per environment, up to one per core
    double env_timeout;         // seconds without progress after which one is ended; 0: never
    const char *worker_log;     // file to which their output is appended; NULL: it goes to stderr
} ppo_env_options;

// The class for this id, made to order where that is needed. Close it once nothing uses it. Fails
// like ppo_env_find, and with PPO_NOT_FOUND where a cartridge is missing.
PPO_API ppo_status ppo_env_open(const ppo_env_class **env, const char *id,
                                const ppo_env_options *options, ppo_error *error);
PPO_API void ppo_env_close(const ppo_env_class *env);

// Checks a class's table: version, sizes, spaces, required functions. A trainer does so itself.
PPO_API ppo_status ppo_env_class_check(const ppo_env_class *env, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
