// SPDX-License-Identifier: MIT
// Evaluates the networks of a policy. Owns no memory: rows of the arena. Not here: what they
// consist of and start with (policy_plan.c).
#include "agent/policy.h"

#include <string.h>

#define LD PPO_CHUNK_ROWS

bool ppo_policy_has_vision(const ppo_policy *policy)
{
    return ppo_input_is_picture(&policy->input);
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
    return policy->heads[PPO_ACTOR_NET].layers[0].in;
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
        if (ppo_policy_has_vision(policy))
            ppo_cnn_pack(&policy->visions[i], policy->params);
        ppo_mlp_pack_all(&policy->heads[i], policy->packed, policy->params);
    }
}

void ppo_policy_pack_rows(ppo_policy *policy, const ppo_weight *weight, size_t first, size_t last)
{
    if (weight->home == PPO_WEIGHT_LAYER)
        ppo_mlp_pack(&policy->heads[weight->net], policy->packed, policy->params, weight->index,
                     first, last);
    else if (weight->home == PPO_WEIGHT_CONV)
        ppo_cnn_pack_conv(&policy->visions[weight->net], policy->params, weight->index, first,
                          last);
}

size_t ppo_policy_acting_tasks(const ppo_policy *policy)
{
    return ppo_policy_has_vision(policy)
               ? policy->num_nets * ppo_cnn_acting_tasks(&policy->visions[0])
               : 0;
}

void ppo_policy_pack_acting(ppo_policy *policy, size_t task)
{
    const size_t tasks = ppo_cnn_acting_tasks(&policy->visions[0]);
    ppo_cnn_pack_acting(&policy->visions[task / tasks], policy->params, task % tasks);
}

// --- evaluation ----------------------------------------------------------------------------------

ppo_policy_scratch ppo_policy_scratch_at(const ppo_policy *policy, float *scratch)
{
    const size_t columns = LD * policy->max_outputs;
    ppo_policy_scratch s = {.out = scratch, .dout = scratch + columns};
    float *next = scratch + 2 * columns;
    if (ppo_policy_has_vision(policy)) {
        const ppo_cnn *vision = &policy->visions[0]; // the other one has the same shape
        s.features = next;
        s.vision = s.features + LD * PPO_CNN_FEATURES(vision);
        next = s.vision + vision->acting_bytes / sizeof(float);
    }
    s.net = next;
    return s;
}

void ppo_policy_forward_head(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                             const float *features, size_t rows)
{
    ppo_mlp_forward(&policy->heads[net], s->out, s->net, policy->params, policy->packed, features,
                    ppo_policy_head_inputs(policy), rows);
}

void ppo_policy_backward_head(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                              float *grad, float *dfeatures, const float *features, size_t rows)
{
    ppo_mlp_backward(&policy->heads[net], grad, dfeatures, s->net, policy->params, s->dout,
                     features, ppo_policy_head_inputs(policy), rows);
}

void ppo_policy_forward(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                        const void *x, size_t rows)
{
    if (!ppo_policy_has_vision(policy)) {
        ppo_policy_forward_head(policy, net, s, x, rows);
        return;
    }
    ppo_cnn_features(&policy->visions[net], s->features, s->vision, policy->params, x, rows);
    ppo_policy_forward_head(policy, net, s, s->features, rows);
}

void ppo_policy_value(const ppo_policy *policy, const ppo_policy_scratch *s, float *value,
                      const void *x, size_t rows)
{
    ppo_policy_forward(policy, ppo_policy_critic_net(policy), s, x, rows);
    memcpy(value, s->out + LD * ppo_policy_value_column(policy), rows * sizeof *value);
}

size_t ppo_policy_forward_macs(const ppo_policy *policy, size_t net)
{
    return ppo_mlp_forward_macs(&policy->heads[net]) +
           (ppo_policy_has_vision(policy) ? ppo_cnn_shape_forward_macs(&policy->visions[net].shape)
                                          : 0);
}

// With vision the head's gradient goes on to its inputs.
size_t ppo_policy_backward_macs(const ppo_policy *policy, size_t net)
{
    const ppo_mlp *head = &policy->heads[net];
    if (!ppo_policy_has_vision(policy))
        return ppo_mlp_backward_macs(head);
    return 2 * ppo_mlp_forward_macs(head) +
           ppo_cnn_shape_backward_macs(&policy->visions[net].shape);
}
