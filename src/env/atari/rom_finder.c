// SPDX-License-Identifier: MIT
// Cartridges by content: see ppo/rom.h. Files of a cartridge's size are identified by MD5, as in
// published lists of cartridges.
//
// Workload: some thousand directory entries and a few hundred small files, once per run.
#include "ppo/rom.h"

#include "atari/free_cartridges.h"
#include "core/error.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum {
    MAX_DEPTH = 2,
    MAX_ENTRIES = 20000
}; // per place; a limit in case someone names a home folder

// --- one file ----------------------------------------------------------------------------------

static bool is_cartridge_size(uint64_t size)
{
    return size == 2048 || size == 4096 || size == 8192 || size == 16384 || size == 10240 ||
           size == 10495 || size == 10496; // the last three: Pitfall II (src/atari/cartridge.c)
}

// The free game with exactly these bytes.
static const ppo_game_info *built_in(const ppo_rom *rom)
{
    for (size_t i = 0; i < ppo_game_count(); i++) {
        size_t size;
        const void *bytes = ppo_game_cartridge(ppo_game_at(i), &size);
        if (bytes && size == rom->size && memcmp(bytes, rom->bytes, size) == 0)
            return ppo_game_at(i);
    }
    return NULL;
}

// The game that a file is named after: the name without ending and underscores.
static const ppo_game_info *named_after(const char *path)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    char name[64];
    size_t length = 0;
    for (; *file && *file != '.' && length + 1 < sizeof name; file++)
        if (*file != '_')
            name[length++] = *file;
    name[length] = '\0';
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (strcasecmp(ppo_game_at(i)->name, name) == 0)
            return ppo_game_at(i);
    return NULL;
}

static void identify(ppo_rom *rom)
{
    MD5Data(rom->bytes, rom->size, rom->md5);
    const ppo_game_info *info = ppo_game_find_md5(rom->md5);
    info = info ? info : built_in(rom);
    rom->is_listed = info != NULL;
    info = info ? info : named_after(rom->path);
    rom->info = info ? info : ppo_game_generic();
}

static ppo_status read_bytes(ppo_rom *rom, const char *path, ppo_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return ppo_fail(error, errno == ENOENT ? PPO_NOT_FOUND : PPO_IO, "%.300s: %s", path,
                        strerror(errno));
    uint8_t more;
    rom->size = fread(rom->bytes, 1, sizeof rom->bytes, file);
    const bool is_longer = fread(&more, 1, 1, file) == 1;
    const bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed)
        return ppo_fail(error, PPO_IO, "%.300s can't be read", path);
    if (is_longer || !is_cartridge_size(rom->size))
        return ppo_fail(error, PPO_INVALID,
                        "%.300s has %s%zu bytes; cartridges have 2048, 4096, 8192, 10240 or 16384",
                        path, is_longer ? "more than " : "", rom->size);
    return PPO_OK;
}

ppo_status ppo_rom_read(ppo_rom *rom, const char *path, ppo_error *error)
{
    if (strlen(path) >= sizeof rom->path)
        return ppo_fail(error, PPO_INVALID, "a path is longer than %zu bytes", sizeof rom->path);
    memset(rom, 0, sizeof *rom);
    PPO_TRY(read_bytes(rom, path, error));
    strcpy(rom->path, path);
    identify(rom);
    return PPO_OK;
}

// --- places ------------------------------------------------------------------------------------

typedef struct ppo_places {
    ppo_rom_visit *visit;
    void *context;
} ppo_places;

static void visit_place(const ppo_places *places, const char *folder)
{
    struct stat found;
    places->visit(places->context, folder, stat(folder, &found) == 0);
}

// The folder `below` of `root`, unless root is empty.
static void visit_below(const ppo_places *places, const char *root, const char *below)
{
    char path[PPO_ROM_PATH_SIZE];
    if (root && root[0] && snprintf(path, sizeof path, "%s%s", root, below) < (int)sizeof path)
        visit_place(places, path);
}

// Python packages with cartridges, for all versions of Python below `root`.
static void visit_python(const ppo_places *places, const char *root)
{
    static const char *const patterns[] = {"/lib/python3*/%s-packages/ale_py/roms",
                                           "/lib/python3*/%s-packages/AutoROM/roms",
                                           "/lib/python3*/%s-packages/atari_py/atari_roms"};
    for (size_t i = 0; root && root[0] && i < sizeof patterns / sizeof patterns[0]; i++)
        for (int debian = 0; debian < 2; debian++) {
            char pattern[PPO_ROM_PATH_SIZE], tail[64];
            glob_t found = {0};
            snprintf(tail, sizeof tail, patterns[i], debian ? "dist" : "site");
            if (snprintf(pattern, sizeof pattern, "%s%s", root, tail) < (int)sizeof pattern &&
                glob(pattern, 0, NULL, &found) == 0)
                for (size_t k = 0; k < found.gl_pathc; k++)
                    visit_place(places, found.gl_pathv[k]);
            globfree(&found);
        }
}

void ppo_rom_places(const char *rom_dir, ppo_rom_visit *visit, void *context)
{
    const ppo_places places = {visit, context};
    const char *home = getenv("HOME"), *data = getenv("XDG_DATA_HOME");
    char local[PPO_ROM_PATH_SIZE] = "";
    if (home && home[0])
        snprintf(local, sizeof local, "%s/.local", home);
    visit_below(&places, rom_dir, "");
    visit_below(&places, getenv("PPO_ROM_DIR"), "");
    if (data && data[0])
        visit_below(&places, data, "/ppo/roms");
    else
        visit_below(&places, local, "/share/ppo/roms");
    visit_place(&places, "/usr/local/share/ppo/roms");
    visit_place(&places, "/usr/share/ppo/roms");
    visit_python(&places, getenv("VIRTUAL_ENV"));
    visit_python(&places, getenv("CONDA_PREFIX"));
    visit_python(&places, local);
    visit_python(&places, "/usr/local");
    visit_python(&places, "/usr");
}

// --- the search --------------------------------------------------------------------------------

typedef struct ppo_search {
    ppo_rom *rom; // of the last file
    ppo_rom_found *found;
    void *context;
    const bool *is_over; // set by `found`; NULL: never
    uint32_t entries;    // visited so far
} ppo_search;

static bool is_over(const ppo_search *search)
{
    return search->entries >= MAX_ENTRIES || (search->is_over && *search->is_over);
}

static void try_file(ppo_search *search, const char *path)
{
    if (ppo_rom_read(search->rom, path, NULL) == PPO_OK)
        search->found(search->context, search->rom);
}

static void search_folder(ppo_search *search, const char *folder, int depth);

static void try_path(ppo_search *search, const char *path, int depth)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return;
    if (S_ISDIR(found.st_mode) && depth <= MAX_DEPTH)
        search_folder(search, path, depth);
    else if (S_ISREG(found.st_mode) && is_cartridge_size((uint64_t)found.st_size))
        try_file(search, path);
}

// At most MAX_DEPTH folders deep. Each call has its own DIR, so readdir is safe.
static void search_folder(ppo_search *search, const char *folder, int depth)
{
    DIR *directory = opendir(folder);
    while (directory && !is_over(search)) {
        const struct dirent *entry = readdir(directory); // cppcheck-suppress readdirCalled
        char path[PPO_ROM_PATH_SIZE];
        if (!entry)
            break;
        search->entries++;
        if (entry->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            try_path(search, path, depth + 1);
    }
    if (directory)
        closedir(directory);
}

static void search_place(void *context, const char *folder, bool exists)
{
    ppo_search *search = context;
    if (exists && !is_over(search))
        try_path(search, folder, 0);
}

static ppo_status not_found(const ppo_game_info *game, const char *rom_dir, ppo_error *error)
{
    const char *variable = getenv("PPO_ROM_DIR");
    const bool has_folder = rom_dir && rom_dir[0], has_variable = variable && variable[0];
    return ppo_fail(
        error, PPO_NOT_FOUND,
        "the cartridge of %.32s was not found: a file with the MD5 %s, whatever its "
        "name. Looked into %.96s%sPPO_ROM_DIR%s%.96s and the usual places (`ppo doctor` "
        "lists them). Name the folder that holds it: --rom-dir DIR, or PPO_ROM_DIR",
        game->name, game->md5, has_folder ? rom_dir : "", has_folder ? ", " : "",
        has_variable ? "=" : " (not set)", has_variable ? variable : "");
}

typedef struct ppo_wanted {
    const ppo_game_info *game;
    ppo_rom *best; // its info is NULL until there is one
    bool is_found; // with the game's own MD5
    ppo_rom last;
} ppo_wanted;

// The listed version of the game, otherwise the first file that is named after it.
static void keep_wanted(void *context, const ppo_rom *rom)
{
    ppo_wanted *wanted = context;
    if (strcmp(rom->md5, wanted->game->md5) == 0) {
        *wanted->best = *rom;
        wanted->best->info = wanted->game; // which may be the caller's own
        wanted->best->is_listed = wanted->is_found = true;
    } else if (rom->info == wanted->game && !rom->is_listed && !wanted->best->info) {
        *wanted->best = *rom;
    }
}

// The bytes of a free game.
static bool take_built_in(ppo_rom *rom, const ppo_game_info *game)
{
    size_t size;
    const void *bytes = ppo_game_cartridge(game, &size);
    if (!bytes || size > sizeof rom->bytes)
        return false;
    memset(rom, 0, sizeof *rom);
    rom->size = size;
    memcpy(rom->bytes, bytes, size);
    MD5Data(rom->bytes, rom->size, rom->md5);
    rom->info = game;
    rom->is_listed = true;
    return true;
}

ppo_status ppo_rom_find(ppo_rom *rom, const ppo_game_info *game, const char *rom_dir,
                        ppo_error *error)
{
    if (take_built_in(rom, game))
        return PPO_OK;
    if (!game->md5)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "%.32s comes with the library, but this build has no free cartridges: "
                        "install dasm and configure again",
                        game->name);
    ppo_wanted *wanted = calloc(1, sizeof *wanted);
    if (!wanted)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a cartridge");
    wanted->game = game;
    wanted->best = rom;
    ppo_search search = {.rom = &wanted->last,
                         .found = keep_wanted,
                         .context = wanted,
                         .is_over = &wanted->is_found};
    rom->info = NULL;
    ppo_rom_places(rom_dir, search_place, &search);
    free(wanted);
    return rom->info ? PPO_OK : not_found(game, rom_dir, error);
}

void ppo_rom_each(const char *rom_dir, ppo_rom_found *found, void *context)
{
    ppo_rom *rom = calloc(1, sizeof *rom);
    if (!rom)
        return;
    ppo_search search = {.rom = rom, .found = found, .context = context};
    ppo_rom_places(rom_dir, search_place, &search);
    free(rom);
}
