// SPDX-License-Identifier: MIT
// Trains CartPole and prints its progress: the whole of the library in one loop.
//
//     cc train_cartpole.c $(pkg-config --cflags --libs ppo) && ./a.out
//
// No file is written; ppo/run.h has what keeps a run on disk (checkpoints, CSV, resuming).
#include <inttypes.h>
#include <stdio.h>

#include "ppo/ppo.h"

// One iteration after another until the steps are done or the task is solved.
static ppo_status train(ppo_trainer *trainer, ppo_error *error)
{
    while (!ppo_trainer_done(trainer)) {
        ppo_stats stats;
        ppo_stats_init(&stats);
        const ppo_status status = ppo_trainer_step(trainer, &stats, error);
        if (status != PPO_OK)
            return status;
        if (stats.iteration % 20 == 0)
            printf("step %6" PRIu64 "  return %6.1f  kl %.4f  entropy %.3f\n", stats.global_step,
                   stats.return_mean, stats.approx_kl, stats.entropy);
    }
    return PPO_OK;
}

int main(void)
{
    ppo_error error = {0};
    ppo_config config;
    ppo_trainer *trainer = NULL;
    ppo_evaluation evaluation;
    ppo_evaluation_init(&evaluation);

    // The environment's preset; any setting may then be changed by field or by name.
    ppo_status status = ppo_config_for_env(&config, "CartPole-v1", &error);
    config.seed = 3;
    config.threads = 1;

    if (status == PPO_OK)
        status = ppo_trainer_create(&trainer, &config, NULL, &error);
    if (status == PPO_OK)
        status = train(trainer, &error);
    if (status == PPO_OK)
        status = ppo_trainer_evaluate(trainer, &evaluation, &error);
    if (status == PPO_OK)
        printf("evaluated over %" PRIu32 " episodes: return %.1f +- %.1f\n", evaluation.episodes,
               evaluation.return_mean, evaluation.return_std);
    else
        fprintf(stderr, "%s\n", error.message);
    ppo_trainer_destroy(trainer); // NULL is allowed
    return (int)status;
}
