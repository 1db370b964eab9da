// SPDX-License-Identifier: MIT
// The policy's distribution over actions: from network outputs to samples, log-probabilities,
// entropies, and their gradients.
//
// How arrays lie: dist_family.h.
#ifndef PPO_AGENT_DIST_H
#define PPO_AGENT_DIST_H

#include "agent/dist_family.h"

// Discrete, multi-discrete and multi-binary spaces: independent categorical factors. Box: a
// diagonal Gaussian.
ppo_dist ppo_dist_for(const ppo_space *space, ppo_std_source std_source, ppo_action_bound bound);

bool ppo_dist_is_gaussian(const ppo_dist *dist);

// True if the standard deviation is a parameter [A] of its own rather than a network output.
bool ppo_dist_has_log_std(const ppo_dist *dist);

// Writes `value` to the columns of forbidden values, row by row as masks [.., num_outputs] say; row
// r has the mask number index[r], or r if `index` is NULL. Of outputs before ppo_dist_prepare they
// become PPO_FORBIDDEN, which leaves a probability of none; of their gradient, 0. (Huang and
// Ontanon 2022, "A Closer Look at Invalid Action Masking in Policy Gradient Algorithms")
#define PPO_FORBIDDEN (-1e8f)
void ppo_dist_forbid(const ppo_dist *dist, float *columns, float value, const uint8_t *masks,
                     const uint32_t *index, size_t rows);

// Actions that rounding has put behind the last allowed value are brought back to it.
void ppo_dist_allow(const ppo_dist *dist, float *action, const uint8_t *masks, size_t rows);

// Turns network outputs into what the functions below take, in place. Categorical: log-
// probabilities. Gaussian: means, and log standard deviations where they are outputs.
void ppo_dist_prepare(const ppo_dist *dist, float *out, size_t rows);

// Samples actions [A] columns. Row r uses the stream (seed, purpose, first_row + r, step).
void ppo_dist_sample(const ppo_dist *dist, float *action, const float *out, const float *log_std,
                     size_t rows, uint64_t seed, ppo_rng_purpose purpose, size_t first_row,
                     uint64_t step);

// The most likely action (of a Gaussian: the mean).
void ppo_dist_mode(const ppo_dist *dist, float *action, const float *out, size_t rows);

// Log-probability and entropy of each row. For a squashed Gaussian the density is that of the
// squashed action, and the entropy is estimated by -log_prob (Haarnoja et al. 2018, appendix C).
void ppo_dist_eval(const ppo_dist *dist, float *log_prob, float *entropy, const float *out,
                   const float *log_std, const float *action, size_t rows);

// Gradient of sum_r (dlog_prob[r] * log_prob[r] + dentropy * entropy[r]) by the outputs before
// ppo_dist_prepare, and by log_std (dlog_std [A], written; may be NULL without log_std).
void ppo_dist_backward(const ppo_dist *dist, float *dout, float *dlog_std, const float *out,
                       const float *log_std, const float *action, const float *dlog_prob,
                       float dentropy, size_t rows);

// Actions as the environment takes them, row by row: int32_t or float [rows, A], within bounds.
void ppo_dist_to_env(const ppo_dist *dist, void *env_action, const float *action, size_t rows);

// The mean standard deviation over rows and components; NAN for a categorical.
double ppo_dist_mean_std(const ppo_dist *dist, const float *out, const float *log_std, size_t rows);

#endif
