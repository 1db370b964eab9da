// SPDX-License-Identifier: MIT
// The module behind gpu_ops.h: the only file that knows OpenCL. Kernels are compiled when a device
// is opened, unless opencl_cache.c has them from an earlier run.
//
// One queue in order. Commands take a kernel's arguments under the caller's lock, because a kernel
// object has one set of them. Nothing is allocated between opening and closing but by the driver.
#include "nn/gpu_ops.h"

#include "core/error.h"
#include "nn/gpu_shapes.h"
#include "nn/opencl_cache.h"

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PLATFORMS 16
#define MAX_DEVICES   64
#define OPTIONS       "-cl-std=CL1.2"
#define KEY_SIZE      512

// The list of devices: graphics processors first, then by platform.
typedef struct device_list {
    cl_device_id ids[MAX_DEVICES];
    size_t count;
} device_list;

struct ppo_gpu {
    cl_device_id device;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel kernels[PPO_GPU_NUM_KERNELS];
    pthread_mutex_t mutex;
    bool has_mutex;
    ppo_gpu_counters counters; // under the lock

    // The first failure; nothing is done after it.
    _Atomic cl_int failure;
    _Atomic(const char *) failed_at;
    uint64_t commands, fail_at; // command at which a test wants one; 0: none
};

// Memory on the device, and its size, which OpenCL would have to be asked for.
struct ppo_gpu_buffer {
    cl_mem memory;
    size_t bytes;
};

// --- words ---------------------------------------------------------------------------------------

static const char *text_of(cl_int code)
{
    switch (code) {
    case CL_DEVICE_NOT_FOUND:
        return "no device";
    case CL_DEVICE_NOT_AVAILABLE:
        return "the device isn't available";
    case CL_COMPILER_NOT_AVAILABLE:
        return "there is no compiler of kernels";
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_INVALID_BUFFER_SIZE:
        return "the device's memory doesn't suffice";
    case CL_OUT_OF_RESOURCES:
        return "the device is out of resources, or lost";
    case CL_OUT_OF_HOST_MEMORY:
        return "the driver is out of memory";
    case CL_BUILD_PROGRAM_FAILURE:
        return "the driver's compiler refuses the kernels";
    case CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST:
        return "a command failed on the device";
    case CL_INVALID_COMMAND_QUEUE:
    case CL_INVALID_CONTEXT:
    case CL_INVALID_DEVICE:
        return "the device is lost";
    default:
        return "OpenCL says no more";
    }
}

static void device_text(cl_device_id device, cl_device_info what, char *text, size_t size)
{
    text[0] = '\0';
    char whole[1024] = "";
    if (clGetDeviceInfo(device, what, sizeof whole, whole, NULL) == CL_SUCCESS)
        snprintf(text, size, "%.*s", (int)size - 1, whole);
}

static void describe(cl_device_id device, ppo_gpu_info *info)
{
    cl_platform_id platform = NULL;
    cl_ulong memory = 0;
    cl_device_type type = 0;
    cl_bool compiles = CL_FALSE;
    char name[1024] = "";
    *info = (ppo_gpu_info){.memory = 0};
    device_text(device, CL_DEVICE_NAME, info->name, sizeof info->name);
    device_text(device, CL_DRIVER_VERSION, info->driver, sizeof info->driver);
    // A platform is a pointer. NOLINTNEXTLINE(bugprone-sizeof-expression)
    clGetDeviceInfo(device, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL);
    clGetDeviceInfo(device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
    clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    clGetDeviceInfo(device, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiles, &compiles, NULL);
    if (clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name, name, NULL) == CL_SUCCESS)
        snprintf(info->platform, sizeof info->platform, "%.60s", name);
    info->memory = memory;
    info->is_gpu = (type & CL_DEVICE_TYPE_GPU) != 0;
    info->compiles = compiles;
}

// --- devices -------------------------------------------------------------------------------------

static void add_devices(device_list *list, cl_platform_id platform, cl_device_type type)
{
    cl_uint count = 0;
    const cl_uint room = (cl_uint)(MAX_DEVICES - list->count);
    if (room && clGetDeviceIDs(platform, type, room, list->ids + list->count, &count) == CL_SUCCESS)
        list->count += count < room ? count : room;
}

static device_list find_devices(ppo_error *why)
{
    device_list list = {.count = 0};
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint count = 0;
    const cl_int code = clGetPlatformIDs(MAX_PLATFORMS, platforms, &count);
    if (code != CL_SUCCESS || count == 0) {
        ppo_fail(why, PPO_UNSUPPORTED,
                 "no driver for OpenCL is installed; install the one of your graphics processor "
                 "(docs/gpu.md), or pocl-opencl-icd, which computes on the processor");
        return list;
    }
    count = count < MAX_PLATFORMS ? count : MAX_PLATFORMS;
    for (cl_uint i = 0; i < count; i++)
        add_devices(&list, platforms[i], CL_DEVICE_TYPE_GPU);
    for (cl_uint i = 0; i < count; i++)
        add_devices(&list, platforms[i], CL_DEVICE_TYPE_CPU | CL_DEVICE_TYPE_ACCELERATOR);
    if (list.count == 0)
        ppo_fail(why, PPO_UNSUPPORTED,
                 "OpenCL is installed, but its drivers find no device; is the graphics processor's "
                 "kernel driver loaded, and may this user open it (groups render, video)?");
    return list;
}

static size_t list_devices(ppo_gpu_info *infos, size_t max, ppo_error *why)
{
    const device_list list = find_devices(why);
    for (size_t i = 0; i < list.count && i < max; i++)
        describe(list.ids[i], &infos[i]);
    return list.count;
}

// --- kernels -------------------------------------------------------------------------------------

static const char *const kernel_names[] = {
#define KERNEL_NAME(name) [PPO_GPU_##name] = #name,
    PPO_GPU_KERNELS(KERNEL_NAME)
#undef KERNEL_NAME
};

static void make_key(const ppo_gpu *gpu, char key[KEY_SIZE])
{
    ppo_gpu_info info;
    char version[128];
    describe(gpu->device, &info);
    device_text(gpu->device, CL_DEVICE_VERSION, version, sizeof version);
    snprintf(key, KEY_SIZE, "%s\n%s\n%s\n%s\n" OPTIONS "\n%016" PRIx64, info.platform, info.name,
             info.driver, version, ppo_opencl_cache_hash(ppo_gpu_source, ppo_gpu_source_size));
}

// Whether the program could be made from what an earlier run has stored.
static bool load_program(ppo_gpu *gpu, const char *key)
{
    size_t size = 0;
    unsigned char *data = ppo_opencl_cache_load(key, &size);
    const unsigned char *binary = data;
    cl_int status = CL_INVALID_BINARY, code = CL_INVALID_BINARY;
    if (!data)
        return false;
    gpu->program =
        clCreateProgramWithBinary(gpu->context, 1, &gpu->device, &size, &binary, &status, &code);
    free(data);
    if (code == CL_SUCCESS && status == CL_SUCCESS &&
        clBuildProgram(gpu->program, 1, &gpu->device, OPTIONS, NULL, NULL) == CL_SUCCESS)
        return true;
    if (gpu->program)
        clReleaseProgram(gpu->program);
    gpu->program = NULL;
    return false;
}

static void store_program(const ppo_gpu *gpu, const char *key)
{
    size_t size = 0;
    if (clGetProgramInfo(gpu->program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL) !=
            CL_SUCCESS ||
        size == 0)
        return;
    unsigned char *binary = malloc(size);
    if (binary && clGetProgramInfo(gpu->program, CL_PROGRAM_BINARIES, sizeof binary, &binary,
                                   NULL) == CL_SUCCESS)
        ppo_opencl_cache_store(key, binary, size);
    free(binary);
}

// What the driver's compiler has said, in memory that the caller frees; NULL: nothing.
static char *read_build_log(const ppo_gpu *gpu)
{
    size_t size = 0;
    if (clGetProgramBuildInfo(gpu->program, gpu->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size) !=
            CL_SUCCESS ||
        size < 2)
        return NULL;
    char *log = calloc(size, 1);
    if (log)
        clGetProgramBuildInfo(gpu->program, gpu->device, CL_PROGRAM_BUILD_LOG, size, log, NULL);
    return log;
}

static ppo_status compile_program(ppo_gpu *gpu, ppo_error *error)
{
    const char *source = (const char *)ppo_gpu_source;
    cl_int code;
    gpu->program = clCreateProgramWithSource(gpu->context, 1, &source, &ppo_gpu_source_size, &code);
    if (code == CL_SUCCESS)
        code = clBuildProgram(gpu->program, 1, &gpu->device, OPTIONS, NULL, NULL);
    if (code == CL_SUCCESS)
        return PPO_OK;
    char *log = gpu->program ? read_build_log(gpu) : NULL;
    ppo_fail(error, PPO_UNSUPPORTED,
             "the kernels can't be compiled for this device (%s, %d)%s%.250s; set device to cpu",
             text_of(code), code, log ? ": " : "", log ? log : "");
    free(log);
    return PPO_UNSUPPORTED;
}

static ppo_status make_kernels(ppo_gpu *gpu, ppo_error *error)
{
    char key[KEY_SIZE];
    make_key(gpu, key);
    if (!load_program(gpu, key)) {
        PPO_TRY(compile_program(gpu, error));
        store_program(gpu, key);
    }
    for (size_t i = 0; i < PPO_GPU_NUM_KERNELS; i++) {
        cl_int code;
        gpu->kernels[i] = clCreateKernel(gpu->program, kernel_names[i], &code);
        if (code != CL_SUCCESS)
            return ppo_fail(error, PPO_UNSUPPORTED, "the driver has lost the kernel %s (%s, %d)",
                            kernel_names[i], text_of(code), code);
    }
    return PPO_OK;
}

// --- opening -------------------------------------------------------------------------------------

static void close_gpu(ppo_gpu *gpu)
{
    if (!gpu)
        return;
    if (gpu->queue)
        clFinish(gpu->queue);
    for (size_t i = 0; i < PPO_GPU_NUM_KERNELS; i++)
        if (gpu->kernels[i])
            clReleaseKernel(gpu->kernels[i]);
    if (gpu->program)
        clReleaseProgram(gpu->program);
    if (gpu->queue)
        clReleaseCommandQueue(gpu->queue);
    if (gpu->context)
        clReleaseContext(gpu->context);
    if (gpu->has_mutex)
        pthread_mutex_destroy(&gpu->mutex);
    free(gpu);
}

static ppo_status choose_device(ppo_gpu *gpu, size_t index, ppo_error *error)
{
    const device_list list = find_devices(error);
    ppo_gpu_info info;
    if (list.count == 0)
        return PPO_UNSUPPORTED;
    if (index >= list.count)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "there is no device gpu:%zu: OpenCL finds %zu here, gpu:0 to gpu:%zu (ppo "
                        "doctor lists them)",
                        index, list.count, list.count - 1);
    gpu->device = list.ids[index];
    describe(gpu->device, &info);
    if (!info.compiles)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "%s has no compiler of kernels in its driver (%s %s); install the complete "
                        "driver, or set device to cpu",
                        info.name, info.platform, info.driver);
    return PPO_OK;
}

static ppo_status prepare(ppo_gpu *gpu, size_t index, ppo_error *error)
{
    cl_int code;
    PPO_TRY(choose_device(gpu, index, error));
    if (pthread_mutex_init(&gpu->mutex, NULL) != 0)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a device");
    gpu->has_mutex = true;
    gpu->context = clCreateContext(NULL, 1, &gpu->device, NULL, NULL, &code);
    if (code == CL_SUCCESS)
        gpu->queue = clCreateCommandQueue(gpu->context, gpu->device, 0, &code);
    if (code != CL_SUCCESS)
        return ppo_fail(error, PPO_UNSUPPORTED, "the device can't be opened (%s, %d)",
                        text_of(code), code);
    return make_kernels(gpu, error);
}

static ppo_status open_gpu(ppo_gpu **result, size_t index, ppo_error *error)
{
    *result = NULL;
    ppo_gpu *gpu = calloc(1, sizeof *gpu);
    if (!gpu)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a device");
    const ppo_status status = prepare(gpu, index, error);
    if (status != PPO_OK) {
        close_gpu(gpu);
        return status;
    }
    *result = gpu;
    return PPO_OK;
}

static void info_of(const ppo_gpu *gpu, ppo_gpu_info *info)
{
    describe(gpu->device, info);
}

// --- memory --------------------------------------------------------------------------------------

// Drivers may take memory only when it is first used, so it is used at once.
static cl_int take_memory(ppo_gpu *gpu, cl_mem *memory, size_t bytes)
{
    static const cl_uint zero = 0;
    cl_int code;
    *memory = clCreateBuffer(gpu->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
    if (code == CL_SUCCESS)
        code =
            clEnqueueFillBuffer(gpu->queue, *memory, &zero, sizeof zero, 0, bytes, 0, NULL, NULL);
    return code == CL_SUCCESS ? clFinish(gpu->queue) : code;
}

static ppo_status make_buffer(ppo_gpu *gpu, ppo_gpu_buffer **result, size_t bytes, ppo_error *error)
{
    ppo_gpu_buffer *buffer = calloc(1, sizeof *buffer);
    *result = buffer;
    if (!buffer)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a device's buffers");
    buffer->bytes = (bytes + 63) / 64 * 64;
    const cl_int code = take_memory(gpu, &buffer->memory, buffer->bytes);
    if (code == CL_SUCCESS) {
        gpu->counters.buffers++;
        gpu->counters.buffers_made++;
        gpu->counters.buffer_bytes += buffer->bytes;
        return PPO_OK;
    }
    if (buffer->memory)
        clReleaseMemObject(buffer->memory);
    free(buffer);
    *result = NULL;
    ppo_gpu_info info;
    describe(gpu->device, &info);
    return ppo_fail(error, PPO_NO_MEMORY,
                    "%s has no room for %.1f MB more beside %.1f MB (%s, %d; it has %.1f MB in "
                    "all): a smaller minibatch_size or num_envs needs less, or set device to cpu",
                    info.name, (double)bytes / 1e6, (double)gpu->counters.buffer_bytes / 1e6,
                    text_of(code), code, (double)info.memory / 1e6);
}

static void free_buffer(ppo_gpu *gpu, ppo_gpu_buffer *buffer)
{
    if (!buffer)
        return;
    clReleaseMemObject(buffer->memory);
    gpu->counters.buffers--;
    gpu->counters.buffer_bytes -= buffer->bytes;
    free(buffer);
}

// --- commands ------------------------------------------------------------------------------------

static void lock(ppo_gpu *gpu)
{
    pthread_mutex_lock(&gpu->mutex);
}

static void unlock(ppo_gpu *gpu)
{
    pthread_mutex_unlock(&gpu->mutex);
}

static void fail(ppo_gpu *gpu, cl_int code, const char *command)
{
    cl_int none = CL_SUCCESS;
    if (atomic_compare_exchange_strong(&gpu->failure, &none, code))
        atomic_store(&gpu->failed_at, command);
}

// Whether a command is still to be carried out.
static bool may_run(ppo_gpu *gpu, const char *command)
{
    gpu->commands++;
    if (gpu->fail_at && gpu->commands >= gpu->fail_at)
        fail(gpu, CL_OUT_OF_RESOURCES, command);
    return atomic_load(&gpu->failure) == CL_SUCCESS;
}

static cl_int set_args(cl_kernel kernel, const ppo_gpu_arg *args, size_t num_args)
{
    cl_int code = CL_SUCCESS;
    for (size_t i = 0; i < num_args && code == CL_SUCCESS; i++) {
        const ppo_gpu_arg *arg = &args[i];
        code = arg->value
                   ? clSetKernelArg(kernel, (cl_uint)i, arg->size, arg->value)
                   : clSetKernelArg(kernel, (cl_uint)i, sizeof(cl_mem), &arg->buffer->memory);
    }
    return code;
}

static void launch(ppo_gpu *gpu, ppo_gpu_kernel kernel, const size_t groups[3],
                   const ppo_gpu_arg *args, size_t num_args)
{
    static const size_t local[3] = {PPO_GPU_GROUP, 1, 1};
    const size_t global[3] = {groups[0] * PPO_GPU_GROUP, groups[1], groups[2]};
    if (!may_run(gpu, kernel_names[kernel]))
        return;
    cl_int code = set_args(gpu->kernels[kernel], args, num_args);
    if (code == CL_SUCCESS)
        code = clEnqueueNDRangeKernel(gpu->queue, gpu->kernels[kernel], 3, NULL, global, local, 0,
                                      NULL, NULL);
    if (code != CL_SUCCESS)
        fail(gpu, code, kernel_names[kernel]);
    gpu->counters.launches++;
}

static void write_buffer(ppo_gpu *gpu, ppo_gpu_buffer *buffer, size_t offset, const void *from,
                         size_t bytes)
{
    if (!may_run(gpu, "a copy to it"))
        return;
    const cl_int code = clEnqueueWriteBuffer(gpu->queue, buffer->memory, CL_FALSE, offset, bytes,
                                             from, 0, NULL, NULL);
    if (code != CL_SUCCESS)
        fail(gpu, code, "a copy to it");
    gpu->counters.writes++;
    gpu->counters.bytes_written += bytes;
}

static void read_buffer(ppo_gpu *gpu, ppo_gpu_read *read, const ppo_gpu_buffer *buffer,
                        size_t offset, void *to, size_t bytes)
{
    cl_event event = NULL;
    *read = (ppo_gpu_read){.to = to, .bytes = bytes};
    if (!may_run(gpu, "a copy from it"))
        return;
    cl_int code = clEnqueueReadBuffer(gpu->queue, buffer->memory, CL_FALSE, offset, bytes, to, 0,
                                      NULL, &event);
    if (code == CL_SUCCESS)
        code = clFlush(gpu->queue);
    if (code != CL_SUCCESS)
        fail(gpu, code, "a copy from it");
    read->event = event;
    gpu->counters.reads++;
    gpu->counters.bytes_read += bytes;
}

// All bits set are NaN.
static void wait_for(ppo_gpu *gpu, ppo_gpu_read *read)
{
    cl_event event = read->event;
    if (event) {
        const cl_int code = clWaitForEvents(1, &event);
        if (code != CL_SUCCESS)
            fail(gpu, code, "a copy from it");
        clReleaseEvent(event);
    }
    if (atomic_load(&gpu->failure) != CL_SUCCESS)
        memset(read->to, 0xFF, read->bytes);
    read->event = NULL;
}

static ppo_status check(const ppo_gpu *gpu, ppo_error *error)
{
    const cl_int code = atomic_load(&gpu->failure);
    if (code == CL_SUCCESS)
        return PPO_OK;
    ppo_gpu_info info;
    describe(gpu->device, &info);
    const char *at = atomic_load(&gpu->failed_at);
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "%s failed at %s (%s, OpenCL error %d); the last checkpoint is whole: go on "
                    "from it, or with device cpu",
                    info.name[0] ? info.name : "the device", at ? at : "a command", text_of(code),
                    code);
}

static void counters_of(const ppo_gpu *gpu, ppo_gpu_counters *counters)
{
    *counters = gpu->counters;
}

static void fail_after(ppo_gpu *gpu, uint64_t count)
{
    gpu->fail_at = gpu->commands + count + 1;
}

PPO_MODULE_TABLE(ppo_opencl_module) = {
    .head = PPO_MODULE_HEAD(ppo_opencl_module, PPO_OPENCL_ABI),
    .list = list_devices,
    .open = open_gpu,
    .close = close_gpu,
    .info = info_of,
    .make_buffer = make_buffer,
    .free_buffer = free_buffer,
    .lock = lock,
    .unlock = unlock,
    .launch = launch,
    .write = write_buffer,
    .read = read_buffer,
    .wait = wait_for,
    .check = check,
    .counters = counters_of,
    .fail_after = fail_after,
};
