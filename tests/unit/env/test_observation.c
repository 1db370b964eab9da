// SPDX-License-Identifier: MIT
// Which observations can be used, and what is said of those that can't.
#include "env/observation.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIZE = 37 };

static void expect(const ppo_space *space, const void *obs, ppo_status status, const char *text)
{
    char said[64] = "untouched";
    assert_int_equal(ppo_observation_check(said, sizeof said, space, ppo_space_size(space), obs),
                     status);
    assert_string_equal(said, text);
}

static void test_floats(void **state)
{
    (void)state;
    const ppo_space space = PPO_SPACE_FLOATS(SIZE, NULL, NULL);
    float obs[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        obs[i] = i % 3 == 0 ? FLT_MAX : i % 3 == 1 ? -FLT_MAX : 1e-45f;
    expect(&space, obs, PPO_OK, "untouched");
    obs[SIZE - 1] = -INFINITY;
    expect(&space, obs, PPO_NUMERIC, "observation element 36 is infinite");
    obs[11] = NAN;
    expect(&space, obs, PPO_NUMERIC, "observation element 11 is not a number");
}

static void test_integers(void **state)
{
    (void)state;
    static const uint32_t counts[3] = {2, 5, 1};
    const ppo_space space = {.kind = PPO_SPACE_MULTI_DISCRETE,
                             .dtype = PPO_I32,
                             .rank = 1,
                             .shape = {3},
                             .num_values = counts};
    int32_t obs[3] = {1, 4, 0};
    expect(&space, obs, PPO_OK, "untouched");
    obs[2] = 1;
    expect(&space, obs, PPO_ENV_FAILED, "observation element 2 is 1, not in [0, 1)");
    obs[0] = -1;
    expect(&space, obs, PPO_ENV_FAILED, "observation element 0 is -1, not in [0, 2)");
    const ppo_space binary = {
        .kind = PPO_SPACE_MULTI_BINARY, .dtype = PPO_I32, .rank = 1, .shape = {3}};
    const int32_t bits[3] = {0, 1, 2};
    expect(&binary, bits, PPO_ENV_FAILED, "observation element 2 is 2, not in [0, 2)");
}

static void test_bytes(void **state)
{
    (void)state;
    const ppo_space space = {.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 1, .shape = {SIZE}};
    uint8_t obs[SIZE];
    memset(obs, 0xFF, sizeof obs);
    expect(&space, obs, PPO_OK, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
