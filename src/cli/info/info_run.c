// SPDX-License-Identifier: MIT
// `ppo info RUN`: what a run directory holds, as text or JSON.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/find_runs.h"
#include "cli/info/info.h"
#include "cli/info/run_summary.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/target.h"

static void add_evaluation(cJSON *object, const char *name, const ppo_evaluation *evaluation)
{
    if (evaluation->episodes > 0)
        cli_json_add_evaluation(cJSON_AddObjectToObject(object, name), evaluation);
    else
        cJSON_AddNullToObject(object, name);
}

static int print_json(const cli_run_summary *summary)
{
    cJSON *object = cJSON_CreateObject();
    cli_run_summary_add(object, summary);
    cli_json_add_integer(object, "iterations", summary->iterations);
    cJSON_AddNumberToObject(object, "seconds", summary->seconds);
    cJSON_AddNumberToObject(object, "return_mean", summary->return_mean);
    cJSON_AddNumberToObject(object, "length_mean", summary->length_mean);
    cli_json_add_hash(object, "hash", summary->hash);
    add_evaluation(object, "evaluation", &summary->last);
    add_evaluation(object, "best", &summary->best);
    cJSON *config = cJSON_AddObjectToObject(object, "config");
    for (size_t i = 0; i < ppo_option_count(); i++) {
        char text[512];
        ppo_option_format(&summary->config, i, text, sizeof text);
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

static int print_lines(const cli_run_summary *summary)
{
    printf("run          %s\n", summary->target.run_dir);
    printf("environment  %s, seed %" PRIu64 "\n", summary->config.env_id, summary->config.seed);
    printf("progress     %" PRIu64 " of %" PRIu64 " steps, %" PRIu64 " iterations", summary->steps,
           summary->config.total_timesteps, summary->iterations);
    if (!isnan(summary->seconds))
        printf(", %.1f s", summary->seconds);
    putchar('\n');
    if (!isnan(summary->return_mean))
        printf("training     return %.1f, length %.1f over the last episodes\n",
               summary->return_mean, summary->length_mean);
    print_evaluation("evaluation", &summary->last);
    print_evaluation("best", &summary->best);
    printf("parameters   %016" PRIx64 "\n", summary->hash);
    print_settings(&summary->config);
    return PPO_OK;
}

int cli_info_run(const char *dir, bool is_json)
{
    ppo_error error = {0};
    cli_run_summary summary = {0};
    if (cli_run_summary_read(&summary, dir, &error)) {
        cli_explain_no_run(dir, &error);
        return cli_fail(&error);
    }
    return is_json ? print_json(&summary) : print_lines(&summary);
}
