// SPDX-License-Identifier: MIT
// Where the library meets the module with OpenCL in it (opencl.c).
#include "nn/gpu_ops.h"

static ppo_module module =
    PPO_MODULE("opencl", "networks on a graphics processor (device gpu)",
               "OpenCL (ocl-icd-opencl-dev and opencl-headers)", ppo_opencl_module, PPO_OPENCL_ABI);

const ppo_opencl_module *ppo_opencl_load(ppo_error *error)
{
    return ppo_module_open(&module, error);
}
