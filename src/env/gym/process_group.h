// SPDX-License-Identifier: MIT
// A team: some Python processes that step instances of one Gymnasium environment, each a contiguous
// range of them, and the memory that is shared with them.
//
// Actions, observations, rewards and flags of a process's instances lie beside its desk. Orders to
// different processes run at once; a process has one at a time. A process that dies or hangs, and
// an instance that raises or gives what does not fit, costs the episodes concerned: step says that
// they are lost, reset makes them anew. Every such fault is counted, and a line in the log.
//
// Workload: a round trip of some microseconds around 1 to 64 steps. Owns processes and memory.
#ifndef PPO_ENV_GYM_PROCESS_GROUP_H
#define PPO_ENV_GYM_PROCESS_GROUP_H

#include "env/gym/bridge_process.h"

// So often in a row may an environment break down without completing a step.
#define PPO_BRIDGE_TRIES 5

typedef struct ppo_team ppo_team;

// How many instances a process has, the last one maybe less: there are as many processes as asked
// for (0: as cores), but none without an instance.
size_t ppo_team_per_process(uint32_t num_workers, size_t num_instances);

// Starts the processes and makes all instances. `setup` must stay where it is.
ppo_status ppo_team_create(ppo_team **team, ppo_bridge_setup *setup, size_t num_instances,
                           ppo_error *error);
void ppo_team_destroy(ppo_team *team); // NULL is allowed
size_t ppo_team_size(const ppo_team *team);

// Steps instances first .. first+count-1, as ppo_env_class.step_many. An instance whose episode has
// ended has begun the next one at once; its first observation waits for ppo_team_reset.
ppo_status ppo_team_step(ppo_team *team, size_t first, size_t count, const void *actions,
                         void *observations, ppo_transition *transitions, ppo_error *error);

// Begins an episode, as ppo_env_class.reset; makes the instance anew where it has broken down.
ppo_status ppo_team_reset(ppo_team *team, size_t n, const uint64_t *seed, void *observation,
                          ppo_error *error);

// Writes instance n's picture, black if there is none. Only in teams of one instance.
void ppo_team_render(ppo_team *team, size_t n, unsigned char *rgb);

// Each process steps its first instance alone for some seconds: their steps per second.
ppo_status ppo_team_loop(ppo_team *team, double *steps_per_second, double seconds,
                         ppo_error *error);

#endif
