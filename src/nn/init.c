// SPDX-License-Identifier: MIT
// Orthogonal initialisation: a Gaussian matrix made orthonormal by the modified Gram-Schmidt
// process, each vector twice ("twice is enough", Giraud et al. 2005), in double precision.
#include "nn/init.h"

#include "core/error.h"
#include "core/rng.h"

#include <math.h>
#include <stdlib.h>

static const double two_pi = 6.283185307179586;

// Standard normal deviates by Box & Muller 1958, two from each pair of uniforms.
static void fill_normal(double *x, size_t count, uint64_t seed, uint32_t stream)
{
    for (size_t i = 0; i < count; i += 2) {
        const ppo_rng_block block = ppo_rng_draw(seed, PPO_RNG_INIT, stream, i / 2);
        const double radius = sqrt(-2.0 * log((double)ppo_rng_uniform(block.word[0])));
        const double angle = two_pi * (double)ppo_rng_uniform(block.word[1]);
        x[i] = radius * cos(angle);
        if (i + 1 < count)
            x[i + 1] = radius * sin(angle);
    }
}

// In eight sums side by side: one after the other would wait for each addition.
static double dot(const double *a, const double *b, size_t n)
{
    double part[8] = {0.0}, sum = 0.0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++)
            part[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        sum += a[i] * b[i];
    for (size_t k = 0; k < 8; k++)
        sum += part[k];
    return sum;
}

// Makes the vectors q[0 .. count-1], each of length n >= count, orthonormal.
static void orthonormalise(double *q, size_t count, size_t n)
{
    for (size_t v = 0; v < count; v++) {
        double *x = q + v * n;
        for (int pass = 0; pass < 2; pass++)
            for (size_t u = 0; u < v; u++) {
                const double *y = q + u * n;
                const double overlap = dot(x, y, n);
                for (size_t i = 0; i < n; i++)
                    x[i] -= overlap * y[i];
            }
        const double length = sqrt(dot(x, x, n));
        for (size_t i = 0; i < n; i++)
            x[i] /= length;
    }
}

ppo_status ppo_init_orthogonal(float *weight, size_t rows, size_t cols, double gain, uint64_t seed,
                               uint32_t stream, ppo_error *error)
{
    const bool wide = rows <= cols;
    const size_t count = wide ? rows : cols, n = wide ? cols : rows;
    double *q = calloc(count * n, sizeof *q);
    if (!q)
        return ppo_fail(error, PPO_NO_MEMORY,
                        "not enough memory to initialise a weight of %zu x %zu", rows, cols);
    fill_normal(q, count * n, seed, stream);
    orthonormalise(q, count, n);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            weight[r * cols + c] = (float)(gain * (wide ? q[r * n + c] : q[c * n + r]));
    free(q);
    return PPO_OK;
}
