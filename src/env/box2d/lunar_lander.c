// SPDX-License-Identifier: MIT
// LunarLander: bring a lander down softly between two flags, with a main engine and one on each
// side (Klimov, for OpenAI Gym). Gymnasium's LunarLander-v3 and LunarLanderContinuous-v3: its
// random numbers, constants, forces, observations and rewards, each rounded where Python rounds,
// on bodies that move as pybox2d's (docs/bodies.md): every number is Gymnasium's. And RL Zoo's
// LunarLanderNoVel-v3, whose velocities are not observed.
//
// Workload: 1.5 us a step where many landers are stepped together; a new world per episode of 70 to
// 1000 steps. Owns nothing. Not here: the physics (src/bodies/), the picture.
#include "env/box2d/lunar_lander.h"

#include "bodies/build.h"
#include "bodies/lanes.h"
#include "bodies/step.h"
#include "bodies/world_check.h"
#include "core/error.h"
#include "draw/canvas.h"
#include "env/random_state.h"

#include <inttypes.h>
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

static const ppo_step_def step_def = {
    .dt = 1.0 / FPS, .velocity_rounds = 6 * 30, .position_rounds = 2 * 30};
enum { CHUNKS = PPO_LANDER_CHUNKS, NUM_CHOICES = 4 };
enum { MAX_TOGETHER = 16 };           // landers that are stepped at once
enum { MAX_WIND_INDEX = 1000000000 }; // further than any episode comes
enum { CHOICE_NOTHING, CHOICE_LEFT, CHOICE_MAIN, CHOICE_RIGHT };

// --- the world ---------------------------------------------------------------------------------

// Heights are drawn, flattened around the helipad and smoothed; the first one's left neighbour is
// the last one drawn, which is not used otherwise.
static void shape_ground(ppo_lander_state *state)
{
    double height[CHUNKS + 1];
    for (int i = 0; i <= CHUNKS; i++)
        height[i] = ppo_random_uniform(&state->random, 0.0, PPO_LANDER_HEIGHT / 2);
    for (int i = CHUNKS / 2 - 2; i <= CHUNKS / 2 + 2; i++)
        height[i] = PPO_LANDER_PAD_Y;
    for (int i = 0; i < CHUNKS; i++)
        state->ground[i] = 0.33 * (height[i > 0 ? i - 1 : CHUNKS] + height[i] + height[i + 1]);
}

// One static body: a bottom edge, and the slopes.
static void add_moon(ppo_lander_state *state)
{
    const double bottom[2][2] = {{0.0, 0.0}, {PPO_LANDER_WIDTH, 0.0}};
    ppo_world_add_edge(&state->world, bottom, 0.2, true);
    for (int i = 0; i + 1 < CHUNKS; i++) {
        const double slope[2][2] = {{ppo_lander_chunk_x(i), state->ground[i]},
                                    {ppo_lander_chunk_x(i + 1), state->ground[i + 1]}};
        ppo_world_add_edge(&state->world, slope, 0.1, false);
    }
}

static void add_hull(ppo_lander_state *state)
{
    static const double corners[][2] = {{-14 / SCALE, 17 / SCALE},  {-17 / SCALE, 0 / SCALE},
                                        {-17 / SCALE, -10 / SCALE}, {17 / SCALE, -10 / SCALE},
                                        {17 / SCALE, 0 / SCALE},    {14 / SCALE, 17 / SCALE}};
    const ppo_body_def hull = {
        .x = HALF_WIDTH, .y = PPO_LANDER_HEIGHT, .density = 5.0, .friction = 0.1};
    ppo_world_add_polygon(&state->world, &hull, corners, sizeof corners / sizeof corners[0]);
    const double x = ppo_random_uniform(&state->random, -START_FORCE, START_FORCE);
    const double y = ppo_random_uniform(&state->random, -START_FORCE, START_FORCE);
    ppo_body_push(&state->world.body[PPO_LANDER_HULL], x, y);
}

// The legs hang at the middle of the hull by springs: hinges whose motors push outwards.
static void add_legs(ppo_lander_state *state)
{
    for (int n = 0; n < 2; n++) {
        const int i = n == 0 ? -1 : 1;
        const ppo_body_def leg = {.x = HALF_WIDTH - i * LEG_AWAY / SCALE,
                                  .y = PPO_LANDER_HEIGHT,
                                  .angle = i * LEG_TILT,
                                  .density = 1.0,
                                  .friction = 0.2};
        const ppo_hinge_def spring = {
            .a = PPO_LANDER_HULL,
            .b = ppo_world_add_box(&state->world, &leg, 2 / SCALE, 8 / SCALE),
            .anchor_b = {i * LEG_AWAY / SCALE, LEG_DOWN / SCALE},
            .lower = i < 0 ? 0.9 - 0.5 : -0.9,
            .upper = i < 0 ? 0.9 : -0.9 + 0.5,
            .motor_speed = LEG_SPEED * i,
            .motor_torque = LEG_TORQUE};
        ppo_world_add_hinge(&state->world, &spring);
    }
}

static void build_world(ppo_lander *self)
{
    ppo_lander_state *state = &self->state;
    ppo_world_init(&state->world, self->traits->gravity, PPO_LANDER_GROUND);
    shape_ground(state);
    add_moon(state);
    add_hull(state);
    if (self->traits->enable_wind) {
        state->wind_index = ppo_random_integers(&state->random, -WIND_INDICES, WIND_INDICES);
        state->torque_index = ppo_random_integers(&state->random, -WIND_INDICES, WIND_INDICES);
    }
    add_legs(state);
}

// --- a step ------------------------------------------------------------------------------------

// tanh(sin(2 k x) + sin(pi k x)) with k = 0.01 never repeats itself.
static double gust(int64_t index)
{
    const double x = (double)index;
    return tanh(sin(0.02 * x) + sin(M_PI * 0.01 * x));
}

static void blow(ppo_lander_state *state, const ppo_lander_traits *traits)
{
    ppo_body *body = state->world.body;
    if (body[PPO_LANDER_LEG_0].touches || body[PPO_LANDER_LEG_1].touches)
        return;
    ppo_body_push(&body[PPO_LANDER_HULL], gust(state->wind_index++) * traits->wind_power, 0.0);
    ppo_body_twist(&body[PPO_LANDER_HULL], gust(state->torque_index++) * traits->turbulence_power);
}

// What the action asks of the engines. NaN never gets here.
static void read_action(ppo_lander_state *state, bool is_continuous,
                        const ppo_lander_action *action)
{
    state->main_power = state->side_power = state->side = 0.0;
    if (!is_continuous) {
        state->main_power = action->choice == CHOICE_MAIN ? 1.0 : 0.0;
        if (action->choice == CHOICE_LEFT || action->choice == CHOICE_RIGHT) {
            state->side_power = 1.0;
            state->side = action->choice - CHOICE_MAIN;
        }
        return;
    }
    const double main = fmin(fmax((double)action->throttle[0], -1.0), 1.0);
    const double side = fmin(fmax((double)action->throttle[1], -1.0), 1.0);
    if (main > 0.0)
        state->main_power = (main + 1.0) * 0.5;
    if (fabs(side) > 0.5) {
        state->side_power = fabs(side);
        state->side = side < 0.0 ? -1.0 : 1.0;
    }
}

// The engines' impulses, each from a place that is dispersed a little. The side engines sit 17
// pixels sideways for the lever but 14 up, as Gymnasium has it.
static void fire(ppo_lander_state *state, const double dispersion[2])
{
    ppo_pose pose;
    ppo_body *hull = &state->world.body[PPO_LANDER_HULL];
    ppo_body_pose(hull, &pose);
    const double tip[2] = {sin((double)pose.angle), cos((double)pose.angle)};
    const double side[2] = {-tip[1], tip[0]};
    const double x = (double)pose.x, y = (double)pose.y;
    if (state->main_power > 0.0) {
        const double down = MAIN_Y / SCALE + 2 * dispersion[0];
        const double ox = tip[0] * down + side[0] * dispersion[1];
        const double oy = -tip[1] * down - side[1] * dispersion[1];
        const double impulse[2] = {-ox * MAIN_POWER * state->main_power,
                                   -oy * MAIN_POWER * state->main_power};
        ppo_body_kick(hull, impulse, (double[2]){x + ox, y + oy});
    }
    if (state->side_power > 0.0) {
        const double away = 3 * dispersion[1] + state->side * SIDE_AWAY / SCALE;
        const double ox = tip[0] * dispersion[0] + side[0] * away;
        const double oy = -tip[1] * dispersion[0] - side[1] * away;
        const double impulse[2] = {-ox * SIDE_POWER * state->side_power,
                                   -oy * SIDE_POWER * state->side_power};
        const double point[2] = {x + ox - tip[0] * SIDE_X / SCALE,
                                 y + oy + tip[1] * SIDE_Y / SCALE};
        ppo_body_kick(hull, impulse, point);
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

// As RL Zoo's MaskVelocityWrapper; the reward keeps what it gets from them.
static void hide_velocities(float obs[PPO_LANDER_OBS])
{
    obs[2] = 0.0f; // vx
    obs[3] = 0.0f; // vy
    obs[5] = 0.0f; // omega
}

// What a step does before the world's. Two random numbers are drawn whatever the engines do.
static void begin_step(ppo_lander *self, const ppo_lander_action *action)
{
    ppo_lander_state *state = &self->state;
    double dispersion[2];
    if (self->traits->enable_wind)
        blow(state, self->traits);
    read_action(state, self->traits->is_continuous, action);
    for (int i = 0; i < 2; i++)
        dispersion[i] = ppo_random_uniform(&state->random, -1.0, 1.0) / SCALE;
    fire(state, dispersion);
}

// An episode ends where the hull touches the moon or leaves the picture sideways, and where all has
// come to rest, whose bonus beats the others' malus.
static void end_step(ppo_lander *self, float obs[PPO_LANDER_OBS], ppo_transition *transition)
{
    ppo_lander_state *state = &self->state;
    const ppo_body *body = state->world.body, *hull = &body[PPO_LANDER_HULL];
    const double before = state->shaping;
    ppo_pose pose;
    ppo_body_pose(hull, &pose);
    ppo_lander_observe(obs, &state->shaping, &pose,
                       (bool[2]){body[PPO_LANDER_LEG_0].touches, body[PPO_LANDER_LEG_1].touches});
    if (self->traits->hides_velocities)
        hide_velocities(obs);
    transition->reward =
        state->shaping - before - state->main_power * MAIN_PRICE - state->side_power * SIDE_PRICE;
    if (hull->has_touched || fabs(((double)pose.x - HALF_WIDTH) / HALF_WIDTH) >= 1.0) {
        transition->terminated = true;
        transition->reward = -100.0;
    }
    if (!hull->is_awake) {
        transition->terminated = true;
        transition->reward = 100.0;
    }
}

// --- the class ---------------------------------------------------------------------------------

static ppo_status lander_init(void *instance, const void *context, ppo_error *error)
{
    ppo_lander *self = instance;
    (void)error;
    self->traits = context;
    return PPO_OK;
}

// The first observation is that of a step in which no engine fires.
static ppo_status lander_reset(void *instance, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    static const ppo_lander_action nothing = {.throttle = {0.0f, 0.0f}};
    ppo_lander *self = instance;
    ppo_world *world = &self->state.world;
    ppo_transition ignored = {.reward = 0.0};
    (void)error;
    if (seed)
        ppo_random_seed(&self->state.random, *seed);
    build_world(self);
    begin_step(self, &nothing);
    ppo_worlds_step(&world, 1, &step_def);
    end_step(self, observation, &ignored);
    return PPO_OK;
}

// The index-th of several actions. What no engine understands is refused.
static ppo_status take_action(ppo_lander_action *action, const ppo_lander *self,
                              const void *actions, size_t index, ppo_error *error)
{
    if (self->traits->is_continuous) {
        memcpy(action->throttle, (const float *)actions + 2 * index, sizeof action->throttle);
        for (int i = 0; i < 2; i++)
            if (isnan(action->throttle[i]))
                return ppo_fail(error, PPO_NUMERIC, "action element %d is not a number", i);
        return PPO_OK;
    }
    memcpy(&action->choice, (const int32_t *)actions + index, sizeof action->choice);
    if (action->choice < CHOICE_NOTHING || action->choice > CHOICE_RIGHT)
        return ppo_fail(error, PPO_INVALID, "the action is %d, not in [0, %d)", action->choice,
                        NUM_CHOICES);
    return PPO_OK;
}

static ppo_status lander_step_many(void *const *selves, size_t count, const void *actions,
                                   void *observations, ppo_transition *transitions,
                                   ppo_error *error)
{
    ppo_lander_action action = {.throttle = {0.0f, 0.0f}};
    for (size_t i = 0; i < count; i++)
        PPO_TRY(take_action(&action, selves[i], actions, i, error));
    for (size_t first = 0; first < count; first += MAX_TOGETHER) {
        ppo_world *world[MAX_TOGETHER];
        const size_t here = count - first < MAX_TOGETHER ? count - first : MAX_TOGETHER;
        for (size_t i = 0; i < here; i++) {
            ppo_lander *self = selves[first + i];
            PPO_TRY(take_action(&action, self, actions, first + i, error));
            begin_step(self, &action);
            world[i] = &self->state.world;
        }
        ppo_worlds_step(world, (int)here, &step_def);
        for (size_t i = 0; i < here; i++) {
            ppo_lander *self = selves[first + i];
            end_step(self, (float *)observations + (first + i) * PPO_LANDER_OBS,
                     &transitions[first + i]);
        }
    }
    return PPO_OK;
}

static ppo_status lander_step(void *instance, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    return lander_step_many(&instance, 1, action, observation, transition, error);
}

static void lander_save(const void *instance, void *state)
{
    const ppo_lander *self = instance;
    memcpy(state, &self->state, PPO_LANDER_STATE_BYTES);
}

static ppo_status lander_load(void *instance, const void *state, ppo_error *error)
{
    ppo_lander *self = instance;
    const ppo_lander_state *given = state;
    const ppo_world_size size = {.ground = PPO_LANDER_GROUND,
                                 .min_ground = PPO_LANDER_GROUND,
                                 .bodies = PPO_LANDER_BODIES,
                                 .hinges = PPO_LANDER_HINGES};
    const double number[] = {given->shaping, given->main_power, given->side_power, given->side};
    bool is_good = ppo_random_is_valid(&given->random);
    for (size_t i = 0; i < sizeof number / sizeof number[0]; i++)
        is_good = is_good && isfinite(number[i]);
    for (int i = 0; i < CHUNKS; i++)
        is_good = is_good && fabs(given->ground[i]) <= PPO_LANDER_HEIGHT;
    // Both ends by themselves: INT64_MIN has no absolute value.
    is_good = is_good && given->wind_index > -MAX_WIND_INDEX &&
              given->wind_index < MAX_WIND_INDEX && given->torque_index > -MAX_WIND_INDEX &&
              given->torque_index < MAX_WIND_INDEX;
    const char *why = is_good ? ppo_world_check(&given->world, &size)
                              : "its random stream, ground or numbers are none of a lander's";
    if (why)
        return ppo_fail(error, PPO_CORRUPT, "the saved lander can't be: %s", why);
    memcpy(&self->state, state, PPO_LANDER_STATE_BYTES);
    return PPO_OK;
}

static const float bound_low[] = {-2.5f,  -2.5f, -10.0f, -10.0f, (float)(-2 * M_PI),
                                  -10.0f, 0.0f,  0.0f};
static const float bound_high[] = {2.5f, 2.5f, 10.0f, 10.0f, (float)(2 * M_PI), 10.0f, 1.0f, 1.0f};
static const uint32_t num_choices[1] = {NUM_CHOICES};
static const float throttle_low[2] = {-1.0f, -1.0f};
static const float throttle_high[2] = {1.0f, 1.0f};

static const ppo_lander_traits discrete = {
    .gravity = -10.0, .wind_power = 15.0, .turbulence_power = 1.5};
static const ppo_lander_traits no_velocity = {
    .hides_velocities = true, .gravity = -10.0, .wind_power = 15.0, .turbulence_power = 1.5};
static const ppo_lander_traits continuous = {
    .is_continuous = true, .gravity = -10.0, .wind_power = 15.0, .turbulence_power = 1.5};

#define LANDER_CLASS(name, text, actions, traits)                                              \
    {                                                                                          \
        .struct_size = sizeof(ppo_env_class), .abi_version = PPO_ENV_ABI_VERSION, .id = name,  \
        .summary = text,                                                                       \
        .observation_space = PPO_SPACE_FLOATS(PPO_LANDER_OBS, bound_low, bound_high),          \
        .action_space = actions, .max_episode_steps = 1000, .reward_threshold = 200.0,         \
        .instance_size = sizeof(ppo_lander), .state_size = PPO_LANDER_STATE_BYTES,             \
        .context = &(traits), .init = lander_init, .reset = lander_reset, .step = lander_step, \
        .step_many = lander_step_many, .step_many_size = PPO_LANE_COUNT,                       \
        .save_state = lander_save, .load_state = lander_load,                                  \
        PPO_PICTURE(ppo_lander, 600, 400, FPS),                                                \
    }

const ppo_env_class ppo_lunar_lander_v3 =
    LANDER_CLASS("LunarLander-v3", "land between two flags, one of three engines a step",
                 PPO_SPACE_CHOICE(num_choices), discrete);
const ppo_env_class ppo_lunar_lander_continuous_v3 =
    LANDER_CLASS("LunarLanderContinuous-v3", "land between two flags, throttle of the engines",
                 PPO_SPACE_FLOATS(2, throttle_low, throttle_high), continuous);
const ppo_env_class ppo_lunar_lander_no_velocity_v3 =
    LANDER_CLASS("LunarLanderNoVel-v3", "land between two flags without seeing velocities",
                 PPO_SPACE_CHOICE(num_choices), no_velocity);
