// SPDX-License-Identifier: MIT
// Tasks of which velocities are not observed: those of RL Zoo's MaskVelocityWrapper
// (rl_zoo3/wrappers.py), which writes zeros in their place and leaves the spaces as they are. What
// happens is the task's own, bit for bit; a policy needs memory to see how fast things move.
#ifndef PPO_ENV_CLASSIC_NO_VELOCITY_H
#define PPO_ENV_CLASSIC_NO_VELOCITY_H

#include "core/error.h"
#include "ppo/env.h"

// Defines NAME_no_velocity_reset and _step: NAME_reset and NAME_step, after which `hide`, a
// function of float obs[], has been called for the observation.
#define PPO_NO_VELOCITY(name, hide)                                                          \
    static ppo_status name##_no_velocity_reset(void *instance, const uint64_t *seed,         \
                                               void *observation, ppo_error *error)          \
    {                                                                                        \
        PPO_TRY(name##_reset(instance, seed, observation, error));                           \
        hide(observation);                                                                   \
        return PPO_OK;                                                                       \
    }                                                                                        \
    static ppo_status name##_no_velocity_step(void *instance, const void *action,            \
                                              void *observation, ppo_transition *transition, \
                                              ppo_error *error)                              \
    {                                                                                        \
        PPO_TRY(name##_step(instance, action, observation, transition, error));              \
        hide(observation);                                                                   \
        return PPO_OK;                                                                       \
    }

#endif
