// SPDX-License-Identifier: MIT
// Philox with the words of neighbouring rows in the lanes of a vector, and loops for Box & Muller's
// method that compilers vectorise. Workload: 1 to 64 rows, once for each time step. Owns nothing.
//
// Logarithm, sine and cosine are those of Arm's optimized routines (logf.c and sincosf.c, MIT
// licence), which glibc and musl have taken over: polynomials in double, correct to about 0.82 and
// 0.56 units in the last place of float.
#include "nn/random_rows.h"

#include "nn/mlp.h"
#include "nn/simd.h"

#include <assert.h>
#include <math.h>

#define LD     PPO_CHUNK_ROWS
#define HALVES (PPO_LANES / 2) // 64-bit lanes

// Numbers of 32 bits in lanes of 64, whose upper halves may hold anything.
typedef uint64_t wide __attribute__((vector_size(HALVES * 8)));
typedef uint32_t narrow __attribute__((vector_size(HALVES * 4)));

// Products of the lower halves.
static wide product(wide a, uint32_t b)
{
    const wide factor = b - (wide){0};
#if defined(__AVX512F__)
    return (wide)_mm512_mul_epu32((__m512i)a, (__m512i)factor);
#elif defined(__AVX2__)
    return (wide)_mm256_mul_epu32((__m256i)a, (__m256i)factor);
#else
    return (a & 0xFFFFFFFFu) * factor;
#endif
}

static void store_low(uint32_t *to, wide words)
{
    const narrow low = __builtin_convertvector(words, narrow);
    memcpy(to, &low, sizeof low);
}

// ppo_rng_draw for HALVES rows.
static void draw(uint32_t *words, uint64_t seed, ppo_rng_purpose purpose, const uint32_t *index,
                 uint64_t step)
{
    narrow rows;
    memcpy(&rows, index, sizeof rows);
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    wide c[4] = {__builtin_convertvector(rows, wide), step - (wide){0}, (step >> 32) - (wide){0},
                 (uint64_t)purpose - (wide){0}};
    for (int round = 0; round < 10; round++) {
        const wide a = product(c[0], 0xD2511F53u), b = product(c[2], 0xCD9E8D57u);
        c[0] = (b >> 32) ^ c[1] ^ key[0];
        c[1] = b;
        c[2] = (a >> 32) ^ c[3] ^ key[1];
        c[3] = a;
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    for (size_t i = 0; i < 4; i++)
        store_low(words + i * LD, c[i]);
}

void ppo_random_rows_draw(uint32_t *words, uint64_t seed, ppo_rng_purpose purpose,
                          const uint32_t *index, uint64_t step, size_t count)
{
    uint32_t padded[LD] = {0};
    assert(count <= LD);
    memcpy(padded, index, count * sizeof *index);
    for (size_t i = 0; i < count; i += HALVES)
        draw(words + i, seed, purpose, padded + i, step);
}

// --- normal deviates -----------------------------------------------------------------------------

// 1 / c and log c for c near the middle of each sixteenth of an octave, from 0.699 up.
static const double reciprocals[16] = {0x1.661ec79f8f3bep+0, 0x1.571ed4aaf883dp+0,
                                       0x1.49539f0f010bp+0,  0x1.3c995b0b80385p+0,
                                       0x1.30d190c8864a5p+0, 0x1.25e227b0b8eap+0,
                                       0x1.1bb4a4a1a343fp+0, 0x1.12358f08ae5bap+0,
                                       0x1.0953f419900a7p+0, 0x1p+0,
                                       0x1.e608cfd9a47acp-1, 0x1.ca4b31f026aap-1,
                                       0x1.b2036576afce6p-1, 0x1.9c2d163a1aa2dp-1,
                                       0x1.886e6037841edp-1, 0x1.767dcf5534862p-1};
static const double logarithms[16] = {-0x1.57bf7808caadep-2, -0x1.2bef0a7c06ddbp-2,
                                      -0x1.01eae7f513a67p-2, -0x1.b31d8a68224e9p-3,
                                      -0x1.6574f0ac07758p-3, -0x1.1aa2bc79c81p-3,
                                      -0x1.a4e76ce8c0e5ep-4, -0x1.1973c5a611cccp-4,
                                      -0x1.252f438e10c1ep-5, 0x0p+0,
                                      0x1.aa5aa5df25984p-5,  0x1.c5e53aa362eb4p-4,
                                      0x1.526e57720db08p-3,  0x1.bc2860d22477p-3,
                                      0x1.1058bc8a07ee1p-2,  0x1.4043057b6ee09p-2};

static inline float uniform(uint32_t word)
{
    return ((float)(int32_t)(word >> 9) + 0.5f) * 0x1p-23f; // ppo_rng_uniform; signed is faster
}

// sqrt(-2 log x) of uniform x = z 2^k with z = c (1 + r): log x = log(1 + r) + log c + k log 2. The
// look-up is a loop of its own, because only the others can be vectorised.
static void fill_radii(float *restrict radius, const uint32_t *restrict words, size_t count)
{
    float z[LD];
    int32_t place[LD]; // k, and below it the place in the tables
    double reciprocal[LD], logarithm[LD];
    for (size_t i = 0; i < count; i++) {
        const float x = uniform(words[i]);
        int32_t bits;
        memcpy(&bits, &x, sizeof bits);
        place[i] = (bits - 0x3f330000) >> 19;
        bits -= (place[i] & ~15) * (1 << 19); // k 2^23
        memcpy(&z[i], &bits, sizeof bits);
    }
    for (size_t i = 0; i < count; i++) {
        reciprocal[i] = reciprocals[place[i] & 15];
        logarithm[i] = logarithms[place[i] & 15];
    }
    for (size_t i = 0; i < count; i++) {
        const double r = (double)z[i] * reciprocal[i] - 1.0, r2 = r * r;
        const double start = logarithm[i] + (double)(place[i] >> 4) * 0x1.62e42fefa39efp-1;
        const double tail = 0x1.5575b0be00b6ap-2 * r - 0x1.ffffef20a4123p-2;
        const double log_x = (-0x1.00ea348b88334p-2 * r2 + tail) * r2 + (start + r);
        radius[i] = sqrtf(-2.0f * (float)log_x);
    }
}

void ppo_random_rows_normal(float *restrict first, float *restrict second,
                            const uint32_t *restrict u, const uint32_t *restrict v, size_t count)
{
    float radius[LD];
    assert(count <= LD);
    fill_radii(radius, u, count);
    for (size_t i = 0; i < count; i++) {
        // The angle is x + n quarters of a turn, |x| at most an eighth.
        const double angle = (double)(6.2831853f * uniform(v[i]));
        const int32_t n = ((int32_t)(angle * 0x1.45f306dc9c883p+23) + 0x800000) >> 24;
        const double x = angle - (double)n * 0x1.921fb54442d18p+0;
        const double x2 = x * x, x3 = x2 * x, x4 = x2 * x2;
        const double s1 = x + x3 * -0x1.555545995a603p-3;
        const double s2 = 0x1.1107605230bc4p-7 + x2 * -0x1.994eb3774cf24p-13;
        const double c1 = 1.0 + x2 * -0x1.ffffffd0c621cp-2 + x4 * 0x1.55553e1068f19p-5;
        const double c2 = -0x1.6c087e89a359dp-10 + x2 * 0x1.99343027bf8c3p-16;
        const float sine = (float)(s1 + x3 * x2 * s2), cosine = (float)(c1 + x4 * x2 * c2);
        const float across = n & 1 ? sine : cosine, up = n & 1 ? cosine : sine;
        first[i] = radius[i] * ((n + 1) & 2 ? -across : across);
        second[i] = radius[i] * (n & 2 ? -up : up);
    }
}
