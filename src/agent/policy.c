// SPDX-License-Identifier: MIT
// Evaluates the networks of a policy. Owns no memory: rows of the arena. Not here: what they
// consist of and start with (policy_plan.c).
#include "agent/policy.h"

#include <string.h>

#define LD PPO_CHUNK_ROWS

bool ppo_policy_has_vision(const ppo_policy *policy)
{
    return ppo_input_has_pictures(&policy->input);
}

size_t ppo_policy_critic_net(const ppo_policy *policy)
{
    return policy->num_nets - 1;
}

size_t ppo_policy_value_column(const ppo_policy *policy)
{
    return policy->shared ? policy->dist.num_outputs : 0;
}

size_t ppo_policy_head_inputs(const ppo_policy *policy)
{
    return policy->extractors[PPO_ACTOR_NET].width;
}

const float *ppo_policy_log_std(const ppo_policy *policy)
{
    return ppo_dist_has_log_std(&policy->dist) ? policy->params + policy->log_std : NULL;
}

size_t ppo_policy_chunk_offset(const ppo_policy *policy, size_t net)
{
    return net == 0 ? 0 : policy->head_end[0] - policy->head_begin[0];
}

size_t ppo_policy_chunk_size(const ppo_policy *policy)
{
    const size_t last = policy->num_nets - 1;
    return ppo_policy_chunk_offset(policy, last) + policy->head_end[last] -
           policy->head_begin[last];
}

// --- packed weights ------------------------------------------------------------------------------

void ppo_policy_pack(ppo_policy *policy)
{
    for (size_t i = 0; i < policy->num_nets; i++) {
        ppo_extractor_pack(&policy->extractors[i], policy->params);
        ppo_mlp_pack_all(&policy->heads[i], policy->packed, policy->params);
    }
}

void ppo_policy_pack_rows(ppo_policy *policy, const ppo_weight *weight, size_t first, size_t last)
{
    if (weight->home == PPO_WEIGHT_LAYER)
        ppo_mlp_pack(&policy->heads[weight->net], policy->packed, policy->params, weight->index,
                     first, last);
    else if (weight->home == PPO_WEIGHT_CONV)
        ppo_cnn_pack_conv(&policy->extractors[weight->net].visions[weight->vision], policy->params,
                          weight->index, first, last);
}

size_t ppo_policy_acting_tasks(const ppo_policy *policy)
{
    return policy->num_nets * ppo_extractor_acting_tasks(&policy->extractors[0]);
}

void ppo_policy_pack_acting(ppo_policy *policy, size_t task)
{
    const size_t tasks = ppo_extractor_acting_tasks(&policy->extractors[0]);
    ppo_extractor_pack_acting(&policy->extractors[task / tasks], policy->params, task % tasks);
}

// --- evaluation ----------------------------------------------------------------------------------

ppo_policy_scratch ppo_policy_scratch_at(const ppo_policy *policy, float *scratch)
{
    const size_t columns = LD * policy->max_outputs;
    float *extractor = scratch + 2 * columns;
    return (ppo_policy_scratch){.out = scratch,
                                .dout = scratch + columns,
                                .extractor = extractor,
                                .net = extractor + policy->extractors[0].scratch_size};
}

const float *ppo_policy_features(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                                 const void *x, size_t rows)
{
    return ppo_extractor_run(&policy->extractors[net], &policy->input, s->extractor, policy->params,
                             x, rows);
}

void ppo_policy_forward_head(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                             const float *features, size_t rows)
{
    ppo_mlp_forward(&policy->heads[net], s->out, s->net, policy->params, policy->packed, features,
                    policy->extractors[net].stride, rows);
}

void ppo_policy_backward_head(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                              float *grad, float *dfeatures, const float *features, size_t rows)
{
    ppo_mlp_backward(&policy->heads[net], grad, dfeatures, s->net, policy->params, s->dout,
                     features, policy->extractors[net].stride, rows);
}

void ppo_policy_forward(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                        const void *x, size_t rows)
{
    ppo_policy_forward_head(policy, net, s, ppo_policy_features(policy, net, s, x, rows), rows);
}

void ppo_policy_value(const ppo_policy *policy, const ppo_policy_scratch *s, float *value,
                      const void *x, size_t rows)
{
    ppo_policy_forward(policy, ppo_policy_critic_net(policy), s, x, rows);
    memcpy(value, s->out + LD * ppo_policy_value_column(policy), rows * sizeof *value);
}

size_t ppo_policy_forward_macs(const ppo_policy *policy, size_t net)
{
    return ppo_extractor_forward_macs(&policy->extractors[net]) +
           ppo_mlp_forward_macs(&policy->heads[net]);
}

// With vision the head's gradient goes on to its inputs.
size_t ppo_policy_backward_macs(const ppo_policy *policy, size_t net)
{
    const ppo_mlp *head = &policy->heads[net];
    return ppo_extractor_backward_macs(&policy->extractors[net]) +
           (ppo_policy_has_vision(policy) ? 2 * ppo_mlp_forward_macs(head)
                                          : ppo_mlp_backward_macs(head));
}
