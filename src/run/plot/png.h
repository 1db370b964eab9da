// SPDX-License-Identifier: MIT
// Writing a picture as a PNG, fast: for figures, which are flat areas and thin lines.
#ifndef PPO_RUN_PLOT_PNG_H
#define PPO_RUN_PLOT_PNG_H

#include "core/bytes.h"

#include <stdbool.h>
#include <stdint.h>

// Appends a picture of `height` rows of `width` pixels, 0xRRGGBB each (the upper byte is ignored);
// a row begins `pitch` pixels after the one above. Both sizes are at least 1. False if memory runs
// out.
bool ppo_png_append(ppo_bytes *bytes, const uint32_t *pixels, uint32_t width, uint32_t height,
                    size_t pitch);

#endif
