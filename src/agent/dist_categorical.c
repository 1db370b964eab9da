// SPDX-License-Identifier: MIT
// Independent categorical factors: one for a discrete leaf, several for multi-discrete, factors of
// two values for multi-binary. log p(a) and the entropy are sums over factors.
//
// With log p_j the log-softmax of logits z and H the entropy of one factor:
//   d log p_a / d z_j = [a = j] - p_j,    d H / d z_j = -p_j (log p_j + H).
#include "agent/dist_family.h"

#include "nn/mlp.h"
#include "nn/simd.h"

#define LD PPO_CHUNK_ROWS

size_t ppo_categorical_num_outputs(const ppo_space *leaf)
{
    size_t sum = 0;
    for (size_t k = 0; k < ppo_space_size(leaf); k++)
        sum += ppo_space_num_values(leaf, k);
    return sum;
}

// Log-softmax over n columns for one vector of rows.
static void log_softmax(float *z, size_t n)
{
    ppo_vec top = ppo_v_load(z);
    for (size_t j = 1; j < n; j++)
        top = ppo_v_max(top, ppo_v_load(z + j * LD));
    ppo_vec sum = {0};
    for (size_t j = 0; j < n; j++)
        sum += ppo_v_exp(ppo_v_load(z + j * LD) - top);
    const ppo_vec shift = top + ppo_v_log(sum);
    for (size_t j = 0; j < n; j++)
        ppo_v_store(z + j * LD, ppo_v_load(z + j * LD) - shift);
}

void ppo_categorical_prepare(const ppo_dist_part *part, float *out, size_t rows)
{
    out += part->first_output * LD;
    for (size_t k = 0; k < part->num_actions; k++) {
        const size_t n = ppo_space_num_values(part->space, k);
        for (size_t r = 0; r < rows; r += PPO_LANES)
            log_softmax(out + r, n);
        out += n * LD;
    }
}

// The first j at which the cumulated probability exceeds u, for one vector of rows.
static ppo_vec inverse_cdf(const float *log_p, size_t n, ppo_vec u)
{
    ppo_vec cumulated = {0}, choice = {0};
    for (size_t j = 0; j + 1 < n; j++) {
        cumulated += ppo_v_exp(ppo_v_load(log_p + j * LD));
        choice += ppo_v_select(u >= cumulated, ppo_v_set(1.0f), (ppo_vec){0});
    }
    return choice;
}

void ppo_categorical_sample(const ppo_dist *dist, const ppo_dist_part *part, float *action,
                            const float *out, size_t rows, const ppo_sample_key *key)
{
    out += part->first_output * LD;
    action += part->first_action * LD;
    uint32_t words[4 * LD]; // of a random block, one for each of four factors
    float u[LD];
    for (size_t k = 0; k < part->num_actions; k++) {
        const size_t n = ppo_space_num_values(part->space, k);
        if (k % 4 == 0)
            ppo_dist_draw(words, dist, part, k / 4, rows, key);
        for (size_t r = 0; r < ppo_pad(rows); r++)
            u[r] = r < rows ? ppo_rng_uniform(words[k % 4 * LD + r]) : 0.0f;
        for (size_t r = 0; r < rows; r += PPO_LANES)
            ppo_v_store(action + k * LD + r, inverse_cdf(out + r, n, ppo_v_load(u + r)));
        out += n * LD;
    }
}

void ppo_categorical_mode(const ppo_dist_part *part, float *action, const float *out, size_t rows)
{
    out += part->first_output * LD;
    action += part->first_action * LD;
    for (size_t k = 0; k < part->num_actions; k++) {
        const size_t n = ppo_space_num_values(part->space, k);
        for (size_t r = 0; r < rows; r++) {
            size_t best = 0;
            for (size_t j = 1; j < n; j++)
                best = out[j * LD + r] > out[best * LD + r] ? j : best;
            action[k * LD + r] = (float)best;
        }
        out += n * LD;
    }
}

void ppo_categorical_eval(const ppo_dist_part *part, float *log_prob, float *entropy,
                          const float *out, const float *action, size_t rows)
{
    out += part->first_output * LD;
    action += part->first_action * LD;
    for (size_t r = 0; r < rows; r += PPO_LANES) {
        const float *column = out + r;
        ppo_vec chosen = {0}, information = {0};
        for (size_t k = 0; k < part->num_actions; k++) {
            const size_t n = ppo_space_num_values(part->space, k);
            const ppo_vec a = ppo_v_load(action + k * LD + r);
            for (size_t j = 0; j < n; j++, column += LD) {
                const ppo_vec log_p = ppo_v_load(column);
                chosen += ppo_v_select(a == (float)j, log_p, (ppo_vec){0});
                information -= ppo_v_exp(log_p) * log_p;
            }
        }
        ppo_v_store(log_prob + r, ppo_v_load(log_prob + r) + chosen);
        ppo_v_store(entropy + r, ppo_v_load(entropy + r) + information);
    }
}

// One factor, one vector of rows.
static void factor_backward(float *dz, const float *log_p, size_t n, ppo_vec action,
                            ppo_vec dlog_prob, float dentropy)
{
    ppo_vec entropy = {0};
    for (size_t j = 0; j < n; j++)
        entropy -= ppo_v_exp(ppo_v_load(log_p + j * LD)) * ppo_v_load(log_p + j * LD);
    for (size_t j = 0; j < n; j++) {
        const ppo_vec log_pj = ppo_v_load(log_p + j * LD), p = ppo_v_exp(log_pj);
        const ppo_vec hit = ppo_v_select(action == (float)j, ppo_v_set(1.0f), (ppo_vec){0});
        ppo_v_store(dz + j * LD, dlog_prob * (hit - p) - dentropy * p * (log_pj + entropy));
    }
}

void ppo_categorical_backward(const ppo_dist_part *part, float *dout, const float *out,
                              const float *action, const float *dlog_prob, float dentropy,
                              size_t rows)
{
    out += part->first_output * LD;
    dout += part->first_output * LD;
    action += part->first_action * LD;
    for (size_t k = 0; k < part->num_actions; k++) {
        const size_t n = ppo_space_num_values(part->space, k);
        for (size_t r = 0; r < rows; r += PPO_LANES)
            factor_backward(dout + r, out + r, n, ppo_v_load(action + k * LD + r),
                            ppo_v_load(dlog_prob + r), dentropy);
        out += n * LD;
        dout += n * LD;
    }
}
