// SPDX-License-Identifier: MIT
// The parts of a check: what several runs of an environment say about each other. Each runs in a
// child process of its own.
#ifndef PPO_CHECK_CHECK_PARTS_H
#define PPO_CHECK_CHECK_PARTS_H

#include "check/check_probe.h"

typedef struct ppo_check_part {
    const char *doing; // "playing episodes", for messages
    void (*run)(ppo_check_child *child);
} ppo_check_part;

extern const ppo_check_part ppo_check_parts[];
extern const size_t ppo_num_check_parts;

// Those of check_state.c.
void ppo_check_state(ppo_check_child *child);
void ppo_check_many(ppo_check_child *child);
void ppo_check_pictures(ppo_check_child *child);

// Fresh instances, run for `count` calls from the seed; true if two give the same, which other
// parts need before they compare anything. `trace` gets the first's.
bool ppo_check_repeats(ppo_check_child *child, ppo_trace *trace, uint64_t seed, uint64_t stream,
                       size_t count);

#endif
