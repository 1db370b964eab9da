// SPDX-License-Identifier: MIT
// Running statistics. Workload: a few rows of a few dozen numbers, once per environment step. Owns
// no memory: rows of the arena.
#include "agent/normalizer.h"

#include <math.h>
#include <stdio.h>

void ppo_normalizer_plan(ppo_normalizer *n, const char *name, ppo_role role, size_t width,
                         ppo_arena *arena)
{
    const char *owner = "ppo_normalizer_update";
    char label[PPO_NAME_SIZE];
    *n = (ppo_normalizer){.width = width};
    snprintf(label, sizeof label, "%.24s.mean", name);
    PPO_ARENA_ADD(arena, &n->mean, label, owner, role, PPO_F64, width);
    snprintf(label, sizeof label, "%.24s.variance", name);
    PPO_ARENA_ADD(arena, &n->variance, label, owner, role, PPO_F64, width);
    snprintf(label, sizeof label, "%.24s.count", name);
    PPO_ARENA_ADD(arena, &n->count, label, owner, role, PPO_F64, 1);
    snprintf(label, sizeof label, "%.24s.shift", name);
    PPO_ARENA_ADD(arena, &n->shift, label, owner, PPO_ROLE_SCRATCH, PPO_F32, width);
    snprintf(label, sizeof label, "%.24s.scale", name);
    PPO_ARENA_ADD(arena, &n->scale, label, owner, PPO_ROLE_SCRATCH, PPO_F32, width);
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

// Merges a batch's mean and variance of element i into the estimate.
static void merge(ppo_normalizer *n, size_t i, double mean, double variance, double rows)
{
    const double total = n->count[0] + rows;
    const double difference = mean - n->mean[i];
    const double squares = n->variance[i] * n->count[0] + variance * rows +
                           difference * difference * n->count[0] * rows / total;
    n->mean[i] += difference * rows / total;
    n->variance[i] = squares / total;
}

void ppo_normalizer_update(ppo_normalizer *n, const float *x, size_t rows)
{
    for (size_t i = 0; i < n->width; i++) {
        double sum = 0.0, squares = 0.0;
        for (size_t r = 0; r < rows; r++)
            sum += (double)x[r * n->width + i];
        const double mean = sum / (double)rows;
        for (size_t r = 0; r < rows; r++) {
            const double difference = (double)x[r * n->width + i] - mean;
            squares += difference * difference;
        }
        merge(n, i, mean, squares / (double)rows, (double)rows);
    }
    n->count[0] += (double)rows;
    ppo_normalizer_thaw(n);
}

void ppo_normalizer_apply(const ppo_normalizer *n, float *y, const float *x, size_t rows,
                          float limit)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < n->width; i++) {
            const float z = (x[r * n->width + i] - n->shift[i]) * n->scale[i];
            y[r * n->width + i] = z > limit ? limit : z < -limit ? -limit : z;
        }
}
