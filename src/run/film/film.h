// SPDX-License-Identifier: MIT
// What the build's way of making films says of itself. The rest is in ppo/film.h.
#ifndef PPO_RUN_FILM_FILM_H
#define PPO_RUN_FILM_FILM_H

#include "ppo/film.h"

// A line for `ppo info`: "mp4 (libx264), gif; libavcodec 59.37.100", or what is missing.
void ppo_film_describe(char *text, size_t size);

// Whether ppo_film_open would take these.
ppo_status ppo_film_check(const char *path, uint32_t width, uint32_t height, double fps,
                          ppo_error *error);

#endif
