// SPDX-License-Identifier: MIT
// Both convolutional networks in bf16 against references that round where they do, forward and
// backward; beside the same networks in fp32; the same bits alone and among others, with and
// without a kept tape. Where bf16 can't be had, that it is refused.
//
// Beside a reference, what differs is the order of sums in fp32. Now and then that makes a number
// round the other way, one in some ten thousand, and those make further ones, so that arrays agree
// to 1e-7 after one layer and to 1e-3 after a few; after fifteen layers of large pictures a third
// of the numbers is elsewhere, and nothing is compared. The gradient of overlapping maxima is added
// up in bf16, which the reference does in full: 0.1 % each time.
//
// Beside fp32, a number is off by its rounding, 0.16 % in the mean square, and so is a sum of
// products of such numbers, with its own rounding 0.2 to 0.3 %. Each layer adds its own: 0.4 % for
// 4, 0.8 % for 16. Of units as near to 0 as that, as many come out on the other side, p = 0.3 % in
// each layer, and pass what they should stop: the gradient's square is off by p of it, the gradient
// by the root, 5 % a layer. That is the price of low precision, not of this implementation.
#include "nn/cnn_linear.h"

#include "nn/bf16_ops.h"
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

typedef struct network_case {
    const char *name;
    ppo_network_kind kind;
    size_t channels, height, width, images;
    double reference; // how far from it; 0: not compared
} network_case;

// 21 pictures are more than a tile of the small network, and no whole ones.
static const network_case cases[] = {
    {"nature, small", NATURE, 1, 36, 40, 21, 1e-3}, {"nature, colours", NATURE, 3, 45, 37, 5, 1e-3},
    {"nature", NATURE, 4, 84, 84, 3, 3e-3},         {"impala, tiny", IMPALA, 1, 3, 3, 9, 3e-3},
    {"impala, odd", IMPALA, 3, 13, 18, 5, 0.01},    {"impala", IMPALA, 4, 84, 84, 3, 0.0},
};
#define NUM_CASES (sizeof cases / sizeof *cases)

// A network in one precision, with what it works on.
typedef struct bed {
    const network_case *which;
    ppo_cnn cnn;
    ppo_cnn_rows rows;
    ppo_params layout;
    size_t packed_size;
    float *params, *packed, *working, *strip;
    uint8_t *pictures;
    float *flat, *dflat, *tape, *partial, *space, *features, *dfeatures, *grad;
} bed;

static float *zeros(size_t count)
{
    float *x = aligned_alloc(64, (count * sizeof *x + 127) / 64 * 64);
    assert_non_null(x);
    memset(x, 0, (count * sizeof *x + 127) / 64 * 64);
    return x;
}

static void allocate(bed *b)
{
    const size_t images = b->which->images, whole = (images + 15) / 16 * 16;
    b->params = zeros(b->layout.size);
    b->grad = zeros(b->layout.size);
    b->packed = zeros(b->packed_size);
    b->working = zeros(ppo_cnn_working(&b->cnn));
    b->strip = zeros(b->rows.working_size);
    b->flat = zeros(whole * ppo_cnn_flat_size(&b->cnn));
    b->dflat = zeros(whole * ppo_cnn_flat_size(&b->cnn));
    b->tape = zeros(whole * ppo_cnn_tape_size(&b->cnn));
    b->partial = zeros(ppo_cnn_partial_size(&b->cnn));
    b->space = zeros(b->rows.space_size);
    b->features = zeros(images * PPO_CNN_FEATURES(&b->cnn));
    b->dfeatures = zeros(images * PPO_CNN_FEATURES(&b->cnn));
    b->pictures = calloc(images, ppo_cnn_picture_bytes(&b->cnn));
    assert_non_null(b->pictures);
}

static void fill(bed *b)
{
    ppo_random random;
    ppo_random_seed(&random, 73);
    for (size_t i = 0; i < b->layout.count; i++) {
        const ppo_param *param = &b->layout.list[i];
        const double size = param->rank == 1 ? 0.1 : 1.5 / sqrt((double)ppo_param_inputs(param));
        fill_uniform(b->params + param->offset, ppo_param_count(param), &random, -size, size);
    }
    fill_uniform(b->dfeatures, b->which->images * PPO_CNN_FEATURES(&b->cnn), &random, -1.0, 1.0);
    for (size_t i = 0; i < b->which->images * ppo_cnn_picture_bytes(&b->cnn); i++)
        b->pictures[i] = (uint8_t)ppo_random_integers(&random, 0, 256);
    ppo_cnn_pack_all(&b->cnn, b->packed, b->params);
}

static void create(bed *b, const network_case *c, bool bf16)
{
    ppo_error error = {0};
    memset(b, 0, sizeof *b);
    b->which = c;
    if (ppo_cnn_plan(&b->cnn, NAME, c->kind, c->channels, c->height, c->width, &b->layout,
                     &b->packed_size, &error) != PPO_OK ||
        (bf16 && ppo_cnn_use_bf16(&b->cnn, &b->packed_size, &error) != PPO_OK) ||
        ppo_cnn_rows_plan(&b->rows, &b->cnn, c->images, &error) != PPO_OK)
        fail_msg("%s: %s", c->name, error.message);
    allocate(b);
    fill(b);
}

static void release(bed *b)
{
    float *const all[] = {b->params, b->packed,  b->working, b->strip,    b->flat,      b->dflat,
                          b->tape,   b->partial, b->space,   b->features, b->dfeatures, b->grad};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    free(b->pictures);
    ppo_cnn_release(&b->cnn);
}

// What an update does with `count` of the pictures, on one thread, up to the features.
static void forward(bed *b, size_t count, float *tape)
{
    ppo_cnn_forward(&b->cnn, b->flat, tape, b->working, b->params, b->packed, b->pictures, count);
    for (size_t i = 0; i < ppo_cnn_rows_forward_tasks(&b->rows); i++)
        ppo_cnn_rows_forward(&b->rows, b->features, b->strip, b->flat, b->params, b->packed, count,
                             i);
}

// ... and back; the features' gradient stands for what comes through their ReLU.
static void backward(bed *b, size_t count, float *tape)
{
    memset(b->partial, 0, ppo_cnn_partial_size(&b->cnn) * sizeof *b->partial);
    for (size_t i = 0; i < ppo_cnn_rows_prepare_tasks(&b->rows); i++)
        ppo_cnn_rows_prepare(&b->rows, b->space, b->dfeatures, count, i);
    for (size_t i = 0; i < ppo_cnn_rows_backward_tasks(&b->rows); i++)
        ppo_cnn_rows_backward(&b->rows, b->dflat, b->grad, b->space, b->strip, b->dfeatures,
                              b->flat, b->params, b->packed, count, i);
    ppo_cnn_backward(&b->cnn, b->partial, tape, b->working, b->params, b->packed, b->dflat,
                     b->pictures, count);
    for (size_t i = 0; i < b->cnn.num_steps; i++) {
        const ppo_conv *c = &b->cnn.steps[i].conv;
        if (b->cnn.steps[i].kind == PPO_CNN_CONVOLVE)
            ppo_cnn_collect_partials(&b->cnn, b->grad, b->partial, b->working, 1, i, 0,
                                     c->kernel * c->kernel * c->in_channels);
    }
}

// --- beside fp32 ---------------------------------------------------------------------------------

typedef struct distance {
    double relative; // |got - wanted| / |wanted|
    double cosine;   // of the angle between them
} distance;

static distance between(const float *got, const float *wanted, size_t count)
{
    double squares = 0.0, own = 0.0, product = 0.0, difference = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double g = (double)got[i], w = (double)wanted[i];
        squares += w * w;
        own += g * g;
        product += g * w;
        difference += (g - w) * (g - w);
    }
    assert_true(squares > 0.0 && own > 0.0);
    return (distance){sqrt(difference / squares), product / sqrt(squares * own)};
}

// Returns how far apart they are.
static double check(const network_case *c, const char *what, const float *got, const float *wanted,
                    size_t count, double bar)
{
    const distance d = between(got, wanted, count);
    if (!(d.relative < bar) || !(d.cosine > 1.0 - bar * bar))
        fail_msg("%s, %s: off by %.3g, cosine %.6f", c->name, what, d.relative, d.cosine);
    return d.relative;
}

// The largest distance among the tensors' gradients.
static double check_gradients(const bed *own, const float *wanted, double bar)
{
    double most = 0.0;
    for (size_t i = 0; i < own->layout.count; i++) {
        const ppo_param *p = &own->layout.list[i];
        most = fmax(most, check(own->which, p->name, own->grad + p->offset, wanted + p->offset,
                                ppo_param_count(p), bar));
    }
    return most;
}

static void check_beside_fp32(const network_case *c)
{
    const bool small = c->kind == NATURE;
    const double bar = small ? 0.008 : 0.016, gradient_bar = small ? 0.15 : 0.3;
    bed own, other;
    create(&own, c, true);
    create(&other, c, false);
    const size_t size = c->images * PPO_CNN_FEATURES(&own.cnn);
    forward(&own, c->images, own.tape);
    forward(&other, c->images, other.tape);
    const double features = check(c, "features", own.features, other.features, size, bar);
    backward(&own, c->images, own.tape);
    backward(&other, c->images, other.tape);
    const double gradient = check_gradients(&own, other.grad, gradient_bar);
    ppo_cnn_features(&own.cnn, own.features, own.flat, own.working, own.params, own.packed,
                     own.pictures, c->images);
    const double acting = check(c, "acting", own.features, other.features, size, bar);
    printf("%s beside fp32: features %.2g, acting %.2g, gradient %.2g\n", c->name, features, acting,
           gradient);
    release(&own);
    release(&other);
}

static void test_beside_fp32(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++)
        check_beside_fp32(&cases[i]);
}

// --- beside a reference --------------------------------------------------------------------------

// Weights as the network has them: rounded, those that meet the bytes after division by 255.
static double *rounded_values(const bed *b)
{
    double *values = new_doubles(b->params, b->layout.size);
    for (size_t i = 0; i < b->layout.count; i++) {
        const ppo_param *p = &b->layout.list[i];
        const double scale = i == 0 ? 255.0 : 1.0;
        for (size_t k = p->offset; p->rank > 1 && k < p->offset + ppo_param_count(p); k++)
            values[k] = scale * cnn_reference_rounded(values[k] / scale);
    }
    return values;
}

// The linear layer's part of the gradient; dflat is what it gives to the rest.
static void linear_back(const bed *b, const cnn_reference *reference, const double *values,
                        size_t n, double *grad, double *dflat)
{
    const ppo_cnn *cnn = &b->cnn;
    const size_t in = cnn->linear.in, out = cnn->linear.out;
    memset(dflat, 0, in * sizeof *dflat);
    for (size_t o = 0; o < out; o++) {
        const double dy = (double)b->dfeatures[n * out + o], rounded = cnn_reference_rounded(dy);
        grad[cnn->linear_bias + o] += dy;
        for (size_t i = 0; i < in; i++) {
            dflat[i] += rounded * values[cnn->linear_weight + o * in + i];
            grad[cnn->linear_weight + o * in + i] += rounded * reference->flat[i];
        }
    }
}

static void check_beside_reference(const network_case *c)
{
    bed b;
    create(&b, c, true);
    const size_t in = b.cnn.linear.in, out = b.cnn.linear.out;
    double *values = rounded_values(&b), *grad = new_doubles(NULL, b.layout.size);
    double *dflat = new_doubles(NULL, in), *y = new_doubles(NULL, out);
    float *features = zeros(c->images * out), *wanted = zeros(b.layout.size);
    for (size_t n = 0; n < c->images; n++) {
        cnn_reference reference =
            cnn_reference_forward_bf16(&b.cnn, c->kind, NAME, &b.layout, values,
                                       b.pictures + n * ppo_cnn_picture_bytes(&b.cnn));
        cnn_reference_features(&reference, y, values);
        linear_back(&b, &reference, values, n, grad, dflat);
        cnn_reference_backward(&reference, grad, values, dflat);
        cnn_reference_release(&reference);
        for (size_t o = 0; o < out; o++)
            features[n * out + o] = (float)y[o];
    }
    for (size_t k = 0; k < b.layout.size; k++)
        wanted[k] = (float)grad[k];
    forward(&b, c->images, b.tape);
    backward(&b, c->images, b.tape);
    const double forward =
        check(c, "features", b.features, features, c->images * out, c->reference);
    const double gradient = check_gradients(&b, wanted, c->reference);
    printf("%s beside a reference: features %.2g, gradient %.2g\n", c->name, forward, gradient);
    free(values);
    free(grad);
    free(dflat);
    free(y);
    free(features);
    free(wanted);
    release(&b);
}

static void test_beside_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++)
        if (cases[i].reference > 0.0)
            check_beside_reference(&cases[i]);
}

// --- the same bits -------------------------------------------------------------------------------

static void check_company(bed *b)
{
    const size_t images = b->which->images, out = PPO_CNN_FEATURES(&b->cnn);
    const size_t bytes = ppo_cnn_picture_bytes(&b->cnn), flat = ppo_cnn_flat_size(&b->cnn);
    float *alone = zeros(out), *own_flat = zeros(16 * flat);
    ppo_cnn_features(&b->cnn, b->features, b->flat, b->working, b->params, b->packed, b->pictures,
                     images);
    for (size_t n = 0; n < images; n++) {
        ppo_cnn_features(&b->cnn, alone, own_flat, b->working, b->params, b->packed,
                         b->pictures + n * bytes, 1);
        if (memcmp(alone, b->features + n * out, out * sizeof *alone) != 0)
            fail_msg("%s: picture %zu acts otherwise among others", b->which->name, n);
    }
    forward(b, images, NULL);
    for (size_t n = 0; n < images; n++) {
        ppo_cnn_forward(&b->cnn, own_flat, NULL, b->working, b->params, b->packed,
                        b->pictures + n * bytes, 1);
        if (memcmp(own_flat, b->flat + n * flat, flat * sizeof *own_flat) != 0)
            fail_msg("%s: picture %zu looks different among others", b->which->name, n);
    }
    free(alone);
    free(own_flat);
}

static void test_company(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        bed b;
        create(&b, &cases[i], true);
        check_company(&b);
        release(&b);
    }
}

// A smaller minibatch, after a larger one, is what it is alone; and the tape changes nothing.
static void test_tape_and_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        bed b, fresh;
        create(&b, &cases[i], true);
        create(&fresh, &cases[i], true);
        const size_t fewer = cases[i].images - 2, bytes = b.layout.size * sizeof *b.grad;
        forward(&b, cases[i].images, b.tape);
        backward(&b, cases[i].images, b.tape);
        forward(&b, fewer, b.tape);
        backward(&b, fewer, b.tape);
        forward(&fresh, fewer, NULL);
        backward(&fresh, fewer, NULL);
        assert_memory_equal(b.features, fresh.features,
                            fewer * PPO_CNN_FEATURES(&b.cnn) * sizeof *b.features);
        if (memcmp(b.grad, fresh.grad, bytes) != 0)
            fail_msg("%s: another gradient", cases[i].name);
        release(&b);
        release(&fresh);
    }
}

// --- without bf16 --------------------------------------------------------------------------------

static void check_refused(const char *what)
{
    ppo_error error = {0};
    ppo_cnn cnn;
    ppo_params layout = {0};
    size_t packed_size = 0;
    assert_int_equal(ppo_cnn_plan(&cnn, NAME, NATURE, 4, 84, 84, &layout, &packed_size, NULL),
                     PPO_OK);
    assert_int_equal(ppo_cnn_use_bf16(&cnn, &packed_size, &error), PPO_UNSUPPORTED);
    printf("%s\n", error.message);
    assert_non_null(strstr(error.message, what));
    assert_null(cnn.bf16);
    ppo_cnn_release(&cnn);
}

static void test_refusal(void **state)
{
    (void)state;
    check_refused("bf16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside_reference), cmocka_unit_test(test_beside_fp32),
        cmocka_unit_test(test_company), cmocka_unit_test(test_tape_and_count)};
    const struct CMUnitTest without[] = {cmocka_unit_test(test_refusal)};
    ppo_error error = {0};
    ppo_onednn *dnn = NULL;
    const ppo_onednn_module *api = ppo_onednn_load(&error);
    if (!api || api->open(&dnn, &error) != PPO_OK)
        return cmocka_run_group_tests(without, NULL, NULL);
    api->close(dnn);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
