// SPDX-License-Identifier: MIT
// `ppo envs`: the table of built-in environments, and that of the Atari games; or a plug-in's.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// --- as text -----------------------------------------------------------------------------------

static void print_row(const ppo_env_class *env)
{
    char observations[TEXT_SIZE], actions[TEXT_SIZE], limit[16] = "-", threshold[32] = "-";
    cli_space_text(observations, sizeof observations, &env->observation_space);
    cli_space_text(actions, sizeof actions, &env->action_space);
    if (env->max_episode_steps > 0)
        snprintf(limit, sizeof limit, "%u", env->max_episode_steps);
    if (!isnan(env->reward_threshold))
        snprintf(threshold, sizeof threshold, "%g", env->reward_threshold);
    printf("%-29s %-14s %-12s %6s %7s  %-6s  %s\n", env->id, observations, actions, limit,
           threshold, has_preset(env->id) ? "yes" : "no", env->summary ? env->summary : "");
}

// Which games have a cartridge here, found in one pass over the files.
typedef struct shelf {
    const ppo_game_info *game[256];
    bool is_listed[256];
    size_t count;
} shelf;

static void put_on_shelf(void *context, const ppo_rom *rom)
{
    shelf *s = context;
    if (!rom->info->name || s->count == 256)
        return;
    s->game[s->count] = rom->info;
    s->is_listed[s->count++] = rom->is_listed;
}

static const char *cartridge_text(const shelf *s, const ppo_game_info *game)
{
    size_t size;
    if (!game->md5)
        return ppo_game_cartridge(game, &size) ? "built in" : "not in this build";
    const char *text = "not found";
    for (size_t i = 0; i < s->count; i++)
        if (s->game[i] == game && (s->is_listed[i] || text[0] == 'n'))
            text = s->is_listed[i] ? "found" : "unlisted version";
    return text;
}

static void print_game(const shelf *s, const ppo_game_info *game)
{
    char actions[TEXT_SIZE];
    snprintf(actions, sizeof actions, "Discrete(%u)", game->num_actions);
    printf("%-29s %-14s %-12s %-6s  %s\n", game->name, "screen", actions,
           has_preset(game->name) ? "yes" : "no", cartridge_text(s, game));
}

// Names in lines of at most 80 columns.
static void print_names(const shelf *s, const char *title, bool v5_only)
{
    int column = 0;
    printf("\n%s\n", title);
    for (size_t i = 0; i < ppo_game_count(); i++) {
        const ppo_game_info *game = ppo_game_at(i);
        if (!game->md5 || game->v5_only != v5_only || cartridge_text(s, game)[0] != 'n')
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
    printf("%s%-29s %-14s %-12s %6s %7s  %-6s  %s%s\n", bold, "id", "observations", "actions",
           "limit", "solved", "preset", "summary", plain);
}

static int print_table(void)
{
    const char *bold = cli_style(stdout, CLI_BOLD), *plain = cli_style(stdout, CLI_PLAIN);
    print_heading();
    for (size_t i = 0; i < ppo_env_count(); i++)
        print_row(ppo_env_at(i));
    shelf *s = calloc(1, sizeof *s);
    if (!s)
        return PPO_NO_MEMORY;
    ppo_rom_each(NULL, put_on_shelf, s);
    printf("\n%s%-29s %-14s %-12s %-6s  %s%s\n", bold, "Atari game", "observations", "actions",
           "preset", "cartridge", plain);
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (cartridge_text(s, ppo_game_at(i))[0] != 'n' || !ppo_game_at(i)->md5)
            print_game(s, ppo_game_at(i));
    print_names(s,
                "No cartridge found: XNoFrameskip-v4, ALE/X-v5, X-v4, XDeterministic-v4, also -v0",
                false);
    print_names(s, "No cartridge found: XNoFrameskip-v4 and ALE/X-v5 alone", true);
    free(s);
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

static cJSON *game_json(const shelf *s, const char *id, const ppo_game_info *game)
{
    char text[TEXT_SIZE];
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "id", id);
    cJSON_AddStringToObject(row, "observations", "screen");
    snprintf(text, sizeof text, "Discrete(%u)", game->num_actions);
    cJSON_AddStringToObject(row, "actions", text);
    cJSON_AddBoolToObject(row, "preset", has_preset(id));
    snprintf(text, sizeof text, "Atari 2600: %s", game->name);
    cJSON_AddStringToObject(row, "summary", text);
    cJSON_AddStringToObject(row, "cartridge", cartridge_text(s, game));
    return row;
}

static int print_json(void)
{
    shelf *s = calloc(1, sizeof *s);
    if (!s)
        return PPO_NO_MEMORY;
    ppo_rom_each(NULL, put_on_shelf, s);
    cJSON *object = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(object, "envs");
    char id[TEXT_SIZE];
    for (size_t i = 0; i < ppo_env_count(); i++)
        cJSON_AddItemToArray(list, row_json(ppo_env_at(i)));
    for (size_t i = ppo_env_count(); ppo_env_id_at(id, sizeof id, i); i++)
        cJSON_AddItemToArray(list, game_json(s, id, ppo_env_game(id)));
    free(s);
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
