// SPDX-License-Identifier: MIT
// What a network gets of observations: the last `stack` of them, as parts side by side. A part is a
// picture, or the features of what stands between two pictures. An observation that is a picture
// has one part, and so has one without pictures; a tuple or dict may have several, in the order of
// its leaves.
//
// In a rollout an observation is a frame: first the features of all leaves but pictures, then the
// pictures one after another, each at a multiple of 4 bytes.
//
// A network's inputs for a chunk of PPO_CHUNK_ROWS rows lie part by part. Part p begins at
// PPO_CHUNK_ROWS * stack * parts[p].offset bytes; there are its rows one after another, in each the
// part of `stack` observations, the oldest first. An input of one part is thus rows one after
// another, for any number of rows.
#ifndef PPO_AGENT_INPUT_H
#define PPO_AGENT_INPUT_H

#include "agent/features.h"
#include "ppo/config.h"

#define PPO_MAX_PICTURES    4
#define PPO_MAX_INPUT_PARTS (2 * PPO_MAX_PICTURES + 1)

typedef struct ppo_input_part {
    size_t offset; // in a frame, bytes
    size_t bytes;  // in a frame
    bool is_picture;
    size_t leaf;                    // of a picture: its number among the observation's leaves
    size_t channels, height, width; // of a picture
    bool channels_first; // bytes [channels, height, width]; else [height, width, channels]
} ppo_input_part;

typedef struct ppo_input {
    ppo_network_kind network; // of pictures; PPO_NETWORK_MLP if there are none
    size_t stack;
    bool is_composite;   // of a tuple or dict: parts are joined before the hidden layers
    size_t num_features; // D, floats of one observation; 0 for a picture alone
    bool normalise;      // the features, by running statistics: norm_obs, never for pictures
    ppo_input_part parts[PPO_MAX_INPUT_PARTS];
    size_t num_parts;
} ppo_input;

// An input of `count` features of one observation, and one of a picture.
#define PPO_INPUT_FLOATS(count)                                 \
    ((ppo_input){.network = PPO_NETWORK_MLP,                    \
                 .stack = 1,                                    \
                 .num_features = (count),                       \
                 .parts = {{.bytes = (count) * sizeof(float)}}, \
                 .num_parts = 1})
ppo_input ppo_input_picture(ppo_network_kind network, size_t stack, size_t channels, size_t height,
                            size_t width, bool channels_first);

// For observations of this space. Network auto is nature_cnn for pictures: bytes with the bounds 0
// and 255 and sides of at least 36; mlp for everything else. Of a tuple or dict each leaf that is a
// picture gets a network of its own. PPO_INVALID, naming what works, if the network that is asked
// for can't take such observations, and PPO_UNSUPPORTED for too many pictures.
ppo_status ppo_input_for(ppo_input *input, const ppo_config *config, const ppo_space *space,
                         ppo_error *error);

bool ppo_input_has_pictures(const ppo_input *input);

// True if observations have to be encoded into frames; else they are frames already.
bool ppo_input_is_encoded(const ppo_input *input, const ppo_space *space);

// Channels of a part that lie pixel by pixel, and have to be brought outermost; else 1.
size_t ppo_input_interleaved(const ppo_input_part *part);

// Bytes of one observation as a frame, and of a row of inputs: a stack of frames.
size_t ppo_input_frame_bytes(const ppo_input *input);
size_t ppo_input_bytes(const ppo_input *input);

// Where row `row` of part `part` is in a chunk's inputs.
unsigned char *ppo_input_at(const ppo_input *input, unsigned char *inputs, size_t part, size_t row);

// The features of observations [rows, observation bytes], without those of pictures, D floats in
// each row of `stride` floats.
void ppo_input_encode_features(const ppo_input *input, const ppo_space *space, float *features,
                               size_t stride, const void *observations, size_t rows);

// Frames [rows, frame bytes] of observations, not normalised.
void ppo_input_encode(const ppo_input *input, const ppo_space *space, unsigned char *frames,
                      const void *observations, size_t rows);

// The next run of features, from `*first` on, that statistics may normalise: all of an observation
// that is no tuple or dict; of those the boxes. False if there is none; else `*count` is its
// length.
bool ppo_input_normalised_run(const ppo_input *input, const ppo_space *space, size_t *first,
                              size_t *count);

#endif
