// SPDX-License-Identifier: MIT
// Vectors of one number per world: 16, 8 or 4 of them, as many as a register holds. Each lane's
// arithmetic is that of single floats. A file that defines PPO_ONE_LANE before it includes this has
// single floats in their place, for one world by itself: selecting is then a branch.
#ifndef PPO_BODIES_LANES_H
#define PPO_BODIES_LANES_H

#include <stdint.h>

#if defined(PPO_ONE_LANE)
enum { PPO_LANE_COUNT = 1 };
#elif defined(__AVX512F__)
#include <immintrin.h>
enum { PPO_LANE_COUNT = 16 };
#elif defined(__AVX__)
#include <immintrin.h>
enum { PPO_LANE_COUNT = 8 };
#else
enum { PPO_LANE_COUNT = 4 };
#endif

#if defined(PPO_ONE_LANE)
typedef float ppo_lanes;
#define PPO_LANE(x, lane) (*(&(x) + (lane))) // one lane's number, to be read or set; lane is 0
#else
typedef float ppo_lanes __attribute__((vector_size(4 * PPO_LANE_COUNT)));
#define PPO_LANE(x, lane) ((x)[lane])
#endif

// As ppo_min and ppo_max of plane.h, zeros' signs and NaN included; and comparisons, whose results
// combine by &, | and ~ and select lanes. With AVX-512 a mask is a number with a bit per lane, and
// selecting one instruction.
#if defined(PPO_ONE_LANE)
typedef unsigned ppo_lane_mask; // 0 or 1

static inline ppo_lane_mask ppo_lanes_less(ppo_lanes a, ppo_lanes b)
{
    return a < b;
}

static inline ppo_lane_mask ppo_lanes_at_least(ppo_lanes a, ppo_lanes b)
{
    return a >= b;
}

static inline ppo_lanes ppo_lanes_select(ppo_lane_mask mask, ppo_lanes yes, ppo_lanes no)
{
    return mask & 1 ? yes : no;
}

static inline ppo_lanes ppo_lanes_min(ppo_lanes a, ppo_lanes b)
{
    return a < b ? a : b;
}

static inline ppo_lanes ppo_lanes_max(ppo_lanes a, ppo_lanes b)
{
    return a > b ? a : b;
}

static inline ppo_lane_mask ppo_lane_mask_with(ppo_lane_mask mask, int lane)
{
    return mask | 1u << lane;
}

static inline int ppo_lane_mask_has(ppo_lane_mask mask, int lane)
{
    return (int)(mask >> lane & 1);
}

static inline int ppo_lane_mask_any(ppo_lane_mask mask)
{
    return (int)(mask & 1);
}
#elif defined(__AVX512F__)
typedef uint32_t ppo_lane_mask; // bits beyond the lanes mean nothing

static inline ppo_lane_mask ppo_lanes_less(ppo_lanes a, ppo_lanes b)
{
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
}

static inline ppo_lane_mask ppo_lanes_at_least(ppo_lanes a, ppo_lanes b)
{
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GE_OQ);
}

static inline ppo_lanes ppo_lanes_select(ppo_lane_mask mask, ppo_lanes yes, ppo_lanes no)
{
    return (ppo_lanes)_mm512_mask_blend_ps((__mmask16)mask, (__m512)no, (__m512)yes);
}

static inline ppo_lanes ppo_lanes_min(ppo_lanes a, ppo_lanes b)
{
    return (ppo_lanes)_mm512_min_ps((__m512)a, (__m512)b);
}

static inline ppo_lanes ppo_lanes_max(ppo_lanes a, ppo_lanes b)
{
    return (ppo_lanes)_mm512_max_ps((__m512)a, (__m512)b);
}

// The mask with one more lane.
static inline ppo_lane_mask ppo_lane_mask_with(ppo_lane_mask mask, int lane)
{
    return mask | 1u << lane;
}

static inline int ppo_lane_mask_has(ppo_lane_mask mask, int lane)
{
    return (int)(mask >> lane & 1);
}

static inline int ppo_lane_mask_any(ppo_lane_mask mask)
{
    return (mask & 0xffffu) != 0;
}
#else
typedef int32_t ppo_lane_mask __attribute__((vector_size(4 * PPO_LANE_COUNT))); // each 0 or -1

static inline ppo_lane_mask ppo_lanes_less(ppo_lanes a, ppo_lanes b)
{
    return a < b;
}

static inline ppo_lane_mask ppo_lanes_at_least(ppo_lanes a, ppo_lanes b)
{
    return a >= b;
}

#if defined(__AVX__)
static inline ppo_lanes ppo_lanes_select(ppo_lane_mask mask, ppo_lanes yes, ppo_lanes no)
{
    return (ppo_lanes)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)mask);
}

static inline ppo_lanes ppo_lanes_min(ppo_lanes a, ppo_lanes b)
{
    return (ppo_lanes)_mm256_min_ps((__m256)a, (__m256)b);
}

static inline ppo_lanes ppo_lanes_max(ppo_lanes a, ppo_lanes b)
{
    return (ppo_lanes)_mm256_max_ps((__m256)a, (__m256)b);
}
#else
static inline ppo_lanes ppo_lanes_select(ppo_lane_mask mask, ppo_lanes yes, ppo_lanes no)
{
    return (ppo_lanes)((mask & (ppo_lane_mask)yes) | (~mask & (ppo_lane_mask)no));
}

static inline ppo_lanes ppo_lanes_min(ppo_lanes a, ppo_lanes b)
{
    return ppo_lanes_select(a < b, a, b);
}

static inline ppo_lanes ppo_lanes_max(ppo_lanes a, ppo_lanes b)
{
    return ppo_lanes_select(a > b, a, b);
}
#endif

static inline ppo_lane_mask ppo_lane_mask_with(ppo_lane_mask mask, int lane)
{
    mask[lane] = -1;
    return mask;
}

static inline int ppo_lane_mask_has(ppo_lane_mask mask, int lane)
{
    return mask[lane] != 0;
}

static inline int ppo_lane_mask_any(ppo_lane_mask mask)
{
    int32_t any = 0;
    for (int lane = 0; lane < PPO_LANE_COUNT; lane++)
        any |= mask[lane];
    return any != 0;
}
#endif

static inline ppo_lanes ppo_lanes_clamp(ppo_lanes x, ppo_lanes low, ppo_lanes high)
{
    return ppo_lanes_max(low, ppo_lanes_min(x, high));
}

#endif
