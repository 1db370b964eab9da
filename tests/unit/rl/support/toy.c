// SPDX-License-Identifier: MIT
// The toy: see toy.h.
#include "unit/rl/support/toy.h"

#include "unit/rl/support/toy_mixed.h"
#include "unit/rl/support/toy_picture.h"

#include "ppo/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct toy {
    ppo_random random;
    uint64_t seed;
    uint32_t steps; // in all episodes
    float place[TOY_OBS];
} toy;

static ppo_status toy_reset(void *instance, const uint64_t *seed, void *observation,
                            ppo_error *error)
{
    toy *self = instance;
    (void)error;
    if (seed) {
        ppo_random_seed(&self->random, *seed);
        self->seed = *seed;
    }
    for (int i = 0; i < TOY_OBS; i++)
        self->place[i] = (float)ppo_random_uniform(&self->random, -1.0, 1.0);
    memcpy(observation, self->place, sizeof self->place);
    return PPO_OK;
}

static ppo_status step(toy *self, const float push[TOY_OBS], void *observation,
                       ppo_transition *transition)
{
    for (int i = 0; i < TOY_OBS; i++) {
        const double noise = ppo_random_uniform(&self->random, -0.2, 0.2);
        self->place[i] = 0.9f * self->place[i] + 0.1f * push[i] + (float)noise;
    }
    const double end = ppo_random_double(&self->random);
    transition->reward = 1.0 - (double)(self->place[0] * self->place[0]) + 0.1 * self->place[1];
    transition->terminated = end < 0.04;
    transition->truncated = end > 0.97;
    self->steps++;
    memcpy(observation, self->place, sizeof self->place);
    return PPO_OK;
}

static ppo_status integer_step(void *instance, const void *action, void *observation,
                               ppo_transition *transition, ppo_error *error)
{
    const int32_t *chosen = action;
    (void)error;
    return step(instance, (float[]){(float)chosen[0] - 1.0f, 0.5f, 0.0f}, observation, transition);
}

static ppo_status integers_step(void *instance, const void *action, void *observation,
                                ppo_transition *transition, ppo_error *error)
{
    const int32_t *chosen = action;
    (void)error;
    return step(instance, (float[]){(float)chosen[0], (float)chosen[1] - 1.0f, (float)-chosen[2]},
                observation, transition);
}

static ppo_status box_step(void *instance, const void *action, void *observation,
                           ppo_transition *transition, ppo_error *error)
{
    const float *force = action;
    (void)error;
    return step(instance, (float[]){force[0], force[1], force[0] * force[1]}, observation,
                transition);
}

static bool is_bad(const toy *self)
{
    return self->seed == TOY_SEED + TOY_BAD_ENV && self->steps == TOY_BAD_STEP;
}

static ppo_status bad_reward_step(void *instance, const void *action, void *observation,
                                  ppo_transition *transition, ppo_error *error)
{
    const bool bad = is_bad(instance);
    integer_step(instance, action, observation, transition, error);
    if (bad)
        transition->reward = (double)NAN;
    return PPO_OK;
}

static ppo_status bad_observation_step(void *instance, const void *action, void *observation,
                                       ppo_transition *transition, ppo_error *error)
{
    const bool bad = is_bad(instance);
    integer_step(instance, action, observation, transition, error);
    if (bad)
        ((float *)observation)[1] = -INFINITY;
    return PPO_OK;
}

static ppo_status failing_step(void *instance, const void *action, void *observation,
                               ppo_transition *transition, ppo_error *error)
{
    if (!is_bad(instance))
        return integer_step(instance, action, observation, transition, error);
    snprintf(error->message, sizeof error->message, "the toy broke");
    return PPO_ENV_FAILED;
}

static const uint32_t values[] = {3, 2, 3};
static const float low[] = {-1.0f, -0.5f}, high[] = {1.0f, 2.0f};

#define TOY(name, step_function, action)                                                       \
    {                                                                                          \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name,  \
        .summary = "a toy",                                                                    \
        .observation_space = {.kind = PPO_SPACE_BOX,                                           \
                              .dtype = PPO_F32,                                                \
                              .rank = 1,                                                       \
                              .shape = {TOY_OBS}},                                             \
        .action_space = action, .max_episode_steps = TOY_TIME_LIMIT, .reward_threshold = 40.0, \
        .instance_size = sizeof(toy), .state_size = sizeof(toy), .reset = toy_reset,           \
        .step = step_function                                                                  \
    }
#define INTEGERS(space_kind, count)                                                             \
    {                                                                                           \
        .kind = space_kind, .dtype = PPO_I32, .rank = 1, .shape = {count}, .num_values = values \
    }
#define FORCES                                                                                     \
    {                                                                                              \
        .kind = PPO_SPACE_BOX, .dtype = PPO_F32, .rank = 1, .shape = {2}, .low = low, .high = high \
    }

static const ppo_env_class classes[NUM_TOYS] = {
    [TOY_DISCRETE] = TOY("Toy-discrete", integer_step, INTEGERS(PPO_SPACE_DISCRETE, 1)),
    [TOY_MULTI_DISCRETE] =
        TOY("Toy-multi-discrete", integers_step, INTEGERS(PPO_SPACE_MULTI_DISCRETE, 3)),
    [TOY_MULTI_BINARY] =
        TOY("Toy-multi-binary", integers_step, INTEGERS(PPO_SPACE_MULTI_BINARY, 3)),
    [TOY_BOX] = TOY("Toy-box", box_step, FORCES),
    [TOY_BAD_REWARD] = TOY("Toy-bad-reward", bad_reward_step, INTEGERS(PPO_SPACE_DISCRETE, 1)),
    [TOY_BAD_OBSERVATION] =
        TOY("Toy-bad-observation", bad_observation_step, INTEGERS(PPO_SPACE_DISCRETE, 1)),
    [TOY_FAILING] = TOY("Toy-failing", failing_step, INTEGERS(PPO_SPACE_DISCRETE, 1)),
};

const ppo_env_class *toy_class(toy_kind kind)
{
    if (kind >= TOY_MIXED)
        return toy_mixed_class(kind);
    return kind < NUM_TOYS ? &classes[kind] : toy_picture_class(kind);
}
