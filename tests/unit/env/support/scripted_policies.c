// SPDX-License-Identifier: MIT
// See scripted_policies.h.
#include "unit/env/support/scripted_policies.h"

#include "env/box2d/bipedal_walker.h"
#include "env/box2d/box2d.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// --- the walker --------------------------------------------------------------------------------

enum { ON_ONE_LEG, PUT_OTHER_DOWN, PUSH_OFF };

#define WALK_SPEED 0.29 // faster, it falls on its nose
#define KNEE       0.1

void scripted_walk_begin(ppo_walk *walk)
{
    *walk = (ppo_walk){.state = ON_ONE_LEG, .moving = 0, .knee = KNEE};
}

// Wanted angles; NAN: leave it to the damping.
typedef struct ppo_walk_aim {
    double hip[2], knee[2];
} ppo_walk_aim;

static void aim_at_step(ppo_walk *walk, ppo_walk_aim *aim, const float obs[24])
{
    const int moving = walk->moving, standing = 1 - moving;
    const float *moving_leg = obs + 4 + 5 * moving, *standing_leg = obs + 4 + 5 * standing;
    if (walk->state == ON_ONE_LEG) {
        aim->hip[moving] = 1.1;
        aim->knee[moving] = -0.6;
        walk->knee += obs[2] > WALK_SPEED ? 0.06 : 0.03;
        walk->knee = fmin(walk->knee, KNEE);
        aim->knee[standing] = walk->knee;
        if (standing_leg[0] < 0.10)
            walk->state = PUT_OTHER_DOWN;
    }
    if (walk->state == PUT_OTHER_DOWN) {
        aim->hip[moving] = 0.1;
        aim->knee[moving] = KNEE;
        aim->knee[standing] = walk->knee;
        if (moving_leg[4] != 0.0f) {
            walk->state = PUSH_OFF;
            walk->knee = fmin(moving_leg[2], KNEE);
        }
    }
    if (walk->state == PUSH_OFF) {
        aim->knee[moving] = walk->knee;
        aim->knee[standing] = 1.0;
        if (standing_leg[2] > 0.88 || obs[2] > 1.2 * WALK_SPEED) {
            walk->state = ON_ONE_LEG;
            walk->moving = standing;
        }
    }
}

void scripted_walk(ppo_walk *walk, const float obs[24], float action[4])
{
    ppo_walk_aim aim = {{NAN, NAN}, {NAN, NAN}};
    aim_at_step(walk, &aim, obs);
    for (int n = 0; n < 2; n++) {
        const float *leg = obs + 4 + 5 * n;
        double hip = isnan(aim.hip[n]) ? 0.0 : 0.9 * (aim.hip[n] - leg[0]) - 0.25 * leg[1];
        double knee = isnan(aim.knee[n]) ? 0.0 : 4.0 * (aim.knee[n] - leg[2]) - 0.25 * leg[3];
        hip -= 0.9 * (0 - obs[0]) - 1.5 * obs[1]; // head up
        knee -= 15.0 * obs[3];                    // against bouncing
        action[2 * n] = (float)fmin(fmax(0.5 * hip, -1.0), 1.0);
        action[2 * n + 1] = (float)fmin(fmax(0.5 * knee, -1.0), 1.0);
    }
}

// --- the lander --------------------------------------------------------------------------------

// How much to turn and how much to rise.
static void aim_at_pad(const float s[8], double *turn, double *rise)
{
    const double angle = fmin(fmax(s[0] * 0.5 + s[2] * 1.0, -0.4), 0.4);
    const double height = 0.55 * fabs(s[0]);
    *turn = (angle - s[4]) * 0.5 - s[5] * 1.0;
    *rise = (height - s[1]) * 0.5 - s[3] * 0.5;
    if (s[6] != 0.0f || s[7] != 0.0f) {
        *turn = 0.0;
        *rise = -s[3] * 0.5;
    }
}

int32_t scripted_land(const float obs[8])
{
    double turn, rise;
    aim_at_pad(obs, &turn, &rise);
    if (rise > fabs(turn) && rise > 0.05)
        return 2;
    return turn < -0.05 ? 3 : turn > 0.05 ? 1 : 0;
}

void scripted_land_continuous(const float obs[8], float action[2])
{
    double turn, rise;
    aim_at_pad(obs, &turn, &rise);
    action[0] = (float)fmin(fmax(rise * 20 - 1, -1.0), 1.0);
    action[1] = (float)fmin(fmax(-turn * 20, -1.0), 1.0);
}

// --- episodes ----------------------------------------------------------------------------------

typedef union ppo_any_action {
    int32_t choice;
    float value[4];
} ppo_any_action;

static void act_at_random(const ppo_env_class *env, ppo_random *random, ppo_any_action *action)
{
    if (env->action_space.kind == PPO_SPACE_DISCRETE)
        action->choice = (int32_t)ppo_random_integers(random, 0, 4);
    else
        for (size_t i = 0; i < ppo_space_size(&env->action_space); i++)
            action->value[i] = (float)ppo_random_uniform(random, -1.0, 1.0);
}

static void act(const ppo_env_class *env, ppo_walk *walk, const float *obs, ppo_any_action *action)
{
    if (env->init == ppo_bipedal_walker_v3.init)
        scripted_walk(walk, obs, action->value);
    else if (env->action_space.kind == PPO_SPACE_DISCRETE)
        action->choice = scripted_land(obs);
    else
        scripted_land_continuous(obs, action->value);
}

typedef struct ppo_flight {
    double total, last_reward;
    uint32_t length;
} ppo_flight;

static ppo_flight fly_once(const ppo_env_class *env, void *instance, uint64_t seed, bool at_random)
{
    float obs[PPO_WALKER_OBS];
    ppo_flight flight = {.total = 0.0};
    ppo_transition now = {.reward = 0.0};
    ppo_random random;
    ppo_walk walk;
    ppo_random_seed(&random, seed + 1000);
    scripted_walk_begin(&walk);
    assert_int_equal(env->reset(instance, &seed, obs, NULL), PPO_OK);
    while (!now.terminated && flight.length < env->max_episode_steps) {
        ppo_any_action action = {.choice = 0};
        if (at_random)
            act_at_random(env, &random, &action);
        else
            act(env, &walk, obs, &action);
        now = (ppo_transition){.reward = 0.0};
        assert_int_equal(env->step(instance, &action, obs, &now, NULL), PPO_OK);
        flight.total += now.reward;
        flight.last_reward = now.reward;
        flight.length++;
    }
    return flight;
}

static double where_it_ended(const ppo_env_class *env, const void *instance)
{
    ppo_pose pose;
    if (env->init != ppo_bipedal_walker_v3.init)
        return 0.0;
    ppo_body_pose(&((const ppo_walker *)instance)->state.world.body[PPO_WALKER_HULL], &pose);
    return pose.x;
}

ppo_scripted_result scripted_play(const ppo_env_class *env, uint32_t episodes, bool at_random)
{
    ppo_scripted_result r = {.episodes = episodes};
    double squares = 0.0;
    void *instance = calloc(1, env->instance_size);
    assert_non_null(instance);
    assert_int_equal(env->init(instance, env->context, NULL), PPO_OK);
    for (uint32_t i = 0; i < episodes; i++) {
        const ppo_flight flight = fly_once(env, instance, i, at_random);
        r.mean += flight.total / episodes;
        squares += flight.total * flight.total / episodes;
        r.length += (double)flight.length / episodes;
        r.distance += where_it_ended(env, instance) / episodes;
        r.finished += flight.total > 250.0;
        r.fallen += flight.last_reward == -100.0;
    }
    r.std = sqrt(fmax(squares - r.mean * r.mean, 0.0));
    free(instance);
    return r;
}
