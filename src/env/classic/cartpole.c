// SPDX-License-Identifier: MIT
// CartPole: balance a pole on a cart by pushing left or right (Barto, Sutton & Anderson 1983,
// "Neuronlike adaptive elements that can solve difficult learning control problems", without the
// friction terms; equations as in Florian 2005, "Correct equations for the dynamics of the
// cart-pole system"). Gymnasium's CartPole-v1 and -v0 bit for bit, and RL Zoo's CartPoleNoVel-v1.
//
// Workload: 30-60 ns a step, an episode every 20 to 500 steps. Every operation is rounded to double
// in Gymnasium's order; np.square is x * x here, unlike `**` elsewhere.
#include "draw/canvas.h"
#include "env/classic/classic.h"
#include "env/classic/classic_draw.h"
#include "env/classic/no_velocity.h"

#include <math.h>

#define GRAVITY         9.8
#define TOTAL_MASS      (0.1 + 1.0) // pole and cart, kg
#define MASS_POLE       0.1
#define HALF_LENGTH     0.5 // of the pole, m
#define POLEMASS_LENGTH (MASS_POLE * HALF_LENGTH)
#define FORCE           10.0 // N
#define TAU             0.02 // seconds a step
#define X_LIMIT         2.4
#define THETA_LIMIT     (12 * 2 * M_PI / 360)

static void observe(const ppo_cartpole *self, float obs[4])
{
    obs[0] = (float)self->x;
    obs[1] = (float)self->x_dot;
    obs[2] = (float)self->theta;
    obs[3] = (float)self->theta_dot;
}

static ppo_status cartpole_reset(void *instance, const uint64_t *seed, void *observation,
                                 ppo_error *error)
{
    ppo_cartpole *self = instance;
    (void)error;
    if (seed)
        ppo_random_seed(&self->random, *seed);
    self->x = ppo_random_uniform(&self->random, -0.05, 0.05);
    self->x_dot = ppo_random_uniform(&self->random, -0.05, 0.05);
    self->theta = ppo_random_uniform(&self->random, -0.05, 0.05);
    self->theta_dot = ppo_random_uniform(&self->random, -0.05, 0.05);
    observe(self, observation);
    return PPO_OK;
}

static ppo_status cartpole_step(void *instance, const void *action, void *observation,
                                ppo_transition *transition, ppo_error *error)
{
    ppo_cartpole *self = instance;
    (void)error;
    const double force = *(const int32_t *)action == 1 ? FORCE : -FORCE;
    double sin_theta, cos_theta;
    sincos(self->theta, &sin_theta, &cos_theta);

    // Florian 2005, eq. 23 and 24, without friction.
    const double temp =
        (force + POLEMASS_LENGTH * (self->theta_dot * self->theta_dot) * sin_theta) / TOTAL_MASS;
    const double theta_acc =
        (GRAVITY * sin_theta - cos_theta * temp) /
        (HALF_LENGTH * (4.0 / 3.0 - MASS_POLE * (cos_theta * cos_theta) / TOTAL_MASS));
    const double x_acc = temp - POLEMASS_LENGTH * theta_acc * cos_theta / TOTAL_MASS;

    // Explicit Euler: positions move with the old velocities.
    self->x += TAU * self->x_dot;
    self->x_dot += TAU * x_acc;
    self->theta += TAU * self->theta_dot;
    self->theta_dot += TAU * theta_acc;
    observe(self, observation);

    transition->reward = 1.0; // the step that ends the episode included
    transition->terminated = fabs(self->x) > X_LIMIT || fabs(self->theta) > THETA_LIMIT;
    return PPO_OK;
}

static void hide_velocities(float obs[4])
{
    obs[1] = 0.0f; // x_dot
    obs[3] = 0.0f; // theta_dot
}

PPO_NO_VELOCITY(cartpole, hide_velocities)

static const float bound_low[4] = {(float)(-2 * X_LIMIT), -INFINITY, (float)(-2 * THETA_LIMIT),
                                   -INFINITY};
static const float bound_high[4] = {(float)(2 * X_LIMIT), INFINITY, (float)(2 * THETA_LIMIT),
                                    INFINITY};
static const uint32_t num_actions[1] = {2}; // push left, push right

#define CARTPOLE_CLASS(name, text, limit, threshold, functions)                                   \
    {                                                                                             \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name,     \
        .summary = text, .observation_space = PPO_SPACE_FLOATS(4, bound_low, bound_high),         \
        .action_space = PPO_SPACE_CHOICE(num_actions), .max_episode_steps = limit,                \
        .reward_threshold = threshold, .instance_size = sizeof(ppo_cartpole),                     \
        .state_size = sizeof(ppo_cartpole), .reset = functions##_reset, .step = functions##_step, \
        PPO_PICTURE(ppo_cartpole, 600, 400, 50.0),                                                \
    }

const ppo_env_class ppo_cartpole_v1 =
    CARTPOLE_CLASS("CartPole-v1", "balance a pole on a cart, 500 steps", 500, 475.0, cartpole);
const ppo_env_class ppo_cartpole_v0 =
    CARTPOLE_CLASS("CartPole-v0", "balance a pole on a cart, 200 steps", 200, 195.0, cartpole);
const ppo_env_class ppo_cartpole_no_velocity_v1 =
    CARTPOLE_CLASS("CartPoleNoVel-v1", "balance a pole on a cart without seeing velocities", 500,
                   475.0, cartpole_no_velocity);
