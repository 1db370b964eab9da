// SPDX-License-Identifier: MIT
// Reads recordings of Gymnasium's Box2D environments in the format of tests/data/box2d, whose
// README describes it.
#ifndef PPO_TEST_RECORDING_H
#define PPO_TEST_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORDING_ACTIONS = 4, RECORDING_OBS = 24, RECORDING_HEIGHTS = 200, RECORDING_RESETS = 16 };

typedef struct recording_row {
    bool is_reset;
    unsigned long step;
    float action[RECORDING_ACTIONS]; // a choice as a number
    double reward;
    bool terminated, truncated;
    bool has_obs; // false: observation and body were left out
    float obs[RECORDING_OBS];
    float body[6]; // x, y, angle, vx, vy, omega
} recording_row;

typedef struct recording {
    uint64_t seed; // of the first reset, from the name
    size_t num_actions, num_obs, num_rows;
    recording_row *row;
} recording;

// Fails the test if the file is not there or not as described.
recording *recording_read(const char *path);
void recording_free(recording *r);

// The heights of the ground after each reset, from NAME.terrain.csv. Returns the number of resets.
size_t recording_heights(double height[RECORDING_RESETS][RECORDING_HEIGHTS], const char *path,
                         size_t num_heights);

#endif
