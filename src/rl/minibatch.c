// SPDX-License-Identifier: MIT
// Shuffling, advantage statistics and gathering. Owns nothing.
#include "rl/minibatch.h"

#include "core/rng.h"
#include "nn/mlp.h"
#include "nn/simd.h"

#include <math.h>

void ppo_minibatch_shuffle(uint32_t *perm, size_t count, uint64_t seed, size_t shard,
                           uint64_t epoch)
{
    const uint64_t step = epoch | (uint64_t)shard << 48;
    for (size_t i = 0; i < count; i++)
        perm[i] = (uint32_t)i;
    ppo_rng_block block = {{0}};
    for (size_t i = count; i > 1; i--) {
        const size_t draw = count - i;
        if (draw % 4 == 0)
            block = ppo_rng_draw(seed, PPO_RNG_SHUFFLE, (uint32_t)(draw / 4), step);
        // Scaling 32 bits to i values is off by less than i / 2^32 (Lemire 2019 without rejection).
        const size_t j = (size_t)(((uint64_t)block.word[draw % 4] * i) >> 32);
        const uint32_t swapped = perm[i - 1];
        perm[i - 1] = perm[j];
        perm[j] = swapped;
    }
}

// Several sums side by side, because one alone would wait for each addition in turn.
double ppo_minibatch_adv_sum(const float *advantage, const uint32_t *index, size_t count,
                             double shift, int power)
{
    double sum[8] = {0.0};
    for (size_t i = 0; i < count; i++) {
        const double difference = (double)advantage[index ? index[i] : i] - shift;
        sum[i % 8] += power == 1 ? difference : difference * difference;
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

ppo_adv_norm ppo_minibatch_adv_norm(double mean, double squares, size_t count)
{
    if (count < 2)
        return (ppo_adv_norm){.mean = 0.0f, .inv_std = 1.0f};
    const double std = sqrt(squares / (double)(count - 1));
    return (ppo_adv_norm){.mean = (float)mean, .inv_std = (float)(1.0 / (std + 1e-8))};
}

void ppo_minibatch_normalize(float *advantage, const uint32_t *index, size_t count,
                             const ppo_adv_norm *norm)
{
    for (size_t k = 0; k < count; k++)
        advantage[index[k]] = (advantage[index[k]] - norm->mean) * norm->inv_std;
}

void ppo_minibatch_gather(float *restrict rows, const float *restrict x,
                          const uint32_t *restrict index, size_t count, size_t width)
{
    if (width > 8) {
        for (size_t i = 0; i < count; i++)
            memcpy(rows + i * width, x + (size_t)index[i] * width, width * sizeof *x);
        return;
    }
    for (size_t k = 0; k < width; k++) // a call for each short row would take longer
        for (size_t i = 0; i < count; i++)
            rows[i * width + k] = x[index[i] * width + k];
}

void ppo_minibatch_gather_columns(float *restrict columns, const float *restrict x,
                                  const uint32_t *restrict index, size_t count, size_t width)
{
    for (size_t a = 0; a < width; a++) {
        float *column = columns + a * PPO_CHUNK_ROWS;
        for (size_t i = 0; i < count; i++)
            column[i] = x[index[i] * width + a];
        for (size_t i = count; i < ppo_pad(count); i++)
            column[i] = column[count - 1];
    }
}

void ppo_minibatch_gather_frames(unsigned char *rows, size_t stride, const ppo_frames_view *frames,
                                 size_t part, const uint32_t *index, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ppo_frames_stack_part(frames, part, rows + i * stride, index[i] / frames->num_envs,
                              index[i] % frames->num_envs);
}
