// SPDX-License-Identifier: MIT
// The classic-control family: its classes in the order in which they are listed. A new class is a
// line here and one in classic.h.
#include "env/classic/classic.h"

static const ppo_env_class *const classes[] = {
    &ppo_cartpole_v1,     &ppo_cartpole_v0, &ppo_acrobot_v1,
    &ppo_mountain_car_v0, &ppo_pendulum_v1, &ppo_mountain_car_continuous_v0,
};

const ppo_env_family ppo_classic_family = {.kind = PPO_ENV_KIND_CLASSIC,
                                           .classes = classes,
                                           .num_classes = sizeof classes / sizeof classes[0]};
