// SPDX-License-Identifier: MIT
// The terminal and the machine, queried anew at each call, so that a resized window is noticed and
// nothing has to be stored.
#include "cli/term.h"

#include "core/cores.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

bool cli_is_live(FILE *stream)
{
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && term && term[0] && strcmp(term, "dumb") != 0;
}

const char *cli_style(FILE *stream, cli_colour colour)
{
    static const char *const code[] = {
        [CLI_PLAIN] = "\x1b[0m", [CLI_BOLD] = "\x1b[1m",   [CLI_DIM] = "\x1b[2m",
        [CLI_RED] = "\x1b[31m",  [CLI_GREEN] = "\x1b[32m", [CLI_YELLOW] = "\x1b[33m",
    };
    const char *no_colour = getenv("NO_COLOR"); // https://no-color.org: any text but the empty one
    return cli_is_live(stream) && !(no_colour && no_colour[0]) ? code[colour] : "";
}

unsigned cli_width(FILE *stream)
{
    struct winsize size = {0};
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

double cli_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

uint32_t cli_num_cores(void)
{
    return (uint32_t)ppo_cores_available();
}
