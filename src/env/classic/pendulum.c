// SPDX-License-Identifier: MIT
// Pendulum: swing a pendulum up and hold it there with a torque too weak to lift it (the swing-up
// problem of Doya 2000, "Reinforcement learning in continuous time and space", in the form of
// Gym). Gymnasium's Pendulum-v1 bit for bit, under NumPy 2, and RL Zoo's PendulumNoVel-v1.
//
// Workload: about 30 ns a step. float64, except where NumPy 2 (NEP 50) keeps the float32 of the
// action: 3 * u, u ** 2 and 0.001 * u ** 2.
#include "draw/canvas.h"
#include "env/classic/classic.h"
#include "env/classic/classic_draw.h"
#include "env/classic/no_velocity.h"
#include "env/classic/square.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define MAX_SPEED  8.0
#define MAX_TORQUE 2.0f
#define TIME_STEP  0.05
#define GRAVITY    10.0 // mass and length are 1

// Also keeps sin(theta) for the next step.
static void observe(ppo_pendulum *self, float obs[3])
{
    double cos_theta;
    sincos(self->theta, &self->sin_theta, &cos_theta);
    obs[0] = (float)cos_theta;
    obs[1] = (float)self->sin_theta;
    obs[2] = (float)self->theta_dot;
}

static ppo_status pendulum_reset(void *instance, const uint64_t *seed, void *observation,
                                 ppo_error *error)
{
    ppo_pendulum *self = instance;
    (void)error;
    if (seed)
        ppo_random_seed(&self->random, *seed);
    self->theta = ppo_random_uniform(&self->random, -M_PI, M_PI);
    self->theta_dot = ppo_random_uniform(&self->random, -1.0, 1.0);
    self->torque = 0.0;
    observe(self, observation);
    return PPO_OK;
}

// Python's (angle + pi) % (2 pi) - pi. fmod is exact, and so is the subtraction of one turn from a
// number of one to two turns (Sterbenz); the turn added to a negative remainder is rounded.
static double normalize(double angle)
{
    const double turn = 2 * M_PI;
    double rest = angle + M_PI;
    if (fabs(rest) >= turn)
        rest = fabs(rest) < 2 * turn ? rest - copysign(turn, rest) : fmod(rest, turn);
    if (rest < 0)
        rest += turn;
    return rest - M_PI;
}

static ppo_status pendulum_step(void *instance, const void *action, void *observation,
                                ppo_transition *transition, ppo_error *error)
{
    ppo_pendulum *self = instance;
    (void)error;
    const float wanted = *(const float *)action;
    const float torque = wanted < -MAX_TORQUE  ? -MAX_TORQUE
                         : wanted > MAX_TORQUE ? MAX_TORQUE
                                               : wanted;
    const double cost = ppo_square_pow(normalize(self->theta)) +
                        0.1 * ppo_square_pow(self->theta_dot) +
                        (double)(0.001f * ppo_square_powf(torque));
    const double theta_acc = 3 * GRAVITY / 2 * self->sin_theta + (double)(3.0f * torque);
    const double theta_dot = self->theta_dot + theta_acc * TIME_STEP;
    self->theta_dot = theta_dot < -MAX_SPEED  ? -MAX_SPEED
                      : theta_dot > MAX_SPEED ? MAX_SPEED
                                              : theta_dot;
    self->theta += self->theta_dot * TIME_STEP; // semi-implicit Euler: with the new velocity
    observe(self, observation);
    transition->reward = -cost;
    self->torque = (double)torque;
    return PPO_OK;
}

// All but the torque, which only the picture shows, and which is unknown until the next step.
#define PENDULUM_STATE_SIZE offsetof(ppo_pendulum, torque)

static void pendulum_save(const void *instance, void *state)
{
    memcpy(state, instance, PENDULUM_STATE_SIZE);
}

static ppo_status pendulum_load(void *instance, const void *state, ppo_error *error)
{
    ppo_pendulum *self = instance;
    (void)error;
    memcpy(self, state, PENDULUM_STATE_SIZE);
    self->torque = 0.0;
    return PPO_OK;
}

static void hide_velocity(float obs[3])
{
    obs[2] = 0.0f; // theta_dot
}

PPO_NO_VELOCITY(pendulum, hide_velocity)

static const float bound_low[3] = {-1.0f, -1.0f, (float)-MAX_SPEED};
static const float bound_high[3] = {1.0f, 1.0f, (float)MAX_SPEED};
static const float action_low[1] = {-MAX_TORQUE};
static const float action_high[1] = {MAX_TORQUE};

#define PENDULUM_CLASS(name, text, functions)                                                   \
    {                                                                                           \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name,   \
        .summary = text, .observation_space = PPO_SPACE_FLOATS(3, bound_low, bound_high),       \
        .action_space = PPO_SPACE_FLOATS(1, action_low, action_high), .max_episode_steps = 200, \
        .reward_threshold = (double)NAN, .instance_size = sizeof(ppo_pendulum),                 \
        .state_size = PENDULUM_STATE_SIZE, .save_state = pendulum_save,                         \
        .load_state = pendulum_load, .reset = functions##_reset, .step = functions##_step,      \
        PPO_PICTURE(ppo_pendulum, 500, 500, 30.0),                                              \
    }

const ppo_env_class ppo_pendulum_v1 =
    PENDULUM_CLASS("Pendulum-v1", "swing a pendulum up and hold it", pendulum);
const ppo_env_class ppo_pendulum_no_velocity_v1 = PENDULUM_CLASS(
    "PendulumNoVel-v1", "swing a pendulum up without seeing its velocity", pendulum_no_velocity);
