// SPDX-License-Identifier: MIT
// Opening a run: a new one, one that goes on, one that starts over.
//
// Every run has a checkpoint from its first moment, at iteration 0. It is published before anything
// of an older run is touched, and decides who the directory belongs to:
//
//   begin   checkpoint of iteration 0 -> CSV and event files emptied -> films, best agent and
//           previous checkpoint of the older run removed -> config.yaml
//   resume  newest checkpoint, else the previous one -> CSV and event files cut back to its lengths
//           -> config.yaml; a checkpoint of iteration 0 leads through begin's second half again, so
//           that a process killed in the middle of begin leaves nothing half done
//
// Not here: what happens while the run moves on (run.c).
#include "run/run_state.h"

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "ppo/bench.h"
#include "run/checkpoint/checkpoint.h"
#include "run/record/csv.h"
#include "run/record/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKER_LOG_NAME "workers.log"
#define INFO_SIZE       ((size_t)4096)

static bool has_file(const ppo_run *run, const char *name)
{
    const ppo_path path = ppo_path_in(run->dir.text, name);
    return ppo_file_exists(path.text);
}

static bool has_checkpoint(const ppo_run *run)
{
    return has_file(run, PPO_CHECKPOINT_NAME) || has_file(run, PPO_PREVIOUS_NAME);
}

static void add_notice(ppo_run *run, const char *text)
{
    const size_t used = strlen(run->notice);
    snprintf(run->notice + used, sizeof run->notice - used, "%s%s", used ? " " : "", text);
}

static ppo_status remove_file(const ppo_run *run, const char *name, ppo_error *error)
{
    const ppo_path path = ppo_path_in(run->dir.text, name);
    if (unlink(path.text) == 0 || errno == ENOENT)
        return PPO_OK;
    return ppo_fail(error, PPO_IO, "can't remove %s: %s", path.text, strerror(errno));
}

static void note_change(ppo_run *run, const char *name, const char *parts)
{
    char text[128];
    snprintf(text, sizeof text,
             "%s is not what the checkpoint remembers; its whole %s up to there were kept.", name,
             parts);
    add_notice(run, text);
}

// Opens a CSV file at the length that the checkpoint names.
static ppo_status open_csv(ppo_run *run, ppo_log *csv, const char *name, ppo_metrics columns,
                           uint64_t size, const uint64_t *hash, ppo_error *error)
{
    bool changed;
    const ppo_path path = ppo_path_in(run->dir.text, name);
    const ppo_csv_row header = ppo_metrics_header(&columns);
    PPO_TRY(ppo_csv_open(csv, path.text, header.text, size, hash, &changed, error));
    if (changed)
        note_change(run, name, "rows");
    return PPO_OK;
}

// A file that is not wanted any more stays as it is, as does a finished run's; an older run's goes.
static ppo_status open_board(ppo_run *run, ppo_error *error)
{
    bool changed;
    const uint64_t size = run->facts.tensorboard_bytes;
    if (run->origin == PPO_RUN_FINISHED)
        return PPO_OK;
    const ppo_config *config = ppo_trainer_config(run->trainer);
    const ppo_path path = ppo_path_in(run->dir.text, PPO_TENSORBOARD_NAME);
    if (!config->tensorboard || !ppo_tensorboard_is_here())
        return size == 0 ? remove_file(run, PPO_TENSORBOARD_NAME, error) : PPO_OK;
    PPO_TRY(ppo_tensorboard_open(&run->board, path.text, config, size, &changed, error));
    if (changed)
        note_change(run, PPO_TENSORBOARD_NAME, "records");
    return PPO_OK;
}

static ppo_status open_logs(ppo_run *run, ppo_error *error)
{
    const ppo_run_facts *f = &run->facts;
    PPO_TRY(open_csv(run, &run->progress, PPO_PROGRESS_NAME, ppo_progress_metrics(NULL, 0),
                     f->progress_bytes, &f->progress_hash, error));
    PPO_TRY(open_csv(run, &run->timing, PPO_TIMING_NAME, ppo_timing_metrics(NULL, 0),
                     f->timing_bytes, NULL, error));
    PPO_TRY(open_csv(run, &run->evaluations, PPO_EVALUATIONS_NAME,
                     ppo_evaluation_metrics(NULL, NULL, false), f->evaluations_bytes,
                     &f->evaluations_hash, error));
    return open_board(run, error);
}

// The directory is this run's and at iteration 0: what else is there belongs to an older one.
static ppo_status clear_directory(ppo_run *run, ppo_error *error)
{
    run->facts = (ppo_run_facts){0};
    PPO_TRY(open_logs(run, error));
    PPO_TRY(ppo_run_film_clear(run, error));
    PPO_TRY(remove_file(run, PPO_BEST_NAME, error));
    // If the newest checkpoint is damaged, the previous one is what this run stands on.
    return run->keep_newest ? remove_file(run, PPO_PREVIOUS_NAME, error) : PPO_OK;
}

static ppo_status begin(ppo_run *run, ppo_error *error)
{
    const ppo_path path = ppo_path_in(run->dir.text, PPO_CHECKPOINT_NAME);
    PPO_TRY(ppo_checkpoint_write(&run->buffer, run->trainer, &run->facts, path.text, NULL, error));
    run->keep_newest = true;
    run->origin = PPO_RUN_NEW;
    return clear_directory(run, error);
}

// Results without the checkpoint they came from are nobody's to overwrite unasked.
static ppo_status refuse_leftovers(const ppo_run *run, ppo_error *error)
{
    static const char *const names[] = {PPO_BEST_NAME, PPO_PROGRESS_NAME, PPO_EVALUATIONS_NAME};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (has_file(run, names[i]))
            return ppo_fail(
                error, PPO_CORRUPT,
                "%s holds %s of an earlier run, but no checkpoint to go on from; choose "
                "another run_dir, or replace it with --restart",
                run->dir.text, names[i]);
    return PPO_OK;
}

static ppo_status read_checkpoint(ppo_run *run, const char *name, bool *spoiled, ppo_error *error)
{
    const ppo_path path = ppo_path_in(run->dir.text, name);
    return ppo_checkpoint_read(run->trainer, &run->facts, spoiled, path.text, error);
}

static ppo_status fail_mismatch(const ppo_error *cause, ppo_error *error)
{
    return ppo_fail(error, cause->status,
                    "%.380s. Use that configuration, another run_dir, or replace the run with "
                    "--restart",
                    cause->message);
}

static ppo_status fail_both(const ppo_error *newest, const ppo_error *previous, ppo_error *error)
{
    return ppo_fail(error, newest->status == PPO_IO ? PPO_IO : PPO_CORRUPT,
                    "no checkpoint is usable: %.180s; %.180s. Nothing was changed; start anew with "
                    "--restart",
                    newest->message, previous->message);
}

// After the newest checkpoint could not be used for the reason given.
static ppo_status read_previous(ppo_run *run, const ppo_error *newest, ppo_error *error)
{
    bool spoiled = false;
    ppo_error cause = {0};
    const ppo_status status = read_checkpoint(run, PPO_PREVIOUS_NAME, &spoiled, &cause);
    if (status == PPO_MISMATCH || status == PPO_UNSUPPORTED)
        return fail_mismatch(&cause, error);
    if (status != PPO_OK && (spoiled || status == PPO_NO_MEMORY))
        return ppo_fail(error, status, "%s", cause.message);
    if (status != PPO_OK)
        return fail_both(newest, &cause, error);
    snprintf(run->notice, sizeof run->notice,
             "%.300s; went on from " PPO_PREVIOUS_NAME " (iteration %" PRIu64 ").", newest->message,
             run->facts.iteration);
    return PPO_OK;
}

static ppo_status read_newest_good(ppo_run *run, ppo_error *error)
{
    bool spoiled = false;
    ppo_error cause = {0};
    const ppo_status status = read_checkpoint(run, PPO_CHECKPOINT_NAME, &spoiled, &cause);
    run->keep_newest = status == PPO_OK;
    if (status == PPO_OK)
        return PPO_OK;
    if (status == PPO_MISMATCH || status == PPO_UNSUPPORTED)
        return fail_mismatch(&cause, error);
    if (spoiled || status == PPO_NO_MEMORY)
        return ppo_fail(error, status, "%s", cause.message);
    return read_previous(run, &cause, error);
}

static bool is_finished(const ppo_run *run)
{
    return ppo_trainer_done(run->trainer) && run->facts.last.episodes > 0 &&
           run->facts.last_iteration == run->facts.iteration;
}

static ppo_status resume(ppo_run *run, ppo_error *error)
{
    PPO_TRY(read_newest_good(run, error));
    run->elapsed_before = run->facts.elapsed_seconds;
    run->origin = is_finished(run) ? PPO_RUN_FINISHED : PPO_RUN_RESUMED;
    return run->facts.iteration == 0 ? clear_directory(run, error) : open_logs(run, error);
}

// The text as YAML comments, a line each.
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

static ppo_status publish_config(const ppo_run *run, ppo_error *error)
{
    ppo_bytes text = {0};
    const ppo_path path = ppo_path_in(run->dir.text, PPO_CONFIG_NAME);
    const ppo_status status =
        format_config(&text, ppo_trainer_config(run->trainer))
            ? ppo_file_publish(path.text, text.data, text.size, error)
            : ppo_fail(error, PPO_NO_MEMORY, "out of memory writing %s", path.text);
    ppo_bytes_release(&text);
    return status;
}

static ppo_status open_directory(ppo_run *run, ppo_error *error)
{
    run->dir =
        ppo_run_directory_name(ppo_trainer_config(run->trainer), ppo_trainer_env(run->trainer)->id);
    PPO_TRY(ppo_file_make_dirs(run->dir.text, error));
    PPO_TRY(ppo_run_directory_lock(&run->lock, run->dir.text, error));
    ppo_run_directory_sweep(run->dir.text);
    ppo_run_film_sweep(run);
    return PPO_OK;
}

// How much of a path is there: the length of it, or of the folder in which the first one is
// missing.
static size_t length_there(ppo_path path)
{
    for (char *slash; !ppo_file_exists(path.text); *slash = '\0')
        if (!(slash = strrchr(path.text, '/')))
            return 0;
    return strlen(path.text);
}

// Folders that were made for a log in which nothing stands are taken back, up to what was there.
static void take_back(ppo_path path, size_t there)
{
    struct stat facts;
    if (stat(path.text, &facts) == 0 && facts.st_size == 0 && there < strlen(path.text))
        unlink(path.text);
    for (char *slash; (slash = strrchr(path.text, '/')) && slash > path.text + there;) {
        *slash = '\0';
        if (rmdir(path.text) != 0)
            return;
    }
}

// What worker processes print is kept with the run, from their first word on.
static ppo_status create_trainer(ppo_run *run, const ppo_config *config, const ppo_env_class *env,
                                 ppo_error *error)
{
    const bool is_python =
        !env && strncmp(config->env_id, PPO_ENV_GYMNASIUM, strlen(PPO_ENV_GYMNASIUM)) == 0;
    if (config->workers != PPO_WORKERS_PROCESS && !is_python)
        return ppo_trainer_create(&run->trainer, config, env, error);
    const ppo_path dir = ppo_run_directory_name(config, env ? env->id : config->env_id);
    const ppo_path log = ppo_path_in(dir.text, WORKER_LOG_NAME);
    const size_t there = length_there(log);
    PPO_TRY(ppo_config_check(config, error));
    PPO_TRY(ppo_file_make_dirs(dir.text, error));
    const ppo_status status =
        ppo_trainer_create_logged(&run->trainer, config, env, log.text, error);
    if (status != PPO_OK)
        take_back(log, there);
    return status;
}

static ppo_status open_run(ppo_run *run, const ppo_config *config, const ppo_env_class *env,
                           bool restart, ppo_error *error)
{
    PPO_TRY(create_trainer(run, config, env, error));
    PPO_TRY(ppo_run_film_check(run->trainer, error));
    PPO_TRY(open_directory(run, error));
    if (!restart && has_checkpoint(run)) {
        PPO_TRY(resume(run, error));
    } else {
        if (!restart)
            PPO_TRY(refuse_leftovers(run, error));
        PPO_TRY(begin(run, error));
    }
    PPO_TRY(publish_config(run, error));
    run->opened_at = run->saved_at = ppo_clock_seconds();
    return PPO_OK;
}

ppo_status ppo_run_open(ppo_run **run, const ppo_config *config, const ppo_env_class *env,
                        bool restart, ppo_error *error)
{
    *run = NULL;
    ppo_run *opened = calloc(1, sizeof *opened);
    if (!opened)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory opening a run");
    opened->lock = -1;
    opened->progress = opened->timing = opened->evaluations = PPO_LOG_CLOSED;
    opened->board = PPO_TENSORBOARD_CLOSED;
    const ppo_status status = open_run(opened, config, env, restart, error);
    if (status == PPO_OK)
        *run = opened;
    else
        ppo_run_close(opened);
    return status;
}

void ppo_run_close(ppo_run *run)
{
    if (!run)
        return;
    ppo_log_close(&run->progress);
    ppo_log_close(&run->timing);
    ppo_log_close(&run->evaluations);
    ppo_tensorboard_close(&run->board);
    ppo_bytes_release(&run->buffer);
    ppo_trainer_destroy(run->trainer);
    ppo_run_directory_unlock(run->lock);
    free(run);
}
