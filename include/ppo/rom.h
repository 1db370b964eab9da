// SPDX-License-Identifier: MIT
// Finding the cartridges of Atari games: files of 2 to 16 kB, known by their content, whatever they
// are called. The library brings two free games along and never fetches any other.
//
// Where it looks, each folder with two levels of folders below it:
//
//     rom_dir (an option; may also be a file)         $PPO_ROM_DIR
//     $XDG_DATA_HOME/ppo/roms, by default ~/.local/share/ppo/roms
//     /usr/local/share/ppo/roms, /usr/share/ppo/roms
//     what ale-py, AutoROM or atari-py have installed: below $VIRTUAL_ENV, $CONDA_PREFIX,
//     ~/.local, /usr/local and /usr
//
// These environment variables are the only ones that the library reads, and only here.
#ifndef PPO_ROM_H
#define PPO_ROM_H

#include "ppo/atari.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_ROM_MAX_BYTES 16384
#define PPO_ROM_PATH_SIZE 1024

// A cartridge's content. A plain value.
typedef struct ppo_rom {
    const ppo_game_info *info;    // whose it is; ppo_game_generic() if nobody knows
    char path[PPO_ROM_PATH_SIZE]; // where it was found; "" where it came with the library
    char md5[33];                 // 32 hexadecimal digits
    size_t size;
    uint8_t bytes[PPO_ROM_MAX_BYTES];
} ppo_rom;

// The cartridge of a game. `rom_dir` may be NULL or "". PPO_NOT_FOUND says what was looked for,
// where, and what to do.
PPO_API ppo_status ppo_rom_find(ppo_rom *rom, const ppo_game_info *game, const char *rom_dir,
                                ppo_error *error);

// Whatever lies in a file. PPO_INVALID if its size is not one that a cartridge has.
PPO_API ppo_status ppo_rom_read(ppo_rom *rom, const char *path, ppo_error *error);

// Calls `visit` with each place that ppo_rom_find looks into on this machine, in order.
typedef void ppo_rom_visit(void *context, const char *folder, bool exists);
PPO_API void ppo_rom_places(const char *rom_dir, ppo_rom_visit *visit, void *context);

#ifdef __cplusplus
}
#endif

#endif
