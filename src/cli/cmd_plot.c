// SPDX-License-Identifier: MIT
// `ppo plot`: draws the learning curves of runs, as a picture whose name it prints, or in the
// terminal.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/aggregate_table.h"
#include "cli/args.h"
#include "cli/find_runs.h"
#include "cli/message.h"
#include "cli/plot_apart.h"
#include "cli/flag_number.h"
#include "cli/term.h"

enum {
    PATH_SIZE = 4096,
    MIN_COLUMNS = 40,
    MAX_COLUMNS = 160, // wider curves are hard to follow
    TERMINAL_ROWS = 18,
};

static bool is_directory(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

// One run's curve lies in its directory, unless --output says otherwise.
static void choose_path(char path[PATH_SIZE], const cli_args *args)
{
    const char *run = args->operand[0];
    if (args->flag[CLI_FLAG_OUTPUT])
        snprintf(path, PATH_SIZE, "%s", args->flag[CLI_FLAG_OUTPUT]);
    else if (args->num_operands == 1 && is_directory(run))
        snprintf(path, PATH_SIZE, "%s%scurve.png", run, run[strlen(run) - 1] == '/' ? "" : "/");
    else
        snprintf(path, PATH_SIZE, "curve.png");
}

// The number of `text` among `count` names; 0 without a text.
static ppo_status choose(unsigned *chosen, const char *flag, const char *text,
                         const char *const *names, unsigned count, ppo_error *error)
{
    *chosen = 0;
    if (!text)
        return PPO_OK;
    char all[128] = "";
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            *chosen = i;
            return PPO_OK;
        }
        const size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s",
                 i == 0           ? ""
                 : i + 1 == count ? " or "
                                  : ", ",
                 names[i]);
    }
    return ppo_fail(error, PPO_INVALID, "%s: '%.80s' is not %s", flag, text, all);
}

static ppo_status plan(ppo_plot_options *options, const cli_args *args, ppo_error *error)
{
    static const char *const axes[] = {"steps", "time", "seconds"}; // the last two are the same
    static const char *const statistics[] = {"mean", "iqm", "median"};
    static const char *const bands[] = {"range", "std", "interval", "none"};
    unsigned x, statistic, band;
    uint64_t smooth = 0;
    *options = (ppo_plot_options){.struct_size = sizeof *options,
                                  .metric = args->flag[CLI_FLAG_METRIC],
                                  .each = args->flag[CLI_FLAG_EACH] != NULL,
                                  .title = args->flag[CLI_FLAG_TITLE],
                                  .human_normalised = args->flag[CLI_FLAG_HUMAN_NORMALISED]};
    if (choose(&x, "--x", args->flag[CLI_FLAG_X], axes, 3, error) ||
        choose(&statistic, "--statistic", args->flag[CLI_FLAG_STATISTIC], statistics, 3, error) ||
        choose(&band, "--band", args->flag[CLI_FLAG_BAND], bands, 4, error))
        return error->status;
    if (args->flag[CLI_FLAG_SMOOTH] &&
        cli_parse_integer(&smooth, "--smooth", args->flag[CLI_FLAG_SMOOTH], 1, 1000000, error))
        return error->status;
    options->x = x == 0 ? PPO_PLOT_STEPS : PPO_PLOT_SECONDS;
    options->statistic = (ppo_plot_statistic)statistic;
    options->band = (ppo_plot_band)band;
    options->smooth = (uint32_t)smooth;
    return PPO_OK;
}

static ppo_status show(const cli_runs *runs, const ppo_plot_options *options, ppo_error *error)
{
    char *text;
    unsigned columns = cli_width(stdout);
    columns = columns < MIN_COLUMNS ? MIN_COLUMNS : columns > MAX_COLUMNS ? MAX_COLUMNS : columns;
    const bool is_coloured = cli_style(stdout, CLI_BOLD)[0] != '\0';
    const ppo_status status = ppo_plot_text(&text, (const char *const *)runs->path, runs->count,
                                            options, columns, TERMINAL_ROWS, is_coloured, error);
    if (status == PPO_OK)
        fputs(text, stdout);
    free(text);
    return status;
}

// The runs' last values over their games.
static ppo_status print_aggregate(const cli_runs *runs, const ppo_plot_options *options,
                                  ppo_error *error)
{
    ppo_run_aggregate a;
    ppo_run_aggregate_init(&a);
    if (ppo_runs_aggregate(&a, (const char *const *)runs->path, runs->count, options->metric,
                           error))
        return error->status;
    printf("%zu runs of %zu games, %s, human-normalised: 0 random, 1 human\n", a.num_runs,
           a.num_games, a.metric);
    cli_aggregate_print(&a.scores);
    return PPO_OK;
}

static ppo_status plot(const cli_runs *runs, const ppo_plot_options *options, const cli_args *args,
                       ppo_error *error)
{
    char path[PATH_SIZE];
    const bool is_shown = args->flag[CLI_FLAG_TERMINAL] != NULL;
    if (options->human_normalised && print_aggregate(runs, options, error))
        return error->status;
    if (is_shown && show(runs, options, error))
        return error->status;
    if (is_shown && !args->flag[CLI_FLAG_OUTPUT])
        return PPO_OK;
    choose_path(path, args);
    if (cli_plot_runs(path, (const char *const *)runs->path, runs->count, options, error))
        return error->status;
    puts(path);
    return PPO_OK;
}

int cli_cmd_plot(const cli_args *args)
{
    ppo_error error = {0};
    ppo_plot_options options;
    cli_runs runs;
    if (plan(&options, args, &error))
        return cli_fail_usage(&error, "plot");
    if (cli_runs_expand(&runs, args->operand, args->num_operands, &error))
        return cli_fail(&error);
    const ppo_status status = plot(&runs, &options, args, &error);
    cli_runs_release(&runs);
    if (status == PPO_OK)
        return PPO_OK;
    if (args->num_operands == 1)
        cli_explain_no_run(args->operand[0], &error);
    return cli_fail(&error);
}
