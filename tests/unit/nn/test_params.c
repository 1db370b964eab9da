// SPDX-License-Identifier: MIT
// The list of trainable tensors: offsets, gaps, splitting one tensor into two.
#include "nn/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_add(void **state)
{
    (void)state;
    ppo_params params = {0};
    assert_int_equal(ppo_params_add(&params, "a.weight", 3, 5), 0);
    assert_int_equal(ppo_params_add(&params, "a.bias", 3, 0), PPO_PARAM_ALIGN);
    assert_int_equal(ppo_params_add(&params, "b.weight", 4, 4), 2 * PPO_PARAM_ALIGN);
    assert_int_equal(ppo_params_add(&params, "b.bias", 4, 0), 3 * PPO_PARAM_ALIGN);
    assert_int_equal(params.size, 4 * PPO_PARAM_ALIGN);
    assert_int_equal(params.count, 4);
    assert_int_equal(ppo_param_count(&params.list[0]), 15);
    assert_int_equal(ppo_param_count(&params.list[1]), 3);
    assert_int_equal(params.list[0].rank, 2);
    assert_int_equal(params.list[1].rank, 1);
}

static void test_find(void **state)
{
    (void)state;
    ppo_params params = {0};
    ppo_params_add(&params, "a", 2, 2);
    ppo_params_add(&params, "b", 2, 0);
    assert_ptr_equal(ppo_params_find(&params, "b"), &params.list[1]);
    assert_null(ppo_params_find(&params, "c"));
    assert_null(ppo_params_find(&params, ""));
}

static void test_split(void **state)
{
    (void)state;
    ppo_params params = {0};
    ppo_params_add(&params, "first", 7, 0);
    const size_t place = ppo_params_add(&params, "heads", 5, 3);
    ppo_params_add(&params, "last", 7, 0);
    const size_t size = params.size;
    ppo_params_split(&params, "heads", "actor", "critic", 4);
    const ppo_param *actor = ppo_params_find(&params, "actor");
    const ppo_param *critic = ppo_params_find(&params, "critic");
    assert_int_equal(params.count, 4);
    assert_int_equal(params.size, size);
    assert_null(ppo_params_find(&params, "heads"));
    assert_int_equal(actor->offset, place);
    assert_int_equal(ppo_param_count(actor), 12);
    assert_int_equal(critic->offset, place + 12);
    assert_int_equal(ppo_param_count(critic), 3);
    assert_ptr_equal(critic, actor + 1);
    assert_string_equal(params.list[3].name, "last");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_add), cmocka_unit_test(test_find),
                                       cmocka_unit_test(test_split)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
