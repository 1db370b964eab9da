// SPDX-License-Identifier: MIT
// Reading safetensors, and the element types: see safetensors.h. Writing: safetensors_write.c.
//
// cJSON parses the header. Its numbers are doubles, so offsets beyond 2^53 are refused. It keeps
// duplicate keys, so names are checked here. Its global error pointer is not used.
#include "run/checkpoint/safetensors.h"

#include "core/error.h"
#include "run/checkpoint/json_valid.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_BYTES ((size_t)8)
#define METADATA_KEY "__metadata__"
#define MAX_EXACT    9007199254740992.0 // 2^53

static const struct {
    const char *name;
    size_t bytes;
} dtypes[] = {
#define DTYPE_ROW(name, bytes) {#name, bytes},
    PPO_SAFETENSORS_DTYPES(DTYPE_ROW)
#undef DTYPE_ROW
};
#define NUM_DTYPES (sizeof dtypes / sizeof dtypes[0])

size_t ppo_safetensors_dtype_size(ppo_safetensors_dtype dtype)
{
    return dtypes[dtype].bytes;
}

const char *ppo_safetensors_dtype_name(ppo_safetensors_dtype dtype)
{
    return dtypes[dtype].name;
}

ppo_safetensors_dtype ppo_safetensors_dtype_of(ppo_dtype dtype)
{
    switch (dtype) {
    case PPO_F32:
        return PPO_SAFETENSORS_F32;
    case PPO_F64:
        return PPO_SAFETENSORS_F64;
    case PPO_U8:
        return PPO_SAFETENSORS_U8;
    case PPO_I32:
        return PPO_SAFETENSORS_I32;
    case PPO_U32:
        return PPO_SAFETENSORS_U32;
    case PPO_U64:
        break;
    }
    return PPO_SAFETENSORS_U64;
}

// Bytes of an array; false if that overflows.
static bool array_bytes(size_t *bytes, ppo_safetensors_dtype dtype, uint32_t rank,
                        const size_t *shape)
{
    *bytes = ppo_safetensors_dtype_size(dtype);
    for (uint32_t i = 0; i < rank; i++)
        if (__builtin_mul_overflow(*bytes, shape[i], bytes))
            return false;
    return true;
}

// What a header's entries are checked against.
typedef struct reader {
    const char *label;
    const unsigned char *data; // behind the header
    size_t data_size;
    ppo_error *error;
} reader;

static ppo_status refuse(const reader *in, const char *what)
{
    return ppo_fail(in->error, PPO_CORRUPT, "%s is not a whole safetensors file: %s", in->label,
                    what);
}

static ppo_status refuse_tensor(const reader *in, const char *name, const char *what)
{
    return ppo_fail(in->error, PPO_CORRUPT,
                    "%s is not a whole safetensors file: tensor \"%.80s\" %s", in->label, name,
                    what);
}

// A whole number in [0, 2^53).
static bool get_size(size_t *value, const cJSON *item)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble >= MAX_EXACT)
        return false;
    *value = (size_t)item->valuedouble;
    return (double)*value == item->valuedouble;
}

static bool get_dtype(ppo_safetensors_dtype *dtype, const cJSON *item)
{
    if (!cJSON_IsString(item))
        return false;
    for (size_t i = 0; i < NUM_DTYPES; i++) {
        if (strcmp(item->valuestring, dtypes[i].name) == 0) {
            *dtype = (ppo_safetensors_dtype)i;
            return true;
        }
    }
    return false;
}

static bool get_shape(ppo_safetensor *tensor, const cJSON *item)
{
    const cJSON *number;
    if (!cJSON_IsArray(item))
        return false;
    cJSON_ArrayForEach(number, item)
    {
        if (tensor->rank == PPO_SAFETENSORS_RANK ||
            !get_size(&tensor->shape[tensor->rank++], number))
            return false;
    }
    return true;
}

static bool get_offsets(size_t *begin, size_t *end, const cJSON *item)
{
    return cJSON_IsArray(item) && cJSON_GetArraySize(item) == 2 && get_size(begin, item->child) &&
           get_size(end, item->child->next);
}

static bool has_control_characters(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static ppo_status read_tensor(ppo_safetensor *tensor, const cJSON *entry, const reader *in)
{
    size_t begin, end, bytes;
    const char *name = entry->string;
    if (has_control_characters(name))
        return refuse(in, "a tensor's name holds control characters");
    *tensor = (ppo_safetensor){.name = name};
    if (!cJSON_IsObject(entry) || cJSON_GetArraySize(entry) != 3)
        return refuse_tensor(in, name, "is not described by dtype, shape and data_offsets");
    if (!get_dtype(&tensor->dtype, cJSON_GetObjectItemCaseSensitive(entry, "dtype")))
        return refuse_tensor(in, name, "has an unknown dtype");
    if (!get_shape(tensor, cJSON_GetObjectItemCaseSensitive(entry, "shape")))
        return refuse_tensor(in, name, "has no usable shape");
    if (!get_offsets(&begin, &end, cJSON_GetObjectItemCaseSensitive(entry, "data_offsets")))
        return refuse_tensor(in, name, "has no usable data_offsets");
    if (begin > end || end > in->data_size)
        return refuse_tensor(in, name, "lies outside the file");
    if (!array_bytes(&bytes, tensor->dtype, tensor->rank, tensor->shape) || bytes != end - begin)
        return refuse_tensor(in, name, "has a shape that differs from its data's size");
    tensor->data = in->data + begin;
    tensor->bytes = bytes;
    return PPO_OK;
}

static ppo_status read_metadata(ppo_safetensors *file, const cJSON *entry, const reader *in)
{
    const cJSON *item;
    if (file->metadata)
        return refuse(in, METADATA_KEY " occurs twice");
    if (!cJSON_IsObject(entry))
        return refuse(in, METADATA_KEY " is not an object");
    if (cJSON_GetArraySize(entry) > PPO_SAFETENSORS_MAX_METADATA)
        return refuse(in, METADATA_KEY " has too many keys");
    file->metadata = calloc((size_t)cJSON_GetArraySize(entry) + 1, sizeof *file->metadata);
    if (!file->metadata)
        return ppo_fail(in->error, PPO_NO_MEMORY, "out of memory reading %s", in->label);
    file->num_metadata = 0;
    cJSON_ArrayForEach(item, entry)
    {
        if (!cJSON_IsString(item))
            return refuse(in, METADATA_KEY " holds something that is not text");
        if (ppo_safetensors_metadata(file, item->string))
            return refuse(in, METADATA_KEY " has a key twice");
        file->metadata[file->num_metadata++] = (ppo_metadata){item->string, item->valuestring};
    }
    return PPO_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const ppo_safetensor *)a)->name, ((const ppo_safetensor *)b)->name);
}

// By begin, then end (an empty tensor before the one that starts there), then name.
static int compare_places(const void *a, const void *b)
{
    const ppo_safetensor *x = a;
    const ppo_safetensor *y = b;
    const uintptr_t begin[2] = {(uintptr_t)x->data, (uintptr_t)y->data};
    if (begin[0] != begin[1])
        return begin[0] < begin[1] ? -1 : 1;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    return compare_names(a, b);
}

// Names are unique, and the data follow one another from the first byte to the last.
static ppo_status check_whole(ppo_safetensors *file, const reader *in)
{
    ppo_safetensor *tensors = file->tensors;
    qsort(tensors, file->num_tensors, sizeof *tensors, compare_names);
    for (size_t i = 1; i < file->num_tensors; i++)
        if (strcmp(tensors[i - 1].name, tensors[i].name) == 0)
            return refuse_tensor(in, tensors[i].name, "occurs twice");
    qsort(tensors, file->num_tensors, sizeof *tensors, compare_places);
    const unsigned char *end = in->data;
    for (size_t i = 0; i < file->num_tensors; i++) {
        if (tensors[i].data != end)
            return refuse_tensor(in, tensors[i].name, "overlaps another or leaves a gap");
        end += tensors[i].bytes;
    }
    return end == in->data + in->data_size ? PPO_OK : refuse(in, "bytes left over at its end");
}

static ppo_status read_header(ppo_safetensors *file, const cJSON *root, const reader *in)
{
    const cJSON *entry;
    if (!cJSON_IsObject(root))
        return refuse(in, "its header is not JSON");
    file->tensors = calloc((size_t)cJSON_GetArraySize(root) + 1, sizeof *file->tensors);
    if (!file->tensors)
        return ppo_fail(in->error, PPO_NO_MEMORY, "out of memory reading %s", in->label);
    cJSON_ArrayForEach(entry, root)
    {
        if (strcmp(entry->string, METADATA_KEY) == 0)
            PPO_TRY(read_metadata(file, entry, in));
        else
            PPO_TRY(read_tensor(&file->tensors[file->num_tensors++], entry, in));
    }
    return check_whole(file, in);
}

// Parses the header, from a copy that ends in a zero byte, because cJSON looks one character ahead.
// A zero byte inside would end it early and is refused. cJSON returns NULL for text that is no JSON
// and where memory runs out; which it was, ppo_json_is_valid says.
static ppo_status parse_json(cJSON **root, const unsigned char *header, size_t size,
                             const reader *in)
{
    *root = NULL;
    char *text = malloc(size + 1);
    if (!text)
        return ppo_fail(in->error, PPO_NO_MEMORY, "out of memory reading %s", in->label);
    memcpy(text, header, size);
    text[size] = '\0';
    const bool is_text = !memchr(text, '\0', size);
    if (is_text)
        *root = cJSON_ParseWithLengthOpts(text, size + 1, NULL, true);
    ppo_status status = PPO_OK;
    if (!*root && is_text && ppo_json_is_valid(text))
        status = ppo_fail(in->error, PPO_NO_MEMORY, "out of memory reading %s", in->label);
    else if (!*root)
        status = refuse(in, "its header is not JSON");
    free(text);
    return status;
}

static size_t header_size(const unsigned char *bytes)
{
    uint64_t size = 0;
    for (size_t i = PREFIX_BYTES; i-- > 0;)
        size = size << 8 | bytes[i];
    return size > SIZE_MAX ? SIZE_MAX : (size_t)size;
}

ppo_status ppo_safetensors_parse(ppo_safetensors *file, const void *bytes, size_t size,
                                 const char *label, ppo_error *error)
{
    const unsigned char *start = bytes;
    reader in = {.label = label, .error = error};
    *file = (ppo_safetensors){0};
    if (size < PREFIX_BYTES)
        return refuse(&in, "too short");
    const size_t header = header_size(start);
    if (header > PPO_SAFETENSORS_MAX_HEADER)
        return refuse(&in, "no sensible header length");
    if (header > size - PREFIX_BYTES)
        return refuse(&in, "cut off within its header");
    if (header == 0 || start[PREFIX_BYTES] != '{')
        return refuse(&in, "its header is not JSON");
    in.data = start + PREFIX_BYTES + header;
    in.data_size = size - PREFIX_BYTES - header;
    cJSON *root;
    ppo_status status = parse_json(&root, start + PREFIX_BYTES, header, &in);
    file->json = root;
    if (status == PPO_OK)
        status = read_header(file, root, &in);
    if (status != PPO_OK)
        ppo_safetensors_release(file);
    return status;
}

void ppo_safetensors_release(ppo_safetensors *file)
{
    free(file->tensors);
    free(file->metadata);
    cJSON_Delete(file->json);
    *file = (ppo_safetensors){0};
}

const ppo_safetensor *ppo_safetensors_find(const ppo_safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->num_tensors; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

const char *ppo_safetensors_metadata(const ppo_safetensors *file, const char *key)
{
    for (size_t i = 0; i < file->num_metadata; i++)
        if (strcmp(file->metadata[i].key, key) == 0)
            return file->metadata[i].value;
    return NULL;
}
