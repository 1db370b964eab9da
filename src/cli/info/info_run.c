// SPDX-License-Identifier: MIT
// `ppo info RUN`: what a run directory holds, read without touching it: the settings from
// config.yaml, progress and evaluations from the CSV files, the hash from the checkpoint.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/info/csv_row.h"
#include "cli/info/info.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/target.h"

typedef struct run_facts {
    cli_target target;
    ppo_config config;
    uint64_t hash;
    uint64_t steps;
    uint64_t iterations;
    double seconds;
    double return_mean; // last 100 training episodes
    double length_mean;
    ppo_evaluation last; // episodes == 0: none
    ppo_evaluation best;
} run_facts;

static uint64_t whole(double value)
{
    return value >= 0.0 ? (uint64_t)value : 0; // NAN: no such row, so nothing was done
}

static void read_evaluation(ppo_evaluation *evaluation, const char *dir, const char *where)
{
    cli_csv_row row;
    cli_csv_row_read(&row, dir, "evaluations.csv", where);
    *evaluation = (ppo_evaluation){
        .struct_size = sizeof *evaluation,
        .episodes = (uint32_t)whole(cli_csv_row_get(&row, "episodes")),
        .return_mean = cli_csv_row_get(&row, "return_mean"),
        .return_std = cli_csv_row_get(&row, "return_std"),
        .return_min = cli_csv_row_get(&row, "return_min"),
        .return_max = cli_csv_row_get(&row, "return_max"),
        .length_mean = cli_csv_row_get(&row, "length_mean"),
    };
    cli_csv_row_release(&row);
}

static void read_progress(run_facts *facts, const char *dir)
{
    cli_csv_row row;
    cli_csv_row_read(&row, dir, "progress.csv", NULL);
    facts->steps = whole(cli_csv_row_get(&row, "global_step"));
    facts->iterations = whole(cli_csv_row_get(&row, "iteration"));
    facts->return_mean = cli_csv_row_get(&row, "rollout/ep_rew_mean");
    facts->length_mean = cli_csv_row_get(&row, "rollout/ep_len_mean");
    cli_csv_row_release(&row);
    cli_csv_row_read(&row, dir, "timing.csv", NULL);
    facts->seconds = cli_csv_row_get(&row, "time/time_elapsed");
    cli_csv_row_release(&row);
}

static ppo_status read_facts(run_facts *facts, const char *dir, ppo_error *error)
{
    ppo_config_defaults(&facts->config);
    if (cli_target_find(&facts->target, dir, error))
        return error->status;
    if (facts->target.kind != CLI_TARGET_RUN)
        return ppo_fail(error, PPO_NOT_FOUND, "'%.400s' is no run directory", dir);
    if (ppo_checkpoint_hash(&facts->hash, dir, error) ||
        cli_target_apply(&facts->config, &facts->target, error))
        return error->status;
    read_progress(facts, dir);
    read_evaluation(&facts->last, dir, NULL);
    read_evaluation(&facts->best, dir, "best");
    return PPO_OK;
}

static void add_evaluation(cJSON *object, const char *name, const ppo_evaluation *evaluation)
{
    if (evaluation->episodes > 0)
        cli_json_add_evaluation(cJSON_AddObjectToObject(object, name), evaluation);
    else
        cJSON_AddNullToObject(object, name);
}

static int print_json(const run_facts *facts)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "run_dir", facts->target.run_dir);
    cJSON_AddStringToObject(object, "env", facts->config.env_id);
    cli_json_add_integer(object, "seed", facts->config.seed);
    cli_json_add_integer(object, "steps", facts->steps);
    cli_json_add_integer(object, "total_timesteps", facts->config.total_timesteps);
    cli_json_add_integer(object, "iterations", facts->iterations);
    cJSON_AddNumberToObject(object, "seconds", facts->seconds);
    cJSON_AddNumberToObject(object, "return_mean", facts->return_mean);
    cJSON_AddNumberToObject(object, "length_mean", facts->length_mean);
    cli_json_add_hash(object, "hash", facts->hash);
    add_evaluation(object, "evaluation", &facts->last);
    add_evaluation(object, "best", &facts->best);
    cJSON *config = cJSON_AddObjectToObject(object, "config");
    for (size_t i = 0; i < ppo_option_count(); i++) {
        char text[512];
        ppo_option_format(&facts->config, i, text, sizeof text);
        cJSON_AddStringToObject(config, ppo_option_at(i).name, text);
    }
    return cli_json_print(object);
}

static void print_evaluation(const char *label, const ppo_evaluation *evaluation)
{
    if (evaluation->episodes > 0)
        printf("%-12s return %.1f +- %.1f over %u episodes\n", label, evaluation->return_mean,
               evaluation->return_std, evaluation->episodes);
}

static void print_settings(const ppo_config *config)
{
    puts("settings other than the defaults:");
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        ppo_config defaults;
        char text[512], default_text[512];
        ppo_config_defaults(&defaults);
        ppo_option_format(config, i, text, sizeof text);
        ppo_option_format(&defaults, i, default_text, sizeof default_text);
        if (strcmp(text, default_text) != 0)
            printf("  %-24s %s\n", option.name, text);
    }
}

static int print_lines(const run_facts *facts)
{
    printf("run          %s\n", facts->target.run_dir);
    printf("environment  %s, seed %" PRIu64 "\n", facts->config.env_id, facts->config.seed);
    printf("progress     %" PRIu64 " of %" PRIu64 " steps, %" PRIu64 " iterations", facts->steps,
           facts->config.total_timesteps, facts->iterations);
    if (!isnan(facts->seconds))
        printf(", %.1f s", facts->seconds);
    putchar('\n');
    if (!isnan(facts->return_mean))
        printf("training     return %.1f, length %.1f over the last episodes\n", facts->return_mean,
               facts->length_mean);
    print_evaluation("evaluation", &facts->last);
    print_evaluation("best", &facts->best);
    printf("parameters   %016" PRIx64 "\n", facts->hash);
    print_settings(&facts->config);
    return PPO_OK;
}

int cli_info_run(const char *dir, bool is_json)
{
    ppo_error error = {0};
    run_facts facts = {0};
    if (read_facts(&facts, dir, &error))
        return cli_fail(&error);
    return is_json ? print_json(&facts) : print_lines(&facts);
}
