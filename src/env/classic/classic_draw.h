// SPDX-License-Identifier: MIT
// Pictures of the classic-control tasks: `render` and `draw` of their classes (ppo/env.h).
#ifndef PPO_ENV_CLASSIC_CLASSIC_DRAW_H
#define PPO_ENV_CLASSIC_CLASSIC_DRAW_H

#include <stdint.h>

#define PPO_DECLARE_PICTURE(name)                                                                \
    void name##_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height); \
    void name##_render(const void *instance, unsigned char *rgb)

PPO_DECLARE_PICTURE(ppo_cartpole);
PPO_DECLARE_PICTURE(ppo_pendulum);
PPO_DECLARE_PICTURE(ppo_acrobot);
PPO_DECLARE_PICTURE(ppo_mountain_car);
PPO_DECLARE_PICTURE(ppo_mountain_car_continuous);
PPO_DECLARE_PICTURE(ppo_tmaze);

#undef PPO_DECLARE_PICTURE

#endif
