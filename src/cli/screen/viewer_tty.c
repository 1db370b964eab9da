// SPDX-License-Identifier: MIT
// `ppo watch` in a terminal: the alternate screen, no cursor, keys without echo. All of it is
// restored on every way out. Pictures are the terminal's own graphics where it has any, else a
// mosaic.
//
// Owns the terminal's former settings, in a global, because a signal handler restores them.
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/screen/mosaic.h"
#include "cli/screen/pixels.h"
#include "cli/screen/viewer.h"
#include "cli/term.h"

enum { ESCAPE_WAIT_MS = 30 }; // the rest of a key's sequence arrives at once; Esc itself has none

static const char enter_text[] = "\x1b[?1049h\x1b[?25l\x1b[2J";
static const char leave_text[] = "\x1b[0m\x1b[?25h\x1b[?1049l";

static struct termios before;
static volatile sig_atomic_t is_entered, is_raw;

typedef struct tty {
    cli_mosaic mosaic;
    cli_pixels *pixels;     // NULL: the mosaic
    unsigned columns, rows; // when `pixels` were last drawn
} tty;

// --- the terminal's state -----------------------------------------------------------------------

// Writes all bytes; a terminal may be slow. False if it is gone.
static bool put(const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t count = write(STDOUT_FILENO, text, size);
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            text += count;
            size -= (size_t)count;
        }
    }
    return true;
}

void cli_tty_restore(void)
{
    if (is_entered)
        put(leave_text, sizeof leave_text - 1);
    if (is_raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    is_entered = is_raw = 0;
}

// Keys arrive one by one, without echo. Ctrl-C stays a signal; Ctrl-Z is off, since a stopped
// program can't restore the screen.
static void make_raw(void)
{
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
        return;
    struct termios raw = before;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    is_raw = 1;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

// Its cells; one that doesn't tell its pixels is taken for having cells of 10 x 20 of them.
static cli_cells size_of_terminal(void)
{
    struct winsize size = {0};
    cli_cells cells = {.columns = 80, .rows = 24, .cell_width = 10, .cell_height = 20};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row < 2)
        return cells;
    cells.columns = size.ws_col;
    cells.rows = size.ws_row;
    if (size.ws_xpixel >= size.ws_col && size.ws_ypixel >= size.ws_row) {
        cells.cell_width = size.ws_xpixel / size.ws_col;
        cells.cell_height = size.ws_ypixel / size.ws_row;
    }
    return cells;
}

// Those for the picture: the last row is the line's.
static cli_cells cells_for_picture(void)
{
    cli_cells cells = size_of_terminal();
    cells.rows--;
    return cells;
}

// --- the screen ---------------------------------------------------------------------------------

static bool show_mosaic(tty *t, const ppo_episode_view *view, const cli_cells *cells)
{
    return cli_mosaic_draw(&t->mosaic, view->rgb, view->width, view->height, cells->columns,
                           cells->rows) &&
           put(t->mosaic.text, t->mosaic.length);
}

static bool show_pixels(tty *t, const ppo_episode_view *view, const cli_cells *cells)
{
    size_t length;
    const char *text = cli_pixels_draw(t->pixels, view, cells, &length);
    if (t->columns != cells->columns || t->rows != cells->rows)
        put("\x1b[2J", 4);
    t->columns = cells->columns;
    t->rows = cells->rows;
    return put(text, length);
}

static void show(void *self, const ppo_episode_view *view, const char *line)
{
    tty *t = self;
    const cli_cells cells = cells_for_picture();
    char text[512];
    if (!(t->pixels ? show_pixels : show_mosaic)(t, view, &cells))
        return;
    const int length = snprintf(text, sizeof text, "\x1b[%u;1H%.*s\x1b[K", cells.rows + 1,
                                (int)cells.columns - 1, line);
    if (length > 0 && (size_t)length < sizeof text)
        put(text, (size_t)length);
}

static bool has_input(int milliseconds)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&in, 1, milliseconds) == 1 && (in.revents & POLLIN);
}

// What follows Esc: an arrow, something else, or nothing, which is the key itself.
static ppo_key read_escape(void)
{
    char text[8] = "";
    size_t length = 0;
    while (length < sizeof text - 1 && has_input(ESCAPE_WAIT_MS) &&
           read(STDIN_FILENO, text + length, 1) == 1) {
        const char c = text[length++];
        if (length > 1 && c >= '@' && c <= '~')
            break;
    }
    if (length == 0)
        return PPO_KEY_QUIT;
    return !strcmp(text, "[C") || !strcmp(text, "OC") ? PPO_KEY_RIGHT : PPO_KEY_NONE;
}

static ppo_key key_of(char c)
{
    switch (c) {
    case ' ':
        return PPO_KEY_SPACE;
    case '+':
    case '=':
        return PPO_KEY_PLUS;
    case '-':
        return PPO_KEY_MINUS;
    case 'q':
        return PPO_KEY_QUIT;
    case '\x1b':
        return read_escape();
    default:
        return PPO_KEY_NONE;
    }
}

static ppo_key wait_for_key(void *self, double seconds)
{
    char c;
    (void)self;
    if (!is_raw) {
        poll(NULL, 0, (int)(seconds * 1e3));
        return PPO_KEY_NONE;
    }
    return has_input((int)(seconds * 1e3)) && read(STDIN_FILENO, &c, 1) == 1 ? key_of(c)
                                                                             : PPO_KEY_NONE;
}

// Whether the locale's character set has half blocks.
static bool is_utf8(void)
{
    const locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (!locale)
        return false;
    const bool is_utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return is_utf8;
}

static void close_tty(void *self)
{
    tty *t = self;
    if (t->pixels)
        put(cli_pixels_clear(t->pixels), strlen(cli_pixels_clear(t->pixels)));
    cli_tty_restore();
    cli_pixels_close(t->pixels);
    cli_mosaic_release(&t->mosaic);
    free(t);
}

ppo_status cli_tty_open(cli_screen *screen, ppo_error *error)
{
    const char *no_colour = getenv("NO_COLOR");
    if (!isatty(STDOUT_FILENO))
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "stdout is not a terminal; `ppo eval "
                        "--video FILE` makes a film instead");
    if (!cli_is_live(stdout))
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "TERM is '%.40s': this terminal can't be drawn on; `ppo eval --video "
                        "FILE` makes a film instead",
                        getenv("TERM") ? getenv("TERM") : "");
    if (no_colour && no_colour[0])
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "NO_COLOR is set, and in a terminal the pictures are nothing but "
                        "colours; unset it, or let `ppo eval --video FILE` make a film");
    tty *t = calloc(1, sizeof *t);
    if (!t)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for the terminal's picture");
    t->pixels = cli_pixels_open();
    t->mosaic.is_ascii = !is_utf8();
    fflush(stdout);
    make_raw();
    is_entered = 1;
    put(enter_text, sizeof enter_text - 1);
    *screen = (cli_screen){.self = t, .show = show, .wait = wait_for_key, .close = close_tty};
    return PPO_OK;
}

uint32_t cli_tty_height(const cli_screen *screen, uint32_t width, uint32_t height)
{
    const tty *t = screen->self;
    const cli_cells cells = cells_for_picture();
    if (!t->pixels) {
        unsigned w, h;
        cli_mosaic_fit(&w, &h, width, height, cells.columns, cells.rows);
        return 2 * h; // of which it takes means
    }
    const uint64_t by_width = (uint64_t)cells.columns * cells.cell_width * height / width;
    const uint64_t most = (uint64_t)cells.rows * cells.cell_height;
    return (uint32_t)(by_width < 1 ? 1 : by_width < most ? by_width : most);
}
