// SPDX-License-Identifier: MIT
// Inner products and convolutions in fp32 on oneDNN's C API, 2.x and 3.x alike.
//
// Workload: 1 to a few thousand rows, 2 to a few thousand features, called thousands of times a
// second from every worker. All three products are one sgemm. It was measured against the
// inner-product and matmul primitives (2.6 and 3.7, AVX-512, plain and blocked weights) and is as
// fast or faster on nearly every shape; what it lacks is the bias, which costs a pass over y. The
// inner-product primitive takes padded rows in its reference version only, matmul in 2.6 only on
// top of the same sgemm, and executing any primitive builds a hash map of its arguments: 5 to 7
// allocations a call against sgemm's one.
//
// Each call is held to the calling thread (nn/onednn_call.h).
//
// Convolutions need primitives: engine, stream, memory descriptors. They are here to be measured.
//
// Owns the linear and convolution objects. Not here: chunking and summing over chunks, activations.
#include "onednn.h"

#include "core/error.h"
#include "nn/onednn_call.h"

#include <oneapi/dnnl/dnnl.h>

#include <stdlib.h>
#include <string.h>

struct ppo_onednn_linear {
    ppo_onednn_alone alone;
    dnnl_dim_t rows;
    dnnl_dim_t in;
    dnnl_dim_t out;
    dnnl_dim_t ldx; // floats from row to row of x and dx
    dnnl_dim_t ldy; // floats from row to row of y and dy
};

// One row-major operand of a product: op(data), op being transposition if `transpose`.
typedef struct operand {
    const float *data;
    dnnl_dim_t ld;
    bool transpose;
} operand;

static ppo_status fail_dnnl(const ppo_onednn_linear *linear, const char *what, dnnl_status_t status,
                            ppo_error *error)
{
    const ppo_status code = status == dnnl_out_of_memory ? PPO_NO_MEMORY : PPO_UNSUPPORTED;
    return ppo_fail(error, code,
                    "oneDNN's sgemm failed in the %s of a linear layer, %lld rows x %lld in x "
                    "%lld out: %s (dnnl status %d)",
                    what, (long long)linear->rows, (long long)linear->in, (long long)linear->out,
                    ppo_onednn_text((int)status), (int)status);
}

// c[m, n] = op(a)[m, k] op(b)[k, n]. `what` names the product in an error.
static ppo_status multiply(const ppo_onednn_linear *linear, const char *what, float *c,
                           dnnl_dim_t ldc, operand a, operand b, dnnl_dim_t m, dnnl_dim_t n,
                           dnnl_dim_t k, ppo_error *error)
{
    const int before = ppo_onednn_run_alone(&linear->alone);
    const dnnl_status_t status = dnnl_sgemm(a.transpose ? 'T' : 'N', b.transpose ? 'T' : 'N', m, n,
                                            k, 1.0f, a.data, a.ld, b.data, b.ld, 0.0f, c, ldc);
    ppo_onednn_run_as_before(&linear->alone, before);
    return status == dnnl_success ? PPO_OK : fail_dnnl(linear, what, status, error);
}

// a[rows, cols] += row[cols] in every row. Measured faster than laying the row down first and
// letting sgemm add to it.
static void add_row(float *restrict a, const float *restrict row, dnnl_dim_t ld, dnnl_dim_t rows,
                    dnnl_dim_t cols)
{
    for (dnnl_dim_t i = 0; i < rows; i++)
        for (dnnl_dim_t j = 0; j < cols; j++)
            a[i * ld + j] += row[j];
}

// y = x op(weight) + bias
static ppo_status forward(const ppo_onednn_linear *linear, float *y, const float *x, operand weight,
                          const float *bias, ppo_error *error)
{
    PPO_TRY(multiply(linear, "forward pass", y, linear->ldy, (operand){x, linear->ldx, false},
                     weight, linear->rows, linear->out, linear->in, error));
    if (bias)
        add_row(y, bias, linear->ldy, linear->rows, linear->out);
    return PPO_OK;
}

// sum[cols] = column sums of a[rows, cols]. Four rows at a time, in an order that depends on the
// shape alone.
static void sum_columns(float *restrict sum, const float *restrict a, dnnl_dim_t ld,
                        dnnl_dim_t rows, dnnl_dim_t cols)
{
    dnnl_dim_t i = 0;
    memset(sum, 0, (size_t)cols * sizeof *sum);
    for (; i + 4 <= rows; i += 4, a += 4 * ld)
        for (dnnl_dim_t j = 0; j < cols; j++)
            sum[j] += (a[j] + a[j + ld]) + (a[j + 2 * ld] + a[j + 3 * ld]);
    for (; i < rows; i++, a += ld)
        for (dnnl_dim_t j = 0; j < cols; j++)
            sum[j] += a[j];
}

// b[cols, rows] = a[rows, cols]^T, in tiles that stay in the first-level cache.
static void transpose(float *restrict b, const float *restrict a, dnnl_dim_t rows, dnnl_dim_t cols)
{
    const dnnl_dim_t tile = 16; // floats in a cache line
    for (dnnl_dim_t i0 = 0; i0 < rows; i0 += tile) {
        const dnnl_dim_t i1 = i0 + tile < rows ? i0 + tile : rows;
        for (dnnl_dim_t j = 0; j < cols; j++)
            for (dnnl_dim_t i = i0; i < i1; i++)
                b[j * rows + i] = a[i * cols + j];
    }
}

// Whether every matrix of the shape can be addressed.
static bool shape_fits(size_t rows, size_t in, size_t out, size_t ldx, size_t ldy)
{
    const size_t limit = PTRDIFF_MAX / sizeof(float);
    return ldx <= limit / rows && ldy <= limit / rows && in <= limit / out;
}

ppo_status ppo_onednn_linear_create(ppo_onednn_linear **linear, size_t rows, size_t in, size_t out,
                                    size_t ldx, size_t ldy, ppo_error *error)
{
    *linear = NULL;
    if (!rows || !in || !out || ldx < in || ldy < out || !shape_fits(rows, in, out, ldx, ldy))
        return ppo_fail(error, PPO_INVALID,
                        "no linear layer of %zu rows x %zu in x %zu out with strides %zu and %zu: "
                        "sizes must be positive, strides no smaller than widths, and matrices must "
                        "fit in memory",
                        rows, in, out, ldx, ldy);
    ppo_onednn_alone alone;
    if (!ppo_onednn_find_alone(&alone))
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "this oneDNN (%d.%d, CPU runtime %u) can't be held to one thread; install "
                        "one built for OpenMP, a thread pool or sequential use",
                        dnnl_version()->major, dnnl_version()->minor, dnnl_version()->cpu_runtime);
    ppo_onednn_linear *made = malloc(sizeof *made);
    if (!made)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a linear layer");
    *made = (ppo_onednn_linear){.alone = alone,
                                .rows = (dnnl_dim_t)rows,
                                .in = (dnnl_dim_t)in,
                                .out = (dnnl_dim_t)out,
                                .ldx = (dnnl_dim_t)ldx,
                                .ldy = (dnnl_dim_t)ldy};
    *linear = made;
    return PPO_OK;
}

void ppo_onednn_linear_destroy(ppo_onednn_linear *linear)
{
    free(linear);
}

ppo_status ppo_onednn_linear_forward(const ppo_onednn_linear *linear, float *y, const float *x,
                                     const float *weight, const float *bias, ppo_error *error)
{
    return forward(linear, y, x, (operand){weight, linear->in, true}, bias, error);
}

ppo_status ppo_onednn_linear_backward_data(const ppo_onednn_linear *linear, float *dx,
                                           const float *dy, const float *weight, ppo_error *error)
{
    return multiply(linear, "backward pass to the data", dx, linear->ldx,
                    (operand){dy, linear->ldy, false}, (operand){weight, linear->in, false},
                    linear->rows, linear->in, linear->out, error);
}

ppo_status ppo_onednn_linear_backward_weights(const ppo_onednn_linear *linear, float *dweight,
                                              float *dbias, const float *x, const float *dy,
                                              ppo_error *error)
{
    sum_columns(dbias, dy, linear->ldy, linear->rows, linear->out);
    return multiply(linear, "backward pass to the weights", dweight, linear->in,
                    (operand){dy, linear->ldy, true}, (operand){x, linear->ldx, false}, linear->out,
                    linear->in, linear->rows, error);
}

void ppo_onednn_linear_pack(const ppo_onednn_linear *linear, float *packed, const float *weight)
{
    transpose(packed, weight, linear->out, linear->in);
}

ppo_status ppo_onednn_linear_forward_packed(const ppo_onednn_linear *linear, float *y,
                                            const float *x, const float *packed, const float *bias,
                                            ppo_error *error)
{
    return forward(linear, y, x, (operand){packed, linear->out, false}, bias, error);
}

// --- convolutions --------------------------------------------------------------------------------

// Memory descriptors are structures in 2.x and handles in 3.x.
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t desc_view;
#define VIEW(desc) (desc)
#else
typedef const dnnl_memory_desc_t *desc_view;
#define VIEW(desc) (&(desc))
#endif

enum { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS, NUM_PASSES };

// A primitive with the memories that it is executed on.
typedef struct pass {
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    dnnl_memory_t x, weight, y; // those of the gradients in their places; handles set at each call
} pass;

struct ppo_onednn_conv {
    ppo_onednn_alone alone;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_memory_desc_t x, weight, bias, y; // as asked for
    dnnl_memory_desc_t plain_weight;       // [kernel, kernel, in, out]
    dnnl_dims_t strides, padding, dilation;
    pass passes[NUM_PASSES];
    dnnl_memory_t plain, biases; // for the caller's weights and biases
};

static dnnl_status_t make_desc(dnnl_memory_desc_t *desc, int ndims, const dnnl_dims_t dims,
                               dnnl_format_tag_t tag)
{
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_with_tag(desc, ndims, dims, dnnl_f32, tag);
#else
    return dnnl_memory_desc_init_by_tag(desc, ndims, dims, dnnl_f32, tag);
#endif
}

static dnnl_status_t make_descs(ppo_onednn_conv *conv, const ppo_onednn_conv_shape *s)
{
    const dnnl_dim_t n = (dnnl_dim_t)s->images, in = (dnnl_dim_t)s->in_channels;
    const dnnl_dim_t out = (dnnl_dim_t)s->out_channels, k = (dnnl_dim_t)s->kernel;
    const dnnl_dim_t stride = (dnnl_dim_t)s->stride;
    const dnnl_dim_t height = (dnnl_dim_t)s->height, width = (dnnl_dim_t)s->width;
    const dnnl_dims_t x = {n, in, height, width}, weight = {out, in, k, k}, bias = {out};
    const dnnl_dims_t y = {n, out, (height - k) / stride + 1, (width - k) / stride + 1};
    const dnnl_format_tag_t tag = s->own_layout ? dnnl_format_tag_any : dnnl_nhwc;
    conv->strides[0] = conv->strides[1] = stride;
    dnnl_status_t status = make_desc(&conv->x, 4, x, tag);
    status = status ? status : make_desc(&conv->weight, 4, weight, dnnl_format_tag_any);
    status = status ? status : make_desc(&conv->plain_weight, 4, weight, dnnl_hwio);
    status = status ? status : make_desc(&conv->bias, 1, bias, dnnl_x);
    return status ? status : make_desc(&conv->y, 4, y, tag);
}

#if DNNL_VERSION_MAJOR >= 3
static dnnl_status_t describe(ppo_onednn_conv *c, int which)
{
    dnnl_primitive_desc_t *desc = &c->passes[which].desc;
    const_dnnl_primitive_desc_t hint = c->passes[FORWARD].desc;
    if (which == FORWARD)
        return dnnl_convolution_forward_primitive_desc_create(
            desc, c->engine, dnnl_forward_training, dnnl_convolution_direct, c->x, c->weight,
            c->bias, c->y, c->strides, c->dilation, c->padding, c->padding, NULL);
    if (which == BACKWARD_DATA)
        return dnnl_convolution_backward_data_primitive_desc_create(
            desc, c->engine, dnnl_convolution_direct, c->x, c->weight, c->y, c->strides,
            c->dilation, c->padding, c->padding, hint, NULL);
    return dnnl_convolution_backward_weights_primitive_desc_create(
        desc, c->engine, dnnl_convolution_direct, c->x, c->weight, c->bias, c->y, c->strides,
        c->dilation, c->padding, c->padding, hint, NULL);
}
#else
static dnnl_status_t describe(ppo_onednn_conv *c, int which)
{
    dnnl_convolution_desc_t op;
    dnnl_status_t status;
    if (which == FORWARD)
        status = dnnl_convolution_forward_desc_init(
            &op, dnnl_forward_training, dnnl_convolution_direct, &c->x, &c->weight, &c->bias, &c->y,
            c->strides, c->padding, c->padding);
    else if (which == BACKWARD_DATA)
        status = dnnl_convolution_backward_data_desc_init(&op, dnnl_convolution_direct, &c->x,
                                                          &c->weight, &c->y, c->strides, c->padding,
                                                          c->padding);
    else
        status = dnnl_convolution_backward_weights_desc_init(&op, dnnl_convolution_direct, &c->x,
                                                             &c->weight, &c->bias, &c->y,
                                                             c->strides, c->padding, c->padding);
    return status ? status
                  : dnnl_primitive_desc_create(&c->passes[which].desc, &op, NULL, c->engine,
                                               c->passes[FORWARD].desc);
}
#endif

// A memory for an operand of the pass, with its own block if `block` is DNNL_MEMORY_ALLOCATE.
static dnnl_status_t make_memory(dnnl_memory_t *memory, const ppo_onednn_conv *conv, int which,
                                 dnnl_query_t query, void *block)
{
    return dnnl_memory_create(memory,
                              dnnl_primitive_desc_query_md(conv->passes[which].desc, query, 0),
                              conv->engine, block);
}

static dnnl_status_t make_pass(ppo_onednn_conv *conv, int which)
{
    static const dnnl_query_t operands[NUM_PASSES][3] = {
        {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md},
        {dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md},
        {dnnl_query_src_md, dnnl_query_diff_weights_md, dnnl_query_diff_dst_md}};
    pass *p = &conv->passes[which];
    void *const own = DNNL_MEMORY_ALLOCATE;
    dnnl_status_t status = describe(conv, which);
    status = status ? status : dnnl_primitive_create(&p->primitive, p->desc);
    status = status ? status : make_memory(&p->x, conv, which, operands[which][0], NULL);
    status = status ? status : make_memory(&p->weight, conv, which, operands[which][1], own);
    return status ? status : make_memory(&p->y, conv, which, operands[which][2], NULL);
}

static dnnl_status_t make_all(ppo_onednn_conv *conv, const ppo_onednn_conv_shape *shape)
{
    dnnl_status_t status = dnnl_engine_create(&conv->engine, dnnl_cpu, 0);
    status = status ? status
                    : dnnl_stream_create(&conv->stream, conv->engine, dnnl_stream_default_flags);
    status = status ? status : make_descs(conv, shape);
    for (int which = 0; which < NUM_PASSES; which++)
        status = status ? status : make_pass(conv, which);
    status = status
                 ? status
                 : dnnl_memory_create(&conv->plain, VIEW(conv->plain_weight), conv->engine, NULL);
    return status ? status
                  : dnnl_memory_create(&conv->biases, VIEW(conv->bias), conv->engine, NULL);
}

static ppo_status fail_conv(const char *what, dnnl_status_t status, ppo_error *error)
{
    return ppo_fail(error, status == dnnl_out_of_memory ? PPO_NO_MEMORY : PPO_UNSUPPORTED,
                    "oneDNN failed in the %s of a convolution: %s (dnnl status %d)", what,
                    ppo_onednn_text((int)status), (int)status);
}

ppo_status ppo_onednn_conv_create(ppo_onednn_conv **result, const ppo_onednn_conv_shape *shape,
                                  ppo_error *error)
{
    *result = NULL;
    if (!shape->images || !shape->in_channels || !shape->out_channels || !shape->kernel ||
        !shape->stride || shape->height < shape->kernel || shape->width < shape->kernel)
        return ppo_fail(error, PPO_INVALID,
                        "no convolution of %zu pictures of %zu x %zu with a kernel of %zu: sizes "
                        "must be positive, and pictures no smaller than the kernel",
                        shape->images, shape->height, shape->width, shape->kernel);
    ppo_onednn_conv *conv = calloc(1, sizeof *conv);
    if (!conv)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a convolution");
    if (!ppo_onednn_find_alone(&conv->alone)) {
        free(conv);
        return ppo_fail(error, PPO_UNSUPPORTED, "this oneDNN can't be held to one thread");
    }
    // what it prepares is for so many threads
    const int before = ppo_onednn_run_alone(&conv->alone);
    const dnnl_status_t status = make_all(conv, shape);
    ppo_onednn_run_as_before(&conv->alone, before);
    if (status != dnnl_success) {
        ppo_onednn_conv_destroy(conv);
        return fail_conv("making", status, error);
    }
    *result = conv;
    return PPO_OK;
}

static void destroy_pass(pass *p)
{
    if (p->x)
        dnnl_memory_destroy(p->x);
    if (p->weight)
        dnnl_memory_destroy(p->weight);
    if (p->y)
        dnnl_memory_destroy(p->y);
    if (p->primitive)
        dnnl_primitive_destroy(p->primitive);
    if (p->desc)
        dnnl_primitive_desc_destroy(p->desc);
}

void ppo_onednn_conv_destroy(ppo_onednn_conv *conv)
{
    if (!conv)
        return;
    for (int which = 0; which < NUM_PASSES; which++)
        destroy_pass(&conv->passes[which]);
    if (conv->plain)
        dnnl_memory_destroy(conv->plain);
    if (conv->biases)
        dnnl_memory_destroy(conv->biases);
#if DNNL_VERSION_MAJOR >= 3
    enum { DESCS = 5 };
    dnnl_memory_desc_t const descs[DESCS] = {conv->x, conv->weight, conv->bias, conv->y,
                                             conv->plain_weight};
    for (size_t i = 0; i < DESCS; i++)
        if (descs[i])
            dnnl_memory_desc_destroy(descs[i]);
#endif
    if (conv->stream)
        dnnl_stream_destroy(conv->stream);
    if (conv->engine)
        dnnl_engine_destroy(conv->engine);
    free(conv);
}

// oneDNN takes what it only reads by the same pointer.
static void *writable(const float *data)
{
    void *pointer;
    memcpy(&pointer, &data, sizeof pointer);
    return pointer;
}

static ppo_status execute(const ppo_onednn_conv *conv, const_dnnl_primitive_t primitive,
                          const char *what, const dnnl_exec_arg_t *args, int count,
                          ppo_error *error)
{
    const int before = ppo_onednn_run_alone(&conv->alone);
    dnnl_status_t status = dnnl_primitive_execute(primitive, conv->stream, count, args);
    status = status ? status : dnnl_stream_wait(conv->stream);
    ppo_onednn_run_as_before(&conv->alone, before);
    return status == dnnl_success ? PPO_OK : fail_conv(what, status, error);
}

static ppo_status reorder(const ppo_onednn_conv *conv, desc_view from_desc, dnnl_memory_t from,
                          desc_view to_desc, dnnl_memory_t to, ppo_error *error)
{
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_t primitive = NULL;
    dnnl_status_t status = dnnl_reorder_primitive_desc_create(&desc, from_desc, conv->engine,
                                                              to_desc, conv->engine, NULL);
    status = status ? status : dnnl_primitive_create(&primitive, desc);
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    const ppo_status result = status == dnnl_success
                                  ? execute(conv, primitive, "reordering", args, 2, error)
                                  : fail_conv("reordering", status, error);
    if (primitive)
        dnnl_primitive_destroy(primitive);
    if (desc)
        dnnl_primitive_desc_destroy(desc);
    return result;
}

ppo_status ppo_onednn_conv_pack(const ppo_onednn_conv *conv, const float *weight, ppo_error *error)
{
    dnnl_memory_set_data_handle(conv->plain, writable(weight));
    for (int which = FORWARD; which <= BACKWARD_DATA; which++)
        PPO_TRY(reorder(
            conv, VIEW(conv->plain_weight), conv->plain,
            dnnl_primitive_desc_query_md(conv->passes[which].desc, dnnl_query_weights_md, 0),
            conv->passes[which].weight, error));
    return PPO_OK;
}

ppo_status ppo_onednn_conv_unpack(const ppo_onednn_conv *conv, float *dweight, ppo_error *error)
{
    const pass *p = &conv->passes[BACKWARD_WEIGHTS];
    dnnl_memory_set_data_handle(conv->plain, dweight);
    return reorder(conv, dnnl_primitive_desc_query_md(p->desc, dnnl_query_diff_weights_md, 0),
                   p->weight, VIEW(conv->plain_weight), conv->plain, error);
}

ppo_status ppo_onednn_conv_forward(const ppo_onednn_conv *conv, float *y, const float *x,
                                   const float *bias, ppo_error *error)
{
    const pass *p = &conv->passes[FORWARD];
    dnnl_memory_set_data_handle(p->x, writable(x));
    dnnl_memory_set_data_handle(p->y, y);
    dnnl_memory_set_data_handle(conv->biases, writable(bias));
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, p->x},
                                    {DNNL_ARG_WEIGHTS, p->weight},
                                    {DNNL_ARG_BIAS, conv->biases},
                                    {DNNL_ARG_DST, p->y}};
    return execute(conv, p->primitive, "forward pass", args, 4, error);
}

ppo_status ppo_onednn_conv_backward_data(const ppo_onednn_conv *conv, float *dx, const float *dy,
                                         ppo_error *error)
{
    const pass *p = &conv->passes[BACKWARD_DATA];
    dnnl_memory_set_data_handle(p->x, dx);
    dnnl_memory_set_data_handle(p->y, writable(dy));
    const dnnl_exec_arg_t args[] = {
        {DNNL_ARG_DIFF_DST, p->y}, {DNNL_ARG_WEIGHTS, p->weight}, {DNNL_ARG_DIFF_SRC, p->x}};
    return execute(conv, p->primitive, "backward pass to the data", args, 3, error);
}

ppo_status ppo_onednn_conv_backward_weights(const ppo_onednn_conv *conv, float *dbias,
                                            const float *x, const float *dy, ppo_error *error)
{
    const pass *p = &conv->passes[BACKWARD_WEIGHTS];
    dnnl_memory_set_data_handle(p->x, writable(x));
    dnnl_memory_set_data_handle(p->y, writable(dy));
    dnnl_memory_set_data_handle(conv->biases, dbias);
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, p->x},
                                    {DNNL_ARG_DIFF_DST, p->y},
                                    {DNNL_ARG_DIFF_WEIGHTS, p->weight},
                                    {DNNL_ARG_DIFF_BIAS, conv->biases}};
    return execute(conv, p->primitive, "backward pass to the weights", args, 4, error);
}
