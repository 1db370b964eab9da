// SPDX-License-Identifier: MIT
// Observations stored once each, and seen several at a time: what a network gets at step t is made
// of the frames t, t-1, ... by their index. At an episode's beginning its first frame stands for
// those before it.
//
// A frame is `bytes` of anything. Pictures [height, width, channels] come out with the channel
// outermost, as convolutions want them; everything else as it is.
#ifndef PPO_AGENT_FRAME_STACK_H
#define PPO_AGENT_FRAME_STACK_H

#include "core/arena.h"
#include "agent/features.h"

typedef struct ppo_frames {
    size_t num_steps; // T
    size_t num_envs;  // N
    size_t stack;     // S
    size_t bytes;     // of a frame
    size_t channels;  // of a picture, else 1

    // computed by ppo_collect_run
    unsigned char *data; // [S-1 + T+1, N, bytes] the first S-1 rows are the steps before 0
    uint8_t *age;        // [T+1, N] frames before this one in the same episode, at most S-1

    // computed by ppo_frames_end
    unsigned char *last; // [S, N, bytes] the last S rows, from which the next iteration goes on
    uint8_t *last_age;   // [N]
} ppo_frames;

// Adds its rows to the arena: `last` and `last_age` as state.
void ppo_frames_plan(ppo_frames *frames, const ppo_input *input, size_t num_steps, size_t num_envs,
                     ppo_arena *arena);

// The frames of step t, 0 .. T: [N, bytes].
unsigned char *ppo_frames_row(const ppo_frames *frames, size_t t);

// What the network sees of environment n at step t: the frames t-S+1 .. t, oldest first.
void ppo_frames_stack(const ppo_frames *frames, unsigned char *stack, size_t t, size_t n);

// The same at t+1 if the episode had not ended there with the frame `final`.
void ppo_frames_stack_final(const ppo_frames *frames, unsigned char *stack, size_t t, size_t n,
                            const unsigned char *final);

// Says that environment n's frame t+1 is there, and whether it is an episode's first.
void ppo_frames_advance(const ppo_frames *frames, size_t t, size_t n, bool is_first);

// Around an iteration: begins with the last frames of the one before, keeps those of this one.
void ppo_frames_begin(const ppo_frames *frames);
void ppo_frames_end(const ppo_frames *frames);

// `last` as if the only frames so far were its newest: at the beginning of training.
void ppo_frames_start(const ppo_frames *frames);

// One frame to where the network wants it: channels outermost.
void ppo_frame_to_planes(unsigned char *planes, const unsigned char *frame, size_t bytes,
                         size_t channels);

#endif
