// SPDX-License-Identifier: MIT
// Acting scratch, as rows of the arena. Owns nothing.
#include "agent/acting_scratch.h"

#define LD PPO_CHUNK_ROWS

void ppo_acting_scratch_plan(ppo_acting_scratch_set *set, const ppo_policy *policy,
                             size_t num_threads, bool has_inputs, ppo_arena *arena)
{
    const ppo_input *input = &policy->input;
    const bool is_encoded = input->num_features > 0 || input->is_composite;
    const size_t num_actions = policy->dist.num_actions, threads = num_threads;
    *set = (ppo_acting_scratch_set){
        .policy = policy,
        .policy_size = ppo_param_align(policy->scratch_size),
        .input_size = LD * ppo_input_bytes(input),
        .frame_size = is_encoded ? (ppo_input_frame_bytes(input) + 63) / 64 * 64 : 0};
#define ROW(field, dtype, ...)                                                           \
    PPO_ARENA_ADD(arena, &set->field, "acting." #field, "scratch of a policy that acts", \
                  PPO_ROLE_SCRATCH, dtype, __VA_ARGS__)
    ROW(networks, PPO_F32, threads, set->policy_size);
    ROW(action, PPO_F32, threads, num_actions, LD);
    ROW(log_prob, PPO_F32, threads, LD);
    ROW(entropy, PPO_F32, threads, LD);
    if (has_inputs)
        ROW(inputs, PPO_U8, threads, set->input_size);
    if (set->frame_size)
        ROW(frame, PPO_U8, threads, set->frame_size);
#undef ROW
}

ppo_acting_scratch ppo_acting_scratch_at(const ppo_acting_scratch_set *set, size_t thread)
{
    const ppo_policy *policy = set->policy;
    return (ppo_acting_scratch){
        .policy = ppo_policy_scratch_at(policy, set->networks + thread * set->policy_size),
        .action = set->action + thread * policy->dist.num_actions * LD,
        .log_prob = set->log_prob + thread * LD,
        .entropy = set->entropy + thread * LD,
        .inputs = set->inputs ? set->inputs + thread * set->input_size : NULL,
        .frame = set->frame ? set->frame + thread * set->frame_size : NULL};
}
