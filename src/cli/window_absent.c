// SPDX-License-Identifier: MIT
// In the place of window.c where the build has no SDL: says so.
#include <stdio.h>

#include "message.h"
#include "screen.h"

ppo_status cli_window_open(cli_screen *screen, const char *title, uint32_t width, uint32_t height,
                           ppo_error *error)
{
    (void)screen, (void)title, (void)width, (void)height;
    return cli_error_set(error, PPO_UNSUPPORTED,
                         "this build opens no windows: it was made without SDL 2 (scripts/setup "
                         "installs it; then configure and build again)");
}

void cli_window_describe(char *text, size_t size)
{
    snprintf(text, size, "absent: built without SDL 2");
}
