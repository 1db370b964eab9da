// SPDX-License-Identifier: MIT
// Curves over several runs: see plot_data.h.
//
// At each x the runs' values are sorted, and statistic and band computed from them. The bootstrap
// draws its resamples once and uses them at every x, so that the band's edges are smooth.
// Workload: some dozens of runs, up to 2000 points; a bootstrap a thousand times that. Owns scratch
// memory for one call. Not here: reading (plot_data.c), which runs make a curve (plot.c).
#include "run/plot/plot_data.h"

#include "ppo/random.h"
#include "core/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_POINTS = 2000, RESAMPLES = 1000 };

#define BOOTSTRAP_SEED 1

typedef struct mixer {
    const ppo_samples *runs;
    const size_t *members;
    size_t num_members;
    ppo_plot_statistic statistic;
    ppo_plot_band band;
    size_t *at;       // [num_members] ppo_samples_at's position in each run
    double *value;    // [num_members] at the current x, sorted
    double *resample; // [num_members]
    double *estimate; // [RESAMPLES]
    float *draw;      // [RESAMPLES, num_members] in [0, 1)
} mixer;

// All x of all runs, each once; if there are more than MAX_POINTS, so many evenly spaced ones.
static size_t make_grid(double *grid, const mixer *m)
{
    size_t count = 0, unique = 0;
    for (size_t k = 0; k < m->num_members; k++) {
        const ppo_samples *run = &m->runs[m->members[k]];
        memcpy(grid + count, run->x, run->count * sizeof *grid);
        count += run->count;
    }
    ppo_sort(grid, count);
    for (size_t i = 0; i < count; i++)
        if (unique == 0 || grid[i] > grid[unique - 1])
            grid[unique++] = grid[i];
    if (unique <= MAX_POINTS)
        return unique;
    const double low = grid[0], high = grid[unique - 1];
    for (size_t i = 0; i < MAX_POINTS; i++)
        grid[i] = low + (high - low) * (double)i / (MAX_POINTS - 1);
    return MAX_POINTS;
}

// Sorts the values of the runs that have begun at x, and returns how many.
static size_t gather(mixer *m, double x)
{
    size_t count = 0;
    for (size_t k = 0; k < m->num_members; k++) {
        const ppo_samples *run = &m->runs[m->members[k]];
        if (x >= run->x[0])
            m->value[count++] = ppo_samples_at(run, x, &m->at[k]);
    }
    ppo_sort(m->value, count);
    return count;
}

// Of sorted values.
static double statistic_of(ppo_plot_statistic statistic, const double *value, size_t count)
{
    const size_t cut = statistic == PPO_PLOT_IQM ? count / 4 : 0;
    return statistic == PPO_PLOT_MEDIAN ? ppo_quantile(value, count, 0.5)
                                        : ppo_mean(value + cut, count - 2 * cut);
}

static double standard_deviation(const double *value, size_t count)
{
    const double centre = ppo_mean(value, count);
    double squares = 0.0;
    for (size_t i = 0; i < count; i++)
        squares += (value[i] - centre) * (value[i] - centre);
    return count > 1 ? sqrt(squares / (double)(count - 1)) : 0.0;
}

static void bootstrap(mixer *m, size_t count, double *low, double *high)
{
    for (size_t r = 0; r < RESAMPLES; r++) {
        for (size_t i = 0; i < count; i++) {
            const size_t drawn = (size_t)((double)m->draw[r * m->num_members + i] * (double)count);
            m->resample[i] = m->value[drawn < count ? drawn : count - 1];
        }
        if (m->statistic != PPO_PLOT_MEAN)
            ppo_sort(m->resample, count);
        m->estimate[r] = statistic_of(m->statistic, m->resample, count);
    }
    ppo_sort(m->estimate, RESAMPLES);
    *low = ppo_quantile(m->estimate, RESAMPLES, 0.025);
    *high = ppo_quantile(m->estimate, RESAMPLES, 0.975);
}

static void make_point(mixer *m, ppo_curve *c, size_t i)
{
    const size_t count = gather(m, c->x[i]);
    c->y[i] = statistic_of(m->statistic, m->value, count);
    if (!c->low)
        return;
    if (m->band == PPO_PLOT_INTERVAL) {
        bootstrap(m, count, &c->low[i], &c->high[i]);
    } else if (m->band == PPO_PLOT_STD) {
        const double reach = standard_deviation(m->value, count);
        c->low[i] = c->y[i] - reach;
        c->high[i] = c->y[i] + reach;
    } else {
        c->low[i] = m->value[0];
        c->high[i] = m->value[count - 1];
    }
}

static bool take_scratch(mixer *m)
{
    const size_t n = m->num_members;
    const bool has_draws = n > 1 && m->band == PPO_PLOT_INTERVAL;
    m->at = calloc(n, sizeof *m->at);
    m->value = calloc(n, sizeof *m->value);
    m->resample = calloc(n, sizeof *m->resample);
    m->estimate = calloc(RESAMPLES, sizeof *m->estimate);
    m->draw = calloc(has_draws ? n * RESAMPLES : 1, sizeof *m->draw);
    if (!m->at || !m->value || !m->resample || !m->estimate || !m->draw)
        return false;
    ppo_random random;
    ppo_random_seed(&random, BOOTSTRAP_SEED);
    for (size_t i = 0; has_draws && i < n * RESAMPLES; i++)
        m->draw[i] = (float)ppo_random_uniform(&random, 0.0, 1.0);
    return true;
}

static void release_scratch(mixer *m)
{
    free(m->at);
    free(m->value);
    free(m->resample);
    free(m->estimate);
    free(m->draw);
}

static bool take_curve(ppo_curve *c, const mixer *m)
{
    const bool has_band = m->num_members > 1 && m->band != PPO_PLOT_NO_BAND;
    size_t total = 0;
    for (size_t k = 0; k < m->num_members; k++)
        total += m->runs[m->members[k]].count;
    *c = (ppo_curve){.count = 0};
    c->x = calloc(total > MAX_POINTS ? total : MAX_POINTS, sizeof *c->x);
    if (!c->x)
        return false;
    c->count = make_grid(c->x, m);
    c->y = calloc(c->count + 1, sizeof *c->y);
    c->low = has_band ? calloc(c->count + 1, sizeof *c->low) : NULL;
    c->high = has_band ? calloc(c->count + 1, sizeof *c->high) : NULL;
    return c->y && (!has_band || (c->low && c->high));
}

bool ppo_curve_make(ppo_curve *c, const ppo_samples *runs, const size_t *members,
                    size_t num_members, ppo_plot_statistic statistic, ppo_plot_band band)
{
    mixer m = {.runs = runs,
               .members = members,
               .num_members = num_members,
               .statistic = statistic,
               .band = band};
    const bool is_ready = take_curve(c, &m) && take_scratch(&m);
    for (size_t i = 0; is_ready && i < c->count; i++)
        make_point(&m, c, i);
    release_scratch(&m);
    if (!is_ready)
        ppo_curve_release(c);
    return is_ready;
}

void ppo_curve_release(ppo_curve *c)
{
    free(c->x);
    free(c->y);
    free(c->low);
    free(c->high);
    c->x = c->y = c->low = c->high = NULL;
    c->count = 0;
}
