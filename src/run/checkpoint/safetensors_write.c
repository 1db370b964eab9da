// SPDX-License-Identifier: MIT
// Writing safetensors into memory: see safetensors.h. The buffer keeps its memory, so that a run's
// later checkpoints allocate little but the header.
#include "run/checkpoint/safetensors.h"

#include "core/error.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_BYTES ((size_t)8)
#define ALIGNMENT    ((size_t)8)

static bool add_numbers(cJSON *object, const char *key, const size_t *values, size_t count)
{
    cJSON *array = cJSON_AddArrayToObject(object, key);
    if (!array)
        return false;
    for (size_t i = 0; i < count; i++) {
        cJSON *number = cJSON_CreateNumber((double)values[i]);
        if (!number)
            return false;
        cJSON_AddItemToArray(array, number);
    }
    return true;
}

static bool add_tensor(cJSON *root, const ppo_tensor *tensor, size_t offset)
{
    const size_t offsets[2] = {offset, offset + tensor->bytes};
    cJSON *entry = cJSON_AddObjectToObject(root, tensor->name);
    return entry &&
           cJSON_AddStringToObject(
               entry, "dtype",
               ppo_safetensors_dtype_name(ppo_safetensors_dtype_of(tensor->dtype))) &&
           add_numbers(entry, "shape", tensor->shape, tensor->rank) &&
           add_numbers(entry, "data_offsets", offsets, 2);
}

static bool add_metadata(cJSON *root, const ppo_metadata *metadata, size_t num_metadata)
{
    cJSON *object = cJSON_AddObjectToObject(root, "__metadata__");
    bool done = object != NULL;
    for (size_t i = 0; i < num_metadata && done; i++)
        done = cJSON_AddStringToObject(object, metadata[i].key, metadata[i].value) != NULL;
    return done;
}

// The order of the data: 8-byte elements first, then 4, 2, 1. `next` walks the tensors of one
// element size; returns NULL after the last of the smallest.
typedef struct walk {
    const ppo_tensor *tensors;
    size_t count;
    size_t index;
    size_t element;
} walk;

static const ppo_tensor *next(walk *at)
{
    for (; at->element > 0; at->element /= 2, at->index = 0) {
        while (at->index < at->count) {
            const ppo_tensor *tensor = &at->tensors[at->index++];
            if (ppo_dtype_size(tensor->dtype) == at->element)
                return tensor;
        }
    }
    return NULL;
}

static walk start(const ppo_tensor *tensors, size_t count)
{
    return (walk){.tensors = tensors, .count = count, .element = 8};
}

// The header as text, to be freed; NULL if memory runs out. Adds up the data's size.
static char *format_header(size_t *data_size, const ppo_tensor *tensors, size_t num_tensors,
                           const ppo_metadata *metadata, size_t num_metadata)
{
    const ppo_tensor *tensor;
    walk order = start(tensors, num_tensors);
    cJSON *root = cJSON_CreateObject();
    bool done = root && (num_metadata == 0 || add_metadata(root, metadata, num_metadata));
    *data_size = 0;
    while (done && (tensor = next(&order))) {
        done = add_tensor(root, tensor, *data_size);
        *data_size += tensor->bytes;
    }
    char *text = done ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    return text;
}

static void put_header(unsigned char *bytes, const char *text, size_t text_size, size_t padded)
{
    for (size_t i = 0; i < PREFIX_BYTES; i++)
        bytes[i] = (unsigned char)((uint64_t)padded >> (8 * i));
    memcpy(bytes + PREFIX_BYTES, text, text_size);
    memset(bytes + PREFIX_BYTES + text_size, ' ', padded - text_size);
}

static void put_data(unsigned char *bytes, const ppo_tensor *tensors, size_t num_tensors)
{
    const ppo_tensor *tensor;
    walk order = start(tensors, num_tensors);
    while ((tensor = next(&order))) {
        if (tensor->bytes)
            memcpy(bytes, tensor->data, tensor->bytes);
        bytes += tensor->bytes;
    }
}

ppo_status ppo_safetensors_format(ppo_bytes *out, const ppo_tensor *tensors, size_t num_tensors,
                                  const ppo_metadata *metadata, size_t num_metadata,
                                  ppo_error *error)
{
    size_t data_size;
    char *text = format_header(&data_size, tensors, num_tensors, metadata, num_metadata);
    if (!text)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory preparing a safetensors header");
    const size_t text_size = strlen(text);
    const size_t padded = (text_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    const size_t size = PREFIX_BYTES + padded + data_size;
    const bool fits = ppo_bytes_reserve(out, size);
    if (fits) {
        put_header(out->data, text, text_size, padded);
        put_data(out->data + PREFIX_BYTES + padded, tensors, num_tensors);
        out->size = size;
    }
    cJSON_free(text);
    return fits ? PPO_OK
                : ppo_fail(error, PPO_NO_MEMORY, "out of memory: a file of %zu bytes", size);
}
