// SPDX-License-Identifier: MIT
// The terminal and the machine: colours, width, clock, cores.
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum cli_colour { CLI_PLAIN, CLI_BOLD, CLI_DIM, CLI_RED, CLI_GREEN, CLI_YELLOW } cli_colour;

// Whether the stream is a terminal that understands cursor movement.
bool cli_is_live(FILE *stream);

// The escape sequence for a colour; "" where the stream is no terminal or NO_COLOR is set.
const char *cli_style(FILE *stream, cli_colour colour);

// Columns of the stream's terminal; 80 if it is none.
unsigned cli_width(FILE *stream);

// Seconds on a clock that never goes back.
double cli_now_s(void);

// Cores that this process may use, at least 1.
uint32_t cli_num_cores(void);

#endif
