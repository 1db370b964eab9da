// SPDX-License-Identifier: MIT
// Traces: what an instance did, call by call, as hashes that can be compared with another run's.
//
// Workload: up to PPO_TRACE_CALLS calls of 32 bytes. A trace is a plain struct; copy it to fork it.
#ifndef PPO_CHECK_CHECK_TRACE_H
#define PPO_CHECK_CHECK_TRACE_H

#include "check/check_probe.h"

// One call: a reset or a step.
typedef struct ppo_trace_call {
    uint64_t obs, reward;   // hashes
    uint32_t episode, step; // counted from 1; step 0 is the reset
    uint8_t terminated, truncated;
} ppo_trace_call;

enum { PPO_TRACE_CALLS = 400 };

typedef struct ppo_trace {
    size_t count, num_resets;
    ppo_trace_call call[PPO_TRACE_CALLS];
} ppo_trace;

// Appends the probe's last call; does nothing if the trace is full.
void ppo_trace_add(ppo_trace *trace, const ppo_probe *probe);

// Makes one call and appends it: a reset without seed if the episode is over, else a step with the
// action of (stream, trace->count). False if the call failed.
bool ppo_trace_next(ppo_trace *trace, ppo_probe *probe, uint64_t stream);

// Continues a trace up to `count` calls. With a seed it first begins anew: it empties the trace and
// resets the instance with the seed.
bool ppo_trace_run(ppo_trace *trace, ppo_probe *probe, const uint64_t *seed, uint64_t stream,
                   size_t count);

// Empties the trace, resets the instance (seed NULL: without seed) and runs up to `count` calls.
bool ppo_trace_restart(ppo_trace *trace, ppo_probe *probe, const uint64_t *seed, uint64_t stream,
                       size_t count);

// Runs a fresh instance from the seed up to `count` calls, with a reset without seed in the middle.
bool ppo_trace_fresh(ppo_trace *trace, ppo_check_child *child, uint64_t seed, uint64_t stream,
                     size_t count);

// Whether two fresh instances give equal traces: what a part needs before it compares runs that
// differ in something else.
bool ppo_trace_repeats(ppo_check_child *child, uint64_t seed, uint64_t stream, size_t count);

// The first call in which two traces differ, described in `text` of `size` bytes; NULL if they are
// equal as far as both go.
const ppo_trace_call *ppo_trace_difference(char *text, size_t size, const ppo_trace *a,
                                           const ppo_trace *b);

#endif
