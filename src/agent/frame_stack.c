// SPDX-License-Identifier: MIT
// Stacks of observations. Workload: 8 environments of 84 x 84 bytes, stacks of 4, 128 steps:
// storing each stack whole would take four times the memory. Owns nothing.
#include "agent/frame_stack.h"

#include <string.h>

// --- a stack per environment --------------------------------------------------------------------

void ppo_stack_fill(unsigned char *stack, const unsigned char *obs, size_t count, size_t bytes)
{
    for (size_t k = 0; k < count; k++)
        memcpy(stack + k * bytes, obs, bytes);
}

void ppo_stack_push(unsigned char *to, const unsigned char *from, const unsigned char *obs,
                    size_t count, size_t bytes)
{
    const size_t kept = (count - 1) * bytes;
    memmove(to, from + bytes, kept);
    memcpy(to + kept, obs, bytes);
}

// --- stacks by index ----------------------------------------------------------------------------

void ppo_frames_plan(ppo_frames *f, const ppo_input *input, size_t num_steps, size_t num_envs,
                     ppo_arena *arena)
{
    *f = (ppo_frames){.num_steps = num_steps,
                      .num_envs = num_envs,
                      .stack = input->stack,
                      .bytes = ppo_input_frame_bytes(input),
                      .channels = ppo_input_interleaved(input)};
    const char *collect = "ppo_collect_run", *end = "ppo_frames_end";
    PPO_ARENA_ADD(arena, &f->data, "rollout.frames", collect, PPO_ROLE_SCRATCH, PPO_U8,
                  f->stack + num_steps, num_envs, f->bytes);
    PPO_ARENA_ADD(arena, &f->age, "rollout.age", collect, PPO_ROLE_SCRATCH, PPO_U8, num_steps + 1,
                  num_envs);
    PPO_ARENA_ADD(arena, &f->last, "collect.frames", end, PPO_ROLE_ENVIRONMENT, PPO_U8, f->stack,
                  num_envs, f->bytes);
    PPO_ARENA_ADD(arena, &f->last_age, "collect.age", end, PPO_ROLE_ENVIRONMENT, PPO_U8, num_envs);
}

ppo_frames_view ppo_frames_view_of(const ppo_frames *f)
{
    return (ppo_frames_view){.num_envs = f->num_envs,
                             .stack = f->stack,
                             .bytes = f->bytes,
                             .channels = f->channels,
                             .data = f->data,
                             .age = f->age};
}

unsigned char *ppo_frames_row(ppo_frames *f, size_t t)
{
    return f->data + (f->stack - 1 + t) * f->num_envs * f->bytes;
}

unsigned char *ppo_frames_last_row(ppo_frames *f)
{
    return f->last + (f->stack - 1) * f->num_envs * f->bytes;
}

void ppo_frame_to_planes(unsigned char *planes, const unsigned char *frame, size_t bytes,
                         size_t channels)
{
    if (channels == 1) {
        memcpy(planes, frame, bytes);
        return;
    }
    const size_t pixels = bytes / channels;
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < channels; c++)
            planes[c * pixels + i] = frame[i * channels + c];
}

// `count` frames that end with that of step t, of which `age` before it belong to its episode.
static void stack_frames(const ppo_frames_view *f, unsigned char *stack, size_t count, size_t t,
                         size_t n, size_t age)
{
    const size_t row = f->num_envs * f->bytes;
    const unsigned char *newest = f->data + (f->stack - 1 + t) * row + n * f->bytes;
    for (size_t i = 0; i < count; i++) {
        const size_t back = count - 1 - i;
        ppo_frame_to_planes(stack + i * f->bytes, newest - (back < age ? back : age) * row,
                            f->bytes, f->channels);
    }
}

void ppo_frames_stack(const ppo_frames_view *f, unsigned char *stack, size_t t, size_t n)
{
    stack_frames(f, stack, f->stack, t, n, f->age[t * f->num_envs + n]);
}

void ppo_frames_stack_final(const ppo_frames_view *f, unsigned char *stack, size_t t, size_t n,
                            const unsigned char *final)
{
    stack_frames(f, stack, f->stack - 1, t, n, f->age[t * f->num_envs + n]);
    ppo_frame_to_planes(stack + (f->stack - 1) * f->bytes, final, f->bytes, f->channels);
}

void ppo_frames_advance(ppo_frames *f, size_t t, size_t n, bool is_first)
{
    const uint8_t age = f->age[t * f->num_envs + n];
    f->age[(t + 1) * f->num_envs + n] =
        is_first ? 0 : (uint8_t)(age + 1u < f->stack ? age + 1u : age);
}

void ppo_frames_begin(ppo_frames *f)
{
    memcpy(f->data, f->last, f->stack * f->num_envs * f->bytes);
    memcpy(f->age, f->last_age, f->num_envs);
}

void ppo_frames_end(ppo_frames *f)
{
    const size_t row = f->num_envs * f->bytes;
    memcpy(f->last, f->data + f->num_steps * row, f->stack * row);
    memcpy(f->last_age, f->age + f->num_steps * f->num_envs, f->num_envs);
}

void ppo_frames_start(ppo_frames *f)
{
    memset(f->last_age, 0, f->num_envs);
}
