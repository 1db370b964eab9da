// SPDX-License-Identifier: MIT
// Opening the Box2D environments: see box2d.h. Owns the classes that it allocates.
#include "env/box2d/box2d.h"

#include "core/error.h"
#include "env/class.h"

#include <math.h>
#include <stdlib.h>

// A lander's class whose traits were set when it was opened.
typedef struct made_lander {
    ppo_env_class env; // first, so that its address is the class's
    ppo_lander_traits traits;
} made_lander;

static const ppo_env_class *const classes[] = {
    &ppo_lunar_lander_v3, &ppo_lunar_lander_continuous_v3, &ppo_lunar_lander_no_velocity_v3,
    &ppo_bipedal_walker_v3, &ppo_bipedal_walker_hardcore_v3};

static ppo_status check_options(const ppo_box2d_options *options, ppo_error *error)
{
    if (!(options->gravity > -12.0 && options->gravity <= 0.0))
        return ppo_fail(error, PPO_INVALID, "gravity %g: it must be in (-12, 0)", options->gravity);
    if (!isfinite(options->wind_power) || !isfinite(options->turbulence_power))
        return ppo_fail(error, PPO_INVALID, "wind_power and turbulence_power must be finite");
    return PPO_OK;
}

static void close_lander(const ppo_env_class *env)
{
    free(ppo_env_class_made(env));
}

static const ppo_env_extension lander_extension = {.close = close_lander};

static ppo_status open_lander(const ppo_env_class **env, const ppo_env_class *usual,
                              const ppo_box2d_options *options, ppo_error *error)
{
    const ppo_lander_traits *traits = usual->context;
    PPO_TRY(check_options(options, error));
    const double gravity = options->gravity < 0.0 ? options->gravity : traits->gravity;
    *env = usual;
    if (gravity == traits->gravity && !options->enable_wind)
        return PPO_OK;
    made_lander *made = calloc(1, sizeof *made);
    *env = NULL;
    if (!made)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's class");
    made->env = *usual;
    made->env.context = &made->traits;
    made->env.extension = &lander_extension;
    made->traits = *traits;
    made->traits.gravity = gravity;
    made->traits.enable_wind = options->enable_wind;
    made->traits.wind_power = options->wind_power;
    made->traits.turbulence_power = options->turbulence_power;
    *env = &made->env;
    return PPO_OK;
}

static ppo_status box2d_open(const ppo_env_class **env, const char *id,
                             const ppo_env_options *options, ppo_error *error)
{
    const ppo_env_class *usual = ppo_env_family_class(&ppo_box2d_family, id);
    *env = NULL;
    if (!usual)
        return ppo_fail(error, PPO_NOT_FOUND, "no task on Box2D is called '%.64s'", id);
    if (usual->init == ppo_lunar_lander_v3.init)
        return open_lander(env, usual, &options->box2d, error);
    *env = usual;
    return PPO_OK;
}

const ppo_env_family ppo_box2d_family = {.kind = PPO_ENV_KIND_BOX2D,
                                         .classes = classes,
                                         .num_classes = sizeof classes / sizeof classes[0],
                                         .open = box2d_open};
