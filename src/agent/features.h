// SPDX-License-Identifier: MIT
// Observations as the networks see them: floats. A float box as it is; bytes over 255; an integer
// of n values as n zeros with a one in its place; bits as 0 and 1.
#ifndef PPO_AGENT_FEATURES_H
#define PPO_AGENT_FEATURES_H

#include "ppo/config.h"

// What the networks get: the last `stack` observations, each as floats (mlp) or as a picture of
// bytes (the convolutional ones).
typedef struct ppo_input {
    ppo_network_kind network; // never PPO_NETWORK_AUTO
    size_t stack;
    size_t num_features;            // D, floats of one observation; 0 for pictures
    bool normalise;                 // by running statistics: norm_obs, never for pictures
    size_t channels, height, width; // of one picture, bytes [height, width, channels]
} ppo_input;

#define PPO_INPUT_FLOATS(count) \
    ((ppo_input){.network = PPO_NETWORK_MLP, .stack = 1, .num_features = (count)})

// For observations of this space. PPO_INVALID, naming the option, if they can't be had that way.
ppo_status ppo_input_for(ppo_input *input, const ppo_config *config, const ppo_space *space,
                         ppo_error *error);

bool ppo_input_is_picture(const ppo_input *input);

// Bytes of one observation, and of a stack, as the networks get them.
size_t ppo_input_frame_bytes(const ppo_input *input);
size_t ppo_input_bytes(const ppo_input *input);

// D, the floats of one observation.
size_t ppo_features_count(const ppo_space *space);

// True if observations are the features already.
bool ppo_features_are_raw(const ppo_space *space);

// features [rows, D] from observations, one after another in memory.
void ppo_features_encode(const ppo_space *space, float *features, const void *observations,
                         size_t rows);

#endif
