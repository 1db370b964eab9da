// SPDX-License-Identifier: MIT
// Workers' buffers: each step has rows of its own, and a flush copies exactly the environments and
// steps that it is asked for, in every array.
#include "rl/worker_buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 9, ENVS = 5, ACTIONS = 2, WORKERS = 3 };

typedef struct fixture {
    ppo_arena arena;
    ppo_rollout rollout;
    ppo_worker_buffer buffer;
} fixture;

static void create(fixture *f)
{
    ppo_error error = {0};
    memset(f, 0, sizeof *f);
    ppo_rollout_plan(&f->rollout, STEPS, ENVS, &PPO_INPUT_FLOATS(4), ACTIONS, &f->arena);
    ppo_worker_buffer_plan(&f->buffer, &f->rollout, WORKERS, &f->arena);
    if (ppo_arena_bind(&f->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

// A number for each element of each array.
static double number(size_t worker, size_t k, size_t n, size_t a)
{
    return (double)(1 + worker + 3 * (k + 9 * (n + 5 * a)));
}

// All elements of an array [N, elements] of one step.
#define FILL(field, type, dtype, elements)                         \
    for (size_t n = 0; n < ENVS; n++)                              \
        for (size_t a = 0; a < ((elements) ? (elements) : 1); a++) \
            step.field[n * ((elements) ? (elements) : 1) + a] = (type)number(worker, k, n, a);

// An array of the rollout holds worker 1's steps 0 to 2 as its steps 4 to 6, environments 1 to 3.
#define CHECK(field, type, dtype, elements)                                                    \
    for (size_t t = 0; t < STEPS; t++)                                                         \
        for (size_t n = 0; n < ENVS; n++)                                                      \
            for (size_t a = 0; a < ((elements) ? (elements) : 1); a++) {                       \
                const bool is_copied = t >= 4 && t < 7 && n >= 1 && n < 4;                     \
                const type wanted = is_copied ? (type)number(1, t - 4, n, a) : (type)0;        \
                const type got = r->field[(t * ENVS + n) * ((elements) ? (elements) : 1) + a]; \
                if (got != wanted)                                                             \
                    fail_msg(#field " of step %zu, environment %zu, element %zu", t, n, a);    \
            }

static void test_flush(void **state)
{
    (void)state;
    const size_t num_actions = ACTIONS;
    fixture f;
    create(&f);
    assert_true(f.buffer.num_steps >= 3);
    for (size_t worker = 0; worker < WORKERS; worker++)
        for (size_t k = 0; k < f.buffer.num_steps; k++) {
            const ppo_worker_step step = ppo_worker_buffer_at(&f.buffer, worker, k);
            PPO_STEP_ARRAYS(FILL)
            FILL(value, float, PPO_F32, 0)
        }
    const ppo_rollout *r = &f.rollout;
    ppo_worker_buffer_flush(&f.buffer, 1, &f.rollout, 4, 3, 1, 3, false);
    PPO_STEP_ARRAYS(CHECK)
    for (size_t i = 0; i < STEPS * ENVS; i++)
        assert_true(r->value[i] == 0.0f);
    ppo_worker_buffer_flush(&f.buffer, 1, &f.rollout, 4, 3, 1, 3, true);
    CHECK(value, float, PPO_F32, 0)
    ppo_arena_release(&f.arena);
}

// For many environments one step fills cache lines by itself.
static void test_num_steps(void **state)
{
    (void)state;
    static const size_t envs[] = {1, 8, 511, 513, 4096}, steps[] = {64, 64, 1, 1, 1};
    for (size_t i = 0; i < 5; i++) {
        ppo_arena arena = {0};
        ppo_rollout rollout;
        ppo_worker_buffer buffer;
        ppo_rollout_plan(&rollout, 4, envs[i], &PPO_INPUT_FLOATS(1), 1, &arena);
        ppo_worker_buffer_plan(&buffer, &rollout, 1, &arena);
        assert_int_equal(buffer.num_steps, steps[i]);
        ppo_arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_flush),
                                       cmocka_unit_test(test_num_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
