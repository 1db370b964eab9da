// SPDX-License-Identifier: MIT
// Memory: stepping allocates nothing; where creation can't get its k-th allocation, for every k, it
// fails with a sentence and leaves nothing behind.
//
// malloc and its kin are replaced by counting ones. They count and fail what the library asks for;
// what the C library asks for itself (a thread's own storage) passes uncounted. Sanitisers bring
// their own malloc: there is nothing to test under them but that creation leaks nothing.
#include "unit/rl/support/training.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
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
#if !defined(SANITIZED) && defined(__GLIBC__) && defined(__ELF__)
#define COUNTING 1
#else
#define COUNTING 0
#endif

static atomic_bool counting;
static atomic_long num_calls;    // allocations asked for
static atomic_long balance;      // given and not yet freed
static atomic_long failing_call; // the number of the call that fails; -1: none

#if COUNTING
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

extern const char __executable_start[], etext[];

#define REPLACEMENT __attribute__((noinline)) // so that it has a caller

// True if the call comes from the program itself, the library included.
static bool is_own(const void *caller)
{
    const uintptr_t place = (uintptr_t)caller;
    return atomic_load(&counting) && place >= (uintptr_t)__executable_start &&
           place < (uintptr_t)etext;
}

// True if this call is to fail.
static bool count_call(const void *caller)
{
    return is_own(caller) && atomic_fetch_add(&num_calls, 1) == atomic_load(&failing_call);
}

static void *given(void *block, const void *caller)
{
    if (block && is_own(caller))
        atomic_fetch_add(&balance, 1);
    return block;
}

REPLACEMENT void *malloc(size_t size)
{
    const void *caller = __builtin_return_address(0);
    return count_call(caller) ? NULL : given(__libc_malloc(size), caller);
}

REPLACEMENT void *calloc(size_t count, size_t size)
{
    const void *caller = __builtin_return_address(0);
    return count_call(caller) ? NULL : given(__libc_calloc(count, size), caller);
}

REPLACEMENT void *realloc(void *block, size_t size)
{
    const void *caller = __builtin_return_address(0);
    if (count_call(caller))
        return NULL;
    void *moved = __libc_realloc(block, size);
    return block ? moved : given(moved, caller);
}

REPLACEMENT void *aligned_alloc(size_t alignment, size_t size)
{
    const void *caller = __builtin_return_address(0);
    return count_call(caller) ? NULL : given(__libc_memalign(alignment, size), caller);
}

REPLACEMENT void free(void *block)
{
    if (block && is_own(__builtin_return_address(0)))
        atomic_fetch_sub(&balance, 1);
    __libc_free(block);
}
#endif

static void begin_counting(long failing)
{
    atomic_store(&num_calls, 0);
    atomic_store(&balance, 0);
    atomic_store(&failing_call, failing);
    atomic_store(&counting, true);
}

static void end_counting(void)
{
    atomic_store(&counting, false);
}

// The counters work: else zero would mean nothing.
static void test_counters(void **state)
{
    (void)state;
    if (!COUNTING)
        skip();
    begin_counting(2);
    void *volatile a = malloc(10), *volatile b = calloc(2, 5), *volatile c = aligned_alloc(64, 64);
    end_counting();
    assert_true(a && b && !c && atomic_load(&num_calls) == 3 && atomic_load(&balance) == 2);
    begin_counting(-1);
    a = realloc(a, 20);
    free(a);
    free(b);
    end_counting();
    assert_true(atomic_load(&num_calls) == 1 && atomic_load(&balance) == -2);
}

static void test_steps_allocate_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++)
        for (uint32_t threads = 1; threads <= 2; threads++) {
            ppo_config config = training_config(&training_cases[i], threads);
            ppo_error error = {0};
            ppo_status status = PPO_OK;
            config.num_steps = 4;
            config.num_minibatches = 3;
            config.minibatch_size = 0;
            config.update_epochs = 1;
            config.learning_rate = 1e-4;
            ppo_trainer *trainer = training_create(&config, toy_class(training_cases[i].toy));
            begin_counting(-1);
            for (int k = 0; k < 100 && status == PPO_OK; k++)
                status = ppo_trainer_step(trainer, NULL, &error);
            end_counting();
            if (status != PPO_OK)
                fail_msg("%s: %s", training_cases[i].name, error.message);
            if (atomic_load(&num_calls) != 0)
                fail_msg("%s: %ld allocations in 100 iterations", training_cases[i].name,
                         atomic_load(&num_calls));
            ppo_trainer_destroy(trainer);
        }
}

// One creation whose k-th allocation fails; false once k is past the last. Whatever happens, what
// was taken is given back.
static bool create_without(const ppo_config *config, const ppo_env_class *env, long k)
{
    ppo_trainer *trainer = NULL;
    ppo_error error = {0};
    begin_counting(k);
    const ppo_status status = ppo_trainer_create(
        &trainer, config,
        &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = env}, &error);
    ppo_trainer_destroy(trainer);
    end_counting();
    const bool reached = atomic_load(&num_calls) > k;
    if (status == PPO_OK)
        assert_false(reached);
    else
        assert_true(status == PPO_NO_MEMORY && error.status == status &&
                    strstr(error.message, "memory") && !trainer);
    if (atomic_load(&balance) != 0)
        fail_msg("allocation %ld failed: %ld blocks were not given back", k, atomic_load(&balance));
    return reached;
}

static void test_creation_without_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++)
        for (uint32_t threads = 1; threads <= 3; threads += 2) {
            const ppo_config config = training_config(&training_cases[i], threads);
            const ppo_env_class *env = toy_class(training_cases[i].toy);
            long k = 0;
            while (create_without(&config, env, k) && COUNTING)
                k++;
            if (i == 0)
                printf("%ld allocations at creation with %u threads\n", k, threads);
            assert_true(!COUNTING || k > 5);
        }
}

static void test_evaluation_without_memory(void **state)
{
    (void)state;
    const ppo_config config = training_config(&training_cases[0], 1);
    ppo_trainer *trainer = training_create(&config, toy_class(training_cases[0].toy));
    ppo_status status = PPO_NO_MEMORY;
    for (long k = 0; status != PPO_OK; k++) {
        ppo_evaluation evaluation = {.struct_size = sizeof evaluation};
        ppo_error error = {0};
        begin_counting(k);
        status = ppo_trainer_evaluate(trainer, &evaluation, &error);
        end_counting();
        assert_true(status == PPO_OK || (status == PPO_NO_MEMORY && error.message[0]));
        assert_true(atomic_load(&balance) == 0);
    }
    training_run(trainer, 1);
    ppo_trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counters),
                                       cmocka_unit_test(test_steps_allocate_nothing),
                                       cmocka_unit_test(test_creation_without_memory),
                                       cmocka_unit_test(test_evaluation_without_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
