// SPDX-License-Identifier: MIT
// One run from opening to saving. Owns the run while it trains; prints nothing.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/crash.h"
#include "cli/message.h"
#include "cli/signals.h"
#include "cli/term.h"
#include "cli/train/train.h"

static void note_state(cli_outcome *outcome, ppo_run *run)
{
    const ppo_trainer *trainer = ppo_run_trainer(run);
    const ppo_stats *stats = ppo_trainer_stats(trainer);
    outcome->steps = stats->global_step;
    outcome->num_episodes = stats->episodes;
    outcome->return_mean = stats->episodes ? stats->return_mean : (double)NAN;
    outcome->solved_return = ppo_trainer_solved_return(trainer);
    outcome->is_solved = ppo_trainer_solved(trainer);
    outcome->hash = ppo_trainer_hash(trainer);
    outcome->evaluation = *ppo_run_last_evaluation(run);
    outcome->best = *ppo_run_best_evaluation(run);
}

static void note_opening(cli_outcome *outcome, ppo_run *run)
{
    outcome->origin = ppo_run_origin_of(run);
    snprintf(outcome->run_dir, sizeof outcome->run_dir, "%s", ppo_run_dir(run));
    snprintf(outcome->notice, sizeof outcome->notice, "%s", ppo_run_notice(run));
    ppo_device_info device;
    ppo_trainer_device(ppo_run_trainer(run), &device);
    snprintf(outcome->device, sizeof outcome->device, "%s", device.name);
    note_state(outcome, run);
    outcome->first_step = outcome->steps;
}

static void note_losses(cli_outcome *outcome, const ppo_trainer *trainer,
                        const cli_train_events *events)
{
    ppo_error last;
    const uint64_t count = ppo_trainer_workers_lost(trainer, &last);
    const uint64_t before = outcome->workers_lost;
    outcome->workers_lost = count;
    if (count == before)
        return;
    snprintf(outcome->last_loss, sizeof outcome->last_loss, "%s", last.message);
    if (events->lost)
        events->lost(events->context, outcome, count - before);
}

// Reports a film that was made since the last call.
static void note_film(cli_outcome *outcome, const ppo_run *run, const cli_train_events *events)
{
    const char *film = ppo_run_last_film(run);
    if (strcmp(film, outcome->film) == 0)
        return;
    snprintf(outcome->film, sizeof outcome->film, "%s", film);
    if (events->filmed)
        events->filmed(events->context, outcome, film);
}

static bool is_stop_requested(void *context)
{
    (void)context;
    return cli_stop_requested();
}

// Whether a signal has asked this process to stop, or another rank.
static bool must_stop(ppo_ranks *ranks)
{
    return ranks ? ppo_ranks_any(ranks, cli_stop_requested()) : cli_stop_requested();
}

static ppo_status train(cli_outcome *outcome, ppo_run *run, ppo_ranks *ranks,
                        const cli_train_events *events)
{
    ppo_trainer *trainer = ppo_run_trainer(run);
    const uint64_t sent_before = ranks ? ppo_ranks_bytes_sent(ranks) : 0;
    const double began_s = cli_now_s();
    ppo_status status = PPO_OK;
    cli_crash_watch(ppo_trainer_env(trainer)->id, "training",
                    "; in a run with --workers process only the current episode would be lost. The "
                    "last checkpoint is kept",
                    NULL);
    cli_crash_set_step(ppo_trainer_stats(trainer)->global_step);
    ppo_trainer_set_interrupt(trainer, is_stop_requested, NULL);
    while (status == PPO_OK && !ppo_trainer_done(trainer) && !must_stop(ranks)) {
        ppo_stats stats;
        ppo_stats_init(&stats);
        status = ppo_run_step(run, &stats, &outcome->error);
        if (status == PPO_OK)
            cli_crash_set_step(stats.global_step);
        note_losses(outcome, trainer, events);
        note_film(outcome, run, events);
        if (status == PPO_OK && events->stepped)
            events->stepped(events->context, outcome, run, &stats);
    }
    outcome->seconds = cli_now_s() - began_s;
    outcome->bytes_sent = ranks ? ppo_ranks_bytes_sent(ranks) - sent_before : 0;
    return status == PPO_STOPPED ? PPO_OK : status; // an evaluation was abandoned
}

// Saves the run, after the final evaluation if training has ended.
static ppo_status conclude(cli_outcome *outcome, ppo_run *run, const cli_train_events *events)
{
    if (outcome->origin == PPO_RUN_FINISHED)
        return PPO_OK; // nothing has changed
    outcome->is_interrupted = !ppo_trainer_done(ppo_run_trainer(run));
    if (outcome->is_interrupted)
        return ppo_run_save(run, &outcome->error);
    const ppo_status status = ppo_run_finish(run, NULL, &outcome->error);
    note_film(outcome, run, events);
    outcome->is_interrupted = status == PPO_STOPPED; // the final evaluation was abandoned
    return outcome->is_interrupted ? ppo_run_save(run, &outcome->error) : status;
}

void cli_train_run(cli_outcome *outcome, const ppo_config *config, ppo_ranks *ranks, bool restart,
                   const cli_train_events *events)
{
    ranks = ranks && ppo_ranks_size(ranks) > 1 ? ranks : NULL;
    *outcome = (cli_outcome){.seed = config->seed, .total_steps = config->total_timesteps};
    outcome->num_ranks = ranks ? ppo_ranks_size(ranks) : 1;
    snprintf(outcome->env, sizeof outcome->env, "%s", config->env_id);
    snprintf(outcome->run_dir, sizeof outcome->run_dir, "%s", config->run_dir);
    outcome->return_mean = (double)NAN;
    if (must_stop(ranks)) { // one of several seeds, which had not begun
        outcome->is_interrupted = true;
        return;
    }
    ppo_run *run = NULL;
    outcome->status = ppo_run_open_on(&run, ranks, config, NULL, restart, &outcome->error);
    if (outcome->status != PPO_OK)
        return;
    note_opening(outcome, run);
    if (events->opened)
        events->opened(events->context, outcome);
    outcome->status = train(outcome, run, ranks, events);
    if (outcome->status == PPO_OK)
        outcome->status = conclude(outcome, run, events);
    note_state(outcome, run);
    cli_crash_unwatch();
    ppo_run_close(run);
}

double cli_outcome_sps(const cli_outcome *outcome)
{
    const uint64_t steps = outcome->steps - outcome->first_step;
    return steps && outcome->seconds > 0.0 ? (double)steps / outcome->seconds : (double)NAN;
}

int cli_outcome_code(const cli_outcome *outcome)
{
    if (outcome->status != PPO_OK)
        return (int)outcome->status;
    return outcome->is_interrupted ? CLI_INTERRUPTED : PPO_OK;
}
