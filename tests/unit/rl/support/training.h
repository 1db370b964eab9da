// SPDX-License-Identifier: MIT
// Small trainers over many combinations of settings.
#ifndef PPO_TESTS_RL_TRAINING_H
#define PPO_TESTS_RL_TRAINING_H

#include "unit/rl/support/toy.h"

#include "ppo/trainer.h"

typedef struct training_case {
    const char *name;
    toy_kind toy;
    const char *settings; // "name=text name=text ..." over training_config
} training_case;

extern const training_case training_cases[];
extern const size_t num_training_cases;

// NULL where this build has none of that name.
const training_case *training_case_named(const char *name);

// 6 environments of 32 steps, 3 minibatches, networks of 17 and 9 units: sizes that fit nothing.
ppo_config training_config(const training_case *c, uint32_t threads);

// Creation and steps that must not fail.
ppo_trainer *training_create(const ppo_config *config, const ppo_env_class *env);
void training_run(ppo_trainer *trainer, int iterations);

// Brings `to` where `from` stands, as a checkpoint would.
void training_copy_state(ppo_trainer *to, ppo_trainer *from);

// Equal bits in every member. The structs as whole bytes can't be compared: a copy may leave
// anything in the gaps between members.
void assert_same_stats(const ppo_stats *a, const ppo_stats *b);
void assert_same_evaluation(const ppo_evaluation *a, const ppo_evaluation *b);

#endif
