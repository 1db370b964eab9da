// SPDX-License-Identifier: MIT
// Convolutional networks in bf16: products are oneDNN's, but for gradients of weights where
// bf16_conv.h serves; the loops between them are our own (bf16.h).
// oneDNN's results are the same for any number of threads, and of an image alone or among others.
#include "nn/cnn_bf16.h"

#include "nn/bf16_conv.h"
#include "nn/image_input.h"
#include "nn/linear.h"

#include <string.h>

#define PREPARED_ROWS 64 // rows of dfeatures in a task

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t parts(size_t whole, size_t part)
{
    return (whole + part - 1) / part;
}

static void run(const ppo_bf16_network *net, size_t op, const ppo_onednn_operand *operands,
                void *scratch)
{
    net->api->run(net->dnn, op, operands, scratch);
}

// --- a tile --------------------------------------------------------------------------------------

// A tile of images on its way through the convolutions, forward and, while learning, back.
typedef struct bf16_tile {
    const ppo_cnn_shape *shape;
    const ppo_bf16_network *net;
    const ppo_bf16_forward *forward;
    const float *params;
    const unsigned char *packed;
    ppo_bf16 *input;        // [images, plane 0]
    ppo_bf16 *saved;        // [saved_size, images] the other planes
    ppo_bf16 *dsaved;       // [saved_size, images] their gradients
    float *dweight, *dbias; // of the convolution at work
    void *scratch;          // oneDNN's
} bf16_tile;

static bf16_tile cut_tile(const ppo_cnn *cnn, const ppo_bf16_minibatch *b, void *working)
{
    const ppo_bf16_network *net = cnn->own;
    const ppo_bf16_working w = ppo_bf16_cut_working(cnn, b);
    unsigned char *base = working;
    return (bf16_tile){.shape = &cnn->shape,
                       .net = net,
                       .forward = b ? &b->forward : &net->acting,
                       .packed = b ? b->packed : net->packed,
                       .input = (void *)(base + w.input),
                       .saved = (void *)(base + w.saved),
                       .dsaved = (void *)(base + w.dsaved),
                       .dweight = (void *)(base + w.dweight),
                       .dbias = (void *)(base + w.dbias),
                       .scratch = base + w.scratch};
}

static ppo_bf16 *plane_at(const bf16_tile *tile, size_t plane)
{
    return plane == 0 ? tile->input : tile->saved + tile->net->plane[plane] * tile->forward->images;
}

static ppo_bf16 *dplane_at(const bf16_tile *tile, size_t plane)
{
    return tile->dsaved + tile->net->plane[plane] * tile->forward->images;
}

static ppo_bf16 *argmax_at(const bf16_tile *tile, size_t step)
{
    return tile->saved + tile->net->argmax[step] * tile->forward->images;
}

static size_t plane_size(const ppo_plane *plane)
{
    return plane->height * plane->width * plane->channels;
}

// Elements of a plane in all images of the tile.
static size_t plane_count(const bf16_tile *tile, size_t plane)
{
    return tile->forward->images * plane_size(&tile->shape->planes[plane]);
}

// Images that the last tile lacks are zeros.
static void fill_input(const bf16_tile *tile, const uint8_t *images, size_t count)
{
    const ppo_cnn_shape *shape = tile->shape;
    const size_t size = plane_size(&shape->planes[0]);
    for (size_t n = 0; n < count; n++)
        ppo_image_to_bf16(tile->input + n * size, &shape->planes[0],
                          images + n * ppo_cnn_shape_image_bytes(shape), shape->channels,
                          shape->height, shape->width, shape->block);
    memset(tile->input + count * size, 0,
           (tile->forward->images - count) * size * sizeof *tile->input);
}

static void forward_tile(const bf16_tile *tile, const uint8_t *images, size_t count)
{
    const ppo_cnn_shape *shape = tile->shape;
    fill_input(tile, images, count);
    for (size_t i = 0; i < shape->num_steps; i++) {
        const ppo_cnn_step *step = &shape->steps[i];
        const ppo_bf16 *x = plane_at(tile, step->input);
        ppo_bf16 *y = plane_at(tile, step->output);
        const size_t op = tile->forward->op[i];
        switch (step->kind) {
        case PPO_CNN_CONV:
            if (ppo_bf16_conv_adds(shape, i))
                memcpy(y, plane_at(tile, step[1].input),
                       plane_count(tile, step->output) * sizeof *y);
            run(tile->net, op,
                (ppo_onednn_operand[]){{.read = x},
                                       {.read = tile->packed + tile->forward->weights[i].packed},
                                       {.read = tile->params + step->bias},
                                       {.write = y}},
                tile->scratch);
            break;
        case PPO_CNN_MAX_POOL:
            run(tile->net, op,
                (ppo_onednn_operand[]){{.read = x}, {.write = y}, {.write = argmax_at(tile, i)}},
                tile->scratch);
            break;
        case PPO_CNN_RELU:
            ppo_bf16_relu(y, x, plane_count(tile, step->input));
            break;
        case PPO_CNN_ADD: // the convolution before has added
            break;
        }
    }
}

// The last plane [pixels, channels] to PyTorch's [channels, pixels], for `count` images.
static void flatten(const bf16_tile *tile, ppo_bf16 *flat, size_t count)
{
    const size_t plane = tile->shape->num_planes - 1;
    const ppo_plane *last = &tile->shape->planes[plane];
    const size_t pixels = last->height * last->width, size = pixels * last->channels;
    for (size_t n = 0; n < count; n++)
        ppo_bf16_transpose(flat + n * size, pixels, plane_at(tile, plane) + n * size,
                           last->channels, pixels, last->channels);
}

// ... and back, zeros for images that the tile lacks.
static void unflatten(const bf16_tile *tile, const ppo_bf16 *dflat, size_t count)
{
    const size_t plane = tile->shape->num_planes - 1;
    const ppo_plane *last = &tile->shape->planes[plane];
    const size_t pixels = last->height * last->width, size = pixels * last->channels;
    ppo_bf16 *dy = dplane_at(tile, plane);
    for (size_t n = 0; n < count; n++)
        ppo_bf16_transpose(dy + n * size, last->channels, dflat + n * size, pixels, last->channels,
                           pixels);
    memset(dy + count * size, 0, (tile->forward->images - count) * size * sizeof *dy);
}

static void add(float *restrict y, const float *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] += x[i];
}

// Adds the gradients of a convolution's weights and bias.
static void weights_back(const bf16_tile *tile, const ppo_bf16_backward *back, size_t i,
                         float *partial, const ppo_bf16 *dy)
{
    const ppo_cnn_step *step = &tile->shape->steps[i];
    float *weight = partial + back->partial_weight[i], *bias = partial + back->partial_bias[i];
    const ppo_bf16 *x = plane_at(tile, step->input);
    if (back->own_weights[i]) {
        ppo_bf16_conv_backward_weights(&step->conv, weight, bias, x, dy, tile->forward->images,
                                       tile->scratch);
        return;
    }
    run(tile->net, back->weights[i],
        (ppo_onednn_operand[]){
            {.read = x}, {.write = tile->dweight}, {.write = tile->dbias}, {.read = dy}},
        tile->scratch);
    add(weight, tile->dweight, back->partial_count[i]);
    add(bias, tile->dbias, step->conv.out_channels);
}

static void conv_back(const bf16_tile *tile, const ppo_bf16_backward *back, size_t i,
                      float *partial)
{
    const ppo_cnn_step *step = &tile->shape->steps[i];
    ppo_bf16 *dy = dplane_at(tile, step->output);
    if (step->relu)
        ppo_bf16_relu_back(dy, plane_at(tile, step->output), plane_count(tile, step->output));
    weights_back(tile, back, i, partial, dy);
    if (step->input == 0)
        return;
    run(tile->net, back->data[i],
        (ppo_onednn_operand[]){{.write = dplane_at(tile, step->input)},
                               {.read = tile->packed + back->data_weights[i].packed},
                               {.read = dy}},
        tile->scratch);
}

// Adds the tile's gradients to `partial`, with its activations in place. A plane that two steps
// read is read by a ReLU and by an addition: the first of them on the way back writes its gradient,
// the second one adds to it.
static void backward_tile(const bf16_tile *tile, const ppo_bf16_backward *back, float *partial)
{
    bool written[PPO_MAX_PLANES] = {false};
    for (size_t i = tile->shape->num_steps; i-- > 0;) {
        const ppo_cnn_step *step = &tile->shape->steps[i];
        ppo_bf16 *dx = dplane_at(tile, step->input);
        const ppo_bf16 *dy = dplane_at(tile, step->output);
        const size_t count = plane_count(tile, step->input);
        const bool adds = written[step->input];
        written[step->input] = true;
        switch (step->kind) {
        case PPO_CNN_CONV:
            conv_back(tile, back, i, partial);
            break;
        case PPO_CNN_MAX_POOL:
            run(tile->net, back->data[i],
                (ppo_onednn_operand[]){{.write = dx}, {.read = argmax_at(tile, i)}, {.read = dy}},
                tile->scratch);
            break;
        case PPO_CNN_RELU:
            if (adds)
                ppo_bf16_relu_add_back(dx, dy, plane_at(tile, step->output), count);
            else
                ppo_bf16_relu_copy_back(dx, dy, plane_at(tile, step->output), count);
            break;
        case PPO_CNN_ADD:
            if (adds)
                ppo_bf16_add(dx, dy, count);
            else
                memcpy(dx, dy, count * sizeof *dx);
            break;
        }
    }
}

// --- packed weights, acting ----------------------------------------------------------------------

// The first convolution's weights are divided by 255.
static void pack_conv(ppo_cnn *cnn, const float *params, size_t i, size_t first, size_t last)
{
    const ppo_bf16_network *net = cnn->own;
    const ppo_cnn_step *step = &cnn->shape.steps[i];
    float *plain = net->plain + net->plain_at[i];
    ppo_conv_order(&step->conv, plain, params + step->weight, first, last);
    if (step->input != 0)
        return;
    const size_t out = step->conv.out_channels, inputs = ppo_conv_weights(&step->conv) / out;
    for (size_t k = 0; k < inputs; k++)
        for (size_t o = first; o < last; o++)
            plain[k * out + o] *= 1.0f / 255.0f;
}

static void pack_weights(const ppo_bf16_network *net, const ppo_bf16_weights *weights,
                         unsigned char *packed, const float *from)
{
    run(net, weights->pack,
        (ppo_onednn_operand[]){{.read = from}, {.write = packed + weights->packed}},
        packed + weights->scratch);
}

// A task for each convolution, and one for the linear layer.
static size_t acting_tasks(const ppo_cnn *cnn)
{
    const ppo_bf16_network *net = cnn->own;
    return net->num_convs + 1;
}

static void pack_acting(ppo_cnn *cnn, const float *params, size_t task)
{
    const ppo_bf16_network *net = cnn->own;
    if (task == net->num_convs) {
        pack_weights(net, &net->linear_weights, net->packed, params + cnn->shape.linear_weight);
        return;
    }
    const size_t i = net->convs[task];
    pack_weights(net, &net->acting.weights[i], net->packed, net->plain + net->plain_at[i]);
}

static void features(const ppo_cnn *cnn, float *y, void *working, const float *params,
                     const uint8_t *images, size_t rows)
{
    const ppo_bf16_network *net = cnn->own;
    const ppo_bf16_working w = ppo_bf16_cut_working(cnn, NULL);
    const size_t in = PPO_CNN_FLAT(cnn), out = PPO_CNN_FEATURES(cnn);
    unsigned char *base = working;
    ppo_bf16 *flat = (void *)(base + w.flat);
    float *last_features = (void *)(base + w.features);
    bf16_tile tile = cut_tile(cnn, NULL, working);
    tile.params = params;
    for (size_t n = 0; n < rows; n += net->acting.images) {
        const size_t count = least(net->acting.images, rows - n);
        forward_tile(&tile, images + n * ppo_cnn_shape_image_bytes(&cnn->shape), count);
        flatten(&tile, flat + n * in, count);
    }
    for (size_t n = 0; n < rows; n += PPO_BF16_ROWS) {
        const size_t count = least(PPO_BF16_ROWS, rows - n);
        float *to = count == PPO_BF16_ROWS ? y + n * out : last_features;
        run(net, net->linear,
            (ppo_onednn_operand[]){{.read = flat + n * in},
                                   {.read = net->packed + net->linear_weights.packed},
                                   {.write = to},
                                   {.read = params + cnn->shape.linear_bias}},
            tile.scratch);
        if (to == last_features)
            memcpy(y + n * out, last_features, count * out * sizeof *y);
    }
}

// --- learning: convolutions ----------------------------------------------------------------------

static size_t pack_tasks(const ppo_cnn_minibatch *m)
{
    const ppo_bf16_network *net = m->cnn->own;
    return net->num_convs;
}

static void pack(ppo_cnn_minibatch *m, size_t task, void *working)
{
    (void)working;
    const ppo_bf16_network *net = m->cnn->own;
    const ppo_bf16_minibatch *b = m->own;
    const size_t i = net->convs[task];
    const float *plain = net->plain + net->plain_at[i];
    pack_weights(net, &b->forward.weights[i], b->packed, plain);
    if (m->cnn->shape.steps[i].input != 0)
        pack_weights(net, &b->back.data_weights[i], b->packed, plain);
}

// The tile of the minibatch's images from `n` on, with the activations that are kept for them.
static bf16_tile tile_of(const ppo_cnn_minibatch *m, size_t n, void *working)
{
    const ppo_bf16_minibatch *b = m->own;
    bf16_tile tile = cut_tile(m->cnn, b, working);
    tile.params = m->params;
    if (b->saved)
        tile.saved = b->saved + n * tile.net->saved_size;
    return tile;
}

static void forward_convs(ppo_cnn_minibatch *m, size_t chunk, void *working)
{
    const ppo_bf16_minibatch *b = m->own;
    const size_t images = b->forward.images;
    const size_t end = least(m->count, (chunk + 1) * PPO_CHUNK_IMAGES);
    for (size_t n = chunk * PPO_CHUNK_IMAGES; n < end; n += images) {
        const bf16_tile tile = tile_of(m, n, working);
        const size_t count = least(images, end - n);
        forward_tile(&tile, m->images + n * ppo_cnn_shape_image_bytes(&m->cnn->shape), count);
        flatten(&tile, b->flat + n * PPO_CNN_FLAT(m->cnn), count);
    }
}

static void backward_convs(ppo_cnn_minibatch *m, size_t chunk, void *working)
{
    const ppo_bf16_minibatch *b = m->own;
    const size_t images = b->forward.images;
    const size_t end = least(m->count, (chunk + 1) * PPO_CHUNK_IMAGES);
    float *partial = b->partial + chunk * b->partial_size;
    memset(partial, 0, b->partial_size * sizeof *partial);
    for (size_t n = chunk * PPO_CHUNK_IMAGES; n < end; n += images) {
        const bf16_tile tile = tile_of(m, n, working);
        const size_t count = least(images, end - n);
        const uint8_t *x = m->images + n * ppo_cnn_shape_image_bytes(&m->cnn->shape);
        if (b->saved)
            fill_input(&tile, x, count);
        else
            forward_tile(&tile, x, count);
        unflatten(&tile, b->dflat + n * PPO_CNN_FLAT(m->cnn), count);
        backward_tile(&tile, &b->back, partial);
    }
}

// A task for each convolution. The first one's inputs were 255 times what they stand for.
static void add_chunks(ppo_cnn_minibatch *m, size_t task, void *working)
{
    const ppo_bf16_network *net = m->cnn->own;
    const ppo_bf16_minibatch *b = m->own;
    const ppo_bf16_working w = ppo_bf16_cut_working(m->cnn, b);
    const size_t i = net->convs[task];
    const ppo_cnn_step *step = &m->cnn->shape.steps[i];
    const size_t weights = ppo_conv_weights(&step->conv), out = step->conv.out_channels;
    unsigned char *base = working;
    float *dweight = b->partial + b->back.partial_weight[i];
    float *dbias = b->partial + b->back.partial_bias[i];
    for (size_t c = 1; c < ppo_cnn_num_chunks(m); c++) {
        add(dweight, dweight + c * b->partial_size, b->back.partial_count[i]);
        add(dbias, dbias + c * b->partial_size, out);
    }
    float *plain = b->back.own_weights[i] ? dweight : (void *)(base + w.plain_dweight);
    if (!b->back.own_weights[i])
        run(net, b->back.unpack[i], (ppo_onednn_operand[]){{.read = dweight}, {.write = plain}},
            base + w.scratch);
    for (size_t k = 0; step->input == 0 && k < weights; k++)
        plain[k] *= 1.0f / 255.0f;
    ppo_conv_unpack(&step->conv, m->grad + step->weight, plain, 0, weights / out);
    memcpy(m->grad + step->bias, dbias, out * sizeof *dbias);
}

// --- learning: the linear layer ------------------------------------------------------------------

static void *scratch_of(const ppo_cnn_minibatch *m, void *working)
{
    unsigned char *base = working;
    return base + ppo_bf16_cut_working(m->cnn, m->own).scratch;
}

static size_t linear_forward_tasks(const ppo_cnn_minibatch *m)
{
    return parts(PPO_CNN_FEATURES(m->cnn), PPO_BF16_OUT_STRIP);
}

// A strip's weights are rounded just before they are used.
static void forward_linear(ppo_cnn_minibatch *m, size_t strip, void *working)
{
    const ppo_cnn_shape *shape = &m->cnn->shape;
    const ppo_bf16_minibatch *b = m->own;
    const size_t in = shape->linear.in, first = strip * PPO_BF16_OUT_STRIP;
    ppo_bf16 *weight = b->linear_weight + first * in;
    ppo_bf16_from_floats(weight, m->params + shape->linear_weight + first * in,
                         PPO_BF16_OUT_STRIP * in);
    run(m->cnn->own, b->linear,
        (ppo_onednn_operand[]){{.read = b->flat},
                               {.read = weight},
                               {.write = m->features + first},
                               {.read = m->params + shape->linear_bias + first}},
        scratch_of(m, working));
}

static size_t backward_features_tasks(const ppo_cnn_minibatch *m)
{
    return parts(m->max_count, PREPARED_ROWS);
}

// dfeatures in bf16 as they lie and transposed, zeros from the last row to max_count.
static void backward_features(ppo_cnn_minibatch *m, size_t task, void *working)
{
    (void)working;
    const ppo_bf16_minibatch *b = m->own;
    const size_t out = PPO_CNN_FEATURES(m->cnn), first = task * PREPARED_ROWS;
    const size_t rows = least(PREPARED_ROWS, m->max_count - first);
    const size_t filled = first < m->count ? least(rows, m->count - first) : 0;
    ppo_bf16 *dy = b->dy + first * out;
    ppo_bf16_from_floats(dy, m->dfeatures + first * out, filled * out);
    memset(dy + filled * out, 0, (rows - filled) * out * sizeof *dy);
    ppo_bf16_transpose(b->dy_transposed + first, m->max_count, dy, out, rows, out);
}

static size_t linear_backward_tasks(const ppo_cnn_minibatch *m)
{
    return parts(PPO_CNN_FLAT(m->cnn), PPO_BF16_IN_STRIP);
}

static void backward_linear(ppo_cnn_minibatch *m, size_t strip, void *working)
{
    const ppo_cnn_shape *shape = &m->cnn->shape;
    const ppo_bf16_minibatch *b = m->own;
    const size_t first = strip * PPO_BF16_IN_STRIP;
    const size_t which = shape->linear.in - first < PPO_BF16_IN_STRIP;
    void *scratch = scratch_of(m, working);
    if (strip == 0)
        ppo_linear_backward_bias(&shape->linear, m->grad + shape->linear_bias, m->dfeatures,
                                 m->count);
    run(m->cnn->own, b->linear_data[which],
        (ppo_onednn_operand[]){
            {.read = b->dy}, {.read = b->linear_weight + first}, {.write = b->dflat + first}},
        scratch);
    run(m->cnn->own, b->linear_grad[which],
        (ppo_onednn_operand[]){{.read = b->dy_transposed},
                               {.read = b->flat + first},
                               {.write = m->grad + shape->linear_weight + first}},
        scratch);
}

const ppo_cnn_backend ppo_cnn_bf16 = {
    .name = "bf16",
    .plan = ppo_bf16_plan,
    .release = ppo_bf16_release,
    .pack_conv = pack_conv,
    .acting_tasks = acting_tasks,
    .pack_acting = pack_acting,
    .features = features,
    .plan_minibatch = ppo_bf16_plan_minibatch,
    .release_minibatch = ppo_bf16_release_minibatch,
    .phases = {[PPO_CNN_PACK] = {pack_tasks, pack},
               [PPO_CNN_FORWARD_CONVS] = {ppo_cnn_num_chunks, forward_convs},
               [PPO_CNN_FORWARD_LINEAR] = {linear_forward_tasks, forward_linear},
               [PPO_CNN_BACKWARD_FEATURES] = {backward_features_tasks, backward_features},
               [PPO_CNN_BACKWARD_LINEAR] = {linear_backward_tasks, backward_linear},
               [PPO_CNN_BACKWARD_CONVS] = {ppo_cnn_num_chunks, backward_convs},
               [PPO_CNN_ADD_CHUNKS] = {pack_tasks, add_chunks}},
};
