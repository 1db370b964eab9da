// SPDX-License-Identifier: MIT
// oneDNN's operations against loops, in fp32, which every processor has: products with every order
// of their operands, convolutions with padding, stride and both ways of finishing, pooling. Passes
// where the module is absent, saying so.
#include "nn/bf16_ops.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const ppo_onednn_module *api;
static ppo_onednn *dnn;
static ppo_random random_state;

static void *zeros(size_t count)
{
    const size_t bytes = (count * sizeof(float) + 127) / 64 * 64;
    void *x = aligned_alloc(64, bytes);
    assert_non_null(x);
    return memset(x, 0, bytes);
}

static float *numbers(size_t count)
{
    float *x = zeros(count);
    fill_uniform(x, count, &random_state, -1.0, 1.0);
    return x;
}

static void run(size_t op, const ppo_onednn_operand *operands)
{
    void *scratch = zeros(api->scratch_bytes(dnn, op) / sizeof(float) + 16);
    api->run(dnn, op, operands, scratch);
    free(scratch);
}

static void check(const char *what, double got, double wanted)
{
    if (!(relative_error(got, wanted, 1.0) < 1e-5))
        fail_msg("%s: %.9g, not %.9g", what, got, wanted);
}

// --- products ------------------------------------------------------------------------------------

// `packed`: b in oneDNN's own order; `across`: a is transposed in memory.
static void check_product(size_t m, size_t n, size_t k, bool packed, bool across, bool bias_relu)
{
    const ppo_onednn_product p = {.type = PPO_ONEDNN_FP32,
                                  .m = m,
                                  .n = n,
                                  .k = k,
                                  .a_row = across ? 1 : k,
                                  .a_column = across ? m : 1,
                                  .b_row = packed ? 0 : n,
                                  .b_column = packed ? 0 : 1,
                                  .c_row = n + 3,
                                  .c_fp32 = true,
                                  .bias_relu = bias_relu};
    float *a = numbers(m * k), *b = numbers(k * n), *bias = numbers(n), *c = zeros(m * (n + 3));
    size_t op, pack;
    ppo_error error = {0};
    if (api->product(dnn, &op, &p, &error) != PPO_OK)
        fail_msg("%s", error.message);
    float *own_order = zeros(api->operand_bytes(dnn, op, 1) / sizeof(float) + 1);
    if (packed) {
        assert_int_equal(api->pack_matrix(dnn, &pack, op, n, 1, &error), PPO_OK);
        run(pack, (ppo_onednn_operand[]){{.read = b}, {.write = own_order}});
    }
    run(op, (ppo_onednn_operand[]){
                {.read = a}, {.read = packed ? own_order : b}, {.write = c}, {.read = bias}});
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = bias_relu ? (double)bias[j] : 0.0;
            for (size_t l = 0; l < k; l++)
                sum += (double)a[i * p.a_row + l * p.a_column] * (double)b[l * n + j];
            check("product", c[i * (n + 3) + j], bias_relu ? fmax(sum, 0.0) : sum);
        }
    free(a);
    free(b);
    free(bias);
    free(c);
    free(own_order);
}

static void test_products(void **state)
{
    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        check_product(8, 64, 96, kind & 1, kind & 2, kind & 4);
        check_product(5, 7, 33, kind & 1, kind & 2, kind & 4);
    }
}

// --- convolutions --------------------------------------------------------------------------------

typedef struct conv_case {
    size_t images, height, width, in, out, kernel, stride, padding;
    bool relu, add;
} conv_case;

static const conv_case conv_cases[] = {
    {2, 9, 7, 16, 32, 3, 1, 0, false, false},
    {3, 8, 8, 16, 16, 3, 1, 1, true, false},
    {1, 10, 12, 32, 16, 4, 2, 0, true, false},
    {2, 5, 6, 16, 16, 3, 1, 1, false, true},
};

typedef struct conv {
    const conv_case *c;
    size_t out_height, out_width;
    float *x, *w, *b, *y, *dy; // w [kernel, kernel, in, out]
} conv;

// What input pixel (oy, ox) and the tap (ky, kx) of image n refer to; NULL in the padding.
static float *pixel(const conv *v, float *x, size_t n, size_t oy, size_t ox, size_t ky, size_t kx)
{
    const conv_case *c = v->c;
    const size_t row = oy * c->stride + ky, column = ox * c->stride + kx;
    if (row < c->padding || row >= c->height + c->padding || column < c->padding ||
        column >= c->width + c->padding)
        return NULL;
    return x + ((n * c->height + row - c->padding) * c->width + column - c->padding) * c->in;
}

// Calls f for each triple (element of x, element of w, element of y) of the sum.
static void each_term(const conv *v, double *dx, double *dw, double *y)
{
    const conv_case *c = v->c;
    for (size_t p = 0; p < c->images * v->out_height * v->out_width; p++)
        for (size_t tap = 0; tap < c->kernel * c->kernel; tap++) {
            const size_t n = p / (v->out_height * v->out_width);
            const size_t oy = p / v->out_width % v->out_height, ox = p % v->out_width;
            const float *x = pixel(v, v->x, n, oy, ox, tap / c->kernel, tap % c->kernel);
            for (size_t i = 0; x && i < c->in; i++)
                for (size_t o = 0; o < c->out; o++) {
                    const size_t weight = (tap * c->in + i) * c->out + o;
                    y[p * c->out + o] += (double)x[i] * (double)v->w[weight];
                    dw[weight] += (double)x[i] * (double)v->dy[p * c->out + o];
                    dx[x + i - v->x] += (double)v->w[weight] * (double)v->dy[p * c->out + o];
                }
        }
}

static void check_conv(const conv_case *c)
{
    conv v = {.c = c,
              .out_height = (c->height + 2 * c->padding - c->kernel) / c->stride + 1,
              .out_width = (c->width + 2 * c->padding - c->kernel) / c->stride + 1};
    const ppo_onednn_conv_shape shape = {.type = PPO_ONEDNN_FP32,
                                         .images = c->images,
                                         .height = c->height,
                                         .width = c->width,
                                         .in_channels = c->in,
                                         .out_channels = c->out,
                                         .kernel = c->kernel,
                                         .stride = c->stride,
                                         .padding = c->padding,
                                         .relu = c->relu,
                                         .add = c->add};
    const size_t xs = c->images * c->height * c->width * c->in;
    const size_t ys = c->images * v.out_height * v.out_width * c->out;
    const size_t ws = c->kernel * c->kernel * c->in * c->out;
    ppo_error error = {0};
    size_t op[3], pack[2], unpack;
    float *packed[2], *dw, *dx = zeros(xs), *db = zeros(c->out), *plain = zeros(ws);
    v.x = numbers(xs);
    v.w = numbers(ws);
    v.b = numbers(c->out);
    v.y = numbers(ys);
    v.dy = numbers(ys);
    double *wanted_y = new_doubles(NULL, ys), *wanted_dx = new_doubles(NULL, xs);
    double *wanted_dw = new_doubles(NULL, ws), *before = new_doubles(v.y, ys);
    for (size_t i = 0; i < 3; i++)
        if (api->conv(dnn, &op[i], (ppo_onednn_conv_kind)i, &shape, &error) != PPO_OK)
            fail_msg("%s", error.message);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(api->pack(dnn, &pack[i], op[i], &error), PPO_OK);
        packed[i] = zeros(api->operand_bytes(dnn, op[i], 1) / sizeof(float) + 1);
        run(pack[i], (ppo_onednn_operand[]){{.read = v.w}, {.write = packed[i]}});
    }
    dw = zeros(api->operand_bytes(dnn, op[2], 1) / sizeof(float) + 1);
    assert_int_equal(api->unpack(dnn, &unpack, op[2], &error), PPO_OK);
    run(op[0],
        (ppo_onednn_operand[]){{.read = v.x}, {.read = packed[0]}, {.read = v.b}, {.write = v.y}});
    run(op[1], (ppo_onednn_operand[]){{.write = dx}, {.read = packed[1]}, {.read = v.dy}});
    run(op[2], (ppo_onednn_operand[]){{.read = v.x}, {.write = dw}, {.write = db}, {.read = v.dy}});
    run(unpack, (ppo_onednn_operand[]){{.read = dw}, {.write = plain}});

    each_term(&v, wanted_dx, wanted_dw, wanted_y);
    for (size_t i = 0; i < ys; i++) {
        const double sum = wanted_y[i] + (double)v.b[i % c->out] + (c->add ? before[i] : 0.0);
        check("y", v.y[i], c->relu ? fmax(sum, 0.0) : sum);
    }
    for (size_t i = 0; i < xs; i++)
        check("dx", dx[i], wanted_dx[i]);
    for (size_t i = 0; i < ws; i++)
        check("dw", plain[i], wanted_dw[i]);
    for (size_t o = 0; o < c->out; o++) {
        double sum = 0.0;
        for (size_t i = o; i < ys; i += c->out)
            sum += (double)v.dy[i];
        check("db", db[o], sum);
    }
    float *const floats[] = {v.x, v.w, v.b, v.y, v.dy, packed[0], packed[1], dw, dx, db, plain};
    double *const doubles[] = {wanted_y, wanted_dx, wanted_dw, before};
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
        free(floats[i]);
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        free(doubles[i]);
}

static void test_convolutions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof conv_cases / sizeof *conv_cases; i++)
        check_conv(&conv_cases[i]);
}

// --- pooling -------------------------------------------------------------------------------------

static void test_pooling(void **state)
{
    (void)state;
    enum { H = 7, W = 10, C = 16, OH = 4, OW = 5 };
    const ppo_onednn_conv_shape shape = {
        .type = PPO_ONEDNN_FP32, .images = 1, .height = H, .width = W, .in_channels = C};
    float *x = numbers(H * W * C), *y = zeros(OH * OW * C), *dx = zeros(H * W * C);
    float *dy = numbers(OH * OW * C);
    double *wanted = new_doubles(NULL, H * W * C);
    size_t forward, back;
    assert_int_equal(api->pool(dnn, &forward, PPO_ONEDNN_POOL_FORWARD, &shape, NULL), PPO_OK);
    assert_int_equal(api->pool(dnn, &back, PPO_ONEDNN_POOL_BACK, &shape, NULL), PPO_OK);
    float *argmax = zeros(api->operand_bytes(dnn, forward, 2) / sizeof(float) + 1);
    run(forward, (ppo_onednn_operand[]){{.read = x}, {.write = y}, {.write = argmax}});
    run(back, (ppo_onednn_operand[]){{.write = dx}, {.read = argmax}, {.read = dy}});
    for (size_t o = 0; o < OH * OW * C; o++) {
        const size_t c = o % C, oy = o / C / OW, ox = o / C % OW;
        size_t best = SIZE_MAX;
        for (size_t row = oy ? 2 * oy - 1 : 0; row < 2 * oy + 2 && row < H; row++)
            for (size_t col = ox ? 2 * ox - 1 : 0; col < 2 * ox + 2 && col < W; col++) {
                const size_t at = (row * W + col) * C + c;
                best = best == SIZE_MAX || x[at] > x[best] ? at : best;
            }
        assert_true(y[o] == x[best]);
        wanted[best] += (double)dy[o];
    }
    for (size_t i = 0; i < H * W * C; i++)
        check("dx", dx[i], wanted[i]);
    float *const all[] = {x, y, dx, dy, argmax};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    free(wanted);
}

// --- what it says --------------------------------------------------------------------------------

static void test_description(void **state)
{
    (void)state;
    char text[256];
    ppo_onednn_describe(text, sizeof text);
    assert_non_null(strstr(text, "oneDNN"));
}

static void test_absent(void **state)
{
    (void)state;
    char text[256];
    ppo_onednn_describe(text, sizeof text);
    assert_non_null(strstr(text, "absent"));
    printf("left out: %s\n", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products), cmocka_unit_test(test_convolutions),
        cmocka_unit_test(test_pooling), cmocka_unit_test(test_description)};
    const struct CMUnitTest without[] = {cmocka_unit_test(test_absent)};
    ppo_error error = {0};
    ppo_random_seed(&random_state, 91);
    api = ppo_onednn_load(&error);
    if (!api)
        return cmocka_run_group_tests(without, NULL, NULL);
    if (api->open(&dnn, PPO_ONEDNN_FP32, &error) != PPO_OK) {
        printf("%s\n", error.message);
        return 1;
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api->close(dnn);
    return failed;
}
