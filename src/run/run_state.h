// SPDX-License-Identifier: MIT
// A run's state, shared by the files that open it (run_open.c) and move it on (run.c).
#ifndef PPO_RUN_RUN_STATE_H
#define PPO_RUN_RUN_STATE_H

#include "ppo/run.h"
#include "run/csv.h"
#include "run/directory.h"
#include "run/facts.h"

struct ppo_run {
    ppo_trainer *trainer;
    ppo_path dir;
    int lock; // descriptor; -1: none
    ppo_run_origin origin;
    char notice[512];

    ppo_csv progress;
    ppo_csv timing;
    ppo_csv evaluations;

    ppo_run_facts facts; // as of now; written into each checkpoint
    ppo_bytes buffer;    // the last file written, kept for its memory
    bool keep_newest;    // the newest checkpoint is good: keep it as the previous one when saving
    bool dirty;          // something happened since the last checkpoint
    ppo_status failed;   // of the iteration that failed; training can't go on

    double opened_at; // seconds on the monotonic clock
    double saved_at;
    double elapsed_before; // seconds of training before this opening
};

#endif
