// SPDX-License-Identifier: MIT
// Chooses between the two families of distributions. Owns nothing.
#include "agent/dist.h"

#include "nn/mlp.h"

#include <math.h>
#include <string.h>

bool ppo_dist_is_gaussian(const ppo_dist *dist)
{
    return dist->space->kind == PPO_SPACE_BOX;
}

bool ppo_dist_has_log_std(const ppo_dist *dist)
{
    return ppo_dist_is_gaussian(dist) && dist->std_source == PPO_STD_PARAMETER;
}

ppo_dist ppo_dist_for(const ppo_space *space, ppo_std_source std_source, ppo_action_bound bound)
{
    ppo_dist dist = {.space = space, .std_source = std_source, .bound = bound};
    dist.num_actions = ppo_space_size(space);
    if (!ppo_dist_is_gaussian(&dist))
        dist.num_outputs = ppo_categorical_num_outputs(space);
    else
        dist.num_outputs = dist.num_actions * (std_source == PPO_STD_PARAMETER ? 1 : 2);
    return dist;
}

void ppo_dist_forbid(const ppo_dist *dist, float *columns, float value, const uint8_t *masks,
                     const uint32_t *index, size_t rows)
{
    for (size_t r = 0; r < rows; r++) {
        const uint8_t *allowed = masks + (index ? index[r] : r) * dist->num_outputs;
        for (size_t j = 0; j < dist->num_outputs; j++)
            if (!allowed[j])
                columns[j * PPO_CHUNK_ROWS + r] = value;
    }
}

void ppo_dist_allow(const ppo_dist *dist, float *action, const uint8_t *masks, size_t rows)
{
    for (size_t k = 0, first = 0; k < dist->num_actions; k++) {
        const size_t count = ppo_space_num_values(dist->space, k);
        for (size_t r = 0; r < rows; r++) {
            const uint8_t *allowed = masks + r * dist->num_outputs + first;
            size_t x = (size_t)action[k * PPO_CHUNK_ROWS + r];
            while (x > 0 && !allowed[x])
                x--;
            while (x + 1 < count && !allowed[x])
                x++;
            action[k * PPO_CHUNK_ROWS + r] = (float)x;
        }
        first += count;
    }
}

void ppo_dist_prepare(const ppo_dist *dist, float *out, size_t rows)
{
    if (ppo_dist_is_gaussian(dist))
        ppo_gaussian_prepare(dist, out, rows);
    else
        ppo_categorical_prepare(dist, out, rows);
}

void ppo_dist_sample(const ppo_dist *dist, float *action, const float *out, const float *log_std,
                     size_t rows, uint64_t seed, ppo_rng_purpose purpose, size_t first_row,
                     uint64_t step)
{
    if (ppo_dist_is_gaussian(dist))
        ppo_gaussian_sample(dist, action, out, log_std, rows, seed, purpose, first_row, step);
    else
        ppo_categorical_sample(dist, action, out, rows, seed, purpose, first_row, step);
}

void ppo_dist_mode(const ppo_dist *dist, float *action, const float *out, size_t rows)
{
    if (ppo_dist_is_gaussian(dist))
        memcpy(action, out, dist->num_actions * PPO_CHUNK_ROWS * sizeof *action);
    else
        ppo_categorical_mode(dist, action, out, rows);
}

void ppo_dist_eval(const ppo_dist *dist, float *log_prob, float *entropy, const float *out,
                   const float *log_std, const float *action, size_t rows)
{
    if (ppo_dist_is_gaussian(dist))
        ppo_gaussian_eval(dist, log_prob, entropy, out, log_std, action, rows);
    else
        ppo_categorical_eval(dist, log_prob, entropy, out, action, rows);
}

void ppo_dist_backward(const ppo_dist *dist, float *dout, float *dlog_std, const float *out,
                       const float *log_std, const float *action, const float *dlog_prob,
                       float dentropy, size_t rows)
{
    if (ppo_dist_is_gaussian(dist))
        ppo_gaussian_backward(dist, dout, dlog_std, out, log_std, action, dlog_prob, dentropy,
                              rows);
    else
        ppo_categorical_backward(dist, dout, out, action, dlog_prob, dentropy, rows);
}

static void integers_to_env(const ppo_dist *dist, int32_t *env_action, const float *action,
                            size_t rows)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t a = 0; a < dist->num_actions; a++)
            env_action[r * dist->num_actions + a] = (int32_t)action[a * PPO_CHUNK_ROWS + r];
}

void ppo_dist_to_env(const ppo_dist *dist, void *env_action, const float *action, size_t rows)
{
    if (ppo_dist_is_gaussian(dist))
        ppo_gaussian_to_env(dist, env_action, action, rows);
    else
        integers_to_env(dist, env_action, action, rows);
}

double ppo_dist_mean_std(const ppo_dist *dist, const float *out, const float *log_std, size_t rows)
{
    return ppo_dist_is_gaussian(dist) ? ppo_gaussian_mean_std(dist, out, log_std, rows)
                                      : (double)NAN;
}
