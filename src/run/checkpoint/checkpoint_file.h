// SPDX-License-Identifier: MIT
// A checkpoint as a file: safetensors whose metadata hold
//
//   format           "libppo checkpoint"
//   checksum         XXH3 (64 bits, 16 hexadecimal digits) of the whole file with these digits as 0
//   format_version   "3"; a reader takes "2" too, which had two facts of the wall clock more, and
//                    refuses others
//   library_version  the version of libppo that wrote it
//   kind             "trainer" (the whole state) or "agent" (what acting needs)
//   env_id, config   the configuration as YAML
//   iteration, ...   the run's facts (run/checkpoint/facts.h)
//
// The checksum detects any flipped, missing or added byte. Names of tensors are part of the format:
// trained parameters are named as in PyTorch ("....weight", "....bias", "log_std"), all others
// otherwise.
#ifndef PPO_RUN_CHECKPOINT_CHECKPOINT_FILE_H
#define PPO_RUN_CHECKPOINT_CHECKPOINT_FILE_H

#include "run/checkpoint/facts.h"
#include "run/checkpoint/tensor_list.h"

typedef struct ppo_checkpoint_file {
    char *bytes;
    size_t size;
    ppo_safetensors content;
} ppo_checkpoint_file;

// Reads and checks a file. PPO_NOT_FOUND, PPO_IO, PPO_CORRUPT (damaged or foreign), PPO_UNSUPPORTED
// (a later format). Close it only if it was opened.
ppo_status ppo_checkpoint_file_open(ppo_checkpoint_file *file, const char *path, ppo_error *error);
void ppo_checkpoint_file_close(ppo_checkpoint_file *file);

// The same for bytes in memory; they are written to while the checksum is computed, and restored.
// Nothing to release on failure.
ppo_status ppo_checkpoint_file_check(ppo_safetensors *content, void *bytes, size_t size,
                                     const char *label, ppo_error *error);

// Writes a whole file of these tensors, with its checksum, into `out`.
ppo_status ppo_checkpoint_file_format(ppo_bytes *out, const ppo_tensor_list *list, const char *kind,
                                      const ppo_config *config, const char *env_id,
                                      const ppo_run_facts *facts, ppo_error *error);

#endif
