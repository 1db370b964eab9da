// SPDX-License-Identifier: MIT
// The PPO objective: the only home of its formula. Pure functions of arrays and scalars.
#ifndef PPO_RL_LOSS_H
#define PPO_RL_LOSS_H

#include <stdbool.h>
#include <stddef.h>

// Sums over samples, to be divided by their number.
typedef struct ppo_loss_sums {
    double policy_loss;
    double value_loss;
    double entropy;
    double old_approx_kl; // -log r
    double approx_kl;     // (r - 1) - log r
    double clipped;       // samples with |r - 1| > clip_coef
} ppo_loss_sums;

void ppo_loss_sums_add(ppo_loss_sums *total, const ppo_loss_sums *part);
void ppo_loss_sums_scale(ppo_loss_sums *sums, double factor);

// Clipped surrogate (Schulman et al. 2017, eq. 7, negated to be minimised):
//   L = max(-A r, -A clip(r, 1 - c, 1 + c)),  r = exp(log_prob - old_log_prob).
// Writes scale * dL/dlog_prob and adds to the sums. `ratio` [ppo_pad(rows)] is working space;
// inputs are read up to ppo_pad(rows).
void ppo_policy_loss(float *dlog_prob, ppo_loss_sums *sums, float *ratio, const float *log_prob,
                     const float *old_log_prob, const float *advantage, size_t rows,
                     float clip_coef, float scale);

// Value loss: (v - R)^2 / 2, or with clipping the larger of that and (v' - R)^2 / 2, where
// v' = old + clip(v - old, -c, c) (the form of OpenAI's baselines). Writes scale * dL/dvalue and
// adds to the sums.
void ppo_value_loss(float *dvalue, ppo_loss_sums *sums, const float *value, const float *old_value,
                    const float *ret, size_t rows, bool clip, float clip_coef, float scale);

// The joint loss that is minimised (eq. 9 with the signs of a loss), from means.
double ppo_joint_loss(const ppo_loss_sums *means, double ent_coef, double vf_coef);

#endif
