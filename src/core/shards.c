// SPDX-License-Identifier: MIT
// The binary tree over shards. Owns nothing.
#include "core/shards.h"

const ppo_shards ppo_shards_one = {.count = 1, .first = 0, .num = 1};

ppo_shards ppo_shards_of(size_t count)
{
    return (ppo_shards){.count = count, .first = 0, .num = count};
}

void ppo_shards_sum(const ppo_shards *shards, double *blocks, size_t width)
{
    for (size_t apart = 1; apart < shards->num; apart *= 2)
        for (size_t i = 0; i + apart < shards->num; i += 2 * apart) {
            double *sum = blocks + i * width;
            for (size_t k = 0; k < width; k++)
                sum[k] += sum[apart * width + k];
        }
}
