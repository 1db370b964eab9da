// SPDX-License-Identifier: MIT
// Time for reports and intervals; no result of training depends on it. Any thread may call.
#ifndef PPO_CORE_CLOCK_H
#define PPO_CORE_CLOCK_H

// Seconds on the monotonic clock, from an unspecified start.
double ppo_clock_seconds(void);

// Seconds since 1970 by the system's clock, which may be set back.
double ppo_clock_unix_seconds(void);

#endif
