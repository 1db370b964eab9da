// SPDX-License-Identifier: MIT
// Stages of collected steps, as rows of the arena. Owns nothing.
#include "rl/worker_buffer.h"

#include <string.h>

// Enough steps to fill whole cache lines of the narrowest array for few environments; a single one
// where a step does so by itself.
static size_t choose_num_steps(size_t num_envs)
{
    const size_t steps = 512 / num_envs;
    return steps < 1 ? 1 : steps > 64 ? 64 : steps;
}

void ppo_stage_plan(ppo_stage *s, const ppo_rollout *r, size_t num_workers, ppo_arena *arena)
{
    const size_t w = num_workers, n = r->num_envs, a = r->num_actions;
    const size_t k = choose_num_steps(n);
    *s = (ppo_stage){
        .num_steps = k, .num_envs = n, .num_actions = a, .action_bytes = a * sizeof(float)};
#define ROW(field, dtype, ...)                                                                   \
    PPO_ARENA_ADD(arena, &s->field, "stage." #field, "ppo_collect_run", PPO_ROLE_SCRATCH, dtype, \
                  __VA_ARGS__)
    ROW(action, PPO_F32, w, k, n, a);
    ROW(log_prob, PPO_F32, w, k, n);
    ROW(value, PPO_F32, w, k, n);
    ROW(reward, PPO_F64, w, k, n);
    ROW(episode_return, PPO_F64, w, k, n);
    ROW(episode_length, PPO_U32, w, k, n);
    ROW(terminated, PPO_U8, w, k, n);
    ROW(truncated, PPO_U8, w, k, n);
    ROW(lost, PPO_U8, w, k, n);
    ROW(env_action, PPO_U8, w, n, s->action_bytes);
#undef ROW
}

ppo_stage_step ppo_stage_at(const ppo_stage *s, size_t worker, size_t k)
{
    const size_t row = (worker * s->num_steps + k) * s->num_envs;
    return (ppo_stage_step){.action = s->action + row * s->num_actions,
                            .log_prob = s->log_prob + row,
                            .value = s->value + row,
                            .reward = s->reward + row,
                            .episode_return = s->episode_return + row,
                            .episode_length = s->episode_length + row,
                            .terminated = s->terminated + row,
                            .truncated = s->truncated + row,
                            .lost = s->lost + row,
                            .env_action = s->env_action + worker * s->num_envs * s->action_bytes};
}

// Copies elements [first, first+num) of `count` rows of `width` elements.
static void copy_block(void *to, const void *from, size_t count, size_t width, size_t first,
                       size_t num, size_t element_bytes)
{
    for (size_t k = 0; k < count; k++) {
        const size_t offset = (k * width + first) * element_bytes;
        memcpy((unsigned char *)to + offset, (const unsigned char *)from + offset,
               num * element_bytes);
    }
}

void ppo_stage_flush(const ppo_stage *s, size_t worker, const ppo_rollout *r, size_t t,
                     size_t count, size_t first, size_t num, bool has_value)
{
    const ppo_stage_step from = ppo_stage_at(s, worker, 0);
    const size_t n = s->num_envs, row = t * n;
#define COPY(to, field, size) copy_block(to, from.field, count, n, first, num, size)
    COPY(r->action + row * s->num_actions, action, s->num_actions * sizeof(float));
    COPY(r->log_prob + row, log_prob, sizeof(float));
    if (has_value)
        COPY(r->value + row, value, sizeof(float));
    COPY(r->env_reward + row, reward, sizeof(double));
    COPY(r->episode_return + row, episode_return, sizeof(double));
    COPY(r->episode_length + row, episode_length, sizeof(uint32_t));
    COPY(r->terminated + row, terminated, 1);
    COPY(r->truncated + row, truncated, 1);
    COPY(r->lost + row, lost, 1);
#undef COPY
}
