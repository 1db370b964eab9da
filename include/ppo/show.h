// SPDX-License-Identifier: MIT
// Watching an agent play: an episode, picture by picture, for a viewer that is called with each.
// Films (film.h) and `ppo watch` are such viewers.
#ifndef PPO_SHOW_H
#define PPO_SHOW_H

#include "ppo/agent.h"

#ifdef __cplusplus
extern "C" {
#endif

// The moment that a viewer is shown: the episode's beginning, or after a step of the agent.
typedef struct ppo_view {
    const unsigned char *rgb; // `height` rows from the top of `width` pixels, red, green and blue;
                              // the viewer's for the length of the call
    uint32_t width, height;
    double reward;         // of this step; 0 at the beginning
    double episode_return; // so far: rewards as the environment gives them
    uint32_t length;       // so far, in steps of the environment
    bool ended;            // this is the episode's last picture
} ppo_view;

// Who is shown it. A failure of `show` ends the episode and is what ppo_agent_show returns;
// PPO_STOPPED is for having seen enough. `show` takes the time that it wants.
typedef struct ppo_audience {
    ppo_status (*show)(void *context, const ppo_view *view, ppo_error *error);
    void *context;
} ppo_audience;

typedef struct ppo_show_options {
    uint64_t seed;      // of the environment: the episode is the first of an evaluation seeded so
    bool deterministic; // as in ppo_agent_act
    uint64_t max_steps; // the show ends after so many steps of the agent; 0: with the episode
    uint32_t width, height; // of the pictures; both 0: as the class draws them; one 0: by its
                            // proportions. Classes without `draw` grow by whole factors only
    bool overlay;           // writes step and return onto the pictures
} ppo_show_options;

// Plays the episode that ppo_agent_evaluate with this seed plays first, and shows the picture that
// it begins with and one after each step. `evaluation`, which may be NULL, gets its return and
// length, so far if max_steps cut it. PPO_UNSUPPORTED if the environment draws no pictures, or if
// this build has no letters for an overlay; PPO_INVALID for sizes that can't be.
PPO_API ppo_status ppo_agent_show(ppo_agent *agent, const ppo_audience *audience,
                                  const ppo_show_options *options, ppo_evaluation *evaluation,
                                  ppo_error *error);

// Settles the size of the pictures: what of `options` ppo_agent_show would make of its width and
// height. Fails like it.
PPO_API ppo_status ppo_agent_show_size(const ppo_agent *agent, const ppo_show_options *options,
                                       uint32_t *width, uint32_t *height, ppo_error *error);

// Steps of the agent that are a second in the environment's own time, 30 where it doesn't say.
PPO_API double ppo_agent_show_fps(const ppo_agent *agent);

#ifdef __cplusplus
}
#endif

#endif
