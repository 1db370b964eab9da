// SPDX-License-Identifier: MIT
// Finding the cartridges of Atari games: files of 2 to 16 KiB, identified by their content,
// whatever their names. The library contains two free games and never downloads any other.
//
// Places that are searched, each folder with two levels of folders below it:
//
//     rom_dir (an option; may also be a file)         $PPO_ROM_DIR
//     $XDG_DATA_HOME/ppo/roms, by default ~/.local/share/ppo/roms
//     /usr/local/share/ppo/roms, /usr/share/ppo/roms
//     the packages ale-py, AutoROM and atari-py below $VIRTUAL_ENV, $CONDA_PREFIX, ~/.local,
//     /usr/local and /usr
//
// The library reads no other environment variables but one: PPO_MODULE_DIR (a folder with its
// loadable modules).
//
// Threads: all functions may be called from any thread; the environment must not change meanwhile.
#ifndef PPO_ROM_H
#define PPO_ROM_H

#include "ppo/atari.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_ROM_MAX_BYTES 16384
#define PPO_ROM_PATH_SIZE 1024

// The content of a cartridge. A plain value.
typedef struct ppo_rom {
    const ppo_game_info *info;    // its game; ppo_game_generic() if unknown
    bool is_listed;               // the game's own MD5; false: known by the file's name alone
    char path[PPO_ROM_PATH_SIZE]; // of the file; "" for a free game
    char md5[33];                 // 32 hexadecimal digits
    size_t size;
    uint8_t bytes[PPO_ROM_MAX_BYTES];
} ppo_rom;

// Finds the cartridge of a game: by its MD5, otherwise, as ALE does, a file with its name, such as
// space_invaders.bin, which is another version of the game (is_listed false): PAL, say, or changed.
// `rom_dir` may be NULL or "". PPO_NOT_FOUND, with what was searched for and where; PPO_UNSUPPORTED
// for a free game that this build lacks.
PPO_API ppo_status ppo_rom_find(ppo_rom *rom, const ppo_game_info *game, const char *rom_dir,
                                ppo_error *error);

// Reads any file. PPO_INVALID if its size is not that of a cartridge.
PPO_API ppo_status ppo_rom_read(ppo_rom *rom, const char *path, ppo_error *error);

// Calls `found` with each file of a cartridge's size that ppo_rom_find would look at, in one pass.
typedef void ppo_rom_found(void *context, const ppo_rom *rom);
PPO_API void ppo_rom_each(const char *rom_dir, ppo_rom_found *found, void *context);

// Calls `visit` with each place that ppo_rom_find searches on this machine, in order.
typedef void ppo_rom_visit(void *context, const char *folder, bool exists);
PPO_API void ppo_rom_places(const char *rom_dir, ppo_rom_visit *visit, void *context);

#ifdef __cplusplus
}
#endif

#endif
