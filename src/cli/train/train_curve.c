// SPDX-License-Identifier: MIT
// Learning curves that are drawn when training ends or is stopped. Owns nothing.
#include <stdio.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/plot_apart.h"
#include "cli/train/train.h"

bool cli_outcomes_draw(const char *path, const char *const *runs, size_t num_runs)
{
    ppo_error error = {0};
    const ppo_status status = cli_plot_runs(path, runs, num_runs, NULL, &error);
    // A build may be without curves, and a run that was stopped early without values to draw.
    if (status != PPO_OK && status != PPO_UNSUPPORTED && status != PPO_INVALID)
        cli_note("there is no %s: %s", path, error.message);
    return status == PPO_OK;
}

bool cli_outcome_draw(const cli_outcome *outcome)
{
    char path[PPO_TEXT_SIZE + 16];
    const char *run = outcome->run_dir;
    if (outcome->status != PPO_OK || outcome->steps == 0)
        return false;
    snprintf(path, sizeof path, "%s/curve.png", run);
    // A finished run has its curve already, unless it was killed before that was drawn.
    if (outcome->origin == PPO_RUN_FINISHED && access(path, F_OK) == 0)
        return false;
    return cli_outcomes_draw(path, &run, 1);
}
