// SPDX-License-Identifier: MIT
// Is it the same task over whole episodes? What policies reach over 200 episodes, Gymnasium's
// hand-written ones and random actions, against what they reach in Gymnasium (seeds 0 to 199).
#include "env/box2d/box2d.h"
#include "unit/env/support/scripted_policies.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { EPISODES = 200 };

// Two standard errors of the mean, those of the figure that it is compared with included.
static void check_mean(const ppo_scripted_result *r, double mean, double std)
{
    const double error = sqrt((r->std * r->std + std * std) / r->episodes);
    if (fabs(r->mean - mean) > 2 * error)
        fail_msg("mean return %.1f, expected %.1f within %.1f", r->mean, mean, 2 * error);
}

static ppo_scripted_result play(const ppo_env_class *env, bool at_random)
{
    const ppo_scripted_result r = scripted_play(env, EPISODES, at_random);
    print_message("%-26s %-7s %7.1f +- %5.1f, length %4.0f, end at %4.1f m, %3u fell\n", env->id,
                  at_random ? "random" : "scripted", r.mean, r.std, r.length, r.distance, r.fallen);
    return r;
}

static void test_scripted_walker(void **state)
{
    (void)state;
    const ppo_scripted_result r = play(&ppo_bipedal_walker_v3, false);
    // The same 200 episodes as in Gymnasium.
    assert_true(fabs(r.mean - 64.0) < 0.5 && fabs(r.std - 134.0) < 0.5);
    assert_true(fabs(r.distance - 44.8) < 0.05);
    assert_int_equal(r.fallen, 166);
}

static void test_walker_at_random(void **state)
{
    (void)state;
    const ppo_scripted_result r = play(&ppo_bipedal_walker_v3, true);
    check_mean(&r, -98.7, 15.0);
    assert_true(fabs(r.length - 545.0) < 120.0);
}

static void test_scripted_landers(void **state)
{
    (void)state;
    const ppo_scripted_result r = play(&ppo_lunar_lander_v3, false);
    assert_true(r.mean > 200.0 && r.mean < 290.0 && r.fallen < 30);
    const ppo_scripted_result c = play(&ppo_lunar_lander_continuous_v3, false);
    assert_true(c.mean > 230.0 && c.mean < 310.0 && c.fallen < 20);
}

static void test_landers_at_random(void **state)
{
    (void)state;
    const ppo_scripted_result r = play(&ppo_lunar_lander_v3, true);
    assert_true(r.mean < -150.0 && r.mean > -250.0 && r.length > 70.0 && r.length < 120.0);
    (void)play(&ppo_lunar_lander_continuous_v3, true);
}

static void test_hardcore(void **state)
{
    (void)state;
    const ppo_scripted_result r = play(&ppo_bipedal_walker_hardcore_v3, false);
    assert_true(r.distance < 20.0 && r.fallen > EPISODES / 2);
    (void)play(&ppo_bipedal_walker_hardcore_v3, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripted_walker),  cmocka_unit_test(test_walker_at_random),
        cmocka_unit_test(test_scripted_landers), cmocka_unit_test(test_landers_at_random),
        cmocka_unit_test(test_hardcore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
