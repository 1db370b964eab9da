// SPDX-License-Identifier: MIT
// Golden files (tests/data/golden/README.md): reading one, and a policy with its update phase and
// rollout set up as such a file says.
#ifndef PPO_TESTS_RL_GOLDEN_H
#define PPO_TESTS_RL_GOLDEN_H

#include "unit/rl/support/minibatch_step.h"

#include "run/checkpoint/safetensors.h"

typedef struct golden_file {
    char *bytes;
    ppo_safetensors tensors;
} golden_file;

// Opens a file; the test fails if that is impossible, as it does if something is missing below.
void golden_open(golden_file *golden, const char *path);
void golden_close(golden_file *golden);

// Calls `check` for each file of a folder that matches the pattern; without any the test fails.
void golden_for_each(const char *dir, const char *pattern, void (*check)(const char *path));

const char *golden_text(const golden_file *golden, const char *key);
double golden_number(const golden_file *golden, const char *key);
bool golden_has(const golden_file *golden, const char *name);

// All elements of a tensor, whatever its type, as doubles that the caller frees.
double *golden_values(const golden_file *golden, const char *name, size_t *count);

// A tensor of a known number of elements as floats.
void golden_floats(const golden_file *golden, const char *name, float *values, size_t count);

// The name that a parameter of ours has in this file, behind a prefix such as "in.param."; of a
// tensor that the file has only samples of, without what they are called.
void golden_param_name(const golden_file *golden, char *name, size_t size, const char *prefix,
                       const char *ours);

// Metadata that not all files have.
bool golden_says(const golden_file *golden, const char *key, const char *text);

// True for the files of networks with memory (tests/data/golden_policies/README.md).
bool golden_has_memory(const golden_file *golden);

// A tensor of ones and zeros as bytes that the caller frees.
uint8_t *golden_flags(const golden_file *golden, const char *name, size_t count);

// The memory of network `net` that a file keeps as "<prefix>.<network>.h" and ".c".
void golden_memory(const golden_file *golden, const char *prefix, const ppo_policy *policy,
                   size_t net, const ppo_memory *memory, size_t count);

// True for files with pictures.
bool golden_has_pictures(const golden_file *golden);

// An update phase that stands where the file's began.
typedef struct golden_fixture {
    ppo_config config;
    ppo_space observation_space, action_space;
    ppo_space_part inputs[8], actions[8]; // of a dict, and of a tuple
    char keys[128];                       // of the inputs
    uint32_t numbers[64];                 // of values of discrete parts of both
    size_t num_numbers;
    ppo_step_params step;
    ppo_arena arena;
    ppo_policy policy;
    ppo_rollout rollout;
    ppo_pool *pool;
    minibatch_step single;
} golden_fixture;

// What a config and its spaces are in such a file; arrays are kept by the fixture.
void golden_read_config(ppo_config *config, const golden_file *golden);
void golden_read_action_space(golden_fixture *fixture, const golden_file *golden);
void golden_fill_params(ppo_policy *policy, const golden_file *golden);

// Observations called `what` ("obs", "next_obs", "final_obs") as an environment with the fixture's
// observation space writes them: [rows, bytes of an observation], to be freed.
unsigned char *golden_observations(const golden_file *golden, const golden_fixture *fixture,
                                   const char *what, size_t rows);

void golden_fixture_create(golden_fixture *fixture, const golden_file *golden,
                           ppo_precision precision, const char *device, uint32_t threads);
void golden_fixture_release(golden_fixture *fixture);

// Whether precision bf16 can be had here, and whether device gpu can.
bool golden_has_bf16(void);
bool golden_has_device(void);

// |got - wanted| / |wanted| over `count` elements `stride` apart, with Euclidean norms; elements
// smaller than `least` in the mean square count as that large.
double golden_deviation(const double *got, const double *wanted, size_t count, size_t stride,
                        double least);

#endif
