// SPDX-License-Identifier: MIT
// `ppo train --seeds`: several seeds of one environment, and the table of their results.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "core/statistics.h"
#include "cli/message.h"
#include "cli/term.h"
#include "cli/train/sweep.h"

// "-" for NAN.
static void put_return(char *text, size_t size, double value)
{
    snprintf(text, size, isnan(value) ? "-" : "%.1f", value);
}

static void print_row(const cli_outcome *outcome)
{
    char training[32], evaluation[32];
    const ppo_evaluation *e = &outcome->evaluation;
    put_return(training, sizeof training, outcome->return_mean);
    put_return(evaluation, sizeof evaluation, e->episodes ? e->return_mean : (double)NAN);
    const char *state = outcome->status != PPO_OK ? "failed"
                        : outcome->is_interrupted ? "stopped"
                        : outcome->is_solved      ? "solved"
                                                  : "done";
    printf("%-6" PRIu64 " %10" PRIu64 " %8.2f %12s %12s  %-8s %016" PRIx64 "  %s\n", outcome->seed,
           outcome->steps, outcome->seconds, training, evaluation, state, outcome->hash,
           outcome->run_dir);
}

static void print_table(const cli_sweep *all, const cli_sweep_values *c)
{
    printf("%s%-6s %10s %8s %12s %12s  %-8s %-16s  %s%s\n", cli_style(stdout, CLI_BOLD), "seed",
           "steps", "seconds", "training", "evaluation", "state", "parameters", "run",
           cli_style(stdout, CLI_PLAIN));
    for (size_t i = 0; i < all->count; i++)
        print_row(&all->run[i].outcome);
    if (c->count == 0)
        return;
    printf("%-6s %10s %8.2f %12.1f %12.1f\n", "mean", "", ppo_mean(c->seconds, c->count),
           ppo_mean(c->return_mean, c->count), ppo_mean(c->evaluation, c->count));
    printf("%-6s %10s %8s %12.1f %12.1f\n", "IQM", "", "", ppo_iqm(c->return_mean, c->count),
           ppo_iqm(c->evaluation, c->count));
}

static void print_json(const ppo_config *config, const cli_sweep *all, const cli_sweep_values *c)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "env", config->env_id);
    cJSON_AddNumberToObject(object, "finished", (double)c->count);
    cJSON_AddNumberToObject(object, "return_mean", ppo_mean(c->return_mean, c->count));
    cJSON_AddNumberToObject(object, "return_iqm", ppo_iqm(c->return_mean, c->count));
    cJSON_AddNumberToObject(object, "evaluation_mean", ppo_mean(c->evaluation, c->count));
    cJSON_AddNumberToObject(object, "evaluation_iqm", ppo_iqm(c->evaluation, c->count));
    cJSON_AddNumberToObject(object, "seconds_mean", ppo_mean(c->seconds, c->count));
    cJSON *runs = cJSON_AddArrayToObject(object, "runs");
    for (size_t i = 0; i < all->count; i++)
        cJSON_AddItemToArray(runs, cli_outcome_json(&all->run[i].outcome));
    cli_json_print(object);
}

static ppo_status set_seeds(cli_sweep *all, const ppo_config *config, const cli_target *target,
                            const cli_seeds *seeds, ppo_ranks *ranks, ppo_error *error)
{
    PPO_TRY(cli_sweep_init(all, 1, seeds->count, error));
    all->ranks = ranks;
    all->num_at_once = cli_sweep_num_at_once(ranks, config->threads);
    for (size_t i = 0; i < seeds->count; i++)
        PPO_TRY(cli_sweep_set(all, 0, i, config, target, seeds->seed[i], error));
    return PPO_OK;
}

// What the runs came to, and the exit code.
static int conclude(const cli_sweep *all, const ppo_config *config, const cli_args *args)
{
    if (!cli_sweep_leads(all))
        return PPO_OK;
    const int code = cli_sweep_report(all, args->flag[CLI_FLAG_QUIET] != NULL);
    cli_sweep_values values;
    cli_sweep_values_of(&values, all, 0);
    if (args->flag[CLI_FLAG_JSON])
        print_json(config, all, &values);
    else
        print_table(all, &values);
    fflush(stdout); // the results are out before pictures are tried
    cli_sweep_draw_curves(all, 0, !args->flag[CLI_FLAG_JSON]);
    return code;
}

int cli_train_seeds(const ppo_config *config, const cli_target *target, ppo_ranks *ranks,
                    const cli_args *args)
{
    ppo_error error = {0};
    cli_seeds seeds;
    cli_sweep all = {.run = NULL};
    char what[PPO_TEXT_SIZE + 32];
    if (cli_parse_seeds(&seeds, args->flag[CLI_FLAG_SEEDS], &error))
        return cli_fail(&error);
    if (!ranks && seeds.count == 1 && seeds.seed[0] > 1 && seeds.seed[0] <= 100)
        cli_note("--seeds %s is seed %" PRIu64 " alone; 1-%" PRIu64 " are %" PRIu64 " seeds",
                 args->flag[CLI_FLAG_SEEDS], seeds.seed[0], seeds.seed[0], seeds.seed[0]);
    snprintf(what, sizeof what, "%zu seeds of %s", seeds.count, config->env_id);
    const bool is_trained = set_seeds(&all, config, target, &seeds, ranks, &error) == PPO_OK &&
                            cli_sweep_train(&all, what, args, &error) == PPO_OK;
    const int code = is_trained ? conclude(&all, config, args) : cli_fail(&error);
    cli_sweep_release(&all);
    return code;
}
