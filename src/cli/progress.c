// SPDX-License-Identifier: MIT
// The progress line on stderr. Owns nothing.
#include "cli/progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/term.h"

enum { LINE_SIZE = 256, BAR_WIDTH = 16 };

void cli_progress_init(cli_progress *progress, uint64_t first_step, uint64_t total_steps,
                       bool is_quiet)
{
    const double now = cli_now_s();
    *progress = (cli_progress){
        .is_quiet = is_quiet,
        .is_live = cli_is_live(stderr),
        .began_s = now,
        .drawn_s = now,
        .first_step = first_step,
        .total_steps = total_steps,
    };
}

bool cli_progress_is_due(const cli_progress *progress)
{
    const double interval_s = progress->is_live ? 0.1 : 2.0;
    return !progress->is_quiet && cli_now_s() - progress->drawn_s >= interval_s;
}

// A line to which fields are added while they fit.
typedef struct progress_line {
    char text[LINE_SIZE];
    size_t length;
    size_t width;
} progress_line;

static void add(progress_line *l, const char *format, ...) PPO_PRINTF(2, 3);

static void add(progress_line *l, const char *format, ...)
{
    char field[LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    const int needed = vsnprintf(field, sizeof field, format, arguments);
    va_end(arguments);
    const size_t gap = l->length ? 2 : 0;
    if (needed <= 0 || l->length + gap + (size_t)needed > l->width) {
        l->width = 0; // later fields matter less and are left out too
        return;
    }
    memcpy(l->text + l->length, "  ", gap);
    memcpy(l->text + l->length + gap, field, (size_t)needed + 1);
    l->length += gap + (size_t)needed;
}

static void add_value(progress_line *l, const char *format, double value)
{
    char field[64];
    if (isnan(value))
        return;
    snprintf(field, sizeof field, format, value);
    add(l, "%s", field);
}

static void add_bar(progress_line *l, double share)
{
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = share * BAR_WIDTH >= i + 1 ? '=' : share * BAR_WIDTH > i ? '-' : ' ';
    bar[BAR_WIDTH] = '\0';
    add(l, "[%s]", bar);
}

static void add_time_left(progress_line *l, double seconds)
{
    if (!(seconds < 1e7)) // hardly begun
        return;
    const unsigned s = (unsigned)ceil(seconds);
    if (s >= 3600)
        add(l, "%u:%02u:%02u left", s / 3600, s / 60 % 60, s % 60);
    else
        add(l, "%u:%02u left", s / 60, s % 60);
}

static void add_speed(progress_line *l, double sps)
{
    if (sps >= 1e6)
        add(l, "%.2fM steps/s", 1e-6 * sps);
    else if (sps >= 1e4)
        add(l, "%.0fk steps/s", 1e-3 * sps);
    else
        add(l, "%.0f steps/s", sps);
}

static void add_speed_and_time(progress_line *l, const cli_progress *progress, uint64_t step)
{
    const double elapsed_s = cli_now_s() - progress->began_s;
    const uint64_t done = step > progress->first_step ? step - progress->first_step : 0;
    if (done == 0 || elapsed_s <= 0.0)
        return;
    const double sps = (double)done / elapsed_s;
    const uint64_t left = step < progress->total_steps ? progress->total_steps - step : 0;
    add_speed(l, sps);
    add_time_left(l, (double)left / sps);
}

void cli_progress_draw(cli_progress *progress, const char *prefix, const ppo_stats *stats)
{
    if (progress->is_quiet)
        return;
    const uint64_t step = stats->global_step, total = progress->total_steps;
    const double share = total && step < total ? (double)step / (double)total : 1.0;
    progress_line l = {.width = LINE_SIZE - 1};
    const unsigned columns = cli_width(stderr);
    if (progress->is_live && columns - 1 < l.width)
        l.width = columns - 1; // the last column would wrap on some terminals
    if (prefix[0])
        add(&l, "%s", prefix);
    if (progress->is_live && columns >= 100)
        add_bar(&l, share);
    add(&l, "%3.0f %%", floor(100.0 * share));
    add(&l, "step %" PRIu64 "/%" PRIu64, step, total);
    add_speed_and_time(&l, progress, step);
    add_value(&l, "return %.1f", stats->return_mean);
    add_value(&l, "length %.0f", stats->length_mean);
    add_value(&l, "kl %.4f", stats->approx_kl);
    add_value(&l, "entropy %.3f", stats->entropy);
    cli_progress_text(progress, l.text);
}

void cli_progress_text(cli_progress *progress, const char *text)
{
    if (progress->is_quiet)
        return;
    if (progress->is_live)
        fprintf(stderr, "\r%.*s\x1b[K", (int)cli_width(stderr) - 1, text);
    else
        fprintf(stderr, "%s\n", text);
    fflush(stderr);
    progress->is_drawn = true;
    progress->drawn_s = cli_now_s();
}

void cli_progress_clear(cli_progress *progress)
{
    if (progress->is_live && progress->is_drawn && !progress->is_quiet)
        fputs("\r\x1b[K", stderr);
    progress->is_drawn = false;
}
