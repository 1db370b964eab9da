// SPDX-License-Identifier: MIT
// Tensors gathered, compared and filled: see tensor_list.h.
// Workload: tens of tensors; the bytes are looked at once (finite?) and copied once.
#include "run/checkpoint/tensor_list.h"

#include "core/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHAPE_TEXT_SIZE 112

static ppo_status reserve(ppo_tensor_list *list, size_t count, ppo_error *error)
{
    *list = (ppo_tensor_list){.count = count};
    list->tensors = calloc(count + 1, sizeof *list->tensors);
    list->entries = calloc(count + 1, sizeof *list->entries);
    if (list->tensors && list->entries)
        return PPO_OK;
    ppo_tensor_list_release(list);
    return ppo_fail(error, PPO_NO_MEMORY, "out of memory listing %zu tensors", count);
}

void ppo_tensor_list_release(ppo_tensor_list *list)
{
    free(list->tensors);
    free(list->entries);
    *list = (ppo_tensor_list){0};
}

// The file's view of each tensor.
static void describe(ppo_tensor_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const ppo_tensor *tensor = &list->tensors[i];
        ppo_safetensor *entry = &list->entries[i];
        *entry = (ppo_safetensor){.name = tensor->name, .rank = tensor->rank, .data = tensor->data};
        entry->dtype = ppo_safetensors_dtype_of(tensor->dtype);
        entry->bytes = ppo_dtype_size(tensor->dtype);
        for (uint32_t d = 0; d < tensor->rank; d++) {
            entry->shape[d] = tensor->shape[d];
            entry->bytes *= tensor->shape[d];
        }
    }
}

ppo_status ppo_tensor_list_of_trainer(ppo_tensor_list *list, ppo_trainer *trainer, ppo_error *error)
{
    ppo_tensor tensor;
    size_t count = 0;
    ppo_trainer_freeze(trainer);
    while (ppo_trainer_tensor(trainer, count, &tensor))
        count++;
    PPO_TRY(reserve(list, count, error));
    for (size_t i = 0; i < count; i++)
        ppo_trainer_tensor(trainer, i, &list->tensors[i]);
    describe(list);
    return PPO_OK;
}

ppo_status ppo_tensor_list_of_agent(ppo_tensor_list *list, ppo_agent *agent, ppo_error *error)
{
    ppo_tensor tensor;
    size_t count = 0;
    while (ppo_agent_tensor(agent, count, &tensor))
        count++;
    PPO_TRY(reserve(list, count, error));
    for (size_t i = 0; i < count; i++)
        ppo_agent_tensor(agent, i, &list->tensors[i]);
    describe(list);
    return PPO_OK;
}

void ppo_tensor_list_keep_acting(ppo_tensor_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const ppo_tensor *tensor = &list->tensors[i];
        if (ppo_tensor_is_parameter(tensor) || strncmp(tensor->name, "obs_norm.", 9) == 0)
            list->tensors[kept++] = *tensor;
    }
    list->count = kept;
    describe(list);
}

static bool must_be_finite(const ppo_tensor *tensor)
{
    return ppo_tensor_is_parameter(tensor) || strncmp(tensor->name, "adam", 4) == 0 ||
           strstr(tensor->name, "norm") != NULL;
}

// Index of the first value that is not finite; SIZE_MAX if there is none.
static size_t find_not_finite(const ppo_safetensor *entry)
{
    const size_t count = entry->bytes / ppo_safetensors_dtype_size(entry->dtype);
    const float *single = entry->data;
    const double *twice = entry->data;
    if (entry->dtype == PPO_SAFETENSORS_F32) {
        for (size_t i = 0; i < count; i++)
            if (!isfinite(single[i]))
                return i;
    } else if (entry->dtype == PPO_SAFETENSORS_F64) {
        for (size_t i = 0; i < count; i++)
            if (!isfinite(twice[i]))
                return i;
    }
    return SIZE_MAX;
}

ppo_status ppo_tensor_list_check_finite(const ppo_tensor_list *list, const char *label,
                                        ppo_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!must_be_finite(&list->tensors[i]))
            continue;
        const size_t place = find_not_finite(&list->entries[i]);
        if (place != SIZE_MAX)
            return ppo_fail(error, PPO_NUMERIC,
                            "%s is not written: \"%s\" is not finite at element %zu", label,
                            list->tensors[i].name, place);
    }
    return PPO_OK;
}

// "F32 [64, 4]"
static void format_shape(char text[SHAPE_TEXT_SIZE], const ppo_safetensor *entry)
{
    size_t used =
        (size_t)snprintf(text, SHAPE_TEXT_SIZE, "%s [", ppo_safetensors_dtype_name(entry->dtype));
    for (uint32_t d = 0; d < entry->rank && used < SHAPE_TEXT_SIZE; d++)
        used += (size_t)snprintf(text + used, SHAPE_TEXT_SIZE - used, "%s%zu", d ? ", " : "",
                                 entry->shape[d]);
    if (used < SHAPE_TEXT_SIZE)
        snprintf(text + used, SHAPE_TEXT_SIZE - used, "]");
}

static bool same_shape(const ppo_safetensor *a, const ppo_safetensor *b)
{
    return a->dtype == b->dtype && a->rank == b->rank && a->bytes == b->bytes &&
           memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0;
}

static ppo_status fail_extra(const ppo_tensor_list *list, const ppo_safetensors *file,
                             const char *label, ppo_error *error)
{
    return ppo_fail(error, PPO_MISMATCH, "%s holds %zu tensors where %zu are expected", label,
                    file->num_tensors, list->count);
}

ppo_status ppo_tensor_list_match(const ppo_tensor_list *list, const ppo_safetensors *file,
                                 bool exact, const char *label, ppo_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const ppo_safetensor *here = &list->entries[i];
        const ppo_safetensor *there = ppo_safetensors_find(file, here->name);
        if (!there)
            return ppo_fail(error, PPO_MISMATCH, "%s lacks the tensor \"%s\"", label, here->name);
        if (!same_shape(here, there)) {
            char text[2][SHAPE_TEXT_SIZE];
            format_shape(text[0], there);
            format_shape(text[1], here);
            return ppo_fail(error, PPO_MISMATCH, "%s: the tensor \"%s\" is %s there, %s here",
                            label, here->name, text[0], text[1]);
        }
    }
    if (exact && file->num_tensors != list->count)
        return fail_extra(list, file, label, error);
    return PPO_OK;
}

void ppo_tensor_list_fill(const ppo_tensor_list *list, const ppo_safetensors *file)
{
    for (size_t i = 0; i < list->count; i++) {
        const ppo_safetensor *there = ppo_safetensors_find(file, list->entries[i].name);
        if (there && there->bytes)
            memcpy(list->tensors[i].data, there->data, there->bytes);
    }
}
