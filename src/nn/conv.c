// SPDX-License-Identifier: MIT
// Convolutions as matrix products over the images where they are: a row of the implicit matrix is a
// pixel, and since channels are innermost, each row of a kernel is one contiguous run of it.
//
// Pixels are taken from lists that go on from row to row and from image to image, so that the tiles
// of a 7 x 7 plane are as full as those of a large one. Operands that are read again and again lie
// without gaps, in strips as wide as a tile, because the lines of a wider matrix's strip share few
// sets of a cache.
//
// Workload: Atari networks, 7 x 7 to 84 x 84 pixels, 16 to 64 channels, some images at a time so
// that they stay in L2. On one AVX2 core all three products reach 84 to 94 % of the peak (`make
// bench B=conv`). Owns nothing.
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

// A strip of a matrix whose strips of ppo_tile_width columns lie one behind the other; there may be
// fewer columns than a vector has lanes.
typedef struct packed_strip {
    size_t first, width; // columns
} packed_strip;

static packed_strip strip_of(size_t columns, size_t column)
{
    size_t first = 0, width = ppo_tile_width(columns);
    while (column >= first + width) {
        first += width;
        width = ppo_tile_width(columns - first);
    }
    return (packed_strip){first, width < columns - first ? width : columns - first};
}

void ppo_conv_pack(const ppo_conv *conv, float *forward, float *backward, const float *weight,
                   size_t first, size_t last)
{
    const size_t out = conv->out_channels, in = conv->in_channels, kernel = conv->kernel;
    const size_t inputs = kernel * kernel * in, outputs = kernel * kernel * out;
    for (size_t i = 0; i < inputs; i++) {
        const float *from = weight + torch_index(conv, i);
        packed_strip s = strip_of(out, first);
        for (size_t o = first; o < last; o++) {
            if (o == s.first + s.width)
                s = strip_of(out, o);
            forward[s.first * inputs + i * s.width + o - s.first] = from[o * inputs];
        }
        if (!backward)
            continue;
        const size_t tap = i / in, row = (tap % kernel * kernel + tap / kernel) * out;
        s = strip_of(in, i % in);
        float *to = backward + s.first * outputs + row * s.width + i % in - s.first;
        for (size_t o = first; o < last; o++)
            to[o * s.width] = from[o * inputs];
    }
}

void ppo_conv_order(const ppo_conv *conv, float *rows, const float *weight, size_t first,
                    size_t last)
{
    const size_t out = conv->out_channels, inputs = ppo_conv_weights(conv) / out;
    for (size_t i = 0; i < inputs; i++) {
        const float *from = weight + torch_index(conv, i);
        for (size_t o = first; o < last; o++)
            rows[i * out + o] = from[o * inputs];
    }
}

void ppo_conv_unpack(const ppo_conv *conv, float *weight, const float *rows, size_t first,
                     size_t last)
{
    const size_t out = conv->out_channels;
    const size_t inputs = conv->kernel * conv->kernel * conv->in_channels;
    for (size_t i = first; i < last; i++) {
        float *to = weight + torch_index(conv, i);
        for (size_t o = 0; o < out; o++)
            to[o * inputs] = rows[i * out + o];
    }
}

// --- lists of pixels -----------------------------------------------------------------------------

// Of a list. The gradient of the weights reads a few channels of each, as a rule at strides of 256
// bytes, which so many lines of a 32 KiB L1 may have beside the other operands, or of one of 48
// KiB.
#define MOST_PIXELS (PPO_LANES == 16 ? 128 : 80)

// Equal parts of `pixels`, as few as can be.
static size_t list_length(size_t pixels)
{
    const size_t lists = (pixels + MOST_PIXELS - 1) / MOST_PIXELS;
    return (pixels + lists - 1) / lists;
}

// Lists outputs `first` to `last` of all images: of each the first float of x that its first kernel
// row reads, and its own.
static void list_outputs(const ppo_conv *conv, ppo_tile_pixel *pixels, size_t first, size_t last)
{
    size_t ox = first % conv->out_width, oy = first / conv->out_width % conv->out_height;
    size_t n = first / conv->out_width / conv->out_height;
    for (size_t p = first; p < last; p++) {
        *pixels++ = (ppo_tile_pixel){
            .from =
                n * conv->in_image + conv->stride * (oy * conv->in_row + ox * conv->in_channels),
            .to = n * conv->out_image + oy * conv->out_row + ox * conv->out_channels};
        if (++ox == conv->out_width) {
            ox = 0;
            if (++oy == conv->out_height) {
                oy = 0;
                n++;
            }
        }
    }
}

// --- the three products --------------------------------------------------------------------------

static void multiply_pixels(const ppo_tile *t, size_t pixels, size_t width)
{
    ppo_tile_strip(t, PPO_TILE_PIXELS, pixels, width);
}

// A strip of outputs. The sum is cut so that each piece of the weights stays in L1 for all pixels:
// into kernel rows, several together or in parts.
static void forward_strip(const ppo_conv *conv, ppo_tile *t, const float *x, const float *weights,
                          size_t pixels, size_t width, bool relu)
{
    const size_t run = conv->kernel * conv->in_channels, most = PPO_TILE_STEPS(width);
    const size_t parts = (run + most - 1) / most, part = (run + parts - 1) / parts;
    const size_t together = parts > 1 ? 1 : most / run;
    t->b_step = width;
    t->b_run = run * width;
    for (size_t ky = 0; ky < conv->kernel; ky += together) {
        t->runs = conv->kernel - ky < together ? conv->kernel - ky : together;
        for (size_t k = 0; k < run; k += part) {
            t->run = run - k < part ? run - k : part;
            t->a = x + ky * conv->in_row + k;
            t->b = weights + (ky * run + k) * width;
            t->adds = ky + k > 0;
            t->relu = relu && ky + t->runs == conv->kernel && k + t->run == run;
            multiply_pixels(t, pixels, width);
        }
    }
}

void ppo_conv_forward(const ppo_conv *conv, float *y, const float *x, const float *forward,
                      const float *bias, size_t images, bool relu)
{
    ppo_tile_pixel list[MOST_PIXELS];
    const size_t inputs = conv->kernel * conv->kernel * conv->in_channels;
    const size_t pixels = images * conv->out_height * conv->out_width;
    const size_t length = list_length(pixels);
    ppo_tile t = {.pixels = list, .a_run = (ptrdiff_t)conv->in_row};
    for (size_t p = 0; p < pixels; p += length) {
        const size_t end = p + length < pixels ? p + length : pixels;
        list_outputs(conv, list, p, end);
        for (size_t column = 0; column < conv->out_channels;) {
            const size_t width = ppo_tile_width(conv->out_channels - column);
            t.c = y + column;
            t.bias = bias + column;
            forward_strip(conv, &t, x, forward + column * inputs, end - p, width, relu);
            column += width;
        }
    }
}

// Rows of x, `stride` apart, that the same rows of the kernel have read.
typedef struct row_class {
    size_t first, count; // rows of x: first, first + stride, ...
    size_t ky;           // the first row of the kernel to have read them
    size_t oy;           // with it, for the output row oy of the first of them
    size_t runs;         // rows of the kernel: ky, ky + stride, ...; none if there are gaps
} row_class;

static row_class class_of_row(const ppo_conv *conv, size_t y)
{
    row_class rows = {.first = y, .count = 1};
    const size_t last = y / conv->stride; // the lowest row of dy that has read it, if it exists
    rows.oy = last < conv->out_height ? last : conv->out_height - 1;
    rows.ky = y - rows.oy * conv->stride;
    if (rows.ky >= conv->kernel)
        return rows;
    const size_t above = (conv->kernel - 1 - rows.ky) / conv->stride; // that have read it, as well
    rows.runs = 1 + (above < rows.oy ? above : rows.oy);
    return rows;
}

static row_class class_from_row(const ppo_conv *conv, size_t first)
{
    row_class rows = class_of_row(conv, first);
    for (size_t y = first + conv->stride; y < conv->in_height; y += conv->stride) {
        const row_class next = class_of_row(conv, y);
        if (next.ky != rows.ky || next.runs != rows.runs)
            break;
        rows.count++;
    }
    return rows;
}

// Lists pixels of dy, those of one image behind those of another, and what the first column of the
// kernel has read for them.
static void list_inputs(const ppo_conv *conv, ppo_tile_pixel *pixels, const row_class *rows,
                        size_t first, size_t last)
{
    for (size_t p = first; p < last; p++) {
        const size_t ox = p % conv->out_width, row = p / conv->out_width % rows->count;
        const size_t n = p / conv->out_width / rows->count;
        const size_t oy = rows->oy + row, y = rows->first + row * conv->stride;
        *pixels++ = (ppo_tile_pixel){
            .from = n * conv->out_image + oy * conv->out_row + ox * conv->out_channels,
            .to = n * conv->in_image + y * conv->in_row + ox * conv->stride * conv->in_channels};
    }
}

// Zeros in the pixels of a row from `column` on.
static void clear_rows(const ppo_conv *conv, float *dx, const row_class *rows, size_t column,
                       size_t images)
{
    const size_t in = conv->in_channels;
    for (size_t n = 0; n < images; n++)
        for (size_t i = 0; i < rows->count; i++) {
            float *row = dx + n * conv->in_image + (rows->first + i * conv->stride) * conv->in_row;
            memset(row + column * in, 0, (conv->in_width - column) * in * sizeof *row);
        }
}

// Pixels [first, last) of a class, whole rows. Rows of the kernel are the runs of one product. Each
// column of the kernel has such a product for the pixels that it has read: the first `stride`
// columns meet each pixel once and write it if `writes`, the others add.
static void backward_pixels(const ppo_conv *conv, float *dx, const float *dy, const float *backward,
                            const row_class *rows, bool writes, size_t first, size_t last)
{
    ppo_tile_pixel list[MOST_PIXELS];
    const size_t in = conv->in_channels, out = conv->out_channels;
    const size_t length = list_length(last - first);
    ppo_tile t = {.pixels = list,
                  .a = dy,
                  .a_run = -(ptrdiff_t)conv->out_row,
                  .runs = rows->runs,
                  .run = out};
    if (length == last - first)
        list_inputs(conv, list, rows, first, last);
    for (size_t column = 0; column < in; column += t.b_step) {
        const float *strip = backward + column * conv->kernel * conv->kernel * out;
        t.b_step = ppo_tile_width(in - column);
        t.b_run = conv->stride * out * t.b_step;
        for (size_t kx = 0; kx < conv->kernel; kx++) {
            t.b = strip + (kx * conv->kernel + rows->ky) * out * t.b_step;
            t.c = dx + kx * in + column;
            t.adds = kx >= conv->stride || !writes;
            for (size_t p = first; p < last; p += length) {
                const size_t end = p + length < last ? p + length : last;
                if (length < last - first) // of a row that is too long for one list
                    list_inputs(conv, list, rows, p, end);
                multiply_pixels(&t, end - p, t.b_step);
            }
        }
    }
}

void ppo_conv_backward_data(const ppo_conv *conv, float *dx, const float *dy, const float *backward,
                            size_t images)
{
    const size_t width = conv->out_width;
    // Whole rows, since columns of the kernel come one after the other for all pixels of a row.
    const size_t most = width < MOST_PIXELS ? MOST_PIXELS / width * width : width;
    for (size_t phase = 0; phase < conv->stride; phase++)
        for (size_t y = phase; y < conv->in_height;) {
            const row_class rows = class_from_row(conv, y);
            // What the first columns write: nothing if a kernel narrower than the stride leaves
            // gaps.
            const bool writes = rows.runs > 0 && conv->kernel >= conv->stride;
            clear_rows(conv, dx, &rows, writes ? conv->stride * width : 0, images);
            const size_t pixels = rows.runs > 0 ? images * rows.count * width : 0;
            for (size_t p = 0; p < pixels; p += most)
                backward_pixels(conv, dx, dy, backward, &rows, writes, p,
                                p + most < pixels ? p + most : pixels);
            y += rows.count * conv->stride;
        }
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
static void multiply_inputs(const ppo_tile *t, size_t inputs, size_t width)
{
    ppo_tile_strip(t, PPO_TILE_WEIGHTS, inputs, width);
}

// Columns of dy at the pixels of a list, without gaps. `vectors` is a constant.
PPO_INLINE void copy_vectors(float *strip, const float *dy, const ppo_tile_pixel *pixels,
                             size_t count, const size_t vectors)
{
    for (size_t p = 0; p < count; p++) {
        const float *from = dy + pixels[p].to;
        float *to = strip + p * vectors * PPO_LANES;
        for (size_t j = 0; j < vectors; j++)
            ppo_v_store(to + j * PPO_LANES, ppo_v_load(from + j * PPO_LANES));
    }
}

static void copy_strip(float *strip, const float *dy, const ppo_tile_pixel *pixels, size_t count,
                       size_t width)
{
    if (width == PPO_TILE_VECTORS * PPO_LANES)
        copy_vectors(strip, dy, pixels, count, PPO_TILE_VECTORS);
    else if (width == 2 * PPO_LANES)
        copy_vectors(strip, dy, pixels, count, 2);
    else
        copy_vectors(strip, dy, pixels, count, 1);
}

void ppo_conv_backward_weights(const ppo_conv *conv, float *dweight, float *dbias, const float *x,
                               const float *dy, size_t images)
{
    ppo_tile_pixel list[MOST_PIXELS];
    float strip[MOST_PIXELS * PPO_TILE_VECTORS * PPO_LANES];
    const size_t out = conv->out_channels, inputs = conv->kernel * conv->in_channels;
    const size_t pixels = images * conv->out_height * conv->out_width;
    const size_t length = list_length(pixels);
    ppo_tile t = {.pixels = list, .b = strip, .c_row = out};
    for (size_t p = 0; p < pixels; p += length) {
        const size_t end = p + length < pixels ? p + length : pixels;
        list_outputs(conv, list, p, end);
        t.run = end - p;
        for (size_t column = 0; column < out; column += t.b_step) {
            t.b_step = ppo_tile_width(out - column);
            copy_strip(strip, dy + column, list, t.run, t.b_step);
            for (size_t ky = 0; ky < conv->kernel; ky++) {
                t.c = dweight + ky * inputs * out + column;
                t.a = x + ky * conv->in_row;
                multiply_inputs(&t, inputs, t.b_step);
            }
        }
    }
    add_bias_gradient(conv, dbias, dy, images);
}
