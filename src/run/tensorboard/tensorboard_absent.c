// SPDX-License-Identifier: MIT
// Compiled in place of tensorboard.c in builds without protobuf-c: no event file is ever open.
#include "run/tensorboard/tensorboard.h"

#include <stdio.h>

void ppo_tensorboard_describe(char *text, size_t size)
{
    snprintf(text, size, "absent: built without protobuf-c");
}

bool ppo_tensorboard_is_available(void)
{
    return false;
}

ppo_status ppo_tensorboard_open(ppo_tensorboard *board, const char *path, const ppo_config *config,
                                uint64_t size, bool *changed, ppo_error *error)
{
    (void)path, (void)config, (void)size, (void)error;
    *changed = false;
    *board = PPO_TENSORBOARD_CLOSED;
    return PPO_OK;
}

void ppo_tensorboard_close(ppo_tensorboard *board)
{
    (void)board;
}

ppo_status ppo_tensorboard_add(ppo_tensorboard *board, uint64_t step, const ppo_metrics *metrics,
                               ppo_error *error)
{
    (void)board, (void)step, (void)metrics, (void)error;
    return PPO_OK;
}

ppo_status ppo_tensorboard_add_gif(ppo_tensorboard *board, uint64_t step, const char *tag,
                                   const void *gif, size_t size, ppo_error *error)
{
    (void)board, (void)step, (void)tag, (void)gif, (void)size, (void)error;
    return PPO_OK;
}

ppo_status ppo_tensorboard_sync(ppo_tensorboard *board, ppo_error *error)
{
    (void)board, (void)error;
    return PPO_OK;
}
