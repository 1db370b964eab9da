// SPDX-License-Identifier: MIT
// Statistics over the runs of several seeds. Scratch arrays live for one call; if they cannot be
// allocated, the result is NaN.
#include "core/statistics.h"

#include "ppo/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void ppo_sort(double *value, size_t count)
{
    qsort(value, count, sizeof *value, compare);
}

// A sorted copy; NULL if there are no values or no memory.
static double *sorted_copy(const double *value, size_t count)
{
    double *copy = count ? malloc(count * sizeof *copy) : NULL;
    if (copy) {
        memcpy(copy, value, count * sizeof *copy);
        ppo_sort(copy, count);
    }
    return copy;
}

double ppo_quantile(const double *sorted, size_t count, double q)
{
    const double at = q * (double)(count - 1);
    const size_t i = (size_t)at;
    const double next = sorted[i + 1 < count ? i + 1 : i];
    return sorted[i] + (at - (double)i) * (next - sorted[i]);
}

double ppo_mean(const double *value, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += value[i];
    return count ? sum / (double)count : (double)NAN;
}

double ppo_median(const double *value, size_t count)
{
    double *copy = sorted_copy(value, count);
    const double median = copy ? ppo_quantile(copy, count, 0.5) : (double)NAN;
    free(copy);
    return median;
}

double ppo_iqm(const double *value, size_t count)
{
    double *copy = sorted_copy(value, count);
    const size_t cut = count / 4;
    const double iqm = copy ? ppo_mean(copy + cut, count - 2 * cut) : (double)NAN;
    free(copy);
    return iqm;
}

ppo_interval ppo_iqm_interval(const double *value, size_t count, size_t resamples, uint64_t seed)
{
    ppo_interval interval = {(double)NAN, (double)NAN};
    double *draw = count ? malloc(count * sizeof *draw) : NULL;
    double *iqm = resamples ? malloc(resamples * sizeof *iqm) : NULL;
    if (draw && iqm) {
        ppo_random random;
        ppo_random_seed(&random, seed);
        for (size_t r = 0; r < resamples; r++) {
            for (size_t i = 0; i < count; i++)
                draw[i] = value[ppo_random_integers(&random, 0, (int64_t)count)];
            iqm[r] = ppo_iqm(draw, count);
        }
        ppo_sort(iqm, resamples);
        interval.low = ppo_quantile(iqm, resamples, 0.025);
        interval.high = ppo_quantile(iqm, resamples, 0.975);
    }
    free(draw);
    free(iqm);
    return interval;
}
