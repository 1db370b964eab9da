// SPDX-License-Identifier: MIT
// A config as YAML that loads back to an equal one, and single values as text. Owns nothing.
#include "config/table.h"

#include "config/value.h"

#include <assert.h>
#include <string.h>

// Between double quotes, so that no reader takes it for something else.
static void put_quoted(ppo_writer *writer, const char *text)
{
    ppo_writer_put(writer, "\"");
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            ppo_writer_put(writer, "\\x%02X", (unsigned)(unsigned char)*text);
        else
            ppo_writer_put(writer, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    }
    ppo_writer_put(writer, "\"");
}

// "64,64" as "[64, 64]".
static void put_list(ppo_writer *writer, const char *text)
{
    ppo_writer_put(writer, "[");
    for (; *text; text++)
        ppo_writer_put(writer, *text == ',' ? "%c " : "%c", *text);
    ppo_writer_put(writer, "]");
}

// A colon makes some readers see a time of day or a mapping.
static bool needs_quotes(ppo_kind kind, const char *text)
{
    return kind == PPO_KIND_TEXT || strchr(text, ':') != NULL;
}

static void put_option(ppo_writer *writer, const ppo_config *config, size_t index)
{
    const ppo_option_row *row = &ppo_option_rows[index];
    char text[1024];
    const size_t length = ppo_option_format(config, index, text, sizeof text);
    assert(length < sizeof text);
    (void)length;
    ppo_writer_put(writer, "%s: ", row->option.name);
    if (row->kind == PPO_KIND_WIDTHS)
        put_list(writer, text);
    else if (needs_quotes(row->kind, text))
        put_quoted(writer, text);
    else
        ppo_writer_put(writer, "%s", text);
    ppo_writer_put(writer, "\n");
}

size_t ppo_option_format(const ppo_config *config, size_t index, char *text, size_t size)
{
    assert(index < PPO_OPTION_COUNT);
    const ppo_option_row *row = &ppo_option_rows[index];
    const ppo_value value = ppo_value_get(config, row);
    ppo_writer writer;
    ppo_writer_init(&writer, text, size);
    ppo_value_write(&writer, &value, row);
    return writer.length;
}

size_t ppo_config_format(const ppo_config *config, char *text, size_t size)
{
    const char *group = "";
    ppo_writer writer;
    ppo_writer_init(&writer, text, size);
    for (size_t i = 0; i < PPO_OPTION_COUNT; i++) {
        const char *next = ppo_option_rows[i].option.group;
        if (strcmp(group, next) != 0)
            ppo_writer_put(&writer, "%s# %s\n", i ? "\n" : "", next);
        group = next;
        put_option(&writer, config, i);
    }
    return writer.length;
}
