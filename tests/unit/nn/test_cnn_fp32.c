// SPDX-License-Identifier: MIT
// Both convolutional networks in fp32 against references in double precision, forward and backward,
// on small and on Atari's pictures; the reference's gradient against its own differences; the same
// bits with and without saved activations, alone and among others.
#include "nn/cnn.h"

#include "unit/nn/support/cnn_learner.h"
#include "unit/nn/support/cnn_reference.h"
#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NATURE PPO_NETWORK_NATURE_CNN
#define IMPALA PPO_NETWORK_IMPALA_CNN
#define NAME   "vision"
#define CLEAR  3e-6 // a unit this far from its corner is on the same side in single precision

typedef struct network_case {
    ppo_network_kind kind;
    size_t channels, height, width;
    size_t images;
} network_case;

static const network_case cases[] = {
    {NATURE, 1, 36, 36, 5}, {NATURE, 4, 44, 36, 3}, {NATURE, 3, 39, 53, 4}, {NATURE, 4, 84, 84, 2},
    {IMPALA, 1, 3, 3, 5},   {IMPALA, 3, 8, 5, 6},   {IMPALA, 2, 13, 16, 4}, {IMPALA, 4, 84, 84, 1},
};
#define NUM_CASES (sizeof cases / sizeof *cases)

// A network with weights of ordinary size and some images.
typedef struct fixture {
    const network_case *which;
    ppo_cnn cnn;
    ppo_params layout;
    ppo_arena arena;
    cnn_learner learner;
    float *params, *grad, *dfeatures;
    double *values; // params
    uint8_t *images;
} fixture;

static const uint8_t *image(const fixture *f, size_t n)
{
    return f->images + n * ppo_cnn_shape_image_bytes(&f->cnn.shape);
}

static cnn_reference reference_of(const fixture *f, size_t n)
{
    return cnn_reference_forward(&f->cnn, f->which->kind, NAME, &f->layout, f->values, image(f, n));
}

// Random images, whose units all keep clear of their corners if a reference is to be equal.
static void draw_images(fixture *f, bool clear, ppo_random *random)
{
    const size_t bytes = ppo_cnn_shape_image_bytes(&f->cnn.shape);
    for (size_t n = 0; n < f->which->images; n++)
        for (double clearance = 0.0; clearance < CLEAR;) {
            for (size_t i = 0; i < bytes; i++)
                f->images[n * bytes + i] = (uint8_t)ppo_random_integers(random, 0, 256);
            clearance = INFINITY;
            if (clear) {
                cnn_reference reference = reference_of(f, n);
                clearance = reference.clearance;
                cnn_reference_release(&reference);
            }
        }
}

// `saves`: whether activations are kept, if the network does so at all.
static void create(fixture *f, const network_case *c, bool clear, bool saves)
{
    ppo_random random;
    ppo_error error = {0};
    ppo_random_seed(&random, 51);
    memset(f, 0, sizeof *f);
    f->which = c;
    if (ppo_cnn_plan(&f->cnn, NAME, c->kind, 0, PPO_PRECISION_FP32, NULL, c->channels, c->height,
                     c->width, &f->layout, &f->arena, &error) != PPO_OK ||
        ppo_arena_bind(&f->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    f->cnn.shape.keeps_saved = saves;
    f->params = calloc(f->layout.size, sizeof *f->params);
    f->grad = calloc(f->layout.size, sizeof *f->grad);
    f->images = calloc(c->images, ppo_cnn_shape_image_bytes(&f->cnn.shape));
    assert_true(f->params && f->grad && f->images);
    cnn_fill_params(f->params, &f->layout, &random);
    f->values = new_doubles(f->params, f->layout.size);
    f->dfeatures = new_floats(c->images * PPO_CNN_FEATURES(&f->cnn));
    fill_uniform(f->dfeatures, c->images * PPO_CNN_FEATURES(&f->cnn), &random, -1.0, 1.0);
    ppo_cnn_pack(&f->cnn, f->params);
    cnn_learner_create(&f->learner, &f->cnn, c->images);
    draw_images(f, clear, &random);
}

static void release(fixture *f)
{
    cnn_learner_release(&f->learner);
    ppo_cnn_release(&f->cnn);
    ppo_arena_release(&f->arena);
    free(f->params);
    free(f->grad);
    free(f->dfeatures);
    free(f->values);
    free(f->images);
}

// The gradient of images [first, first + count); their features stay in the learner.
static void learn(fixture *f, size_t first, size_t count)
{
    const size_t width = PPO_CNN_FEATURES(&f->cnn);
    cnn_learner_forward(&f->learner, f->params, image(f, first), count);
    memcpy(f->learner.m.dfeatures, f->dfeatures + first * width,
           count * width * sizeof *f->dfeatures);
    cnn_learner_backward(&f->learner, f->grad);
}

// Features as an acting policy computes them.
static void act(const fixture *f, float *features, size_t first, size_t rows)
{
    void *working = cnn_zeros(f->cnn.acting_bytes);
    ppo_cnn_features(&f->cnn, features, working, f->params, image(f, first), rows);
    free(working);
}

// Largest difference, relative to the usual size of such values.
static double compare(const float *got, const double *wanted, size_t count)
{
    const double size = rms_of(wanted, count);
    double largest = 0.0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, relative_error(got[i], wanted[i], size));
    return largest;
}

// --- beside references ---------------------------------------------------------------------------

static double check_forward(fixture *f)
{
    const size_t width = PPO_CNN_FEATURES(&f->cnn), images = f->which->images;
    float *acting = new_floats(images * width);
    double *wanted = new_doubles(NULL, width), largest = 0.0;
    cnn_learner_forward(&f->learner, f->params, f->images, images);
    act(f, acting, 0, images);
    assert_memory_equal(acting, f->learner.m.features, images * width * sizeof *acting);
    for (size_t n = 0; n < images; n++) {
        cnn_reference reference = reference_of(f, n);
        cnn_reference_features(&reference, wanted, f->values);
        largest = fmax(largest, compare(acting + n * width, wanted, width));
        cnn_reference_release(&reference);
    }
    free(wanted);
    free(acting);
    return largest;
}

// The linear layer's part of image n's gradient; dflat is what it passes on.
static void linear_back(const fixture *f, const cnn_reference *reference, size_t n, double *grad,
                        double *dflat)
{
    const ppo_cnn_shape *shape = &f->cnn.shape;
    const size_t in = shape->linear.in, out = shape->linear.out;
    memset(dflat, 0, in * sizeof *dflat);
    for (size_t o = 0; o < out; o++) {
        const double dy = (double)f->dfeatures[n * out + o];
        grad[shape->linear_bias + o] += dy;
        for (size_t i = 0; i < in; i++) {
            dflat[i] += dy * f->values[shape->linear_weight + o * in + i];
            grad[shape->linear_weight + o * in + i] += dy * reference->flat[i];
        }
    }
}

static double check_backward(fixture *f)
{
    double *wanted = new_doubles(NULL, f->layout.size), largest = 0.0;
    double *dflat = new_doubles(NULL, PPO_CNN_FLAT(&f->cnn));
    for (size_t n = 0; n < f->which->images; n++) {
        cnn_reference reference = reference_of(f, n);
        linear_back(f, &reference, n, wanted, dflat);
        cnn_reference_backward(&reference, wanted, f->values, dflat);
        cnn_reference_release(&reference);
    }
    learn(f, 0, f->which->images);
    for (size_t i = 0; i < f->layout.count; i++) {
        const ppo_param *p = &f->layout.list[i];
        const double error = compare(f->grad + p->offset, wanted + p->offset, ppo_param_count(p));
        if (!(error < 1e-5))
            fail_msg("%s is off by %.3g", p->name, error);
        largest = fmax(largest, error);
    }
    free(dflat);
    free(wanted);
    return largest;
}

static void test_references(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        fixture f;
        create(&f, &cases[i], true, i % 2);
        const double values = check_forward(&f), gradients = check_backward(&f);
        printf("%s, %zu channels of %zu x %zu: values %.2g, gradients %.2g\n",
               cases[i].kind == NATURE ? "nature" : "impala", cases[i].channels, cases[i].height,
               cases[i].width, values, gradients);
        assert_true(values < 1e-5);
        release(&f);
    }
}

// --- the reference against differences -----------------------------------------------------------

// Weights of a sum over the units before the linear layer.
static double flat_weight(size_t i)
{
    return sin(1.7 * (double)i);
}

static double weighted_flat(void *context)
{
    const fixture *f = context;
    double sum = 0.0;
    cnn_reference reference = reference_of(f, 0);
    for (size_t i = 0; i < PPO_CNN_FLAT(&f->cnn); i++)
        sum += flat_weight(i) * reference.flat[i];
    cnn_reference_release(&reference);
    return sum;
}

// Some elements of every tensor; a network with few elements has all of them tried.
static void check_slopes(fixture *f, size_t most)
{
    const size_t flat = PPO_CNN_FLAT(&f->cnn);
    double *grad = new_doubles(NULL, f->layout.size), *dflat = new_doubles(NULL, flat);
    ppo_random random;
    ppo_random_seed(&random, 52);
    for (size_t i = 0; i < flat; i++)
        dflat[i] = flat_weight(i);
    cnn_reference reference = reference_of(f, 0);
    cnn_reference_backward(&reference, grad, f->values, dflat);
    cnn_reference_release(&reference);
    for (size_t i = 0; i + 2 < f->layout.count; i++) {
        const ppo_param *p = &f->layout.list[i];
        const size_t count = ppo_param_count(p), tried = count < most ? count : most;
        const double size = rms_of(grad + p->offset, count);
        for (size_t k = 0; k < tried; k++) {
            const size_t at =
                p->offset +
                (tried == count ? k : (size_t)ppo_random_integers(&random, 0, (int64_t)count));
            const double slope = central_difference(weighted_flat, f, &f->values[at], 1e-6);
            if (!(relative_error(slope, grad[at], size) < 1e-6))
                fail_msg("%s: the reference's gradient is %.9g, its slope %.9g", p->name, grad[at],
                         slope);
        }
    }
    free(dflat);
    free(grad);
}

static void test_slopes(void **state)
{
    (void)state;
    static const size_t small[] = {0, 4, 5};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        fixture f;
        create(&f, &cases[small[i]], true, false);
        check_slopes(&f, 40);
        release(&f);
    }
}

// --- same bits -----------------------------------------------------------------------------------

// Activations that are kept, and those that are computed again.
static void test_saved(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        fixture kept, again;
        create(&kept, &cases[i], false, true);
        create(&again, &cases[i], false, false);
        learn(&kept, 0, cases[i].images);
        learn(&again, 0, cases[i].images);
        assert_memory_equal(kept.learner.m.features, again.learner.m.features,
                            cases[i].images * PPO_CNN_FEATURES(&kept.cnn) * sizeof(float));
        assert_memory_equal(kept.grad, again.grad, kept.layout.size * sizeof *kept.grad);
        release(&kept);
        release(&again);
    }
}

// Features of an image alone are the same bits; gradients of images alone add up to that of all.
static void test_images_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        fixture f;
        create(&f, &cases[i], false, true);
        const size_t width = PPO_CNN_FEATURES(&f.cnn);
        float *all = new_floats(cases[i].images * width), *alone = new_floats(width);
        double *sum = new_doubles(NULL, f.layout.size);
        act(&f, all, 0, cases[i].images);
        for (size_t n = 0; n < cases[i].images; n++) {
            act(&f, alone, n, 1);
            assert_memory_equal(alone, all + n * width, width * sizeof *alone);
            learn(&f, n, 1);
            assert_memory_equal(f.learner.m.features, alone, width * sizeof *alone);
            for (size_t k = 0; k < f.layout.size; k++)
                sum[k] += (double)f.grad[k];
        }
        learn(&f, 0, cases[i].images);
        assert_true(compare(f.grad, sum, f.layout.size) < 1e-5);
        free(sum);
        free(alone);
        free(all);
        release(&f);
    }
}

// Packing all weights changes nothing after packing all parts of them.
static void test_pack(void **state)
{
    (void)state;
    fixture f;
    create(&f, &cases[5], false, true);
    const size_t width = PPO_CNN_FEATURES(&f.cnn);
    float *parts = new_floats(width), *whole = new_floats(width);
    for (size_t k = 0; k < f.layout.size; k++)
        f.params[k] *= 0.75f;
    for (size_t i = 0; i < f.cnn.shape.num_steps; i++) {
        const size_t out = f.cnn.shape.steps[i].conv.out_channels;
        if (f.cnn.shape.steps[i].kind != PPO_CNN_CONV)
            continue;
        ppo_cnn_pack_conv(&f.cnn, f.params, i, 5, out);
        ppo_cnn_pack_conv(&f.cnn, f.params, i, 0, 5);
    }
    for (size_t task = 0; task < ppo_cnn_acting_tasks(&f.cnn); task++)
        ppo_cnn_pack_acting(&f.cnn, f.params, task);
    act(&f, parts, 0, 1);
    learn(&f, 0, f.which->images);
    float *grad = new_floats(f.layout.size);
    memcpy(grad, f.grad, f.layout.size * sizeof *grad);
    ppo_cnn_pack(&f.cnn, f.params);
    act(&f, whole, 0, 1);
    learn(&f, 0, f.which->images);
    assert_memory_equal(parts, whole, width * sizeof *parts);
    assert_memory_equal(grad, f.grad, f.layout.size * sizeof *grad);
    free(grad);
    free(whole);
    free(parts);
    release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_references),
                                       cmocka_unit_test(test_slopes), cmocka_unit_test(test_saved),
                                       cmocka_unit_test(test_images_alone),
                                       cmocka_unit_test(test_pack)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
