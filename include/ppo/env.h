// SPDX-License-Identifier: MIT
// The environment interface: a constant table of functions and facts, the same for the built-in
// environments and for one's own (see examples/own_environment.c).
//
// The host owns the memory of each instance: `instance_size` zeroed, 64-byte aligned bytes. A
// trainer calls one instance from one thread at a time, different instances from several threads,
// so an environment may keep nothing outside its instance. Episode ends follow Gymnasium:
// `terminated` is the task's own end, `truncated` an end from outside such as a time limit (those
// named by `max_episode_steps` are applied by the host). After either, the host calls `reset`.
#ifndef PPO_ENV_H
#define PPO_ENV_H

#include "ppo/space.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_ENV_ABI_VERSION 1u

// What a step says besides its observation.
typedef struct ppo_transition {
    double reward;
    bool terminated;
    bool truncated;
} ppo_transition;

typedef struct ppo_env_class {
    uint32_t struct_size; // sizeof(ppo_env_class), so that the table can grow
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

    // Prepares a zeroed instance. Optional.
    ppo_status (*init)(void *self, ppo_error *error);

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
} ppo_env_class;

// The built-in environments, in the order in which they are listed.
PPO_API size_t ppo_env_count(void);
PPO_API const ppo_env_class *ppo_env_at(size_t index);

// The class with this id; fails with PPO_NOT_FOUND and names the nearest id.
PPO_API ppo_status ppo_env_find(const ppo_env_class **env, const char *id, ppo_error *error);

// Checks a class's table: version, sizes, spaces, required functions. A trainer does so itself.
PPO_API ppo_status ppo_env_class_check(const ppo_env_class *env, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
