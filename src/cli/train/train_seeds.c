// SPDX-License-Identifier: MIT
// `ppo train --seeds`: one run per seed, side by side, each with one thread and a directory of its
// own. Threads write their own outcome and counters only; the caller's thread draws.
#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/statistics.h"
#include "cli/train/job_runner.h"
#include "cli/message.h"
#include "cli/flag_number.h"
#include "cli/progress.h"
#include "cli/term.h"
#include "cli/train/train.h"

// One seed's run, and the counters that the drawing thread reads while it trains.
typedef struct seed_run {
    ppo_config config;
    cli_outcome outcome; // written by the worker until is_done
    _Atomic uint64_t first_step;
    _Atomic uint64_t step;
    _Atomic double return_mean;
    atomic_bool is_done;
} seed_run;

typedef struct sweep {
    seed_run *run; // [count]
    size_t count;
    bool restart;
    cli_progress progress;
} sweep;

static void on_opened(void *context, const cli_outcome *outcome)
{
    seed_run *const run = context;
    atomic_store(&run->first_step, outcome->first_step);
    atomic_store(&run->step, outcome->steps);
}

static void on_stepped(void *context, const cli_outcome *outcome, ppo_run *opened,
                       const ppo_stats *stats)
{
    (void)outcome, (void)opened;
    seed_run *const run = context;
    atomic_store(&run->step, stats->global_step);
    atomic_store(&run->return_mean, stats->return_mean);
}

static void train_seed(void *context, size_t index)
{
    const sweep *all = context;
    seed_run *const run = &all->run[index];
    const cli_train_events events = {.opened = on_opened, .stepped = on_stepped, .context = run};
    cli_train_run(&run->outcome, &run->config, NULL, all->restart, &events);
    atomic_store(&run->is_done, true);
}

// Draws the sum of all runs: steps of all, mean return of those that have one.
static void draw(void *context)
{
    sweep *const all = context;
    if (!cli_progress_is_due(&all->progress))
        return;
    ppo_stats sum = {.struct_size = sizeof sum,
                     .length_mean = (double)NAN,
                     .approx_kl = (double)NAN,
                     .entropy = (double)NAN};
    double return_sum = 0.0;
    size_t num_done = 0, num_returns = 0;
    all->progress.first_step = 0;
    for (size_t i = 0; i < all->count; i++) {
        const double return_mean = atomic_load(&all->run[i].return_mean);
        sum.global_step += atomic_load(&all->run[i].step);
        all->progress.first_step += atomic_load(&all->run[i].first_step);
        num_done += atomic_load(&all->run[i].is_done) ? 1 : 0;
        num_returns += isnan(return_mean) ? 0 : 1;
        return_sum += isnan(return_mean) ? 0.0 : return_mean;
    }
    sum.return_mean = num_returns ? return_sum / (double)num_returns : (double)NAN;
    char prefix[64];
    snprintf(prefix, sizeof prefix, "%zu of %zu runs done", num_done, all->count);
    cli_progress_draw(&all->progress, prefix, &sum);
}

static void seed_run_init(seed_run *run, const ppo_config *config, const cli_target *target,
                          uint64_t seed)
{
    run->config = *config;
    run->config.seed = seed;
    run->config.threads = 1;
    atomic_init(&run->return_mean, (double)NAN);
    if (config->run_dir[0]) {
        const int most = (int)sizeof run->config.run_dir - 32; // checked by sweep_init
        snprintf(run->config.run_dir, sizeof run->config.run_dir, "%.*s/seed-%" PRIu64, most,
                 config->run_dir, seed);
    }
    cli_run_dir_default(&run->config, target);
}

static ppo_status sweep_init(sweep *all, const ppo_config *config, const cli_target *target,
                             const cli_seeds *seeds, ppo_error *error)
{
    if (strlen(config->run_dir) > sizeof config->run_dir - 32)
        return ppo_fail(error, PPO_INVALID, "run_dir: too long for a folder per seed in it");
    all->count = seeds->count;
    all->run = calloc(seeds->count, sizeof *all->run);
    if (!all->run)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for %zu runs", seeds->count);
    for (size_t i = 0; i < seeds->count; i++)
        seed_run_init(&all->run[i], config, target, seeds->seed[i]);
    return PPO_OK;
}

// The finished runs' values in a row, for the statistics.
typedef struct columns {
    double return_mean[CLI_MAX_SEEDS];
    double evaluation[CLI_MAX_SEEDS];
    double seconds[CLI_MAX_SEEDS];
    size_t count;
} columns;

static void columns_fill(columns *c, const sweep *all)
{
    c->count = 0;
    for (size_t i = 0; i < all->count; i++) {
        const cli_outcome *outcome = &all->run[i].outcome;
        if (cli_outcome_code(outcome) != PPO_OK)
            continue;
        c->return_mean[c->count] = outcome->return_mean;
        c->evaluation[c->count] = outcome->evaluation.return_mean;
        c->seconds[c->count++] = outcome->seconds;
    }
}

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

static void print_table(const sweep *all, const columns *c)
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

static void print_json(const ppo_config *config, const sweep *all, const columns *c)
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

// What was unusual when the runs were opened, once where it is the same for all.
static void report_notices(const sweep *all)
{
    const char *last = "";
    for (size_t i = 0; i < all->count; i++) {
        const cli_outcome *outcome = &all->run[i].outcome;
        if (outcome->notice[0] && strcmp(outcome->notice, last) != 0)
            cli_note("seed %" PRIu64 ": %s", outcome->seed, outcome->notice);
        last = outcome->notice[0] ? outcome->notice : last;
    }
}

// A line for each seed that lost workers; while training, the progress line has the terminal.
static void report_losses(const sweep *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const cli_outcome *outcome = &all->run[i].outcome;
        if (outcome->workers_lost > 0)
            cli_outcome_say_lost(outcome, outcome->workers_lost);
    }
}

// Prints messages about runs that did not finish; returns the exit code of the first of them.
static int report_unfinished(const sweep *all)
{
    int code = PPO_OK;
    size_t num_interrupted = 0;
    for (size_t i = 0; i < all->count; i++) {
        const cli_outcome *outcome = &all->run[i].outcome;
        const int this_code = cli_outcome_code(outcome);
        if (outcome->status != PPO_OK) {
            cli_say("seed %" PRIu64 " failed:", outcome->seed);
            cli_outcome_fail(outcome);
        } else if (outcome->is_interrupted) {
            num_interrupted++;
        }
        if (code == PPO_OK)
            code = this_code;
    }
    if (num_interrupted > 0)
        cli_say("%zu of %zu runs stopped, checkpoints written; the same command continues them",
                num_interrupted, all->count);
    return code;
}

// Draws a curve for each run in its directory, and one of all beside these, unless it is there
// already and none has changed.
static void draw_curves(const sweep *all, bool is_printed)
{
    const char *runs[CLI_MAX_SEEDS];
    size_t num_runs = 0;
    bool has_changed = false;
    for (size_t i = 0; i < all->count; i++) {
        const cli_outcome *outcome = &all->run[i].outcome;
        char path[PPO_TEXT_SIZE + 16];
        const bool is_drawn = cli_outcome_draw(outcome);
        has_changed = has_changed || is_drawn;
        snprintf(path, sizeof path, "%s/curve.png", outcome->run_dir);
        if (is_drawn || (outcome->status == PPO_OK && access(path, F_OK) == 0))
            runs[num_runs++] = outcome->run_dir; // one without values yet has no curve
    }
    if (num_runs < 2)
        return;
    // "runs/Acrobot-v1/sweep-seed-" of "runs/Acrobot-v1/sweep-seed-7"
    const char *seed = strstr(strrchr(runs[0], '/') ? strrchr(runs[0], '/') : runs[0], "seed-");
    char path[2 * PPO_TEXT_SIZE];
    snprintf(path, sizeof path, "%.*scurve.png", (int)(seed ? seed - runs[0] : 0), runs[0]);
    if (!has_changed && access(path, F_OK) == 0)
        return;
    if (cli_outcomes_draw(path, runs, num_runs) && is_printed)
        printf("%-6s %s\n", "curve", path);
}

static ppo_status train_all(sweep *all, const ppo_config *config, const cli_args *args,
                            uint32_t num_threads, ppo_error *error)
{
    const bool is_quiet = args->flag[CLI_FLAG_QUIET] != NULL;
    const uint64_t steps = config->total_timesteps * all->count;
    const cli_jobs jobs = {.job = train_seed,
                           .tick = draw,
                           .context = all,
                           .num_jobs = all->count,
                           .num_workers = num_threads,
                           .tick_s = 0.1};
    all->restart = args->flag[CLI_FLAG_RESTART] != NULL;
    if (!is_quiet)
        cli_say("training %zu seeds of %s, %" PRIu32 " at once", all->count, config->env_id,
                num_threads < all->count ? num_threads : (uint32_t)all->count);
    cli_progress_init(&all->progress, 0, steps, is_quiet);
    const ppo_status status = cli_jobs_run(&jobs, error);
    cli_progress_clear(&all->progress);
    return status;
}

int cli_train_seeds(const ppo_config *config, const cli_target *target, const cli_args *args)
{
    ppo_error error = {0};
    cli_seeds seeds;
    sweep all = {0};
    const uint32_t num_threads = config->threads ? config->threads : cli_num_cores();
    if (cli_parse_seeds(&seeds, args->flag[CLI_FLAG_SEEDS], &error) ||
        sweep_init(&all, config, target, &seeds, &error))
        return cli_fail(&error);
    if (seeds.count == 1 && seeds.seed[0] > 1 && seeds.seed[0] <= 100)
        cli_note("--seeds %s is seed %" PRIu64 " alone; 1-%" PRIu64 " are %" PRIu64 " seeds",
                 args->flag[CLI_FLAG_SEEDS], seeds.seed[0], seeds.seed[0], seeds.seed[0]);
    if (train_all(&all, config, args, num_threads, &error)) {
        free(all.run);
        return cli_fail(&error);
    }
    if (!args->flag[CLI_FLAG_QUIET])
        report_notices(&all);
    report_losses(&all);
    const int code = report_unfinished(&all);
    columns c;
    columns_fill(&c, &all);
    if (args->flag[CLI_FLAG_JSON])
        print_json(config, &all, &c);
    else
        print_table(&all, &c);
    fflush(stdout); // the results are out before pictures are tried
    draw_curves(&all, !args->flag[CLI_FLAG_JSON]);
    free(all.run);
    return code;
}
