// SPDX-License-Identifier: MIT
// Runs of several Atari games in one scale: human-normalised values, and what Agarwal et al. 2021
// show of them.
#ifndef PPO_RUN_PLOT_PLOT_GAMES_H
#define PPO_RUN_PLOT_PLOT_GAMES_H

#include "run/plot/plot_data.h"

enum { PPO_GAME_CURVES = 3 };

// Replaces a run's values by human-normalised ones. PPO_UNSUPPORTED, naming the run, if papers
// report no scores for its environment.
ppo_status ppo_samples_normalise(ppo_samples *samples, ppo_error *error);

// How many different games the runs are of.
size_t ppo_games_count(const ppo_samples *runs, size_t num_runs);

// Curves of the median, the mean and the interquartile mean over the games of normalised runs, with
// their 95 % intervals, from where all runs have begun. False if memory runs out; none is then
// made.
bool ppo_games_curves(ppo_curve curve[PPO_GAME_CURVES], const ppo_samples *runs, size_t num_runs);

#endif
