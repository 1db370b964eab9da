// SPDX-License-Identifier: MIT
// Learning curves that are drawn when training ends or is stopped. Owns nothing.
#include <stdio.h>

#include "cli/message.h"
#include "cli/train/train.h"

bool cli_outcomes_draw(const char *path, const char *const *runs, size_t num_runs)
{
    ppo_error error = {0};
    const ppo_status status = ppo_plot_runs(path, runs, num_runs, NULL, &error);
    // A build may be without curves, and a run that was stopped early without values to draw.
    if (status != PPO_OK && status != PPO_UNSUPPORTED && status != PPO_INVALID)
        cli_note("there is no %s: %s", path, error.message);
    return status == PPO_OK;
}

void cli_outcome_draw(cli_outcome *outcome)
{
    const char *run = outcome->run_dir;
    if (outcome->status != PPO_OK || outcome->origin == PPO_RUN_FINISHED || outcome->steps == 0)
        return;
    snprintf(outcome->curve, sizeof outcome->curve, "%s/curve.png", run);
    if (!cli_outcomes_draw(outcome->curve, &run, 1))
        outcome->curve[0] = '\0';
}
