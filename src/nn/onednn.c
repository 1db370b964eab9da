// SPDX-License-Identifier: MIT
// Operations on oneDNN's C API, 2.x and 3.x alike. With onednn_call.c, the only file of the
// library that includes its header; both are a module of their own: see bf16_ops.h.
//
// Each call is held to the calling thread (onednn_call.h).
//
// oneDNN's memory objects hold the addresses of a call's operands, so each call has an execution
// context with objects of its own; they are made when an operation is first run there.
#include "nn/bf16_ops.h"

#include "core/error.h"
#include "nn/onednn_call.h"

#include <oneapi/dnnl/dnnl.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OPS      256
#define MAX_OPERANDS 4
#define NUM_CONTEXTS 256 // calls at once; further ones wait

// Memory descriptors are structures in 2.x and handles in 3.x.
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t desc_view;
#define VIEW(desc) (desc)
#else
typedef const dnnl_memory_desc_t *desc_view;
#define VIEW(desc) (&(desc))
#endif

typedef struct operand {
    int argument; // DNNL_ARG_...
    desc_view desc;
    bool is_result;
} operand;

typedef struct operation {
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    operand operands[MAX_OPERANDS];
    size_t count;
    desc_view scratch; // NULL: none
} operation;

typedef struct context {
    _Alignas(64) _Atomic bool taken;
    dnnl_stream_t stream;
    dnnl_memory_t memory[MAX_OPS][MAX_OPERANDS + 1]; // the last one is the scratch memory
} context;

struct ppo_onednn {
    ppo_onednn_threads threads;
    dnnl_engine_t engine;
    dnnl_primitive_attr_t plain; // scratch memory is the caller's
    operation ops[MAX_OPS];
    size_t num_ops;
    _Atomic(context *) contexts[NUM_CONTEXTS];
};

// --- failures ------------------------------------------------------------------------------------

static ppo_status fail_dnnl(const char *what, dnnl_status_t status, ppo_error *error)
{
    return ppo_fail(error, status == dnnl_out_of_memory ? PPO_NO_MEMORY : PPO_UNSUPPORTED,
                    "oneDNN %d.%d can't make %s: %s (dnnl status %d); set precision to "
                    "fp32",
                    dnnl_version()->major, dnnl_version()->minor, what,
                    ppo_onednn_text((int)status), (int)status);
}

// --- opening -------------------------------------------------------------------------------------

// What multiplies bf16 numbers here: the instruction set that oneDNN uses, which DNNL_MAX_CPU_ISA
// can narrow. It would compute without these instructions too, but at a fraction of fp32's speed.
static const char *instructions(void)
{
    const unsigned isa = (unsigned)dnnl_get_effective_cpu_isa();
    const unsigned bf16 = dnnl_cpu_isa_avx512_core_bf16, amx = dnnl_cpu_isa_avx512_core_amx;
    if ((isa & amx) == amx)
        return "AMX";
    return (isa & bf16) == bf16 ? "AVX512_BF16" : NULL;
}

static void describe(char *text, size_t size)
{
    const char *how = instructions();
    snprintf(text, size, "oneDNN %d.%d.%d, %s", dnnl_version()->major, dnnl_version()->minor,
             dnnl_version()->patch,
             how ? how : "but this processor has neither AVX512_BF16 nor AMX");
}

static dnnl_status_t prepare(ppo_onednn *dnn)
{
    dnnl_status_t status = dnnl_engine_create(&dnn->engine, dnnl_cpu, 0);
    status = status ? status : dnnl_primitive_attr_create(&dnn->plain);
    return status ? status
                  : dnnl_primitive_attr_set_scratchpad_mode(dnn->plain, dnnl_scratchpad_mode_user);
}

static void close_context(context *c)
{
    if (!c)
        return;
    for (size_t op = 0; op < MAX_OPS; op++)
        for (size_t i = 0; i <= MAX_OPERANDS; i++)
            if (c->memory[op][i])
                dnnl_memory_destroy(c->memory[op][i]);
    if (c->stream)
        dnnl_stream_destroy(c->stream);
    free(c);
}

static void close_dnn(ppo_onednn *dnn)
{
    if (!dnn)
        return;
    for (size_t i = 0; i < NUM_CONTEXTS; i++)
        close_context(dnn->contexts[i]);
    for (size_t i = 0; i < dnn->num_ops; i++) {
        dnnl_primitive_destroy(dnn->ops[i].primitive);
        dnnl_primitive_desc_destroy(dnn->ops[i].desc);
    }
    if (dnn->plain)
        dnnl_primitive_attr_destroy(dnn->plain);
    if (dnn->engine)
        dnnl_engine_destroy(dnn->engine);
    free(dnn);
}

static ppo_status open_dnn(ppo_onednn **result, ppo_onednn_type type, ppo_error *error)
{
    *result = NULL;
    if (type == PPO_ONEDNN_BF16 && !instructions())
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "precision bf16 needs a processor with AVX512_BF16 or AMX, and oneDNN "
                        "%d.%d finds neither here (instruction set %#x); set precision to fp32",
                        dnnl_version()->major, dnnl_version()->minor,
                        (unsigned)dnnl_get_effective_cpu_isa());
    ppo_onednn_threads threads;
    if (!ppo_onednn_threads_find(&threads))
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "this oneDNN (%d.%d, CPU runtime %u) can't be held to one thread; install "
                        "one built for OpenMP, a thread pool or sequential use, or set precision "
                        "to fp32",
                        dnnl_version()->major, dnnl_version()->minor, dnnl_version()->cpu_runtime);
    ppo_onednn *dnn = calloc(1, sizeof *dnn);
    if (!dnn)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for oneDNN");
    dnn->threads = threads;
    const dnnl_status_t status = prepare(dnn);
    if (status != dnnl_success) {
        close_dnn(dnn);
        return fail_dnnl("an engine", status, error);
    }
    *result = dnn;
    return PPO_OK;
}

// --- making operations ---------------------------------------------------------------------------

// A tensor that is described for oneDNN to make an operation of.
typedef struct tensor {
    int ndims;
    dnnl_dims_t dims, strides;
    dnnl_data_type_t type;
    bool any; // in oneDNN's own order
} tensor;

static dnnl_status_t make_desc(dnnl_memory_desc_t *desc, const tensor *t)
{
#if DNNL_VERSION_MAJOR >= 3
    return t->any
               ? dnnl_memory_desc_create_with_tag(desc, t->ndims, t->dims, t->type,
                                                  dnnl_format_tag_any)
               : dnnl_memory_desc_create_with_strides(desc, t->ndims, t->dims, t->type, t->strides);
#else
    return t->any
               ? dnnl_memory_desc_init_by_tag(desc, t->ndims, t->dims, t->type, dnnl_format_tag_any)
               : dnnl_memory_desc_init_by_strides(desc, t->ndims, t->dims, t->type, t->strides);
#endif
}

static dnnl_status_t make_descs(dnnl_memory_desc_t *descs, const tensor *tensors, size_t count)
{
    dnnl_status_t status = dnnl_success;
    for (size_t i = 0; i < count && status == dnnl_success; i++)
        status = make_desc(&descs[i], &tensors[i]);
    return status;
}

static void release_descs(dnnl_memory_desc_t *descs, size_t count)
{
#if DNNL_VERSION_MAJOR >= 3
    for (size_t i = 0; i < count; i++)
        if (descs[i])
            dnnl_memory_desc_destroy(descs[i]);
#else
    (void)descs;
    (void)count;
#endif
}

static dnnl_data_type_t data_type(ppo_onednn_type type)
{
    return type == PPO_ONEDNN_BF16 ? dnnl_bf16 : dnnl_f32;
}

static tensor images_of(ppo_onednn_type type, size_t images, size_t height, size_t width,
                        size_t channels)
{
    const dnnl_dim_t n = (dnnl_dim_t)images, h = (dnnl_dim_t)height, w = (dnnl_dim_t)width,
                     c = (dnnl_dim_t)channels;
    return (tensor){.ndims = 4,
                    .dims = {n, c, h, w},
                    .strides = {h * w * c, 1, w * c, c},
                    .type = data_type(type)};
}

static tensor matrix(size_t rows, size_t columns, size_t row, size_t column, dnnl_data_type_t type)
{
    return (tensor){.ndims = 2,
                    .dims = {(dnnl_dim_t)rows, (dnnl_dim_t)columns},
                    .strides = {(dnnl_dim_t)row, (dnnl_dim_t)column},
                    .type = type,
                    .any = row == 0};
}

// How results are finished. NULL on failure.
static dnnl_primitive_attr_t make_attr(bool add, bool relu)
{
    dnnl_primitive_attr_t attr = NULL;
    dnnl_post_ops_t ops = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(&attr);
    status =
        status ? status : dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
    status = status ? status : dnnl_post_ops_create(&ops);
#if DNNL_VERSION_MAJOR >= 3
    if (add)
        status = status ? status : dnnl_post_ops_append_sum(ops, 1.0f, 0, dnnl_data_type_undef);
    if (relu)
        status = status ? status : dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_relu, 0.0f, 0.0f);
#else
    if (add)
        status = status ? status : dnnl_post_ops_append_sum(ops, 1.0f);
    if (relu)
        status = status ? status
                        : dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
#endif
    status = status ? status : dnnl_primitive_attr_set_post_ops(attr, ops);
    if (ops)
        dnnl_post_ops_destroy(ops);
    if (status == dnnl_success)
        return attr;
    if (attr)
        dnnl_primitive_attr_destroy(attr);
    return NULL;
}

// An operation that has its description: the primitive, and what its operands are.
static dnnl_status_t finish(operation *op)
{
    for (size_t i = 0; i < op->count; i++) {
        operand *o = &op->operands[i];
        o->desc = dnnl_primitive_desc_query_md(op->desc, dnnl_query_exec_arg_md, o->argument);
        if (!o->desc)
            return dnnl_runtime_error;
    }
    op->scratch = dnnl_primitive_desc_query_md(op->desc, dnnl_query_scratchpad_md, 0);
    if (op->scratch && dnnl_memory_desc_get_size(op->scratch) == 0)
        op->scratch = NULL;
    return dnnl_primitive_create(&op->primitive, op->desc);
}

// Takes the operation into the list; `status` is how making its description went.
static ppo_status keep(ppo_onednn *dnn, size_t *number, operation op, dnnl_status_t status,
                       const char *what, ppo_error *error)
{
    status = status ? status : finish(&op);
    if (status == dnnl_success && dnn->num_ops < MAX_OPS) {
        *number = dnn->num_ops;
        dnn->ops[dnn->num_ops++] = op;
        return PPO_OK;
    }
    if (op.primitive)
        dnnl_primitive_destroy(op.primitive);
    if (op.desc)
        dnnl_primitive_desc_destroy(op.desc);
    return fail_dnnl(what, status ? status : dnnl_unimplemented, error);
}

// --- convolutions --------------------------------------------------------------------------------

// What all three products of a convolution are described by.
typedef struct conv_descs {
    dnnl_memory_desc_t x, weight, bias, y;
    dnnl_dims_t strides, padding, dilation;
} conv_descs;

#if DNNL_VERSION_MAJOR >= 3
static dnnl_status_t describe_conv(dnnl_primitive_desc_t *desc, const ppo_onednn *dnn,
                                   ppo_onednn_conv_kind kind, conv_descs *c,
                                   const_dnnl_primitive_attr_t attr,
                                   const_dnnl_primitive_desc_t hint)
{
    if (kind == PPO_ONEDNN_CONV_FORWARD)
        return dnnl_convolution_forward_primitive_desc_create(
            desc, dnn->engine, dnnl_forward_training, dnnl_convolution_direct, c->x, c->weight,
            c->bias, c->y, c->strides, c->dilation, c->padding, c->padding, attr);
    if (kind == PPO_ONEDNN_CONV_DATA)
        return dnnl_convolution_backward_data_primitive_desc_create(
            desc, dnn->engine, dnnl_convolution_direct, c->x, c->weight, c->y, c->strides,
            c->dilation, c->padding, c->padding, hint, attr);
    return dnnl_convolution_backward_weights_primitive_desc_create(
        desc, dnn->engine, dnnl_convolution_direct, c->x, c->weight, c->bias, c->y, c->strides,
        c->dilation, c->padding, c->padding, hint, attr);
}
#else
static dnnl_status_t describe_conv(dnnl_primitive_desc_t *desc, const ppo_onednn *dnn,
                                   ppo_onednn_conv_kind kind, conv_descs *c,
                                   const_dnnl_primitive_attr_t attr,
                                   const_dnnl_primitive_desc_t hint)
{
    dnnl_convolution_desc_t op;
    dnnl_status_t status;
    if (kind == PPO_ONEDNN_CONV_FORWARD)
        status = dnnl_convolution_forward_desc_init(
            &op, dnnl_forward_training, dnnl_convolution_direct, &c->x, &c->weight, &c->bias, &c->y,
            c->strides, c->padding, c->padding);
    else if (kind == PPO_ONEDNN_CONV_DATA)
        status = dnnl_convolution_backward_data_desc_init(&op, dnnl_convolution_direct, &c->x,
                                                          &c->weight, &c->y, c->strides, c->padding,
                                                          c->padding);
    else
        status = dnnl_convolution_backward_weights_desc_init(&op, dnnl_convolution_direct, &c->x,
                                                             &c->weight, &c->bias, &c->y,
                                                             c->strides, c->padding, c->padding);
    return status ? status : dnnl_primitive_desc_create(desc, &op, attr, dnn->engine, hint);
}
#endif

static dnnl_status_t make_conv_descs(conv_descs *c, ppo_onednn_conv_kind kind,
                                     const ppo_onednn_conv_shape *s)
{
    const size_t height = (s->height + 2 * s->padding - s->kernel) / s->stride + 1;
    const size_t width = (s->width + 2 * s->padding - s->kernel) / s->stride + 1;
    const dnnl_dim_t k = (dnnl_dim_t)s->kernel, out = (dnnl_dim_t)s->out_channels;
    const bool to_weights = kind == PPO_ONEDNN_CONV_WEIGHTS;
    const tensor tensors[4] = {images_of(s->type, s->images, s->height, s->width, s->in_channels),
                               {.ndims = 4,
                                .dims = {out, (dnnl_dim_t)s->in_channels, k, k},
                                .type = to_weights ? dnnl_f32 : data_type(s->type),
                                .any = true},
                               {.ndims = 1, .dims = {out}, .strides = {1}, .type = dnnl_f32},
                               images_of(s->type, s->images, height, width, s->out_channels)};
    dnnl_memory_desc_t descs[4];
    memset(descs, 0, sizeof descs);
    const dnnl_status_t status = make_descs(descs, tensors, 4);
    *c = (conv_descs){.x = descs[0], .weight = descs[1], .bias = descs[2], .y = descs[3]};
    c->strides[0] = c->strides[1] = (dnnl_dim_t)s->stride;
    c->padding[0] = c->padding[1] = (dnnl_dim_t)s->padding;
    return status;
}

static void release_conv_descs(conv_descs *c)
{
    dnnl_memory_desc_t descs[4] = {c->x, c->weight, c->bias, c->y};
    release_descs(descs, 4);
}

// oneDNN describes a backward product with the help of the forward one.
static dnnl_status_t hint_for(dnnl_primitive_desc_t *hint, const ppo_onednn *dnn,
                              ppo_onednn_conv_kind kind, const ppo_onednn_conv_shape *shape)
{
    conv_descs descs;
    if (kind == PPO_ONEDNN_CONV_FORWARD)
        return dnnl_success;
    dnnl_status_t status = make_conv_descs(&descs, PPO_ONEDNN_CONV_FORWARD, shape);
    status = status ? status
                    : describe_conv(hint, dnn, PPO_ONEDNN_CONV_FORWARD, &descs, dnn->plain, NULL);
    release_conv_descs(&descs);
    return status;
}

static operation conv_operands(ppo_onednn_conv_kind kind)
{
    if (kind == PPO_ONEDNN_CONV_FORWARD)
        return (operation){.operands = {{.argument = DNNL_ARG_SRC},
                                        {.argument = DNNL_ARG_WEIGHTS},
                                        {.argument = DNNL_ARG_BIAS},
                                        {.argument = DNNL_ARG_DST, .is_result = true}},
                           .count = 4};
    if (kind == PPO_ONEDNN_CONV_DATA)
        return (operation){.operands = {{.argument = DNNL_ARG_DIFF_SRC, .is_result = true},
                                        {.argument = DNNL_ARG_WEIGHTS},
                                        {.argument = DNNL_ARG_DIFF_DST}},
                           .count = 3};
    return (operation){.operands = {{.argument = DNNL_ARG_SRC},
                                    {.argument = DNNL_ARG_DIFF_WEIGHTS, .is_result = true},
                                    {.argument = DNNL_ARG_DIFF_BIAS, .is_result = true},
                                    {.argument = DNNL_ARG_DIFF_DST}},
                       .count = 4};
}

// What oneDNN prepares is for as many threads as it may use now.
static ppo_status conv(ppo_onednn *dnn, size_t *number, ppo_onednn_conv_kind kind,
                       const ppo_onednn_conv_shape *shape, ppo_error *error)
{
    operation op = conv_operands(kind);
    conv_descs descs;
    dnnl_primitive_desc_t hint = NULL;
    const bool finished = kind == PPO_ONEDNN_CONV_FORWARD && (shape->relu || shape->add);
    dnnl_primitive_attr_t attr = finished ? make_attr(shape->add, shape->relu) : NULL;
    const int before = ppo_onednn_threads_limit(&dnn->threads);
    dnnl_status_t status = finished && !attr ? dnnl_out_of_memory : dnnl_success;
    status = status ? status : hint_for(&hint, dnn, kind, shape);
    const dnnl_status_t made = make_conv_descs(&descs, kind, shape);
    status = status ? status : made;
    status = status ? status
                    : describe_conv(&op.desc, dnn, kind, &descs, attr ? attr : dnn->plain, hint);
    const ppo_status result = keep(dnn, number, op, status, "a convolution", error);
    ppo_onednn_threads_restore(&dnn->threads, before);
    release_conv_descs(&descs);
    if (hint)
        dnnl_primitive_desc_destroy(hint);
    if (attr)
        dnnl_primitive_attr_destroy(attr);
    return result;
}

// --- max pooling
// --------------------------------------------------------------------------------------

static dnnl_status_t describe_pool(dnnl_primitive_desc_t *desc, const ppo_onednn *dnn, bool back,
                                   dnnl_memory_desc_t *descs, const dnnl_dims_t after,
                                   const_dnnl_primitive_desc_t hint)
{
    const dnnl_dims_t strides = {2, 2}, kernel = {3, 3}, before = {1, 1};
#if DNNL_VERSION_MAJOR >= 3
    const dnnl_dims_t dilation = {0, 0};
    return back ? dnnl_pooling_backward_primitive_desc_create(
                      desc, dnn->engine, dnnl_pooling_max, descs[0], descs[1], strides, kernel,
                      dilation, before, after, hint, dnn->plain)
                : dnnl_pooling_forward_primitive_desc_create(
                      desc, dnn->engine, dnnl_forward_training, dnnl_pooling_max, descs[0],
                      descs[1], strides, kernel, dilation, before, after, dnn->plain);
#else
    dnnl_pooling_desc_t op;
    const dnnl_status_t status =
        back ? dnnl_pooling_backward_desc_init(&op, dnnl_pooling_max, &descs[0], &descs[1], strides,
                                               kernel, before, after)
             : dnnl_pooling_forward_desc_init(&op, dnnl_forward_training, dnnl_pooling_max,
                                              &descs[0], &descs[1], strides, kernel, before, after);
    return status ? status : dnnl_primitive_desc_create(desc, &op, dnn->plain, dnn->engine, hint);
#endif
}

static ppo_status pool(ppo_onednn *dnn, size_t *number, ppo_onednn_pool_kind kind,
                       const ppo_onednn_conv_shape *s, ppo_error *error)
{
    const bool back = kind == PPO_ONEDNN_POOL_BACK;
    const size_t height = (s->height + 1) / 2, width = (s->width + 1) / 2;
    const tensor tensors[2] = {images_of(s->type, s->images, s->height, s->width, s->in_channels),
                               images_of(s->type, s->images, height, width, s->in_channels)};
    // How far the last window reaches beyond the image.
    const dnnl_dims_t after = {(dnnl_dim_t)(s->height % 2), (dnnl_dim_t)(s->width % 2)};
    operation op = {.operands = {{.argument = DNNL_ARG_SRC},
                                 {.argument = DNNL_ARG_DST, .is_result = true},
                                 {.argument = DNNL_ARG_WORKSPACE, .is_result = true}},
                    .count = 3};
    if (back)
        op = (operation){.operands = {{.argument = DNNL_ARG_DIFF_SRC, .is_result = true},
                                      {.argument = DNNL_ARG_WORKSPACE},
                                      {.argument = DNNL_ARG_DIFF_DST}},
                         .count = 3};
    dnnl_memory_desc_t descs[2];
    dnnl_primitive_desc_t hint = NULL;
    memset(descs, 0, sizeof descs);
    const int before = ppo_onednn_threads_limit(&dnn->threads);
    dnnl_status_t status = make_descs(descs, tensors, 2);
    if (back)
        status = status ? status : describe_pool(&hint, dnn, false, descs, after, NULL);
    status = status ? status : describe_pool(&op.desc, dnn, back, descs, after, hint);
    const ppo_status result = keep(dnn, number, op, status, "max pooling", error);
    ppo_onednn_threads_restore(&dnn->threads, before);
    release_descs(descs, 2);
    if (hint)
        dnnl_primitive_desc_destroy(hint);
    return result;
}

// --- products ------------------------------------------------------------------------------------

static dnnl_status_t describe_product(dnnl_primitive_desc_t *desc, const ppo_onednn *dnn,
                                      dnnl_memory_desc_t *descs, bool has_bias,
                                      const_dnnl_primitive_attr_t attr)
{
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_matmul_primitive_desc_create(desc, dnn->engine, descs[0], descs[1],
                                             has_bias ? descs[3] : NULL, descs[2], attr);
#else
    dnnl_matmul_desc_t op;
    const dnnl_status_t status =
        dnnl_matmul_desc_init(&op, &descs[0], &descs[1], has_bias ? &descs[3] : NULL, &descs[2]);
    return status ? status : dnnl_primitive_desc_create(desc, &op, attr, dnn->engine, NULL);
#endif
}

static ppo_status product(ppo_onednn *dnn, size_t *number, const ppo_onednn_product *p,
                          ppo_error *error)
{
    const tensor tensors[4] = {
        matrix(p->m, p->k, p->a_row, p->a_column, data_type(p->type)),
        matrix(p->k, p->n, p->b_row, p->b_column, data_type(p->type)),
        matrix(p->m, p->n, p->c_row, 1, p->c_fp32 ? dnnl_f32 : data_type(p->type)),
        matrix(1, p->n, p->n, 1, dnnl_f32),
    };
    operation op = {.operands = {{.argument = DNNL_ARG_SRC},
                                 {.argument = DNNL_ARG_WEIGHTS},
                                 {.argument = DNNL_ARG_DST, .is_result = true},
                                 {.argument = DNNL_ARG_BIAS}},
                    .count = p->bias_relu ? 4 : 3};
    dnnl_memory_desc_t descs[4];
    memset(descs, 0, sizeof descs);
    dnnl_primitive_attr_t attr = p->bias_relu ? make_attr(false, true) : NULL;
    const int before = ppo_onednn_threads_limit(&dnn->threads);
    dnnl_status_t status = p->bias_relu && !attr ? dnnl_out_of_memory : dnnl_success;
    status = status ? status : make_descs(descs, tensors, 4);
    status = status
                 ? status
                 : describe_product(&op.desc, dnn, descs, p->bias_relu, attr ? attr : dnn->plain);
    const ppo_status result = keep(dnn, number, op, status, "a matrix product", error);
    ppo_onednn_threads_restore(&dnn->threads, before);
    release_descs(descs, 4);
    if (attr)
        dnnl_primitive_attr_destroy(attr);
    return result;
}

// --- orders --------------------------------------------------------------------------------------

// Between a tensor of ours and an operand of `of`.
static ppo_status reorder(ppo_onednn *dnn, size_t *number, size_t of, size_t which,
                          const tensor *ours, bool back, ppo_error *error)
{
    const desc_view theirs = dnn->ops[of].operands[which].desc;
    operation op = {
        .operands = {{.argument = DNNL_ARG_FROM}, {.argument = DNNL_ARG_TO, .is_result = true}},
        .count = 2};
    dnnl_memory_desc_t desc;
    memset(&desc, 0, sizeof desc);
    const int before = ppo_onednn_threads_limit(&dnn->threads);
    dnnl_status_t status = make_desc(&desc, ours);
    status = status ? status
                    : dnnl_reorder_primitive_desc_create(&op.desc, back ? theirs : VIEW(desc),
                                                         dnn->engine, back ? VIEW(desc) : theirs,
                                                         dnn->engine, dnn->plain);
    const ppo_status result = keep(dnn, number, op, status, "an order of weights", error);
    ppo_onednn_threads_restore(&dnn->threads, before);
    release_descs(&desc, 1);
    return result;
}

static void dims_of(dnnl_dims_t dims, desc_view desc, int ndims)
{
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t *all = NULL;
    if (dnnl_memory_desc_query(desc, dnnl_query_dims, (void *)&all) == dnnl_success)
        memcpy(dims, *all, (size_t)ndims * sizeof *dims);
#else
    memcpy(dims, desc->dims, (size_t)ndims * sizeof *dims);
#endif
}

// [kernel, kernel, in, out] in fp32.
static tensor plain_weights(const ppo_onednn *dnn, size_t of)
{
    tensor t = {.ndims = 4, .type = dnnl_f32};
    dims_of(t.dims, dnn->ops[of].operands[1].desc, 4);
    const dnnl_dim_t out = t.dims[0], in = t.dims[1], width = t.dims[3];
    const dnnl_dims_t strides = {1, out, width * in * out, in * out};
    memcpy(t.strides, strides, sizeof strides);
    return t;
}

static ppo_status pack(ppo_onednn *dnn, size_t *number, size_t of, ppo_error *error)
{
    const tensor ours = plain_weights(dnn, of);
    return reorder(dnn, number, of, 1, &ours, false, error);
}

static ppo_status unpack(ppo_onednn *dnn, size_t *number, size_t of, ppo_error *error)
{
    const tensor ours = plain_weights(dnn, of);
    return reorder(dnn, number, of, 1, &ours, true, error);
}

static ppo_status pack_matrix(ppo_onednn *dnn, size_t *number, size_t of, size_t row, size_t column,
                              ppo_error *error)
{
    tensor ours = {.ndims = 2, .strides = {(dnnl_dim_t)row, (dnnl_dim_t)column}, .type = dnnl_f32};
    dims_of(ours.dims, dnn->ops[of].operands[1].desc, 2);
    return reorder(dnn, number, of, 1, &ours, false, error);
}

static size_t operand_bytes(const ppo_onednn *dnn, size_t op, size_t which)
{
    return dnnl_memory_desc_get_size(dnn->ops[op].operands[which].desc);
}

static size_t scratch_bytes(const ppo_onednn *dnn, size_t op)
{
    const operation *o = &dnn->ops[op];
    return o->scratch ? dnnl_memory_desc_get_size(o->scratch) : 0;
}

// --- running -------------------------------------------------------------------------------------

static context *make_context(const ppo_onednn *dnn)
{
    context *c = aligned_alloc(64, sizeof *c);
    if (!c)
        return NULL;
    memset(c, 0, sizeof *c);
    atomic_init(&c->taken, true);
    if (dnnl_stream_create(&c->stream, dnn->engine, dnnl_stream_default_flags) == dnnl_success)
        return c;
    free(c);
    return NULL;
}

// The context with this number, if it is free now.
static context *try_context(ppo_onednn *dnn, size_t number)
{
    bool free_one = false;
    context *c = atomic_load_explicit(&dnn->contexts[number], memory_order_acquire);
    if (c)
        return atomic_compare_exchange_strong_explicit(&c->taken, &free_one, true,
                                                       memory_order_acquire, memory_order_relaxed)
                   ? c
                   : NULL;
    context *made = make_context(dnn), *none = NULL;
    if (!made || atomic_compare_exchange_strong(&dnn->contexts[number], &none, made))
        return made;
    close_context(made);
    return NULL;
}

// A thread's search begins at a place computed from the address of its scratch memory, so that it
// finds the context that it used before. NULL: there is no memory for one.
static context *take_context(ppo_onednn *dnn, const void *scratch)
{
    const size_t first = (size_t)(((uintptr_t)scratch >> 12) * 0x9E3779B97F4A7C15u >> 56);
    for (size_t tries = 0; tries < 1000 * NUM_CONTEXTS; tries++) {
        context *c = try_context(dnn, (first + tries) % NUM_CONTEXTS);
        if (c)
            return c;
        if (tries % NUM_CONTEXTS == NUM_CONTEXTS - 1)
            sched_yield();
    }
    return NULL;
}

// Points the context's object for an operand to `data`, making it if it isn't there yet.
static dnnl_status_t set_memory(const ppo_onednn *dnn, dnnl_memory_t *memory, desc_view desc,
                                void *data)
{
    return *memory ? dnnl_memory_set_data_handle(*memory, data)
                   : dnnl_memory_create(memory, desc, dnn->engine, data);
}

// oneDNN takes what it only reads by the same kind of pointer as its results, so `write` stands for
// both here.
static dnnl_status_t execute(const ppo_onednn *dnn, size_t number, context *c,
                             const ppo_onednn_operand *operands, void *scratch)
{
    const operation *op = &dnn->ops[number];
    dnnl_memory_t *memory = c->memory[number];
    dnnl_exec_arg_t args[MAX_OPERANDS + 1];
    int count = 0;
    dnnl_status_t status = dnnl_success;
    for (size_t i = 0; i < op->count && status == dnnl_success; i++) {
        status = set_memory(dnn, &memory[i], op->operands[i].desc, operands[i].write);
        args[count++] = (dnnl_exec_arg_t){op->operands[i].argument, memory[i]};
    }
    if (op->scratch && status == dnnl_success) {
        status = set_memory(dnn, &memory[MAX_OPERANDS], op->scratch, scratch);
        args[count++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, memory[MAX_OPERANDS]};
    }
    if (status != dnnl_success)
        return status;
    const int before = ppo_onednn_threads_limit(&dnn->threads);
    status = dnnl_primitive_execute(op->primitive, c->stream, count, args);
    status = status ? status : dnnl_stream_wait(c->stream);
    ppo_onednn_threads_restore(&dnn->threads, before);
    return status;
}

static void run(ppo_onednn *dnn, size_t number, const ppo_onednn_operand *operands, void *scratch)
{
    const operation *op = &dnn->ops[number];
    context *c = take_context(dnn, scratch);
    const bool done = c && execute(dnn, number, c, operands, scratch) == dnnl_success;
    // All bits set are NaN in fp32 and in bf16. One element is enough to end training.
    for (size_t i = 0; i < op->count && !done; i++)
        if (op->operands[i].is_result)
            memset(operands[i].write, 0xFF, sizeof(float));
    if (c)
        atomic_store_explicit(&c->taken, false, memory_order_release);
}

PPO_MODULE_TABLE(ppo_onednn_module) = {
    .head = PPO_MODULE_HEAD(ppo_onednn_module, PPO_ONEDNN_ABI),
    .open = open_dnn,
    .close = close_dnn,
    .describe = describe,
    .conv = conv,
    .pool = pool,
    .product = product,
    .pack = pack,
    .unpack = unpack,
    .pack_matrix = pack_matrix,
    .operand_bytes = operand_bytes,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
