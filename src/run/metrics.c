// SPDX-License-Identifier: MIT
// Columns of the CSV files: see metrics.h.
//
// Where a tag of Stable-Baselines3 means something a little different there: train/loss is the mean
// over the iteration's minibatches (there: the last one), train/value_loss has the factor 0.5 of
// the formula (there: without), train/entropy_loss is -entropy as there, and train/entropy stands
// beside it. train/n_updates counts epochs over the whole run, as there.
// Workload: some thirty numbers an iteration. Owns nothing. Not here: the files (csv.c).
#include "run/metrics.h"

#include "core/number.h"

#include <math.h>
#include <stdio.h>

typedef struct column {
    const char *tag;
    double value;
} column;

#define COUNT(columns) (sizeof(columns) / sizeof(columns)[0])

// The longest row: no more columns than this, each a number and a comma.
#define MAX_COLUMNS 30
_Static_assert(MAX_COLUMNS *(PPO_NUMBER_SIZE + 2) <= sizeof(ppo_csv_row), "a row fits");

static ppo_csv_row join(const column *columns, size_t count, bool header)
{
    ppo_csv_row row = {""};
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        char number[PPO_NUMBER_SIZE] = "";
        if (!isnan(columns[i].value))
            ppo_number_format_f64(number, columns[i].value);
        used += (size_t)snprintf(row.text + used, sizeof row.text - used, "%s%s", i ? "," : "",
                                 header ? columns[i].tag : number);
    }
    snprintf(row.text + used, sizeof row.text - used, "\n");
    return row;
}

ppo_csv_row ppo_progress_row(const ppo_stats *stats, uint64_t num_updates)
{
    const ppo_stats none = {0};
    const ppo_stats *s = stats ? stats : &none;
    const column columns[] = {
        {"iteration", (double)s->iteration},
        {"global_step", (double)s->global_step},
        {"rollout/episodes", (double)s->episodes},
        {"rollout/ep_rew_mean", s->return_mean},
        {"rollout/ep_len_mean", s->length_mean},
        {"train/approx_kl", s->approx_kl},
        {"train/old_approx_kl", s->old_approx_kl},
        {"train/clip_fraction", s->clip_fraction},
        {"train/clip_range", s->clip_coef},
        {"train/ent_coef", s->ent_coef},
        {"train/entropy", s->entropy},
        {"train/entropy_loss", -s->entropy},
        {"train/explained_variance", s->explained_variance},
        {"train/grad_norm", s->grad_norm},
        {"train/learning_rate", s->learning_rate},
        {"train/critic_learning_rate", s->critic_learning_rate},
        {"train/loss", s->loss},
        {"train/policy_gradient_loss", s->policy_loss},
        {"train/value_loss", s->value_loss},
        {"train/std", s->std_mean},
        {"train/epochs", (double)s->epochs},
        {"train/n_updates", (double)num_updates},
    };
    _Static_assert(COUNT(columns) <= MAX_COLUMNS, "a row fits");
    return join(columns, COUNT(columns), !stats);
}

ppo_csv_row ppo_timing_row(const ppo_stats *stats, double elapsed_seconds)
{
    const ppo_stats none = {0};
    const ppo_stats *s = stats ? stats : &none;
    const double fps = elapsed_seconds > 0 ? (double)s->global_step / elapsed_seconds : (double)NAN;
    const column columns[] = {
        {"iteration", (double)s->iteration},          {"global_step", (double)s->global_step},
        {"time/time_elapsed", elapsed_seconds},       {"time/fps", fps},
        {"time/collect_seconds", s->collect_seconds}, {"time/update_seconds", s->update_seconds},
    };
    return join(columns, COUNT(columns), !stats);
}

ppo_csv_row ppo_evaluation_row(const ppo_stats *stats, const ppo_evaluation *evaluation, bool best)
{
    const ppo_stats no_stats = {0};
    const ppo_evaluation no_evaluation = {0};
    const ppo_stats *s = stats ? stats : &no_stats;
    const ppo_evaluation *e = evaluation ? evaluation : &no_evaluation;
    const column columns[] = {
        {"iteration", (double)s->iteration}, {"global_step", (double)s->global_step},
        {"episodes", (double)e->episodes},   {"return_mean", e->return_mean},
        {"return_std", e->return_std},       {"return_min", e->return_min},
        {"return_max", e->return_max},       {"length_mean", e->length_mean},
        {"best", best ? 1.0 : 0.0},
    };
    return join(columns, COUNT(columns), !evaluation);
}
