// SPDX-License-Identifier: MIT
// The algorithm once more, sample by sample in double precision, as its formulas stand in the
// papers: distributions from raw network outputs, losses, and the joint loss of a policy on a
// minibatch.
#ifndef PPO_TESTS_RL_PPO_REFERENCE_H
#define PPO_TESTS_RL_PPO_REFERENCE_H

#include "unit/nn/support/reference.h"

#include "agent/policy.h"
#include "rl/rollout.h"
#include "rl/schedule.h"

typedef struct reference_density {
    double log_prob;
    double entropy;
} reference_density;

// One action [A] under network outputs `out` [num_outputs] as they leave the network.
reference_density reference_dist(const ppo_dist *dist, const double *out, const double *log_std,
                                 const double *action);

double reference_policy_loss(double log_prob, double old_log_prob, double advantage,
                             double clip_coef);
double reference_value_loss(double value, double old_value, double ret, bool clip,
                            double clip_coef);

// Means over the samples `index` [count] with parameters `params` (as policy->params).
typedef struct reference_losses {
    double policy_loss, value_loss, entropy, old_approx_kl, approx_kl, clipped;
    double loss;
} reference_losses;

reference_losses reference_joint_loss(const ppo_policy *policy, const ppo_config *config,
                                      const ppo_step_params *step, const ppo_rollout *rollout,
                                      const uint32_t *index, size_t count, const double *params);

#endif
