// SPDX-License-Identifier: MIT
// Convolutional networks as laid out: names of tensors, planes that don't overlap, MACs, and images
// that are too small.
#include "nn/cnn_shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NATURE PPO_NETWORK_NATURE_CNN
#define IMPALA PPO_NETWORK_IMPALA_CNN
#define NAME   "vision"

static ppo_status plan(ppo_cnn_shape *shape, ppo_params *layout, ppo_network_kind kind,
                       size_t height, size_t width, ppo_error *error)
{
    *layout = (ppo_params){.count = 0};
    return ppo_cnn_shape_plan(shape, NAME, kind, 0, 4, height, width, layout, error);
}

static void check_names(ppo_network_kind kind, const char *const *names, size_t count)
{
    static ppo_cnn_shape shape;
    static ppo_params layout;
    assert_int_equal(plan(&shape, &layout, kind, 84, 84, NULL), PPO_OK);
    assert_int_equal(layout.count, 2 * count);
    for (size_t i = 0; i < count; i++) {
        char name[PPO_NAME_SIZE];
        snprintf(name, sizeof name, NAME ".%s.weight", names[i]);
        assert_string_equal(layout.list[2 * i].name, name);
        snprintf(name, sizeof name, NAME ".%s.bias", names[i]);
        assert_string_equal(layout.list[2 * i + 1].name, name);
        assert_int_equal(layout.list[2 * i].rank, i + 1 < count ? 4 : 2);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const nature[] = {"0", "2", "4", "7"};
    static const char *const impala[] = {"0", "1", "2",  "3",  "4",  "5",  "6",  "7",
                                         "8", "9", "10", "11", "12", "13", "14", "15"};
    check_names(NATURE, nature, 4);
    check_names(IMPALA, impala, 16);
}

// Planes follow each other without overlap, and borders are inside.
static void test_planes(void **state)
{
    (void)state;
    for (int kind = NATURE; kind <= IMPALA; kind++) {
        static ppo_cnn_shape shape;
        static ppo_params layout;
        assert_int_equal(plan(&shape, &layout, (ppo_network_kind)kind, 84, 84, NULL), PPO_OK);
        size_t end = 0;
        for (size_t i = 0; i < shape.num_planes; i++) {
            const ppo_plane *p = &shape.planes[i];
            assert_true(p->size >= (p->height + 2 * p->border) * p->row);
            assert_int_equal(p->row, (p->width + 2 * p->border) * p->channels);
            assert_int_equal(p->inside, p->border * (p->row + p->channels));
            assert_int_equal(p->offset, end);
            end += i ? p->size : 0;
        }
        assert_int_equal(shape.saved_size, end);
        for (size_t i = 0; i < shape.num_steps; i++) { // in the order of planes
            assert_true(shape.steps[i].input < shape.steps[i].output);
            assert_true(shape.steps[i].output < shape.num_planes);
        }
    }
}

static void test_too_small(void **state)
{
    (void)state;
    static const struct {
        ppo_network_kind kind;
        size_t height, width;
    } small[] = {{NATURE, 35, 84}, {NATURE, 84, 35}, {IMPALA, 2, 9}, {IMPALA, 9, 2}};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        static ppo_cnn_shape shape;
        static ppo_params layout;
        ppo_error error = {0};
        assert_int_equal(
            plan(&shape, &layout, small[i].kind, small[i].height, small[i].width, &error),
            PPO_INVALID);
        assert_non_null(strstr(error.message, "at least"));
    }
}

// Figures of the papers' shapes.
static void test_counting(void **state)
{
    (void)state;
    static ppo_cnn_shape shape;
    static ppo_params layout;
    assert_int_equal(plan(&shape, &layout, NATURE, 84, 84, NULL), PPO_OK);
    const size_t c1 = 20 * 20 * 32 * 4 * 64, c2 = 9 * 9 * 64 * 32 * 16, c3 = 7 * 7 * 64 * 64 * 9;
    assert_int_equal(shape.linear.in, 3136);
    assert_int_equal(ppo_cnn_shape_image_bytes(&shape), 4 * 84 * 84);
    assert_int_equal(ppo_cnn_shape_forward_macs(&shape), c1 + c2 + c3 + 3136 * 512);
    assert_int_equal(ppo_cnn_shape_backward_macs(&shape), c1 + 2 * (c2 + c3 + 3136 * 512));
    assert_int_equal(plan(&shape, &layout, IMPALA, 84, 84, NULL), PPO_OK);
    assert_int_equal(shape.linear.in, 11 * 11 * 32);
    assert_int_equal(shape.linear.out, 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_planes),
                                       cmocka_unit_test(test_too_small),
                                       cmocka_unit_test(test_counting)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
