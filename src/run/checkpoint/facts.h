// SPDX-License-Identifier: MIT
// What a checkpoint holds besides the trainer's state: the lengths of the run's files when it was
// written, the last and the best evaluation. Stored as metadata of the checkpoint file. Nothing of
// the wall clock is here: equal runs write equal checkpoints.
#ifndef PPO_RUN_CHECKPOINT_FACTS_H
#define PPO_RUN_CHECKPOINT_FACTS_H

#include "ppo/trainer.h"
#include "run/checkpoint/safetensors.h"

#define PPO_NUM_FACTS      13
#define PPO_FACT_TEXT_SIZE 224

typedef struct ppo_run_facts {
    uint64_t iteration;   // of the trainer, for readers of the file
    uint64_t global_step; // likewise
    uint64_t num_updates; // epochs over all iterations (Stable-Baselines3's n_updates)

    uint64_t progress_bytes; // lengths and hashes (XXH3) of the CSV files
    uint64_t progress_hash;
    uint64_t evaluations_bytes;
    uint64_t evaluations_hash;
    uint64_t tensorboard_bytes; // 0 in older files
    uint64_t film_step;         // of the last film; 0: none yet

    uint64_t last_iteration; // of the last evaluation; episodes == 0: none yet
    ppo_evaluation last;
    uint64_t best_iteration;
    ppo_evaluation best;
} ppo_run_facts;

typedef struct ppo_fact_texts {
    char text[PPO_NUM_FACTS][PPO_FACT_TEXT_SIZE];
} ppo_fact_texts;

// Fills PPO_NUM_FACTS pairs; the values lie in `texts`.
void ppo_run_facts_format(ppo_metadata *pairs, ppo_fact_texts *texts, const ppo_run_facts *facts);

// Reads them back; `label` (a path) begins the message. PPO_CORRUPT if one is missing or
// unreadable.
ppo_status ppo_run_facts_parse(ppo_run_facts *facts, const ppo_safetensors *file, const char *label,
                               ppo_error *error);

#endif
