// SPDX-License-Identifier: MIT
// Schedules: each kind at its marks, the values of an iteration, and the last one still learns.
#include "rl/schedule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-12))
        fail_msg("%.17g, not %.17g", got, wanted);
}

static void test_kinds(void **state)
{
    (void)state;
    const ppo_schedule constant = {.kind = PPO_SCHEDULE_CONSTANT};
    const ppo_schedule linear = {.kind = PPO_SCHEDULE_LINEAR};
    const ppo_schedule cosine = {.kind = PPO_SCHEDULE_COSINE};
    for (double progress = 0.0; progress <= 1.0; progress += 0.0625) {
        assert_near(ppo_schedule_eval(&constant, progress), 1.0);
        assert_near(ppo_schedule_eval(&linear, progress), 1.0 - progress);
        assert_near(ppo_schedule_eval(&cosine, progress), 0.5 + 0.5 * cos(acos(-1.0) * progress));
    }
    assert_near(ppo_schedule_eval(&cosine, 0.0), 1.0);
    assert_near(ppo_schedule_eval(&cosine, 0.5), 0.5);
    assert_near(ppo_schedule_eval(&cosine, 1.0), 0.0);
}

static void test_piecewise(void **state)
{
    (void)state;
    const ppo_schedule s = {.kind = PPO_SCHEDULE_PIECEWISE,
                            .num_points = 4,
                            .progress = {0.0, 0.5, 0.75, 1.0},
                            .factor = {1.0, 0.5, 2.0, 0.0}};
    assert_near(ppo_schedule_eval(&s, 0.0), 1.0);
    assert_near(ppo_schedule_eval(&s, 0.25), 0.75);
    assert_near(ppo_schedule_eval(&s, 0.5), 0.5);
    assert_near(ppo_schedule_eval(&s, 0.625), 1.25);
    assert_near(ppo_schedule_eval(&s, 0.75), 2.0);
    assert_near(ppo_schedule_eval(&s, 0.875), 1.0);
    assert_near(ppo_schedule_eval(&s, 1.0), 0.0);
}

static void test_step(void **state)
{
    (void)state;
    ppo_config config;
    ppo_config_defaults(&config);
    config.num_envs = 4;
    config.num_steps = 25;
    config.total_timesteps = 950; // 10 iterations, the last one over the end
    config.learning_rate = 1e-3;
    config.clip_coef = 0.3;
    config.ent_coef = 0.02;
    config.lr_schedule.kind = PPO_SCHEDULE_LINEAR;
    config.clip_schedule.kind = PPO_SCHEDULE_COSINE;
    config.ent_schedule.kind = PPO_SCHEDULE_CONSTANT;
    for (uint64_t i = 0; i < 10; i++) {
        const ppo_step_params step = ppo_schedule_step(&config, i);
        const double progress = (double)i / 10.0;
        assert_near(step.lr, 1e-3 * (1.0 - progress));
        assert_near(step.critic_lr, step.lr);
        assert_near(step.clip_coef, 0.15 * (1.0 + cos(acos(-1.0) * progress)));
        assert_near(step.ent_coef, 0.02);
    }
    assert_true(ppo_schedule_step(&config, 9).lr > 9.9e-5);
    assert_near(ppo_schedule_step(&config, 100).lr, 0.0); // past the end: as at it
    config.separate_optimizers = true;
    config.critic_learning_rate = 5e-3;
    assert_near(ppo_schedule_step(&config, 5).critic_lr, 2.5e-3);
    assert_near(ppo_schedule_step(&config, 5).lr, 5e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds),
                                       cmocka_unit_test(test_piecewise),
                                       cmocka_unit_test(test_step)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
