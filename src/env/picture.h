// SPDX-License-Identifier: MIT
// A class's picture at any size: drawn at that size, or the class's own with every pixel repeated k
// x k times. Both functions may be called from any thread, for different instances.
#ifndef PPO_ENV_PICTURE_H
#define PPO_ENV_PICTURE_H

#include "ppo/env.h"

// Replaces zeros by a size of the class's pictures. Both 0: the class's own. One of them 0: by the
// proportions of its own picture. PPO_UNSUPPORTED if the class has no pictures, PPO_INVALID for a
// size that it can't have.
ppo_status ppo_picture_size(const ppo_env_class *env, uint32_t *width, uint32_t *height,
                            ppo_error *error);

// Draws an instance at a size that ppo_picture_size has accepted.
void ppo_picture_draw(const ppo_env_class *env, const void *instance, unsigned char *rgb,
                      uint32_t width, uint32_t height);

#endif
