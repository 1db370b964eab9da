// SPDX-License-Identifier: MIT
// A probe: one instance under check, whose memory is guarded and whose every call is announced to
// the parent process and verified.
//
// What a single call does wrong (writing outside its buffers, values outside a space, not finite)
// is found here; what takes several runs to see is found by the parts (check_parts.h), which
// compare traces (check_trace.h). Of each kind, the first finding is reported. Several threads may
// use probes of one child at once, each its own. Not here: processes and time limits (check.c).
#ifndef PPO_CHECK_CHECK_PROBE_H
#define PPO_CHECK_CHECK_PROBE_H

#include "check/check_hash.h"
#include "check/guarded_buffer.h"

#include <stdatomic.h>

typedef enum ppo_check_call {
    PPO_CALL_NONE,
    PPO_CALL_INIT,
    PPO_CALL_RESET,
    PPO_CALL_STEP,
    PPO_CALL_STEP_MANY,
    PPO_CALL_MASK,
    PPO_CALL_SAVE,
    PPO_CALL_LOAD,
    PPO_CALL_RENDER,
    PPO_CALL_RELEASE,
} ppo_check_call;

// What a child process is doing, in memory shared with the parent.
typedef struct ppo_check_progress {
    _Atomic uint64_t calls;
    _Atomic int call; // ppo_check_call
    _Atomic uint32_t episode, step;
    _Atomic int overrun; // ppo_finding_kind + 1 of the guarded buffer that a crash hit; 0: none
} ppo_check_progress;

// What all probes of a child process share.
typedef struct ppo_check_child {
    const ppo_env_class *env;
    ppo_check_options options;
    ppo_check_progress *progress;
    int findings; // descriptor to which findings are written
    _Atomic bool found[PPO_NUM_FINDINGS];
    unsigned rounding; // of the process before the first call (process_state.h)
    size_t obs_bytes, action_bytes, mask_bytes;
} ppo_check_child;

// Fills in what follows from the class, and installs the handler of crashes.
void ppo_check_child_init(ppo_check_child *child, const ppo_env_class *env);

// Reports a finding to the parent, unless one of its kind has been reported.
void ppo_check_add_finding(ppo_check_child *child, ppo_finding_kind kind, const char *format, ...)
    PPO_PRINTF(3, 4);

typedef struct ppo_probe {
    ppo_check_child *child;
    ppo_guarded_buffer self, obs, action, transition, mask;
    unsigned char *unchanged_calls; // [obs bytes] consecutive calls that left a byte unchanged
    uint32_t episode, step;         // of the current call, counted from 1; step 0 is a reset
    uint32_t num_calls;             // decides what byte observations are filled with
    uint32_t length;                // steps of the episode so far
    bool is_inited;
} ppo_probe;

// Allocates and initialises an instance. Reports a finding and returns false if init failed; to be
// closed in either case.
bool ppo_probe_open(ppo_probe *probe, ppo_check_child *child);
void ppo_probe_close(ppo_probe *probe);

// Each calls the class's function and verifies what it wrote. False, and reported, if the function
// returned a failure.
bool ppo_probe_reset(ppo_probe *probe, const uint64_t *seed);
bool ppo_probe_step(ppo_probe *probe); // with the action in probe->action
bool ppo_probe_save(ppo_probe *probe, void *state);
bool ppo_probe_load(ppo_probe *probe, const void *state);

const ppo_transition *ppo_probe_transition(const ppo_probe *probe);

// True if the episode is over: by its last transition or by the class's time limit.
bool ppo_probe_has_ended(const ppo_probe *probe);

// Writes an action into probe->action that depends on (stream, index) and the action mask alone.
void ppo_probe_draw_action(ppo_probe *probe, uint64_t stream, uint32_t index);

// What ppo_probe_reset and _step do before and after the class's function, for calls that step
// several instances: begin_call announces the call and fills the outputs; end_call verifies them.
void ppo_probe_begin_call(ppo_probe *probe, ppo_check_call call);
void ppo_probe_end_call(ppo_probe *probe, ppo_check_call call);

#endif
