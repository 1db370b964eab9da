// SPDX-License-Identifier: MIT
// `ppo train`: from the command line to a run, with progress on stderr and the result on stdout.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/crash.h"
#include "cli/message.h"
#include "cli/train/origins.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/train/train.h"

// The progress of one training on stderr.
typedef struct train_display {
    cli_progress progress;
    bool is_quiet;
} train_display;

static void on_opened(void *context, const cli_outcome *outcome)
{
    train_display *const v = context;
    if (!v->is_quiet)
        cli_outcome_say_opened(outcome);
    cli_progress_init(&v->progress, outcome->first_step, outcome->total_steps, v->is_quiet);
}

static void on_stepped(void *context, const cli_outcome *outcome, ppo_run *run,
                       const ppo_stats *stats)
{
    (void)outcome;
    train_display *const v = context;
    const uint32_t eval_every = ppo_trainer_config(ppo_run_trainer(run))->eval_every;
    if (!v->is_quiet && eval_every > 0 && stats->iteration % eval_every == 0) {
        const ppo_evaluation *evaluation = ppo_run_last_evaluation(run);
        char text[160];
        snprintf(text, sizeof text, "step %" PRIu64 ": evaluation return %.1f +- %.1f, best %.1f",
                 stats->global_step, evaluation->return_mean, evaluation->return_std,
                 ppo_run_best_evaluation(run)->return_mean);
        cli_progress_clear(&v->progress);
        fprintf(stderr, "%s\n", text);
    }
    if (cli_progress_is_due(&v->progress))
        cli_progress_draw(&v->progress, "", stats);
}

static void on_filmed(void *context, const cli_outcome *outcome, const char *path)
{
    (void)outcome;
    train_display *const v = context;
    if (v->is_quiet)
        return;
    cli_progress_clear(&v->progress);
    fprintf(stderr, "film %s\n", path);
}

static void on_lost(void *context, const cli_outcome *outcome, uint64_t count)
{
    train_display *const v = context;
    cli_progress_clear(&v->progress);
    cli_outcome_say_lost(outcome, count);
}

// Notes that the last minibatch of an epoch is smaller, if it is.
static void note_minibatches(const ppo_config *config)
{
    const uint64_t batch = ppo_config_batch_size(config);
    const uint32_t minibatch = ppo_config_minibatch_size(config);
    if (minibatch == 0 || minibatch > batch || batch % minibatch == 0)
        return;
    cli_note("minibatches of %" PRIu32 " don't divide the batch of %" PRIu64
             ": the last minibatch of each epoch has %" PRIu64 " samples",
             minibatch, batch, batch % minibatch);
}

// Rank 0 alone reports; a signal's exit code is rank 0's too.
static int train_one(const ppo_config *config, ppo_ranks *ranks, const cli_args *args)
{
    const bool leads = ppo_ranks_rank(ranks) == 0;
    train_display v = {.is_quiet = args->flag[CLI_FLAG_QUIET] != NULL || !leads};
    const cli_train_events events = {.opened = on_opened,
                                     .stepped = on_stepped,
                                     .filmed = on_filmed,
                                     .lost = on_lost,
                                     .context = &v};
    cli_outcome outcome;
    cli_train_run(&outcome, config, ranks, args->flag[CLI_FLAG_RESTART] != NULL, &events);
    cli_progress_clear(&v.progress);
    if (outcome.status != PPO_OK)
        return cli_outcome_fail(&outcome);
    if (!leads)
        return PPO_OK;
    if (outcome.is_interrupted)
        cli_outcome_say_interrupted(&outcome);
    if (args->flag[CLI_FLAG_JSON])
        cli_json_print(cli_outcome_json(&outcome));
    else if (!outcome.is_interrupted)
        cli_outcome_print(&outcome);
    fflush(stdout); // the result is out before a picture is tried
    if (cli_outcome_draw(&outcome) && !args->flag[CLI_FLAG_JSON] && !outcome.is_interrupted)
        printf("curve       %s/curve.png\n", outcome.run_dir);
    return cli_outcome_code(&outcome);
}

// The operand or, without one, the environment that --env-id names: `train --env X` means `train
// X`.
static const char *find_operand(const cli_args *args)
{
    if (args->num_operands > 0)
        return args->operand[0];
    const char *env_id = NULL;
    for (size_t i = 0; i < args->num_settings; i++)
        if (strcmp(args->setting[i].name, "env_id") == 0)
            env_id = args->setting[i].text;
    return env_id;
}

static int train(const cli_args *args, ppo_ranks *ranks)
{
    ppo_error error = {0};
    if (args->flag[CLI_FLAG_GAMES] && args->flag[CLI_FLAG_EXPLAIN]) {
        ppo_fail(&error, PPO_INVALID, "--explain-config is about one environment, not --games");
        return cli_fail_usage(&error, "train");
    }
    const bool is_one = !args->flag[CLI_FLAG_SEEDS] && !args->flag[CLI_FLAG_GAMES];
    ppo_ranks *sharers = ppo_ranks_size(ranks) > 1 ? ranks : NULL; // of many runs
    if (args->flag[CLI_FLAG_GAMES]) {
        cli_signals_catch();
        return cli_train_games(sharers, args);
    }
    const char *name = find_operand(args);
    const bool leads = ppo_ranks_rank(ranks) == 0;
    if (!name) {
        ppo_fail(&error, PPO_INVALID, "'train' needs %s", args->command->synopsis);
        return cli_fail_usage(&error, "train");
    }
    ppo_config config;
    cli_target target;
    if (cli_target_config(&config, &target, name, args, &error))
        return cli_fail(&error);
    if (is_one)
        cli_run_dir_default(&config, &target);
    if (args->flag[CLI_FLAG_EXPLAIN])
        return leads ? cli_explain(&config, &target, args) : PPO_OK;
    if (!args->flag[CLI_FLAG_QUIET] && leads)
        note_minibatches(&config);
    cli_signals_catch();
    return is_one ? train_one(&config, ranks, args)
                  : cli_train_seeds(&config, &target, sharers, args);
}

// If one of several ranks fails, it ends all of them.
int cli_cmd_train(const cli_args *args)
{
    ppo_error error = {0};
    ppo_ranks *ranks;
    if (ppo_ranks_start(&ranks, &error))
        return cli_fail(&error);
    if (ppo_ranks_size(ranks) > 1) {
        const uint32_t rank = ppo_ranks_rank(ranks);
        cli_message_set_rank(rank, ppo_ranks_host(ranks, rank));
        cli_signals_hush();
        cli_crash_allow_exit();
    }
    const int code = train(args, ranks);
    if (code != PPO_OK && code != CLI_INTERRUPTED)
        ppo_ranks_abort(ranks, code);
    ppo_ranks_stop(ranks);
    return code;
}
