// SPDX-License-Identifier: MIT
// A walker on two legs with knees: what an instance is made of, for its picture and its tests. See
// bipedal_walker.c for the task, bipedal_terrain.c for the ground.
#ifndef PPO_ENV_BOX2D_BIPEDAL_WALKER_H
#define PPO_ENV_BOX2D_BIPEDAL_WALKER_H

#include "bodies/body.h"
#include "ppo/env.h"
#include "ppo/random.h"

enum {
    PPO_WALKER_OBS = 24,
    PPO_WALKER_JOINTS = 4, // hip and knee of one leg, then of the other
    PPO_WALKER_RAYS = 10,
    PPO_WALKER_POINTS = 200,
    PPO_WALKER_BLOCKS = 56,
    PPO_WALKER_GROUND = PPO_WALKER_POINTS - 1 + PPO_WALKER_BLOCKS, // pieces
    PPO_WALKER_CLOUDS = 10,
    PPO_WALKER_CLOUD_CORNERS = 5,
};

// The picture shows 20 m by 13.3 m; the level ground is a quarter up.
#define PPO_WALKER_SCALE    30.0 // pixels per m
#define PPO_WALKER_WIDTH    (600 / PPO_WALKER_SCALE)
#define PPO_WALKER_HEIGHT   (400 / PPO_WALKER_SCALE)
#define PPO_WALKER_STEP     (14 / PPO_WALKER_SCALE) // between two points of the ground
#define PPO_WALKER_GROUND_Y (400 / PPO_WALKER_SCALE / 4)
#define PPO_WALKER_RAY      (160 / PPO_WALKER_SCALE) // length
#define PPO_WALKER_PAD      20                       // points of level ground at the beginning
#define PPO_WALKER_END_PAD  10                       // the goal is so many points before the last

// The ground of an episode: a line of edges, and of the hardcore walker's obstacles also blocks.
typedef struct ppo_walker_terrain {
    double y[PPO_WALKER_POINTS]; // at ppo_walker_x(0), ...
    double block[PPO_WALKER_BLOCKS][4][2];
    double cloud[PPO_WALKER_CLOUDS][PPO_WALKER_CLOUD_CORNERS][2]; // for pictures alone
    uint32_t num_blocks, unused;
} ppo_walker_terrain;

// Bodies by number; the hinges lie between the first and the second, the second and the third, the
// first and the fourth, the fourth and the fifth.
enum { PPO_WALKER_HULL, PPO_WALKER_LEGS, PPO_WALKER_BODIES = PPO_WALKER_LEGS + PPO_WALKER_JOINTS };

// What is saved: this, up to the room that the world has for its ground.
typedef struct ppo_walker_state {
    ppo_random random;
    double shaping; // of the last observation
    ppo_walker_terrain terrain;
    float ray[PPO_WALKER_RAYS]; // how far each has come, as a share of its length
    uint32_t num_steps, unused; // of the episode
    ppo_world world;
} ppo_walker_state;

#define PPO_WALKER_STATE_BYTES \
    (offsetof(ppo_walker_state, world) + PPO_WORLD_BYTES(PPO_WALKER_GROUND))

_Static_assert(offsetof(ppo_walker_state, world) ==
                   sizeof(ppo_random) + 8 + sizeof(ppo_walker_terrain) + PPO_WALKER_RAYS * 4 + 8,
               "no padding");

typedef struct ppo_walker {
    const bool *is_hardcore;
    double ray[PPO_WALKER_RAYS][2]; // from the hull's origin
    ppo_walker_state state;
} ppo_walker;

// What a step has led to, as the physics has it.
typedef struct ppo_walker_pose {
    ppo_pose hull;
    float joint_angle[PPO_WALKER_JOINTS], joint_speed[PPO_WALKER_JOINTS];
    bool touches[2]; // lower legs on the ground
    float ray[PPO_WALKER_RAYS];
} ppo_walker_pose;

static inline double ppo_walker_x(int point)
{
    return point * PPO_WALKER_STEP;
}

// Observation and shaping, the potential whose differences are the reward's main part.
void ppo_walker_observe(float obs[PPO_WALKER_OBS], double *shaping, const ppo_walker_pose *pose);

// The reward of a step on the way from one potential to the next.
double ppo_walker_reward(double before, double after, const float action[PPO_WALKER_JOINTS]);

// Draws the ground and the clouds of the next episode.
void ppo_walker_draw_terrain(ppo_walker_terrain *terrain, bool is_hardcore, ppo_random *random);

// The picture of an instance (box2d_draw.c): `render` and `draw` of the classes.
void ppo_walker_render(const void *instance, unsigned char *rgb);
void ppo_walker_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height);

extern const ppo_env_class ppo_bipedal_walker_v3, ppo_bipedal_walker_hardcore_v3;

#endif
