// SPDX-License-Identifier: MIT
// A list of a few operations on arrays [channels, height, width]: see cnn_reference.h.
#include "unit/nn/support/cnn_reference.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NODES 48

typedef enum node_kind { INPUT, CONVOLVE, RELU, POOL, ADD } node_kind;

typedef struct cnn_reference_node {
    node_kind kind;
    const struct cnn_reference_node *a, *b; // operands
    size_t channels, height, width;
    size_t kernel, stride, padding; // of convolutions
    size_t weight, bias;            // their tensors' places
    double *x, *dx;
    bool rounds;
} node;

double cnn_reference_rounded(double x)
{
    int exponent;
    const double fraction = frexp(x, &exponent);
    return ldexp(rint(ldexp(fraction, 8)), exponent - 8);
}

static double *zeros(size_t count)
{
    double *x = calloc(count, sizeof *x);
    if (!x)
        abort();
    return x;
}

static size_t size_of(const node *n)
{
    return n->channels * n->height * n->width;
}

static void round_all(const node *n, double *x)
{
    for (size_t i = 0; n->rounds && i < size_of(n); i++)
        x[i] = cnn_reference_rounded(x[i]);
}

static node *add_node(cnn_reference *t, node_kind kind, const node *a, size_t channels,
                      size_t height, size_t width)
{
    assert(t->num_nodes < MOST_NODES);
    node *n = &t->nodes[t->num_nodes++];
    *n = (node){.kind = kind, .a = a, .channels = channels, .height = height, .width = width};
    n->x = zeros(size_of(n));
    n->dx = zeros(size_of(n));
    n->rounds = t->rounds;
    return n;
}

static void note(cnn_reference *t, double distance)
{
    t->clearance = fmin(t->clearance, fabs(distance));
}

// --- convolution ---------------------------------------------------------------------------------

static size_t place_of(const cnn_reference *t, size_t module, const char *what)
{
    char name[PPO_NAME_SIZE];
    snprintf(name, sizeof name, "%s.%zu.%s", t->name, module, what);
    const ppo_param *param = ppo_params_find(t->params, name);
    if (!param)
        abort();
    return param->offset;
}

// The pixel of the operand under position (ky, kx) of the kernel; -1 outside it.
static ptrdiff_t pixel_under(const node *n, size_t y, size_t x, size_t ky, size_t kx)
{
    const size_t row = y * n->stride + ky, column = x * n->stride + kx; // in the padded image
    if (row < n->padding || row >= n->a->height + n->padding || column < n->padding ||
        column >= n->a->width + n->padding)
        return -1;
    return (ptrdiff_t)((row - n->padding) * n->a->width + column - n->padding);
}

// One output (o, y, x): its value, or with `grad` what its gradient adds to weights and operand.
static double at_output(const node *n, size_t o, size_t y, size_t x, const double *values,
                        double *grad, double dy)
{
    const size_t pixels = n->a->height * n->a->width, k = n->kernel;
    double sum = values[n->bias + o];
    for (size_t ky = 0; ky < k; ky++)
        for (size_t kx = 0; kx < k; kx++) {
            const ptrdiff_t pixel = pixel_under(n, y, x, ky, kx);
            for (size_t c = 0; pixel >= 0 && c < n->a->channels; c++) {
                const size_t w = n->weight + ((o * n->a->channels + c) * k + ky) * k + kx;
                const size_t from = c * pixels + (size_t)pixel;
                sum += values[w] * n->a->x[from];
                if (!grad)
                    continue;
                grad[w] += dy * n->a->x[from];
                n->a->dx[from] += dy * values[w];
            }
        }
    if (grad)
        grad[n->bias + o] += dy;
    return sum;
}

static const node *convolve(cnn_reference *t, const node *a, size_t module, size_t channels,
                            size_t kernel, size_t stride, size_t padding, const double *values)
{
    node *n = add_node(t, CONVOLVE, a, channels, (a->height + 2 * padding - kernel) / stride + 1,
                       (a->width + 2 * padding - kernel) / stride + 1);
    n->kernel = kernel;
    n->stride = stride;
    n->padding = padding;
    n->weight = place_of(t, module, "weight");
    n->bias = place_of(t, module, "bias");
    for (size_t i = 0; i < size_of(n); i++)
        n->x[i] = at_output(n, i / n->width / n->height, i / n->width % n->height, i % n->width,
                            values, NULL, 0.0);
    return n;
}

static void convolve_back(const node *n, double *grad, const double *values)
{
    for (size_t i = 0; i < size_of(n); i++)
        at_output(n, i / n->width / n->height, i / n->width % n->height, i % n->width, values, grad,
                  n->dx[i]);
}

// --- the other operations ------------------------------------------------------------------------

static const node *relu(cnn_reference *t, const node *a)
{
    node *n = add_node(t, RELU, a, a->channels, a->height, a->width);
    for (size_t i = 0; i < size_of(n); i++) {
        n->x[i] = fmax(a->x[i], 0.0);
        note(t, a->x[i]);
    }
    round_all(n, n->x);
    return n;
}

static const node *add(cnn_reference *t, const node *a, const node *b)
{
    node *n = add_node(t, ADD, a, a->channels, a->height, a->width);
    n->b = b;
    for (size_t i = 0; i < size_of(n); i++)
        n->x[i] = a->x[i] + b->x[i];
    round_all(n, n->x);
    return n;
}

// Where the maximum of output (c, y, x) comes from, and how far the second one is below it.
static size_t maximum_at(const node *n, size_t c, size_t y, size_t x, double *gap)
{
    const node shape = {.a = n->a, .stride = 2, .padding = 1};
    size_t best = SIZE_MAX;
    *gap = INFINITY;
    for (size_t k = 0; k < 9; k++) {
        const ptrdiff_t pixel = pixel_under(&shape, y, x, k / 3, k % 3);
        const size_t at = c * n->a->height * n->a->width + (size_t)pixel;
        if (pixel < 0)
            continue;
        if (best != SIZE_MAX)
            *gap = n->a->x[at] > n->a->x[best] ? n->a->x[at] - n->a->x[best]
                                               : fmin(*gap, n->a->x[best] - n->a->x[at]);
        if (best == SIZE_MAX || n->a->x[at] > n->a->x[best])
            best = at;
    }
    return best;
}

static const node *pool(cnn_reference *t, const node *a)
{
    node *n = add_node(t, POOL, a, a->channels, (a->height + 1) / 2, (a->width + 1) / 2);
    round_all(a, a->x); // equal ones decide otherwise
    for (size_t i = 0; i < size_of(n); i++) {
        double gap;
        n->x[i] = a->x[maximum_at(n, i / n->width / n->height, i / n->width % n->height,
                                  i % n->width, &gap)];
        note(t, gap);
    }
    return n;
}

static void node_back(const node *n, double *grad, const double *values)
{
    double gap;
    round_all(n, n->dx);
    if (n->kind == CONVOLVE) {
        convolve_back(n, grad, values);
        return;
    }
    for (size_t i = 0; n->kind != INPUT && i < size_of(n); i++) {
        if (n->kind == RELU)
            n->a->dx[i] += n->a->x[i] > 0.0 ? n->dx[i] : 0.0;
        if (n->kind == ADD) {
            n->a->dx[i] += n->dx[i];
            n->b->dx[i] += n->dx[i];
        }
        if (n->kind == POOL)
            n->a->dx[maximum_at(n, i / n->width / n->height, i / n->width % n->height, i % n->width,
                                &gap)] += n->dx[i];
    }
}

// --- the networks --------------------------------------------------------------------------------

static const node *nature(cnn_reference *t, const node *x, const double *values)
{
    x = relu(t, convolve(t, x, 0, 32, 8, 4, 0, values));
    x = relu(t, convolve(t, x, 2, 64, 4, 2, 0, values));
    return relu(t, convolve(t, x, 4, 64, 3, 1, 0, values));
}

static const node *residual(cnn_reference *t, const node *x, size_t module, const double *values)
{
    const size_t channels = x->channels;
    const node *y = convolve(t, relu(t, x), module, channels, 3, 1, 1, values);
    y = convolve(t, relu(t, y), module + 1, channels, 3, 1, 1, values);
    return add(t, x, y);
}

static const node *impala(cnn_reference *t, const node *x, const double *values)
{
    static const size_t channels[3] = {16, 32, 32};
    for (size_t i = 0; i < 3; i++) {
        x = pool(t, convolve(t, x, 5 * i, channels[i], 3, 1, 1, values));
        x = residual(t, x, 5 * i + 1, values);
        x = residual(t, x, 5 * i + 3, values);
    }
    return relu(t, x);
}

static cnn_reference forward(cnn_reference t, ppo_network_kind kind, const double *values,
                             const uint8_t *image)
{
    const ppo_cnn *cnn = t.cnn;
    t.clearance = INFINITY;
    t.nodes = calloc(MOST_NODES, sizeof *t.nodes);
    if (!t.nodes)
        abort();
    const node *x =
        add_node(&t, INPUT, NULL, cnn->shape.channels, cnn->shape.height, cnn->shape.width);
    for (size_t i = 0; i < size_of(x); i++)
        x->x[i] = image[i] / 255.0;
    x = kind == PPO_NETWORK_NATURE_CNN ? nature(&t, x, values) : impala(&t, x, values);
    t.flat = x->x;
    return t;
}

cnn_reference cnn_reference_forward(const ppo_cnn *cnn, ppo_network_kind kind, const char *name,
                                    const ppo_params *params, const double *values,
                                    const uint8_t *image)
{
    return forward((cnn_reference){.cnn = cnn, .name = name, .params = params}, kind, values,
                   image);
}

cnn_reference cnn_reference_forward_bf16(const ppo_cnn *cnn, ppo_network_kind kind,
                                         const char *name, const ppo_params *params,
                                         const double *values, const uint8_t *image)
{
    return forward((cnn_reference){.cnn = cnn, .name = name, .params = params, .rounds = true},
                   kind, values, image);
}

void cnn_reference_release(cnn_reference *t)
{
    for (size_t i = 0; i < t->num_nodes; i++) {
        free(t->nodes[i].x);
        free(t->nodes[i].dx);
    }
    free(t->nodes);
}

void cnn_reference_backward(const cnn_reference *t, double *grad, const double *values,
                            const double *dflat)
{
    for (size_t i = 0; i < t->num_nodes; i++)
        memset(t->nodes[i].dx, 0, size_of(&t->nodes[i]) * sizeof(double));
    const node *last = &t->nodes[t->num_nodes - 1];
    memcpy(last->dx, dflat, size_of(last) * sizeof(double));
    for (size_t i = t->num_nodes; i-- > 0;)
        node_back(&t->nodes[i], grad, values);
}

void cnn_reference_features(const cnn_reference *t, double *y, const double *values)
{
    const ppo_linear *linear = &t->cnn->shape.linear;
    for (size_t o = 0; o < linear->out; o++) {
        double sum = values[t->cnn->shape.linear_bias + o];
        for (size_t i = 0; i < linear->in; i++)
            sum += values[t->cnn->shape.linear_weight + o * linear->in + i] * t->flat[i];
        y[o] = fmax(sum, 0.0);
    }
}
