// SPDX-License-Identifier: MIT
// How an episode is saved whose world can't be copied: as the random stream that it began with and
// the actions since, which lead to the same state again.
//
// Workload: one action a step; a replay of up to 2048 steps at 10 to 30 us when a run is resumed.
// The owner keeps the tape, its last observation and its actions together in its instance, without
// padding, so that their bytes are the saved state.
#ifndef PPO_ENV_TAPE_H
#define PPO_ENV_TAPE_H

#include "ppo/random.h"

// Actions that are kept. Every task's own time limit is below it; an episode that was made longer
// than this by an option can't be replayed, and is lost to a resumed run.
enum { PPO_TAPE_STEPS = 2048 };

typedef struct ppo_tape {
    ppo_random begin; // before the episode's reset
    ppo_random now;
    uint64_t count; // actions; PPO_TAPE_STEPS + 1: more than are kept
} ppo_tape;

_Static_assert(sizeof(ppo_tape) == 2 * sizeof(ppo_random) + 8, "no padding");

// An episode begins: what the last one has written into `actions` [PPO_TAPE_STEPS, size] is
// cleared, so that equal states are equal bytes.
void ppo_tape_rewind(ppo_tape *tape, void *actions, size_t size);

// Adds an action of `size` bytes, if there is room.
void ppo_tape_record(ppo_tape *tape, void *actions, const void *action, size_t size);

// Does the tape hold all of its episode?
bool ppo_tape_is_whole(const ppo_tape *tape);

// Refuses what no environment has written. The actions are the owner's to check.
ppo_status ppo_tape_check(const ppo_tape *tape, const float *obs, size_t num_obs, ppo_error *error);

// Has a replay of the whole tape led to the observation and the stream that were saved with it?
bool ppo_tape_leads_to(const ppo_tape *tape, const float *obs, const ppo_random *saved_now,
                       const float *saved_obs, size_t num_obs);

#endif
