// SPDX-License-Identifier: MIT
// BipedalWalker: walk to the far end by the motors of two hips and two knees (Klimov, for OpenAI
// Gym). Gymnasium's BipedalWalker-v3 and BipedalWalkerHardcore-v3: its random numbers, constants,
// observations and rewards (those of NumPy 2), each rounded where Python rounds, on bodies that
// move as pybox2d's (docs/bodies.md): every number is Gymnasium's. As there, all episodes of an
// instance pass in one world, which is emptied and filled again.
//
// Workload: 3 us a step where many walkers are stepped together; 200 pieces of ground per episode
// of 50 to 2000 steps. Owns nothing. Not here: the ground (bipedal_terrain.c), the physics
// (src/bodies/), the picture.
#include "env/box2d/bipedal_walker.h"

#include "bodies/build.h"
#include "bodies/lanes.h"
#include "bodies/rays.h"
#include "bodies/step.h"
#include "bodies/world_check.h"
#include "core/error.h"
#include "draw/canvas.h"
#include "env/random_state.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define FPS   50
#define SCALE PPO_WALKER_SCALE

#define TORQUE      80.0f // Nm, of each motor
#define HIP_SPEED   4
#define KNEE_SPEED  6
#define START_FORCE 5.0
#define LEG_DOWN    (-8 / SCALE)
#define LEG_WIDTH   (8 / SCALE)
#define LEG_HEIGHT  (34 / SCALE)
#define LEG_TILT    0.05
#define FRICTION    2.5
#define GRAVITY     (-10.0)
#define KNEE_OFFSET 1.0                     // added to the observed angle
#define PRICE       ((float)(0.00035 * 80)) // of a motor at full torque, per step
#define GOAL        ((PPO_WALKER_POINTS - PPO_WALKER_END_PAD) * PPO_WALKER_STEP)

static const ppo_step_def step_def = {
    .dt = 1.0 / FPS, .velocity_rounds = 6 * 30, .position_rounds = 2 * 30};

enum { JOINTS = PPO_WALKER_JOINTS, RAYS = PPO_WALKER_RAYS };
enum { MAX_TOGETHER = 16 }; // walkers that are stepped at once

// --- the world ---------------------------------------------------------------------------------

// A static body for each piece.
static void add_ground(ppo_walker_state *state)
{
    const ppo_walker_terrain *terrain = &state->terrain;
    for (uint32_t i = 0; i < terrain->num_blocks; i++)
        ppo_world_add_block(&state->world, terrain->block[i], 4, FRICTION, true);
    for (int i = 0; i + 1 < PPO_WALKER_POINTS; i++) {
        const double edge[2][2] = {{ppo_walker_x(i), terrain->y[i]},
                                   {ppo_walker_x(i + 1), terrain->y[i + 1]}};
        ppo_world_add_edge(&state->world, edge, FRICTION, true);
    }
}

static void add_hull(ppo_walker_state *state, double x, double y)
{
    static const double corners[][2] = {{-30 / SCALE, 9 / SCALE},
                                        {6 / SCALE, 9 / SCALE},
                                        {34 / SCALE, 1 / SCALE},
                                        {34 / SCALE, -8 / SCALE},
                                        {-30 / SCALE, -8 / SCALE}};
    const ppo_body_def hull = {.x = x, .y = y, .density = 5.0, .friction = 0.1};
    const double force = ppo_random_uniform(&state->random, -START_FORCE, START_FORCE);
    ppo_world_add_polygon(&state->world, &hull, corners, sizeof corners / sizeof corners[0]);
    ppo_body_push(&state->world.body[PPO_WALKER_HULL], force, 0.0);
}

static void add_leg(ppo_world *world, int n, double x, double y)
{
    const int i = n == 0 ? -1 : 1;
    const ppo_body_def thigh = {.x = x,
                                .y = y - LEG_HEIGHT / 2 - LEG_DOWN,
                                .angle = i * LEG_TILT,
                                .density = 1.0,
                                .friction = 0.2};
    ppo_body_def shin = thigh;
    shin.y = y - LEG_HEIGHT * 3 / 2 - LEG_DOWN;
    const ppo_hinge_def hip = {.a = PPO_WALKER_HULL,
                               .b = ppo_world_add_box(world, &thigh, LEG_WIDTH / 2, LEG_HEIGHT / 2),
                               .anchor_a = {0.0, LEG_DOWN},
                               .anchor_b = {0.0, LEG_HEIGHT / 2},
                               .lower = -0.8,
                               .upper = 1.1,
                               .motor_speed = i,
                               .motor_torque = (double)TORQUE};
    ppo_world_add_hinge(world, &hip);
    const ppo_hinge_def knee = {
        .a = hip.b,
        .b = ppo_world_add_box(world, &shin, 0.8 * LEG_WIDTH / 2, LEG_HEIGHT / 2),
        .anchor_a = {0.0, -LEG_HEIGHT / 2},
        .anchor_b = {0.0, LEG_HEIGHT / 2},
        .lower = -1.6,
        .upper = -0.1,
        .motor_speed = 1.0,
        .motor_torque = (double)TORQUE};
    ppo_world_add_hinge(world, &knee);
}

static void build_world(ppo_walker *self)
{
    ppo_walker_state *state = &self->state;
    const double x = PPO_WALKER_STEP * PPO_WALKER_PAD / 2;
    const double y = PPO_WALKER_GROUND_Y + 2 * LEG_HEIGHT;
    if (state->world.max_ground == 0)
        ppo_world_init(&state->world, GRAVITY, PPO_WALKER_GROUND);
    else
        ppo_world_clear(&state->world);
    ppo_walker_draw_terrain(&state->terrain, *self->is_hardcore, &state->random);
    add_ground(state);
    add_hull(state, x, y);
    add_leg(&state->world, 0, x, y);
    add_leg(&state->world, 1, x, y);
    state->num_steps = state->unused = 0;
}

// --- a step ------------------------------------------------------------------------------------

void ppo_walker_observe(float obs[PPO_WALKER_OBS], double *shaping, const ppo_walker_pose *pose)
{
    const ppo_pose *hull = &pose->hull;
    const double head[4] = {(double)hull->angle, 2.0 * (double)hull->omega / FPS,
                            0.3 * (double)hull->vx * PPO_WALKER_WIDTH / FPS,
                            0.3 * (double)hull->vy * PPO_WALKER_HEIGHT / FPS};
    for (int i = 0; i < 4; i++)
        *obs++ = (float)head[i];
    for (int n = 0; n < 2; n++) {
        const float *angle = &pose->joint_angle[2 * n], *speed = &pose->joint_speed[2 * n];
        *obs++ = angle[0];
        *obs++ = (float)((double)speed[0] / HIP_SPEED);
        *obs++ = (float)((double)angle[1] + KNEE_OFFSET);
        *obs++ = (float)((double)speed[1] / KNEE_SPEED);
        *obs++ = pose->touches[n] ? 1.0f : 0.0f;
    }
    for (int i = 0; i < RAYS; i++)
        *obs++ = pose->ray[i];
    *shaping = 130 * (double)hull->x / SCALE - 5.0 * fabs((double)hull->angle);
}

// A motor's torque as a share of its greatest.
static float strength(float action)
{
    const float size = fabsf(action);
    return size < 1.0f ? size : 1.0f;
}

// From NumPy 2 on the price of a motor is a float, and what it is taken from becomes one.
double ppo_walker_reward(double before, double after, const float action[JOINTS])
{
    float reward = (float)(after - before);
    for (int i = 0; i < JOINTS; i++)
        reward -= PRICE * strength(action[i]);
    return (double)reward;
}

// A motor turns at full speed either way; the action is its torque.
static void begin_step(ppo_walker *self, const float action[JOINTS])
{
    for (int i = 0; i < JOINTS; i++) {
        const int sign = (action[i] > 0.0f) - (action[i] < 0.0f);
        ppo_hinge_drive(&self->state.world, i, (i % 2 ? KNEE_SPEED : HIP_SPEED) * sign,
                        (double)(TORQUE * strength(action[i])));
    }
}

static void cast_rays(const ppo_walker *self, ppo_walker_pose *pose)
{
    const double from[2] = {(double)pose->hull.x, (double)pose->hull.y};
    double to[RAYS][2];
    for (int i = 0; i < RAYS; i++) {
        to[i][0] = from[0] + self->ray[i][0];
        to[i][1] = from[1] - self->ray[i][1];
    }
    ppo_world_cast(&self->state.world, from, (const double(*)[2])to, RAYS, pose->ray);
}

// An episode ends where the hull touches the ground, and at either end of it.
static void end_step(ppo_walker *self, const float action[JOINTS], float obs[PPO_WALKER_OBS],
                     ppo_transition *transition)
{
    ppo_walker_state *state = &self->state;
    const ppo_world *world = &state->world;
    ppo_walker_pose pose;
    ppo_body_pose(&world->body[PPO_WALKER_HULL], &pose.hull);
    for (int i = 0; i < JOINTS; i++) {
        pose.joint_angle[i] = ppo_hinge_angle(world, i);
        pose.joint_speed[i] = ppo_hinge_speed(world, i);
    }
    for (int n = 0; n < 2; n++)
        pose.touches[n] = world->body[PPO_WALKER_LEGS + 2 * n + 1].touches;
    cast_rays(self, &pose);
    memcpy(state->ray, pose.ray, sizeof state->ray);
    state->num_steps++;

    const double before = state->shaping;
    ppo_walker_observe(obs, &state->shaping, &pose);
    transition->reward = ppo_walker_reward(before, state->shaping, action);
    if (world->body[PPO_WALKER_HULL].has_touched || pose.hull.x < 0.0f) {
        transition->terminated = true;
        transition->reward = -100.0;
    }
    if ((double)pose.hull.x > GOAL)
        transition->terminated = true;
}

// --- the class ---------------------------------------------------------------------------------

static ppo_status walker_init(void *instance, const void *context, ppo_error *error)
{
    ppo_walker *self = instance;
    (void)error;
    self->is_hardcore = context;
    for (int i = 0; i < RAYS; i++) {
        self->ray[i][0] = sin(1.5 * i / 10.0) * PPO_WALKER_RAY;
        self->ray[i][1] = cos(1.5 * i / 10.0) * PPO_WALKER_RAY;
    }
    return PPO_OK;
}

// The first observation is that of a step without torques.
static ppo_status walker_reset(void *instance, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    static const float nothing[JOINTS] = {0.0f};
    ppo_walker *self = instance;
    ppo_world *world = &self->state.world;
    ppo_transition ignored = {.reward = 0.0};
    (void)error;
    if (seed) { // an episode from a seed depends on nothing before it: a new world
        ppo_random_seed(&self->state.random, *seed);
        world->max_ground = 0;
    }
    build_world(self);
    begin_step(self, nothing);
    ppo_worlds_step(&world, 1, &step_def);
    end_step(self, nothing, observation, &ignored);
    return PPO_OK;
}

static ppo_status walker_step_many(void *const *selves, size_t count, const void *actions,
                                   void *observations, ppo_transition *transitions,
                                   ppo_error *error)
{
    const float *action = actions; // [count, JOINTS]
    float *obs = observations;     // [count, PPO_WALKER_OBS]
    // NaN would end up in every body.
    for (size_t i = 0; i < count * JOINTS; i++)
        if (isnan(action[i]))
            return ppo_fail(error, PPO_NUMERIC, "action element %zu is not a number", i % JOINTS);
    for (size_t first = 0; first < count; first += MAX_TOGETHER) {
        ppo_world *world[MAX_TOGETHER];
        const size_t here = count - first < MAX_TOGETHER ? count - first : MAX_TOGETHER;
        for (size_t i = first; i < first + here; i++) {
            ppo_walker *self = selves[i];
            begin_step(self, action + i * JOINTS);
            world[i - first] = &self->state.world;
        }
        ppo_worlds_step(world, (int)here, &step_def);
        for (size_t i = first; i < first + here; i++)
            end_step(selves[i], action + i * JOINTS, obs + i * PPO_WALKER_OBS, &transitions[i]);
    }
    return PPO_OK;
}

static ppo_status walker_step(void *instance, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    return walker_step_many(&instance, 1, action, observation, transition, error);
}

static void walker_save(const void *instance, void *state)
{
    const ppo_walker *self = instance;
    memcpy(state, &self->state, PPO_WALKER_STATE_BYTES);
}

static bool are_finite(const double *value, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all = all && isfinite(value[i]);
    return all;
}

static ppo_status walker_load(void *instance, const void *state, ppo_error *error)
{
    ppo_walker *self = instance;
    const ppo_walker_state *given = state;
    const ppo_walker_terrain *t = &given->terrain;
    const ppo_world_size size = {.ground = PPO_WALKER_GROUND,
                                 .min_ground = PPO_WALKER_POINTS - 1,
                                 .bodies = PPO_WALKER_BODIES,
                                 .hinges = JOINTS};
    bool is_good = ppo_random_is_valid(&given->random) && isfinite(given->shaping) &&
                   t->num_blocks <= PPO_WALKER_BLOCKS && are_finite(t->y, PPO_WALKER_POINTS) &&
                   are_finite(&t->block[0][0][0], PPO_WALKER_BLOCKS * 4 * 2) &&
                   are_finite(&t->cloud[0][0][0], PPO_WALKER_CLOUDS * PPO_WALKER_CLOUD_CORNERS * 2);
    for (int i = 0; i < RAYS; i++)
        is_good = is_good && given->ray[i] >= 0.0f && given->ray[i] <= 1.0f;
    const char *why = is_good ? ppo_world_check(&given->world, &size)
                              : "its random stream, ground or rays are none of a walker's";
    if (why)
        return ppo_fail(error, PPO_CORRUPT, "the saved walker can't be: %s", why);
    memcpy(&self->state, state, PPO_WALKER_STATE_BYTES);
    return PPO_OK;
}

#define PI (float)M_PI
static const float bound_low[PPO_WALKER_OBS] = {
    -PI,   -5.0f, -5.0f, -5.0f, -PI,   -5.0f, -PI,   -5.0f, 0.0f,  -PI,   -5.0f, -PI,
    -5.0f, 0.0f,  -1.0f, -1.0f, -1.0f, -1.0f, -1.0f, -1.0f, -1.0f, -1.0f, -1.0f, -1.0f};
static const float bound_high[PPO_WALKER_OBS] = {PI,   5.0f, 5.0f, 5.0f, PI,   5.0f, PI,   5.0f,
                                                 5.0f, PI,   5.0f, PI,   5.0f, 5.0f, 1.0f, 1.0f,
                                                 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f};
static const float torque_low[JOINTS] = {-1.0f, -1.0f, -1.0f, -1.0f};
static const float torque_high[JOINTS] = {1.0f, 1.0f, 1.0f, 1.0f};

static const bool not_hardcore = false, hardcore = true;

#define WALKER_CLASS(name, text, limit, is_hardcore)                                          \
    {                                                                                         \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name, \
        .summary = text,                                                                      \
        .observation_space = PPO_SPACE_FLOATS(PPO_WALKER_OBS, bound_low, bound_high),         \
        .action_space = PPO_SPACE_FLOATS(JOINTS, torque_low, torque_high),                    \
        .max_episode_steps = limit, .reward_threshold = 300.0,                                \
        .instance_size = sizeof(ppo_walker), .state_size = PPO_WALKER_STATE_BYTES,            \
        .context = &(is_hardcore), .init = walker_init, .reset = walker_reset,                \
        .step = walker_step, .step_many = walker_step_many, .step_many_size = PPO_LANE_COUNT, \
        .save_state = walker_save, .load_state = walker_load,                                 \
        PPO_PICTURE(ppo_walker, 600, 400, FPS),                                               \
    }

const ppo_env_class ppo_bipedal_walker_v3 = WALKER_CLASS(
    "BipedalWalker-v3", "walk over hills by two hips and two knees", 1600, not_hardcore);
const ppo_env_class ppo_bipedal_walker_hardcore_v3 = WALKER_CLASS(
    "BipedalWalkerHardcore-v3", "walk over hills, pits, stumps and stairs", 2000, hardcore);
