// SPDX-License-Identifier: MIT
// A diagonal Gaussian over real actions. With z = (u - mean) / std for each component:
//   log p = -z^2 / 2 - log std - log(2 pi) / 2,   H = log std + (1 + log(2 pi)) / 2
//   d log p / d mean = z / std,   d log p / d log_std = z^2 - 1,   d H / d log_std = 1.
// The standard deviation is exp(log_std), with log_std a parameter, an output x (clamped to [-20,
// 2]), or log sigmoid(x).
//
// Squashed: the environment's action is a = center + half tanh(u), and by the change of variables
//   log p(a) = log p(u) - sum log(half (1 - tanh(u)^2)),  1 - tanh(u)^2 = 4 / (e^u + e^-u)^2.
// Rollouts keep u, so the correction is the same number in both policies and only shifts log p.
#include "agent/dist_family.h"

#include "nn/mlp.h"
#include "nn/random_rows.h"
#include "nn/simd.h"

#include <math.h>

#define LD PPO_CHUNK_ROWS

static const float log_two_pi = 1.8378770664f;
static const float log_std_low = -20.0f, log_std_high = 2.0f;

// log sigmoid(x) = min(x, 0) - log(1 + exp(-|x|)).
static ppo_vec log_sigmoid(ppo_vec x)
{
    const ppo_vec negative = ppo_v_min(x, (ppo_vec){0});
    const ppo_vec magnitude = ppo_v_max(x, -x);
    return negative - ppo_v_log(1.0f + ppo_v_exp(-magnitude));
}

// Which column of the outputs is component a's log standard deviation, if it is an output.
static size_t std_column(const ppo_dist *dist, const ppo_dist_part *part, size_t a)
{
    return dist->mask_width + part->first_real + a;
}

void ppo_gaussian_prepare(const ppo_dist *dist, const ppo_dist_part *part, float *out, size_t rows)
{
    if (dist->std_source == PPO_STD_PARAMETER)
        return;
    for (size_t a = 0; a < part->num_actions; a++)
        for (size_t r = 0; r < rows; r += PPO_LANES) {
            float *x = out + std_column(dist, part, a) * LD + r;
            const ppo_vec raw = ppo_v_load(x);
            ppo_v_store(x, dist->std_source == PPO_STD_EXP
                               ? ppo_v_clamp(raw, log_std_low, log_std_high)
                               : log_sigmoid(raw));
        }
}

static ppo_vec log_std_of(const ppo_dist *dist, const ppo_dist_part *part, const float *out,
                          const float *log_std, size_t a, size_t r)
{
    if (dist->std_source == PPO_STD_PARAMETER)
        return ppo_v_set(log_std[part->first_real + a]);
    return ppo_v_load(out + std_column(dist, part, a) * LD + r);
}

static ppo_vec mean_of(const ppo_dist_part *part, const float *out, size_t a, size_t r)
{
    return ppo_v_load(out + (part->first_output + a) * LD + r);
}

static ppo_vec action_of(const ppo_dist_part *part, const float *action, size_t a, size_t r)
{
    return ppo_v_load(action + (part->first_action + a) * LD + r);
}

// noise [part->num_actions] columns, four from each random block.
static void fill_noise(const ppo_dist *dist, const ppo_dist_part *part, float *noise, size_t rows,
                       const ppo_sample_key *key)
{
    uint32_t words[4 * LD];
    float unused[LD] = {0};
    for (size_t first = 0; first < part->num_actions; first += 4) {
        ppo_dist_draw(words, dist, part, first / 4, rows, key);
        for (size_t a = first; a < first + 4 && a < part->num_actions; a += 2) {
            const uint32_t *pair = words + (a - first) * LD;
            float *second = a + 1 < part->num_actions ? noise + (a + 1) * LD : unused;
            ppo_random_rows_normal(noise + a * LD, second, pair, pair + LD, rows);
        }
    }
}

void ppo_gaussian_sample(const ppo_dist *dist, const ppo_dist_part *part, float *action,
                         const float *out, const float *log_std, size_t rows,
                         const ppo_sample_key *key)
{
    action += part->first_action * LD;
    fill_noise(dist, part, action, rows, key);
    for (size_t a = 0; a < part->num_actions; a++)
        for (size_t r = 0; r < rows; r += PPO_LANES) {
            const ppo_vec std = ppo_v_exp(log_std_of(dist, part, out, log_std, a, r));
            const ppo_vec mean = mean_of(part, out, a, r);
            ppo_v_store(action + a * LD + r, mean + std * ppo_v_load(action + a * LD + r));
        }
}

static float low_of(const ppo_space *box, size_t a)
{
    return box->low ? box->low[a] : -1.0f;
}

static float half_range(const ppo_space *box, size_t a)
{
    return box->high ? 0.5f * (box->high[a] - low_of(box, a)) : 1.0f;
}

// center + half tanh(u), which rounding may not lead out of the bounds.
static float squash(const ppo_space *box, float u, size_t a)
{
    const float low = low_of(box, a), high = box->high ? box->high[a] : 1.0f;
    const float x = low + half_range(box, a) * (1.0f + tanhf(u));
    return x > high ? high : x;
}

// log(half (1 - tanh(u)^2)).
static ppo_vec log_squash_slope(const ppo_space *box, ppo_vec u, size_t a)
{
    const ppo_vec magnitude = ppo_v_max(u, -u);
    const ppo_vec softplus = ppo_v_log(1.0f + ppo_v_exp(-2.0f * magnitude));
    return logf(half_range(box, a)) + 1.38629436f - 2.0f * magnitude - 2.0f * softplus;
}

void ppo_gaussian_eval(const ppo_dist *dist, const ppo_dist_part *part, float *log_prob,
                       float *entropy, const float *out, const float *log_std, const float *action,
                       size_t rows)
{
    for (size_t r = 0; r < rows; r += PPO_LANES) {
        ppo_vec density = {0}, information = {0};
        for (size_t a = 0; a < part->num_actions; a++) {
            const ppo_vec ls = log_std_of(dist, part, out, log_std, a, r);
            const ppo_vec u = action_of(part, action, a, r);
            const ppo_vec z = (u - mean_of(part, out, a, r)) * ppo_v_exp(-ls);
            density += -0.5f * z * z - ls - 0.5f * log_two_pi;
            information += ls + 0.5f * (1.0f + log_two_pi);
            if (dist->bound == PPO_ACTION_TANH)
                density -= log_squash_slope(part->space, u, a);
        }
        if (dist->bound == PPO_ACTION_TANH)
            information = -density;
        ppo_v_store(log_prob + r, ppo_v_load(log_prob + r) + density);
        ppo_v_store(entropy + r, ppo_v_load(entropy + r) + information);
    }
}

// Gradient by a standard deviation's raw output, from that by its logarithm.
static ppo_vec through_std_output(const ppo_dist *dist, ppo_vec dls, ppo_vec ls)
{
    if (dist->std_source == PPO_STD_SIGMOID)
        return dls * (1.0f - ppo_v_exp(ls));
    const ppo_ivec inside = (ls > log_std_low) & (ls < log_std_high);
    return ppo_v_select(inside, dls, (ppo_vec){0});
}

static float sum_rows(const float *x, size_t rows)
{
    double sum = 0.0; // the terms nearly cancel
    for (size_t r = 0; r < rows; r++)
        sum += (double)x[r];
    return (float)sum;
}

void ppo_gaussian_backward(const ppo_dist *dist, const ppo_dist_part *part, float *dout,
                           float *dlog_std, const float *out, const float *log_std,
                           const float *action, const float *dlog_prob, float dentropy, size_t rows)
{
    const bool squashed = dist->bound == PPO_ACTION_TANH; // there entropy is -log_prob
    const float dinformation = squashed ? 0.0f : dentropy;
    for (size_t a = 0; a < part->num_actions; a++) {
        float dls_rows[LD];
        for (size_t r = 0; r < rows; r += PPO_LANES) {
            const ppo_vec ls = log_std_of(dist, part, out, log_std, a, r);
            const ppo_vec precision = ppo_v_exp(-ls);
            const ppo_vec u = action_of(part, action, a, r);
            const ppo_vec z = (u - mean_of(part, out, a, r)) * precision;
            const ppo_vec dlp = ppo_v_load(dlog_prob + r) - (squashed ? dentropy : 0.0f);
            const ppo_vec dls = dlp * (z * z - 1.0f) + dinformation;
            ppo_v_store(dout + (part->first_output + a) * LD + r, dlp * z * precision);
            ppo_v_store(dls_rows + r, dls);
            if (dist->std_source != PPO_STD_PARAMETER)
                ppo_v_store(dout + std_column(dist, part, a) * LD + r,
                            through_std_output(dist, dls, ls));
        }
        if (dist->std_source == PPO_STD_PARAMETER)
            dlog_std[part->first_real + a] = sum_rows(dls_rows, rows);
    }
}

void ppo_gaussian_to_env(const ppo_dist *dist, const ppo_dist_part *part, float *env_action,
                         const float *action, size_t rows)
{
    for (size_t a = 0; a < part->num_actions; a++)
        for (size_t r = 0; r < rows; r++) {
            float u = action[(part->first_action + a) * LD + r];
            if (dist->bound == PPO_ACTION_TANH)
                u = squash(part->space, u, a);
            env_action[r * dist->num_actions + part->first_action + a] = u;
        }
}

double ppo_gaussian_sum_std(const ppo_dist *dist, const ppo_dist_part *part, const float *out,
                            const float *log_std, size_t rows)
{
    double sum = 0.0;
    for (size_t a = 0; a < part->num_actions; a++)
        for (size_t r = 0; r < rows; r++)
            sum += exp(dist->std_source == PPO_STD_PARAMETER
                           ? (double)log_std[part->first_real + a]
                           : (double)out[std_column(dist, part, a) * LD + r]);
    return sum;
}
