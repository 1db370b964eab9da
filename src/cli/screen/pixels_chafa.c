// SPDX-License-Identifier: MIT
// The module chafa.so: pictures by kitty's or iTerm's protocol or as sixels, through libchafa. The
// command's side is pixels_host.c; no other file knows libchafa.
//
// Workload: a picture of 600 x 400 pixels is 1.6 MB of text for kitty, 10 to 30 KB as sixels. Owns
// the text of the last picture.
#include "cli/screen/pixels_module.h"

#include <chafa.h>
#include <stdio.h>
#include <stdlib.h>

#define KITTY_DELETE "\x1b_Ga=d,q=2\x1b\\" // all pictures on the screen

struct cli_pixels {
    ChafaTermInfo *terminal;
    ChafaPixelMode mode;
    GString *text;
};

// Symbols: it has no graphics.
static ChafaPixelMode mode_of(const ChafaTermInfo *terminal)
{
    static const struct {
        ChafaTermSeq sequence;
        ChafaPixelMode mode;
    } modes[] = {{CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1, CHAFA_PIXEL_MODE_KITTY},
                 {CHAFA_TERM_SEQ_BEGIN_ITERM2_IMAGE, CHAFA_PIXEL_MODE_ITERM2},
                 {CHAFA_TERM_SEQ_BEGIN_SIXELS, CHAFA_PIXEL_MODE_SIXELS}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (chafa_term_info_have_seq(terminal, modes[i].sequence))
            return modes[i].mode;
    return CHAFA_PIXEL_MODE_SYMBOLS;
}

static cli_pixels *pixels_open(void)
{
    gchar **environment = g_get_environ();
    ChafaTermInfo *terminal = chafa_term_db_detect(chafa_term_db_get_default(), environment);
    g_strfreev(environment);
    const ChafaPixelMode mode = mode_of(terminal);
    cli_pixels *p = mode == CHAFA_PIXEL_MODE_SYMBOLS ? NULL : calloc(1, sizeof *p);
    if (!p) {
        chafa_term_info_unref(terminal);
        return NULL;
    }
    p->terminal = terminal;
    p->mode = mode;
    p->text = g_string_new("");
    return p;
}

static const char *pixels_clear(const cli_pixels *p)
{
    return p->mode == CHAFA_PIXEL_MODE_KITTY ? KITTY_DELETE : "";
}

// Pixels of a cell: the terminal's own; but kitty enlarges pictures itself, so that more than the
// picture has need not be sent.
static gint cell_side(const cli_pixels *p, unsigned terminals, uint32_t pictures, gint num_cells)
{
    const gint own = (gint)terminals, enough = (gint)pictures / num_cells + 1;
    return p->mode == CHAFA_PIXEL_MODE_KITTY && enough < own ? enough : own;
}

static ChafaCanvas *make_canvas(const cli_pixels *p, const ppo_episode_view *view,
                                const cli_cells *cells, gint width, gint height)
{
    ChafaCanvasConfig *config = chafa_canvas_config_new();
    chafa_canvas_config_set_pixel_mode(config, p->mode);
    chafa_canvas_config_set_canvas_mode(config, CHAFA_CANVAS_MODE_TRUECOLOR);
    chafa_canvas_config_set_geometry(config, width, height);
    chafa_canvas_config_set_cell_geometry(config,
                                          cell_side(p, cells->cell_width, view->width, width),
                                          cell_side(p, cells->cell_height, view->height, height));
    ChafaCanvas *canvas = chafa_canvas_new(config);
    chafa_canvas_config_unref(config);
    return canvas;
}

static const char *pixels_draw(cli_pixels *p, const ppo_episode_view *view, const cli_cells *cells,
                               size_t *length)
{
    gint width = (gint)cells->columns, height = (gint)cells->rows;
    const gfloat cell_shape = (gfloat)cells->cell_width / (gfloat)cells->cell_height;
    chafa_calc_canvas_geometry((gint)view->width, (gint)view->height, &width, &height, cell_shape,
                               TRUE, FALSE);
    ChafaCanvas *canvas = make_canvas(p, view, cells, width, height);
    chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGB8, view->rgb, (gint)view->width,
                                 (gint)view->height, (gint)view->width * 3);
    GString *picture = chafa_canvas_print(canvas, p->terminal);
    g_string_printf(p->text, "%s\x1b[1;%dH", pixels_clear(p),
                    ((gint)cells->columns - width) / 2 + 1);
    g_string_append_len(p->text, picture->str, (gssize)picture->len);
    g_string_free(picture, TRUE);
    chafa_canvas_unref(canvas);
    *length = p->text->len;
    return p->text->str;
}

static void pixels_close(cli_pixels *p)
{
    g_string_free(p->text, TRUE);
    chafa_term_info_unref(p->terminal);
    free(p);
}

static void pixels_describe(char *text, size_t size)
{
    snprintf(text, size, "libchafa %d.%d.%d", CHAFA_MAJOR_VERSION, CHAFA_MINOR_VERSION,
             CHAFA_MICRO_VERSION);
}

PPO_MODULE_TABLE(cli_pixels_module) = {
    .head = PPO_MODULE_HEAD(cli_pixels_module, CLI_PIXELS_ABI),
    .open = pixels_open,
    .draw = pixels_draw,
    .clear = pixels_clear,
    .close = pixels_close,
    .describe = pixels_describe,
};
