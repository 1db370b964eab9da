// SPDX-License-Identifier: MIT
// Acrobot: swing the free end of a two-link arm above a height by torque on the middle joint
// (Sutton 1996, "Generalization in reinforcement learning"; dynamics of Sutton & Barto's book).
// Gymnasium's Acrobot-v1 bit for bit: its "book" variant, one classical Runge-Kutta step of 0.2 s.
//
// Workload: about 0.5 us a step. Where the source has `**` on a variable, libm's pow does the
// squaring; powers of constants are exact. The derivative's formulas keep the source's order of
// operations; factors that are 1, 2 or 1/2 (masses, lengths, moments of inertia) are exact and are
// left out where they don't change a rounding.
#include "draw/canvas.h"
#include "env/classic/classic.h"
#include "env/classic/classic_draw.h"
#include "env/classic/square.h"

#include <math.h>

#define GRAVITY        9.8
#define TIME_STEP      0.2
#define THETA1_DOT_MAX (4 * M_PI)
#define THETA2_DOT_MAX (9 * M_PI)

typedef struct ppo_acrobot_rates {
    double y[4]; // theta1, theta2 and their velocities, or the derivatives of these
} ppo_acrobot_rates;

// Equations of motion, Sutton & Barto 1998, section 11.3: masses and lengths 1, centres of mass at
// 1/2, moments of inertia 1.
static ppo_acrobot_rates derivative(const ppo_acrobot_rates *at, double torque)
{
    const double theta1 = at->y[0], theta2 = at->y[1];
    const double theta1_dot = at->y[2], theta2_dot = at->y[3];
    double sin2, cos2;
    sincos(theta2, &sin2, &cos2);
    const double d1 = 0.25 + (1.25 + cos2) + 1.0 + 1.0;
    const double d2 = 0.25 + 0.5 * cos2 + 1.0;
    const double phi2 = 0.5 * GRAVITY * cos(theta1 + theta2 - M_PI / 2.0);
    const double phi1 = -0.5 * ppo_square_pow(theta2_dot) * sin2 - theta2_dot * theta1_dot * sin2 +
                        1.5 * GRAVITY * cos(theta1 - M_PI / 2) + phi2;
    const double theta2_acc =
        (torque + d2 / d1 * phi1 - 0.5 * ppo_square_pow(theta1_dot) * sin2 - phi2) /
        (1.25 - ppo_square_pow(d2) / d1);
    const double theta1_acc = -(d2 * theta2_acc + phi1) / d1;
    return (ppo_acrobot_rates){{theta1_dot, theta2_dot, theta1_acc, theta2_acc}};
}

static ppo_acrobot_rates move(const ppo_acrobot_rates *from, double time,
                              const ppo_acrobot_rates *rates)
{
    ppo_acrobot_rates to;
    for (int i = 0; i < 4; i++)
        to.y[i] = from->y[i] + time * rates->y[i];
    return to;
}

static ppo_acrobot_rates runge_kutta(const ppo_acrobot_rates *from, double torque)
{
    const ppo_acrobot_rates k1 = derivative(from, torque);
    const ppo_acrobot_rates y2 = move(from, TIME_STEP / 2.0, &k1);
    const ppo_acrobot_rates k2 = derivative(&y2, torque);
    const ppo_acrobot_rates y3 = move(from, TIME_STEP / 2.0, &k2);
    const ppo_acrobot_rates k3 = derivative(&y3, torque);
    const ppo_acrobot_rates y4 = move(from, TIME_STEP, &k3);
    const ppo_acrobot_rates k4 = derivative(&y4, torque);
    ppo_acrobot_rates sum;
    for (int i = 0; i < 4; i++)
        sum.y[i] = k1.y[i] + 2 * k2.y[i] + 2 * k3.y[i] + k4.y[i];
    return move(from, TIME_STEP / 6.0, &sum);
}

// Gymnasium's loop, which rounds at every turn. No episode gets an angle beyond a few turns; one
// that is (from a forged state) must not hang the loop.
static double wrap(double angle)
{
    if (!(fabs(angle) < 1000.0))
        return fmod(angle, 2 * M_PI);
    while (angle > M_PI)
        angle -= 2 * M_PI;
    while (angle < -M_PI)
        angle += 2 * M_PI;
    return angle;
}

static double clamp(double value, double limit)
{
    return value < -limit ? -limit : value > limit ? limit : value;
}

static ppo_status acrobot_reset(void *instance, const uint64_t *seed, void *observation,
                                ppo_error *error)
{
    ppo_acrobot *self = instance;
    float *obs = observation;
    float start[4];
    (void)error;
    if (seed)
        ppo_random_seed(&self->random, *seed);
    // The first state is float32, and so are its sines and cosines (sinf, cosf); all later
    // arithmetic is float64.
    for (int i = 0; i < 4; i++)
        start[i] = (float)ppo_random_uniform(&self->random, -0.1, 0.1);
    self->theta1 = (double)start[0];
    self->theta2 = (double)start[1];
    self->theta1_dot = (double)start[2];
    self->theta2_dot = (double)start[3];
    for (int i = 0; i < 2; i++) {
        obs[2 * i] = cosf(start[i]);
        obs[2 * i + 1] = sinf(start[i]);
        obs[4 + i] = start[2 + i];
    }
    return PPO_OK;
}

static ppo_status acrobot_step(void *instance, const void *action, void *observation,
                               ppo_transition *transition, ppo_error *error)
{
    ppo_acrobot *self = instance;
    float *obs = observation;
    (void)error;
    const double torque = (double)*(const int32_t *)action - 1.0;
    const ppo_acrobot_rates from = {
        {self->theta1, self->theta2, self->theta1_dot, self->theta2_dot}};
    const ppo_acrobot_rates to = runge_kutta(&from, torque);
    self->theta1 = wrap(to.y[0]);
    self->theta2 = wrap(to.y[1]);
    self->theta1_dot = clamp(to.y[2], THETA1_DOT_MAX);
    self->theta2_dot = clamp(to.y[3], THETA2_DOT_MAX);

    double sin1, cos1, sin2, cos2;
    sincos(self->theta1, &sin1, &cos1);
    sincos(self->theta2, &sin2, &cos2);
    obs[0] = (float)cos1;
    obs[1] = (float)sin1;
    obs[2] = (float)cos2;
    obs[3] = (float)sin2;
    obs[4] = (float)self->theta1_dot;
    obs[5] = (float)self->theta2_dot;
    transition->terminated = -cos1 - cos(self->theta2 + self->theta1) > 1.0;
    transition->reward = transition->terminated ? 0.0 : -1.0;
    return PPO_OK;
}

static const float bound_low[6] = {
    -1.0f, -1.0f, -1.0f, -1.0f, (float)-THETA1_DOT_MAX, (float)-THETA2_DOT_MAX};
static const float bound_high[6] = {
    1.0f, 1.0f, 1.0f, 1.0f, (float)THETA1_DOT_MAX, (float)THETA2_DOT_MAX};
static const uint32_t num_actions[1] = {3}; // torque -1, 0, 1

const ppo_env_class ppo_acrobot_v1 = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "Acrobot-v1",
    .summary = "swing a two-link arm above the bar",
    .observation_space = PPO_SPACE_FLOATS(6, bound_low, bound_high),
    .action_space = PPO_SPACE_CHOICE(num_actions),
    .max_episode_steps = 500,
    .reward_threshold = -100.0,
    .instance_size = sizeof(ppo_acrobot),
    .state_size = sizeof(ppo_acrobot),
    .reset = acrobot_reset,
    .step = acrobot_step,
    PPO_PICTURE(ppo_acrobot, 500, 500, 15.0),
};
