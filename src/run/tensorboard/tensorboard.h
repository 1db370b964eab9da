// SPDX-License-Identifier: MIT
// A TensorBoard event file: the metrics of a run as it proceeds, for `tensorboard --logdir`.
//
// It begins with the settings, as a table and for the plug-in HParams. Every event carries the
// time of day at which it was written, so equal runs give files of the same length, step by step
// with the same values, but not of the same bytes.
#ifndef PPO_RUN_TENSORBOARD_TENSORBOARD_H
#define PPO_RUN_TENSORBOARD_TENSORBOARD_H

#include "ppo/config.h"
#include "run/record/append_file.h"
#include "run/record/metrics.h"

typedef struct ppo_tensorboard {
    ppo_append_file file; // its size goes into the checkpoint
    ppo_bytes record;
} ppo_tensorboard;

// Zero-initialised memory is not a closed file: this is. If it is closed, the functions below do
// nothing.
#define PPO_TENSORBOARD_CLOSED ((ppo_tensorboard){.file = PPO_APPEND_FILE_CLOSED})

// Whether this build can write event files; if not, none is ever open.
bool ppo_tensorboard_is_available(void);

// Opens or creates the file and cuts it off after `size` bytes; see ppo_append_file_open. If it is
// empty then, its version and the settings are written.
ppo_status ppo_tensorboard_open(ppo_tensorboard *board, const char *path, const ppo_config *config,
                                uint64_t size, bool *changed, ppo_error *error);
void ppo_tensorboard_close(ppo_tensorboard *board);

// Adds those of the metrics that have a tag with a slash and a value.
ppo_status ppo_tensorboard_add(ppo_tensorboard *board, uint64_t step, const ppo_metrics *metrics,
                               ppo_error *error);

// Adds a GIF file's content as a picture.
ppo_status ppo_tensorboard_add_gif(ppo_tensorboard *board, uint64_t step, const char *tag,
                                   const void *gif, size_t size, ppo_error *error);

ppo_status ppo_tensorboard_sync(ppo_tensorboard *board, ppo_error *error);

// A line for `ppo info`.
void ppo_tensorboard_describe(char *text, size_t size);

#endif
