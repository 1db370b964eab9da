// SPDX-License-Identifier: MIT
// Running statistics. Workload: a few rows of a few dozen numbers, once per environment step. Owns
// no memory: rows of the arena.
#include "agent/normalizer.h"

#include <math.h>
#include <stdio.h>

void ppo_normalizer_plan(ppo_normalizer *n, const char *name, ppo_role role, size_t width,
                         const ppo_shards *shards, ppo_arena *arena)
{
    const char *owner = "ppo_normalizer_update";
    char label[PPO_NAME_SIZE];
    *n = (ppo_normalizer){.shards = shards, .width = width};
    snprintf(label, sizeof label, "%.72s.mean", name);
    PPO_ARENA_ADD(arena, &n->mean, label, owner, role, PPO_F64, width);
    snprintf(label, sizeof label, "%.72s.variance", name);
    PPO_ARENA_ADD(arena, &n->variance, label, owner, role, PPO_F64, width);
    snprintf(label, sizeof label, "%.72s.count", name);
    PPO_ARENA_ADD(arena, &n->count, label, owner, role, PPO_F64, 1);
    snprintf(label, sizeof label, "%.72s.shift", name);
    PPO_ARENA_ADD(arena, &n->shift, label, owner, PPO_ROLE_SCRATCH, PPO_F32, width);
    snprintf(label, sizeof label, "%.72s.scale", name);
    PPO_ARENA_ADD(arena, &n->scale, label, owner, PPO_ROLE_SCRATCH, PPO_F32, width);
    snprintf(label, sizeof label, "%.72s.sums", name);
    PPO_ARENA_ADD(arena, &n->sums, label, owner, PPO_ROLE_SCRATCH, PPO_F64, shards->num, width);
    snprintf(label, sizeof label, "%.72s.means", name);
    PPO_ARENA_ADD(arena, &n->means, label, owner, PPO_ROLE_SCRATCH, PPO_F64, width);
}

void ppo_normalizer_init(ppo_normalizer *n)
{
    for (size_t i = 0; i < n->width; i++) {
        n->mean[i] = 0.0;
        n->variance[i] = 1.0;
    }
    n->count[0] = 1e-4;
    ppo_normalizer_thaw(n);
}

void ppo_normalizer_thaw(ppo_normalizer *n)
{
    for (size_t i = 0; i < n->width; i++) {
        n->shift[i] = (float)n->mean[i];
        n->scale[i] = (float)(1.0 / sqrt(n->variance[i] + 1e-8));
    }
}

void ppo_normalizer_merge(ppo_normalizer *n, size_t i, double mean, double squares, double rows)
{
    const double total = n->count[0] + rows;
    const double variance = squares / rows;
    const double difference = mean - n->mean[i];
    const double both = n->variance[i] * n->count[0] + variance * rows +
                        difference * difference * n->count[0] * rows / total;
    n->mean[i] += difference * rows / total;
    n->variance[i] = both / total;
}

// sums [shards, D]: each shard's columns of x, added up.
static void sum_columns(const ppo_normalizer *n, const float *x, size_t rows)
{
    for (size_t s = 0; s < n->shards->num; s++, x += rows * n->width)
        for (size_t i = 0; i < n->width; i++) {
            double sum = 0.0;
            for (size_t r = 0; r < rows; r++)
                sum += (double)x[r * n->width + i];
            n->sums[s * n->width + i] = sum;
        }
}

// The same of the squared differences from the means.
static void sum_squares(const ppo_normalizer *n, const float *x, size_t rows)
{
    for (size_t s = 0; s < n->shards->num; s++, x += rows * n->width)
        for (size_t i = 0; i < n->width; i++) {
            double squares = 0.0;
            for (size_t r = 0; r < rows; r++) {
                const double difference = (double)x[r * n->width + i] - n->means[i];
                squares += difference * difference;
            }
            n->sums[s * n->width + i] = squares;
        }
}

void ppo_normalizer_update(ppo_normalizer *n, const float *x, size_t rows)
{
    const size_t of_a_shard = rows / n->shards->num;
    const double total = (double)(of_a_shard * n->shards->count);
    sum_columns(n, x, of_a_shard);
    ppo_shards_sum(n->shards, n->sums, n->width);
    for (size_t i = 0; i < n->width; i++)
        n->means[i] = n->sums[i] / total;
    sum_squares(n, x, of_a_shard);
    ppo_shards_sum(n->shards, n->sums, n->width);
    for (size_t i = 0; i < n->width; i++)
        ppo_normalizer_merge(n, i, n->means[i], n->sums[i], total);
    n->count[0] += total;
    ppo_normalizer_thaw(n);
}

void ppo_normalizer_apply(const ppo_normalizer *n, float *x, size_t stride, size_t first,
                          size_t count, size_t rows, float limit)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t i = first; i < first + count; i++) {
            const float z = (x[r * stride + i] - n->shift[i]) * n->scale[i];
            x[r * stride + i] = z > limit ? limit : z < -limit ? -limit : z;
        }
}
