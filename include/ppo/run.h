// SPDX-License-Identifier: MIT
// A run: a trainer together with what it leaves on disk, so that it can be killed at any moment
// and continued to the same bits.
//
// The directory holds config.yaml, progress.csv and evaluations.csv (both repeatable to the last
// bit), timing.csv (wall clock, not repeatable), events.out.tfevents.ppo (all of these for
// TensorBoard, with wall clock; config.tensorboard), checkpoint.safetensors (the whole state),
// checkpoint.previous.safetensors, best.safetensors, videos/step-000123456.gif (config.video_every)
// and the file `lock`, which keeps a second run out. Files are published whole (written beside,
// synced, renamed); the CSV and event files grow and are cut back to the checkpoint's moment when
// the run is resumed.
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

// Opens a run in config->run_dir (default runs/<env>/seed-<seed>). With a run of the same
// configuration there, resumes it, or with `restart` starts anew: files of the old run are
// replaced. A run of another configuration is refused with PPO_MISMATCH (keys named) unless
// `restart`. If the newest checkpoint is damaged the previous one is used, and ppo_run_notice says
// so. PPO_UNSUPPORTED if films are wanted (config.video_every) and the build makes none or the
// environment draws no pictures.
PPO_API ppo_status ppo_run_open(ppo_run **run, const ppo_config *config, const ppo_env_class *env,
                                bool restart, ppo_error *error);

// Closes without saving. NULL is allowed.
PPO_API void ppo_run_close(ppo_run *run);

// One iteration with everything due after it: metrics row, evaluation, best model, film,
// checkpoint.
PPO_API ppo_status ppo_run_step(ppo_run *run, ppo_stats *stats, ppo_error *error);

// Writes the checkpoint now.
PPO_API ppo_status ppo_run_save(ppo_run *run, ppo_error *error);

// Ends a run whose trainer is done: final evaluation, best model, film, checkpoint. May be called
// again.
PPO_API ppo_status ppo_run_finish(ppo_run *run, ppo_evaluation *evaluation, ppo_error *error);

PPO_API ppo_trainer *ppo_run_trainer(ppo_run *run);
PPO_API ppo_run_origin ppo_run_origin_of(const ppo_run *run);
PPO_API const char *ppo_run_dir(const ppo_run *run);

// The last evaluation, and the best so far; episodes == 0 if there was none.
PPO_API const ppo_evaluation *ppo_run_last_evaluation(const ppo_run *run);
PPO_API const ppo_evaluation *ppo_run_best_evaluation(const ppo_run *run);

// The path of the last film that was made since opening, or "".
PPO_API const char *ppo_run_last_film(const ppo_run *run);

// A sentence about something unusual at opening (a damaged checkpoint passed over), or "".
PPO_API const char *ppo_run_notice(const ppo_run *run);

// Checkpoints by themselves, for programs that keep no run directory. Loading fails with
// PPO_CORRUPT (damaged or foreign), PPO_MISMATCH (another configuration) or PPO_UNSUPPORTED (a
// later format), leaving the trainer as it was.
PPO_API ppo_status ppo_checkpoint_save(ppo_trainer *trainer, const char *path, ppo_error *error);
PPO_API ppo_status ppo_checkpoint_load(ppo_trainer *trainer, const char *path, ppo_error *error);

// The hash of the parameters in a checkpoint file or a run directory.
PPO_API ppo_status ppo_checkpoint_hash(uint64_t *hash, const char *path, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
