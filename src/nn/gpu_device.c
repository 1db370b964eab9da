// SPDX-License-Identifier: MIT
// Opening devices through the module. Owns nothing.
#include "nn/gpu_device.h"

#include <stdio.h>

#define MAX_LISTED 16

ppo_status ppo_gpu_device_open(ppo_gpu_device *device, size_t index, ppo_error *error)
{
    *device = (ppo_gpu_device){.api = NULL};
    ppo_error why = {.status = PPO_OK};
    const ppo_opencl_module *api = ppo_opencl_load(&why);
    ppo_status status = why.status;
    if (api)
        status = api->open(&device->gpu, index, &why);
    if (status == PPO_OK)
        device->api = api;
    else if (error)
        *error = why;
    return status;
}

void ppo_gpu_device_open_any(ppo_gpu_device *device, ppo_error *why)
{
    ppo_gpu_info first;
    *device = (ppo_gpu_device){.api = NULL};
    const ppo_opencl_module *api = ppo_opencl_load(why);
    if (!api || api->list(&first, 1, why) == 0)
        return;
    if (first.is_gpu)
        (void)ppo_gpu_device_open(device, 0, why);
    else if (why)
        snprintf(why->message, sizeof why->message,
                 "OpenCL finds no graphics processor here, only %s", first.name);
}

void ppo_gpu_device_close(ppo_gpu_device *device)
{
    if (device->api)
        device->api->close(device->gpu);
    *device = (ppo_gpu_device){.api = NULL};
}

void ppo_gpu_device_describe(const ppo_gpu_device *device, char *text, size_t size)
{
    ppo_gpu_info info;
    device->api->info(device->gpu, &info);
    snprintf(text, size, "%s (%s, driver %s)", info.name, info.platform, info.driver);
}

ppo_status ppo_gpu_device_check(const ppo_gpu_device *device, ppo_error *error)
{
    return device->api ? device->api->check(device->gpu, error) : PPO_OK;
}

ppo_gpu_counters ppo_gpu_device_counters(const ppo_gpu_device *device)
{
    ppo_gpu_counters counters = {.launches = 0};
    if (device->api)
        device->api->counters(device->gpu, &counters);
    return counters;
}

void ppo_gpu_devices_describe(char *text, size_t size)
{
    ppo_gpu_info infos[MAX_LISTED];
    ppo_error why = {.status = PPO_OK};
    const ppo_opencl_module *api = ppo_opencl_load(&why);
    const size_t count = api ? api->list(infos, MAX_LISTED, &why) : 0;
    if (count == 0)
        snprintf(text, size, "absent: %s", why.message);
    size_t used = 0;
    for (size_t i = 0; i < count && i < MAX_LISTED && used < size; i++) {
        const ppo_gpu_info *info = &infos[i];
        const int length = snprintf(
            text + used, size - used, "%sgpu:%zu %s (%s, driver %s, %.1f GB%s%s)", i ? "; " : "", i,
            info->name, info->platform, info->driver, (double)info->memory / 1e9,
            info->is_gpu ? "" : ", a processor: auto doesn't take it",
            info->compiles ? "" : ", without a compiler of kernels");
        used += length > 0 ? (size_t)length : 0;
    }
}
