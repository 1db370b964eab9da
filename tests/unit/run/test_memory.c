// SPDX-License-Identifier: MIT
// Memory that runs out while a run is resumed or an agent loaded: for every k, if the k-th
// allocation fails, so does the call, with PPO_NO_MEMORY, or it does without. Nothing is taken for
// damaged, and no older checkpoint is used.
#include "ppo/run.h"
#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

#if !defined(SANITIZED) && defined(__GLIBC__)
static long num_calls = -1;    // allocations since it was set to 0; negative: not counted
static long failing_call = -1; // the number of the one that fails

static bool fails(void)
{
    if (num_calls < 0 || num_calls++ != failing_call)
        return false;
    errno = ENOMEM;
    return true;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

PPO_API void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

PPO_API void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

PPO_API void *realloc(void *block, size_t size)
{
    return fails() ? NULL : __libc_realloc(block, size);
}

PPO_API void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

static ppo_status open_run(ppo_run **run, ppo_error *error)
{
    const ppo_config config = small_config(scratch_path("run"));
    return ppo_run_open(run, &config, &small_env, false, error);
}

static void test_resuming(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    (void)state;
    assert_int_equal(open_run(&run, &error), PPO_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ppo_run_step(run, NULL, &error), PPO_OK);
    ppo_run_close(run);
    size_t num_failed = 0;
    for (long k = 0;; k++) {
        failing_call = k;
        num_calls = 0;
        const ppo_status status = open_run(&run, &error);
        const bool is_over = num_calls <= k;
        num_calls = -1;
        if (status != PPO_OK && status != PPO_NO_MEMORY)
            fail_msg("allocation %ld: %s", k, error.message);
        assert_true((status == PPO_OK) == (run != NULL));
        num_failed += status != PPO_OK;
        if (run) {
            assert_string_equal(ppo_run_notice(run), "");
            assert_int_equal(ppo_trainer_stats(ppo_run_trainer(run))->iteration, 5);
            ppo_run_close(run);
        }
        if (is_over)
            break;
    }
    assert_true(num_failed > 100);
}

static void test_loading(void **state)
{
    static const ppo_agent_load_options options = {.struct_size = sizeof options,
                                                   .env = &small_env};
    ppo_error error = {0};
    ppo_agent *agent;
    uint64_t hash;
    (void)state;
    for (long k = 0;; k++) {
        failing_call = k;
        num_calls = 0;
        const ppo_status status =
            k % 2 ? ppo_agent_load(&agent, scratch_path("run"), &options, &error)
                  : ppo_checkpoint_hash(&hash, scratch_path("run"), &error);
        const bool is_over = num_calls <= k;
        num_calls = -1;
        if (status != PPO_OK && status != PPO_NO_MEMORY)
            fail_msg("allocation %ld: %s", k, error.message);
        if (k % 2 && status == PPO_OK)
            ppo_agent_destroy(agent);
        if (is_over && k % 2)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resuming),
        cmocka_unit_test(test_loading),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
#else
int main(void)
{
    return 0; // there is no way to replace malloc here
}
#endif
