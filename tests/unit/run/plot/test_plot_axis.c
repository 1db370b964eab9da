// SPDX-License-Identifier: MIT
// Axes: round ticks inside the range, short labels.
#include "run/plot/plot_axis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void expect(double low, double high, unsigned wanted, const char *labels)
{
    char text[512] = "";
    const ppo_axis axis = ppo_axis_make(low, high, wanted);
    for (size_t i = 0; i < axis.num_ticks; i++) {
        strcat(text, i ? " " : "");
        strcat(text, axis.label[i]);
    }
    assert_string_equal(text, labels);
}

static void test_labels(void **state)
{
    (void)state;
    expect(0.0, 500.0, 6, "0 100 200 300 400 500");
    expect(0.0, 1.0, 6, "0.0 0.2 0.4 0.6 0.8 1.0");
    expect(-22.0, 22.0, 5, "\u221220 \u221210 0 10 20");
    expect(0.0, 65536.0, 7, "0 10k 20k 30k 40k 50k 60k");
    expect(0.0, 2.0e6, 4, "0 0.5M 1.0M 1.5M 2.0M");
    expect(0.0, 1.0e7, 5, "0 2M 4M 6M 8M 10M");
    expect(0.0, 3000.0, 3, "0 1000 2000 3000");
    expect(-0.00031, -0.00012, 4, "\u22120.00030 \u22120.00025 \u22120.00020 \u22120.00015");
}

// Ticks lie in the range, at equal distances, and are neither few nor many.
static void test_ranges(void **state)
{
    (void)state;
    for (double size = 1e-6; size < 1e12; size *= 1.37)
        for (double low = -2.0 * size; low < 3.0 * size; low += 0.63 * size) {
            const ppo_axis axis = ppo_axis_make(low, low + size, 6);
            assert_in_range(axis.num_ticks, 3, 10);
            for (size_t i = 0; i < axis.num_ticks; i++) {
                assert_true(axis.tick[i] >= low - 1e-6 * size);
                assert_true(axis.tick[i] <= low + size + 1e-6 * size);
            }
        }
}

static void test_no_range(void **state)
{
    (void)state;
    const double values[] = {0.0, 5.0, -3e9, 1e-12, 1e300};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const ppo_axis axis = ppo_axis_make(values[i], values[i], 5);
        assert_true(axis.low < values[i] && values[i] < axis.high);
        assert_in_range(axis.num_ticks, 2, PPO_AXIS_MAX_TICKS);
    }
    assert_true(ppo_axis_make(-1e308, 1e308, 5).num_ticks <= PPO_AXIS_MAX_TICKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_no_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
