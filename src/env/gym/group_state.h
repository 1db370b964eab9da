// SPDX-License-Identifier: MIT
// The states of a process group's processes and instances, and all their transitions:
//
//   process    STOPPED or IDLE --SENT--> BUSY       a request; the first one starts the process
//              BUSY --REPLIED--> IDLE
//              any --ENDED--> STOPPED               and a PROCESS_ENDED for each of its instances
//
//   instance   PLAYING --STEPPED--> PLAYING         a step was completed
//              PLAYING --STEPPED_AND_RESET--> NEXT  its episode has ended, Python began the next
//              one NEXT --BEGUN--> PLAYING              the first observation was taken, or is not
//              wanted any --FAILED, PROCESS_ENDED--> LOST  must be made anew, from a seed LOST
//              --MADE--> PLAYING               by a start or reset that succeeded
//
// A lost instance stays lost through all events but MADE: what its process had completed before it
// died still counts as a step.
#ifndef PPO_ENV_GYM_GROUP_STATE_H
#define PPO_ENV_GYM_GROUP_STATE_H

#include <stddef.h>
#include <stdint.h>

typedef enum ppo_instance_state {
    PPO_INSTANCE_LOST,
    PPO_INSTANCE_PLAYING,
    PPO_INSTANCE_NEXT,
} ppo_instance_state;

typedef enum ppo_instance_event {
    PPO_INSTANCE_STEPPED,
    PPO_INSTANCE_STEPPED_AND_RESET,
    PPO_INSTANCE_BEGUN,
    PPO_INSTANCE_FAILED, // by itself, or its process died while it worked on the instance
    PPO_INSTANCE_PROCESS_ENDED,
    PPO_INSTANCE_MADE,
} ppo_instance_event;

typedef struct ppo_group_instance {
    ppo_instance_state state;
    uint32_t num_failures; // FAILED in a row, without a completed step in between
    uint64_t seed;         // the last one it was given
    uint64_t num_derived;  // seeds derived from it
} ppo_group_instance;

typedef enum ppo_process_state {
    PPO_PROCESS_STOPPED,
    PPO_PROCESS_IDLE,
    PPO_PROCESS_BUSY,
} ppo_process_state;

typedef enum ppo_process_event {
    PPO_PROCESS_SENT,
    PPO_PROCESS_REPLIED,
    PPO_PROCESS_ENDED,
} ppo_process_event;

void ppo_group_instance_handle(ppo_group_instance *instance, ppo_instance_event event);

// `instances` [count] are those of the process.
void ppo_group_process_handle(ppo_process_state *state, ppo_group_instance *instances, size_t count,
                              ppo_process_event event);

#endif
