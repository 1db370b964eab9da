// SPDX-License-Identifier: MIT
// Convolutions as matrix products over the images where they are: a row of the implicit matrix is a
// pixel, and since channels are innermost, each row of a kernel is one contiguous run of it.
//
// Workload: Atari networks, 7 x 7 to 84 x 84 pixels, 16 to 64 channels, some images at a time so
// that they stay in L2. With AVX-512 on one core all three products reach 91 to 98 % of the peak,
// where oneDNN 2.6 has 90 to 95 forward, 73 to 87 to the weights, 86 to 93 to the data (`make bench
// B=conv`). Owns nothing.
#include "nn/conv.h"

#include "nn/tile.h"

ppo_conv ppo_conv_make(size_t height, size_t width, size_t in_channels, size_t out_channels,
                       size_t kernel, size_t stride)
{
    ppo_conv conv = {.in_channels = in_channels,
                     .out_channels = out_channels,
                     .kernel = kernel,
                     .stride = stride,
                     .in_height = height,
                     .in_width = width,
                     .out_height = (height - kernel) / stride + 1,
                     .out_width = (width - kernel) / stride + 1,
                     .in_row = width * in_channels,
                     .in_image = height * width * in_channels,
                     .block = 1};
    conv.out_row = conv.out_width * out_channels;
    conv.out_image = conv.out_height * conv.out_row;
    return conv;
}

size_t ppo_conv_weights(const ppo_conv *conv)
{
    return conv->kernel * conv->kernel * conv->in_channels * conv->out_channels;
}

size_t ppo_conv_macs(const ppo_conv *conv)
{
    return ppo_conv_weights(conv) * conv->out_height * conv->out_width;
}

// --- the order of weights ------------------------------------------------------------------------

// Where PyTorch keeps what is row `index` of the forward order, within one output channel.
static size_t torch_index(const ppo_conv *conv, size_t index)
{
    const size_t b = conv->block, channel = index % conv->in_channels;
    const size_t tap = index / conv->in_channels;
    const size_t ky = tap / conv->kernel * b + channel / b % b;
    const size_t kx = tap % conv->kernel * b + channel % b;
    const size_t width = conv->kernel * b;
    return (channel / (b * b) * width + ky) * width + kx;
}

void ppo_conv_pack(const ppo_conv *conv, float *forward, float *backward, const float *weight,
                   size_t first, size_t last)
{
    const size_t out = conv->out_channels, in = conv->in_channels;
    const size_t inputs = conv->kernel * conv->kernel * in;
    for (size_t i = 0; i < inputs; i++) {
        const float *from = weight + torch_index(conv, i);
        for (size_t o = first; o < last; o++)
            forward[i * out + o] = from[o * inputs];
        for (size_t o = first; backward && o < last; o++)
            backward[(i / in * out + o) * in + i % in] = from[o * inputs];
    }
}

void ppo_conv_unpack(const ppo_conv *conv, float *weight, const float *forward, size_t first,
                     size_t last)
{
    const size_t out = conv->out_channels;
    const size_t inputs = conv->kernel * conv->kernel * conv->in_channels;
    for (size_t i = first; i < last; i++) {
        float *to = weight + torch_index(conv, i);
        for (size_t o = 0; o < out; o++)
            to[o * inputs] = forward[i * out + o];
    }
}

// --- the three products --------------------------------------------------------------------------

// A row of pixels by all channels, each pixel a sum over runs of the implicit matrix.
static void multiply_row(const ppo_tile *t, size_t pixels, size_t channels)
{
    ppo_tile_product(t, PPO_TILE_PIXELS, pixels, channels);
}

void ppo_conv_forward(const ppo_conv *conv, float *y, const float *x, const float *forward,
                      const float *bias, size_t images, bool relu)
{
    ppo_tile t = {.b = forward,
                  .bias = bias,
                  .relu = relu,
                  .c_row = conv->out_channels,
                  .a_row = conv->stride * conv->in_channels,
                  .a_run = (ptrdiff_t)conv->in_row,
                  .b_step = conv->out_channels,
                  .b_run = conv->kernel * conv->in_channels * conv->out_channels,
                  .runs = conv->kernel,
                  .run = conv->kernel * conv->in_channels};
    for (size_t n = 0; n < images; n++)
        for (size_t oy = 0; oy < conv->out_height; oy++) {
            t.a = x + n * conv->in_image + oy * conv->stride * conv->in_row;
            t.c = y + n * conv->out_image + oy * conv->out_row;
            multiply_row(&t, conv->out_width, conv->out_channels);
        }
}

// A row of x was read by up to kernel / stride rows of y, each with another row of the kernel:
// those are the runs of one product. Each column of the kernel has such a product for the pixels
// that it has read: the first `stride` columns meet each pixel once and write it, the others add.
static void backward_row(const ppo_conv *conv, ppo_tile *t, float *dx, const float *dy,
                         const float *backward, size_t y)
{
    const size_t in = conv->in_channels, stride = conv->stride;
    const size_t last = y / stride; // the lowest row of dy that has read this one, if it exists
    const size_t oy = last < conv->out_height ? last : conv->out_height - 1;
    const size_t ky = y - oy * stride;
    if (ky >= conv->kernel) {
        memset(dx, 0, conv->in_width * in * sizeof *dx);
        return;
    }
    // Pixels that the first columns write: none if a kernel narrower than the stride leaves gaps.
    const size_t written = conv->kernel < stride ? 0 : stride * conv->out_width;
    memset(dx + written * in, 0, (conv->in_width - written) * in * sizeof *dx);
    const size_t above = (conv->kernel - 1 - ky) / stride; // rows of dy that have read it, as well
    t->runs = 1 + (above < oy ? above : oy);
    t->a = dy + oy * conv->out_row;
    for (size_t kx = 0; kx < conv->kernel; kx++) {
        t->b = backward + (ky * conv->kernel + kx) * conv->out_channels * in;
        t->c = dx + kx * in;
        t->adds = kx >= stride || !written;
        multiply_row(t, conv->out_width, in);
    }
}

void ppo_conv_backward_data(const ppo_conv *conv, float *dx, const float *dy, const float *backward,
                            size_t images)
{
    ppo_tile t = {.c_row = conv->stride * conv->in_channels,
                  .a_row = conv->out_channels,
                  .a_run = -(ptrdiff_t)conv->out_row,
                  .b_step = conv->in_channels,
                  .b_run = conv->stride * conv->kernel * conv->out_channels * conv->in_channels,
                  .run = conv->out_channels};
    for (size_t n = 0; n < images; n++)
        for (size_t y = 0; y < conv->in_height; y++)
            backward_row(conv, &t, dx + n * conv->in_image + y * conv->in_row,
                         dy + n * conv->out_image, backward, y);
}

static void add_bias_gradient(const ppo_conv *conv, float *dbias, const float *dy, size_t images)
{
    for (size_t column = 0; column < conv->out_channels; column += PPO_LANES) {
        ppo_vec sum = ppo_v_load(dbias + column);
        for (size_t n = 0; n < images; n++)
            for (size_t oy = 0; oy < conv->out_height; oy++) {
                const float *row = dy + n * conv->out_image + oy * conv->out_row + column;
                ppo_vec of_row = {0}; // apart, so that long sums stay exact
                for (size_t ox = 0; ox < conv->out_width; ox++)
                    of_row += ppo_v_load(row + ox * conv->out_channels);
                sum += of_row;
            }
        ppo_v_store(dbias + column, sum);
    }
}

// dw[i, j] += sum over pixels of x[pixel, i] dy[pixel, j], for the inputs i of one kernel row.
static void multiply_pixels(const ppo_tile *t, size_t inputs, size_t channels)
{
    ppo_tile_product(t, PPO_TILE_WEIGHTS, inputs, channels);
}

void ppo_conv_backward_weights(const ppo_conv *conv, float *dweight, float *dbias, const float *x,
                               const float *dy, size_t images)
{
    const size_t inputs = conv->kernel * conv->in_channels;
    ppo_tile t = {.b = dy,
                  .c_row = conv->out_channels,
                  .a_step = conv->stride * conv->in_channels,
                  .a_run = (ptrdiff_t)(conv->stride * conv->in_row),
                  .a_image = conv->in_image,
                  .b_step = conv->out_channels,
                  .b_run = conv->out_row,
                  .b_image = conv->out_image,
                  .images = images,
                  .runs = conv->out_height,
                  .run = conv->out_width};
    for (size_t ky = 0; ky < conv->kernel; ky++) {
        t.c = dweight + ky * inputs * conv->out_channels;
        t.a = x + ky * conv->in_row;
        multiply_pixels(&t, inputs, conv->out_channels);
    }
    add_bias_gradient(conv, dbias, dy, images);
}
