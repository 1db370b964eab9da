// SPDX-License-Identifier: MIT
// Values as text and back, one pair of functions per kind. Owns nothing.
// Not here: which options there are (table.h), how digits become numbers (number.c).
#include "config/value.h"

#include "core/error.h"
#include "core/number.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const schedule_names[] = {
    [PPO_SCHEDULE_CONSTANT] = "constant",
    [PPO_SCHEDULE_LINEAR] = "linear",
    [PPO_SCHEDULE_COSINE] = "cosine",
};

ppo_value ppo_value_get(const ppo_config *config, const ppo_option_row *row)
{
    ppo_value value;
    memset(&value, 0, sizeof value);
    memcpy(&value, (const unsigned char *)config + row->offset, row->size);
    return value;
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_widths(const ppo_widths *a, const ppo_widths *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count && i < PPO_MAX_LAYERS; i++)
        if (a->width[i] != b->width[i])
            return false;
    return true;
}

static bool same_schedule(const ppo_schedule *a, const ppo_schedule *b)
{
    if (a->kind != b->kind || a->num_points != b->num_points)
        return false;
    for (uint32_t i = 0; i < a->num_points && i < PPO_MAX_SCHEDULE_POINTS; i++)
        if (!same_number(a->progress[i], b->progress[i]) ||
            !same_number(a->factor[i], b->factor[i]))
            return false;
    return true;
}

bool ppo_value_equal(const ppo_value *a, const ppo_value *b, const ppo_option_row *row)
{
    switch (row->kind) {
    case PPO_KIND_U32:
        return a->u32 == b->u32;
    case PPO_KIND_U64:
        return a->u64 == b->u64;
    case PPO_KIND_F64:
        return same_number(a->f64, b->f64);
    case PPO_KIND_BOOL:
        return a->boolean == b->boolean;
    case PPO_KIND_ENUM:
        return a->choice == b->choice;
    case PPO_KIND_TEXT:
        return strncmp(a->text, b->text, PPO_TEXT_SIZE) == 0;
    case PPO_KIND_WIDTHS:
        return same_widths(&a->widths, &b->widths);
    case PPO_KIND_SCHEDULE:
        return same_schedule(&a->schedule, &b->schedule);
    }
    return false;
}

// ---- Pieces of text ----

// A part of the text being read, without spaces at its ends.
typedef struct span {
    const char *start;
    size_t length;
} span;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static span trim(const char *start, size_t length)
{
    while (length && is_space(start[0])) {
        start++;
        length--;
    }
    while (length && is_space(start[length - 1]))
        length--;
    return (span){start, length};
}

static span whole(const char *text)
{
    return trim(text, strlen(text));
}

// Splits at the first `mark`: returns what is before it and leaves in `rest` what follows it.
// `*found` is whether there was one.
static span split(span *rest, char mark, bool *found)
{
    const char *at = rest->length ? memchr(rest->start, mark, rest->length) : NULL;
    const span all = *rest;
    *found = at != NULL;
    if (!at) {
        *rest = (span){all.start + all.length, 0};
        return trim(all.start, all.length);
    }
    const size_t length = (size_t)(at - all.start);
    *rest = (span){at + 1, all.length - length - 1};
    return trim(all.start, length);
}

#define NUMBER_TEXT_SIZE 256 // longer ones are refused

static bool span_text(char text[NUMBER_TEXT_SIZE], span piece)
{
    if (piece.length >= NUMBER_TEXT_SIZE)
        return false;
    if (piece.length)
        memcpy(text, piece.start, piece.length);
    text[piece.length] = '\0';
    return true;
}

static bool span_u64(uint64_t *value, span piece)
{
    char text[NUMBER_TEXT_SIZE];
    return span_text(text, piece) && ppo_number_parse_u64(value, text);
}

static bool span_u32(uint32_t *value, span piece)
{
    uint64_t wide;
    if (!span_u64(&wide, piece) || wide > UINT32_MAX)
        return false;
    *value = (uint32_t)wide;
    return true;
}

static bool span_f64(double *value, span piece)
{
    char text[NUMBER_TEXT_SIZE];
    return span_text(text, piece) && ppo_number_parse_f64(value, text);
}

static bool span_is(span piece, const char *word)
{
    return ppo_text_equal(piece.start, piece.length, word, strlen(word));
}

// ---- Reading ----

bool ppo_bool_parse(bool *value, const char *text)
{
    static const char *const words[][2] = {
        {"false", "true"}, {"no", "yes"}, {"off", "on"}, {"0", "1"}};
    const span piece = whole(text);
    for (size_t i = 0; i < COUNT(words); i++)
        for (size_t truth = 0; truth < 2; truth++)
            if (span_is(piece, words[i][truth])) {
                *value = truth == 1;
                return true;
            }
    return false;
}

static bool parse_f64(double *value, const ppo_limits *limits, span piece)
{
    if (limits->none && (span_is(piece, "none") || span_is(piece, "nan"))) {
        *value = (double)NAN;
        return true;
    }
    return span_f64(value, piece);
}

static bool parse_choice(unsigned *value, const char *choices, span piece)
{
    span rest = whole(choices);
    bool more = true;
    for (unsigned i = 0; more; i++) {
        const span choice = split(&rest, '|', &more);
        if (ppo_text_equal(piece.start, piece.length, choice.start, choice.length)) {
            *value = i;
            return true;
        }
    }
    return false;
}

static bool parse_text(char value[PPO_TEXT_SIZE], const char *text)
{
    const size_t size = strlen(text);
    if (size >= PPO_TEXT_SIZE)
        return false;
    memcpy(value, text, size);
    return true;
}

// "64,64" or "[64, 64]"; "" or "[]" is no layer.
static bool parse_widths(ppo_widths *value, span piece)
{
    if (piece.length >= 2 && piece.start[0] == '[' && piece.start[piece.length - 1] == ']')
        piece = trim(piece.start + 1, piece.length - 2);
    for (bool more = piece.length > 0; more;) {
        const span width = split(&piece, ',', &more);
        if (value->count == PPO_MAX_LAYERS || !span_u32(&value->width[value->count], width))
            return false;
        value->count++;
    }
    return true;
}

// "0:1,0.5:0.3,1:0".
static bool parse_points(ppo_schedule *value, span piece)
{
    value->kind = PPO_SCHEDULE_PIECEWISE;
    for (bool more = true; more;) {
        const uint32_t i = value->num_points;
        bool colon;
        span factor = split(&piece, ',', &more);
        const span progress = split(&factor, ':', &colon);
        if (i == PPO_MAX_SCHEDULE_POINTS || !colon || !span_f64(&value->progress[i], progress) ||
            !span_f64(&value->factor[i], trim(factor.start, factor.length)))
            return false;
        value->num_points++;
    }
    return true;
}

static bool parse_schedule(ppo_schedule *value, span piece)
{
    for (size_t i = 0; i < COUNT(schedule_names); i++)
        if (span_is(piece, schedule_names[i])) {
            value->kind = (ppo_schedule_kind)i;
            return true;
        }
    return parse_points(value, piece);
}

static bool parse(ppo_value *value, const ppo_option_row *row, const char *text)
{
    const span piece = whole(text);
    switch (row->kind) {
    case PPO_KIND_U32:
        return span_u32(&value->u32, piece);
    case PPO_KIND_U64:
        return span_u64(&value->u64, piece);
    case PPO_KIND_F64:
        return parse_f64(&value->f64, &row->limits, piece);
    case PPO_KIND_BOOL:
        return ppo_bool_parse(&value->boolean, text);
    case PPO_KIND_ENUM:
        return parse_choice(&value->choice, row->limits.choices, piece);
    case PPO_KIND_TEXT:
        return parse_text(value->text, text);
    case PPO_KIND_WIDTHS:
        return parse_widths(&value->widths, piece);
    case PPO_KIND_SCHEDULE:
        return parse_schedule(&value->schedule, piece);
    }
    return false;
}

// ---- Checking ----

static bool in_range(double value, const ppo_limits *limits)
{
    if (isnan(value))
        return limits->none;
    return isfinite(value) && value >= limits->low && value <= limits->high &&
           !(limits->low_open && value <= limits->low) &&
           !(limits->high_open && value >= limits->high);
}

static unsigned num_choices(const char *choices)
{
    unsigned count = 1;
    for (; *choices; choices++)
        count += *choices == '|';
    return count;
}

static bool widths_fit(const ppo_widths *value, const ppo_limits *limits)
{
    if (value->count > PPO_MAX_LAYERS)
        return false;
    for (uint32_t i = 0; i < value->count; i++)
        if (!in_range(value->width[i], limits))
            return false;
    return true;
}

// Points rise from progress 0 to 1 with factors of at least 0; other kinds have no points.
static bool schedule_fits(const ppo_schedule *value)
{
    const uint32_t count = value->num_points;
    if (value->kind != PPO_SCHEDULE_PIECEWISE)
        return (unsigned)value->kind < COUNT(schedule_names);
    if (count < 2 || count > PPO_MAX_SCHEDULE_POINTS)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!(value->factor[i] >= 0 && isfinite(value->factor[i])))
            return false;
        if (i > 0 && !(value->progress[i] > value->progress[i - 1]))
            return false;
    }
    return value->progress[0] <= 0 && value->progress[0] >= 0 && value->progress[count - 1] <= 1 &&
           value->progress[count - 1] >= 1;
}

static bool fits(const ppo_value *value, const ppo_option_row *row)
{
    const ppo_limits *limits = &row->limits;
    switch (row->kind) {
    case PPO_KIND_U32:
        return in_range(value->u32, limits);
    case PPO_KIND_U64:
        return in_range((double)value->u64, limits);
    case PPO_KIND_F64:
        return in_range(value->f64, limits);
    case PPO_KIND_BOOL:
        return true;
    case PPO_KIND_ENUM:
        return value->choice < num_choices(limits->choices);
    case PPO_KIND_TEXT: {
        const size_t size = strnlen(value->text, PPO_TEXT_SIZE);
        return size < PPO_TEXT_SIZE && ppo_text_is_line(value->text, size);
    }
    case PPO_KIND_WIDTHS:
        return widths_fit(&value->widths, limits);
    case PPO_KIND_SCHEDULE:
        return schedule_fits(&value->schedule);
    }
    return false;
}

// What a row takes, for messages.
static void write_expectation(ppo_writer *writer, const ppo_option_row *row)
{
    const char *range = row->limits.text;
    switch (row->kind) {
    case PPO_KIND_U32:
    case PPO_KIND_U64:
        ppo_writer_put(writer, "an integer in %s", range);
        break;
    case PPO_KIND_F64:
        ppo_writer_put(writer, "a number in %s", range);
        break;
    case PPO_KIND_BOOL:
        ppo_writer_put(writer, "true or false");
        break;
    case PPO_KIND_ENUM:
        ppo_writer_put(writer, "one of %s", row->limits.choices);
        break;
    case PPO_KIND_TEXT:
        ppo_writer_put(writer, "at most %d bytes of UTF-8 text on one line", PPO_TEXT_SIZE - 1);
        break;
    case PPO_KIND_WIDTHS:
        ppo_writer_put(writer, "at most %d widths in %s, such as 64,64", PPO_MAX_LAYERS, range);
        break;
    case PPO_KIND_SCHEDULE:
        ppo_writer_put(writer,
                       "constant, linear, cosine or 2 to %d points progress:factor, such as "
                       "0:1,0.5:0.3,1:0, with progress rising from 0 to 1 and no factor below 0",
                       PPO_MAX_SCHEDULE_POINTS);
        break;
    }
}

// "100k" and "2M" are meant as 100e3 and 2e6: the exponent that the suffix stands for, 0 if it is
// none or `text` is no number otherwise.
static int suffix_exponent(const char *text)
{
    static const struct {
        char suffix;
        int exponent;
    } suffixes[] = {{'k', 3}, {'K', 3}, {'m', 6}, {'M', 6}, {'b', 9}, {'B', 9}, {'g', 9}, {'G', 9}};
    const span piece = whole(text);
    double number;
    if (piece.length < 2 || !span_f64(&number, (span){piece.start, piece.length - 1}))
        return 0;
    for (size_t i = 0; i < COUNT(suffixes); i++)
        if (piece.start[piece.length - 1] == suffixes[i].suffix)
            return suffixes[i].exponent;
    return 0;
}

static ppo_status refuse(const ppo_option_row *row, const char *text, ppo_error *error)
{
    char expectation[256], hint[72] = "";
    ppo_writer writer;
    ppo_writer_init(&writer, expectation, sizeof expectation);
    write_expectation(&writer, row);
    const int exponent = suffix_exponent(text);
    if (exponent && row->kind <= PPO_KIND_F64) {
        const span number = whole(text);
        ppo_writer_init(&writer, hint, sizeof hint);
        ppo_writer_put(&writer, "; write %.*se%d", (int)number.length - 1, number.start, exponent);
    }
    return ppo_fail(error, PPO_INVALID, "%s: takes %s, got '%s'%s", row->option.name, expectation,
                    ppo_text_show(text).text, hint);
}

ppo_status ppo_value_parse(ppo_value *value, const ppo_option_row *row, const char *text,
                           ppo_error *error)
{
    memset(value, 0, sizeof *value);
    if (parse(value, row, text) && fits(value, row))
        return PPO_OK;
    return refuse(row, text, error);
}

ppo_status ppo_value_check(const ppo_value *value, const ppo_option_row *row, ppo_error *error)
{
    if (fits(value, row))
        return PPO_OK;
    char text[PPO_TEXT_SIZE];
    ppo_writer writer;
    ppo_writer_init(&writer, text, sizeof text);
    ppo_value_write(&writer, value, row);
    return refuse(row, text, error);
}

// ---- Writing ----

static void write_f64(ppo_writer *writer, double value)
{
    char text[PPO_NUMBER_SIZE];
    if (isnan(value)) {
        ppo_writer_put(writer, "none");
    } else if (isinf(value)) {
        ppo_writer_put(writer, value > 0 ? "inf" : "-inf");
    } else {
        ppo_number_format_f64(text, value);
        ppo_writer_put(writer, "%s", text);
    }
}

static void write_choice(ppo_writer *writer, unsigned value, const char *choices)
{
    if (value >= num_choices(choices)) {
        ppo_writer_put(writer, "%u", value);
        return;
    }
    for (; value > 0; value--)
        choices = strchr(choices, '|') + 1;
    ppo_writer_put(writer, "%.*s", (int)strcspn(choices, "|"), choices);
}

static void write_widths(ppo_writer *writer, const ppo_widths *value)
{
    for (uint32_t i = 0; i < value->count && i < PPO_MAX_LAYERS; i++)
        ppo_writer_put(writer, "%s%" PRIu32, i ? "," : "", value->width[i]);
}

static void write_schedule(ppo_writer *writer, const ppo_schedule *value)
{
    if ((unsigned)value->kind < COUNT(schedule_names)) {
        ppo_writer_put(writer, "%s", schedule_names[value->kind]);
        return;
    }
    for (uint32_t i = 0; i < value->num_points && i < PPO_MAX_SCHEDULE_POINTS; i++) {
        ppo_writer_put(writer, "%s", i ? "," : "");
        write_f64(writer, value->progress[i]);
        ppo_writer_put(writer, ":");
        write_f64(writer, value->factor[i]);
    }
}

void ppo_value_write(ppo_writer *writer, const ppo_value *value, const ppo_option_row *row)
{
    switch (row->kind) {
    case PPO_KIND_U32:
        ppo_writer_put(writer, "%" PRIu32, value->u32);
        break;
    case PPO_KIND_U64:
        ppo_writer_put(writer, "%" PRIu64, value->u64);
        break;
    case PPO_KIND_F64:
        write_f64(writer, value->f64);
        break;
    case PPO_KIND_BOOL:
        ppo_writer_put(writer, value->boolean ? "true" : "false");
        break;
    case PPO_KIND_ENUM:
        write_choice(writer, value->choice, row->limits.choices);
        break;
    case PPO_KIND_TEXT:
        ppo_writer_put(writer, "%.*s", PPO_TEXT_SIZE - 1, value->text);
        break;
    case PPO_KIND_WIDTHS:
        write_widths(writer, &value->widths);
        break;
    case PPO_KIND_SCHEDULE:
        write_schedule(writer, &value->schedule);
        break;
    }
}
