// SPDX-License-Identifier: MIT
// `ppo eval`: plays episodes with a trained agent, reports their returns and films the first.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/args.h"
#include "cli/crash.h"
#include "cli/find_runs.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/signals.h"
#include "cli/flag_number.h"

typedef struct eval_options {
    uint32_t episodes;
    uint64_t seed;
    bool is_deterministic;
    const char *film; // NULL: none
    ppo_film_options film_options;
} eval_options;

// "640x480", or "480": the height, by which the width follows.
static ppo_status parse_size(ppo_film_options *options, const char *text, ppo_error *error)
{
    const char *x = strchr(text, 'x'), *height = x ? x + 1 : text;
    uint64_t value[2] = {0, 0};
    char width[32] = "";
    if (x) {
        snprintf(width, sizeof width, "%.*s", (int)(x - text), text);
        if (cli_parse_integer(&value[0], "--video-size, its width,", width, 1, 4096, error))
            return error->status;
    }
    if (cli_parse_integer(&value[1], "--video-size, its height,", height, 1, 4096, error))
        return error->status;
    options->width = (uint32_t)value[0];
    options->height = (uint32_t)value[1];
    return PPO_OK;
}

static bool is_interrupted(void *context)
{
    (void)context;
    return cli_stop_requested();
}

// The flag that is about a film, if one is given.
static const char *film_flag(const cli_args *args)
{
    return args->flag[CLI_FLAG_VIDEO_STEPS]     ? "--video-steps"
           : args->flag[CLI_FLAG_VIDEO_FPS]     ? "--video-fps"
           : args->flag[CLI_FLAG_VIDEO_SIZE]    ? "--video-size"
           : args->flag[CLI_FLAG_VIDEO_OVERLAY] ? "--video-overlay"
                                                : NULL;
}

static ppo_status film_options_init(eval_options *p, const cli_args *args, ppo_error *error)
{
    const char *steps = args->flag[CLI_FLAG_VIDEO_STEPS], *fps = args->flag[CLI_FLAG_VIDEO_FPS];
    const char *size = args->flag[CLI_FLAG_VIDEO_SIZE];
    p->film = args->flag[CLI_FLAG_VIDEO];
    p->film_options = (ppo_film_options){.struct_size = sizeof p->film_options,
                                         .seed = p->seed,
                                         .deterministic = p->is_deterministic,
                                         .overlay = args->flag[CLI_FLAG_VIDEO_OVERLAY],
                                         .is_interrupted = is_interrupted};
    if (!p->film && film_flag(args))
        return ppo_fail(error, PPO_INVALID, "%s goes with --video FILE", film_flag(args));
    if (size && parse_size(&p->film_options, size, error))
        return error->status;
    if (steps &&
        cli_parse_integer(&p->film_options.max_steps, "--video-steps", steps, 1, UINT32_MAX, error))
        return error->status;
    return fps ? cli_parse_positive(&p->film_options.fps, "--video-fps", fps, 1000.0, error)
               : PPO_OK;
}

static ppo_status eval_options_init(eval_options *p, const cli_args *args, const ppo_config *config,
                                    ppo_error *error)
{
    uint64_t episodes = config->eval_episodes ? config->eval_episodes : 10;
    p->seed = ppo_config_fresh_seed(config);
    p->is_deterministic = !args->flag[CLI_FLAG_STOCHASTIC];
    ppo_status status = PPO_OK;
    if (args->flag[CLI_FLAG_EPISODES])
        status = cli_parse_integer(&episodes, "--episodes", args->flag[CLI_FLAG_EPISODES], 1,
                                   1000000, error);
    if (status == PPO_OK && args->flag[CLI_FLAG_SEED])
        status =
            cli_parse_integer(&p->seed, "--seed", args->flag[CLI_FLAG_SEED], 0, UINT64_MAX, error);
    p->episodes = (uint32_t)episodes;
    return status == PPO_OK ? film_options_init(p, args, error) : status;
}

// What the mean return is on the scale of random policy and human; only for Atari games.
static void print_normalised(const ppo_env_class *env, double return_mean)
{
    const ppo_game_info *game = ppo_env_game(env->id);
    const ppo_game_scores *scores = ppo_env_reported_scores(env);
    if (scores)
        printf("normalised   %.3f (0: random policy, %g; 1: human, %g)\n",
               ppo_game_normalise(scores, return_mean), scores->random, scores->human);
    else if (game && ppo_game_reported_scores(game))
        printf("normalised   none: papers report %s with another version of the cartridge\n",
               game->name);
    else if (game)
        printf("normalised   none: papers report no scores of a human for %s\n", game->name);
}

static void print_lines(const ppo_env_class *env, const eval_options *p, const ppo_agent_file *file,
                        const ppo_evaluation *evaluation, const ppo_evaluation *filmed)
{
    printf("environment  %s\n", env->id);
    printf("agent        %s, step %" PRIu64 "\n", file->path, file->global_step);
    printf("episodes     %" PRIu32 ", seeds %" PRIu64 " and on, %s\n", evaluation->episodes,
           p->seed, p->is_deterministic ? "deterministic" : "stochastic");
    printf("return       %.2f +- %.2f (%.2f to %.2f)\n", evaluation->return_mean,
           evaluation->return_std, evaluation->return_min, evaluation->return_max);
    print_normalised(env, evaluation->return_mean);
    printf("length       %.2f\n", evaluation->length_mean);
    if (p->film)
        printf("film         %s: return %g, length %g\n", p->film, filmed->return_mean,
               filmed->length_mean);
}

static int print_json(const ppo_env_class *env, const eval_options *p, const ppo_agent_file *file,
                      uint64_t hash, const ppo_evaluation *evaluation, const ppo_evaluation *filmed)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "env", env->id);
    cJSON_AddStringToObject(object, "agent", file->path);
    cli_json_add_integer(object, "step", file->global_step);
    cli_json_add_integer(object, "seed", p->seed);
    cJSON_AddBoolToObject(object, "deterministic", p->is_deterministic);
    cli_json_add_evaluation(object, evaluation);
    const ppo_game_scores *scores = ppo_env_reported_scores(env);
    if (scores)
        cJSON_AddNumberToObject(object, "human_normalised",
                                ppo_game_normalise(scores, evaluation->return_mean));
    else
        cJSON_AddNullToObject(object, "human_normalised");
    cli_json_add_hash(object, "hash", hash);
    if (p->film) {
        cJSON *film = cJSON_AddObjectToObject(object, "video");
        cJSON_AddStringToObject(film, "file", p->film);
        cJSON_AddNumberToObject(film, "return", filmed->return_mean);
        cJSON_AddNumberToObject(film, "length", filmed->length_mean);
    }
    return cli_json_print(object);
}

static int evaluate(ppo_agent *agent, const ppo_agent_file *file, const cli_args *args)
{
    ppo_error error = {0};
    eval_options p;
    ppo_evaluation evaluation, filmed;
    ppo_evaluation_init(&evaluation);
    ppo_evaluation_init(&filmed);
    if (eval_options_init(&p, args, ppo_agent_config(agent), &error))
        return cli_fail_usage(&error, "eval");
    const ppo_evaluate_options options = {.struct_size = sizeof options,
                                          .episodes = p.episodes,
                                          .seed = p.seed,
                                          .deterministic = p.is_deterministic,
                                          .is_interrupted = is_interrupted};
    cli_signals_catch_quietly(NULL);
    cli_crash_watch(ppo_agent_env(agent)->id, "evaluating",
                    "; of a run with --workers process only the current episode would be lost",
                    NULL);
    cli_crash_set_step(file->global_step);
    ppo_status status = PPO_OK;
    if (p.film)
        status = ppo_agent_film(agent, p.film, &p.film_options, &filmed, &error);
    if (status == PPO_OK)
        status = ppo_agent_evaluate(agent, &evaluation, &options, &error);
    cli_crash_unwatch(); // after a failure too, or the command's exit would look like the
                         // environment's
    if (status == PPO_STOPPED)
        return CLI_INTERRUPTED; // and a film that was under way is gone
    if (status != PPO_OK)
        return cli_fail(&error);
    const ppo_env_class *env = ppo_agent_env(agent);
    if (args->flag[CLI_FLAG_JSON])
        return print_json(env, &p, file, ppo_agent_hash(agent), &evaluation, &filmed);
    print_lines(env, &p, file, &evaluation, &filmed);
    return PPO_OK;
}

int cli_cmd_eval(const cli_args *args)
{
    ppo_error error = {0};
    ppo_agent *agent = NULL;
    ppo_agent_file file;
    const ppo_agent_load_options options = {.struct_size = sizeof options,
                                            .python = args->flag[CLI_FLAG_PYTHON]};
    const char *name = args->operand[0];
    if (ppo_agent_find(&file, name, args->flag[CLI_FLAG_FINAL] != NULL, &error) ||
        ppo_agent_load(&agent, file.path, &options, &error)) {
        cli_explain_no_run(name, &error);
        return cli_fail(&error);
    }
    const int code = evaluate(agent, &file, args);
    ppo_agent_destroy(agent);
    return code;
}
