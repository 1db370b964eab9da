// SPDX-License-Identifier: MIT
// Observation and action spaces, with the meaning that they have in Gymnasium.
//
// A space is an open value that borrows its arrays: they must outlive it (environments keep them
// in static const storage). The functions here only read and cannot fail; they may be called from
// any thread.
//
// Tuple and dict are composite: spaces of parts, which may be composite themselves, each part of a
// dict with a key. The parts that are not composite are its leaves, in order of appearance (depth
// first). A value of a composite space is one block of memory with its leaves' values one after
// another, each beginning at a multiple of 4 bytes, and a multiple of 4 bytes long; at most 3 bytes
// behind a leaf of bytes stay zero. Actions, which hold no bytes, are thus 4 bytes for each
// element.
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
    PPO_SPACE_TUPLE,          // shape[0] parts in order
    PPO_SPACE_DICT,           // shape[0] parts with keys, in the order in which they are listed
} ppo_space_kind;

struct ppo_space_part;

typedef struct ppo_space {
    ppo_space_kind kind;
    ppo_dtype dtype;              // PPO_F32 or PPO_U8 for a box, PPO_U8 for tuple and dict (whose
                                  // leaves have their own), PPO_I32 otherwise
    uint32_t rank;                // 1 to PPO_MAX_RANK; 1 for every kind but a box
    uint32_t shape[PPO_MAX_RANK]; // elements along each axis; {1} for discrete; {parts}
    const float *low;             // box: [size] lower bounds, or NULL for -inf
    const float *high;            // box: [size] upper bounds, or NULL for +inf
    union {
        const uint32_t *num_values;         // discrete [1], multi-discrete [size]; else NULL
        const struct ppo_space_part *parts; // tuple and dict: [shape[0]]
    };
} ppo_space;

typedef struct ppo_space_part {
    const char *key; // of a dict: not empty, and no two are the same; of a tuple: NULL
    ppo_space space;
} ppo_space_part;

// Common spaces as initialisers: a vector of `size` floats between low [size] and high [size]
// (either may be NULL), a choice among num_values[0] values, and `count` parts [count] with or
// without keys.
#define PPO_SPACE_FLOATS(size, low, high)                     \
    {                                                         \
        PPO_SPACE_BOX, PPO_F32, 1, {size}, low, high, {NULL}, \
    }
#define PPO_SPACE_CHOICE(num_values)                                   \
    {                                                                  \
        PPO_SPACE_DISCRETE, PPO_I32, 1, {1}, NULL, NULL, {num_values}, \
    }
#define PPO_SPACE_TUPLE_OF(count, array)                                                         \
    {                                                                                            \
        .kind = PPO_SPACE_TUPLE, .dtype = PPO_U8, .rank = 1, .shape = {count}, .parts = (array), \
    }
#define PPO_SPACE_DICT_OF(count, array)                                                         \
    {                                                                                           \
        .kind = PPO_SPACE_DICT, .dtype = PPO_U8, .rank = 1, .shape = {count}, .parts = (array), \
    }

// Number of elements: the product of the shape; of a composite space the sum over its leaves.
PPO_API size_t ppo_space_size(const ppo_space *space);

// Bytes of one value of the space.
PPO_API size_t ppo_space_bytes(const ppo_space *space);

// How many values component `index` of a discrete, multi-discrete or multi-binary space can take:
// 2 for multi-binary, num_values[index] for the others. Not for boxes and composite spaces.
PPO_API uint32_t ppo_space_num_values(const ppo_space *space, size_t index);

// True for tuple and dict.
PPO_API bool ppo_space_is_composite(const ppo_space *space);

// The most leaves that a class's space may have, and how deep its parts may lie in each other.
#define PPO_MAX_SPACE_LEAVES 64
#define PPO_MAX_SPACE_DEPTH  8

// A leaf of a space, and where it is in a value. A space that is not composite is its only leaf.
typedef struct ppo_space_leaf {
    const ppo_space *space;
    size_t first;  // its first element, counted over all leaves
    size_t offset; // of its value, in bytes
} ppo_space_leaf;

PPO_API size_t ppo_space_num_leaves(const ppo_space *space);

// Leaf `index`, less than ppo_space_num_leaves.
PPO_API ppo_space_leaf ppo_space_leaf_at(const ppo_space *space, size_t index);

// Where leaf `index` is among the parts, as text: keys, and the numbers of a tuple's parts, with
// points between them ("arm.0"); "" for a space that is not composite. Cut to `size` bytes.
PPO_API void ppo_space_leaf_path(char *text, size_t size, const ppo_space *space, size_t index);

#ifdef __cplusplus
}
#endif

#endif
