// SPDX-License-Identifier: MIT
// Hand-written policies for the Box2D tasks, those that Gymnasium demonstrates them with: what they
// reach says whether the physics is the same task, where trajectories can't be compared.
#ifndef PPO_TEST_SCRIPTED_POLICIES_H
#define PPO_TEST_SCRIPTED_POLICIES_H

#include "ppo/env.h"

typedef struct ppo_walk {
    int state;   // see scripted_policies.c
    int moving;  // the leg that is off the ground
    double knee; // wanted of the leg that is on it
} ppo_walk;

void scripted_walk_begin(ppo_walk *walk);
void scripted_walk(ppo_walk *walk, const float obs[24], float action[4]);

int32_t scripted_land(const float obs[8]);
void scripted_land_continuous(const float obs[8], float action[2]);

// Mean and standard deviation over episodes from the seeds 0, 1, ...
typedef struct ppo_scripted_result {
    double mean, std, length, distance;  // distance: mean x of the end, walkers alone
    uint32_t episodes, finished, fallen; // return above 250, and ended by -100
} ppo_scripted_result;

// With the scripted policy of the class, or with random actions.
ppo_scripted_result scripted_play(const ppo_env_class *env, uint32_t episodes, bool at_random);

#endif
