// SPDX-License-Identifier: MIT
// The area resize: see area_resize.h. There are two: in floats, OpenCV's rule itself, for any
// shape; and in integers for 210 x 160 to 84 x 84, the shape of Mnih et al. 2015.
//
// Why both give the same bits: all weights are multiples of 1/40 along a line and of 1/5 along a
// column, so 200 times the exact average is an integer of 16 bits. The float average differs from
// it by less than 1e-4, so both round alike unless the exact average is a half. Those pixels, one
// or two in a thousand, are computed in floats.
#include "env/atari/area_resize.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A source row or column that contributes to an output.
typedef struct ppo_tap {
    uint32_t from;
    float weight;
} ppo_tap;

// The taps of all outputs along an axis; those of output i start at tap[first[i]] and end before
// tap[first[i + 1]].
typedef struct ppo_axis {
    uint32_t *first; // [outputs + 1]
    ppo_tap *tap;
} ppo_axis;

// 210 x 160 to 84 x 84 in integers: outputs of a line padded to vectors, each of three taps at
// most.
enum { WIDTH = 160, OUT = 84, PADDED = WIDTH + 64, LANES = 32, VECTORS = 3, TAPS = 3, WHOLE = 200 };

typedef struct ppo_usual_taps {
    uint16_t weight[TAPS][VECTORS * LANES]; // in 40ths
    uint16_t place[TAPS][VECTORS * LANES];  // source pixel, from the first one of the vector on
} ppo_usual_taps;

struct ppo_area {
    ppo_area_shape shape;
    bool is_usual; // 210 x 160 to 84 x 84 in one channel
    ppo_axis x, y;
    ppo_usual_taps usual; // if is_usual
};

// --- the plan ----------------------------------------------------------------------------------

// As OpenCV's computeResizeAreaTab: output i covers the source from i * scale to (i + 1) * scale;
// pixels that lie inside count whole, those at the two ends in part.
static uint32_t plan_output(ppo_tap *tap, uint32_t i, uint32_t inputs, double scale)
{
    const double begin = i * scale, end = begin + scale;
    const double span = fmin(scale, inputs - begin);
    const uint32_t last_whole = (uint32_t)fmin(floor(end), inputs - 1.0);
    const uint32_t first_whole = (uint32_t)fmin(ceil(begin), last_whole);
    uint32_t count = 0;
    if (first_whole - begin > 1e-3)
        tap[count++] = (ppo_tap){first_whole - 1, (float)((first_whole - begin) / span)};
    for (uint32_t from = first_whole; from < last_whole; from++)
        tap[count++] = (ppo_tap){from, (float)(1.0 / span)};
    if (end - last_whole > 1e-3)
        tap[count++] =
            (ppo_tap){last_whole, (float)(fmin(fmin(end - last_whole, 1.0), span) / span)};
    return count;
}

static bool plan_axis(ppo_axis *axis, uint32_t inputs, uint32_t outputs)
{
    axis->first = malloc((outputs + 1) * sizeof *axis->first);
    axis->tap = malloc((inputs + 2 * (size_t)outputs) * sizeof *axis->tap);
    if (!axis->first || !axis->tap)
        return false;
    axis->first[0] = 0;
    for (uint32_t i = 0; i < outputs; i++)
        axis->first[i + 1] = axis->first[i] + plan_output(axis->tap + axis->first[i], i, inputs,
                                                          (double)inputs / outputs);
    return true;
}

// Along a line, in 40ths: output i covers 40 units from 40 i on, source pixel p 21 from 21 p on.
// Tap k of output i is source pixel 40 i / 21 + k.
static uint32_t tap_from(uint32_t i, uint32_t k)
{
    return i * 40 / 21 + k;
}

// How much of output i its tap k covers. Outputs from OUT on only fill the last vector.
static uint16_t tap_weight(uint32_t i, uint32_t k)
{
    const uint32_t from = tap_from(i, k);
    const uint32_t begin = 21 * from > 40 * i ? 21 * from : 40 * i;
    const uint32_t end = 21 * (from + 1) < 40 * (i + 1) ? 21 * (from + 1) : 40 * (i + 1);
    return (uint16_t)(i < OUT && end > begin ? end - begin : 0);
}

static void plan_usual(ppo_usual_taps *taps)
{
    for (uint32_t k = 0; k < TAPS; k++)
        for (uint32_t i = 0; i < VECTORS * LANES; i++) {
            taps->weight[k][i] = tap_weight(i, k);
            taps->place[k][i] = (uint16_t)(tap_from(i, k) - tap_from(i / LANES * LANES, 0));
        }
}

ppo_status ppo_area_create(ppo_area **area, const ppo_area_shape *shape, ppo_error *error)
{
    *area = NULL;
    if (shape->size == 0 || shape->size > shape->height || shape->size > shape->width)
        return ppo_fail(error, PPO_INVALID, "a screen of %u x %u can't be made %u x %u",
                        shape->height, shape->width, shape->size, shape->size);
    ppo_area *a = calloc(1, sizeof *a);
    if (!a || !plan_axis(&a->x, shape->width, shape->size) ||
        !plan_axis(&a->y, shape->height, shape->size)) {
        ppo_area_destroy(a);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the plan of a resize");
    }
    a->shape = *shape;
    a->is_usual =
        shape->height == 210 && shape->width == 160 && shape->channels == 1 && shape->size == 84;
    if (a->is_usual)
        plan_usual(&a->usual);
    *area = a;
    return PPO_OK;
}

void ppo_area_destroy(ppo_area *area)
{
    if (!area)
        return;
    free(area->x.first);
    free(area->x.tap);
    free(area->y.first);
    free(area->y.tap);
    free(area);
}

// --- the rule ----------------------------------------------------------------------------------

// The nearest byte, halves to the even one.
static uint8_t to_byte(float value)
{
    const long nearest = lrintf(value);
    return (uint8_t)(nearest > 255 ? 255 : nearest);
}

// One channel of one output along a line.
static float average_line(const ppo_area *area, const uint8_t *line, uint32_t x, uint32_t channel)
{
    const ppo_axis *axis = &area->x;
    const uint32_t channels = area->shape.channels;
    float sum = 0.0f;
    for (uint32_t k = axis->first[x]; k < axis->first[x + 1]; k++)
        sum += (float)line[axis->tap[k].from * channels + channel] * axis->tap[k].weight;
    return sum;
}

static uint8_t average_area(const ppo_area *area, const uint8_t *in, uint32_t y, uint32_t x,
                            uint32_t channel)
{
    const ppo_axis *axis = &area->y;
    const size_t line_bytes = (size_t)area->shape.width * area->shape.channels;
    float sum = 0.0f;
    for (uint32_t k = axis->first[y]; k < axis->first[y + 1]; k++)
        sum += axis->tap[k].weight *
               average_line(area, in + axis->tap[k].from * line_bytes, x, channel);
    return to_byte(sum);
}

static void resize_any(const ppo_area *area, uint8_t *out, const uint8_t *in)
{
    const ppo_area_shape *shape = &area->shape;
    for (uint32_t y = 0; y < shape->size; y++)
        for (uint32_t x = 0; x < shape->size; x++)
            for (uint32_t c = 0; c < shape->channels; c++)
                *out++ = average_area(area, in, y, x, c);
}

// --- 210 x 160 to 84 x 84 in integers ------------------------------------------------------------

// Five source lines make two outputs: 2 a + 2 b + c and c + 2 d + 2 e, in fifths.
static void average_columns(uint16_t *out, const uint8_t *in, uint32_t y)
{
    const uint8_t *line = in + (size_t)(y / 2 * 5 + (y & 1 ? 4 : 0)) * WIDTH;
    const uint8_t *next = y & 1 ? line - WIDTH : line + WIDTH;
    const uint8_t *middle = in + (size_t)(y / 2 * 5 + 2) * WIDTH;
    for (unsigned x = 0; x < WIDTH; x++)
        out[x] = (uint16_t)(2 * (line[x] + next[x]) + middle[x]);
}

#if defined(__AVX512BW__) && defined(__GNUC__) && !defined(__clang__)
// One instruction picks 32 of 64 values; clang offers it by its vendor-specific name only.
typedef uint16_t ppo_shorts __attribute__((vector_size(2 * LANES), aligned(2), may_alias));

static void average_lines(uint16_t *out, const uint16_t *column, const ppo_usual_taps *taps)
{
    for (unsigned v = 0; v < VECTORS; v++) {
        const uint16_t *from = column + tap_from(v * LANES, 0);
        const ppo_shorts low = *(const ppo_shorts *)from;
        const ppo_shorts high = *(const ppo_shorts *)(from + LANES);
        ppo_shorts sum = {0};
        for (unsigned k = 0; k < TAPS; k++) {
            const ppo_shorts place = *(const ppo_shorts *)(taps->place[k] + v * LANES);
            const ppo_shorts weight = *(const ppo_shorts *)(taps->weight[k] + v * LANES);
            sum += __builtin_shuffle(low, high, place) * weight;
        }
        *(ppo_shorts *)(out + v * LANES) = sum;
    }
}
#else
static void average_lines(uint16_t *out, const uint16_t *column, const ppo_usual_taps *taps)
{
    for (unsigned x = 0; x < VECTORS * LANES; x++) {
        const uint16_t *from = column + tap_from(x, 0);
        out[x] = (uint16_t)(from[0] * taps->weight[0][x] + from[1] * taps->weight[1][x] +
                            from[2] * taps->weight[2][x]);
    }
}
#endif

// Rounds 200ths to bytes; true if one of them was a half. In 16 bits throughout, for full vectors.
static bool round_sums(uint8_t *out, const uint16_t *sum)
{
    uint16_t half = 0;
    for (unsigned x = 0; x < VECTORS * LANES; x++) {
        const uint16_t raised = (uint16_t)(sum[x] + WHOLE / 2);
        const uint16_t rounded = raised / WHOLE;
        const uint16_t rest = (uint16_t)(raised - rounded * WHOLE);
        out[x] = (uint8_t)rounded;
        half |= (uint16_t)((uint16_t)(rest - 1) >> 15);
    }
    return half != 0;
}

// Where the sums of columns equal the last ones, so does the output; on most screens many do.
static void resize_usual(const ppo_area *area, uint8_t *out, const uint8_t *in)
{
    uint16_t column[2][PADDED] = {{0}}, sum[VECTORS * LANES];
    uint8_t line[VECTORS * LANES] = {0};
    bool has_halves = true;
    for (uint32_t y = 0; y < OUT; y++, out += OUT) {
        average_columns(column[y % 2], in, y);
        if (has_halves || memcmp(column[0], column[1], sizeof column[0]) != 0) {
            average_lines(sum, column[y % 2], &area->usual);
            has_halves = round_sums(line, sum);
        }
        memcpy(out, line, OUT);
        for (uint32_t x = 0; has_halves && x < OUT; x++)
            if (sum[x] % WHOLE == WHOLE / 2)
                out[x] = average_area(area, in, y, x, 0);
    }
}

void ppo_area_resize(const ppo_area *area, uint8_t *out, const uint8_t *in)
{
    if (area->is_usual)
        resize_usual(area, out, in);
    else
        resize_any(area, out, in);
}
