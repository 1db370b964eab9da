// SPDX-License-Identifier: MIT
// Both convolutional networks against references in double precision, forward and backward, on
// small and on Atari's pictures; the reference's gradient against its own differences; the same
// bits with and without a kept tape, alone and among others.
#include "nn/cnn.h"

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

// A network with weights of ordinary size and some pictures.
typedef struct bed {
    const network_case *which;
    size_t images;
    ppo_cnn cnn;
    ppo_params layout;
    size_t packed_size;
    float *params, *packed, *working;
    double *values; // params
    uint8_t *pictures;
    float *flat, *dflat, *tape, *partial, *grad;
} bed;

static const uint8_t *picture(const bed *b, size_t n)
{
    return b->pictures + n * ppo_cnn_picture_bytes(&b->cnn);
}

static cnn_reference reference_of(const bed *b, size_t n)
{
    return cnn_reference_forward(&b->cnn, b->which->kind, NAME, &b->layout, b->values,
                                 picture(b, n));
}

// Random pictures, whose units all keep clear of their corners if a reference is to be equal.
static void draw_pictures(bed *b, bool clear, ppo_random *random)
{
    const size_t bytes = ppo_cnn_picture_bytes(&b->cnn);
    for (size_t n = 0; n < b->images; n++)
        for (double clearance = 0.0; clearance < CLEAR;) {
            for (size_t i = 0; i < bytes; i++)
                b->pictures[n * bytes + i] = (uint8_t)ppo_random_integers(random, 0, 256);
            clearance = INFINITY;
            if (clear) {
                cnn_reference reference = reference_of(b, n);
                clearance = reference.clearance;
                cnn_reference_release(&reference);
            }
        }
}

static void create(bed *b, const network_case *c, bool clear)
{
    ppo_random random;
    ppo_error error = {0};
    ppo_random_seed(&random, 51);
    memset(b, 0, sizeof *b);
    b->which = c;
    b->images = c->images;
    if (ppo_cnn_plan(&b->cnn, NAME, c->kind, c->channels, c->height, c->width, &b->layout,
                     &b->packed_size, &error) != PPO_OK)
        fail_msg("%s", error.message);
    b->params = calloc(b->layout.size, sizeof *b->params);
    b->pictures = calloc(c->images, ppo_cnn_picture_bytes(&b->cnn));
    assert_true(b->params && b->pictures);
    for (size_t i = 0; i < b->layout.count; i++) {
        const ppo_param *param = &b->layout.list[i];
        const double size = param->rank == 1 ? 0.1 : 1.5 / sqrt((double)ppo_param_inputs(param));
        fill_uniform(b->params + param->offset, ppo_param_count(param), &random, -size, size);
    }
    b->values = new_doubles(b->params, b->layout.size);
    b->packed = new_floats(b->packed_size);
    b->working = new_floats(ppo_cnn_working(&b->cnn));
    b->flat = new_floats(c->images * PPO_CNN_FLAT(&b->cnn));
    b->dflat = new_floats(c->images * PPO_CNN_FLAT(&b->cnn));
    b->tape = calloc(c->images * b->cnn.tape_size, sizeof *b->tape); // borders are zeros
    b->partial = calloc(b->cnn.partial_size, sizeof *b->partial);
    b->grad = calloc(b->layout.size, sizeof *b->grad);
    assert_true(b->tape && b->partial && b->grad);
    memset(b->working, 0, ppo_cnn_working(&b->cnn) * sizeof *b->working); // here too
    fill_uniform(b->dflat, c->images * PPO_CNN_FLAT(&b->cnn), &random, -1.0, 1.0);
    ppo_cnn_pack_all(&b->cnn, b->packed, b->params);
    draw_pictures(b, clear, &random);
}

static void release(bed *b)
{
    float *const all[] = {b->params, b->packed, b->working, b->flat,
                          b->dflat,  b->tape,   b->partial, b->grad};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    free(b->values);
    free(b->pictures);
}

static void forward(const bed *b, float *flat, float *tape)
{
    ppo_cnn_forward(&b->cnn, flat, tape, b->working, b->params, b->packed, b->pictures, b->images);
}

static void collect(const bed *b, float *partial, size_t count)
{
    for (size_t i = 0; i < b->cnn.num_steps; i++) {
        const ppo_conv *conv = &b->cnn.steps[i].conv;
        if (b->cnn.steps[i].kind != PPO_CNN_CONVOLVE)
            continue;
        const size_t rows = conv->kernel * conv->kernel * conv->in_channels;
        ppo_cnn_collect_partials(&b->cnn, b->grad, partial, b->working, count, i, 0, rows / 3);
        ppo_cnn_collect_partials(&b->cnn, b->grad, partial, b->working, count, i, rows / 3, rows);
    }
}

// Largest deviation, relative to the usual size of such values.
static double compare(const float *got, const double *wanted, size_t count)
{
    const double size = rms_of(wanted, count);
    double largest = 0.0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, relative_error(got[i], wanted[i], size));
    return largest;
}

// --- forward -------------------------------------------------------------------------------------

static double check_forward(bed *b)
{
    const size_t flat = PPO_CNN_FLAT(&b->cnn), features = PPO_CNN_FEATURES(&b->cnn);
    float *y = new_floats(b->images * features), *own_flat = new_floats(b->images * flat);
    double *wanted = new_doubles(NULL, features), largest = 0.0;
    forward(b, b->flat, NULL);
    ppo_cnn_features(&b->cnn, y, own_flat, b->working, b->params, b->packed, b->pictures,
                     b->images);
    assert_memory_equal(own_flat, b->flat, b->images * flat * sizeof *b->flat);
    for (size_t n = 0; n < b->images; n++) {
        cnn_reference reference = reference_of(b, n);
        cnn_reference_features(&reference, wanted, b->values);
        largest = fmax(largest, compare(b->flat + n * flat, reference.flat, flat));
        largest = fmax(largest, compare(y + n * features, wanted, features));
        cnn_reference_release(&reference);
    }
    free(wanted);
    free(own_flat);
    free(y);
    return largest;
}

// --- backward ------------------------------------------------------------------------------------

static double check_backward(bed *b)
{
    const size_t flat = PPO_CNN_FLAT(&b->cnn);
    double *wanted = new_doubles(NULL, b->layout.size);
    double *dflat = new_doubles(b->dflat, b->images * flat), largest = 0.0;
    for (size_t n = 0; n < b->images; n++) {
        cnn_reference reference = reference_of(b, n);
        cnn_reference_backward(&reference, wanted, b->values, dflat + n * flat);
        cnn_reference_release(&reference);
    }
    ppo_cnn_backward(&b->cnn, b->partial, NULL, b->working, b->params, b->packed, b->dflat,
                     b->pictures, b->images);
    collect(b, b->partial, 1);
    for (size_t i = 0; i + 2 < b->layout.count; i++) { // all but the linear layer's
        const ppo_param *p = &b->layout.list[i];
        const double error = compare(b->grad + p->offset, wanted + p->offset, ppo_param_count(p));
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
        bed b;
        create(&b, &cases[i], true);
        const double values = check_forward(&b), gradients = check_backward(&b);
        printf("%s, %zu channels of %zu x %zu: values %.2g, gradients %.2g\n",
               cases[i].kind == NATURE ? "nature" : "impala", cases[i].channels, cases[i].height,
               cases[i].width, values, gradients);
        assert_true(values < 1e-5);
        release(&b);
    }
}

// --- the reference against differences -----------------------------------------------------------

static double weighted_flat(void *context)
{
    const bed *b = context;
    double sum = 0.0;
    cnn_reference reference = reference_of(b, 0);
    for (size_t i = 0; i < PPO_CNN_FLAT(&b->cnn); i++)
        sum += (double)b->dflat[i] * reference.flat[i];
    cnn_reference_release(&reference);
    return sum;
}

// Some elements of every tensor; a network with few elements has all of them tried.
static void check_slopes(bed *b, size_t most)
{
    const size_t flat = PPO_CNN_FLAT(&b->cnn);
    double *grad = new_doubles(NULL, b->layout.size), *dflat = new_doubles(b->dflat, flat);
    ppo_random random;
    ppo_random_seed(&random, 52);
    cnn_reference reference = reference_of(b, 0);
    cnn_reference_backward(&reference, grad, b->values, dflat);
    cnn_reference_release(&reference);
    for (size_t i = 0; i + 2 < b->layout.count; i++) {
        const ppo_param *p = &b->layout.list[i];
        const size_t count = ppo_param_count(p), tried = count < most ? count : most;
        const double size = rms_of(grad + p->offset, count);
        for (size_t k = 0; k < tried; k++) {
            const size_t at =
                p->offset +
                (tried == count ? k : (size_t)ppo_random_integers(&random, 0, (int64_t)count));
            const double slope = central_difference(weighted_flat, b, &b->values[at], 1e-6);
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
        bed b;
        create(&b, &cases[small[i]], true);
        check_slopes(&b, 40);
        release(&b);
    }
}

// --- same bits -----------------------------------------------------------------------------------

// Kept activations and those made once more.
static void test_tape(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        bed b;
        create(&b, &cases[i], false);
        const size_t flat = PPO_CNN_FLAT(&b.cnn), size = b.cnn.partial_size;
        float *other_flat = new_floats(b.images * flat), *other = calloc(size, sizeof *other);
        assert_non_null(other);
        forward(&b, b.flat, NULL);
        ppo_cnn_backward(&b.cnn, b.partial, NULL, b.working, b.params, b.packed, b.dflat,
                         b.pictures, b.images);
        forward(&b, other_flat, b.tape);
        ppo_cnn_backward(&b.cnn, other, b.tape, b.working, b.params, b.packed, b.dflat, b.pictures,
                         b.images);
        assert_memory_equal(other_flat, b.flat, b.images * flat * sizeof *other_flat);
        assert_memory_equal(other, b.partial, size * sizeof *other);
        free(other);
        free(other_flat);
        release(&b);
    }
}

// Features of a picture alone; gradients of groups of pictures added in their order.
static void test_pictures_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        bed b;
        create(&b, &cases[i], false);
        const size_t flat = PPO_CNN_FLAT(&b.cnn), size = b.cnn.partial_size;
        float *alone = new_floats(flat), *partials = calloc(b.images * size, sizeof *partials);
        double *sum = new_doubles(NULL, b.layout.size);
        assert_non_null(partials);
        forward(&b, b.flat, NULL);
        for (size_t n = 0; n < b.images; n++) {
            ppo_cnn_forward(&b.cnn, alone, NULL, b.working, b.params, b.packed, picture(&b, n), 1);
            assert_memory_equal(alone, b.flat + n * flat, flat * sizeof *alone);
            ppo_cnn_backward(&b.cnn, partials + n * size, NULL, b.working, b.params, b.packed,
                             b.dflat + n * flat, picture(&b, n), 1);
            memcpy(b.partial, partials + n * size, size * sizeof *partials);
            collect(&b, b.partial, 1);
            for (size_t k = 0; k < b.layout.size; k++)
                sum[k] += (double)b.grad[k];
        }
        collect(&b, partials, b.images);
        assert_true(compare(b.grad, sum, b.layout.size) < 1e-5);
        free(sum);
        free(partials);
        free(alone);
        release(&b);
    }
}

// Packing some rows of a tensor is packing all of it, for those rows.
static void test_pack(void **state)
{
    (void)state;
    bed b;
    create(&b, &cases[5], false);
    float *packed = new_floats(b.packed_size);
    for (size_t i = 0; i < b.cnn.num_steps; i++) {
        const size_t out = b.cnn.steps[i].conv.out_channels;
        if (b.cnn.steps[i].kind != PPO_CNN_CONVOLVE)
            continue;
        ppo_cnn_pack_step(&b.cnn, packed, b.params, i, 5, out);
        ppo_cnn_pack_step(&b.cnn, packed, b.params, i, 0, 5);
    }
    assert_memory_equal(packed, b.packed, b.cnn.linear_packed * sizeof *packed);
    free(packed);
    release(&b);
}

// --- planning ------------------------------------------------------------------------------------

static void check_names(const network_case *c, const char *const *names, size_t count)
{
    bed b;
    create(&b, c, false);
    assert_int_equal(b.layout.count, 2 * count);
    for (size_t i = 0; i < count; i++) {
        char name[PPO_NAME_SIZE];
        snprintf(name, sizeof name, NAME ".%s.weight", names[i]);
        assert_string_equal(b.layout.list[2 * i].name, name);
        snprintf(name, sizeof name, NAME ".%s.bias", names[i]);
        assert_string_equal(b.layout.list[2 * i + 1].name, name);
        assert_int_equal(b.layout.list[2 * i].rank, i + 1 < count ? 4 : 2);
    }
    release(&b);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const nature[] = {"0", "2", "4", "7"};
    static const char *const impala[] = {"0", "1", "2",  "3",  "4",  "5",  "6",  "7",
                                         "8", "9", "10", "11", "12", "13", "14", "15"};
    check_names(&cases[0], nature, 4);
    check_names(&cases[4], impala, 16);
}

static void test_too_small(void **state)
{
    (void)state;
    static const network_case small[] = {
        {NATURE, 1, 35, 84, 1}, {NATURE, 1, 84, 35, 1}, {IMPALA, 1, 2, 9, 1}, {IMPALA, 1, 9, 2, 1}};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        static ppo_cnn cnn;
        static ppo_params layout;
        size_t packed = 0;
        ppo_error error = {0};
        assert_int_equal(ppo_cnn_plan(&cnn, NAME, small[i].kind, 1, small[i].height, small[i].width,
                                      &layout, &packed, &error),
                         PPO_INVALID);
        assert_non_null(strstr(error.message, "at least"));
    }
}

// Figures of the papers' shapes.
static void test_counting(void **state)
{
    (void)state;
    static ppo_cnn cnn;
    static ppo_params layout;
    size_t packed = 0;
    assert_int_equal(ppo_cnn_plan(&cnn, NAME, NATURE, 4, 84, 84, &layout, &packed, NULL), PPO_OK);
    const size_t c1 = 20 * 20 * 32 * 4 * 64, c2 = 9 * 9 * 64 * 32 * 16, c3 = 7 * 7 * 64 * 64 * 9;
    assert_int_equal(PPO_CNN_FLAT(&cnn), 3136);
    assert_int_equal(ppo_cnn_forward_macs(&cnn), c1 + c2 + c3 + 3136 * 512);
    assert_int_equal(ppo_cnn_backward_macs(&cnn), c1 + 2 * (c2 + c3 + 3136 * 512));
    assert_int_equal(ppo_cnn_plan(&cnn, NAME, IMPALA, 4, 84, 84, &layout, &packed, NULL), PPO_OK);
    assert_int_equal(PPO_CNN_FLAT(&cnn), 11 * 11 * 32);
    assert_int_equal(PPO_CNN_FEATURES(&cnn), 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references), cmocka_unit_test(test_slopes),
        cmocka_unit_test(test_tape),       cmocka_unit_test(test_pictures_alone),
        cmocka_unit_test(test_pack),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_too_small),  cmocka_unit_test(test_counting)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
