// SPDX-License-Identifier: MIT
// See device.h. Owns nothing.
#include "config/device.h"

#include "core/error.h"
#include "core/number.h"

#include <string.h>

ppo_status ppo_device_choose(ppo_device_choice *choice, const ppo_config *config, ppo_error *error)
{
    const char *text = config->device;
    uint64_t index = 0;
    *choice = (ppo_device_choice){.kind = PPO_DEVICE_GPU};
    if (strcmp(text, "cpu") == 0)
        choice->kind = PPO_DEVICE_CPU;
    else if (strcmp(text, "auto") == 0)
        choice->kind = PPO_DEVICE_AUTO;
    else if (strcmp(text, "gpu") != 0 &&
             !(strncmp(text, "gpu:", 4) == 0 && ppo_number_parse_u64(&index, text + 4) &&
               index <= UINT32_MAX))
        return ppo_fail(error, PPO_INVALID,
                        "device is '%.100s', but must be cpu, gpu, gpu:N or auto", text);
    choice->index = (uint32_t)index;
    return PPO_OK;
}
