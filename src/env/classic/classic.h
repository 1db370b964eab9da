// SPDX-License-Identifier: MIT
// The classic-control tasks: their classes, and their instances as plain structs.
//
// An instance is its own saved state, copied byte for byte, so no struct has padding: equal states
// are equal bytes. What only the picture needs comes last and is not saved.
#ifndef PPO_ENV_CLASSIC_CLASSIC_H
#define PPO_ENV_CLASSIC_CLASSIC_H

#include "env/family.h"
#include "ppo/random.h"

extern const ppo_env_family ppo_classic_family;

extern const ppo_env_class ppo_cartpole_v1;
extern const ppo_env_class ppo_cartpole_v0;
extern const ppo_env_class ppo_acrobot_v1;
extern const ppo_env_class ppo_mountain_car_v0;
extern const ppo_env_class ppo_mountain_car_continuous_v0;
extern const ppo_env_class ppo_pendulum_v1;

typedef struct ppo_cartpole {
    double x; // m
    double x_dot;
    double theta; // rad, 0: upright
    double theta_dot;
    ppo_random random;
} ppo_cartpole;

typedef struct ppo_acrobot {
    double theta1; // rad, 0: first link hangs straight down
    double theta2; // rad, relative to the first link
    double theta1_dot;
    double theta2_dot;
    ppo_random random;
} ppo_acrobot;

typedef struct ppo_mountain_car {
    double position;
    double velocity;
    ppo_random random;
} ppo_mountain_car;

typedef struct ppo_mountain_car_continuous {
    double position; // a float32 value, except at an episode's start
    double velocity;
    uint64_t at_start; // 1: no step since the reset
    ppo_random random;
} ppo_mountain_car_continuous;

typedef struct ppo_pendulum {
    double theta; // rad, 0: upright; counts turns
    double theta_dot;
    double sin_theta; // sin(theta), which the observation needed and the next step needs again
    ppo_random random;
    double torque; // of the last step, N m; 0: none yet
} ppo_pendulum;

_Static_assert(sizeof(ppo_random) == 40, "no padding");
_Static_assert(sizeof(ppo_cartpole) == 4 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(sizeof(ppo_acrobot) == 4 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(sizeof(ppo_mountain_car) == 2 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(sizeof(ppo_mountain_car_continuous) == 3 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(sizeof(ppo_pendulum) == 4 * 8 + sizeof(ppo_random), "no padding");

#endif
