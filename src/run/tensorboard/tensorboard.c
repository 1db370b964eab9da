// SPDX-License-Identifier: MIT
// TensorBoard's event files through protobuf-c: see tensorboard.h.
//
// A file is a list of records (tfrecord.c), each an Event of tensorboard.proto: first the version
// of the format, then summaries, which are lists of tagged values. Workload: an event of some
// thirty scalars per iteration, about a kilobyte; a film now and then. Owns the file and the last
// record's memory. In builds without protobuf-c tensorboard_absent.c takes this file's place; no
// other file knows protobuf-c.
#include "run/tensorboard/tensorboard.h"

#include "core/clock.h"
#include "core/error.h"
#include "core/number.h"
#include "run/tensorboard/tfrecord.h"
#include "tensorboard.pb-c.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DT_FLOAT = 1, // TensorFlow's numbers for types of elements
    DT_STRING = 7,
    CLASS_TENSOR = 2, // what a plug-in's values are
    COLORSPACE_RGB = 3,
    VALUE_TEXT = 512,
};

#define FORMAT_VERSION "brain.Event:2"
#define GIF_MAGIC      "GIF8"

// --- events -------------------------------------------------------------------------------------

static ppo_status no_memory(const ppo_tensorboard *board, ppo_error *error)
{
    return ppo_fail(error, PPO_NO_MEMORY, "out of memory adding to %s", board->file.path);
}

static ppo_status write_event(ppo_tensorboard *board, Ppo__Event *event, ppo_error *error)
{
    unsigned char *data;
    event->wall_time = ppo_clock_unix_seconds();
    if (!ppo_tfrecord_begin(&board->record, &data, ppo__event__get_packed_size(event)))
        return no_memory(board, error);
    ppo__event__pack(event, data);
    ppo_tfrecord_seal(&board->record);
    return ppo_append_file_add(&board->file, board->record.data, board->record.size, error);
}

static ppo_status write_version(ppo_tensorboard *board, ppo_error *error)
{
    char version[] = FORMAT_VERSION;
    Ppo__Event event = PPO__EVENT__INIT;
    event.what_case = PPO__EVENT__WHAT_FILE_VERSION;
    event.file_version = version;
    return write_event(board, &event, error);
}

static ppo_status write_values(ppo_tensorboard *board, uint64_t step, Ppo__Summary__Value **values,
                               size_t count, ppo_error *error)
{
    Ppo__Summary summary = PPO__SUMMARY__INIT;
    Ppo__Event event = PPO__EVENT__INIT;
    summary.value = values;
    summary.n_value = count;
    event.step = (int64_t)step;
    event.what_case = PPO__EVENT__WHAT_SUMMARY;
    event.summary = &summary;
    return write_event(board, &event, error);
}

// --- scalars and films --------------------------------------------------------------------------

// protobuf-c's messages have pointers to non-const text, which packing only reads. This is the one
// place of the library that removes const.
static char *unconst(const char *text)
{
    return (char *)(uintptr_t)text;
}

ppo_status ppo_tensorboard_add(ppo_tensorboard *board, uint64_t step, const ppo_metrics *metrics,
                               ppo_error *error)
{
    Ppo__Summary__Value value[PPO_MAX_METRICS], *values[PPO_MAX_METRICS];
    size_t count = 0;
    if (board->file.descriptor < 0)
        return PPO_OK;
    for (size_t i = 0; i < metrics->count; i++) {
        const ppo_metric *m = &metrics->metric[i];
        if (!strchr(m->tag, '/') || isnan(m->value))
            continue;
        values[count] = &value[count];
        ppo__summary__value__init(&value[count]);
        value[count].tag = unconst(m->tag);
        value[count].value_case = PPO__SUMMARY__VALUE__VALUE_SIMPLE_VALUE;
        value[count++].simple_value = (float)m->value;
    }
    return count ? write_values(board, step, values, count, error) : PPO_OK;
}

// Two bytes of a GIF's header.
static int32_t side_at(const unsigned char *gif, size_t at)
{
    return gif[at] | gif[at + 1] << 8;
}

ppo_status ppo_tensorboard_add_gif(ppo_tensorboard *board, uint64_t step, const char *tag,
                                   const void *gif, size_t size, ppo_error *error)
{
    const unsigned char *bytes = gif;
    if (board->file.descriptor < 0)
        return PPO_OK;
    if (size < 10 || memcmp(gif, GIF_MAGIC, sizeof GIF_MAGIC - 1) != 0)
        return ppo_fail(error, PPO_CORRUPT, "not a GIF file, so not added to %s", board->file.path);
    Ppo__Summary__Image image = PPO__SUMMARY__IMAGE__INIT;
    image.width = side_at(bytes, 6);
    image.height = side_at(bytes, 8);
    image.colorspace = COLORSPACE_RGB;
    image.encoded_image.data = (uint8_t *)unconst(gif);
    image.encoded_image.len = size;
    Ppo__Summary__Value value = PPO__SUMMARY__VALUE__INIT, *values[] = {&value};
    value.tag = unconst(tag);
    value.value_case = PPO__SUMMARY__VALUE__VALUE_IMAGE;
    value.image = &image;
    return write_values(board, step, values, 1, error);
}

// --- settings -----------------------------------------------------------------------------------

// One value that belongs to a plug-in of TensorBoard.
static ppo_status write_plugin(ppo_tensorboard *board, const char *tag, const char *plugin_name,
                               ProtobufCBinaryData content, Ppo__Tensor *tensor, ppo_error *error)
{
    Ppo__Metadata__Plugin plugin = PPO__METADATA__PLUGIN__INIT;
    Ppo__Metadata metadata = PPO__METADATA__INIT;
    Ppo__Summary__Value value = PPO__SUMMARY__VALUE__INIT, *values[] = {&value};
    plugin.name = unconst(plugin_name);
    plugin.content = content;
    metadata.plugin = &plugin;
    metadata.data_class = CLASS_TENSOR;
    value.tag = unconst(tag);
    value.metadata = &metadata;
    value.value_case = PPO__SUMMARY__VALUE__VALUE_TENSOR;
    value.tensor = tensor;
    return write_values(board, 0, values, 1, error);
}

static bool append_text(ppo_bytes *bytes, const char *text)
{
    return ppo_bytes_append(bytes, text, strlen(text));
}

// The settings that change the result as a table in Markdown. Without the others (folder, threads)
// the file is as long in each of equal runs; the checkpoint has its length.
static bool format_table(ppo_bytes *table, const ppo_config *config)
{
    bool is_done = append_text(table, "| setting | value |\n| --- | --- |\n");
    for (size_t i = 0; is_done && i < ppo_option_count(); i++) {
        char value[VALUE_TEXT], row[VALUE_TEXT + 128];
        if (!ppo_option_at(i).changes_result)
            continue;
        ppo_option_format(config, i, value, sizeof value);
        snprintf(row, sizeof row, "| %s | %s |\n", ppo_option_at(i).name, value);
        is_done = append_text(table, row);
    }
    return is_done;
}

static ppo_status write_table(ppo_tensorboard *board, const ppo_config *config, ppo_error *error)
{
    ppo_bytes table = {0};
    ppo_status status;
    if (format_table(&table, config)) {
        ProtobufCBinaryData text = {.len = table.size, .data = table.data};
        Ppo__Tensor__Shape shape = PPO__TENSOR__SHAPE__INIT; // no dimensions: one text
        Ppo__Tensor tensor = PPO__TENSOR__INIT;
        tensor.dtype = DT_STRING;
        tensor.shape = &shape;
        tensor.string_val = &text;
        tensor.n_string_val = 1;
        status = write_plugin(board, "hyperparameters", "text", (ProtobufCBinaryData){0}, &tensor,
                              error);
    } else {
        status = no_memory(board, error);
    }
    ppo_bytes_release(&table);
    return status;
}

// One setting as the plug-in HParams has it; `text` holds a text's letters.
static void fill_entry(Ppo__HparamsStart__Entry *entry, Ppo__HparamsStart__Value *value,
                       char text[VALUE_TEXT], const ppo_config *config, size_t index)
{
    const ppo_option option = ppo_option_at(index);
    ppo_option_format(config, index, text, VALUE_TEXT);
    ppo__hparams_start__value__init(value);
    if (strcmp(option.type, "true|false") == 0) {
        value->kind_case = PPO__HPARAMS_START__VALUE__KIND_TRUTH;
        value->truth = strcmp(text, "true") == 0;
    } else if ((strcmp(option.type, "integer") == 0 || strcmp(option.type, "number") == 0) &&
               ppo_number_parse_any(&value->number, text)) {
        value->kind_case = PPO__HPARAMS_START__VALUE__KIND_NUMBER;
    } else {
        value->kind_case = PPO__HPARAMS_START__VALUE__KIND_TEXT;
        value->text = text;
    }
    ppo__hparams_start__entry__init(entry);
    entry->key = unconst(option.name);
    entry->value = value;
}

// One setting's part of the message.
typedef struct hparam {
    Ppo__HparamsStart__Entry entry;
    Ppo__HparamsStart__Value value;
    char text[VALUE_TEXT];
} hparam;

static ppo_status pack_hparams(ppo_tensorboard *board, Ppo__HparamsStart *start, ppo_error *error)
{
    Ppo__Hparams hparams = PPO__HPARAMS__INIT;
    hparams.start = start;
    ProtobufCBinaryData content = {.len = ppo__hparams__get_packed_size(&hparams)};
    content.data = malloc(content.len);
    if (!content.data)
        return no_memory(board, error);
    ppo__hparams__pack(&hparams, content.data);
    float nothing = 0.0f; // the plug-in reads the metadata alone
    Ppo__Tensor__Shape__Dim one = PPO__TENSOR__SHAPE__DIM__INIT, *dims[] = {&one};
    Ppo__Tensor__Shape shape = PPO__TENSOR__SHAPE__INIT;
    Ppo__Tensor tensor = PPO__TENSOR__INIT;
    one.size = 1;
    shape.dim = dims;
    shape.n_dim = 1;
    tensor.dtype = DT_FLOAT;
    tensor.shape = &shape;
    tensor.float_val = &nothing;
    tensor.n_float_val = 1;
    const ppo_status status =
        write_plugin(board, "_hparams_/session_start_info", "hparams", content, &tensor, error);
    free(content.data);
    return status;
}

// The settings that change the result, so that runs can be sorted by them.
static ppo_status write_hparams(ppo_tensorboard *board, const ppo_config *config, ppo_error *error)
{
    const size_t most = ppo_option_count();
    hparam *list = calloc(most, sizeof *list);
    Ppo__HparamsStart__Entry **entries = calloc(most, sizeof(void *));
    Ppo__HparamsStart start = PPO__HPARAMS_START__INIT;
    ppo_status status;
    for (size_t i = 0; list && entries && i < most; i++) {
        if (!ppo_option_at(i).changes_result)
            continue;
        hparam *h = &list[start.n_hparams];
        fill_entry(&h->entry, &h->value, h->text, config, i);
        entries[start.n_hparams++] = &h->entry;
    }
    start.hparams = entries;
    start.start_time = ppo_clock_unix_seconds();
    status = list && entries ? pack_hparams(board, &start, error) : no_memory(board, error);
    free(list);
    free(entries);
    return status;
}

// --- the file -----------------------------------------------------------------------------------

static ppo_status begin(ppo_tensorboard *board, const ppo_config *config, ppo_error *error)
{
    PPO_TRY(write_version(board, error));
    PPO_TRY(write_table(board, config, error));
    return write_hparams(board, config, error);
}

ppo_status ppo_tensorboard_open(ppo_tensorboard *board, const char *path, const ppo_config *config,
                                uint64_t size, bool *changed, ppo_error *error)
{
    *board = PPO_TENSORBOARD_CLOSED;
    ppo_status status =
        ppo_append_file_open(&board->file, path, ppo_tfrecord_whole, size, NULL, changed, error);
    if (status == PPO_OK && board->file.size == 0)
        status = begin(board, config, error);
    if (status != PPO_OK)
        ppo_tensorboard_close(board);
    return status;
}

void ppo_tensorboard_close(ppo_tensorboard *board)
{
    ppo_append_file_close(&board->file);
    ppo_bytes_release(&board->record);
}

ppo_status ppo_tensorboard_sync(ppo_tensorboard *board, ppo_error *error)
{
    return board->file.descriptor < 0 ? PPO_OK : ppo_append_file_sync(&board->file, error);
}

bool ppo_tensorboard_is_available(void)
{
    return true;
}

void ppo_tensorboard_describe(char *text, size_t size)
{
    snprintf(text, size, "event files; protobuf-c %s", protobuf_c_version());
}
