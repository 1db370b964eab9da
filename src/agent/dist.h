// SPDX-License-Identifier: MIT
// The policy's distribution over actions: from network outputs to samples, log-probabilities,
// entropies, and their gradients.
//
// It is a product of independent factors, one for each component of the action: a categorical one
// for a discrete component, a Gaussian one for a real component. So its log-probability and its
// entropy are sums over factors, and the network's outputs lie in the order of the components:
// n logits for a component of n values (a bit: that of 0, then that of 1), one mean for a real one;
// after all of them, where standard deviations are outputs, those of the real components.
//
// How arrays lie: dist_family.h.
#ifndef PPO_AGENT_DIST_H
#define PPO_AGENT_DIST_H

#include "agent/dist_family.h"

ppo_dist ppo_dist_for(const ppo_space *space, ppo_std_source std_source, ppo_action_bound bound);

// True if actions have real components.
bool ppo_dist_has_reals(const ppo_dist *dist);

// True if there are standard deviations and they are parameters [num_reals] of their own, one for
// each real component in order, rather than network outputs.
bool ppo_dist_has_log_std(const ppo_dist *dist);

// Writes `value` to the columns of forbidden values, row by row as masks [.., mask_width] say; row
// r has the mask number index[r], or r if `index` is NULL. Places of means say nothing. Of outputs
// before ppo_dist_prepare they become PPO_FORBIDDEN, which leaves a probability of none; of their
// gradient, 0. (Huang and Ontanon 2022, "A Closer Look at Invalid Action Masking in Policy Gradient
// Algorithms")
#define PPO_FORBIDDEN (-1e8f)
void ppo_dist_forbid(const ppo_dist *dist, float *columns, float value, const uint8_t *masks,
                     const uint32_t *index, size_t rows);

// Actions that rounding has put behind the last allowed value are brought back to it.
void ppo_dist_allow(const ppo_dist *dist, float *action, const uint8_t *masks, size_t rows);

// Turns network outputs into what the functions below take, in place: logits into log-
// probabilities, outputs for standard deviations into their logarithms; means stay.
void ppo_dist_prepare(const ppo_dist *dist, float *out, size_t rows);

// Samples actions [A] columns.
void ppo_dist_sample(const ppo_dist *dist, float *action, const float *out, const float *log_std,
                     size_t rows, const ppo_sample_key *key);

// The most likely action (of a Gaussian factor: the mean).
void ppo_dist_mode(const ppo_dist *dist, float *action, const float *out, size_t rows);

// Log-probability and entropy of each row. For squashed Gaussian factors the density is that of the
// squashed action, and the entropy is estimated by -log_prob (Haarnoja et al. 2018, appendix C).
void ppo_dist_eval(const ppo_dist *dist, float *log_prob, float *entropy, const float *out,
                   const float *log_std, const float *action, size_t rows);

// Gradient of sum_r (dlog_prob[r] * log_prob[r] + dentropy * entropy[r]) by the outputs before
// ppo_dist_prepare, and by log_std (dlog_std [num_reals], written; may be NULL without
// log_std).
void ppo_dist_backward(const ppo_dist *dist, float *dout, float *dlog_std, const float *out,
                       const float *log_std, const float *action, const float *dlog_prob,
                       float dentropy, size_t rows);

// Actions as the environment takes them, row by row: an int32_t or a float for each component,
// [rows, A], squashed ones within bounds.
void ppo_dist_to_env(const ppo_dist *dist, void *env_action, const float *action, size_t rows);

// The mean standard deviation over rows and real components; NAN if there are none.
double ppo_dist_mean_std(const ppo_dist *dist, const float *out, const float *log_std, size_t rows);

#endif
