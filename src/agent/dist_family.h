// SPDX-License-Identifier: MIT
// A distribution, and the two families behind dist.h: the functions take the same arguments as
// those there.
//
// Arrays lie column by column, one column per output or action component and PPO_CHUNK_ROWS
// (padded) rows in each, so that every loop runs along the rows. Actions are float throughout;
// discrete ones hold small integers. Up to ppo_pad(rows) rows of outputs are written.
#ifndef PPO_AGENT_DIST_FAMILY_H
#define PPO_AGENT_DIST_FAMILY_H

#include "core/rng.h"
#include "ppo/config.h"

typedef struct ppo_dist {
    const ppo_space *space;    // borrowed
    size_t num_actions;        // A, components of an action
    size_t num_outputs;        // network outputs that it needs
    ppo_std_source std_source; // Gaussian only
    ppo_action_bound bound;    // Gaussian only
} ppo_dist;

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
