// SPDX-License-Identifier: MIT
// Acting with a policy: normalise, evaluate, choose, bring into bounds. Evaluating whole episodes
// is in evaluate.c. Owns an arena if it stands alone.
#include "agent/agent.h"

#include "core/error.h"
#include "env/class.h"
#include "agent/features.h"
#include "agent/frame_stack.h"
#include "agent/state.h"
#include "agent/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LD PPO_CHUNK_ROWS

static ppo_status check_actions(const ppo_env_class *env, const ppo_config *config,
                                ppo_error *error)
{
    const ppo_space *space = &env->action_space;
    if (space->kind != PPO_SPACE_BOX || config->action_bound != PPO_ACTION_TANH)
        return PPO_OK;
    for (size_t i = 0; i < ppo_space_size(space); i++)
        if (!space->low || !space->high || !isfinite(space->low[i]) || !isfinite(space->high[i]))
            return ppo_fail(error, PPO_INVALID,
                            "action_bound tanh needs finite action bounds, but action %zu of %s "
                            "has none; use clip or raw",
                            i, env->id);
    return PPO_OK;
}

ppo_status ppo_agent_plan(ppo_agent *agent, const ppo_config *config, const ppo_env_class *env,
                          ppo_arena *arena, ppo_error *error)
{
    ppo_env_options options = ppo_config_env_options(config);
    ppo_input input;
    options.gymnasium.worker_log = agent->worker_log;
    agent->config = *config;
    if (env)
        PPO_TRY(ppo_env_class_check(env, error));
    else
        PPO_TRY(ppo_env_open(&agent->opened, config->env_id, &options, error));
    agent->env = ppo_env_class_whole(&agent->whole, env ? env : agent->opened);
    env = agent->env;
    PPO_TRY(check_actions(env, config, error));
    PPO_TRY(ppo_input_for(&input, config, &env->observation_space, error));
    agent->num_features = input.num_features;
    PPO_TRY(ppo_policy_plan(&agent->policy, config, &input, &env->action_space, arena, error));
    if (config->norm_obs)
        ppo_normalizer_plan(&agent->obs_norm, "obs_norm", PPO_ROLE_OBS_STATISTICS,
                            agent->num_features, arena);
    const size_t inputs = ppo_input_bytes(&input) / sizeof(float) + 1;
    PPO_ARENA_ADD(arena, &agent->space, "agent.space", "ppo_agent_act", PPO_ROLE_SCRATCH, PPO_F32,
                  agent->policy.scratch_size + LD * (agent->policy.dist.num_actions + inputs));
    return PPO_OK;
}

ppo_vecenv_options ppo_agent_vecenv_options(const ppo_agent *agent, size_t num_envs, uint64_t seed)
{
    ppo_vecenv_options options = ppo_vec_options_for(&agent->config, agent->env);
    options.num_envs = (uint32_t)num_envs;
    options.seed = seed;
    options.num_processes = 0;
    return options;
}

void ppo_agent_release(ppo_agent *agent)
{
    ppo_policy_release(&agent->policy);
    ppo_env_close(agent->opened);
    agent->opened = NULL;
}

ppo_status ppo_agent_create(ppo_agent **result, const ppo_config *config, const ppo_env_class *env,
                            ppo_error *error)
{
    *result = NULL;
    ppo_agent *agent = calloc(1, sizeof *agent);
    if (!agent)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an agent");
    ppo_status status = ppo_agent_plan(agent, config, env, &agent->own, error);
    if (status == PPO_OK)
        status = ppo_arena_bind(&agent->own, error);
    if (status != PPO_OK) {
        ppo_agent_destroy(agent);
        return status;
    }
    if (config->norm_obs)
        ppo_normalizer_init(&agent->obs_norm);
    *result = agent;
    return PPO_OK;
}

void ppo_agent_destroy(ppo_agent *agent)
{
    if (!agent)
        return;
    ppo_agent_release(agent);
    ppo_arena_release(&agent->own);
    free(agent);
}

bool ppo_agent_tensor(ppo_agent *agent, size_t index, ppo_tensor *tensor)
{
    return ppo_state_tensor(&agent->own, &agent->policy, index, tensor);
}

void ppo_agent_thaw(ppo_agent *agent)
{
    ppo_policy_pack(&agent->policy);
    if (agent->config.norm_obs)
        ppo_normalizer_thaw(&agent->obs_norm);
}

void ppo_agent_encode(const ppo_agent *agent, float *features, const void *observations,
                      size_t rows)
{
    ppo_features_encode(&agent->env->observation_space, features, observations, rows);
    if (agent->config.norm_obs)
        ppo_normalizer_apply(&agent->obs_norm, features, features, rows,
                             (float)agent->config.norm_obs_clip);
}

void ppo_agent_update_norm(ppo_agent *agent, float *features, const void *observations, size_t rows)
{
    ppo_features_encode(&agent->env->observation_space, features, observations, rows);
    ppo_normalizer_update(&agent->obs_norm, features, rows);
}

const ppo_env_class *ppo_agent_env(const ppo_agent *agent)
{
    return agent->env;
}

const ppo_config *ppo_agent_config(const ppo_agent *agent)
{
    return &agent->config;
}

uint64_t ppo_agent_hash(const ppo_agent *agent)
{
    return ppo_policy_hash(&agent->policy);
}

// Brings box actions [rows, A] into the space's bounds.
static void clip_actions(const ppo_space *space, float *actions, size_t rows)
{
    const size_t size = ppo_space_size(space);
    for (size_t r = 0; r < rows; r++)
        for (size_t a = 0; a < size; a++) {
            float *x = &actions[r * size + a];
            if (space->low && *x < space->low[a])
                *x = space->low[a];
            if (space->high && *x > space->high[a])
                *x = space->high[a];
        }
}

// What the networks get of observations [rows, stack], in `space` unless they are it themselves.
static const void *see_stacks(const ppo_agent *agent, float *space, const void *obs, size_t rows)
{
    const ppo_input *input = &agent->policy.input;
    const size_t bytes = ppo_input_frame_bytes(input);
    if (!ppo_input_is_picture(input)) {
        ppo_agent_encode(agent, space, obs, rows * input->stack);
        return space;
    }
    if (input->channels == 1)
        return obs;
    for (size_t i = 0; i < rows * input->stack; i++)
        ppo_frame_to_planes((unsigned char *)space + i * bytes,
                            (const unsigned char *)obs + i * bytes, bytes, input->channels);
    return space;
}

// Up to PPO_CHUNK_ROWS rows, the first of which is number `first` of the call.
static void act_chunk(ppo_agent *agent, void *actions, const void *obs, const uint8_t *masks,
                      size_t first, size_t rows, bool deterministic, uint64_t seed, uint64_t step)
{
    const ppo_policy *policy = &agent->policy;
    const ppo_dist *dist = &policy->dist;
    float *action = agent->space;
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, action + LD * dist->num_actions);
    const void *x =
        see_stacks(agent, action + LD * dist->num_actions + policy->scratch_size, obs, rows);
    ppo_policy_forward(policy, PPO_ACTOR_NET, &s, x, rows);
    if (masks)
        ppo_dist_forbid(dist, s.out, PPO_FORBIDDEN, masks, NULL, rows);
    ppo_dist_prepare(dist, s.out, rows);
    if (deterministic)
        ppo_dist_mode(dist, action, s.out, rows);
    else
        ppo_dist_sample(dist, action, s.out, ppo_policy_log_std(policy), rows, seed,
                        PPO_RNG_EVALUATE, first, step);
    if (masks)
        ppo_dist_allow(dist, action, masks, rows);
    ppo_dist_to_env(dist, actions, action, rows);
    if (ppo_dist_is_gaussian(dist) && dist->bound != PPO_ACTION_RAW)
        clip_actions(dist->space, actions, rows);
}

void ppo_agent_act(ppo_agent *agent, void *actions, const void *observations, size_t num_obs,
                   bool deterministic, uint64_t seed, uint64_t step)
{
    ppo_agent_act_masked(agent, actions, observations, NULL, num_obs, deterministic, seed, step);
}

void ppo_agent_act_masked(ppo_agent *agent, void *actions, const void *observations,
                          const uint8_t *masks, size_t num_obs, bool deterministic, uint64_t seed,
                          uint64_t step)
{
    const size_t mask_bytes = agent->policy.dist.num_outputs;
    const size_t action_bytes = ppo_space_bytes(&agent->env->action_space);
    const size_t obs_bytes =
        agent->policy.input.stack * ppo_space_bytes(&agent->env->observation_space);
    for (size_t first = 0; first < num_obs; first += LD) {
        const size_t rows = num_obs - first < LD ? num_obs - first : LD;
        act_chunk(agent, (unsigned char *)actions + first * action_bytes,
                  (const unsigned char *)observations + first * obs_bytes,
                  masks ? masks + first * mask_bytes : NULL, first, rows, deterministic, seed,
                  step);
    }
}
