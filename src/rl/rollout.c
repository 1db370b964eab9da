// SPDX-License-Identifier: MIT
// The rollout's rows in the arena. Owns nothing.
#include "rl/rollout.h"

#include <math.h>

void ppo_rollout_plan(ppo_rollout *r, size_t num_steps, size_t num_envs, const ppo_input *input,
                      size_t num_actions, ppo_arena *arena)
{
    const size_t t = num_steps, n = num_envs;
    *r = (ppo_rollout){.num_steps = t,
                       .num_envs = n,
                       .num_features = input->num_features,
                       .num_actions = num_actions};
    const char *collect = "ppo_collect_run", *bootstrap = "ppo_collect_bootstrap";
#define ROW(field, owner, dtype, ...) \
    PPO_ARENA_ADD(arena, &r->field, "rollout." #field, owner, PPO_ROLE_SCRATCH, dtype, __VA_ARGS__)
    if (ppo_input_is_picture(input) || input->stack > 1)
        ppo_frames_plan(&r->frames, input, t, n, arena);
    else
        ROW(obs, collect, PPO_F32, t + 1, n, input->num_features);
    ROW(action, collect, PPO_F32, t, n, num_actions);
    ROW(log_prob, collect, PPO_F32, t, n);
    ROW(env_reward, collect, PPO_F64, t, n);
    ROW(terminated, collect, PPO_U8, t, n);
    ROW(truncated, collect, PPO_U8, t, n);
    ROW(lost, collect, PPO_U8, t, n);
    ROW(episode_return, collect, PPO_F64, t, n);
    ROW(episode_length, collect, PPO_U32, t, n);
    ROW(reward, bootstrap, PPO_F32, t, n);
    ROW(value, bootstrap, PPO_F32, t + 1, n);
    ROW(next_value, bootstrap, PPO_F32, t, n);
    ROW(advantage, "ppo_gae_compute", PPO_F32, t, n);
    ROW(ret, "ppo_gae_compute", PPO_F32, t, n);
#undef ROW
}

void ppo_rollout_plan_masks(ppo_rollout *r, size_t num_values, ppo_arena *arena)
{
    PPO_ARENA_ADD(arena, &r->mask, "rollout.mask", "ppo_collect_run", PPO_ROLE_SCRATCH, PPO_U8,
                  r->num_steps, r->num_envs, num_values);
}

size_t ppo_rollout_samples(const ppo_rollout *r, uint32_t *index)
{
    size_t count = 0;
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++)
        if (!r->lost[i])
            index[count++] = (uint32_t)i;
    return count;
}

// In two passes: returns may be large and vary little.
double ppo_rollout_explained_variance(const ppo_rollout *r)
{
    const size_t batch = r->num_steps * r->num_envs;
    double ret_sum = 0.0, error_sum = 0.0, ret_squares = 0.0, error_squares = 0.0, count = 0.0;
    for (size_t i = 0; i < batch; i++) {
        if (r->lost[i])
            continue;
        ret_sum += (double)r->ret[i]; // equal floats add up exactly
        error_sum += (double)r->ret[i] - (double)r->value[i];
        count += 1.0;
    }
    for (size_t i = 0; i < batch; i++) {
        if (r->lost[i])
            continue;
        const double ret = (double)r->ret[i] - ret_sum / count;
        const double error = (double)r->ret[i] - (double)r->value[i] - error_sum / count;
        ret_squares += ret * ret;
        error_squares += error * error;
    }
    return ret_squares > 0.0 ? 1.0 - error_squares / ret_squares : (double)NAN;
}
