// SPDX-License-Identifier: MIT
// The two families behind dist.h; same arguments, see there.
#ifndef PPO_AGENT_DIST_PARTS_H
#define PPO_AGENT_DIST_PARTS_H

#include "agent/dist.h"

void ppo_categorical_prepare(const ppo_dist *dist, float *out, size_t rows);
void ppo_categorical_sample(const ppo_dist *dist, float *action, const float *out, size_t rows,
                            uint64_t seed, ppo_rng_purpose purpose, size_t first_row,
                            uint64_t step);
void ppo_categorical_mode(const ppo_dist *dist, float *action, const float *out, size_t rows);
void ppo_categorical_eval(const ppo_dist *dist, float *log_prob, float *entropy, const float *out,
                          const float *action, size_t rows);
void ppo_categorical_backward(const ppo_dist *dist, float *dout, const float *out,
                              const float *action, const float *dlog_prob, float dentropy,
                              size_t rows);
size_t ppo_categorical_num_outputs(const ppo_space *space);

void ppo_gaussian_prepare(const ppo_dist *dist, float *out, size_t rows);
void ppo_gaussian_sample(const ppo_dist *dist, float *action, const float *out,
                         const float *log_std, size_t rows, uint64_t seed, ppo_rng_purpose purpose,
                         size_t first_row, uint64_t step);
void ppo_gaussian_eval(const ppo_dist *dist, float *log_prob, float *entropy, const float *out,
                       const float *log_std, const float *action, size_t rows);
void ppo_gaussian_backward(const ppo_dist *dist, float *dout, float *dlog_std, const float *out,
                           const float *log_std, const float *action, const float *dlog_prob,
                           float dentropy, size_t rows);
void ppo_gaussian_to_env(const ppo_dist *dist, float *env_action, const float *action, size_t rows);
double ppo_gaussian_mean_std(const ppo_dist *dist, const float *out, const float *log_std,
                             size_t rows);

#endif
