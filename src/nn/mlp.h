// SPDX-License-Identifier: MIT
// A multi-layer perceptron: linear layers with one activation between them, none after the last.
//
// It describes shapes and places; the arrays are the caller's. Three of them:
//   params   flat block (params.h): weight [out, in], bias [out] of each layer, PyTorch's layout
//   packed   the weights once more, transposed to [in, pad(out)], for the forward product;
//   refreshed
//            by ppo_mlp_pack after each change of params
//   scratch  activations of one chunk of rows, then working space of the backward pass
// Rows of activations are padded to whole vectors; the padding holds nothing of meaning.
#ifndef PPO_NN_MLP_H
#define PPO_NN_MLP_H

#include "nn/params.h"
#include "ppo/config.h"

// Rows handled at a time: enough to amortise a weight's load, few enough to stay in L1. Part of the
// numerics: gradients are summed chunk by chunk.
#define PPO_CHUNK_ROWS 64

typedef struct ppo_layer {
    size_t in, out;
    size_t weight, bias; // offsets in params
    size_t packed;       // offset in packed
    size_t output;       // offset of its output in scratch: [PPO_CHUNK_ROWS, pad(out)]
} ppo_layer;

typedef struct ppo_mlp {
    ppo_layer layers[PPO_MAX_LAYERS + 1];
    size_t num_layers;
    size_t num_hidden; // of them: all but the last, or all of a network without outputs
    ppo_activation activation;
    size_t begin;        // of its tensors in params
    size_t end;          // of the last one
    size_t working;      // offset of the backward pass's working space in scratch
    size_t scratch_size; // floats
} ppo_mlp;

// Lays out a network in -> hidden -> out, or in -> hidden if out is 0, and adds its tensors to the
// list, named
// "<name>.<index + 2l>.weight" and "... .bias" as in torch.nn.Sequential. `packed_size` grows by
// the floats that its packed weights take.
void ppo_mlp_plan(ppo_mlp *mlp, const char *name, size_t index, size_t in, const ppo_widths *hidden,
                  size_t out, ppo_activation activation, ppo_params *params, size_t *packed_size);

// Refreshes rows [row_begin, row_end) of one layer's packed weights; row_begin must be a multiple
// of PPO_PARAM_ALIGN.
void ppo_mlp_pack(const ppo_mlp *mlp, float *packed, const float *params, size_t layer,
                  size_t row_begin, size_t row_end);
void ppo_mlp_pack_all(const ppo_mlp *mlp, float *packed, const float *params);

// Outputs for x [rows, in] with row stride ldx, rows <= PPO_CHUNK_ROWS: column by column,
// y[out, PPO_CHUNK_ROWS], written up to ppo_pad(rows) in each. Activations that backward needs stay
// in scratch.
void ppo_mlp_forward(const ppo_mlp *mlp, float *y, float *scratch, const float *params,
                     const float *packed, const float *x, size_t ldx, size_t rows);

// Gradients of all of the network's tensors, written (not added) to `grad` as they lie in params
// from mlp->begin on, from the gradient of the outputs dy [out, PPO_CHUNK_ROWS], after forward with
// the same x. That of x goes to dx [rows, in], row stride ldx, unless dx is NULL; then `in` is a
// whole number of vectors.
void ppo_mlp_backward(const ppo_mlp *mlp, float *grad, float *dx, float *scratch,
                      const float *params, const float *dy, const float *x, size_t ldx,
                      size_t rows);

// The hidden layers alone: returns the last one's outputs for x [rows, *ldx], rows one after
// another in scratch, and sets *ldx to their stride; x itself where there is no hidden layer.
const float *ppo_mlp_forward_hidden(const ppo_mlp *mlp, float *scratch, const float *params,
                                    const float *packed, const float *x, size_t *ldx, size_t rows);

// The hidden layers' gradients from dhidden, that of the last one's outputs in rows of
// ppo_pad(width), which is used up; `grad` and `dx` as in ppo_mlp_backward. `scratch` is that of
// the forward pass; `working` may be apart from it: the scratch_size - working floats that a
// network has there. There has to be a hidden layer.
void ppo_mlp_backward_hidden(const ppo_mlp *mlp, float *grad, float *dx, const float *scratch,
                             float *working, const float *params, float *dhidden, const float *x,
                             size_t ldx, size_t rows);

// MACs (multiply-accumulate operations) for one row: forward, and backward (weights of all layers,
// data of all but the first, whose input needs no gradient).
size_t ppo_mlp_forward_macs(const ppo_mlp *mlp);
size_t ppo_mlp_backward_macs(const ppo_mlp *mlp);

#endif
