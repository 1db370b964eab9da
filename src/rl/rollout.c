// SPDX-License-Identifier: MIT
// The rollout's rows in the arena. Owns nothing.
#include "rl/rollout.h"

#include <math.h>

// A row of step arrays: [num_steps, num_envs], with a third axis if `elements` is not 0.
static void plan_row(ppo_arena *arena, void *slot, const char *name, const char *owner,
                     ppo_dtype dtype, size_t num_steps, size_t num_envs, size_t elements)
{
    ppo_arena_add(arena, slot, name, owner, PPO_ROLE_SCRATCH, dtype, elements ? 3 : 2,
                  PPO_ROW_DIMS(num_steps, num_envs, elements));
}

void ppo_rollout_plan(ppo_rollout *r, size_t num_steps, size_t num_envs, const ppo_input *input,
                      size_t num_actions, ppo_arena *arena)
{
    const size_t t = num_steps, n = num_envs;
    *r = (ppo_rollout){.num_steps = t,
                       .num_envs = n,
                       .num_features = input->num_features,
                       .num_actions = num_actions};
    const char *collect = "ppo_collect_run", *bootstrap = "ppo_bootstrap_run";
    if (ppo_input_has_pictures(input) || input->stack > 1)
        ppo_frames_plan(&r->frames, input, t, n, arena);
    else
        plan_row(arena, &r->features, "rollout.features", collect, PPO_F32, t + 1, n,
                 input->num_features);
#define PLAN_STEP_ARRAY(field, type, dtype, elements) \
    plan_row(arena, &r->field, "rollout." #field, collect, dtype, t, n, elements);
    PPO_STEP_ARRAYS(PLAN_STEP_ARRAY)
#undef PLAN_STEP_ARRAY
    plan_row(arena, &r->value, "rollout.value", bootstrap, PPO_F32, t + 1, n, 0);
    plan_row(arena, &r->next_value, "rollout.next_value", bootstrap, PPO_F32, t, n, 0);
    plan_row(arena, &r->reward, "rollout.reward", "ppo_reward_run", PPO_F32, t, n, 0);
    plan_row(arena, &r->advantage, "rollout.advantage", "ppo_gae_compute", PPO_F32, t, n, 0);
    plan_row(arena, &r->ret, "rollout.ret", "ppo_gae_compute", PPO_F32, t, n, 0);
}

void ppo_rollout_plan_masks(ppo_rollout *r, size_t num_values, ppo_arena *arena)
{
    plan_row(arena, &r->mask, "rollout.mask", "ppo_collect_run", PPO_U8, r->num_steps, r->num_envs,
             num_values);
}

void ppo_rollout_plan_memory(ppo_rollout *r, const ppo_policy *policy, size_t length,
                             ppo_arena *arena)
{
    ppo_rollout_memory_plan(&r->memory, policy, r->num_steps, r->num_envs, length, arena);
}

bool ppo_rollout_has_memory(const ppo_rollout *r)
{
    return r->memory.policy != NULL;
}

ppo_rollout_view ppo_rollout_view_of(const ppo_rollout *r)
{
    return (ppo_rollout_view){.num_features = r->num_features,
                              .num_actions = r->num_actions,
                              .features = r->features,
                              .frames = ppo_frames_view_of(&r->frames),
                              .action = r->action,
                              .log_prob = r->log_prob,
                              .mask = r->mask,
                              .value = r->value,
                              .advantage = r->advantage,
                              .ret = r->ret,
                              .lost = r->lost,
                              .memory = ppo_rollout_has_memory(r) ? &r->memory : NULL};
}

bool ppo_rollout_has_frames(const ppo_rollout *r)
{
    return r->frames.stack > 0;
}

unsigned char *ppo_rollout_row(ppo_rollout *r, size_t t)
{
    return ppo_rollout_has_frames(r)
               ? ppo_frames_row(&r->frames, t)
               : (unsigned char *)(r->features + t * r->num_envs * r->num_features);
}

const void *ppo_rollout_inputs(const ppo_rollout *r, unsigned char *stacks, size_t first,
                               size_t count)
{
    if (!ppo_rollout_has_frames(r))
        return r->features + first * r->num_features;
    const ppo_frames_view frames = ppo_frames_view_of(&r->frames);
    for (size_t i = first; i < first + count; i++)
        ppo_frames_stack(&frames, stacks, i - first, i / r->num_envs, i % r->num_envs);
    return stacks;
}

size_t ppo_rollout_samples(const ppo_rollout *r, size_t first, size_t count, uint32_t *index)
{
    size_t num_samples = 0;
    for (size_t t = 0; t < r->num_steps; t++)
        for (size_t i = t * r->num_envs + first; i < t * r->num_envs + first + count; i++)
            if (!r->lost[i])
                index[num_samples++] = (uint32_t)i;
    return num_samples;
}

// In two passes: returns may be large and vary little.
void ppo_rollout_return_sums(double sums[2], const ppo_rollout *r, const uint32_t *index,
                             size_t count, const double shift[2], int power)
{
    sums[0] = sums[1] = 0.0;
    for (size_t k = 0; k < count; k++) {
        const size_t i = index[k];
        const double ret = (double)r->ret[i] - shift[0]; // equal floats add up exactly
        const double error = (double)r->ret[i] - (double)r->value[i] - shift[1];
        sums[0] += power == 1 ? ret : ret * ret;
        sums[1] += power == 1 ? error : error * error;
    }
}

double ppo_explained_variance(const double squares[2])
{
    return squares[0] > 0.0 ? 1.0 - squares[1] / squares[0] : (double)NAN;
}
