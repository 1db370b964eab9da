// SPDX-License-Identifier: MIT
// Opening a run: a new one, one that is resumed, one that starts over.
//
//   ppo_run_open   lock the directory -> create the trainer -> check what is there -> begin or
//   resume
//                  -> remove temporaries of a killed process -> config.yaml
//   begin          checkpoint of iteration 0 -> CSV and event files emptied -> films, best agent
//   and
//                  previous checkpoint of the older run removed
//   resume         newest checkpoint, else the previous one -> CSV and event files cut back to its
//                  lengths; a checkpoint of iteration 0 leads through begin's second half again, so
//                  that a process killed in the middle of begin leaves nothing half done
//
// Every run has a checkpoint from its first moment. It is published before anything of an older run
// is touched, and decides whose the directory is. A run that can't be opened changes nothing.
// Not here: what happens while the run moves on (run.c).
#include "run/run_state.h"

#include "agent/input.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/ranks.h"
#include "ppo/bench.h"
#include "run/checkpoint/checkpoint.h"
#include "run/record/csv.h"
#include "run/record/metrics.h"
#include "run/record/timing_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INFO_SIZE   ((size_t)4096)
#define CONFIG_MARK "# libppo " // how config.yaml begins

static void add_notice(ppo_run *run, const char *text)
{
    const size_t used = strlen(run->notice);
    snprintf(run->notice + used, sizeof run->notice - used, "%s%s", used ? " " : "", text);
}

// Says that precision bf16 changes nothing for a perceptron, which computes in fp32.
static void note_precision(ppo_run *run)
{
    ppo_input input;
    const ppo_config *config = ppo_trainer_config(run->trainer);
    const ppo_space *space = &ppo_trainer_env(run->trainer)->observation_space;
    if (config->precision == PPO_PRECISION_BF16 &&
        ppo_input_for(&input, config, space, NULL) == PPO_OK && !ppo_input_has_pictures(&input))
        add_notice(run, "precision bf16 is for convolutional networks; this network is a "
                        "perceptron, which computes in fp32.");
}

static ppo_status remove_file(ppo_run *run, const char *name, ppo_error *error)
{
    const char *path = ppo_run_path(run, name);
    if (unlink(path) == 0 || errno == ENOENT)
        return PPO_OK;
    return ppo_fail(error, PPO_IO, "can't remove %s: %s", path, strerror(errno));
}

// --- CSV and event files ------------------------------------------------------------------------

static void note_change(ppo_run *run, const char *name, const char *parts)
{
    char text[128];
    snprintf(text, sizeof text,
             "%s is not what the checkpoint remembers; its whole %s up to there were kept.", name,
             parts);
    add_notice(run, text);
}

// Opens a CSV file at the length that the checkpoint names.
static ppo_status open_csv(ppo_run *run, ppo_append_file *csv, const char *name,
                           ppo_metrics columns, uint64_t size, const uint64_t *hash,
                           ppo_error *error)
{
    bool changed;
    const char *path = ppo_run_path(run, name);
    const ppo_csv_row header = ppo_metrics_header(&columns);
    PPO_TRY(ppo_csv_open(csv, path, header.text, size, hash, &changed, error));
    if (changed)
        note_change(run, name, "rows");
    return PPO_OK;
}

static ppo_status open_timing(ppo_run *run, ppo_error *error)
{
    bool changed;
    const char *path = ppo_run_path(run, PPO_TIMING_NAME);
    PPO_TRY(ppo_timing_file_open(&run->timing, path, run->facts.iteration, &run->elapsed_before,
                                 &changed, error));
    if (changed)
        note_change(run, PPO_TIMING_NAME, "rows");
    return PPO_OK;
}

// If no event file is wanted any more, this run's stays as it is; an older run's is removed. A
// finished run's stays.
static ppo_status open_event_file(ppo_run *run, ppo_error *error)
{
    bool changed;
    const uint64_t size = run->facts.tensorboard_bytes;
    if (run->origin == PPO_RUN_FINISHED)
        return PPO_OK;
    const ppo_config *config = ppo_trainer_config(run->trainer);
    const char *path = ppo_run_path(run, PPO_TENSORBOARD_NAME);
    if (!config->tensorboard || !ppo_tensorboard_is_available())
        return size == 0 ? remove_file(run, PPO_TENSORBOARD_NAME, error) : PPO_OK;
    PPO_TRY(ppo_tensorboard_open(&run->tensorboard, path, config, size, &changed, error));
    if (changed)
        note_change(run, PPO_TENSORBOARD_NAME, "records");
    return PPO_OK;
}

static ppo_status open_records(ppo_run *run, ppo_error *error)
{
    const ppo_run_facts *f = &run->facts;
    PPO_TRY(open_csv(run, &run->progress, PPO_PROGRESS_NAME, ppo_progress_metrics(NULL, 0),
                     f->progress_bytes, &f->progress_hash, error));
    PPO_TRY(open_timing(run, error));
    PPO_TRY(open_csv(run, &run->evaluations, PPO_EVALUATIONS_NAME,
                     ppo_evaluation_metrics(NULL, NULL, false), f->evaluations_bytes,
                     &f->evaluations_hash, error));
    return open_event_file(run, error);
}

// --- beginning and resuming ---------------------------------------------------------------------

// The directory is this run's and at iteration 0: what else is there belongs to an older one.
static ppo_status clear_directory(ppo_run *run, ppo_error *error)
{
    run->facts = (ppo_run_facts){0};
    PPO_TRY(open_records(run, error));
    PPO_TRY(ppo_run_film_clear(run, error));
    PPO_TRY(remove_file(run, PPO_BEST_NAME, error));
    // If the newest checkpoint is damaged, this run was resumed from the previous one.
    return run->keep_newest ? remove_file(run, PPO_PREVIOUS_NAME, error) : PPO_OK;
}

static ppo_status begin(ppo_run *run, bool restart, ppo_error *error)
{
    // Without --restart, refuse to overwrite results whose checkpoint is missing.
    const char *result = ppo_run_directory_results(run->root.text);
    if (!restart && result)
        return ppo_fail(error, PPO_CORRUPT,
                        "%s holds %s, but no checkpoint of a run to go on from; choose another "
                        "run_dir, or replace it with --restart",
                        run->dir.text, result);
    const char *path = ppo_run_path(run, PPO_CHECKPOINT_NAME);
    PPO_TRY(ppo_checkpoint_write(&run->buffer, run->trainer, &run->facts, path, NULL, error));
    run->keep_newest = true;
    run->origin = PPO_RUN_NEW;
    return clear_directory(run, error);
}

// Reads the newest checkpoint or, if that is missing or damaged, the previous one.
static ppo_status read_checkpoint(ppo_run *run, ppo_error *error)
{
    static const char *const names[] = {PPO_CHECKPOINT_NAME, PPO_PREVIOUS_NAME};
    ppo_error cause[2] = {{.status = PPO_OK}, {.status = PPO_OK}};
    for (size_t i = 0; i < 2; i++) {
        bool spoiled = false;
        const char *path = ppo_run_path(run, names[i]);
        const ppo_status status =
            ppo_checkpoint_read(run->trainer, &run->facts, &spoiled, path, &cause[i]);
        run->keep_newest = i == 0 && status == PPO_OK;
        if (status == PPO_OK && i == 0)
            return PPO_OK;
        if (status == PPO_OK) {
            snprintf(run->notice, sizeof run->notice,
                     "%.300s; went on from " PPO_PREVIOUS_NAME " (iteration %" PRIu64 ").",
                     cause[0].message, run->facts.iteration);
            return PPO_OK;
        }
        if (status == PPO_MISMATCH || status == PPO_UNSUPPORTED)
            return ppo_fail(error, status,
                            "%.380s. %s, choose another run_dir, or replace the run with --restart",
                            cause[i].message,
                            status == PPO_MISMATCH ? "Use that configuration"
                                                   : "Go on with the version that wrote it");
        // Only a file that is missing or damaged gives way to the other: any other failure may
        // pass, and going on from an older state would lose what has been learnt since.
        if (spoiled || (status != PPO_CORRUPT && status != PPO_NOT_FOUND))
            return ppo_fail(error, status, "%s", cause[i].message);
    }
    return ppo_fail(error, PPO_CORRUPT,
                    "no checkpoint is usable: %.180s; %.180s. Nothing was changed; start anew with "
                    "--restart",
                    cause[0].message, cause[1].message);
}

// What the checkpoint that was read says of the run.
static ppo_run_origin origin_of(const ppo_run *run)
{
    const ppo_run_facts *facts = &run->facts;
    const bool is_finished = ppo_trainer_done(run->trainer) && facts->last.episodes > 0 &&
                             facts->last_iteration == facts->iteration;
    return is_finished ? PPO_RUN_FINISHED : PPO_RUN_RESUMED;
}

static ppo_status resume(ppo_run *run, ppo_error *error)
{
    PPO_TRY(read_checkpoint(run, error));
    const ppo_run_facts *facts = &run->facts;
    run->origin = origin_of(run);
    return facts->iteration == 0 ? clear_directory(run, error) : open_records(run, error);
}

// --- config.yaml --------------------------------------------------------------------------------

// Appends the text as YAML comments, a line each.
static bool append_comments(ppo_bytes *out, const char *text)
{
    bool done = true;
    while (*text && done) {
        const size_t size = strcspn(text, "\n");
        done = ppo_bytes_append(out, "# ", 2) && ppo_bytes_append(out, text, size) &&
               ppo_bytes_append(out, "\n", 1);
        text += size + (text[size] == '\n');
    }
    return done;
}

static bool format_config(ppo_bytes *out, const ppo_config *config)
{
    char line[64];
    char info[INFO_SIZE] = "";
    const size_t size = ppo_config_format(config, NULL, 0);
    snprintf(line, sizeof line, "libppo %s, resolved configuration", ppo_version());
    ppo_build_info(info, sizeof info);
    if (!append_comments(out, line) || !append_comments(out, info) ||
        !ppo_bytes_reserve(out, out->size + size + 1))
        return false;
    ppo_config_format(config, (char *)out->data + out->size, size + 1);
    out->size += size;
    return true;
}

// A config.yaml that a person has written is kept.
static ppo_status publish_config(ppo_run *run, bool restart, ppo_error *error)
{
    const char *path = ppo_run_path(run, PPO_CONFIG_NAME);
    ppo_bytes text = {0};
    char *there;
    size_t size;
    if (!restart && ppo_file_read_regular(&there, &size, path, 1 << 20, NULL) == PPO_OK) {
        const bool is_own = strncmp(there, CONFIG_MARK, strlen(CONFIG_MARK)) == 0;
        free(there);
        if (!is_own) {
            add_notice(run, PPO_CONFIG_NAME " was not written by a run, so it was left as it is.");
            return PPO_OK;
        }
    }
    const ppo_status status =
        format_config(&text, ppo_trainer_config(run->trainer))
            ? ppo_file_publish(path, text.data, text.size, error)
            : ppo_fail(error, PPO_NO_MEMORY, "out of memory writing %s", path);
    ppo_bytes_release(&text);
    return status;
}

// --- opening and closing ------------------------------------------------------------------------

// A rank without files: it gets from rank 0 what that has found in them.
static ppo_status follow(ppo_run *run, const ppo_config *config, const ppo_env_class *env,
                         ppo_error *error)
{
    const ppo_trainer_options options = {
        .struct_size = sizeof options, .env = env, .ranks = run->ranks};
    bool resumes = false, spoiled;
    PPO_TRY(ppo_run_directory_name(&run->dir, config, env, error));
    PPO_TRY(ppo_trainer_create(&run->trainer, config, &options, error));
    ppo_ranks_broadcast(run->ranks, &resumes, sizeof resumes);
    PPO_TRY(ppo_ranks_check(run->ranks, error));
    if (!resumes)
        return ppo_checkpoint_write(&run->buffer, run->trainer, &run->facts, "", NULL, error);
    PPO_TRY(ppo_checkpoint_read(run->trainer, &run->facts, &spoiled, "", error));
    run->origin = origin_of(run);
    return PPO_OK;
}

static ppo_status open_run(ppo_run *run, const ppo_config *config, const ppo_env_class *env,
                           bool restart, ppo_error *error)
{
    PPO_TRY(ppo_config_check(config, error));
    PPO_TRY(ppo_ranks_agree(run->ranks, config, error));
    if (!run->leads)
        return follow(run, config, env, error);
    // Lock first: a second process is refused before it takes memory or starts workers.
    PPO_TRY(ppo_run_directory_name(&run->dir, config, env, error));
    PPO_TRY(ppo_run_directory_lock(&run->lock, run->dir.text, error));
    char *absolute = realpath(run->dir.text, NULL);
    if (!absolute)
        return ppo_fail(error, errno == ENOMEM ? PPO_NO_MEMORY : PPO_IO, "can't find %s: %s",
                        run->dir.text, strerror(errno));
    run->root = ppo_path_of(absolute);
    free(absolute);
    PPO_TRY(ppo_run_directory_check(run->root.text, error));

    // The trainer. What its worker processes print is kept with the run.
    const char *log = ppo_run_path(run, PPO_WORKER_LOG_NAME);
    const ppo_trainer_options options = {
        .struct_size = sizeof options, .env = env, .worker_log = log, .ranks = run->ranks};
    PPO_TRY(ppo_trainer_create(&run->trainer, config, &options, error));
    PPO_TRY(ppo_run_film_check(run->trainer, error));

    // The run. From here on the directory is its own.
    const char *newest = ppo_run_path(run, PPO_CHECKPOINT_NAME);
    const char *previous = ppo_run_path(run, PPO_PREVIOUS_NAME);
    bool resumes = !restart && (ppo_file_exists(newest) || ppo_file_exists(previous));
    ppo_ranks_broadcast(run->ranks, &resumes, sizeof resumes);
    PPO_TRY(resumes ? resume(run, error) : begin(run, restart, error));
    ppo_run_directory_sweep(run->root.text);
    ppo_run_film_sweep(run);
    PPO_TRY(publish_config(run, restart, error));
    note_precision(run);
    run->opened_at = run->saved_at = ppo_clock_seconds();
    return PPO_OK;
}

ppo_status ppo_run_open(ppo_run **result, const ppo_config *config, const ppo_env_class *env,
                        bool restart, ppo_error *error)
{
    return ppo_run_open_on(result, NULL, config, env, restart, error);
}

ppo_status ppo_run_open_on(ppo_run **result, ppo_ranks *ranks, const ppo_config *config,
                           const ppo_env_class *env, bool restart, ppo_error *error)
{
    *result = NULL;
    ppo_run *run = calloc(1, sizeof *run);
    if (!run)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory opening a run");
    run->ranks = ranks && ppo_ranks_size(ranks) > 1 ? ranks : NULL;
    run->leads = !run->ranks || ppo_ranks_rank(ranks) == 0;
    run->lock = PPO_RUN_UNLOCKED;
    run->progress = run->timing = run->evaluations = PPO_APPEND_FILE_CLOSED;
    run->tensorboard = PPO_TENSORBOARD_CLOSED;
    const ppo_status status = open_run(run, config, env, restart, error);
    if (status == PPO_OK) {
        *result = run;
        return PPO_OK;
    }
    // Workers write into the log until the trainer is gone.
    ppo_trainer_destroy(run->trainer);
    run->trainer = NULL;
    if (run->leads)
        ppo_run_directory_abandon(&run->lock, run->dir.text);
    ppo_run_close(run);
    return status;
}

void ppo_run_close(ppo_run *run)
{
    if (!run)
        return;
    ppo_append_file_close(&run->progress);
    ppo_append_file_close(&run->timing);
    ppo_append_file_close(&run->evaluations);
    ppo_tensorboard_close(&run->tensorboard);
    ppo_bytes_release(&run->buffer);
    ppo_trainer_destroy(run->trainer);
    ppo_run_directory_unlock(&run->lock);
    free(run);
}
