// SPDX-License-Identifier: MIT
// The seam to oneDNN: convolutions, max pooling and matrix products of bfloat16 numbers, summed in
// fp32. onednn.c, behind it, is a module (core/module.h): it is loaded when bf16 is asked for, so
// that a start without bf16 does not load 40 MB of library.
//
// A `ppo_onednn` owns operations, each made for one shape and known by its number. They are made by
// one thread; then any threads may run them at once, each with scratch memory of its own, which
// starts at a multiple of 64 bytes. Images are [images, rows, columns, channels] without gaps.
// Convolutions have their weights, and the gradients of these, in an order that oneDNN chooses;
// `pack` and `unpack` translate.
//
// A call computes in the calling thread alone, whatever OMP_NUM_THREADS says, and gives the same
// bits for the same operands in every thread, on the same processor with the same oneDNN. oneDNN
// allocates a little in each call.
//
// Benchmarks ask for the same operations in fp32, to compare them with the kernels of this library.
#ifndef PPO_NN_BF16_OPS_H
#define PPO_NN_BF16_OPS_H

#include "core/module.h"

#define PPO_ONEDNN_ABI 2

typedef struct ppo_onednn ppo_onednn;

typedef enum ppo_onednn_type {
    PPO_ONEDNN_BF16,
    PPO_ONEDNN_FP32,
} ppo_onednn_type;

typedef struct ppo_onednn_conv_shape {
    ppo_onednn_type type;                      // of x, y, their gradients and packed weights
    size_t images, height, width, in_channels; // of x
    size_t out_channels, kernel, stride;
    size_t padding; // zeros around x on each side
    bool relu;      // forward: y = max(y, 0) at last
    bool add;       // forward: y += instead of y =
} ppo_onednn_conv_shape;

// Operands of each product, in the order in which `run` takes them. Gradients of weights and biases
// are fp32 and overwritten; biases are fp32.
typedef enum ppo_onednn_conv_kind {
    PPO_ONEDNN_CONV_FORWARD, // x, weight, bias, y
    PPO_ONEDNN_CONV_DATA,    // dx, weight, dy
    PPO_ONEDNN_CONV_WEIGHTS, // x, dweight, dbias, dy
} ppo_onednn_conv_kind;

// Max pooling over 3 x 3 pixels with stride 2 and padding 1, of images with `in_channels` channels.
// `argmax` takes in which pixels were the largest, in a format of oneDNN's.
typedef enum ppo_onednn_pool_kind {
    PPO_ONEDNN_POOL_FORWARD, // x, y, argmax
    PPO_ONEDNN_POOL_BACK,    // dx, argmax, dy
} ppo_onednn_pool_kind;

// c [m, n] = a [m, k] b [k, n], each row or column so many elements apart.
typedef struct ppo_onednn_product {
    ppo_onednn_type type; // of a and b
    size_t m, n, k;
    size_t a_row, a_column;
    size_t b_row, b_column; // both 0: b is in oneDNN's own order, brought there by pack_matrix
    size_t c_row;           // columns of c are neighbours
    bool c_fp32;            // else of `type`
    bool bias_relu;         // c = max(product + bias [n], 0), bias fp32
} ppo_onednn_product;

// What an operation works on: `write` for its results, `read` for everything else.
typedef union ppo_onednn_operand {
    const void *read;
    void *write;
} ppo_onednn_operand;

typedef struct ppo_onednn_module {
    ppo_module_head head;

    // For operations of one type. PPO_UNSUPPORTED, saying why, if this processor or this oneDNN
    // can't.
    ppo_status (*open)(ppo_onednn **dnn, ppo_onednn_type type, ppo_error *error);
    void (*close)(ppo_onednn *dnn); // NULL is allowed

    // One line: version, instruction set.
    void (*describe)(char *text, size_t size);

    ppo_status (*conv)(ppo_onednn *dnn, size_t *op, ppo_onednn_conv_kind kind,
                       const ppo_onednn_conv_shape *shape, ppo_error *error);
    ppo_status (*pool)(ppo_onednn *dnn, size_t *op, ppo_onednn_pool_kind kind,
                       const ppo_onednn_conv_shape *shape, ppo_error *error);
    ppo_status (*product)(ppo_onednn *dnn, size_t *op, const ppo_onednn_product *product,
                          ppo_error *error); // a, b, c, then the bias if there is one

    // Operations that bring fp32 weights [kernel, kernel, in, out] into the order and type of the
    // convolution `of`, and fp32 gradients back; operands from, to.
    ppo_status (*pack)(ppo_onednn *dnn, size_t *op, size_t of, ppo_error *error);
    ppo_status (*unpack)(ppo_onednn *dnn, size_t *op, size_t of, ppo_error *error);
    // The same for b of a product, from fp32 whose rows and columns are so far apart.
    ppo_status (*pack_matrix)(ppo_onednn *dnn, size_t *op, size_t of, size_t row, size_t column,
                              ppo_error *error);

    // Bytes of an operand, and of the scratch memory that the operation needs.
    size_t (*operand_bytes)(const ppo_onednn *dnn, size_t op, size_t operand);
    size_t (*scratch_bytes)(const ppo_onednn *dnn, size_t op);

    // If oneDNN fails, which it does only for want of memory, the results are NaN: training then
    // ends with PPO_NUMERIC.
    void (*run)(ppo_onednn *dnn, size_t op, const ppo_onednn_operand *operands, void *scratch);
} ppo_onednn_module;

// The module, loaded if it isn't yet; NULL and a sentence if it can't be had.
const ppo_onednn_module *ppo_onednn_load(ppo_error *error);

// One line: what computes in bf16 here, or why nothing does.
void ppo_onednn_describe(char *text, size_t size);

#endif
