// SPDX-License-Identifier: MIT
// The module window.so: windows, by SDL 2. Pictures are scaled to the window's size in their
// proportions. Owns its windows. The library's side is window.c; no other file knows SDL.
#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "draw/window_module.h"

struct ppo_window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    int row_bytes; // of a picture
};

static void window_show(ppo_window *w, const unsigned char *rgb, const char *title)
{
    SDL_SetWindowTitle(w->window, title);
    SDL_UpdateTexture(w->texture, NULL, rgb, w->row_bytes);
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    SDL_RenderCopy(w->renderer, w->texture, NULL, NULL);
    SDL_RenderPresent(w->renderer);
}

static ppo_key key_of(SDL_Keycode code)
{
    switch (code) {
    case SDLK_SPACE:
        return PPO_KEY_SPACE;
    case SDLK_RIGHT:
        return PPO_KEY_RIGHT;
    case SDLK_PLUS:
    case SDLK_EQUALS:
    case SDLK_KP_PLUS:
        return PPO_KEY_PLUS;
    case SDLK_MINUS:
    case SDLK_KP_MINUS:
        return PPO_KEY_MINUS;
    case SDLK_q:
    case SDLK_ESCAPE:
        return PPO_KEY_QUIT;
    default:
        return PPO_KEY_NONE;
    }
}

// Redraws the last picture, for a window that was covered while the game is paused.
static void present_again(ppo_window *w)
{
    SDL_RenderClear(w->renderer);
    SDL_RenderCopy(w->renderer, w->texture, NULL, NULL);
    SDL_RenderPresent(w->renderer);
}

static ppo_key take(ppo_window *w, const SDL_Event *event)
{
    if (event->type == SDL_QUIT)
        return PPO_KEY_QUIT;
    if (event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_EXPOSED)
        present_again(w);
    return event->type == SDL_KEYDOWN ? key_of(event->key.keysym.sym) : PPO_KEY_NONE;
}

static ppo_key window_wait(ppo_window *w, double seconds)
{
    const Uint64 end = SDL_GetTicks64() + (Uint64)(seconds * 1e3);
    ppo_key key = PPO_KEY_NONE;
    SDL_Event event;
    do {
        const Uint64 now = SDL_GetTicks64();
        if (!SDL_WaitEventTimeout(&event, now < end ? (int)(end - now) : 0))
            return PPO_KEY_NONE;
        key = take(w, &event);
    } while (key == PPO_KEY_NONE);
    return key;
}

static void window_close(ppo_window *w)
{
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    if (SDL_WasInit(0) == 0) // the program may use SDL as well
        SDL_Quit();
    free(w);
}

// No larger than most of the desktop.
static void fit_desktop(int *width, int *height)
{
    SDL_Rect desktop;
    if (SDL_GetDisplayUsableBounds(0, &desktop) != 0 || desktop.w < 1 || desktop.h < 1)
        return;
    const double share = fmin(0.95 * desktop.w / *width, 0.9 * desktop.h / *height);
    if (share < 1.0) {
        *width = (int)(*width * share) > 0 ? (int)(*width * share) : 1;
        *height = (int)(*height * share) > 0 ? (int)(*height * share) : 1;
    }
}

static bool open_parts(ppo_window *w, const char *title, int width, int height)
{
    int shown_width = width, shown_height = height;
    fit_desktop(&shown_width, &shown_height);
    w->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                 shown_width, shown_height, SDL_WINDOW_RESIZABLE);
    if (w->window)
        w->renderer = SDL_CreateRenderer(w->window, -1, 0);
    if (w->window && !w->renderer)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    if (w->renderer && SDL_RenderSetLogicalSize(w->renderer, width, height) == 0)
        w->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB24,
                                       SDL_TEXTUREACCESS_STREAMING, width, height);
    return w->texture;
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && value[0];
}

// Whether the display is one that people see. SDL falls back on the console and on drivers without
// output; these are used only if SDL_VIDEODRIVER names them.
static bool is_visible(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return is_set("SDL_VIDEODRIVER") ||
           (driver && (strcmp(driver, "x11") == 0 || strcmp(driver, "wayland") == 0));
}

static ppo_status window_open(ppo_window **window, const char *title, uint32_t width,
                              uint32_t height, ppo_error *error)
{
    *window = NULL;
    if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("SDL_VIDEODRIVER"))
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is "
                        "set)");
    ppo_window *w = calloc(1, sizeof *w);
    if (!w)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for a window");
    w->row_bytes = (int)width * 3;
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // Ctrl-C is ours
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    const bool has_display = SDL_InitSubSystem(SDL_INIT_VIDEO) == 0;
    if (!has_display || !is_visible() || !open_parts(w, title, (int)width, (int)height)) {
        ppo_fail(error, PPO_UNSUPPORTED, "no window can be opened: %.200s",
                 has_display && !is_visible() ? "the display does not respond" : SDL_GetError());
        window_close(w);
        return PPO_UNSUPPORTED;
    }
    *window = w;
    return PPO_OK;
}

static void window_describe(char *text, size_t size)
{
    SDL_version version;
    SDL_GetVersion(&version);
    snprintf(text, size, "SDL %u.%u.%u", version.major, version.minor, version.patch);
}

PPO_MODULE_TABLE(ppo_window_module) = {
    .head = PPO_MODULE_HEAD(ppo_window_module, PPO_WINDOW_ABI),
    .open = window_open,
    .show = window_show,
    .wait = window_wait,
    .close = window_close,
    .describe = window_describe,
};
