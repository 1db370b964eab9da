// SPDX-License-Identifier: MIT
// Observations encoded as features: floats. A float box as it is; bytes scaled from their bounds to
// [0, 1]; an integer of n values as n zeros with a one in its place; bits as 0 and 1.
#ifndef PPO_AGENT_FEATURES_H
#define PPO_AGENT_FEATURES_H

#include "ppo/config.h"

// What a network gets: the last `stack` observations, each as features (mlp) or as an image of
// bytes (the convolutional ones).
typedef struct ppo_input {
    ppo_network_kind network; // never PPO_NETWORK_AUTO
    size_t stack;
    size_t num_features;            // D, floats of one observation; 0 for images
    bool normalise;                 // by running statistics: norm_obs, never for images
    size_t channels, height, width; // of one image
    bool channels_first; // bytes [channels, height, width]; else [height, width, channels]
} ppo_input;

#define PPO_INPUT_FLOATS(count) \
    ((ppo_input){.network = PPO_NETWORK_MLP, .stack = 1, .num_features = (count)})

// For observations of this space. Network auto is nature_cnn for images: bytes with the bounds 0
// and 255 and sides of at least 36; mlp for everything else. PPO_INVALID, naming what works, if the
// network that is asked for can't take such observations.
ppo_status ppo_input_for(ppo_input *input, const ppo_config *config, const ppo_space *space,
                         ppo_error *error);

bool ppo_input_is_picture(const ppo_input *input);

// Channels that lie pixel by pixel in an observation, and have to be brought outermost; else 1.
size_t ppo_input_interleaved(const ppo_input *input);

// Bytes of one observation, and of a stack, as networks get them.
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
