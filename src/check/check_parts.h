// SPDX-License-Identifier: MIT
// The parts of a check. Each runs in a child process of its own, and plays and compares runs of
// instances; what it finds goes to ppo_check_add_finding. A part that depends on equal seeds giving
// equal runs does nothing if they don't, since check_seeds.c reports that.
//
// Workload: some thousand calls each, which is a moment for all but the slowest environments.
#ifndef PPO_CHECK_CHECK_PARTS_H
#define PPO_CHECK_CHECK_PARTS_H

#include "check/check_probe.h"

void ppo_check_lifecycle(ppo_check_child *child);   // check_episodes.c: init, release
void ppo_check_episodes(ppo_check_child *child);    // check_episodes.c: random episodes
void ppo_check_seeds(ppo_check_child *child);       // check_seeds.c
void ppo_check_interleaved(ppo_check_child *child); // check_threads.c: two instances by turns
void ppo_check_state(ppo_check_child *child);       // check_state.c: saving and loading
void ppo_check_step_many(ppo_check_child *child);   // check_step_many.c
void ppo_check_pictures(ppo_check_child *child);    // check_pictures.c
void ppo_check_threads(ppo_check_child *child);     // check_threads.c: several threads at once

// Bytes that an environment must overwrite are filled with the first value in one buffer and with
// the second in another; a byte that has both afterwards was not written.
enum { PPO_CHECK_FILL_1 = 0x35, PPO_CHECK_FILL_2 = 0xCA };

// The index of the first byte that was not written, or `size`.
static inline size_t ppo_check_first_unwritten(const unsigned char *one, const unsigned char *two,
                                               size_t size)
{
    size_t i = 0;
    while (i < size && !(one[i] == PPO_CHECK_FILL_1 && two[i] == PPO_CHECK_FILL_2))
        i++;
    return i;
}

#endif
