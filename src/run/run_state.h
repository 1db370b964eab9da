// SPDX-License-Identifier: MIT
// A run's state, shared by the files that open it (run_open.c), move it on (run.c) and film it
// (film/run_film.c).
#ifndef PPO_RUN_RUN_STATE_H
#define PPO_RUN_RUN_STATE_H

#include "ppo/run.h"
#include "run/checkpoint/facts.h"
#include "run/directory.h"
#include "run/tensorboard/tensorboard.h"

struct ppo_run {
    ppo_trainer *trainer;
    ppo_ranks *ranks; // NULL: one
    bool leads;       // this is the rank that has the files
    ppo_path dir;     // as the configuration names it
    ppo_path root;    // the same as an absolute path, so that a program may change its directory
    ppo_path path[2]; // of ppo_run_path: here rather than on a stack that may be small
    unsigned turn;
    ppo_run_lock lock;
    ppo_run_origin origin;
    char notice[512];

    ppo_append_file progress;
    ppo_append_file timing;
    ppo_append_file evaluations;
    ppo_tensorboard tensorboard;
    ppo_path last_film; // "" if none was made since opening

    ppo_run_facts facts; // as of now; written into each checkpoint
    ppo_bytes buffer;    // the last file written, kept for its memory
    bool keep_newest;    // the newest checkpoint is good: keep it as the previous one when saving
    bool dirty;          // something has changed since the last checkpoint
    ppo_status failed;   // of the iteration that failed; training can't go on

    double opened_at; // seconds on the monotonic clock
    double saved_at;
    double elapsed_before; // seconds of training before this opening, by timing.csv
};

// "<root>/name"; the text is valid until the second next call.
const char *ppo_run_path(ppo_run *run, const char *name);

// PPO_UNSUPPORTED if films are wanted and can't be made. Call before anything is written.
ppo_status ppo_run_film_check(ppo_trainer *trainer, ppo_error *error);

// Films the policy if training has passed a multiple of video_every since the last film; or in any
// case, but at most once per iteration.
ppo_status ppo_run_film_due(ppo_run *run, ppo_error *error);
ppo_status ppo_run_film_now(ppo_run *run, ppo_error *error);

// Removes the films of an older run, and what a killed process left of one.
ppo_status ppo_run_film_clear(ppo_run *run, ppo_error *error);
void ppo_run_film_sweep(ppo_run *run);

#endif
