// SPDX-License-Identifier: MIT
// What shows an agent. The rest is in ppo/show.h.
#ifndef PPO_AGENT_RENDER_EPISODE_H
#define PPO_AGENT_RENDER_EPISODE_H

#include "ppo/show.h"

// A line for `ppo doctor` about what draws: "drawn with cairo 1.16.0", or what is missing.
void ppo_show_describe(char *text, size_t size);

#endif
