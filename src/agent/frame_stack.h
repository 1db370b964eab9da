// SPDX-License-Identifier: MIT
// The last S observations together, which is what a network gets with frame_stack S. At an
// episode's beginning its first observation stands for those before it.
//
// While training, each frame is stored once and a stack is put together by index when it is needed
// (ppo_frames). Everything else that steps environments keeps a stack per environment and pushes
// each new observation onto it (ppo_stack_fill, ppo_stack_push).
//
// Frames and a network's inputs are those of input.h. Pictures [height, width, channels] come out
// of stacking with the channel outermost, as convolutions want them; everything else as it is.
#ifndef PPO_AGENT_FRAME_STACK_H
#define PPO_AGENT_FRAME_STACK_H

#include "agent/input.h"
#include "core/arena.h"

// --- a stack per environment --------------------------------------------------------------------

// All `count` observations of `stack` [count, bytes] become `obs` [bytes].
void ppo_stack_fill(unsigned char *stack, const unsigned char *obs, size_t count, size_t bytes);

// `to` [count, bytes] becomes `from` without its oldest observation and with `obs` as its newest.
// `to` may be `from`.
void ppo_stack_push(unsigned char *to, const unsigned char *from, const unsigned char *obs,
                    size_t count, size_t bytes);

// --- stacks by index ----------------------------------------------------------------------------

// The frames of a rollout. Owns nothing: rows of the arena.
typedef struct ppo_frames {
    const ppo_input *input; // borrowed
    size_t num_steps;       // T
    size_t num_envs;        // N
    size_t stack;           // S
    size_t bytes;           // of a frame

    // computed by ppo_collect_run
    unsigned char *data; // [S-1 + T+1, N, bytes] the first S-1 rows are the steps before 0
    uint8_t *age;        // [T+1, N] frames before this one in the same episode, at most S-1

    // computed by ppo_frames_end
    unsigned char *last; // [S, N, bytes] the last S rows, from which the next iteration goes on
    uint8_t *last_age;   // [N]
} ppo_frames;

// The same for those who only read.
typedef struct ppo_frames_view {
    const ppo_input *input;
    size_t num_envs, stack, bytes;
    const unsigned char *data;
    const uint8_t *age;
} ppo_frames_view;

// Adds its rows to the arena: `last` and `last_age` as state. The input is borrowed.
void ppo_frames_plan(ppo_frames *frames, const ppo_input *input, size_t num_steps, size_t num_envs,
                     ppo_arena *arena);

ppo_frames_view ppo_frames_view_of(const ppo_frames *frames);

// The frames of step t, 0 .. T: [N, bytes], to be written.
unsigned char *ppo_frames_row(ppo_frames *frames, size_t t);

// The newest frames of `last`, from which the next iteration goes on: [N, bytes], to be written.
unsigned char *ppo_frames_last_row(ppo_frames *frames);

// Writes one part of the stack of environment n at step t: that of the frames t-S+1 .. t, oldest
// first.
void ppo_frames_stack_part(const ppo_frames_view *frames, size_t part, unsigned char *stack,
                           size_t t, size_t n);

// Writes all parts of it into row `row` of a chunk's inputs.
void ppo_frames_stack(const ppo_frames_view *frames, unsigned char *inputs, size_t row, size_t t,
                      size_t n);

// The same at t+1, into row 0, if the episode had not ended there with the frame `final`.
void ppo_frames_stack_final(const ppo_frames_view *frames, unsigned char *inputs, size_t t,
                            size_t n, const unsigned char *final);

// Writes a frame's parts as observation number i of a stack, into row `row` of a chunk's inputs.
void ppo_frames_place(const ppo_input *input, unsigned char *inputs, size_t row, size_t i,
                      const unsigned char *frame);

// Call once environment n's frame t+1 is written; `is_first` if it begins an episode.
void ppo_frames_advance(ppo_frames *frames, size_t t, size_t n, bool is_first);

// Around an iteration: begins with the last frames of the one before, keeps those of this one.
void ppo_frames_begin(ppo_frames *frames);
void ppo_frames_end(ppo_frames *frames);

// At the beginning of training: the newest row of `last` begins an episode in each environment.
void ppo_frames_start(ppo_frames *frames);

#endif
