// SPDX-License-Identifier: MIT
// Where the library meets the module with oneDNN in it (onednn.c).
#include "nn/bf16_ops.h"

#include <stdio.h>

static ppo_module module = PPO_MODULE("onednn", "bf16 networks (precision bf16)",
                                      "oneDNN (libdnnl-dev)", ppo_onednn_module, PPO_ONEDNN_ABI);

const ppo_onednn_module *ppo_onednn_load(ppo_error *error)
{
    return ppo_module_open(&module, error);
}

void ppo_onednn_describe(char *text, size_t size)
{
    ppo_error error = {0};
    const ppo_onednn_module *loaded = ppo_onednn_load(&error);
    if (loaded)
        loaded->describe(text, size);
    else
        snprintf(text, size, "absent: %s", error.message);
}
