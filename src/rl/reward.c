// SPDX-License-Identifier: MIT
// Clipping and normalising rewards. Workload: one pass over [T, N] per iteration. Owns no memory:
// rows of the arena.
#include "rl/reward.h"

#include <string.h>

void ppo_reward_plan(ppo_reward *reward, const ppo_config *config, const ppo_shards *shards,
                     ppo_arena *arena)
{
    const char *owner = "ppo_reward_run";
    *reward = (ppo_reward){.clip = config->clip_reward,
                           .normalise = config->norm_reward,
                           .norm_clip = config->norm_reward_clip,
                           .gamma = (float)config->gamma};
    PPO_ARENA_ADD(arena, &reward->discounted, "reward_norm.discounted", owner,
                  PPO_ROLE_REWARD_STATISTICS, PPO_F32, config->num_envs);
    ppo_arena_mark_envs(arena, 0);
    ppo_normalizer_plan(&reward->statistics, "reward_norm", PPO_ROLE_REWARD_STATISTICS, 1, shards,
                        arena);
    if (!config->norm_reward)
        return;
    PPO_ARENA_ADD(arena, &reward->history, "reward_norm.history", owner, PPO_ROLE_SCRATCH, PPO_F32,
                  config->num_steps, config->num_envs);
    PPO_ARENA_ADD(arena, &reward->sums, "reward_norm.step_sums", owner, PPO_ROLE_SCRATCH, PPO_F64,
                  shards->num, config->num_steps);
    PPO_ARENA_ADD(arena, &reward->means, "reward_norm.step_means", owner, PPO_ROLE_SCRATCH, PPO_F64,
                  config->num_steps);
}

void ppo_reward_start(ppo_reward *reward)
{
    ppo_normalizer_init(&reward->statistics);
}

void ppo_reward_thaw(ppo_reward *reward)
{
    ppo_normalizer_thaw(&reward->statistics);
}

static float clip_to(float x, double limit)
{
    const float l = (float)limit;
    return x > l ? l : x < -l ? -l : x;
}

// history [T, N]: the discounted returns after each step. They don't depend on the statistics.
static void discount(ppo_reward *s, const ppo_rollout *r)
{
    for (size_t t = 0; t < r->num_steps; t++)
        for (size_t n = 0; n < r->num_envs; n++) {
            const size_t i = t * r->num_envs + n;
            s->history[i] = s->discounted[n] * s->gamma + r->reward[i];
            s->discounted[n] = r->terminated[i] || r->truncated[i] ? 0.0f : s->history[i];
        }
}

// sums [shards, T]: over each shard's environments, of the history less a step's mean, to the
// power of 1 or 2.
static void sum_steps(ppo_reward *s, const ppo_rollout *r, int power)
{
    const size_t num = s->statistics.shards->num, num_envs = r->num_envs / num;
    for (size_t shard = 0; shard < num; shard++)
        for (size_t t = 0; t < r->num_steps; t++) {
            const float *x = s->history + t * r->num_envs + shard * num_envs;
            double sum = 0.0;
            for (size_t n = 0; n < num_envs; n++) {
                const double difference = (double)x[n] - s->means[t];
                sum += power == 1 ? difference : difference * difference;
            }
            s->sums[shard * r->num_steps + t] = sum;
        }
    ppo_shards_sum(s->statistics.shards, s->sums, r->num_steps);
}

// The statistics of all steps are added up at once, then taken in one after the other.
static void normalise(ppo_reward *s, ppo_rollout *r)
{
    ppo_normalizer *statistics = &s->statistics;
    const ppo_shards *shards = statistics->shards;
    const size_t num_envs = r->num_envs / shards->num * shards->count; // of all shards
    const double total = (double)num_envs;
    discount(s, r);
    memset(s->means, 0, r->num_steps * sizeof *s->means);
    sum_steps(s, r, 1);
    for (size_t t = 0; t < r->num_steps; t++)
        s->means[t] = s->sums[t] / total;
    sum_steps(s, r, 2);
    for (size_t t = 0; t < r->num_steps; t++) {
        float *reward = r->reward + t * r->num_envs;
        ppo_normalizer_merge(statistics, 0, s->means[t], s->sums[t], total);
        statistics->count[0] += total;
        ppo_normalizer_thaw(statistics);
        for (size_t n = 0; n < r->num_envs; n++)
            reward[n] = clip_to(reward[n] * statistics->scale[0], s->norm_clip);
    }
}

void ppo_reward_run(ppo_reward *s, ppo_rollout *r)
{
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++) {
        const float reward = (float)r->env_reward[i];
        r->reward[i] = s->clip > 0.0 ? clip_to(reward, s->clip) : reward;
    }
    if (s->normalise)
        normalise(s, r);
}
