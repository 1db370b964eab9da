// SPDX-License-Identifier: MIT
// Observation and action spaces, with the meaning that they have in Gymnasium.
//
// A space is an open value that borrows its arrays: they must outlive it (environments keep them
// in static const storage). The functions here only read and cannot fail; they may be called from
// any thread.
#ifndef PPO_SPACE_H
#define PPO_SPACE_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_MAX_RANK 4

typedef enum ppo_space_kind {
    PPO_SPACE_BOX,            // real or byte array: dtype PPO_F32 or PPO_U8
    PPO_SPACE_DISCRETE,       // one integer in [0, num_values[0]): int32_t
    PPO_SPACE_MULTI_DISCRETE, // `size` integers, the i-th in [0, num_values[i]): int32_t
    PPO_SPACE_MULTI_BINARY,   // `size` integers, each 0 or 1: int32_t
} ppo_space_kind;

typedef struct ppo_space {
    ppo_space_kind kind;
    ppo_dtype dtype;              // PPO_F32 or PPO_U8 for a box, PPO_I32 otherwise
    uint32_t rank;                // 1 to PPO_MAX_RANK; 1 for every kind but a box
    uint32_t shape[PPO_MAX_RANK]; // elements along each axis; {1} for discrete
    const float *low;             // box: [size] lower bounds, or NULL for -inf
    const float *high;            // box: [size] upper bounds, or NULL for +inf
    const uint32_t *num_values;   // discrete [1], multi-discrete [size]; else NULL
} ppo_space;

// The two most common spaces as initialisers: a vector of `size` floats between low [size] and high
// [size] (either may be NULL), and a choice among num_values[0] values.
#define PPO_SPACE_FLOATS(size, low, high)                  \
    {                                                      \
        PPO_SPACE_BOX, PPO_F32, 1, {size}, low, high, NULL \
    }
#define PPO_SPACE_CHOICE(num_values)                                \
    {                                                               \
        PPO_SPACE_DISCRETE, PPO_I32, 1, {1}, NULL, NULL, num_values \
    }

// Number of elements: the product of the shape.
PPO_API size_t ppo_space_size(const ppo_space *space);

// Bytes of one value of the space.
PPO_API size_t ppo_space_bytes(const ppo_space *space);

// How many values component `index` of a discrete, multi-discrete or multi-binary space can take:
// 2 for multi-binary, num_values[index] for the others. Not for boxes.
PPO_API uint32_t ppo_space_num_values(const ppo_space *space, size_t index);

#ifdef __cplusplus
}
#endif

#endif
