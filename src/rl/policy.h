// SPDX-License-Identifier: MIT
// Actor and critic: one or two networks, the distribution, and the flat block of their parameters.
//
// Separate: network 0 is the actor, network 1 the critic. Shared: network 0 is the trunk with both
// heads as one last layer, whose last output is the value. The order in the parameter block is
// actor (or all), log_std, critic, so that each optimiser group is one range.
//
// Outputs lie column by column with PPO_CHUNK_ROWS rows in each, as dist.h wants them.
#ifndef PPO_RL_POLICY_H
#define PPO_RL_POLICY_H

#include "nn/mlp.h"
#include "rl/dist.h"

typedef struct ppo_policy {
    ppo_dist dist;
    bool shared;
    size_t num_nets;
    ppo_mlp nets[2];
    ppo_params layout;
    size_t log_std;      // offset in params; meaningless without one
    size_t critic_begin; // offset of the critic's group; == layout.size if shared
    size_t packed_size;
    size_t max_outputs;  // columns of the wider network's output
    size_t scratch_size; // floats for one worker
    float *params;       // [layout.size], the trained values
    float *packed;       // [packed_size], weights as the forward pass reads them
} ppo_policy;

// One worker's working space, cut from `scratch_size` floats.
typedef struct ppo_policy_scratch {
    float *net;  // activations of the network evaluated last
    float *out;  // [max_outputs, PPO_CHUNK_ROWS] its outputs
    float *dout; // [max_outputs, PPO_CHUNK_ROWS] their gradient
} ppo_policy_scratch;

// Plans networks for observations of `num_features` floats and adds params and packed weights to
// the arena (params as state).
void ppo_policy_plan(ppo_policy *policy, const ppo_config *config, size_t num_features,
                     const ppo_space *action_space, ppo_arena *arena);

// Orthogonal weights with the config's gains, zero biases, log_std_init.
ppo_status ppo_policy_init(ppo_policy *policy, const ppo_config *config, ppo_error *error);

// Refreshes all packed weights from params.
void ppo_policy_pack(const ppo_policy *policy);

ppo_policy_scratch ppo_policy_scratch_at(const ppo_policy *policy, float *scratch);

// The network whose outputs hold the policy's, and the one whose outputs hold the value.
#define PPO_ACTOR_NET 0
size_t ppo_policy_critic_net(const ppo_policy *policy);

// Which column of the critic network's outputs is the value.
size_t ppo_policy_value_column(const ppo_policy *policy);

// Evaluates one network for x [rows, features], row stride ldx, into s->out.
void ppo_policy_forward(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                        const float *x, size_t ldx, size_t rows);

// Gradients of that network's parameters from s->dout, for the same x, written at their offsets.
void ppo_policy_backward(const ppo_policy *policy, size_t net, const ppo_policy_scratch *s,
                         float *grad, const float *x, size_t ldx, size_t rows);

// Values of x [rows, features] for any number of rows up to PPO_CHUNK_ROWS.
void ppo_policy_value(const ppo_policy *policy, const ppo_policy_scratch *s, float *value,
                      const float *x, size_t ldx, size_t rows);

const float *ppo_policy_log_std(const ppo_policy *policy); // [A], NULL if it is not a parameter

#endif
