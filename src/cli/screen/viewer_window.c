// SPDX-License-Identifier: MIT
// `ppo watch` in a window (ppo/window.h).
#include "cli/screen/viewer.h"

static void show(void *self, const ppo_episode_view *view, const char *line)
{
    ppo_window_show(self, view->rgb, line);
}

static ppo_key wait_for_key(void *self, double seconds)
{
    return ppo_window_wait(self, seconds);
}

static void close_window(void *self)
{
    ppo_window_close(self);
}

ppo_status cli_window_open(cli_screen *screen, const char *title, uint32_t width, uint32_t height,
                           ppo_error *error)
{
    ppo_window *window;
    const ppo_status status = ppo_window_open(&window, title, width, height, error);
    if (status == PPO_OK)
        *screen =
            (cli_screen){.self = window, .show = show, .wait = wait_for_key, .close = close_window};
    return status;
}
