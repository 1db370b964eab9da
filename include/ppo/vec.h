// SPDX-License-Identifier: MIT
// Environments side by side, without any learning: N of one class, stepped together into the
// caller's arrays. It is what a trainer steps: the same settings and seed give the same bits.
//
//     ppo_config config;
//     ppo_config_defaults(&config);
//     strcpy(config.env_id, "CartPole-v1");
//     config.num_envs = 8;
//     ppo_vec_create(&vec, &config, NULL, &error);
//     ppo_vec_reset(vec, NULL, observation, &error);
//     ppo_vec_step(vec, action, &rows, &error); // again and again
//     ppo_vec_destroy(vec);
//
// An environment whose episode has ended begins the next one in the same step ("same-step
// autoreset" in Gymnasium's words). All memory is taken at creation.
//
// Threads: different vecs may be used by different threads at once; one vec is used by one thread
// at a time.
#ifndef PPO_VEC_H
#define PPO_VEC_H

#include "ppo/config.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_vec ppo_vec;

// Where a step's results go: arrays with a row per environment, aligned for their type. NULL: not
// wanted. What belongs to an episode's end is written where one has ended, and left as it was
// elsewhere. All zero but struct_size: what ppo_vec_rows_init sets.
typedef struct ppo_vec_rows {
    size_t struct_size;       // sizeof(ppo_vec_rows); the struct may grow at its end
    void *observation;        // [N, stack, observation] the next one: after an end, the new
                              // episode's first
    void *final_observation;  // [N, stack, observation] the finished episode's last
    double *reward;           // [N] as the environment gives it, summed over a frame skip
    uint8_t *terminated;      // [N] 0 or 1: the task's own end
    uint8_t *truncated;       // [N] 0 or 1: an end from outside such as a time limit; 0 where
                              // terminated
    uint8_t *lost;            // [N] 0 or 1; 1 with truncated: the environment has broken down, and
                              // this step never took place
    double *episode_return;   // [N] of the finished episode
    uint32_t *episode_length; // [N] likewise, in environment steps; 0 after a lost life, where the
                              // game and its episode go on (terminal_on_life_loss)
    unsigned char *picture;   // [N, render_height, render_width, 3] red, green, blue, drawn after
                              // the step and, unlike ppo_vec_render, before a reset. Fails as that
} ppo_vec_rows;

static inline void ppo_vec_rows_init(ppo_vec_rows *rows)
{
    memset(rows, 0, sizeof *rows);
    rows->struct_size = sizeof *rows;
}

// Makes config->num_envs environments. `env` NULL: the class that config->env_id names, opened as a
// trainer opens it; otherwise it must outlive the vec. Of the config what is about environments
// counts: the groups Task, Environments, Atari, Lander and Gymnasium, and workers, num_workers,
// env_timeout, python, rom_dir and threads. What learning does to observations and rewards
// (norm_obs, norm_reward, clip_reward) is not done here. With frame_stack k > 1 an observation is
// the last k, oldest first; at an episode's beginning its first stands for those before.
//
// threads 0 means the calling thread alone. Fails with PPO_INVALID for a config that
// ppo_config_check refuses, like ppo_env_open, and with what an environment says. *vec is NULL on
// failure.
PPO_API ppo_status ppo_vec_create(ppo_vec **vec, const ppo_config *config, const ppo_env_class *env,
                                  ppo_error *error);

// Frees everything; NULL is allowed.
PPO_API void ppo_vec_destroy(ppo_vec *vec);

PPO_API const ppo_env_class *ppo_vec_env(const ppo_vec *vec);
PPO_API const ppo_config *ppo_vec_config(const ppo_vec *vec);

// Begins an episode in each environment: from `seeds` [N], or, if that is NULL, by the
// environments' own random streams, which begin with config.seed + n. `observation` as in
// ppo_vec_rows. The seeds s, s + 1, ... make everything repeat what a vec with config.seed = s
// does.
PPO_API ppo_status ppo_vec_reset(ppo_vec *vec, const uint64_t *seeds, void *observation,
                                 ppo_error *error);

// Steps all environments by `action` [N, action]: int32_t[size] each for the discrete kinds,
// float[size] for a box, clipped to its bounds with action_bound clip. PPO_INVALID, and nothing is
// done, for an integer that is none of the space's, or a float that is not a number. After any
// other failure (PPO_ENV_FAILED, PPO_NUMERIC, or what an environment says; the sentence names it),
// or before the first reset, a ppo_vec_reset is needed: until then steps fail with PPO_INVALID.
PPO_API ppo_status ppo_vec_step(ppo_vec *vec, const void *action, const ppo_vec_rows *rows,
                                ppo_error *error);

// Which values the next actions may have: [N, M] bytes as ppo_env_class.action_mask writes them,
// owned by the vec, up to date after each reset and step. A step with a value that is forbidden
// fails with PPO_INVALID. NULL: the class has no masks, everything is allowed.
PPO_API const uint8_t *ppo_vec_action_mask(const ppo_vec *vec);

// Draws environment n as it stands, after an episode's end the next one's beginning: render_height
// rows of render_width pixels of red, green, blue (ppo_vec_env). PPO_UNSUPPORTED where the class
// has no pictures, or with workers: process.
PPO_API ppo_status ppo_vec_render(const ppo_vec *vec, size_t n, unsigned char *rgb,
                                  ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
