// SPDX-License-Identifier: MIT
// A lander above the moon: what an instance is made of, for its picture and its tests. See
// lunar_lander.c for the task.
#ifndef PPO_ENV_BOX2D_LUNAR_LANDER_H
#define PPO_ENV_BOX2D_LUNAR_LANDER_H

#include "ppo/env.h"

#include "env/box2d/physics.h"
#include "env/box2d/replay_log.h"

enum { PPO_LANDER_CHUNKS = 11, PPO_LANDER_OBS = 8 };

// The world that is seen: 20 m wide and 13.3 m high, the helipad a quarter up, between the flags.
#define PPO_LANDER_SCALE  30.0 // pixels per m
#define PPO_LANDER_WIDTH  (600 / PPO_LANDER_SCALE)
#define PPO_LANDER_HEIGHT (400 / PPO_LANDER_SCALE)
#define PPO_LANDER_PAD_Y  (PPO_LANDER_HEIGHT / 4)

// What all instances of a class share.
typedef struct ppo_lander_traits {
    bool is_continuous;
    bool enable_wind;
    double gravity;
    double wind_power;       // N, at most
    double turbulence_power; // Nm, at most
} ppo_lander_traits;

typedef union ppo_lander_action {
    int32_t choice;
    float throttle[2]; // main engine, side engines
} ppo_lander_action;

// Tape, last observation and actions, whose bytes are the saved state.
typedef struct ppo_lander_saved {
    ppo_tape tape;
    float obs[PPO_LANDER_OBS];
    ppo_lander_action action[PPO_TAPE_STEPS];
} ppo_lander_saved;

_Static_assert(sizeof(ppo_lander_saved) ==
                   sizeof(ppo_tape) + PPO_LANDER_OBS * 4 + PPO_TAPE_STEPS * 8,
               "no padding");

typedef struct ppo_lander {
    ppo_tape_deck deck; // over `saved`
    const ppo_lander_traits *traits;
    ppo_world *world; // owned
    ppo_body *moon, *hull, *leg[2];
    double ground[PPO_LANDER_CHUNKS]; // height at ppo_lander_chunk_x(0), ...
    double shaping;                   // of the last observation
    int64_t wind_index, torque_index; // places in the wind's pattern
    double main_power, side_power;    // of the engines in the last step, in [0, 1]
    double side;                      // -1: the left engine, pushing to the right; 1: the right one
    ppo_lander_saved saved;
} ppo_lander;

// Where the index-th point of the ground is, in [0, PPO_LANDER_CHUNKS).
static inline double ppo_lander_chunk_x(int index)
{
    return PPO_LANDER_WIDTH / (PPO_LANDER_CHUNKS - 1) * index;
}

// Observation and shaping, the potential whose differences are the reward, from where the lander is
// and whether its legs touch the ground.
void ppo_lander_observe(float obs[PPO_LANDER_OBS], double *shaping, const ppo_pose *pose,
                        const bool touches[2]);

// The picture of an instance (box2d_draw.c): `render` and `draw` of the classes.
void ppo_lander_render(const void *instance, unsigned char *rgb);
void ppo_lander_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height);

extern const ppo_env_class ppo_lunar_lander_v3, ppo_lunar_lander_continuous_v3;

#endif
