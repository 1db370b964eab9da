// SPDX-License-Identifier: MIT
// The option `device` as a choice.
#ifndef PPO_CONFIG_DEVICE_H
#define PPO_CONFIG_DEVICE_H

#include "ppo/config.h"

typedef enum ppo_device_kind {
    PPO_DEVICE_CPU,
    PPO_DEVICE_GPU,
    PPO_DEVICE_AUTO, // a graphics processor if there is one
} ppo_device_kind;

typedef struct ppo_device_choice {
    ppo_device_kind kind;
    uint32_t index; // of a GPU, in the order of `ppo doctor`
} ppo_device_choice;

// PPO_INVALID if it is none of cpu, gpu, gpu:N, auto.
ppo_status ppo_device_choose(ppo_device_choice *choice, const ppo_config *config, ppo_error *error);

#endif
