// SPDX-License-Identifier: MIT
// Pictures at the sizes that people want: which sizes there are, and that pixels are repeated and
// lose nothing where a class doesn't draw at any size.
#include "env/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 5, HEIGHT = 3 };

static unsigned char pixel(size_t x, size_t y, size_t k)
{
    return (unsigned char)(40 * y + 7 * x + 100 * k + 1);
}

static void render(const void *self, unsigned char *rgb)
{
    (void)self;
    for (size_t i = 0; i < WIDTH * HEIGHT * 3; i++)
        rgb[i] = pixel(i / 3 % WIDTH, i / 3 / WIDTH, i % 3);
}

static void draw(const void *self, unsigned char *rgb, uint32_t width, uint32_t height)
{
    (void)self;
    memset(rgb, 77, (size_t)width * height * 3);
}

static ppo_env_class with_pictures(void)
{
    ppo_env_class env = *ppo_env_at(0);
    env.id = "Drawing-v0";
    env.render = render;
    env.draw = NULL;
    env.render_width = WIDTH;
    env.render_height = HEIGHT;
    return env;
}

// size(width, height) wanted, and what becomes of it.
#define EXPECT_SIZE(env, width, height, real_width, real_height)          \
    do {                                                                  \
        uint32_t w = width, h = height;                                   \
        assert_int_equal(ppo_picture_size(&(env), &w, &h, NULL), PPO_OK); \
        assert_int_equal(w, real_width);                                  \
        assert_int_equal(h, real_height);                                 \
    } while (0)

static void expect_refusal(const ppo_env_class *env, uint32_t width, uint32_t height,
                           ppo_status status, const char *part)
{
    ppo_error error = {0};
    assert_int_equal(ppo_picture_size(env, &width, &height, &error), status);
    if (!strstr(error.message, part))
        fail_msg("'%s' is not in: %s", part, error.message);
}

static void test_sizes(void **state)
{
    (void)state;
    ppo_env_class env = with_pictures();
    EXPECT_SIZE(env, 0, 0, WIDTH, HEIGHT);
    EXPECT_SIZE(env, 0, 4 * HEIGHT, 4 * WIDTH, 4 * HEIGHT);
    EXPECT_SIZE(env, 2 * WIDTH, 0, 2 * WIDTH, 2 * HEIGHT);
    expect_refusal(&env, 0, 4, PPO_INVALID, "whole factors only (such as 10 x 6), not to 7 x 4");
    expect_refusal(&env, 10, 3, PPO_INVALID, "whole factors");
    expect_refusal(&env, 1, 1, PPO_INVALID, "whole factors");
    env.draw = draw;
    EXPECT_SIZE(env, 0, 4, 7, 4);
    EXPECT_SIZE(env, 1, 1, 1, 1);
    EXPECT_SIZE(env, 0, 1, 2, 1);
    EXPECT_SIZE(env, 4096, 1, 4096, 1);
    expect_refusal(&env, 4097, 1, PPO_INVALID, "[1, 4096]");
    expect_refusal(&env, 0, 4096, PPO_INVALID, "[1, 4096]");
    expect_refusal(&env, 0, UINT32_MAX, PPO_INVALID, "[1, 4096]");
    env.render = NULL;
    expect_refusal(&env, 0, 0, PPO_UNSUPPORTED, "Drawing-v0 draws no pictures");
}

static void test_factors(void **state)
{
    (void)state;
    const ppo_env_class env = with_pictures();
    for (size_t factor = 1; factor <= 4; factor++) {
        const size_t width = WIDTH * factor, height = HEIGHT * factor;
        unsigned char *rgb = malloc(width * height * 3);
        assert_non_null(rgb);
        ppo_picture_draw(&env, NULL, rgb, (uint32_t)width, (uint32_t)height);
        for (size_t y = 0; y < height; y++)
            for (size_t x = 0; x < width; x++)
                for (size_t k = 0; k < 3; k++)
                    assert_int_equal(rgb[3 * (y * width + x) + k],
                                     pixel(x / factor, y / factor, k));
        free(rgb);
    }
}

static void test_drawn(void **state)
{
    (void)state;
    unsigned char rgb[WIDTH * HEIGHT * 4 * 3];
    ppo_env_class env = with_pictures();
    env.draw = draw;
    ppo_picture_draw(&env, NULL, rgb, 2 * WIDTH, 2 * HEIGHT);
    assert_int_equal(rgb[0], 77);
    ppo_picture_draw(&env, NULL, rgb, WIDTH, HEIGHT); // its own size is `render`'s
    assert_int_equal(rgb[0], pixel(0, 0, 0));
}

// A table of version 0.1.0 ends before `draw`: what lies behind it is not looked at.
static void test_older_table(void **state)
{
    (void)state;
    ppo_env_class env = with_pictures();
    env.draw = draw;
    env.struct_size = PPO_ENV_CLASS_MIN_SIZE;
    assert_int_equal(ppo_env_class_check(&env, NULL), PPO_OK);
    expect_refusal(&env, 0, 4, PPO_INVALID, "whole factors");
    env.struct_size = PPO_ENV_CLASS_MIN_SIZE - 1;
    assert_int_equal(ppo_env_class_check(&env, NULL), PPO_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_factors),
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_older_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
