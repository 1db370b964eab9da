// SPDX-License-Identifier: MIT
// BipedalWalker: walk to the far end by the motors of two hips and two knees (Klimov, for OpenAI
// Gym). Gymnasium's BipedalWalker-v3 and BipedalWalkerHardcore-v3: its random numbers, constants,
// observations and rewards (those of NumPy 2), each rounded where Python rounds. The physics is
// Box2D's, whose version says how far a trajectory follows Gymnasium's (docs/box2d.md).
//
// Workload: 30 us a step, nearly all inside Box2D; a world of 200 bodies per episode of 50 to 2000
// steps. Owns the instance's world. Not here: the ground (bipedal_terrain.c), saving in general
// (replay_log.h), the picture.
#include "env/box2d/bipedal_walker.h"

#include "core/error.h"
#include "draw/canvas.h"

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

enum { GROUND = 0x0001, WALKER = 0x0020, ANYTHING = 0xFFFF };
enum { VELOCITY_ROUNDS = 6 * 30, POSITION_ROUNDS = 2 * 30 };
enum { JOINTS = PPO_WALKER_JOINTS, RAYS = PPO_WALKER_RAYS };

// --- the world ---------------------------------------------------------------------------------

// Gymnasium makes a body of each piece of ground. One body with all of them moves the walker to the
// same bits, and Box2D, which visits every body several times a step, has 200 fewer to visit.
static void add_ground(ppo_walker *self)
{
    const ppo_walker_terrain *terrain = &self->terrain;
    const ppo_material turf = {.friction = FRICTION, .category = GROUND, .mask = ANYTHING};
    ppo_body *ground = ppo_world_add_body(self->world, &(ppo_body_place){.is_dynamic = false});
    for (uint32_t i = 0; i < terrain->num_blocks; i++)
        ppo_body_add_polygon(ground, terrain->block[i], 4, &turf);
    for (int i = 0; i + 1 < PPO_WALKER_POINTS; i++) {
        const double edge[2][2] = {{terrain->x[i], terrain->y[i]},
                                   {terrain->x[i + 1], terrain->y[i + 1]}};
        ppo_body_add_edge(ground, edge, &turf);
    }
}

static void add_hull(ppo_walker *self, double x, double y)
{
    static const double corners[][2] = {{-30 / SCALE, 9 / SCALE},
                                        {6 / SCALE, 9 / SCALE},
                                        {34 / SCALE, 1 / SCALE},
                                        {34 / SCALE, -8 / SCALE},
                                        {-30 / SCALE, -8 / SCALE}};
    const ppo_material metal = {
        .density = 5.0, .friction = 0.1, .category = WALKER, .mask = GROUND};
    const double force = ppo_random_uniform(&self->saved.tape.now, -START_FORCE, START_FORCE);
    self->hull =
        ppo_world_add_body(self->world, &(ppo_body_place){.x = x, .y = y, .is_dynamic = true});
    ppo_body_add_polygon(self->hull, corners, sizeof corners / sizeof corners[0], &metal);
    ppo_body_push(self->hull, force, 0.0);
}

static ppo_body *add_limb(ppo_walker *self, double x, double y, double angle, double half_width)
{
    const ppo_material metal = {
        .density = 1.0, .friction = 0.2, .category = WALKER, .mask = GROUND};
    ppo_body *limb = ppo_world_add_body(
        self->world, &(ppo_body_place){.x = x, .y = y, .angle = angle, .is_dynamic = true});
    ppo_body_add_box(limb, half_width, LEG_HEIGHT / 2, &metal);
    return limb;
}

static void add_leg(ppo_walker *self, int n, double x, double y)
{
    const int i = n == 0 ? -1 : 1;
    ppo_body **leg = &self->leg[2 * n];
    leg[0] = add_limb(self, x, y - LEG_HEIGHT / 2 - LEG_DOWN, i * LEG_TILT, LEG_WIDTH / 2);
    self->joint[2 * n] =
        ppo_world_add_hinge(self->world, &(ppo_hinge_traits){.a = self->hull,
                                                             .b = leg[0],
                                                             .anchor_a = {0.0, LEG_DOWN},
                                                             .anchor_b = {0.0, LEG_HEIGHT / 2},
                                                             .lower = -0.8,
                                                             .upper = 1.1,
                                                             .motor_speed = i,
                                                             .motor_torque = (double)TORQUE});
    leg[1] =
        add_limb(self, x, y - LEG_HEIGHT * 3 / 2 - LEG_DOWN, i * LEG_TILT, 0.8 * LEG_WIDTH / 2);
    self->joint[2 * n + 1] =
        ppo_world_add_hinge(self->world, &(ppo_hinge_traits){.a = leg[0],
                                                             .b = leg[1],
                                                             .anchor_a = {0.0, -LEG_HEIGHT / 2},
                                                             .anchor_b = {0.0, LEG_HEIGHT / 2},
                                                             .lower = -1.6,
                                                             .upper = -0.1,
                                                             .motor_speed = 1.0,
                                                             .motor_torque = (double)TORQUE});
}

static ppo_status build_world(void *instance, ppo_error *error)
{
    ppo_walker *self = instance;
    const double x = PPO_WALKER_STEP * PPO_WALKER_PAD / 2;
    const double y = PPO_WALKER_GROUND + 2 * LEG_HEIGHT;
    ppo_world_destroy(self->world);
    PPO_TRY(ppo_world_create(&self->world, GRAVITY, error));
    ppo_walker_draw_terrain(&self->terrain, *self->is_hardcore, &self->saved.tape.now);
    add_ground(self);
    add_hull(self, x, y);
    add_leg(self, 0, x, y);
    add_leg(self, 1, x, y);
    return PPO_OK;
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

// From NumPy 2 on the price of a motor is a float, and what it is taken from becomes one.
double ppo_walker_reward(double before, double after, const float action[JOINTS])
{
    float reward = (float)(after - before);
    for (int i = 0; i < JOINTS; i++)
        reward -= PRICE * fminf(fabsf(action[i]), 1.0f);
    return (double)reward;
}

// A motor turns at full speed either way; the action is its torque.
static void drive(ppo_walker *self, const float action[JOINTS])
{
    for (int i = 0; i < JOINTS; i++) {
        const int sign = (action[i] > 0.0f) - (action[i] < 0.0f);
        ppo_hinge_drive(self->joint[i], (i % 2 ? KNEE_SPEED : HIP_SPEED) * sign,
                        (double)(TORQUE * fminf(fabsf(action[i]), 1.0f)));
    }
}

static void look(const ppo_walker *self, ppo_walker_pose *pose)
{
    const double from[2] = {(double)pose->hull.x, (double)pose->hull.y};
    for (int i = 0; i < RAYS; i++) {
        const double to[2] = {from[0] + self->ray[i][0], from[1] - self->ray[i][1]};
        pose->ray[i] = ppo_world_cast(self->world, from, to, GROUND);
    }
}

// One step of the world, without the tape. An episode ends where the hull touches the ground, and
// at either end of it.
static void advance(void *instance, const void *taken, ppo_transition *transition)
{
    ppo_walker *self = instance;
    const float *action = taken; // [JOINTS]
    ppo_walker_pose pose;
    drive(self, action);
    ppo_world_step(self->world, 1.0 / FPS, VELOCITY_ROUNDS, POSITION_ROUNDS);
    ppo_body_pose(self->hull, &pose.hull);
    for (int i = 0; i < JOINTS; i++) {
        pose.joint_angle[i] = ppo_hinge_angle(self->joint[i]);
        pose.joint_speed[i] = ppo_hinge_speed(self->joint[i]);
    }
    for (int n = 0; n < 2; n++)
        pose.touches[n] = ppo_body_touches(self->leg[2 * n + 1]);
    look(self, &pose);

    const double before = self->shaping;
    ppo_walker_observe(self->saved.obs, &self->shaping, &pose);
    transition->reward = ppo_walker_reward(before, self->shaping, action);
    if (ppo_body_has_touched(self->hull) || pose.hull.x < 0.0f) {
        transition->terminated = true;
        transition->reward = -100.0;
    }
    if ((double)pose.hull.x > GOAL)
        transition->terminated = true;
}

// --- the class ---------------------------------------------------------------------------------

static void walker_release(void *instance)
{
    ppo_walker *self = instance;
    ppo_world_destroy(self->world);
    self->world = NULL;
}

// A motor can't be told NaN, which would end up in every body.
static ppo_status take_action(const void *instance, void *action, const void *given,
                              ppo_error *error)
{
    (void)instance;
    float torque[JOINTS];
    memcpy(torque, given, sizeof torque);
    for (int i = 0; i < JOINTS; i++)
        if (isnan(torque[i]))
            return ppo_fail(error, PPO_NUMERIC, "action element %d is not a number", i);
    memcpy(action, torque, sizeof torque);
    return PPO_OK;
}

_Static_assert((int)PPO_WALKER_OBS <= (int)PPO_TAPE_MAX_OBS, "a replay keeps one aside");

static const ppo_tape_player player = {.num_obs = PPO_WALKER_OBS,
                                       .action_bytes = sizeof(((ppo_walker_saved *)0)->action[0]),
                                       .take = take_action,
                                       .build = build_world,
                                       .advance = advance};

_Static_assert(offsetof(ppo_walker, deck) == 0, "as replay_log.h wants it");

static ppo_status walker_init(void *instance, const void *context, ppo_error *error)
{
    ppo_walker *self = instance;
    self->is_hardcore = context;
    for (int i = 0; i < RAYS; i++) {
        self->ray[i][0] = sin(1.5 * i / 10.0) * PPO_WALKER_RAY;
        self->ray[i][1] = cos(1.5 * i / 10.0) * PPO_WALKER_RAY;
    }
    ppo_tape_deck_init(&self->deck, &player, &self->saved);
    return ppo_physics_check(error);
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
        .instance_size = sizeof(ppo_walker), .state_size = sizeof(ppo_walker_saved),          \
        .context = &(is_hardcore), .init = walker_init, .release = walker_release,            \
        .reset = ppo_tape_reset, .step = ppo_tape_step, .save_state = ppo_tape_save,          \
        .load_state = ppo_tape_load, PPO_PICTURE(ppo_walker, 600, 400, FPS),                  \
    }

const ppo_env_class ppo_bipedal_walker_v3 = WALKER_CLASS(
    "BipedalWalker-v3", "walk over hills by two hips and two knees", 1600, not_hardcore);
const ppo_env_class ppo_bipedal_walker_hardcore_v3 = WALKER_CLASS(
    "BipedalWalkerHardcore-v3", "walk over hills, pits, stumps and stairs", 2000, hardcore);
