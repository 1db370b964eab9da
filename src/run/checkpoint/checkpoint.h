// SPDX-License-Identifier: MIT
// Checkpoints of trainers and agents, with the run's facts in them. The public ones are in
// ppo/run.h and ppo/agent.h.
#ifndef PPO_RUN_CHECKPOINT_CHECKPOINT_H
#define PPO_RUN_CHECKPOINT_CHECKPOINT_H

#include "ppo/run.h"
#include "run/checkpoint/facts.h"

// Publishes the trainer's whole state at `path`, and the file that was there at `previous` (NULL:
// nowhere). `buffer` is kept for the next time. PPO_NUMERIC, and the old file stays, if a
// parameter, the optimiser or a normaliser is not finite. Of several ranks, which all call this,
// rank 0 writes the file.
ppo_status ppo_checkpoint_write(ppo_bytes *buffer, ppo_trainer *trainer, const ppo_run_facts *facts,
                                const char *path, const char *previous, ppo_error *error);

// Checks the whole file, then fills the trainer and `facts`. Fails like ppo_checkpoint_load; if
// *spoiled becomes true, the trainer could not be restored from the state and must be destroyed. Of
// several ranks, rank 0 reads files until one is good, while the others call this once: they get
// its content.
ppo_status ppo_checkpoint_read(ppo_trainer *trainer, ppo_run_facts *facts, bool *spoiled,
                               const char *path, ppo_error *error);

// Publishes the tensors that acting with the trainer's policy needs.
ppo_status ppo_agent_write(ppo_bytes *buffer, ppo_trainer *trainer, const ppo_run_facts *facts,
                           const char *path, ppo_error *error);

#endif
