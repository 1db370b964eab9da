// SPDX-License-Identifier: MIT
// Settings from YAML: one mapping of name: value, with comments; a value is a scalar or, for
// widths, a list of scalars. libyaml gives events, so nothing nested is ever built. Whatever else a
// file holds is refused with a sentence that names file and line.
//
// Workload: files of some dozens of lines, and hostile ones. Works on a copy of the config, so that
// a file is taken as a whole or not at all. Owns nothing beyond a call.
#include "config/table.h"

#include "core/error.h"
#include "core/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#define MAX_FILE_SIZE  ((size_t)1 << 20)
#define MAX_VALUE_SIZE ((size_t)1024)
#define MAX_LABEL      ((size_t)160) // bytes of a path that messages show

typedef struct reader {
    yaml_parser_t parser;
    ppo_config config;
    size_t line_of[PPO_OPTION_COUNT]; // where each option was set; 0: not yet
    const char *label;                // the path, or its end
    ppo_error *error;
} reader;

static ppo_status fail_at(const reader *r, size_t line, ppo_status status, const char *what)
{
    return ppo_fail(r->error, status, "%s:%zu: %s", r->label, line, what);
}

static size_t line_of(const yaml_event_t *event)
{
    return event->start_mark.line + 1;
}

static ppo_status fail_syntax(const reader *r)
{
    const yaml_parser_t *parser = &r->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return ppo_fail(r->error, PPO_NO_MEMORY, "%s: out of memory", r->label);
    char what[200];
    snprintf(what, sizeof what, "not valid YAML: %s",
             parser->problem ? parser->problem : "unknown problem");
    if (parser->error == YAML_READER_ERROR)
        return ppo_fail(r->error, PPO_INVALID, "%s: byte %zu: %s", r->label, parser->problem_offset,
                        what);
    return fail_at(r, parser->problem_mark.line + 1, PPO_INVALID, what);
}

// The next event, which the caller deletes.
static ppo_status next(reader *r, yaml_event_t *event)
{
    return yaml_parser_parse(&r->parser, event) ? PPO_OK : fail_syntax(r);
}

// ---- One value ----

static bool is_tagged(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return event->data.scalar.anchor || event->data.scalar.tag;
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    return event->type == YAML_ALIAS_EVENT;
}

// Appends a scalar's text to `text`, with a comma if it is not the first.
static ppo_status append(const reader *r, const char *name, char text[MAX_VALUE_SIZE],
                         const yaml_event_t *event, bool first)
{
    const char *value = (const char *)event->data.scalar.value;
    const size_t length = event->data.scalar.length, used = strlen(text);
    const char *problem = NULL;
    if (used + length + 2 > MAX_VALUE_SIZE)
        problem = "the value is too long";
    else if (memchr(value, '\0', length))
        problem = "the value contains a zero byte";
    if (problem)
        return ppo_fail(r->error, PPO_INVALID, "%s:%zu: %s: %s", r->label, line_of(event), name,
                        problem);
    snprintf(text + used, MAX_VALUE_SIZE - used, "%s%s", first ? "" : ",", value);
    return PPO_OK;
}

static bool is_option(const char *name)
{
    ppo_option_index index;
    const char *text = "true";
    return ppo_option_resolve(&index, &text, name, NULL) == PPO_OK;
}

static ppo_status fail_structure(const reader *r, const char *name, const yaml_event_t *event)
{
    const char *problem = "takes one value, not a nested mapping or list";
    if (event->type == YAML_MAPPING_START_EVENT && !is_option(name))
        problem = "is a mapping of its own, as in RL Zoo's files, and not an option; put its lines "
                  "at the top level, below a line env_id: ID";
    if (is_tagged(event))
        problem = "anchors, aliases and tags (&, *, !) are not understood here";
    return ppo_fail(r->error, PPO_INVALID, "%s:%zu: %s: %s", r->label, line_of(event), name,
                    problem);
}

// The scalars of a list up to its end, joined by commas.
static ppo_status read_list(reader *r, const char *name, char text[MAX_VALUE_SIZE])
{
    for (bool first = true;; first = false) {
        yaml_event_t event;
        ppo_status status = next(r, &event);
        if (status != PPO_OK)
            return status;
        const bool end = event.type == YAML_SEQUENCE_END_EVENT;
        if (!end && (event.type != YAML_SCALAR_EVENT || is_tagged(&event)))
            status = fail_structure(r, name, &event);
        else if (!end)
            status = append(r, name, text, &event, first);
        yaml_event_delete(&event);
        if (end || status != PPO_OK)
            return status;
    }
}

static ppo_status read_value(reader *r, const char *name, char text[MAX_VALUE_SIZE], bool *list)
{
    yaml_event_t event;
    PPO_TRY(next(r, &event));
    ppo_status status = PPO_OK;
    text[0] = '\0';
    *list = event.type == YAML_SEQUENCE_START_EVENT && !is_tagged(&event);
    if (*list)
        status = read_list(r, name, text);
    else if (event.type == YAML_SCALAR_EVENT && !is_tagged(&event))
        status = append(r, name, text, &event, true);
    else
        status = fail_structure(r, name, &event);
    yaml_event_delete(&event);
    return status;
}

// ---- One line ----

// Adds file and line to the message of a setting that was refused.
static ppo_status located(const reader *r, size_t line, ppo_status status, const ppo_error *inner)
{
    return status == PPO_OK ? PPO_OK : fail_at(r, line, status, inner->message);
}

static ppo_status set(reader *r, size_t line, const char *name, const char *text, bool list)
{
    ppo_error inner = {0};
    ppo_option_index index;
    PPO_TRY(located(r, line, ppo_option_resolve(&index, &text, name, &inner), &inner));
    const char *own = ppo_option_rows[index].option.name;
    if (r->line_of[index])
        return ppo_fail(r->error, PPO_INVALID, "%s:%zu: %s: %s is already set in line %zu",
                        r->label, line, name, own, r->line_of[index]);
    if (list && ppo_option_rows[index].kind != PPO_KIND_WIDTHS)
        return ppo_fail(r->error, PPO_INVALID, "%s:%zu: %s: takes one value, not a list", r->label,
                        line, name);
    r->line_of[index] = line;
    return located(r, line, ppo_option_store(&r->config, index, text, PPO_SET_BY_YAML, &inner),
                   &inner);
}

// A key, given as its event, and the value behind it.
static ppo_status read_pair(reader *r, const yaml_event_t *key)
{
    char name[64], text[MAX_VALUE_SIZE];
    bool list;
    if (key->type != YAML_SCALAR_EVENT || is_tagged(key))
        return fail_at(r, line_of(key), PPO_INVALID, "expected the name of an option");
    snprintf(name, sizeof name, "%s", (const char *)key->data.scalar.value);
    PPO_TRY(read_value(r, name, text, &list));
    return set(r, line_of(key), name, text, list);
}

// ---- The whole ----

static ppo_status read_mapping(reader *r)
{
    for (;;) {
        yaml_event_t event;
        PPO_TRY(next(r, &event));
        const bool end = event.type == YAML_MAPPING_END_EVENT;
        const ppo_status status = end ? PPO_OK : read_pair(r, &event);
        yaml_event_delete(&event);
        if (end || status != PPO_OK)
            return status;
    }
}

// An empty scalar is what a document of comments alone consists of.
static bool is_empty(const yaml_event_t *event)
{
    return event->type == YAML_SCALAR_EVENT && event->data.scalar.length == 0;
}

// Stream and document marks around one mapping; no document at all will do too.
static ppo_status read_stream(reader *r)
{
    size_t num_roots = 0;
    for (;;) {
        yaml_event_t event;
        PPO_TRY(next(r, &event));
        const yaml_event_type_t type = event.type;
        ppo_status status = PPO_OK;
        if (type == YAML_DOCUMENT_START_EVENT && num_roots++ > 0)
            status = fail_at(r, line_of(&event), PPO_INVALID, "a second document is not read");
        else if (type == YAML_MAPPING_START_EVENT)
            status = read_mapping(r);
        else if (type != YAML_STREAM_START_EVENT && type != YAML_STREAM_END_EVENT &&
                 type != YAML_DOCUMENT_START_EVENT && type != YAML_DOCUMENT_END_EVENT &&
                 !is_empty(&event))
            status =
                fail_at(r, line_of(&event), PPO_INVALID, "expected lines of the form name: value");
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT || status != PPO_OK)
            return status;
    }
}

// The end of a path that is too long for a message.
static const char *short_label(const char *label)
{
    const size_t length = label ? strlen(label) : 0;
    if (!label || !*label)
        return "config";
    return length > MAX_LABEL ? label + length - MAX_LABEL : label;
}

ppo_status ppo_config_parse(ppo_config *config, const char *yaml, size_t size, const char *label,
                            ppo_error *error)
{
    reader r = {.config = *config, .label = short_label(label), .error = error};
    PPO_TRY(ppo_config_check_size(config, error));
    if (size > MAX_FILE_SIZE)
        return ppo_fail(error, PPO_INVALID, "%s: %zu bytes are no configuration; at most %zu are",
                        r.label, size, MAX_FILE_SIZE);
    if (!yaml_parser_initialize(&r.parser))
        return ppo_fail(error, PPO_NO_MEMORY, "%s: out of memory", r.label);
    const char *text = yaml ? yaml : "";
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
    const ppo_status status = read_stream(&r);
    yaml_parser_delete(&r.parser);
    if (status == PPO_OK)
        *config = r.config;
    return status;
}

ppo_status ppo_config_load(ppo_config *config, const char *path, ppo_error *error)
{
    char *text = NULL;
    size_t size = 0;
    PPO_TRY(ppo_file_read(&text, &size, path, MAX_FILE_SIZE, error));
    const ppo_status status = ppo_config_parse(config, text, size, path, error);
    free(text);
    return status;
}
