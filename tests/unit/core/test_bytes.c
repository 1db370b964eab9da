// SPDX-License-Identifier: MIT
// The growing buffer: appending, reserving, and memory that runs out.
#include "core/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_append(void **state)
{
    ppo_bytes bytes = {0};
    (void)state;
    assert_true(ppo_bytes_append(&bytes, NULL, 0));
    assert_true(bytes.size == 0 && !bytes.data);
    for (unsigned char i = 0; i < 200; i++)
        assert_true(ppo_bytes_append(&bytes, &i, 1));
    assert_true(ppo_bytes_append(&bytes, "end", 3));
    assert_int_equal(bytes.size, 203);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(bytes.data[i], i);
    assert_memory_equal(bytes.data + 200, "end", 3);
    ppo_bytes_release(&bytes);
    assert_true(bytes.size == 0 && bytes.capacity == 0 && !bytes.data);
}

static void test_reserve(void **state)
{
    ppo_bytes bytes = {0};
    (void)state;
    assert_true(ppo_bytes_reserve(&bytes, 1000));
    assert_true(bytes.capacity == 1000 && bytes.size == 0);
    const unsigned char *data = bytes.data;
    assert_true(ppo_bytes_reserve(&bytes, 10)); // never smaller
    assert_true(bytes.capacity == 1000 && bytes.data == data);
    assert_true(ppo_bytes_append(&bytes, "abc", 3)); // in the same memory
    assert_true(bytes.data == data);
    ppo_bytes_release(&bytes);
}

static void test_too_much(void **state)
{
    ppo_bytes bytes = {0};
    (void)state;
    assert_true(ppo_bytes_append(&bytes, "abc", 3));
    assert_false(ppo_bytes_reserve(&bytes, SIZE_MAX / 2 + 2));
    assert_false(ppo_bytes_append(&bytes, "x", SIZE_MAX - 1)); // the sum overflows
    assert_true(bytes.size == 3 && bytes.capacity == 3);
    assert_memory_equal(bytes.data, "abc", 3);
    ppo_bytes_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_too_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
