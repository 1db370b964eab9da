// SPDX-License-Identifier: MIT
// The planned block: rows in order, aligned, apart, zeroed; sizes that overflow are refused.
#include "core/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void test_layout(void **state)
{
    (void)state;
    enum { ROWS = 100 };
    ppo_arena arena;
    unsigned char *bytes[ROWS];
    ppo_error error = {0};
    ppo_arena_init(&arena);
    for (size_t i = 0; i < ROWS; i++) {
        char name[16];
        snprintf(name, sizeof name, "row%zu", i);
        PPO_ARENA_ADD(&arena, &bytes[i], name, "test",
                      i % 2 ? PPO_ROLE_ENVIRONMENT : PPO_ROLE_SCRATCH, PPO_U8,
                      i * i % 257 + (i > 0), 3);
    }
    assert_true(ppo_arena_bind(&arena, &error) == PPO_OK);
    assert_int_equal(arena.num_rows, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        const ppo_arena_row *row = &arena.rows[i];
        char name[16];
        snprintf(name, sizeof name, "row%zu", i);
        assert_string_equal(row->tensor.name, name);
        assert_string_equal(row->owner, "test");
        assert_int_equal(row->tensor.bytes, (i * i % 257 + (i > 0)) * 3);
        assert_int_equal(row->tensor.rank, 2);
        assert_int_equal(row->tensor.shape[1], 3);
        assert_true(row->tensor.role == (i % 2 ? PPO_ROLE_ENVIRONMENT : PPO_ROLE_SCRATCH));
        assert_ptr_equal(bytes[i], arena.block + row->offset);
        assert_true((uintptr_t)bytes[i] % 64 == 0);
        const size_t end = row->offset + row->tensor.bytes;
        const size_t next = i + 1 < ROWS ? arena.rows[i + 1].offset : arena.block_bytes;
        assert_true(next >= end + 64); // a vector may be read at a row's end
        for (size_t k = 0; k < row->tensor.bytes; k++)
            assert_int_equal(bytes[i][k], 0);
        memset(bytes[i], (int)i, row->tensor.bytes); // sanitisers see what is not ours
    }
    ppo_arena_release(&arena);
    assert_true(!arena.block && !arena.rows && arena.num_rows == 0);
}

static void test_types(void **state)
{
    (void)state;
    static const ppo_dtype types[] = {PPO_F32, PPO_F64, PPO_U8, PPO_I32, PPO_U32, PPO_U64};
    static const size_t sizes[] = {4, 8, 1, 4, 4, 8};
    ppo_arena arena = {0}; // zeroed memory is an empty plan
    void *slot[6];
    ppo_error error = {0};
    for (size_t i = 0; i < 6; i++)
        PPO_ARENA_ADD(&arena, &slot[i], "x", "test", PPO_ROLE_ENVIRONMENT, types[i], 2, 3, 5, 7);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(arena.rows[i].tensor.bytes, sizes[i] * 210);
    assert_true(ppo_arena_bind(&arena, &error) == PPO_OK);
    ppo_arena_release(&arena);
}

static void test_shared_with_children(void **state)
{
    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        ppo_arena arena = {0};
        unsigned char *bytes = NULL;
        int how;
        if (shared)
            ppo_arena_share(&arena);
        PPO_ARENA_ADD(&arena, &bytes, "bytes", "test", PPO_ROLE_SCRATCH, PPO_U8, 100000);
        assert_int_equal(ppo_arena_bind(&arena, NULL), PPO_OK);
        assert_true((uintptr_t)bytes % 64 == 0 && bytes[99999] == 0);
        assert_true(ppo_arena_holds(&arena, bytes + 99999) && !ppo_arena_holds(&arena, &arena));
        const pid_t child = fork();
        if (child == 0) {
            bytes[99999] = 7;
            _exit(0);
        }
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_int_equal(bytes[99999], shared ? 7 : 0);
        ppo_arena_release(&arena);
        assert_false(arena.is_shared);
    }
}

static void check_overflow(size_t a, size_t b)
{
    ppo_arena arena = {0};
    void *slot = NULL, *other = NULL;
    ppo_error error = {0};
    PPO_ARENA_ADD(&arena, &other, "small", "test", PPO_ROLE_ENVIRONMENT, PPO_F32, 8);
    PPO_ARENA_ADD(&arena, &slot, "large", "test", PPO_ROLE_ENVIRONMENT, PPO_F64, a, b);
    PPO_ARENA_ADD(&arena, &other, "after", "test", PPO_ROLE_ENVIRONMENT, PPO_F32, 8);
    assert_int_equal(ppo_arena_bind(&arena, &error), PPO_NO_MEMORY);
    assert_int_equal(error.status, PPO_NO_MEMORY);
    assert_non_null(strstr(error.message, "memory"));
    assert_null(slot);
    ppo_arena_release(&arena);
}

static void test_overflow(void **state)
{
    (void)state;
    check_overflow(SIZE_MAX, 1);
    check_overflow(SIZE_MAX / 8, 2);
    check_overflow(SIZE_MAX / 8, 1); // fits a size_t, but not with its alignment
    check_overflow((size_t)1 << 32, (size_t)1 << 32);
    // two that fit by themselves
    ppo_arena arena = {0};
    void *slot[2];
    PPO_ARENA_ADD(&arena, &slot[0], "a", "test", PPO_ROLE_ENVIRONMENT, PPO_U8, SIZE_MAX / 2 + 1000);
    PPO_ARENA_ADD(&arena, &slot[1], "b", "test", PPO_ROLE_ENVIRONMENT, PPO_U8, SIZE_MAX / 2 + 1000);
    assert_int_equal(ppo_arena_bind(&arena, NULL), PPO_NO_MEMORY);
    ppo_arena_release(&arena);
}

static void test_too_much(void **state)
{
    (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they end the program
    check_overflow((size_t)1 << 57, 1);
#endif
}

static void test_empty(void **state)
{
    (void)state;
    ppo_arena arena = {0};
    void *none = &arena;
    ppo_error error = {0};
    assert_true(ppo_arena_bind(&arena, &error) == PPO_OK);
    ppo_arena_release(&arena);
    PPO_ARENA_ADD(&arena, &none, "none", "test", PPO_ROLE_ENVIRONMENT, PPO_F32, 0, 5);
    assert_true(ppo_arena_bind(&arena, &error) == PPO_OK);
    assert_true(none && none != &arena && arena.rows[0].tensor.bytes == 0);
    ppo_arena_release(&arena);
    ppo_arena_release(&arena); // twice is fine
}

static void test_long_names(void **state)
{
    (void)state;
    ppo_arena arena = {0};
    void *slot;
    PPO_ARENA_ADD(&arena, &slot,
                  "a name that is longer than any row's name may ever be, by far: of its "
                  "hundred characters and more the last ones are cut off",
                  "test", PPO_ROLE_ENVIRONMENT, PPO_F32, 1);
    assert_int_equal(strlen(arena.rows[0].tensor.name), PPO_NAME_SIZE - 1);
    ppo_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_layout),
                                       cmocka_unit_test(test_types),
                                       cmocka_unit_test(test_shared_with_children),
                                       cmocka_unit_test(test_overflow),
                                       cmocka_unit_test(test_too_much),
                                       cmocka_unit_test(test_empty),
                                       cmocka_unit_test(test_long_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
