// SPDX-License-Identifier: MIT
// Reading a run directory. Owns nothing.
#include "cli/info/run_summary.h"

#include "cli/info/csv_row.h"
#include "core/error.h"

static uint64_t whole(double value)
{
    return value >= 0.0 ? (uint64_t)value : 0; // NAN: no such row, so nothing was done
}

static void read_evaluation(ppo_evaluation *evaluation, const char *dir, const char *where)
{
    cli_csv_row row;
    cli_csv_row_read(&row, dir, "evaluations.csv", where);
    *evaluation = (ppo_evaluation){
        .struct_size = sizeof *evaluation,
        .episodes = (uint32_t)whole(cli_csv_row_get(&row, "episodes")),
        .return_mean = cli_csv_row_get(&row, "return_mean"),
        .return_std = cli_csv_row_get(&row, "return_std"),
        .return_min = cli_csv_row_get(&row, "return_min"),
        .return_max = cli_csv_row_get(&row, "return_max"),
        .length_mean = cli_csv_row_get(&row, "length_mean"),
    };
    cli_csv_row_release(&row);
}

static void read_progress(cli_run_summary *summary, const char *dir)
{
    cli_csv_row row;
    cli_csv_row_read(&row, dir, "progress.csv", NULL);
    summary->steps = whole(cli_csv_row_get(&row, "global_step"));
    summary->iterations = whole(cli_csv_row_get(&row, "iteration"));
    summary->return_mean = cli_csv_row_get(&row, "rollout/ep_rew_mean");
    summary->length_mean = cli_csv_row_get(&row, "rollout/ep_len_mean");
    cli_csv_row_release(&row);
    cli_csv_row_read(&row, dir, "timing.csv", NULL);
    summary->seconds = cli_csv_row_get(&row, "time/time_elapsed");
    cli_csv_row_release(&row);
}

ppo_status cli_run_summary_read(cli_run_summary *summary, const char *dir, ppo_error *error)
{
    ppo_config_defaults(&summary->config);
    if (cli_target_find(&summary->target, dir, error))
        return error->status;
    if (summary->target.kind != CLI_TARGET_RUN)
        return ppo_fail(error, PPO_NOT_FOUND, "'%.400s' is no run directory", dir);
    if (ppo_checkpoint_hash(&summary->hash, dir, error) ||
        cli_target_apply(&summary->config, &summary->target, error))
        return error->status;
    read_progress(summary, dir);
    read_evaluation(&summary->last, dir, NULL);
    read_evaluation(&summary->best, dir, "best");
    return PPO_OK;
}

void cli_run_summary_add(cJSON *object, const cli_run_summary *summary)
{
    cJSON_AddStringToObject(object, "run_dir", summary->target.run_dir);
    cJSON_AddStringToObject(object, "env", summary->config.env_id);
    cli_json_add_integer(object, "seed", summary->config.seed);
    cli_json_add_integer(object, "steps", summary->steps);
    cli_json_add_integer(object, "total_timesteps", summary->config.total_timesteps);
}
