// SPDX-License-Identifier: MIT
// An agent's episode as a film: ppo_agent_show's pictures (src/rl/evaluate.c) into ppo_film's file.
// Owns nothing between calls.
#include "ppo/film.h"

#include "core/error.h"
#include "rl/agent.h"

#include <string.h>
#include <strings.h>

#define USUAL_FPS   30.0
#define MAX_GIF_FPS 50.0

static ppo_status add(void *context, const unsigned char *rgb, ppo_error *error)
{
    return ppo_film_add(context, rgb, error);
}

// Pictures a second that look like real time: one for each step of the agent.
static double real_time(const ppo_agent *agent, const char *path)
{
    const double steps = agent->env->render_fps > 0.0 ? agent->env->render_fps : USUAL_FPS;
    const double fps = steps / ppo_agent_vecenv_options(agent, 1, 0).frame_skip;
    const size_t size = strlen(path);
    const bool is_gif = size > 4 && strcasecmp(path + size - 4, ".gif") == 0;
    return is_gif && fps > MAX_GIF_FPS ? MAX_GIF_FPS : fps;
}

ppo_status ppo_agent_film(ppo_agent *agent, const char *path, const ppo_film_options *options,
                          ppo_evaluation *evaluation, ppo_error *error)
{
    const ppo_env_class *env = agent->env;
    ppo_evaluation own;
    ppo_film *film;
    if (!env->render)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "%.64s draws no pictures, so there is nothing to film", env->id);
    const double fps = options->fps > 0.0 ? options->fps : real_time(agent, path);
    PPO_TRY(ppo_film_open(&film, path, env->render_width, env->render_height, fps, error));
    ppo_film_colours(film, env->render_colours, env->num_render_colours);
    const ppo_audience audience = {.show = add, .context = film};
    const ppo_status status =
        ppo_agent_show(agent, &audience, evaluation ? evaluation : &own, options->max_steps,
                       options->seed, options->deterministic, error);
    if (status == PPO_OK)
        return ppo_film_close(film, error);
    ppo_film_drop(film);
    return status;
}
