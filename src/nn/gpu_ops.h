// SPDX-License-Identifier: MIT
// The seam to graphics processors: devices, their memory, and kernels that run on them. opencl.c,
// behind it, is a module (core/module.h): it is loaded when a device is asked for.
//
// A `ppo_gpu` is one device with one queue. Commands (launch, write, read) are carried out in the
// order in which they are given; launch and write return at once, and so does read, whose result is
// there after wait. Commands of several threads: whoever gives some that belong together holds the
// lock meanwhile. Memory is taken when networks are planned and never afterwards.
//
// After a failure (a lost device, say) all commands do nothing, floats that are read are NaN, and
// `check` says what has happened.
#ifndef PPO_NN_GPU_OPS_H
#define PPO_NN_GPU_OPS_H

#include "core/module.h"

#define PPO_OPENCL_ABI 1

// Kernels of gpu_kernels.cl, by their names there.
#define PPO_GPU_KERNELS(X) \
    X(bytes_to_floats)     \
    X(conv_forward)        \
    X(conv_data)           \
    X(conv_weights)        \
    X(conv_add_parts)      \
    X(linear_forward)      \
    X(linear_add_parts)    \
    X(linear_data)         \
    X(linear_weights)      \
    X(relu_forward)        \
    X(add_forward)         \
    X(pass_back)           \
    X(pool_forward)        \
    X(pool_backward)       \
    X(grad_squares)        \
    X(adam_step)

typedef enum ppo_gpu_kernel {
#define PPO_GPU_KERNEL_ENUM(name) PPO_GPU_##name,
    PPO_GPU_KERNELS(PPO_GPU_KERNEL_ENUM)
#undef PPO_GPU_KERNEL_ENUM
        PPO_GPU_NUM_KERNELS
} ppo_gpu_kernel;

typedef struct ppo_gpu ppo_gpu;
typedef struct ppo_gpu_buffer ppo_gpu_buffer; // memory on the device

// A read under way. Whoever asks for it keeps this until `wait`.
typedef struct ppo_gpu_read {
    void *event; // the module's; NULL: there is nothing to wait for
    void *to;
    size_t bytes;
} ppo_gpu_read;

// An argument of a kernel: a buffer, or a value by its address and size.
typedef struct ppo_gpu_arg {
    const ppo_gpu_buffer *buffer;
    const void *value;
    size_t size;
} ppo_gpu_arg;

// A device as `ppo doctor` lists it.
typedef struct ppo_gpu_info {
    char name[96], platform[64], driver[64];
    uint64_t memory; // bytes
    bool is_gpu;     // false: a processor that takes OpenCL (PoCL)
    bool compiles;   // its driver has a compiler of kernels
} ppo_gpu_info;

// What has gone through a device since it was opened.
typedef struct ppo_gpu_counters {
    uint64_t launches;
    uint64_t writes, bytes_written; // to the device
    uint64_t reads, bytes_read;     // from it; each is waited for
    uint64_t buffers, buffer_bytes; // that are held now
    uint64_t buffers_made;          // ever
} ppo_gpu_counters;

typedef struct ppo_opencl_module {
    ppo_module_head head;

    // Devices of this machine, graphics processors first; up to `max` of them are described.
    // Returns how many there are. `why`, if there is none: a sentence.
    size_t (*list)(ppo_gpu_info *infos, size_t max, ppo_error *why);

    // Opens the device `index` of that list. PPO_UNSUPPORTED if there is none or it has no
    // compiler of kernels; the message of one that refuses the kernels has its compiler's words.
    ppo_status (*open)(ppo_gpu **gpu, size_t index, ppo_error *error);
    void (*close)(ppo_gpu *gpu); // NULL is allowed

    void (*info)(const ppo_gpu *gpu, ppo_gpu_info *info);

    // Memory of `bytes` zeros. PPO_NO_MEMORY if the device hasn't as much.
    ppo_status (*make_buffer)(ppo_gpu *gpu, ppo_gpu_buffer **buffer, size_t bytes,
                              ppo_error *error);
    void (*free_buffer)(ppo_gpu *gpu, ppo_gpu_buffer *buffer); // NULL is allowed

    void (*lock)(ppo_gpu *gpu);
    void (*unlock)(ppo_gpu *gpu);

    // Runs groups[0] x [1] x [2] work-groups; no argument may be a buffer that is NULL.
    void (*launch)(ppo_gpu *gpu, ppo_gpu_kernel kernel, const size_t groups[3],
                   const ppo_gpu_arg *args, size_t num_args);

    // `from` must stay as it is until a later read is done.
    void (*write)(ppo_gpu *gpu, ppo_gpu_buffer *buffer, size_t offset, const void *from,
                  size_t bytes);

    // `to` is filled once `wait` has returned, which is called once for each read, without the
    // lock.
    void (*read)(ppo_gpu *gpu, ppo_gpu_read *read, const ppo_gpu_buffer *buffer, size_t offset,
                 void *to, size_t bytes);
    void (*wait)(ppo_gpu *gpu, ppo_gpu_read *read);

    ppo_status (*check)(const ppo_gpu *gpu, ppo_error *error);
    void (*counters)(const ppo_gpu *gpu, ppo_gpu_counters *counters);

    // For tests: the command after `count` further ones fails as if the device were lost.
    void (*fail_after)(ppo_gpu *gpu, uint64_t count);
} ppo_opencl_module;

// The module, loaded if it isn't yet; NULL and a sentence if it can't be had.
const ppo_opencl_module *ppo_opencl_load(ppo_error *error);

// The text of gpu_shapes.h and gpu_kernels.cl, in the module (cmake/embed_kernels.cmake).
extern const unsigned char ppo_gpu_source[];
extern const size_t ppo_gpu_source_size;

#endif
