// SPDX-License-Identifier: MIT
// Wall-clock time for reports and intervals; no result depends on it.
#ifndef PPO_CORE_CLOCK_H
#define PPO_CORE_CLOCK_H

// Seconds on the monotonic clock.
double ppo_clock_seconds(void);

#endif
