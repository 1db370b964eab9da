// SPDX-License-Identifier: MIT
// Descriptions of arrays: bytes, overflow, cut names, what each role allows, the first element that
// is not finite.
#include "core/tensor.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_make(void **state)
{
    static const size_t shape[] = {3, 5, 7, 2};
    static const size_t large[] = {SIZE_MAX / 8, 3};
    ppo_tensor tensor;
    (void)state;
    assert_true(ppo_tensor_make(&tensor, "x", PPO_ROLE_OPTIMIZER, PPO_F64, 4, shape));
    assert_int_equal(tensor.bytes, 3 * 5 * 7 * 2 * 8);
    assert_true(tensor.role == PPO_ROLE_OPTIMIZER && tensor.dtype == PPO_F64 && !tensor.data);
    assert_memory_equal(tensor.shape, shape, sizeof shape);
    const ppo_tensor_view view = ppo_tensor_as_view(&tensor);
    assert_string_equal(view.name, "x");
    assert_true(view.shape == tensor.shape && view.rank == 4 && view.bytes == tensor.bytes);
    assert_false(ppo_tensor_make(&tensor, "x", PPO_ROLE_OPTIMIZER, PPO_F64, 2, large));
    assert_true(ppo_tensor_make(&tensor,
                                "a name that is longer than the ninety-five characters that are "
                                "kept of it, and so loses some of them",
                                PPO_ROLE_SCRATCH, PPO_U8, 1, shape));
    assert_int_equal(strlen(tensor.name), PPO_NAME_SIZE - 1);
}

static void test_roles(void **state)
{
    static const struct {
        ppo_role role;
        bool is_state, is_for_acting, must_be_finite;
    } rows[] = {
        {PPO_ROLE_SCRATCH, false, false, false},
        {PPO_ROLE_PARAMETER, true, true, true},
        {PPO_ROLE_OPTIMIZER, true, false, true},
        {PPO_ROLE_OBS_STATISTICS, true, true, true},
        {PPO_ROLE_REWARD_STATISTICS, true, false, true},
        {PPO_ROLE_ENVIRONMENT, true, false, false},
        {PPO_ROLE_COUNTER, true, false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(ppo_role_is_state(rows[i].role) == rows[i].is_state);
        assert_true(ppo_role_is_for_acting(rows[i].role) == rows[i].is_for_acting);
        assert_true(ppo_role_must_be_finite(rows[i].role) == rows[i].must_be_finite);
    }
}

static void test_not_finite(void **state)
{
    static const size_t shape[] = {2, 3};
    float single[6] = {0, 1, 2, 3, 4, 5};
    double twice[6] = {0, 1, 2, 3, 4, 5};
    uint32_t whole[6];
    ppo_tensor a, b, c;
    (void)state;
    memset(whole, 0xff, sizeof whole); // NaN, were they floats
    assert_true(ppo_tensor_make(&a, "a", PPO_ROLE_PARAMETER, PPO_F32, 2, shape));
    assert_true(ppo_tensor_make(&b, "b", PPO_ROLE_PARAMETER, PPO_F64, 2, shape));
    assert_true(ppo_tensor_make(&c, "c", PPO_ROLE_PARAMETER, PPO_U32, 2, shape));
    a.data = single;
    b.data = twice;
    c.data = whole;
    assert_true(ppo_tensor_find_not_finite(&a) == SIZE_MAX);
    assert_true(ppo_tensor_find_not_finite(&b) == SIZE_MAX);
    assert_true(ppo_tensor_find_not_finite(&c) == SIZE_MAX);
    single[5] = NAN;
    twice[4] = -(double)INFINITY;
    assert_int_equal(ppo_tensor_find_not_finite(&a), 5);
    assert_int_equal(ppo_tensor_find_not_finite(&b), 4);
    single[0] = INFINITY;
    assert_int_equal(ppo_tensor_find_not_finite(&a), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
