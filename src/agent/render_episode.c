// SPDX-License-Identifier: MIT
// An agent's episode for those who watch: see ppo/show.h. The same bits as that episode has in an
// evaluation (evaluate.c): what is seen and drawn is keyed by seed, step and row 0 there too.
//
// Workload: an episode, as fast as its viewer takes pictures. Takes and frees memory of its own.
#include "agent/render_episode.h"

#include "core/error.h"
#include "draw/canvas.h"
#include "env/picture.h"
#include "env/vecenv.h"
#include "agent/agent.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define USUAL_FPS 30.0

// One environment and what is known of its episode.
typedef struct ppo_scene {
    ppo_agent *agent;
    ppo_vecenv *vecenv;
    ppo_arena arena;
    uint32_t frame_skip;
    size_t stack;             // observations seen together
    size_t obs_bytes;         // of one
    unsigned char *obs;       // [obs bytes]
    unsigned char *final_obs; // [obs bytes]
    unsigned char *seen;      // [stack, obs bytes]
    unsigned char *action;    // [action bytes]
    double *reward, *finished_return;
    uint8_t *terminated, *truncated;
    uint32_t *finished_length;
    unsigned char *picture; // [height, width, 3]
    bool overlay;
    ppo_view view;
} ppo_scene;

static void plan(ppo_scene *s)
{
#define ROW(field, dtype, ...)                                                                     \
    PPO_ARENA_ADD(&s->arena, &s->field, "show." #field, "ppo_agent_show", PPO_ROLE_SCRATCH, dtype, \
                  __VA_ARGS__)
    ROW(obs, PPO_U8, s->obs_bytes);
    ROW(final_obs, PPO_U8, s->obs_bytes);
    ROW(seen, PPO_U8, s->stack, s->obs_bytes);
    ROW(action, PPO_U8, ppo_space_bytes(&s->agent->env->action_space));
    ROW(reward, PPO_F64, 1);
    ROW(finished_return, PPO_F64, 1);
    ROW(terminated, PPO_U8, 1);
    ROW(truncated, PPO_U8, 1);
    ROW(finished_length, PPO_U32, 1);
    ROW(picture, PPO_U8, s->view.height, s->view.width, 3);
#undef ROW
}

// An episode's first observation stands for those before it.
static void see_first(ppo_scene *s)
{
    for (size_t k = 0; k < s->stack; k++)
        memcpy(s->seen + k * s->obs_bytes, s->obs, s->obs_bytes);
}

static void see_next(ppo_scene *s)
{
    const size_t kept = (s->stack - 1) * s->obs_bytes;
    memmove(s->seen, s->seen + s->obs_bytes, kept);
    memcpy(s->seen + kept, s->obs, s->obs_bytes);
}

static ppo_status open_scene(ppo_scene *s, uint64_t seed, ppo_error *error)
{
    ppo_vecenv_options options = ppo_agent_vecenv_options(s->agent, 1, seed);
    options.picture_width = s->view.width;
    options.picture_height = s->view.height;
    s->frame_skip = options.frame_skip;
    PPO_TRY(ppo_vecenv_create(&s->vecenv, s->agent->env, &options, &s->arena, error));
    plan(s);
    PPO_TRY(ppo_arena_bind(&s->arena, error));
    PPO_TRY(ppo_vecenv_start(s->vecenv, s->obs, error));
    see_first(s);
    ppo_vecenv_render(s->vecenv, 0, s->picture);
    s->view.rgb = s->picture;
    return PPO_OK;
}

// Step and return in white on black, at the top left.
static void write_overlay(ppo_scene *s)
{
    const double size = fmin(fmax(s->view.height / 20.0, 10.0), 48.0), top = s->view.height;
    char text[96];
    ppo_canvas canvas;
    snprintf(text, sizeof text, "step %" PRIu32 "   return %.1f", s->view.length,
             s->view.episode_return);
    ppo_canvas_open_over(&canvas, s->picture, s->view.width, s->view.height);
    const double width = ppo_canvas_text_width(&canvas, text, size);
    ppo_canvas_box(&canvas, 0.0, top - 1.5 * size, width + size, top, PPO_FILL(0x000000));
    ppo_canvas_text(&canvas, text, 0.5 * size, top - 1.1 * size, size, 0xFFFFFF);
    ppo_canvas_close(&canvas);
}

static ppo_status show(ppo_scene *s, const ppo_audience *audience, ppo_error *error)
{
    if (s->overlay)
        write_overlay(s);
    return audience->show(audience->context, &s->view, error);
}

static ppo_status step(ppo_scene *s, uint64_t number, const ppo_show_options *options,
                       ppo_error *error)
{
    const ppo_vecenv_rows rows = {.obs = s->obs,
                                  .final_obs = s->final_obs,
                                  .reward = s->reward,
                                  .terminated = s->terminated,
                                  .truncated = s->truncated,
                                  .episode_return = s->finished_return,
                                  .episode_length = s->finished_length,
                                  .picture = s->picture};
    ppo_agent_act_masked(s->agent, s->action, s->seen, ppo_vecenv_mask(s->vecenv), 1,
                         options->deterministic, options->seed, number);
    PPO_TRY(ppo_vecenv_step(s->vecenv, &rows, s->action, 0, 1, number, error));
    const bool begins = *s->terminated || *s->truncated;
    s->view.reward = *s->reward;
    s->view.episode_return += *s->reward;
    s->view.length += s->frame_skip;
    s->view.ended = begins && *s->finished_length > 0; // else a life was lost, the game goes on
    if (s->view.ended) {
        s->view.episode_return = *s->finished_return;
        s->view.length = *s->finished_length;
    }
    if (begins)
        see_first(s);
    else
        see_next(s);
    return PPO_OK;
}

static ppo_status play(ppo_scene *s, const ppo_audience *audience, const ppo_show_options *options,
                       ppo_error *error)
{
    PPO_TRY(open_scene(s, options->seed, error));
    PPO_TRY(show(s, audience, error));
    for (uint64_t n = 0; !s->view.ended && (options->max_steps == 0 || n < options->max_steps);
         n++) {
        PPO_TRY(step(s, n, options, error));
        PPO_TRY(show(s, audience, error));
    }
    return PPO_OK;
}

double ppo_agent_show_fps(const ppo_agent *agent)
{
    const double steps = agent->env->render_fps > 0.0 ? agent->env->render_fps : USUAL_FPS;
    return steps / ppo_agent_vecenv_options(agent, 1, 0).frame_skip;
}

ppo_status ppo_agent_show_size(const ppo_agent *agent, const ppo_show_options *options,
                               uint32_t *width, uint32_t *height, ppo_error *error)
{
    *width = options->width;
    *height = options->height;
    PPO_TRY(ppo_picture_size(agent->env, width, height, error));
    ppo_error said = {0};
    if (options->overlay && ppo_canvas_check(&said) != PPO_OK)
        return ppo_fail(error, said.status, "step and return can't be written onto pictures: %s",
                        said.message);
    return PPO_OK;
}

ppo_status ppo_agent_show(ppo_agent *agent, const ppo_audience *audience,
                          const ppo_show_options *options, ppo_evaluation *evaluation,
                          ppo_error *error)
{
    ppo_scene s = {.agent = agent,
                   .stack = agent->policy.input.stack,
                   .obs_bytes = ppo_space_bytes(&agent->env->observation_space),
                   .overlay = options->overlay};
    PPO_TRY(ppo_agent_show_size(agent, options, &s.view.width, &s.view.height, error));
    const ppo_status status = play(&s, audience, options, error);
    const double total = s.view.episode_return;
    if (status == PPO_OK && evaluation)
        *evaluation = (ppo_evaluation){.episodes = 1,
                                       .return_mean = total,
                                       .return_min = total,
                                       .return_max = total,
                                       .length_mean = s.view.length};
    ppo_vecenv_destroy(s.vecenv);
    ppo_arena_release(&s.arena);
    return status;
}

void ppo_show_describe(char *text, size_t size)
{
    ppo_canvas_describe(text, size);
}
