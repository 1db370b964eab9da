// SPDX-License-Identifier: MIT
// Finding a command in a list of commands.
#include "cli/command.h"

#include <string.h>

#include "core/error.h"
#include "core/nearest.h"

const cli_command *cli_command_find(const cli_command_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->row[i].name, name) == 0)
            return &list->row[i];
    }
    return NULL;
}

// What does here what a word of another program does there; NULL if it is none.
static const char *find_hint(const char *name)
{
    static const char *const hints[][2] = {
        {"play", "'ppo watch RUN' plays episodes live"},
        {"enjoy", "'ppo watch RUN' plays episodes live"},
        {"render", "'ppo watch RUN' plays episodes live, 'ppo eval RUN --video FILE' films one"},
        {"record", "'ppo eval RUN --video FILE' films an episode"},
        {"video", "'ppo eval RUN --video FILE' films an episode"},
        {"test", "'ppo eval RUN' evaluates an agent, 'ppo check ENV' tests an environment"},
        {"evaluate", "'ppo eval RUN' evaluates an agent"},
        {"predict", "'ppo eval RUN' evaluates an agent"},
        {"resume", "'ppo train RUN' continues a run"},
        {"continue", "'ppo train RUN' continues a run"},
        {"learn", "'ppo train ENV' trains an agent"},
        {"fit", "'ppo train ENV' trains an agent"},
        {"run", "'ppo train ENV' trains an agent, 'ppo runs' lists runs"},
        {"list", "'ppo envs' lists the environments, 'ppo runs' the runs"},
        {"ls", "'ppo envs' lists the environments, 'ppo runs' the runs"},
        {"tensorboard", "'tensorboard --logdir runs' shows the event files of all runs"},
        {"options", "'ppo train --help-all' lists all training options"},
        {"presets", "'ppo train --help-all' lists the presets at its end"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (strcmp(hints[i][0], name) == 0)
            return hints[i][1];
    return NULL;
}

static const char *command_name(void *context, size_t index)
{
    const cli_command_list *const *list = context;
    return (*list)->row[index].name;
}

ppo_status cli_command_fail(const cli_command_list *list, const char *name, ppo_error *error)
{
    const char *hint = find_hint(name), *nearest = NULL;
    if (hint)
        return ppo_fail(error, PPO_INVALID, "no command '%.80s'; %s", name, hint);
    if ((nearest = ppo_nearest(name, command_name, &list, list->count)))
        return ppo_fail(error, PPO_INVALID, "no command '%.80s'; did you mean '%s'?", name,
                        nearest);
    return ppo_fail(error, PPO_INVALID, "no command '%.80s'", name);
}
