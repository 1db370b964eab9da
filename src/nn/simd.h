// SPDX-License-Identifier: MIT
// One vector type for the kernels of src/nn/: as wide as the instruction set of this build allows,
// written with the compilers' vector extension (gcc and clang, any architecture).
//
// Division and square root are multi-cycle on every core; with AVX-512 they are replaced by the
// architecture's 14-bit approximations and one Newton step (relative error below 2^-23).
#ifndef PPO_NN_SIMD_H
#define PPO_NN_SIMD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define PPO_LANES 16
#elif defined(__AVX__)
#define PPO_LANES 8
#else
#define PPO_LANES 4
#endif

typedef float ppo_vec __attribute__((vector_size(PPO_LANES * 4)));
typedef int32_t ppo_ivec __attribute__((vector_size(PPO_LANES * 4)));

#define PPO_INLINE static inline __attribute__((always_inline))

// n rounded up to whole vectors.
PPO_INLINE size_t ppo_pad(size_t n)
{
    return (n + PPO_LANES - 1) / PPO_LANES * PPO_LANES;
}

PPO_INLINE ppo_vec ppo_v_load(const float *p)
{
    ppo_vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

PPO_INLINE void ppo_v_store(float *p, ppo_vec v)
{
    memcpy(p, &v, sizeof v);
}

PPO_INLINE ppo_vec ppo_v_set(float x)
{
    return x - (ppo_vec){0};
}

PPO_INLINE ppo_vec ppo_v_select(ppo_ivec mask, ppo_vec yes, ppo_vec no)
{
    return (ppo_vec)((mask & (ppo_ivec)yes) | (~mask & (ppo_ivec)no));
}

// Loads of a part, and the smaller and the larger of two (NaN if b is NaN).
#if defined(__AVX512F__)
#include <immintrin.h>

// The first `count` elements, fewer than a vector, and zeros; reads nothing behind them.
PPO_INLINE ppo_vec ppo_v_load_first(const float *p, size_t count)
{
    return (ppo_vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1u), p);
}

// Writes the first `count` elements, fewer than a vector, and nothing behind them.
PPO_INLINE void ppo_v_store_first(float *p, ppo_vec v, size_t count)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1u), (__m512)v);
}

PPO_INLINE ppo_vec ppo_v_min(ppo_vec a, ppo_vec b)
{
    return (ppo_vec)_mm512_min_ps((__m512)a, (__m512)b);
}

PPO_INLINE ppo_vec ppo_v_max(ppo_vec a, ppo_vec b)
{
    return (ppo_vec)_mm512_max_ps((__m512)a, (__m512)b);
}

// 1 / x for normal x.
PPO_INLINE ppo_vec ppo_v_reciprocal(ppo_vec x)
{
    const ppo_vec y = (ppo_vec)_mm512_rcp14_ps((__m512)x);
    return y * (2.0f - x * y);
}

// sqrt(x) for x >= 0: x / sqrt(x), with a tiny offset that keeps 0 away from infinity.
PPO_INLINE ppo_vec ppo_v_sqrt(ppo_vec x)
{
    const ppo_vec shifted = x + 1e-36f;
    const ppo_vec y = (ppo_vec)_mm512_rsqrt14_ps((__m512)shifted);
    return shifted * (y * (1.5f - 0.5f * shifted * y * y));
}
#else
PPO_INLINE void ppo_v_store_first(float *p, ppo_vec v, size_t count)
{
    memcpy(p, &v, count * sizeof *p);
}

#if defined(__AVX__) // compilers don't find these instructions
#include <immintrin.h>

PPO_INLINE ppo_vec ppo_v_load_first(const float *p, size_t count)
{
    const ppo_ivec mask = (ppo_ivec){0, 1, 2, 3, 4, 5, 6, 7} < (int32_t)count;
    return (ppo_vec)_mm256_maskload_ps(p, (__m256i)mask);
}

PPO_INLINE ppo_vec ppo_v_min(ppo_vec a, ppo_vec b)
{
    return (ppo_vec)_mm256_min_ps((__m256)a, (__m256)b);
}

PPO_INLINE ppo_vec ppo_v_max(ppo_vec a, ppo_vec b)
{
    return (ppo_vec)_mm256_max_ps((__m256)a, (__m256)b);
}
#else
PPO_INLINE ppo_vec ppo_v_load_first(const float *p, size_t count)
{
    ppo_vec v = {0};
    for (size_t i = 0; i < count; i++)
        v[i] = p[i];
    return v;
}

PPO_INLINE ppo_vec ppo_v_min(ppo_vec a, ppo_vec b)
{
    return ppo_v_select(a < b, a, b);
}

PPO_INLINE ppo_vec ppo_v_max(ppo_vec a, ppo_vec b)
{
    return ppo_v_select(a > b, a, b);
}
#endif

PPO_INLINE ppo_vec ppo_v_reciprocal(ppo_vec x)
{
    return 1.0f / x;
}

PPO_INLINE ppo_vec ppo_v_sqrt(ppo_vec x)
{
    ppo_vec root;
    for (int i = 0; i < PPO_LANES; i++)
        root[i] = __builtin_sqrtf(x[i]);
    return root;
}
#endif

// A vector, or what is left of a row: its last `left` elements, with zeros behind them.
PPO_INLINE ppo_vec ppo_v_load_part(const float *p, size_t left)
{
    return left < PPO_LANES ? ppo_v_load_first(p, left) : ppo_v_load(p);
}

PPO_INLINE void ppo_v_store_part(float *p, ppo_vec v, size_t left)
{
    if (left < PPO_LANES)
        ppo_v_store_first(p, v, left);
    else
        ppo_v_store(p, v);
}

// x brought into [low, high]; NaN stays NaN.
PPO_INLINE ppo_vec ppo_v_clamp(ppo_vec x, float low, float high)
{
    return ppo_v_max(ppo_v_set(low), ppo_v_min(ppo_v_set(high), x));
}

// tanh(x), relative error below 5e-7: x P(x^2) / Q(x^2) fitted to [-9.02, 9.02], beyond which
// float's tanh is 1. NaN comes out as NaN.
PPO_INLINE ppo_vec ppo_v_tanh(ppo_vec x)
{
    const float p[5] = {0.999999979f, 0.133797198f, 0.00349403674f, 2.0583515e-05f,
                        1.33191147e-08f};
    const float q[5] = {1.0f, 0.467130351f, 0.0258710816f, 0.000328309631f, 7.7620378e-07f};
    const ppo_vec c = ppo_v_clamp(x, -9.02f, 9.02f);
    const ppo_vec s = c * c;
    const ppo_vec numerator = (((p[4] * s + p[3]) * s + p[2]) * s + p[1]) * s + p[0];
    const ppo_vec denominator = (((q[4] * s + q[3]) * s + q[2]) * s + q[1]) * s + q[0];
    return c * numerator * ppo_v_reciprocal(denominator);
}

// exp(x), relative error below 2e-7; saturates at exp(-87) and exp(88). Cody & Waite's reduction to
// |r| <= ln(2) / 2, then the Taylor polynomial of degree 7. NaN comes out as NaN.
PPO_INLINE ppo_vec ppo_v_exp(ppo_vec x)
{
    const ppo_vec c = ppo_v_clamp(x, -87.0f, 88.0f);
    const ppo_vec n = (c * 1.44269504f + 12582912.0f) - 12582912.0f; // rounded to an integer
    const ppo_vec r = (c - n * 0.693359375f) - n * -2.12194440e-4f;
    ppo_vec e = r * (1.0f / 5040.0f) + 1.0f / 720.0f;
    e = e * r + 1.0f / 120.0f;
    e = e * r + 1.0f / 24.0f;
    e = e * r + 1.0f / 6.0f;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    const ppo_ivec exponent = (__builtin_convertvector(n, ppo_ivec) + 127) << 23;
    return ppo_v_select(x == x, e * (ppo_vec)exponent, x);
}

// The logistic function 1 / (1 + exp(-x)), relative error below 5e-7; 0 below -87. NaN comes out as
// NaN.
PPO_INLINE ppo_vec ppo_v_logistic(ppo_vec x)
{
    return ppo_v_reciprocal(1.0f + ppo_v_exp(-x));
}

// log(x) for normal positive x, absolute error below 2e-7 + 1e-7 |log x|: x = m 2^n with m in
// [sqrt(1/2), sqrt(2)), log m = 2 atanh((m - 1) / (m + 1)).
PPO_INLINE ppo_vec ppo_v_log(ppo_vec x)
{
    const ppo_ivec shifted = (ppo_ivec)x - 0x3f3504f3; // bits of sqrt(1/2)
    const ppo_ivec exponent = shifted >> 23;
    const ppo_vec m = (ppo_vec)((shifted & 0x007fffff) + 0x3f3504f3);
    const ppo_vec n = __builtin_convertvector(exponent, ppo_vec);
    const ppo_vec s = (m - 1.0f) * ppo_v_reciprocal(m + 1.0f);
    const ppo_vec q = s * s;
    const ppo_vec series =
        (((q * (1.0f / 9.0f) + 1.0f / 7.0f) * q + 0.2f) * q + 1.0f / 3.0f) * q + 1.0f;
    return n * 0.693147181f + 2.0f * s * series;
}

#endif
