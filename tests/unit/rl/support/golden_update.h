// SPDX-License-Identifier: MIT
// A golden file's update once more, minibatch by minibatch, held against the file's numbers. For
// tests that go through such files.
#ifndef PPO_TESTS_RL_GOLDEN_UPDATE_H
#define PPO_TESTS_RL_GOLDEN_UPDATE_H

#include "unit/rl/support/golden.h"

// How far from the file's an update's numbers may be.
typedef struct golden_tolerances {
    double first;    // the first minibatch: metrics,
    double gradient; // and gradient
    double norm;     // the gradients' norms
    double metrics;  // of all minibatches
    double params;   // after the last one
} golden_tolerances;

// Those of precision bf16.
extern const golden_tolerances golden_bf16_bars;

// Fails beyond the tolerance, and keeps the largest deviation.
void golden_judge(const char *what, double deviation, double tolerance, double *largest);

// Metrics, first gradient and parameters of the file's update on this device, within these bars;
// the same bits with any number of threads. Prints what it finds.
void golden_check_update(const golden_file *golden, const char *name, ppo_precision precision,
                         const char *device, const golden_tolerances *bars);

#endif
