// SPDX-License-Identifier: MIT
// A class's picture at the size somebody wants it: drawn so, or its own one with every pixel k x k
// times.
#ifndef PPO_ENV_PICTURE_H
#define PPO_ENV_PICTURE_H

#include "ppo/env.h"

// Settles the size of a class's pictures. Both 0: the class's own. One of them 0: by the
// proportions of its own picture. PPO_UNSUPPORTED if the class has no pictures, PPO_INVALID for a
// size that it can't have.
ppo_status ppo_picture_size(const ppo_env_class *env, uint32_t *width, uint32_t *height,
                            ppo_error *error);

// Draws an instance at a size that ppo_picture_size has settled.
void ppo_picture_draw(const ppo_env_class *env, const void *instance, unsigned char *rgb,
                      uint32_t width, uint32_t height);

#endif
