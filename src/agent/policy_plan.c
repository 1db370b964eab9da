// SPDX-License-Identifier: MIT
// What a policy's networks consist of, where their tensors lie, and the values they start with.
// Owns nothing.
#include "agent/policy.h"

#include "config/device.h"
#include "core/error.h"
#include "nn/init.h"

#include <string.h>

#define LD PPO_CHUNK_ROWS

// --- the list of weights -------------------------------------------------------------------------

static void list_weight(ppo_policy *policy, ppo_weight weight)
{
    policy->weights[policy->num_weights++] = weight;
}

static void list_vision(ppo_policy *policy, size_t net, size_t vision)
{
    const ppo_cnn_shape *shape = &policy->extractors[net].visions[vision].shape;
    for (size_t i = 0; i < shape->num_steps; i++) {
        const ppo_cnn_step *step = &shape->steps[i];
        if (step->kind == PPO_CNN_CONV)
            list_weight(policy, (ppo_weight){.net = net,
                                             .home = PPO_WEIGHT_CONV,
                                             .vision = vision,
                                             .index = i,
                                             .weight = step->weight,
                                             .bias = step->bias,
                                             .out = step->conv.out_channels,
                                             .in = ppo_conv_weights(&step->conv) /
                                                   step->conv.out_channels});
    }
    list_weight(policy, (ppo_weight){.net = net,
                                     .home = PPO_WEIGHT_LINEAR,
                                     .vision = vision,
                                     .weight = shape->linear_weight,
                                     .bias = shape->linear_bias,
                                     .out = shape->linear.out,
                                     .in = shape->linear.in});
}

static void list_memory(ppo_policy *policy, size_t net)
{
    const ppo_memory_cell *cell = &policy->cells[net];
    for (size_t i = 0; i < 2; i++)
        list_weight(policy, (ppo_weight){.net = net,
                                         .home = PPO_WEIGHT_MEMORY,
                                         .index = i,
                                         .weight = cell->weights[i].weight,
                                         .bias = cell->weights[i].bias,
                                         .out = cell->num_gates * cell->size,
                                         .in = cell->weights[i].in});
}

static void list_layers(ppo_policy *policy, size_t net, ppo_weight_home home, const ppo_mlp *mlp)
{
    for (size_t l = 0; l < mlp->num_layers; l++)
        list_weight(policy, (ppo_weight){.net = net,
                                         .home = home,
                                         .index = l,
                                         .weight = mlp->layers[l].weight,
                                         .bias = mlp->layers[l].bias,
                                         .out = mlp->layers[l].out,
                                         .in = mlp->layers[l].in});
}

// --- networks ------------------------------------------------------------------------------------

// What a network has from its features on: hidden layers, memory if any, outputs.
typedef struct layers_plan {
    const char *name;
    size_t index;  // of the next module in torch.nn.Sequential
    size_t inputs; // features
    const ppo_widths *hidden;
    size_t outputs;
} layers_plan;

// Hidden layers and memory, after which the outputs remain.
static void plan_memory(ppo_policy *policy, size_t net, layers_plan *plan, const ppo_config *config)
{
    static const ppo_widths none = {.count = 0};
    ppo_mlp *trunk = &policy->trunks[net];
    const size_t count = plan->hidden->count;
    ppo_mlp_plan(trunk, plan->name, plan->index, plan->inputs, plan->hidden, 0, config->activation,
                 &policy->layout, &policy->packed_size);
    list_layers(policy, net, PPO_WEIGHT_TRUNK, trunk);
    ppo_memory_cell_plan(&policy->cells[net], plan->name, config->memory,
                         count ? plan->hidden->width[count - 1] : plan->inputs, config->memory_size,
                         &policy->layout, &policy->packed_size);
    list_memory(policy, net);
    plan->index += 2 * count;
    plan->inputs = config->memory_size;
    plan->hidden = &none;
}

// Network `net` with `outputs` outputs; a picture's own network has no hidden layers behind it.
static ppo_status plan_net(ppo_policy *policy, size_t net, const char *name,
                           const ppo_widths *hidden, size_t outputs, const ppo_config *config,
                           const ppo_space *space, ppo_arena *arena, ppo_error *error)
{
    static const ppo_widths none = {.count = 0};
    ppo_extractor *extractor = &policy->extractors[net];
    PPO_TRY(ppo_extractor_plan(extractor, name, &policy->input, space, config, &policy->device,
                               &policy->layout, arena, error));
    for (size_t i = 0; i < extractor->num_visions; i++)
        list_vision(policy, net, i);
    const bool is_picture = extractor->num_visions > 0 && !policy->input.is_composite;
    layers_plan plan = {.name = name,
                        .index = is_picture ? extractor->visions[0].shape.next_module : 0,
                        .inputs = extractor->width,
                        .hidden = is_picture ? &none : hidden,
                        .outputs = outputs};
    policy->head_begin[net] = policy->layout.size;
    if (config->memory != PPO_MEMORY_NONE)
        plan_memory(policy, net, &plan, config);
    ppo_mlp_plan(&policy->heads[net], name, plan.index, plan.inputs, plan.hidden, plan.outputs,
                 config->activation, &policy->layout, &policy->packed_size);
    policy->head_end[net] = policy->layout.size;
    list_layers(policy, net, PPO_WEIGHT_LAYER, &policy->heads[net]);
    return PPO_OK;
}

// The last layer of the shared network listed as two.
static void split_heads(ppo_policy *policy)
{
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
        ppo_params_add(&policy->layout, "log_std", policy->dist.num_reals, 0);
    policy->head_end[PPO_ACTOR_NET] = policy->layout.size;
    policy->critic_begin = policy->layout.size;
}

static ppo_status plan_nets(ppo_policy *policy, const ppo_config *config, const ppo_space *space,
                            ppo_arena *arena, ppo_error *error)
{
    const size_t outputs = policy->dist.num_outputs;
    const ppo_widths *hidden = &config->hidden_sizes;
    const ppo_widths *critic =
        config->critic_hidden_sizes.count ? &config->critic_hidden_sizes : hidden;
    ppo_status status =
        plan_net(policy, PPO_ACTOR_NET, policy->shared ? "trunk" : "actor", hidden,
                 policy->shared ? outputs + 1 : outputs, config, space, arena, error);
    if (status == PPO_OK && policy->shared)
        split_heads(policy);
    plan_log_std(policy);
    if (status == PPO_OK && !policy->shared)
        status = plan_net(policy, 1, "critic", critic, 1, config, space, arena, error);
    return status;
}

static void plan_scratch(ppo_policy *policy)
{
    size_t head = 0;
    for (size_t i = 0; i < policy->num_nets; i++) {
        const ppo_mlp *mlp = &policy->heads[i];
        const size_t outputs = mlp->layers[mlp->num_layers - 1].out;
        policy->max_outputs = outputs > policy->max_outputs ? outputs : policy->max_outputs;
        head = mlp->scratch_size > head ? mlp->scratch_size : head;
        if (policy->trunks[i].working > policy->trunk_size)
            policy->trunk_size = policy->trunks[i].working;
    }
    policy->scratch_size = 2 * LD * policy->max_outputs + policy->extractors[0].scratch_size + head;
    if (ppo_policy_has_memory(policy))
        policy->scratch_size +=
            LD * (policy->cells[0].record_size + 2 * policy->cells[0].size) + policy->trunk_size;
}

// Where the visions are computed. A perceptron's layers take the processor a few microseconds,
// which is what a single launch on a device takes.
static ppo_status open_device(ppo_policy *policy, const ppo_config *config, ppo_error *error)
{
    ppo_device_choice choice;
    PPO_TRY(ppo_device_choose(&choice, config, error));
    if (choice.kind == PPO_DEVICE_GPU && !ppo_policy_has_vision(policy))
        return ppo_fail(
            error, PPO_INVALID,
            "device %.20s is for policies that see pictures: the layers of a perceptron "
            "take the processor a few microseconds, no more than a single launch on a "
            "device, so it would be slower there; set device to cpu or auto",
            config->device);
    if (choice.kind == PPO_DEVICE_GPU)
        return ppo_gpu_device_open(&policy->device, choice.index, error);
    if (choice.kind == PPO_DEVICE_AUTO && ppo_policy_has_vision(policy) &&
        config->precision == PPO_PRECISION_FP32 && config->shards == 1)
        ppo_gpu_device_open_any(&policy->device, NULL);
    return PPO_OK;
}

ppo_status ppo_policy_plan(ppo_policy *policy, const ppo_config *config, const ppo_input *input,
                           const ppo_space *observation_space, const ppo_space *action_space,
                           ppo_arena *arena, ppo_error *error)
{
    *policy = (ppo_policy){.shared = config->shared_network, .input = *input};
    policy->dist = ppo_dist_for(action_space, config->std_source, config->action_bound);
    policy->num_nets = policy->shared ? 1 : 2;
    PPO_TRY(open_device(policy, config, error));
    const ppo_status status = plan_nets(policy, config, observation_space, arena, error);
    if (status != PPO_OK)
        return status;
    plan_scratch(policy);
    PPO_ARENA_ADD(arena, &policy->params, "params", "ppo_optimizer_step", PPO_ROLE_PARAMETER,
                  PPO_F32, policy->layout.size);
    PPO_ARENA_ADD(arena, &policy->packed, "policy.packed", "ppo_policy_pack", PPO_ROLE_SCRATCH,
                  PPO_F32, policy->packed_size);
    return PPO_OK;
}

void ppo_policy_release(ppo_policy *policy)
{
    for (size_t net = 0; net < policy->num_nets; net++)
        ppo_extractor_release(&policy->extractors[net]);
    ppo_gpu_device_close(&policy->device);
}

// --- initial values ------------------------------------------------------------------------------

// What a tensor of weights is for, by its place in the block.
typedef enum weight_role { HIDDEN, MEMORY, ACTOR_HEAD, CRITIC_HEAD } weight_role;

static weight_role role_of(const ppo_policy *policy, const ppo_param *param)
{
    for (size_t i = 0; i < policy->num_weights; i++) {
        const ppo_weight *weight = &policy->weights[i];
        const size_t last = policy->heads[weight->net].num_layers - 1;
        if (weight->weight != param->offset)
            continue;
        if (weight->home == PPO_WEIGHT_MEMORY)
            return MEMORY;
        if (weight->home != PPO_WEIGHT_LAYER || weight->index < last)
            return HIDDEN;
        return weight->net == PPO_ACTOR_NET ? ACTOR_HEAD : CRITIC_HEAD;
    }
    return CRITIC_HEAD; // the second of two heads that are one layer
}

static double gain_of(const ppo_policy *policy, const ppo_config *config, const ppo_param *param)
{
    switch (role_of(policy, param)) {
    case HIDDEN:
        return config->hidden_gain;
    case MEMORY:
        return 1.0; // each of its two matrices as one, all gates together (CleanRL)
    case ACTOR_HEAD:
        return config->actor_gain;
    case CRITIC_HEAD:
        break;
    }
    return config->critic_gain;
}

// Outputs that hold standard deviations start at log_std_init, by their bias.
static void init_log_std(ppo_policy *policy, const ppo_config *config)
{
    const ppo_mlp *actor = &policy->heads[PPO_ACTOR_NET];
    float *first = policy->params + policy->log_std;
    if (!ppo_dist_has_reals(&policy->dist))
        return;
    if (!ppo_dist_has_log_std(&policy->dist))
        first =
            policy->params + actor->layers[actor->num_layers - 1].bias + policy->dist.mask_width;
    for (size_t a = 0; a < policy->dist.num_reals; a++)
        first[a] = (float)config->log_std_init;
}

ppo_status ppo_policy_init(ppo_policy *policy, const ppo_config *config, ppo_error *error)
{
    memset(policy->params, 0, policy->layout.size * sizeof *policy->params);
    for (size_t i = 0; i < policy->layout.count; i++) {
        const ppo_param *param = &policy->layout.list[i];
        if (param->rank < 2)
            continue;
        const ppo_status status = ppo_init_orthogonal(
            policy->params + param->offset, param->shape[0], ppo_param_inputs(param),
            gain_of(policy, config, param), config->seed, (uint32_t)i, error);
        if (status != PPO_OK)
            return status;
    }
    init_log_std(policy, config);
    ppo_policy_pack(policy);
    return PPO_OK;
}
