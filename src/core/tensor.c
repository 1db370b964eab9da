// SPDX-License-Identifier: MIT
// Descriptions of arrays: see tensor.h. Workload: tens of descriptions, made at setup and for each
// checkpoint; the search for non-finite elements reads every byte once per checkpoint.
#include "core/tensor.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool ppo_tensor_make(ppo_tensor *tensor, const char *name, ppo_role role, ppo_dtype dtype,
                     uint32_t rank, const size_t *shape)
{
    assert(rank >= 1 && rank <= PPO_TENSOR_RANK);
    *tensor = (ppo_tensor){.role = role, .dtype = dtype, .rank = rank};
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    memcpy(tensor->shape, shape, rank * sizeof *shape);
    tensor->bytes = ppo_dtype_size(dtype);
    for (uint32_t i = 0; i < rank; i++)
        if (__builtin_mul_overflow(tensor->bytes, shape[i], &tensor->bytes))
            return false;
    return true;
}

ppo_tensor_view ppo_tensor_as_view(const ppo_tensor *tensor)
{
    return (ppo_tensor_view){.name = tensor->name,
                             .rank = tensor->rank,
                             .shape = tensor->shape,
                             .data = tensor->data,
                             .bytes = tensor->bytes};
}

bool ppo_role_is_state(ppo_role role)
{
    return role != PPO_ROLE_SCRATCH;
}

bool ppo_role_is_for_acting(ppo_role role)
{
    return role == PPO_ROLE_PARAMETER || role == PPO_ROLE_OBS_STATISTICS;
}

bool ppo_role_must_be_finite(ppo_role role)
{
    switch (role) {
    case PPO_ROLE_PARAMETER:
    case PPO_ROLE_OPTIMIZER:
    case PPO_ROLE_OBS_STATISTICS:
    case PPO_ROLE_REWARD_STATISTICS:
        return true;
    case PPO_ROLE_SCRATCH:
    case PPO_ROLE_ENVIRONMENT:
    case PPO_ROLE_COUNTER:
        break;
    }
    return false;
}

size_t ppo_tensor_find_not_finite(const ppo_tensor *tensor)
{
    if (tensor->dtype == PPO_F32) {
        const float *value = tensor->data;
        for (size_t i = 0; i < tensor->bytes / sizeof *value; i++)
            if (!isfinite(value[i]))
                return i;
    } else if (tensor->dtype == PPO_F64) {
        const double *value = tensor->data;
        for (size_t i = 0; i < tensor->bytes / sizeof *value; i++)
            if (!isfinite(value[i]))
                return i;
    }
    return SIZE_MAX;
}
