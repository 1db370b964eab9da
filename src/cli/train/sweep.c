// SPDX-License-Identifier: MIT
// See sweep.h.
#include "cli/train/sweep.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/ranks.h"
#include "cli/message.h"
#include "cli/signals.h"
#include "cli/train/job_runner.h"

#define TICK_S 0.1

// --- training -----------------------------------------------------------------------------------

static void on_opened(void *context, const cli_outcome *outcome)
{
    cli_sweep_run *const run = context;
    atomic_store(&run->first_step, outcome->first_step);
    atomic_store(&run->step, outcome->steps);
}

static void on_stepped(void *context, const cli_outcome *outcome, ppo_run *opened,
                       const ppo_stats *stats)
{
    (void)outcome, (void)opened;
    cli_sweep_run *const run = context;
    atomic_store(&run->step, stats->global_step);
    atomic_store(&run->return_mean, stats->return_mean);
}

// Jobs are this rank's runs.
static void train_run(void *context, size_t job)
{
    const cli_sweep *all = context;
    cli_sweep_run *const run = &all->run[cli_sweep_own(all->ranks, job)];
    const cli_train_events events = {.opened = on_opened, .stepped = on_stepped, .context = run};
    cli_train_run(&run->outcome, &run->config, NULL, all->restart, &events);
    atomic_store(&run->is_done, true);
}

// Draws the sum of all runs: steps of all, mean return of those that have one.
static void draw(cli_sweep *all, const cli_sweep_state *state)
{
    const ppo_stats sum = {
        .struct_size = sizeof sum,
        .global_step = (uint64_t)state->steps,
        .return_mean = state->num_returns > 0.0 ? state->returns / state->num_returns : (double)NAN,
        .length_mean = (double)NAN,
        .approx_kl = (double)NAN,
        .entropy = (double)NAN};
    char prefix[64];
    snprintf(prefix, sizeof prefix, "%.0f of %zu runs done", state->num_done, all->count);
    all->progress.first_step = (uint64_t)state->first_steps;
    cli_progress_draw(&all->progress, prefix, &sum);
}

// Ranks meet at each tick, because each waits for the others, and draw when it is time.
static void tick(void *context)
{
    cli_sweep *const all = context;
    const bool is_due = cli_progress_is_due(&all->progress);
    if (all->is_over || (!all->ranks && !is_due))
        return;
    const cli_sweep_state state = cli_sweep_meet(all->ranks, all->run, all->count);
    all->is_over = all->ranks && (size_t)state.num_done == all->count;
    if (state.num_stopped > 0.0)
        cli_request_stop();
    if (is_due)
        draw(all, &state);
}

// Goes on meeting the other ranks until their runs are done, too.
static void wait_for_ranks(cli_sweep *all)
{
    const struct timespec pause = {.tv_nsec = (long)(1e9 * TICK_S)};
    ppo_error none;
    while (all->ranks && !all->is_over && ppo_ranks_check(all->ranks, &none) == PPO_OK) {
        nanosleep(&pause, NULL);
        tick(all);
    }
}

bool cli_sweep_leads(const cli_sweep *sweep)
{
    return !sweep->ranks || ppo_ranks_rank(sweep->ranks) == 0;
}

ppo_status cli_sweep_init(cli_sweep *sweep, size_t num_envs, size_t num_seeds, ppo_error *error)
{
    *sweep =
        (cli_sweep){.num_envs = num_envs, .num_seeds = num_seeds, .count = num_envs * num_seeds};
    sweep->run = calloc(sweep->count, sizeof *sweep->run);
    if (!sweep->run)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for %zu runs", sweep->count);
    return PPO_OK;
}

void cli_sweep_release(cli_sweep *sweep)
{
    free(sweep->run);
}

ppo_status cli_sweep_set(cli_sweep *sweep, size_t env, size_t index, const ppo_config *config,
                         const cli_target *target, uint64_t seed, ppo_error *error)
{
    cli_sweep_run *run = &sweep->run[env * sweep->num_seeds + index];
    const bool has_folders = sweep->num_envs > 1;
    run->config = *config;
    run->config.seed = seed;
    run->config.threads = 1;
    atomic_init(&run->return_mean, (double)NAN);
    if (config->run_dir[0]) {
        char path[3 * PPO_TEXT_SIZE];
        const int length =
            snprintf(path, sizeof path, "%s/%s%sseed-%" PRIu64, config->run_dir,
                     has_folders ? ppo_env_name(config->env_id) : "", has_folders ? "/" : "", seed);
        if (length >= (int)sizeof run->config.run_dir)
            return ppo_fail(error, PPO_INVALID, "run_dir: too long for a folder per seed in it");
        memcpy(run->config.run_dir, path, (size_t)length + 1);
    }
    cli_run_dir_default(&run->config, target);
    return PPO_OK;
}

ppo_status cli_sweep_train(cli_sweep *sweep, const char *what, const cli_args *args,
                           ppo_error *error)
{
    const bool is_quiet = args->flag[CLI_FLAG_QUIET] != NULL || !cli_sweep_leads(sweep);
    uint64_t steps = 0;
    if (sweep->ranks)
        PPO_TRY(ppo_ranks_agree(sweep->ranks, &sweep->run[0].config, error));
    for (size_t i = 0; i < sweep->count; i++)
        steps += sweep->run[i].config.total_timesteps;
    const cli_jobs jobs = {.job = train_run,
                           .tick = tick,
                           .context = sweep,
                           .num_jobs = cli_sweep_num_own(sweep->ranks, sweep->count),
                           .num_workers = sweep->num_at_once,
                           .tick_s = TICK_S};
    sweep->restart = args->flag[CLI_FLAG_RESTART] != NULL;
    if (!is_quiet)
        cli_say("training %s, %zu at once%s", what,
                sweep->num_at_once < sweep->count ? (size_t)sweep->num_at_once : sweep->count,
                sweep->ranks ? " by each rank" : "");
    cli_progress_init(&sweep->progress, 0, steps, is_quiet);
    const ppo_status status = cli_jobs_run(&jobs, error);
    if (status == PPO_OK)
        wait_for_ranks(sweep);
    cli_progress_clear(&sweep->progress);
    return status == PPO_OK ? cli_sweep_gather(sweep->ranks, sweep->run, sweep->count, error)
                            : status;
}

// --- messages -----------------------------------------------------------------------------------

// "seed 3" or, of several environments, "Rally, seed 3".
static const char *name_run(char text[PPO_TEXT_SIZE + 32], const cli_sweep *sweep,
                            const cli_outcome *outcome)
{
    const bool has_env = sweep->num_envs > 1;
    snprintf(text, PPO_TEXT_SIZE + 32, "%s%sseed %" PRIu64,
             has_env ? ppo_env_name(outcome->env) : "", has_env ? ", " : "", outcome->seed);
    return text;
}

// What was unusual when the runs were opened, once where it is the same for all.
static void report_notices(const cli_sweep *all)
{
    const char *last = "";
    char name[PPO_TEXT_SIZE + 32];
    for (size_t i = 0; i < all->count; i++) {
        const cli_outcome *outcome = &all->run[i].outcome;
        if (outcome->notice[0] && strcmp(outcome->notice, last) != 0)
            cli_note("%s: %s", name_run(name, all, outcome), outcome->notice);
        last = outcome->notice[0] ? outcome->notice : last;
    }
}

// A line for each seed that lost workers; while training, the progress line has the terminal.
static void report_losses(const cli_sweep *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const cli_outcome *outcome = &all->run[i].outcome;
        if (outcome->workers_lost > 0)
            cli_outcome_say_lost(outcome, outcome->workers_lost);
    }
}

// Prints messages about runs that did not finish; returns the exit code of the first of them.
static int report_unfinished(const cli_sweep *all)
{
    int code = PPO_OK;
    size_t num_interrupted = 0;
    char name[PPO_TEXT_SIZE + 32];
    for (size_t i = 0; i < all->count; i++) {
        const cli_outcome *outcome = &all->run[i].outcome;
        const int this_code = cli_outcome_code(outcome);
        if (outcome->status != PPO_OK) {
            cli_say("%s failed:", name_run(name, all, outcome));
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

int cli_sweep_report(const cli_sweep *sweep, bool is_quiet)
{
    if (!is_quiet)
        report_notices(sweep);
    report_losses(sweep);
    return report_unfinished(sweep);
}

// --- results ------------------------------------------------------------------------------------

void cli_sweep_values_of(cli_sweep_values *c, const cli_sweep *sweep, size_t env)
{
    c->count = 0;
    for (size_t i = 0; i < sweep->num_seeds; i++) {
        const cli_outcome *outcome = &sweep->run[env * sweep->num_seeds + i].outcome;
        if (cli_outcome_code(outcome) != PPO_OK)
            continue;
        c->return_mean[c->count] = outcome->return_mean;
        c->evaluation[c->count] = outcome->evaluation.return_mean;
        c->seconds[c->count++] = outcome->seconds;
    }
}

void cli_sweep_draw_curves(const cli_sweep *sweep, size_t env, bool is_printed)
{
    const char *runs[CLI_MAX_SEEDS];
    size_t num_runs = 0;
    bool has_changed = false;
    for (size_t i = 0; i < sweep->num_seeds; i++) {
        const cli_outcome *outcome = &sweep->run[env * sweep->num_seeds + i].outcome;
        char path[PPO_TEXT_SIZE + 16];
        if (access(outcome->run_dir, F_OK) != 0)
            continue; // on another rank's machine
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
