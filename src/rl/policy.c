// SPDX-License-Identifier: MIT
// Plans, initialises and evaluates the networks of a policy. Owns no memory: rows of the arena.
#include "rl/policy.h"

#include "nn/init.h"

#include <string.h>

#define LD PPO_CHUNK_ROWS

static size_t net_outputs(const ppo_policy *policy, size_t net)
{
    const ppo_mlp *mlp = &policy->nets[net];
    return mlp->layers[mlp->num_layers - 1].out;
}

static void plan_shared(ppo_policy *policy, const ppo_config *config, size_t num_features)
{
    ppo_mlp_plan(&policy->nets[PPO_ACTOR_NET], "trunk", num_features, &config->hidden_sizes,
                 policy->dist.num_outputs + 1, config->activation, &policy->layout,
                 &policy->packed_size);
    const ppo_param *weight = &policy->layout.list[policy->layout.count - 2];
    const ppo_param *bias = &policy->layout.list[policy->layout.count - 1];
    char weight_name[PPO_NAME_SIZE], bias_name[PPO_NAME_SIZE];
    memcpy(weight_name, weight->name, sizeof weight_name);
    memcpy(bias_name, bias->name, sizeof bias_name);
    ppo_params_split(&policy->layout, weight_name, "actor.weight", "critic.weight",
                     policy->dist.num_outputs);
    ppo_params_split(&policy->layout, bias_name, "actor.bias", "critic.bias",
                     policy->dist.num_outputs);
}

static void plan_log_std(ppo_policy *policy)
{
    policy->log_std = policy->layout.size;
    if (ppo_dist_has_log_std(&policy->dist))
        ppo_params_add(&policy->layout, "log_std", policy->dist.num_actions, 0);
}

static void plan_separate(ppo_policy *policy, const ppo_config *config, size_t num_features)
{
    const ppo_widths *critic =
        config->critic_hidden_sizes.count ? &config->critic_hidden_sizes : &config->hidden_sizes;
    ppo_mlp_plan(&policy->nets[PPO_ACTOR_NET], "actor", num_features, &config->hidden_sizes,
                 policy->dist.num_outputs, config->activation, &policy->layout,
                 &policy->packed_size);
    plan_log_std(policy);
    policy->critic_begin = policy->layout.size;
    ppo_mlp_plan(&policy->nets[1], "critic", num_features, critic, 1, config->activation,
                 &policy->layout, &policy->packed_size);
}

void ppo_policy_plan(ppo_policy *policy, const ppo_config *config, size_t num_features,
                     const ppo_space *action_space, ppo_arena *arena)
{
    *policy = (ppo_policy){.shared = config->shared_network};
    policy->dist = ppo_dist_for(action_space, config->std_source, config->action_bound);
    policy->num_nets = policy->shared ? 1 : 2;
    if (policy->shared) {
        plan_shared(policy, config, num_features);
        plan_log_std(policy);
        policy->critic_begin = policy->layout.size;
    } else {
        plan_separate(policy, config, num_features);
    }
    size_t net_scratch = 0;
    for (size_t i = 0; i < policy->num_nets; i++) {
        const size_t outputs = net_outputs(policy, i), size = policy->nets[i].scratch_size;
        policy->max_outputs = outputs > policy->max_outputs ? outputs : policy->max_outputs;
        net_scratch = size > net_scratch ? size : net_scratch;
    }
    policy->scratch_size = net_scratch + 2 * LD * policy->max_outputs;
    PPO_ARENA_ADD(arena, &policy->params, "params", "ppo_optimizer_step", PPO_ROW_STATE, PPO_F32,
                  policy->layout.size);
    PPO_ARENA_ADD(arena, &policy->packed, "policy.packed", "ppo_mlp_pack", PPO_ROW_SCRATCH, PPO_F32,
                  policy->packed_size);
}

static double gain_of(const ppo_policy *policy, const ppo_config *config, const ppo_param *param)
{
    for (size_t i = 0; i < policy->num_nets; i++) {
        const ppo_mlp *mlp = &policy->nets[i];
        for (size_t l = 0; l + 1 < mlp->num_layers; l++)
            if (mlp->layers[l].weight == param->offset)
                return config->hidden_gain;
    }
    return strncmp(param->name, "actor", 5) == 0 ? config->actor_gain : config->critic_gain;
}

// Outputs that hold deviations start at log_std_init, by their bias.
static void init_deviations(ppo_policy *policy, const ppo_config *config)
{
    const size_t num_actions = policy->dist.num_actions;
    const ppo_mlp *actor = &policy->nets[PPO_ACTOR_NET];
    float *first = policy->params + policy->log_std;
    if (!ppo_dist_is_gaussian(&policy->dist))
        return;
    if (!ppo_dist_has_log_std(&policy->dist))
        first = policy->params + actor->layers[actor->num_layers - 1].bias + num_actions;
    for (size_t a = 0; a < num_actions; a++)
        first[a] = (float)config->log_std_init;
}

ppo_status ppo_policy_init(ppo_policy *policy, const ppo_config *config, ppo_error *error)
{
    memset(policy->params, 0, policy->layout.size * sizeof *policy->params);
    for (size_t i = 0; i < policy->layout.count; i++) {
        const ppo_param *param = &policy->layout.list[i];
        if (param->rank != 2)
            continue;
        const ppo_status status =
            ppo_init_orthogonal(policy->params + param->offset, param->shape[0], param->shape[1],
                                gain_of(policy, config, param), config->seed, (uint32_t)i, error);
        if (status != PPO_OK)
            return status;
    }
    init_deviations(policy, config);
    ppo_policy_pack(policy);
    return PPO_OK;
}

void ppo_policy_pack(const ppo_policy *policy)
{
    for (size_t i = 0; i < policy->num_nets; i++)
        ppo_mlp_pack_all(&policy->nets[i], policy->packed, policy->params);
}

ppo_policy_scratch ppo_policy_scratch_at(const ppo_policy *policy, float *scratch)
{
    const size_t columns = LD * policy->max_outputs;
    return (ppo_policy_scratch){
        .out = scratch, .dout = scratch + columns, .net = scratch + 2 * columns};
}

size_t ppo_policy_critic_net(const ppo_policy *policy)
{
    return policy->num_nets - 1;
}

size_t ppo_policy_value_column(const ppo_policy *policy)
{
    return policy->shared ? policy->dist.num_outputs : 0;
}

void ppo_policy_forward(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                        const float *x, size_t ldx, size_t rows)
{
    ppo_mlp_forward(&policy->nets[net], s->out, s->net, policy->params, policy->packed, x, ldx,
                    rows);
}

void ppo_policy_backward(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                         float *grad, const float *x, size_t ldx, size_t rows)
{
    ppo_mlp_backward(&policy->nets[net], grad, s->net, policy->params, s->dout, x, ldx, rows);
}

void ppo_policy_value(const ppo_policy *policy, const ppo_policy_scratch *s, float *value,
                      const float *x, size_t ldx, size_t rows)
{
    ppo_policy_forward(policy, ppo_policy_critic_net(policy), s, x, ldx, rows);
    memcpy(value, s->out + LD * ppo_policy_value_column(policy), rows * sizeof *value);
}

const float *ppo_policy_log_std(const ppo_policy *policy)
{
    return ppo_dist_has_log_std(&policy->dist) ? policy->params + policy->log_std : NULL;
}
