// SPDX-License-Identifier: MIT
// `ppo doctor`: machine, build, modules, folders of cartridges, cartridges and presets.
#include <stdio.h>
#include <stdlib.h>
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

static void print_cartridge(void *context, const ppo_rom *rom)
{
    size_t *count = context;
    (*count)++;
    printf("  %-18s %s  %s%s\n", rom->info->name, rom->md5, rom->path,
           rom->is_listed || rom->info == ppo_game_generic()
               ? ""
               : "  (not the version that is listed)");
}

static void print_cartridges(void)
{
    size_t size, count = 0;
    for (size_t i = 0; i < ppo_game_count() && !ppo_game_at(i)->md5; i++)
        printf("  %-18s %s\n", ppo_game_at(i)->name,
               ppo_game_cartridge(ppo_game_at(i), &size) ? "built in"
                                                         : "not in this build: dasm was missing");
    ppo_rom_each(NULL, print_cartridge, &count);
    if (count == 0)
        printf("  no others were found; `ppo envs` lists the games\n");
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
    heading("Cartridges, recognised by MD5, else by name");
    print_cartridges();
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

static void add_cartridge(void *context, const ppo_rom *rom)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "game", rom->info->name);
    cJSON_AddStringToObject(object, "md5", rom->md5);
    cJSON_AddBoolToObject(object, "listed", rom->is_listed);
    cJSON_AddBoolToObject(object, "built_in", rom->path[0] == '\0');
    if (rom->path[0])
        cJSON_AddStringToObject(object, "path", rom->path);
    else
        cJSON_AddNullToObject(object, "path");
    cJSON_AddItemToArray(context, object);
}

static int print_json(void)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, "machine", machine_json());
    cJSON_AddItemToObject(object, "build", cli_info_build_json());
    ppo_rom_places(NULL, add_place, cJSON_AddArrayToObject(object, "places"));
    cJSON *cartridges = cJSON_AddArrayToObject(object, "cartridges");
    ppo_rom *rom = calloc(1, sizeof *rom);
    for (size_t i = 0; rom && i < ppo_game_count() && !ppo_game_at(i)->md5; i++)
        if (ppo_rom_find(rom, ppo_game_at(i), NULL, NULL) == PPO_OK)
            add_cartridge(cartridges, rom);
    free(rom);
    ppo_rom_each(NULL, add_cartridge, cartridges);
    cJSON *presets = cJSON_AddArrayToObject(object, "presets");
    for (size_t i = 0; i < ppo_preset_count(); i++)
        cJSON_AddItemToArray(presets, cJSON_CreateString(ppo_preset_name_at(i)));
    return cli_json_print(object);
}

int cli_cmd_doctor(const cli_args *args)
{
    return args->flag[CLI_FLAG_JSON] ? print_json() : print_text();
}
