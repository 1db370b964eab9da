// SPDX-License-Identifier: MIT
// The clipped surrogate and the value loss, with their gradients written out.
//
// Workload: chunks of up to 64 samples. Owns nothing. Not here: normalising advantages
// (minibatch.c), the distribution behind log_prob (dist_*.c), coefficients' schedules (schedule.c).
#include "rl/loss.h"

#include "nn/simd.h"

#include <math.h>

void ppo_loss_sums_add(ppo_loss_sums *total, const ppo_loss_sums *part)
{
    total->policy_loss += part->policy_loss;
    total->value_loss += part->value_loss;
    total->entropy += part->entropy;
    total->old_approx_kl += part->old_approx_kl;
    total->approx_kl += part->approx_kl;
    total->clipped += part->clipped;
}

void ppo_loss_sums_scale(ppo_loss_sums *sums, double factor)
{
    sums->policy_loss *= factor;
    sums->value_loss *= factor;
    sums->entropy *= factor;
    sums->old_approx_kl *= factor;
    sums->approx_kl *= factor;
    sums->clipped *= factor;
}

void ppo_policy_loss(float *dlog_prob, ppo_loss_sums *sums, float *ratio, const float *log_prob,
                     const float *old_log_prob, const float *advantage, size_t rows,
                     float clip_coef, float scale)
{
    for (size_t i = 0; i < rows; i += PPO_LANES)
        ppo_v_store(ratio + i, ppo_v_exp(ppo_v_load(log_prob + i) - ppo_v_load(old_log_prob + i)));
    for (size_t i = 0; i < rows; i++) {
        const float log_ratio = log_prob[i] - old_log_prob[i];
        const float r = ratio[i];
        const float clipped_r = r < 1.0f - clip_coef   ? 1.0f - clip_coef
                                : r > 1.0f + clip_coef ? 1.0f + clip_coef
                                                       : r;
        const float plain = -advantage[i] * r;
        const float clipped = -advantage[i] * clipped_r;
        // Where the clipped term is larger it is constant in r. dr / dlog_prob = r.
        dlog_prob[i] = plain >= clipped ? scale * plain : 0.0f;
        sums->policy_loss += (double)(plain >= clipped ? plain : clipped);
        sums->old_approx_kl -= (double)log_ratio;
        sums->approx_kl += (double)((r - 1.0f) - log_ratio);
        sums->clipped += fabsf(r - 1.0f) > clip_coef ? 1.0 : 0.0;
    }
}

void ppo_value_loss(float *dvalue, ppo_loss_sums *sums, const float *value, const float *old_value,
                    const float *ret, size_t rows, bool clip, float clip_coef, float scale)
{
    for (size_t i = 0; i < rows; i++) {
        const float change = value[i] - old_value[i];
        const bool outside = clip && fabsf(change) > clip_coef;
        const float clipped_value = old_value[i] + (change < 0.0f ? -clip_coef : clip_coef);
        const float plain_error = value[i] - ret[i];
        const float clipped_error = outside ? clipped_value - ret[i] : plain_error;
        // Where the clipped term is larger it is constant in the value.
        const bool use_plain = plain_error * plain_error >= clipped_error * clipped_error;
        const float error = use_plain ? plain_error : clipped_error;
        dvalue[i] = use_plain ? scale * plain_error : 0.0f;
        sums->value_loss += 0.5 * (double)(error * error);
    }
}

double ppo_joint_loss(const ppo_loss_sums *means, double ent_coef, double vf_coef)
{
    return means->policy_loss - ent_coef * means->entropy + vf_coef * means->value_loss;
}
