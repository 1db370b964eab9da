// SPDX-License-Identifier: MIT
// Inner products on oneDNN's C API, 2.x and 3.x alike; the only file that includes its header.
//
// Workload: 1 to a few thousand rows, 2 to a few thousand features, called thousands of times a
// second from every worker. All three products are one sgemm. It was measured against the
// inner-product and matmul primitives (2.6 and 3.7, AVX-512, plain and blocked weights) and is as
// fast or faster on nearly every shape; what it lacks is the bias, which costs a pass over y. The
// inner-product primitive takes padded rows in its reference version only, matmul in 2.6 only on
// top of the same sgemm, and executing any primitive builds a hash map of its arguments: 5 to 7
// allocations a call against sgemm's one.
//
// Threads: oneDNN asks its runtime how many threads the caller may use, so each call is put between
// run_alone and run_as_before. With OpenMP that is a setting of the calling thread. The functions
// are looked up at run time, in the same scope as oneDNN's own, so that libppo links no OpenMP.
//
// Owns the linear objects. Not here: chunking and summing over chunks, activations, convolution
// (it needs primitives: engine, stream, memory descriptors; it shares threading, call and
// fail_dnnl).
#include "nn/onednn.h"

#include "core/error.h"

#include <oneapi/dnnl/dnnl.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// How oneDNN is held to one thread; both NULL if it never makes more.
typedef struct threading {
    int (*get)(void); // omp_get_max_threads
    void (*set)(int); // omp_set_num_threads
} threading;

struct ppo_onednn_linear {
    threading threads;
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

static bool find_symbol(void *function, const char *name)
{
    void *const symbol = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &symbol, sizeof symbol); // ISO C has no cast from object to function pointer
    return symbol != NULL;
}

// False if oneDNN's runtime can't be held to one thread. A thread pool serves only the streams that
// it is given to, so without one that runtime is sequential.
static bool find_threading(threading *threads)
{
    *threads = (threading){NULL, NULL};
    switch (dnnl_version()->cpu_runtime) {
    case DNNL_RUNTIME_SEQ:
    case DNNL_RUNTIME_THREADPOOL:
        return true;
    case DNNL_RUNTIME_OMP:
        return find_symbol(&threads->get, "omp_get_max_threads") &&
               find_symbol(&threads->set, "omp_set_num_threads");
    default:
        return false;
    }
}

// Returns what run_as_before needs; 0: nothing to put back.
static int run_alone(const threading *threads)
{
    if (!threads->get)
        return 0;
    const int before = threads->get();
    if (before == 1)
        return 0;
    threads->set(1);
    return before;
}

static void run_as_before(const threading *threads, int before)
{
    if (before)
        threads->set(before);
}

// The codes that 2.x and 3.x share; later ones are all failures of the library itself.
static const char *dnnl_text(dnnl_status_t status)
{
    switch (status) {
    case dnnl_out_of_memory:
        return "out of memory";
    case dnnl_invalid_arguments:
        return "invalid arguments";
    case dnnl_unimplemented:
        return "it has nothing for this shape";
    case dnnl_runtime_error:
        return "runtime error";
    default:
        return "internal error";
    }
}

static ppo_status fail_dnnl(const ppo_onednn_linear *linear, const char *what, dnnl_status_t status,
                            ppo_error *error)
{
    const ppo_status code = status == dnnl_out_of_memory ? PPO_NO_MEMORY : PPO_UNSUPPORTED;
    return ppo_fail(error, code,
                    "oneDNN's sgemm failed in the %s of a linear layer, %lld rows x %lld in x "
                    "%lld out: %s (dnnl status %d)",
                    what, (long long)linear->rows, (long long)linear->in, (long long)linear->out,
                    dnnl_text(status), (int)status);
}

// c[m, n] = op(a)[m, k] op(b)[k, n]. `what` names the product in an error.
static ppo_status multiply(const ppo_onednn_linear *linear, const char *what, float *c,
                           dnnl_dim_t ldc, operand a, operand b, dnnl_dim_t m, dnnl_dim_t n,
                           dnnl_dim_t k, ppo_error *error)
{
    const int before = run_alone(&linear->threads);
    const dnnl_status_t status = dnnl_sgemm(a.transpose ? 'T' : 'N', b.transpose ? 'T' : 'N', m, n,
                                            k, 1.0f, a.data, a.ld, b.data, b.ld, 0.0f, c, ldc);
    run_as_before(&linear->threads, before);
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

void ppo_onednn_thread_begin(void)
{
    threading threads;
    if (find_threading(&threads) && threads.set)
        threads.set(1);
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
    threading threads;
    if (!find_threading(&threads))
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "this oneDNN (%d.%d, CPU runtime %u) can't be held to one thread; install "
                        "one built for OpenMP, a thread pool or sequential use",
                        dnnl_version()->major, dnnl_version()->minor, dnnl_version()->cpu_runtime);
    ppo_onednn_linear *made = malloc(sizeof *made);
    if (!made)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a linear layer");
    *made = (ppo_onednn_linear){.threads = threads,
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
