// SPDX-License-Identifier: MIT
// `ppo watch`: plays episodes live, in a window or in the terminal, and lets the viewer stop, go
// step by step, faster and slower.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/args.h"
#include "cli/crash.h"
#include "cli/find_runs.h"
#include "cli/message.h"
#include "cli/flag_number.h"
#include "cli/screen/viewer.h"
#include "cli/signals.h"
#include "cli/target.h"
#include "cli/term.h"

enum { SMALL_HEIGHT = 300 }; // pictures of less height are doubled in a window

#define LINGER_S  0.5  // for which an episode's last picture stays
#define LONGEST_S 0.05 // between checks for signals
#define MAX_SPEED 64.0
#define KEYS_S    5.0 // for which the keys are shown at the start

typedef struct watch_options {
    ppo_render_options rendering;
    uint64_t episodes; // 0: until the viewer quits
    double fps;
    double scale; // 0: by the picture's size
    bool in_terminal;
} watch_options;

typedef struct viewer {
    cli_screen screen;
    const char *env;
    double fps;
    double speed; // times as fast as fps
    double next_s;
    double began_s;
    bool is_paused;
    bool wants_step;

    // over the episodes that were shown to their end
    uint64_t num_episodes;
    double sum, least, most, length_sum;
} viewer;

// --- time and keys ------------------------------------------------------------------------------

static void tell(const viewer *v, const ppo_episode_view *view)
{
    char line[256];
    snprintf(line, sizeof line, "%s  step %" PRIu32 "  return %.1f  x%g%s%s", v->env, view->length,
             view->episode_return, v->speed, v->is_paused ? "  paused" : "",
             cli_now_s() - v->began_s < KEYS_S || v->is_paused
                 ? "  (space: pause, right: step, +/-: speed, q: quit)"
                 : "");
    v->screen.show(v->screen.self, view, line);
}

static ppo_status quit(ppo_error *error)
{
    return ppo_fail(error, PPO_STOPPED, "the viewer quit");
}

static ppo_status take_key(viewer *v, ppo_key key, ppo_error *error)
{
    switch (key) {
    case PPO_KEY_SPACE:
        v->is_paused = !v->is_paused;
        break;
    case PPO_KEY_RIGHT:
        v->is_paused = true;
        v->wants_step = true;
        break;
    case PPO_KEY_PLUS:
        v->speed = fmin(2.0 * v->speed, MAX_SPEED);
        break;
    case PPO_KEY_MINUS:
        v->speed = fmax(0.5 * v->speed, 1.0 / MAX_SPEED);
        break;
    case PPO_KEY_QUIT:
        return quit(error);
    case PPO_KEY_NONE:
        break;
    }
    return PPO_OK;
}

// Waits until the next picture is due, and handles keys meanwhile, at least once.
static ppo_status wait_for_turn(viewer *v, const ppo_episode_view *view, ppo_error *error)
{
    v->wants_step = false;
    for (bool looked = false;; looked = true) {
        const double left_s = v->next_s - cli_now_s();
        if (cli_stop_requested())
            return quit(error);
        if (v->wants_step || (looked && !v->is_paused && left_s <= 0.0))
            return PPO_OK;
        const double wait_s = v->is_paused ? LONGEST_S : fmin(fmax(left_s, 0.0), LONGEST_S);
        const ppo_key key = v->screen.wait(v->screen.self, wait_s);
        if (take_key(v, key, error))
            return error->status;
        if (key != PPO_KEY_NONE && !v->wants_step)
            tell(v, view);
    }
}

static void count(viewer *v, const ppo_episode_view *view)
{
    const double total = view->episode_return;
    v->least = v->num_episodes ? fmin(v->least, total) : total;
    v->most = v->num_episodes ? fmax(v->most, total) : total;
    v->sum += total;
    v->length_sum += view->length;
    v->num_episodes++;
}

static ppo_status show(void *context, const ppo_episode_view *view, ppo_error *error)
{
    viewer *v = context;
    const double now_s = cli_now_s();
    tell(v, view);
    if (view->ended)
        count(v, view);
    // A delay of up to 0.1 s is caught up; after a longer one, such as a pause, the clock starts
    // anew.
    v->next_s = fmax(v->next_s, now_s - 0.1) + 1.0 / (v->fps * v->speed);
    if (view->ended)
        v->next_s += LINGER_S / v->speed;
    return wait_for_turn(v, view, error);
}

// --- what to play, and where --------------------------------------------------------------------

static ppo_status watch_options_init(watch_options *p, const cli_args *args, const ppo_agent *agent,
                                     ppo_error *error)
{
    const char *const *flag = args->flag;
    *p = (watch_options){
        .rendering = {.struct_size = sizeof(ppo_render_options),
                      .seed = ppo_agent_config(agent)->eval_seed,
                      .deterministic = !flag[CLI_FLAG_STOCHASTIC] && !flag[CLI_FLAG_RANDOM]},
        .fps = ppo_agent_render_fps(agent),
        .in_terminal = flag[CLI_FLAG_TERMINAL]};
    if (flag[CLI_FLAG_EPISODES] && cli_parse_integer(&p->episodes, "--episodes",
                                                     flag[CLI_FLAG_EPISODES], 1, UINT32_MAX, error))
        return error->status;
    if (flag[CLI_FLAG_SEED] &&
        cli_parse_integer(&p->rendering.seed, "--seed", flag[CLI_FLAG_SEED], 0, UINT64_MAX, error))
        return error->status;
    if (flag[CLI_FLAG_SCALE] &&
        cli_parse_positive(&p->scale, "--scale", flag[CLI_FLAG_SCALE], 64.0, error))
        return error->status;
    return flag[CLI_FLAG_FPS]
               ? cli_parse_positive(&p->fps, "--fps", flag[CLI_FLAG_FPS], 1000.0, error)
               : PPO_OK;
}

static uint32_t scaled(uint32_t side, double scale)
{
    return (uint32_t)fmin(fmax(round(side * scale), 1.0), UINT32_MAX);
}

static ppo_status open_window(viewer *v, watch_options *p, const ppo_agent *agent, ppo_error *error)
{
    const ppo_env_class *env = ppo_agent_env(agent);
    const double scale = p->scale > 0.0 ? p->scale : env->render_height < SMALL_HEIGHT ? 2.0 : 1.0;
    uint32_t width, height;
    p->rendering.width = scaled(env->render_width, scale);
    p->rendering.height = scaled(env->render_height, scale);
    if (ppo_agent_render_size(agent, &p->rendering, &width, &height, error))
        return error->status;
    return cli_window_open(&v->screen, env->id, width, height, error);
}

// A picture that is drawn at the terminal's resolution keeps its thin lines.
static ppo_status open_terminal(viewer *v, watch_options *p, const ppo_agent *agent,
                                ppo_error *error)
{
    const ppo_env_class *env = ppo_agent_env(agent);
    if (cli_tty_open(&v->screen, error))
        return error->status;
    const uint32_t height = cli_tty_height(&v->screen, env->render_width, env->render_height);
    p->rendering.width = 0;
    p->rendering.height = env->draw && height < env->render_height ? height : env->render_height;
    return PPO_OK;
}

// In a window; where there is none, in the terminal.
static ppo_status open_screen(viewer *v, watch_options *p, const ppo_agent *agent, ppo_error *error)
{
    if (p->in_terminal)
        return open_terminal(v, p, agent, error);
    const ppo_status status = open_window(v, p, agent, error);
    if (status != PPO_UNSUPPORTED)
        return status;
    const ppo_error no_window = *error;
    if (open_terminal(v, p, agent, error) == PPO_OK)
        return PPO_OK;
    const ppo_error no_terminal = *error;
    return ppo_fail(error, no_terminal.status, "%.220s, and %.280s", no_window.message,
                    no_terminal.message);
}

// --- playing ------------------------------------------------------------------------------------

static ppo_status play(viewer *v, watch_options *p, const ppo_agent *agent, ppo_error *error)
{
    const ppo_frame_callback callback = {.function = show, .context = v};
    ppo_render_options options = p->rendering;
    for (uint64_t i = 0; p->episodes == 0 || i < p->episodes; i++) {
        options.seed = p->rendering.seed + i;
        if (ppo_agent_render_episode(agent, &callback, &options, NULL, error))
            return error->status;
    }
    return PPO_OK;
}

static void print_summary(const viewer *v, const watch_options *p, const ppo_agent_file *file)
{
    const double count = (double)v->num_episodes;
    printf("environment  %s\n", v->env);
    if (file)
        printf("agent        %s, step %" PRIu64 "\n", file->path, file->global_step);
    printf("episodes     %" PRIu64 ", seeds %" PRIu64 " and on, %s\n", v->num_episodes,
           p->rendering.seed, p->rendering.deterministic ? "deterministic" : "stochastic");
    if (v->num_episodes == 0)
        return;
    printf("return       %.2f (%.2f to %.2f)\n", v->sum / count, v->least, v->most);
    printf("length       %.2f\n", v->length_sum / count);
}

// `file` NULL: an agent that was not trained.
static int watch(const ppo_agent *agent, const ppo_agent_file *file, const cli_args *args)
{
    ppo_error error = {0};
    watch_options p;
    viewer v = {.env = ppo_agent_env(agent)->id, .speed = 1.0};
    uint32_t width, height;
    if (watch_options_init(&p, args, agent, &error))
        return cli_fail_usage(&error, "watch");
    if (ppo_agent_render_size(agent, &p.rendering, &width, &height, &error) ||
        open_screen(&v, &p, agent, &error))
        return cli_fail(&error);
    v.fps = p.fps;
    v.began_s = cli_now_s();
    cli_signals_catch_quietly(cli_tty_restore);
    cli_crash_watch(v.env, "being watched", "; `ppo check` looks for the cause", cli_tty_restore);
    const ppo_status status = play(&v, &p, agent, &error);
    cli_crash_unwatch();
    v.screen.close(v.screen.self);
    if (status != PPO_OK && status != PPO_STOPPED)
        return cli_fail(&error);
    print_summary(&v, &p, file);
    return cli_stop_requested() ? CLI_INTERRUPTED : PPO_OK;
}

// Plays an agent that has not been trained: its actions are random.
static int watch_random(const cli_args *args)
{
    ppo_error error = {0};
    ppo_config config;
    cli_target target;
    ppo_trainer *trainer = NULL;
    if (cli_target_config(&config, &target, args->operand[0], args, &error) ||
        ppo_trainer_create(&trainer, &config, NULL, &error))
        return cli_fail(&error);
    const int code = watch(ppo_trainer_agent(trainer), NULL, args);
    ppo_trainer_destroy(trainer);
    return code;
}

int cli_cmd_watch(const cli_args *args)
{
    ppo_error error = {0};
    ppo_agent *agent = NULL;
    ppo_agent_file file;
    const char *name = args->operand[0];
    if (args->flag[CLI_FLAG_RANDOM])
        return watch_random(args);
    if (ppo_agent_find(&file, name, args->flag[CLI_FLAG_FINAL] != NULL, &error) ||
        ppo_agent_load(&agent, file.path, NULL, &error)) {
        cli_explain_no_run(name, &error);
        return cli_fail(&error);
    }
    const int code = watch(agent, &file, args);
    ppo_agent_destroy(agent);
    return code;
}
