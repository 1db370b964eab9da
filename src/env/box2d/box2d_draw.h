// SPDX-License-Identifier: MIT
// Pictures of the Box2D tasks: `render` and `draw` of their classes (ppo/env.h).
#ifndef PPO_ENV_BOX2D_BOX2D_DRAW_H
#define PPO_ENV_BOX2D_BOX2D_DRAW_H

#include <stdint.h>

#define PPO_DECLARE_PICTURE(name)                                                                \
    void name##_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height); \
    void name##_render(const void *instance, unsigned char *rgb)

PPO_DECLARE_PICTURE(ppo_lander);
PPO_DECLARE_PICTURE(ppo_walker);

#undef PPO_DECLARE_PICTURE

#endif
