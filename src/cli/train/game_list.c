// SPDX-License-Identifier: MIT
// See game_list.h.
#include "cli/train/game_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"

// The games of Kaiser et al. 2020, "Model-based reinforcement learning for Atari".
static const char *const games_of_100k[] = {
    "Alien",        "Amidar",   "Assault",        "Asterix",      "BankHeist",   "BattleZone",
    "Boxing",       "Breakout", "ChopperCommand", "CrazyClimber", "DemonAttack", "Freeway",
    "Frostbite",    "Gopher",   "Hero",           "Jamesbond",    "Kangaroo",    "Krull",
    "KungFuMaster", "MsPacman", "Pong",           "PrivateEye",   "Qbert",       "RoadRunner",
    "Seaquest",     "UpNDown",
};
enum { NUM_100K = sizeof games_of_100k / sizeof games_of_100k[0] };

static ppo_status add_id(cli_game_list *list, const char *id, ppo_error *error)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->id[i], id) == 0)
            return PPO_OK;
    if (list->count == CLI_MAX_GAMES)
        return ppo_fail(error, PPO_INVALID, "--games: more than %d of them", CLI_MAX_GAMES);
    snprintf(list->id[list->count++], PPO_TEXT_SIZE, "%s", id);
    return PPO_OK;
}

static ppo_status add_game(cli_game_list *list, const ppo_game_info *game, bool is_v5,
                           ppo_error *error)
{
    char id[PPO_TEXT_SIZE];
    if (!game->md5)
        return add_id(list, game->name, error);
    snprintf(id, sizeof id, is_v5 ? "ALE/%s-v5" : "%sNoFrameskip-v4", game->name);
    return add_id(list, id, error);
}

// "57", "57-v5", "26", "26-v5"; *is_set says whether it is one.
static ppo_status add_set(cli_game_list *list, const char *word, bool *is_set, ppo_error *error)
{
    const bool is_v5 = strlen(word) == 5 && strcmp(word + 2, "-v5") == 0;
    const bool is_57 = strncmp(word, "57", 2) == 0, is_26 = strncmp(word, "26", 2) == 0;
    *is_set = (is_57 || is_26) && (is_v5 || word[2] == '\0');
    for (size_t i = 0; *is_set && is_57 && i < ppo_game_count(); i++)
        if (ppo_game_reported_scores(ppo_game_at(i)))
            PPO_TRY(add_game(list, ppo_game_at(i), is_v5, error));
    for (size_t i = 0; *is_set && is_26 && i < NUM_100K; i++)
        PPO_TRY(add_game(list, ppo_game_find(games_of_100k[i]), is_v5, error));
    return PPO_OK;
}

// The game of this name in any case; NULL if there is none.
static const ppo_game_info *find_game(const char *name)
{
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (strcasecmp(ppo_game_at(i)->name, name) == 0)
            return ppo_game_at(i);
    return NULL;
}

static ppo_status add_word(cli_game_list *list, const char *word, ppo_error *error)
{
    bool is_set = false;
    PPO_TRY(add_set(list, word, &is_set, error));
    if (is_set)
        return PPO_OK;
    const ppo_game_info *game = find_game(word);
    if (game)
        return add_game(list, game, false, error);
    if (ppo_env_id_kind(word) != PPO_ENV_KIND_NONE)
        return add_id(list, word, error);
    return ppo_fail(error, PPO_NOT_FOUND,
                    "--games: '%.80s' is no game's name, no environment's id and not 57, 57-v5, 26 "
                    "or 26-v5; 'ppo envs' lists the games",
                    word);
}

ppo_status cli_game_list_parse(cli_game_list *list, const char *text, ppo_error *error)
{
    list->count = 0;
    char *copy = strdup(text), *rest = copy;
    if (!copy)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for a list of games");
    ppo_status status = PPO_OK;
    for (char *word = strsep(&rest, ","); word && status == PPO_OK; word = strsep(&rest, ","))
        status = add_word(list, word, error);
    free(copy);
    return status;
}

size_t cli_game_list_missing(char *names, size_t size, const cli_game_list *list,
                             const char *rom_dir)
{
    size_t missing = 0, used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        ppo_rom rom;
        const ppo_game_info *game = ppo_env_game(list->id[i]);
        if (!game || ppo_rom_find(&rom, game, rom_dir, NULL) == PPO_OK)
            continue;
        if (used < size)
            used += (size_t)snprintf(names + used, size - used, "%s%s", missing ? ", " : "",
                                     game->name);
        missing++;
    }
    return missing;
}
