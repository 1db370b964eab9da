// SPDX-License-Identifier: MIT
// `ppo envs`: the table of built-in environments, and that of the Atari games; or a plug-in's.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/args.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/space_text.h"
#include "cli/term.h"

enum { TEXT_SIZE = 64 };

static bool has_preset(const char *id)
{
    return ppo_preset_for_env(id) != NULL;
}

// --- cartridges --------------------------------------------------------------------------------

enum { MAX_CARTRIDGES = 256 };

// Which games have a cartridge here, found in one pass over the files.
typedef struct cartridges {
    const ppo_game_info *game[MAX_CARTRIDGES];
    bool is_listed[MAX_CARTRIDGES];
    size_t count;
} cartridges;

static void add_cartridge(void *context, const ppo_rom *rom)
{
    cartridges *c = context;
    if (!rom->info->name || c->count == MAX_CARTRIDGES)
        return;
    c->game[c->count] = rom->info;
    c->is_listed[c->count++] = rom->is_listed;
}

typedef enum cartridge_state { NOT_FOUND, UNLISTED, FOUND, BUILT_IN, NOT_BUILT_IN } cartridge_state;

static cartridge_state state_of(const cartridges *c, const ppo_game_info *game)
{
    size_t size;
    if (!game->md5)
        return ppo_game_cartridge(game, &size) ? BUILT_IN : NOT_BUILT_IN;
    cartridge_state state = NOT_FOUND;
    for (size_t i = 0; i < c->count; i++)
        if (c->game[i] == game && state != FOUND)
            state = c->is_listed[i] ? FOUND : UNLISTED;
    return state;
}

static const char *cartridge_text(const cartridges *c, const ppo_game_info *game)
{
    static const char *const texts[] = {[NOT_FOUND] = "not found",
                                        [UNLISTED] = "unlisted version",
                                        [FOUND] = "found",
                                        [BUILT_IN] = "built in",
                                        [NOT_BUILT_IN] = "not in this build"};
    return texts[state_of(c, game)];
}

// --- as text -----------------------------------------------------------------------------------

enum { SUMMARY_FROM = 120 }; // columns of a terminal, from which on there is room for summaries

// Into a file or a pipe all columns go.
static bool has_summaries(void)
{
    return !isatty(STDOUT_FILENO) || cli_width(stdout) >= SUMMARY_FROM;
}

static void print_row(const ppo_env_class *env)
{
    char observations[TEXT_SIZE], actions[TEXT_SIZE], limit[16] = "-", threshold[32] = "-";
    cli_space_text(observations, sizeof observations, &env->observation_space);
    cli_space_text(actions, sizeof actions, &env->action_space);
    if (env->max_episode_steps > 0)
        snprintf(limit, sizeof limit, "%u", env->max_episode_steps);
    if (!isnan(env->reward_threshold))
        snprintf(threshold, sizeof threshold, "%g", env->reward_threshold);
    printf("%-29s %-12s %-12s %5s %6s  %-6s", env->id, observations, actions, limit, threshold,
           has_preset(env->id) ? "yes" : "no");
    printf(has_summaries() && env->summary ? "  %s\n" : "\n", env->summary);
}

static void print_game(const cartridges *c, const ppo_game_info *game)
{
    char actions[TEXT_SIZE];
    snprintf(actions, sizeof actions, "Discrete(%u)", game->num_actions);
    printf("%-29s %-12s %-12s %-6s  %s\n", game->name, "screen", actions,
           has_preset(game->name) ? "yes" : "no", cartridge_text(c, game));
}

// Names in lines of at most 80 columns.
static void print_names(const cartridges *c, const char *title, bool v5_only)
{
    int column = 0;
    printf("\n%s\n", title);
    for (size_t i = 0; i < ppo_game_count(); i++) {
        const ppo_game_info *game = ppo_game_at(i);
        if (game->v5_only != v5_only || state_of(c, game) != NOT_FOUND)
            continue;
        const int width = (int)strlen(game->name) + 1;
        if (column + width > 78) {
            printf("\n");
            column = 0;
        }
        printf("%s%s", column ? " " : "  ", game->name);
        column += width + (column ? 0 : 1);
    }
    printf("\n");
}

static void print_heading(void)
{
    const char *bold = cli_style(stdout, CLI_BOLD), *plain = cli_style(stdout, CLI_PLAIN);
    printf("%s%-29s %-12s %-12s %5s %6s  %-6s%s%s\n", bold, "id", "observations", "actions",
           "limit", "solved", "preset", has_summaries() ? "  summary" : "", plain);
}

static int print_table(void)
{
    const char *bold = cli_style(stdout, CLI_BOLD), *plain = cli_style(stdout, CLI_PLAIN);
    print_heading();
    for (size_t i = 0; i < ppo_env_count(); i++)
        print_row(ppo_env_at(i));
    cartridges *c = calloc(1, sizeof *c);
    if (!c)
        return PPO_NO_MEMORY;
    ppo_rom_each(NULL, add_cartridge, c);
    printf("\n%s%-29s %-12s %-12s %-6s  %s%s\n", bold, "Atari game", "observations", "actions",
           "preset", "cartridge", plain);
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (state_of(c, ppo_game_at(i)) != NOT_FOUND)
            print_game(c, ppo_game_at(i));
    print_names(c,
                "No cartridge found: XNoFrameskip-v4, ALE/X-v5, X-v4, XDeterministic-v4, also -v0",
                false);
    print_names(c, "No cartridge found: XNoFrameskip-v4 and ALE/X-v5 alone", true);
    free(c);
    return PPO_OK;
}

// --- as JSON -----------------------------------------------------------------------------------

static cJSON *row_json(const ppo_env_class *env)
{
    char text[TEXT_SIZE];
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "id", env->id);
    cli_space_text(text, sizeof text, &env->observation_space);
    cJSON_AddStringToObject(row, "observations", text);
    cli_space_text(text, sizeof text, &env->action_space);
    cJSON_AddStringToObject(row, "actions", text);
    cJSON_AddNumberToObject(row, "max_episode_steps", env->max_episode_steps);
    cJSON_AddNumberToObject(row, "reward_threshold", env->reward_threshold);
    cJSON_AddBoolToObject(row, "preset", has_preset(env->id));
    cJSON_AddStringToObject(row, "summary", env->summary ? env->summary : "");
    return row;
}

// The numbers of a list such as "0-44/4".
static cJSON *numbers_of(const char *list)
{
    enum { MOST = 5100 }; // above any mode
    cJSON *numbers = cJSON_CreateArray();
    for (uint32_t i = 0; i < MOST; i++)
        if (ppo_game_list_has(list, i))
            cJSON_AddItemToArray(numbers, cJSON_CreateNumber(i));
    return numbers;
}

static void add_frame_skip(cJSON *row, const ppo_game_id *id)
{
    if (id->min_skip == 0) { // by the option
        cJSON_AddNullToObject(row, "frame_skip");
        return;
    }
    cJSON *skip = cJSON_AddArrayToObject(row, "frame_skip");
    cJSON_AddItemToArray(skip, cJSON_CreateNumber(id->min_skip));
    cJSON_AddItemToArray(skip, cJSON_CreateNumber(id->max_skip));
}

// `modes` is copied.
static cJSON *game_json(const cartridges *c, const ppo_game_id *id, const ppo_game_info *game,
                        const cJSON *modes)
{
    char text[TEXT_SIZE];
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "id", id->id);
    cJSON_AddStringToObject(row, "game", game->name);
    cJSON_AddStringToObject(row, "observations", "screen");
    snprintf(text, sizeof text, "Discrete(%u)", game->num_actions);
    cJSON_AddStringToObject(row, "actions", text);
    cJSON *set = cJSON_AddArrayToObject(row, "action_set"); // ALE's numbers
    for (uint32_t i = 0; i < game->num_actions; i++)
        cJSON_AddItemToArray(set, cJSON_CreateNumber(game->action[i]));
    cJSON_AddNumberToObject(row, "num_legal_actions", game->no_fire ? 9 : PPO_ATARI_NUM_ACTIONS);
    add_frame_skip(row, id);
    cJSON_AddNumberToObject(row, "sticky_action_prob", id->sticky_prob);
    cJSON_AddItemToObject(row, "modes", cJSON_Duplicate(modes, true));
    cJSON_AddNumberToObject(row, "default_mode", ppo_game_default_mode(game));
    cJSON *difficulties = cJSON_AddArrayToObject(row, "difficulties");
    for (uint32_t i = 0; i < 4; i++)
        if (ppo_game_list_has(game->difficulties, i))
            cJSON_AddItemToArray(difficulties, cJSON_CreateNumber(i));
    cJSON_AddBoolToObject(row, "preset", has_preset(id->id));
    snprintf(text, sizeof text, "Atari 2600: %s", game->name);
    cJSON_AddStringToObject(row, "summary", text);
    cJSON_AddStringToObject(row, "cartridge", cartridge_text(c, game));
    return row;
}

static int print_json(void)
{
    cartridges *c = calloc(1, sizeof *c);
    if (!c)
        return PPO_NO_MEMORY;
    ppo_rom_each(NULL, add_cartridge, c);
    cJSON *object = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(object, "envs");
    ppo_game_id id;
    for (size_t i = 0; i < ppo_env_count(); i++)
        cJSON_AddItemToArray(list, row_json(ppo_env_at(i)));
    for (size_t i = 0; i < ppo_game_count(); i++) {
        cJSON *modes = numbers_of(ppo_game_at(i)->modes);
        for (size_t k = 0; ppo_env_game_id_at(&id, ppo_game_at(i), k); k++)
            cJSON_AddItemToArray(list, game_json(c, &id, ppo_game_at(i), modes));
        cJSON_Delete(modes);
    }
    free(c);
    return cli_json_print(object);
}

// --- a plug-in's -------------------------------------------------------------------------------

static void take_row(void *context, const ppo_env_class *env)
{
    (void)context;
    print_row(env);
}

static void take_json(void *context, const ppo_env_class *env)
{
    cJSON_AddItemToArray(context, row_json(env));
}

static int list_plugin(const char *path, bool json)
{
    ppo_error error = {0};
    cJSON *object = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(object, "envs");
    if (!json)
        print_heading();
    if (ppo_plugin_list(path, json ? take_json : take_row, list, &error)) {
        cJSON_Delete(object);
        return cli_fail(&error);
    }
    if (json)
        return cli_json_print(object);
    cJSON_Delete(object);
    return PPO_OK;
}

static int envs_of(const char *name, bool json)
{
    ppo_error error = {0};
    if (ppo_plugin_has_id(name))
        return list_plugin(name, json);
    ppo_fail(&error, PPO_INVALID,
             "'%.200s' is no plug-in: its name would end in .so; without a name, all built-in "
             "environments are listed",
             name);
    return cli_fail(&error);
}

int cli_cmd_envs(const cli_args *args)
{
    if (args->num_operands > 0)
        return envs_of(args->operand[0], args->flag[CLI_FLAG_JSON]);
    return args->flag[CLI_FLAG_JSON] ? print_json() : print_table();
}
