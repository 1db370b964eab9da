// SPDX-License-Identifier: MIT
// A space in a few characters: "Box(4)", "Box(84, 84, 4) u8", "Discrete(2)".
#ifndef CLI_SPACE_TEXT_H
#define CLI_SPACE_TEXT_H

#include "ppo/ppo.h"

void cli_space_text(char *text, size_t size, const ppo_space *space);

// A shape: "[2048, 8, 4]".
void cli_shape_text(char *text, size_t size, const uint64_t *shape, uint32_t rank);

// An element type: "f32", "u8", ...
const char *cli_dtype_text(ppo_dtype dtype);

#endif
