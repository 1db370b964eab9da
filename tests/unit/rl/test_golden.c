// SPDX-License-Identifier: MIT
// Whole PPO updates and GAE against PyTorch's (tests/data/golden): losses, gradients, parameters;
// the same bits with any number of threads; on a device too; in bf16, within wider bars.
// PPO_GOLDEN_DIR names another folder of such files.
#include "unit/rl/support/golden_update.h"

#include "rl/gae.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GAE_TOLERANCE 2e-6

static const golden_tolerances mlp_bars = {
    .first = 2e-6, .gradient = 2e-6, .norm = 2e-6, .metrics = 2e-6, .params = 1e-5};

// PyTorch adds the squares of 1.7 million gradients in single precision: the files' norms are 2e-5
// too small, as their own sums of squares show. Where a gradient nearly cancels, rounding decides
// the direction of Adam's first step; so later minibatches are further apart.
static const golden_tolerances picture_bars = {
    .first = 5e-6, .gradient = 5e-6, .norm = 5e-5, .metrics = 1e-5, .params = 5e-5};

static const char *golden_dir(void)
{
    const char *dir = getenv("PPO_GOLDEN_DIR");
    return dir ? dir : PPO_TEST_DATA "/golden";
}

static void check_file(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    golden_file golden;
    golden_open(&golden, path);
    const bool pictures = golden_has_pictures(&golden);
    golden_check_update(&golden, name, PPO_PRECISION_FP32, "cpu",
                        pictures ? &picture_bars : &mlp_bars);
    if (pictures && golden_has_bf16())
        golden_check_update(&golden, name, PPO_PRECISION_BF16, "cpu", &golden_bf16_bars);
    if (pictures && golden_has_device())
        golden_check_update(&golden, name, PPO_PRECISION_FP32, "gpu", &picture_bars);
    golden_close(&golden);
}

static void test_updates(void **state)
{
    (void)state;
    golden_for_each(golden_dir(), "update_*.safetensors", check_file);
}

// next_value as the flags make it: 0 at a termination, the final observation's value at a
// truncation, else the next step's.
static float *next_values(const golden_file *golden, const float *value, const uint8_t *terminated,
                          const uint8_t *truncated, size_t count, size_t num_envs)
{
    float *next = calloc(count, sizeof *next), *final = calloc(count, sizeof *final);
    float *last = calloc(num_envs, sizeof *last);
    assert_true(next && final && last);
    golden_floats(golden, "in.final_value", final, count);
    golden_floats(golden, "in.last_value", last, num_envs);
    for (size_t i = 0; i < count; i++) {
        const bool at_end = i + num_envs >= count;
        next[i] = terminated[i]  ? 0.0f
                  : truncated[i] ? final[i]
                  : at_end       ? last[i % num_envs]
                                 : value[i + num_envs];
    }
    free(final);
    free(last);
    return next;
}

static double compare_floats(const golden_file *golden, const char *name, const float *got,
                             size_t count)
{
    size_t found;
    double largest = 0.0;
    double *wanted = golden_values(golden, name, &found), *values = calloc(count, sizeof *values);
    assert_true(values && found == count);
    for (size_t i = 0; i < count; i++)
        values[i] = got[i];
    golden_judge(name, golden_deviation(values, wanted, count, 1, 0.0), GAE_TOLERANCE, &largest);
    free(values);
    free(wanted);
    return largest;
}

static void test_gae(void **state)
{
    (void)state;
    char path[PPO_TEXT_SIZE];
    golden_file golden;
    size_t count, num_envs;
    snprintf(path, sizeof path, "%s/gae.safetensors", golden_dir());
    golden_open(&golden, path);
    free(golden_values(&golden, "in.reward", &count));
    free(golden_values(&golden, "in.last_value", &num_envs));
    float *reward = calloc(count, sizeof *reward), *value = calloc(count, sizeof *value);
    float *advantage = calloc(count, sizeof *advantage), *ret = calloc(count, sizeof *ret);
    assert_true(reward && value && advantage && ret);
    golden_floats(&golden, "in.reward", reward, count);
    golden_floats(&golden, "in.value", value, count);
    uint8_t *terminated = golden_flags(&golden, "in.terminated", count);
    uint8_t *truncated = golden_flags(&golden, "in.truncated", count);
    float *next = next_values(&golden, value, terminated, truncated, count, num_envs);
    ppo_gae_compute(advantage, ret, reward, value, next, terminated, truncated, count / num_envs,
                    num_envs, (float)golden_number(&golden, "gamma"),
                    (float)golden_number(&golden, "gae_lambda"));
    const double a = compare_floats(&golden, "out.advantage", advantage, count);
    const double r = compare_floats(&golden, "out.return", ret, count);
    printf("gae: advantages %.2g, returns %.2g\n", a, r);
    free(next);
    free(truncated);
    free(terminated);
    free(ret);
    free(advantage);
    free(value);
    free(reward);
    golden_close(&golden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_updates), cmocka_unit_test(test_gae)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
