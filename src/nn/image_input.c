// SPDX-License-Identifier: MIT
// See image_input.h. Workload: 84 x 84 bytes of 4 channels in about a microsecond per channel, next
// to hundreds for the convolutions. Owns nothing.
#include "nn/image_input.h"

#include "nn/gemm.h"
#include "nn/simd.h"

#include <stdbool.h>

#define MAX_LINES 64 // channels times block: of 4 frames 16, of 4 frames in colour 48
#define MAX_WORDS 96 // squares in a line

static void convert(float *to, const uint8_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (float)from[i] * (1.0f / 255.0f);
}

// One row of squares of 4 x 4 pixels. A line of a square is a 32-bit word, so bringing a pixel's
// channels together is the transposition of a matrix of words, [lines, squares]; its entries are
// moved as floats but never computed with. Returns the words from square to square.
static size_t gather_words(float squares[MAX_WORDS * MAX_LINES], const ppo_plane *shape,
                           const uint8_t *bytes, size_t channels, size_t height, size_t width)
{
    float lines[MAX_LINES][MAX_WORDS];
    const size_t num_lines = channels * 4, padded = ppo_pad(num_lines);
    for (size_t c = 0; c < channels; c++)
        for (size_t dy = 0; dy < 4; dy++)
            memcpy(lines[c * 4 + dy], bytes + (c * height + dy) * width, shape->width * 4);
    // In whole vectors, which are faster to move than parts: the last squares mean nothing.
    ppo_transpose(squares, padded, lines[0], MAX_WORDS, num_lines, ppo_pad(shape->width));
    return padded;
}

static void row_of_words(float *row, const ppo_plane *shape, const uint8_t *bytes, size_t channels,
                         size_t height, size_t width)
{
    float squares[MAX_WORDS * MAX_LINES];
    const size_t padded = gather_words(squares, shape, bytes, channels, height, width);
    if (padded == channels * 4) {
        convert(row, (const uint8_t *)squares, shape->width * shape->channels);
        return;
    }
    for (size_t x = 0; x < shape->width; x++)
        convert(row + x * shape->channels, (const uint8_t *)(squares + x * padded),
                shape->channels);
}

static void row_of_bytes(float *row, const ppo_plane *shape, const uint8_t *bytes, size_t channels,
                         size_t height, size_t width, size_t block)
{
    for (size_t x = 0; x < shape->width; x++)
        for (size_t c = 0; c < channels; c++)
            for (size_t dy = 0; dy < block; dy++)
                for (size_t dx = 0; dx < block; dx++)
                    *row++ =
                        (float)bytes[(c * height + dy) * width + x * block + dx] * (1.0f / 255.0f);
}

static void bf16_row_of_words(ppo_bf16 *row, const ppo_plane *shape, const uint8_t *bytes,
                              size_t channels, size_t height, size_t width)
{
    float squares[MAX_WORDS * MAX_LINES];
    const size_t padded = gather_words(squares, shape, bytes, channels, height, width);
    for (size_t x = 0; x < shape->width; x++)
        ppo_bf16_from_bytes(row + x * shape->channels, (const uint8_t *)(squares + x * padded),
                            shape->channels);
}

// Pixels as they are, channel by channel; of squares, each pixel of each channel is a channel.
static void bf16_row_of_bytes(ppo_bf16 *row, const ppo_plane *shape, const uint8_t *bytes,
                              size_t height, size_t width, size_t block)
{
    uint8_t line[MAX_WORDS];
    ppo_bf16 numbers[MAX_WORDS];
    for (size_t k = 0; k < shape->channels; k++) {
        const size_t c = k / (block * block), dy = k / block % block, dx = k % block;
        const uint8_t *from = bytes + (c * height + dy) * width + dx;
        for (size_t x = 0; x < shape->width; x += MAX_WORDS) {
            const size_t count = shape->width - x < MAX_WORDS ? shape->width - x : MAX_WORDS;
            for (size_t i = 0; i < count; i++)
                line[i] = from[(x + i) * block];
            ppo_bf16_from_bytes(numbers, line, count);
            for (size_t i = 0; i < count; i++)
                row[(x + i) * shape->channels + k] = numbers[i];
        }
    }
}

static bool goes_by_words(const ppo_plane *shape, size_t channels, size_t block)
{
    return block == 4 && channels * 4 <= MAX_LINES && shape->width <= MAX_WORDS;
}

void ppo_image_to_bf16(ppo_bf16 *plane, const ppo_plane *shape, const uint8_t *bytes,
                       size_t channels, size_t height, size_t width, size_t block)
{
    const bool words = goes_by_words(shape, channels, block);
    for (size_t y = 0; y < shape->height; y++) {
        ppo_bf16 *row = plane + y * shape->width * shape->channels;
        if (words)
            bf16_row_of_words(row, shape, bytes + y * block * width, channels, height, width);
        else
            bf16_row_of_bytes(row, shape, bytes + y * block * width, height, width, block);
    }
}

void ppo_image_to_plane(float *plane, const ppo_plane *shape, const uint8_t *bytes, size_t channels,
                        size_t height, size_t width, size_t block)
{
    const bool words = goes_by_words(shape, channels, block);
    if (shape->border)
        memset(plane, 0, shape->size * sizeof *plane);
    for (size_t y = 0; y < shape->height; y++) {
        float *row = plane + shape->inside + y * shape->row;
        if (words)
            row_of_words(row, shape, bytes + y * block * width, channels, height, width);
        else
            row_of_bytes(row, shape, bytes + y * block * width, channels, height, width, block);
    }
}
