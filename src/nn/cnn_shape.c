// SPDX-License-Identifier: MIT
// Lays out the two convolutional networks. Owns nothing.
#include "nn/cnn_shape.h"

#include "core/error.h"

#include <assert.h>
#include <stdio.h>

// A network that is being laid out.
typedef struct ppo_builder {
    ppo_cnn_shape *shape;
    const char *name;
    ppo_params *params;
    size_t module; // index of the next module in torch.nn.Sequential
} ppo_builder;

// --- planes and steps ----------------------------------------------------------------------------

// Adds a plane and returns its number.
static size_t add_plane(ppo_cnn_shape *shape, size_t height, size_t width, size_t channels,
                        size_t border)
{
    assert(shape->num_planes < PPO_MAX_PLANES);
    ppo_plane *plane = &shape->planes[shape->num_planes];
    *plane = (ppo_plane){.height = height, .width = width, .channels = channels, .border = border};
    plane->row = (width + 2 * border) * channels;
    plane->inside = border * (plane->row + channels);
    plane->size = ppo_param_align((height + 2 * border) * plane->row);
    if (shape->num_planes > 0) {
        plane->offset = shape->saved_size;
        shape->saved_size += plane->size;
    }
    return shape->num_planes++;
}

static ppo_cnn_step *add_step(ppo_cnn_shape *shape, ppo_cnn_step_kind kind, size_t input,
                              size_t output)
{
    assert(shape->num_steps < PPO_MAX_CNN_STEPS);
    ppo_cnn_step *step = &shape->steps[shape->num_steps++];
    *step = (ppo_cnn_step){.kind = kind, .input = input, .output = output};
    return step;
}

// Adds the tensor "<name>.<module>.<what>" and returns its offset.
static size_t add_tensor(const ppo_builder *b, const char *what, const size_t *dims, uint32_t rank)
{
    char label[PPO_NAME_SIZE];
    snprintf(label, sizeof label, "%.72s.%zu.%s", b->name, b->module, what);
    return ppo_params_add_shaped(b->params, label, dims, rank);
}

// A convolution of plane `input` to a new plane with `border`, whose number is returned. The kernel
// is given in pixels of the image; over a plane of blocks it is as much smaller.
static size_t add_conv(ppo_builder *b, size_t input, size_t out_channels, size_t kernel,
                       size_t stride, size_t border, bool relu)
{
    ppo_cnn_shape *shape = b->shape;
    const ppo_plane in = shape->planes[input];
    const size_t block = input == 0 ? shape->block : 1;
    ppo_conv conv = ppo_conv_make(in.height + 2 * in.border, in.width + 2 * in.border, in.channels,
                                  out_channels, kernel / block, stride / block);
    conv.block = block;
    const size_t output = add_plane(shape, conv.out_height, conv.out_width, out_channels, border);
    ppo_cnn_step *step = add_step(shape, PPO_CNN_CONV, input, output);
    const size_t dims[4] = {out_channels, in.channels / (block * block), kernel, kernel};
    step->relu = relu;
    step->weight = add_tensor(b, "weight", dims, 4);
    step->bias = add_tensor(b, "bias", dims, 1);
    step->conv = conv;
    b->module++;
    return output;
}

static void add_linear(ppo_builder *b, size_t out)
{
    ppo_cnn_shape *shape = b->shape;
    const ppo_plane *last = &shape->planes[shape->num_planes - 1];
    shape->linear = (ppo_linear){.in = last->height * last->width * last->channels, .out = out};
    const size_t dims[2] = {out, shape->linear.in};
    shape->linear_weight = add_tensor(b, "weight", dims, 2);
    shape->linear_bias = add_tensor(b, "bias", dims, 1);
}

// --- the two networks ----------------------------------------------------------------------------

// Modules as in torch.nn.Sequential: a convolution and its ReLU are two, flattening is one.
static void plan_nature(ppo_builder *b, size_t features)
{
    ppo_cnn_shape *shape = b->shape;
    shape->block = 4;
    size_t plane = add_plane(shape, shape->height / 4, shape->width / 4, shape->channels * 16, 0);
    plane = add_conv(b, plane, 32, 8, 4, 0, true);
    b->module++;
    plane = add_conv(b, plane, 64, 4, 2, 0, true);
    b->module++;
    add_conv(b, plane, 64, 3, 1, 0, true);
    b->module += 2;
    add_linear(b, features ? features : 512);
    shape->keeps_saved = true;
}

// x + conv(relu(conv(relu(x)))); the second convolution's plane becomes the sum.
static size_t add_residual(ppo_builder *b, size_t x)
{
    ppo_cnn_shape *shape = b->shape;
    const ppo_plane in = shape->planes[x];
    const size_t positive = add_plane(shape, in.height, in.width, in.channels, 1);
    add_step(shape, PPO_CNN_RELU, x, positive);
    const size_t inner = add_conv(b, positive, in.channels, 3, 1, 1, true);
    const size_t sum = add_conv(b, inner, in.channels, 3, 1, 1, false);
    add_step(shape, PPO_CNN_ADD, x, sum);
    return sum;
}

// The features are computed from a plane without a border.
static void plan_impala(ppo_builder *b, size_t features)
{
    ppo_cnn_shape *shape = b->shape;
    static const size_t channels[3] = {16, 32, 32};
    shape->block = 1;
    size_t plane = add_plane(shape, shape->height, shape->width, shape->channels, 1);
    for (size_t i = 0; i < 3; i++) {
        const size_t wide = add_conv(b, plane, channels[i], 3, 1, 0, false);
        const ppo_plane in = shape->planes[wide];
        plane = add_plane(shape, (in.height + 1) / 2, (in.width + 1) / 2, in.channels, 1);
        add_step(shape, PPO_CNN_MAX_POOL, wide, plane);
        plane = add_residual(b, add_residual(b, plane));
    }
    const ppo_plane last = shape->planes[plane];
    const size_t trimmed = add_plane(shape, last.height, last.width, last.channels, 0);
    add_step(shape, PPO_CNN_RELU, plane, trimmed);
    add_linear(b, features ? features : 256);
}

ppo_status ppo_cnn_shape_plan(ppo_cnn_shape *shape, const char *name, ppo_network_kind kind,
                              size_t features, size_t channels, size_t height, size_t width,
                              ppo_params *params, ppo_error *error)
{
    const bool nature = kind == PPO_NETWORK_NATURE_CNN;
    const size_t least = nature ? 36 : 3; // the last convolution's output is 1 x 1
    *shape = (ppo_cnn_shape){.channels = channels, .height = height, .width = width};
    if (height < least || width < least)
        return ppo_fail(error, PPO_INVALID,
                        "%s needs pictures of at least %zu x %zu pixels; these have %zu x %zu",
                        nature ? "nature_cnn" : "impala_cnn", least, least, height, width);
    ppo_builder builder = {.shape = shape, .name = name, .params = params};
    if (nature)
        plan_nature(&builder, features);
    else
        plan_impala(&builder, features);
    shape->next_module = builder.module + 2; // after the linear layer and its ReLU

    // Distances between images are known once all planes are there.
    for (size_t i = 0; i < shape->num_steps; i++) {
        ppo_cnn_step *step = &shape->steps[i];
        if (step->kind != PPO_CNN_CONV)
            continue;
        step->conv.in_image = step->input == 0 ? shape->planes[0].size : shape->saved_size;
        step->conv.out_row = shape->planes[step->output].row;
        step->conv.out_image = shape->saved_size;
    }
    return PPO_OK;
}

// --- sizes ---------------------------------------------------------------------------------------

// The first step is a convolution in either network.
size_t ppo_cnn_shape_params_begin(const ppo_cnn_shape *shape)
{
    return shape->steps[0].weight;
}

size_t ppo_cnn_shape_params_end(const ppo_cnn_shape *shape)
{
    return shape->linear_bias + ppo_param_align(shape->linear.out);
}

size_t ppo_cnn_shape_image_bytes(const ppo_cnn_shape *shape)
{
    return shape->channels * shape->height * shape->width;
}

size_t ppo_cnn_shape_forward_macs(const ppo_cnn_shape *shape)
{
    size_t sum = shape->linear.in * shape->linear.out;
    for (size_t i = 0; i < shape->num_steps; i++)
        if (shape->steps[i].kind == PPO_CNN_CONV)
            sum += ppo_conv_macs(&shape->steps[i].conv);
    return sum;
}

// The first convolution's input needs no gradient.
size_t ppo_cnn_shape_backward_macs(const ppo_cnn_shape *shape)
{
    return 2 * ppo_cnn_shape_forward_macs(shape) - ppo_conv_macs(&shape->steps[0].conv);
}
