// SPDX-License-Identifier: MIT
// The table of the module chafa.so: what pixels_chafa.c does and pixels_host.c calls.
#ifndef CLI_SCREEN_PIXELS_MODULE_H
#define CLI_SCREEN_PIXELS_MODULE_H

#include "core/module.h"
#include "cli/screen/pixels.h"

enum { CLI_PIXELS_ABI = 1 };

// As the functions cli_pixels_* of pixels.h.
typedef struct cli_pixels_module {
    ppo_module_head head;
    cli_pixels *(*open)(void);
    const char *(*draw)(cli_pixels *pixels, const ppo_episode_view *view, const cli_cells *cells,
                        size_t *length);
    const char *(*clear)(const cli_pixels *pixels);
    void (*close)(cli_pixels *pixels);
    void (*describe)(char *text, size_t size);
} cli_pixels_module;

#endif
