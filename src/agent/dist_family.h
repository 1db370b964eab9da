// SPDX-License-Identifier: MIT
// A distribution, and the two families of its factors behind dist.h: the functions take the same
// arguments as those there, and the part of the distribution that they are about. Those that sum
// over factors add to what is there.
//
// Arrays lie column by column, one column per output or action component and PPO_CHUNK_ROWS
// (padded) rows in each, so that every loop runs along the rows. Actions are float throughout;
// discrete ones hold small integers. Up to ppo_pad(rows) rows of outputs are written.
#ifndef PPO_AGENT_DIST_FAMILY_H
#define PPO_AGENT_DIST_FAMILY_H

#include "core/rng.h"
#include "nn/mlp.h"
#include "nn/random_rows.h"
#include "ppo/config.h"

// Factors of one kind, one for each element of a leaf of the action space: categorical ones with a
// logit for each value, or Gaussian ones with a mean each.
typedef struct ppo_dist_part {
    const ppo_space *space; // the leaf, borrowed
    size_t num_actions;     // its elements
    size_t num_outputs;     // logits or means
    size_t first_action;    // columns of actions ...
    size_t first_output;    // ... and of outputs where the part's begin
    size_t first_real;      // real components before it
    size_t first_block;     // random blocks before it, of those that a row's action takes
} ppo_dist_part;

typedef struct ppo_dist {
    const ppo_space *space; // borrowed
    ppo_dist_part parts[PPO_MAX_SPACE_LEAVES];
    size_t num_parts;
    size_t num_actions; // A, components of an action
    size_t mask_width;  // outputs that masks speak of: logits and means, in order of the parts
    size_t num_outputs; // network outputs: those, then log standard deviations that are outputs
    size_t num_reals;   // real components
    size_t num_blocks;  // random blocks that a row's action takes
    ppo_std_source std_source; // of the real components
    ppo_action_bound bound;    // of the real components
} ppo_dist;

// Whose random streams a block of rows uses: row r draws from (seed, purpose, its number, step).
typedef struct ppo_sample_key {
    uint64_t seed, step;
    ppo_rng_purpose purpose;
    const uint32_t *numbers; // of the rows; NULL: first_row, first_row + 1, ...
    size_t first_row;
} ppo_sample_key;

static inline size_t ppo_sample_key_row(const ppo_sample_key *key, size_t r)
{
    return key->numbers ? key->numbers[r] : key->first_row + r;
}

// Words [4, PPO_CHUNK_ROWS] of one of the part's random blocks, for each row.
static inline void ppo_dist_draw(uint32_t *words, const ppo_dist *dist, const ppo_dist_part *part,
                                 size_t block, size_t rows, const ppo_sample_key *key)
{
    uint32_t index[PPO_CHUNK_ROWS];
    for (size_t r = 0; r < rows; r++)
        index[r] =
            (uint32_t)(ppo_sample_key_row(key, r) * dist->num_blocks + part->first_block + block);
    ppo_random_rows_draw(words, key->seed, key->purpose, index, key->step, rows);
}

void ppo_categorical_prepare(const ppo_dist_part *part, float *out, size_t rows);
void ppo_categorical_sample(const ppo_dist *dist, const ppo_dist_part *part, float *action,
                            const float *out, size_t rows, const ppo_sample_key *key);
void ppo_categorical_mode(const ppo_dist_part *part, float *action, const float *out, size_t rows);
void ppo_categorical_eval(const ppo_dist_part *part, float *log_prob, float *entropy,
                          const float *out, const float *action, size_t rows);
void ppo_categorical_backward(const ppo_dist_part *part, float *dout, const float *out,
                              const float *action, const float *dlog_prob, float dentropy,
                              size_t rows);
size_t ppo_categorical_num_outputs(const ppo_space *leaf);

void ppo_gaussian_prepare(const ppo_dist *dist, const ppo_dist_part *part, float *out, size_t rows);
void ppo_gaussian_sample(const ppo_dist *dist, const ppo_dist_part *part, float *action,
                         const float *out, const float *log_std, size_t rows,
                         const ppo_sample_key *key);
void ppo_gaussian_eval(const ppo_dist *dist, const ppo_dist_part *part, float *log_prob,
                       float *entropy, const float *out, const float *log_std, const float *action,
                       size_t rows);
void ppo_gaussian_backward(const ppo_dist *dist, const ppo_dist_part *part, float *dout,
                           float *dlog_std, const float *out, const float *log_std,
                           const float *action, const float *dlog_prob, float dentropy,
                           size_t rows);
void ppo_gaussian_to_env(const ppo_dist *dist, const ppo_dist_part *part, float *env_action,
                         const float *action, size_t rows);

// The sum of the standard deviations over rows and components.
double ppo_gaussian_sum_std(const ppo_dist *dist, const ppo_dist_part *part, const float *out,
                            const float *log_std, size_t rows);

#endif
