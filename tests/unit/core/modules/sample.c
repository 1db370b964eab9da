// SPDX-License-Identifier: MIT
// A module for tests, which calls what it brings along of core/.
#include "sample.h"

#include "core/error.h"

static ppo_status refuse(int number, ppo_error *error)
{
    return ppo_fail(error, PPO_INVALID, "the sample was given %d", number);
}

PPO_MODULE_TABLE(sample_module) = {PPO_MODULE_HEAD(sample_module, SAMPLE_ABI), refuse};
