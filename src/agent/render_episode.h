// SPDX-License-Identifier: MIT
// What is installed with this build to render episodes. The rest is in ppo/render.h.
#ifndef PPO_AGENT_RENDER_EPISODE_H
#define PPO_AGENT_RENDER_EPISODE_H

#include "ppo/render.h"

// A line for `ppo doctor` about what draws: "drawn with cairo 1.16.0", or what is missing.
void ppo_render_describe(char *text, size_t size);

#endif
