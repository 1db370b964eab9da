// SPDX-License-Identifier: MIT
// An agent's episode as a film: ppo_agent_render_episode's pictures (src/agent/render_episode.c)
// into ppo_film's file. Owns nothing between calls.
#include "ppo/film.h"

#include "core/error.h"
#include "core/sized.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define MAX_GIF_FPS 50.0

typedef struct shooting {
    ppo_film *film;
    ppo_film_options options;
} shooting;

static ppo_status add(void *context, const ppo_episode_view *view, ppo_error *error)
{
    const shooting *s = context;
    if (s->options.is_interrupted && s->options.is_interrupted(s->options.interrupt_context))
        return ppo_fail(error, PPO_STOPPED, "the film was interrupted");
    return ppo_film_add(s->film, view->rgb, error);
}

// Frames per second at which the film plays in real time, with one frame per step of the agent.
static double real_time(const ppo_agent *agent, const char *path)
{
    const double fps = ppo_agent_render_fps(agent);
    const size_t size = strlen(path);
    const bool is_gif = size > 4 && strcasecmp(path + size - 4, ".gif") == 0;
    return is_gif && fps > MAX_GIF_FPS ? MAX_GIF_FPS : fps;
}

ppo_status ppo_agent_film(const ppo_agent *agent, const char *path, const ppo_film_options *options,
                          ppo_evaluation *evaluation, ppo_error *error)
{
    ppo_film_options o;
    PPO_TRY(ppo_sized_read(&o, sizeof o, offsetof(ppo_film_options, is_interrupted), options,
                           "ppo_film_options", error));
    const ppo_env_class *env = ppo_agent_env(agent);
    const ppo_render_options rendering = {.struct_size = sizeof rendering,
                                          .seed = o.seed,
                                          .deterministic = o.deterministic,
                                          .max_steps = o.max_steps,
                                          .width = o.width,
                                          .height = o.height,
                                          .overlay = o.overlay};
    uint32_t width, height;
    ppo_film *film;
    PPO_TRY(ppo_agent_render_size(agent, &rendering, &width, &height, error));
    const double fps = o.fps > 0.0 ? o.fps : real_time(agent, path);
    PPO_TRY(ppo_film_open(&film, path, width, height, fps, error));
    if (!o.overlay) // which has colours of its own
        ppo_film_colours(film, env->render_colours, env->num_render_colours);
    shooting s = {.film = film, .options = o};
    const ppo_frame_callback callback = {.function = add, .context = &s};
    const ppo_status status =
        ppo_agent_render_episode(agent, &callback, &rendering, evaluation, error);
    if (status == PPO_OK)
        return ppo_film_close(film, error);
    ppo_film_drop(film);
    return status;
}
