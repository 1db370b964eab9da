// SPDX-License-Identifier: MIT
// The library's side of windows: forwards each call to the module window.so, which is window_sdl.c
// and brings SDL along. Owns the loaded module.
#include "core/error.h"
#include "draw/window_module.h"

#include <stdio.h>

static const ppo_window_module *open_module(ppo_error *error)
{
    static ppo_module module =
        PPO_MODULE("window", "windows", "SDL 2", ppo_window_module, PPO_WINDOW_ABI);
    return ppo_module_open(&module, error);
}

ppo_status ppo_window_open(ppo_window **window, const char *title, uint32_t width, uint32_t height,
                           ppo_error *error)
{
    ppo_error said = {.status = PPO_OK};
    const ppo_window_module *module = open_module(&said);
    *window = NULL;
    if (!module)
        return ppo_fail(error, said.status, "%s", said.message);
    return module->open(window, title, width, height, error);
}

// A window that is open came from the module, which stays loaded.
void ppo_window_show(ppo_window *window, const unsigned char *rgb, const char *title)
{
    open_module(NULL)->show(window, rgb, title);
}

ppo_key ppo_window_wait(ppo_window *window, double seconds)
{
    return open_module(NULL)->wait(window, seconds);
}

void ppo_window_close(ppo_window *window)
{
    if (window)
        open_module(NULL)->close(window);
}

void ppo_window_describe(char *text, size_t size)
{
    ppo_error error = {.status = PPO_OK};
    const ppo_window_module *module = open_module(&error);
    if (module)
        module->describe(text, size);
    else
        snprintf(text, size, "absent: %s", error.message);
}
