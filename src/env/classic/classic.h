// SPDX-License-Identifier: MIT
// The classic-control tasks and other small ones: their classes, and their instances as plain
// structs.
//
// An instance is its own saved state, copied byte for byte, so no struct has padding: equal states
// are equal bytes. What only the picture needs, and what all instances of a class share, comes last
// and is not saved.
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
extern const ppo_env_class ppo_cartpole_no_velocity_v1;
extern const ppo_env_class ppo_mountain_car_continuous_no_velocity_v0;
extern const ppo_env_class ppo_pendulum_no_velocity_v1;
extern const ppo_env_class ppo_tmaze_class;

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

enum { PPO_TMAZE_LENGTH = 10, PPO_TMAZE_LENGTH_MAX = 1000000 };

// What all instances of a class share.
typedef struct ppo_tmaze_traits {
    uint32_t length; // steps from the sign to the junction, in [1, PPO_TMAZE_LENGTH_MAX]
} ppo_tmaze_traits;

typedef struct ppo_tmaze {
    uint64_t sign;  // 0: left, 1: right
    uint64_t place; // steps from the sign, up to the length
    ppo_random random;
    int64_t turn; // taken at the junction: -1 left, 1 right; 0: not there yet
    const ppo_tmaze_traits *traits;
} ppo_tmaze;

_Static_assert(sizeof(ppo_random) == 40, "no padding");
_Static_assert(sizeof(ppo_cartpole) == 4 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(sizeof(ppo_acrobot) == 4 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(sizeof(ppo_mountain_car) == 2 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(sizeof(ppo_mountain_car_continuous) == 3 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(sizeof(ppo_pendulum) == 4 * 8 + sizeof(ppo_random), "no padding");
_Static_assert(offsetof(ppo_tmaze, turn) == 2 * 8 + sizeof(ppo_random), "no padding");

#endif
