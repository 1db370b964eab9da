// SPDX-License-Identifier: MIT
// Guarded buffers: overruns of a few bytes are seen and repaired, accesses of the guard pages crash
// and are attributed to their buffer.
#include "check/guarded_buffer.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const size_t sizes[] = {1, 7, 63, 64, 65, 4095, 4096, 10000};
enum { NUM_SIZES = sizeof sizes / sizeof *sizes };

static void test_data_is_zeroed_and_placed(void **state)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)state;
    for (size_t i = 0; i < NUM_SIZES; i++) {
        ppo_guarded_buffer aligned, flush;
        assert_true(
            ppo_guarded_create(&aligned, sizes[i], PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_OBS));
        assert_true(
            ppo_guarded_create(&flush, sizes[i], PPO_GUARDED_FLUSH, PPO_FINDING_PAST_ACTION));
        assert_int_equal((uintptr_t)aligned.data % 64, 0);
        assert_int_equal(((uintptr_t)flush.data + sizes[i]) % page, 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_true(aligned.data[k] == 0 && flush.data[k] == 0);
        ppo_guarded_destroy(&aligned);
        ppo_guarded_destroy(&flush);
    }
}

static void test_small_overruns_are_seen_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SIZES; i++) {
        ppo_guarded_buffer b;
        assert_true(ppo_guarded_create(&b, sizes[i], PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_OBS));
        for (size_t k = 0; k < sizes[i]; k++)
            b.data[k] = 0xFF;
        assert_true(ppo_guarded_verify(&b)); // the data itself may be written
        const ptrdiff_t outside[] = {-1, -64, (ptrdiff_t)sizes[i], (ptrdiff_t)sizes[i] + 63};
        for (size_t k = 0; k < 4; k++) {
            *(b.data + outside[k]) ^= 1;
            assert_false(ppo_guarded_verify(&b));
            assert_true(ppo_guarded_verify(&b));
        }
        ppo_guarded_destroy(&b);
    }
}

static void test_pages_are_found(void **state)
{
    ppo_guarded_buffer a, b;
    (void)state;
    assert_true(ppo_guarded_create(&a, 100, PPO_GUARDED_FLUSH, PPO_FINDING_PAST_ACTION));
    assert_true(ppo_guarded_create(&b, 100, PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_OBS));
    const unsigned char *behind = a.data + a.size;
    assert_ptr_equal(ppo_guarded_find(behind), &a);
    assert_ptr_equal(ppo_guarded_find(b.map), &b);
    assert_ptr_equal(ppo_guarded_find(b.map + b.map_size - 1), &b);
    assert_null(ppo_guarded_find(a.data));
    assert_null(ppo_guarded_find(a.data + a.size - 1));
    assert_null(ppo_guarded_find(&a));
    ppo_guarded_destroy(&a);
    assert_null(ppo_guarded_find(behind));
    ppo_guarded_destroy(&b);
    ppo_guarded_destroy(&b); // zeroed by the first
}

static void test_reading_past_a_flush_buffer_crashes(void **state)
{
    (void)state;
    const pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        ppo_guarded_buffer b;
        signal(SIGSEGV, SIG_DFL);
        if (ppo_guarded_create(&b, 5, PPO_GUARDED_FLUSH, PPO_FINDING_PAST_ACTION))
            _exit(((volatile unsigned char *)b.data)[5]);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(id, &status, 0), id);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0xC3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data_is_zeroed_and_placed),
        cmocka_unit_test(test_small_overruns_are_seen_once),
        cmocka_unit_test(test_pages_are_found),
        cmocka_unit_test(test_reading_past_a_flush_buffer_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
