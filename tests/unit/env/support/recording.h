// SPDX-License-Identifier: MIT
// Reads the recordings of tests/data/box2d, whose README describes them.
#ifndef PPO_TEST_RECORDING_H
#define PPO_TEST_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORDING_ROWS = 256, RECORDING_ACTIONS = 4, RECORDING_OBS = 24, RECORDING_HEIGHTS = 200 };

typedef struct recording_row {
    bool is_reset;
    unsigned long step;
    float action[RECORDING_ACTIONS]; // a choice as a number
    double reward;
    bool terminated, truncated;
    float obs[RECORDING_OBS];
    float body[6]; // x, y, angle, vx, vy, omega
} recording_row;

typedef struct recording {
    size_t num_rows, num_resets;
    recording_row row[RECORDING_ROWS];
    double height[16][RECORDING_HEIGHTS]; // of each reset
} recording;

// Fails the test if a file is not there or not as wanted. Free it with free().
recording *recording_read(const char *name, size_t num_actions, size_t num_obs, size_t num_heights);

#endif
