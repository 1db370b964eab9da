// SPDX-License-Identifier: MIT
// Films: pictures encoded one after the other into an .mp4 or .gif file or a folder of PNG files,
// and an agent's episode as a film.
//
//     ppo_film *film;
//     ppo_film_open(&film, "pendulum.gif", 320, 240, 30.0, &error);
//     while (...)
//         ppo_film_add(film, rgb, &error);
//     ppo_film_close(film, &error);
//
// .mp4 is H.264 by libx264 where the installed libavcodec has it, otherwise MPEG-4; .gif shows up
// to 256 colours exactly and picks the 256 that matter where there are more. The file appears
// whole at the end or not at all. A name that ends in '/' is a folder, made if it is missing: each
// picture is a file 000000.png, 000001.png, ... of it, which appears whole or not at all; frames of
// a longer film that were there before are removed at the end. Equal pictures give equal bytes on
// one machine.
//
// Threads: several films may be made at once in different threads; one film is used by one thread
// at a time.
#ifndef PPO_FILM_H
#define PPO_FILM_H

#include "ppo/render.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_film ppo_film;

// Begins a film of width x height pixels, both in [1, 4096], with `fps` pictures a second, in
// (0, 1000]; a GIF's delays are hundredths of a second, so it takes at most 50. In an .mp4 a
// picture of fewer than 400 rows has its pixels doubled, because colours have half the resolution
// there; an odd side gets one more row or column. PPO_INVALID for an unknown ending,
// PPO_UNSUPPORTED in a build without films, PPO_IO if the file can't be made. *film is NULL on
// failure.
PPO_API ppo_status ppo_film_open(ppo_film **film, const char *path, uint32_t width, uint32_t height,
                                 double fps, ppo_error *error);

// Before the first picture: the pictures contain these colours, 0xRRGGBB, and no others. A GIF of
// at most 256 colours becomes smaller; the other formats ignore it.
PPO_API void ppo_film_colours(ppo_film *film, const uint32_t *colours, size_t num_colours);

// Adds a picture: `height` rows from the top of `width` pixels, red, green and blue. After a
// failure the film can only be dropped. The picture is copied.
PPO_API ppo_status ppo_film_add(ppo_film *film, const unsigned char *rgb, ppo_error *error);

// Finishes the file and puts it in its place, replacing what was there; a film without pictures is
// PPO_INVALID and leaves nothing. Frees the film either way. NULL is allowed.
PPO_API ppo_status ppo_film_close(ppo_film *film, ppo_error *error);

// Ends a film without a file; what was at its path stays. NULL is allowed.
PPO_API void ppo_film_drop(ppo_film *film);

// How ppo_agent_film plays. All zero but struct_size: what ppo_film_options_defaults sets.
typedef struct ppo_film_options {
    size_t struct_size; // sizeof(ppo_film_options); the struct may grow at its end
    uint64_t seed;      // of the environment: the episode is the first of an evaluation seeded so
    bool deterministic; // as in ppo_act_options
    uint64_t max_steps; // the film ends after so many steps; 0: with the episode
    double fps;         // frames per second; 0: the environment's real time, for a GIF at most 50
    uint32_t width, height; // as in ppo_render_options; 0: as the environment draws itself
    bool overlay;           // likewise
    bool (*is_interrupted)(void *context); // asked with each picture: true gives up the film with
                                           // PPO_STOPPED, leaving no file; NULL: it goes on
    void *interrupt_context;
} ppo_film_options;

static inline void ppo_film_options_defaults(ppo_film_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

// Plays one episode and films it: its first picture, then one for each step. `options` NULL: the
// defaults. `evaluation`, which may be NULL, gets the episode's return and length, so far if
// max_steps cut it. PPO_UNSUPPORTED if the environment draws no pictures; otherwise as above.
PPO_API ppo_status ppo_agent_film(const ppo_agent *agent, const char *path,
                                  const ppo_film_options *options, ppo_evaluation *evaluation,
                                  ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
