// SPDX-License-Identifier: MIT
// A run: a trainer together with its files on disk, so that it can be killed at any moment and
// continued to the same bits.
//
// The directory holds config.yaml, progress.csv and evaluations.csv (both repeatable to the last
// bit), timing.csv (wall clock, not repeatable), events.out.tfevents.ppo (all of these for
// TensorBoard, with wall clock; config.tensorboard), checkpoint.safetensors (the whole state),
// checkpoint.previous.safetensors, best.safetensors, videos/step-000123456.gif
// (config.video_every), workers.log (output of worker processes) and the file `lock`, which keeps a
// second run out. Files are published whole (written to a temporary, synced, renamed); the CSV and
// event files grow and are cut back to the checkpoint's lengths when the run is resumed. Other
// files in the directory are never changed or removed, and symbolic links are not followed
// (docs/runs.md).
//
// Threads: one thread at a time for one run. Runs in different directories are independent. The
// directory is resolved once: a program may change its working directory while a run is open.
#ifndef PPO_RUN_H
#define PPO_RUN_H

#include "ppo/agent.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_run ppo_run;

typedef enum ppo_run_origin {
    PPO_RUN_NEW,     // the directory held no run
    PPO_RUN_RESUMED, // an unfinished run of the same configuration goes on
    PPO_RUN_FINISHED // the run there is already complete; nothing is left to do
} ppo_run_origin;

// Opens a run in config->run_dir (default runs/<env>/seed-<seed>). `env` NULL: the environment of
// config->env_id; otherwise the class must outlive the run. If the directory holds a run of the
// same configuration, it is resumed, or with `restart` replaced by a new one. *run is NULL on
// failure, and nothing in the directory has changed:
//   PPO_MISMATCH     a run of another configuration is there (the options are named)
//   PPO_CORRUPT      both checkpoints are damaged, or results are there without a checkpoint
//   PPO_IO           another process has the run open, a file can't be read or written, or a
//   symbolic
//                    link or special file has one of the names above
//   PPO_UNSUPPORTED  films are wanted (config.video_every), but this build or environment has none
//   others           as ppo_trainer_create
// If the newest checkpoint is missing or damaged the previous one is used, and ppo_run_notice says
// so.
PPO_API ppo_status ppo_run_open(ppo_run **run, const ppo_config *config, const ppo_env_class *env,
                                bool restart, ppo_error *error);

// The same by several ranks, all of which call it with the same configuration, and then the same
// functions in the same order. The run's files are those of rank 0 alone, and the same whatever the
// number of ranks: a run goes on with another number. PPO_MISMATCH, before anything is written, if
// ranks are not of one build and configuration. `ranks` NULL: as ppo_run_open.
PPO_API ppo_status ppo_run_open_on(ppo_run **run, ppo_ranks *ranks, const ppo_config *config,
                                   const ppo_env_class *env, bool restart, ppo_error *error);

// Closes without saving. NULL is allowed.
PPO_API void ppo_run_close(ppo_run *run);

// One iteration with everything due after it: metrics row, evaluation, best agent, film,
// checkpoint. `stats` may be NULL. After a failure to write (PPO_IO) the next call, or a later
// process, first does what was due. After PPO_NUMERIC or PPO_ENV the run can't go on; its last
// checkpoint stays.
PPO_API ppo_status ppo_run_step(ppo_run *run, ppo_stats *stats, ppo_error *error);

// Writes the checkpoint now, if anything has changed since the last one.
PPO_API ppo_status ppo_run_save(ppo_run *run, ppo_error *error);

// Ends a run whose trainer is done: final evaluation, best agent, film, checkpoint. PPO_INVALID if
// it is not done. `evaluation` may be NULL. May be called again.
PPO_API ppo_status ppo_run_finish(ppo_run *run, ppo_evaluation *evaluation, ppo_error *error);

PPO_API ppo_trainer *ppo_run_trainer(ppo_run *run);
PPO_API ppo_run_origin ppo_run_origin_of(const ppo_run *run);
PPO_API const char *ppo_run_dir(const ppo_run *run);

// The last evaluation, and the best so far; episodes == 0 if there was none.
PPO_API const ppo_evaluation *ppo_run_last_evaluation(const ppo_run *run);
PPO_API const ppo_evaluation *ppo_run_best_evaluation(const ppo_run *run);

// The path of the last film that was made since opening, or "".
PPO_API const char *ppo_run_last_film(const ppo_run *run);

// Sentences about unusual things found at opening (a damaged checkpoint, a shortened CSV file, an
// option without effect), or "".
PPO_API const char *ppo_run_notice(const ppo_run *run);

// Checkpoints by themselves, for programs that keep no run directory. Saving fails with
// PPO_NUMERIC, and the old file stays, if training has failed or a parameter, the optimiser or a
// normaliser is not finite. Loading fails with PPO_CORRUPT (damaged or foreign), PPO_MISMATCH
// (another configuration) or PPO_UNSUPPORTED (a later format), leaving the trainer as it was.
PPO_API ppo_status ppo_checkpoint_save(ppo_trainer *trainer, const char *path, ppo_error *error);
PPO_API ppo_status ppo_checkpoint_load(ppo_trainer *trainer, const char *path, ppo_error *error);

// The checkpoint file that an agent comes from.
typedef struct ppo_agent_file {
    char path[4096];
    uint64_t global_step; // environment steps that the agent was trained for
} ppo_agent_file;

// Finds the file that ppo_agent_load takes for `path`, a checkpoint file or a run directory; with
// `final`, of a directory its last checkpoint instead of its best agent. Loading file->path then
// loads that agent. Fails as ppo_agent_load does.
PPO_API ppo_status ppo_agent_find(ppo_agent_file *file, const char *path, bool final,
                                  ppo_error *error);

// The hash of the parameters in a checkpoint file, or in a run directory's newest checkpoint; that
// of the trainer that wrote it.
PPO_API ppo_status ppo_checkpoint_hash(uint64_t *hash, const char *path, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
