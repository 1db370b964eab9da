// SPDX-License-Identifier: MIT
// The small task: see small_task.h.
#include "unit/run/support/small_task.h"

#include "ppo/random.h"

#include <stdio.h>

typedef struct walker {
    ppo_random random;
    float place; // in (-1, 1)
    float speed;
} walker;

static void observe(const walker *self, float *observation)
{
    observation[0] = self->place;
    observation[1] = self->speed;
}

static ppo_status walker_reset(void *instance, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    walker *self = instance;
    (void)error;
    if (seed)
        ppo_random_seed(&self->random, *seed);
    self->place = (float)ppo_random_uniform(&self->random, -0.2, 0.2);
    self->speed = 0;
    observe(self, observation);
    return PPO_OK;
}

static ppo_status walker_step(void *instance, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    walker *self = instance;
    const float push = *(const int32_t *)action ? 0.02f : -0.02f;
    const float wind = (float)ppo_random_uniform(&self->random, -0.01, 0.01);
    (void)error;
    self->speed = 0.9f * self->speed + push + wind;
    self->place += self->speed;
    transition->reward = 1.0 - (double)(self->place * self->place);
    transition->terminated = self->place <= -1 || self->place >= 1;
    observe(self, observation);
    return PPO_OK;
}

// Near an end it can't be pushed towards it.
static void walker_mask(const void *instance, uint8_t *allowed)
{
    const walker *self = instance;
    allowed[0] = self->place > -0.5f;
    allowed[1] = self->place < 0.5f;
}

static const uint32_t two = 2;

#define WALKER(name, mask)                                                                         \
    {                                                                                              \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name,      \
        .summary = "a walker between two ends",                                                    \
        .observation_space = PPO_SPACE_FLOATS(2, NULL, NULL),                                      \
        .action_space = PPO_SPACE_CHOICE(&two), .max_episode_steps = 60, .reward_threshold = 1000, \
        .instance_size = sizeof(walker), .state_size = sizeof(walker), .reset = walker_reset,      \
        .step = walker_step, .action_mask = mask                                                   \
    }

const ppo_env_class small_env = WALKER("Walker-v0", NULL);
const ppo_env_class small_masked_env = WALKER("MaskedWalker-v0", walker_mask);

ppo_config small_config(const char *run_dir)
{
    ppo_config config;
    ppo_config_defaults(&config);
    snprintf(config.env_id, sizeof config.env_id, "%s", small_env.id);
    snprintf(config.run_dir, sizeof config.run_dir, "%s", run_dir);
    config.seed = 3;
    config.num_envs = 2;
    config.num_steps = 16;
    config.total_timesteps = 12 * 2 * 16;
    config.num_minibatches = 2;
    config.minibatch_size = 0;
    config.update_epochs = 2;
    config.hidden_sizes = (ppo_widths){.count = 1, .width = {8}};
    config.norm_obs = true;
    config.norm_reward = true;
    config.threads = 1;
    config.eval_every = 4;
    config.eval_episodes = 2;
    config.stop_when_solved = false;
    config.checkpoint_interval_s = 0;
    return config;
}
