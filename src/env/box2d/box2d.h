// SPDX-License-Identifier: MIT
// The tasks that stand on Box2D: their classes, which every build knows, and those that are made to
// order because their options differ from Gymnasium's defaults (docs/box2d.md).
//
// Workload: one class per trainer.
#ifndef PPO_ENV_BOX2D_BOX2D_H
#define PPO_ENV_BOX2D_BOX2D_H

#include "ppo/env.h"

extern const ppo_env_class ppo_lunar_lander_v3;
extern const ppo_env_class ppo_lunar_lander_continuous_v3;
extern const ppo_env_class ppo_bipedal_walker_v3;
extern const ppo_env_class ppo_bipedal_walker_hardcore_v3;

// Does the id belong here?
bool ppo_box2d_has_id(const char *id);

// PPO_UNSUPPORTED where the build has no Box2D. A class that was made to order has a `close`.
ppo_status ppo_box2d_open(const ppo_env_class **env, const char *id, const ppo_env_options *options,
                          ppo_error *error);

#endif
