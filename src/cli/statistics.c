// SPDX-License-Identifier: MIT
// Statistics over the runs of several seeds. Owns nothing; scratch arrays live for one call, and
// where there is no memory for them the answer is NAN.
#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ppo/random.h"

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// A sorted copy, NULL without values or memory.
static double *sorted(const double *value, size_t count)
{
    double *copy = count ? malloc(count * sizeof *copy) : NULL;
    if (copy) {
        memcpy(copy, value, count * sizeof *copy);
        qsort(copy, count, sizeof *copy, compare);
    }
    return copy;
}

// The q-quantile of sorted values, straight lines between them.
static double quantile(const double *value, size_t count, double q)
{
    const double at = q * (double)(count - 1);
    const size_t i = (size_t)at;
    const double next = value[i + 1 < count ? i + 1 : i];
    return value[i] + (at - (double)i) * (next - value[i]);
}

double cli_mean(const double *value, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += value[i];
    return count ? sum / (double)count : (double)NAN;
}

double cli_median(const double *value, size_t count)
{
    double *copy = sorted(value, count);
    const double median = copy ? quantile(copy, count, 0.5) : (double)NAN;
    free(copy);
    return median;
}

double cli_iqm(const double *value, size_t count)
{
    double *copy = sorted(value, count);
    const size_t cut = count / 4;
    const double iqm = copy ? cli_mean(copy + cut, count - 2 * cut) : (double)NAN;
    free(copy);
    return iqm;
}

cli_interval cli_iqm_interval(const double *value, size_t count, size_t resamples, uint64_t seed)
{
    cli_interval interval = {(double)NAN, (double)NAN};
    double *draw = count ? malloc(count * sizeof *draw) : NULL;
    double *iqm = resamples ? malloc(resamples * sizeof *iqm) : NULL;
    if (draw && iqm) {
        ppo_random random;
        ppo_random_seed(&random, seed);
        for (size_t r = 0; r < resamples; r++) {
            for (size_t i = 0; i < count; i++)
                draw[i] = value[ppo_random_integers(&random, 0, (int64_t)count)];
            iqm[r] = cli_iqm(draw, count);
        }
        qsort(iqm, resamples, sizeof *iqm, compare);
        interval.low = quantile(iqm, resamples, 0.025);
        interval.high = quantile(iqm, resamples, 0.975);
    }
    free(draw);
    free(iqm);
    return interval;
}
