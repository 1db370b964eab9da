// SPDX-License-Identifier: MIT
// Running a convolutional network over some pictures, step by step and back. Owns nothing.
// Here alone it is decided whether fp32 or bf16 (cnn_bf16.c) is computed, but for the linear layer
// (cnn_linear.c). Not here: what a network consists of (cnn_plan.c), the products (conv.c,
// linear.c), dividing the work among threads (rl/vision.c).
#include "nn/cnn.h"

#include "nn/activation.h"
#include "nn/cnn_bf16.h"
#include "nn/gemm.h"
#include "nn/image_input.h"
#include "nn/simd.h"

// What one pass over a few pictures works with. Arrays of planes have a row per picture.
typedef struct ppo_pass {
    const ppo_cnn *cnn;
    const float *params, *packed;
    float *input; // [images, plane 0]
    float *tape;  // [images, tape_size]
    float *dtape; // [images, tape_size] gradients, backward only
    size_t images;
} ppo_pass;

size_t ppo_cnn_picture_bytes(const ppo_cnn *cnn)
{
    return cnn->channels * cnn->height * cnn->width;
}

ppo_status ppo_cnn_use_bf16(ppo_cnn *cnn, size_t *packed_size, ppo_error *error)
{
    return ppo_cnn_bf16_create(&cnn->bf16, cnn, packed_size, error);
}

void ppo_cnn_release(ppo_cnn *cnn)
{
    ppo_cnn_bf16_destroy(cnn->bf16);
    cnn->bf16 = NULL;
}

// bf16 numbers are half as wide as floats.
size_t ppo_cnn_tape_size(const ppo_cnn *cnn)
{
    return cnn->bf16 ? cnn->bf16->tape_size / 2 : cnn->tape_size;
}

size_t ppo_cnn_flat_size(const ppo_cnn *cnn)
{
    return cnn->bf16 ? cnn->linear.in / 2 : cnn->linear.in;
}

size_t ppo_cnn_partial_size(const ppo_cnn *cnn)
{
    return cnn->bf16 ? cnn->bf16->partial_size : cnn->partial_size;
}

// Working space: input planes, tape and its gradient for a pass, one picture's transposition.
size_t ppo_cnn_working(const ppo_cnn *cnn)
{
    if (cnn->bf16)
        return ppo_cnn_bf16_working(cnn);
    const ppo_plane *last = &cnn->planes[cnn->num_planes - 1];
    const size_t transposed = last->channels * ppo_pad(last->height * last->width);
    return PPO_CNN_PASS * (cnn->planes[0].size + 2 * cnn->tape_size) + transposed;
}

static ppo_pass make_pass(const ppo_cnn *cnn, const float *params, const float *packed,
                          float *working, float *tape, size_t images)
{
    float *own_tape = working + PPO_CNN_PASS * cnn->planes[0].size;
    return (ppo_pass){.cnn = cnn,
                      .params = params,
                      .packed = packed,
                      .input = working,
                      .tape = tape ? tape : own_tape,
                      .dtape = own_tape + PPO_CNN_PASS * cnn->tape_size,
                      .images = images};
}

static float *transposition_space(const ppo_cnn *cnn, float *working)
{
    return working + PPO_CNN_PASS * (cnn->planes[0].size + 2 * cnn->tape_size);
}

// A plane of the pass's first picture; those of the others are `plane_stride` floats apart.
static float *plane_at(const ppo_pass *pass, size_t plane)
{
    return plane == 0 ? pass->input : pass->tape + pass->cnn->planes[plane].offset;
}

static float *dplane_at(const ppo_pass *pass, size_t plane)
{
    return pass->dtape + pass->cnn->planes[plane].offset;
}

// --- forward -------------------------------------------------------------------------------------

static void convolve(const ppo_pass *pass, const ppo_cnn_step *step)
{
    const ppo_plane *output = &pass->cnn->planes[step->output];
    ppo_conv_forward(&step->conv, plane_at(pass, step->output) + output->inside,
                     plane_at(pass, step->input), pass->packed + step->forward,
                     pass->params + step->bias, pass->images, step->relu);
}

// Row by row: one of the planes may have a border that the other has not.
static void rectify(float *y, const ppo_plane *out, const float *x, const ppo_plane *in)
{
    for (size_t row = 0; row < in->height; row++) {
        float *to = y + out->inside + row * out->row;
        memcpy(to, x + in->inside + row * in->row, in->width * in->channels * sizeof *to);
        ppo_activation_forward(to, in->width * in->channels, PPO_ACTIVATION_RELU);
    }
}

static void add(float *y, const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] += x[i];
}

static void run_step(const ppo_pass *pass, const ppo_cnn_step *step)
{
    const ppo_plane *in = &pass->cnn->planes[step->input], *out = &pass->cnn->planes[step->output];
    const size_t stride = pass->cnn->tape_size;
    if (step->kind == PPO_CNN_CONVOLVE) {
        convolve(pass, step);
        return;
    }
    for (size_t n = 0; n < pass->images; n++) {
        const float *x = plane_at(pass, step->input) + n * stride;
        float *y = plane_at(pass, step->output) + n * stride;
        if (step->kind == PPO_CNN_POOL)
            ppo_picture_pool(y, out, x, in);
        else if (step->kind == PPO_CNN_RECTIFY)
            rectify(y, out, x, in);
        else
            add(y, x, in->size);
    }
}

// The pictures as floats: cheaper to make once more for the backward pass than to keep.
static void fill_input(const ppo_pass *pass, const uint8_t *x)
{
    const ppo_cnn *cnn = pass->cnn;
    for (size_t n = 0; n < pass->images; n++)
        ppo_picture_to_plane(pass->input + n * cnn->planes[0].size, &cnn->planes[0],
                             x + n * ppo_cnn_picture_bytes(cnn), cnn->channels, cnn->height,
                             cnn->width, cnn->block);
}

static void run_forward(const ppo_pass *pass, const uint8_t *x)
{
    fill_input(pass, x);
    for (size_t i = 0; i < pass->cnn->num_steps; i++)
        run_step(pass, &pass->cnn->steps[i]);
}

// The last plane [pixels, channels] to PyTorch's [channels, pixels].
static void flatten(const ppo_pass *pass, float *flat, float *space)
{
    const ppo_cnn *cnn = pass->cnn;
    const ppo_plane *last = &cnn->planes[cnn->num_planes - 1];
    const size_t pixels = last->height * last->width, padded = ppo_pad(pixels);
    for (size_t n = 0; n < pass->images; n++) {
        const float *y = plane_at(pass, cnn->num_planes - 1) + n * cnn->tape_size;
        ppo_transpose(space, padded, y, last->channels, pixels, last->channels);
        for (size_t c = 0; c < last->channels; c++, flat += pixels)
            memcpy(flat, space + c * padded, pixels * sizeof *flat);
    }
}

static size_t next_pass(size_t left)
{
    return left < PPO_CNN_PASS ? left : PPO_CNN_PASS;
}

void ppo_cnn_forward(const ppo_cnn *cnn, float *flat, float *tape, float *working,
                     const float *params, const float *packed, const uint8_t *x, size_t images)
{
    if (cnn->bf16) {
        ppo_cnn_bf16_forward(cnn, flat, tape, working, params, packed, x, images);
        return;
    }
    for (size_t n = 0; n < images; n += PPO_CNN_PASS) {
        const ppo_pass pass =
            make_pass(cnn, params, packed, working, tape ? tape + n * cnn->tape_size : NULL,
                      next_pass(images - n));
        run_forward(&pass, x + n * ppo_cnn_picture_bytes(cnn));
        flatten(&pass, flat + n * cnn->linear.in, transposition_space(cnn, working));
    }
}

void ppo_cnn_features(const ppo_cnn *cnn, float *y, float *flat, float *working,
                      const float *params, const float *packed, const uint8_t *x, size_t rows)
{
    if (cnn->bf16) {
        ppo_cnn_bf16_features(cnn, y, flat, working, params, packed, x, rows);
        return;
    }
    ppo_cnn_forward(cnn, flat, NULL, working, params, packed, x, rows);
    ppo_linear_forward_packed(&cnn->linear, y, flat, packed + cnn->linear_packed,
                              params + cnn->linear_bias, rows);
}

// --- backward ------------------------------------------------------------------------------------

static void unflatten(const ppo_pass *pass, const float *dflat)
{
    const ppo_cnn *cnn = pass->cnn;
    const ppo_plane *last = &cnn->planes[cnn->num_planes - 1];
    const size_t pixels = last->height * last->width;
    for (size_t n = 0; n < pass->images; n++)
        ppo_transpose(dplane_at(pass, cnn->num_planes - 1) + n * cnn->tape_size, last->channels,
                      dflat + n * cnn->linear.in, pixels, last->channels, pixels);
}

// Through a convolution. Where its output was rectified at once, the gradient is stopped where that
// was 0. The first plane needs no gradient.
static void convolve_back(const ppo_pass *pass, const ppo_cnn_step *step, float *partial)
{
    const ppo_plane *out = &pass->cnn->planes[step->output];
    const size_t stride = pass->cnn->tape_size;
    float *dy = dplane_at(pass, step->output);
    for (size_t n = 0; step->relu && n < pass->images; n++)
        ppo_activation_backward(dy + n * stride, plane_at(pass, step->output) + n * stride,
                                out->size, PPO_ACTIVATION_RELU);
    ppo_conv_backward_weights(&step->conv, partial + step->partial_weight,
                              partial + step->partial_bias, plane_at(pass, step->input),
                              dy + out->inside, pass->images);
    if (step->input != 0)
        ppo_conv_backward_data(&step->conv, dplane_at(pass, step->input), dy + out->inside,
                               pass->packed + step->backward, pass->images);
}

static void rectify_back(float *dx, const ppo_plane *in, const float *dy, const float *y,
                         const ppo_plane *out)
{
    for (size_t row = 0; row < in->height; row++) {
        float *to = dx + in->inside + row * in->row;
        const size_t from = out->inside + row * out->row;
        for (size_t i = 0; i < in->width * in->channels; i++)
            to[i] += y[from + i] > 0.0f ? dy[from + i] : 0.0f;
    }
}

static void run_step_back(const ppo_pass *pass, const ppo_cnn_step *step, float *partial)
{
    const ppo_plane *in = &pass->cnn->planes[step->input], *out = &pass->cnn->planes[step->output];
    const size_t stride = pass->cnn->tape_size;
    if (step->kind == PPO_CNN_CONVOLVE) {
        convolve_back(pass, step, partial);
        return;
    }
    for (size_t n = 0; n < pass->images; n++) {
        const float *x = plane_at(pass, step->input) + n * stride;
        const float *y = plane_at(pass, step->output) + n * stride;
        const float *dy = dplane_at(pass, step->output) + n * stride;
        float *dx = dplane_at(pass, step->input) + n * stride;
        if (step->kind == PPO_CNN_POOL)
            ppo_picture_pool_back(dx, x, in, dy, y, out);
        else if (step->kind == PPO_CNN_RECTIFY)
            rectify_back(dx, in, dy, y, out);
        else
            add(dx, dy, in->size);
    }
}

void ppo_cnn_backward(const ppo_cnn *cnn, float *partial, float *tape, float *working,
                      const float *params, const float *packed, const float *dflat,
                      const uint8_t *x, size_t images)
{
    if (cnn->bf16) {
        ppo_cnn_bf16_backward(cnn, partial, tape, working, params, packed, dflat, x, images);
        return;
    }
    for (size_t n = 0; n < images; n += PPO_CNN_PASS) {
        const ppo_pass pass =
            make_pass(cnn, params, packed, working, tape ? tape + n * cnn->tape_size : NULL,
                      next_pass(images - n));
        const uint8_t *pictures = x + n * ppo_cnn_picture_bytes(cnn);
        if (tape)
            fill_input(&pass, pictures);
        else
            run_forward(&pass, pictures);
        memset(pass.dtape, 0, pass.images * cnn->tape_size * sizeof *pass.dtape);
        unflatten(&pass, dflat + n * cnn->linear.in);
        for (size_t i = cnn->num_steps; i-- > 0;)
            run_step_back(&pass, &cnn->steps[i], partial);
    }
}

// --- gradients of all pictures -------------------------------------------------------------------

// Adds rows of `width` floats of the other partial gradients to the first one's.
static void add_partials(float *sum, size_t stride, size_t count, size_t width)
{
    for (size_t k = 1; k < count; k++)
        add(sum, sum + k * stride, width);
}

void ppo_cnn_collect_partials(const ppo_cnn *cnn, float *grad, float *partial, float *working,
                              size_t count, size_t index, size_t first, size_t last)
{
    if (cnn->bf16) {
        if (first == 0)
            ppo_cnn_bf16_collect_partials(cnn, grad, partial, working, count, index);
        return;
    }
    const ppo_cnn_step *step = &cnn->steps[index];
    const size_t out = step->conv.out_channels, stride = cnn->partial_size;
    float *weights = partial + step->partial_weight;
    add_partials(weights + first * out, stride, count, (last - first) * out);
    ppo_conv_unpack(&step->conv, grad + step->weight, weights, first, last);
    if (first > 0)
        return;
    add_partials(partial + step->partial_bias, stride, count, out);
    memcpy(grad + step->bias, partial + step->partial_bias, out * sizeof *grad);
}

// --- packed weights ------------------------------------------------------------------------------

// bf16 networks see bytes as they are. Columns [first, last) of [inputs, out].
static void divide_by_255(const ppo_conv *conv, float *forward, size_t first, size_t last)
{
    const size_t out = conv->out_channels, inputs = ppo_conv_weights(conv) / out;
    for (size_t i = 0; i < inputs; i++)
        for (size_t o = first; o < last; o++)
            forward[i * out + o] *= 1.0f / 255.0f;
}

void ppo_cnn_pack_step(const ppo_cnn *cnn, float *packed, const float *params, size_t index,
                       size_t first, size_t last)
{
    const ppo_cnn_step *step = &cnn->steps[index];
    ppo_conv_pack(&step->conv, packed + step->forward,
                  step->input == 0 ? NULL : packed + step->backward, params + step->weight, first,
                  last);
    if (cnn->bf16 && step->input == 0)
        divide_by_255(&step->conv, packed + step->forward, first, last);
}

size_t ppo_cnn_learning_tasks(const ppo_cnn *cnn)
{
    return cnn->bf16 ? cnn->bf16->num_convs : 0;
}

void ppo_cnn_pack_learning(const ppo_cnn *cnn, float *packed, size_t task)
{
    ppo_cnn_bf16_pack(cnn, packed, task);
}

size_t ppo_cnn_acting_tasks(const ppo_cnn *cnn)
{
    return cnn->bf16 ? cnn->bf16->num_convs + 1 : ppo_linear_forward_strips(&cnn->linear);
}

void ppo_cnn_pack_acting(const ppo_cnn *cnn, float *packed, const float *params, size_t task)
{
    if (cnn->bf16)
        ppo_cnn_bf16_pack_acting(cnn, packed, params, task);
    else
        ppo_linear_pack(&cnn->linear, packed + cnn->linear_packed, params + cnn->linear_weight,
                        task);
}

void ppo_cnn_pack_all(const ppo_cnn *cnn, float *packed, const float *params)
{
    for (size_t i = 0; i < cnn->num_steps; i++)
        if (cnn->steps[i].kind == PPO_CNN_CONVOLVE)
            ppo_cnn_pack_step(cnn, packed, params, i, 0, cnn->steps[i].conv.out_channels);
    for (size_t task = 0; task < ppo_cnn_learning_tasks(cnn); task++)
        ppo_cnn_pack_learning(cnn, packed, task);
    for (size_t task = 0; task < ppo_cnn_acting_tasks(cnn); task++)
        ppo_cnn_pack_acting(cnn, packed, params, task);
}

// --- counting ------------------------------------------------------------------------------------

size_t ppo_cnn_forward_macs(const ppo_cnn *cnn)
{
    size_t sum = cnn->linear.in * cnn->linear.out;
    for (size_t i = 0; i < cnn->num_steps; i++)
        if (cnn->steps[i].kind == PPO_CNN_CONVOLVE)
            sum += ppo_conv_macs(&cnn->steps[i].conv);
    return sum;
}

size_t ppo_cnn_backward_macs(const ppo_cnn *cnn)
{
    return 2 * ppo_cnn_forward_macs(cnn) - ppo_conv_macs(&cnn->steps[0].conv);
}
