// SPDX-License-Identifier: MIT
// Strips of the linear layer. In bf16 each product is one of oneDNN's over all rows of the largest
// minibatch: what a smaller one lacks has a gradient of zeros.
#include "nn/cnn_linear.h"

#include "core/error.h"
#include "nn/bf16.h"
#include "nn/cnn_bf16.h"

#include <string.h>

#define OUT_STRIP 64  // columns of y in a task: as many rows of weights become bf16 there
#define IN_STRIP  256 // columns of x
#define CHUNK     64  // rows of dy that a task prepares

static bool is_bf16(const ppo_cnn_rows *rows)
{
    return rows->cnn->bf16 != NULL;
}

static size_t parts(size_t whole, size_t part)
{
    return (whole + part - 1) / part;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// --- planning ------------------------------------------------------------------------------------

static ppo_status plan_product(ppo_cnn_rows *rows, size_t *op, ppo_onednn_product product,
                               ppo_error *error)
{
    const ppo_cnn_bf16 *b = rows->cnn->bf16;
    PPO_TRY(b->api->product(b->dnn, op, &product, error));
    const size_t floats = b->api->scratch_bytes(b->dnn, *op) / sizeof(float) + 1;
    rows->working_size = floats > rows->working_size ? floats : rows->working_size;
    return PPO_OK;
}

// dx and dweight for a strip of `width` columns.
static ppo_status plan_strip(ppo_cnn_rows *rows, size_t which, size_t width, ppo_error *error)
{
    const size_t in = rows->cnn->linear.in, out = rows->cnn->linear.out, count = rows->max_count;
    const ppo_onednn_product data = {.m = count,
                                     .n = width,
                                     .k = out,
                                     .a_row = out,
                                     .a_column = 1,
                                     .b_row = in,
                                     .b_column = 1,
                                     .c_row = in};
    const ppo_onednn_product weights = {.m = out,
                                        .n = width,
                                        .k = count,
                                        .a_row = count,
                                        .a_column = 1,
                                        .b_row = in,
                                        .b_column = 1,
                                        .c_row = in,
                                        .c_fp32 = true};
    PPO_TRY(plan_product(rows, &rows->data[which], data, error));
    return plan_product(rows, &rows->weights[which], weights, error);
}

static ppo_status plan_bf16(ppo_cnn_rows *rows, ppo_error *error)
{
    const size_t in = rows->cnn->linear.in, out = rows->cnn->linear.out;
    const ppo_onednn_product forward = {.m = rows->max_count,
                                        .n = OUT_STRIP,
                                        .k = in,
                                        .a_row = in,
                                        .a_column = 1,
                                        .b_row = 1,
                                        .b_column = in,
                                        .c_row = out,
                                        .c_fp32 = true,
                                        .bias_relu = true};
    PPO_TRY(plan_product(rows, &rows->forward, forward, error));
    if (in >= IN_STRIP)
        PPO_TRY(plan_strip(rows, 0, IN_STRIP, error));
    return in % IN_STRIP ? plan_strip(rows, 1, in % IN_STRIP, error) : PPO_OK;
}

// dy as it lies and transposed.
ppo_status ppo_cnn_rows_plan(ppo_cnn_rows *rows, const ppo_cnn *cnn, size_t max_count,
                             ppo_error *error)
{
    *rows = (ppo_cnn_rows){.cnn = cnn, .max_count = max_count};
    rows->working_size = ppo_linear_working();
    if (!is_bf16(rows))
        return PPO_OK;
    rows->working_size = 0;
    rows->space_size = max_count * cnn->linear.out; // two arrays of numbers half as wide as floats
    return plan_bf16(rows, error);
}

size_t ppo_cnn_rows_forward_tasks(const ppo_cnn_rows *rows)
{
    return is_bf16(rows) ? parts(rows->cnn->linear.out, OUT_STRIP)
                         : ppo_linear_forward_strips(&rows->cnn->linear);
}

size_t ppo_cnn_rows_prepare_tasks(const ppo_cnn_rows *rows)
{
    return is_bf16(rows) ? parts(rows->max_count, CHUNK) : 0;
}

size_t ppo_cnn_rows_backward_tasks(const ppo_cnn_rows *rows)
{
    return is_bf16(rows) ? parts(rows->cnn->linear.in, IN_STRIP)
                         : ppo_linear_backward_strips(&rows->cnn->linear);
}

// --- running -------------------------------------------------------------------------------------

static void run(const ppo_cnn_rows *rows, size_t op, void *const *operands, float *working)
{
    const ppo_cnn_bf16 *b = rows->cnn->bf16;
    b->api->run(b->dnn, op, operands, working);
}

static ppo_bf16 *weight_copy(const ppo_cnn_rows *rows, float *packed)
{
    return ppo_bf16_in(packed + rows->cnn->bf16->linear_copy);
}

static void forward_bf16(const ppo_cnn_rows *rows, float *features, float *working,
                         const float *flat, const float *params, float *packed, size_t task)
{
    const ppo_cnn *cnn = rows->cnn;
    const size_t in = cnn->linear.in, first = task * OUT_STRIP;
    ppo_bf16 *weight = weight_copy(rows, packed) + first * in;
    ppo_bf16_from_floats(weight, params + cnn->linear_weight + first * in, OUT_STRIP * in);
    void *const operands[] = {ppo_onednn_operand(flat), weight, features + first,
                              ppo_onednn_operand(params + cnn->linear_bias + first)};
    run(rows, rows->forward, operands, working);
}

void ppo_cnn_rows_forward(const ppo_cnn_rows *rows, float *features, float *working,
                          const float *flat, const float *params, float *packed, size_t count,
                          size_t task)
{
    const ppo_cnn *cnn = rows->cnn;
    if (is_bf16(rows))
        forward_bf16(rows, features, working, flat, params, packed, task);
    else
        ppo_linear_forward(&cnn->linear, features, working, flat, params + cnn->linear_weight,
                           params + cnn->linear_bias, count, task);
}

void ppo_cnn_rows_prepare(const ppo_cnn_rows *rows, float *space, const float *dfeatures,
                          size_t count, size_t task)
{
    const size_t out = rows->cnn->linear.out, first = task * CHUNK, all = rows->max_count;
    const size_t height = least(CHUNK, all - first);
    const size_t filled = first < count ? least(height, count - first) : 0;
    ppo_bf16 *dy = ppo_bf16_in(space) + first * out,
             *turned = ppo_bf16_in(space) + all * out + first;
    ppo_bf16_from_floats(dy, dfeatures + first * out, filled * out);
    memset(dy + filled * out, 0, (height - filled) * out * sizeof *dy);
    ppo_bf16_transpose(turned, all, dy, out, height, out);
}

static void backward_bf16(const ppo_cnn_rows *rows, float *dflat, float *grad, float *space,
                          float *working, const float *flat, const float *packed, size_t task)
{
    const ppo_cnn *cnn = rows->cnn;
    const size_t in = cnn->linear.in, out = cnn->linear.out, first = task * IN_STRIP;
    const size_t which = in - first < IN_STRIP;
    ppo_bf16 *dy = ppo_bf16_in(space), *turned = dy + rows->max_count * out;
    void *const to_data[] = {dy, weight_copy(rows, ppo_onednn_operand(packed)) + first,
                             ppo_bf16_in(dflat) + first};
    void *const to_weights[] = {turned, ppo_bf16_in(ppo_onednn_operand(flat)) + first,
                                grad + cnn->linear_weight + first};
    run(rows, rows->data[which], to_data, working);
    run(rows, rows->weights[which], to_weights, working);
}

void ppo_cnn_rows_backward(const ppo_cnn_rows *rows, float *dflat, float *grad, float *space,
                           float *working, const float *dfeatures, const float *flat,
                           const float *params, const float *packed, size_t count, size_t task)
{
    const ppo_cnn *cnn = rows->cnn;
    if (task == 0)
        ppo_linear_backward_bias(&cnn->linear, grad + cnn->linear_bias, dfeatures, count);
    if (is_bf16(rows))
        backward_bf16(rows, dflat, grad, space, working, flat, packed, task);
    else
        ppo_linear_backward(&cnn->linear, dflat, grad + cnn->linear_weight, working, dfeatures,
                            flat, params + cnn->linear_weight, count, task);
}
