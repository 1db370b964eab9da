// SPDX-License-Identifier: MIT
// Scores of several tasks in one number, with intervals by the stratified bootstrap: see
// ppo/statistics.h. The measures are those of Agarwal et al. 2021 and their library `rliable`.
// Workload: up to a few hundred runs and some thousand resamples, a sort of all scores for each.
#include "core/statistics.h"

#include "ppo/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUM_MEASURES = 4 };

typedef struct measures {
    double value[NUM_MEASURES]; // in the order of ppo_aggregate
} measures;

typedef struct scratch {
    double *drawn;                  // [sum of num_runs] a resample
    double *sorted;                 // [sum of num_runs]
    double *task_mean;              // [num_tasks]
    double *estimate[NUM_MEASURES]; // [resamples]
} scratch;

static size_t sum_of(const size_t *num_runs, size_t num_tasks)
{
    size_t sum = 0;
    for (size_t i = 0; i < num_tasks; i++)
        sum += num_runs[i];
    return sum;
}

static measures measure(scratch *s, const double *score, const size_t *num_runs, size_t num_tasks)
{
    const size_t count = sum_of(num_runs, num_tasks), cut = count / 4;
    const double *of_task = score;
    double gap = 0.0;
    for (size_t i = 0; i < num_tasks; of_task += num_runs[i++])
        s->task_mean[i] = ppo_mean(of_task, num_runs[i]);
    memcpy(s->sorted, score, count * sizeof *score);
    ppo_sort(s->task_mean, num_tasks);
    ppo_sort(s->sorted, count);
    for (size_t i = 0; i < count; i++)
        gap += 1.0 - fmin(s->sorted[i], 1.0);
    return (measures){{ppo_quantile(s->task_mean, num_tasks, 0.5),
                       ppo_mean(s->task_mean, num_tasks),
                       ppo_mean(s->sorted + cut, count - 2 * cut), gap / (double)count}};
}

// A resample: each task's runs are drawn from its own.
static void draw(scratch *s, const double *score, const size_t *num_runs, size_t num_tasks,
                 ppo_random *random)
{
    size_t first = 0;
    for (size_t i = 0; i < num_tasks; first += num_runs[i++])
        for (size_t k = 0; k < num_runs[i]; k++)
            s->drawn[first + k] =
                score[first + (size_t)ppo_random_integers(random, 0, (int64_t)num_runs[i])];
}

static bool take_scratch(scratch *s, size_t count, size_t num_tasks, size_t resamples)
{
    *s = (scratch){.drawn = calloc(count, sizeof *s->drawn),
                   .sorted = calloc(count, sizeof *s->sorted),
                   .task_mean = calloc(num_tasks, sizeof *s->task_mean)};
    bool is_whole = s->drawn && s->sorted && s->task_mean;
    for (int m = 0; m < NUM_MEASURES; m++) {
        s->estimate[m] = calloc(resamples, sizeof *s->estimate[m]);
        is_whole = is_whole && s->estimate[m];
    }
    return is_whole;
}

static void release_scratch(scratch *s)
{
    free(s->drawn);
    free(s->sorted);
    free(s->task_mean);
    for (int m = 0; m < NUM_MEASURES; m++)
        free(s->estimate[m]);
}

static void aggregate(ppo_estimate *const result[NUM_MEASURES], scratch *s, const double *score,
                      const size_t *num_runs, size_t num_tasks, size_t resamples, uint64_t seed)
{
    ppo_random random;
    ppo_random_seed(&random, seed);
    const measures point = measure(s, score, num_runs, num_tasks);
    for (size_t r = 0; r < resamples; r++) {
        draw(s, score, num_runs, num_tasks, &random);
        const measures drawn = measure(s, s->drawn, num_runs, num_tasks);
        for (int m = 0; m < NUM_MEASURES; m++)
            s->estimate[m][r] = drawn.value[m];
    }
    for (int m = 0; m < NUM_MEASURES; m++) {
        ppo_sort(s->estimate[m], resamples);
        result[m]->value = point.value[m];
        result[m]->interval.low = ppo_quantile(s->estimate[m], resamples, 0.025);
        result[m]->interval.high = ppo_quantile(s->estimate[m], resamples, 0.975);
    }
}

bool ppo_aggregate_scores(ppo_aggregate *result, const double *score, const size_t *num_runs,
                          size_t num_tasks, size_t resamples, uint64_t seed)
{
    const ppo_estimate none = {(double)NAN, {(double)NAN, (double)NAN}};
    *result = (ppo_aggregate){none, none, none, none};
    for (size_t i = 0; i < num_tasks; i++)
        if (num_runs[i] == 0)
            return false;
    if (num_tasks == 0 || resamples == 0)
        return false;
    scratch s;
    ppo_estimate *const estimates[NUM_MEASURES] = {&result->median, &result->mean, &result->iqm,
                                                   &result->optimality_gap};
    const bool is_ready = take_scratch(&s, sum_of(num_runs, num_tasks), num_tasks, resamples);
    if (is_ready)
        aggregate(estimates, &s, score, num_runs, num_tasks, resamples, seed);
    release_scratch(&s);
    return is_ready;
}
