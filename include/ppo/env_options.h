// SPDX-License-Identifier: MIT
// What ppo_env_open is told about an environment, a struct for each family: the others' are
// ignored.
//
//     ppo_env_options options = ppo_env_options_default();
//     options.atari.frame_skip = 4;
//     ppo_env_open(&env, "Rally", &options, &error);
//
// ppo_config_env_options (ppo/config.h) fills all of it from a config. Strings are copied when an
// environment is opened.
#ifndef PPO_ENV_OPTIONS_H
#define PPO_ENV_OPTIONS_H

#include "ppo/env.h"

#ifdef __cplusplus
extern "C" {
#endif

// Atari games; docs/atari.md says what they do with it.
typedef struct ppo_atari_options {
    const char *rom_dir;        // where cartridges are, before the usual places; NULL or "": none
    uint32_t frame_skip;        // frames per step, the last two of which are seen; at least 1
    uint32_t noop_max;          // up to so many frames without action begin an episode
    uint32_t screen_size;       // height and width of the observation; 0: the whole screen
    bool grayscale;             // one channel rather than red, green, blue
    bool max_pool;              // the observation is the maximum of a step's last two frames
    bool fire_reset;            // press FIRE at the beginning, where the game knows it
    bool terminal_on_life_loss; // see ppo_transition.life_lost
    uint32_t game_mode;         // ALE's `mode`; 0: the game's default
    uint32_t difficulty;        // ALE's `difficulty`: bit 0 left switch, bit 1 right
    bool full_action_space;     // all legal actions of the game, not the minimal set
} ppo_atari_options;

// The maze, TMaze; docs/memory.md.
typedef struct ppo_classic_options {
    uint32_t tmaze_length; // steps from the sign to the junction, in [1, 1000000]
} ppo_classic_options;

// Lunar landers; docs/bodies.md.
typedef struct ppo_box2d_options {
    bool enable_wind;        // gusts push and turn the lander
    double wind_power;       // N, the strongest push
    double turbulence_power; // Nm, the strongest turn
    double gravity;          // m/s^2 in (-12, 0); 0: the task's own, -10
} ppo_box2d_options;

// Environments in Python; docs/gymnasium.md.
typedef struct ppo_gymnasium_options {
    const char *python;         // program, or folder of a virtual environment; NULL or "": python3
    const char *env_kwargs;     // of gymnasium.make, a JSON object; NULL or "": none
    uint32_t max_episode_steps; // time limit; 0: the environment's own
    uint32_t num_envs;          // about how many will be stepped together; 0: not known
    uint32_t num_workers;       // Python processes; 0: one per environment, up to one per core
    double env_timeout;         // seconds without progress after which one is killed; 0: never
    const char *worker_log;     // file to which their output is appended; NULL: it goes to stderr
} ppo_gymnasium_options;

struct ppo_env_options {
    size_t struct_size; // sizeof(ppo_env_options): one of another size belongs to another version
                        // of the library, and is refused
    ppo_atari_options atari;
    ppo_box2d_options box2d;
    ppo_classic_options classic;
    ppo_gymnasium_options gymnasium;
};

// The defaults: a step is one frame of the whole screen in colour; no wind, but Gymnasium's
// strengths for when it is enabled; a maze of 10 steps; python3, killed after 60 s without
// progress.
PPO_API ppo_env_options ppo_env_options_default(void);

#ifdef __cplusplus
}
#endif

#endif
