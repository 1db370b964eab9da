// SPDX-License-Identifier: MIT
// The configuration inside a checkpoint, and how it differs from another.
#ifndef PPO_RUN_CHECKPOINT_STORED_CONFIG_H
#define PPO_RUN_CHECKPOINT_STORED_CONFIG_H

#include "ppo/config.h"
#include "run/checkpoint/safetensors.h"

// The configuration as YAML text, to be freed; NULL if memory runs out. The options that change no
// result (folder, threads) are at their defaults, so that equal runs leave equal files.
char *ppo_stored_config_format(const ppo_config *config);

// Reads the configuration out of a checkpoint's metadata; env_id is the file's. PPO_CORRUPT if it
// can't be read.
ppo_status ppo_stored_config_parse(ppo_config *config, const ppo_safetensors *file,
                                   const char *label, ppo_error *error);

// PPO_MISMATCH if the two differ in an option that changes the result, compared as values; the
// message names options and both values ("clip_coef: 0.2 there, 0.1 here"), of long values the
// option alone. total_timesteps may differ, so that a run can be extended; env_id is compared by
// the caller, whose environment may be a class of its own.
ppo_status ppo_stored_config_match(const ppo_config *there, const ppo_config *here,
                                   const char *label, ppo_error *error);

#endif
