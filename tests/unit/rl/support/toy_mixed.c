// SPDX-License-Identifier: MIT
// The toys with several parts: see toy_mixed.h.
#include "unit/rl/support/toy_mixed.h"

#include "ppo/random.h"

#include <assert.h>
#include <string.h>

enum { LAMPS = 4, BYTES = 3, HEIGHT = 37, WIDTH = 36, COLOURS = 2 };

// What an action is, part after part.
typedef struct toy_action {
    int32_t lamp;
    float push[2];
    int32_t switches[2];
} toy_action;

typedef struct toy_mixed {
    ppo_random random;
    int32_t lamp;
    float place[2];
} toy_mixed;

// --- what is seen --------------------------------------------------------------------------------

static unsigned char *put(unsigned char *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
    return to + (bytes + 3) / 4 * 4;
}

static void see(toy_mixed *self, void *observation)
{
    unsigned char bytes[BYTES];
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (unsigned char)ppo_random_integers(&self->random, 0, 256);
    unsigned char *to = put(observation, bytes, sizeof bytes);
    to = put(to, &self->lamp, sizeof self->lamp);
    put(to, self->place, sizeof self->place);
}

// The same with the lamp as a bright row of the picture.
static void see_picture(toy_mixed *self, void *observation)
{
    unsigned char *to = put(observation, &self->lamp, sizeof self->lamp);
    for (int32_t i = 0; i < HEIGHT * WIDTH * COLOURS; i++)
        to[i] = (unsigned char)(i / (WIDTH * COLOURS) / 9 == self->lamp ? 255 : i % 7);
    put(to + HEIGHT * WIDTH * COLOURS, self->place, sizeof self->place);
}

// --- what happens --------------------------------------------------------------------------------

static void begin(toy_mixed *self, const uint64_t *seed)
{
    if (seed)
        ppo_random_seed(&self->random, *seed);
    self->lamp = (int32_t)ppo_random_integers(&self->random, 0, LAMPS);
    for (int i = 0; i < 2; i++)
        self->place[i] = (float)ppo_random_uniform(&self->random, -1.0, 1.0);
}

static void act(toy_mixed *self, const toy_action *a, ppo_transition *transition)
{
    transition->reward = a->lamp == self->lamp ? 1.0 : 0.0;
    for (int i = 0; i < 2; i++) {
        const double noise = ppo_random_uniform(&self->random, -0.2, 0.2);
        self->place[i] = 0.9f * self->place[i] + 0.1f * a->push[i] + (float)noise;
        transition->reward -= (double)(self->place[i] * self->place[i]);
        transition->reward += 0.1 * a->switches[i];
    }
    self->lamp = (int32_t)ppo_random_integers(&self->random, 0, LAMPS);
    const double end = ppo_random_double(&self->random);
    transition->terminated = end < 0.04;
    transition->truncated = end > 0.95;
}

static ppo_status reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    (void)error;
    begin(self, seed);
    see(self, observation);
    return PPO_OK;
}

static ppo_status step(void *self, const void *action, void *observation,
                       ppo_transition *transition, ppo_error *error)
{
    (void)error;
    act(self, action, transition);
    see(self, observation);
    return PPO_OK;
}

static ppo_status picture_reset(void *self, const uint64_t *seed, void *observation,
                                ppo_error *error)
{
    (void)error;
    begin(self, seed);
    see_picture(self, observation);
    return PPO_OK;
}

static ppo_status picture_step(void *self, const void *action, void *observation,
                               ppo_transition *transition, ppo_error *error)
{
    (void)error;
    act(self, action, transition);
    see_picture(self, observation);
    return PPO_OK;
}

// The lamp behind the one that is on is forbidden; the places of the pushes say nothing.
static void allow(const void *instance, uint8_t *allowed)
{
    const toy_mixed *self = instance;
    allowed[(self->lamp + 1) % LAMPS] = 0;
    allowed[LAMPS] = 0;
}

// --- classes -------------------------------------------------------------------------------------

static const uint32_t lamps[] = {LAMPS};
static const float low[] = {-1.0f, -0.5f}, high[] = {1.0f, 2.0f};

static const ppo_space_part seen[] = {
    {"bytes", {.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 1, .shape = {BYTES}}},
    {"lamp", PPO_SPACE_CHOICE(lamps)},
    {"place", PPO_SPACE_FLOATS(2, NULL, NULL)},
};
static const ppo_space_part with_picture[] = {
    {"lamp", PPO_SPACE_CHOICE(lamps)},
    {"picture",
     {.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 3, .shape = {HEIGHT, WIDTH, COLOURS}}},
    {"place", PPO_SPACE_FLOATS(2, NULL, NULL)},
};
static const ppo_space_part moves[] = {
    {NULL, PPO_SPACE_FLOATS(2, low, high)},
    {NULL, {.kind = PPO_SPACE_MULTI_BINARY, .dtype = PPO_I32, .rank = 1, .shape = {2}}},
};
static const ppo_space_part actions[] = {
    {NULL, PPO_SPACE_CHOICE(lamps)},
    {NULL, PPO_SPACE_TUPLE_OF(2, moves)},
};

#define TOY(name, parts, reset_function, step_function, mask)                                 \
    {                                                                                         \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name, \
        .summary = "a toy", .observation_space = PPO_SPACE_DICT_OF(3, parts),                 \
        .action_space = PPO_SPACE_TUPLE_OF(2, actions), .max_episode_steps = TOY_TIME_LIMIT,  \
        .reward_threshold = 40.0, .instance_size = sizeof(toy_mixed),                         \
        .state_size = sizeof(toy_mixed), .reset = reset_function, .step = step_function,      \
        .action_mask = mask                                                                   \
    }

static const ppo_env_class plain = TOY("Toy-mixed", seen, reset, step, NULL);
static const ppo_env_class masked = TOY("Toy-mixed-masked", seen, reset, step, allow);
static const ppo_env_class picture =
    TOY("Toy-mixed-picture", with_picture, picture_reset, picture_step, allow);

const ppo_env_class *toy_mixed_class(toy_kind kind)
{
    switch (kind) {
    case TOY_MIXED:
        return &plain;
    case TOY_MIXED_MASKED:
        return &masked;
    default:
        assert(kind == TOY_MIXED_PICTURE);
        return &picture;
    }
}
