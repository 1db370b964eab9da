// SPDX-License-Identifier: MIT
// What a run directory holds, read without changing it: the settings from config.yaml, progress and
// evaluations from the CSV files, the hash from the checkpoint.
#ifndef CLI_INFO_RUN_SUMMARY_H
#define CLI_INFO_RUN_SUMMARY_H

#include "cli/json.h"
#include "cli/target.h"

typedef struct cli_run_summary {
    cli_target target;
    ppo_config config;
    uint64_t hash;
    uint64_t steps;
    uint64_t iterations;
    double seconds;
    double return_mean; // last 100 training episodes
    double length_mean;
    ppo_evaluation last; // episodes == 0: none
    ppo_evaluation best;
} cli_run_summary;

ppo_status cli_run_summary_read(cli_run_summary *summary, const char *dir, ppo_error *error);

// Adds which run it is and how far it has come: run_dir, env, seed, steps, total_timesteps.
void cli_run_summary_add(cJSON *object, const cli_run_summary *summary);

#endif
