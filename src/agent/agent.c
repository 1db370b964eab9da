// SPDX-License-Identifier: MIT
// An agent: what acts of a trainer, or by itself. Owns an arena if it stands alone. Not here:
// acting (actor.c), evaluating whole episodes (evaluate.c).
#include "agent/agent.h"

#include "core/error.h"
#include "core/float_scope.h"
#include "env/class.h"
#include "agent/features.h"
#include "agent/state.h"
#include "agent/vec.h"

#include <math.h>
#include <stdlib.h>

static ppo_status check_actions(const ppo_env_class *env, const ppo_config *config,
                                ppo_error *error)
{
    const ppo_space *space = &env->action_space;
    if (space->kind != PPO_SPACE_BOX || config->action_bound != PPO_ACTION_TANH)
        return PPO_OK;
    for (size_t i = 0; i < ppo_space_size(space); i++)
        if (!space->low || !space->high || !isfinite(space->high[i] - space->low[i]))
            return ppo_fail(error, PPO_INVALID,
                            "action_bound tanh needs finite action bounds, less than 3.4e38 apart, "
                            "but action %zu of %s has none; use clip or raw",
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
    ppo_status status = ppo_agent_plan(agent, config, env, &agent->own, error);
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

void ppo_agent_encode(const ppo_agent *agent, float *features, const void *observations,
                      size_t rows)
{
    ppo_features_encode(&agent->env->observation_space, features, observations, rows);
    if (agent->policy.input.normalise)
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
