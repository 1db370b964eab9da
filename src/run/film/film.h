// SPDX-License-Identifier: MIT
// Films beyond what ppo/film.h declares: whether and how this build can make them.
#ifndef PPO_RUN_FILM_FILM_H
#define PPO_RUN_FILM_FILM_H

#include "ppo/film.h"

// A line for `ppo info`: "mp4 (libx264), gif; libavcodec 59.37.100", or what is missing.
void ppo_film_describe(char *text, size_t size);

// PPO_OK if ppo_film_open would accept these arguments, or how it would fail. Makes no file.
ppo_status ppo_film_check(const char *path, uint32_t width, uint32_t height, double fps,
                          ppo_error *error);

#endif
