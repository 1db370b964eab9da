// SPDX-License-Identifier: MIT
// The table of a module for tests.
#ifndef PPO_TESTS_CORE_SAMPLE_H
#define PPO_TESTS_CORE_SAMPLE_H

#include "core/module.h"

enum { SAMPLE_ABI = 3 };

typedef struct sample_module {
    ppo_module_head head;
    ppo_status (*refuse)(int number, ppo_error *error);
} sample_module;

#endif
