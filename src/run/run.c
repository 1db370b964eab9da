// SPDX-License-Identifier: MIT
// Moving a run on: an iteration, its rows, the evaluation, film and checkpoint that are due.
//
// What makes a resumed run equal one that was never stopped: rows are appended as they come and
// synced before each checkpoint, which remembers the files' lengths; opening cuts the files back to
// them. Whatever came after the checkpoint is then done again, to the same bytes. Only timing.csv
// is cut by its rows' iterations: its length would make checkpoints of equal runs differ.
// What is due follows from the facts that a checkpoint holds (the last evaluation's iteration, the
// last film's step). So it stays due after a failure to write it, and is done before the next
// iteration, also by another process.
// If an iteration fails (PPO_NUMERIC, PPO_ENV) the state is in its middle, so it is not saved: the
// last checkpoint stays.
// Of several ranks each moves its part of the training on and plays its part of evaluations; rank 0
// does everything else, and what it decides by its clock it tells the others.
// Not here: opening and closing (run_open.c), columns (metrics.c), the file format (checkpoint.c).
#include "core/clock.h"
#include "core/error.h"
#include "core/sized.h"
#include "run/checkpoint/checkpoint.h"
#include "run/record/csv.h"
#include "run/record/metrics.h"
#include "run/run_state.h"

#include <string.h>

// The iteration's counters, its rows in the CSV files and its event.
static ppo_status record(ppo_run *run, const ppo_stats *stats, ppo_error *error)
{
    ppo_run_facts *facts = &run->facts;
    facts->iteration = stats->iteration;
    facts->global_step = stats->global_step;
    facts->num_updates += stats->epochs;
    run->dirty = true;
    if (!run->leads)
        return PPO_OK;
    const double elapsed = run->elapsed_before + ppo_clock_seconds() - run->opened_at;
    const ppo_metrics timing = ppo_timing_metrics(stats, elapsed);
    const ppo_metrics progress = ppo_progress_metrics(stats, facts->num_updates);
    ppo_metrics event = progress;
    for (size_t i = 0; i < timing.count; i++)
        if (strchr(timing.metric[i].tag, '/'))
            event.metric[event.count++] = timing.metric[i];
    // All three get their record before a failure is reported: a resumed run relies on it.
    const ppo_csv_row timing_row = ppo_metrics_row(&timing);
    const ppo_csv_row progress_row = ppo_metrics_row(&progress);
    const ppo_status timing_status = ppo_csv_append(&run->timing, timing_row.text, error);
    const ppo_status progress_status = ppo_csv_append(&run->progress, progress_row.text, error);
    PPO_TRY(ppo_tensorboard_add(&run->tensorboard, facts->global_step, &event, error));
    return timing_status != PPO_OK ? timing_status : progress_status;
}

static ppo_status publish_best(ppo_run *run, const ppo_evaluation *evaluation, ppo_error *error)
{
    if (!run->leads)
        return PPO_OK;
    const char *path = ppo_run_path(run, PPO_BEST_NAME);
    const ppo_run_facts kept = {.best_iteration = run->facts.iteration, .best = *evaluation};
    return ppo_agent_write(&run->buffer, run->trainer, &kept, path, error);
}

// Evaluates the policy and records the result. A best policy is published before the facts and the
// row say so.
static ppo_status evaluate(ppo_run *run, ppo_error *error)
{
    ppo_evaluation evaluation = {.struct_size = sizeof evaluation};
    ppo_run_facts *facts = &run->facts;
    PPO_TRY(ppo_trainer_evaluate(run->trainer, &evaluation, error));
    const bool best = facts->best.episodes == 0 || evaluation.return_mean > facts->best.return_mean;
    if (best) {
        PPO_TRY(publish_best(run, &evaluation, error));
        facts->best_iteration = facts->iteration;
        facts->best = evaluation;
    }
    facts->last_iteration = facts->iteration;
    facts->last = evaluation;
    run->dirty = true;
    if (!run->leads)
        return PPO_OK;
    const ppo_metrics metrics =
        ppo_evaluation_metrics(ppo_trainer_stats(run->trainer), &evaluation, best);
    const ppo_metrics scalars = ppo_evaluation_scalars(&evaluation);
    const ppo_csv_row row = ppo_metrics_row(&metrics);
    const ppo_status status = ppo_csv_append(&run->evaluations, row.text, error);
    PPO_TRY(ppo_tensorboard_add(&run->tensorboard, facts->global_step, &scalars, error));
    return status;
}

// The evaluation and the film that are due after the last iteration, if they are not done yet.
static ppo_status do_what_is_due(ppo_run *run, ppo_error *error)
{
    const ppo_run_facts *facts = &run->facts;
    const uint32_t every = ppo_trainer_config(run->trainer)->eval_every;
    if (facts->iteration > 0 && every > 0 && facts->iteration % every == 0 &&
        facts->last_iteration != facts->iteration)
        PPO_TRY(evaluate(run, error));
    return ppo_run_film_due(run, error);
}

ppo_status ppo_run_step(ppo_run *run, ppo_stats *stats, ppo_error *error)
{
    ppo_stats done = {.struct_size = sizeof done};
    PPO_TRY(ppo_sized_check(stats, sizeof *stats, "ppo_stats", error));
    if (ppo_trainer_done(run->trainer))
        return ppo_fail(error, PPO_INVALID, "the run in %s is complete", run->dir.text);
    PPO_TRY(do_what_is_due(run, error));
    run->failed = ppo_trainer_step(run->trainer, &done, error);
    if (run->failed != PPO_OK)
        return run->failed;
    ppo_sized_write(stats, &done, sizeof done);
    PPO_TRY(record(run, &done, error));
    PPO_TRY(do_what_is_due(run, error));
    const double interval = ppo_trainer_config(run->trainer)->checkpoint_interval_s;
    bool is_due = run->leads && ppo_clock_seconds() - run->saved_at >= interval;
    if (run->ranks) // rank 0's clock counts
        is_due = ppo_ranks_any(run->ranks, is_due);
    return is_due ? ppo_run_save(run, error) : PPO_OK;
}

// Brings the rows to the disk and notes how many there are.
static ppo_status sync_records(ppo_run *run, ppo_error *error)
{
    ppo_run_facts *facts = &run->facts;
    PPO_TRY(ppo_append_file_sync(&run->progress, error));
    PPO_TRY(ppo_append_file_sync(&run->timing, error));
    PPO_TRY(ppo_append_file_sync(&run->evaluations, error));
    PPO_TRY(ppo_tensorboard_sync(&run->tensorboard, error));
    facts->progress_bytes = run->progress.size;
    facts->progress_hash = run->progress.hash;
    facts->evaluations_bytes = run->evaluations.size;
    facts->evaluations_hash = run->evaluations.hash;
    if (run->tensorboard.file.descriptor >= 0) // otherwise the length from before stays true
        facts->tensorboard_bytes = run->tensorboard.file.size;
    return PPO_OK;
}

ppo_status ppo_run_save(ppo_run *run, ppo_error *error)
{
    ppo_run_facts *facts = &run->facts;
    const char *path = ppo_run_path(run, PPO_CHECKPOINT_NAME);
    const char *previous = ppo_run_path(run, PPO_PREVIOUS_NAME);
    if (run->failed != PPO_OK)
        return ppo_fail(error, run->failed,
                        "%s is not written: the last iteration failed; the checkpoint before it "
                        "stays",
                        path);
    if (!run->dirty)
        return PPO_OK;

    // The rows first: the checkpoint says how many there are.
    if (run->leads)
        PPO_TRY(sync_records(run, error));
    PPO_TRY(ppo_checkpoint_write(&run->buffer, run->trainer, facts, path,
                                 run->keep_newest ? previous : NULL, error));
    run->keep_newest = true;
    run->dirty = false;
    run->saved_at = ppo_clock_seconds();
    return PPO_OK;
}

ppo_status ppo_run_finish(ppo_run *run, ppo_evaluation *evaluation, ppo_error *error)
{
    const ppo_run_facts *facts = &run->facts;
    PPO_TRY(ppo_sized_check(evaluation, sizeof *evaluation, "ppo_evaluation", error));
    if (!ppo_trainer_done(run->trainer))
        return ppo_fail(error, PPO_INVALID, "the run in %s is not complete yet", run->dir.text);
    if (facts->last.episodes == 0 || facts->last_iteration != facts->iteration)
        PPO_TRY(evaluate(run, error));
    PPO_TRY(ppo_run_film_now(run, error));
    PPO_TRY(ppo_run_save(run, error));
    ppo_sized_write(evaluation, &facts->last, sizeof facts->last);
    return PPO_OK;
}

ppo_trainer *ppo_run_trainer(ppo_run *run)
{
    return run->trainer;
}

ppo_run_origin ppo_run_origin_of(const ppo_run *run)
{
    return run->origin;
}

const char *ppo_run_dir(const ppo_run *run)
{
    return run->dir.text;
}

const ppo_evaluation *ppo_run_last_evaluation(const ppo_run *run)
{
    return &run->facts.last;
}

const ppo_evaluation *ppo_run_best_evaluation(const ppo_run *run)
{
    return &run->facts.best;
}

const char *ppo_run_last_film(const ppo_run *run)
{
    return run->last_film.text;
}

const char *ppo_run_notice(const ppo_run *run)
{
    return run->notice;
}
