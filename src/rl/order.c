// SPDX-License-Identifier: MIT
// The order of samples, in rows of the arena: see order.h.
#include "rl/order.h"

#include "rl/sequence.h"

#include <math.h>
#include <string.h>

// --- planning ----------------------------------------------------------------------------------

size_t ppo_order_part_size(const ppo_config *config)
{
    return ppo_config_minibatch_size(config) / config->shards;
}

void ppo_order_plan(ppo_order *o, const ppo_config *config, const ppo_shards *shards,
                    ppo_pool *pool, ppo_arena *arena)
{
    const char *owner = "ppo_order_begin";
    const size_t num = shards->num, epochs = config->update_epochs;
    *o = (ppo_order){.config = config, .shards = shards, .pool = pool};
    o->shard_size = (size_t)ppo_config_batch_size(config) / num;
    o->part_size = ppo_order_part_size(config);
    o->most = (o->shard_size + o->part_size - 1) / o->part_size;
    o->length = config->memory == PPO_MEMORY_NONE ? 0 : ppo_config_sequence_length(config);
    PPO_ARENA_ADD(arena, &o->samples, "order.samples", owner, PPO_ROLE_SCRATCH, PPO_U32, num,
                  o->shard_size);
    PPO_ARENA_ADD(arena, &o->perm, "order.perm", owner, PPO_ROLE_SCRATCH, PPO_U32, epochs, num,
                  o->shard_size);
    PPO_ARENA_ADD(arena, &o->num_samples, "order.num_samples", owner, PPO_ROLE_SCRATCH, PPO_F64,
                  num, shards->count);
    PPO_ARENA_ADD(arena, &o->sums, "order.sums", owner, PPO_ROLE_SCRATCH, PPO_F64, num, epochs,
                  o->most);
    PPO_ARENA_ADD(arena, &o->means, "order.means", owner, PPO_ROLE_SCRATCH, PPO_F64, epochs,
                  o->most);
    PPO_ARENA_ADD(arena, &o->norm, "order.norm", owner, PPO_ROLE_SCRATCH, PPO_F32, epochs, o->most,
                  sizeof *o->norm / sizeof(float));
    if (o->length) {
        PPO_ARENA_ADD(arena, &o->sequences, "order.sequences", owner, PPO_ROLE_SCRATCH, PPO_U32,
                      epochs, num, o->shard_size / o->length);
        PPO_ARENA_ADD(arena, &o->totals, "order.totals", owner, PPO_ROLE_SCRATCH, PPO_F64, epochs,
                      o->most);
    }
    PPO_ARENA_ADD(arena, &o->returns, "order.returns", owner, PPO_ROLE_SCRATCH, PPO_F64, num, 2);
}

// --- samples -----------------------------------------------------------------------------------

// Samples of shard number `shard` of those computed here.
static size_t count_of(const ppo_order *o, size_t shard)
{
    return (size_t)o->num_samples[o->shards->first + shard];
}

// The samples of the shards here, and how many each shard has, wherever it is computed.
static void find_samples(ppo_order *o, const ppo_rollout *r)
{
    const ppo_shards *shards = o->shards;
    const size_t num_envs = r->num_envs / shards->num;
    size_t largest = 0;
    o->total = 0;
    memset(o->num_samples, 0, shards->num * shards->count * sizeof *o->num_samples);
    for (size_t s = 0; s < shards->num; s++)
        o->num_samples[s * shards->count + shards->first + s] =
            (double)ppo_rollout_samples(r, s * num_envs, num_envs, o->samples + s * o->shard_size);
    ppo_shards_sum(shards, o->num_samples, shards->count);
    for (size_t s = 0; s < shards->count; s++) {
        const size_t count = (size_t)o->num_samples[s];
        o->total += count;
        largest = count > largest ? count : largest;
    }
    o->num_minibatches = o->length ? o->most : (largest + o->part_size - 1) / o->part_size;
}

// What a minibatch has of a shard with `count` samples.
static size_t part_count(const ppo_order *o, size_t minibatch, size_t count)
{
    const size_t first = minibatch * o->part_size, left = count > first ? count - first : 0;
    return left < o->part_size ? left : o->part_size;
}

// Samples that minibatch `minibatch` of an epoch learns from, in all shards.
static size_t minibatch_count(const ppo_order *o, size_t epoch, size_t minibatch)
{
    size_t total = 0;
    if (o->length)
        return (size_t)o->totals[epoch * o->most + minibatch];
    for (size_t s = 0; s < o->shards->count; s++)
        total += part_count(o, minibatch, (size_t)o->num_samples[s]);
    return total;
}

static uint32_t *perm_at(const ppo_order *o, size_t epoch, size_t shard)
{
    return o->perm + (epoch * o->shards->num + shard) * o->shard_size;
}

ppo_minibatch_part ppo_order_part(const ppo_order *o, size_t epoch, size_t minibatch, size_t shard)
{
    return (ppo_minibatch_part){
        .index = perm_at(o, epoch, shard) + minibatch * o->part_size,
        .count = part_count(o, minibatch, o->length ? o->shard_size : count_of(o, shard)),
        .total = minibatch_count(o, epoch, minibatch),
        .norm = o->norm[epoch * o->most + minibatch]};
}

// --- tasks -------------------------------------------------------------------------------------

static void shuffle_samples(const ppo_order *o, size_t epoch, size_t shard)
{
    const uint32_t *samples = o->samples + shard * o->shard_size;
    uint32_t *perm = perm_at(o, epoch, shard);
    ppo_minibatch_shuffle(perm, count_of(o, shard), o->config->seed, o->shards->first + shard,
                          o->first_epoch + epoch);
    for (size_t k = 0; k < count_of(o, shard); k++)
        perm[k] = samples[perm[k]];
}

// The shard's sequences first, from its own numbers to those of the rollout, then the samples of
// each part of a minibatch.
static void shuffle_sequences(const ppo_order *o, size_t epoch, size_t shard)
{
    const size_t count = o->shard_size / o->length, in_part = o->part_size / o->length;
    const size_t num_envs = o->config->num_envs, own = num_envs / o->shards->num;
    uint32_t *order = o->sequences + (epoch * o->shards->num + shard) * count;
    ppo_minibatch_shuffle(order, count, o->config->seed, o->shards->first + shard,
                          o->first_epoch + epoch);
    for (size_t k = 0; k < count; k++)
        order[k] = (uint32_t)(order[k] / own * num_envs + shard * own + order[k] % own);
    for (size_t first = 0; first < count; first += in_part) {
        const size_t left = count - first;
        ppo_sequences_lay_out(perm_at(o, epoch, shard) + first * o->length, order + first,
                              left < in_part ? left : in_part, o->length, num_envs);
    }
}

// Task `epoch`: the order in which that epoch visits the samples.
static void shuffle_task(void *context, size_t epoch, size_t worker)
{
    (void)worker;
    const ppo_order *o = context;
    for (size_t s = 0; s < o->shards->num; s++)
        if (o->length)
            shuffle_sequences(o, epoch, s);
        else
            shuffle_samples(o, epoch, s);
}

// The sum of a part's advantages, less `shift`, to the power of o->power; 0: their number.
static double sum_part(const ppo_order *o, const ppo_minibatch_part *part, double shift)
{
    if (!o->length)
        return ppo_minibatch_adv_sum(o->advantage, part->index, part->count, shift, o->power);
    double sum = 0.0;
    for (size_t i = 0; i < part->count; i++) {
        const double difference = (double)o->advantage[part->index[i]] - shift;
        if (!o->lost[part->index[i]])
            sum += o->power == 0 ? 1.0 : o->power == 1 ? difference : difference * difference;
    }
    return sum;
}

// Task `epoch`: sums over the advantages of its minibatches' parts, less the minibatches' means in
// norm[].mean, to a power.
static void sum_task(void *context, size_t epoch, size_t worker)
{
    (void)worker;
    const ppo_order *o = context;
    for (size_t s = 0; s < o->shards->num; s++)
        for (size_t m = 0; m < o->num_minibatches; m++) {
            const ppo_minibatch_part part = ppo_order_part(o, epoch, m, s);
            const size_t at = epoch * o->most + m;
            o->sums[s * o->config->update_epochs * o->most + at] = sum_part(o, &part, o->means[at]);
        }
}

// --- advantages --------------------------------------------------------------------------------

static void sum_minibatches(ppo_order *o, int power)
{
    const size_t epochs = o->config->update_epochs, width = epochs * o->most;
    o->power = power;
    memset(o->sums, 0, o->shards->num * width * sizeof *o->sums);
    ppo_pool_run(o->pool, sum_task, o, epochs);
    ppo_shards_sum(o->shards, o->sums, width);
}

// How many samples of each minibatch are not lost, with memory.
static void find_totals(ppo_order *o)
{
    sum_minibatches(o, 0);
    memcpy(o->totals, o->sums, o->config->update_epochs * o->most * sizeof *o->totals);
}

// Mean and standard deviation of each minibatch, all at once: advantages don't change while they
// are learnt from.
static void find_minibatch_norms(ppo_order *o)
{
    const size_t epochs = o->config->update_epochs;
    memset(o->means, 0, epochs * o->most * sizeof *o->means);
    sum_minibatches(o, 1);
    for (size_t at = 0; at < epochs * o->most; at++)
        o->means[at] = o->sums[at] / (double)minibatch_count(o, at / o->most, at % o->most);
    sum_minibatches(o, 2);
    for (size_t at = 0; at < epochs * o->most; at++)
        o->norm[at] = ppo_minibatch_adv_norm(o->means[at], o->sums[at],
                                             minibatch_count(o, at / o->most, at % o->most));
}

// The sum over all samples of (advantage - shift)^power.
static double sum_batch(ppo_order *o, double shift, int power)
{
    for (size_t s = 0; s < o->shards->num; s++)
        o->sums[s] = ppo_minibatch_adv_sum(o->advantage, o->samples + s * o->shard_size,
                                           count_of(o, s), shift, power);
    ppo_shards_sum(o->shards, o->sums, 1);
    return o->sums[0];
}

static void normalize_batch(ppo_order *o, float *advantage)
{
    const double mean = sum_batch(o, 0.0, 1) / (double)o->total;
    const ppo_adv_norm norm = ppo_minibatch_adv_norm(mean, sum_batch(o, mean, 2), o->total);
    for (size_t s = 0; s < o->shards->num; s++)
        ppo_minibatch_normalize(advantage, o->samples + s * o->shard_size, count_of(o, s), &norm);
}

// --- an iteration ------------------------------------------------------------------------------

size_t ppo_order_begin(ppo_order *o, ppo_rollout *rollout, uint64_t iteration)
{
    const size_t epochs = o->config->update_epochs;
    find_samples(o, rollout);
    if (o->total == 0)
        return 0;
    o->advantage = rollout->advantage;
    o->first_epoch = iteration * epochs;
    if (o->config->norm_adv == PPO_NORM_ADV_BATCH)
        normalize_batch(o, rollout->advantage);
    for (size_t at = 0; at < epochs * o->most; at++)
        o->norm[at] = (ppo_adv_norm){.mean = 0.0f, .inv_std = 1.0f};
    ppo_pool_run(o->pool, shuffle_task, o, epochs);
    o->lost = rollout->lost;
    if (o->length)
        find_totals(o);
    if (o->config->norm_adv == PPO_NORM_ADV_MINIBATCH)
        find_minibatch_norms(o);
    return o->total;
}

// Sums over all samples of returns and of their differences from the values.
static void sum_returns(ppo_order *o, const ppo_rollout *r, const double shift[2], int power)
{
    for (size_t s = 0; s < o->shards->num; s++)
        ppo_rollout_return_sums(o->returns + 2 * s, r, o->samples + s * o->shard_size,
                                count_of(o, s), shift, power);
    ppo_shards_sum(o->shards, o->returns, 2);
}

double ppo_order_explained_variance(ppo_order *o, const ppo_rollout *r)
{
    sum_returns(o, r, (const double[2]){0.0, 0.0}, 1);
    const double means[2] = {o->returns[0] / (double)o->total, o->returns[1] / (double)o->total};
    sum_returns(o, r, means, 2);
    return ppo_explained_variance(o->returns);
}
