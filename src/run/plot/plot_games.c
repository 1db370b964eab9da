// SPDX-License-Identifier: MIT
// See plot_games.h, and ppo_runs_aggregate of ppo/plot.h.
// Workload: up to 57 games with some runs each; 200 points of a curve, a thousand resamples at
// each. Owns scratch memory for one call.
#include "run/plot/plot_games.h"

#include "core/error.h"
#include "core/float_scope.h"
#include "core/sized.h"
#include "ppo/atari.h"
#include "ppo/env.h"
#include "ppo/statistics.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUM_POINTS = 200, CURVE_RESAMPLES = 1000, FINAL_RESAMPLES = 10000, BOOTSTRAP_SEED = 1 };

static const char *const labels[PPO_GAME_CURVES] = {"median over games", "mean over games",
                                                    "interquartile mean over games' runs"};

// --- games --------------------------------------------------------------------------------------

static const ppo_game_info *game_of(const ppo_samples *s)
{
    return s->has_config ? ppo_env_game(s->config.env_id) : NULL;
}

ppo_status ppo_samples_normalise(ppo_samples *samples, ppo_error *error)
{
    const ppo_game_info *game = game_of(samples);
    const ppo_game_scores *scores =
        samples->has_config ? ppo_env_id_reported_scores(samples->config.env_id) : NULL;
    if (!scores)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "%.200s: papers report no scores of a human and a random policy for %.64s; "
                        "they do for the 57 games of the literature",
                        samples->name,
                        game                  ? game->name
                        : samples->has_config ? samples->config.env_id
                                              : "a run without config.yaml");
    for (size_t i = 0; i < samples->count; i++)
        samples->y[i] = ppo_game_normalise(scores, samples->y[i]);
    return PPO_OK;
}

static bool is_first_of_game(const ppo_samples *runs, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (game_of(&runs[i]) == game_of(&runs[index]))
            return false;
    return true;
}

size_t ppo_games_count(const ppo_samples *runs, size_t num_runs)
{
    size_t count = 0;
    for (size_t i = 0; i < num_runs; i++)
        count += is_first_of_game(runs, i);
    return count;
}

// Runs in the order of their games.
typedef struct game_list {
    size_t *order;    // [all runs]
    size_t *num_runs; // [num_games]
    size_t num_games;
} game_list;

static void sort_by_game(game_list *list, const ppo_samples *runs, size_t num_runs)
{
    size_t count = 0;
    list->num_games = 0;
    for (size_t i = 0; i < num_runs; i++) {
        if (!is_first_of_game(runs, i))
            continue;
        const size_t first = count;
        for (size_t k = i; k < num_runs; k++)
            if (game_of(&runs[k]) == game_of(&runs[i]))
                list->order[count++] = k;
        list->num_runs[list->num_games++] = count - first;
    }
}

// --- curves -------------------------------------------------------------------------------------

static void make_grid(double grid[NUM_POINTS], const ppo_samples *runs, size_t num_runs)
{
    double low = runs[0].x[0], high = low;
    for (size_t i = 0; i < num_runs; i++) {
        low = fmax(low, runs[i].x[0]);
        high = fmax(high, runs[i].x[runs[i].count - 1]);
    }
    for (size_t i = 0; i < NUM_POINTS; i++)
        grid[i] = low + (high - low) * (double)i / (NUM_POINTS - 1);
}

static bool take_curve(ppo_curve *c, unsigned number)
{
    *c = (ppo_curve){.count = NUM_POINTS,
                     .x = calloc(NUM_POINTS, sizeof *c->x),
                     .y = calloc(NUM_POINTS, sizeof *c->y),
                     .low = calloc(NUM_POINTS, sizeof *c->low),
                     .high = calloc(NUM_POINTS, sizeof *c->high),
                     .colour = number};
    snprintf(c->label, sizeof c->label, "%s", labels[number]);
    return c->x && c->y && c->low && c->high;
}

static void set_point(ppo_curve *c, size_t i, double x, const ppo_estimate *estimate)
{
    c->x[i] = x;
    c->y[i] = estimate->value;
    c->low[i] = estimate->interval.low;
    c->high[i] = estimate->interval.high;
}

static bool fill_curves(ppo_curve curve[PPO_GAME_CURVES], const ppo_samples *runs, size_t num_runs,
                        const game_list *games, size_t *at, double *score)
{
    double grid[NUM_POINTS];
    make_grid(grid, runs, num_runs);
    bool is_good = true;
    for (size_t i = 0; is_good && i < NUM_POINTS; i++) {
        ppo_aggregate a;
        for (size_t k = 0; k < num_runs; k++) {
            const size_t run = games->order[k];
            score[k] = ppo_samples_at(&runs[run], grid[i], &at[run]);
        }
        is_good = ppo_aggregate_scores(&a, score, games->num_runs, games->num_games,
                                       CURVE_RESAMPLES, BOOTSTRAP_SEED);
        set_point(&curve[0], i, grid[i], &a.median);
        set_point(&curve[1], i, grid[i], &a.mean);
        set_point(&curve[2], i, grid[i], &a.iqm);
    }
    return is_good;
}

bool ppo_games_curves(ppo_curve curve[PPO_GAME_CURVES], const ppo_samples *runs, size_t num_runs)
{
    game_list games = {.order = calloc(num_runs, sizeof *games.order),
                       .num_runs = calloc(num_runs, sizeof *games.num_runs)};
    size_t *at = calloc(num_runs, sizeof *at);
    double *score = calloc(num_runs, sizeof *score);
    bool is_good = games.order && games.num_runs && at && score;
    for (unsigned i = 0; i < PPO_GAME_CURVES; i++)
        is_good = take_curve(&curve[i], i) && is_good;
    if (is_good) {
        sort_by_game(&games, runs, num_runs);
        is_good = fill_curves(curve, runs, num_runs, &games, at, score);
    }
    for (unsigned i = 0; !is_good && i < PPO_GAME_CURVES; i++)
        ppo_curve_release(&curve[i]);
    free(games.order);
    free(games.num_runs);
    free(at);
    free(score);
    return is_good;
}

// --- final scores -------------------------------------------------------------------------------

static void release_all(ppo_samples *runs, size_t num_runs)
{
    for (size_t i = 0; i < num_runs; i++)
        ppo_samples_release(&runs[i]);
}

// Of all runs or, on failure, of none.
static ppo_status read_all(ppo_samples *runs, const char *const *name, size_t num_runs,
                           const char *metric, ppo_error *error)
{
    for (size_t i = 0; i < num_runs; i++) {
        const ppo_status status =
            ppo_samples_read(&runs[i], name[i], metric, PPO_PLOT_STEPS, error);
        if (status != PPO_OK) {
            release_all(runs, i);
            return status;
        }
    }
    return PPO_OK;
}

static ppo_status aggregate_runs(ppo_run_aggregate *own, ppo_samples *runs, size_t num_runs,
                                 game_list *games, double *score, ppo_error *error)
{
    for (size_t i = 0; i < num_runs; i++)
        PPO_TRY(ppo_samples_normalise(&runs[i], error));
    sort_by_game(games, runs, num_runs);
    for (size_t k = 0; k < num_runs; k++) {
        const ppo_samples *run = &runs[games->order[k]];
        score[k] = run->y[run->count - 1];
    }
    own->num_runs = num_runs;
    own->num_games = games->num_games;
    return ppo_aggregate_scores(&own->scores, score, games->num_runs, games->num_games,
                                FINAL_RESAMPLES, BOOTSTRAP_SEED)
               ? PPO_OK
               : ppo_fail(error, PPO_NO_MEMORY, "out of memory for %zu scores", num_runs);
}

// All runs' values of the metric; without one those of evaluations, or of training in runs that
// were not evaluated.
static ppo_status read_runs(ppo_samples *runs, ppo_run_aggregate *own, const char *const *name,
                            size_t num_runs, const char *metric, ppo_error *error)
{
    const char *wanted = metric ? metric : "return_mean";
    ppo_status status = read_all(runs, name, num_runs, wanted, metric ? error : NULL);
    if (status != PPO_OK && !metric) {
        wanted = "rollout/ep_rew_mean";
        status = read_all(runs, name, num_runs, wanted, error);
    }
    snprintf(own->metric, sizeof own->metric, "%s", wanted);
    return status;
}

ppo_status ppo_runs_aggregate(ppo_run_aggregate *result, const char *const *name, size_t num_runs,
                              const char *metric, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_run_aggregate own = {.struct_size = sizeof own};
    PPO_TRY(ppo_sized_check(result, sizeof own, "ppo_run_aggregate", error));
    if (num_runs == 0)
        return ppo_fail(error, PPO_INVALID, "no runs whose scores could be aggregated");
    game_list games = {.order = calloc(num_runs, sizeof *games.order),
                       .num_runs = calloc(num_runs, sizeof *games.num_runs)};
    ppo_samples *runs = calloc(num_runs, sizeof *runs);
    double *score = calloc(num_runs, sizeof *score);
    const bool has_memory = games.order && games.num_runs && runs && score;
    ppo_status status =
        has_memory ? PPO_OK
                   : ppo_fail(error, PPO_NO_MEMORY, "out of memory for %zu runs", num_runs);
    if (has_memory) {
        status = read_runs(runs, &own, name, num_runs, metric, error);
        if (status == PPO_OK) {
            status = aggregate_runs(&own, runs, num_runs, &games, score, error);
            release_all(runs, num_runs);
        }
    }
    if (status == PPO_OK)
        ppo_sized_write(result, &own, sizeof own);
    free(games.order);
    free(games.num_runs);
    free(runs);
    free(score);
    return status;
}
