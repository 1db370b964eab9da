// SPDX-License-Identifier: MIT
// Clipping and normalising rewards. Workload: one pass over [T, N] per iteration. Owns no memory:
// rows of the arena.
#include "rl/reward.h"

void ppo_reward_plan(ppo_reward *reward, const ppo_config *config, ppo_arena *arena)
{
    *reward = (ppo_reward){.clip = config->clip_reward,
                           .normalise = config->norm_reward,
                           .norm_clip = config->norm_reward_clip,
                           .gamma = (float)config->gamma};
    PPO_ARENA_ADD(arena, &reward->discounted, "reward_norm.discounted", "ppo_reward_run",
                  PPO_ROLE_REWARD_STATISTICS, PPO_F32, config->num_envs);
    ppo_normalizer_plan(&reward->statistics, "reward_norm", PPO_ROLE_REWARD_STATISTICS, 1, arena);
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

void ppo_reward_run(ppo_reward *s, ppo_rollout *r)
{
    const size_t num_envs = r->num_envs;
    for (size_t i = 0; i < r->num_steps * num_envs; i++) {
        const float reward = (float)r->env_reward[i];
        r->reward[i] = s->clip > 0.0 ? clip_to(reward, s->clip) : reward;
    }
    if (!s->normalise)
        return;
    for (size_t t = 0; t < r->num_steps; t++) {
        float *reward = r->reward + t * num_envs;
        const uint8_t *terminated = r->terminated + t * num_envs;
        const uint8_t *truncated = r->truncated + t * num_envs;
        for (size_t n = 0; n < num_envs; n++)
            s->discounted[n] = s->discounted[n] * s->gamma + reward[n];
        ppo_normalizer_update(&s->statistics, s->discounted, num_envs);
        for (size_t n = 0; n < num_envs; n++) {
            reward[n] = clip_to(reward[n] * s->statistics.scale[0], s->norm_clip);
            if (terminated[n] || truncated[n])
                s->discounted[n] = 0.0f;
        }
    }
}
