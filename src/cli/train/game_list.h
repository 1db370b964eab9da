// SPDX-License-Identifier: MIT
// `--games LIST`: which environments are trained, and which of their cartridges are missing.
#ifndef CLI_TRAIN_GAME_LIST_H
#define CLI_TRAIN_GAME_LIST_H

#include "ppo/ppo.h"

enum { CLI_MAX_GAMES = 128 };

typedef struct cli_game_list {
    char id[CLI_MAX_GAMES][PPO_TEXT_SIZE]; // environments' ids, each once
    size_t count;
} cli_game_list;

// A list of these, separated by commas: a game's name (Pong is PongNoFrameskip-v4), any
// environment's id, "57" for the games of the literature, "57-v5" for the same with sticky actions
// (ALE/Pong-v5, ...), "26" and "26-v5" for those of the benchmark of 100,000 steps.
ppo_status cli_game_list_parse(cli_game_list *list, const char *text, ppo_error *error);

// Writes the names of the games whose cartridges are not here, "Pong, Qbert", and returns how many
// they are. `rom_dir` as the option.
size_t cli_game_list_missing(char *names, size_t size, const cli_game_list *list,
                             const char *rom_dir);

#endif
