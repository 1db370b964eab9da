// SPDX-License-Identifier: MIT
// An Atari 2600 by itself: no learning, no files, no windows. A machine is two values.
//
//   ppo_cartridge   what is plugged in: bytes and how they are wired. Constant once made, so any
//                   number of consoles, in any threads, may share one.
//   ppo_console     everything that changes: processor, TIA, RIOT, cartridge RAM, pictures. Plain
//                   memory without pointers: a snapshot is a copy of ppo_console_size() bytes.
//
// Use:
//
//     ppo_cartridge *cartridge;
//     ppo_cartridge_create(&cartridge, bytes, size, NULL, &error);
//     ppo_console *console = aligned_alloc(64, ppo_console_size());
//     ppo_console_power_on(console, cartridge, PPO_CONSOLE_SEED);
//     ppo_console_frame(console, cartridge, &(ppo_console_input){0}, true);
//     show(ppo_console_screen(console));
//
// It behaves like the Arcade Learning Environment 0.12 to the last bit of RAM and screen (that is:
// time advances instruction by instruction, as in Stella 2). The rules of games (score, lives, end)
// are in the second part of this header.
#ifndef PPO_ATARI_H
#define PPO_ATARI_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_ATARI_WIDTH      160
#define PPO_ATARI_MAX_HEIGHT 250
#define PPO_ATARI_RAM_BYTES  128

// --- cartridges ------------------------------------------------------------------------------

// How a cartridge is wired. Sizes in bytes: 2048, 4096, 8192 or 16384.
typedef enum ppo_cartridge_kind {
    PPO_CARTRIDGE_2K,
    PPO_CARTRIDGE_4K,
    PPO_CARTRIDGE_F8,   // 8K: two banks of 4K
    PPO_CARTRIDGE_F8SC, // F8 with 128 bytes of RAM
    PPO_CARTRIDGE_E0,   // 8K: eight slices of 1K, three of them movable
    PPO_CARTRIDGE_FE,   // 8K: banks by bit 13 of the address
    PPO_CARTRIDGE_F6,   // 16K: four banks of 4K
    PPO_CARTRIDGE_F6SC, // F6 with 128 bytes of RAM
} ppo_cartridge_kind;

// What can't be read off a cartridge's bytes and differs between games.
typedef struct ppo_cartridge_traits {
    uint32_t first_line;  // of the picture; 34 if 0
    uint32_t height;      // of the picture in lines, up to PPO_ATARI_MAX_HEIGHT; if 0: 210, PAL 250
    bool no_hmove_blanks; // the picture has no comb at its left edge
    bool paddles[2];      // in the left, the right port; otherwise a joystick
    bool swap_paddles;    // the two paddles of each port change places
} ppo_cartridge_traits;

typedef struct ppo_cartridge ppo_cartridge;

// Copies the bytes and finds out the kind. `traits` NULL: the usual ones. PPO_INVALID, with what
// was expected, for a size that no kind has.
PPO_API ppo_status ppo_cartridge_create(ppo_cartridge **cartridge, const void *bytes, size_t size,
                                        const ppo_cartridge_traits *traits, ppo_error *error);
PPO_API void ppo_cartridge_destroy(ppo_cartridge *cartridge);
PPO_API ppo_cartridge_kind ppo_cartridge_kind_of(const ppo_cartridge *cartridge);

// --- the console -----------------------------------------------------------------------------

// Bits of a joystick; 1 is pressed.
enum {
    PPO_JOYSTICK_UP = 1,
    PPO_JOYSTICK_DOWN = 2,
    PPO_JOYSTICK_LEFT = 4,
    PPO_JOYSTICK_RIGHT = 8,
    PPO_JOYSTICK_FIRE = 16, // a paddle's button too
};

// Bits of the console's switches; 0 is how they stand by themselves: colour, both difficulties B.
enum {
    PPO_SWITCH_RESET = 1,
    PPO_SWITCH_SELECT = 2,
    PPO_SWITCH_BLACK_WHITE = 8,
    PPO_SWITCH_LEFT_A = 64,
    PPO_SWITCH_RIGHT_A = 128,
};

// What hands do during a frame.
typedef struct ppo_console_input {
    uint8_t joystick[2];   // PPO_JOYSTICK_*, left and right port; FIRE alone counts for paddles
    uint8_t switches;      // PPO_SWITCH_*
    int32_t paddle_ohm[4]; // INPT0..3's paddles where traits say that there are some, after
                           // swapping; 0 reads as charged at once
} ppo_console_input;

typedef struct ppo_console ppo_console;

// The seed of ALE's `system_random_seed`: what RAM holds at power-on, and the timer after resets.
#define PPO_CONSOLE_SEED 4753849u

// Bytes of a console; it wants an alignment of 64.
PPO_API size_t ppo_console_size(void);

// Fills a console from nothing: RAM from the generator, then 60 frames that tell NTSC from PAL,
// then a system reset, as ALE does on loading a cartridge.
PPO_API void ppo_console_power_on(ppo_console *console, const ppo_cartridge *cartridge,
                                  uint32_t seed);

// A system reset: RAM stays, the RIOT's timer is drawn anew. (The RESET switch is an input.)
PPO_API void ppo_console_reset(ppo_console *console, const ppo_cartridge *cartridge);

// Runs one frame. With `draw` false nobody will look at its picture: collisions and everything else
// happen as always, but ppo_console_screen is not valid until a frame has been drawn again. What a
// drawn frame shows never depends on whether earlier ones were drawn.
PPO_API void ppo_console_frame(ppo_console *console, const ppo_cartridge *cartridge,
                               const ppo_console_input *input, bool draw);

// The last frame's picture [height, 160], indices of the palette.
PPO_API const uint8_t *ppo_console_screen(const ppo_console *console);
PPO_API uint32_t ppo_console_height(const ppo_console *console, const ppo_cartridge *cartridge);

PPO_API const uint8_t *ppo_console_ram(const ppo_console *console); // [128], CPU's $80 to $FF

// Where the last frame ended: processor cycles and lines since it began.
PPO_API uint32_t ppo_console_cycles(const ppo_console *console);
PPO_API uint32_t ppo_console_scanlines(const ppo_console *console);

// The palette of NTSC televisions: 0xRRGGBB and the grey of each index, both [256].
PPO_API const uint32_t *ppo_atari_palette_rgb(void);
PPO_API const uint8_t *ppo_atari_palette_grey(void);

#ifdef __cplusplus
}
#endif

#endif
