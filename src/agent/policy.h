// SPDX-License-Identifier: MIT
// Actor and critic: one or two networks, the distribution, and the flat block of their parameters.
//
// A network is a multi-layer perceptron, the "head", behind an extractor, which for pictures has
// convolutional networks, the "visions". With memory its hidden layers are a perceptron of their
// own, the "trunk", and a memory cell stands between them and the head, which then is the outputs'
// layer alone. Separate: network 0 is the actor, network 1 the critic. Shared: network 0 is the
// trunk with both heads as one last layer, whose last output is the value. The order in the
// parameter block is actor (or all), log_std, critic, each with its vision first, so that each
// optimiser group is one range.
//
// Outputs lie column by column with PPO_CHUNK_ROWS rows in each, as dist.h wants them.
#ifndef PPO_AGENT_POLICY_H
#define PPO_AGENT_POLICY_H

#include "core/arena.h"
#include "nn/memory_cell.h"
#include "nn/mlp.h"
#include "agent/dist.h"
#include "agent/extractor.h"

// What a weight tensor is to its network.
typedef enum ppo_weight_home {
    PPO_WEIGHT_CONV,   // of step `index` of a vision
    PPO_WEIGHT_LINEAR, // of a vision's linear layer
    PPO_WEIGHT_TRUNK,  // of layer `index` of the trunk
    PPO_WEIGHT_MEMORY, // of the memory's gates, by inputs (`index` 0) or by itself (1)
    PPO_WEIGHT_LAYER,  // of layer `index` of the head
} ppo_weight_home;

// A weight and its bias, in the order in which they lie.
typedef struct ppo_weight {
    size_t net;
    ppo_weight_home home;
    size_t vision; // which one of the extractor's
    size_t index;
    size_t weight, bias; // offsets in params
    size_t out, in;      // rows, and elements of a row
} ppo_weight;

typedef struct ppo_policy {
    ppo_dist dist;
    ppo_input input;
    bool shared;
    size_t num_nets;
    ppo_gpu_device device; // that computes the visions; none: the processor does
    ppo_extractor extractors[2];
    ppo_mlp trunks[2];        // with memory, and perhaps without any layer
    ppo_memory_cell cells[2]; // with memory
    ppo_mlp heads[2];
    ppo_params layout;
    ppo_weight weights[PPO_MAX_PARAMS / 2];
    size_t num_weights;
    size_t log_std;       // offset in params; meaningless without one
    size_t critic_begin;  // offset of the critic's group; == layout.size if shared
    size_t head_begin[2]; // the range of each network's tensors (and log_std) in params whose
    size_t head_end[2];   // gradient is made chunk by chunk: all but those of its vision
    size_t packed_size;
    size_t max_outputs;  // columns of the wider network's output
    size_t trunk_size;   // floats of the larger trunk's activations
    size_t scratch_size; // floats for one worker
    float *params;       // [layout.size], the trained values
    float *packed;       // [packed_size], weights as the forward pass reads them
} ppo_policy;

// What a network remembers of some rows: [rows, H] each. A GRU has no c.
typedef struct ppo_memory {
    float *h, *c;
} ppo_memory;

// One worker's working space, cut from `scratch_size` floats.
typedef struct ppo_policy_scratch {
    float *net;        // activations of the head evaluated last
    float *out;        // [max_outputs, PPO_CHUNK_ROWS] its outputs
    float *dout;       // [max_outputs, PPO_CHUNK_ROWS] their gradient
    float *extractor;  // working memory of the extractors
    float *trunk;      // with memory: activations of the trunk evaluated last
    float *record;     // with memory: [PPO_CHUNK_ROWS, record_size] of the step made last
    ppo_memory memory; // with memory: [PPO_CHUNK_ROWS, H] to be used at will
} ppo_policy_scratch;

// Plans networks for this input, which observations of this space give, and adds params and packed
// weights to the arena (params as state).
ppo_status ppo_policy_plan(ppo_policy *policy, const ppo_config *config, const ppo_input *input,
                           const ppo_space *observation_space, const ppo_space *action_space,
                           ppo_arena *arena, ppo_error *error);

// Gives back what planning has taken outside the arena, the device's memory included.
void ppo_policy_release(ppo_policy *policy);

// Orthogonal weights with the config's gains, zero biases, log_std_init.
ppo_status ppo_policy_init(ppo_policy *policy, const ppo_config *config, ppo_error *error);

// Refreshes the packed weights from params: all of them; those of the rows [first, last) of one
// tensor, which is what a training step needs; and what acting needs on top of that, cut into tasks
// (a vision's linear layer is not among the rows).
void ppo_policy_pack(ppo_policy *policy);
void ppo_policy_pack_rows(ppo_policy *policy, const ppo_weight *weight, size_t first, size_t last);
size_t ppo_policy_acting_tasks(const ppo_policy *policy);
void ppo_policy_pack_acting(ppo_policy *policy, size_t task);

// The index-th of the networks that are on a device, and whose part it is; NULL past the last one.
ppo_cnn *ppo_policy_resident(ppo_policy *policy, size_t index, size_t *net);

// Brings the parameters that a device has changed into params.
void ppo_policy_fetch(ppo_policy *policy);

// PPO_OK, or what has failed on the policy's device. Results since then are NaN.
ppo_status ppo_policy_check_device(const ppo_policy *policy, ppo_error *error);

ppo_policy_scratch ppo_policy_scratch_at(const ppo_policy *policy, float *scratch);

// The network whose outputs hold the policy's, and the one whose outputs hold the value.
#define PPO_ACTOR_NET 0
size_t ppo_policy_critic_net(const ppo_policy *policy);

// Which column of the critic network's outputs is the value.
size_t ppo_policy_value_column(const ppo_policy *policy);

bool ppo_policy_has_vision(const ppo_policy *policy);

// Evaluates one network for a chunk's inputs x (input.h) into s->out: floats [rows, stack *
// features], pictures [rows, stack * channels, height, width], or several parts; rows <=
// PPO_CHUNK_ROWS.
void ppo_policy_forward(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                        const void *x, size_t rows);

// Its first part alone: the features of the inputs, [rows, stride of its extractor].
const float *ppo_policy_features(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                                 const void *x, size_t rows);

// With memory instead. The trunk: what the memory gets of observations x, [rows, *ld]. A step: the
// network's outputs into s->out from that and from the memory `before`, which is to be zero in rows
// that begin an episode; the memory after it into `after`, which may be `before`.
bool ppo_policy_has_memory(const ppo_policy *policy);
const float *ppo_policy_trunk(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                              const void *x, size_t rows, size_t *ld);
void ppo_policy_step(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                     const ppo_memory *after, const ppo_memory *before, const float *trunk,
                     size_t ld, size_t rows);

// Inputs of a network's memory; rows [first, ...) of a memory; its copy; and the memory zeroed in
// those of `rows` rows that begin an episode.
size_t ppo_policy_trunk_outputs(const ppo_policy *policy, size_t net);
ppo_memory ppo_policy_memory_at(const ppo_policy *policy, const ppo_memory *memory, size_t first);
void ppo_policy_memory_copy(const ppo_policy *policy, const ppo_memory *to, const ppo_memory *from,
                            size_t rows);
void ppo_policy_memory_clear(const ppo_policy *policy, const ppo_memory *memory,
                             const uint8_t *start, size_t rows);

// The head alone, from its inputs in rows of stride ld; and back: gradients of its parameters from
// s->dout, written as they lie from heads[net].begin on, and that of the inputs unless dinputs is
// NULL.
void ppo_policy_forward_head(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                             const float *inputs, size_t ld, size_t rows);
void ppo_policy_backward_head(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                              float *grad, float *dinputs, const float *inputs, size_t ld,
                              size_t rows);

// Features of a network's inputs.
size_t ppo_policy_head_inputs(const ppo_policy *policy);

// Floats of a chunk's gradient: those of all heads, one after another; and where a network's begin.
size_t ppo_policy_chunk_size(const ppo_policy *policy);
size_t ppo_policy_chunk_offset(const ppo_policy *policy, size_t net);

// Values of observations x for any number of rows up to PPO_CHUNK_ROWS, without memory; and with
// it, as a step of which nothing is kept.
void ppo_policy_value(const ppo_policy *policy, const ppo_policy_scratch *s, float *value,
                      const void *x, size_t rows);
void ppo_policy_value_step(const ppo_policy *policy, const ppo_policy_scratch *s, float *value,
                           const ppo_memory *before, const float *trunk, size_t ld, size_t rows);

const float *ppo_policy_log_std(
    const ppo_policy *policy); // [num_reals], NULL if it is no parameter

// MACs of one network for one observation: forward, and backward.
size_t ppo_policy_forward_macs(const ppo_policy *policy, size_t net);
size_t ppo_policy_backward_macs(const ppo_policy *policy, size_t net);

#endif
