// SPDX-License-Identifier: MIT
// Products of memory cells, gate by gate. With d the gradient of the gates' pre-activations, those
// of the weights are d^T x and d^T h, summed over all steps, and those of inputs and memory d W
// and d U.
//
// Workload: 1..64 rows a step, up to thousands of rows in a sequence; widths 16..512. Owns nothing.
// Not here: the arithmetic between gates (lstm.c, gru.c), which steps there are (src/rl/).
#include "nn/memory_cell.h"

#include "nn/gemm.h"
#include "nn/gru.h"
#include "nn/lstm.h"
#include "nn/simd.h"

#include <stdio.h>
#include <string.h>

#define STRIP 64  // columns of packed weights that lie together
#define DEPTH 128 // rows of a sum that are read together, while they are in the cache

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// --- planning ------------------------------------------------------------------------------------

static void plan_weights(ppo_memory_cell *cell, ppo_gate_weights *weights, const char *name,
                         const char *suffix, size_t in, ppo_params *params, size_t *packed_size)
{
    char label[PPO_NAME_SIZE];
    *weights = (ppo_gate_weights){.in = in, .packed = *packed_size};
    *packed_size += cell->num_gates * cell->block * in;
    snprintf(label, sizeof label, "%.20s.memory.weight_%s_l0", name, suffix);
    weights->weight = ppo_params_add(params, label, cell->num_gates * cell->size, in);
    snprintf(label, sizeof label, "%.20s.memory.bias_%s_l0", name, suffix);
    weights->bias = ppo_params_add(params, label, cell->num_gates * cell->size, 0);
}

void ppo_memory_cell_plan(ppo_memory_cell *cell, const char *name, ppo_memory_kind kind, size_t in,
                          size_t size, ppo_params *params, size_t *packed_size)
{
    const bool is_lstm = kind == PPO_MEMORY_LSTM;
    *cell = (ppo_memory_cell){.kind = kind,
                              .size = size,
                              .num_gates = is_lstm ? PPO_LSTM_GATES : PPO_GRU_GATES,
                              .block = ppo_pad(size),
                              .begin = params->size};
    cell->record_size = (is_lstm ? PPO_LSTM_BLOCKS : PPO_GRU_BLOCKS) * cell->block;
    plan_weights(cell, &cell->weights[PPO_GATES_BY_INPUT], name, "ih", in, params, packed_size);
    plan_weights(cell, &cell->weights[PPO_GATES_BY_MEMORY], name, "hh", size, params, packed_size);
    cell->end = params->size;
}

bool ppo_memory_cell_has_c(const ppo_memory_cell *cell)
{
    return cell->kind == PPO_MEMORY_LSTM;
}

size_t ppo_memory_cell_working(const ppo_memory_cell *cell)
{
    const size_t in = ppo_pad(cell->weights[PPO_GATES_BY_INPUT].in);
    return cell->size * (in > cell->block ? in : cell->block);
}

// --- packed weights ------------------------------------------------------------------------------

// Of a gate's packed weights [in, size], the strip of columns from `first` on: [in, its columns].
static const float *strip_at(const ppo_memory_cell *cell, const ppo_gate_weights *weights,
                             const float *packed, size_t gate, size_t first)
{
    return packed + weights->packed + (gate * cell->block + first) * weights->in;
}

// Rows [begin, end) of one gate's weights, which lie within a strip. Whole vectors are transposed
// at once; other ranges must not touch the columns behind them.
static void pack_columns(const ppo_memory_cell *cell, const ppo_gate_weights *weights,
                         float *packed, const float *params, size_t gate, size_t begin, size_t end)
{
    const size_t in = weights->in, first = begin / STRIP * STRIP;
    const size_t columns = least(STRIP, cell->block - first);
    const float *rows = params + weights->weight + (gate * cell->size + begin) * in;
    float *to = packed + weights->packed + (gate * cell->block + first) * in + begin - first;
    if (begin % PPO_LANES == 0 && (end == cell->size || end % PPO_LANES == 0)) {
        ppo_transpose(to, columns, rows, in, end - begin, in);
        return;
    }
    for (size_t r = 0; r < end - begin; r++)
        for (size_t k = 0; k < in; k++)
            to[k * columns + r] = rows[r * in + k];
}

void ppo_memory_cell_pack(const ppo_memory_cell *cell, float *packed, const float *params,
                          size_t which, size_t row_begin, size_t row_end)
{
    for (size_t row = row_begin, end; row < row_end; row = end) {
        const size_t gate = row / cell->size, unit = row % cell->size;
        end = least(row_end, gate * cell->size + least((unit / STRIP + 1) * STRIP, cell->size));
        pack_columns(cell, &cell->weights[which], packed, params, gate, unit, unit + end - row);
    }
}

void ppo_memory_cell_pack_all(const ppo_memory_cell *cell, float *packed, const float *params)
{
    for (size_t which = 0; which < 2; which++)
        ppo_memory_cell_pack(cell, packed, params, which, 0, cell->num_gates * cell->size);
}

// --- forward -------------------------------------------------------------------------------------

// One gate's product into its block `to` of the records: to = bias + x W^T, or with adds
// to += x W^T.
static void gate_product(const ppo_memory_cell *cell, const ppo_gate_weights *weights, float *to,
                         const float *params, const float *packed, const float *x, size_t ldx,
                         size_t gate, bool adds, size_t rows)
{
    for (size_t first = 0; first < cell->size; first += STRIP) {
        const size_t columns = least(STRIP, cell->block - first);
        const float *strip = strip_at(cell, weights, packed, gate, first);
        const float *bias = params + weights->bias + gate * cell->size + first;
        if (adds)
            ppo_gemm_add(to + first, cell->record_size, x, ldx, 1, strip, columns, rows, columns,
                         weights->in);
        else
            ppo_gemm(to + first, cell->record_size, x, ldx, 1, strip, columns, bias, rows, columns,
                     weights->in);
    }
}

void ppo_memory_cell_take(const ppo_memory_cell *cell, float *record, const float *params,
                          const float *packed, const float *x, size_t ldx, size_t rows)
{
    for (size_t gate = 0; gate < cell->num_gates; gate++)
        gate_product(cell, &cell->weights[PPO_GATES_BY_INPUT], record + gate * cell->block, params,
                     packed, x, ldx, gate, false, rows);
}

void ppo_memory_cell_step(const ppo_memory_cell *cell, float *next_h, float *next_c, float *record,
                          const float *params, const float *packed, const float *h, const float *c,
                          size_t rows)
{
    const ppo_gate_weights *recurrent = &cell->weights[PPO_GATES_BY_MEMORY];
    const float *bias = params + recurrent->bias;
    for (size_t gate = 0; gate < cell->num_gates; gate++) {
        // The last of a GRU is kept apart from the inputs' part, because r stands between them.
        const bool apart = cell->kind == PPO_MEMORY_GRU && gate == PPO_GRU_GATES - 1;
        gate_product(cell, recurrent, record + (apart ? gate + 1 : gate) * cell->block, params,
                     packed, h, cell->size, gate, !apart, rows);
    }
    if (cell->kind == PPO_MEMORY_LSTM)
        ppo_lstm_activate(next_h, next_c, record, bias, c, rows, cell->size, cell->block);
    else
        ppo_gru_activate(next_h, record, bias, h, rows, cell->size, cell->block);
}

// --- backward ------------------------------------------------------------------------------------

// The block of the records that holds a gate's gradient: for weights by memory, the last gate of a
// GRU has one of its own.
static size_t gradient_block(const ppo_memory_cell *cell, size_t which, size_t gate)
{
    const bool apart =
        which == PPO_GATES_BY_MEMORY && cell->kind == PPO_MEMORY_GRU && gate == PPO_GRU_GATES - 1;
    return (apart ? gate + 1 : gate) * cell->block;
}

// to [rows, in] = (adds: plus) d W, over all gates.
static void gates_to_operand(const ppo_memory_cell *cell, size_t which, float *to, size_t ldto,
                             const float *record, const float *params, bool adds, size_t rows)
{
    const ppo_gate_weights *weights = &cell->weights[which];
    for (size_t gate = 0; gate < cell->num_gates; gate++) {
        const float *d = record + gradient_block(cell, which, gate);
        const float *weight = params + weights->weight + gate * cell->size * weights->in;
        if (adds || gate > 0)
            ppo_gemm_add(to, ldto, d, cell->record_size, 1, weight, weights->in, rows, weights->in,
                         cell->size);
        else
            ppo_gemm(to, ldto, d, cell->record_size, 1, weight, weights->in, NULL, rows,
                     weights->in, cell->size);
    }
}

void ppo_memory_cell_step_backward(const ppo_memory_cell *cell, float *dh, float *dc, float *record,
                                   const float *params, const float *h, const float *c, size_t rows)
{
    const bool is_lstm = cell->kind == PPO_MEMORY_LSTM;
    if (is_lstm)
        ppo_lstm_activate_backward(dc, record, dh, c, rows, cell->size, cell->block);
    else
        ppo_gru_activate_backward(dh, record, h, rows, cell->size, cell->block);
    gates_to_operand(cell, PPO_GATES_BY_MEMORY, dh, cell->block, record, params, !is_lstm, rows);
}

// dweight [size, in] = d^T operand of one gate, in pieces of the sum.
static void gate_weight_gradient(const ppo_memory_cell *cell, float *dweight, float *working,
                                 const float *d, const float *operand, size_t ld, size_t in,
                                 size_t rows)
{
    const size_t padded = ppo_pad(in), ldd = cell->record_size;
    float *product = padded == in ? dweight : working;
    ppo_gemm(product, padded, d, 1, ldd, operand, ld, NULL, cell->size, in, least(DEPTH, rows));
    for (size_t r = DEPTH; r < rows; r += DEPTH)
        ppo_gemm_add(product, padded, d + r * ldd, 1, ldd, operand + r * ld, ld, cell->size, in,
                     least(DEPTH, rows - r));
    if (product != dweight)
        for (size_t k = 0; k < cell->size; k++)
            memcpy(dweight + k * in, product + k * padded, in * sizeof *dweight);
}

static void gate_bias_gradient(const ppo_memory_cell *cell, float *dbias, const float *d,
                               size_t rows)
{
    for (size_t k = 0; k < cell->size; k += PPO_LANES) {
        ppo_vec sum = {0};
        for (size_t r = 0; r < rows; r++)
            sum += ppo_v_load(d + r * cell->record_size + k);
        ppo_v_store_part(dbias + k, sum, cell->size - k);
    }
}

static void weight_gradients(const ppo_memory_cell *cell, size_t which, float *grad, float *working,
                             const float *record, const float *operand, size_t ld, size_t rows)
{
    const ppo_gate_weights *weights = &cell->weights[which];
    for (size_t gate = 0; gate < cell->num_gates; gate++) {
        const float *d = record + gradient_block(cell, which, gate);
        const size_t first = gate * cell->size;
        gate_weight_gradient(cell, grad + (weights->weight - cell->begin) + first * weights->in,
                             working, d, operand, ld, weights->in, rows);
        gate_bias_gradient(cell, grad + (weights->bias - cell->begin) + first, d, rows);
    }
}

void ppo_memory_cell_backward(const ppo_memory_cell *cell, float *grad, float *dx, float *working,
                              const float *record, const float *params, const float *x, size_t ldx,
                              const float *h, size_t rows)
{
    weight_gradients(cell, PPO_GATES_BY_INPUT, grad, working, record, x, ldx, rows);
    weight_gradients(cell, PPO_GATES_BY_MEMORY, grad, working, record, h, cell->size, rows);
    if (dx)
        gates_to_operand(cell, PPO_GATES_BY_INPUT, dx, ldx, record, params, false, rows);
}

// --- small things --------------------------------------------------------------------------------

void ppo_memory_cell_clear(const ppo_memory_cell *cell, float *h, float *c, const uint8_t *start,
                           size_t rows)
{
    for (size_t r = 0; r < rows; r++) {
        if (!start[r])
            continue;
        memset(h + r * cell->size, 0, cell->size * sizeof *h);
        if (ppo_memory_cell_has_c(cell))
            memset(c + r * cell->size, 0, cell->size * sizeof *c);
    }
}

size_t ppo_memory_cell_forward_macs(const ppo_memory_cell *cell)
{
    return cell->num_gates * cell->size *
           (cell->weights[PPO_GATES_BY_INPUT].in + cell->weights[PPO_GATES_BY_MEMORY].in);
}

size_t ppo_memory_cell_backward_macs(const ppo_memory_cell *cell, bool inputs_too)
{
    const size_t by_input = cell->num_gates * cell->size * cell->weights[PPO_GATES_BY_INPUT].in;
    return 2 * ppo_memory_cell_forward_macs(cell) - (inputs_too ? 0 : by_input);
}
