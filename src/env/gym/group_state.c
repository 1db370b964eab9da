// SPDX-License-Identifier: MIT
// The transitions: see group_state.h.
#include "env/gym/group_state.h"

#include <stdbool.h>

void ppo_group_instance_handle(ppo_group_instance *instance, ppo_instance_event event)
{
    const bool is_lost = instance->state == PPO_INSTANCE_LOST;
    switch (event) {
    case PPO_INSTANCE_STEPPED:
        instance->num_failures = 0;
        instance->state = is_lost ? PPO_INSTANCE_LOST : PPO_INSTANCE_PLAYING;
        break;
    case PPO_INSTANCE_STEPPED_AND_RESET:
        instance->num_failures = 0;
        instance->state = is_lost ? PPO_INSTANCE_LOST : PPO_INSTANCE_NEXT;
        break;
    case PPO_INSTANCE_BEGUN:
        instance->state = is_lost ? PPO_INSTANCE_LOST : PPO_INSTANCE_PLAYING;
        break;
    case PPO_INSTANCE_FAILED:
        instance->num_failures++;
        instance->state = PPO_INSTANCE_LOST;
        break;
    case PPO_INSTANCE_PROCESS_ENDED:
        instance->state = PPO_INSTANCE_LOST;
        break;
    case PPO_INSTANCE_MADE:
        instance->state = PPO_INSTANCE_PLAYING;
        break;
    }
}

void ppo_group_process_handle(ppo_process_state *state, ppo_group_instance *instances, size_t count,
                              ppo_process_event event)
{
    switch (event) {
    case PPO_PROCESS_SENT:
        *state = PPO_PROCESS_BUSY;
        break;
    case PPO_PROCESS_REPLIED:
        *state = PPO_PROCESS_IDLE;
        break;
    case PPO_PROCESS_ENDED:
        *state = PPO_PROCESS_STOPPED;
        for (size_t i = 0; i < count; i++)
            ppo_group_instance_handle(&instances[i], PPO_INSTANCE_PROCESS_ENDED);
        break;
    }
}
