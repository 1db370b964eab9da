// SPDX-License-Identifier: MIT
// A memory cell: what a network remembers from step to step. LSTM (lstm.h) or GRU (gru.h): gates
// from products with the inputs x and with the memory h, then element-wise arithmetic.
//
// It describes shapes and places; the arrays are the caller's:
//   params   flat block (params.h): weight_ih [gates H, in], bias_ih, weight_hh [gates H, H],
//            bias_hh, gates in PyTorch's order
//   packed   the weights once more, transposed gate by gate in strips of columns, for the forward
//            products; refreshed by ppo_memory_cell_pack after each change of params
//   record   [rows, record_size] what a step leaves for the backward pass: a block of floats for
//            each gate and one more
// The memory of rows is h [rows, H], and for an LSTM c [rows, H] beside it. The product with the
// inputs does not depend on the memory, so it is made for all steps of a sequence at once. A row's
// result does not depend on the rows beside it, nor on how many steps are handed over together.
#ifndef PPO_NN_MEMORY_CELL_H
#define PPO_NN_MEMORY_CELL_H

#include "nn/params.h"
#include "ppo/config.h"

// Weights of the gates by the inputs, or by the memory.
typedef struct ppo_gate_weights {
    size_t in;           // elements of a row
    size_t weight, bias; // offsets in params: [gates * size, in], [gates * size]
    size_t packed;       // offset in packed
} ppo_gate_weights;

typedef struct ppo_memory_cell {
    ppo_memory_kind kind; // NONE: there is no cell, and nothing else has a meaning
    size_t size;          // H
    size_t num_gates;
    size_t block;       // floats of a block of a record: H rounded up to whole vectors
    size_t record_size; // floats of a row of a record
    size_t begin, end;  // of its tensors in params
    ppo_gate_weights weights[2];
} ppo_memory_cell;

enum { PPO_GATES_BY_INPUT, PPO_GATES_BY_MEMORY };

// Lays out a cell for inputs of `in` floats and adds its tensors to the list, named
// "<name>.memory.weight_ih_l0" and so on as in torch.nn.LSTM. `packed_size` grows by the floats
// that its packed weights take.
void ppo_memory_cell_plan(ppo_memory_cell *cell, const char *name, ppo_memory_kind kind, size_t in,
                          size_t size, ppo_params *params, size_t *packed_size);

bool ppo_memory_cell_has_c(const ppo_memory_cell *cell);

// How many arrays of `size` floats are remembered of a row: h, and an LSTM's c.
static inline size_t ppo_memory_cell_states(const ppo_memory_cell *cell)
{
    return cell->kind == PPO_MEMORY_LSTM ? 2 : 1;
}

// Refreshes rows [row_begin, row_end) of the packed weights by input or memory; and all.
void ppo_memory_cell_pack(const ppo_memory_cell *cell, float *packed, const float *params,
                          size_t which, size_t row_begin, size_t row_end);
void ppo_memory_cell_pack_all(const ppo_memory_cell *cell, float *packed, const float *params);

// The inputs' part of the gates, of any number of rows: record = W x + b, with row stride ldx.
void ppo_memory_cell_take(const ppo_memory_cell *cell, float *record, const float *params,
                          const float *packed, const float *x, size_t ldx, size_t rows);

// One step of `rows` rows, whose records hold the inputs' part: the memory h, c becomes next_h,
// next_c, which may be the same arrays. c and next_c of a GRU are not read.
void ppo_memory_cell_step(const ppo_memory_cell *cell, float *next_h, float *next_c, float *record,
                          const float *params, const float *packed, const float *h, const float *c,
                          size_t rows);

// Back through one step, from dh and dc [rows, block], the gradients of next_h and next_c: they
// become those of h and c, and the records' gates those of their pre-activations. dc of a GRU is
// not used.
void ppo_memory_cell_step_backward(const ppo_memory_cell *cell, float *dh, float *dc, float *record,
                                   const float *params, const float *h, const float *c,
                                   size_t rows);

// Floats of working space for the function below.
size_t ppo_memory_cell_working(const ppo_memory_cell *cell);

// From the records of `rows` rows after ppo_memory_cell_step_backward, all steps one after another,
// and their x (row stride ldx) and h: gradients of the cell's tensors, written to `grad` as they
// lie in params from cell->begin on, and that of x to dx [rows, in] with row stride ldx unless dx
// is NULL; ldx is then at least `in` rounded up to whole vectors.
void ppo_memory_cell_backward(const ppo_memory_cell *cell, float *grad, float *dx, float *working,
                              const float *record, const float *params, const float *x, size_t ldx,
                              const float *h, size_t rows);

// Zeroes the memory of the rows that begin an episode: start [rows].
void ppo_memory_cell_clear(const ppo_memory_cell *cell, float *h, float *c, const uint8_t *start,
                           size_t rows);

// MACs for one row: forward, and backward if the inputs need a gradient or not.
size_t ppo_memory_cell_forward_macs(const ppo_memory_cell *cell);
size_t ppo_memory_cell_backward_macs(const ppo_memory_cell *cell, bool inputs_too);

#endif
