// SPDX-License-Identifier: MIT
// `ppo watch` in a terminal: the alternate screen, no cursor, keys without echo. All of it is
// restored on every way out.
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
#include "cli/screen/viewer.h"
#include "cli/term.h"

enum { ESCAPE_WAIT_MS = 30 }; // the rest of a key's sequence arrives at once; Esc itself has none

static const char enter_text[] = "\x1b[?1049h\x1b[?25l\x1b[2J";
static const char leave_text[] = "\x1b[0m\x1b[?25h\x1b[?1049l";

static struct termios before;
static volatile sig_atomic_t is_entered, is_raw;

typedef struct tty {
    cli_mosaic mosaic;
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

static void size_of_terminal(unsigned *columns, unsigned *rows)
{
    struct winsize size = {0};
    const bool is_known =
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 1;
    *columns = is_known ? size.ws_col : 80;
    *rows = is_known ? size.ws_row : 24;
}

// --- the screen ---------------------------------------------------------------------------------

static void show(void *self, const ppo_episode_view *view, const char *line)
{
    tty *t = self;
    unsigned columns, rows;
    char text[512];
    size_of_terminal(&columns, &rows);
    if (!cli_mosaic_draw(&t->mosaic, view->rgb, view->width, view->height, columns, rows - 1) ||
        !put(t->mosaic.text, t->mosaic.length))
        return;
    const int length =
        snprintf(text, sizeof text, "\x1b[%u;1H%.*s\x1b[K", rows, (int)columns - 1, line);
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
    cli_tty_restore();
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
    t->mosaic.is_ascii = !is_utf8();
    fflush(stdout);
    make_raw();
    is_entered = 1;
    put(enter_text, sizeof enter_text - 1);
    *screen = (cli_screen){.self = t, .show = show, .wait = wait_for_key, .close = close_tty};
    return PPO_OK;
}

uint32_t cli_tty_rows(uint32_t width, uint32_t height)
{
    unsigned columns, rows, w, h;
    size_of_terminal(&columns, &rows);
    cli_mosaic_fit(&w, &h, width, height, columns, rows - 1);
    return h;
}
