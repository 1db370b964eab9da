// SPDX-License-Identifier: MIT
// The module plot.so: drawing a figure with cairo, see figure.h.
//
// The picture from top to bottom: title, subtitle, panels of a heading, a legend and curves each,
// horizontal axis. A unit is a
// point of a PDF and two pixels of a PNG. Workload: some dozens of curves of up to some thousand
// points. Owns nothing between calls. The library's side is figure_file.c; no other file but
// draw/canvas_cairo.c knows cairo.
#include "run/plot/figure_module.h"

#include "core/error.h"
#include "run/plot/png.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FONT       "sans-serif"
#define PNG_SCALE  2.0
#define MARGIN     24.0 // around everything
#define TITLE_SIZE 18.0
#define TEXT_SIZE  12.5
#define TICK_SIZE  12.0
#define LINE_WIDTH 2.0
#define PANEL_GAP  16.0

typedef struct colour {
    double r, g, b;
} colour;

static const colour ink = {0.13, 0.14, 0.16};
static const colour soft = {0.40, 0.42, 0.45};
static const colour grid = {0.905, 0.91, 0.92};
static const colour axis_line = {0.60, 0.62, 0.65};

// The colours of Okabe and Ito 2008, which people with any kind of colour vision can distinguish,
// in an order of our own and without the yellow, which is faint on white.
static const colour series[] = {
    {0.000, 0.447, 0.698}, {0.835, 0.369, 0.000}, {0.000, 0.620, 0.451}, {0.800, 0.475, 0.655},
    {0.902, 0.624, 0.000}, {0.337, 0.706, 0.914}, {0.350, 0.350, 0.380},
};
enum { NUM_SERIES = sizeof series / sizeof series[0], MAX_DOTS = 30 };

// A panel: where its curves go, and the axes.
typedef struct sheet {
    cairo_t *cairo;
    const ppo_figure *figure;
    const ppo_panel *panel;
    ppo_axis x, y;
    double left, top, right, bottom;
} sheet;

static double map_x(const sheet *s, double x)
{
    return s->left + (x - s->x.low) / (s->x.high - s->x.low) * (s->right - s->left);
}

static double map_y(const sheet *s, double y)
{
    return s->bottom - (y - s->y.low) / (s->y.high - s->y.low) * (s->bottom - s->top);
}

// --- text and lines -----------------------------------------------------------------------------

static void use(cairo_t *cairo, colour c, double alpha)
{
    cairo_set_source_rgba(cairo, c.r, c.g, c.b, alpha);
}

static void set_font(cairo_t *cairo, double size, bool is_bold)
{
    cairo_select_font_face(cairo, FONT, CAIRO_FONT_SLANT_NORMAL,
                           is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, size);
}

static double text_width(cairo_t *cairo, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

// `align` 0: the text begins at x, 0.5: it is centred there, 1: it ends there. y is its base line.
static void show(cairo_t *cairo, const char *text, double x, double y, double align)
{
    cairo_move_to(cairo, x - align * text_width(cairo, text), y);
    cairo_show_text(cairo, text);
}

// Cuts a text to a width, with three dots.
static void fit(cairo_t *cairo, char text[PPO_PLOT_TEXT], double width)
{
    size_t length = strlen(text);
    while (length > 4 && text_width(cairo, text) > width) {
        length--;
        while (length > 4 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--; // the rest of a character
        length = length < PPO_PLOT_TEXT - 4 ? length : PPO_PLOT_TEXT - 4;
        memcpy(text + length, "...", 4);
    }
}

// Takes as many words as fit, at least one, which is cut if it is too long; returns the rest, or
// NULL.
static const char *take_line(cairo_t *cairo, char line[PPO_PLOT_TEXT], const char *rest,
                             double width)
{
    snprintf(line, PPO_PLOT_TEXT, "%s", rest);
    while (text_width(cairo, line) > width && strrchr(line, ' '))
        *strrchr(line, ' ') = '\0';
    rest += strlen(line);
    fit(cairo, line, width);
    return *rest ? rest + 1 : NULL;
}

// A line that covers two whole rows of pixels of the PNG; between rows it would be blurred.
static void rule(cairo_t *cairo, double x0, double y0, double x1, double y1)
{
    cairo_set_line_width(cairo, 2.0 / PNG_SCALE);
    cairo_move_to(cairo, round(x0 * PNG_SCALE) / PNG_SCALE, round(y0 * PNG_SCALE) / PNG_SCALE);
    cairo_line_to(cairo, round(x1 * PNG_SCALE) / PNG_SCALE, round(y1 * PNG_SCALE) / PNG_SCALE);
    cairo_stroke(cairo);
}

// --- around the curves --------------------------------------------------------------------------

// A text in as many lines as it needs.
static void draw_lines(sheet *s, const char *text, colour c)
{
    char line[PPO_PLOT_TEXT];
    set_font(s->cairo, TEXT_SIZE, false);
    use(s->cairo, c, 1.0);
    for (const char *rest = text[0] ? text : NULL; rest;) {
        rest = take_line(s->cairo, line, rest, s->figure->width - 2.0 * MARGIN);
        show(s->cairo, line, MARGIN, s->top + 0.8 * TEXT_SIZE, 0.0);
        s->top += 1.5 * TEXT_SIZE;
    }
}

static void draw_heading(sheet *s)
{
    char text[PPO_PLOT_TEXT];
    const double width = s->figure->width - 2.0 * MARGIN;
    s->top = MARGIN;
    if (s->figure->title[0]) {
        snprintf(text, sizeof text, "%s", s->figure->title);
        set_font(s->cairo, TITLE_SIZE, true);
        use(s->cairo, ink, 1.0);
        fit(s->cairo, text, width);
        show(s->cairo, text, MARGIN, s->top + 0.8 * TITLE_SIZE, 0.0);
        s->top += 1.45 * TITLE_SIZE;
    }
    draw_lines(s, s->figure->subtitle, soft);
}

// Colour and dashes of a curve; from the second round of colours on, other dashes.
static void use_series(cairo_t *cairo, const ppo_curve *c, double alpha)
{
    static const double dashes[][2] = {{7.0, 5.0}, {2.0, 4.0}};
    const size_t pattern = (c->dash + c->colour / NUM_SERIES) % 3;
    use(cairo, series[c->colour % NUM_SERIES], alpha);
    if (pattern == 0)
        cairo_set_dash(cairo, NULL, 0, 0.0);
    else
        cairo_set_dash(cairo, dashes[pattern - 1], 2, 0.0);
}

// Entries side by side, in as many rows as necessary.
static void draw_legend(sheet *s)
{
    const double swatch = 22.0, gap = 7.0, between = 22.0, row = 1.6 * TEXT_SIZE;
    const double end = s->figure->width - MARGIN;
    double x = MARGIN, y = s->top + 0.9 * TEXT_SIZE;
    set_font(s->cairo, TEXT_SIZE, false);
    for (size_t k = 0; k < s->panel->num_curves; k++) {
        char text[PPO_PLOT_TEXT];
        snprintf(text, sizeof text, "%s", s->panel->curves[k].label);
        fit(s->cairo, text, end - MARGIN - swatch - gap);
        const double width = swatch + gap + text_width(s->cairo, text);
        if (x > MARGIN && x + width > end) {
            x = MARGIN;
            y += row;
        }
        use_series(s->cairo, &s->panel->curves[k], 1.0);
        cairo_set_line_width(s->cairo, 1.5 * LINE_WIDTH);
        cairo_move_to(s->cairo, x, y - 0.35 * TEXT_SIZE);
        cairo_line_to(s->cairo, x + swatch, y - 0.35 * TEXT_SIZE);
        cairo_stroke(s->cairo);
        use(s->cairo, ink, 1.0);
        show(s->cairo, text, x + swatch + gap, y, 0.0);
        x += width + between;
    }
    cairo_set_dash(s->cairo, NULL, 0, 0.0);
    s->top = y + 0.7 * TEXT_SIZE;
}

// Chooses margins that all labels of all panels fit into.
static void lay_out_sides(sheet *s, double wanted_y)
{
    double widest = 0.0;
    set_font(s->cairo, TICK_SIZE, false);
    for (size_t k = 0; k < s->figure->num_panels; k++) {
        const ppo_axis y = ppo_panel_y_axis(&s->figure->panels[k], wanted_y);
        for (size_t i = 0; i < y.num_ticks; i++)
            widest = fmax(widest, text_width(s->cairo, y.label[i]));
    }
    const double last = s->x.num_ticks ? text_width(s->cairo, s->x.label[s->x.num_ticks - 1]) : 0.0;
    s->left = MARGIN + widest + 10.0;
    s->right = s->figure->width - fmax(MARGIN, last / 2.0 + 6.0);
}

// The horizontal axis is labelled once, below all panels.
static bool is_lowest(const sheet *s)
{
    return s->panel == &s->figure->panels[s->figure->num_panels - 1];
}

static void draw_grid(sheet *s)
{
    cairo_t *cairo = s->cairo;
    set_font(cairo, TICK_SIZE, false);
    for (size_t i = 0; i < s->y.num_ticks; i++) {
        const double y = map_y(s, s->y.tick[i]);
        use(cairo, grid, 1.0);
        rule(cairo, s->left, y, s->right, y);
        use(cairo, soft, 1.0);
        show(cairo, s->y.label[i], s->left - 8.0, y + 0.35 * TICK_SIZE, 1.0);
    }
    for (size_t i = 0; i < s->x.num_ticks; i++) {
        const double x = map_x(s, s->x.tick[i]);
        use(cairo, grid, 1.0);
        rule(cairo, x, s->top, x, s->bottom);
        use(cairo, soft, 1.0);
        if (is_lowest(s))
            show(cairo, s->x.label[i], x, s->bottom + 1.5 * TICK_SIZE, 0.5);
    }
    use(cairo, axis_line, 1.0);
    rule(cairo, s->left, s->bottom, s->right, s->bottom);
    set_font(cairo, TEXT_SIZE, false);
    use(cairo, soft, 1.0);
    if (is_lowest(s))
        show(cairo, s->figure->x_label, (s->left + s->right) / 2.0,
             s->figure->height - MARGIN + 3.0, 0.5);
}

// The horizontal line, then its label on a white outline, at the left, where curves seldom reach
// it.
static void draw_level(sheet *s)
{
    cairo_t *cairo = s->cairo;
    if (isnan(s->panel->level))
        return;
    const double y = map_y(s, s->panel->level), dashes[] = {5.0, 4.0};
    use(cairo, soft, 1.0);
    cairo_set_dash(cairo, dashes, 2, 0.0);
    rule(cairo, s->left, y, s->right, y);
    cairo_set_dash(cairo, NULL, 0, 0.0);
}

static void draw_level_label(sheet *s)
{
    cairo_t *cairo = s->cairo;
    if (isnan(s->panel->level))
        return;
    set_font(cairo, TICK_SIZE, false);
    const double x = s->left + 8.0, y = map_y(s, s->panel->level);
    const bool is_above = y - s->top > 2.0 * TICK_SIZE;
    cairo_move_to(cairo, x, is_above ? y - 0.5 * TICK_SIZE : y + 1.25 * TICK_SIZE);
    cairo_text_path(cairo, s->panel->level_label);
    cairo_set_source_rgba(cairo, 1.0, 1.0, 1.0, 0.9);
    cairo_set_line_width(cairo, 4.0);
    cairo_stroke_preserve(cairo);
    use(cairo, soft, 1.0);
    cairo_fill(cairo);
}

// --- curves -------------------------------------------------------------------------------------

static void trace(const sheet *s, const ppo_curve *c, const double *y, bool is_backwards)
{
    for (size_t k = 0; k < c->count; k++) {
        const size_t i = is_backwards ? c->count - 1 - k : k;
        cairo_line_to(s->cairo, map_x(s, c->x[i]), map_y(s, y[i]));
    }
}

static void draw_band(const sheet *s, size_t k)
{
    const ppo_curve *c = &s->panel->curves[k];
    if (!c->low || c->count < 2)
        return;
    trace(s, c, c->high, false);
    trace(s, c, c->low, true);
    cairo_close_path(s->cairo);
    use(s->cairo, series[c->colour % NUM_SERIES], 0.17);
    cairo_fill(s->cairo);
}

// A curve of few values shows each as a dot: the lines between them are interpolated.
static void draw_dots(const sheet *s, const ppo_curve *c)
{
    const double radius = c->count == 1 ? 1.8 * LINE_WIDTH : 1.4 * LINE_WIDTH;
    for (size_t i = 0; c->count <= MAX_DOTS && i < c->count; i++) {
        cairo_new_sub_path(s->cairo);
        cairo_arc(s->cairo, map_x(s, c->x[i]), map_y(s, c->y[i]), radius, 0.0, 2.0 * M_PI);
        cairo_fill(s->cairo);
    }
}

static void draw_curve(const sheet *s, size_t k)
{
    const ppo_curve *c = &s->panel->curves[k];
    use_series(s->cairo, c, 1.0);
    draw_dots(s, c);
    cairo_set_line_width(s->cairo, LINE_WIDTH);
    trace(s, c, c->y, false);
    cairo_stroke(s->cairo);
    cairo_set_dash(s->cairo, NULL, 0, 0.0);
}

static void draw_curves(sheet *s)
{
    const double reach = 2.0 * LINE_WIDTH; // of dots at the edge
    cairo_save(s->cairo);
    cairo_rectangle(s->cairo, s->left - reach, s->top - reach, s->right - s->left + 2.0 * reach,
                    s->bottom - s->top + 2.0 * reach);
    cairo_clip(s->cairo);
    draw_level(s);
    cairo_set_line_join(s->cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(s->cairo, CAIRO_LINE_CAP_ROUND);
    for (size_t k = 0; k < s->panel->num_curves; k++)
        draw_band(s, k);
    for (size_t k = s->panel->num_curves; k-- > 0;) // the first on top
        draw_curve(s, k);
    draw_level_label(s);
    cairo_restore(s->cairo);
}

// A panel that begins at s->top and ends at `bottom`.
static void draw_panel(sheet *s, size_t index, double bottom, double wanted_y)
{
    s->panel = &s->figure->panels[index];
    s->y = ppo_panel_y_axis(s->panel, wanted_y);
    draw_lines(s, s->panel->heading, ink);
    if (ppo_figure_has_legend(s->figure, index))
        draw_legend(s);
    s->top += 0.6 * TICK_SIZE;
    s->bottom = bottom;
    draw_grid(s);
    draw_curves(s);
}

static void draw(cairo_t *cairo, const ppo_figure *figure)
{
    sheet s = {.cairo = cairo, .figure = figure};
    const double panels = (double)figure->num_panels;
    const double wanted_y = (figure->height - 4.0 * MARGIN) / 58.0 / panels;
    cairo_set_source_rgb(cairo, 1.0, 1.0, 1.0);
    cairo_paint(cairo);
    s.x = ppo_figure_x_axis(figure, (figure->width - 2.0 * MARGIN) / 95.0);
    draw_heading(&s);
    lay_out_sides(&s, wanted_y);
    const double bottom = figure->height - MARGIN - 1.4 * TICK_SIZE - 1.2 * TEXT_SIZE;
    const double top = s.top, share = (bottom - top) / panels;
    for (size_t k = 0; k < figure->num_panels; k++) {
        s.top = top + (double)k * share;
        draw_panel(&s, k, s.top + share - (k + 1 < figure->num_panels ? PANEL_GAP : 0.0), wanted_y);
    }
}

// --- files --------------------------------------------------------------------------------------

static cairo_status_t take_bytes(void *context, const unsigned char *data, unsigned size)
{
    return ppo_bytes_append(context, data, size) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

static cairo_surface_t *open_surface(ppo_figure_kind kind, const ppo_figure *figure,
                                     ppo_bytes *bytes)
{
    const double width = figure->width, height = figure->height;
    if (kind == PPO_FIGURE_SVG)
        return cairo_svg_surface_create_for_stream(take_bytes, bytes, width, height);
    if (kind == PPO_FIGURE_PDF)
        return cairo_pdf_surface_create_for_stream(take_bytes, bytes, width, height);
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(PNG_SCALE * width),
                                      (int)(PNG_SCALE * height));
}

// Glyphs without hinting: the same shapes in all formats.
static void set_up(cairo_t *cairo, ppo_figure_kind kind)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
    if (kind == PPO_FIGURE_PNG)
        cairo_scale(cairo, PNG_SCALE, PNG_SCALE);
}

// Cairo's own PNG takes longer than drawing.
static cairo_status_t append_png(ppo_bytes *bytes, cairo_surface_t *surface)
{
    cairo_surface_flush(surface);
    const void *pixels = cairo_image_surface_get_data(surface);
    const int width = cairo_image_surface_get_width(surface);
    const int height = cairo_image_surface_get_height(surface);
    const size_t pitch = (size_t)cairo_image_surface_get_stride(surface) / sizeof(uint32_t);
    if (!pixels || width <= 0 || height <= 0)
        return cairo_surface_status(surface);
    return ppo_png_append(bytes, pixels, (uint32_t)width, (uint32_t)height, pitch)
               ? CAIRO_STATUS_SUCCESS
               : CAIRO_STATUS_NO_MEMORY;
}

static cairo_status_t render(ppo_bytes *bytes, const ppo_figure *figure, ppo_figure_kind kind)
{
    cairo_surface_t *surface = open_surface(kind, figure, bytes);
    cairo_t *cairo = cairo_create(surface);
    set_up(cairo, kind);
    draw(cairo, figure);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    if (status == CAIRO_STATUS_SUCCESS && kind == PPO_FIGURE_PNG)
        status = append_png(bytes, surface);
    cairo_surface_finish(surface); // SVG and PDF are written here
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status;
}

static void plot_describe(char *text, size_t size)
{
    snprintf(text, size, "png, svg, pdf; cairo %s", cairo_version_string());
}

static ppo_status plot_draw(const ppo_figure *figure, ppo_figure_kind kind, ppo_bytes *bytes,
                            ppo_error *error)
{
    const cairo_status_t drawn = render(bytes, figure, kind);
    if (drawn == CAIRO_STATUS_SUCCESS)
        return PPO_OK;
    return ppo_fail(error, drawn == CAIRO_STATUS_NO_MEMORY ? PPO_NO_MEMORY : PPO_IO, "%s",
                    cairo_status_to_string(drawn));
}

PPO_MODULE_TABLE(ppo_plot_module) = {
    .head = PPO_MODULE_HEAD(ppo_plot_module, PPO_PLOT_ABI),
    .draw = plot_draw,
    .describe = plot_describe,
};
