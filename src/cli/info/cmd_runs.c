// SPDX-License-Identifier: MIT
// `ppo runs`: a table of the runs below a folder.
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/commands.h"
#include "cli/find_runs.h"
#include "cli/info/run_summary.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/term.h"
#include "core/error.h"

// Whether a process trains this run now: it holds a lock on the file `lock`.
static bool is_locked(const char *dir)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/lock", dir);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (descriptor < 0)
        return false;
    const bool is_locked = flock(descriptor, LOCK_SH | LOCK_NB) != 0;
    close(descriptor);
    return is_locked;
}

static const char *state_of(const cli_run_summary *s)
{
    if (is_locked(s->target.run_dir))
        return "training";
    double solved_return = s->config.solved_return;
    const ppo_env_class *env;
    if (isnan(solved_return) && ppo_env_find(&env, s->config.env_id, NULL) == PPO_OK)
        solved_return = env->reward_threshold;
    const bool is_solved = s->config.stop_when_solved && s->return_mean >= solved_return;
    return s->steps >= s->config.total_timesteps || is_solved ? "finished" : "stopped";
}

static void put_number(char text[32], double value)
{
    snprintf(text, 32, isnan(value) ? "-" : "%.1f", value);
}

// A plug-in's id is a path that would fill the line: its name is shown, the path is in --json.
static const char *name_of(const cli_run_summary *s)
{
    return ppo_env_name(s->config.env_id);
}

static void print_row(const cli_run_summary *s, int width)
{
    char training[32], best[32], progress[48];
    put_number(training, s->return_mean);
    put_number(best, s->best.episodes ? s->best.return_mean : (double)NAN);
    snprintf(progress, sizeof progress, "%" PRIu64 "/%" PRIu64, s->steps,
             s->config.total_timesteps);
    printf("%-*s %6" PRIu64 " %21s %9s %9s  %-8s  %s\n", width, name_of(s), s->config.seed,
           progress, training, best, state_of(s), s->target.run_dir);
}

static cJSON *row_json(const cli_run_summary *s)
{
    cJSON *row = cJSON_CreateObject();
    cli_run_summary_add(row, s);
    cJSON_AddNumberToObject(row, "return_mean", s->return_mean);
    cJSON_AddNumberToObject(row, "best", s->best.episodes ? s->best.return_mean : (double)NAN);
    cJSON_AddStringToObject(row, "state", state_of(s));
    cli_json_add_hash(row, "hash", s->hash);
    return row;
}

static void print_table(const cli_run_summary *summaries, size_t count)
{
    int width = (int)strlen("environment");
    for (size_t i = 0; i < count; i++)
        if ((int)strlen(name_of(&summaries[i])) > width)
            width = (int)strlen(name_of(&summaries[i]));
    printf("%s%-*s %6s %21s %9s %9s  %-8s  %s%s\n", cli_style(stdout, CLI_BOLD), width,
           "environment", "seed", "steps", "training", "best", "state", "run",
           cli_style(stdout, CLI_PLAIN));
    for (size_t i = 0; i < count; i++)
        print_row(&summaries[i], width);
}

static int print_list(const cli_run_summary *summaries, size_t count)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(object, "runs");
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, row_json(&summaries[i]));
    return cli_json_print(object);
}

int cli_cmd_runs(const cli_args *args)
{
    ppo_error error = {0};
    const char *folder = args->num_operands ? args->operand[0] : "runs";
    struct stat facts;
    cli_runs runs;
    if (stat(folder, &facts) != 0 || !S_ISDIR(facts.st_mode)) {
        ppo_fail(&error, PPO_NOT_FOUND, "no folder '%.400s'%s", folder,
                 args->num_operands ? "" : "; 'ppo train ENV' makes it with the first run");
        return cli_fail(&error);
    }
    if (cli_runs_find(&runs, folder, &error))
        return cli_fail(&error);
    cli_run_summary *summaries = calloc(runs.count + 1, sizeof *summaries);
    size_t count = 0; // of those that can be read
    for (size_t i = 0; summaries && i < runs.count; i++) {
        if (cli_run_summary_read(&summaries[count], runs.path[i], &error) == PPO_OK)
            count++;
        else
            cli_warn("%s: %s", runs.path[i], error.message);
    }
    int code = PPO_OK;
    if (!summaries)
        code = PPO_NO_MEMORY;
    else if (args->flag[CLI_FLAG_JSON])
        code = print_list(summaries, count);
    else
        print_table(summaries, count);
    free(summaries);
    cli_runs_release(&runs);
    return code;
}
