// SPDX-License-Identifier: MIT
// Many runs side by side, each with one thread and a directory of its own: several seeds, of one
// environment or of a list of games. Threads write their own outcome and counters only; the
// caller's thread draws. Several ranks share the runs out (sweep_ranks.h), and rank 0 reports.
#ifndef CLI_TRAIN_SWEEP_H
#define CLI_TRAIN_SWEEP_H

#include "cli/flag_number.h"
#include "cli/progress.h"
#include "cli/train/sweep_ranks.h"

// The runs of one environment follow one another, in the order of their seeds.
typedef struct cli_sweep {
    cli_sweep_run *run; // [num_envs, num_seeds]
    size_t num_envs, num_seeds;
    size_t count;         // of all
    uint32_t num_at_once; // by this process
    ppo_ranks *ranks;     // NULL: one process trains all
    bool is_over;         // all runs of all ranks are done
    bool restart;
    cli_progress progress;
} cli_sweep;

// Takes memory for the runs; cli_sweep_set sets them one by one. Release it in the end.
ppo_status cli_sweep_init(cli_sweep *sweep, size_t num_envs, size_t num_seeds, ppo_error *error);
void cli_sweep_release(cli_sweep *sweep);

// Sets a run: the configuration with this seed and one thread, in config->run_dir/[ENV/]seed-SEED
// or, without a run_dir, where a run alone would be. PPO_INVALID if the path is too long.
ppo_status cli_sweep_set(cli_sweep *sweep, size_t env, size_t index, const ppo_config *config,
                         const cli_target *target, uint64_t seed, ppo_error *error);

// Whether this process tells of the sweep: it is the only one, or rank 0.
bool cli_sweep_leads(const cli_sweep *sweep);

// Trains all, `num_at_once` at a time; `what` is for a message: "3 seeds of X". A signal to one of
// several ranks stops all.
ppo_status cli_sweep_train(cli_sweep *sweep, const char *what, const cli_args *args,
                           ppo_error *error);

// Messages about runs that were unusual, lost workers or did not finish, and the exit code of the
// first of those.
int cli_sweep_report(const cli_sweep *sweep, bool is_quiet);

// The finished runs' values of one environment in a row, for statistics.
typedef struct cli_sweep_values {
    double return_mean[CLI_MAX_SEEDS];
    double evaluation[CLI_MAX_SEEDS];
    double seconds[CLI_MAX_SEEDS];
    size_t count;
} cli_sweep_values;

void cli_sweep_values_of(cli_sweep_values *values, const cli_sweep *sweep, size_t env);

// Draws a curve for each run of an environment in its directory, and one of all beside these,
// unless it is there already and none has changed; prints its name if asked to.
void cli_sweep_draw_curves(const cli_sweep *sweep, size_t env, bool is_printed);

#endif
