// SPDX-License-Identifier: MIT
// The table of the module window.so: what window_sdl.c does and window.c calls.
#ifndef PPO_DRAW_WINDOW_MODULE_H
#define PPO_DRAW_WINDOW_MODULE_H

#include "core/module.h"
#include "ppo/window.h"

enum { PPO_WINDOW_ABI = 2 };

// As the functions ppo_window_* of ppo/window.h.
typedef struct ppo_window_module {
    ppo_module_head head;
    ppo_status (*open)(ppo_window **window, const char *title, uint32_t width, uint32_t height,
                       ppo_error *error);
    void (*show)(ppo_window *window, const unsigned char *rgb, const char *title);
    ppo_key (*wait)(ppo_window *window, double seconds);
    void (*close)(ppo_window *window);
    void (*describe)(char *text, size_t size);
} ppo_window_module;

#endif
