// SPDX-License-Identifier: MIT
// Gymnasium's Box2D family, on the rigid bodies of src/bodies/: its classes, and those of landers
// whose options differ from Gymnasium's defaults, which are made when opened (docs/bodies.md).
#ifndef PPO_ENV_BOX2D_BOX2D_H
#define PPO_ENV_BOX2D_BOX2D_H

#include "env/box2d/bipedal_walker.h"
#include "env/box2d/lunar_lander.h"
#include "env/family.h"

extern const ppo_env_family ppo_box2d_family;

#endif
