// SPDX-License-Identifier: MIT
// Takes the device's memory for a convolutional network. See cnn_gpu.h; cnn_gpu.c computes.
#include "nn/cnn_gpu.h"

#include "core/error.h"

#include <assert.h>
#include <stdlib.h>

// --- sizes ---------------------------------------------------------------------------------------

ppo_gpu_conv ppo_gpu_conv_of(const ppo_cnn *cnn, size_t i, size_t images)
{
    const ppo_cnn_shape *shape = &cnn->shape;
    const gpu_network *net = cnn->own;
    const ppo_cnn_step *step = &shape->steps[i];
    const ppo_plane *in = &shape->planes[step->input];
    const bool is_image = step->input == 0;
    const size_t block = is_image ? shape->block : 1; // blocks of pixels are fp32's business
    const size_t parts = ppo_gpu_weight_parts(images);
    return (ppo_gpu_conv){.images = (int)images,
                          .in_channels = (int)(is_image ? shape->channels : in->channels),
                          .in_height = (int)(is_image ? shape->height : in->height),
                          .in_width = (int)(is_image ? shape->width : in->width),
                          .out_channels = (int)step->conv.out_channels,
                          .out_height = (int)step->conv.out_height,
                          .out_width = (int)step->conv.out_width,
                          .kernel_size = (int)(step->conv.kernel * block),
                          .stride = (int)(step->conv.stride * block),
                          .padding = (int)in->border,
                          .relu = step->relu,
                          .weight = (int)(step->weight - net->begin),
                          .bias = (int)(step->bias - net->begin),
                          .part = (int)((images + parts - 1) / parts)};
}

ppo_gpu_linear ppo_gpu_linear_of(const ppo_cnn *cnn, size_t images)
{
    const ppo_cnn_shape *shape = &cnn->shape;
    const gpu_network *net = cnn->own;
    const size_t steps = (shape->linear.in + PPO_GPU_DEPTH - 1) / PPO_GPU_DEPTH;
    const size_t part = (steps + PPO_GPU_LINEAR_PARTS - 1) / PPO_GPU_LINEAR_PARTS * PPO_GPU_DEPTH;
    return (ppo_gpu_linear){.images = (int)images,
                            .in = (int)shape->linear.in,
                            .out = (int)shape->linear.out,
                            .weight = (int)(shape->linear_weight - net->begin),
                            .bias = (int)(shape->linear_bias - net->begin),
                            .part = (int)part};
}

size_t ppo_gpu_plane_size(const ppo_cnn_shape *shape, size_t plane)
{
    const ppo_plane *p = &shape->planes[plane];
    return plane == 0 ? ppo_cnn_shape_image_bytes(shape) : p->height * p->width * p->channels;
}

size_t ppo_gpu_weight_parts(size_t images)
{
    const size_t part = (images + PPO_GPU_WEIGHT_PARTS - 1) / PPO_GPU_WEIGHT_PARTS;
    return (images + part - 1) / part;
}

size_t ppo_gpu_linear_parts(const ppo_gpu_linear *linear)
{
    return (size_t)((linear->in + linear->part - 1) / linear->part);
}

// Floats of the weights and biases of the largest convolution.
static size_t largest_conv(const ppo_cnn_shape *shape)
{
    size_t largest = 0;
    for (size_t i = 0; i < shape->num_steps; i++) {
        const ppo_conv *conv = &shape->steps[i].conv;
        if (shape->steps[i].kind == PPO_CNN_CONV &&
            ppo_conv_weights(conv) + conv->out_channels > largest)
            largest = ppo_conv_weights(conv) + conv->out_channels;
    }
    return largest;
}

// --- memory --------------------------------------------------------------------------------------

static ppo_status take(const ppo_cnn *cnn, ppo_gpu_buffer **buffer, size_t count, size_t bytes,
                       ppo_error *error)
{
    return cnn->device->api->make_buffer(cnn->device->gpu, buffer, count * bytes, error);
}

static void give_back(const ppo_cnn *cnn, ppo_gpu_buffer *buffer)
{
    cnn->device->api->free_buffer(cnn->device->gpu, buffer);
}

// Kernels count elements with ints.
static ppo_status check_size(const ppo_cnn *cnn, size_t max_count, ppo_error *error)
{
    size_t largest = PPO_CNN_FEATURES(cnn) * PPO_GPU_LINEAR_PARTS;
    for (size_t i = 0; i < cnn->shape.num_planes; i++)
        if (ppo_gpu_plane_size(&cnn->shape, i) > largest)
            largest = ppo_gpu_plane_size(&cnn->shape, i);
    if (max_count <= (size_t)(INT32_MAX / 2) / largest)
        return PPO_OK;
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "a device takes at most %zu of these images at once, not %zu: set a smaller "
                    "minibatch_size, or device to cpu",
                    (size_t)(INT32_MAX / 2) / largest, max_count);
}

static ppo_status take_forward(const ppo_cnn *cnn, gpu_forward *f, size_t max_count, bool has_bytes,
                               ppo_error *error)
{
    const ppo_cnn_shape *shape = &cnn->shape;
    const size_t features = PPO_CNN_FEATURES(cnn);
    f->max_count = max_count;
    PPO_TRY(check_size(cnn, max_count, error));
    if (has_bytes)
        PPO_TRY(take(cnn, &f->bytes, max_count, ppo_cnn_shape_image_bytes(shape), error));
    for (size_t i = 0; i < shape->num_planes; i++)
        PPO_TRY(take(cnn, &f->planes[i], max_count * ppo_gpu_plane_size(shape, i), sizeof(float),
                     error));
    PPO_TRY(
        take(cnn, &f->parts, PPO_GPU_LINEAR_PARTS * max_count * features, sizeof(float), error));
    return take(cnn, &f->features, max_count * features, sizeof(float), error);
}

static void give_back_forward(const ppo_cnn *cnn, gpu_forward *f)
{
    give_back(cnn, f->bytes);
    for (size_t i = 0; i < cnn->shape.num_planes; i++)
        give_back(cnn, f->planes[i]);
    give_back(cnn, f->parts);
    give_back(cnn, f->features);
}

// --- the network ---------------------------------------------------------------------------------

// Backward, steps run from the last to the first: the first of them that reads a plane writes its
// gradient, others add to it. Planes that convolutions or pooling read have no other readers.
static void find_order(const ppo_cnn_shape *shape, gpu_network *net)
{
    bool is_written[PPO_MAX_PLANES] = {false};
    for (size_t i = shape->num_steps; i-- > 0;) {
        const ppo_cnn_step *step = &shape->steps[i];
        net->adds[i] = is_written[step->input];
        is_written[step->input] = true;
        assert(!net->adds[i] || step->kind == PPO_CNN_RELU || step->kind == PPO_CNN_ADD);
        if (step->kind == PPO_CNN_CONV && step->relu)
            net->is_positive[step->output] = true;
    }
}

ppo_status ppo_gpu_plan(ppo_cnn *cnn, const char *name, ppo_arena *arena, ppo_error *error)
{
    (void)name;
    (void)arena;
    gpu_network *net = cnn->own = calloc(1, sizeof *net);
    if (!net)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a convolutional network");
    net->begin = ppo_cnn_shape_params_begin(&cnn->shape);
    net->size = ppo_cnn_shape_params_end(&cnn->shape) - net->begin;
    find_order(&cnn->shape, net);
    for (size_t i = 0; i < PPO_CNN_NUM_ARRAYS; i++)
        PPO_TRY(take(cnn, &net->arrays[i], net->size, sizeof(float), error));
    PPO_TRY(take(cnn, &net->squares, PPO_GPU_SQUARES, sizeof(float), error));
    return take_forward(cnn, &net->acting, PPO_CNN_ACTING_ROWS, true, error);
}

void ppo_gpu_release(ppo_cnn *cnn)
{
    gpu_network *net = cnn->own;
    if (!net)
        return;
    for (size_t i = 0; i < PPO_CNN_NUM_ARRAYS; i++)
        give_back(cnn, net->arrays[i]);
    give_back(cnn, net->squares);
    give_back_forward(cnn, &net->acting);
    free(net);
}

// --- minibatches, features ahead -----------------------------------------------------------------

ppo_status ppo_gpu_plan_minibatch(ppo_cnn_minibatch *m, const char *name, ppo_arena *arena,
                                  ppo_error *error)
{
    (void)name;
    (void)arena;
    const ppo_cnn *cnn = m->cnn;
    const ppo_cnn_shape *shape = &cnn->shape;
    gpu_minibatch *b = m->own = calloc(1, sizeof *b);
    if (!b)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    PPO_TRY(take_forward(cnn, &b->forward, m->max_count, !m->same_images, error));
    for (size_t i = 1; i < shape->num_planes; i++)
        PPO_TRY(take(cnn, &b->dplanes[i], m->max_count * ppo_gpu_plane_size(shape, i),
                     sizeof(float), error));
    PPO_TRY(take(cnn, &b->dfeatures, m->max_count * PPO_CNN_FEATURES(cnn), sizeof(float), error));
    return take(cnn, &b->parts, PPO_GPU_WEIGHT_PARTS * largest_conv(shape), sizeof(float), error);
}

void ppo_gpu_release_minibatch(ppo_cnn_minibatch *m)
{
    gpu_minibatch *b = m->own;
    if (!b)
        return;
    give_back_forward(m->cnn, &b->forward);
    for (size_t i = 1; i < m->cnn->shape.num_planes; i++)
        give_back(m->cnn, b->dplanes[i]);
    give_back(m->cnn, b->dfeatures);
    give_back(m->cnn, b->parts);
    free(b);
}

ppo_status ppo_gpu_plan_ahead(ppo_cnn_ahead *ahead, ppo_error *error)
{
    gpu_ahead *a = ahead->own = calloc(1, sizeof *a);
    if (!a)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for collecting");
    return take_forward(ahead->cnn, &a->forward, ahead->max_count, true, error);
}

void ppo_gpu_release_ahead(ppo_cnn_ahead *ahead)
{
    gpu_ahead *a = ahead->own;
    if (!a)
        return;
    give_back_forward(ahead->cnn, &a->forward);
    free(a);
}
