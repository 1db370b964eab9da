// SPDX-License-Identifier: MIT
// `ppo train --games`: a list of environments, each with some seeds, and a table of what they came
// to. Missing cartridges are named before anything is trained; the same command goes on with what
// was stopped, and finished runs stay as they are.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/statistics.h"
#include "cli/aggregate_table.h"
#include "cli/message.h"
#include "cli/term.h"
#include "cli/train/game_list.h"
#include "cli/train/sweep.h"

enum { RESAMPLES = 10000, RESAMPLING_SEED = 1 };

// --- before training ----------------------------------------------------------------------------

static ppo_status check_cartridges(const cli_game_list *list, const char *rom_dir, ppo_error *error)
{
    static char names[4096];
    const size_t count = cli_game_list_missing(names, sizeof names, list, rom_dir);
    if (count == 0)
        return PPO_OK;
    cli_say("no cartridge of %s", names);
    return ppo_fail(error, PPO_NOT_FOUND,
                    "the cartridges of %zu of %zu games are missing: 'ppo doctor' says where they "
                    "are looked for; or leave these games out of --games",
                    count, list->count);
}

// All settings but the environment are those of the operand or, without one, of the environment's
// own preset.
static ppo_status set_runs(cli_sweep *sweep, const cli_game_list *list, const cli_seeds *seeds,
                           ppo_ranks *ranks, const cli_args *args, ppo_error *error)
{
    PPO_TRY(cli_sweep_init(sweep, list->count, seeds->count, error));
    sweep->ranks = ranks;
    for (size_t env = 0; env < list->count; env++) {
        ppo_config config;
        cli_target target;
        const char *operand = args->num_operands > 0 ? args->operand[0] : list->id[env];
        PPO_TRY(cli_target_config_for(&config, &target, operand, list->id[env], args, error));
        if (env == 0)
            PPO_TRY(check_cartridges(list, config.rom_dir, error));
        sweep->num_at_once = cli_sweep_num_at_once(ranks, config.threads);
        for (size_t i = 0; i < seeds->count; i++)
            PPO_TRY(cli_sweep_set(sweep, env, i, &config, &target, seeds->seed[i], error));
    }
    return PPO_OK;
}

// --- results ------------------------------------------------------------------------------------

// What the finished runs of one environment came to; NAN: nothing yet, or no scores.
typedef struct env_result {
    const char *env;
    size_t num_finished;
    double return_mean, evaluation, normalised;
} env_result;

static env_result result_of(const cli_sweep *sweep, size_t env)
{
    cli_sweep_values values;
    cli_sweep_values_of(&values, sweep, env);
    const char *id = sweep->run[env * sweep->num_seeds].config.env_id;
    const ppo_game_scores *scores = ppo_env_id_reported_scores(id);
    const double evaluation = ppo_mean(values.evaluation, values.count);
    return (env_result){.env = id,
                        .num_finished = values.count,
                        .return_mean = ppo_mean(values.return_mean, values.count),
                        .evaluation = evaluation,
                        .normalised =
                            scores ? ppo_game_normalise(scores, evaluation) : (double)NAN};
}

// The measures over all games with published scores of which a run has finished; false if these are
// fewer than two.
static bool aggregate(ppo_aggregate *result, const cli_sweep *sweep)
{
    double *score = calloc(sweep->count + 1, sizeof *score); // one more: calloc(0) may be NULL
    size_t *num_runs = calloc(sweep->num_envs + 1, sizeof *num_runs);
    size_t count = 0, num_games = 0;
    for (size_t env = 0; score && num_runs && env < sweep->num_envs; env++) {
        cli_sweep_values values;
        cli_sweep_values_of(&values, sweep, env);
        const ppo_game_scores *scores =
            ppo_env_id_reported_scores(sweep->run[env * sweep->num_seeds].config.env_id);
        for (size_t i = 0; scores && i < values.count; i++)
            score[count++] = ppo_game_normalise(scores, values.evaluation[i]);
        if (scores && values.count > 0)
            num_runs[num_games++] = values.count;
    }
    const bool is_done = num_games > 1 && ppo_aggregate_scores(result, score, num_runs, num_games,
                                                               RESAMPLES, RESAMPLING_SEED);
    free(score);
    free(num_runs);
    return is_done;
}

static void put(char text[32], const char *format, double value)
{
    if (isnan(value))
        snprintf(text, 32, "-");
    else
        snprintf(text, 32, format, value);
}

static void print_row(const cli_sweep *sweep, const env_result *r)
{
    char training[32], evaluation[32], normalised[32];
    put(training, "%.1f", r->return_mean);
    put(evaluation, "%.1f", r->evaluation);
    put(normalised, "%.3f", r->normalised);
    printf("%-32s %4zu/%-4zu %12s %12s %11s\n", ppo_env_name(r->env), r->num_finished,
           sweep->num_seeds, training, evaluation, normalised);
}

static void print_table(const cli_sweep *sweep)
{
    ppo_aggregate a;
    printf("%s%-32s %9s %12s %12s %11s%s\n", cli_style(stdout, CLI_BOLD), "environment", "finished",
           "training", "evaluation", "normalised", cli_style(stdout, CLI_PLAIN));
    for (size_t env = 0; env < sweep->num_envs; env++) {
        const env_result r = result_of(sweep, env);
        print_row(sweep, &r);
    }
    if (!aggregate(&a, sweep))
        return;
    putchar('\n');
    cli_aggregate_print(&a);
}

static void print_json(const cli_sweep *sweep)
{
    ppo_aggregate a;
    size_t num_finished = 0;
    cJSON *object = cJSON_CreateObject();
    cJSON *games = cJSON_AddArrayToObject(object, "games");
    for (size_t env = 0; env < sweep->num_envs; env++) {
        const env_result r = result_of(sweep, env);
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "env", r.env);
        cJSON_AddNumberToObject(row, "finished", (double)r.num_finished);
        cJSON_AddNumberToObject(row, "return_mean", r.return_mean);
        cJSON_AddNumberToObject(row, "evaluation_mean", r.evaluation);
        cJSON_AddNumberToObject(row, "human_normalised", r.normalised);
        cJSON *runs = cJSON_AddArrayToObject(row, "runs");
        for (size_t i = 0; i < sweep->num_seeds; i++)
            cJSON_AddItemToArray(runs,
                                 cli_outcome_json(&sweep->run[env * sweep->num_seeds + i].outcome));
        cJSON_AddItemToArray(games, row);
        num_finished += r.num_finished;
    }
    cJSON_AddNumberToObject(object, "finished", (double)num_finished);
    cJSON_AddItemToObject(object, "over_games",
                          aggregate(&a, sweep) ? cli_aggregate_json(&a) : cJSON_CreateNull());
    cli_json_print(object);
}

static int conclude(const cli_sweep *sweep, const cli_args *args)
{
    if (!cli_sweep_leads(sweep))
        return PPO_OK;
    const int code = cli_sweep_report(sweep, args->flag[CLI_FLAG_QUIET] != NULL);
    if (args->flag[CLI_FLAG_JSON])
        print_json(sweep);
    else
        print_table(sweep);
    fflush(stdout); // the results are out before pictures are tried
    for (size_t env = 0; env < sweep->num_envs; env++)
        cli_sweep_draw_curves(sweep, env, false);
    return code;
}

int cli_train_games(ppo_ranks *ranks, const cli_args *args)
{
    static cli_game_list list; // 64 KB
    ppo_error error = {0};
    cli_seeds seeds = {.seed = {1}, .count = 1};
    cli_sweep sweep = {.run = NULL};
    char what[64];
    if (cli_game_list_parse(&list, args->flag[CLI_FLAG_GAMES], &error) ||
        (args->flag[CLI_FLAG_SEEDS] && cli_parse_seeds(&seeds, args->flag[CLI_FLAG_SEEDS], &error)))
        return cli_fail(&error);
    const bool is_set = set_runs(&sweep, &list, &seeds, ranks, args, &error) == PPO_OK;
    snprintf(what, sizeof what, "%zu environments with %zu seed%s each", list.count, seeds.count,
             seeds.count == 1 ? "" : "s");
    const bool is_trained = is_set && cli_sweep_train(&sweep, what, args, &error) == PPO_OK;
    const int code = is_trained ? conclude(&sweep, args) : cli_fail(&error);
    cli_sweep_release(&sweep);
    return code;
}
