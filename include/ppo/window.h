// SPDX-License-Identifier: MIT
// A window for pictures, with a few keys: what `ppo watch` plays in. It is made by SDL 2, which the
// module window.so loads when the first window is opened.
//
//     ppo_window_open(&window, "CartPole-v1", 600, 400, &error);
//     ppo_window_show(window, rgb, "step 1");
//     while (ppo_window_wait(window, 0.02) != PPO_KEY_QUIT) ...
//     ppo_window_close(window);
//
// Threads: windows belong to the thread that has opened the first one.
#ifndef PPO_WINDOW_H
#define PPO_WINDOW_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_window ppo_window;

typedef enum ppo_key {
    PPO_KEY_NONE,
    PPO_KEY_SPACE,
    PPO_KEY_RIGHT, // the arrow
    PPO_KEY_PLUS,  // also '='
    PPO_KEY_MINUS,
    PPO_KEY_QUIT, // q, Esc, or the window was closed
} ppo_key;

// Opens a window for pictures of `width` x `height` pixels, no larger than most of the desktop; the
// viewer may change its size, and pictures keep their proportions. *window is NULL on failure:
// PPO_UNSUPPORTED, and a sentence, where there is no display or the build has no SDL.
PPO_API ppo_status ppo_window_open(ppo_window **window, const char *title, uint32_t width,
                                   uint32_t height, ppo_error *error);

// Shows a picture: `height` rows from the top of `width` pixels, red, green, blue; and a title.
PPO_API void ppo_window_show(ppo_window *window, const unsigned char *rgb, const char *title);

// The next key; PPO_KEY_NONE once `seconds` have passed, or a signal has come.
PPO_API ppo_key ppo_window_wait(ppo_window *window, double seconds);

// NULL is allowed.
PPO_API void ppo_window_close(ppo_window *window);

// "SDL 2.26.5", or that it is absent and why.
PPO_API void ppo_window_describe(char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
