// SPDX-License-Identifier: MIT
// oneDNN's fp32 products, for comparison: what nn/gemm.h and nn/conv.h are held against by the
// benchmarks linear and conv. The library itself asks oneDNN for bf16 alone (nn/bf16_ops.h).
//
// An inner product ("linear") is made for one shape: rows samples, in features in, out features
// out. Matrices are row-major:
//
//     x, dx   [rows, in]   rows ldx floats apart
//     y, dy   [rows, out]  rows ldy floats apart; what lies between rows is neither read nor
//     written weight  [out, in]    contiguous, PyTorch's layout; dweight likewise bias    [out]
//     dbias likewise
//
// Outputs are overwritten and may not overlap inputs. Objects never change after creation: threads
// may share one. A call computes in the calling thread alone, whatever OMP_NUM_THREADS says, and
// gives the same bits for the same inputs in every thread.
//
// Memory: nothing here allocates after creation, but oneDNN itself does while it computes, in every
// fp32 entry point that 2.6 and 3.7 share. The one used, sgemm, does least: mostly one short-lived
// workspace a call (3.7: dozens of small ones for some shapes), which malloc, once warm, hands out
// again without a system call.
#ifndef PPO_BENCH_ONEDNN_H
#define PPO_BENCH_ONEDNN_H

#include "ppo/base.h"

typedef struct ppo_onednn_linear ppo_onednn_linear;

// All sizes at least 1; ldx >= in, ldy >= out. PPO_UNSUPPORTED if oneDNN was built with a threading
// runtime that can't be held to one thread.
ppo_status ppo_onednn_linear_create(ppo_onednn_linear **linear, size_t rows, size_t in, size_t out,
                                    size_t ldx, size_t ldy, ppo_error *error);

// NULL is allowed.
void ppo_onednn_linear_destroy(ppo_onednn_linear *linear);

// y = x weight^T + bias. `bias` NULL: without, for a caller whose activation adds it in its own
// pass over y (the extra pass here costs up to a third where `in` is small).
ppo_status ppo_onednn_linear_forward(const ppo_onednn_linear *linear, float *y, const float *x,
                                     const float *weight, const float *bias, ppo_error *error);

// dx = dy weight
ppo_status ppo_onednn_linear_backward_data(const ppo_onednn_linear *linear, float *dx,
                                           const float *dy, const float *weight, ppo_error *error);

// dweight = dy^T x, dbias = column sums of dy
ppo_status ppo_onednn_linear_backward_weights(const ppo_onednn_linear *linear, float *dweight,
                                              float *dbias, const float *x, const float *dy,
                                              ppo_error *error);

// Forward with weights packed beforehand: 3 to 25 % less time per product, for one pass over the
// weights per optimiser step. Measured to pay from 200 rows per step (64 x 64 weights) to 1000 rows
// (3136 x 512). `packed` is the caller's, holds in * out floats, serves every object with the same
// in and out, and changes only in pack.
void ppo_onednn_linear_pack(const ppo_onednn_linear *linear, float *packed, const float *weight);
ppo_status ppo_onednn_linear_forward_packed(const ppo_onednn_linear *linear, float *y,
                                            const float *x, const float *packed, const float *bias,
                                            ppo_error *error);

// --- convolutions --------------------------------------------------------------------------------
// Without padding, as nn/conv.h has them: what `make bench B=conv` holds ours against. Weights lie
// in the object, in the library's own order. Unlike linear objects, one of these serves one thread
// at a time; each call allocates inside oneDNN.
typedef struct ppo_onednn_conv ppo_onednn_conv;

typedef struct ppo_onednn_conv_shape {
    size_t images, height, width, in_channels; // of x
    size_t out_channels, kernel, stride;
    bool own_layout; // x, y and their gradients lie as oneDNN likes best, unknown to the caller, in
                     // as many floats; else [images, rows, columns, channels]
} ppo_onednn_conv_shape;

ppo_status ppo_onednn_conv_create(ppo_onednn_conv **conv, const ppo_onednn_conv_shape *shape,
                                  ppo_error *error);
void ppo_onednn_conv_destroy(ppo_onednn_conv *conv); // NULL is allowed

// Weights [kernel, kernel, in, out] to the object, and the gradient of the last backward_weights
// from it.
ppo_status ppo_onednn_conv_pack(const ppo_onednn_conv *conv, const float *weight, ppo_error *error);
ppo_status ppo_onednn_conv_unpack(const ppo_onednn_conv *conv, float *dweight, ppo_error *error);

// y = convolution; dx = the transposed one of dy; the object's dweight and dbias [out].
ppo_status ppo_onednn_conv_forward(const ppo_onednn_conv *conv, float *y, const float *x,
                                   const float *bias, ppo_error *error);
ppo_status ppo_onednn_conv_backward_data(const ppo_onednn_conv *conv, float *dx, const float *dy,
                                         ppo_error *error);
ppo_status ppo_onednn_conv_backward_weights(const ppo_onednn_conv *conv, float *dbias,
                                            const float *x, const float *dy, ppo_error *error);

#endif
