// SPDX-License-Identifier: MIT
// An environment whose observations cost next to nothing: 84 x 84 bytes of a moving pattern, four
// actions, episodes of 1000 steps. What is left to measure is the networks.
#include "cli/bench/bench.h"

#include <string.h>

enum { SIDE = 84, EPISODE = 1000, PATTERN = 256 };

typedef struct frames {
    uint32_t step;
    uint32_t phase;
} frames;

// A window on a ramp of bytes that moves with the step.
static void draw(const frames *f, unsigned char *screen)
{
    unsigned char ramp[PATTERN];
    for (uint32_t i = 0; i < PATTERN; i++)
        ramp[i] = (unsigned char)((i + f->phase) * 37 >> 1);
    for (uint32_t row = 0; row < SIDE; row++)
        memcpy(screen + row * SIDE, ramp + (row * 7 + f->step * 3) % (PATTERN - SIDE), SIDE);
}

static ppo_status frames_reset(void *self, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    frames *f = self;
    (void)error;
    f->step = 0;
    f->phase = seed ? (uint32_t)*seed : f->phase + 1;
    draw(f, observation);
    return PPO_OK;
}

static ppo_status frames_step(void *self, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    frames *f = self;
    int32_t chosen;
    (void)error;
    memcpy(&chosen, action, sizeof chosen);
    f->step++;
    draw(f, observation);
    transition->reward = chosen == (int32_t)(f->step / 8 % 4);
    transition->terminated = f->step == EPISODE;
    return PPO_OK;
}

static const uint32_t num_actions[1] = {4};

const ppo_env_class cli_bench_frames = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "fake frames",
    .summary = "a moving pattern of 84 x 84 bytes",
    .observation_space = {.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 2, .shape = {SIDE, SIDE}},
    .action_space = PPO_SPACE_CHOICE(num_actions),
    .instance_size = sizeof(frames),
    .state_size = sizeof(frames),
    .reset = frames_reset,
    .step = frames_step,
};
