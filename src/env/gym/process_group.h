// SPDX-License-Identifier: MIT
// A process group: Python processes that step instances of one Gymnasium environment, each a
// contiguous range of them, and the memory that is shared with them.
//
// Actions, observations, rewards and flags of a process's instances lie behind its control block. A
// process works on one request at a time, different processes at once. A process that dies or makes
// no progress, and an instance that raises or gives what does not fit, loses only its current
// episode (of a process: those of all its instances): step reports them as lost, reset makes them
// anew. Each such failure is counted, and a line in the log.
//
// Workload: a round trip of some microseconds around 1 to 64 steps. Owns processes and memory.
// Step, reset and render may be called from several threads for different instances; the rest by
// one thread.
#ifndef PPO_ENV_GYM_PROCESS_GROUP_H
#define PPO_ENV_GYM_PROCESS_GROUP_H

#include "env/gym/bridge_process.h"

// How often in a row an environment may fail without completing a step.
#define PPO_BRIDGE_TRIES 5

typedef struct ppo_process_group ppo_process_group;

// How many instances a process has, the last one maybe less: there are as many processes as wanted
// (0: as cores), but none without an instance.
size_t ppo_process_group_share(uint32_t num_workers, size_t num_instances);

// Starts the processes and makes all instances. `setup` must stay where it is.
ppo_status ppo_process_group_create(ppo_process_group **group, ppo_bridge_setup *setup,
                                    size_t num_instances, ppo_error *error);

// Ends the processes: those that have not ended by themselves within two seconds are killed.
void ppo_process_group_destroy(ppo_process_group *group); // NULL is allowed
size_t ppo_process_group_size(const ppo_process_group *group);

// Steps instances first .. first+count-1, as ppo_env_class.step_many. An instance whose episode has
// ended has begun the next one at once; its first observation waits for ppo_process_group_reset.
// Fails with PPO_ENV_FAILED once an instance has failed PPO_BRIDGE_TRIES times in a row.
ppo_status ppo_process_group_step(ppo_process_group *group, size_t first, size_t count,
                                  const void *actions, void *observations,
                                  ppo_transition *transitions, ppo_error *error);

// Begins an episode, as ppo_env_class.reset; makes the instance anew where it has failed.
ppo_status ppo_process_group_reset(ppo_process_group *group, size_t n, const uint64_t *seed,
                                   void *observation, ppo_error *error);

// Writes instance n's picture. Where it can't be drawn the picture is black, and the instance has
// failed: its next step is lost. Only in groups of one instance.
void ppo_process_group_render(ppo_process_group *group, size_t n, unsigned char *rgb);

// Each process steps its first instance alone for some seconds: the sum of their steps per second.
ppo_status ppo_process_group_loop(ppo_process_group *group, double *steps_per_second,
                                  double seconds, ppo_error *error);

#endif
