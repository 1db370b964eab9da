// SPDX-License-Identifier: MIT
// Training one run from a configuration to its outcome, and reporting an outcome. Shared by
// `ppo train` with one seed and with several.
#ifndef CLI_TRAIN_TRAIN_H
#define CLI_TRAIN_TRAIN_H

#include "cli/json.h"
#include "cli/target.h"

// The result of a run.
typedef struct cli_outcome {
    ppo_status status; // not PPO_OK: `error` says why, and only env, seed and run_dir are valid
    ppo_error error;   // ... and with PPO_NUMERIC or PPO_ENV_FAILED the steps too
    char env[PPO_TEXT_SIZE];
    char run_dir[PPO_TEXT_SIZE];
    char notice[512];           // something unusual at opening, or ""
    char device[PPO_TEXT_SIZE]; // that computes the networks; "": the processor
    ppo_run_origin origin;
    uint64_t seed;
    uint64_t first_step; // where this process began
    uint64_t steps;      // done in all
    uint64_t total_steps;
    uint64_t num_episodes;
    double seconds; // of training, in this process
    double return_mean;
    double solved_return; // NAN: the task has none
    bool is_solved;
    bool is_interrupted;   // by a signal, before the end
    uint64_t workers_lost; // worker processes that died, since the run was opened
    char last_loss[512];   // ... and a sentence about the last one
    uint64_t hash;
    ppo_evaluation evaluation; // episodes == 0: none
    ppo_evaluation best;
    uint32_t num_ranks;
    uint64_t bytes_sent;          // by this rank while training
    char film[2 * PPO_TEXT_SIZE]; // the last one, "" if there is none
} cli_outcome;

// Callbacks while training; each may be NULL.
typedef struct cli_train_events {
    void (*opened)(void *context, const cli_outcome *outcome);
    void (*stepped)(void *context, const cli_outcome *outcome, ppo_run *run,
                    const ppo_stats *stats);
    void (*filmed)(void *context, const cli_outcome *outcome, const char *path);
    // `count` more worker processes have died.
    void (*lost)(void *context, const cli_outcome *outcome, uint64_t count);
    void *context;
} cli_train_events;

// Opens the run, trains to its end or to a signal, and saves. `ranks`: who trains it, NULL: this
// process alone; a signal to any of them stops all. `restart`: see ppo_run_open.
void cli_train_run(cli_outcome *outcome, const ppo_config *config, ppo_ranks *ranks, bool restart,
                   const cli_train_events *events);

// Steps per second of this process; NAN if there were none.
double cli_outcome_sps(const cli_outcome *outcome);

// Draws the curve of a run that has ended or was stopped into its directory, as curve.png, if the
// build can and there is something to draw; a finished run's only if it is missing. Whether it was
// drawn.
bool cli_outcome_draw(const cli_outcome *outcome);

// One curve of several runs, into `path`; false if there is none.
bool cli_outcomes_draw(const char *path, const char *const *runs, size_t num_runs);

// 0, CLI_INTERRUPTED, or the value of the status.
int cli_outcome_code(const cli_outcome *outcome);

// The outcome as a JSON object, and as lines of text on stdout.
cJSON *cli_outcome_json(const cli_outcome *outcome);
void cli_outcome_print(const cli_outcome *outcome);

// Messages on stderr about a run that was opened, lost workers, was interrupted, or failed.
void cli_outcome_say_opened(const cli_outcome *outcome);
void cli_outcome_say_lost(const cli_outcome *outcome, uint64_t count);
void cli_outcome_say_interrupted(const cli_outcome *outcome);
int cli_outcome_fail(const cli_outcome *outcome);

// `ppo train --seeds LIST`: several seeds side by side. Ranks share them out (NULL: one process)
// and rank 0 reports. Returns the exit code, but of a rank that does not report only its own
// failure's.
int cli_train_seeds(const ppo_config *config, const cli_target *target, ppo_ranks *ranks,
                    const cli_args *args);

// `ppo train --games LIST`: several environments, with --seeds of each, likewise.
int cli_train_games(ppo_ranks *ranks, const cli_args *args);

#endif
