// SPDX-License-Identifier: MIT
// Convolutional networks on a device (gpu_ops.h), in fp32 on the kernels of gpu_kernels.cl.
//
// A phase gives the device all its commands and waits at most once, for features. Results depend on
// neither threads nor the order in which networks take turns: what they write lies apart.
#include "nn/cnn_gpu.h"

#define BUFFER(b)                    \
    (ppo_gpu_arg)                    \
    {                                \
        .buffer = (b), .value = NULL \
    }
#define VALUE(v)                         \
    (ppo_gpu_arg)                        \
    {                                    \
        .value = &(v), .size = sizeof(v) \
    }
#define GROUPS(...) ((const size_t[3]){__VA_ARGS__})

// LAUNCH(cnn, kernel, GROUPS(x, y, z), arguments...)
#define LAUNCH(cnn, kernel, groups, ...)                                     \
    (cnn)->device->api->launch((cnn)->device->gpu, PPO_GPU_##kernel, groups, \
                               (const ppo_gpu_arg[]){__VA_ARGS__},           \
                               sizeof((const ppo_gpu_arg[]){__VA_ARGS__}) / sizeof(ppo_gpu_arg))

static size_t tiles(int count, size_t size)
{
    return ((size_t)count + size - 1) / size;
}

// Work-groups for `count` elements.
static size_t groups_for(size_t count)
{
    return (count + PPO_GPU_GROUP - 1) / PPO_GPU_GROUP;
}

static void lock(const ppo_cnn *cnn)
{
    cnn->device->api->lock(cnn->device->gpu);
}

static void unlock(const ppo_cnn *cnn)
{
    cnn->device->api->unlock(cnn->device->gpu);
}

static ppo_gpu_buffer *params_of(const ppo_cnn *cnn)
{
    return ((const gpu_network *)cnn->own)->arrays[PPO_CNN_PARAMS];
}

static ppo_gpu_buffer *grad_of(const ppo_cnn *cnn)
{
    return ((const gpu_network *)cnn->own)->arrays[PPO_CNN_GRAD];
}

// Copies a range of the device's to the host and waits for it.
static void read_now(const ppo_cnn *cnn, const ppo_gpu_buffer *from, void *to, size_t bytes)
{
    ppo_gpu_read read;
    lock(cnn);
    cnn->device->api->read(cnn->device->gpu, &read, from, 0, to, bytes);
    unlock(cnn);
    cnn->device->api->wait(cnn->device->gpu, &read);
}

static void write_now(const ppo_cnn *cnn, ppo_gpu_buffer *to, size_t offset, const void *from,
                      size_t bytes)
{
    cnn->device->api->write(cnn->device->gpu, to, offset, from, bytes);
}

// --- forward -------------------------------------------------------------------------------------

static void conv_forward(const ppo_cnn *cnn, const gpu_forward *f, size_t i, size_t images)
{
    const ppo_cnn_step *step = &cnn->shape.steps[i];
    const ppo_gpu_conv s = ppo_gpu_conv_of(cnn, i, images);
    LAUNCH(cnn, conv_forward,
           GROUPS(tiles(s.images * s.out_height * s.out_width, PPO_GPU_ROWS),
                  tiles(s.out_channels, PPO_GPU_COLUMNS), 1),
           BUFFER(f->planes[step->output]), BUFFER(f->planes[step->input]), BUFFER(params_of(cnn)),
           VALUE(s));
}

static ppo_gpu_pool pool_of(const ppo_cnn_shape *shape, const ppo_cnn_step *step, size_t images)
{
    const ppo_plane *in = &shape->planes[step->input], *out = &shape->planes[step->output];
    return (ppo_gpu_pool){.planes = (int)(images * in->channels),
                          .in_height = (int)in->height,
                          .in_width = (int)in->width,
                          .out_height = (int)out->height,
                          .out_width = (int)out->width};
}

static void step_forward(const ppo_cnn *cnn, const gpu_forward *f, size_t i, size_t images)
{
    const ppo_cnn_step *step = &cnn->shape.steps[i];
    const int count = (int)(images * ppo_gpu_plane_size(&cnn->shape, step->output));
    const size_t groups = groups_for((size_t)count);
    const ppo_gpu_pool pool = pool_of(&cnn->shape, step, images);
    ppo_gpu_buffer *x = f->planes[step->input], *y = f->planes[step->output];
    switch (step->kind) {
    case PPO_CNN_CONV:
        conv_forward(cnn, f, i, images);
        break;
    case PPO_CNN_MAX_POOL:
        LAUNCH(cnn, pool_forward, GROUPS(groups, 1, 1), BUFFER(y), BUFFER(x), VALUE(pool));
        break;
    case PPO_CNN_RELU:
        LAUNCH(cnn, relu_forward, GROUPS(groups, 1, 1), BUFFER(y), BUFFER(x), VALUE(count));
        break;
    case PPO_CNN_ADD:
        LAUNCH(cnn, add_forward, GROUPS(groups, 1, 1), BUFFER(y), BUFFER(x), VALUE(count));
        break;
    }
}

static void linear_forward(const ppo_cnn *cnn, const gpu_forward *f, size_t images)
{
    const ppo_gpu_linear s = ppo_gpu_linear_of(cnn, images);
    const int parts = (int)ppo_gpu_linear_parts(&s);
    const ppo_gpu_buffer *x = f->planes[cnn->shape.num_planes - 1];
    LAUNCH(cnn, linear_forward,
           GROUPS(tiles(s.out, PPO_GPU_ROWS), tiles(s.images, PPO_GPU_COLUMNS), (size_t)parts),
           BUFFER(f->parts), BUFFER(x), BUFFER(params_of(cnn)), VALUE(s));
    LAUNCH(cnn, linear_add_parts, GROUPS(groups_for(images * PPO_CNN_FEATURES(cnn)), 1, 1),
           BUFFER(f->features), BUFFER(f->parts), BUFFER(params_of(cnn)), VALUE(parts), VALUE(s));
}

// From bytes on the device to features on the device.
static void run_forward(const ppo_cnn *cnn, const gpu_forward *f, const ppo_gpu_buffer *bytes,
                        size_t images)
{
    const int count = (int)(images * ppo_cnn_shape_image_bytes(&cnn->shape));
    LAUNCH(cnn, bytes_to_floats, GROUPS(groups_for((size_t)count), 1, 1), BUFFER(f->planes[0]),
           BUFFER(bytes), VALUE(count));
    for (size_t i = 0; i < cnn->shape.num_steps; i++)
        step_forward(cnn, f, i, images);
    linear_forward(cnn, f, images);
}

// From bytes of the host; the features are on their way to the host.
static void begin_features(const ppo_cnn *cnn, const gpu_forward *f, ppo_gpu_read *read, float *y,
                           const uint8_t *images, size_t count)
{
    lock(cnn);
    write_now(cnn, f->bytes, 0, images, count * ppo_cnn_shape_image_bytes(&cnn->shape));
    run_forward(cnn, f, f->bytes, count);
    cnn->device->api->read(cnn->device->gpu, read, f->features, 0, y,
                           count * PPO_CNN_FEATURES(cnn) * sizeof *y);
    unlock(cnn);
}

// --- backward ------------------------------------------------------------------------------------

static void conv_backward(const ppo_cnn *cnn, const gpu_minibatch *b, size_t i, size_t images)
{
    const gpu_network *net = cnn->own;
    const ppo_cnn_step *step = &cnn->shape.steps[i];
    ppo_gpu_conv s = ppo_gpu_conv_of(cnn, i, images);
    const int parts = (int)ppo_gpu_weight_parts(images);
    const int inputs = s.in_channels * s.kernel_size * s.kernel_size;
    const ppo_gpu_buffer *x = b->forward.planes[step->input], *dy = b->dplanes[step->output];
    LAUNCH(
        cnn, conv_weights,
        GROUPS(tiles(inputs, PPO_GPU_ROWS), tiles(s.out_channels, PPO_GPU_COLUMNS), (size_t)parts),
        BUFFER(b->parts), BUFFER(dy), BUFFER(x), VALUE(s));
    LAUNCH(cnn, conv_add_parts, GROUPS(groups_for((size_t)((inputs + 1) * s.out_channels)), 1, 1),
           BUFFER(grad_of(cnn)), BUFFER(b->parts), VALUE(parts), VALUE(s));
    if (step->input == 0)
        return;
    const int class_height = (s.in_height + s.stride - 1) / s.stride;
    const int class_width = (s.in_width + s.stride - 1) / s.stride;
    s.relu = net->is_positive[step->input];
    LAUNCH(cnn, conv_data,
           GROUPS(tiles(s.images * class_height * class_width, PPO_GPU_ROWS),
                  tiles(s.in_channels, PPO_GPU_COLUMNS), (size_t)(s.stride * s.stride)),
           BUFFER(b->dplanes[step->input]), BUFFER(dy), BUFFER(x), BUFFER(params_of(cnn)),
           VALUE(s));
}

static void step_backward(const ppo_cnn *cnn, const gpu_minibatch *b, size_t i, size_t images)
{
    const gpu_network *net = cnn->own;
    const ppo_cnn_step *step = &cnn->shape.steps[i];
    const ppo_gpu_pool pool = pool_of(&cnn->shape, step, images);
    const int count = (int)(images * ppo_gpu_plane_size(&cnn->shape, step->input));
    const size_t groups = groups_for((size_t)count);
    const ppo_gpu_buffer *x = b->forward.planes[step->input];
    const ppo_gpu_buffer *y = b->forward.planes[step->output], *dy = b->dplanes[step->output];
    ppo_gpu_buffer *dx = b->dplanes[step->input];
    const int is_relu = step->kind == PPO_CNN_RELU, adds = net->adds[i];
    switch (step->kind) {
    case PPO_CNN_CONV:
        conv_backward(cnn, b, i, images);
        break;
    case PPO_CNN_MAX_POOL:
        LAUNCH(cnn, pool_backward, GROUPS(groups, 1, 1), BUFFER(dx), BUFFER(dy), BUFFER(x),
               BUFFER(y), VALUE(pool));
        break;
    case PPO_CNN_RELU:
    case PPO_CNN_ADD:
        LAUNCH(cnn, pass_back, GROUPS(groups, 1, 1), BUFFER(dx), BUFFER(dy), BUFFER(y),
               VALUE(is_relu), VALUE(adds), VALUE(count));
        break;
    }
}

static void linear_backward(const ppo_cnn *cnn, const gpu_minibatch *b, size_t images)
{
    const ppo_gpu_linear s = ppo_gpu_linear_of(cnn, images);
    const size_t last = cnn->shape.num_planes - 1;
    const ppo_gpu_buffer *x = b->forward.planes[last];
    LAUNCH(cnn, linear_weights, GROUPS(tiles(s.in, PPO_GPU_ROWS), tiles(s.out, PPO_GPU_COLUMNS), 1),
           BUFFER(grad_of(cnn)), BUFFER(b->dfeatures), BUFFER(x), VALUE(s));
    LAUNCH(cnn, linear_data, GROUPS(tiles(s.in, PPO_GPU_ROWS), tiles(s.images, PPO_GPU_COLUMNS), 1),
           BUFFER(b->dplanes[last]), BUFFER(b->dfeatures), BUFFER(x), BUFFER(params_of(cnn)),
           VALUE(s));
}

// --- acting --------------------------------------------------------------------------------------

static void pack_nothing(ppo_cnn *cnn, const float *params, size_t step, size_t first, size_t last)
{
    (void)cnn, (void)params, (void)step, (void)first, (void)last;
}

static size_t no_tasks(const ppo_cnn *cnn)
{
    (void)cnn;
    return 0;
}

static void pack_no_task(ppo_cnn *cnn, const float *params, size_t task)
{
    (void)cnn, (void)params, (void)task;
}

// Of several threads, one after the other: the network has memory for one call.
static void features(const ppo_cnn *cnn, float *y, void *working, const float *params,
                     const uint8_t *images, size_t rows)
{
    (void)working, (void)params;
    const gpu_network *net = cnn->own;
    ppo_gpu_read read;
    begin_features(cnn, &net->acting, &read, y, images, rows);
    cnn->device->api->wait(cnn->device->gpu, &read);
}

static void begin_ahead(ppo_cnn_ahead *ahead, const uint8_t *images, size_t count)
{
    gpu_ahead *a = ahead->own;
    begin_features(ahead->cnn, &a->forward, &a->read, ahead->features, images, count);
}

static void finish_ahead(ppo_cnn_ahead *ahead)
{
    gpu_ahead *a = ahead->own;
    ahead->cnn->device->api->wait(ahead->cnn->device->gpu, &a->read);
}

// --- learning ------------------------------------------------------------------------------------

// Chunk by chunk, as they are gathered; networks with the same images share the bytes.
static void send_images(ppo_cnn_minibatch *m, size_t chunk, void *working)
{
    (void)working;
    const gpu_minibatch *b = m->own;
    const size_t image_bytes = ppo_cnn_shape_image_bytes(&m->cnn->shape);
    const size_t first = chunk * PPO_CHUNK_IMAGES, left = m->count - first;
    const size_t count = left < PPO_CHUNK_IMAGES ? left : PPO_CHUNK_IMAGES;
    if (m->same_images)
        return;
    lock(m->cnn);
    write_now(m->cnn, b->forward.bytes, first * image_bytes, m->images + first * image_bytes,
              count * image_bytes);
    unlock(m->cnn);
}

static size_t one_task(const ppo_cnn_minibatch *m)
{
    (void)m;
    return 1;
}

static void forward(ppo_cnn_minibatch *m, size_t task, void *working)
{
    (void)task, (void)working;
    const ppo_cnn *cnn = m->cnn;
    const gpu_minibatch *b = m->own, *first = m->same_images ? m->same_images->own : b;
    ppo_gpu_read read;
    lock(cnn);
    run_forward(cnn, &b->forward, first->forward.bytes, m->count);
    cnn->device->api->read(cnn->device->gpu, &read, b->forward.features, 0, m->features,
                           m->count * PPO_CNN_FEATURES(cnn) * sizeof *m->features);
    unlock(cnn);
    cnn->device->api->wait(cnn->device->gpu, &read);
}

static void backward(ppo_cnn_minibatch *m, size_t task, void *working)
{
    (void)task, (void)working;
    const ppo_cnn *cnn = m->cnn;
    const gpu_minibatch *b = m->own;
    lock(cnn);
    write_now(cnn, b->dfeatures, 0, m->dfeatures,
              m->count * PPO_CNN_FEATURES(cnn) * sizeof *m->dfeatures);
    linear_backward(cnn, b, m->count);
    for (size_t i = cnn->shape.num_steps; i-- > 0;)
        step_backward(cnn, b, i, m->count);
    unlock(cnn);
}

// --- parameters that stay there
// --------------------------------------------------------------------

// Waits, because the host's array may change afterwards.
static void put(ppo_cnn *cnn, ppo_cnn_array array, const float *from)
{
    const gpu_network *net = cnn->own;
    float last;
    lock(cnn);
    write_now(cnn, net->arrays[array], 0, from + net->begin, net->size * sizeof *from);
    unlock(cnn);
    read_now(cnn, net->arrays[array], &last, sizeof last);
}

static void fetch(const ppo_cnn *cnn, ppo_cnn_array array, float *to)
{
    const gpu_network *net = cnn->own;
    read_now(cnn, net->arrays[array], to + net->begin, net->size * sizeof *to);
}

static double squares(const ppo_cnn *cnn)
{
    const gpu_network *net = cnn->own;
    const int count = (int)net->size;
    float sums[PPO_GPU_SQUARES];
    double total = 0.0;
    lock(cnn);
    LAUNCH(cnn, grad_squares, GROUPS(PPO_GPU_SQUARES, 1, 1), BUFFER(net->squares),
           BUFFER(grad_of(cnn)), VALUE(count));
    unlock(cnn);
    read_now(cnn, net->squares, sums, sizeof sums);
    for (size_t i = 0; i < PPO_GPU_SQUARES; i++)
        total += (double)sums[i];
    return total;
}

static void step(ppo_cnn *cnn, float scale, const ppo_adam_scalars *scalars)
{
    const gpu_network *net = cnn->own;
    const int count = (int)net->size;
    const ppo_gpu_adam s = {.scale = scale,
                            .beta1 = scalars->beta1,
                            .beta2 = scalars->beta2,
                            .eps = scalars->eps,
                            .rest1 = scalars->rest1,
                            .rest2 = scalars->rest2,
                            .step_size = scalars->step_size,
                            .root_correction = scalars->root_correction};
    lock(cnn);
    LAUNCH(cnn, adam_step, GROUPS(groups_for(net->size), 1, 1), BUFFER(net->arrays[PPO_CNN_PARAMS]),
           BUFFER(net->arrays[PPO_CNN_MOMENT_M]), BUFFER(net->arrays[PPO_CNN_MOMENT_V]),
           BUFFER(grad_of(cnn)), VALUE(count), VALUE(s));
    unlock(cnn);
}

static const ppo_cnn_resident resident = {
    .put = put,
    .fetch = fetch,
    .squares = squares,
    .step = step,
    .plan_ahead = ppo_gpu_plan_ahead,
    .release_ahead = ppo_gpu_release_ahead,
    .begin_ahead = begin_ahead,
    .finish_ahead = finish_ahead,
};

const ppo_cnn_backend ppo_cnn_gpu = {
    .name = "gpu",
    .plan = ppo_gpu_plan,
    .release = ppo_gpu_release,
    .pack_conv = pack_nothing,
    .acting_tasks = no_tasks,
    .pack_acting = pack_no_task,
    .features = features,
    .plan_minibatch = ppo_gpu_plan_minibatch,
    .release_minibatch = ppo_gpu_release_minibatch,
    .phases = {[PPO_CNN_FORWARD_CONVS] = {ppo_cnn_num_chunks, send_images},
               [PPO_CNN_FORWARD_LINEAR] = {one_task, forward},
               [PPO_CNN_BACKWARD_LINEAR] = {one_task, backward}},
    .resident = &resident,
};
