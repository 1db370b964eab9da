// SPDX-License-Identifier: MIT
// The window as the rest of the command sees it: calls go to the module window.so, which is
// window_sdl.c and brings SDL along.
#include "cli/screen/window_module.h"

#include <stdio.h>

static const cli_window_module *open_module(ppo_error *error)
{
    static ppo_module module =
        PPO_MODULE("window", "windows", "SDL 2", cli_window_module, CLI_WINDOW_ABI);
    return ppo_module_open(&module, error);
}

ppo_status cli_window_open(cli_screen *screen, const char *title, uint32_t width, uint32_t height,
                           ppo_error *error)
{
    const cli_window_module *module = open_module(error);
    return module ? module->open(screen, title, width, height, error) : error->status;
}

void cli_window_describe(char *text, size_t size)
{
    ppo_error error = {0};
    const cli_window_module *module = open_module(&error);
    if (module)
        module->describe(text, size);
    else
        snprintf(text, size, "absent: %s", error.message);
}
