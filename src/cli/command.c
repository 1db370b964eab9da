// SPDX-License-Identifier: MIT
// Finding a command in a list of commands.
#include "cli/command.h"

#include <string.h>

#include "core/nearest.h"

const cli_command *cli_command_find(const cli_command_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->row[i].name, name) == 0)
            return &list->row[i];
    }
    return NULL;
}

static const char *command_name(void *context, size_t index)
{
    const cli_command_list *const *list = context;
    return (*list)->row[index].name;
}

const char *cli_command_nearest(const cli_command_list *list, const char *name)
{
    return ppo_nearest(name, command_name, &list, list->count);
}
