// SPDX-License-Identifier: MIT
// Statistics that the library and the command need beside the public ones (ppo/statistics.h).
//
// Workload: a thousand calls for each point of a learning curve, so none of them allocates.
#ifndef PPO_CORE_STATISTICS_H
#define PPO_CORE_STATISTICS_H

#include "ppo/statistics.h"

// Sorts values in ascending order. They must not be NaN.
void ppo_sort(double *value, size_t count);

// The q-quantile, q in [0, 1], of `count` >= 1 values in ascending order, interpolated linearly.
double ppo_quantile(const double *sorted, size_t count, double q);

// The arithmetic mean; NaN if `count` is 0.
double ppo_mean(const double *value, size_t count);

#endif
