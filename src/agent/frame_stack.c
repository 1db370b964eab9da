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
    *f = (ppo_frames){.input = input,
                      .num_steps = num_steps,
                      .num_envs = num_envs,
                      .stack = input->stack,
                      .bytes = ppo_input_frame_bytes(input)};
    const char *collect = "ppo_collect_run", *end = "ppo_frames_end";
    PPO_ARENA_ADD(arena, &f->data, "rollout.frames", collect, PPO_ROLE_SCRATCH, PPO_U8,
                  f->stack + num_steps, num_envs, f->bytes);
    PPO_ARENA_ADD(arena, &f->age, "rollout.age", collect, PPO_ROLE_SCRATCH, PPO_U8, num_steps + 1,
                  num_envs);
    PPO_ARENA_ADD(arena, &f->last, "collect.frames", end, PPO_ROLE_ENVIRONMENT, PPO_U8, f->stack,
                  num_envs, f->bytes);
    ppo_arena_mark_envs(arena, 1);
    PPO_ARENA_ADD(arena, &f->last_age, "collect.age", end, PPO_ROLE_ENVIRONMENT, PPO_U8, num_envs);
    ppo_arena_mark_envs(arena, 0);
}

ppo_frames_view ppo_frames_view_of(const ppo_frames *f)
{
    return (ppo_frames_view){.input = f->input,
                             .num_envs = f->num_envs,
                             .stack = f->stack,
                             .bytes = f->bytes,
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

// One picture [height, width, channels] with its channels outermost; other parts as they are.
static void write_part(unsigned char *to, const ppo_input_part *part, const unsigned char *from)
{
    const size_t channels = ppo_input_interleaved(part), pixels = part->bytes / channels;
    if (channels == 1) {
        memcpy(to, from, part->bytes);
        return;
    }
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < channels; c++)
            to[c * pixels + i] = from[i * channels + c];
}

// One part of `count` frames that end with that of step t, of which `age` before it belong to its
// episode.
static void stack_part(const ppo_frames_view *f, size_t part, unsigned char *stack, size_t count,
                       size_t t, size_t n, size_t age)
{
    const ppo_input_part *p = &f->input->parts[part];
    const size_t row = f->num_envs * f->bytes;
    const unsigned char *newest = f->data + (f->stack - 1 + t) * row + n * f->bytes + p->offset;
    for (size_t i = 0; i < count; i++) {
        const size_t back = count - 1 - i;
        write_part(stack + i * p->bytes, p, newest - (back < age ? back : age) * row);
    }
}

void ppo_frames_stack_part(const ppo_frames_view *f, size_t part, unsigned char *stack, size_t t,
                           size_t n)
{
    stack_part(f, part, stack, f->stack, t, n, f->age[t * f->num_envs + n]);
}

void ppo_frames_stack(const ppo_frames_view *f, unsigned char *inputs, size_t row, size_t t,
                      size_t n)
{
    for (size_t part = 0; part < f->input->num_parts; part++)
        ppo_frames_stack_part(f, part, ppo_input_at(f->input, inputs, part, row), t, n);
}

void ppo_frames_stack_final(const ppo_frames_view *f, unsigned char *inputs, size_t t, size_t n,
                            const unsigned char *final)
{
    const size_t age = f->age[t * f->num_envs + n];
    for (size_t part = 0; part < f->input->num_parts; part++)
        stack_part(f, part, ppo_input_at(f->input, inputs, part, 0), f->stack - 1, t, n, age);
    ppo_frames_place(f->input, inputs, 0, f->stack - 1, final);
}

void ppo_frames_place(const ppo_input *input, unsigned char *inputs, size_t row, size_t i,
                      const unsigned char *frame)
{
    for (size_t part = 0; part < input->num_parts; part++) {
        const ppo_input_part *p = &input->parts[part];
        write_part(ppo_input_at(input, inputs, part, row) + i * p->bytes, p, frame + p->offset);
    }
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
