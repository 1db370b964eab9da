// SPDX-License-Identifier: MIT
// An instance under check, in a child process: every call is announced, fenced and looked over.
//
// What a call does wrong by itself (beyond its memory, outside a space, not finite) is reported
// here; what takes several runs to see is compared by the parts (check_parts.c). The first of a
// kind is reported, once. Not here: processes and time limits (check.c).
#ifndef PPO_CHECK_CHECK_PROBE_H
#define PPO_CHECK_CHECK_PROBE_H

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

// What a child is doing, in memory that it shares with the parent.
typedef struct ppo_check_board {
    _Atomic uint64_t calls;
    _Atomic int call; // ppo_check_call
    _Atomic uint32_t episode, step;
    _Atomic int touched; // ppo_finding_kind + 1 of the fence that a crash ran into; 0: none
} ppo_check_board;

// What all probes of a child share.
typedef struct ppo_check_child {
    const ppo_env_class *env;
    ppo_check_options options;
    ppo_check_board *board;
    int report; // descriptor to which findings are written
    _Atomic bool found[PPO_NUM_FINDINGS];
    size_t obs_bytes, obs_size, action_bytes, action_size, mask_bytes;
} ppo_check_child;

void ppo_check_child_init(ppo_check_child *child, const ppo_env_class *env);

// Writes a finding, unless there is one of its kind.
void ppo_check_find(ppo_check_child *child, ppo_finding_kind kind, const char *format, ...)
    PPO_PRINTF(3, 4);

typedef struct ppo_probe {
    ppo_check_child *child;
    ppo_zone self, obs, action, transition, mask;
    unsigned char *streak;  // [obs bytes] calls in a row that left a byte as it was
    uint32_t episode, step; // the call under way
    uint32_t num_calls;     // for the bytes that observations are filled with
    uint32_t length;        // steps in the episode
    bool is_inited;
} ppo_probe;

// A fresh instance, initialised. False, and reported, if that failed; to be closed in any case.
bool ppo_probe_open(ppo_probe *probe, ppo_check_child *child);
void ppo_probe_close(ppo_probe *probe);

// False, and reported, if the class said that it failed.
bool ppo_probe_reset(ppo_probe *probe, const uint64_t *seed);
bool ppo_probe_step(ppo_probe *probe); // with the action that lies in its zone
bool ppo_probe_save(ppo_probe *probe, void *state);
bool ppo_probe_load(ppo_probe *probe, const void *state);

const ppo_transition *ppo_probe_transition(const ppo_probe *probe);

// True if the episode is over, by itself or by the class's time limit.
bool ppo_probe_has_ended(const ppo_probe *probe);

// An action made of (stream, index) alone and of what the mask allows; box actions are at a bound
// now and then.
void ppo_probe_draw_action(ppo_probe *probe, uint64_t stream, uint32_t index);

// The two halves around a call of several instances: fills what is to be written, looks over what
// was.
void ppo_probe_before(ppo_probe *probe, ppo_check_call call);
void ppo_probe_after(ppo_probe *probe, ppo_check_call call);

// Bytes as one number; equal bytes, equal numbers.
uint64_t ppo_check_hash(const void *data, size_t size);

// One call of a run: a reset, or a step.
typedef struct ppo_trace_call {
    uint64_t obs, reward;   // hashes
    uint32_t episode, step; // 0: the reset
    uint8_t terminated, truncated;
} ppo_trace_call;

enum { PPO_TRACE_CALLS = 400 };

typedef struct ppo_trace {
    size_t count, num_resets;
    ppo_trace_call call[PPO_TRACE_CALLS];
} ppo_trace;

// Notes the probe's last call.
void ppo_trace_add(ppo_trace *trace, const ppo_probe *probe);

// A call of a run: a reset without seed if the episode is over, otherwise a step with an action
// from (stream, trace->count). False if it failed.
bool ppo_trace_next(ppo_trace *trace, ppo_probe *probe, uint64_t stream);

// Resets with the seed unless it is NULL, then goes on to `count` calls.
bool ppo_trace_run(ppo_trace *trace, ppo_probe *probe, const uint64_t *seed, uint64_t stream,
                   size_t count);

// The first call in which they differ, told in words of `size` bytes; NULL if they are equal.
const ppo_trace_call *ppo_trace_difference(char *text, size_t size, const ppo_trace *a,
                                           const ppo_trace *b);

#endif
