// SPDX-License-Identifier: MIT
// Layers in a row. Each layer is y = f(x W^T + b); its gradients, with dy that of the
// pre-activation, are dW = dy^T x, db = sum over rows of dy, dx = dy W.
//
// Workload: 1..64 rows, widths 1..512. Owns nothing. Not here: which rows, and what the gradient of
// the output is (src/rl/).
#include "nn/mlp.h"

#include "nn/activation.h"
#include "nn/gemm.h"
#include "nn/simd.h"

#include <assert.h>
#include <stdio.h>

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

// Working space of backward: the gradient that goes down (two buffers in turn) and one weight
// gradient with padded rows.
static size_t working_size(const ppo_mlp *mlp)
{
    size_t width = 0, weight = 0;
    for (size_t l = 0; l < mlp->num_layers; l++) {
        const ppo_layer *layer = &mlp->layers[l];
        width = max_size(width, ppo_pad(layer->in));
        weight = max_size(weight, layer->in < layer->out ? layer->in * ppo_pad(layer->out)
                                                         : layer->out * ppo_pad(layer->in));
    }
    return 2 * PPO_CHUNK_ROWS * width + ppo_pad(weight) + ppo_pad(1);
}

void ppo_mlp_plan(ppo_mlp *mlp, const char *name, size_t in, const ppo_widths *hidden, size_t out,
                  ppo_activation activation, ppo_params *params, size_t *packed_size)
{
    assert(hidden->count <= PPO_MAX_LAYERS);
    *mlp = (ppo_mlp){.num_layers = hidden->count + 1, .activation = activation};
    for (size_t l = 0; l < mlp->num_layers; l++) {
        ppo_layer *layer = &mlp->layers[l];
        char label[PPO_NAME_SIZE];
        layer->in = l ? mlp->layers[l - 1].out : in;
        layer->out = l < hidden->count ? hidden->width[l] : out;
        snprintf(label, sizeof label, "%.24s.%zu.weight", name, 2 * l);
        layer->weight = ppo_params_add(params, label, layer->out, layer->in);
        snprintf(label, sizeof label, "%.24s.%zu.bias", name, 2 * l);
        layer->bias = ppo_params_add(params, label, layer->out, 0);
        layer->packed = *packed_size;
        *packed_size += layer->in * ppo_pad(layer->out);
        layer->output = mlp->working;
        mlp->working += PPO_CHUNK_ROWS * ppo_pad(layer->out);
    }
    mlp->scratch_size = mlp->working + working_size(mlp);
}

void ppo_mlp_pack(const ppo_mlp *mlp, float *packed, const float *params, size_t index,
                  size_t row_begin, size_t row_end)
{
    const ppo_layer *layer = &mlp->layers[index];
    ppo_transpose(packed + layer->packed + row_begin, ppo_pad(layer->out),
                  params + layer->weight + row_begin * layer->in, layer->in, row_end - row_begin,
                  layer->in);
}

void ppo_mlp_pack_all(const ppo_mlp *mlp, float *packed, const float *params)
{
    for (size_t l = 0; l < mlp->num_layers; l++)
        ppo_mlp_pack(mlp, packed, params, l, 0, mlp->layers[l].out);
}

float *ppo_mlp_forward(const ppo_mlp *mlp, float *scratch, const float *params,
                       const float *packed, const float *x, size_t ldx, size_t rows)
{
    float *y = NULL;
    for (size_t l = 0; l < mlp->num_layers; l++) {
        const ppo_layer *layer = &mlp->layers[l];
        const size_t stride = ppo_pad(layer->out);
        y = scratch + layer->output;
        ppo_gemm(y, stride, x, ldx, 1, packed + layer->packed, stride, params + layer->bias, rows,
                 layer->out, layer->in);
        if (l + 1 < mlp->num_layers)
            ppo_activation_forward(y, rows * stride, mlp->activation);
        x = y;
        ldx = stride;
    }
    return y;
}

// dW [out, in] = dy^T x. The wider side runs along the vectors; where rows don't fill vectors
// exactly, or the product comes out transposed, it goes through padded working space.
static void weight_gradient(const ppo_layer *layer, float *dw, float *working, const float *dy,
                            const float *x, size_t ldx, size_t rows)
{
    const size_t in = layer->in, out = layer->out, ldy = ppo_pad(out);
    if (in >= out) {
        const bool exact = in % PPO_LANES == 0;
        float *padded = exact ? dw : working;
        ppo_gemm(padded, ppo_pad(in), dy, 1, ldy, x, ldx, NULL, out, in, rows);
        for (size_t o = 0; !exact && o < out; o++)
            memcpy(dw + o * in, padded + o * ppo_pad(in), in * sizeof *dw);
        return;
    }
    ppo_gemm(working, ldy, x, 1, ldx, dy, ldy, NULL, in, out, rows);
    for (size_t i = 0; i < in; i++)
        for (size_t o = 0; o < out; o++)
            dw[o * in + i] = working[i * ldy + o];
}

static void bias_gradient(float *db, const float *dy, size_t out, size_t rows)
{
    const size_t stride = ppo_pad(out);
    for (size_t o = 0; o < out; o += PPO_LANES) {
        ppo_vec sum = {0};
        for (size_t r = 0; r < rows; r++)
            sum += ppo_v_load(dy + r * stride + o);
        const size_t count = out - o < PPO_LANES ? out - o : PPO_LANES;
        memcpy(db + o, &sum, count * sizeof *db);
    }
}

void ppo_mlp_backward(const ppo_mlp *mlp, float *grad, float *scratch, const float *params,
                      const float *x, size_t ldx, size_t rows)
{
    float *working = scratch + mlp->working;
    const ppo_layer *last = &mlp->layers[mlp->num_layers - 1];
    float *down[2];
    size_t width = 0;
    for (size_t l = 0; l < mlp->num_layers; l++)
        width = max_size(width, ppo_pad(mlp->layers[l].in));
    down[0] = working;
    down[1] = working + PPO_CHUNK_ROWS * width;
    working += 2 * PPO_CHUNK_ROWS * width;

    const float *dy = scratch + last->output;
    for (size_t l = mlp->num_layers; l-- > 0;) {
        const ppo_layer *layer = &mlp->layers[l];
        const float *input = l ? scratch + mlp->layers[l - 1].output : x;
        const size_t ld_input = l ? ppo_pad(layer->in) : ldx;
        weight_gradient(layer, grad + layer->weight, working, dy, input, ld_input, rows);
        bias_gradient(grad + layer->bias, dy, layer->out, rows);
        if (l == 0)
            break;
        float *dx = down[l % 2];
        ppo_gemm(dx, ld_input, dy, ppo_pad(layer->out), 1, params + layer->weight, layer->in, NULL,
                 rows, layer->in, layer->out);
        ppo_activation_backward(dx, input, rows * ld_input, mlp->activation);
        dy = dx;
    }
}

size_t ppo_mlp_output_stride(const ppo_mlp *mlp)
{
    return ppo_pad(mlp->layers[mlp->num_layers - 1].out);
}

size_t ppo_mlp_forward_madds(const ppo_mlp *mlp)
{
    size_t sum = 0;
    for (size_t l = 0; l < mlp->num_layers; l++)
        sum += mlp->layers[l].in * mlp->layers[l].out;
    return sum;
}

size_t ppo_mlp_backward_madds(const ppo_mlp *mlp)
{
    return 2 * ppo_mlp_forward_madds(mlp) - mlp->layers[0].in * mlp->layers[0].out;
}
