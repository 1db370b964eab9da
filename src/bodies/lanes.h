// SPDX-License-Identifier: MIT
// Vectors of one number per world: 16, 8 or 4 of them, as many as a register holds. Each lane's
// arithmetic is that of single floats.
#ifndef PPO_BODIES_LANES_H
#define PPO_BODIES_LANES_H

#include <stdint.h>

#if defined(__AVX512F__)
enum { PPO_LANE_COUNT = 16 };
#elif defined(__AVX__)
enum { PPO_LANE_COUNT = 8 };
#else
enum { PPO_LANE_COUNT = 4 };
#endif

typedef float ppo_lanes __attribute__((vector_size(4 * PPO_LANE_COUNT)));
typedef int32_t ppo_lane_mask __attribute__((vector_size(4 * PPO_LANE_COUNT))); // each 0 or -1

static inline ppo_lanes ppo_lanes_select(ppo_lane_mask mask, ppo_lanes yes, ppo_lanes no)
{
    return (ppo_lanes)((mask & (ppo_lane_mask)yes) | (~mask & (ppo_lane_mask)no));
}

// As ppo_min, ppo_max and ppo_clamp of plane.h, zeros' signs and NaN included.
static inline ppo_lanes ppo_lanes_min(ppo_lanes a, ppo_lanes b)
{
    return ppo_lanes_select(a < b, a, b);
}

static inline ppo_lanes ppo_lanes_max(ppo_lanes a, ppo_lanes b)
{
    return ppo_lanes_select(a > b, a, b);
}

static inline ppo_lanes ppo_lanes_clamp(ppo_lanes x, ppo_lanes low, ppo_lanes high)
{
    return ppo_lanes_max(low, ppo_lanes_min(x, high));
}

#endif
