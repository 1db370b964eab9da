// SPDX-License-Identifier: MIT
// What the convolutional networks consist of: planes, steps and tensors, laid out once. Owns
// nothing.
#include "nn/cnn.h"

#include "core/error.h"
#include "nn/simd.h"

#include <assert.h>
#include <stdio.h>

// A network that is being laid out.
typedef struct ppo_builder {
    ppo_cnn *cnn;
    const char *name;
    ppo_params *params;
    size_t *packed_size;
    size_t torch_index; // of the next module in torch.nn.Sequential, for names
} ppo_builder;

// --- planes and steps ----------------------------------------------------------------------------

// Adds a plane and returns its number. Its floats in the tape are whole vectors.
static size_t add_plane(ppo_cnn *cnn, size_t height, size_t width, size_t channels, size_t border)
{
    assert(cnn->num_planes < PPO_MAX_PLANES);
    ppo_plane *plane = &cnn->planes[cnn->num_planes];
    *plane = (ppo_plane){.height = height, .width = width, .channels = channels, .border = border};
    plane->row = (width + 2 * border) * channels;
    plane->inside = border * (plane->row + channels);
    plane->size = ppo_param_align((height + 2 * border) * plane->row);
    if (cnn->num_planes > 0) {
        plane->offset = cnn->tape_size;
        cnn->tape_size += plane->size;
    }
    return cnn->num_planes++;
}

static ppo_cnn_step *add_step(ppo_cnn *cnn, ppo_cnn_step_kind kind, size_t input, size_t output)
{
    assert(cnn->num_steps < PPO_MAX_CNN_STEPS);
    ppo_cnn_step *step = &cnn->steps[cnn->num_steps++];
    *step = (ppo_cnn_step){.kind = kind, .input = input, .output = output};
    return step;
}

static size_t take(size_t *size, size_t count)
{
    const size_t offset = *size;
    *size += ppo_param_align(count);
    return offset;
}

// The next tensor "<name>.<index>.<what>".
static size_t add_tensor(const ppo_builder *b, const char *what, const size_t *shape, uint32_t rank)
{
    char label[PPO_NAME_SIZE];
    snprintf(label, sizeof label, "%.16s.%zu.%s", b->name, b->torch_index, what);
    return ppo_params_add_shaped(b->params, label, shape, rank);
}

// A convolution of plane `input` to a new plane with `border`. The kernel is given in pixels of the
// picture; over a plane of squares it is as much smaller.
static size_t add_conv(ppo_builder *b, size_t input, size_t out_channels, size_t kernel,
                       size_t stride, size_t border, bool relu)
{
    ppo_cnn *cnn = b->cnn;
    const ppo_plane in = cnn->planes[input];
    const size_t block = input == 0 ? cnn->block : 1;
    ppo_conv conv = ppo_conv_make(in.height + 2 * in.border, in.width + 2 * in.border, in.channels,
                                  out_channels, kernel / block, stride / block);
    conv.block = block;
    const size_t output = add_plane(cnn, conv.out_height, conv.out_width, out_channels, border);
    ppo_cnn_step *step = add_step(cnn, PPO_CNN_CONVOLVE, input, output);
    const size_t shape[4] = {out_channels, in.channels / (block * block), kernel, kernel};
    step->relu = relu;
    step->weight = add_tensor(b, "weight", shape, 4);
    step->bias = add_tensor(b, "bias", shape, 1);
    step->forward = take(b->packed_size, ppo_conv_weights(&conv));
    step->backward = input == 0 ? 0 : take(b->packed_size, ppo_conv_weights(&conv));
    step->partial_weight = take(&cnn->partial_size, ppo_conv_weights(&conv));
    step->partial_bias = take(&cnn->partial_size, out_channels);
    step->conv = conv;
    b->torch_index++;
    return output;
}

// Rows and images lie as the tape has them, which is known once all planes are there.
static void set_strides(ppo_cnn *cnn)
{
    for (size_t i = 0; i < cnn->num_steps; i++) {
        ppo_cnn_step *step = &cnn->steps[i];
        if (step->kind != PPO_CNN_CONVOLVE)
            continue;
        step->conv.in_image = step->input == 0 ? cnn->planes[0].size : cnn->tape_size;
        step->conv.out_row = cnn->planes[step->output].row;
        step->conv.out_image = cnn->tape_size;
    }
}

static void add_linear(ppo_builder *b, size_t out)
{
    ppo_cnn *cnn = b->cnn;
    const ppo_plane *last = &cnn->planes[cnn->num_planes - 1];
    cnn->linear = (ppo_linear){.in = last->height * last->width * last->channels, .out = out};
    const size_t shape[2] = {out, cnn->linear.in};
    cnn->linear_weight = add_tensor(b, "weight", shape, 2);
    cnn->linear_bias = add_tensor(b, "bias", shape, 1);
    cnn->linear_packed = take(b->packed_size, cnn->linear.in * out);
}

// --- the two networks ----------------------------------------------------------------------------

// Modules as in torch.nn.Sequential: a convolution and its ReLU are two, flattening is one.
static void plan_nature(ppo_builder *b)
{
    ppo_cnn *cnn = b->cnn;
    size_t plane = add_plane(cnn, cnn->height / cnn->block, cnn->width / cnn->block,
                             cnn->channels * cnn->block * cnn->block, 0);
    plane = add_conv(b, plane, 32, 8, 4, 0, true);
    b->torch_index++;
    plane = add_conv(b, plane, 64, 4, 2, 0, true);
    b->torch_index++;
    add_conv(b, plane, 64, 3, 1, 0, true);
    b->torch_index += 2;
    add_linear(b, 512);
    cnn->keeps_tape = true;
}

// x + conv(relu(conv(relu(x)))); the second convolution's plane becomes the sum.
static size_t add_residual(ppo_builder *b, size_t x)
{
    ppo_cnn *cnn = b->cnn;
    const ppo_plane in = cnn->planes[x];
    const size_t positive = add_plane(cnn, in.height, in.width, in.channels, 1);
    add_step(cnn, PPO_CNN_RECTIFY, x, positive);
    const size_t inner = add_conv(b, positive, in.channels, 3, 1, 1, true);
    const size_t sum = add_conv(b, inner, in.channels, 3, 1, 1, false);
    add_step(cnn, PPO_CNN_ADD, x, sum);
    return sum;
}

static size_t add_stage(ppo_builder *b, size_t plane, size_t channels)
{
    ppo_cnn *cnn = b->cnn;
    const size_t wide = add_conv(b, plane, channels, 3, 1, 0, false);
    const ppo_plane in = cnn->planes[wide];
    const size_t pooled = add_plane(cnn, (in.height + 1) / 2, (in.width + 1) / 2, in.channels, 1);
    add_step(cnn, PPO_CNN_POOL, wide, pooled);
    return add_residual(b, add_residual(b, pooled));
}

// The features are taken from a plane without a border.
static void plan_impala(ppo_builder *b)
{
    ppo_cnn *cnn = b->cnn;
    size_t plane = add_plane(cnn, cnn->height, cnn->width, cnn->channels, 1);
    const size_t channels[3] = {16, 32, 32};
    for (size_t i = 0; i < 3; i++)
        plane = add_stage(b, plane, channels[i]);
    const ppo_plane last = cnn->planes[plane];
    const size_t trimmed = add_plane(cnn, last.height, last.width, last.channels, 0);
    add_step(cnn, PPO_CNN_RECTIFY, plane, trimmed);
    add_linear(b, 256);
}

ppo_status ppo_cnn_plan(ppo_cnn *cnn, const char *name, ppo_network_kind kind, size_t channels,
                        size_t height, size_t width, ppo_params *params, size_t *packed_size,
                        ppo_error *error)
{
    const bool nature = kind == PPO_NETWORK_NATURE_CNN;
    const size_t least = nature ? 36 : 3; // the last convolution's output is 1 x 1
    *cnn = (ppo_cnn){.channels = channels, .height = height, .width = width};
    cnn->block = nature ? 4 : 1;
    if (height < least || width < least)
        return ppo_fail(error, PPO_INVALID,
                        "%s needs pictures of at least %zu x %zu pixels; these have %zu x %zu",
                        nature ? "nature_cnn" : "impala_cnn", least, least, height, width);
    ppo_builder builder = {.cnn = cnn, .name = name, .params = params, .packed_size = packed_size};
    *packed_size = ppo_param_align(*packed_size);
    if (nature)
        plan_nature(&builder);
    else
        plan_impala(&builder);
    cnn->next_module = builder.torch_index + 2; // after the linear layer and its ReLU
    set_strides(cnn);
    return PPO_OK;
}
