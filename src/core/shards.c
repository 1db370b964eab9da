// SPDX-License-Identifier: MIT
// The binary tree over shards: the lower levels here, the upper ones between ranks. Owns nothing.
#include "core/shards.h"

#include "core/error.h"

const ppo_shards ppo_shards_one = {.count = 1, .first = 0, .num = 1, .ranks = NULL};

ppo_status ppo_shards_share(ppo_shards *shards, size_t count, ppo_ranks *ranks, ppo_error *error)
{
    const size_t size = ranks ? ppo_ranks_size(ranks) : 1;
    if (size > count)
        return ppo_fail(error, PPO_INVALID,
                        "%zu ranks can't share %zu shard%s; set shards to at least the number of "
                        "ranks (shards changes results, the number of ranks does not)",
                        size, count, count == 1 ? "" : "s");
    *shards = (ppo_shards){.count = count, .num = count / size, .ranks = size > 1 ? ranks : NULL};
    shards->first = ranks ? ppo_ranks_rank(ranks) * shards->num : 0;
    return PPO_OK;
}

size_t ppo_shards_begin(const ppo_shards *shards, size_t total)
{
    return total / shards->count * shards->first;
}

void ppo_shards_sum_with(const ppo_shards *shards, double *blocks, size_t width, float *x,
                         size_t count)
{
    for (size_t apart = 1; apart < shards->num; apart *= 2)
        for (size_t i = 0; i + apart < shards->num; i += 2 * apart) {
            double *sum = blocks + i * width;
            for (size_t k = 0; k < width; k++)
                sum[k] += sum[apart * width + k];
        }
    ppo_ranks_sum(shards->ranks, x, count, blocks, width);
}

void ppo_shards_sum(const ppo_shards *shards, double *blocks, size_t width)
{
    ppo_shards_sum_with(shards, blocks, width, NULL, 0);
}

ppo_status ppo_shards_check(const ppo_shards *shards, ppo_error *error)
{
    return ppo_ranks_check(shards->ranks, error);
}
