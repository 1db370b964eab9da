// SPDX-License-Identifier: MIT
// Workers' buffers, as rows of the arena. Owns nothing.
#include "rl/worker_buffer.h"

#include <string.h>

// Enough steps to fill whole cache lines of the narrowest array for few environments; a single one
// where a step does so by itself.
static size_t choose_num_steps(size_t num_envs)
{
    const size_t steps = 512 / num_envs;
    return steps < 1 ? 1 : steps > 64 ? 64 : steps;
}

void ppo_worker_buffer_plan(ppo_worker_buffer *b, const ppo_rollout *r, size_t num_workers,
                            ppo_arena *arena)
{
    const size_t num_actions = r->num_actions;
    const char *owner = "ppo_collect_run";
    *b = (ppo_worker_buffer){.num_steps = choose_num_steps(r->num_envs),
                             .num_envs = r->num_envs,
                             .num_actions = num_actions,
                             .action_bytes = num_actions * sizeof(float)}; // or of int32_t
#define PLAN(field, type, dtype, elements)                                            \
    ppo_arena_add(arena, &b->field, "worker." #field, owner, PPO_ROLE_SCRATCH, dtype, \
                  (elements) ? 4 : 3,                                                 \
                  PPO_ROW_DIMS(num_workers, b->num_steps, b->num_envs, elements));
    PPO_STEP_ARRAYS(PLAN)
    PLAN(value, float, PPO_F32, 0)
#undef PLAN
    PPO_ARENA_ADD(arena, &b->env_action, "worker.env_action", owner, PPO_ROLE_SCRATCH, PPO_U8,
                  num_workers, b->num_envs, b->action_bytes);
}

ppo_worker_step ppo_worker_buffer_at(const ppo_worker_buffer *b, size_t worker, size_t k)
{
    const size_t row = (worker * b->num_steps + k) * b->num_envs, num_actions = b->num_actions;
#define AT(field, type, dtype, elements) .field = b->field + row * ((elements) ? (elements) : 1),
    return (ppo_worker_step){PPO_STEP_ARRAYS(AT).value = b->value + row,
                             .env_action = b->env_action + worker * b->num_envs * b->action_bytes};
#undef AT
}

// Copies elements [first, first+num) of `count` rows of `width` elements.
static void copy_columns(void *to, const void *from, size_t count, size_t width, size_t first,
                         size_t num, size_t element_bytes)
{
    for (size_t k = 0; k < count; k++) {
        const size_t offset = (k * width + first) * element_bytes;
        memcpy((unsigned char *)to + offset, (const unsigned char *)from + offset,
               num * element_bytes);
    }
}

void ppo_worker_buffer_flush(const ppo_worker_buffer *b, size_t worker, ppo_rollout *r, size_t t,
                             size_t count, size_t first, size_t num, bool has_value)
{
    const ppo_worker_step from = ppo_worker_buffer_at(b, worker, 0);
    const size_t n = b->num_envs, num_actions = b->num_actions;
#define COPY(field, type, dtype, elements)                                                      \
    copy_columns(r->field + t * n * ((elements) ? (elements) : 1), from.field, count, n, first, \
                 num, ((elements) ? (elements) : 1) * sizeof(type));
    PPO_STEP_ARRAYS(COPY)
    if (has_value) {
        COPY(value, float, PPO_F32, 0)
    }
#undef COPY
}
