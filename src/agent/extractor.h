// SPDX-License-Identifier: MIT
// The first part of a network: from inputs (input.h) to the features that its layers get.
//
// Without pictures these are the inputs. A picture alone goes through a convolutional network,
// whose features they are. Of a tuple or dict each picture goes through one of its own, and its
// features stand at its place among those of the vectors, in the order of the input's parts
// (Stable-Baselines3's CombinedExtractor).
#ifndef PPO_AGENT_EXTRACTOR_H
#define PPO_AGENT_EXTRACTOR_H

#include "agent/input.h"
#include "nn/cnn.h"

typedef struct ppo_extractor {
    ppo_cnn visions[PPO_MAX_PICTURES];    // one for each picture
    size_t vision_part[PPO_MAX_PICTURES]; // the input's part that it gets
    size_t num_visions;
    size_t column[PPO_MAX_INPUT_PARTS]; // where a part's features begin
    size_t width;                       // features
    size_t stride; // floats from a row to the next: `width`, padded where rows are joined
    size_t scratch_size;
} ppo_extractor;

// Plans the extractor of the network `name`, pictures' networks on `device` unless it is none. Its
// tensors are "<name>.0.weight", ..., or of a tuple or dict "<name>.extractors.<picture>.0.weight",
// .... To be released, after failures too.
ppo_status ppo_extractor_plan(ppo_extractor *extractor, const char *name, const ppo_input *input,
                              const ppo_space *space, const ppo_config *config,
                              const ppo_gpu_device *device, ppo_params *params, ppo_arena *arena,
                              ppo_error *error);
void ppo_extractor_release(ppo_extractor *extractor); // one of zeros is allowed

// Packed weights, as in nn/cnn.h.
void ppo_extractor_pack(ppo_extractor *extractor, const float *params);
size_t ppo_extractor_acting_tasks(const ppo_extractor *extractor);
void ppo_extractor_pack_acting(ppo_extractor *extractor, const float *params, size_t task);

// Features [rows, stride] of a chunk's inputs: there, or in scratch, `scratch_size` floats that are
// zero at first and used for nothing else.
const float *ppo_extractor_run(const ppo_extractor *extractor, const ppo_input *input,
                               float *scratch, const float *params, const void *inputs,
                               size_t rows);

// For a minibatch, whose pictures' features are computed elsewhere: brings `count` floats that lie
// together in each row of `part` to their columns of `features` [rows, stride], and back.
void ppo_extractor_join(const ppo_extractor *extractor, float *features, size_t part,
                        const float *values, size_t count, size_t rows);
void ppo_extractor_split(const ppo_extractor *extractor, float *values, const float *features,
                         size_t part, size_t count, size_t rows);

// MACs for one row: forward, and backward.
size_t ppo_extractor_forward_macs(const ppo_extractor *extractor);
size_t ppo_extractor_backward_macs(const ppo_extractor *extractor);

#endif
