// SPDX-License-Identifier: MIT
// An agent: what acts of a trainer, or by itself. Owns an arena if it stands alone. Not here:
// acting (actor.c), evaluating whole episodes (evaluate.c).
#include "agent/agent.h"

#include "core/error.h"
#include "core/float_scope.h"
#include "env/class.h"
#include "agent/state.h"
#include "agent/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static ppo_status check_actions(const ppo_env_class *env, const ppo_config *config,
                                ppo_error *error)
{
    const ppo_space *space = &env->action_space;
    for (size_t k = 0; k < ppo_space_num_leaves(space) && config->action_bound == PPO_ACTION_TANH;
         k++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, k);
        const float *low = leaf.space->low, *high = leaf.space->high;
        for (size_t i = 0; leaf.space->kind == PPO_SPACE_BOX && i < ppo_space_size(leaf.space); i++)
            if (!low || !high || !isfinite(high[i] - low[i]))
                return ppo_fail(error, PPO_INVALID,
                                "action_bound tanh needs finite action bounds, less than 3.4e38 "
                                "apart, but action %zu of %s has none; use clip or raw",
                                leaf.first + i, env->id);
    }
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
    PPO_TRY(ppo_policy_plan(&agent->policy, config, &input, &env->observation_space,
                            &env->action_space, arena, error));
    if (input.normalise)
        ppo_normalizer_plan(&agent->obs_norm, "obs_norm", PPO_ROLE_OBS_STATISTICS,
                            agent->num_features, agent->shards ? agent->shards : &ppo_shards_one,
                            arena);
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
    PPO_FLOAT_SCOPE;
    *result = NULL;
    ppo_agent *agent = calloc(1, sizeof *agent);
    if (!agent)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an agent");
    ppo_config own = *config;
    snprintf(own.device, sizeof own.device, "cpu"); // which is enough to act, and always there
    ppo_status status = ppo_agent_plan(agent, &own, env, &agent->own, error);
    if (status == PPO_OK)
        status = ppo_arena_bind(&agent->own, error);
    if (status != PPO_OK) {
        ppo_agent_destroy(agent);
        return status;
    }
    if (agent->policy.input.normalise)
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
    if (agent->policy.input.normalise)
        ppo_normalizer_thaw(&agent->obs_norm);
}

void ppo_agent_encode(const ppo_agent *agent, unsigned char *frames, const void *observations,
                      size_t rows)
{
    const ppo_input *input = &agent->policy.input;
    const ppo_space *space = &agent->env->observation_space;
    const float limit = (float)agent->config.norm_obs_clip;
    float *features = (float *)(void *)frames;
    ppo_input_encode(input, space, frames, observations, rows);
    if (!input->normalise)
        return;
    for (size_t first = 0, count; ppo_input_normalised_run(input, space, &first, &count);
         first += count)
        ppo_normalizer_apply(&agent->obs_norm, features, ppo_input_frame_bytes(input) / 4, first,
                             count, rows, limit);
}

void ppo_agent_update_norm(ppo_agent *agent, float *features, const void *observations, size_t rows)
{
    ppo_input_encode_features(&agent->policy.input, &agent->env->observation_space, features,
                              agent->num_features, observations, rows);
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
