// SPDX-License-Identifier: MIT
// A driver for OpenCL with one device that computes nothing: buffers are host memory, kernels write
// nothing into them, so that features and gradients are zeros. The loader of OpenCL
// (OCL_ICD_VENDORS) takes it as it takes a real one, and what is to go wrong, or to be other than
// usual, stands in PPO_STAND_IN, words with spaces between them:
//
//   processor       the device is no graphics processor
//   no-device       the driver finds none
//   no-compiler     it has no compiler of kernels
//   no-build        it has one, which refuses the kernels
//   no-context      the device can't be opened
//   old-binaries    it refuses compiled kernels of an earlier run
//   memory=BYTES    more can't be taken
//   lazy-memory     that shows when the memory is first used
//   lost=N          launch number N and all that follows fails
//   lost-late       that shows when something is waited for
//
// One process, one context. Objects are never counted: a program gives each back once.
#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#include <CL/cl.h>
#include <CL/cl_icd.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

// What the loader sees of every object: the table of functions, at its beginning.
typedef struct object {
    const cl_icd_dispatch *dispatch;
} object;

// Memory of the device.
typedef struct buffer {
    object head;
    size_t bytes;
    unsigned char *data;
} buffer;

static const cl_icd_dispatch functions;
static object platform = {&functions}, device = {&functions}, context = {&functions},
              queue = {&functions}, program = {&functions}, kernel = {&functions},
              event = {&functions};
static _Atomic size_t bytes_taken;
static _Atomic unsigned long launches;

static const char binary[] = "kernels of a driver that computes nothing";

// --- what is to go wrong -------------------------------------------------------------------------

// Where the value of a word begins, behind it; NULL: the word is not there.
static const char *find_word(const char *word)
{
    const char *text = getenv("PPO_STAND_IN");
    const size_t length = strlen(word);
    while (text && *text) {
        if (strncmp(text, word, length) == 0 &&
            (word[length - 1] == '=' || text[length] == ' ' || text[length] == '\0'))
            return text + length;
        text = strchr(text, ' ');
        text = text ? text + 1 : NULL;
    }
    return NULL;
}

static bool is_set(const char *word)
{
    return find_word(word) != NULL;
}

static bool is_lost(void)
{
    const char *at = find_word("lost=");
    return at && launches >= strtoul(at, NULL, 10);
}

// Of a command that is given to a device that may be lost.
static cl_int command_code(void)
{
    return is_lost() && !is_set("lost-late") ? CL_OUT_OF_RESOURCES : CL_SUCCESS;
}

static cl_int waiting_code(void)
{
    return is_lost() ? CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST : CL_SUCCESS;
}

static void *set_code(cl_int *code, cl_int value, void *result)
{
    if (code)
        *code = value;
    return value == CL_SUCCESS ? result : NULL;
}

// --- platform, device ----------------------------------------------------------------------------

static cl_int answer(const void *value, size_t size, size_t room, void *to, size_t *size_needed)
{
    if (size_needed)
        *size_needed = size;
    if (to && room < size)
        return CL_INVALID_VALUE;
    if (to)
        memcpy(to, value, size);
    return CL_SUCCESS;
}

static cl_int answer_text(const char *text, size_t room, void *to, size_t *size_needed)
{
    return answer(text, strlen(text) + 1, room, to, size_needed);
}

static cl_int CL_API_CALL get_platforms(cl_uint room, cl_platform_id *ids, cl_uint *count)
{
    if (count)
        *count = 1;
    if (ids && room > 0)
        ids[0] = (cl_platform_id)&platform;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL get_platform_info(cl_platform_id id, cl_platform_info what, size_t room,
                                            void *to, size_t *size)
{
    (void)id;
    switch (what) {
    case CL_PLATFORM_NAME:
        return answer_text("Stand-in", room, to, size);
    case CL_PLATFORM_EXTENSIONS:
        return answer_text("cl_khr_icd", room, to, size);
    case CL_PLATFORM_ICD_SUFFIX_KHR:
        return answer_text("STANDIN", room, to, size);
    case CL_PLATFORM_VERSION:
        return answer_text("OpenCL 1.2 stand-in", room, to, size);
    case CL_PLATFORM_PROFILE:
        return answer_text("FULL_PROFILE", room, to, size);
    default:
        return answer_text("", room, to, size);
    }
}

static cl_device_type device_type(void)
{
    return is_set("processor") ? CL_DEVICE_TYPE_CPU : CL_DEVICE_TYPE_GPU;
}

static cl_int CL_API_CALL get_devices(cl_platform_id id, cl_device_type type, cl_uint room,
                                      cl_device_id *ids, cl_uint *count)
{
    (void)id;
    if (is_set("no-device") || !(type & device_type()))
        return CL_DEVICE_NOT_FOUND;
    if (count)
        *count = 1;
    if (ids && room > 0)
        ids[0] = (cl_device_id)&device;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL get_device_info(cl_device_id id, cl_device_info what, size_t room,
                                          void *to, size_t *size)
{
    (void)id;
    const void *its_platform = &platform;
    const cl_device_type type = device_type();
    const cl_ulong memory = 8000000000;
    const cl_bool compiles = !is_set("no-compiler");
    switch (what) {
    case CL_DEVICE_NAME:
        return answer_text("Idle 3000", room, to, size);
    case CL_DRIVER_VERSION:
        return answer_text("1.0", room, to, size);
    case CL_DEVICE_VERSION:
        return answer_text("OpenCL 1.2 stand-in", room, to, size);
    case CL_DEVICE_PLATFORM: // a pointer. NOLINTNEXTLINE(bugprone-sizeof-expression)
        return answer(&its_platform, sizeof its_platform, room, to, size);
    case CL_DEVICE_TYPE:
        return answer(&type, sizeof type, room, to, size);
    case CL_DEVICE_GLOBAL_MEM_SIZE:
        return answer(&memory, sizeof memory, room, to, size);
    case CL_DEVICE_COMPILER_AVAILABLE:
        return answer(&compiles, sizeof compiles, room, to, size);
    default:
        return CL_INVALID_VALUE;
    }
}

// --- context, queue ------------------------------------------------------------------------------

static cl_context CL_API_CALL create_context(
    const cl_context_properties *properties, cl_uint count, const cl_device_id *ids,
    void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *user, cl_int *code)
{
    (void)properties, (void)count, (void)ids, (void)notify, (void)user;
    return set_code(code, is_set("no-context") ? CL_DEVICE_NOT_AVAILABLE : CL_SUCCESS, &context);
}

static cl_command_queue CL_API_CALL create_queue(cl_context c, cl_device_id id,
                                                 cl_command_queue_properties properties,
                                                 cl_int *code)
{
    (void)c, (void)id, (void)properties;
    return set_code(code, CL_SUCCESS, &queue);
}

static cl_int CL_API_CALL release_context(cl_context c)
{
    (void)c;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL release_queue(cl_command_queue q)
{
    (void)q;
    return CL_SUCCESS;
}

// --- kernels -------------------------------------------------------------------------------------

static cl_program CL_API_CALL create_program(cl_context c, cl_uint count, const char **texts,
                                             const size_t *lengths, cl_int *code)
{
    (void)c, (void)count, (void)texts, (void)lengths;
    return set_code(code, CL_SUCCESS, &program);
}

static cl_program CL_API_CALL create_program_with_binary(cl_context c, cl_uint count,
                                                         const cl_device_id *ids,
                                                         const size_t *lengths,
                                                         const unsigned char **binaries,
                                                         cl_int *status, cl_int *code)
{
    (void)c, (void)count, (void)ids;
    const bool is_ours = !is_set("old-binaries") && lengths[0] == sizeof binary &&
                         memcmp(binaries[0], binary, sizeof binary) == 0;
    status[0] = is_ours ? CL_SUCCESS : CL_INVALID_BINARY;
    return set_code(code, status[0], &program);
}

static cl_int CL_API_CALL build_program(cl_program p, cl_uint count, const cl_device_id *ids,
                                        const char *options,
                                        void(CL_CALLBACK *notify)(cl_program, void *), void *user)
{
    (void)p, (void)count, (void)ids, (void)options, (void)notify, (void)user;
    return is_set("no-build") ? CL_BUILD_PROGRAM_FAILURE : CL_SUCCESS;
}

static cl_int CL_API_CALL get_build_info(cl_program p, cl_device_id id, cl_program_build_info what,
                                         size_t room, void *to, size_t *size)
{
    (void)p, (void)id;
    return what == CL_PROGRAM_BUILD_LOG
               ? answer_text("kernels.cl:12: error: no such register", room, to, size)
               : CL_INVALID_VALUE;
}

static cl_int CL_API_CALL get_program_info(cl_program p, cl_program_info what, size_t room,
                                           void *to, size_t *size)
{
    (void)p;
    const size_t length = sizeof binary;
    if (what == CL_PROGRAM_BINARY_SIZES)
        return answer(&length, sizeof length, room, to, size);
    if (what != CL_PROGRAM_BINARIES)
        return CL_INVALID_VALUE;
    memcpy(*(unsigned char **)to, binary, sizeof binary);
    return CL_SUCCESS;
}

static cl_kernel CL_API_CALL create_kernel(cl_program p, const char *name, cl_int *code)
{
    (void)p, (void)name;
    return set_code(code, CL_SUCCESS, &kernel);
}

static cl_int CL_API_CALL set_kernel_arg(cl_kernel k, cl_uint index, size_t size, const void *value)
{
    (void)k, (void)index, (void)size, (void)value;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL release_kernel(cl_kernel k)
{
    (void)k;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL release_program(cl_program p)
{
    (void)p;
    return CL_SUCCESS;
}

// --- memory --------------------------------------------------------------------------------------

static bool is_too_much(void)
{
    const char *most = find_word("memory=");
    return most && bytes_taken > strtoul(most, NULL, 10);
}

static cl_int CL_API_CALL release_buffer(cl_mem memory)
{
    buffer *b = (buffer *)(void *)memory;
    bytes_taken -= b->bytes;
    free(b->data);
    free(b);
    return CL_SUCCESS;
}

static cl_mem CL_API_CALL create_buffer(cl_context c, cl_mem_flags flags, size_t bytes, void *host,
                                        cl_int *code)
{
    (void)c, (void)flags, (void)host;
    buffer *b = malloc(sizeof *b);
    if (!b)
        return set_code(code, CL_OUT_OF_HOST_MEMORY, NULL);
    *b = (buffer){.head = {&functions}, .bytes = bytes, .data = calloc(bytes, 1)};
    bytes_taken += bytes;
    if (b->data && (!is_too_much() || is_set("lazy-memory")))
        return set_code(code, CL_SUCCESS, b);
    release_buffer((cl_mem)(void *)b);
    return set_code(code, CL_MEM_OBJECT_ALLOCATION_FAILURE, NULL);
}

// --- commands ------------------------------------------------------------------------------------

static cl_int CL_API_CALL fill_buffer(cl_command_queue q, cl_mem memory, const void *pattern,
                                      size_t pattern_bytes, size_t offset, size_t bytes,
                                      cl_uint num_events, const cl_event *events, cl_event *done)
{
    (void)q, (void)pattern, (void)pattern_bytes, (void)num_events, (void)events, (void)done;
    memset(((buffer *)(void *)memory)->data + offset, 0, bytes);
    return is_too_much() ? CL_MEM_OBJECT_ALLOCATION_FAILURE : command_code();
}

static cl_int CL_API_CALL launch(cl_command_queue q, cl_kernel k, cl_uint dimensions,
                                 const size_t *offset, const size_t *global, const size_t *local,
                                 cl_uint num_events, const cl_event *events, cl_event *done)
{
    (void)q, (void)k, (void)dimensions, (void)offset, (void)global, (void)local;
    (void)num_events, (void)events, (void)done;
    launches++;
    return command_code();
}

static cl_int CL_API_CALL write_buffer(cl_command_queue q, cl_mem memory, cl_bool blocking,
                                       size_t offset, size_t bytes, const void *from,
                                       cl_uint num_events, const cl_event *events, cl_event *done)
{
    (void)q, (void)blocking, (void)num_events, (void)events, (void)done;
    memcpy(((buffer *)(void *)memory)->data + offset, from, bytes);
    return command_code();
}

static cl_int CL_API_CALL read_buffer(cl_command_queue q, cl_mem memory, cl_bool blocking,
                                      size_t offset, size_t bytes, void *to, cl_uint num_events,
                                      const cl_event *events, cl_event *done)
{
    (void)q, (void)blocking, (void)num_events, (void)events;
    if (command_code() != CL_SUCCESS)
        return command_code();
    memcpy(to, ((buffer *)(void *)memory)->data + offset, bytes);
    *done = (cl_event)&event;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL wait_for_events(cl_uint count, const cl_event *events)
{
    (void)count, (void)events;
    return waiting_code();
}

static cl_int CL_API_CALL release_event(cl_event e)
{
    (void)e;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL flush(cl_command_queue q)
{
    (void)q;
    return command_code();
}

// --- the loader's side ---------------------------------------------------------------------------

EXPORTED void *CL_API_CALL clGetExtensionFunctionAddress(const char *name);

// C has no conversion of functions to void *.
void *CL_API_CALL clGetExtensionFunctionAddress(const char *name)
{
    union {
        cl_int(CL_API_CALL *platforms)(cl_uint, cl_platform_id *, cl_uint *);
        cl_int(CL_API_CALL *info)(cl_platform_id, cl_platform_info, size_t, void *, size_t *);
        void *address;
    } function = {.address = NULL};
    if (strcmp(name, "clIcdGetPlatformIDsKHR") == 0)
        function.platforms = get_platforms;
    else if (strcmp(name, "clGetPlatformInfo") == 0)
        function.info = get_platform_info;
    return function.address;
}

static const cl_icd_dispatch functions = {
    .clGetPlatformIDs = get_platforms,
    .clGetPlatformInfo = get_platform_info,
    .clGetDeviceIDs = get_devices,
    .clGetDeviceInfo = get_device_info,
    .clCreateContext = create_context,
    .clReleaseContext = release_context,
    .clCreateCommandQueue = create_queue,
    .clReleaseCommandQueue = release_queue,
    .clCreateBuffer = create_buffer,
    .clReleaseMemObject = release_buffer,
    .clCreateProgramWithSource = create_program,
    .clCreateProgramWithBinary = create_program_with_binary,
    .clBuildProgram = build_program,
    .clGetProgramInfo = get_program_info,
    .clGetProgramBuildInfo = get_build_info,
    .clReleaseProgram = release_program,
    .clCreateKernel = create_kernel,
    .clReleaseKernel = release_kernel,
    .clSetKernelArg = set_kernel_arg,
    .clWaitForEvents = wait_for_events,
    .clReleaseEvent = release_event,
    .clFlush = flush,
    .clFinish = flush,
    .clEnqueueReadBuffer = read_buffer,
    .clEnqueueWriteBuffer = write_buffer,
    .clEnqueueNDRangeKernel = launch,
    .clEnqueueFillBuffer = fill_buffer,
};
