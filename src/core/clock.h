// SPDX-License-Identifier: MIT
// Wall-clock time for reports and intervals; no result depends on it.
#ifndef PPO_CORE_CLOCK_H
#define PPO_CORE_CLOCK_H

// Seconds on the monotonic clock.
double ppo_clock_seconds(void);

// Seconds since 1970 as the system has it, which may be set back.
double ppo_clock_unix_seconds(void);

#endif
