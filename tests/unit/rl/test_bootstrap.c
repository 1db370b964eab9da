// SPDX-License-Identifier: MIT
// What an episode's end means for the value of what follows, case by case in a rollout made by
// hand: terminated, truncated, lost, the rollout's end, and combinations in neighbouring steps.
#include "unit/rl/support/collect_fixture.h"
#include "unit/rl/support/toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 6, ENVS = 2 };

// A fixture whose rollout has flags of 0 and observations that differ.
static ppo_rollout *create(collect_fixture *f, bool shared)
{
    ppo_config config;
    ppo_config_defaults(&config);
    config.num_envs = ENVS;
    config.norm_obs = false;
    config.num_steps = STEPS;
    config.hidden_sizes = (ppo_widths){.count = 1, .width = {9}};
    config.shared_network = shared;
    config.threads = 2;
    collect_fixture_create(f, &config, toy_class(TOY_DISCRETE));
    ppo_rollout *r = &f->rollout;
    memset(r->terminated, 0, STEPS * ENVS);
    memset(r->truncated, 0, STEPS * ENVS);
    memset(r->lost, 0, STEPS * ENVS);
    for (size_t i = 0; i < (STEPS + 1) * ENVS * TOY_OBS; i++)
        r->features[i] = (float)(i * i % 17) / 17.0f;
    for (size_t i = 0; i < STEPS * ENVS; i++) {
        r->next_value[i] = -77.0f;
        r->value[i] = (float)i; // known from acting in shared networks, computed otherwise
        r->episode_length[i] = 5;
    }
    return r;
}

static float value_of(const collect_fixture *f, const float *features)
{
    const ppo_acting_scratch s = ppo_acting_scratch_at(&f->scratch, 0);
    float value;
    ppo_policy_value(&f->agent.policy, &s.policy, &value, features, 1);
    return value;
}

static void test_ends(void **state)
{
    (void)state;
    collect_fixture f;
    ppo_rollout *r = create(&f, false);
    const size_t terminated = 0, truncated = 2, lost = 8, before_lost = 6, last = STEPS * ENVS - 1;
    r->terminated[terminated] = r->truncated[truncated] = 1;
    r->lost[lost] = r->truncated[lost] = 1;
    r->next_value[truncated] = 42.0f; // as ppo_bootstrap_truncated has left it
    ppo_bootstrap_run(&f.bootstrap);
    for (size_t i = 0; i < (STEPS + 1) * ENVS; i++)
        assert_true(r->value[i] == value_of(&f, r->features + i * TOY_OBS));
    assert_true(r->next_value[terminated] == 0.0f);
    assert_true(r->next_value[truncated] == 42.0f);
    assert_true(r->next_value[lost] == 0.0f);
    assert_true(r->next_value[before_lost] == r->value[lost] && r->truncated[before_lost] == 1);
    assert_int_equal(r->episode_length[before_lost], 0);
    assert_true(r->next_value[last] == r->value[STEPS * ENVS + 1]);
    assert_true(r->next_value[3] == r->value[5] && r->truncated[3] == 0);
    assert_int_equal(r->episode_length[3], 5);
    collect_fixture_release(&f);
}

// What ended before a lost step had ended already.
static void test_end_before_lost(void **state)
{
    (void)state;
    collect_fixture f;
    ppo_rollout *r = create(&f, false);
    r->terminated[0] = r->truncated[1] = 1;
    r->lost[2] = r->truncated[2] = r->lost[3] = r->truncated[3] = 1;
    r->lost[4] = r->truncated[4] = 1; // twice in a row
    r->next_value[1] = 42.0f;
    ppo_bootstrap_run(&f.bootstrap);
    assert_true(r->next_value[0] == 0.0f && r->truncated[0] == 0 && r->episode_length[0] == 5);
    assert_true(r->next_value[1] == 42.0f && r->episode_length[1] == 5);
    assert_true(r->next_value[2] == 0.0f && r->episode_length[2] == 5);
    collect_fixture_release(&f);
}

// Values that acting has left are kept, all but the last row's.
static void test_shared(void **state)
{
    (void)state;
    collect_fixture f;
    ppo_rollout *r = create(&f, true);
    ppo_bootstrap_run(&f.bootstrap);
    for (size_t i = 0; i < STEPS * ENVS; i++)
        assert_true(r->value[i] == (float)i);
    for (size_t n = 0; n < ENVS; n++)
        assert_true(r->next_value[(STEPS - 1) * ENVS + n] ==
                    value_of(&f, r->features + (STEPS * ENVS + n) * TOY_OBS));
    collect_fixture_release(&f);
}

// The value of the final observation, of the rows that are named, where no step was lost.
static void test_truncated(void **state)
{
    (void)state;
    collect_fixture f;
    ppo_rollout *r = create(&f, false);
    const float final_obs[ENVS][TOY_OBS] = {{0.1f, -0.2f, 0.3f}, {0.5f, 0.6f, -0.7f}};
    const uint8_t truncated[ENVS] = {1, 1}, lost[ENVS] = {0, 0}, one_lost[ENVS] = {0, 1};
    const unsigned char *bytes = (const unsigned char *)final_obs;
    ppo_bootstrap_truncated(&f.bootstrap, 1, 1, 1, truncated, lost, bytes, 0);
    assert_true(r->next_value[2] == -77.0f); // not asked for
    assert_true(r->next_value[3] == value_of(&f, final_obs[1]));
    ppo_bootstrap_truncated(&f.bootstrap, 3, 0, 2, truncated, one_lost, bytes, 1);
    assert_true(r->next_value[6] == value_of(&f, final_obs[0]));
    assert_true(r->next_value[7] == -77.0f);
    collect_fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends), cmocka_unit_test(test_end_before_lost),
        cmocka_unit_test(test_shared), cmocka_unit_test(test_truncated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
