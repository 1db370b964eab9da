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

// Whether a snapshot that may have been changed by others is one of a console with this cartridge
// that can go on: PPO_CORRUPT, with what is wrong, if not. Snapshots of one's own are.
PPO_API ppo_status ppo_console_check(const ppo_console *console, const ppo_cartridge *cartridge,
                                     ppo_error *error);

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

// --- games -----------------------------------------------------------------------------------
//
// Playing as the Arcade Learning Environment does: the way from switching on to the first frame of
// an episode, 18 actions, sticky actions, and what score, lives and the end are. Again two values:
//
//     ppo_game_setup setup = {.info = ppo_game_find("Rally")};
//     const void *bytes = ppo_game_cartridge(setup.info, &size);
//     ppo_cartridge_create(&setup.cartridge, bytes, size, &setup.info->traits, &error);
//     ppo_game *game = aligned_alloc(64, ppo_game_size());
//     ppo_game_load(game, &setup, 1, &error);
//     int32_t reward = ppo_game_act(game, &setup, PPO_ATARI_FIRE, true);
//
// The free games Rally and Bricks come with the library; other cartridges are one's own (ppo/rom.h
// finds them).

// What a player does: numbers as in ALE, for a joystick and, RIGHT, LEFT and FIRE, for a paddle.
typedef enum ppo_atari_action {
    PPO_ATARI_NOOP,
    PPO_ATARI_FIRE,
    PPO_ATARI_UP,
    PPO_ATARI_RIGHT,
    PPO_ATARI_LEFT,
    PPO_ATARI_DOWN,
    PPO_ATARI_UPRIGHT,
    PPO_ATARI_UPLEFT,
    PPO_ATARI_DOWNRIGHT,
    PPO_ATARI_DOWNLEFT,
    PPO_ATARI_UPFIRE,
    PPO_ATARI_RIGHTFIRE,
    PPO_ATARI_LEFTFIRE,
    PPO_ATARI_DOWNFIRE,
    PPO_ATARI_UPRIGHTFIRE,
    PPO_ATARI_UPLEFTFIRE,
    PPO_ATARI_DOWNRIGHTFIRE,
    PPO_ATARI_DOWNLEFTFIRE,
    PPO_ATARI_NUM_ACTIONS,
} ppo_atari_action;

// How score, lives and end are read from RAM (src/atari/rules.h).
typedef struct ppo_game_rules ppo_game_rules;

// What is known about a game: a row of the library's table, or one's own.
typedef struct ppo_game_info {
    const char *name;            // as in Gymnasium's ids: "SpaceInvaders"
    const char *md5;             // of its cartridge, 32 hexadecimal digits; NULL: a free game
    const ppo_game_rules *rules; // NULL: not known; then no rewards, no lives and no end
    ppo_cartridge_traits traits;
    uint8_t num_actions; // of the smallest set that can do everything in this game
    uint8_t action[PPO_ATARI_NUM_ACTIONS]; // its members in rising order
    uint8_t start_action;                  // pressed for start_frames when an episode begins
    uint8_t start_frames;
    bool has_modes;           // SELECT changes something: the start presses RESET once more
    uint8_t mode_address;     // RAM byte that holds the mode
    uint8_t mode_stride;      // modes are 0, stride, 2 stride, ...
    uint8_t num_modes;        // how many can be chosen, at least 1
    uint8_t select_frames;    // how long SELECT is held
    uint8_t num_difficulties; // 1, 2 (left switch) or 4 (both)
} ppo_game_info;

// The table: the games whose rules are known first, in alphabetical order, then those that can be
// played without a score.
PPO_API size_t ppo_game_count(void);
PPO_API const ppo_game_info *ppo_game_at(size_t index);

// By name ("Pong") and by the MD5 of a cartridge's bytes; NULL if there is none.
PPO_API const ppo_game_info *ppo_game_find(const char *name);
PPO_API const ppo_game_info *ppo_game_find_md5(const char *md5);

// The bytes of a game's cartridge where it comes with the library and this build has it, or NULL.
PPO_API const void *ppo_game_cartridge(const ppo_game_info *info, size_t *size);

// For a cartridge that nobody knows: a joystick game of the usual kind without rules.
PPO_API const ppo_game_info *ppo_game_generic(void);

// What stays the same while a game is played. Any number of games may share one.
typedef struct ppo_game_setup {
    const ppo_game_info *info;
    ppo_cartridge *cartridge; // made with the traits of `info`; only read
    double sticky_prob;       // chance, in each frame, that the last action goes on
    uint32_t max_frames;      // after so many frames an episode is truncated; 0: never
    uint32_t mode;            // 0 is the usual one
    uint32_t difficulty;      // 0 is the usual one; bit 0: left switch, bit 1: right
} ppo_game_setup;

// A game under way. Plain memory without pointers: a snapshot is a copy of ppo_game_size() bytes.
typedef struct ppo_game ppo_game;

PPO_API size_t ppo_game_size(void); // bytes of a game; it wants an alignment of 64

// Plugs the cartridge in, switches on and begins an episode, as ALE's loadROM. `seed` starts the
// draws of sticky actions. PPO_INVALID for a mode or difficulty that the game does not have.
PPO_API ppo_status ppo_game_load(ppo_game *game, const ppo_game_setup *setup, uint32_t seed,
                                 ppo_error *error);

// Begins the next episode, as ALE's reset_game: some 70 frames, after which the game waits for the
// first action. RAM and draws go on from where they are. PPO_UNSUPPORTED if the mode can't be had.
PPO_API ppo_status ppo_game_reset(ppo_game *game, const ppo_game_setup *setup, ppo_error *error);

// Plays one frame and returns its reward; 0, and nothing happens, once the episode is over.
// `draw` as for ppo_console_frame.
PPO_API int32_t ppo_game_act(ppo_game *game, const ppo_game_setup *setup, ppo_atari_action action,
                             bool draw);

// As ppo_console_check, for all of a game.
PPO_API ppo_status ppo_game_check(const ppo_game *game, const ppo_game_setup *setup,
                                  ppo_error *error);

// The game's own end; not the one by max_frames.
PPO_API bool ppo_game_is_over(const ppo_game *game);
PPO_API bool ppo_game_is_truncated(const ppo_game *game, const ppo_game_setup *setup);
PPO_API int32_t ppo_game_lives(const ppo_game *game);   // 0 once over, and where there are none
PPO_API uint32_t ppo_game_frames(const ppo_game *game); // of the episode so far

// Screen, palette indices [height, 160], and RAM are read off the console.
PPO_API const ppo_console *ppo_game_console(const ppo_game *game);

#ifdef __cplusplus
}
#endif

#endif
