// SPDX-License-Identifier: MIT
// The optimiser's kernels. Owns nothing; moments and step count are the caller's.
#include "nn/adam.h"

#include "nn/simd.h"

#include <math.h>

ppo_adam_scalars ppo_adam_schedule(double lr, double beta1, double beta2, double eps, uint64_t t)
{
    const double correction1 = 1.0 - pow(beta1, (double)t);
    const double correction2 = 1.0 - pow(beta2, (double)t);
    return (ppo_adam_scalars){.beta1 = (float)beta1,
                              .beta2 = (float)beta2,
                              .eps = (float)eps,
                              .rest1 = (float)(1.0 - beta1), // of the float it would be off by
                              .rest2 = (float)(1.0 - beta2), // 1.3e-5 for 0.999
                              .step_size = (float)(lr / correction1),
                              .root_correction = (float)(1.0 / sqrt(correction2))};
}

// A unit that no longer gets gradients lets its moments decay towards 0 without reaching it; below
// the normal range every operation on them would take a hundred cycles.
PPO_INLINE ppo_vec flush_tiny(ppo_vec x)
{
    return ppo_v_select(ppo_v_max(x, -x) > 1e-30f, x, (ppo_vec){0});
}

void ppo_adam_step(float *restrict p, float *restrict m, float *restrict v,
                   const float *restrict grad, size_t count, float scale,
                   const ppo_adam_scalars *scalars)
{
    const ppo_adam_scalars s = *scalars;
    for (size_t i = 0; i < count; i += PPO_LANES) {
        const ppo_vec g = ppo_v_load(grad + i) * scale;
        const ppo_vec first = flush_tiny(s.beta1 * ppo_v_load(m + i) + s.rest1 * g);
        const ppo_vec second = flush_tiny(s.beta2 * ppo_v_load(v + i) + s.rest2 * (g * g));
        const ppo_vec denominator = ppo_v_sqrt(second) * s.root_correction + s.eps;
        ppo_v_store(m + i, first);
        ppo_v_store(v + i, second);
        ppo_v_store(p + i, ppo_v_load(p + i) - s.step_size * first * ppo_v_reciprocal(denominator));
    }
}

double ppo_grad_reduce(float *grad, const float *chunk, size_t stride, size_t num_chunks,
                       size_t count)
{
    ppo_vec squares = {0};
    for (size_t i = 0; i < count; i += PPO_LANES) {
        ppo_vec sum = ppo_v_load(chunk + i);
        for (size_t c = 1; c < num_chunks; c++)
            sum += ppo_v_load(chunk + c * stride + i);
        if (grad != chunk)
            ppo_v_store(grad + i, sum);
        squares += sum * sum;
    }
    double total = 0.0;
    for (int lane = 0; lane < PPO_LANES; lane++)
        total += (double)squares[lane];
    return total;
}

float ppo_grad_scale(double norm, double max_norm)
{
    if (max_norm <= 0.0 || norm <= max_norm)
        return 1.0f;
    return (float)(max_norm / (norm + 1e-6));
}
