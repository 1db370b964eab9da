// SPDX-License-Identifier: MIT
// Pictures as text: see mosaic.h. Pixels of the terminal are means over their part of the picture.
#include "cli/screen/mosaic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The longest cell: a jump, two colours and the block, each with three-digit numbers.
enum { CELL_TEXT = 72, EXTRA_TEXT = 64 };

#define UNKNOWN UINT64_MAX

void cli_mosaic_fit(unsigned *width, unsigned *height, uint32_t picture_width,
                    uint32_t picture_height, unsigned columns, unsigned rows)
{
    const uint64_t most = 2 * (uint64_t)rows;
    uint64_t w = columns, h = (w * picture_height + picture_width / 2) / picture_width;
    h += h % 2; // rows hold two
    if (h > most) {
        h = most;
        w = (h * picture_width + picture_height / 2) / picture_height;
    }
    *width = (unsigned)(w < 1 ? 1 : w > columns ? columns : w);
    *height = (unsigned)(h < 2 ? 2 : h);
}

// The mean colour of what pixel (x, y) of width x height covers.
static uint32_t mean(const unsigned char *rgb, uint32_t picture_width, uint32_t picture_height,
                     const cli_mosaic *m, unsigned x, unsigned y)
{
    const size_t left = (size_t)x * picture_width / m->width;
    const size_t top = (size_t)y * picture_height / m->height;
    size_t right = ((size_t)x + 1) * picture_width / m->width;
    size_t bottom = ((size_t)y + 1) * picture_height / m->height;
    uint64_t sum[3] = {0};
    right = right > left ? right : left + 1;
    bottom = bottom > top ? bottom : top + 1;
    for (size_t v = top; v < bottom; v++)
        for (size_t u = left; u < right; u++)
            for (size_t k = 0; k < 3; k++)
                sum[k] += rgb[3 * (v * picture_width + u) + k];
    const uint64_t count = (right - left) * (bottom - top);
    uint32_t colour = 0;
    for (int k = 0; k < 3; k++)
        colour = colour << 8 | (uint32_t)((sum[k] + count / 2) / count);
    return colour;
}

static void add(cli_mosaic *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(cli_mosaic *m, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(m->text + m->length, m->capacity - m->length, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < m->capacity - m->length)
        m->length += (size_t)length;
}

static bool resize(cli_mosaic *m, unsigned columns, unsigned rows)
{
    const size_t cells = (size_t)columns * rows;
    cli_mosaic_release(m);
    m->cell = malloc(cells * sizeof *m->cell + 1);
    m->capacity = cells * CELL_TEXT + EXTRA_TEXT;
    m->text = malloc(m->capacity);
    if (!m->cell || !m->text) {
        cli_mosaic_release(m);
        return false;
    }
    m->columns = columns;
    m->rows = rows;
    for (size_t i = 0; i < cells; i++)
        m->cell[i] = UNKNOWN;
    return true;
}

static uint32_t average(uint32_t a, uint32_t b)
{
    return (a & b) + (((a ^ b) >> 1) & 0x7F7F7F);
}

// Colours as the terminal has them while a picture is written.
typedef struct pen {
    uint32_t front, back; // or UINT32_MAX
    unsigned x, y;        // where the next character goes
} pen;

static void write_cell(cli_mosaic *m, pen *p, unsigned x, unsigned y, uint32_t front, uint32_t back)
{
    if (p->x != x || p->y != y)
        add(m, "\x1b[%u;%uH", y + 1, x + 1);
    if (p->front != front && !m->is_ascii)
        add(m, "\x1b[38;2;%u;%u;%um", front >> 16, front >> 8 & 0xFF, front & 0xFF);
    if (p->back != back)
        add(m, "\x1b[48;2;%u;%u;%um", back >> 16, back >> 8 & 0xFF, back & 0xFF);
    add(m, m->is_ascii ? " " : "\xE2\x96\x80"); // U+2580, upper half block
    *p = (pen){front, back, x + 1, y};
}

bool cli_mosaic_draw(cli_mosaic *m, const unsigned char *rgb, uint32_t picture_width,
                     uint32_t picture_height, unsigned columns, unsigned rows)
{
    const bool is_new = !m->cell || m->columns != columns || m->rows != rows;
    if (is_new && !resize(m, columns, rows))
        return false;
    cli_mosaic_fit(&m->width, &m->height, picture_width, picture_height, columns, rows);
    const unsigned left = (columns - m->width) / 2;
    pen p = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    m->length = 0;
    if (is_new)
        add(m, "\x1b[0m\x1b[2J");
    for (unsigned y = 0; y < m->height; y += 2)
        for (unsigned x = 0; x < m->width; x++) {
            uint32_t upper = mean(rgb, picture_width, picture_height, m, x, y);
            uint32_t lower = mean(rgb, picture_width, picture_height, m, x, y + 1);
            if (m->is_ascii)
                upper = lower = average(upper, lower);
            const uint64_t now = (uint64_t)upper << 32 | lower;
            uint64_t *const shown = &m->cell[(size_t)(y / 2) * columns + left + x];
            if (*shown != now)
                write_cell(m, &p, left + x, y / 2, upper, lower);
            *shown = now;
        }
    add(m, "\x1b[0m");
    return true;
}

void cli_mosaic_release(cli_mosaic *m)
{
    free(m->cell);
    free(m->text);
    *m = (cli_mosaic){.is_ascii = m->is_ascii};
}
