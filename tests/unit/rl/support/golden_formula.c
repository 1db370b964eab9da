// SPDX-License-Identifier: MIT
// The formula of the golden files: see golden_formula.h.
#include "unit/rl/support/golden_formula.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Element i of the stream `seed`: uniform in [-1, 1), exact in single precision.
static float uniform(uint64_t seed, uint64_t i)
{
    uint64_t z = (seed * ((uint64_t)1 << 32) + i + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return (float)(z >> 40) * 0x1p-23f - 1.0f;
}

golden_shape golden_picture_shape(const golden_file *golden, const char *what, const char *key)
{
    char name[PPO_NAME_SIZE], *end;
    snprintf(name, sizeof name, "%s_shape%s", what, key);
    size_t number[5] = {0}, count = 0;
    for (const char *at = golden_text(golden, name); *at && count < 5; at = *end ? end + 1 : end)
        number[count++] = strtoul(at, &end, 10);
    if (count < 4)
        fail_msg("%s is no shape of pictures: %s", name, golden_text(golden, name));
    const size_t *last = number + count - 3;
    return (golden_shape){.samples = number[0] * (count == 5 ? number[1] : 1),
                          .channels = last[0],
                          .height = last[1],
                          .width = last[2]};
}

void golden_pictures(const golden_file *golden, const char *what, const char *key,
                     unsigned char *pictures)
{
    char name[PPO_NAME_SIZE];
    snprintf(name, sizeof name, "%s_seed%s", what, key);
    const golden_shape s = golden_picture_shape(golden, what, key);
    const uint64_t seed = (uint64_t)golden_number(golden, name);
    const size_t pixels = s.height * s.width, bytes = s.channels * pixels;
    for (size_t i = 0; i < s.samples * bytes; i++) {
        const size_t channel = i % bytes / pixels, pixel = i % pixels;
        pictures[i / bytes * bytes + pixel * s.channels + channel] =
            (unsigned char)((uniform(seed, i) + 1.0f) * 127.99f);
    }
}

// Which of the comma-separated names in the metadata's `order` is this one.
static uint64_t place_in_order(const golden_file *golden, const char *name)
{
    const char *text = strchr(golden_text(golden, "order"), ':');
    for (uint64_t place = 0; text; place++, text = strchr(text, ',')) {
        text += strspn(text, ":, ");
        const size_t length = strcspn(text, ",");
        if (strlen(name) == length && strncmp(text, name, length) == 0)
            return place;
    }
    fail_msg("%s is not in the order of parameters", name);
    return 0;
}

// Units of a first minibatch that lie so near ReLU's corner that the order of a sum decides which
// side they fall on: the bias is moved until all orders agree with the exact sum.
static const struct {
    const char *param_seed, *param;
    size_t element;
    float move;
} corners[] = {
    {"200", "actor.0.bias", 11, 2e-7f}, // picture 2, pixel (5, 13): the exact sum is 4.7e-8
};

void golden_formula_param(const golden_file *golden, const ppo_param *param, float *values)
{
    char name[2 * PPO_NAME_SIZE];
    static const char prefix[] = "out.param.";
    golden_param_name(golden, name, sizeof name, prefix, param->name);
    const uint64_t seed = (uint64_t)golden_number(golden, "param_seed") +
                          place_in_order(golden, name + sizeof prefix - 1);
    const double fan_in = (double)ppo_param_inputs(param);
    const float size = param->rank == 1 ? 0.05f : (float)(1.5 / sqrt(fan_in));
    for (size_t i = 0; i < ppo_param_count(param); i++)
        values[i] = uniform(seed, i) * size;
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++)
        if (strcmp(golden_text(golden, "param_seed"), corners[i].param_seed) == 0 &&
            strcmp(param->name, corners[i].param) == 0)
            values[corners[i].element] += corners[i].move;
}
