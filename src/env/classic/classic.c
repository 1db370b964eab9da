// SPDX-License-Identifier: MIT
// The classic-control family: its classes in the order in which they are listed, and mazes of other
// lengths, made when they are opened. A new class is a line here and one in classic.h. Owns the
// classes that it allocates.
#include "env/classic/classic.h"

#include "core/error.h"
#include "env/class.h"

#include <inttypes.h>
#include <stdlib.h>

static const ppo_env_class *const classes[] = {
    &ppo_cartpole_v1,
    &ppo_cartpole_v0,
    &ppo_acrobot_v1,
    &ppo_mountain_car_v0,
    &ppo_pendulum_v1,
    &ppo_mountain_car_continuous_v0,
    &ppo_cartpole_no_velocity_v1,
    &ppo_pendulum_no_velocity_v1,
    &ppo_mountain_car_continuous_no_velocity_v0,
    &ppo_tmaze_class,
};

// A maze whose length was set when it was opened.
typedef struct made_tmaze {
    ppo_env_class env; // first, so that its address is the class's
    ppo_tmaze_traits traits;
} made_tmaze;

static void close_tmaze(const ppo_env_class *env)
{
    free(ppo_env_class_made(env));
}

static const ppo_env_extension tmaze_extension = {.close = close_tmaze};

static ppo_status open_tmaze(const ppo_env_class **env, uint32_t length, ppo_error *error)
{
    if (length < 1 || length > PPO_TMAZE_LENGTH_MAX)
        return ppo_fail(error, PPO_INVALID, "tmaze_length %" PRIu32 ": it must be in [1, %d]",
                        length, PPO_TMAZE_LENGTH_MAX);
    *env = &ppo_tmaze_class;
    if (length == PPO_TMAZE_LENGTH)
        return PPO_OK;
    made_tmaze *made = calloc(1, sizeof *made);
    *env = NULL;
    if (!made)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's class");
    made->env = ppo_tmaze_class;
    made->env.context = &made->traits;
    made->env.extension = &tmaze_extension;
    made->traits.length = length;
    *env = &made->env;
    return PPO_OK;
}

static ppo_status classic_open(const ppo_env_class **env, const char *id,
                               const ppo_env_options *options, ppo_error *error)
{
    const ppo_env_class *usual = ppo_env_family_class(&ppo_classic_family, id);
    if (!usual)
        return ppo_fail(error, PPO_NOT_FOUND, "no task of classic control is called '%.64s'", id);
    if (usual == &ppo_tmaze_class)
        return open_tmaze(env, options->classic.tmaze_length, error);
    *env = usual;
    return PPO_OK;
}

const ppo_env_family ppo_classic_family = {.kind = PPO_ENV_KIND_CLASSIC,
                                           .classes = classes,
                                           .num_classes = sizeof classes / sizeof classes[0],
                                           .open = classic_open};
