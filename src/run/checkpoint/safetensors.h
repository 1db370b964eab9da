// SPDX-License-Identifier: MIT
// The safetensors format: 8 bytes of header length (little-endian), a JSON header, the data.
// https://github.com/huggingface/safetensors
//
// Workload: tens of tensors, kilobytes to gigabytes of data, files from anywhere. Files written
// here open with safetensors.torch.load_file; files read here are not trusted: every offset, shape
// and type is checked before the view is returned. Not here: files on disk (core/file.h), what a
// checkpoint must hold (run/checkpoint/checkpoint.h).
#ifndef PPO_RUN_CHECKPOINT_SAFETENSORS_H
#define PPO_RUN_CHECKPOINT_SAFETENSORS_H

#include "core/bytes.h"
#include "core/tensor.h"

#define PPO_SAFETENSORS_RANK         8
#define PPO_SAFETENSORS_MAX_HEADER   ((size_t)4 << 20) // bytes
#define PPO_SAFETENSORS_MAX_METADATA 1024              // keys

// Element types of the format, with their bytes: more than ppo_dtype has.
#define PPO_SAFETENSORS_DTYPES(X) \
    X(F64, 8)                     \
    X(F32, 4)                     \
    X(F16, 2)                     \
    X(BF16, 2)                    \
    X(I64, 8)                     \
    X(I32, 4)                     \
    X(I16, 2)                     \
    X(I8, 1)                      \
    X(U64, 8)                     \
    X(U32, 4)                     \
    X(U16, 2)                     \
    X(U8, 1)                      \
    X(BOOL, 1)

typedef enum ppo_safetensors_dtype {
#define PPO_SAFETENSORS_ENUM(name, bytes) PPO_SAFETENSORS_##name,
    PPO_SAFETENSORS_DTYPES(PPO_SAFETENSORS_ENUM)
#undef PPO_SAFETENSORS_ENUM
} ppo_safetensors_dtype;

// A tensor in a file, of any type and rank that the format has. `name` lives as long as the
// ppo_safetensors, `data` as the file's bytes. `data` is aligned to its elements in files written
// here, not in every file: copy it.
typedef struct ppo_safetensor {
    const char *name;
    ppo_safetensors_dtype dtype;
    uint32_t rank; // 0: a single number
    size_t shape[PPO_SAFETENSORS_RANK];
    const void *data;
    size_t bytes;
} ppo_safetensor;

typedef struct ppo_metadata {
    const char *key;
    const char *value;
} ppo_metadata;

// A view of a file in memory.
typedef struct ppo_safetensors {
    ppo_safetensor *tensors; // in the order of their data
    size_t num_tensors;
    ppo_metadata *metadata;
    size_t num_metadata;
    void *json; // owns the strings
} ppo_safetensors;

// Checks `size` bytes and makes a view of them; they must outlive it. PPO_CORRUPT with a sentence
// for anything that is not exactly such a file; `label` (a path) begins the message. On failure
// there is nothing to release.
ppo_status ppo_safetensors_parse(ppo_safetensors *file, const void *bytes, size_t size,
                                 const char *label, ppo_error *error);
void ppo_safetensors_release(ppo_safetensors *file);

// NULL if there is none of that name.
const ppo_safetensor *ppo_safetensors_find(const ppo_safetensors *file, const char *name);
const char *ppo_safetensors_metadata(const ppo_safetensors *file, const char *key);

// Writes a whole file into `out`, metadata first. Data are ordered by decreasing element size,
// otherwise as given, so that each tensor is aligned without gaps, which the format forbids.
// PPO_NO_MEMORY on failure.
ppo_status ppo_safetensors_format(ppo_bytes *out, const ppo_tensor *tensors, size_t num_tensors,
                                  const ppo_metadata *metadata, size_t num_metadata,
                                  ppo_error *error);

size_t ppo_safetensors_dtype_size(ppo_safetensors_dtype dtype);
const char *ppo_safetensors_dtype_name(ppo_safetensors_dtype dtype);

// The format's name for one of the library's types.
ppo_safetensors_dtype ppo_safetensors_dtype_of(ppo_dtype dtype);

#endif
