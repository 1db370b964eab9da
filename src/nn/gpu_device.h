// SPDX-License-Identifier: MIT
// An open device, as networks, optimiser and bench share it. All networks of a policy are on one.
#ifndef PPO_NN_GPU_DEVICE_H
#define PPO_NN_GPU_DEVICE_H

#include "nn/gpu_ops.h"

typedef struct ppo_gpu_device {
    const ppo_opencl_module *api; // NULL: there is no device, the processor computes
    ppo_gpu *gpu;
} ppo_gpu_device;

// Opens the index-th device of OpenCL's list (`ppo doctor` shows it). PPO_UNSUPPORTED, saying why,
// if it can't be had.
ppo_status ppo_gpu_device_open(ppo_gpu_device *device, size_t index, ppo_error *error);

// Opens the first graphics processor. Without one, or where it can't be used, `device` is none, and
// `why` says why. A processor that takes OpenCL is none.
void ppo_gpu_device_open_any(ppo_gpu_device *device, ppo_error *why);

void ppo_gpu_device_close(ppo_gpu_device *device); // none is allowed

// One line: name, platform, driver.
void ppo_gpu_device_describe(const ppo_gpu_device *device, char *text, size_t size);

// PPO_OK, or what has failed on the device since it was opened. None is PPO_OK.
ppo_status ppo_gpu_device_check(const ppo_gpu_device *device, ppo_error *error);

// What has gone through it; zeros for none.
ppo_gpu_counters ppo_gpu_device_counters(const ppo_gpu_device *device);

// Lines for `ppo doctor`: each device, or why there is none.
void ppo_gpu_devices_describe(char *text, size_t size);

#endif
