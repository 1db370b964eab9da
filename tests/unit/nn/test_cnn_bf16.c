// SPDX-License-Identifier: MIT
// Both convolutional networks in bf16 against references that round where they do, forward and
// backward; beside the same networks in fp32; the same bits alone and among others, in minibatches
// of any size. Where bf16 can't be had, that it is refused.
//
// Beside a reference, what differs is the order of sums in fp32. Now and then that makes a number
// round the other way, one in some ten thousand, and those make further ones, so that arrays agree
// to 1e-7 after one layer and to 1e-3 after a few; after fifteen layers of large images a third
// of the numbers differ, and nothing is compared. The gradient of overlapping windows is summed
// in bf16, which the reference does in full: 0.1 % each time.
//
// Beside fp32, a number is off by its rounding, 0.16 % in the mean square, and so is a sum of
// products of such numbers, with its own rounding 0.2 to 0.3 %. Each layer adds its own: 0.4 % for
// 4, 0.8 % for 16. Of units as near to 0 as that, as many change sign, p = 0.3 % in each
// layer, and pass gradients that they should stop: the gradient's square is off by p of it, the
// gradient by the root, 5 % a layer. That is a property of low precision, not of this
// implementation.

#include "nn/bf16_ops.h"
#include "unit/nn/support/cnn_fixture.h"
#include "unit/nn/support/cnn_reference.h"
#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NATURE PPO_NETWORK_NATURE_CNN
#define IMPALA PPO_NETWORK_IMPALA_CNN

#define NAME "vision"

// 21 images are more than a tile of the small network, and no whole ones.
static const cnn_case cases[] = {
    {"nature, small", NATURE, 1, 36, 40, 21, 1e-3}, {"nature, colours", NATURE, 3, 45, 37, 5, 1e-3},
    {"nature", NATURE, 4, 84, 84, 3, 3e-3},         {"impala, tiny", IMPALA, 1, 3, 3, 9, 3e-3},
    {"impala, odd", IMPALA, 3, 13, 18, 5, 0.01},    {"impala", IMPALA, 4, 84, 84, 3, 0.0},
};
#define NUM_CASES (sizeof cases / sizeof *cases)

// --- beside fp32 ---------------------------------------------------------------------------------

static void check_beside_fp32(const cnn_case *c)
{
    const bool small = c->kind == NATURE;
    const double bar = small ? 0.008 : 0.016, gradient_bar = small ? 0.15 : 0.3;
    cnn_fixture own, other;
    cnn_fixture_create(&own, c, PPO_PRECISION_BF16, NULL);
    cnn_fixture_create(&other, c, PPO_PRECISION_FP32, NULL);
    const size_t size = c->images * PPO_CNN_FEATURES(&own.cnn);
    const float *wanted = other.learner.m.features;
    float *acting = cnn_zeros(size * sizeof *acting);
    cnn_fixture_learn(&own, c->images);
    cnn_fixture_learn(&other, c->images);
    cnn_fixture_act(&own, acting, 0, c->images);
    const double features =
        cnn_fixture_check(c, "features", own.learner.m.features, wanted, size, bar);
    const double gradient = cnn_fixture_check_gradients(&own, other.grad, gradient_bar);
    const double actions = cnn_fixture_check(c, "acting", acting, wanted, size, bar);
    printf("%s beside fp32: features %.2g, acting %.2g, gradient %.2g\n", c->name, features,
           actions, gradient);
    free(acting);
    cnn_fixture_release(&own);
    cnn_fixture_release(&other);
}

static void test_beside_fp32(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++)
        check_beside_fp32(&cases[i]);
}

// --- beside a reference --------------------------------------------------------------------------

// Weights as the network has them: rounded, those that meet the bytes after division by 255.
static double *rounded_values(const cnn_fixture *f)
{
    double *values = new_doubles(f->params, f->layout.size);
    for (size_t i = 0; i < f->layout.count; i++) {
        const ppo_param *p = &f->layout.list[i];
        const double scale = i == 0 ? 255.0 : 1.0;
        for (size_t k = p->offset; p->rank > 1 && k < p->offset + ppo_param_count(p); k++)
            values[k] = scale * cnn_reference_rounded(values[k] / scale);
    }
    return values;
}

// The linear layer's part of the gradient; dflat is what it gives to the rest.
static void linear_back(const cnn_fixture *f, const cnn_reference *reference, const double *values,
                        size_t n, double *grad, double *dflat)
{
    const ppo_cnn_shape *shape = &f->cnn.shape;
    const size_t in = shape->linear.in, out = shape->linear.out;
    memset(dflat, 0, in * sizeof *dflat);
    for (size_t o = 0; o < out; o++) {
        const double dy = (double)f->dfeatures[n * out + o], rounded = cnn_reference_rounded(dy);
        grad[shape->linear_bias + o] += dy;
        for (size_t i = 0; i < in; i++) {
            dflat[i] += rounded * values[shape->linear_weight + o * in + i];
            grad[shape->linear_weight + o * in + i] += rounded * reference->flat[i];
        }
    }
}

static void check_beside_reference(const cnn_case *c)
{
    cnn_fixture f;
    cnn_fixture_create(&f, c, PPO_PRECISION_BF16, NULL);
    const size_t in = PPO_CNN_FLAT(&f.cnn), out = PPO_CNN_FEATURES(&f.cnn);
    double *values = rounded_values(&f), *grad = new_doubles(NULL, f.layout.size);
    double *dflat = new_doubles(NULL, in), *y = new_doubles(NULL, out);
    float *features = cnn_zeros(c->images * out * sizeof *features);
    float *wanted = cnn_zeros(f.layout.size * sizeof *wanted);
    for (size_t n = 0; n < c->images; n++) {
        cnn_reference reference =
            cnn_reference_forward_bf16(&f.cnn, c->kind, NAME, &f.layout, values,
                                       f.images + n * ppo_cnn_shape_image_bytes(&f.cnn.shape));
        cnn_reference_features(&reference, y, values);
        linear_back(&f, &reference, values, n, grad, dflat);
        cnn_reference_backward(&reference, grad, values, dflat);
        cnn_reference_release(&reference);
        for (size_t o = 0; o < out; o++)
            features[n * out + o] = (float)y[o];
    }
    for (size_t k = 0; k < f.layout.size; k++)
        wanted[k] = (float)grad[k];
    cnn_fixture_learn(&f, c->images);
    const double forward =
        cnn_fixture_check(c, "features", f.learner.m.features, features, c->images * out, c->bar);
    const double gradient = cnn_fixture_check_gradients(&f, wanted, c->bar);
    printf("%s beside a reference: features %.2g, gradient %.2g\n", c->name, forward, gradient);
    free(values);
    free(grad);
    free(dflat);
    free(y);
    free(features);
    free(wanted);
    cnn_fixture_release(&f);
}

static void test_beside_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++)
        if (cases[i].bar > 0.0)
            check_beside_reference(&cases[i]);
}

// --- the same bits -------------------------------------------------------------------------------

static void check_alone(cnn_fixture *f)
{
    const size_t images = f->which->images, out = PPO_CNN_FEATURES(&f->cnn);
    float *all = cnn_zeros(images * out * sizeof *all), *alone = cnn_zeros(out * sizeof *alone);
    cnn_fixture_act(f, all, 0, images);
    for (size_t n = 0; n < images; n++) {
        cnn_fixture_act(f, alone, n, 1);
        if (memcmp(alone, all + n * out, out * sizeof *alone) != 0)
            fail_msg("%s: image %zu acts otherwise among others", f->which->name, n);
    }
    cnn_learner_forward(&f->learner, f->params, f->images, images);
    memcpy(all, f->learner.m.features, images * out * sizeof *all);
    for (size_t n = 0; n < images; n++) {
        cnn_learner_forward(&f->learner, f->params,
                            f->images + n * ppo_cnn_shape_image_bytes(&f->cnn.shape), 1);
        if (memcmp(f->learner.m.features, all + n * out, out * sizeof *all) != 0)
            fail_msg("%s: image %zu has other features among others", f->which->name, n);
    }
    free(alone);
    free(all);
}

static void test_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        cnn_fixture f;
        cnn_fixture_create(&f, &cases[i], PPO_PRECISION_BF16, NULL);
        check_alone(&f);
        cnn_fixture_release(&f);
    }
}

// A smaller minibatch, after a larger one, is what it is alone.
static void test_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        cnn_fixture f, fresh;
        cnn_fixture_create(&f, &cases[i], PPO_PRECISION_BF16, NULL);
        cnn_fixture_create(&fresh, &cases[i], PPO_PRECISION_BF16, NULL);
        const size_t fewer = cases[i].images - 2, bytes = f.layout.size * sizeof *f.grad;
        cnn_fixture_learn(&f, cases[i].images);
        cnn_fixture_learn(&f, fewer);
        cnn_fixture_learn(&fresh, fewer);
        assert_memory_equal(f.learner.m.features, fresh.learner.m.features,
                            fewer * PPO_CNN_FEATURES(&f.cnn) * sizeof(float));
        if (memcmp(f.grad, fresh.grad, bytes) != 0)
            fail_msg("%s: another gradient", cases[i].name);
        cnn_fixture_release(&f);
        cnn_fixture_release(&fresh);
    }
}

// --- without bf16 --------------------------------------------------------------------------------

static void check_refused(const char *what)
{
    ppo_error error = {0};
    ppo_cnn cnn;
    ppo_params layout = {0};
    ppo_arena arena = {0};
    assert_int_equal(ppo_cnn_plan(&cnn, NAME, NATURE, 0, PPO_PRECISION_BF16, NULL, 4, 84, 84,
                                  &layout, &arena, &error),
                     PPO_UNSUPPORTED);
    printf("%s\n", error.message);
    assert_non_null(strstr(error.message, what));
    ppo_cnn_release(&cnn);
    ppo_arena_release(&arena);
}

static void test_refusal(void **state)
{
    (void)state;
    check_refused("bf16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_beside_reference),
                                       cmocka_unit_test(test_beside_fp32),
                                       cmocka_unit_test(test_alone), cmocka_unit_test(test_count)};
    const struct CMUnitTest without[] = {cmocka_unit_test(test_refusal)};
    ppo_error error = {0};
    ppo_onednn *dnn = NULL;
    const ppo_onednn_module *api = ppo_onednn_load(&error);
    if (!api || api->open(&dnn, PPO_ONEDNN_BF16, &error) != PPO_OK)
        return cmocka_run_group_tests(without, NULL, NULL);
    api->close(dnn);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
