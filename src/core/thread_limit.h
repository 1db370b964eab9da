// SPDX-License-Identifier: MIT
// How many threads of a pool take part in its runs. All that are allowed, while the machine is
// free. While other processes compete for the cores, threads that wait for each other lose more
// than they gain, or not, depending on the runs: then the limit is found by measuring, again and
// again, how long the same kinds of runs take with one number of threads and with half or twice as
// many.
//
// Pure decisions: the pool measures times and delays. Not atomic; it belongs to the pool's caller.
#ifndef PPO_CORE_THREAD_LIMIT_H
#define PPO_CORE_THREAD_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PPO_RUN_KINDS = 16 };

// Runs of one kind, with the chosen number of threads [0] and the other one [1].
typedef struct ppo_run_kind {
    uintptr_t task; // the function
    size_t num_tasks;
    double time_s[2];
    uint32_t count[2];
} ppo_run_kind;

typedef struct ppo_thread_limit {
    size_t max;
    size_t now; // in [1, max]
    bool is_contended;
    bool tries_fewer;     // what the next comparison tries
    uint32_t num_calm;    // periods with low delays in a row
    size_t chosen, other; // compared with each other
    uint32_t slices_left; // of the comparison; 0: `chosen` is used until slice_end_s
    double slice_end_s;   // of the present number of threads
    double hold_s;        // how long `chosen` is used after the next comparison that confirms it
    ppo_run_kind kind[PPO_RUN_KINDS];
} ppo_thread_limit;

void ppo_thread_limit_init(ppo_thread_limit *limit, size_t max);

// Tells the share of a period that some thread was runnable but had no core; in that period
// `num_threads` took part. Begins comparisons if it is high, and ends them, with all threads, if it
// was low in several periods in which all threads took part.
void ppo_thread_limit_delay(ppo_thread_limit *limit, size_t num_threads, double share,
                            double time_s);

// While is_contended: adds a run that has taken duration_s and ended at time_s. True if `now` may
// have changed.
bool ppo_thread_limit_run(ppo_thread_limit *limit, uintptr_t task, size_t num_tasks,
                          double duration_s, double time_s);

#endif
