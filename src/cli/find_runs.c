// SPDX-License-Identifier: MIT
// Walking through folders for run directories. Owns the paths of a cli_runs.
#include "cli/find_runs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/error.h"

enum { MAX_DEPTH = 8, PATH_SIZE = 4096, MAX_SHOWN = 5 };

bool cli_has_file(const char *dir, const char *name)
{
    char path[PATH_SIZE];
    struct stat facts;
    const int length = snprintf(path, sizeof path, "%s/%s", dir, name);
    return length > 0 && (size_t)length < sizeof path && stat(path, &facts) == 0 &&
           S_ISREG(facts.st_mode);
}

bool cli_is_run(const char *dir)
{
    return cli_has_file(dir, "config.yaml") &&
           (cli_has_file(dir, "checkpoint.safetensors") || cli_has_file(dir, "progress.csv"));
}

static bool append(cli_runs *runs, const char *path)
{
    char **const longer = realloc(runs->path, (runs->count + 1) * sizeof *longer);
    if (!longer)
        return false;
    runs->path = longer;
    runs->path[runs->count] = strdup(path);
    return runs->path[runs->count] && ++runs->count;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

// False without memory. Symbolic links are not followed; entries come with their numbers in order.
static bool walk(cli_runs *runs, const char *folder, int depth)
{
    struct dirent **entry = NULL;
    if (cli_is_run(folder))
        return append(runs, folder);
    const int count =
        depth < MAX_DEPTH ? scandir(folder, &entry, is_visible, versionsort) : 0; // -1: unreadable
    bool is_good = true;
    for (int i = 0; i < count; i++) {
        char path[PATH_SIZE];
        struct stat facts;
        const int length = snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        if (is_good && length > 0 && (size_t)length < sizeof path && lstat(path, &facts) == 0 &&
            S_ISDIR(facts.st_mode))
            is_good = walk(runs, path, depth + 1);
        free(entry[i]);
    }
    free(entry);
    return is_good;
}

ppo_status cli_runs_find(cli_runs *runs, const char *folder, ppo_error *error)
{
    char path[PATH_SIZE];
    *runs = (cli_runs){.path = NULL};
    snprintf(path, sizeof path, "%s", folder);
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    if (!walk(runs, path, 0)) {
        cli_runs_release(runs);
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for the names of the runs");
    }
    return PPO_OK;
}

ppo_status cli_runs_expand(cli_runs *runs, const char *const *name, size_t count, ppo_error *error)
{
    *runs = (cli_runs){.path = NULL};
    for (size_t i = 0; i < count; i++) {
        cli_runs below;
        ppo_status status = cli_runs_find(&below, name[i], error);
        bool is_good = status == PPO_OK;
        if (is_good && (below.count == 0 || cli_is_run(name[i])))
            is_good = append(runs, name[i]);
        else
            for (size_t k = 0; is_good && k < below.count; k++)
                is_good = append(runs, below.path[k]);
        cli_runs_release(&below);
        if (!is_good) {
            cli_runs_release(runs);
            return ppo_fail(error, PPO_NO_MEMORY, "no memory for the names of the runs");
        }
    }
    return PPO_OK;
}

void cli_runs_release(cli_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        free(runs->path[i]);
    free(runs->path);
    *runs = (cli_runs){.path = NULL};
}

// The id as it is listed; false if `name` is not an environment's.
static bool find_env(char id[PPO_TEXT_SIZE], const char *name)
{
    for (size_t i = 0; ppo_env_id_at(id, PPO_TEXT_SIZE, i); i++)
        if (strcasecmp(id, name) == 0)
            return true;
    return false;
}

// "a, b, c and 2 more"
static void list_some(char *text, size_t size, const cli_runs *runs)
{
    const size_t shown = runs->count > MAX_SHOWN ? MAX_SHOWN : runs->count;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < shown && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", runs->path[i]);
    if (shown < runs->count && used < size)
        snprintf(text + used, size - used, " and %zu more ('ppo runs')", runs->count - shown);
}

void cli_explain_no_run(const char *name, ppo_error *error)
{
    char id[PPO_TEXT_SIZE], folder[PPO_TEXT_SIZE + 8], text[320];
    cli_runs runs;
    if (error->status != PPO_NOT_FOUND || cli_is_run(name))
        return;
    const bool is_env = find_env(id, name);
    snprintf(folder, sizeof folder, "runs/%s", id);
    if (cli_runs_find(&runs, is_env ? folder : name, NULL))
        return;
    list_some(text, sizeof text, &runs);
    if (is_env && runs.count > 0)
        ppo_fail(error, PPO_NOT_FOUND, "%.80s is an environment, not a run; its runs here: %s",
                 name, text);
    else if (is_env)
        ppo_fail(error, PPO_NOT_FOUND,
                 "%.80s is an environment, not a run: train an agent first (ppo train %.80s), or "
                 "watch random actions (ppo watch %.80s --random)",
                 name, id, id);
    else if (runs.count > 0)
        ppo_fail(error, PPO_NOT_FOUND, "%.80s is not a run; there are runs below it: %s", name,
                 text);
    cli_runs_release(&runs);
}
