// SPDX-License-Identifier: MIT
// How an episode is saved whose world can't be copied: as the random stream that it began with and
// the actions since, which lead to the same state again.
//
// Workload: one action a step; a replay of up to 2048 steps at 10 to 30 us when a run is resumed.
// The owner keeps the tape, its last observation and its actions one after the other, without
// padding, so that their bytes are the saved state.
#ifndef PPO_ENV_BOX2D_REPLAY_LOG_H
#define PPO_ENV_BOX2D_REPLAY_LOG_H

#include "ppo/env.h"
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

enum { PPO_TAPE_ACTION_BYTES = 16, PPO_TAPE_MAX_OBS = 24 };

// What a task does with its tape.
typedef struct ppo_tape_player {
    size_t num_obs;      // at most PPO_TAPE_MAX_OBS
    size_t action_bytes; // of one action as it is kept, at most PPO_TAPE_ACTION_BYTES

    // Takes over an action of the host's; refuses one that can't be carried out.
    ppo_status (*take)(const void *instance, void *action, const void *given, ppo_error *error);

    // The world of the episode that the random stream holds next, and one step in it. An action of
    // zero bytes is to do nothing: that is how an episode's first observation is made.
    ppo_status (*build)(void *instance, ppo_error *error);
    void (*advance)(void *instance, const void *action, ppo_transition *transition);
} ppo_tape_player;

// What an instance begins with; `instance` above is one. `advance` leaves the observation in `obs`.
typedef struct ppo_tape_deck {
    const ppo_tape_player *player;
    ppo_tape *tape;         // the saved state begins with it
    float *obs;             // [num_obs] follows,
    unsigned char *actions; // [PPO_TAPE_STEPS, action_bytes] and then these
    bool is_lost;           // the episode could not be brought back: its next step says so
} ppo_tape_deck;

// `saved` is where the instance has its state.
void ppo_tape_deck_init(ppo_tape_deck *deck, const ppo_tape_player *player, void *saved);

// What a class offers under these names (ppo/env.h). Load refuses what no environment has written,
// before it changes anything, and plays the episode again. One that is not all there, or does not
// lead to the saved observation and stream (another version of Box2D), is lost.
ppo_status ppo_tape_reset(void *instance, const uint64_t *seed, void *observation,
                          ppo_error *error);
ppo_status ppo_tape_step(void *instance, const void *given, void *observation,
                         ppo_transition *transition, ppo_error *error);
void ppo_tape_save(const void *instance, void *state);
ppo_status ppo_tape_load(void *instance, const void *state, ppo_error *error);

#endif
