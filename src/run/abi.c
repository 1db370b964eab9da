// SPDX-License-Identifier: MIT
// The list of ppo/abi.h. A struct that grows at its end gets another row, which existing bindings
// ignore. Owns nothing.
#include "ppo/abi.h"

#include "ppo/agent.h"
#include "ppo/vec.h"

#define WHOLE(type)        {#type, "", 0, sizeof(type)},
#define FIELD(type, field) {#type, #field, offsetof(type, field), sizeof(((type *)0)->field)},

// clang-format off
static const ppo_abi_row rows[] = {
    WHOLE(ppo_error)
    FIELD(ppo_error, status) FIELD(ppo_error, message)
    WHOLE(ppo_space)
    FIELD(ppo_space, kind) FIELD(ppo_space, dtype) FIELD(ppo_space, rank) FIELD(ppo_space, shape)
    FIELD(ppo_space, low) FIELD(ppo_space, high) FIELD(ppo_space, num_values)
    WHOLE(ppo_space_part) FIELD(ppo_space_part, key) FIELD(ppo_space_part, space)
    WHOLE(ppo_env_class)
    FIELD(ppo_env_class, struct_size) FIELD(ppo_env_class, abi_version) FIELD(ppo_env_class, id)
    FIELD(ppo_env_class, summary) FIELD(ppo_env_class, observation_space)
    FIELD(ppo_env_class, action_space) FIELD(ppo_env_class, max_episode_steps)
    FIELD(ppo_env_class, reward_threshold) FIELD(ppo_env_class, render)
    FIELD(ppo_env_class, render_width) FIELD(ppo_env_class, render_height)
    FIELD(ppo_env_class, render_fps) FIELD(ppo_env_class, action_mask)
    WHOLE(ppo_config)
    WHOLE(ppo_agent_load_options)
    // A pointer to a struct has a size too. NOLINTNEXTLINE(bugprone-sizeof-expression)
    FIELD(ppo_agent_load_options, struct_size) FIELD(ppo_agent_load_options, env)
    FIELD(ppo_agent_load_options, python)
    WHOLE(ppo_option)
    FIELD(ppo_option, name) FIELD(ppo_option, group) FIELD(ppo_option, type)
    FIELD(ppo_option, default_text) FIELD(ppo_option, range) FIELD(ppo_option, aliases)
    FIELD(ppo_option, help) FIELD(ppo_option, changes_result) FIELD(ppo_option, is_common)
    WHOLE(ppo_evaluation)
    FIELD(ppo_evaluation, struct_size) FIELD(ppo_evaluation, episodes) FIELD(ppo_evaluation, return_mean)
    FIELD(ppo_evaluation, return_std) FIELD(ppo_evaluation, return_min)
    FIELD(ppo_evaluation, return_max) FIELD(ppo_evaluation, length_mean)
    FIELD(ppo_evaluation, episodes_cut) FIELD(ppo_evaluation, episodes_lost)
    WHOLE(ppo_stats)
    FIELD(ppo_stats, struct_size) FIELD(ppo_stats, iteration) FIELD(ppo_stats, global_step) FIELD(ppo_stats, episodes)
    FIELD(ppo_stats, episodes_lost) FIELD(ppo_stats, return_mean) FIELD(ppo_stats, length_mean)
    FIELD(ppo_stats, learning_rate) FIELD(ppo_stats, critic_learning_rate)
    FIELD(ppo_stats, clip_coef) FIELD(ppo_stats, ent_coef) FIELD(ppo_stats, loss)
    FIELD(ppo_stats, policy_loss) FIELD(ppo_stats, value_loss) FIELD(ppo_stats, entropy)
    FIELD(ppo_stats, old_approx_kl) FIELD(ppo_stats, approx_kl) FIELD(ppo_stats, clip_fraction)
    FIELD(ppo_stats, explained_variance) FIELD(ppo_stats, grad_norm) FIELD(ppo_stats, std_mean)
    FIELD(ppo_stats, epochs) FIELD(ppo_stats, collect_seconds) FIELD(ppo_stats, update_seconds)
    WHOLE(ppo_act_options)
    FIELD(ppo_act_options, struct_size) FIELD(ppo_act_options, deterministic)
    FIELD(ppo_act_options, seed) FIELD(ppo_act_options, step) FIELD(ppo_act_options, masks)
    FIELD(ppo_act_options, episode_starts) FIELD(ppo_act_options, memory)
    FIELD(ppo_act_options, rows)
    WHOLE(ppo_evaluate_options)
    FIELD(ppo_evaluate_options, struct_size) FIELD(ppo_evaluate_options, episodes)
    FIELD(ppo_evaluate_options, seed) FIELD(ppo_evaluate_options, deterministic)
    FIELD(ppo_evaluate_options, returns) FIELD(ppo_evaluate_options, lengths)
    FIELD(ppo_evaluate_options, max_steps) FIELD(ppo_evaluate_options, is_interrupted)
    FIELD(ppo_evaluate_options, interrupt_context)
    WHOLE(ppo_vec_rows)
    FIELD(ppo_vec_rows, struct_size)
    FIELD(ppo_vec_rows, observation) FIELD(ppo_vec_rows, final_observation)
    FIELD(ppo_vec_rows, reward) FIELD(ppo_vec_rows, terminated) FIELD(ppo_vec_rows, truncated)
    FIELD(ppo_vec_rows, lost) FIELD(ppo_vec_rows, episode_return)
    FIELD(ppo_vec_rows, episode_length) FIELD(ppo_vec_rows, picture)
};
// clang-format on

bool ppo_abi_at(ppo_abi_row *row, size_t index)
{
    if (index >= sizeof rows / sizeof *rows)
        return false;
    *row = rows[index];
    return true;
}
