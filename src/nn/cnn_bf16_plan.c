// SPDX-License-Identifier: MIT
// Makes a bf16 network's operations and plans its arrays. See cnn_bf16.h.
#include "nn/cnn_bf16.h"

#include "core/error.h"
#include "nn/bf16_conv.h"

#include <stdio.h>
#include <stdlib.h>

// Images of a tile while acting and while learning. The small network keeps its activations anyway,
// and large operations cost less; an image of the large one has a megabyte of them.
#define ACTING_IMAGES         4
#define LEARNING_IMAGES_SMALL 16
#define LEARNING_IMAGES_LARGE 4

#define LINE         64 // bytes of a cache line
#define MAX_CHANNELS 64

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t whole_lines(size_t bytes)
{
    return (bytes + LINE - 1) / LINE * LINE;
}

static size_t take(size_t *size, size_t bytes)
{
    const size_t offset = *size;
    *size += whole_lines(bytes);
    return offset;
}

// Elements of a plane, without its border.
static size_t plane_count(const ppo_plane *plane)
{
    return plane->height * plane->width * plane->channels;
}

ppo_bf16_working ppo_bf16_cut_working(const ppo_cnn *cnn, const ppo_bf16_minibatch *b)
{
    const ppo_bf16_network *net = cnn->own;
    const size_t images = b ? b->forward.images : net->acting.images;
    const size_t saved = images * net->saved_size * sizeof(ppo_bf16);
    ppo_bf16_working w;
    size_t size = 0;
    w.input = take(&size, images * net->input_size * sizeof(ppo_bf16));
    w.saved = take(&size, b && cnn->shape.keeps_saved ? 0 : saved);
    w.dsaved = take(&size, b ? saved : 0);
    w.dweight = take(&size, b ? b->dweight_count * sizeof(float) : 0);
    w.plain_dweight = take(&size, b ? b->dweight_count * sizeof(float) : 0);
    w.dbias = take(&size, b ? MAX_CHANNELS * sizeof(float) : 0);
    w.flat = take(&size, b ? 0 : PPO_CNN_ACTING_ROWS * PPO_CNN_FLAT(cnn) * sizeof(ppo_bf16));
    w.features = take(&size, b ? 0 : PPO_BF16_ROWS * PPO_CNN_FEATURES(cnn) * sizeof(float));
    w.scratch = take(&size, b ? b->scratch_bytes : net->scratch_bytes);
    w.end = size;
    return w;
}

// --- operations ----------------------------------------------------------------------------------

// A plane has a border where the convolution after it is padded.
static ppo_onednn_conv_shape conv_shape(const ppo_cnn_shape *shape, size_t index, size_t images)
{
    const ppo_cnn_step *step = &shape->steps[index];
    const ppo_plane *in = &shape->planes[step->input];
    return (ppo_onednn_conv_shape){.images = images,
                                   .height = in->height,
                                   .width = in->width,
                                   .in_channels = in->channels,
                                   .out_channels = step->conv.out_channels,
                                   .kernel = step->conv.kernel,
                                   .stride = step->conv.stride,
                                   .padding = in->border,
                                   .relu = step->relu,
                                   .add = ppo_bf16_conv_adds(shape, index)};
}

// The second convolution of a residual block adds to the block's input.
bool ppo_bf16_conv_adds(const ppo_cnn_shape *shape, size_t index)
{
    const ppo_cnn_step *step = &shape->steps[index], *next = step + 1;
    return index + 1 < shape->num_steps && next->kind == PPO_CNN_ADD &&
           next->output == step->output;
}

// Packing the weights of operation `of`. Each packing has scratch memory of its own, so that all
// may run at once.
static ppo_status plan_weights(const ppo_bf16_network *net, ppo_bf16_weights *weights, size_t of,
                               size_t *packed_bytes, ppo_error *error)
{
    PPO_TRY(net->api->pack(net->dnn, &weights->pack, of, error));
    weights->packed = take(packed_bytes, net->api->operand_bytes(net->dnn, of, 1));
    weights->scratch = take(packed_bytes, net->api->scratch_bytes(net->dnn, weights->pack));
    return PPO_OK;
}

static void need_scratch(const ppo_bf16_network *net, size_t *bytes, size_t op)
{
    *bytes = most(*bytes, net->api->scratch_bytes(net->dnn, op));
}

static ppo_status plan_forward(const ppo_bf16_network *net, const ppo_cnn_shape *shape,
                               ppo_bf16_forward *forward, size_t *packed_bytes,
                               size_t *scratch_bytes, ppo_error *error)
{
    for (size_t i = 0; i < shape->num_steps; i++) {
        const ppo_onednn_conv_shape s = conv_shape(shape, i, forward->images);
        size_t *op = &forward->op[i];
        if (shape->steps[i].kind == PPO_CNN_CONV) {
            PPO_TRY(net->api->conv(net->dnn, op, PPO_ONEDNN_CONV_FORWARD, &s, error));
            PPO_TRY(plan_weights(net, &forward->weights[i], *op, packed_bytes, error));
        } else if (shape->steps[i].kind == PPO_CNN_MAX_POOL) {
            PPO_TRY(net->api->pool(net->dnn, op, PPO_ONEDNN_POOL_FORWARD, &s, error));
        } else {
            continue;
        }
        need_scratch(net, scratch_bytes, *op);
    }
    return PPO_OK;
}

// --- a network -----------------------------------------------------------------------------------

// Planes and what max pooling notes, by elements per image, in whole cache lines.
static void lay_out_planes(ppo_bf16_network *net, const ppo_cnn_shape *shape)
{
    const size_t line = LINE / sizeof(ppo_bf16);
    const ppo_plane *planes = shape->planes;
    net->input_size = (plane_count(&planes[0]) + line - 1) / line * line;
    for (size_t i = 1; i < shape->num_planes; i++) {
        net->plane[i] = net->saved_size;
        net->saved_size += (plane_count(&planes[i]) + line - 1) / line * line;
    }
    for (size_t i = 0; i < shape->num_steps; i++) {
        if (shape->steps[i].kind != PPO_CNN_MAX_POOL)
            continue;
        const size_t bytes = net->api->operand_bytes(net->dnn, net->acting.op[i], 2);
        const size_t count = bytes / sizeof(ppo_bf16) / net->acting.images + 1;
        net->argmax[i] = net->saved_size;
        net->saved_size += (count + line - 1) / line * line;
    }
}

// The linear layer while acting: features of PPO_BF16_ROWS rows.
static ppo_status plan_acting_linear(ppo_bf16_network *net, const ppo_cnn *cnn,
                                     size_t *packed_bytes, ppo_error *error)
{
    const size_t in = PPO_CNN_FLAT(cnn), out = PPO_CNN_FEATURES(cnn);
    const ppo_onednn_product product = {.m = PPO_BF16_ROWS,
                                        .n = out,
                                        .k = in,
                                        .a_row = in,
                                        .a_column = 1,
                                        .c_row = out,
                                        .c_fp32 = true,
                                        .bias_relu = true};
    ppo_bf16_weights *weights = &net->linear_weights;
    PPO_TRY(net->api->product(net->dnn, &net->linear, &product, error));
    PPO_TRY(net->api->pack_matrix(net->dnn, &weights->pack, net->linear, 1, in, error));
    weights->packed = take(packed_bytes, net->api->operand_bytes(net->dnn, net->linear, 1));
    weights->scratch = take(packed_bytes, net->api->scratch_bytes(net->dnn, weights->pack));
    need_scratch(net, &net->scratch_bytes, net->linear);
    return PPO_OK;
}

ppo_status ppo_bf16_plan(ppo_cnn *cnn, const char *name, ppo_arena *arena, ppo_error *error)
{
    const ppo_cnn_shape *shape = &cnn->shape;
    char label[PPO_NAME_SIZE];
    size_t plain_size = 0, packed_bytes = 0;
    ppo_error why = {0};
    const ppo_onednn_module *api = ppo_onednn_load(&why);
    if (!api)
        return ppo_fail(error, why.status, "%s; or set precision to fp32", why.message);
    ppo_bf16_network *net = cnn->own = calloc(1, sizeof *net);
    if (!net)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a bf16 network");
    net->api = api;
    net->acting.images = ACTING_IMAGES;
    PPO_TRY(api->open(&net->dnn, PPO_ONEDNN_BF16, error));
    for (size_t i = 0; i < shape->num_steps; i++) {
        if (shape->steps[i].kind != PPO_CNN_CONV)
            continue;
        net->convs[net->num_convs++] = i;
        net->plain_at[i] = plain_size;
        plain_size += ppo_param_align(ppo_conv_weights(&shape->steps[i].conv));
    }
    PPO_TRY(plan_forward(net, shape, &net->acting, &packed_bytes, &net->scratch_bytes, error));
    PPO_TRY(plan_acting_linear(net, cnn, &packed_bytes, error));
    lay_out_planes(net, shape);
    snprintf(label, sizeof label, "policy.%.16s.plain", name);
    PPO_ARENA_ADD(arena, &net->plain, label, "ppo_policy_pack", PPO_ROLE_SCRATCH, PPO_F32,
                  plain_size);
    snprintf(label, sizeof label, "policy.%.16s.packed", name);
    PPO_ARENA_ADD(arena, &net->packed, label, "ppo_policy_pack", PPO_ROLE_SCRATCH, PPO_U8,
                  packed_bytes);
    cnn->acting_bytes = ppo_bf16_cut_working(cnn, NULL).end;
    return PPO_OK;
}

void ppo_bf16_release(ppo_cnn *cnn)
{
    ppo_bf16_network *net = cnn->own;
    if (net)
        net->api->close(net->dnn);
    free(net);
}

// --- a minibatch ---------------------------------------------------------------------------------

// Which products compute the gradient of a convolution's weights, and in how many floats.
static ppo_status plan_weights_back(const ppo_bf16_network *net, ppo_bf16_minibatch *b,
                                    const ppo_conv *conv, const ppo_onednn_conv_shape *s, size_t i,
                                    ppo_error *error)
{
    ppo_bf16_backward *back = &b->back;
    back->own_weights[i] = ppo_bf16_conv_serves(conv, s->padding);
    if (back->own_weights[i]) {
        back->partial_count[i] = ppo_conv_weights(conv);
        b->scratch_bytes = most(b->scratch_bytes, ppo_bf16_conv_scratch_bytes(conv));
        return PPO_OK;
    }
    PPO_TRY(net->api->conv(net->dnn, &back->weights[i], PPO_ONEDNN_CONV_WEIGHTS, s, error));
    PPO_TRY(net->api->unpack(net->dnn, &back->unpack[i], back->weights[i], error));
    need_scratch(net, &b->scratch_bytes, back->weights[i]);
    need_scratch(net, &b->scratch_bytes, back->unpack[i]);
    const size_t bytes = net->api->operand_bytes(net->dnn, back->weights[i], 1);
    back->partial_count[i] = (bytes + sizeof(float) - 1) / sizeof(float);
    return PPO_OK;
}

// The first convolution's input needs no gradient.
static ppo_status plan_conv_back(const ppo_bf16_network *net, ppo_bf16_minibatch *b,
                                 const ppo_cnn_shape *shape, size_t i, size_t *packed_bytes,
                                 ppo_error *error)
{
    ppo_bf16_backward *back = &b->back;
    const ppo_onednn_conv_shape s = conv_shape(shape, i, b->forward.images);
    if (shape->steps[i].input != 0) {
        PPO_TRY(net->api->conv(net->dnn, &back->data[i], PPO_ONEDNN_CONV_DATA, &s, error));
        PPO_TRY(plan_weights(net, &back->data_weights[i], back->data[i], packed_bytes, error));
        need_scratch(net, &b->scratch_bytes, back->data[i]);
    }
    PPO_TRY(plan_weights_back(net, b, &shape->steps[i].conv, &s, i, error));
    back->partial_weight[i] = b->partial_size;
    back->partial_bias[i] = b->partial_size + ppo_param_align(back->partial_count[i]);
    b->partial_size = back->partial_bias[i] + ppo_param_align(s.out_channels);
    b->dweight_count = most(b->dweight_count, back->partial_count[i]);
    b->dweight_count = most(b->dweight_count, ppo_conv_weights(&shape->steps[i].conv));
    return PPO_OK;
}

static ppo_status plan_product(const ppo_bf16_network *net, ppo_bf16_minibatch *b, size_t *op,
                               ppo_onednn_product product, ppo_error *error)
{
    PPO_TRY(net->api->product(net->dnn, op, &product, error));
    need_scratch(net, &b->scratch_bytes, *op);
    return PPO_OK;
}

// Gradients for a strip of `width` inputs of the linear layer.
static ppo_status plan_linear_back(const ppo_cnn_minibatch *m, size_t which, size_t width,
                                   ppo_error *error)
{
    const size_t in = PPO_CNN_FLAT(m->cnn), out = PPO_CNN_FEATURES(m->cnn);
    ppo_bf16_minibatch *b = m->own;
    const ppo_onednn_product data = {.m = m->max_count,
                                     .n = width,
                                     .k = out,
                                     .a_row = out,
                                     .a_column = 1,
                                     .b_row = in,
                                     .b_column = 1,
                                     .c_row = in};
    const ppo_onednn_product weights = {.m = out,
                                        .n = width,
                                        .k = m->max_count,
                                        .a_row = m->max_count,
                                        .a_column = 1,
                                        .b_row = in,
                                        .b_column = 1,
                                        .c_row = in,
                                        .c_fp32 = true};
    PPO_TRY(plan_product(m->cnn->own, b, &b->linear_data[which], data, error));
    return plan_product(m->cnn->own, b, &b->linear_grad[which], weights, error);
}

// Products over all rows of the largest minibatch: what a smaller one lacks has a gradient of zero.
static ppo_status plan_linear(const ppo_cnn_minibatch *m, ppo_error *error)
{
    const size_t in = PPO_CNN_FLAT(m->cnn), out = PPO_CNN_FEATURES(m->cnn);
    ppo_bf16_minibatch *b = m->own;
    const ppo_onednn_product forward = {.m = m->max_count,
                                        .n = PPO_BF16_OUT_STRIP,
                                        .k = in,
                                        .a_row = in,
                                        .a_column = 1,
                                        .b_row = 1,
                                        .b_column = in,
                                        .c_row = out,
                                        .c_fp32 = true,
                                        .bias_relu = true};
    PPO_TRY(plan_product(m->cnn->own, b, &b->linear, forward, error));
    if (in >= PPO_BF16_IN_STRIP)
        PPO_TRY(plan_linear_back(m, 0, PPO_BF16_IN_STRIP, error));
    return in % PPO_BF16_IN_STRIP ? plan_linear_back(m, 1, in % PPO_BF16_IN_STRIP, error) : PPO_OK;
}

static ppo_status plan_back(const ppo_bf16_network *net, ppo_bf16_minibatch *b,
                            const ppo_cnn_shape *shape, size_t *packed_bytes, ppo_error *error)
{
    for (size_t i = 0; i < shape->num_steps; i++) {
        if (shape->steps[i].kind == PPO_CNN_CONV)
            PPO_TRY(plan_conv_back(net, b, shape, i, packed_bytes, error));
        if (shape->steps[i].kind != PPO_CNN_MAX_POOL)
            continue;
        const ppo_onednn_conv_shape s = conv_shape(shape, i, b->forward.images);
        PPO_TRY(net->api->pool(net->dnn, &b->back.data[i], PPO_ONEDNN_POOL_BACK, &s, error));
        need_scratch(net, &b->scratch_bytes, b->back.data[i]);
    }
    return PPO_OK;
}

ppo_status ppo_bf16_plan_minibatch(ppo_cnn_minibatch *m, const char *name, ppo_arena *arena,
                                   ppo_error *error)
{
    const ppo_bf16_network *net = m->cnn->own;
    const ppo_cnn_shape *shape = &m->cnn->shape;
    const size_t in = shape->linear.in, out = shape->linear.out;
    const size_t chunks = ppo_cnn_max_chunks(m), rows = chunks * PPO_CHUNK_IMAGES;
    size_t packed_bytes = 0;
    char label[PPO_NAME_SIZE];
    ppo_bf16_minibatch *b = m->own = calloc(1, sizeof *b);
    if (!b)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    b->forward.images = shape->keeps_saved ? LEARNING_IMAGES_SMALL : LEARNING_IMAGES_LARGE;
    PPO_TRY(plan_forward(net, shape, &b->forward, &packed_bytes, &b->scratch_bytes, error));
    PPO_TRY(plan_back(net, b, shape, &packed_bytes, error));
    PPO_TRY(plan_linear(m, error));
    m->working_bytes = ppo_bf16_cut_working(m->cnn, b).end;
#define ROW(field, phase, dtype, ...)                                                         \
    do {                                                                                      \
        snprintf(label, sizeof label, "%.72s." #field, name);                                 \
        PPO_ARENA_ADD(arena, &b->field, label, #phase, PPO_ROLE_SCRATCH, dtype, __VA_ARGS__); \
    } while (0)
#define BF16 sizeof(ppo_bf16) // the last dimension, as bytes
    ROW(packed, PPO_CNN_PACK, PPO_U8, packed_bytes);
    ROW(linear_weight, PPO_CNN_FORWARD_LINEAR, PPO_U8, out, in, BF16);
    if (shape->keeps_saved)
        ROW(saved, PPO_CNN_FORWARD_CONVS, PPO_U8, rows, net->saved_size, BF16);
    ROW(flat, PPO_CNN_FORWARD_CONVS, PPO_U8, rows, in, BF16);
    ROW(dflat, PPO_CNN_BACKWARD_LINEAR, PPO_U8, rows, in, BF16);
    ROW(dy, PPO_CNN_BACKWARD_FEATURES, PPO_U8, m->max_count, out, BF16);
    ROW(dy_transposed, PPO_CNN_BACKWARD_FEATURES, PPO_U8, out, m->max_count, BF16);
    ROW(partial, PPO_CNN_BACKWARD_CONVS, PPO_F32, chunks, b->partial_size);
#undef BF16
#undef ROW
    return PPO_OK;
}

void ppo_bf16_release_minibatch(ppo_cnn_minibatch *m)
{
    free(m->own);
}
