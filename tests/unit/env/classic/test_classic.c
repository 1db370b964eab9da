// SPDX-License-Identifier: MIT
// What the recordings of test_reference.c don't reach: saving and restoring, actions out of bounds,
// forged states, equal bytes of equal states.
#include "env/classic/classic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef union ppo_any_classic {
    _Alignas(64) unsigned char bytes[128];
    ppo_cartpole cartpole;
    ppo_acrobot acrobot;
    ppo_mountain_car_continuous continuous;
    ppo_pendulum pendulum;
} ppo_any_classic;

typedef struct ppo_trace {
    float obs[6];
    double reward;
    bool terminated;
} ppo_trace;

static float step_real(const ppo_env_class *env, void *instance, float action, double *reward)
{
    float obs[6];
    ppo_transition transition = {.reward = 0.0};
    assert_int_equal(env->step(instance, &action, obs, &transition, NULL), PPO_OK);
    *reward = transition.reward;
    return obs[1];
}

// `count` steps with actions from a generator; an episode's end begins the next one.
static void play(const ppo_env_class *env, void *instance, ppo_random *actions, ppo_trace *trace,
                 size_t count)
{
    for (size_t t = 0; t < count; t++) {
        int32_t integer = 0;
        float real = 0.0f;
        ppo_transition transition = {.reward = 0.0};
        if (env->action_space.kind == PPO_SPACE_BOX)
            real = (float)ppo_random_uniform(actions, -3.0, 3.0);
        else
            integer = (int32_t)ppo_random_integers(actions, 0, env->action_space.num_values[0]);
        const void *action =
            env->action_space.kind == PPO_SPACE_BOX ? (const void *)&real : (const void *)&integer;
        memset(&trace[t], 0, sizeof trace[t]);
        assert_int_equal(env->step(instance, action, trace[t].obs, &transition, NULL), PPO_OK);
        trace[t].reward = transition.reward;
        trace[t].terminated = transition.terminated;
        if (transition.terminated)
            assert_int_equal(env->reset(instance, NULL, trace[t].obs, NULL), PPO_OK);
    }
}

// As the host saves one instance and loads another: what is not state is lost.
static void copy_state(const ppo_env_class *env, ppo_any_classic *to, const ppo_any_classic *from)
{
    unsigned char state[sizeof to->bytes];
    assert_true(env->state_size <= env->instance_size);
    if (!env->save_state) {
        memcpy(to->bytes, from->bytes, env->state_size);
        return;
    }
    env->save_state(from, state);
    assert_int_equal(env->load_state(to, state, NULL), PPO_OK);
}

static void check_replay(const ppo_env_class *env)
{
    enum { NUM_STEPS = 700 };
    static ppo_trace first[NUM_STEPS], second[NUM_STEPS];
    ppo_any_classic instance = {.bytes = {0}}, saved = {.bytes = {0}};
    ppo_random actions, saved_actions;
    const uint64_t seed = 5;
    float obs[6];
    assert_true(env->instance_size <= sizeof instance);
    ppo_random_seed(&actions, 77);
    assert_int_equal(env->reset(&instance, &seed, obs, NULL), PPO_OK);
    play(env, &instance, &actions, first, 100);
    copy_state(env, &saved, &instance);
    saved_actions = actions;
    play(env, &instance, &actions, first, NUM_STEPS);
    play(env, &saved, &saved_actions, second, NUM_STEPS);
    assert_memory_equal(first, second, sizeof first);
    assert_memory_equal(&instance, &saved, env->state_size);
}

static void test_saved_state_replays(void **state)
{
    (void)state;
    const ppo_env_class *const classes[] = {&ppo_cartpole_v1, &ppo_cartpole_v0,
                                            &ppo_acrobot_v1,  &ppo_mountain_car_v0,
                                            &ppo_pendulum_v1, &ppo_mountain_car_continuous_v0};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        check_replay(classes[i]);
}

static void test_equal_seeds_equal_bytes(void **state)
{
    (void)state;
    ppo_any_classic a = {.bytes = {0}}, b = {.bytes = {0}};
    const uint64_t seed = 9, other = 10;
    float obs_a[4], obs_b[4];
    ppo_cartpole_v1.reset(&a, &other, obs_a, NULL);
    ppo_cartpole_v1.reset(&a, &seed, obs_a, NULL);
    ppo_cartpole_v1.reset(&b, &seed, obs_b, NULL);
    assert_memory_equal(&a, &b, sizeof a);
    assert_memory_equal(obs_a, obs_b, sizeof obs_a);
    ppo_cartpole_v1.reset(&a, &other, obs_a, NULL);
    assert_memory_not_equal(obs_a, obs_b, sizeof obs_a);
}

// Torque is cut to [-2, 2] inside the task, for the price too.
static void test_pendulum_cuts_torque(void **state)
{
    (void)state;
    ppo_any_classic a = {.bytes = {0}}, b = {.bytes = {0}};
    const uint64_t seed = 1;
    double reward_a, reward_b;
    float obs[3];
    ppo_pendulum_v1.reset(&a, &seed, obs, NULL);
    ppo_pendulum_v1.reset(&b, &seed, obs, NULL);
    (void)step_real(&ppo_pendulum_v1, &a, 50.0f, &reward_a);
    (void)step_real(&ppo_pendulum_v1, &b, 2.0f, &reward_b);
    assert_true(reward_a == reward_b);
    assert_memory_equal(&a, &b, sizeof a);
}

// Python's `%` against the formula with fmod alone, over many turns either way.
static void test_pendulum_angle(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 4);
    for (int i = 0; i < 100000; i++) {
        ppo_any_classic it = {.bytes = {0}};
        const double theta = ppo_random_uniform(&random, -40.0, 40.0), turn = 2 * M_PI;
        double rest = fmod(theta + M_PI, turn), reward;
        rest += rest < 0 ? turn : 0.0;
        volatile double exponent = 2.0; // keeps the compiler from folding the call
        const double wanted = -pow(rest - M_PI, exponent);
        it.pendulum.theta = theta;
        it.pendulum.sin_theta = sin(theta);
        (void)step_real(&ppo_pendulum_v1, &it, 0.0f, &reward);
        assert_true(reward == wanted);
    }
}

// The force is cut, the price of it is not.
static void test_mountain_car_force(void **state)
{
    (void)state;
    ppo_any_classic a = {.bytes = {0}};
    const uint64_t seed = 1;
    double reward;
    float obs[2];
    ppo_mountain_car_continuous_v0.reset(&a, &seed, obs, NULL);
    const double position = a.continuous.position;
    const float velocity = step_real(&ppo_mountain_car_continuous_v0, &a, 7.0f, &reward);
    assert_true(reward == -(49.0 * 0.1));
    assert_true(velocity == (float)(1.0 * 0.0015 - 0.0025 * cos(3 * position)));
    const float float_position = (float)a.continuous.position;
    const float next = step_real(&ppo_mountain_car_continuous_v0, &a, -7.0f, &reward);
    const double pull = 0.0025 * cos((double)(3.0f * float_position));
    assert_true(next == velocity + (float)(-1.0 * 0.0015 - pull));
}

// The wall on the left takes all speed; the goal on the right counts at any speed.
static void test_mountain_car_ends(void **state)
{
    (void)state;
    ppo_any_classic a = {.bytes = {0}};
    double reward;
    a.continuous.position = (double)-1.19f;
    a.continuous.velocity = (double)-0.06f;
    assert_true(step_real(&ppo_mountain_car_continuous_v0, &a, -1.0f, &reward) == 0.0f);
    assert_true(a.continuous.position == (double)-1.2f);
    a.continuous.position = (double)0.44f;
    a.continuous.velocity = (double)0.05f;
    (void)step_real(&ppo_mountain_car_continuous_v0, &a, 0.0f, &reward);
    assert_true(reward == 100.0);
}

static void test_acrobot_speed_limits(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        ppo_any_classic a = {.bytes = {0}};
        const int32_t action = 1;
        float obs[6];
        ppo_transition transition = {.reward = 0.0};
        a.acrobot.theta1_dot = sign * 40.0;
        a.acrobot.theta2_dot = sign * 60.0;
        assert_int_equal(ppo_acrobot_v1.step(&a, &action, obs, &transition, NULL), PPO_OK);
        assert_true(fabs(a.acrobot.theta1_dot) <= 4 * M_PI);
        assert_true(fabs(a.acrobot.theta2_dot) <= 9 * M_PI);
        assert_true(fabs(a.acrobot.theta1) <= M_PI && fabs(a.acrobot.theta2) <= M_PI);
    }
}

static void test_acrobot_survives_forged_angle(void **state)
{
    (void)state;
    const double angles[] = {1e6, -1e300, (double)INFINITY, (double)NAN};
    for (size_t i = 0; i < sizeof angles / sizeof angles[0]; i++) {
        ppo_any_classic a = {.bytes = {0}};
        const int32_t action = 1;
        float obs[6];
        ppo_transition transition = {.reward = 0.0};
        a.acrobot.theta1 = angles[i];
        assert_int_equal(ppo_acrobot_v1.step(&a, &action, obs, &transition, NULL), PPO_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saved_state_replays),
        cmocka_unit_test(test_equal_seeds_equal_bytes),
        cmocka_unit_test(test_pendulum_cuts_torque),
        cmocka_unit_test(test_pendulum_angle),
        cmocka_unit_test(test_mountain_car_force),
        cmocka_unit_test(test_mountain_car_ends),
        cmocka_unit_test(test_acrobot_speed_limits),
        cmocka_unit_test(test_acrobot_survives_forged_angle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
