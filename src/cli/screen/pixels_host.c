// SPDX-License-Identifier: MIT
// A terminal's graphics as the rest of the command sees them: calls go to the module chafa.so,
// which is pixels_chafa.c and brings libchafa and GLib along.
#include "cli/screen/pixels_module.h"

#include <stdio.h>

static const cli_pixels_module *open_module(ppo_error *error)
{
    static ppo_module module =
        PPO_MODULE("chafa", "terminal graphics", "libchafa", cli_pixels_module, CLI_PIXELS_ABI);
    return ppo_module_open(&module, error);
}

cli_pixels *cli_pixels_open(void)
{
    const cli_pixels_module *module = open_module(NULL);
    return module ? module->open() : NULL;
}

// What is open came from the module, which stays loaded.
const char *cli_pixels_draw(cli_pixels *pixels, const ppo_episode_view *view,
                            const cli_cells *cells, size_t *length)
{
    return open_module(NULL)->draw(pixels, view, cells, length);
}

const char *cli_pixels_clear(const cli_pixels *pixels)
{
    return open_module(NULL)->clear(pixels);
}

void cli_pixels_close(cli_pixels *pixels)
{
    if (pixels)
        open_module(NULL)->close(pixels);
}

void cli_pixels_describe(char *text, size_t size)
{
    ppo_error error = {.status = PPO_OK};
    const cli_pixels_module *module = open_module(&error);
    if (module)
        module->describe(text, size);
    else
        snprintf(text, size, "absent: %s", error.message);
}
