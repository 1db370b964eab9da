// SPDX-License-Identifier: MIT
// tanh and ReLU in place: values against libm, slopes against central differences, NaN kept.
#include "nn/activation.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT ((size_t)64 * PPO_LANES)

static double value_of(ppo_activation activation, double x)
{
    return activation == PPO_ACTIVATION_TANH ? tanh(x) : fmax(x, 0.0);
}

static void check_activation(ppo_activation activation)
{
    float x[COUNT], y[COUNT], dy[COUNT], dx[COUNT];
    ppo_random random;
    ppo_random_seed(&random, 5);
    fill_uniform(x, COUNT, &random, -4.0, 4.0);
    fill_uniform(dy, COUNT, &random, -1.0, 1.0);
    double value = 0.0, slope = 0.0;
    for (size_t i = 0; i < COUNT; i++) {
        y[i] = x[i];
        dx[i] = dy[i];
    }
    ppo_activation_forward(y, COUNT, activation);
    ppo_activation_backward(dx, y, COUNT, activation);
    for (size_t i = 0; i < COUNT; i++) {
        const double step = 1e-5;
        const double difference =
            (value_of(activation, x[i] + step) - value_of(activation, x[i] - step)) / (2.0 * step);
        value = fmax(value, relative_error(y[i], value_of(activation, x[i]), 0.0));
        // Not fmax, on which gcc 12.2 for Arm breaks down here.
        const double error = relative_error(dx[i], dy[i] * difference, 0.1);
        slope = error > slope ? error : slope;
    }
    printf("%s: values %.2g, slopes %.2g\n", activation == PPO_ACTIVATION_TANH ? "tanh" : "relu",
           value, slope);
    assert_true(value < 5e-7 && slope < 5e-6);
}

static void test_tanh(void **state)
{
    (void)state;
    check_activation(PPO_ACTIVATION_TANH);
}

static void test_relu(void **state)
{
    (void)state;
    check_activation(PPO_ACTIVATION_RELU);
}

static void test_special_values(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const ppo_activation activation = i ? PPO_ACTIVATION_RELU : PPO_ACTIVATION_TANH;
        float y[PPO_LANES] = {NAN, INFINITY, -INFINITY, -0.0f};
        ppo_activation_forward(y, PPO_LANES, activation);
        assert_true(isnan(y[0]) && y[1] > 0.99f && y[2] < 0.01f && y[3] == 0.0f);
        assert_true(activation == PPO_ACTIVATION_RELU ? y[2] == 0.0f : fabs(y[2] + 1.0) < 1e-6);
        ppo_activation_forward(y, 0, activation); // nothing to do
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tanh), cmocka_unit_test(test_relu),
                                       cmocka_unit_test(test_special_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
