// SPDX-License-Identifier: MIT
// The metrics of a run's progress: see metrics.h.
//
// Differences from Stable-Baselines3's meaning of the tags: train/loss is the mean over the
// iteration's minibatches (theirs: the last one); train/value_loss includes the formula's factor
// 0.5 (theirs does not). As theirs, train/entropy_loss is -entropy, to which train/entropy is added
// here, and train/n_updates counts epochs over the whole run. Workload: some thirty numbers an
// iteration. Owns nothing. Not here: the files (csv.c, tensorboard.c).
#include "run/record/metrics.h"

#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(metrics) (sizeof(metrics) / sizeof(metrics)[0])

// The longest row: no more columns than this, each a number and a comma.
_Static_assert(PPO_MAX_METRICS *(PPO_NUMBER_SIZE + 2) <= sizeof(ppo_csv_row), "a row fits");

static ppo_metrics gather(const ppo_metric *metric, size_t count)
{
    ppo_metrics metrics = {.count = count};
    memcpy(metrics.metric, metric, count * sizeof *metric);
    return metrics;
}

static ppo_csv_row join(const ppo_metrics *metrics, bool is_header)
{
    ppo_csv_row row = {""};
    size_t used = 0;
    for (size_t i = 0; i < metrics->count; i++) {
        const ppo_metric *m = &metrics->metric[i];
        char number[PPO_NUMBER_SIZE] = "";
        if (!isnan(m->value))
            ppo_number_format_f64(number, m->value);
        used += (size_t)snprintf(row.text + used, sizeof row.text - used, "%s%s", i ? "," : "",
                                 is_header ? m->tag : number);
    }
    snprintf(row.text + used, sizeof row.text - used, "\n");
    return row;
}

ppo_csv_row ppo_metrics_header(const ppo_metrics *metrics)
{
    return join(metrics, true);
}

ppo_csv_row ppo_metrics_row(const ppo_metrics *metrics)
{
    return join(metrics, false);
}

ppo_metrics ppo_progress_metrics(const ppo_stats *stats, uint64_t num_updates)
{
    const ppo_stats none = {0};
    const ppo_stats *s = stats ? stats : &none;
    const ppo_metric metrics[] = {
        {"iteration", (double)s->iteration},
        {"global_step", (double)s->global_step},
        {"rollout/episodes", (double)s->episodes},
        {"rollout/episodes_lost", (double)s->episodes_lost},
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
    _Static_assert(COUNT(metrics) <= PPO_MAX_METRICS, "a row fits");
    return gather(metrics, COUNT(metrics));
}

ppo_metrics ppo_timing_metrics(const ppo_stats *stats, double elapsed_seconds)
{
    const ppo_stats none = {0};
    const ppo_stats *s = stats ? stats : &none;
    const double fps = elapsed_seconds > 0 ? (double)s->global_step / elapsed_seconds : (double)NAN;
    const ppo_metric metrics[] = {
        {"iteration", (double)s->iteration},          {"global_step", (double)s->global_step},
        {"time/time_elapsed", elapsed_seconds},       {"time/fps", fps},
        {"time/collect_seconds", s->collect_seconds}, {"time/update_seconds", s->update_seconds},
    };
    return gather(metrics, COUNT(metrics));
}

ppo_metrics ppo_evaluation_metrics(const ppo_stats *stats, const ppo_evaluation *evaluation,
                                   bool best)
{
    const ppo_stats no_stats = {0};
    const ppo_evaluation no_evaluation = {0};
    const ppo_stats *s = stats ? stats : &no_stats;
    const ppo_evaluation *e = evaluation ? evaluation : &no_evaluation;
    const ppo_metric metrics[] = {
        {"iteration", (double)s->iteration}, {"global_step", (double)s->global_step},
        {"episodes", (double)e->episodes},   {"return_mean", e->return_mean},
        {"return_std", e->return_std},       {"return_min", e->return_min},
        {"return_max", e->return_max},       {"length_mean", e->length_mean},
        {"best", best ? 1.0 : 0.0},
    };
    return gather(metrics, COUNT(metrics));
}

ppo_metrics ppo_evaluation_scalars(const ppo_evaluation *evaluation)
{
    const ppo_metric metrics[] = {
        {"eval/mean_reward", evaluation->return_mean},
        {"eval/std_reward", evaluation->return_std},
        {"eval/mean_ep_length", evaluation->length_mean},
    };
    return gather(metrics, COUNT(metrics));
}
