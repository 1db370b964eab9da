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

#define NARROW_HEAD 8 // outputs up to which ppo_gemm_columns is the faster product

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

// Widest gradient that goes down through the layers.
static size_t down_width(const ppo_mlp *mlp)
{
    size_t width = 0;
    for (size_t l = 0; l < mlp->num_layers; l++)
        width = max_size(width, ppo_pad(mlp->layers[l].in));
    return width;
}

// Working space of backward: the gradient that goes down (two buffers in turn), and a weight
// gradient with padded rows in both orientations.
static size_t working_size(const ppo_mlp *mlp)
{
    size_t weight = 0;
    for (size_t l = 0; l < mlp->num_layers; l++) {
        const ppo_layer *layer = &mlp->layers[l];
        weight = max_size(weight, layer->in * ppo_pad(layer->out));
        weight = max_size(weight, layer->out * ppo_pad(layer->in));
    }
    return 2 * PPO_CHUNK_ROWS * down_width(mlp) + 2 * weight;
}

void ppo_mlp_plan(ppo_mlp *mlp, const char *name, size_t index, size_t in, const ppo_widths *hidden,
                  size_t out, ppo_activation activation, ppo_params *params, size_t *packed_size)
{
    assert(hidden->count <= PPO_MAX_LAYERS);
    *mlp = (ppo_mlp){.num_layers = hidden->count + (out > 0),
                     .num_hidden = hidden->count,
                     .activation = activation,
                     .begin = params->size};
    for (size_t l = 0; l < mlp->num_layers; l++) {
        ppo_layer *layer = &mlp->layers[l];
        char label[PPO_NAME_SIZE];
        layer->in = l ? mlp->layers[l - 1].out : in;
        layer->out = l < hidden->count ? hidden->width[l] : out;
        snprintf(label, sizeof label, "%.72s.%zu.weight", name, index + 2 * l);
        layer->weight = ppo_params_add(params, label, layer->out, layer->in);
        snprintf(label, sizeof label, "%.72s.%zu.bias", name, index + 2 * l);
        layer->bias = ppo_params_add(params, label, layer->out, 0);
        layer->packed = *packed_size;
        *packed_size += layer->in * ppo_pad(layer->out);
        layer->output = mlp->working;
        mlp->working += PPO_CHUNK_ROWS * ppo_pad(layer->out);
    }
    mlp->end = params->size;
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

// The last layer, column by column. Few outputs of a hidden layer (whose padding is zero) are sums
// along the inputs; otherwise the product is made row by row and transposed.
static void head_forward(const ppo_mlp *mlp, float *y, float *scratch, const float *params,
                         const float *packed, const float *x, size_t ldx, size_t rows)
{
    const ppo_layer *layer = &mlp->layers[mlp->num_layers - 1];
    const size_t stride = ppo_pad(layer->out);
    float *by_row = scratch + layer->output;
    if (mlp->num_layers > 1 && layer->out <= NARROW_HEAD) {
        ppo_gemm_columns(y, PPO_CHUNK_ROWS, x, ldx, params + layer->weight, layer->in,
                         params + layer->bias, rows, layer->out, layer->in);
        return;
    }
    ppo_gemm(by_row, stride, x, ldx, 1, packed + layer->packed, stride, params + layer->bias, rows,
             layer->out, layer->in);
    ppo_transpose(y, PPO_CHUNK_ROWS, by_row, stride, rows, layer->out);
}

const float *ppo_mlp_forward_hidden(const ppo_mlp *mlp, float *scratch, const float *params,
                                    const float *packed, const float *x, size_t *ldx, size_t rows)
{
    for (size_t l = 0; l < mlp->num_hidden; l++) {
        const ppo_layer *layer = &mlp->layers[l];
        const size_t stride = ppo_pad(layer->out);
        float *hidden = scratch + layer->output;
        ppo_gemm(hidden, stride, x, *ldx, 1, packed + layer->packed, stride, params + layer->bias,
                 rows, layer->out, layer->in);
        ppo_activation_forward(hidden, rows * stride, mlp->activation);
        x = hidden;
        *ldx = stride;
    }
    return x;
}

void ppo_mlp_forward(const ppo_mlp *mlp, float *y, float *scratch, const float *params,
                     const float *packed, const float *x, size_t ldx, size_t rows)
{
    const float *hidden = ppo_mlp_forward_hidden(mlp, scratch, params, packed, x, &ldx, rows);
    head_forward(mlp, y, scratch, params, packed, hidden, ldx, rows);
}

// A matrix by row and column strides: gradients of the last layer come column by column.
typedef struct ppo_strided {
    const float *data;
    size_t row, col;
} ppo_strided;

static void copy_rows(float *restrict dst, const float *restrict src, size_t ld_src, size_t rows,
                      size_t cols)
{
    if (cols > 8) {
        for (size_t r = 0; r < rows; r++)
            memcpy(dst + r * cols, src + r * ld_src, cols * sizeof *dst);
        return;
    }
    for (size_t c = 0; c < cols; c++) // a call for each short row would take longer
        for (size_t r = 0; r < rows; r++)
            dst[r * cols + c] = src[r * ld_src + c];
}

// dW [out, in] = dy^T x, with the wider side along the vectors. Rows that don't fill vectors
// exactly, or a product that comes out transposed, go through padded working space. In the second
// form dy must lie row by row.
static void weight_gradient(const ppo_layer *layer, float *dw, float *working, ppo_strided dy,
                            const float *x, size_t ldx, size_t rows)
{
    const size_t in = layer->in, out = layer->out, ld_in = ppo_pad(in), ld_out = ppo_pad(out);
    if (in >= out) {
        float *product = in == ld_in ? dw : working;
        ppo_gemm(product, ld_in, dy.data, dy.col, dy.row, x, ldx, NULL, out, in, rows);
        if (product != dw)
            copy_rows(dw, product, ld_in, out, in);
        return;
    }
    float *transposed = working + in * ld_out;
    ppo_gemm(working, ld_out, x, 1, ldx, dy.data, dy.row, NULL, in, out, rows);
    ppo_transpose(transposed, ld_in, working, ld_out, in, out);
    copy_rows(dw, transposed, ld_in, out, in);
}

static void bias_gradient_by_column(float *db, const float *dy, size_t out, size_t rows)
{
    for (size_t o = 0; o < out; o++) {
        double sum = 0.0; // the terms nearly cancel
        for (size_t r = 0; r < rows; r++)
            sum += (double)dy[o * PPO_CHUNK_ROWS + r];
        db[o] = (float)sum;
    }
}

// The last layer's gradient as weight_gradient takes it.
static ppo_strided head_gradient(const ppo_mlp *mlp, float *scratch, const float *dy, size_t rows)
{
    const ppo_layer *layer = &mlp->layers[mlp->num_layers - 1];
    const size_t stride = ppo_pad(layer->out);
    if (layer->in >= layer->out)
        return (ppo_strided){.data = dy, .row = 1, .col = PPO_CHUNK_ROWS};
    float *by_row = scratch + layer->output;
    ppo_transpose(by_row, stride, dy, PPO_CHUNK_ROWS, layer->out, rows);
    return (ppo_strided){.data = by_row, .row = stride, .col = 1};
}

// `vectors` columns of pass_activation, side by side because one sum alone would wait for each
// addition in turn.
PPO_INLINE void pass_columns(ppo_vec *sum, float *dy, const float *y, size_t stride, size_t rows,
                             const size_t vectors, const ppo_activation activation)
{
    for (size_t j = 0; j < vectors; j++)
        sum[j] = (ppo_vec){0};
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < vectors; j++) {
            const size_t i = r * stride + j * PPO_LANES;
            const ppo_vec d =
                ppo_activation_pass(ppo_v_load(dy + i), ppo_v_load(y + i), activation);
            ppo_v_store(dy + i, d);
            sum[j] += d;
        }
}

PPO_INLINE void pass_rows(float *db, float *dy, const float *y, size_t out, size_t rows,
                          const ppo_activation activation)
{
    const size_t stride = ppo_pad(out);
    ppo_vec sum[4];
    size_t o = 0;
    for (; o + 4 * PPO_LANES <= out; o += 4 * PPO_LANES) {
        pass_columns(sum, dy + o, y + o, stride, rows, 4, activation);
        memcpy(db + o, sum, sizeof sum);
    }
    for (; o < out; o += PPO_LANES) {
        pass_columns(sum, dy + o, y + o, stride, rows, 1, activation);
        ppo_v_store_part(db + o, sum[0], out - o);
    }
}

// The gradient of hidden layer l's outputs becomes that of its pre-activations; the sum of its rows
// is that of the layer's bias.
static void pass_activation(const ppo_mlp *mlp, size_t l, float *grad, float *dy, const float *y,
                            size_t rows)
{
    const ppo_layer *layer = &mlp->layers[l];
    float *db = grad + (layer->bias - mlp->begin);
    if (mlp->activation == PPO_ACTIVATION_TANH)
        pass_rows(db, dy, y, layer->out, rows, PPO_ACTIVATION_TANH);
    else
        pass_rows(db, dy, y, layer->out, rows, PPO_ACTIVATION_RELU);
}

// One layer's weights from the gradient of its pre-activations; and unless dinput is NULL, the
// gradient of its input, which is that of the pre-activations of the layer before, if there is one.
static void layer_backward(const ppo_mlp *mlp, size_t l, float *grad, float *dinput, float *working,
                           const float *params, ppo_strided gradient, const float *input,
                           size_t ld_input, size_t rows)
{
    const ppo_layer *layer = &mlp->layers[l];
    weight_gradient(layer, grad + (layer->weight - mlp->begin), working, gradient, input, ld_input,
                    rows);
    if (!dinput)
        return;
    ppo_gemm(dinput, ld_input, gradient.data, gradient.row, gradient.col, params + layer->weight,
             layer->in, NULL, rows, layer->in, layer->out);
    if (l > 0)
        pass_activation(mlp, l - 1, grad, dinput, input, rows);
}

// Layers count-1 .. 0 from the gradient of the last one's pre-activations, but for its bias.
static void hidden_backward(const ppo_mlp *mlp, size_t count, float *grad, float *dx,
                            const float *scratch, float *working, const float *params,
                            ppo_strided gradient, const float *x, size_t ldx, size_t rows)
{
    const size_t down_size = PPO_CHUNK_ROWS * down_width(mlp); // two buffers, for odd and even
    for (size_t l = count; l-- > 0;) {
        const float *input = l ? scratch + mlp->layers[l - 1].output : x;
        const size_t ld_input = l ? ppo_pad(mlp->layers[l].in) : ldx;
        float *dinput = l ? working + (l % 2) * down_size : dx;
        layer_backward(mlp, l, grad, dinput, working + 2 * down_size, params, gradient, input,
                       ld_input, rows);
        gradient = (ppo_strided){.data = dinput, .row = ld_input, .col = 1};
    }
}

void ppo_mlp_backward(const ppo_mlp *mlp, float *grad, float *dx, float *scratch,
                      const float *params, const float *dy, const float *x, size_t ldx, size_t rows)
{
    const size_t last = mlp->num_layers - 1;
    const ppo_layer *layer = &mlp->layers[last];
    float *down = scratch + mlp->working;
    const size_t down_size = PPO_CHUNK_ROWS * down_width(mlp);
    const float *input = last ? scratch + mlp->layers[last - 1].output : x;
    const size_t ld_input = last ? ppo_pad(layer->in) : ldx;
    float *dinput = last ? down + (last % 2) * down_size : dx;
    layer_backward(mlp, last, grad, dinput, down + 2 * down_size, params,
                   head_gradient(mlp, scratch, dy, rows), input, ld_input, rows);
    bias_gradient_by_column(grad + (layer->bias - mlp->begin), dy, layer->out, rows);
    hidden_backward(mlp, last, grad, dx, scratch, down, params,
                    (ppo_strided){.data = dinput, .row = ld_input, .col = 1}, x, ldx, rows);
}

void ppo_mlp_backward_hidden(const ppo_mlp *mlp, float *grad, float *dx, const float *scratch,
                             float *working, const float *params, float *dhidden, const float *x,
                             size_t ldx, size_t rows)
{
    const ppo_layer *layer = &mlp->layers[mlp->num_hidden - 1];
    const size_t stride = ppo_pad(layer->out);
    pass_activation(mlp, mlp->num_hidden - 1, grad, dhidden, scratch + layer->output, rows);
    hidden_backward(mlp, mlp->num_hidden, grad, dx, scratch, working, params,
                    (ppo_strided){.data = dhidden, .row = stride, .col = 1}, x, ldx, rows);
}

size_t ppo_mlp_forward_macs(const ppo_mlp *mlp)
{
    size_t sum = 0;
    for (size_t l = 0; l < mlp->num_layers; l++)
        sum += mlp->layers[l].in * mlp->layers[l].out;
    return sum;
}

size_t ppo_mlp_backward_macs(const ppo_mlp *mlp)
{
    return 2 * ppo_mlp_forward_macs(mlp) - mlp->layers[0].in * mlp->layers[0].out;
}
