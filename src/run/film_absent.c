// SPDX-License-Identifier: MIT
// In the place of film.c where the build has no libavformat and libavcodec: says so.
#include "core/error.h"
#include "run/film.h"

#include <stdio.h>

void ppo_film_describe(char *text, size_t size)
{
    snprintf(text, size, "absent: built without libavformat and libavcodec");
}

ppo_status ppo_film_check(const char *path, uint32_t width, uint32_t height, double fps,
                          ppo_error *error)
{
    (void)width, (void)height, (void)fps;
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "%.300s: this build makes no films: it was made without libavformat and "
                    "libavcodec (scripts/setup installs them; then configure and build again)",
                    path);
}

ppo_status ppo_film_open(ppo_film **film, const char *path, uint32_t width, uint32_t height,
                         double fps, ppo_error *error)
{
    *film = NULL;
    return ppo_film_check(path, width, height, fps, error);
}

void ppo_film_colours(ppo_film *film, const uint32_t *colours, size_t num_colours)
{
    (void)film, (void)colours, (void)num_colours;
}

ppo_status ppo_film_add(ppo_film *film, const unsigned char *rgb, ppo_error *error)
{
    (void)film, (void)rgb;
    return ppo_fail(error, PPO_UNSUPPORTED, "this build makes no films");
}

ppo_status ppo_film_close(ppo_film *film, ppo_error *error)
{
    (void)film, (void)error;
    return PPO_OK;
}

void ppo_film_drop(ppo_film *film)
{
    (void)film;
}
