// SPDX-License-Identifier: MIT
// See picture.h. Workload: 84 x 84 bytes of 4 channels in about a microsecond per channel, next to
// hundreds for the convolutions. Owns nothing.
#include "nn/picture.h"

#include "nn/simd.h"

#define SQUARE 4 // the block that is worth a path of its own: a line of a square is a 32-bit word

typedef uint8_t ppo_bytes __attribute__((vector_size(16)));
typedef float ppo_floats16 __attribute__((vector_size(64)));

// Four lines of one channel to 16 channels of each of `count` pixels.
static void squares_of_four(float *pixel, size_t stride, const uint8_t *line, size_t width,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t words[SQUARE];
        for (size_t dy = 0; dy < SQUARE; dy++)
            memcpy(&words[dy], line + dy * width + i * SQUARE, sizeof words[dy]);
        ppo_bytes square;
        memcpy(&square, words, sizeof square);
        const ppo_floats16 values = __builtin_convertvector(square, ppo_floats16) * (1.0f / 255.0f);
        memcpy(pixel + i * stride, &values, sizeof values);
    }
}

static void squares_of_any(float *pixel, size_t stride, const uint8_t *line, size_t width,
                           size_t count, size_t block)
{
    for (size_t i = 0; i < count; i++)
        for (size_t dy = 0; dy < block; dy++)
            for (size_t dx = 0; dx < block; dx++)
                pixel[i * stride + dy * block + dx] =
                    (float)line[dy * width + i * block + dx] * (1.0f / 255.0f);
}

void ppo_picture_to_plane(float *plane, const ppo_plane *shape, const uint8_t *bytes,
                          size_t channels, size_t height, size_t width, size_t block)
{
    if (shape->border)
        memset(plane, 0, shape->size * sizeof *plane);
    for (size_t y = 0; y < shape->height; y++)
        for (size_t c = 0; c < channels; c++) {
            float *pixel = plane + shape->inside + y * shape->row + c * block * block;
            const uint8_t *line = bytes + (c * height + y * block) * width;
            if (block == SQUARE)
                squares_of_four(pixel, shape->channels, line, width, shape->width);
            else
                squares_of_any(pixel, shape->channels, line, width, shape->width, block);
        }
}

// --- maxima --------------------------------------------------------------------------------------

// The pixels of one axis that output `i` looks at: [first, last).
typedef struct ppo_window {
    size_t first, last;
} ppo_window;

static ppo_window window_of(size_t i, size_t size)
{
    const size_t end = 2 * i + 2;
    return (ppo_window){.first = i ? 2 * i - 1 : 0, .last = end < size ? end : size};
}

void ppo_picture_pool(float *y, const ppo_plane *out, const float *x, const ppo_plane *in)
{
    for (size_t oy = 0; oy < out->height; oy++)
        for (size_t ox = 0; ox < out->width; ox++) {
            const ppo_window rows = window_of(oy, in->height), columns = window_of(ox, in->width);
            float *pixel = y + out->inside + oy * out->row + ox * out->channels;
            for (size_t c = 0; c < in->channels; c += PPO_LANES) {
                const float *seen = x + in->inside + c;
                ppo_vec most = ppo_v_set(-__builtin_inff());
                for (size_t iy = rows.first; iy < rows.last; iy++)
                    for (size_t ix = columns.first; ix < columns.last; ix++)
                        most = ppo_v_max(most, ppo_v_load(seen + iy * in->row + ix * in->channels));
                ppo_v_store(pixel + c, most);
            }
        }
}

// One channel of one output pixel: its gradient goes to the first pixel that had the maximum.
static void pool_back_at(float *dx, const float *x, const ppo_plane *in, ppo_window rows,
                         ppo_window columns, float y, float dy)
{
    for (size_t iy = rows.first; iy < rows.last; iy++)
        for (size_t ix = columns.first; ix < columns.last; ix++) {
            const size_t at = in->inside + iy * in->row + ix * in->channels;
            if (x[at] == y) {
                dx[at] += dy;
                return;
            }
        }
}

void ppo_picture_pool_back(float *dx, const float *x, const ppo_plane *in, const float *dy,
                           const float *y, const ppo_plane *out)
{
    for (size_t oy = 0; oy < out->height; oy++)
        for (size_t ox = 0; ox < out->width; ox++) {
            const ppo_window rows = window_of(oy, in->height), columns = window_of(ox, in->width);
            const size_t at = out->inside + oy * out->row + ox * out->channels;
            for (size_t c = 0; c < in->channels; c++)
                pool_back_at(dx + c, x + c, in, rows, columns, y[at + c], dy[at + c]);
        }
}
