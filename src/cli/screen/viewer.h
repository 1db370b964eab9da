// SPDX-License-Identifier: MIT
// What `ppo watch` plays on: a window (viewer_window.c) or a terminal (viewer_tty.c).
#ifndef CLI_SCREEN_VIEWER_H
#define CLI_SCREEN_VIEWER_H

#include "ppo/ppo.h"

typedef struct cli_screen {
    void *self;
    // Shows a picture, and a line about it.
    void (*show)(void *self, const ppo_episode_view *view, const char *line);
    // The next key; PPO_KEY_NONE once `seconds` have passed, or a signal has come.
    ppo_key (*wait)(void *self, double seconds);
    void (*close)(void *self);
} cli_screen;

// A window for pictures of width x height pixels. PPO_UNSUPPORTED, and a sentence, where there is
// no display or the build has no SDL.
ppo_status cli_window_open(cli_screen *screen, const char *title, uint32_t width, uint32_t height,
                           ppo_error *error);

// The terminal at stdout, which is as it was after `close`, and after cli_tty_restore.
// PPO_UNSUPPORTED, and a sentence, where it is none or can't show colours.
ppo_status cli_tty_open(cli_screen *screen, ppo_error *error);

// The height in pixels at which a picture of these proportions is best drawn for it.
uint32_t cli_tty_height(const cli_screen *screen, uint32_t width, uint32_t height);

// Puts the terminal back to how it was. May be called from a signal's handler.
void cli_tty_restore(void);

#endif
