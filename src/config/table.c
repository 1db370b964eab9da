// SPDX-License-Identifier: MIT
// The option rows as a constant array, defaults, and setting by name. Owns nothing.
// Not here: reading and writing a single value (value.c), whole files (parse.c, format.c).
#include "config/table.h"

#include "config/text.h"
#include "config/value.h"
#include "core/error.h"
#include "core/nearest.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define NAME_SIZE ((size_t)64)

// Limits, as rows write them.
// clang-format off
#define BETWEEN(lo, hi) {.low = lo, .high = hi, .text = "[" #lo ", " #hi "]"}
#define BELOW(lo, hi)   {.low = lo, .high = hi, .high_open = true, .text = "[" #lo ", " #hi ")"}
#define INSIDE(lo, hi)  {.low = lo, .high = hi, .low_open = true, .high_open = true,               \
                         .text = "(" #lo ", " #hi ")"}
#define AT_LEAST(lo)    {.low = lo, .high = HUGE_VAL, .text = "[" #lo ", inf)"}
#define ABOVE(lo)       {.low = lo, .high = HUGE_VAL, .low_open = true, .text = "(" #lo ", inf)"}
#define NUMBER_OR_NONE  {.low = -HUGE_VAL, .high = HUGE_VAL, .none = true,                         \
                         .text = "(-inf, inf) or none"}
#define ANY_U64         {.low = 0, .high = HUGE_VAL, .text = "[0, 2^64)"}
#define CHOICES(list)   {.choices = list, .text = ""}
#define ANY_BOOL        {.text = ""}
#define ANY_TEXT        {.text = ""}
#define ANY_SCHEDULE    {.text = ""}
// clang-format on

// The field of a row; used only where it is not evaluated.
#define FIELD(name) (((ppo_config *)0)->name)

const ppo_option_row ppo_option_rows[PPO_OPTION_COUNT] = {
#define PPO_OPTION_ROW(field, group_name, kind_name, initial, limits_, alias_names, changes, text) \
    {.option = {.name = #field,                                                                    \
                .group = group_name,                                                               \
                .default_text = initial,                                                           \
                .aliases = alias_names,                                                            \
                .help = text,                                                                      \
                .changes_result = changes},                                                        \
     .kind = PPO_KIND_##kind_name,                                                                 \
     .limits = limits_,                                                                            \
     .offset = offsetof(ppo_config, field),                                                        \
     .size = sizeof FIELD(field)},
    PPO_OPTIONS(PPO_OPTION_ROW)
#undef PPO_OPTION_ROW
};

// Each row's kind is that of its field. An enumeration may be an unsigned or a signed int.
#define KIND_FITS(field, kind) \
    _Generic(FIELD(field),                                                                         \
        uint64_t: (kind) == PPO_KIND_U64,                                                          \
        double: (kind) == PPO_KIND_F64,                                                            \
        bool: (kind) == PPO_KIND_BOOL,                                                             \
        char *: (kind) == PPO_KIND_TEXT,                                                           \
        ppo_widths: (kind) == PPO_KIND_WIDTHS,                                                     \
        ppo_schedule: (kind) == PPO_KIND_SCHEDULE,                                                 \
        default: (kind) == PPO_KIND_U32 || (kind) == PPO_KIND_ENUM)
#define PPO_OPTION_KIND(field, group, kind, ...) \
    _Static_assert(KIND_FITS(field, PPO_KIND_##kind), "kind of " #field);
PPO_OPTIONS(PPO_OPTION_KIND)
#undef PPO_OPTION_KIND
_Static_assert(PPO_OPTION_COUNT <= PPO_MAX_OPTIONS,
               "ppo_config.set_by has a place for each option");

static const bool is_common[PPO_OPTION_COUNT] = {
#define PPO_COMMON_ROW(name) [PPO_OPTION_##name] = true,
    PPO_COMMON_OPTIONS(PPO_COMMON_ROW)
#undef PPO_COMMON_ROW
};

typedef struct foreign_switch {
    const char *name;
    ppo_option_index index;
    const char *when_true;
    const char *when_false;
} foreign_switch;

static const foreign_switch switches[] = {
#define PPO_SWITCH_ROW(name, field, when_true, when_false) \
    {#name, PPO_OPTION_##field, when_true, when_false},
    PPO_SWITCHES(PPO_SWITCH_ROW)
#undef PPO_SWITCH_ROW
};

typedef struct hint {
    const char *name;
    const char *sentence;
} hint;

static const hint hints[] = {
#define PPO_HINT_ROW(name, sentence) {#name, sentence},
    PPO_HINTS(PPO_HINT_ROW)
#undef PPO_HINT_ROW
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

// ---- Names ----

// Whether `name` is one of the words of `words`, which single spaces separate.
static bool has_word(const char *words, const char *name)
{
    const size_t length = strlen(name);
    while (*words) {
        const size_t word_length = strcspn(words, " ");
        if (word_length == length && memcmp(words, name, length) == 0)
            return true;
        words += word_length + (words[word_length] == ' ');
    }
    return false;
}

// The row with this name or alias, or PPO_OPTION_COUNT.
static size_t find_row(const char *name)
{
    size_t i = 0;
    while (i < PPO_OPTION_COUNT && strcmp(ppo_option_rows[i].option.name, name) != 0 &&
           !has_word(ppo_option_rows[i].option.aliases, name))
        i++;
    return i;
}

static const foreign_switch *find_switch(const char *name)
{
    for (size_t i = 0; i < COUNT(switches); i++)
        if (strcmp(switches[i].name, name) == 0)
            return &switches[i];
    return NULL;
}

// All names, split at spaces, for the search of the nearest.
typedef struct name_list {
    char text[4096];
    const char *name[256];
    size_t length;
    size_t count;
} name_list;

static void add_words(name_list *list, const char *words)
{
    while (*words) {
        const size_t length = strcspn(words, " ");
        assert(list->count < COUNT(list->name) && list->length + length < sizeof list->text);
        list->name[list->count++] = list->text + list->length;
        memcpy(list->text + list->length, words, length);
        list->text[list->length + length] = '\0';
        list->length += length + 1;
        words += length + (words[length] == ' ');
    }
}

static const char *name_at(void *context, size_t index)
{
    const name_list *list = context;
    return list->name[index];
}

static ppo_status fail_unknown(const char *name, ppo_error *error)
{
    name_list list;
    list.length = list.count = 0;
    for (size_t i = 0; i < PPO_OPTION_COUNT; i++)
        add_words(&list, ppo_option_rows[i].option.name);
    for (size_t i = 0; i < PPO_OPTION_COUNT; i++)
        add_words(&list, ppo_option_rows[i].option.aliases);
    for (size_t i = 0; i < COUNT(switches); i++)
        add_words(&list, switches[i].name);
    const char *nearest = ppo_nearest(name, name_at, &list, list.count);
    const ppo_shown shown = ppo_text_show(name);
    if (!nearest)
        return ppo_fail(error, PPO_INVALID, "%s: there is no such option", shown.text);
    const foreign_switch *meant = find_switch(nearest);
    const size_t row = meant ? (size_t)meant->index : find_row(nearest);
    const char *own = ppo_option_rows[row].option.name;
    if (strcmp(own, nearest) == 0)
        return ppo_fail(error, PPO_INVALID, "%s: there is no such option; did you mean %s?",
                        shown.text, nearest);
    return ppo_fail(error, PPO_INVALID,
                    "%s: there is no such option; did you mean %s, another name for %s?",
                    shown.text, nearest, own);
}

// `name` with underscores for dashes. Longer names than any option's are cut, which keeps them
// unknown.
static void normalise(char normal[NAME_SIZE], const char *name)
{
    size_t i = 0;
    for (; name[i] && i < NAME_SIZE - 1; i++)
        normal[i] = name[i] == '-' ? '_' : name[i];
    normal[i] = '\0';
}

const char *ppo_option_hint(const char *name)
{
    char normal[NAME_SIZE];
    normalise(normal, name);
    for (size_t i = 0; i < COUNT(hints); i++)
        if (strcmp(hints[i].name, normal) == 0)
            return hints[i].sentence;
    return NULL;
}

ppo_status ppo_option_resolve(ppo_option_index *index, const char **text, const char *name,
                              ppo_error *error)
{
    char normal[NAME_SIZE];
    normalise(normal, name);
    const size_t row = find_row(normal);
    const foreign_switch *foreign = find_switch(normal);
    bool on;
    if (foreign && ppo_bool_parse(&on, *text)) {
        *index = foreign->index;
        *text = on ? foreign->when_true : foreign->when_false;
        return PPO_OK;
    }
    if (row < PPO_OPTION_COUNT) {
        *index = (ppo_option_index)row;
        return PPO_OK;
    }
    if (foreign)
        return ppo_fail(error, PPO_INVALID,
                        "%s: takes true or false, got '%s'; for more choices set %s", normal,
                        ppo_text_show(*text).text, ppo_option_rows[foreign->index].option.name);
    const char *sentence = ppo_option_hint(normal);
    if (sentence)
        return ppo_fail(error, PPO_INVALID, "%s: there is no such option; %s", normal, sentence);
    return fail_unknown(name, error);
}

// ---- Setting ----

ppo_status ppo_config_check_size(const ppo_config *config, ppo_error *error)
{
    if (config->struct_size == sizeof *config)
        return PPO_OK;
    return ppo_fail(error, PPO_INVALID,
                    "the configuration's struct_size is %zu and not %zu: it was not filled by "
                    "ppo_config_defaults, or by that of another version",
                    config->struct_size, sizeof *config);
}

ppo_status ppo_option_store(ppo_config *config, ppo_option_index index, const char *text,
                            ppo_set_by set_by, ppo_error *error)
{
    const ppo_option_row *row = &ppo_option_rows[index];
    ppo_value value;
    PPO_TRY(ppo_value_parse(&value, row, text, error));
    memcpy((unsigned char *)config + row->offset, &value, row->size);
    config->set_by[index] = (uint8_t)set_by;
    return PPO_OK;
}

ppo_status ppo_config_set(ppo_config *config, const char *name, const char *text, ppo_error *error)
{
    ppo_option_index index = PPO_OPTION_COUNT; // none
    PPO_TRY(ppo_config_check_size(config, error));
    PPO_TRY(ppo_option_resolve(&index, &text, name, error));
    return ppo_option_store(config, index, text, PPO_SET_BY_NAME, error);
}

void ppo_config_defaults(ppo_config *config)
{
    memset(config, 0, sizeof *config);
    config->struct_size = sizeof *config;
    for (size_t i = 0; i < PPO_OPTION_COUNT; i++) {
        const char *text = ppo_option_rows[i].option.default_text;
        const ppo_status status =
            ppo_option_store(config, (ppo_option_index)i, text, PPO_SET_BY_DEFAULTS, NULL);
        assert(status == PPO_OK);
        (void)status;
    }
}

bool ppo_option_equal(const ppo_config *a, const ppo_config *b, size_t index)
{
    assert(index < PPO_OPTION_COUNT);
    const ppo_option_row *row = &ppo_option_rows[index];
    const ppo_value value[2] = {ppo_value_get(a, row), ppo_value_get(b, row)};
    return ppo_value_equal(&value[0], &value[1], row);
}

ppo_set_by ppo_option_set_by(const ppo_config *config, size_t index)
{
    assert(index < PPO_OPTION_COUNT);
    return (ppo_set_by)config->set_by[index];
}

// ---- Rows for help and documentation ----

size_t ppo_option_count(void)
{
    return PPO_OPTION_COUNT;
}

static const char *kind_text(const ppo_option_row *row)
{
    switch (row->kind) {
    case PPO_KIND_U32:
    case PPO_KIND_U64:
        return "integer";
    case PPO_KIND_F64:
        return "number";
    case PPO_KIND_BOOL:
        return "true|false";
    case PPO_KIND_ENUM:
        return row->limits.choices;
    case PPO_KIND_TEXT:
        return "text";
    case PPO_KIND_WIDTHS:
        return "widths";
    case PPO_KIND_SCHEDULE:
        return "schedule";
    }
    return "";
}

ppo_option ppo_option_at(size_t index)
{
    assert(index < PPO_OPTION_COUNT);
    const ppo_option_row *row = &ppo_option_rows[index];
    ppo_option option = row->option;
    option.type = kind_text(row);
    option.range = row->limits.text;
    option.is_common = is_common[index];
    return option;
}
