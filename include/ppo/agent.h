// SPDX-License-Identifier: MIT
// An agent: a trained policy with its observation normaliser. It is what a game or a robot links:
// load a checkpoint, feed observations, get actions.
//
//     ppo_agent_load(&agent, "runs/CartPole-v1/seed-1", NULL, &error);
//     ppo_actor_create(&actor, agent, &error);
//     ppo_actor_act(actor, actions, observations, num_obs, &options, &error);
//     ppo_actor_destroy(actor);
//     ppo_agent_destroy(agent);
//
// Threads: a loaded agent is never written to; all functions that take a const ppo_agent may be
// called from several threads at once. An actor is used by one thread at a time.
#ifndef PPO_AGENT_H
#define PPO_AGENT_H

#include "ppo/trainer.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

// How an agent is loaded. All zero but struct_size: what ppo_agent_load_options_defaults sets.
typedef struct ppo_agent_load_options {
    size_t struct_size;       // sizeof(ppo_agent_load_options); the struct may grow at its end
    const ppo_env_class *env; // its environment, which must outlive the agent; NULL: the one that
                              // the file names
    const char *python; // for environments of Gymnasium: the program, or the folder of a virtual
                        // environment; NULL: the one that the run was trained with
} ppo_agent_load_options;

static inline void ppo_agent_load_options_defaults(ppo_agent_load_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

// Loads an agent from a checkpoint file or from a run directory (its best.safetensors if there is
// one, else its checkpoint). `options` NULL: the defaults. *agent is NULL on failure: PPO_NOT_FOUND
// (no such file, run or environment), PPO_CORRUPT (damaged or foreign), PPO_MISMATCH (of another
// environment), PPO_UNSUPPORTED (of a later format).
PPO_API ppo_status ppo_agent_load(ppo_agent **agent, const char *path,
                                  const ppo_agent_load_options *options, ppo_error *error);

// Frees an agent that was loaded; not one that belongs to a trainer. NULL is allowed.
PPO_API void ppo_agent_destroy(ppo_agent *agent);

// An actor: the scratch memory with which one thread lets an agent act. Any number of actors may
// share an agent, each in a thread of its own; it must outlive them. An actor of a trainer's agent
// follows its training, but must not act during ppo_trainer_step. *actor is NULL on failure.
typedef struct ppo_actor ppo_actor;
PPO_API ppo_status ppo_actor_create(ppo_actor **actor, const ppo_agent *agent, ppo_error *error);
PPO_API void ppo_actor_destroy(ppo_actor *actor); // NULL is allowed

// How actions are chosen. All zero but struct_size: what ppo_act_options_defaults sets.
typedef struct ppo_act_options {
    size_t struct_size; // sizeof(ppo_act_options); the struct may grow at its end
    bool deterministic; // the mode of the policy; otherwise a sample from the stream keyed by
                        // (seed, step, row), the same for the same key
    uint64_t seed, step;
    const uint8_t *masks; // [num_obs, M] bytes as the class's action_mask writes them (ppo/env.h),
                          // at least one 1 for each component: forbidden values are never chosen.
                          // For discrete actions. NULL: everything is allowed

    // For policies with memory, which chooses by what a row has seen before. Other policies ignore
    // both.
    const uint8_t *episode_starts; // [num_obs] 1: this observation is the first of an episode, and
                                   // what the row has seen before is forgotten. NULL: none is
    float *memory; // [num_obs, ppo_agent_memory_size] what each row remembers: read, and replaced
                   // by what it is to be given with the row's next observation; zeros have seen
                   // nothing. NULL: the actor keeps it by the row's number in this call

    const uint32_t *rows; // [num_obs] the row in each observation's key: with a number for each
                          // game, its samples don't depend on which others go on. NULL: 0, 1, ...
} ppo_act_options;

static inline void ppo_act_options_defaults(ppo_act_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

// Floats of what a policy remembers of one row, in ppo_act_options.memory; 0: it has no memory.
PPO_API size_t ppo_agent_memory_size(const ppo_agent *agent);

// Makes an actor forget what it keeps for its rows: they have seen nothing, as at first.
PPO_API void ppo_actor_forget(ppo_actor *actor);

// Chooses actions for `num_obs` observations, one after another in memory, as the environment
// writes them (not normalised); with frame_stack > 1 each is that many observations, oldest first.
// `actions` gets num_obs values of the action space, within bounds, ready for the environment.
// `options` NULL: the defaults. Fails with PPO_INVALID for options without a size, with
// PPO_NO_MEMORY if there is none to remember so many rows, and in no other way.
PPO_API ppo_status ppo_actor_act(ppo_actor *actor, void *actions, const void *observations,
                                 size_t num_obs, const ppo_act_options *options, ppo_error *error);

PPO_API const ppo_env_class *ppo_agent_env(const ppo_agent *agent);
PPO_API const ppo_config *ppo_agent_config(const ppo_agent *agent);
PPO_API uint64_t ppo_agent_hash(const ppo_agent *agent); // as ppo_trainer_hash

// How an agent is evaluated. All zero but struct_size: what ppo_evaluate_options_defaults sets.
typedef struct ppo_evaluate_options {
    size_t struct_size; // sizeof(ppo_evaluate_options); the struct may grow at its end
    uint32_t episodes;  // at least 1
    uint64_t seed;      // episode i is played in an environment seeded seed + i
    bool deterministic; // as in ppo_act_options
    double *returns; // [episodes] gets each episode's return, NAN if it was lost; NULL: not wanted
    uint32_t *lengths;  // [episodes] likewise, in steps of the environment; 0 if it was lost
    uint32_t max_steps; // steps of the environment after which an episode is cut off and counts as
                        // it is; 0: the config's eval_max_steps
    bool (*is_interrupted)(void *context); // asked after each step: true abandons the evaluation
                                           // with PPO_STOPPED; NULL: it goes on to its end
    void *interrupt_context;
} ppo_evaluate_options;

static inline void ppo_evaluate_options_defaults(ppo_evaluate_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

// Plays episodes and reports their returns (rewards as the environment gives them). An episode
// whose environment breaks down is begun again up to ten times, then it is lost; PPO_ENV_FAILED if
// all are. One agent may be evaluated in several threads at once.
PPO_API ppo_status ppo_agent_evaluate(const ppo_agent *agent, ppo_evaluation *evaluation,
                                      const ppo_evaluate_options *options, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
