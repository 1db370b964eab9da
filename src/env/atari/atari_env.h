// SPDX-License-Identifier: MIT
// The Atari family: a class is made when a game's id is opened. Ids are
//
//     PongNoFrameskip-v4   as it is
//     ALE/Pong-v5          in each frame the last action goes on with probability 0.25
//     Rally, Bricks        the free games, which come with the library
//     atari:FILE           any cartridge; without rewards and end if its rules are not known
//
// The observation is one frame; stacking several is the caller's work. What is done to it is what
// Gymnasium's AtariPreprocessing does, and its options are ppo_atari_options. An episode starts
// - with noop_max: after 1 to noop_max frames without action, drawn from the environment's stream;
// - with fire_reset, where FIRE is the game's second action: by a step of FIRE and one of the
// action
//   after it, as in Stable-Baselines3 and CleanRL;
// - after a lost life, with terminal_on_life_loss: by one step without action, in the game that is
//   under way (Stable-Baselines3's EpisodicLifeEnv).
// A step repeats its action for frame_skip frames and adds up the rewards, which are the raw ones.
// With max_pool the picture is the maximum of the last two frames; if the game ends before them it
// is made from older ones, exactly as Gymnasium does it. Without max_pool it is the last frame.
// An episode is truncated after 108,000 frames, those without action included.
//
// Workload: four frames of 15 us each and 10 us for the picture. Owns the classes that it makes,
// with cartridge and plan of the picture; an instance owns nothing but its memory.
#ifndef PPO_ENV_ATARI_ATARI_ENV_H
#define PPO_ENV_ATARI_ATARI_ENV_H

#include "env/atari/area_resize.h"
#include "env/family.h"
#include "ppo/atari.h"

enum { PPO_ATARI_MAX_FRAMES = 108000, PPO_ATARI_TEXT = 160 };

// Pictures for people: columns per pixel of the console, and its frames per second.
enum { PPO_ATARI_PIXEL_WIDTH = 2, PPO_ATARI_FPS = 60 };

// What all instances of a class share.
typedef struct ppo_atari {
    ppo_env_class env; // first, so that its address is the class's
    char id[PPO_ATARI_TEXT];
    char summary[PPO_ATARI_TEXT];
    uint32_t num_actions[1];

    ppo_game_setup setup;
    ppo_cartridge *cartridge;
    ppo_atari_options options; // without rom_dir
    bool has_fire;             // FIRE is the second action
    bool pools;                // the maximum of two frames
    uint32_t channels;         // 1 or 3
    size_t pixels;             // of the whole screen
    size_t picture_bytes;      // the same times channels
    size_t obs_bytes;
    ppo_area *area; // NULL: the whole screen is shown

    // Where the parts of an instance lie, in bytes from its beginning.
    size_t picture_at, older_at, game_at;
} ppo_atari;

extern const ppo_env_family ppo_atari_family;

// The class's functions, and how big an instance is (it sets the `_at` fields too).
extern const ppo_env_class ppo_atari_functions;
size_t ppo_atari_lay_out(ppo_atari *atari);

#endif
