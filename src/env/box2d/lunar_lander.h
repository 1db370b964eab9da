// SPDX-License-Identifier: MIT
// A lander above the moon: what an instance is made of, for its picture and its tests. See
// lunar_lander.c for the task.
#ifndef PPO_ENV_BOX2D_LUNAR_LANDER_H
#define PPO_ENV_BOX2D_LUNAR_LANDER_H

#include "bodies/body.h"
#include "ppo/env.h"
#include "ppo/random.h"

enum {
    PPO_LANDER_CHUNKS = 11, // points of the ground
    PPO_LANDER_OBS = 8,
    PPO_LANDER_GROUND = PPO_LANDER_CHUNKS, // pieces: the bottom, and an edge between two points
};

// Bodies and hinges by number.
enum { PPO_LANDER_HULL, PPO_LANDER_LEG_0, PPO_LANDER_LEG_1, PPO_LANDER_BODIES };
enum { PPO_LANDER_HINGES = 2 };

// The world that is seen: 20 m wide and 13.3 m high, the helipad a quarter up, between the flags.
#define PPO_LANDER_SCALE  30.0 // pixels per m
#define PPO_LANDER_WIDTH  (600 / PPO_LANDER_SCALE)
#define PPO_LANDER_HEIGHT (400 / PPO_LANDER_SCALE)
#define PPO_LANDER_PAD_Y  (PPO_LANDER_HEIGHT / 4)

// What all instances of a class share.
typedef struct ppo_lander_traits {
    bool is_continuous;
    bool hides_velocities; // zeros are observed in their place
    bool enable_wind;
    double gravity;
    double wind_power;       // N, at most
    double turbulence_power; // Nm, at most
} ppo_lander_traits;

typedef union ppo_lander_action {
    int32_t choice;
    float throttle[2]; // main engine, side engines
} ppo_lander_action;

// What is saved: this, up to the room that the world has for its ground.
typedef struct ppo_lander_state {
    ppo_random random;
    double ground[PPO_LANDER_CHUNKS]; // height at ppo_lander_chunk_x(0), ...
    double shaping;                   // of the last observation
    int64_t wind_index, torque_index; // places in the wind's pattern
    double main_power, side_power;    // of the engines in the last step, in [0, 1]
    double side;                      // -1: the left engine, pushing to the right; 1: the right one
    ppo_world world;
} ppo_lander_state;

#define PPO_LANDER_STATE_BYTES \
    (offsetof(ppo_lander_state, world) + PPO_WORLD_BYTES(PPO_LANDER_GROUND))

_Static_assert(offsetof(ppo_lander_state, world) ==
                   sizeof(ppo_random) + (PPO_LANDER_CHUNKS + 4) * 8 + 2 * 8,
               "no padding");

typedef struct ppo_lander {
    const ppo_lander_traits *traits;
    ppo_lander_state state;
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

extern const ppo_env_class ppo_lunar_lander_v3, ppo_lunar_lander_continuous_v3,
    ppo_lunar_lander_no_velocity_v3;

#endif
