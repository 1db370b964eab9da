// SPDX-License-Identifier: MIT
// Distributions for tests: see dists.h.
#include "unit/rl/support/dists.h"

#include <assert.h>

static const uint32_t counts[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                  13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};

#define DISCRETE(n)                                                            \
    {                                                                          \
        .kind = PPO_SPACE_DISCRETE, .dtype = PPO_I32, .rank = 1, .shape = {1}, \
        .num_values = &counts[n]                                               \
    }
static const ppo_space discrete[] = {
    DISCRETE(0),  DISCRETE(1),  DISCRETE(2),  DISCRETE(3),  DISCRETE(4),
    DISCRETE(5),  DISCRETE(6),  DISCRETE(7),  DISCRETE(8),  DISCRETE(9),
    DISCRETE(10), DISCRETE(11), DISCRETE(12), DISCRETE(13), DISCRETE(14),
    DISCRETE(15), DISCRETE(16), DISCRETE(17), DISCRETE(18), DISCRETE(19),
    DISCRETE(20), DISCRETE(21), DISCRETE(22), DISCRETE(23), DISCRETE(24)};

const ppo_space *dist_discrete(size_t n)
{
    assert(n >= 1 && n < sizeof discrete / sizeof *discrete);
    return &discrete[n];
}

static const uint32_t some_counts[] = {3, 1, 5, 2, 7, 2};
static const ppo_space multi_discrete = {.kind = PPO_SPACE_MULTI_DISCRETE,
                                         .dtype = PPO_I32,
                                         .rank = 1,
                                         .shape = {6},
                                         .num_values = some_counts};
static const ppo_space multi_binary = {
    .kind = PPO_SPACE_MULTI_BINARY, .dtype = PPO_I32, .rank = 1, .shape = {7}};

static const float low[] = {-2.0f, 0.0f, -0.1f, 5.0f, -1.0f, -1e-3f};
static const float high[] = {2.0f, 1.0f, 0.3f, 5.5f, 7.7f, 1e-3f};
#define BOX(n)                                                                                     \
    {                                                                                              \
        .kind = PPO_SPACE_BOX, .dtype = PPO_F32, .rank = 1, .shape = {n}, .low = low, .high = high \
    }
static const ppo_space box1 = BOX(1), box2 = BOX(2), box3 = BOX(3), box6 = BOX(6);

const dist_case dist_cases[] = {
    {"discrete 1", &discrete[1], 0, 0},
    {"discrete 2", &discrete[2], 0, 0},
    {"discrete 3", &discrete[3], 0, 0},
    {"discrete 6", &discrete[6], 0, 0},
    {"discrete 17", &discrete[17], 0, 0},
    {"discrete 20", &discrete[20], 0, 0},
    {"multi-discrete", &multi_discrete, 0, 0},
    {"multi-binary", &multi_binary, 0, 0},
    {"box 1, parameter", &box1, PPO_STD_PARAMETER, PPO_ACTION_CLIP},
    {"box 6, parameter", &box6, PPO_STD_PARAMETER, PPO_ACTION_RAW},
    {"box 2, exp", &box2, PPO_STD_EXP, PPO_ACTION_CLIP},
    {"box 3, sigmoid", &box3, PPO_STD_SIGMOID, PPO_ACTION_CLIP},
    {"box 3, parameter, tanh", &box3, PPO_STD_PARAMETER, PPO_ACTION_TANH},
    {"box 6, exp, tanh", &box6, PPO_STD_EXP, PPO_ACTION_TANH},
    {"box 1, sigmoid, tanh", &box1, PPO_STD_SIGMOID, PPO_ACTION_TANH},
};
const size_t num_dist_cases = sizeof dist_cases / sizeof *dist_cases;

ppo_dist dist_of(const dist_case *c)
{
    return ppo_dist_for(c->space, c->std_source, c->bound);
}
