// SPDX-License-Identifier: MIT
// Progress on stderr: a line that is redrawn in place on a terminal, plain lines now and then in a
// pipe, nothing when quiet.
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "ppo/ppo.h"

typedef struct cli_progress {
    bool is_quiet;
    bool is_live; // redrawn in place
    bool is_drawn;
    double began_s; // on cli_now_s's clock
    double drawn_s;
    uint64_t first_step; // where this process began
    uint64_t total_steps;
} cli_progress;

void cli_progress_init(cli_progress *progress, uint64_t first_step, uint64_t total_steps,
                       bool is_quiet);

// True if it is time to draw again: ten times a second on a terminal, every two seconds elsewhere.
bool cli_progress_is_due(const cli_progress *progress);

// Draws "steps, percentage, speed, time left" and as many of the `stats` as fit. `prefix` may be
// "". `stats` holds the step in any case; what else is NAN is left out.
void cli_progress_draw(cli_progress *progress, const char *prefix, const ppo_stats *stats);

// Draws a text of one line instead.
void cli_progress_text(cli_progress *progress, const char *text);

// Erases the line, before something else is printed and at the end.
void cli_progress_clear(cli_progress *progress);

#endif
