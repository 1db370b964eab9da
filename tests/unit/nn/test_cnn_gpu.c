// SPDX-License-Identifier: MIT
// Both convolutional networks on the first device that OpenCL finds, of small pictures: layer by
// layer beside sums in double precision, and beside the same networks in fp32: features, and the
// gradient of every tensor; the same bits alone, among
// others, ahead, and in minibatches of any size; parameters that stay on the device, and Adam; what
// a lost device and too little memory look like. Skipped, saying why, where there is no device.

#include "nn/adam.h"
#include "nn/cnn_gpu.h"
#include "unit/nn/support/cnn_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NATURE PPO_NETWORK_NATURE_CNN
#define IMPALA PPO_NETWORK_IMPALA_CNN

// Sums in another order are off by rounding, 1e-7 for each of up to sixteen layers. A unit that is
// this near to 0 may have the other sign; none of the largest case has been seen to.
static const cnn_case cases[] = {
    {"nature, small", NATURE, 1, 36, 40, 21, 1e-5},
    {"nature, colours", NATURE, 3, 45, 37, 5, 1e-5},
    {"nature, many images", NATURE, 1, 36, 36, 70, 1e-5},
    {"impala, tiny", IMPALA, 1, 3, 3, 9, 1e-5},
    {"impala, odd", IMPALA, 3, 13, 18, 5, 1e-5},
};
#define NUM_CASES (sizeof cases / sizeof *cases)

static ppo_gpu_device device;

static void create(cnn_fixture *f, const cnn_case *c)
{
    cnn_fixture_create(f, c, PPO_PRECISION_FP32, &device);
}

static ppo_gpu_counters counters(void)
{
    return ppo_gpu_device_counters(&device);
}

// --- beside fp32 ---------------------------------------------------------------------------------

static void check_beside_fp32(const cnn_case *c)
{
    cnn_fixture own, other;
    create(&own, c);
    cnn_fixture_create(&other, c, PPO_PRECISION_FP32, NULL);
    const size_t size = c->images * PPO_CNN_FEATURES(&own.cnn);
    cnn_fixture_learn(&own, c->images);
    cnn_fixture_learn(&other, c->images);
    const double features = cnn_fixture_check(c, "features", own.learner.m.features,
                                              other.learner.m.features, size, c->bar);
    const double gradient = cnn_fixture_check_gradients(&own, other.grad, c->bar);
    printf("%s beside fp32: features %.2g, gradient %.2g\n", c->name, features, gradient);
    cnn_fixture_release(&own);
    cnn_fixture_release(&other);
}

static void test_beside_fp32(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++)
        check_beside_fp32(&cases[i]);
}

// --- layer by layer ------------------------------------------------------------------------------

// Planes as the device has them: [images, channels, height, width].
typedef struct planes {
    double *x[PPO_MAX_PLANES];
} planes;

static double conv_at(const ppo_gpu_conv *s, const float *params, const double *image, int o, int y,
                      int x)
{
    const float *weight = params + s->weight + o * s->in_channels * s->kernel_size * s->kernel_size;
    double sum = (double)params[s->bias + o];
    for (int c = 0; c < s->in_channels; c++)
        for (int ky = 0; ky < s->kernel_size; ky++)
            for (int kx = 0; kx < s->kernel_size; kx++, weight++) {
                const int row = y * s->stride + ky - s->padding;
                const int column = x * s->stride + kx - s->padding;
                if (row >= 0 && row < s->in_height && column >= 0 && column < s->in_width)
                    sum += (double)*weight * image[(c * s->in_height + row) * s->in_width + column];
            }
    return s->relu ? fmax(sum, 0.0) : sum;
}

static void convolve(const ppo_gpu_conv *s, const float *params, double *to, const double *from)
{
    for (int n = 0; n < s->images; n++, from += s->in_channels * s->in_height * s->in_width)
        for (int o = 0; o < s->out_channels; o++)
            for (int i = 0; i < s->out_height * s->out_width; i++)
                *to++ = conv_at(s, params, from, o, i / s->out_width, i % s->out_width);
}

// Over 3 x 3 pixels, stride 2, padding 1.
static double maximum_at(const ppo_plane *in, const double *from, size_t y, size_t x)
{
    double most = -(double)INFINITY;
    for (size_t row = 2 * y; row < 2 * y + 3; row++)
        for (size_t column = 2 * x; column < 2 * x + 3; column++)
            if (row > 0 && row <= in->height && column > 0 && column <= in->width)
                most = fmax(most, from[(row - 1) * in->width + column - 1]);
    return most;
}

static void pool(const ppo_plane *in, const ppo_plane *out, double *to, const double *from,
                 size_t count)
{
    for (size_t c = 0; c < count; c++, from += in->height * in->width)
        for (size_t i = 0; i < out->height * out->width; i++)
            *to++ = maximum_at(in, from, i / out->width, i % out->width);
}

static void take_step(const cnn_fixture *f, const planes *p, size_t i, size_t images)
{
    const ppo_cnn_shape *shape = &f->cnn.shape;
    const ppo_cnn_step *step = &shape->steps[i];
    const ppo_gpu_conv conv = ppo_gpu_conv_of(&f->cnn, i, images);
    const size_t count = images * ppo_gpu_plane_size(shape, step->output);
    double *to = p->x[step->output], *from = p->x[step->input];
    if (step->kind == PPO_CNN_CONV)
        convolve(&conv, f->params + ((const gpu_network *)f->cnn.own)->begin, to, from);
    else if (step->kind == PPO_CNN_MAX_POOL)
        pool(&shape->planes[step->input], &shape->planes[step->output], to, from,
             images * shape->planes[step->input].channels);
    else
        for (size_t k = 0; k < count; k++)
            to[k] = step->kind == PPO_CNN_RELU ? fmax(from[k], 0.0) : to[k] + from[k];
}

static float *read_plane(const ppo_gpu_buffer *buffer, size_t count)
{
    float *x = cnn_zeros(count * sizeof *x);
    ppo_gpu_read read;
    device.api->lock(device.gpu);
    device.api->read(device.gpu, &read, buffer, 0, x, count * sizeof *x);
    device.api->unlock(device.gpu);
    device.api->wait(device.gpu, &read);
    return x;
}

static double check_plane(const cnn_fixture *f, const double *wanted, size_t plane)
{
    char name[32];
    const gpu_minibatch *b = f->learner.m.own;
    const size_t count = f->which->images * ppo_gpu_plane_size(&f->cnn.shape, plane);
    float *got = read_plane(b->forward.planes[plane], count),
          *near = cnn_zeros(count * sizeof *near);
    for (size_t i = 0; i < count; i++)
        near[i] = (float)wanted[i];
    snprintf(name, sizeof name, "plane %zu", plane);
    const double off = cnn_fixture_check(f->which, name, got, near, count, 2e-6);
    free(near);
    free(got);
    return off;
}

static void check_layers(const cnn_case *c)
{
    cnn_fixture f;
    planes p;
    double most = 0.0;
    create(&f, c);
    const ppo_cnn_shape *shape = &f.cnn.shape;
    for (size_t i = 0; i < shape->num_planes; i++)
        p.x[i] = cnn_zeros(c->images * ppo_gpu_plane_size(shape, i) * sizeof(double));
    for (size_t i = 0; i < c->images * ppo_cnn_shape_image_bytes(shape); i++)
        p.x[0][i] = (double)f.images[i] / 255.0;
    for (size_t i = 0; i < shape->num_steps; i++)
        take_step(&f, &p, i, c->images);
    cnn_learner_forward(&f.learner, f.params, f.images, c->images);
    for (size_t i = 0; i < shape->num_planes; i++) {
        most = fmax(most, check_plane(&f, p.x[i], i));
        free(p.x[i]);
    }
    printf("%s, %zu planes: %.2g\n", c->name, shape->num_planes, most);
    cnn_fixture_release(&f);
}

static void test_layers(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++)
        check_layers(&cases[i]);
}

// --- the same bits -------------------------------------------------------------------------------

// Features of image n alone, while acting and learning, are those among all others.
static void check_alone(cnn_fixture *f)
{
    const size_t images = f->which->images, out = PPO_CNN_FEATURES(&f->cnn);
    const size_t first = images > 64 ? images - 64 : 0; // as many as act at once
    float *all = cnn_zeros(images * out * sizeof *all), *acting = cnn_zeros(64 * out * sizeof *all);
    cnn_learner_forward(&f->learner, f->params, f->images, images);
    memcpy(all, f->learner.m.features, images * out * sizeof *all);
    cnn_fixture_act(f, acting, first, images - first);
    assert_memory_equal(acting, all + first * out, (images - first) * out * sizeof *all);
    for (size_t n = 0; n < images; n += 4) {
        const uint8_t *image = f->images + n * ppo_cnn_shape_image_bytes(&f->cnn.shape);
        cnn_fixture_act(f, acting, n, 1);
        assert_memory_equal(acting, all + n * out, out * sizeof *all);
        cnn_learner_forward(&f->learner, f->params, image, 1);
        assert_memory_equal(f->learner.m.features, all + n * out, out * sizeof *all);
    }
    free(acting);
    free(all);
}

static void check_ahead(cnn_fixture *f)
{
    const ppo_cnn_resident *r = ppo_cnn_resident_of(&f->cnn);
    const size_t images = f->which->images, size = images * PPO_CNN_FEATURES(&f->cnn);
    ppo_arena arena = {0};
    ppo_cnn_ahead ahead;
    ppo_error error = {0};
    if (ppo_cnn_ahead_plan(&ahead, &f->cnn, "ahead", images, &arena, &error) != PPO_OK ||
        ppo_arena_bind(&arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    cnn_learner_forward(&f->learner, f->params, f->images, images);
    r->begin_ahead(&ahead, f->images, images);
    r->finish_ahead(&ahead);
    assert_memory_equal(ahead.features, f->learner.m.features, size * sizeof(float));
    ppo_cnn_ahead_release(&ahead);
    ppo_arena_release(&arena);
}

static void test_same_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        cnn_fixture f;
        create(&f, &cases[i]);
        check_alone(&f);
        check_ahead(&f);
        cnn_fixture_release(&f);
    }
}

// A smaller minibatch, after a larger one, is what it is alone.
static void test_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        cnn_fixture f, fresh;
        create(&f, &cases[i]);
        create(&fresh, &cases[i]);
        const size_t fewer = cases[i].images - 2;
        cnn_fixture_learn(&f, cases[i].images);
        cnn_fixture_learn(&f, fewer);
        cnn_fixture_learn(&fresh, fewer);
        assert_memory_equal(f.learner.m.features, fresh.learner.m.features,
                            fewer * PPO_CNN_FEATURES(&f.cnn) * sizeof(float));
        assert_memory_equal(f.grad, fresh.grad, f.layout.size * sizeof *f.grad);
        cnn_fixture_release(&f);
        cnn_fixture_release(&fresh);
    }
}

// A second network takes the images that the first one has sent.
static void test_same_images(void **state)
{
    (void)state;
    cnn_fixture f;
    cnn_learner second = {.working = NULL};
    create(&f, &cases[0]);
    const size_t images = cases[0].images, out = PPO_CNN_FEATURES(&f.cnn);
    assert_int_equal(ppo_cnn_minibatch_plan(&second.m, &f.cnn, &f.learner.m, "second", images,
                                            &second.arena, NULL),
                     PPO_OK);
    assert_int_equal(ppo_arena_bind(&second.arena, NULL), PPO_OK);
    cnn_learner_forward(&f.learner, f.params, f.images, images);
    const ppo_gpu_counters before = counters();
    cnn_learner_forward(&second, f.params, NULL, images);
    assert_int_equal(counters().bytes_written, before.bytes_written);
    assert_memory_equal(second.m.features, f.learner.m.features, images * out * sizeof(float));
    cnn_learner_release(&second);
    cnn_fixture_release(&f);
}

// --- parameters on the device --------------------------------------------------------------------

static void test_parameters_stay(void **state)
{
    (void)state;
    cnn_fixture f;
    create(&f, &cases[1]);
    const ppo_cnn_resident *r = ppo_cnn_resident_of(&f.cnn);
    const size_t size = f.layout.size, bytes = size * sizeof(float);
    float *params = cnn_zeros(bytes), *m = cnn_zeros(bytes), *v = cnn_zeros(bytes);
    float *device_params = cnn_zeros(bytes), *device_m = cnn_zeros(bytes);
    float *device_v = cnn_zeros(bytes);
    memcpy(params, f.params, bytes);
    r->fetch(&f.cnn, PPO_CNN_PARAMS, device_params);
    assert_memory_equal(device_params, params, bytes);

    // Three steps of Adam, with a gradient that stays the same and one that is clipped.
    cnn_fixture_learn(&f, cases[1].images);
    double squares = 0.0;
    for (size_t i = 0; i < size; i++)
        squares += (double)f.grad[i] * (double)f.grad[i];
    assert_true(fabs(r->squares(&f.cnn) / squares - 1.0) < 1e-6);
    for (uint64_t t = 1; t <= 3; t++) {
        const ppo_adam_scalars s = ppo_adam_schedule(1e-3, 0.9, 0.999, 1e-5, t);
        const float scale = t == 2 ? 0.5f : 1.0f;
        ppo_adam_step(params, m, v, f.grad, size, scale, &s);
        r->step(&f.cnn, scale, &s);
    }
    r->fetch(&f.cnn, PPO_CNN_PARAMS, device_params);
    r->fetch(&f.cnn, PPO_CNN_MOMENT_M, device_m);
    r->fetch(&f.cnn, PPO_CNN_MOMENT_V, device_v);
    cnn_fixture_check(&cases[1], "parameters", device_params, params, size, 1e-6);
    cnn_fixture_check(&cases[1], "first moments", device_m, m, size, 1e-6);
    cnn_fixture_check(&cases[1], "second moments", device_v, v, size, 1e-6);

    // What is put there comes back.
    r->put(&f.cnn, PPO_CNN_MOMENT_V, params);
    r->fetch(&f.cnn, PPO_CNN_MOMENT_V, device_v);
    assert_memory_equal(device_v, params, bytes);
    float *const all[] = {params, m, v, device_params, device_m, device_v};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    cnn_fixture_release(&f);
}

// --- counts, failures ----------------------------------------------------------------------------

// docs/gpu.md's formulas, for the Nature CNN.
static void test_counts(void **state)
{
    (void)state;
    cnn_fixture f;
    const ppo_gpu_counters none = counters();
    create(&f, &cases[0]);
    const size_t images = cases[0].images, bytes = ppo_cnn_shape_image_bytes(&f.cnn.shape);
    const size_t features = images * PPO_CNN_FEATURES(&f.cnn) * sizeof(float);
    const ppo_cnn_resident *r = ppo_cnn_resident_of(&f.cnn);
    const ppo_adam_scalars s = ppo_adam_schedule(1e-3, 0.9, 0.999, 1e-5, 1);
    const ppo_gpu_counters before = counters();
    cnn_learner_forward(&f.learner, f.params, f.images, images);
    cnn_learner_backward(&f.learner, f.grad);
    r->squares(&f.cnn);
    r->step(&f.cnn, 1.0f, &s);
    const ppo_gpu_counters after = counters();
    assert_int_equal(after.launches - before.launches, 6 + 10 + 2);
    assert_int_equal(after.bytes_written - before.bytes_written, images * bytes + features);
    assert_int_equal(after.bytes_read - before.bytes_read, features + 256 * sizeof(float));
    assert_int_equal(after.reads - before.reads, 2);
    assert_int_equal(after.buffers_made, before.buffers_made);
    cnn_fixture_release(&f);
    assert_int_equal(counters().buffers, none.buffers);
    assert_int_equal(counters().buffer_bytes, none.buffer_bytes);
}

static void test_no_memory(void **state)
{
    (void)state;
    ppo_gpu_buffer *buffer;
    ppo_error error = {0};
    const ppo_gpu_counters before = counters();
    assert_int_equal(device.api->make_buffer(device.gpu, &buffer, (size_t)1 << 48, &error),
                     PPO_NO_MEMORY);
    assert_non_null(strstr(error.message, "has no room for 281474976.7 MB more"));
    assert_null(buffer);
    assert_int_equal(counters().buffers, before.buffers);
    assert_int_equal(counters().buffer_bytes, before.buffer_bytes);
    assert_int_equal(ppo_gpu_device_check(&device, NULL), PPO_OK);
}

static void test_no_such_device(void **state)
{
    (void)state;
    ppo_gpu_device other;
    ppo_error error = {0};
    assert_int_equal(ppo_gpu_device_open(&other, 99, &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "there is no device gpu:99"));
    assert_null(other.api);
}

// Whatever command fails, what is read is NaN from then on, and the message says where.
static void test_lost(void **state)
{
    (void)state;
    const ppo_gpu_device whole = device;
    ppo_error error = {0};
    assert_int_equal(ppo_gpu_device_open(&device, 0, &error), PPO_OK);
    cnn_fixture f;
    create(&f, &cases[3]);
    device.api->fail_after(device.gpu, 3);
    assert_int_equal(ppo_gpu_device_check(&device, &error), PPO_OK);
    cnn_learner_forward(&f.learner, f.params, f.images, cases[3].images);
    assert_true(isnan(f.learner.m.features[0]));
    assert_int_equal(ppo_gpu_device_check(&device, &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "failed at pool_forward"));
    cnn_learner_backward(&f.learner, f.grad);
    assert_true(isnan(ppo_cnn_resident_of(&f.cnn)->squares(&f.cnn)));
    cnn_fixture_release(&f);
    ppo_gpu_device_close(&device);
    device = whole;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),         cmocka_unit_test(test_beside_fp32),
        cmocka_unit_test(test_same_bits),      cmocka_unit_test(test_count),
        cmocka_unit_test(test_same_images),    cmocka_unit_test(test_parameters_stay),
        cmocka_unit_test(test_counts),         cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_no_such_device), cmocka_unit_test(test_lost),
    };
    ppo_error error = {0};
    if (ppo_gpu_device_open(&device, 0, &error) != PPO_OK) {
        printf("skipped: %s\n", error.message);
        return 77;
    }
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    ppo_gpu_device_close(&device);
    return failures;
}
