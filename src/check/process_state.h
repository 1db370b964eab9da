// SPDX-License-Identifier: MIT
// What a process has and an environment must not keep changed: directory, rounding mode, locale,
// signal handlers, descriptors, environment variables and the like. The trainer and other
// environments depend on it.
//
// Workload: the rounding mode after each call; everything else a few times per child process.
#ifndef PPO_CHECK_PROCESS_STATE_H
#define PPO_CHECK_PROCESS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PPO_STATE_SIGNALS = 64,
    PPO_STATE_PATH = 4096,
    PPO_STATE_TEXT = 256,
    PPO_STATE_DESCRIPTORS = 1024
};

typedef struct ppo_process_state {
    char directory[PPO_STATE_PATH];
    char locale[PPO_STATE_TEXT];                  // of all categories
    uint64_t variables;                           // a hash of the environment variables
    unsigned char is_open[PPO_STATE_DESCRIPTORS]; // descriptors
    uint64_t mask;                                // a hash of the blocked signals
    uintptr_t handler[PPO_STATE_SIGNALS];         // of each signal
    uint64_t limits;                              // a hash of the resource limits
    unsigned umask;
    unsigned timer;    // whether an interval timer runs
    unsigned rounding; // the rounding mode and how denormals are treated
} ppo_process_state;

// Reads the state of this process, as the calling thread has it.
void ppo_process_state_read(ppo_process_state *state);

// Describes the first difference in `text` of `size` bytes; false if there is none. A descriptor
// counts if it has been closed.
bool ppo_process_state_differs(char *text, size_t size, const ppo_process_state *before,
                               const ppo_process_state *after);

// How many descriptors are open that were not before.
size_t ppo_process_state_opened(const ppo_process_state *before, const ppo_process_state *after);

// The rounding mode and the treatment of denormals of the calling thread, as one number.
unsigned ppo_process_rounding(void);

// Sets them as they were.
void ppo_process_set_rounding(unsigned rounding);

#endif
