// SPDX-License-Identifier: MIT
// The table of the module window.so: what window_sdl.c does and window.c calls.
#ifndef CLI_SCREEN_WINDOW_MODULE_H
#define CLI_SCREEN_WINDOW_MODULE_H

#include "core/module.h"
#include "cli/screen/viewer.h"

enum { CLI_WINDOW_ABI = 1 };

// As the functions cli_window_* of viewer.h.
typedef struct cli_window_module {
    ppo_module_head head;
    ppo_status (*open)(cli_screen *screen, const char *title, uint32_t width, uint32_t height,
                       ppo_error *error);
    void (*describe)(char *text, size_t size);
} cli_window_module;

#endif
