// SPDX-License-Identifier: MIT
// A figure as text for a terminal: see figure.h.
//
// Curves are drawn with Braille characters, whose eight dots make a cell two columns by four rows.
// Colours tell several curves apart; without colours each has a mark of its own, one per cell.
// Workload: some thousand cells. Owns scratch memory for one call.
#include "run/plot/figure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOTS_X = 2, DOTS_Y = 4, NO_CURVE = 255, NUM_COLOURS = 7, LINE_SIZE = 512 };
enum { LEAST_ROWS = 7 }; // of one of several panels

static const char *const colour_code[NUM_COLOURS] = {"34", "33", "32", "35", "36", "31", "90"};
static const char *const mark_of[] = {"●", "○", "▲", "△", "■", "□", "◆", "◇"};
enum { NUM_MARKS = sizeof mark_of / sizeof mark_of[0] };

typedef struct paper {
    const ppo_figure *figure;
    const ppo_panel *panel; // that is being written
    ppo_bytes *text;
    bool is_coloured, is_done; // is_done false: out of memory
    unsigned columns;          // of the whole
    ppo_axis x, y;
    size_t gutter;        // columns left of the axis
    size_t width, height; // of a panel's curves, in cells
    unsigned char *dots;  // [height, width] Braille dots of each cell
    unsigned char *curve; // [height, width] the curve that they belong to
} paper;

// --- text ---------------------------------------------------------------------------------------

PPO_PRINTF(2, 3) static void put(paper *p, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    p->is_done = p->is_done && ppo_bytes_append(p->text, line, strlen(line));
}

static void repeat(paper *p, const char *text, size_t times)
{
    while (times-- > 0)
        put(p, "%s", text);
}

// Columns that a text takes: its characters.
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

// The text, cut to so many columns.
static void put_cut(paper *p, const char *text, size_t columns)
{
    size_t bytes = 0;
    for (size_t seen = 0; text[bytes]; bytes++)
        if (((unsigned char)text[bytes] & 0xC0) != 0x80 && ++seen > columns)
            break;
    put(p, "%.*s", (int)bytes, text);
}

// The text in lines of so many columns, broken at blanks.
static void put_wrapped(paper *p, const char *text, size_t columns)
{
    size_t at = 0;
    while (*text) {
        const size_t bytes = strcspn(text, " ");
        char word[PPO_PLOT_TEXT];
        snprintf(word, sizeof word, "%.*s", (int)bytes, text);
        const size_t width = width_of(word);
        if (at > 0 && at + 1 + width > columns) {
            put(p, "\n");
            at = 0;
        }
        put(p, "%s%s", at > 0 ? " " : "", word);
        at += width + (at > 0);
        text += bytes + (text[bytes] == ' ');
    }
    put(p, "\n");
}

static void set_colour(paper *p, size_t curve)
{
    if (p->is_coloured)
        put(p, "\x1b[%sm", colour_code[curve % NUM_COLOURS]);
}

static void set_style(paper *p, const char *code)
{
    if (p->is_coloured)
        put(p, "\x1b[%sm", code);
}

// --- curves -------------------------------------------------------------------------------------

static bool has_marks(const paper *p)
{
    return p->panel->num_curves > 1 && !p->is_coloured;
}

// Sets the dot at (x, y), counted from the top left.
static void set_dot(paper *p, long x, long y, size_t curve)
{
    static const unsigned char bit[DOTS_Y][DOTS_X] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    if (x < 0 || y < 0 || x >= (long)(p->width * DOTS_X) || y >= (long)(p->height * DOTS_Y))
        return;
    const size_t cell = (size_t)(y / DOTS_Y) * p->width + (size_t)(x / DOTS_X);
    p->dots[cell] |= bit[y % DOTS_Y][x % DOTS_X];
    p->curve[cell] = (unsigned char)(curve % NO_CURVE);
}

static double dot_x(const paper *p, double x)
{
    return (x - p->x.low) / (p->x.high - p->x.low) * (double)(p->width * DOTS_X - 1);
}

static double dot_y(const paper *p, double y)
{
    return (p->y.high - y) / (p->y.high - p->y.low) * (double)(p->height * DOTS_Y - 1);
}

static void draw_line(paper *p, double x0, double y0, double x1, double y1, size_t curve)
{
    const long steps = (long)ceil(fmax(fabs(x1 - x0), fabs(y1 - y0)));
    for (long i = 0; i <= steps; i++) {
        const double part = steps > 0 ? (double)i / (double)steps : 0.0;
        set_dot(p, lround(x0 + part * (x1 - x0)), lround(y0 + part * (y1 - y0)), curve);
    }
}

// A curve of one value is a small square, because a single dot is hard to see.
static void draw_single(paper *p, const ppo_curve *c, size_t curve)
{
    const long x = lround(dot_x(p, c->x[0])), y = lround(dot_y(p, c->y[0]));
    for (long i = 0; i < 4; i++)
        set_dot(p, x - i % 2, y - i / 2, curve);
}

static void draw_curve(paper *p, size_t curve)
{
    const ppo_curve *c = &p->panel->curves[curve];
    if (c->count == 1)
        draw_single(p, c, curve);
    for (size_t i = 0; i + 1 < c->count; i++)
        draw_line(p, dot_x(p, c->x[i]), dot_y(p, c->y[i]), dot_x(p, c->x[i + 1]),
                  dot_y(p, c->y[i + 1]), curve);
}

// --- rows ---------------------------------------------------------------------------------------

static void write_heading(paper *p)
{
    const ppo_figure *f = p->figure;
    set_style(p, "1");
    put_cut(p, f->title, p->columns);
    set_style(p, "0");
    put(p, "\n");
    if (f->subtitle[0])
        put_wrapped(p, f->subtitle, p->columns);
}

static void write_legend(paper *p)
{
    for (size_t k = 0; k < p->panel->num_curves; k++) {
        set_colour(p, k);
        put(p, "%s ", has_marks(p) ? mark_of[k % NUM_MARKS] : "━━");
        set_style(p, "0");
        put_cut(p, p->panel->curves[k].label, p->columns - 3);
        put(p, "\n");
    }
}

// A Braille character of these dots: U+2800 and on.
static void put_braille(paper *p, unsigned dots)
{
    put(p, "%c%c%c", 0xE2, (char)(0xA0 | dots >> 6), (char)(0x80 | (dots & 63)));
}

static void put_cell(paper *p, size_t row, size_t column, bool is_level)
{
    const size_t cell = row * p->width + column;
    if (!p->dots[cell]) {
        put(p, is_level ? "┄" : " ");
    } else if (has_marks(p)) {
        put(p, "%s", mark_of[p->curve[cell] % NUM_MARKS]);
    } else {
        set_colour(p, p->curve[cell]);
        put_braille(p, p->dots[cell]);
        set_style(p, "0");
    }
}

static size_t row_of(const paper *p, double y)
{
    const double row = dot_y(p, y) / DOTS_Y;
    return row < 0.0 ? 0 : row >= (double)p->height ? p->height - 1 : (size_t)row;
}

static void write_row(paper *p, size_t row)
{
    const char *label = "";
    for (size_t i = 0; i < p->y.num_ticks; i++)
        if (row_of(p, p->y.tick[i]) == row)
            label = p->y.label[i];
    const bool is_level = !isnan(p->panel->level) && row_of(p, p->panel->level) == row;
    repeat(p, " ", p->gutter - 1 - width_of(label));
    put(p, "%s %s", label, label[0] ? "┤" : "│");
    for (size_t column = 0; column < p->width; column++)
        put_cell(p, row, column, is_level);
    put(p, "\n");
}

// The horizontal axis, its ticks, and the labels under them, as many as fit.
static void write_axis(paper *p)
{
    size_t column[PPO_AXIS_MAX_TICKS] = {0}, at = 0;
    for (size_t i = 0; i < p->x.num_ticks; i++)
        column[i] = (size_t)(fmax(dot_x(p, p->x.tick[i]), 0.0) / DOTS_X);
    repeat(p, " ", p->gutter);
    put(p, "└");
    for (size_t c = 0, i = 0; c < p->width; c++) {
        const bool is_tick = i < p->x.num_ticks && column[i] == c;
        put(p, is_tick ? "┬" : "─");
        i += is_tick;
    }
    put(p, "\n");
    const size_t end = p->gutter + 1 + p->width;
    for (size_t i = 0; i < p->x.num_ticks; i++) {
        const size_t size = width_of(p->x.label[i]), middle = p->gutter + 1 + column[i];
        size_t start = middle > size / 2 ? middle - size / 2 : 0;
        if (start + size > end)
            start = end - size;
        if (at > 0 && start <= at)
            continue;
        repeat(p, " ", start - at);
        put(p, "%s", p->x.label[i]);
        at = start + size;
    }
    put(p, "\n");
    const size_t size = width_of(p->figure->x_label);
    repeat(p, " ", p->gutter + 1 + (p->width > size ? (p->width - size) / 2 : 0));
    put(p, "%s\n", p->figure->x_label);
}

static double wanted_ticks(const paper *p)
{
    return (double)p->height / 3.0;
}

static void write_panel(paper *p, size_t index)
{
    const ppo_panel *panel = p->panel = &p->figure->panels[index];
    p->y = ppo_panel_y_axis(panel, wanted_ticks(p));
    memset(p->dots, 0, p->height * p->width);
    for (size_t k = panel->num_curves; k-- > 0;) // the first on top
        draw_curve(p, k);
    if (panel->heading[0])
        put_wrapped(p, panel->heading, p->columns);
    if (ppo_figure_has_legend(p->figure, index))
        write_legend(p);
    if (!isnan(panel->level))
        put(p, "┄┄ %s\n", panel->level_label);
    for (size_t row = 0; row < p->height; row++)
        write_row(p, row);
}

static void write_all(paper *p)
{
    write_heading(p);
    for (size_t k = 0; k < p->figure->num_panels; k++)
        write_panel(p, k);
    write_axis(p);
}

// Columns that the labels of all panels need.
static void lay_out(paper *p)
{
    p->gutter = 1;
    for (size_t k = 0; k < p->figure->num_panels; k++) {
        const ppo_axis y = ppo_panel_y_axis(&p->figure->panels[k], wanted_ticks(p));
        for (size_t i = 0; i < y.num_ticks; i++)
            if (width_of(y.label[i]) + 1 > p->gutter)
                p->gutter = width_of(y.label[i]) + 1;
    }
    p->width = p->columns - p->gutter - 1;
}

bool ppo_figure_write(const ppo_figure *figure, ppo_bytes *text, unsigned columns, unsigned rows,
                      bool is_coloured)
{
    paper p = {.figure = figure,
               .text = text,
               .is_coloured = is_coloured,
               .is_done = true,
               .columns = columns,
               .height = rows / figure->num_panels};
    if (figure->num_panels > 1 && p.height < LEAST_ROWS)
        p.height = LEAST_ROWS;
    p.x = ppo_figure_x_axis(figure, columns / 16.0);
    lay_out(&p);
    p.dots = calloc(p.height, p.width);
    p.curve = calloc(p.height, p.width);
    p.is_done = p.dots && p.curve;
    if (p.is_done)
        write_all(&p);
    free(p.dots);
    free(p.curve);
    return p.is_done;
}
