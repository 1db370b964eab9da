// SPDX-License-Identifier: MIT
// LunarLander: bring a lander down softly between two flags, with a main engine and one on each
// side (Klimov, for OpenAI Gym). Gymnasium's LunarLander-v3 and LunarLanderContinuous-v3: its
// random numbers, constants, forces, observations and rewards, each rounded where Python rounds.
// The physics is Box2D's, whose version says how far a trajectory follows Gymnasium's
// (docs/box2d.md).
//
// Workload: 10 us a step, nearly all inside Box2D; a world per episode of 70 to 1000 steps. Owns
// the instance's world. Not here: saving in general (replay_log.h), the picture.
#include "env/box2d/lunar_lander.h"

#include "core/error.h"
#include "draw/canvas.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define FPS        50
#define SCALE      PPO_LANDER_SCALE
#define HALF_WIDTH (PPO_LANDER_WIDTH / 2)

#define MAIN_POWER   13.0
#define SIDE_POWER   0.6
#define MAIN_Y       4 // where the engines sit on the hull, in pixels
#define SIDE_AWAY    12
#define SIDE_Y       14
#define SIDE_X       17
#define START_FORCE  1000.0
#define MAIN_PRICE   0.30 // per step at full power
#define SIDE_PRICE   0.03
#define LEG_AWAY     20
#define LEG_DOWN     18
#define LEG_TORQUE   40
#define LEG_SPEED    0.3
#define LEG_TILT     0.05
#define WIND_INDICES 9999

enum { GROUND = 0x0001, HULL = 0x0010, LEG = 0x0020, ANYTHING = 0xFFFF };
enum { VELOCITY_ROUNDS = 6 * 30, POSITION_ROUNDS = 2 * 30 };
enum { CHUNKS = PPO_LANDER_CHUNKS, NUM_CHOICES = 4 };
enum { CHOICE_NOTHING, CHOICE_LEFT, CHOICE_MAIN, CHOICE_RIGHT };

// --- the world ---------------------------------------------------------------------------------

// Heights are drawn, flattened around the helipad and smoothed; the first one's left neighbour is
// the last one drawn, which is not used otherwise.
static void shape_ground(ppo_lander *self, ppo_random *random)
{
    double height[CHUNKS + 1];
    for (int i = 0; i <= CHUNKS; i++)
        height[i] = ppo_random_uniform(random, 0.0, PPO_LANDER_HEIGHT / 2);
    for (int i = CHUNKS / 2 - 2; i <= CHUNKS / 2 + 2; i++)
        height[i] = PPO_LANDER_PAD_Y;
    for (int i = 0; i < CHUNKS; i++)
        self->ground[i] = 0.33 * (height[i > 0 ? i - 1 : CHUNKS] + height[i] + height[i + 1]);
}

static void add_moon(ppo_lander *self)
{
    const ppo_material floor = {.friction = 0.2, .category = GROUND, .mask = ANYTHING};
    const ppo_material rock = {.friction = 0.1, .category = GROUND, .mask = ANYTHING};
    const double bottom[2][2] = {{0.0, 0.0}, {PPO_LANDER_WIDTH, 0.0}};
    self->moon = ppo_world_add_body(self->world, &(ppo_body_place){.is_dynamic = false});
    ppo_body_add_edge(self->moon, bottom, &floor);
    for (int i = 0; i + 1 < CHUNKS; i++) {
        const double slope[2][2] = {{ppo_lander_chunk_x(i), self->ground[i]},
                                    {ppo_lander_chunk_x(i + 1), self->ground[i + 1]}};
        ppo_body_add_edge(self->moon, slope, &rock);
    }
}

static void add_hull(ppo_lander *self, ppo_random *random)
{
    static const double corners[][2] = {{-14 / SCALE, 17 / SCALE},  {-17 / SCALE, 0 / SCALE},
                                        {-17 / SCALE, -10 / SCALE}, {17 / SCALE, -10 / SCALE},
                                        {17 / SCALE, 0 / SCALE},    {14 / SCALE, 17 / SCALE}};
    const ppo_material metal = {.density = 5.0, .friction = 0.1, .category = HULL, .mask = GROUND};
    self->hull = ppo_world_add_body(
        self->world,
        &(ppo_body_place){.x = HALF_WIDTH, .y = PPO_LANDER_HEIGHT, .is_dynamic = true});
    ppo_body_add_polygon(self->hull, corners, sizeof corners / sizeof corners[0], &metal);
    const double x = ppo_random_uniform(random, -START_FORCE, START_FORCE);
    const double y = ppo_random_uniform(random, -START_FORCE, START_FORCE);
    ppo_body_push(self->hull, x, y);
}

// The legs hang at the middle of the hull by springs: hinges whose motors push outwards.
static void add_legs(ppo_lander *self)
{
    const ppo_material metal = {.density = 1.0, .friction = 0.2, .category = LEG, .mask = GROUND};
    for (int n = 0; n < 2; n++) {
        const int i = n == 0 ? -1 : 1;
        self->leg[n] = ppo_world_add_body(self->world,
                                          &(ppo_body_place){.x = HALF_WIDTH - i * LEG_AWAY / SCALE,
                                                            .y = PPO_LANDER_HEIGHT,
                                                            .angle = i * LEG_TILT,
                                                            .is_dynamic = true});
        ppo_body_add_box(self->leg[n], 2 / SCALE, 8 / SCALE, &metal);
        ppo_world_add_hinge(
            self->world, &(ppo_hinge_traits){.a = self->hull,
                                             .b = self->leg[n],
                                             .anchor_b = {i * LEG_AWAY / SCALE, LEG_DOWN / SCALE},
                                             .lower = i < 0 ? 0.9 - 0.5 : -0.9,
                                             .upper = i < 0 ? 0.9 : -0.9 + 0.5,
                                             .motor_speed = LEG_SPEED * i,
                                             .motor_torque = LEG_TORQUE});
    }
}

static ppo_status build_world(void *instance, ppo_error *error)
{
    ppo_lander *self = instance;
    ppo_random *random = &self->saved.tape.now;
    ppo_world_destroy(self->world);
    PPO_TRY(ppo_world_create(&self->world, self->traits->gravity, error));
    shape_ground(self, random);
    add_moon(self);
    add_hull(self, random);
    if (self->traits->enable_wind) {
        self->wind_index = ppo_random_integers(random, -WIND_INDICES, WIND_INDICES);
        self->torque_index = ppo_random_integers(random, -WIND_INDICES, WIND_INDICES);
    }
    add_legs(self);
    return PPO_OK;
}

// --- a step ------------------------------------------------------------------------------------

// tanh(sin(2 k x) + sin(pi k x)) with k = 0.01 never repeats itself.
static double gust(int64_t index)
{
    const double x = (double)index;
    return tanh(sin(0.02 * x) + sin(M_PI * 0.01 * x));
}

static void blow(ppo_lander *self)
{
    if (ppo_body_touches(self->leg[0]) || ppo_body_touches(self->leg[1]))
        return;
    ppo_body_push(self->hull, gust(self->wind_index++) * self->traits->wind_power, 0.0);
    ppo_body_twist(self->hull, gust(self->torque_index++) * self->traits->turbulence_power);
}

// What the action asks of the engines. NaN never gets here.
static void read_action(ppo_lander *self, const ppo_lander_action *action)
{
    self->main_power = self->side_power = self->side = 0.0;
    if (!self->traits->is_continuous) {
        self->main_power = action->choice == CHOICE_MAIN ? 1.0 : 0.0;
        if (action->choice == CHOICE_LEFT || action->choice == CHOICE_RIGHT) {
            self->side_power = 1.0;
            self->side = action->choice - CHOICE_MAIN;
        }
        return;
    }
    const double main = fmin(fmax((double)action->throttle[0], -1.0), 1.0);
    const double side = fmin(fmax((double)action->throttle[1], -1.0), 1.0);
    if (main > 0.0)
        self->main_power = (main + 1.0) * 0.5;
    if (fabs(side) > 0.5) {
        self->side_power = fabs(side);
        self->side = side < 0.0 ? -1.0 : 1.0;
    }
}

// The engines' impulses, each from a place that is dispersed a little. The side engines sit 17
// pixels sideways for the lever but 14 up, as Gymnasium has it.
static void fire(ppo_lander *self, const double dispersion[2])
{
    ppo_pose pose;
    ppo_body_pose(self->hull, &pose);
    const double tip[2] = {sin((double)pose.angle), cos((double)pose.angle)};
    const double side[2] = {-tip[1], tip[0]};
    const double x = (double)pose.x, y = (double)pose.y;
    if (self->main_power > 0.0) {
        const double down = MAIN_Y / SCALE + 2 * dispersion[0];
        const double ox = tip[0] * down + side[0] * dispersion[1];
        const double oy = -tip[1] * down - side[1] * dispersion[1];
        const double impulse[2] = {-ox * MAIN_POWER * self->main_power,
                                   -oy * MAIN_POWER * self->main_power};
        ppo_body_kick(self->hull, impulse, (double[2]){x + ox, y + oy});
    }
    if (self->side_power > 0.0) {
        const double away = 3 * dispersion[1] + self->side * SIDE_AWAY / SCALE;
        const double ox = tip[0] * dispersion[0] + side[0] * away;
        const double oy = -tip[1] * dispersion[0] - side[1] * away;
        const double impulse[2] = {-ox * SIDE_POWER * self->side_power,
                                   -oy * SIDE_POWER * self->side_power};
        const double point[2] = {x + ox - tip[0] * SIDE_X / SCALE,
                                 y + oy + tip[1] * SIDE_Y / SCALE};
        ppo_body_kick(self->hull, impulse, point);
    }
}

void ppo_lander_observe(float obs[PPO_LANDER_OBS], double *shaping, const ppo_pose *pose,
                        const bool touches[2])
{
    const double half_height = PPO_LANDER_HEIGHT / 2;
    const double state[PPO_LANDER_OBS] = {
        ((double)pose->x - HALF_WIDTH) / HALF_WIDTH,
        ((double)pose->y - (PPO_LANDER_PAD_Y + LEG_DOWN / SCALE)) / half_height,
        (double)pose->vx * HALF_WIDTH / FPS,
        (double)pose->vy * half_height / FPS,
        (double)pose->angle,
        20.0 * (double)pose->omega / FPS,
        touches[0] ? 1.0 : 0.0,
        touches[1] ? 1.0 : 0.0,
    };
    *shaping = -100 * sqrt(state[0] * state[0] + state[1] * state[1]) -
               100 * sqrt(state[2] * state[2] + state[3] * state[3]) - 100 * fabs(state[4]) +
               10 * state[6] + 10 * state[7];
    for (int i = 0; i < PPO_LANDER_OBS; i++)
        obs[i] = (float)state[i];
}

// One step of the world, without the tape. An episode ends where the hull touches the moon or
// leaves the picture sideways, and where all has come to rest, whose bonus beats the others' malus.
static void advance(void *instance, const void *action, ppo_transition *transition)
{
    ppo_lander *self = instance;
    ppo_random *random = &self->saved.tape.now;
    ppo_pose pose;
    if (self->traits->enable_wind)
        blow(self);
    read_action(self, action);
    double dispersion[2];
    for (int i = 0; i < 2; i++)
        dispersion[i] = ppo_random_uniform(random, -1.0, 1.0) / SCALE;
    fire(self, dispersion);
    ppo_world_step(self->world, 1.0 / FPS, VELOCITY_ROUNDS, POSITION_ROUNDS);

    const double before = self->shaping;
    ppo_body_pose(self->hull, &pose);
    ppo_lander_observe(self->saved.obs, &self->shaping, &pose,
                       (bool[2]){ppo_body_touches(self->leg[0]), ppo_body_touches(self->leg[1])});
    transition->reward =
        self->shaping - before - self->main_power * MAIN_PRICE - self->side_power * SIDE_PRICE;
    if (ppo_body_has_touched(self->hull) ||
        fabs(((double)pose.x - HALF_WIDTH) / HALF_WIDTH) >= 1.0) {
        transition->terminated = true;
        transition->reward = -100.0;
    }
    if (!ppo_body_is_awake(self->hull)) {
        transition->terminated = true;
        transition->reward = 100.0;
    }
}

// --- the class ---------------------------------------------------------------------------------

static void lander_release(void *instance)
{
    ppo_lander *self = instance;
    ppo_world_destroy(self->world);
    self->world = NULL;
}

// What no engine understands is refused.
static ppo_status take_action(const void *instance, void *taken, const void *given,
                              ppo_error *error)
{
    const ppo_lander *self = instance;
    ppo_lander_action action = {.throttle = {0.0f, 0.0f}};
    if (self->traits->is_continuous) {
        memcpy(action.throttle, given, sizeof action.throttle);
        if (isnan(action.throttle[0]) || isnan(action.throttle[1]))
            return ppo_fail(error, PPO_NUMERIC, "action element %d is not a number",
                            isnan(action.throttle[0]) ? 0 : 1);
    } else {
        memcpy(&action.choice, given, sizeof action.choice);
        if (action.choice < CHOICE_NOTHING || action.choice > CHOICE_RIGHT)
            return ppo_fail(error, PPO_INVALID, "the action is %d, not in [0, %d)", action.choice,
                            NUM_CHOICES);
    }
    memcpy(taken, &action, sizeof action);
    return PPO_OK;
}

_Static_assert((int)PPO_LANDER_OBS <= (int)PPO_TAPE_MAX_OBS, "a replay keeps one aside");

static const ppo_tape_player player = {.num_obs = PPO_LANDER_OBS,
                                       .action_bytes = sizeof(((ppo_lander_saved *)0)->action[0]),
                                       .take = take_action,
                                       .build = build_world,
                                       .advance = advance};

_Static_assert(offsetof(ppo_lander, deck) == 0, "as replay_log.h wants it");

static ppo_status lander_init(void *instance, const void *context, ppo_error *error)
{
    ppo_lander *self = instance;
    self->traits = context;
    ppo_tape_deck_init(&self->deck, &player, &self->saved);
    return ppo_physics_check(error);
}

static const float bound_low[] = {-2.5f,  -2.5f, -10.0f, -10.0f, (float)(-2 * M_PI),
                                  -10.0f, 0.0f,  0.0f};
static const float bound_high[] = {2.5f, 2.5f, 10.0f, 10.0f, (float)(2 * M_PI), 10.0f, 1.0f, 1.0f};
static const uint32_t num_choices[1] = {NUM_CHOICES};
static const float throttle_low[2] = {-1.0f, -1.0f};
static const float throttle_high[2] = {1.0f, 1.0f};

static const ppo_lander_traits discrete = {
    .gravity = -10.0, .wind_power = 15.0, .turbulence_power = 1.5};
static const ppo_lander_traits continuous = {
    .is_continuous = true, .gravity = -10.0, .wind_power = 15.0, .turbulence_power = 1.5};

#define LANDER_CLASS(name, text, actions, traits)                                             \
    {                                                                                         \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name, \
        .summary = text,                                                                      \
        .observation_space = PPO_SPACE_FLOATS(PPO_LANDER_OBS, bound_low, bound_high),         \
        .action_space = actions, .max_episode_steps = 1000, .reward_threshold = 200.0,        \
        .instance_size = sizeof(ppo_lander), .state_size = sizeof(ppo_lander_saved),          \
        .context = &(traits), .init = lander_init, .release = lander_release,                 \
        .reset = ppo_tape_reset, .step = ppo_tape_step, .save_state = ppo_tape_save,          \
        .load_state = ppo_tape_load, PPO_PICTURE(ppo_lander, 600, 400, FPS),                  \
    }

const ppo_env_class ppo_lunar_lander_v3 =
    LANDER_CLASS("LunarLander-v3", "land between two flags, one of three engines a step",
                 PPO_SPACE_CHOICE(num_choices), discrete);
const ppo_env_class ppo_lunar_lander_continuous_v3 =
    LANDER_CLASS("LunarLanderContinuous-v3", "land between two flags, throttle of the engines",
                 PPO_SPACE_FLOATS(2, throttle_low, throttle_high), continuous);
