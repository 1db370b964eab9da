// SPDX-License-Identifier: MIT
// Rounding to bf16 against what it means, for every upper half; the loops against one number at a
// time.
#include "nn/bf16.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 77 // no whole vectors

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float wide(ppo_bf16 x)
{
    return float_of((uint32_t)x << 16);
}

static ppo_bf16 narrow(uint32_t bits)
{
    const float x = float_of(bits);
    ppo_bf16 y;
    ppo_bf16_from_floats(&y, &x, 1);
    return y;
}

// Below, at and above the middle between two neighbours.
static void test_rounding(void **state)
{
    (void)state;
    for (uint32_t upper = 0; upper < 0x10000u; upper++) {
        const uint32_t bits = upper << 16;
        if (isnan(float_of(bits))) {
            assert_true(isnan(wide(narrow(bits))) && isnan(wide(narrow(bits | 0xFFFFu))));
            continue;
        }
        assert_int_equal(narrow(bits), upper);
        if (isinf(float_of(bits)))
            continue;
        assert_int_equal(narrow(bits | 0x7FFFu), upper);
        assert_int_equal(narrow(bits | 0x8000u), upper + (upper & 1u));
        assert_int_equal(narrow(bits | 0x8001u), upper + 1u);
    }
    assert_true(isnan(wide(narrow(0x7F800001u)))); // its bits are in the half that goes
}

static void test_bytes(void **state)
{
    (void)state;
    uint8_t bytes[256];
    ppo_bf16 values[256];
    float floats[256];
    for (size_t i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    ppo_bf16_from_bytes(values, bytes, 256);
    ppo_bf16_to_floats(floats, values, 256);
    for (size_t i = 0; i < 256; i++)
        assert_true(floats[i] == (float)i);
}

static void draw(ppo_bf16 *x, ppo_random *random)
{
    float values[COUNT];
    fill_uniform(values, COUNT, random, -1.0, 1.0);
    values[3] = 0.0f;
    values[5] = -0.0f;
    ppo_bf16_from_floats(x, values, COUNT);
}

static ppo_bf16 sum(ppo_bf16 a, ppo_bf16 b)
{
    const float x = wide(a) + wide(b);
    ppo_bf16 y;
    ppo_bf16_from_floats(&y, &x, 1);
    return y;
}

static void test_loops(void **state)
{
    (void)state;
    ppo_random random;
    ppo_bf16 x[COUNT], y[COUNT], before[COUNT], z[COUNT];
    ppo_random_seed(&random, 71);
    draw(x, &random);
    draw(before, &random);
    ppo_bf16_relu(y, x, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(y[i], wide(x[i]) > 0.0f ? x[i] : 0);
    memcpy(z, before, sizeof z);
    ppo_bf16_relu_back(z, y, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(z[i], wide(y[i]) > 0.0f ? before[i] : 0);
    ppo_bf16_relu_copy_back(z, before, y, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(z[i], wide(y[i]) > 0.0f ? before[i] : 0);
    ppo_bf16_relu_add_back(z, before, y, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(z[i], wide(y[i]) > 0.0f ? sum(before[i], before[i]) : 0);
    memcpy(z, before, sizeof z);
    ppo_bf16_add(z, x, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(z[i], sum(before[i], x[i]));
}

// NaN is kept.
static void test_nan(void **state)
{
    (void)state;
    const ppo_bf16 x[4] = {0x7FC0u, 0xFFC0u, 0xFF80u, 0x7F80u};
    ppo_bf16 y[4];
    ppo_bf16_relu(y, x, 4);
    assert_true(isnan(wide(y[0])) && isnan(wide(y[1])));
    assert_true(y[2] == 0 && isinf(wide(y[3])));
}

static void test_transpose(void **state)
{
    (void)state;
    enum { ROWS = 49, COLUMNS = 64, WIDE = 70, HIGH = 52 };
    static ppo_bf16 from[ROWS * WIDE], to[COLUMNS * HIGH];
    for (size_t i = 0; i < ROWS * WIDE; i++)
        from[i] = (ppo_bf16)(i * 7919u);
    ppo_bf16_transpose(to, HIGH, from, WIDE, ROWS, COLUMNS);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < COLUMNS; c++)
            assert_int_equal(to[c * HIGH + r], from[r * WIDE + c]);
    for (size_t c = 0; c < COLUMNS; c++) // what lies between rows is left alone
        for (size_t r = ROWS; r < HIGH; r++)
            assert_int_equal(to[c * HIGH + r], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding), cmocka_unit_test(test_bytes), cmocka_unit_test(test_loops),
        cmocka_unit_test(test_nan), cmocka_unit_test(test_transpose)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
