// SPDX-License-Identifier: MIT
// Statistics over the runs of several seeds: mean, median, interquartile mean and its interval.
// Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice".
//
// Workload: five to a thousand values, once per report; ppo_order, ppo_quantile and ppo_mean also a
// thousand times for each point of a curve, so they take no memory.
#ifndef PPO_STATISTICS_H
#define PPO_STATISTICS_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_interval {
    double low;
    double high;
} ppo_interval;

// Puts values in order, the lowest first. They may not be NaN.
PPO_API void ppo_order(double *value, size_t count);

// The q-quantile, q in [0, 1], of one or more values in order: straight lines between them.
PPO_API double ppo_quantile(const double *ordered, size_t count, double q);

// All of the following give NaN for no values, and where there is no memory for a copy.
PPO_API double ppo_mean(const double *value, size_t count);
PPO_API double ppo_median(const double *value, size_t count);

// The mean of what is left when the lowest and the highest quarter are dropped (the number dropped
// at each end rounded down, as scipy.stats.trim_mean does).
PPO_API double ppo_iqm(const double *value, size_t count);

// The 95 % interval of the interquartile mean by the percentile bootstrap: runs are drawn anew with
// replacement, `resamples` times, from a generator seeded with `seed`. Each environment is a
// stratum of its own: call it with one environment's runs.
PPO_API ppo_interval ppo_iqm_interval(const double *value, size_t count, size_t resamples,
                                      uint64_t seed);

#ifdef __cplusplus
}
#endif

#endif
