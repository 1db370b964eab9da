// SPDX-License-Identifier: MIT
// What must hold across settings, and the sizes that follow from them. Owns nothing.
// Not here: the range of a single value (table.h, value.c), though it is checked again, since
// fields may be set directly.
#include "config/table.h"
#include "config/value.h"

#include "config/device.h"

#include "core/error.h"

#include <inttypes.h>
#include <stdio.h>

#define MAX_BATCH ((uint64_t)1 << 31)

uint64_t ppo_config_batch_size(const ppo_config *config)
{
    return (uint64_t)config->num_envs * config->num_steps;
}

uint32_t ppo_config_sequence_length(const ppo_config *config)
{
    if (config->memory == PPO_MEMORY_NONE)
        return 1;
    return config->sequence_length ? config->sequence_length : config->num_steps;
}

// Rounded up to whole sequences, so that there are at most num_minibatches and no small one is left
// over.
uint32_t ppo_config_minibatch_size(const ppo_config *config)
{
    if (config->minibatch_size || !config->num_minibatches)
        return config->minibatch_size;
    const uint64_t length = ppo_config_sequence_length(config);
    const uint64_t sequences = length ? ppo_config_batch_size(config) / length : 0;
    return (uint32_t)((sequences + config->num_minibatches - 1) / config->num_minibatches * length);
}

uint64_t ppo_config_num_iterations(const ppo_config *config)
{
    const uint64_t batch = ppo_config_batch_size(config);
    return batch ? config->total_timesteps / batch + (config->total_timesteps % batch != 0) : 0;
}

uint64_t ppo_config_fresh_seed(const ppo_config *config)
{
    return config->eval_seed + 1000000;
}

ppo_env_options ppo_config_env_options(const ppo_config *config)
{
    return (ppo_env_options){.struct_size = sizeof(ppo_env_options),
                             .atari = {.rom_dir = config->rom_dir,
                                       .frame_skip = config->frame_skip,
                                       .noop_max = config->noop_max,
                                       .screen_size = config->screen_size,
                                       .grayscale = config->grayscale,
                                       .max_pool = config->max_pool,
                                       .fire_reset = config->fire_reset,
                                       .terminal_on_life_loss = config->terminal_on_life_loss,
                                       .game_mode = config->game_mode,
                                       .difficulty = config->difficulty,
                                       .full_action_space = config->full_action_space},
                             .box2d = {.enable_wind = config->enable_wind,
                                       .wind_power = config->wind_power,
                                       .turbulence_power = config->turbulence_power,
                                       .gravity = config->gravity},
                             .classic = {.tmaze_length = config->tmaze_length},
                             .gymnasium = {.python = config->python,
                                           .env_kwargs = config->env_kwargs,
                                           .max_episode_steps = config->max_episode_steps,
                                           .num_envs = config->num_envs,
                                           .num_workers = config->num_workers,
                                           .env_timeout = config->env_timeout}};
}

static ppo_status check_ranges(const ppo_config *config, ppo_error *error)
{
    for (size_t i = 0; i < PPO_OPTION_COUNT; i++) {
        const ppo_value value = ppo_value_get(config, &ppo_option_rows[i]);
        PPO_TRY(ppo_value_check(&value, &ppo_option_rows[i], error));
    }
    return PPO_OK;
}

static ppo_status check_batch(const ppo_config *config, ppo_error *error)
{
    const uint64_t batch = ppo_config_batch_size(config);
    if (batch > MAX_BATCH)
        return ppo_fail(error, PPO_INVALID,
                        "num_envs %" PRIu32 " times num_steps %" PRIu32 " is a batch of %" PRIu64
                        " samples; at most %" PRIu64 " are possible",
                        config->num_envs, config->num_steps, batch, MAX_BATCH);
    if (config->minibatch_size > batch)
        return ppo_fail(error, PPO_INVALID,
                        "minibatch_size %" PRIu32 " is more than the batch of %" PRIu64
                        " samples (num_envs %" PRIu32 " times num_steps %" PRIu32 ")",
                        config->minibatch_size, batch, config->num_envs, config->num_steps);
    if (!config->minibatch_size && config->num_minibatches > batch)
        return ppo_fail(error, PPO_INVALID,
                        "num_minibatches %" PRIu32 " is more than the batch of %" PRIu64
                        " samples (num_envs %" PRIu32 " times num_steps %" PRIu32 ")",
                        config->num_minibatches, batch, config->num_envs, config->num_steps);
    return PPO_OK;
}

// Shards are equal, and added in a binary tree.
static ppo_status check_shards(const ppo_config *config, ppo_error *error)
{
    const uint32_t shards = config->shards, size = ppo_config_minibatch_size(config);
    if (shards & (shards - 1))
        return ppo_fail(error, PPO_INVALID, "shards %" PRIu32 " is not a power of two", shards);
    if (config->num_envs % shards != 0)
        return ppo_fail(error, PPO_INVALID,
                        "num_envs %" PRIu32 " can't be cut into %" PRIu32
                        " shards of equally many environments; make it a multiple of shards",
                        config->num_envs, shards);
    if (size % shards != 0)
        return ppo_fail(error, PPO_INVALID,
                        "minibatches of %" PRIu32 " samples can't be cut into %" PRIu32
                        " equal parts, one of each shard; make minibatch_size a multiple of shards",
                        size, shards);
    return PPO_OK;
}

// The divisors of `number` as text, as many as there is room for.
typedef struct divisor_list {
    char text[160];
} divisor_list;

static divisor_list divisors_of(uint32_t number)
{
    divisor_list list = {""};
    size_t length = 0;
    for (uint32_t d = 1; d <= number && length + 16 < sizeof list.text; d++)
        if (number % d == 0)
            length += (size_t)snprintf(list.text + length, sizeof list.text - length, "%s%" PRIu32,
                                       length ? ", " : "", d);
    return list;
}

// Rollouts are cut into sequences, and those dealt out to minibatches and shards, without a rest.
static ppo_status check_sequences(const ppo_config *config, ppo_error *error)
{
    const uint32_t length = ppo_config_sequence_length(config), steps = config->num_steps;
    if (config->memory == PPO_MEMORY_NONE || length == 0)
        return PPO_OK;
    const uint64_t sequences = ppo_config_batch_size(config) / length;
    if (steps % length != 0)
        return ppo_fail(error, PPO_INVALID,
                        "sequence_length %" PRIu32 " does not divide num_steps %" PRIu32
                        "; what does: %s",
                        length, steps, divisors_of(steps).text);
    if (config->minibatch_size % length != 0)
        return ppo_fail(error, PPO_INVALID,
                        "minibatch_size %" PRIu32 " samples are no whole sequences of %" PRIu32
                        " steps; set a multiple of %" PRIu32 ", or sequence_length to one of: %s",
                        config->minibatch_size, length, length, divisors_of(steps).text);
    if (!config->minibatch_size && config->num_minibatches > sequences)
        return ppo_fail(error, PPO_INVALID,
                        "num_minibatches %" PRIu32 " is more than the %" PRIu64
                        " sequences of %" PRIu32 " steps in a batch; lower it, or set "
                        "sequence_length to one of: %s",
                        config->num_minibatches, sequences, length, divisors_of(steps).text);
    if (ppo_config_minibatch_size(config) / length % config->shards != 0)
        return ppo_fail(error, PPO_INVALID,
                        "minibatches of %" PRIu32 " sequences can't be cut into %" PRIu32
                        " equal parts, one of each shard; make minibatch_size a multiple of "
                        "shards times sequence_length %" PRIu32,
                        ppo_config_minibatch_size(config) / length, config->shards, length);
    return PPO_OK;
}

// One sample less its own mean is 0: nothing would be learnt.
static ppo_status check_norm_adv(const ppo_config *config, ppo_error *error)
{
    if (config->norm_adv == PPO_NORM_ADV_MINIBATCH && ppo_config_minibatch_size(config) < 2)
        return ppo_fail(
            error, PPO_INVALID,
            "norm_adv minibatch makes every advantage 0 with minibatches of 1 sample; "
            "raise minibatch_size, lower num_minibatches, or set norm_adv batch or off");
    if (config->norm_adv == PPO_NORM_ADV_BATCH && ppo_config_batch_size(config) < 2)
        return ppo_fail(error, PPO_INVALID,
                        "norm_adv batch makes every advantage 0 with a batch of 1 sample; raise "
                        "num_envs or num_steps, or set norm_adv off");
    return PPO_OK;
}

static ppo_status check_networks(const ppo_config *config, ppo_error *error)
{
    if (config->separate_optimizers && config->shared_network)
        return ppo_fail(error, PPO_INVALID,
                        "separate_optimizers true needs shared_network false: a shared trunk "
                        "can't have two optimisers");
    if (config->critic_learning_rate > 0 && !config->separate_optimizers)
        return ppo_fail(error, PPO_INVALID,
                        "critic_learning_rate needs separate_optimizers true: one optimiser has "
                        "one learning rate");
    if (config->critic_hidden_sizes.count && config->shared_network)
        return ppo_fail(error, PPO_INVALID,
                        "critic_hidden_sizes needs shared_network false: the shared trunk's widths "
                        "are hidden_sizes");
    const uint32_t step = config->precision == PPO_PRECISION_BF16 ? 64 : 16;
    if (config->cnn_features % step)
        return ppo_fail(error, PPO_INVALID, "cnn_features is %u, not a multiple of %u%s",
                        config->cnn_features, step, step == 64 ? ", as bf16 needs" : "");
    return PPO_OK;
}

static ppo_status check_device(const ppo_config *config, ppo_error *error)
{
    ppo_device_choice choice;
    PPO_TRY(ppo_device_choose(&choice, config, error));
    if (choice.kind == PPO_DEVICE_GPU && config->precision == PPO_PRECISION_BF16)
        return ppo_fail(error, PPO_INVALID,
                        "device %.20s computes in fp32: set precision to fp32, or device to cpu",
                        config->device);
    if (choice.kind == PPO_DEVICE_GPU && config->shards > 1)
        return ppo_fail(error, PPO_INVALID,
                        "device %.20s computes one shard: set shards to 1, or device to cpu",
                        config->device);
    return PPO_OK;
}

ppo_status ppo_config_check(const ppo_config *config, ppo_error *error)
{
    PPO_TRY(ppo_config_check_size(config, error));
    PPO_TRY(check_ranges(config, error));
    PPO_TRY(check_batch(config, error));
    PPO_TRY(check_shards(config, error));
    PPO_TRY(check_sequences(config, error));
    PPO_TRY(check_norm_adv(config, error));
    PPO_TRY(check_networks(config, error));
    return check_device(config, error);
}
