// SPDX-License-Identifier: MIT
// Run directories below a folder.
//
// Workload: some hundred folders, once per command.
#ifndef CLI_FIND_RUNS_H
#define CLI_FIND_RUNS_H

#include "ppo/ppo.h"

typedef struct cli_runs {
    char **path; // [count], numbers in order: seed-2 before seed-10
    size_t count;
} cli_runs;

// Whether there is a regular file of this name in `dir`: opening a FIFO would wait for a writer.
bool cli_has_file(const char *dir, const char *name);

// Whether `dir` is a run directory: it has a config.yaml beside a checkpoint or a progress.csv.
bool cli_is_run(const char *dir);

// The run directories at and below `folder`, at most 8 levels deep. A folder that can't be read
// has none. Fails with PPO_NO_MEMORY; `runs` is then empty.
ppo_status cli_runs_find(cli_runs *runs, const char *folder, ppo_error *error);
// The names as they are, but folders that are no run replaced by the runs below them, if there are
// any.
ppo_status cli_runs_expand(cli_runs *runs, const char *const *name, size_t count, ppo_error *error);

void cli_runs_release(cli_runs *runs);

// Changes a message about `name`, which is not a run, where there is a next step to name: the runs
// below it if it is a folder, training first if it is an environment. Other errors stay.
void cli_explain_no_run(const char *name, ppo_error *error);

#endif
