// SPDX-License-Identifier: MIT
// ppo_nearest: what counts as near.
#include "core/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"clip_coef",   "clip_range",         "learning_rate", "seed",
                                    "CartPole-v1", "PongNoFrameskip-v4", "ALE/Pong-v5"};

static const char *name_at(void *context, size_t index)
{
    (void)context;
    return names[index];
}

static const char *nearest(const char *word)
{
    return ppo_nearest(word, name_at, NULL, sizeof names / sizeof *names);
}

static void test_few_edits(void **state)
{
    (void)state;
    assert_string_equal(nearest("clip_coef"), "clip_coef");
    assert_string_equal(nearest("clip_cof"), "clip_coef");           // deletion
    assert_string_equal(nearest("clip_coeff"), "clip_coef");         // insertion
    assert_string_equal(nearest("clip_koef"), "clip_coef");          // substitution
    assert_string_equal(nearest("lerann1ng_rate"), "learning_rate"); // swap and more
    assert_string_equal(nearest("sede"), "seed");
    assert_string_equal(nearest("cartpole"), "CartPole-v1");
}

static void test_case_and_dashes_do_not_count(void **state)
{
    (void)state;
    assert_string_equal(nearest("Clip-Range"), "clip_range");
    assert_string_equal(nearest("CARTPOLE_V1"), "CartPole-v1");
}

static void test_part_of_a_name(void **state)
{
    (void)state;
    assert_string_equal(nearest("pong"), "PongNoFrameskip-v4");
    assert_string_equal(nearest("Pong-v5"), "ALE/Pong-v5");
    assert_null(nearest("po"));
}

static void test_nothing_near(void **state)
{
    char word[200];
    (void)state;
    memset(word, 'x', sizeof word);
    word[sizeof word - 1] = '\0';
    assert_null(nearest(""));
    assert_null(nearest("x"));
    assert_null(nearest("zebra"));
    assert_null(nearest(word));
    assert_null(ppo_nearest("seed", name_at, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_edits),
        cmocka_unit_test(test_case_and_dashes_do_not_count),
        cmocka_unit_test(test_part_of_a_name),
        cmocka_unit_test(test_nothing_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
