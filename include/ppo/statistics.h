// SPDX-License-Identifier: MIT
// Statistics over the runs of several seeds: median, interquartile mean and its interval.
// Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice".
//
// Workload: five to a thousand values, once per report. Values must not be NaN. All functions
// allocate a copy of the values and return NaN if `count` is 0 or memory is short. They keep no
// state: any thread may call them at any time.
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

PPO_API double ppo_median(const double *value, size_t count);

// The mean of what remains when the lowest and the highest quarter are dropped (the number dropped
// at each end is rounded down, as in scipy.stats.trim_mean).
PPO_API double ppo_iqm(const double *value, size_t count);

// The 95 % confidence interval of the interquartile mean by the percentile bootstrap: `resamples`
// times, `count` runs are drawn with replacement by a generator seeded with `seed`. Environments
// are strata: pass the runs of one environment.
PPO_API ppo_interval ppo_iqm_interval(const double *value, size_t count, size_t resamples,
                                      uint64_t seed);

// A statistic of many runs, with its 95 % interval.
typedef struct ppo_estimate {
    double value;
    ppo_interval interval;
} ppo_estimate;

// A method's scores on several tasks in one number, in the four ways of Agarwal et al.
typedef struct ppo_aggregate {
    ppo_estimate median;         // over the tasks, of the mean of a task's runs
    ppo_estimate mean;           // likewise
    ppo_estimate iqm;            // the interquartile mean over all runs of all tasks
    ppo_estimate optimality_gap; // how far runs fall short of 1: the mean of 1 - min(score, 1)
} ppo_aggregate;

// Aggregates normalised scores: `score` has those of the first task's runs, then the second's, ...;
// `num_runs` [num_tasks] says how many each has, at least 1. Intervals are percentiles of
// `resamples` bootstrap samples, in which each task's runs are drawn from its own (tasks are
// strata), by a generator seeded with `seed`: equal calls give equal results. False, and all NaN,
// if there is nothing to aggregate or memory is short.
PPO_API bool ppo_aggregate_scores(ppo_aggregate *result, const double *score,
                                  const size_t *num_runs, size_t num_tasks, size_t resamples,
                                  uint64_t seed);

#ifdef __cplusplus
}
#endif

#endif
