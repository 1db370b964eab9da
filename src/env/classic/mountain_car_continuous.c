// SPDX-License-Identifier: MIT
// MountainCarContinuous: MountainCar with the engine's force as action and a price on force (Moore
// 1990, "Efficient memory-based learning for robot control"). Gymnasium's
// MountainCarContinuous-v0 bit for bit, under NumPy 2, and RL Zoo's
// MountainCarContinuousNoVel-v0.
//
// Workload: about 20 ns a step. The roundings follow NumPy 2's promotion (NEP 50): a float32 value
// together with a Python number is float32, with a float64 value float64. The state is float64 at
// an episode's start and float32 from then on, so a first step is computed in double and the
// others in float; cos is double in both.
#include "draw/canvas.h"
#include "env/classic/classic.h"
#include "env/classic/classic_draw.h"
#include "env/classic/no_velocity.h"

#include <math.h>

#define MIN_POSITION  -1.2
#define MAX_POSITION  0.6
#define MAX_SPEED     0.07
#define GOAL_POSITION 0.45
#define POWER         0.0015
#define GRAVITY       0.0025

static void observe(const ppo_mountain_car_continuous *self, float obs[2])
{
    obs[0] = (float)self->position;
    obs[1] = (float)self->velocity;
}

static ppo_status mountain_car_reset(void *instance, const uint64_t *seed, void *observation,
                                     ppo_error *error)
{
    ppo_mountain_car_continuous *self = instance;
    (void)error;
    if (seed)
        ppo_random_seed(&self->random, *seed);
    self->position = ppo_random_uniform(&self->random, -0.6, -0.4);
    self->velocity = 0.0;
    self->at_start = 1;
    observe(self, observation);
    return PPO_OK;
}

// force * power - 0.0025 * cos(3 * position). A force that was cut to a bound is a Python number,
// so then the whole term is float64.
static double acceleration(float force, double slope)
{
    const double pull = GRAVITY * cos(slope);
    if (force < -1.0f || force > 1.0f)
        return (force < 0.0f ? -1.0 : 1.0) * POWER - pull;
    return (double)(force * (float)POWER - (float)pull);
}

// The step from a float64 state; true at the goal.
static bool move_double(ppo_mountain_car_continuous *self, float force)
{
    double velocity = self->velocity + acceleration(force, 3 * self->position);
    velocity = velocity > MAX_SPEED ? MAX_SPEED : velocity < -MAX_SPEED ? -MAX_SPEED : velocity;
    double position = self->position + velocity;
    position = position > MAX_POSITION ? MAX_POSITION : position;
    position = position < MIN_POSITION ? MIN_POSITION : position;
    if (position == MIN_POSITION && velocity < 0)
        velocity = 0.0;
    self->position = (double)(float)position;
    self->velocity = (double)(float)velocity;
    return position >= GOAL_POSITION && velocity >= 0.0;
}

// The same from a float32 state: Python's bounds are rounded to float32 wherever they meet it.
static bool move_float(ppo_mountain_car_continuous *self, float force)
{
    const float max_speed = (float)MAX_SPEED;
    const float min_position = (float)MIN_POSITION, max_position = (float)MAX_POSITION;
    const float slope = 3.0f * (float)self->position;
    float velocity = (float)self->velocity + (float)acceleration(force, (double)slope);
    velocity = velocity > max_speed ? max_speed : velocity < -max_speed ? -max_speed : velocity;
    float position = (float)self->position + velocity;
    position = position > max_position ? max_position : position;
    position = position < min_position ? min_position : position;
    if (position == min_position && velocity < 0)
        velocity = 0.0f;
    self->position = (double)position;
    self->velocity = (double)velocity;
    return position >= (float)GOAL_POSITION && velocity >= 0.0f;
}

static ppo_status mountain_car_step(void *instance, const void *action, void *observation,
                                    ppo_transition *transition, ppo_error *error)
{
    ppo_mountain_car_continuous *self = instance;
    (void)error;
    const float force = *(const float *)action;
    transition->terminated = self->at_start ? move_double(self, force) : move_float(self, force);
    self->at_start = 0;
    observe(self, observation);
    // The price is on the action as given, not as cut. math.pow(a, 2) of a float32 is exact, and
    // so is a * a in double.
    const double price = (double)force * (double)force * 0.1;
    transition->reward = (transition->terminated ? 100.0 : 0.0) - price;
    return PPO_OK;
}

static void hide_velocity(float obs[2])
{
    obs[1] = 0.0f;
}

PPO_NO_VELOCITY(mountain_car, hide_velocity)

static const float bound_low[2] = {(float)MIN_POSITION, (float)-MAX_SPEED};
static const float bound_high[2] = {(float)MAX_POSITION, (float)MAX_SPEED};
static const float action_low[1] = {-1.0f};
static const float action_high[1] = {1.0f};

#define MOUNTAIN_CAR_CLASS(name, text, functions)                                               \
    {                                                                                           \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name,   \
        .summary = text, .observation_space = PPO_SPACE_FLOATS(2, bound_low, bound_high),       \
        .action_space = PPO_SPACE_FLOATS(1, action_low, action_high), .max_episode_steps = 999, \
        .reward_threshold = 90.0, .instance_size = sizeof(ppo_mountain_car_continuous),         \
        .state_size = sizeof(ppo_mountain_car_continuous), .reset = functions##_reset,          \
        .step = functions##_step, PPO_PICTURE(ppo_mountain_car_continuous, 600, 400, 30.0),     \
    }

const ppo_env_class ppo_mountain_car_continuous_v0 = MOUNTAIN_CAR_CLASS(
    "MountainCarContinuous-v0", "drive out of a valley, engine force as action", mountain_car);
const ppo_env_class ppo_mountain_car_continuous_no_velocity_v0 = MOUNTAIN_CAR_CLASS(
    "MountainCarContinuousNoVel-v0", "drive out of a valley without seeing the velocity",
    mountain_car_no_velocity);
