// SPDX-License-Identifier: MIT
// `ppo doctor`: machine, build, modules, folders of cartridges, cartridges and presets.
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/args.h"
#include "cli/info/info.h"
#include "cli/json.h"
#include "cli/term.h"

static uint64_t memory_bytes(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

// The cartridge of a game, or NULL. In static memory: it takes 17 kB.
static const ppo_rom *find(const ppo_game_info *game)
{
    static ppo_rom rom;
    return ppo_rom_find(&rom, game, NULL, NULL) == PPO_OK ? &rom : NULL;
}

// --- as text -----------------------------------------------------------------------------------

static void heading(const char *text)
{
    printf("\n%s%s%s\n", cli_style(stdout, CLI_BOLD), text, cli_style(stdout, CLI_PLAIN));
}

static void print_place(void *context, const char *folder, bool exists)
{
    (void)context;
    printf("  %-48s %s\n", folder, exists ? "searched" : "does not exist");
}

static void print_cartridge(const ppo_game_info *game)
{
    const ppo_rom *rom = find(game);
    if (rom)
        printf("  %-14s %s  %s\n", game->name, rom->md5, rom->path[0] ? rom->path : "built in");
    else if (game->md5)
        printf("  %-14s %s  not found\n", game->name, game->md5);
    else
        printf("  %-14s %32s  not in this build: dasm was missing\n", game->name, "");
}

static int print_text(void)
{
    struct utsname system;
    printf("%sMachine%s\n", cli_style(stdout, CLI_BOLD), cli_style(stdout, CLI_PLAIN));
    if (uname(&system) == 0)
        printf("  system: %s %s, %s\n", system.sysname, system.release, system.machine);
    printf("  memory: %.1f GiB\n", (double)memory_bytes() / (1u << 30));
    heading("Build");
    char text[CLI_INFO_SIZE], *rest = NULL;
    cli_info_build_text(text);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        printf("  %s\n", line);
    heading("Folders searched for cartridges");
    ppo_rom_places(NULL, print_place, NULL);
    heading("Cartridges, recognised by MD5");
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (ppo_game_at(i)->rules)
            print_cartridge(ppo_game_at(i));
    heading("Presets");
    for (size_t i = 0; i < ppo_preset_count(); i++)
        printf("  %s\n", ppo_preset_name_at(i));
    return PPO_OK;
}

// --- as JSON -----------------------------------------------------------------------------------

static cJSON *machine_json(void)
{
    struct utsname system;
    cJSON *object = cJSON_CreateObject();
    if (uname(&system) == 0) {
        cJSON_AddStringToObject(object, "system", system.sysname);
        cJSON_AddStringToObject(object, "release", system.release);
        cJSON_AddStringToObject(object, "machine", system.machine);
    }
    cli_json_add_integer(object, "memory_bytes", memory_bytes());
    return object;
}

static void add_place(void *context, const char *folder, bool exists)
{
    cJSON *place = cJSON_CreateObject();
    cJSON_AddStringToObject(place, "folder", folder);
    cJSON_AddBoolToObject(place, "exists", exists);
    cJSON_AddItemToArray(context, place);
}

static cJSON *cartridge_json(const ppo_game_info *game)
{
    const ppo_rom *rom = find(game);
    const char *md5 = rom ? rom->md5 : game->md5;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "game", game->name);
    if (md5)
        cJSON_AddStringToObject(object, "md5", md5);
    else
        cJSON_AddNullToObject(object, "md5");
    cJSON_AddBoolToObject(object, "found", rom != NULL);
    cJSON_AddBoolToObject(object, "built_in", rom && !rom->path[0]);
    if (rom && rom->path[0])
        cJSON_AddStringToObject(object, "path", rom->path);
    else
        cJSON_AddNullToObject(object, "path");
    return object;
}

static int print_json(void)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, "machine", machine_json());
    cJSON_AddItemToObject(object, "build", cli_info_build_json());
    ppo_rom_places(NULL, add_place, cJSON_AddArrayToObject(object, "places"));
    cJSON *cartridges = cJSON_AddArrayToObject(object, "cartridges");
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (ppo_game_at(i)->rules)
            cJSON_AddItemToArray(cartridges, cartridge_json(ppo_game_at(i)));
    cJSON *presets = cJSON_AddArrayToObject(object, "presets");
    for (size_t i = 0; i < ppo_preset_count(); i++)
        cJSON_AddItemToArray(presets, cJSON_CreateString(ppo_preset_name_at(i)));
    return cli_json_print(object);
}

int cli_cmd_doctor(const cli_args *args)
{
    return args->flag[CLI_FLAG_JSON] ? print_json() : print_text();
}
