// SPDX-License-Identifier: MIT
// Reports of an outcome: JSON, text, messages while training. Owns nothing.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/message.h"
#include "cli/term.h"
#include "cli/train/train.h"

cJSON *cli_outcome_json(const cli_outcome *outcome)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "env", outcome->env);
    cli_json_add_integer(object, "seed", outcome->seed);
    cli_json_add_integer(object, "steps", outcome->steps);
    cJSON_AddNumberToObject(object, "seconds", outcome->seconds);
    cJSON_AddNumberToObject(object, "sps", cli_outcome_sps(outcome));
    cJSON_AddBoolToObject(object, "solved", outcome->is_solved);
    cJSON_AddNumberToObject(object, "return_mean", outcome->return_mean);
    cli_json_add_hash(object, "hash", outcome->hash);
    cJSON_AddStringToObject(object, "run_dir", outcome->run_dir);
    cJSON_AddStringToObject(object, "device", outcome->device[0] ? outcome->device : "cpu");
    cJSON_AddBoolToObject(object, "interrupted", outcome->is_interrupted);
    cJSON_AddBoolToObject(object, "resumed", outcome->origin != PPO_RUN_NEW);
    cli_json_add_integer(object, "workers_lost", outcome->workers_lost);
    cli_json_add_integer(object, "ranks", outcome->num_ranks);
    cli_json_add_integer(object, "bytes_sent", outcome->bytes_sent);
    if (outcome->evaluation.episodes > 0)
        cli_json_add_evaluation(cJSON_AddObjectToObject(object, "evaluation"),
                                &outcome->evaluation);
    else
        cJSON_AddNullToObject(object, "evaluation");
    if (outcome->best.episodes > 0)
        cli_json_add_evaluation(cJSON_AddObjectToObject(object, "best"), &outcome->best);
    else
        cJSON_AddNullToObject(object, "best");
    if (outcome->status != PPO_OK)
        cJSON_AddStringToObject(object, "error", outcome->error.message);
    return object;
}

static void print_solved(const cli_outcome *outcome)
{
    const char *plain = cli_style(stdout, CLI_PLAIN);
    if (outcome->num_episodes == 0) {
        puts("training    no episode has ended");
        return;
    }
    const uint64_t episodes = outcome->num_episodes < 100 ? outcome->num_episodes : 100;
    printf("training    return %.1f over the last %" PRIu64 " episodes", outcome->return_mean,
           episodes);
    if (isnan(outcome->solved_return))
        putchar('\n');
    else if (outcome->is_solved)
        printf(": %ssolved%s (%g needed)\n", cli_style(stdout, CLI_GREEN), plain,
               outcome->solved_return);
    else
        printf(": %snot solved%s (%g needed)\n", cli_style(stdout, CLI_YELLOW), plain,
               outcome->solved_return);
}

static void print_steps(const cli_outcome *outcome)
{
    const uint64_t steps = outcome->steps - outcome->first_step; // of this process
    printf("steps       %" PRIu64, outcome->steps);
    if (outcome->first_step > 0 && steps > 0)
        printf(", the last %" PRIu64, steps);
    if (steps > 0)
        printf(" in %.2f s: %.0f steps/s", outcome->seconds, cli_outcome_sps(outcome));
    putchar('\n');
}

static void print_evaluation(const char *label, const ppo_evaluation *evaluation)
{
    if (evaluation->episodes == 0)
        return;
    printf("%-11s return %.1f +- %.1f over %u episodes (%.1f to %.1f), length %.1f\n", label,
           evaluation->return_mean, evaluation->return_std, evaluation->episodes,
           evaluation->return_min, evaluation->return_max, evaluation->length_mean);
}

void cli_outcome_print(const cli_outcome *outcome)
{
    print_solved(outcome);
    print_steps(outcome);
    print_evaluation("evaluation", &outcome->evaluation);
    print_evaluation("best", &outcome->best);
    if (outcome->workers_lost > 0)
        printf("workers     %" PRIu64 " died and were replaced\n", outcome->workers_lost);
    printf("parameters  %016" PRIx64 "\n", outcome->hash);
    printf("run         %s\n", outcome->run_dir);
    printf("next        ppo eval %s\n", outcome->run_dir);
}

void cli_outcome_say_opened(const cli_outcome *outcome)
{
    if (outcome->notice[0])
        cli_note("%s", outcome->notice);
    switch (outcome->origin) {
    case PPO_RUN_NEW:
        cli_say("training %s with seed %" PRIu64 " into %s", ppo_env_name(outcome->env),
                outcome->seed, outcome->run_dir);
        break;
    case PPO_RUN_RESUMED:
        cli_say("resuming %s at step %" PRIu64 " of %" PRIu64 "; --restart starts anew",
                outcome->run_dir, outcome->steps, outcome->total_steps);
        break;
    case PPO_RUN_FINISHED:
        cli_say("%s is finished (%" PRIu64 " steps); a larger --total-timesteps continues it, "
                "--restart starts anew",
                outcome->run_dir, outcome->steps);
        break;
    }
    if (outcome->device[0])
        cli_say("the networks are computed on %s", outcome->device);
}

void cli_outcome_say_lost(const cli_outcome *outcome, uint64_t count)
{
    if (count == 1)
        cli_warn("seed %" PRIu64 ": %s; it is replaced", outcome->seed, outcome->last_loss);
    else
        cli_warn("seed %" PRIu64 ": %" PRIu64 " workers died and are replaced, the last one: %s",
                 outcome->seed, count, outcome->last_loss);
}

void cli_outcome_say_interrupted(const cli_outcome *outcome)
{
    cli_say("stopped at step %" PRIu64 " of %" PRIu64 ", checkpoint written; "
            "'ppo train %s' continues",
            outcome->steps, outcome->total_steps, outcome->run_dir);
}

int cli_outcome_fail(const cli_outcome *outcome)
{
    const int code = cli_fail(&outcome->error);
    if (outcome->status == PPO_NUMERIC || outcome->status == PPO_ENV_FAILED)
        cli_say("the last good checkpoint is kept in %s", outcome->run_dir);
    const ppo_game_info *game = ppo_env_game(outcome->env);
    if (outcome->status == PPO_NOT_FOUND && game && cli_free_game(game))
        cli_say("%s needs no cartridge: 'ppo train %s'", cli_free_game(game), cli_free_game(game));
    return code;
}
