// SPDX-License-Identifier: MIT
// Spaces and shapes as text, and cut where the buffer ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/space_text.h"

static void expect(const ppo_space *space, const char *wanted)
{
    char text[64];
    cli_space_text(text, sizeof text, space);
    assert_string_equal(text, wanted);
    for (size_t size = 1; size < sizeof text; size++) { // cut, never beyond
        char small[sizeof text + 1];
        memset(small, '#', sizeof small);
        cli_space_text(small, size, space);
        assert_true(strlen(small) < size);
        assert_int_equal(small[size], '#');
        assert_int_equal(strncmp(small, wanted, strlen(small)), 0);
    }
}

static void spaces(void **state)
{
    (void)state;
    static const uint32_t two[] = {2}, several[] = {3, 4, 5};
    expect(&(ppo_space){.kind = PPO_SPACE_BOX, .dtype = PPO_F32, .rank = 1, .shape = {4}},
           "Box(4)");
    expect(&(ppo_space){.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 3, .shape = {84, 84, 4}},
           "Box(84, 84, 4) u8");
    expect(&(ppo_space){.kind = PPO_SPACE_BOX, .dtype = PPO_F32}, "Box()");
    expect(&(ppo_space){.kind = PPO_SPACE_DISCRETE, .dtype = PPO_I32, .num_values = two},
           "Discrete(2)");
    expect(&(ppo_space){.kind = PPO_SPACE_MULTI_DISCRETE,
                        .dtype = PPO_I32,
                        .rank = 1,
                        .shape = {3},
                        .num_values = several},
           "MultiDiscrete(3, 4, 5)");
    expect(&(ppo_space){.kind = PPO_SPACE_MULTI_BINARY, .dtype = PPO_I32, .rank = 1, .shape = {6}},
           "MultiBinary(6)");
}

static void shapes(void **state)
{
    (void)state;
    char text[32];
    cli_shape_text(text, sizeof text, (const uint64_t[]){2048, 8, 4}, 3);
    assert_string_equal(text, "[2048, 8, 4]");
    cli_shape_text(text, sizeof text, NULL, 0);
    assert_string_equal(text, "[]");
    assert_string_equal(cli_dtype_text(PPO_F32), "f32");
    assert_string_equal(cli_dtype_text(PPO_U64), "u64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spaces),
        cmocka_unit_test(shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
