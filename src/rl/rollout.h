// SPDX-License-Identifier: MIT
// The samples of one iteration, [T, N] in time order, and which function computes which array.
//
// Whoever fills a rollout takes a `ppo_rollout *`. The update takes a `const ppo_rollout_view *`,
// whose arrays are const. Owns nothing: rows of the arena.
#ifndef PPO_RL_ROLLOUT_H
#define PPO_RL_ROLLOUT_H

#include "agent/frame_stack.h"
#include "rl/rollout_memory.h"

// What one step of an environment leaves, computed by ppo_collect_run. The one list of these
// arrays: X(field, type, dtype, elements), [T, N, elements], or [T, N] where elements is 0. Worker
// buffers (worker_buffer.h) have the same arrays for fewer steps.
//   action          before clipping or squashing
//   log_prob        of the action, under the policy that chose it
//   env_reward      as the environment gave it
//   lost            1: no step took place there; nothing is learnt from this sample
//   episode_return  of the finished episode, where one ended; and likewise
//   episode_length  in environment steps; 0: the episode is not over, or is not to be reported
#define PPO_STEP_ARRAYS(X)                 \
    X(action, float, PPO_F32, num_actions) \
    X(log_prob, float, PPO_F32, 0)         \
    X(env_reward, double, PPO_F64, 0)      \
    X(terminated, uint8_t, PPO_U8, 0)      \
    X(truncated, uint8_t, PPO_U8, 0)       \
    X(lost, uint8_t, PPO_U8, 0)            \
    X(episode_return, double, PPO_F64, 0)  \
    X(episode_length, uint32_t, PPO_U32, 0)

#define PPO_STEP_FIELD(field, type, dtype, elements) type *field;

typedef struct ppo_rollout {
    size_t num_steps;    // T
    size_t num_envs;     // N
    size_t num_features; // D, floats of an encoded observation
    size_t num_actions;  // A

    // computed by ppo_collect_run
    float *features;   // [T+1, N, D] encoded observations, normalised if norm_obs; row T is the
                       // next iteration's row 0
    ppo_frames frames; // instead of features, for pictures and for stacks of several observations
    PPO_STEP_ARRAYS(PPO_STEP_FIELD)
    uint8_t *mask; // [T, N, M] which values were allowed, M outputs of the policy; NULL: the
                   // environment has no masks

    ppo_rollout_memory memory; // of networks that have one

    // computed by ppo_bootstrap_run (bootstrap.h)
    float *value;      // [T+1, N]
    float *next_value; // [T, N] 0 if terminated, V(final observation) if truncated, else value[t+1]

    // computed by ppo_reward_run
    float *reward; // [T, N] clipped and normalised: what is learnt from

    // computed by ppo_gae_compute
    float *advantage; // [T, N]
    float *ret;       // [T, N]
} ppo_rollout;

// What the update reads of a rollout: the same arrays as [T*N, ...].
typedef struct ppo_rollout_view {
    size_t num_features, num_actions;
    const float *features; // NULL if there are frames
    ppo_frames_view frames;
    const float *action, *log_prob;
    const uint8_t *mask; // NULL: the environment has no masks
    const float *value;
    const float *advantage, *ret;
    const uint8_t *lost;
    const ppo_rollout_memory *memory; // NULL: networks have none
} ppo_rollout_view;

// The input is borrowed if there are frames.
void ppo_rollout_plan(ppo_rollout *rollout, size_t num_steps, size_t num_envs,
                      const ppo_input *input, size_t num_actions, ppo_arena *arena);

// Adds the masks, for environments that have them.
void ppo_rollout_plan_masks(ppo_rollout *rollout, size_t num_values, ppo_arena *arena);

// Adds what networks with memory need, in sequences of `length` steps. The policy is borrowed.
void ppo_rollout_plan_memory(ppo_rollout *rollout, const ppo_policy *policy, size_t length,
                             ppo_arena *arena);
bool ppo_rollout_has_memory(const ppo_rollout *rollout);

ppo_rollout_view ppo_rollout_view_of(const ppo_rollout *rollout);

// True if observations are kept as frames, false if as features.
bool ppo_rollout_has_frames(const ppo_rollout *rollout);

// Where the observations of step t, 0 to T, are kept for the networks: rows [N, bytes of a frame]
// of `frames`, or [N, D] floats of `features`.
unsigned char *ppo_rollout_row(ppo_rollout *rollout, size_t t);

// The networks' inputs of samples first .. first+count-1 of [T+1, N], at most PPO_CHUNK_ROWS: where
// they lie, or put together in `stacks`, a chunk's inputs.
const void *ppo_rollout_inputs(const ppo_rollout *rollout, unsigned char *stacks, size_t first,
                               size_t count);

// The samples of steps of environments first .. first+count-1 that took place, in order; `index`
// [T*count]. Returns how many there are.
size_t ppo_rollout_samples(const ppo_rollout *rollout, size_t first, size_t count, uint32_t *index);

// What of the returns the values explain: 1 - Var[ret - value] / Var[ret], in two passes. Sums of
// (ret, ret - value), less `shift` and to the power of 1 or 2, over the samples `index` [count].
void ppo_rollout_return_sums(double sums[2], const ppo_rollout *rollout, const uint32_t *index,
                             size_t count, const double shift[2], int power);

// From the sums of squares about the means; NAN if the returns don't vary.
double ppo_explained_variance(const double squares[2]);

#endif
