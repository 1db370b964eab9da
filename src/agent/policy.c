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

bool ppo_policy_has_memory(const ppo_policy *policy)
{
    return policy->cells[PPO_ACTOR_NET].kind != PPO_MEMORY_NONE;
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
        if (ppo_policy_has_memory(policy)) {
            ppo_mlp_pack_all(&policy->trunks[i], policy->packed, policy->params);
            ppo_memory_cell_pack_all(&policy->cells[i], policy->packed, policy->params);
        }
        ppo_mlp_pack_all(&policy->heads[i], policy->packed, policy->params);
    }
}

void ppo_policy_pack_rows(ppo_policy *policy, const ppo_weight *weight, size_t first, size_t last)
{
    const size_t net = weight->net, index = weight->index;
    switch (weight->home) {
    case PPO_WEIGHT_CONV:
        ppo_cnn_pack_conv(&policy->extractors[net].visions[weight->vision], policy->params, index,
                          first, last);
        break;
    case PPO_WEIGHT_LINEAR:
        break;
    case PPO_WEIGHT_TRUNK:
        ppo_mlp_pack(&policy->trunks[net], policy->packed, policy->params, index, first, last);
        break;
    case PPO_WEIGHT_MEMORY:
        ppo_memory_cell_pack(&policy->cells[net], policy->packed, policy->params, index, first,
                             last);
        break;
    case PPO_WEIGHT_LAYER:
        ppo_mlp_pack(&policy->heads[net], policy->packed, policy->params, index, first, last);
        break;
    }
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

// --- a device ------------------------------------------------------------------------------------

ppo_cnn *ppo_policy_resident(ppo_policy *policy, size_t index, size_t *net)
{
    const size_t visions = policy->device.api ? policy->extractors[0].num_visions : 0;
    if (index >= policy->num_nets * visions)
        return NULL;
    *net = index / visions;
    return &policy->extractors[*net].visions[index % visions];
}

void ppo_policy_fetch(ppo_policy *policy)
{
    ppo_cnn *cnn;
    for (size_t i = 0, net; (cnn = ppo_policy_resident(policy, i, &net)); i++)
        ppo_cnn_resident_of(cnn)->fetch(cnn, PPO_CNN_PARAMS, policy->params);
}

ppo_status ppo_policy_check_device(const ppo_policy *policy, ppo_error *error)
{
    return ppo_gpu_device_check(&policy->device, error);
}

// --- evaluation ----------------------------------------------------------------------------------

ppo_policy_scratch ppo_policy_scratch_at(const ppo_policy *policy, float *scratch)
{
    const size_t columns = LD * policy->max_outputs;
    ppo_policy_scratch s = {
        .out = scratch, .dout = scratch + columns, .extractor = scratch + 2 * columns};
    float *next = s.extractor + policy->extractors[0].scratch_size;
    if (ppo_policy_has_memory(policy)) { // of the same shape in both networks, but for the trunk
        const ppo_memory_cell *cell = &policy->cells[0];
        s.record = next;
        s.memory = (ppo_memory){.h = next + LD * cell->record_size,
                                .c = next + LD * (cell->record_size + cell->size)};
        s.trunk = s.memory.c + LD * cell->size;
        next = s.trunk + policy->trunk_size;
    }
    s.net = next;
    return s;
}

const float *ppo_policy_features(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                                 const void *x, size_t rows)
{
    return ppo_extractor_run(&policy->extractors[net], &policy->input, s->extractor, policy->params,
                             x, rows);
}

void ppo_policy_forward_head(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                             const float *inputs, size_t ld, size_t rows)
{
    ppo_mlp_forward(&policy->heads[net], s->out, s->net, policy->params, policy->packed, inputs, ld,
                    rows);
}

void ppo_policy_backward_head(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                              float *grad, float *dinputs, const float *inputs, size_t ld,
                              size_t rows)
{
    ppo_mlp_backward(&policy->heads[net], grad, dinputs, s->net, policy->params, s->dout, inputs,
                     ld, rows);
}

void ppo_policy_forward(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                        const void *x, size_t rows)
{
    ppo_policy_forward_head(policy, net, s, ppo_policy_features(policy, net, s, x, rows),
                            policy->extractors[net].stride, rows);
}

void ppo_policy_value(const ppo_policy *policy, const ppo_policy_scratch *s, float *value,
                      const void *x, size_t rows)
{
    ppo_policy_forward(policy, ppo_policy_critic_net(policy), s, x, rows);
    memcpy(value, s->out + LD * ppo_policy_value_column(policy), rows * sizeof *value);
}

// --- memory --------------------------------------------------------------------------------------

size_t ppo_policy_trunk_outputs(const ppo_policy *policy, size_t net)
{
    return policy->cells[net].weights[PPO_GATES_BY_INPUT].in;
}

ppo_memory ppo_policy_memory_at(const ppo_policy *policy, const ppo_memory *memory, size_t first)
{
    const size_t offset = first * policy->cells[0].size;
    return (ppo_memory){.h = memory->h + offset, .c = memory->c ? memory->c + offset : NULL};
}

void ppo_policy_memory_copy(const ppo_policy *policy, const ppo_memory *to, const ppo_memory *from,
                            size_t rows)
{
    const size_t bytes = rows * policy->cells[0].size * sizeof *to->h;
    memcpy(to->h, from->h, bytes);
    if (ppo_memory_cell_has_c(&policy->cells[0]))
        memcpy(to->c, from->c, bytes);
}

void ppo_policy_memory_clear(const ppo_policy *policy, const ppo_memory *memory,
                             const uint8_t *start, size_t rows)
{
    ppo_memory_cell_clear(&policy->cells[0], memory->h, memory->c, start, rows);
}

const float *ppo_policy_trunk(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                              const void *x, size_t rows, size_t *ld)
{
    *ld = policy->extractors[net].stride;
    return ppo_mlp_forward_hidden(&policy->trunks[net], s->trunk, policy->params, policy->packed,
                                  ppo_policy_features(policy, net, s, x, rows), ld, rows);
}

void ppo_policy_step(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                     const ppo_memory *after, const ppo_memory *before, const float *trunk,
                     size_t ld, size_t rows)
{
    const ppo_memory_cell *cell = &policy->cells[net];
    ppo_memory_cell_take(cell, s->record, policy->params, policy->packed, trunk, ld, rows);
    ppo_memory_cell_step(cell, after->h, after->c, s->record, policy->params, policy->packed,
                         before->h, before->c, rows);
    ppo_policy_forward_head(policy, net, s, after->h, cell->size, rows);
}

void ppo_policy_value_step(const ppo_policy *policy, const ppo_policy_scratch *s, float *value,
                           const ppo_memory *before, const float *trunk, size_t ld, size_t rows)
{
    ppo_policy_step(policy, ppo_policy_critic_net(policy), s, &s->memory, before, trunk, ld, rows);
    memcpy(value, s->out + LD * ppo_policy_value_column(policy), rows * sizeof *value);
}

// --- work ----------------------------------------------------------------------------------------

// MACs of what stands between vision and head.
static size_t memory_forward_macs(const ppo_policy *policy, size_t net)
{
    return ppo_policy_has_memory(policy) ? ppo_mlp_forward_macs(&policy->trunks[net]) +
                                               ppo_memory_cell_forward_macs(&policy->cells[net])
                                         : 0;
}

size_t ppo_policy_forward_macs(const ppo_policy *policy, size_t net)
{
    return ppo_extractor_forward_macs(&policy->extractors[net]) + memory_forward_macs(policy, net) +
           ppo_mlp_forward_macs(&policy->heads[net]);
}

// What stands first needs no gradient of its inputs.
size_t ppo_policy_backward_macs(const ppo_policy *policy, size_t net)
{
    const ppo_mlp *head = &policy->heads[net], *trunk = &policy->trunks[net];
    const bool has_vision = ppo_policy_has_vision(policy);
    const size_t vision = ppo_extractor_backward_macs(&policy->extractors[net]);
    if (!ppo_policy_has_memory(policy))
        return vision + (has_vision ? 2 * ppo_mlp_forward_macs(head) : ppo_mlp_backward_macs(head));
    const bool is_first = !has_vision && trunk->num_layers == 0;
    return vision + 2 * ppo_mlp_forward_macs(head) +
           ppo_memory_cell_backward_macs(&policy->cells[net], !is_first) +
           (has_vision || is_first ? 2 * ppo_mlp_forward_macs(trunk)
                                   : ppo_mlp_backward_macs(trunk));
}
