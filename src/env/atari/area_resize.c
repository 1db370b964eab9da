// SPDX-License-Identifier: MIT
// The area resize: see area_resize.h. Twice: in floats, the rule itself, for every shape; and in
// integers for 210 x 160 to 84 x 84, the shape of Mnih et al. 2015.
//
// Why the second one gives the same bits: every weight is a multiple of 1/40 along a line and of
// 1/5 along a column, so 200 times the exact average is a whole number of 16 bits. Floats are off
// by less than 1e-4 of it, and so round alike unless the exact average is a half. Those pixels, one
// or two in a thousand, are computed again in floats.
#include "env/atari/area_resize.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// One source row or column that an output is made of.
typedef struct ppo_tap {
    uint32_t from;
    float weight;
} ppo_tap;

// The taps of all outputs along an axis: those of output i are tap[first[i]] .. tap[first[i +
// 1]-1].
typedef struct ppo_axis {
    uint32_t *first; // [outputs + 1]
    ppo_tap *tap;
} ppo_axis;

struct ppo_area {
    ppo_area_shape shape;
    bool is_usual; // 210 x 160 to 84 x 84 in one channel
    ppo_axis x, y;
};

// --- the plan ----------------------------------------------------------------------------------

// OpenCV's computeResizeAreaTab in our words: output i covers the source from i * scale to
// (i + 1) * scale; pixels that lie wholly inside count one, those at the two ends their part.
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
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a screen's plan");
    }
    a->shape = *shape;
    a->is_usual =
        shape->height == 210 && shape->width == 160 && shape->channels == 1 && shape->size == 84;
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

enum { WIDTH = 160, OUT = 84, PADDED = WIDTH + 64, LANES = 32, VECTORS = 3, TAPS = 3, WHOLE = 200 };

// Along a line, in 40ths: output i covers 40 units, a source pixel is 21 of them. Outputs 84 .. 95
// fill the last vector and have no weight.
#define TAP_FROM(i, k) ((i)*40 / 21 + (k))
#define TAP_END(i, k) \
    (21 * (TAP_FROM(i, k) + 1) < 40 * ((i) + 1) ? 21 * (TAP_FROM(i, k) + 1) : 40 * ((i) + 1))
#define TAP_BEGIN(i, k) (21 * TAP_FROM(i, k) > 40 * (i) ? 21 * TAP_FROM(i, k) : 40 * (i))
#define TAP_WEIGHT(i, k)                                                                        \
    ((i) < OUT && TAP_END(i, k) > TAP_BEGIN(i, k) ? (uint16_t)(TAP_END(i, k) - TAP_BEGIN(i, k)) \
                                                  : (uint16_t)0)

#define ROW4(what, i, k) what(i, k), what((i) + 1, k), what((i) + 2, k), what((i) + 3, k)
#define ROW16(what, i, k) \
    ROW4(what, i, k), ROW4(what, (i) + 4, k), ROW4(what, (i) + 8, k), ROW4(what, (i) + 12, k)
#define ROW32(what, i, k) ROW16(what, i, k), ROW16(what, (i) + 16, k)
#define ROW96(what, k)                                            \
    {                                                             \
        ROW32(what, 0, k), ROW32(what, 32, k), ROW32(what, 64, k) \
    }

static const uint16_t tap_weight[TAPS][VECTORS * LANES] = {
    ROW96(TAP_WEIGHT, 0), ROW96(TAP_WEIGHT, 1), ROW96(TAP_WEIGHT, 2)};

// Two outputs are made of five lines: 2 a + 2 b + c and c + 2 d + 2 e, in fifths.
static void average_columns(uint16_t *out, const uint8_t *in, uint32_t y)
{
    const uint8_t *line = in + (size_t)(y / 2 * 5 + (y & 1 ? 4 : 0)) * WIDTH;
    const uint8_t *next = y & 1 ? line - WIDTH : line + WIDTH;
    const uint8_t *middle = in + (size_t)(y / 2 * 5 + 2) * WIDTH;
    for (unsigned x = 0; x < WIDTH; x++)
        out[x] = (uint16_t)(2 * (line[x] + next[x]) + middle[x]);
}

#if defined(__AVX512BW__) && defined(__GNUC__) && !defined(__clang__)
// One instruction picks 32 of 64 values, which clang does not offer without the vendor's names.
typedef uint16_t ppo_shorts __attribute__((vector_size(2 * LANES), aligned(2), may_alias));

#define TAP_PLACE(i, k) TAP_FROM(i, k) - TAP_FROM((i) / LANES * LANES, 0)
static const uint16_t tap_place[TAPS][VECTORS * LANES] = {ROW96(TAP_PLACE, 0), ROW96(TAP_PLACE, 1),
                                                          ROW96(TAP_PLACE, 2)};

static void average_lines(uint16_t *out, const uint16_t *column)
{
    for (unsigned v = 0; v < VECTORS; v++) {
        const uint16_t *from = column + TAP_FROM(v * LANES, 0);
        const ppo_shorts low = *(const ppo_shorts *)from;
        const ppo_shorts high = *(const ppo_shorts *)(from + LANES);
        ppo_shorts sum = {0};
        for (unsigned k = 0; k < TAPS; k++) {
            const ppo_shorts place = *(const ppo_shorts *)(tap_place[k] + v * LANES);
            const ppo_shorts weight = *(const ppo_shorts *)(tap_weight[k] + v * LANES);
            sum += __builtin_shuffle(low, high, place) * weight;
        }
        *(ppo_shorts *)(out + v * LANES) = sum;
    }
}
#else
static void average_lines(uint16_t *out, const uint16_t *column)
{
    for (unsigned x = 0; x < VECTORS * LANES; x++) {
        const uint16_t *from = column + TAP_FROM(x, 0);
        out[x] = (uint16_t)(from[0] * tap_weight[0][x] + from[1] * tap_weight[1][x] +
                            from[2] * tap_weight[2][x]);
    }
}
#endif

// Rounds 200ths into bytes; true if one of them was a half. Everything in 16 bits, so that as many
// lie in a vector as can.
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

// Lines that add up to what the last ones did give what those gave; screens are full of them.
static void resize_usual(const ppo_area *area, uint8_t *out, const uint8_t *in)
{
    uint16_t column[2][PADDED] = {{0}}, sum[VECTORS * LANES];
    uint8_t line[VECTORS * LANES] = {0};
    bool has_halves = true;
    for (uint32_t y = 0; y < OUT; y++, out += OUT) {
        average_columns(column[y % 2], in, y);
        if (has_halves || memcmp(column[0], column[1], sizeof column[0]) != 0) {
            average_lines(sum, column[y % 2]);
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
