// SPDX-License-Identifier: MIT
// Convolutional networks in fp32 on kernels of our own (conv.h, max_pool.h, linear.h).
//
// Images go through the convolutions in tiles of TILE_IMAGES, so that a tile's planes and the
// weights stay in L2; through the linear layer in strips of columns over the whole minibatch, so
// that its weights are read once. Gradients are sums in the order of images.
#include "core/error.h"
#include "nn/activation.h"
#include "nn/cnn_backend.h"
#include "nn/gemm.h"
#include "nn/image_input.h"
#include "nn/max_pool.h"
#include "nn/simd.h"

#include <stdio.h>
#include <stdlib.h>

#define TILE_IMAGES  4
#define PARTIAL_ROWS 64 // rows of a convolution's gradient that one task adds up

// What a network owns: packed weights.
typedef struct fp32_network {
    float *packed;
    size_t forward[PPO_MAX_CNN_STEPS];  // offsets of [kernel, kernel, in, out]
    size_t backward[PPO_MAX_CNN_STEPS]; // and of [kernel, kernel, out, in], not of the first step
    size_t linear;                      // of the linear layer's, transposed, for acting
    size_t packed_size;
} fp32_network;

// What a minibatch owns. Rows are images, in whole chunks.
typedef struct fp32_minibatch {
    float *saved; // [rows, saved_size] activations, if the network keeps them
    float *flat;  // [rows, FLAT] inputs of the linear layer, in PyTorch's [channel, row, column]
    float *dflat; // [rows, FLAT]
    float *dtransposed; // [FEATURES, ppo_pad(count)] the gradient of features, transposed
    float *partial;     // [chunks, partial_size] gradients of the convolutions' weights and biases
    size_t partial_weight[PPO_MAX_CNN_STEPS], partial_bias[PPO_MAX_CNN_STEPS]; // offsets
    size_t partial_size;
} fp32_minibatch;

static size_t take(size_t *size, size_t count)
{
    const size_t offset = *size;
    *size += ppo_param_align(count);
    return offset;
}

// --- working memory ------------------------------------------------------------------------------

// Images on their way through the convolutions. Arrays have a row per image.
typedef struct fp32_tile {
    const ppo_cnn_shape *shape;
    const fp32_network *net;
    const float *params;
    size_t images;
    float *input;      // [images, plane 0]
    float *saved;      // [images, saved_size] the other planes
    float *dsaved;     // [images, saved_size] their gradients; while learning
    float *flat;       // [PPO_CNN_ACTING_ROWS, FLAT]; while acting
    float *transposed; // the last plane of one image, [channels, pixels]
} fp32_tile;

// Where the parts of working memory begin, floats.
typedef struct fp32_working {
    size_t input, saved, dsaved, flat, transposed, end;
} fp32_working;

static fp32_working cut_working(const ppo_cnn *cnn, bool acting)
{
    const ppo_cnn_shape *shape = &cnn->shape;
    const ppo_plane *last = &shape->planes[shape->num_planes - 1];
    fp32_working w;
    size_t size = 0;
    w.input = take(&size, TILE_IMAGES * shape->planes[0].size);
    w.saved = take(&size, TILE_IMAGES * shape->saved_size);
    w.transposed = take(&size, last->channels * ppo_pad(last->height * last->width));
    w.flat = take(&size, acting ? PPO_CNN_ACTING_ROWS * PPO_CNN_FLAT(cnn) : 0);
    w.dsaved = take(&size, acting ? 0 : TILE_IMAGES * shape->saved_size);
    w.end = size;
    return w;
}

static fp32_tile make_tile(const ppo_cnn *cnn, const float *params, float *working, bool acting)
{
    const fp32_working w = cut_working(cnn, acting);
    return (fp32_tile){.shape = &cnn->shape,
                       .net = cnn->own,
                       .params = params,
                       .input = working + w.input,
                       .saved = working + w.saved,
                       .dsaved = working + w.dsaved,
                       .flat = working + w.flat,
                       .transposed = working + w.transposed};
}

// A plane of the tile's first image; those of the others are saved_size floats apart.
static float *plane_at(const fp32_tile *tile, size_t plane)
{
    return plane == 0 ? tile->input : tile->saved + tile->shape->planes[plane].offset;
}

static float *dplane_at(const fp32_tile *tile, size_t plane)
{
    return tile->dsaved + tile->shape->planes[plane].offset;
}

// --- a tile, forward -----------------------------------------------------------------------------

static void add(float *y, const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] += x[i];
}

// Row by row: one of the planes may have a border that the other has not.
static void relu(float *y, const ppo_plane *out, const float *x, const ppo_plane *in)
{
    for (size_t row = 0; row < in->height; row++) {
        float *to = y + out->inside + row * out->row;
        memcpy(to, x + in->inside + row * in->row, in->width * in->channels * sizeof *to);
        ppo_activation_forward(to, in->width * in->channels, PPO_ACTIVATION_RELU);
    }
}

// Bytes to floats: cheaper to do once more for the backward pass than to keep.
static void fill_input(const fp32_tile *tile, const uint8_t *images)
{
    const ppo_cnn_shape *shape = tile->shape;
    for (size_t n = 0; n < tile->images; n++)
        ppo_image_to_plane(tile->input + n * shape->planes[0].size, &shape->planes[0],
                           images + n * ppo_cnn_shape_image_bytes(shape), shape->channels,
                           shape->height, shape->width, shape->block);
}

static void forward_tile(const fp32_tile *tile, const uint8_t *images)
{
    const ppo_cnn_shape *shape = tile->shape;
    const size_t stride = shape->saved_size;
    fill_input(tile, images);
    for (size_t i = 0; i < shape->num_steps; i++) {
        const ppo_cnn_step *step = &shape->steps[i];
        const ppo_plane *in = &shape->planes[step->input], *out = &shape->planes[step->output];
        const float *x = plane_at(tile, step->input);
        float *y = plane_at(tile, step->output);
        switch (step->kind) {
        case PPO_CNN_CONV:
            ppo_conv_forward(&step->conv, y + out->inside, x,
                             tile->net->packed + tile->net->forward[i], tile->params + step->bias,
                             tile->images, step->relu);
            break;
        case PPO_CNN_MAX_POOL:
            for (size_t n = 0; n < tile->images; n++)
                ppo_max_pool_forward(y + n * stride, out, x + n * stride, in);
            break;
        case PPO_CNN_RELU:
            for (size_t n = 0; n < tile->images; n++)
                relu(y + n * stride, out, x + n * stride, in);
            break;
        case PPO_CNN_ADD:
            for (size_t n = 0; n < tile->images; n++)
                add(y + n * stride, x + n * stride, in->size);
            break;
        }
    }
}

// The last plane [pixels, channels] to PyTorch's [channels, pixels].
static void flatten(const fp32_tile *tile, float *flat)
{
    const size_t plane = tile->shape->num_planes - 1;
    const ppo_plane *last = &tile->shape->planes[plane];
    const size_t pixels = last->height * last->width, padded = ppo_pad(pixels);
    for (size_t n = 0; n < tile->images; n++) {
        const float *y = plane_at(tile, plane) + n * tile->shape->saved_size;
        ppo_transpose(tile->transposed, padded, y, last->channels, pixels, last->channels);
        for (size_t c = 0; c < last->channels; c++, flat += pixels)
            memcpy(flat, tile->transposed + c * padded, pixels * sizeof *flat);
    }
}

// --- a tile, backward ----------------------------------------------------------------------------

static void unflatten(const fp32_tile *tile, const float *dflat)
{
    const size_t plane = tile->shape->num_planes - 1;
    const ppo_plane *last = &tile->shape->planes[plane];
    const size_t pixels = last->height * last->width, size = pixels * last->channels;
    for (size_t n = 0; n < tile->images; n++)
        ppo_transpose(dplane_at(tile, plane) + n * tile->shape->saved_size, last->channels,
                      dflat + n * size, pixels, last->channels, pixels);
}

static void relu_back(float *dx, const ppo_plane *in, const float *dy, const float *y,
                      const ppo_plane *out)
{
    for (size_t row = 0; row < in->height; row++) {
        float *to = dx + in->inside + row * in->row;
        const size_t from = out->inside + row * out->row;
        for (size_t i = 0; i < in->width * in->channels; i++)
            to[i] += y[from + i] > 0.0f ? dy[from + i] : 0.0f;
    }
}

// Adds the gradient of a convolution's weights and writes that of its input; plane 0 needs none.
static void conv_back(const fp32_tile *tile, const fp32_minibatch *b, size_t i, float *partial)
{
    const ppo_cnn_step *step = &tile->shape->steps[i];
    const ppo_plane *out = &tile->shape->planes[step->output];
    const size_t stride = tile->shape->saved_size;
    const float *y = plane_at(tile, step->output);
    float *dy = dplane_at(tile, step->output);
    // The linear layer has left out what the last plane's ReLU cut off.
    const bool cuts = step->relu && step->output != tile->shape->num_planes - 1;
    for (size_t n = 0; cuts && n < tile->images; n++)
        ppo_activation_backward(dy + n * stride, y + n * stride, out->size, PPO_ACTIVATION_RELU);
    ppo_conv_backward_weights(&step->conv, partial + b->partial_weight[i],
                              partial + b->partial_bias[i], plane_at(tile, step->input),
                              dy + out->inside, tile->images);
    if (step->input != 0)
        ppo_conv_backward_data(&step->conv, dplane_at(tile, step->input), dy + out->inside,
                               tile->net->packed + tile->net->backward[i], tile->images);
}

// Adds the gradients of the convolutions to `partial`, with the tile's activations in place. Planes
// that two steps read (a ReLU and an addition) get the sum of both gradients.
static void backward_tile(const fp32_tile *tile, const fp32_minibatch *b, float *partial,
                          const float *dflat)
{
    const ppo_cnn_shape *shape = tile->shape;
    const size_t stride = shape->saved_size;
    // Convolutions and the linear layer write the gradient of what they read, other steps add to
    // it.
    bool zeroed[PPO_MAX_PLANES] = {false};
    for (size_t i = 0; i < shape->num_steps; i++) {
        const size_t input = shape->steps[i].input;
        const bool adds = shape->steps[i].kind != PPO_CNN_CONV && !zeroed[input];
        for (size_t n = 0; adds && n < tile->images; n++)
            memset(dplane_at(tile, input) + n * stride, 0,
                   shape->planes[input].size * sizeof *tile->dsaved);
        zeroed[input] |= adds;
    }
    unflatten(tile, dflat);
    for (size_t i = shape->num_steps; i-- > 0;) {
        const ppo_cnn_step *step = &shape->steps[i];
        if (step->kind == PPO_CNN_CONV) {
            conv_back(tile, b, i, partial);
            continue;
        }
        const ppo_plane *in = &shape->planes[step->input], *out = &shape->planes[step->output];
        for (size_t n = 0; n < tile->images; n++) {
            const float *x = plane_at(tile, step->input) + n * stride;
            const float *y = plane_at(tile, step->output) + n * stride;
            const float *dy = dplane_at(tile, step->output) + n * stride;
            float *dx = dplane_at(tile, step->input) + n * stride;
            if (step->kind == PPO_CNN_MAX_POOL)
                ppo_max_pool_backward(dx, x, in, dy, y, out);
            else if (step->kind == PPO_CNN_RELU)
                relu_back(dx, in, dy, y, out);
            else
                add(dx, dy, in->size);
        }
    }
}

// --- packed weights, acting ----------------------------------------------------------------------

static ppo_status plan(ppo_cnn *cnn, const char *name, ppo_arena *arena, ppo_error *error)
{
    const ppo_cnn_shape *shape = &cnn->shape;
    char label[PPO_NAME_SIZE];
    fp32_network *net = cnn->own = calloc(1, sizeof *net);
    if (!net)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a convolutional network");
    for (size_t i = 0; i < shape->num_steps; i++) {
        const ppo_cnn_step *step = &shape->steps[i];
        if (step->kind != PPO_CNN_CONV)
            continue;
        net->forward[i] = take(&net->packed_size, ppo_conv_weights(&step->conv));
        if (step->input != 0)
            net->backward[i] = take(&net->packed_size, ppo_conv_weights(&step->conv));
    }
    net->linear = take(&net->packed_size, shape->linear.in * shape->linear.out);
    snprintf(label, sizeof label, "policy.%.16s.packed", name);
    PPO_ARENA_ADD(arena, &net->packed, label, "ppo_policy_pack", PPO_ROLE_SCRATCH, PPO_F32,
                  net->packed_size);
    cnn->acting_bytes = cut_working(cnn, true).end * sizeof(float);
    return PPO_OK;
}

static void release(ppo_cnn *cnn)
{
    free(cnn->own);
}

static void pack_conv(ppo_cnn *cnn, const float *params, size_t i, size_t first, size_t last)
{
    const fp32_network *net = cnn->own;
    const ppo_cnn_step *step = &cnn->shape.steps[i];
    ppo_conv_pack(&step->conv, net->packed + net->forward[i],
                  step->input == 0 ? NULL : net->packed + net->backward[i], params + step->weight,
                  first, last);
}

static size_t acting_tasks(const ppo_cnn *cnn)
{
    return ppo_linear_forward_strips(&cnn->shape.linear);
}

static void pack_acting(ppo_cnn *cnn, const float *params, size_t strip)
{
    const fp32_network *net = cnn->own;
    ppo_linear_pack(&cnn->shape.linear, net->packed + net->linear,
                    params + cnn->shape.linear_weight, strip);
}

static size_t tile_images(size_t left)
{
    return left < TILE_IMAGES ? left : TILE_IMAGES;
}

static void features(const ppo_cnn *cnn, float *y, void *working, const float *params,
                     const uint8_t *images, size_t rows)
{
    const fp32_network *net = cnn->own;
    fp32_tile tile = make_tile(cnn, params, working, true);
    for (size_t n = 0; n < rows; n += TILE_IMAGES) {
        tile.images = tile_images(rows - n);
        forward_tile(&tile, images + n * ppo_cnn_shape_image_bytes(&cnn->shape));
        flatten(&tile, tile.flat + n * PPO_CNN_FLAT(cnn));
    }
    ppo_linear_forward_packed(&cnn->shape.linear, y, tile.flat, net->packed + net->linear,
                              params + cnn->shape.linear_bias, rows);
}

// --- learning ------------------------------------------------------------------------------------

static ppo_status plan_minibatch(ppo_cnn_minibatch *m, const char *name, ppo_arena *arena,
                                 ppo_error *error)
{
    const ppo_cnn_shape *shape = &m->cnn->shape;
    const size_t chunks = ppo_cnn_max_chunks(m), rows = chunks * PPO_CHUNK_IMAGES;
    const size_t strip = ppo_linear_working();
    char label[PPO_NAME_SIZE];
    fp32_minibatch *b = m->own = calloc(1, sizeof *b);
    if (!b)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    for (size_t i = 0; i < shape->num_steps; i++) {
        const ppo_cnn_step *step = &shape->steps[i];
        if (step->kind != PPO_CNN_CONV)
            continue;
        b->partial_weight[i] = take(&b->partial_size, ppo_conv_weights(&step->conv));
        b->partial_bias[i] = take(&b->partial_size, step->conv.out_channels);
    }
    // The strips' working memory lies behind the tiles', whose borders stay zero.
    m->working_bytes = (cut_working(m->cnn, false).end + strip) * sizeof(float);
#define ROW(field, phase, ...)                                                                  \
    do {                                                                                        \
        snprintf(label, sizeof label, "%.72s." #field, name);                                   \
        PPO_ARENA_ADD(arena, &b->field, label, #phase, PPO_ROLE_SCRATCH, PPO_F32, __VA_ARGS__); \
    } while (0)
    if (shape->keeps_saved)
        ROW(saved, PPO_CNN_FORWARD_CONVS, rows, shape->saved_size);
    ROW(flat, PPO_CNN_FORWARD_CONVS, rows, shape->linear.in);
    ROW(dflat, PPO_CNN_BACKWARD_LINEAR, rows, shape->linear.in);
    ROW(dtransposed, PPO_CNN_BACKWARD_FEATURES, shape->linear.out, ppo_pad(m->max_count));
    ROW(partial, PPO_CNN_BACKWARD_CONVS, chunks, b->partial_size);
#undef ROW
    return PPO_OK;
}

static void release_minibatch(ppo_cnn_minibatch *m)
{
    free(m->own);
}

// Tile of the minibatch's images from `n` on, with the activations that are kept for them.
static fp32_tile tile_of(const ppo_cnn_minibatch *m, size_t n, size_t end, void *working)
{
    const fp32_minibatch *b = m->own;
    fp32_tile tile = make_tile(m->cnn, m->params, working, false);
    tile.images = tile_images(end - n);
    if (b->saved)
        tile.saved = b->saved + n * m->cnn->shape.saved_size;
    return tile;
}

static size_t end_of_chunk(const ppo_cnn_minibatch *m, size_t chunk)
{
    const size_t end = (chunk + 1) * PPO_CHUNK_IMAGES;
    return end < m->count ? end : m->count;
}

static void forward_convs(ppo_cnn_minibatch *m, size_t chunk, void *working)
{
    const fp32_minibatch *b = m->own;
    const size_t end = end_of_chunk(m, chunk);
    for (size_t n = chunk * PPO_CHUNK_IMAGES; n < end; n += TILE_IMAGES) {
        const fp32_tile tile = tile_of(m, n, end, working);
        forward_tile(&tile, m->images + n * ppo_cnn_shape_image_bytes(&m->cnn->shape));
        flatten(&tile, b->flat + n * PPO_CNN_FLAT(m->cnn));
    }
}

static void backward_convs(ppo_cnn_minibatch *m, size_t chunk, void *working)
{
    const fp32_minibatch *b = m->own;
    const size_t end = end_of_chunk(m, chunk);
    float *partial = b->partial + chunk * b->partial_size;
    memset(partial, 0, b->partial_size * sizeof *partial);
    for (size_t n = chunk * PPO_CHUNK_IMAGES; n < end; n += TILE_IMAGES) {
        const fp32_tile tile = tile_of(m, n, end, working);
        const uint8_t *images = m->images + n * ppo_cnn_shape_image_bytes(&m->cnn->shape);
        if (b->saved)
            fill_input(&tile, images);
        else
            forward_tile(&tile, images);
        backward_tile(&tile, b, partial, b->dflat + n * PPO_CNN_FLAT(m->cnn));
    }
}

static size_t linear_forward_tasks(const ppo_cnn_minibatch *m)
{
    return ppo_linear_forward_strips(&m->cnn->shape.linear);
}

static float *strip_space(const ppo_cnn_minibatch *m, void *working)
{
    float *floats = working;
    return floats + cut_working(m->cnn, false).end;
}

static void forward_linear(ppo_cnn_minibatch *m, size_t strip, void *working)
{
    const ppo_cnn_shape *shape = &m->cnn->shape;
    const fp32_minibatch *b = m->own;
    ppo_linear_forward(&shape->linear, m->features, strip_space(m, working), b->flat,
                       m->params + shape->linear_weight, m->params + shape->linear_bias, m->count,
                       strip);
}

// Each strip of the linear layer's backward product reads all of it along the rows.
static void transpose_features(ppo_cnn_minibatch *m, size_t strip, void *working)
{
    (void)working;
    const fp32_minibatch *b = m->own;
    ppo_linear_transpose(&m->cnn->shape.linear, b->dtransposed, m->dfeatures, m->count, strip);
}

static size_t linear_backward_tasks(const ppo_cnn_minibatch *m)
{
    return ppo_linear_backward_strips(&m->cnn->shape.linear);
}

static void backward_linear(ppo_cnn_minibatch *m, size_t strip, void *working)
{
    const ppo_cnn_shape *shape = &m->cnn->shape;
    const fp32_minibatch *b = m->own;
    if (strip == 0)
        ppo_linear_backward_bias(&shape->linear, m->grad + shape->linear_bias, m->dfeatures,
                                 m->count);
    ppo_linear_backward(&shape->linear, b->dflat, m->grad + shape->linear_weight,
                        strip_space(m, working), m->dfeatures, b->dtransposed, b->flat,
                        m->params + shape->linear_weight, m->count, strip);
}

// Blocks of PARTIAL_ROWS rows of a step's gradient [kernel^2 in, out].
static size_t row_blocks(const ppo_cnn_step *step)
{
    if (step->kind != PPO_CNN_CONV)
        return 0;
    const size_t rows = ppo_conv_weights(&step->conv) / step->conv.out_channels;
    return (rows + PARTIAL_ROWS - 1) / PARTIAL_ROWS;
}

static size_t add_tasks(const ppo_cnn_minibatch *m)
{
    size_t sum = 0;
    for (size_t i = 0; i < m->cnn->shape.num_steps; i++)
        sum += row_blocks(&m->cnn->shape.steps[i]);
    return sum;
}

// Adds rows of `width` floats of all chunks to the first one's.
static void add_up(float *sum, size_t stride, size_t chunks, size_t width)
{
    for (size_t c = 1; c < chunks; c++)
        add(sum, sum + c * stride, width);
}

static void add_chunks(ppo_cnn_minibatch *m, size_t task, void *working)
{
    (void)working;
    const fp32_minibatch *b = m->own;
    const ppo_cnn_step *steps = m->cnn->shape.steps;
    const size_t chunks = ppo_cnn_num_chunks(m);
    size_t i = 0;
    for (; task >= row_blocks(&steps[i]); i++)
        task -= row_blocks(&steps[i]);

    const ppo_conv *conv = &steps[i].conv;
    const size_t out = conv->out_channels, rows = ppo_conv_weights(conv) / out;
    const size_t first = task * PARTIAL_ROWS;
    const size_t last = first + PARTIAL_ROWS < rows ? first + PARTIAL_ROWS : rows;
    float *weight = b->partial + b->partial_weight[i], *bias = b->partial + b->partial_bias[i];
    add_up(weight + first * out, b->partial_size, chunks, (last - first) * out);
    ppo_conv_unpack(conv, m->grad + steps[i].weight, weight, first, last);
    if (task == 0) {
        add_up(bias, b->partial_size, chunks, out);
        memcpy(m->grad + steps[i].bias, bias, out * sizeof *bias);
    }
}

const ppo_cnn_backend ppo_cnn_fp32 = {
    .name = "fp32",
    .plan = plan,
    .release = release,
    .pack_conv = pack_conv,
    .acting_tasks = acting_tasks,
    .pack_acting = pack_acting,
    .features = features,
    .plan_minibatch = plan_minibatch,
    .release_minibatch = release_minibatch,
    .phases = {[PPO_CNN_FORWARD_CONVS] = {ppo_cnn_num_chunks, forward_convs},
               [PPO_CNN_FORWARD_LINEAR] = {linear_forward_tasks, forward_linear},
               [PPO_CNN_BACKWARD_FEATURES] = {linear_forward_tasks, transpose_features},
               [PPO_CNN_BACKWARD_LINEAR] = {linear_backward_tasks, backward_linear},
               [PPO_CNN_BACKWARD_CONVS] = {ppo_cnn_num_chunks, backward_convs},
               [PPO_CNN_ADD_CHUNKS] = {add_tasks, add_chunks}},
};
