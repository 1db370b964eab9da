// SPDX-License-Identifier: MIT
// The monotonic clock and the time of day: see clock.h.
#include "core/clock.h"

#include <time.h>

static double read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double ppo_clock_seconds(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double ppo_clock_unix_seconds(void)
{
    return read_clock(CLOCK_REALTIME);
}
