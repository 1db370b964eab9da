// SPDX-License-Identifier: MIT
// The table of a distribution's parts, and what is the same for both families. Owns nothing.
#include "agent/dist.h"

#include "nn/mlp.h"
#include "nn/simd.h"

#include <math.h>
#include <string.h>

#define LD PPO_CHUNK_ROWS

// --- the table -----------------------------------------------------------------------------------

static bool is_real(const ppo_dist_part *part)
{
    return part->space->kind == PPO_SPACE_BOX;
}

// Random numbers come in blocks of four; no two parts share one.
static void add_part(ppo_dist *dist, const ppo_space *leaf)
{
    ppo_dist_part *part = &dist->parts[dist->num_parts++];
    *part = (ppo_dist_part){.space = leaf,
                            .num_actions = ppo_space_size(leaf),
                            .first_action = dist->num_actions,
                            .first_output = dist->mask_width,
                            .first_real = dist->num_reals,
                            .first_block = dist->num_blocks};
    part->num_outputs = is_real(part) ? part->num_actions : ppo_categorical_num_outputs(leaf);
    dist->num_actions += part->num_actions;
    dist->mask_width += part->num_outputs;
    dist->num_reals += is_real(part) ? part->num_actions : 0;
    dist->num_blocks += (part->num_actions + 3) / 4;
}

ppo_dist ppo_dist_for(const ppo_space *space, ppo_std_source std_source, ppo_action_bound bound)
{
    ppo_dist dist = {.space = space, .std_source = std_source, .bound = bound};
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++)
        add_part(&dist, ppo_space_leaf_at(space, i).space);
    dist.num_outputs = dist.mask_width + (std_source == PPO_STD_PARAMETER ? 0 : dist.num_reals);
    return dist;
}

bool ppo_dist_has_reals(const ppo_dist *dist)
{
    return dist->num_reals > 0;
}

bool ppo_dist_has_log_std(const ppo_dist *dist)
{
    return ppo_dist_has_reals(dist) && dist->std_source == PPO_STD_PARAMETER;
}

// --- masks ---------------------------------------------------------------------------------------

static void forbid(const ppo_dist_part *part, float *columns, float value, const uint8_t *allowed,
                   size_t row)
{
    for (size_t j = part->first_output; j < part->first_output + part->num_outputs; j++)
        if (!allowed[j])
            columns[j * LD + row] = value;
}

void ppo_dist_forbid(const ppo_dist *dist, float *columns, float value, const uint8_t *masks,
                     const uint32_t *index, size_t rows)
{
    for (size_t p = 0; p < dist->num_parts; p++)
        for (size_t r = 0; r < rows && !is_real(&dist->parts[p]); r++)
            forbid(&dist->parts[p], columns, value,
                   masks + (index ? index[r] : r) * dist->mask_width, r);
}

// The nearest allowed value, of `count`, at or below x; if there is none, above it.
static size_t nearest_allowed(const uint8_t *allowed, size_t count, size_t x)
{
    while (x > 0 && !allowed[x])
        x--;
    while (x + 1 < count && !allowed[x])
        x++;
    return x;
}

static void allow(const ppo_dist *dist, const ppo_dist_part *part, float *action,
                  const uint8_t *masks, size_t rows)
{
    size_t first = part->first_output;
    for (size_t k = 0; k < part->num_actions; k++) {
        const size_t count = ppo_space_num_values(part->space, k);
        float *value = action + (part->first_action + k) * LD;
        for (size_t r = 0; r < rows; r++)
            value[r] = (float)nearest_allowed(masks + r * dist->mask_width + first, count,
                                              (size_t)value[r]);
        first += count;
    }
}

void ppo_dist_allow(const ppo_dist *dist, float *action, const uint8_t *masks, size_t rows)
{
    for (size_t p = 0; p < dist->num_parts; p++)
        if (!is_real(&dist->parts[p]))
            allow(dist, &dist->parts[p], action, masks, rows);
}

// --- both families -------------------------------------------------------------------------------

void ppo_dist_prepare(const ppo_dist *dist, float *out, size_t rows)
{
    for (size_t p = 0; p < dist->num_parts; p++)
        if (is_real(&dist->parts[p]))
            ppo_gaussian_prepare(dist, &dist->parts[p], out, rows);
        else
            ppo_categorical_prepare(&dist->parts[p], out, rows);
}

void ppo_dist_sample(const ppo_dist *dist, float *action, const float *out, const float *log_std,
                     size_t rows, const ppo_sample_key *key)
{
    for (size_t p = 0; p < dist->num_parts; p++)
        if (is_real(&dist->parts[p]))
            ppo_gaussian_sample(dist, &dist->parts[p], action, out, log_std, rows, key);
        else
            ppo_categorical_sample(dist, &dist->parts[p], action, out, rows, key);
}

void ppo_dist_mode(const ppo_dist *dist, float *action, const float *out, size_t rows)
{
    for (size_t p = 0; p < dist->num_parts; p++) {
        const ppo_dist_part *part = &dist->parts[p];
        if (is_real(part))
            memcpy(action + part->first_action * LD, out + part->first_output * LD,
                   part->num_actions * LD * sizeof *action);
        else
            ppo_categorical_mode(part, action, out, rows);
    }
}

void ppo_dist_eval(const ppo_dist *dist, float *log_prob, float *entropy, const float *out,
                   const float *log_std, const float *action, size_t rows)
{
    memset(log_prob, 0, ppo_pad(rows) * sizeof *log_prob);
    memset(entropy, 0, ppo_pad(rows) * sizeof *entropy);
    for (size_t p = 0; p < dist->num_parts; p++)
        if (is_real(&dist->parts[p]))
            ppo_gaussian_eval(dist, &dist->parts[p], log_prob, entropy, out, log_std, action, rows);
        else
            ppo_categorical_eval(&dist->parts[p], log_prob, entropy, out, action, rows);
}

void ppo_dist_backward(const ppo_dist *dist, float *dout, float *dlog_std, const float *out,
                       const float *log_std, const float *action, const float *dlog_prob,
                       float dentropy, size_t rows)
{
    for (size_t p = 0; p < dist->num_parts; p++)
        if (is_real(&dist->parts[p]))
            ppo_gaussian_backward(dist, &dist->parts[p], dout, dlog_std, out, log_std, action,
                                  dlog_prob, dentropy, rows);
        else
            ppo_categorical_backward(&dist->parts[p], dout, out, action, dlog_prob, dentropy, rows);
}

static void integers_to_env(const ppo_dist *dist, const ppo_dist_part *part, int32_t *env_action,
                            const float *action, size_t rows)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t a = part->first_action; a < part->first_action + part->num_actions; a++)
            env_action[r * dist->num_actions + a] = (int32_t)action[a * LD + r];
}

void ppo_dist_to_env(const ppo_dist *dist, void *env_action, const float *action, size_t rows)
{
    for (size_t p = 0; p < dist->num_parts; p++)
        if (is_real(&dist->parts[p]))
            ppo_gaussian_to_env(dist, &dist->parts[p], env_action, action, rows);
        else
            integers_to_env(dist, &dist->parts[p], env_action, action, rows);
}

double ppo_dist_mean_std(const ppo_dist *dist, const float *out, const float *log_std, size_t rows)
{
    double sum = 0.0;
    if (!ppo_dist_has_reals(dist))
        return (double)NAN;
    for (size_t p = 0; p < dist->num_parts; p++)
        if (is_real(&dist->parts[p]))
            sum += ppo_gaussian_sum_std(dist, &dist->parts[p], out, log_std, rows);
    return sum / (double)(dist->num_reals * rows);
}
