// SPDX-License-Identifier: MIT
// The gradient of a convolution's weights in bf16 beside sums in double precision. Products of bf16
// numbers are exact, so only the order of fp32 sums differs. Skipped where the processor lacks the
// instruction.
#include "nn/bf16_conv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static float next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) * 0x1p-23f - 1.0f;
}

static ppo_bf16 *random_numbers(size_t count, uint32_t *state)
{
    float *numbers = malloc(count * sizeof *numbers);
    ppo_bf16 *rounded = malloc(count * sizeof *rounded);
    for (size_t i = 0; i < count; i++)
        numbers[i] = next_random(state);
    ppo_bf16_from_floats(rounded, numbers, count);
    free(numbers);
    return rounded;
}

static double number_at(const ppo_bf16 *numbers, size_t i)
{
    float number;
    ppo_bf16_to_floats(&number, numbers + i, 1);
    return (double)number;
}

// Input `i` of the kernel's window at output pixel `pixel` of image `n`.
static double input_at(const ppo_conv *conv, const ppo_bf16 *x, size_t n, size_t pixel, size_t i)
{
    const size_t in = conv->in_channels, tap = i / in;
    const size_t row = pixel / conv->out_width * conv->stride + tap / conv->kernel;
    const size_t column = pixel % conv->out_width * conv->stride + tap % conv->kernel;
    return number_at(x, ((n * conv->in_height + row) * conv->in_width + column) * in + i % in);
}

static void expect_near(double expected, float found, double magnitude)
{
    if (fabs(expected - (double)found) > 1e-6 * magnitude + 1e-6)
        fail_msg("%g instead of %g", (double)found, expected);
}

static void compare(const ppo_conv *conv, const float *dweight, const float *dbias,
                    const ppo_bf16 *x, const ppo_bf16 *dy, size_t images)
{
    const size_t out = conv->out_channels, inputs = ppo_conv_weights(conv) / out;
    const size_t pixels = conv->out_height * conv->out_width;
    for (size_t o = 0; o < out; o += 3)
        for (size_t i = 0; i <= inputs; i += i + 5 < inputs ? 5 : 1) { // the last one: the bias
            double sum = i < inputs ? 0.25 : 0.5, magnitude = 1.0;     // what was there before
            for (size_t k = 0; k < images * pixels; k++) {
                const double term =
                    number_at(dy, k * out + o) *
                    (i < inputs ? input_at(conv, x, k / pixels, k % pixels, i) : 1.0);
                sum += term;
                magnitude += fabs(term);
            }
            expect_near(sum, i < inputs ? dweight[i * out + o] : dbias[o], magnitude);
        }
}

static void check(const ppo_conv *conv, size_t images)
{
    uint32_t random = 7;
    const size_t weights = ppo_conv_weights(conv);
    ppo_bf16 *x = random_numbers(images * conv->in_image, &random);
    ppo_bf16 *dy = random_numbers(images * conv->out_image, &random);
    float *dweight = malloc(weights * sizeof *dweight);
    float *dbias = malloc(conv->out_channels * sizeof *dbias);
    void *scratch = aligned_alloc(64, (ppo_bf16_conv_scratch_bytes(conv) + 63) / 64 * 64);
    for (size_t i = 0; i < weights; i++)
        dweight[i] = 0.25f;
    for (size_t o = 0; o < conv->out_channels; o++)
        dbias[o] = 0.5f;
    ppo_bf16_conv_backward_weights(conv, dweight, dbias, x, dy, images, scratch);
    compare(conv, dweight, dbias, x, dy, images);
    free(x);
    free(dy);
    free(dweight);
    free(dbias);
    free(scratch);
}

static void test_gradients(void **state)
{
    (void)state;
    static const size_t shapes[][6] = {
        // height, width, in, out, kernel, stride
        {21, 21, 64, 32, 2, 1}, {20, 20, 32, 64, 4, 2}, {9, 9, 64, 64, 3, 1}, // Nature
        {5, 7, 1, 32, 3, 2},    {4, 4, 13, 96, 2, 1},   {6, 5, 3, 64, 5, 1},  {3, 3, 7, 128, 1, 2},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const size_t *s = shapes[i];
        const ppo_conv conv = ppo_conv_make(s[0], s[1], s[2], s[3], s[4], s[5]);
        if (!ppo_bf16_conv_serves(&conv, 0)) {
            print_message("skipped: this processor has no use for it\n");
            skip();
        }
        for (size_t images = 2; images <= 16; images += 6) // of 2, 8, 14 images
            check(&conv, images);
    }
}

static void test_what_it_serves(void **state)
{
    (void)state;
    const ppo_conv narrow = ppo_conv_make(9, 9, 64, 16, 3, 1);
    const ppo_conv padded = ppo_conv_make(9, 9, 64, 64, 3, 1);
    assert_false(ppo_bf16_conv_serves(&narrow, 0));
    assert_false(ppo_bf16_conv_serves(&padded, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_what_it_serves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
