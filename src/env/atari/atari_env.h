// SPDX-License-Identifier: MIT
// The Atari family: a class is made when a game's id is opened. Ids are
//
//     PongNoFrameskip-v4   as it is
//     ALE/Pong-v5          in each frame the last action is repeated with probability 0.25
//     Pong-v4              steps of 2 to 4 frames, drawn for each; PongDeterministic-v4: of 4
//     ...-v0               the same as v4, with repeated actions as in v5
//     Rally, Bricks        the free games, which come with the library
//     atari:FILE           any cartridge; without rewards and end if its rules are not known
//
// The obs is one screen, preprocessed as by Gymnasium's AtariPreprocessing; its options are
// ppo_atari_options. Stacking is done elsewhere. An episode starts
// - with noop_max: after 1 to noop_max frames without action, drawn from the environment's stream;
// - with fire_reset, where FIRE is the game's second action: with a step of FIRE and a step of the
//   action after it, as in Stable-Baselines3 and CleanRL;
// - after a lost life, with terminal_on_life_loss: with one step without action in the same game,
// as
//   in Stable-Baselines3's EpisodicLifeEnv.
// A step repeats its action for frame_skip frames and adds up the unchanged rewards. With max_pool
// the obs is made of the maximum of the last two frames; if the game ends before them, of older
// ones, exactly as in Gymnasium. Without max_pool it is made of the last frame. An episode is
// truncated after 108,000 frames, those without action included.
//
// Workload: per step four frames of 15 us each and 10 us of preprocessing. Owns the classes that it
// makes, with cartridge and resize plan; an instance owns nothing but its memory.
#ifndef PPO_ENV_ATARI_ATARI_ENV_H
#define PPO_ENV_ATARI_ATARI_ENV_H

#include "env/atari/area_resize.h"
#include "env/family.h"
#include "ppo/atari.h"

enum { PPO_ATARI_MAX_FRAMES = 108000, PPO_ATARI_TEXT = 160 };

// Rendering: columns per pixel of the console, and its frames per second.
enum { PPO_ATARI_PIXEL_WIDTH = 2, PPO_ATARI_FPS = 60 };

// What all instances of a class share.
typedef struct ppo_atari {
    ppo_env_class env; // first: a class is found by this address
    char id[PPO_ATARI_TEXT];
    char summary[PPO_ATARI_TEXT];
    uint32_t num_actions[1];
    uint8_t action[PPO_ATARI_NUM_ACTIONS]; // of the console, by index

    ppo_game_setup setup;
    ppo_game_info unlisted; // of a cartridge that is known by its name alone: `setup.info` then
    ppo_cartridge *cartridge;
    ppo_atari_options options;   // without rom_dir
    uint32_t min_skip, max_skip; // frames per step, drawn for each step if they differ
    bool has_fire;               // FIRE is the second action
    bool pools;                  // the obs is made of two frames
    uint32_t channels;           // 1 or 3
    size_t pixels;               // of the screen
    size_t shade_bytes;          // the same times channels
    size_t obs_bytes;
    ppo_area *area; // the resize; NULL: none

    // Offsets of the parts of an instance, in bytes.
    size_t latest_at, older_at, game_at;
} ppo_atari;

extern const ppo_env_family ppo_atari_family;

// The functions of the classes. ppo_atari_lay_out sets the `_at` fields and returns the size of an
// instance in bytes.
extern const ppo_env_class ppo_atari_functions;
size_t ppo_atari_lay_out(ppo_atari *atari);

#endif
