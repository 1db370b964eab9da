// SPDX-License-Identifier: MIT
// The toys with pictures: see toy_picture.h.
#include "unit/rl/support/toy_picture.h"

#include "ppo/random.h"

#include <assert.h>
#include <string.h>

enum { LIVES = 3, SIDE = 3 }; // of a game; of the square

// Height, width and channels of a class: its context.
typedef struct toy_screen {
    size_t height, width, channels;
} toy_screen;

typedef struct toy_picture {
    ppo_random random;
    const toy_screen *screen;
    uint64_t noise;
    uint32_t row, column; // of the square
    uint32_t lives;       // 0: the game is over
} toy_picture;

static void draw(toy_picture *self, void *observation)
{
    const toy_screen *s = self->screen;
    unsigned char *bytes = observation;
    for (size_t i = 0; i < s->height * s->width * s->channels; i++) {
        const size_t pixel = i / s->channels, row = pixel / s->width, column = pixel % s->width;
        const bool inside = row - self->row < SIDE && column - self->column < SIDE;
        self->noise = self->noise * 6364136223846793005u + 1442695040888963407u;
        const uint64_t value = inside ? 255 - 40 * (i % s->channels) : self->noise >> 57;
        bytes[i] = (unsigned char)value;
    }
}

static ppo_status init(void *instance, const void *context, ppo_error *error)
{
    toy_picture *self = instance;
    (void)error;
    self->screen = context;
    return PPO_OK;
}

static ppo_status reset(void *instance, const uint64_t *seed, void *observation, ppo_error *error)
{
    toy_picture *self = instance;
    (void)error;
    if (seed) {
        ppo_random_seed(&self->random, *seed);
        self->noise = *seed;
    }
    if (seed || self->lives == 0)
        self->lives = LIVES;
    self->row = (uint32_t)ppo_random_integers(&self->random, 0, (int64_t)self->screen->height);
    self->column = (uint32_t)ppo_random_integers(&self->random, 0, (int64_t)self->screen->width);
    draw(self, observation);
    return PPO_OK;
}

static ppo_status step(void *instance, const void *action, void *observation,
                       ppo_transition *transition, ppo_error *error)
{
    toy_picture *self = instance;
    const int32_t push = *(const int32_t *)action - 1;
    const uint32_t width = (uint32_t)self->screen->width;
    (void)error;
    self->column = (uint32_t)((int32_t)(self->column + width) + push) % width;
    self->row = (self->row + 1) % (uint32_t)self->screen->height;
    const double end = ppo_random_double(&self->random);
    transition->reward = self->column < width / 2 ? 1.0 : -0.25;
    transition->terminated = end < 0.06;
    transition->truncated = end > 0.97;
    if (transition->terminated)
        self->lives--;
    else if (transition->truncated)
        self->lives = 0;
    transition->life_lost = transition->terminated && self->lives > 0;
    draw(self, observation);
    return PPO_OK;
}

// The screen is the class's: it is not part of the state.
static void save(const void *instance, void *state)
{
    toy_picture copy = *(const toy_picture *)instance;
    copy.screen = NULL;
    memcpy(state, &copy, sizeof copy);
}

static ppo_status load(void *instance, const void *state, ppo_error *error)
{
    toy_picture *self = instance;
    const toy_screen *screen = self->screen;
    (void)error;
    memcpy(self, state, sizeof *self);
    self->screen = screen;
    return PPO_OK;
}

static const uint32_t pushes[] = {3};
static const toy_screen grey = {36, 37, 1}, colour = {36, 40, 3}, small = {7, 9, 1};

#define TOY(name, number_of_axes, screen, ...)                                                \
    {                                                                                         \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name, \
        .summary = "a toy",                                                                   \
        .observation_space = {.kind = PPO_SPACE_BOX,                                          \
                              .dtype = PPO_U8,                                                \
                              .rank = number_of_axes,                                         \
                              .shape = {__VA_ARGS__}},                                        \
        .action_space = PPO_SPACE_CHOICE(pushes), .max_episode_steps = TOY_TIME_LIMIT,        \
        .reward_threshold = 40.0, .instance_size = sizeof(toy_picture),                       \
        .state_size = sizeof(toy_picture), .context = screen, .init = init, .reset = reset,   \
        .step = step, .save_state = save, .load_state = load                                  \
    }

static const ppo_env_class picture = TOY("Toy-picture", 2, &grey, 36, 37);
static const ppo_env_class colours = TOY("Toy-colours", 3, &colour, 36, 40, 3);
static const ppo_env_class tiny = TOY("Toy-tiny-picture", 3, &small, 7, 9, 1);

const ppo_env_class *toy_picture_class(toy_kind kind)
{
    switch (kind) {
    case TOY_PICTURE:
        return &picture;
    case TOY_COLOURS:
        return &colours;
    default:
        assert(kind == TOY_TINY_PICTURE);
        return &tiny;
    }
}
