// SPDX-License-Identifier: MIT
// Pictures of the built-in environments: what they show, against frames stored in
// tests/data/pictures; at any size; from several threads; and without a trace in the instance.
//
// PPO_WRITE_PICTURES=1 test_env_render writes the stored frames anew: look at them before they are
// committed.
#include "draw/canvas.h"
#include "env/classic/classic.h"
#include "env/picture.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef PPO_HAVE_CANVAS
#include <cairo.h>

static const ppo_cartpole cartpole = {.x = 0.6, .theta = 0.15};
static const ppo_pendulum pendulum = {.theta = 2.0, .torque = -1.5};
static const ppo_pendulum pendulum_back = {.theta = -0.4, .torque = 2.0};
static const ppo_acrobot acrobot = {.theta1 = 1.2, .theta2 = 0.9};
static const ppo_mountain_car mountain_car = {.position = 0.2};
static const ppo_mountain_car_continuous mountain_car_continuous = {.position = -0.9};
static const ppo_tmaze_traits corridor = {.length = 10};
static const ppo_tmaze tmaze = {.sign = 1, .place = 4, .traits = &corridor};
static const ppo_tmaze tmaze_turned = {.sign = 0, .place = 10, .turn = -1, .traits = &corridor};

static const struct scene {
    const char *name; // of the stored frame
    const ppo_env_class *env;
    const void *instance;
} scenes[] = {
    {"cartpole", &ppo_cartpole_v1, &cartpole},
    {"pendulum", &ppo_pendulum_v1, &pendulum},
    {"pendulum_back", &ppo_pendulum_v1, &pendulum_back},
    {"acrobot", &ppo_acrobot_v1, &acrobot},
    {"mountain_car", &ppo_mountain_car_v0, &mountain_car},
    {"mountain_car_continuous", &ppo_mountain_car_continuous_v0, &mountain_car_continuous},
    {"tmaze", &ppo_tmaze_class, &tmaze},
    {"tmaze_turned", &ppo_tmaze_class, &tmaze_turned},
};
enum { NUM_SCENES = sizeof scenes / sizeof scenes[0] };

typedef struct picture {
    uint32_t width, height;
    unsigned char *rgb;
} picture;

static picture make_picture(uint32_t width, uint32_t height)
{
    const picture p = {width, height, malloc((size_t)width * height * 3)};
    assert_non_null(p.rgb);
    memset(p.rgb, 0xA5, (size_t)width * height * 3);
    return p;
}

static size_t bytes(const picture *p)
{
    return (size_t)p->width * p->height * 3;
}

static picture draw(const struct scene *scene, uint32_t width, uint32_t height)
{
    const picture p = make_picture(width, height);
    ppo_picture_draw(scene->env, scene->instance, p.rgb, width, height);
    return p;
}

// --- stored frames ------------------------------------------------------------------------------

static cairo_surface_t *surface_of(const picture *p)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)p->width, (int)p->height);
    unsigned char *pixels = cairo_image_surface_get_data(surface);
    const size_t pitch = (size_t)cairo_image_surface_get_stride(surface);
    for (size_t i = 0; i < (size_t)p->width * p->height; i++) {
        const uint32_t pixel =
            (uint32_t)p->rgb[3 * i] << 16 | (uint32_t)p->rgb[3 * i + 1] << 8 | p->rgb[3 * i + 2];
        memcpy(pixels + i / p->width * pitch + i % p->width * 4, &pixel, 4);
    }
    cairo_surface_mark_dirty(surface);
    return surface;
}

static picture read_frame(const char *path)
{
    cairo_surface_t *surface = cairo_image_surface_create_from_png(path);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        fail_msg("%s: %s", path, cairo_status_to_string(cairo_surface_status(surface)));
    const picture p = make_picture((uint32_t)cairo_image_surface_get_width(surface),
                                   (uint32_t)cairo_image_surface_get_height(surface));
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    const size_t pitch = (size_t)cairo_image_surface_get_stride(surface);
    for (size_t i = 0; i < (size_t)p.width * p.height; i++) {
        uint32_t pixel;
        memcpy(&pixel, pixels + i / p.width * pitch + i % p.width * 4, 4);
        for (size_t k = 0; k < 3; k++)
            p.rgb[3 * i + k] = (unsigned char)(pixel >> (16 - 8 * k));
    }
    cairo_surface_destroy(surface);
    return p;
}

// Edges may be smoothed differently by another cairo; shapes, places and colours may not differ.
static void expect_alike(const char *name, const picture *seen, const picture *stored)
{
    size_t sum = 0, far = 0;
    assert_int_equal(seen->width, stored->width);
    assert_int_equal(seen->height, stored->height);
    for (size_t i = 0; i < bytes(seen); i++) {
        const int difference = abs(seen->rgb[i] - stored->rgb[i]);
        sum += (size_t)difference;
        far += difference > 60;
    }
    const double mean = (double)sum / (double)bytes(seen);
    const double share = (double)far / (double)bytes(seen);
    if (mean > 0.25 || share > 0.0005)
        fail_msg("%s: differs from its stored frame by %.3f in the mean, and a share of %.5f by "
                 "more than 60",
                 name, mean, share);
}

static void test_stored_frames(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SCENES; i++) {
        char path[512];
        snprintf(path, sizeof path, PPO_TEST_DATA "/pictures/%s.png", scenes[i].name);
        picture seen =
            draw(&scenes[i], scenes[i].env->render_width / 2, scenes[i].env->render_height / 2);
        if (getenv("PPO_WRITE_PICTURES")) {
            cairo_surface_t *surface = surface_of(&seen);
            assert_int_equal(cairo_surface_write_to_png(surface, path), CAIRO_STATUS_SUCCESS);
            cairo_surface_destroy(surface);
        }
        picture stored = read_frame(path);
        expect_alike(scenes[i].name, &seen, &stored);
        free(seen.rgb);
        free(stored.rgb);
    }
}

// --- sizes --------------------------------------------------------------------------------------

static bool is_white(const picture *p, uint32_t x, uint32_t y)
{
    const unsigned char *pixel = p->rgb + ((size_t)y * p->width + x) * 3;
    return pixel[0] == 0xFF && pixel[1] == 0xFF && pixel[2] == 0xFF;
}

// `render` is `draw` at the class's own size.
static void test_own_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SCENES; i++) {
        const ppo_env_class *env = scenes[i].env;
        picture own = draw(&scenes[i], env->render_width, env->render_height);
        picture drawn = make_picture(own.width, own.height);
        env->draw(scenes[i].instance, drawn.rgb, own.width, own.height);
        assert_memory_equal(own.rgb, drawn.rgb, bytes(&own));
        free(own.rgb);
        free(drawn.rgb);
    }
}

// In a picture of other proportions the scene is in the middle, and lines go on to the edges.
static void test_other_proportions(void **state)
{
    (void)state;
    picture wide = draw(&scenes[0], 1000, 400), own = draw(&scenes[0], 600, 400);
    for (uint32_t y = 0; y < 400; y++)
        assert_memory_equal(wide.rgb + (y * 1000 + 200) * 3, own.rgb + y * 600 * 3, 600 * 3);
    assert_false(is_white(&wide, 0, 299)); // the track
    assert_false(is_white(&wide, 999, 299));
    assert_true(is_white(&wide, 0, 290));
    free(wide.rgb);
    free(own.rgb);
}

// No size is too small or too odd, and each byte is written, but none beyond.
static void test_any_size(void **state)
{
    static const uint32_t sizes[][2] = {{1, 1}, {1, 300}, {301, 1}, {7, 5}, {1201, 799}};
    (void)state;
    for (size_t i = 0; i < NUM_SCENES; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            const uint32_t width = sizes[k][0], height = sizes[k][1];
            picture p = make_picture(width, height + 1); // a line for what goes too far
            scenes[i].env->draw(scenes[i].instance, p.rgb, width, height);
            for (size_t x = 0; x < (size_t)width * 3; x++)
                assert_int_equal(p.rgb[(size_t)width * height * 3 + x], 0xA5);
            free(p.rgb);
        }
}

static void test_nothing_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SCENES; i++) {
        const size_t size = scenes[i].env->instance_size;
        unsigned char before[256];
        assert_true(size <= sizeof before);
        memcpy(before, scenes[i].instance, size);
        picture once = draw(&scenes[i], 200, 200), again = draw(&scenes[i], 200, 200);
        assert_memory_equal(before, scenes[i].instance, size);
        assert_memory_equal(once.rgb, again.rgb, bytes(&once));
        free(once.rgb);
        free(again.rgb);
    }
}

// --- the torque of a pendulum -------------------------------------------------------------------

// The picture alone knows the last torque: it is cut to what the motor can, and not saved.
static void test_torque(void **state)
{
    (void)state;
    ppo_pendulum self = {.theta = 0.0}, loaded = {.torque = 1.0};
    unsigned char saved[sizeof self];
    float obs[3];
    const uint64_t seed = 1;
    const float action[1] = {-7.0f};
    ppo_transition transition = {.reward = 0.0};
    const ppo_env_class *env = &ppo_pendulum_v1;
    assert_int_equal(env->reset(&self, &seed, obs, NULL), PPO_OK);
    assert_true(self.torque == 0.0);
    assert_int_equal(env->step(&self, action, obs, &transition, NULL), PPO_OK);
    assert_true(self.torque == -2.0);
    assert_true(env->state_size <= sizeof saved);
    env->save_state(&self, saved);
    assert_int_equal(env->load_state(&loaded, saved, NULL), PPO_OK);
    assert_true(loaded.torque == 0.0);
    assert_true(loaded.theta == self.theta && loaded.sin_theta == self.sin_theta);
    assert_memory_equal(&loaded.random, &self.random, sizeof self.random);
    assert_int_equal(env->reset(&self, NULL, obs, NULL), PPO_OK);
    assert_true(self.torque == 0.0);
}

// --- threads ------------------------------------------------------------------------------------

enum { NUM_THREADS = 4, NUM_ROUNDS = 10 };

static void *draw_often(void *argument)
{
    bool *is_same = argument;
    picture first[NUM_SCENES];
    *is_same = true;
    for (size_t i = 0; i < NUM_SCENES; i++)
        first[i] = draw(&scenes[i], 150, 100);
    for (int round = 0; round < NUM_ROUNDS; round++)
        for (size_t i = 0; i < NUM_SCENES; i++) {
            picture p = draw(&scenes[i], 150, 100);
            *is_same = *is_same && memcmp(p.rgb, first[i].rgb, bytes(&p)) == 0;
            free(p.rgb);
        }
    for (size_t i = 0; i < NUM_SCENES; i++)
        free(first[i].rgb);
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t thread[NUM_THREADS];
    bool is_same[NUM_THREADS];
    for (int i = 0; i < NUM_THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, draw_often, &is_same[i]), 0);
    for (int i = 0; i < NUM_THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_true(is_same[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_frames),     cmocka_unit_test(test_own_size),
        cmocka_unit_test(test_other_proportions), cmocka_unit_test(test_any_size),
        cmocka_unit_test(test_nothing_changes),   cmocka_unit_test(test_torque),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else // a build without cairo has classes without pictures

static void test_absent(void **state)
{
    (void)state;
    ppo_error error = {0};
    uint32_t width = 0, height = 0;
    assert_true(ppo_cartpole_v1.render == NULL);
    assert_int_equal(ppo_picture_size(&ppo_cartpole_v1, &width, &height, &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "need the module canvas.so"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_absent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
