// SPDX-License-Identifier: MIT
// An agent's episode, rendered frame by frame: a callback gets each picture. Films (film.h) and
// `ppo watch` are such callbacks.
//
// Threads: one agent may be rendered in several threads at once.
#ifndef PPO_RENDER_H
#define PPO_RENDER_H

#include "ppo/agent.h"

#ifdef __cplusplus
extern "C" {
#endif

// An episode at its beginning, or after a step of the agent.
typedef struct ppo_episode_view {
    const unsigned char *rgb; // `height` rows from the top of `width` pixels, red, green and blue;
                              // valid during the call
    uint32_t width, height;
    double reward;         // of this step; 0 at the beginning
    double episode_return; // so far: rewards as the environment gives them
    uint32_t length;       // so far, in steps of the environment
    bool ended;            // this is the episode's last frame
} ppo_episode_view;

// Called with each frame. A failure ends the episode and is returned by ppo_agent_render_episode;
// PPO_STOPPED ends it at the caller's wish. The episode goes on when the call returns.
typedef struct ppo_frame_callback {
    ppo_status (*function)(void *context, const ppo_episode_view *view, ppo_error *error);
    void *context;
} ppo_frame_callback;

// All zero but struct_size: what ppo_render_options_defaults sets.
typedef struct ppo_render_options {
    size_t struct_size; // sizeof(ppo_render_options); the struct may grow at its end
    uint64_t seed;      // of the environment: the episode is the first of an evaluation seeded so
    bool deterministic; // as in ppo_act_options
    uint64_t max_steps; // frames end after so many steps of the agent; 0: with the episode
    uint32_t width, height; // of the pictures; both 0: as the class draws them; one 0: by its
                            // proportions. Classes without `draw` grow by whole factors only
    bool overlay;           // writes step and return onto the pictures
} ppo_render_options;

static inline void ppo_render_options_defaults(ppo_render_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

// Renders the episode that ppo_agent_evaluate with this seed plays first: the frame that it begins
// with and one after each step. `options` NULL: the defaults. `evaluation`, which may be NULL, gets
// the episode's return and length, so far if max_steps cut it. PPO_UNSUPPORTED if the environment
// draws no pictures, or if this build has no letters for an overlay; PPO_INVALID for impossible
// sizes.
PPO_API ppo_status ppo_agent_render_episode(const ppo_agent *agent,
                                            const ppo_frame_callback *callback,
                                            const ppo_render_options *options,
                                            ppo_evaluation *evaluation, ppo_error *error);

// The size of the pictures that ppo_agent_render_episode would make with these options. Fails like
// it.
PPO_API ppo_status ppo_agent_render_size(const ppo_agent *agent, const ppo_render_options *options,
                                         uint32_t *width, uint32_t *height, ppo_error *error);

// Steps of the agent in a second of the environment's own time; 30 if the class has no render_fps.
PPO_API double ppo_agent_render_fps(const ppo_agent *agent);

#ifdef __cplusplus
}
#endif

#endif
