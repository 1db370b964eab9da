// SPDX-License-Identifier: MIT
// MountainCar: drive an underpowered car out of a valley by swinging up (Moore 1990, "Efficient
// memory-based learning for robot control"; dynamics of Sutton & Barto 1998, example 8.2).
// Gymnasium's MountainCar-v0 bit for bit: float64 throughout, one rounding per operation.
//
// Workload: about 20 ns a step.
#include "draw/canvas.h"
#include "env/classic/classic.h"
#include "env/classic/classic_draw.h"

#include <math.h>

#define MIN_POSITION  -1.2
#define MAX_POSITION  0.6
#define MAX_SPEED     0.07
#define GOAL_POSITION 0.5
#define FORCE         0.001
#define GRAVITY       0.0025

static double clip(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static void observe(const ppo_mountain_car *self, float obs[2])
{
    obs[0] = (float)self->position;
    obs[1] = (float)self->velocity;
}

static ppo_status mountain_car_reset(void *instance, const uint64_t *seed, void *observation,
                                     ppo_error *error)
{
    ppo_mountain_car *self = instance;
    (void)error;
    if (seed)
        ppo_random_seed(&self->random, *seed);
    self->position = ppo_random_uniform(&self->random, -0.6, -0.4);
    self->velocity = 0.0;
    observe(self, observation);
    return PPO_OK;
}

static ppo_status mountain_car_step(void *instance, const void *action, void *observation,
                                    ppo_transition *transition, ppo_error *error)
{
    ppo_mountain_car *self = instance;
    (void)error;
    const double push = (double)*(const int32_t *)action - 1.0;
    double velocity = self->velocity + (push * FORCE + cos(3 * self->position) * -GRAVITY);
    velocity = clip(velocity, -MAX_SPEED, MAX_SPEED);
    const double position = clip(self->position + velocity, MIN_POSITION, MAX_POSITION);
    if (position == MIN_POSITION && velocity < 0) // the wall on the left takes all speed
        velocity = 0.0;
    self->position = position;
    self->velocity = velocity;
    observe(self, observation);
    transition->terminated = position >= GOAL_POSITION && velocity >= 0.0;
    transition->reward = -1.0;
    return PPO_OK;
}

static const float bound_low[2] = {(float)MIN_POSITION, (float)-MAX_SPEED};
static const float bound_high[2] = {(float)MAX_POSITION, (float)MAX_SPEED};
static const uint32_t num_actions[1] = {3}; // push left, none, push right

const ppo_env_class ppo_mountain_car_v0 = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "MountainCar-v0",
    .summary = "drive an underpowered car out of a valley",
    .observation_space = PPO_SPACE_FLOATS(2, bound_low, bound_high),
    .action_space = PPO_SPACE_CHOICE(num_actions),
    .max_episode_steps = 200,
    .reward_threshold = -110.0,
    .instance_size = sizeof(ppo_mountain_car),
    .state_size = sizeof(ppo_mountain_car),
    .reset = mountain_car_reset,
    .step = mountain_car_step,
    PPO_PICTURE(ppo_mountain_car, 600, 400, 30.0),
};
