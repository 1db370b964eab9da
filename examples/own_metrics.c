// SPDX-License-Identifier: MIT
// Metrics to a place of one's own: each iteration's numbers as a line of JSON, on standard output
// or into the file named by the first argument. A database or a socket would hang on the same hook.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "ppo/ppo.h"

// Where metrics go: any function with this shape. Returns false if they can't be kept.
typedef bool (*metrics_sink)(void *context, const ppo_stats *stats);

// A number, or null where there is none yet: JSON has no NaN.
static void put(FILE *file, const char *name, double value)
{
    if (isfinite(value))
        fprintf(file, ",\"%s\":%.9g", name, value);
    else
        fprintf(file, ",\"%s\":null", name);
}

static bool write_json_line(void *context, const ppo_stats *stats)
{
    FILE *const file = context;
    fprintf(file, "{\"global_step\":%" PRIu64, stats->global_step);
    put(file, "rollout/ep_rew_mean", stats->return_mean);
    put(file, "rollout/ep_len_mean", stats->length_mean);
    put(file, "train/approx_kl", stats->approx_kl);
    put(file, "train/clip_fraction", stats->clip_fraction);
    put(file, "train/explained_variance", stats->explained_variance);
    put(file, "train/policy_gradient_loss", stats->policy_loss);
    put(file, "train/value_loss", stats->value_loss);
    put(file, "time/collect_seconds", stats->collect_seconds);
    put(file, "time/update_seconds", stats->update_seconds);
    fputs("}\n", file);
    return !ferror(file);
}

// Training with a sink: the library hands out the numbers, what happens to them is the caller's.
static ppo_status train(ppo_trainer *trainer, metrics_sink sink, void *context, ppo_error *error)
{
    while (!ppo_trainer_done(trainer)) {
        ppo_stats stats;
        ppo_stats_init(&stats);
        const ppo_status status = ppo_trainer_step(trainer, &stats, error);
        if (status != PPO_OK)
            return status;
        if (!sink(context, &stats)) {
            snprintf(error->message, sizeof error->message, "the metrics can't be written");
            return PPO_IO;
        }
    }
    return PPO_OK;
}

int main(int argc, char **argv)
{
    FILE *const file = argc > 1 ? fopen(argv[1], "w") : stdout;
    if (!file) {
        perror(argv[1]);
        return PPO_IO;
    }
    ppo_error error = {0};
    ppo_config config;
    ppo_trainer *trainer = NULL;
    ppo_status status = ppo_config_for_env(&config, "Acrobot-v1", &error);
    config.total_timesteps = 40000;
    if (status == PPO_OK)
        status = ppo_trainer_create(&trainer, &config, NULL, &error);
    if (status == PPO_OK)
        status = train(trainer, write_json_line, file, &error);
    if (fclose(file) != 0 && status == PPO_OK) {
        snprintf(error.message, sizeof error.message, "the metrics can't be written");
        status = PPO_IO;
    }
    if (status != PPO_OK)
        fprintf(stderr, "%s\n", error.message);
    ppo_trainer_destroy(trainer);
    return (int)status;
}
