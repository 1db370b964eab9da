// SPDX-License-Identifier: MIT
// Palette look-ups: see screen_pixels.h.
#include "env/atari/screen_pixels.h"

#include "ppo/atari.h"

#include <string.h>

// An odd index has the grey of the even one before it, so 128 entries suffice.
#if defined(__AVX512VBMI__) && defined(__GNUC__) && !defined(__clang__)
// One instruction looks up 64 pixels; clang offers it by its vendor-specific name only.
typedef uint8_t ppo_bytes __attribute__((vector_size(64), aligned(1), may_alias));

void ppo_screen_grey(uint8_t *grey, const uint8_t *screen, size_t pixels)
{
    const uint8_t *palette = ppo_atari_palette_grey();
    ppo_bytes low, high;
    for (unsigned i = 0; i < 64; i++) {
        low[i] = palette[2 * i];
        high[i] = palette[128 + 2 * i];
    }
    size_t i = 0;
    for (; i + 64 <= pixels; i += 64)
        *(ppo_bytes *)(grey + i) =
            __builtin_shuffle(low, high, *(const ppo_bytes *)(screen + i) >> 1);
    for (; i < pixels; i++) // the rest: a line is two and a half vectors
        grey[i] = palette[screen[i]];
}
#else
// Line by line, because many lines equal the one above.
void ppo_screen_grey(uint8_t *grey, const uint8_t *screen, size_t pixels)
{
    uint8_t palette[256];
    memcpy(palette, ppo_atari_palette_grey(), sizeof palette);
    for (size_t i = 0; i < pixels; i += PPO_ATARI_WIDTH)
        if (i > 0 && memcmp(screen + i, screen + i - PPO_ATARI_WIDTH, PPO_ATARI_WIDTH) == 0)
            memcpy(grey + i, grey + i - PPO_ATARI_WIDTH, PPO_ATARI_WIDTH);
        else
            for (size_t x = i; x < i + PPO_ATARI_WIDTH; x++)
                grey[x] = palette[screen[x]];
}
#endif

void ppo_screen_rgb(uint8_t *rgb, const uint8_t *screen, size_t pixels)
{
    const uint32_t *palette = ppo_atari_palette_rgb();
    for (size_t i = 0; i < pixels; i++) {
        const uint32_t color = palette[screen[i]];
        rgb[3 * i] = (uint8_t)(color >> 16);
        rgb[3 * i + 1] = (uint8_t)(color >> 8);
        rgb[3 * i + 2] = (uint8_t)color;
    }
}

void ppo_screen_max(uint8_t *latest, const uint8_t *older, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        latest[i] = latest[i] > older[i] ? latest[i] : older[i];
}
