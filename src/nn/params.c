// SPDX-License-Identifier: MIT
// The layout of trainable tensors: see params.h. Workload: up to PPO_MAX_PARAMS tensors, laid out
// once per policy. Owns nothing.
#include "nn/params.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

size_t ppo_param_align(size_t count)
{
    return (count + PPO_PARAM_ALIGN - 1) / PPO_PARAM_ALIGN * PPO_PARAM_ALIGN;
}

size_t ppo_params_add_shaped(ppo_params *params, const char *name, const size_t *shape,
                             uint32_t rank)
{
    assert(params->count < PPO_MAX_PARAMS && params->size % PPO_PARAM_ALIGN == 0);
    assert(rank <= PPO_TENSOR_RANK);
    ppo_param *param = &params->list[params->count++];
    *param = (ppo_param){.offset = params->size, .rank = rank};
    memcpy(param->shape, shape, rank * sizeof *shape);
    snprintf(param->name, sizeof param->name, "%s", name);
    params->size += ppo_param_align(ppo_param_count(param));
    return param->offset;
}

size_t ppo_params_add(ppo_params *params, const char *name, size_t rows, size_t cols)
{
    const size_t shape[2] = {rows, cols};
    return ppo_params_add_shaped(params, name, shape, cols ? 2 : 1);
}

static size_t find_index(const ppo_params *params, const char *name)
{
    size_t i = 0;
    while (i < params->count && strcmp(params->list[i].name, name) != 0)
        i++;
    return i;
}

const ppo_param *ppo_params_find(const ppo_params *params, const char *name)
{
    const size_t i = find_index(params, name);
    return i < params->count ? &params->list[i] : NULL;
}

void ppo_params_split(ppo_params *params, const char *name, const char *name_a, const char *name_b,
                      size_t rows_a)
{
    const size_t i = find_index(params, name);
    assert(i < params->count && params->count < PPO_MAX_PARAMS);
    memmove(&params->list[i + 1], &params->list[i], (params->count - i) * sizeof *params->list);
    params->count++;
    ppo_param *a = &params->list[i], *b = &params->list[i + 1];
    a->shape[0] = rows_a;
    b->shape[0] -= rows_a;
    b->offset += ppo_param_count(a);
    snprintf(a->name, sizeof a->name, "%s", name_a);
    snprintf(b->name, sizeof b->name, "%s", name_b);
}

size_t ppo_param_inputs(const ppo_param *param)
{
    size_t count = 1;
    for (uint32_t i = 1; i < param->rank; i++)
        count *= param->shape[i];
    return count;
}

size_t ppo_param_count(const ppo_param *param)
{
    return param->shape[0] * ppo_param_inputs(param);
}

ppo_tensor ppo_param_tensor(const ppo_param *param, float *block)
{
    ppo_tensor tensor;
    ppo_tensor_make(&tensor, param->name, PPO_ROLE_PARAMETER, PPO_F32, param->rank, param->shape);
    tensor.data = block + param->offset;
    return tensor;
}
