// SPDX-License-Identifier: MIT
// An Atari 2600 and its games: no learning, no files, no windows. A machine is two objects.
//
//   ppo_cartridge   the ROM and how it is wired. Constant once created: any number of consoles, in
//                   any threads, may share one.
//   ppo_console     everything that changes: processor, TIA, RIOT, cartridge RAM, screens. Plain
//                   memory without pointers: a snapshot is a copy of its bytes.
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
// RAM and screen equal those of the Arcade Learning Environment 0.12 bit by bit; that is, time
// advances instruction by instruction, as in Stella 2. The games (actions, score, lives, end) are
// in the second part of this header.
//
// Threads: no function has state of its own. Calls on different consoles or games may run at the
// same time; calls on one must not.
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

// How a cartridge is wired. Sizes in bytes: 2048, 4096, 8192, 10240 or 16384.
typedef enum ppo_cartridge_kind {
    PPO_CARTRIDGE_2K,
    PPO_CARTRIDGE_4K,
    PPO_CARTRIDGE_F8,   // 8K: two banks of 4K
    PPO_CARTRIDGE_F8SC, // F8 with 128 bytes of RAM
    PPO_CARTRIDGE_E0,   // 8K: eight slices of 1K, three of them movable
    PPO_CARTRIDGE_FE,   // 8K: banks by bit 13 of the address
    PPO_CARTRIDGE_F6,   // 16K: four banks of 4K
    PPO_CARTRIDGE_F6SC, // F6 with 128 bytes of RAM
    PPO_CARTRIDGE_CV,   // 2K with 1K of RAM (CommaVid)
    PPO_CARTRIDGE_3F,   // 8K or 16K: banks of 2K, the last one fixed (Tigervision)
    PPO_CARTRIDGE_3E,   // 3F with 32K of RAM
    PPO_CARTRIDGE_UA,   // 8K: two banks of 4K, switched by addresses outside (UA Ltd)
    PPO_CARTRIDGE_E7,   // 16K: banks of 2K, and 2K of RAM (M Network)
    PPO_CARTRIDGE_DPC,  // 8K, and a chip with 2K of pictures: Pitfall II
} ppo_cartridge_kind;

// Properties of a game that its bytes do not show.
typedef struct ppo_cartridge_traits {
    uint32_t first_line;  // of the picture; 34 if 0
    uint32_t height;      // of the picture in lines, up to PPO_ATARI_MAX_HEIGHT; if 0: 210, PAL 250
    bool no_hmove_blanks; // HMOVEs do not blank pixels at the left edge
    bool paddles[2];      // in the left, the right port; otherwise a joystick
    bool swap_paddles;    // the two paddles of each port are exchanged
} ppo_cartridge_traits;

typedef struct ppo_cartridge ppo_cartridge;

// Copies the bytes and detects the kind as ALE does. `traits` NULL: all 0. On failure `*cartridge`
// is NULL: PPO_INVALID for a size that no kind has or a height above PPO_ATARI_MAX_HEIGHT.
PPO_API ppo_status ppo_cartridge_create(ppo_cartridge **cartridge, const void *bytes, size_t size,
                                        const ppo_cartridge_traits *traits, ppo_error *error);
PPO_API void ppo_cartridge_destroy(ppo_cartridge *cartridge); // NULL is allowed
PPO_API ppo_cartridge_kind ppo_cartridge_kind_of(const ppo_cartridge *cartridge);

// --- the console -----------------------------------------------------------------------------

// Bits of a joystick; set: pressed.
enum {
    PPO_JOYSTICK_UP = 1,
    PPO_JOYSTICK_DOWN = 2,
    PPO_JOYSTICK_LEFT = 4,
    PPO_JOYSTICK_RIGHT = 8,
    PPO_JOYSTICK_FIRE = 16, // also the button of a paddle
};

// Bits of the console's switches; 0: not pressed, colour, both difficulties B.
enum {
    PPO_SWITCH_RESET = 1,
    PPO_SWITCH_SELECT = 2,
    PPO_SWITCH_BLACK_WHITE = 8,
    PPO_SWITCH_LEFT_A = 64,
    PPO_SWITCH_RIGHT_A = 128,
};

// Controller and switch state for one frame.
typedef struct ppo_console_input {
    uint8_t joystick[2];   // PPO_JOYSTICK_*, left and right port; with paddles only FIRE counts
    uint8_t switches;      // PPO_SWITCH_*
    int32_t paddle_ohm[4]; // resistance of the paddles at INPT0 to INPT3, after swapping; 0 reads
                           // as charged at once; ignored for a port without paddles
} ppo_console_input;

typedef struct ppo_console ppo_console;

// ALE's `system_random_seed`, for RAM at power-on and the timer after resets.
#define PPO_CONSOLE_SEED 4753849u

// Bytes of a console, which must be 64-byte aligned: enough for any cartridge, and what one with
// this cartridge uses, which is less where it has no RAM of its own.
PPO_API size_t ppo_console_size(void);
PPO_API size_t ppo_console_size_for(const ppo_cartridge *cartridge);

// Initialises a console as ALE does on loading a cartridge: RAM from the generator, 60 frames that
// distinguish NTSC from PAL, then a system reset.
PPO_API void ppo_console_power_on(ppo_console *console, const ppo_cartridge *cartridge,
                                  uint32_t seed);

// A system reset: RAM is kept, the RIOT's timer drawn anew. (The RESET switch is an input.)
PPO_API void ppo_console_reset(ppo_console *console, const ppo_cartridge *cartridge);

// Checks a snapshot from an untrusted source, such as a file: PPO_CORRUPT, with the first fault, if
// a console with this cartridge can't run from it. Snapshots of running consoles always pass.
PPO_API ppo_status ppo_console_check(const ppo_console *console, const ppo_cartridge *cartridge,
                                     ppo_error *error);

// Runs one frame. With `draw` false everything but the screen is computed, and ppo_console_screen
// is invalid until a frame has been drawn again. A drawn frame never depends on whether earlier
// ones were drawn.
PPO_API void ppo_console_frame(ppo_console *console, const ppo_cartridge *cartridge,
                               const ppo_console_input *input, bool draw);

// The last frame [height, 160], palette indices.
PPO_API const uint8_t *ppo_console_screen(const ppo_console *console);
PPO_API uint32_t ppo_console_height(const ppo_console *console, const ppo_cartridge *cartridge);

PPO_API const uint8_t *ppo_console_ram(const ppo_console *console); // [128], addresses $80 to $FF

// The length of the last frame in processor cycles and lines.
PPO_API uint32_t ppo_console_cycles(const ppo_console *console);
PPO_API uint32_t ppo_console_scanlines(const ppo_console *console);

// The NTSC palette, both [256]: 0xRRGGBB, and the grey of each index.
PPO_API const uint32_t *ppo_atari_palette_rgb(void);
PPO_API const uint8_t *ppo_atari_palette_grey(void);

// --- games -----------------------------------------------------------------------------------
//
// Playing as in the Arcade Learning Environment: the start of an episode, 18 actions, sticky
// actions, score, lives and end. Again two objects:
//
//     ppo_game_setup setup = {.info = ppo_game_find("Rally")};
//     const void *bytes = ppo_game_cartridge(setup.info, &size);
//     ppo_cartridge_create(&setup.cartridge, bytes, size, &setup.info->traits, &error);
//     ppo_game *game = aligned_alloc(64, ppo_game_size());
//     ppo_game_load(game, &setup, 1, &error);
//     int32_t reward = ppo_game_act(game, &setup, PPO_ATARI_FIRE, true);
//
// The free games Rally and Bricks come with the library; ppo/rom.h finds the user's cartridges.

// Actions, numbered as in ALE, for joysticks; RIGHT, LEFT and FIRE also for paddles.
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

// How score, lives and end are read from RAM; opaque.
typedef struct ppo_game_rules ppo_game_rules;

// How the modes of a game are chosen; opaque.
typedef struct ppo_mode_choice ppo_mode_choice;

// The console's RESET switch among the actions of ppo_game_start.
enum { PPO_ATARI_RESET = 40 };

// Frames of an action at the start of an episode.
typedef struct ppo_game_start {
    uint8_t action; // a ppo_atari_action or PPO_ATARI_RESET
    uint16_t frames;
} ppo_game_start;

// What is known about a game: a row of the library's table, or the caller's own. Lists of numbers
// are text such as "0-3", "0-44/4" (every fourth) or "1-9 16 17", the default first; NULL: only 0.
typedef struct ppo_game_info {
    const char *name; // as in Gymnasium's ids: "SpaceInvaders"
    const char *md5;  // of its cartridge, 32 lower-case hexadecimal digits; NULL: free game
    const ppo_game_rules *rules; // NULL: not known; then rewards and lives are 0 and it never ends
    ppo_cartridge_traits traits;
    uint8_t num_actions;                   // of ALE's minimal set for this game
    uint8_t action[PPO_ATARI_NUM_ACTIONS]; // the set, in rising order
    ppo_game_start start[3];               // what is done at the start of an episode
    const char *modes;                     // list of modes
    const ppo_mode_choice *choice;         // NULL: there are none
    const char *difficulties;              // list: 0 to 3, bit 0 left switch A, bit 1 right
    bool no_fire;           // only the nine actions without FIRE are legal; others act as NOOP
    bool swap_ports;        // the player's joystick is in the right port
    bool v5_only;           // Gymnasium has no v0 and v4 of it
    int32_t paddle_max_ohm; // range of the paddle; 0: the usual 790196
} ppo_game_info;

// The table: the free games, the 57 games of the literature, the rest of ALE's 104.
PPO_API size_t ppo_game_count(void);
PPO_API const ppo_game_info *ppo_game_at(size_t index);

// By name ("Pong") and by the MD5 of the cartridge's bytes; NULL if the table has no such game.
PPO_API const ppo_game_info *ppo_game_find(const char *name);
PPO_API const ppo_game_info *ppo_game_find_md5(const char *md5);

// The cartridge of a free game and its size in bytes; NULL and 0 if this build lacks it, and for
// all other games.
PPO_API const void *ppo_game_cartridge(const ppo_game_info *info, size_t *size);

// Whether a list of a ppo_game_info contains a number, and the first of its modes.
PPO_API bool ppo_game_list_has(const char *list, uint32_t number);
PPO_API uint32_t ppo_game_default_mode(const ppo_game_info *info);

// What papers report for a game, with the listed cartridge: mean returns of a uniformly random
// policy and of a human (sources in src/atari/game_scores.c).
typedef struct ppo_game_scores {
    double random, human;
} ppo_game_scores;

// NULL: none are known, as for the free games and those outside of the literature's 57.
PPO_API const ppo_game_scores *ppo_game_reported_scores(const ppo_game_info *info);

// A return, human-normalised: 0 is the random policy's, 1 the human's.
static inline double ppo_game_normalise(const ppo_game_scores *scores, double value)
{
    return (value - scores->random) / (scores->human - scores->random);
}

// For an unknown cartridge: a joystick game without rules.
PPO_API const ppo_game_info *ppo_game_generic(void);

// Settings of a game; any number of games may share them.
typedef struct ppo_game_setup {
    const ppo_game_info *info;
    ppo_cartridge *cartridge; // created with the traits of `info`; only read
    double sticky_prob;       // probability, per frame, that the previous action is repeated
    uint32_t max_frames;      // an episode is truncated after so many frames; 0: never
    uint32_t mode;            // one of info->modes; 0: the default
    uint32_t difficulty;      // one of info->difficulties; 0: the default
} ppo_game_setup;

// A game in progress. Plain memory without pointers: a snapshot is a copy of its bytes.
typedef struct ppo_game ppo_game;

// Bytes of a game, which must be 64-byte aligned: enough for any cartridge, and what one with this
// cartridge uses.
PPO_API size_t ppo_game_size(void);
PPO_API size_t ppo_game_size_for(const ppo_game_setup *setup);

// Powers the console on and starts an episode, as ALE's loadROM does. `seed` is for sticky actions.
// PPO_INVALID for a mode or difficulty that the game does not have.
PPO_API ppo_status ppo_game_load(ppo_game *game, const ppo_game_setup *setup, uint32_t seed,
                                 ppo_error *error);

// Starts the next episode, as ALE's reset_game does: some 70 frames, up to the first action. RAM
// and random numbers continue. PPO_UNSUPPORTED if the mode is not reached.
PPO_API ppo_status ppo_game_reset(ppo_game *game, const ppo_game_setup *setup, ppo_error *error);

// Plays one frame and returns its reward. Once the episode is over nothing happens and the reward
// is 0. `draw` as for ppo_console_frame.
PPO_API int32_t ppo_game_act(ppo_game *game, const ppo_game_setup *setup, ppo_atari_action action,
                             bool draw);

// As ppo_console_check, for a whole game.
PPO_API ppo_status ppo_game_check(const ppo_game *game, const ppo_game_setup *setup,
                                  ppo_error *error);

// Whether the game itself has ended, and whether max_frames has truncated the episode.
PPO_API bool ppo_game_is_over(const ppo_game *game);
PPO_API bool ppo_game_is_truncated(const ppo_game *game, const ppo_game_setup *setup);
PPO_API int32_t ppo_game_lives(const ppo_game *game);   // 0 when over, and in games without
PPO_API uint32_t ppo_game_frames(const ppo_game *game); // of the episode so far

// The console, for screen and RAM.
PPO_API const ppo_console *ppo_game_console(const ppo_game *game);

#ifdef __cplusplus
}
#endif

#endif
