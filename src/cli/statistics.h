// SPDX-License-Identifier: MIT
// Statistics over the runs of several seeds: mean, median, interquartile mean and its interval.
// Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice".
//
// Workload: five to a thousand values, once per report.
#ifndef CLI_STATISTICS_H
#define CLI_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

typedef struct cli_interval {
    double low;
    double high;
} cli_interval;

// All of these give NAN for no values.
double cli_mean(const double *value, size_t count);
double cli_median(const double *value, size_t count);

// The mean of what is left when the lowest and the highest quarter are dropped (the number dropped
// at each end rounded down, as scipy.stats.trim_mean does).
double cli_iqm(const double *value, size_t count);

// The 95 % interval of the interquartile mean by the percentile bootstrap: runs are drawn anew with
// replacement, `resamples` times, from a generator seeded with `seed`. Each environment is a
// stratum of its own: call it with one environment's runs.
cli_interval cli_iqm_interval(const double *value, size_t count, size_t resamples, uint64_t seed);

#endif
