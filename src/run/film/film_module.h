// SPDX-License-Identifier: MIT
// The table of the module film.so: what film_av.c does and film.c calls. See core/module.h.
#ifndef PPO_RUN_FILM_FILM_MODULE_H
#define PPO_RUN_FILM_FILM_MODULE_H

#include "core/module.h"
#include "ppo/film.h"

enum { PPO_FILM_ABI = 1 };

// Each does what the function ppo_film_* of run/film/film.h and ppo/film.h says; `add`, `close` and
// the others never get NULL for a film.
typedef struct ppo_film_module {
    ppo_module_head head;
    void (*describe)(char *text, size_t size);
    ppo_status (*check)(const char *path, uint32_t width, uint32_t height, double fps,
                        ppo_error *error);
    ppo_status (*open)(ppo_film **film, const char *path, uint32_t width, uint32_t height,
                       double fps, ppo_error *error);
    void (*colours)(ppo_film *film, const uint32_t *colours, size_t num_colours);
    ppo_status (*add)(ppo_film *film, const unsigned char *rgb, ppo_error *error);
    ppo_status (*close)(ppo_film *film, ppo_error *error);
    void (*drop)(ppo_film *film);
} ppo_film_module;

#endif
