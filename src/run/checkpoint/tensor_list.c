// SPDX-License-Identifier: MIT
// Tensors gathered, compared and filled: see tensor_list.h.
// Workload: tens of tensors; every byte is read once (is it finite?) and copied once.
#include "run/checkpoint/tensor_list.h"

#include "agent/agent.h"
#include "core/error.h"
#include "rl/trainer_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHAPE_TEXT_SIZE 112

static ppo_status reserve(ppo_tensor_list *list, size_t count, ppo_error *error)
{
    *list = (ppo_tensor_list){.tensors = calloc(count + 1, sizeof *list->tensors)};
    return list->tensors
               ? PPO_OK
               : ppo_fail(error, PPO_NO_MEMORY, "out of memory listing %zu tensors", count);
}

void ppo_tensor_list_release(ppo_tensor_list *list)
{
    free(list->tensors);
    free(list->parts);
    free(list->whole);
    *list = (ppo_tensor_list){0};
}

ppo_status ppo_tensor_list_of_trainer(ppo_tensor_list *list, ppo_trainer *trainer,
                                      bool only_for_acting, ppo_error *error)
{
    ppo_tensor tensor;
    size_t count = 0;
    ppo_trainer_freeze(trainer);
    while (ppo_trainer_tensor(trainer, count, &tensor))
        count++;
    PPO_TRY(reserve(list, count, error));
    for (size_t i = 0; ppo_trainer_tensor(trainer, i, &tensor); i++)
        if (!only_for_acting || ppo_role_is_for_acting(tensor.role))
            list->tensors[list->count++] = tensor;
    return PPO_OK;
}

ppo_status ppo_tensor_list_of_agent(ppo_tensor_list *list, ppo_agent *agent, ppo_error *error)
{
    ppo_tensor tensor;
    size_t count = 0;
    while (ppo_agent_tensor(agent, count, &tensor))
        count++;
    PPO_TRY(reserve(list, count, error));
    for (size_t i = 0; ppo_agent_tensor(agent, i, &tensor); i++)
        list->tensors[list->count++] = tensor;
    return PPO_OK;
}

ppo_status ppo_tensor_list_check_finite(const ppo_tensor_list *list, const char *label,
                                        const char *done, ppo_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const ppo_tensor *tensor = &list->tensors[i];
        if (!ppo_role_must_be_finite(tensor->role))
            continue;
        const size_t place = ppo_tensor_find_not_finite(tensor);
        if (place != SIZE_MAX)
            return ppo_fail(error, PPO_NUMERIC, "%s is not %s: \"%s\" is not finite at element %zu",
                            label, done, tensor->name, place);
    }
    return PPO_OK;
}

// "F32 [64, 4]"
static void format_shape(char text[SHAPE_TEXT_SIZE], ppo_safetensors_dtype dtype, uint32_t rank,
                         const size_t *shape)
{
    size_t used =
        (size_t)snprintf(text, SHAPE_TEXT_SIZE, "%s [", ppo_safetensors_dtype_name(dtype));
    for (uint32_t d = 0; d < rank && used < SHAPE_TEXT_SIZE; d++)
        used +=
            (size_t)snprintf(text + used, SHAPE_TEXT_SIZE - used, "%s%zu", d ? ", " : "", shape[d]);
    if (used < SHAPE_TEXT_SIZE)
        snprintf(text + used, SHAPE_TEXT_SIZE - used, "]");
}

ppo_status ppo_tensor_list_match(const ppo_tensor_list *list, const ppo_safetensors *file,
                                 bool exact, const char *label, ppo_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const ppo_tensor *here = &list->tensors[i];
        const ppo_safetensor *there = ppo_safetensors_find(file, here->name);
        if (!there)
            return ppo_fail(error, PPO_MISMATCH, "%s lacks the tensor \"%s\"", label, here->name);
        const ppo_safetensors_dtype dtype = ppo_safetensors_dtype_of(here->dtype);
        if (there->dtype != dtype || there->rank != here->rank ||
            memcmp(there->shape, here->shape, here->rank * sizeof *here->shape) != 0) {
            char text[2][SHAPE_TEXT_SIZE];
            format_shape(text[0], there->dtype, there->rank, there->shape);
            format_shape(text[1], dtype, here->rank, here->shape);
            if (here->role == PPO_ROLE_ENVIRONMENT)
                return ppo_fail(error, PPO_UNSUPPORTED,
                                "%s was written with another version of this environment, whose "
                                "episodes can't go on here (\"%s\" is %s there, %s here)",
                                label, here->name, text[0], text[1]);
            return ppo_fail(error, PPO_MISMATCH, "%s: the tensor \"%s\" is %s there, %s here",
                            label, here->name, text[0], text[1]);
        }
    }
    if (exact && file->num_tensors != list->count)
        return ppo_fail(error, PPO_MISMATCH, "%s holds %zu tensors where %zu are expected", label,
                        file->num_tensors, list->count);
    return PPO_OK;
}

void ppo_tensor_list_fill(const ppo_tensor_list *list, const ppo_safetensors *file)
{
    for (size_t i = 0; i < list->count; i++) {
        const ppo_safetensor *there = ppo_safetensors_find(file, list->tensors[i].name);
        if (there && there->bytes)
            memcpy(list->tensors[i].data, there->data, there->bytes);
    }
}
