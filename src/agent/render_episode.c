// SPDX-License-Identifier: MIT
// Rendering an agent's episode: see ppo/render.h. The same bits as that episode has in an
// evaluation (evaluate.c): its actions and its drawing are keyed by seed, step and row 0 there too.
//
// Workload: an episode, as fast as the callback takes frames. Takes and frees memory of its own.
#include "agent/render_episode.h"

#include "agent/agent.h"
#include "agent/frame_stack.h"
#include "core/error.h"
#include "core/float_scope.h"
#include "core/sized.h"
#include "draw/canvas.h"
#include "env/picture.h"
#include "env/vecenv.h"
#include "ppo/plugin.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define USUAL_FPS 30.0

// One environment and what is known of its episode.
typedef struct ppo_rendering {
    const ppo_agent *agent;
    const ppo_frame_callback *callback;
    ppo_render_options options;
    ppo_actor *actor;
    ppo_vecenv *vecenv;
    ppo_arena arena;
    uint32_t frame_skip;
    size_t stack;             // observations in a stack
    size_t obs_bytes;         // of one
    unsigned char *obs;       // [obs bytes]
    unsigned char *final_obs; // [obs bytes]
    unsigned char *stacked;   // [stack, obs bytes]
    unsigned char *action;    // [action bytes]
    double *reward, *finished_return;
    uint8_t *terminated, *truncated;
    uint8_t starts; // 1: the next observation begins an episode
    uint32_t *finished_length;
    unsigned char *picture; // [height, width, 3]
    ppo_episode_view view;
} ppo_rendering;

static ppo_status start(ppo_rendering *r, ppo_error *error)
{
    ppo_vecenv_options options = ppo_agent_vecenv_options(r->agent, 1, r->options.seed);
    options.picture_width = r->view.width;
    options.picture_height = r->view.height;
    r->frame_skip = options.frame_skip;
    PPO_TRY(ppo_actor_create(&r->actor, r->agent, error));
    PPO_TRY(ppo_vecenv_create(&r->vecenv, r->agent->env, &options, &r->arena, error));
#define ROW(field, dtype, ...)                                                        \
    PPO_ARENA_ADD(&r->arena, &r->field, "render." #field, "ppo_agent_render_episode", \
                  PPO_ROLE_SCRATCH, dtype, __VA_ARGS__)
    ROW(obs, PPO_U8, r->obs_bytes);
    ROW(final_obs, PPO_U8, r->obs_bytes);
    ROW(stacked, PPO_U8, r->stack, r->obs_bytes);
    ROW(action, PPO_U8, ppo_space_bytes(&r->agent->env->action_space));
    ROW(reward, PPO_F64, 1);
    ROW(finished_return, PPO_F64, 1);
    ROW(terminated, PPO_U8, 1);
    ROW(truncated, PPO_U8, 1);
    ROW(finished_length, PPO_U32, 1);
    ROW(picture, PPO_U8, r->view.height, r->view.width, 3);
#undef ROW
    PPO_TRY(ppo_arena_bind(&r->arena, error));
    PPO_TRY(ppo_vecenv_start(r->vecenv, r->obs, error));
    ppo_stack_fill(r->stacked, r->obs, r->stack, r->obs_bytes);
    r->starts = 1;
    ppo_vecenv_render(r->vecenv, 0, r->picture);
    r->view.rgb = r->picture;
    return PPO_OK;
}

// Step and return in white on black, at the top left.
static void write_overlay(ppo_rendering *r)
{
    const double size = fmin(fmax(r->view.height / 20.0, 10.0), 48.0), top = r->view.height;
    char text[96];
    ppo_canvas canvas;
    snprintf(text, sizeof text, "step %" PRIu32 "   return %.1f", r->view.length,
             r->view.episode_return);
    ppo_canvas_open_over(&canvas, r->picture, r->view.width, r->view.height);
    const double width = ppo_canvas_text_width(&canvas, text, size);
    ppo_canvas_box(&canvas, 0.0, top - 1.5 * size, width + size, top, PPO_FILL(0x000000));
    ppo_canvas_text(&canvas, text, 0.5 * size, top - 1.1 * size, size, 0xFFFFFF);
    ppo_canvas_close(&canvas);
}

static ppo_status deliver(ppo_rendering *r, ppo_error *error)
{
    if (r->options.overlay)
        write_overlay(r);
    return r->callback->function(r->callback->context, &r->view, error);
}

static ppo_status step(ppo_rendering *r, uint64_t number, ppo_error *error)
{
    ppo_error failure = {.message = "a step was lost"};
    const uint64_t num_failures = ppo_vecenv_workers_lost(r->vecenv, NULL);
    uint8_t lost = 0;
    const ppo_vecenv_rows rows = {.obs = r->obs,
                                  .final_obs = r->final_obs,
                                  .reward = r->reward,
                                  .terminated = r->terminated,
                                  .truncated = r->truncated,
                                  .lost = &lost,
                                  .episode_return = r->finished_return,
                                  .episode_length = r->finished_length,
                                  .picture = r->picture};
    const ppo_act_options acting = {.struct_size = sizeof acting,
                                    .deterministic = r->options.deterministic,
                                    .seed = r->options.seed,
                                    .step = number,
                                    .masks = ppo_vecenv_mask(r->vecenv),
                                    .episode_starts = &r->starts};
    PPO_TRY(ppo_actor_act(r->actor, r->action, r->stacked, 1, &acting, error));
    PPO_TRY(ppo_vecenv_step(r->vecenv, &rows, r->action, 0, 1, number, error));
    if (lost || ppo_vecenv_workers_lost(r->vecenv, &failure) != num_failures)
        return ppo_fail(error, PPO_ENV_FAILED, "%.64s failed while its episode was drawn: %.380s",
                        ppo_env_name(r->agent->env->id), failure.message);
    const bool begins = *r->terminated || *r->truncated;
    r->starts = begins;
    r->view.reward = *r->reward;
    r->view.episode_return += *r->reward;
    r->view.length += r->frame_skip;
    r->view.ended = begins && *r->finished_length > 0; // else a life was lost, the game goes on
    if (r->view.ended) {
        r->view.episode_return = *r->finished_return;
        r->view.length = *r->finished_length;
    }
    if (begins)
        ppo_stack_fill(r->stacked, r->obs, r->stack, r->obs_bytes);
    else
        ppo_stack_push(r->stacked, r->stacked, r->obs, r->stack, r->obs_bytes);
    return PPO_OK;
}

double ppo_agent_render_fps(const ppo_agent *agent)
{
    const double steps = agent->env->render_fps > 0.0 ? agent->env->render_fps : USUAL_FPS;
    return steps / ppo_agent_vecenv_options(agent, 1, 0).frame_skip;
}

ppo_status ppo_agent_render_size(const ppo_agent *agent, const ppo_render_options *options,
                                 uint32_t *width, uint32_t *height, ppo_error *error)
{
    ppo_render_options o;
    PPO_TRY(ppo_sized_read(&o, sizeof o, sizeof o, options, "ppo_render_options", error));
    *width = o.width;
    *height = o.height;
    PPO_TRY(ppo_picture_size(agent->env, width, height, error));
    ppo_error cause = {0};
    if (o.overlay && ppo_canvas_check(&cause) != PPO_OK)
        return ppo_fail(error, cause.status, "step and return can't be written onto pictures: %s",
                        cause.message);
    return PPO_OK;
}

ppo_status ppo_agent_render_episode(const ppo_agent *agent, const ppo_frame_callback *callback,
                                    const ppo_render_options *options, ppo_evaluation *evaluation,
                                    ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_rendering r = {.agent = agent,
                       .callback = callback,
                       .stack = agent->policy.input.stack,
                       .obs_bytes = ppo_space_bytes(&agent->env->observation_space)};
    PPO_TRY(ppo_agent_render_size(agent, options, &r.view.width, &r.view.height, error));
    PPO_TRY(ppo_sized_read(&r.options, sizeof r.options, sizeof r.options, options,
                           "ppo_render_options", error));
    PPO_TRY(ppo_sized_check(evaluation, sizeof *evaluation, "ppo_evaluation", error));
    const uint64_t max_steps = r.options.max_steps ? r.options.max_steps : UINT64_MAX;
    ppo_status status = start(&r, error);
    if (status == PPO_OK)
        status = deliver(&r, error);
    for (uint64_t n = 0; status == PPO_OK && !r.view.ended && n < max_steps; n++) {
        status = step(&r, n, error);
        if (status == PPO_OK)
            status = deliver(&r, error);
    }
    if (status == PPO_OK) {
        const double total = r.view.episode_return;
        const ppo_evaluation result = {.struct_size = sizeof result,
                                       .episodes = 1,
                                       .return_mean = total,
                                       .return_min = total,
                                       .return_max = total,
                                       .length_mean = r.view.length};
        ppo_sized_write(evaluation, &result, sizeof result);
    }
    ppo_vecenv_destroy(r.vecenv);
    ppo_arena_release(&r.arena);
    ppo_actor_destroy(r.actor);
    return status;
}

void ppo_render_describe(char *text, size_t size)
{
    ppo_canvas_describe(text, size);
}
