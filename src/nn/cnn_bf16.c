// SPDX-License-Identifier: MIT
// Running a network in bf16, tile by tile. Owns nothing but what cnn_bf16_plan.c makes.
#include "nn/cnn_bf16.h"

#include "nn/bf16.h"
#include "nn/image_input.h"

#include <string.h>

// What a pass over a tile works with. Arrays of planes have `images` pictures in each.
typedef struct ppo_pass16 {
    const ppo_cnn *cnn;
    const ppo_cnn_bf16 *b;
    const ppo_cnn_tile *tile;
    const float *params, *packed;
    ppo_bf16 *input; // [images, plane 0]
    ppo_bf16 *tape;  // [tape_size, images]
    ppo_bf16 *dtape; // [tape_size, images] gradients, backward only
    float *dweight;  // [most_weights] of the convolution under way
    float *dbias;    // [channels]
    float *scratch;  // oneDNN's
} ppo_pass16;

// Working space, one part after the other. An acting tile is no larger than a learning one.
typedef struct ppo_parts {
    size_t input, tape, dtape, dweight, dbias, scratch, rows, end; // floats
} ppo_parts;

#define MAX_CHANNELS    64
#define FLOATS(numbers) (((numbers) + 1) / 2)

static ppo_parts parts_of(const ppo_cnn *cnn)
{
    const ppo_cnn_bf16 *b = cnn->bf16;
    const size_t images = b->learning.images;
    ppo_parts p = {.tape = FLOATS(images * b->input_size)};
    p.dtape = p.tape + FLOATS(images * b->tape_size);
    p.dweight = p.dtape + FLOATS(images * b->tape_size);
    p.dbias = p.dweight + b->most_weights;
    p.scratch = p.dbias + MAX_CHANNELS;
    p.rows = p.scratch + b->scratch_size;
    p.end = p.rows + PPO_BF16_ROWS * (cnn->linear.out + FLOATS(cnn->linear.in));
    return p;
}

size_t ppo_cnn_bf16_working(const ppo_cnn *cnn)
{
    return parts_of(cnn).end;
}

static ppo_pass16 make_pass(const ppo_cnn *cnn, const ppo_cnn_tile *tile, const float *params,
                            const float *packed, float *working, float *tape)
{
    const ppo_parts p = parts_of(cnn);
    return (ppo_pass16){.cnn = cnn,
                        .b = cnn->bf16,
                        .tile = tile,
                        .params = params,
                        .packed = packed,
                        .input = ppo_bf16_in(working),
                        .tape = ppo_bf16_in(tape ? tape : working + p.tape),
                        .dtape = ppo_bf16_in(working + p.dtape),
                        .dweight = working + p.dweight,
                        .dbias = working + p.dbias,
                        .scratch = working + p.scratch};
}

static ppo_bf16 *plane_at(const ppo_pass16 *pass, size_t plane)
{
    return plane == 0 ? pass->input : pass->tape + pass->b->plane[plane] * pass->tile->images;
}

static ppo_bf16 *dplane_at(const ppo_pass16 *pass, size_t plane)
{
    return pass->dtape + pass->b->plane[plane] * pass->tile->images;
}

// Numbers of a plane in all pictures of the tile.
static size_t plane_count(const ppo_pass16 *pass, size_t plane)
{
    const ppo_plane *p = &pass->cnn->planes[plane];
    return pass->tile->images * p->height * p->width * p->channels;
}

static void run(const ppo_cnn_bf16 *b, size_t op, void *const *operands, void *scratch)
{
    b->api->run(b->dnn, op, operands, scratch);
}

// --- forward -------------------------------------------------------------------------------------

static void convolve(const ppo_pass16 *pass, size_t i)
{
    const ppo_cnn_step *step = &pass->cnn->steps[i];
    ppo_bf16 *y = plane_at(pass, step->output);
    if (ppo_cnn_bf16_adds(pass->cnn, i))
        memcpy(y, plane_at(pass, step[1].input), plane_count(pass, step->output) * sizeof *y);
    void *const operands[] = {plane_at(pass, step->input),
                              ppo_onednn_operand(pass->packed + pass->tile->packed[i]),
                              ppo_onednn_operand(pass->params + step->bias), y};
    run(pass->b, pass->tile->op[i], operands, pass->scratch);
}

static ppo_bf16 *which_at(const ppo_pass16 *pass, size_t i)
{
    return pass->tape + pass->b->which[i] * pass->tile->images;
}

static void run_step(const ppo_pass16 *pass, size_t i)
{
    const ppo_cnn_step *step = &pass->cnn->steps[i];
    ppo_bf16 *x = plane_at(pass, step->input), *y = plane_at(pass, step->output);
    if (step->kind == PPO_CNN_CONVOLVE)
        convolve(pass, i);
    else if (step->kind == PPO_CNN_POOL)
        run(pass->b, pass->tile->op[i], (void *const[]){x, y, which_at(pass, i)}, pass->scratch);
    else if (step->kind == PPO_CNN_RECTIFY)
        ppo_bf16_rectify(y, x, plane_count(pass, step->input));
    // ... and what is added, the convolution before it has added.
}

// Pictures that the last tile lacks are zeros.
static void fill_input(const ppo_pass16 *pass, const uint8_t *x, size_t images)
{
    const ppo_cnn *cnn = pass->cnn;
    const ppo_plane *plane = &cnn->planes[0];
    const size_t size = plane->height * plane->width * plane->channels;
    for (size_t n = 0; n < images; n++)
        ppo_picture_to_bf16(pass->input + n * size, plane, x + n * ppo_cnn_picture_bytes(cnn),
                            cnn->channels, cnn->height, cnn->width, cnn->block);
    memset(pass->input + images * size, 0,
           (pass->tile->images - images) * size * sizeof *pass->input);
}

static void run_forward(const ppo_pass16 *pass, const uint8_t *x, size_t images)
{
    fill_input(pass, x, images);
    for (size_t i = 0; i < pass->cnn->num_steps; i++)
        run_step(pass, i);
}

// The last plane [pixels, channels] to PyTorch's [channels, pixels].
static void flatten(const ppo_pass16 *pass, float *flat, size_t images)
{
    const ppo_cnn *cnn = pass->cnn;
    const ppo_plane *last = &cnn->planes[cnn->num_planes - 1];
    const size_t pixels = last->height * last->width, size = pixels * last->channels;
    const ppo_bf16 *y = plane_at(pass, cnn->num_planes - 1);
    ppo_bf16 *to = ppo_bf16_in(flat);
    for (size_t n = 0; n < images; n++)
        ppo_bf16_transpose(to + n * size, pixels, y + n * size, last->channels, pixels,
                           last->channels);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// The tape of the pictures from `n` on: whole tiles lie one after the other.
static float *tape_from(const ppo_cnn *cnn, float *tape, size_t n)
{
    return tape ? tape + n * ppo_cnn_tape_size(cnn) : NULL;
}

static void forward_tiles(const ppo_cnn *cnn, const ppo_cnn_tile *tile, float *flat, float *tape,
                          float *working, const float *params, const float *packed,
                          const uint8_t *x, size_t images)
{
    for (size_t n = 0; n < images; n += tile->images) {
        const ppo_pass16 pass =
            make_pass(cnn, tile, params, packed, working, tape_from(cnn, tape, n));
        const size_t count = least(tile->images, images - n);
        run_forward(&pass, x + n * ppo_cnn_picture_bytes(cnn), count);
        flatten(&pass, flat + n * ppo_cnn_flat_size(cnn), count);
    }
}

void ppo_cnn_bf16_forward(const ppo_cnn *cnn, float *flat, float *tape, float *working,
                          const float *params, const float *packed, const uint8_t *x, size_t images)
{
    forward_tiles(cnn, &cnn->bf16->learning, flat, tape, working, params, packed, x, images);
}

// Rows of `flat` behind the last one are there but not the caller's: the last few go through a
// copy.
void ppo_cnn_bf16_features(const ppo_cnn *cnn, float *y, float *flat, float *working,
                           const float *params, const float *packed, const uint8_t *x, size_t rows)
{
    const ppo_cnn_bf16 *b = cnn->bf16;
    const ppo_parts p = parts_of(cnn);
    const size_t out = cnn->linear.out, size = ppo_cnn_flat_size(cnn);
    float *last_y = working + p.rows, *last_flat = last_y + PPO_BF16_ROWS * out;
    forward_tiles(cnn, &b->acting, flat, NULL, working, params, packed, x, rows);
    for (size_t n = 0; n < rows; n += PPO_BF16_ROWS) {
        const size_t count = least(PPO_BF16_ROWS, rows - n);
        const bool whole = count == PPO_BF16_ROWS;
        float *from = whole ? flat + n * size : last_flat, *to = whole ? y + n * out : last_y;
        if (!whole)
            memcpy(last_flat, flat + n * size, count * size * sizeof *flat);
        void *const operands[] = {from, ppo_onednn_operand(packed + b->acting_packed), to,
                                  ppo_onednn_operand(params + cnn->linear_bias)};
        run(b, b->acting_op, operands, working + p.scratch);
        if (!whole)
            memcpy(y + n * out, last_y, count * out * sizeof *y);
    }
}

// --- backward ------------------------------------------------------------------------------------

static void unflatten(const ppo_pass16 *pass, const float *dflat, size_t images)
{
    const ppo_cnn *cnn = pass->cnn;
    const ppo_plane *last = &cnn->planes[cnn->num_planes - 1];
    const size_t pixels = last->height * last->width, size = pixels * last->channels;
    ppo_bf16 *dy = dplane_at(pass, cnn->num_planes - 1);
    const ppo_bf16 *from = ppo_onednn_operand(dflat);
    for (size_t n = 0; n < images; n++)
        ppo_bf16_transpose(dy + n * size, last->channels, from + n * size, pixels, last->channels,
                           pixels);
    memset(dy + images * size, 0, (pass->tile->images - images) * size * sizeof *dy);
}

static void add(float *y, const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] += x[i];
}

// Through a convolution. Where its output was rectified at once, the gradient is stopped where that
// was 0. The first plane needs no gradient.
static void convolve_back(const ppo_pass16 *pass, size_t i, float *partial)
{
    const ppo_cnn_tile_back *back = &pass->b->back;
    const ppo_cnn_step *step = &pass->cnn->steps[i];
    ppo_bf16 *dy = dplane_at(pass, step->output);
    if (step->relu)
        ppo_bf16_rectify_here(dy, plane_at(pass, step->output), plane_count(pass, step->output));
    void *const to_weights[] = {plane_at(pass, step->input), pass->dweight, pass->dbias, dy};
    run(pass->b, back->weights[i], to_weights, pass->scratch);
    add(partial + back->partial_weight[i], pass->dweight, back->partial_count[i]);
    add(partial + back->partial_bias[i], pass->dbias, step->conv.out_channels);
    if (step->input == 0)
        return;
    void *const to_data[] = {dplane_at(pass, step->input),
                             ppo_onednn_operand(pass->packed + back->packed[i]), dy};
    run(pass->b, back->data[i], to_data, pass->scratch);
}

// `first`: nothing has been written to the input's gradient yet. Planes that two steps read are
// read by one that rectifies and one that adds.
static void run_step_back(const ppo_pass16 *pass, size_t i, float *partial, bool first)
{
    const ppo_cnn_step *step = &pass->cnn->steps[i];
    if (step->kind == PPO_CNN_CONVOLVE) {
        convolve_back(pass, i, partial);
        return;
    }
    ppo_bf16 *dx = dplane_at(pass, step->input), *dy = dplane_at(pass, step->output);
    const size_t count = plane_count(pass, step->input);
    if (step->kind == PPO_CNN_POOL)
        run(pass->b, pass->b->back.data[i], (void *const[]){dx, which_at(pass, i), dy},
            pass->scratch);
    else if (step->kind == PPO_CNN_RECTIFY)
        ppo_bf16_rectify_back(dx, dy, plane_at(pass, step->output), count, first);
    else if (first)
        memcpy(dx, dy, count * sizeof *dx);
    else
        ppo_bf16_add(dx, dy, count);
}

static void run_backward(const ppo_pass16 *pass, float *partial)
{
    bool written[PPO_MAX_PLANES] = {false};
    for (size_t i = pass->cnn->num_steps; i-- > 0;) {
        const size_t input = pass->cnn->steps[i].input;
        run_step_back(pass, i, partial, !written[input]);
        written[input] = true;
    }
}

void ppo_cnn_bf16_backward(const ppo_cnn *cnn, float *partial, float *tape, float *working,
                           const float *params, const float *packed, const float *dflat,
                           const uint8_t *x, size_t images)
{
    const ppo_cnn_tile *tile = &cnn->bf16->learning;
    for (size_t n = 0; n < images; n += tile->images) {
        const ppo_pass16 pass =
            make_pass(cnn, tile, params, packed, working, tape_from(cnn, tape, n));
        const size_t count = least(tile->images, images - n);
        const uint8_t *pictures = x + n * ppo_cnn_picture_bytes(cnn);
        if (tape)
            fill_input(&pass, pictures, count);
        else
            run_forward(&pass, pictures, count);
        unflatten(&pass, dflat + n * ppo_cnn_flat_size(cnn), count);
        run_backward(&pass, partial);
    }
}

// --- gradients of all pictures -------------------------------------------------------------------

// The first convolution's inputs were 255 times what they stand for.
static void divide(float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] *= 1.0f / 255.0f;
}

void ppo_cnn_bf16_collect_partials(const ppo_cnn *cnn, float *grad, float *partial, float *working,
                                   size_t count, size_t i)
{
    const ppo_cnn_bf16 *b = cnn->bf16;
    const ppo_parts p = parts_of(cnn);
    const ppo_cnn_step *step = &cnn->steps[i];
    const size_t weights = ppo_conv_weights(&step->conv), out = step->conv.out_channels;
    float *dweight = partial + b->back.partial_weight[i], *plain = working + p.dweight;
    float *dbias = partial + b->back.partial_bias[i];
    for (size_t k = 1; k < count; k++) {
        add(dweight, dweight + k * b->partial_size, b->back.partial_count[i]);
        add(dbias, dbias + k * b->partial_size, out);
    }
    run(b, b->back.unpack[i], (void *const[]){dweight, plain}, working + p.scratch);
    if (step->input == 0)
        divide(plain, weights);
    ppo_conv_unpack(&step->conv, grad + step->weight, plain, 0, weights / out);
    memcpy(grad + step->bias, dbias, out * sizeof *grad);
}

// --- packed weights ------------------------------------------------------------------------------

// A convolution's weights [kernel, kernel, in, out], which ppo_cnn_pack_step keeps, to one order.
static void pack(const ppo_cnn *cnn, float *packed, size_t i, size_t op, size_t to, size_t scratch)
{
    void *const operands[] = {packed + cnn->steps[i].forward, packed + to};
    run(cnn->bf16, op, operands, packed + scratch);
}

void ppo_cnn_bf16_pack(const ppo_cnn *cnn, float *packed, size_t task)
{
    const ppo_cnn_bf16 *b = cnn->bf16;
    const ppo_cnn_tile *tile = &b->learning;
    const ppo_cnn_tile_back *back = &b->back;
    const size_t i = b->convs[task];
    pack(cnn, packed, i, tile->pack[i], tile->packed[i], tile->scratch[i]);
    if (cnn->steps[i].input != 0)
        pack(cnn, packed, i, back->pack[i], back->packed[i], back->scratch[i]);
}

void ppo_cnn_bf16_pack_acting(const ppo_cnn *cnn, float *packed, const float *params, size_t task)
{
    const ppo_cnn_bf16 *b = cnn->bf16;
    if (task < b->num_convs) {
        const ppo_cnn_tile *tile = &b->acting;
        const size_t i = b->convs[task];
        pack(cnn, packed, i, tile->pack[i], tile->packed[i], tile->scratch[i]);
        return;
    }
    void *const operands[] = {ppo_onednn_operand(params + cnn->linear_weight),
                              packed + b->acting_packed};
    run(b, b->acting_pack, operands, packed + b->acting_scratch);
}
