// SPDX-License-Identifier: MIT
// Naive references in double precision, and how results are held against them. For tests of nn and
// rl.
#ifndef PPO_TESTS_NN_REFERENCE_H
#define PPO_TESTS_NN_REFERENCE_H

#include "nn/mlp.h"
#include "nn/simd.h"
#include "ppo/random.h"

#include <math.h>
#include <stdlib.h>

#define REFERENCE_MAX_WIDTH 512

// Uniform in [low, high).
static inline void fill_uniform(float *x, size_t count, ppo_random *random, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)ppo_random_uniform(random, low, high);
}

// Memory of exactly `count` floats, all NaN, so that sanitisers see what is read beyond and results
// what is read before it is written. The test ends if there is none.
static inline float *new_floats(size_t count)
{
    float *x = malloc(count * sizeof *x);
    if (!x)
        abort();
    for (size_t i = 0; i < count; i++)
        x[i] = NAN;
    return x;
}

static inline double *new_doubles(const float *x, size_t count)
{
    double *y = malloc(count * sizeof *y);
    if (!y)
        abort();
    for (size_t i = 0; i < count; i++)
        y[i] = x ? (double)x[i] : 0.0;
    return y;
}

// Root of the mean square.
static inline double rms_of(const double *x, size_t count)
{
    double squares = 0.0;
    for (size_t i = 0; i < count; i++)
        squares += x[i] * x[i];
    return count ? sqrt(squares / (double)count) : 0.0;
}

// |got - wanted| relative to |wanted|, but to no less than `size`, the size that such values have:
// of a tiny one among them no more can be asked. NaN counts as infinitely wrong.
static inline double relative_error(double got, double wanted, double size)
{
    const double error = fabs(got - wanted) / fmax(fmax(fabs(wanted), size), 1e-30);
    return isnan(error) ? (double)INFINITY : error;
}

// Central difference of f(context) in *x.
static inline double central_difference(double (*f)(void *context), void *context, double *x,
                                        double step)
{
    const double middle = *x;
    *x = middle + step;
    const double above = f(context);
    *x = middle - step;
    const double below = f(context);
    *x = middle;
    return (above - below) / (2.0 * step);
}

// Outputs y [out] of a network for one row x [in]; `params` as in the library's block.
static inline void reference_mlp(const ppo_mlp *mlp, double *y, const double *params,
                                 const double *x)
{
    double now[REFERENCE_MAX_WIDTH], next[REFERENCE_MAX_WIDTH];
    for (size_t i = 0; i < mlp->layers[0].in; i++)
        now[i] = x[i];
    for (size_t l = 0; l < mlp->num_layers; l++) {
        const ppo_layer *layer = &mlp->layers[l];
        const bool last = l + 1 == mlp->num_layers;
        for (size_t o = 0; o < layer->out; o++) {
            double sum = params[layer->bias + o];
            for (size_t i = 0; i < layer->in; i++)
                sum += params[layer->weight + o * layer->in + i] * now[i];
            next[o] = last                                     ? sum
                      : mlp->activation == PPO_ACTIVATION_TANH ? tanh(sum)
                      : sum > 0.0                              ? sum
                                                               : 0.0;
        }
        for (size_t o = 0; o < layer->out; o++)
            now[o] = next[o];
    }
    for (size_t o = 0; o < mlp->layers[mlp->num_layers - 1].out; o++)
        y[o] = now[o];
}

#endif
