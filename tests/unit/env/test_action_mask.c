// SPDX-License-Identifier: MIT
// Action masks of one and of several components.
#include "env/action_mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void mask_function(const void *self, uint8_t *allowed)
{
    (void)self, (void)allowed;
}

static const uint32_t counts[3] = {2, 1, 3};
static const ppo_space three = {.kind = PPO_SPACE_MULTI_DISCRETE,
                                .dtype = PPO_I32,
                                .rank = 1,
                                .shape = {3},
                                .num_values = counts};

static void test_bytes(void **state)
{
    (void)state;
    ppo_env_class env = {.action_space = three};
    assert_int_equal(ppo_action_mask_bytes(&env), 0);
    env.action_mask = mask_function;
    assert_int_equal(ppo_action_mask_bytes(&env), 6);
    env.action_space =
        (ppo_space){.kind = PPO_SPACE_MULTI_BINARY, .dtype = PPO_I32, .rank = 1, .shape = {5}};
    assert_int_equal(ppo_action_mask_bytes(&env), 10);
}

static void test_validity(void **state)
{
    (void)state;
    size_t component;
    assert_true(ppo_action_mask_is_valid(&three, (uint8_t[]){0, 1, 1, 0, 0, 1}, &component));
    assert_false(ppo_action_mask_is_valid(&three, (uint8_t[]){1, 1, 0, 1, 1, 1}, &component));
    assert_int_equal(component, 1);
    assert_false(ppo_action_mask_is_valid(&three, (uint8_t[]){1, 1, 1, 0, 0, 0}, &component));
    assert_int_equal(component, 2);
    assert_false(ppo_action_mask_is_valid(&three, (uint8_t[]){0, 0, 1, 0, 0, 0}, &component));
    assert_int_equal(component, 0);
}

static void test_actions(void **state)
{
    (void)state;
    const uint8_t mask[6] = {0, 1, 1, 1, 0, 1};
    assert_true(ppo_action_mask_allows(&three, mask, (int32_t[]){1, 0, 2}));
    assert_false(ppo_action_mask_allows(&three, mask, (int32_t[]){0, 0, 2}));
    assert_false(ppo_action_mask_allows(&three, mask, (int32_t[]){1, 0, 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_validity),
        cmocka_unit_test(test_actions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
