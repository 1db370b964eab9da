// SPDX-License-Identifier: MIT
// Drawing curves in a process of its own: fontconfig, which cairo asks for fonts, does not check
// all of its allocations and crashes where one fails. That must cost the picture, not the command.
#ifndef CLI_PLOT_APART_H
#define CLI_PLOT_APART_H

#include "ppo/plot.h"

// As ppo_plot_runs. PPO_NO_MEMORY with a sentence if the process that draws has crashed. The caller
// must be the only thread.
ppo_status cli_plot_runs(const char *path, const char *const *runs, size_t num_runs,
                         const ppo_plot_options *options, ppo_error *error);

#endif
