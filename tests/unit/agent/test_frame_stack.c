// SPDX-License-Identifier: MIT
// Stacks by index against stacks kept by hand: beginnings of episodes, final frames, channels
// outermost, and one iteration after another.
#include "agent/frame_stack.h"

#include "ppo/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_ENVS = 3, MOST_STACK = 5, MOST_BYTES = 64, ITERATIONS = 4 };

static ppo_input inputs[3]; // floats, a grey picture, one of three colours pixel by pixel

static void make_inputs(void)
{
    inputs[0] = PPO_INPUT_FLOATS(3);
    inputs[1] = ppo_input_picture(PPO_NETWORK_NATURE_CNN, 1, 1, 4, 5, false);
    inputs[2] = ppo_input_picture(PPO_NETWORK_IMPALA_CNN, 1, 3, 3, 2, false);
}

typedef struct fixture {
    ppo_input input;
    size_t num_steps, num_envs;
    ppo_arena arena;
    ppo_frames frames;
    ppo_random random;
    // By hand: what each environment's network sees now, channels outermost.
    unsigned char seen[MOST_ENVS][MOST_STACK][MOST_BYTES];
} fixture;

static void create(fixture *b, const ppo_input *input, size_t stack, size_t num_steps,
                   size_t num_envs)
{
    ppo_error error = {0};
    memset(b, 0, sizeof *b);
    b->input = *input;
    b->input.stack = stack;
    b->num_steps = num_steps;
    b->num_envs = num_envs;
    ppo_random_seed(&b->random, 71);
    ppo_frames_plan(&b->frames, &b->input, num_steps, num_envs, &b->arena);
    if (ppo_arena_bind(&b->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    assert_true(b->frames.bytes <= MOST_BYTES && stack <= MOST_STACK);
}

// A new frame as the environment gives it, and with its channels outermost.
static void draw_frame(fixture *b, unsigned char *frame, unsigned char *planes)
{
    const size_t channels = ppo_input_interleaved(&b->input.parts[0]),
                 pixels = b->frames.bytes / channels;
    for (size_t i = 0; i < b->frames.bytes; i++) {
        frame[i] = (unsigned char)ppo_random_integers(&b->random, 0, 256);
        planes[i % channels * pixels + i / channels] = frame[i];
    }
}

static void see_first(fixture *b, size_t n, const unsigned char *planes)
{
    for (size_t k = 0; k < b->frames.stack; k++)
        memcpy(b->seen[n][k], planes, b->frames.bytes);
}

static void see_next(fixture *b, size_t n, const unsigned char *planes)
{
    for (size_t k = 0; k + 1 < b->frames.stack; k++)
        memcpy(b->seen[n][k], b->seen[n][k + 1], b->frames.bytes);
    memcpy(b->seen[n][b->frames.stack - 1], planes, b->frames.bytes);
}

static void check_stack(const fixture *b, const unsigned char *stack, const char *what, size_t t,
                        size_t n)
{
    const size_t bytes = b->frames.bytes;
    for (size_t k = 0; k < b->frames.stack; k++)
        if (memcmp(stack + k * bytes, b->seen[n][k], bytes) != 0)
            fail_msg("%zu frames of %zu bytes, %s of step %zu, environment %zu: frame %zu",
                     b->frames.stack, bytes, what, t, n, k);
}

// An ended episode's last frame, then another one's first; or just the next frame.
static void step(fixture *b, size_t t, size_t n, bool ends)
{
    unsigned char frame[MOST_BYTES], planes[MOST_BYTES], stack[MOST_STACK * MOST_BYTES];
    draw_frame(b, frame, planes);
    if (ends) {
        see_next(b, n, planes);
        const ppo_frames_view frames = ppo_frames_view_of(&b->frames);
        ppo_frames_stack_final(&frames, stack, t, n, frame);
        check_stack(b, stack, "final frames", t, n);
        draw_frame(b, frame, planes);
        see_first(b, n, planes);
    } else {
        see_next(b, n, planes);
    }
    memcpy(ppo_frames_row(&b->frames, t + 1) + n * b->frames.bytes, frame, b->frames.bytes);
    ppo_frames_advance(&b->frames, t, n, ends);
}

static void start(fixture *b)
{
    unsigned char planes[MOST_BYTES];
    const size_t bytes = b->frames.bytes;
    memset(b->frames.last, 0xee, b->frames.stack * b->num_envs * bytes); // of no meaning
    for (size_t n = 0; n < b->num_envs; n++) {
        unsigned char *newest = b->frames.last + ((b->frames.stack - 1) * b->num_envs + n) * bytes;
        draw_frame(b, newest, planes);
        see_first(b, n, planes);
    }
    ppo_frames_start(&b->frames);
}

// Episodes of random lengths, from one step to several iterations; every stack of an iteration is
// asked for as it comes, and all once more at its end.
static void run(fixture *b, double ending)
{
    enum { MOST_STEPS = 10 };
    static unsigned char kept[MOST_STEPS + 1][MOST_ENVS][MOST_STACK * MOST_BYTES];
    const size_t size = b->frames.stack * b->frames.bytes;
    assert_true(b->num_steps <= MOST_STEPS && b->num_envs <= MOST_ENVS);
    const ppo_frames_view frames = ppo_frames_view_of(&b->frames);
    ppo_frames_begin(&b->frames);
    for (size_t t = 0; t <= b->num_steps; t++)
        for (size_t n = 0; n < b->num_envs; n++) {
            ppo_frames_stack(&frames, kept[t][n], 0, t, n);
            check_stack(b, kept[t][n], "frames", t, n);
            assert_true(b->frames.age[t * b->num_envs + n] < b->frames.stack);
            if (t < b->num_steps)
                step(b, t, n, ppo_random_double(&b->random) < ending);
        }
    for (size_t t = 0; t <= b->num_steps; t++)
        for (size_t n = 0; n < b->num_envs; n++) {
            unsigned char again[MOST_STACK * MOST_BYTES];
            ppo_frames_stack(&frames, again, 0, t, n);
            assert_memory_equal(again, kept[t][n], size);
        }
    ppo_frames_end(&b->frames);
}

static void test_stacks(void **state)
{
    (void)state;
    static const double endings[] = {0.0, 0.1, 0.5, 1.0};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        for (size_t stack = 1; stack <= MOST_STACK; stack++)
            for (size_t k = 0; k < sizeof endings / sizeof *endings; k++)
                for (size_t steps = 1; steps <= 10; steps += 3) {
                    fixture b;
                    create(&b, &inputs[i], stack, steps, 1 + k % MOST_ENVS);
                    start(&b);
                    for (int iteration = 0; iteration < ITERATIONS; iteration++)
                        run(&b, endings[k]);
                    ppo_arena_release(&b.arena);
                }
}

// The state rows are all that the next iteration needs.
static void test_begin_and_end(void **state)
{
    (void)state;
    fixture a, b;
    create(&a, &inputs[2], 4, 6, 2);
    create(&b, &inputs[2], 4, 6, 2);
    start(&a);
    run(&a, 0.2);
    memset(b.frames.data, 0x55, (4 + 6) * 2 * b.frames.bytes);
    memcpy(b.frames.last, a.frames.last, 4 * 2 * a.frames.bytes);
    memcpy(b.frames.last_age, a.frames.last_age, 2);
    memcpy(b.seen, a.seen, sizeof a.seen);
    run(&b, 0.2);
    ppo_arena_release(&b.arena);
    ppo_arena_release(&a.arena);
}

// How much is kept, and that only the last frames are state.
static void test_rows(void **state)
{
    (void)state;
    fixture b;
    create(&b, &inputs[1], 4, 8, 3);
    size_t state_bytes = 0, bytes = 0;
    for (size_t i = 0; i < b.arena.num_rows; i++) {
        bytes += b.arena.rows[i].tensor.bytes;
        if (ppo_role_is_state(b.arena.rows[i].tensor.role))
            state_bytes += b.arena.rows[i].tensor.bytes;
    }
    assert_int_equal(b.frames.bytes, 20);
    assert_int_equal(state_bytes, (4 * 20 + 1) * 3);
    assert_int_equal(bytes - state_bytes, (4 + 8) * 3 * 20 + 9 * 3);
    assert_ptr_equal(ppo_frames_row(&b.frames, 0), b.frames.data + 3 * 3 * 20);
    ppo_arena_release(&b.arena);
}

int main(void)
{
    make_inputs();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stacks),
                                       cmocka_unit_test(test_begin_and_end),
                                       cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
