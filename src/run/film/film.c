// SPDX-License-Identifier: MIT
// Films as the rest of the library sees them: each call goes to the module film.so (film_av.c and
// libav), which the first one loads. If there is a film, the module is loaded.
#include "run/film/film.h"

#include "core/error.h"
#include "run/film/film_module.h"

#include <stdio.h>

static const ppo_film_module *open_module(ppo_error *error)
{
    static ppo_module module =
        PPO_MODULE("film", "films", "libavformat and libavcodec", ppo_film_module, PPO_FILM_ABI);
    return ppo_module_open(&module, error);
}

void ppo_film_describe(char *text, size_t size)
{
    ppo_error error = {0};
    const ppo_film_module *module = open_module(&error);
    if (module)
        module->describe(text, size);
    else
        snprintf(text, size, "absent: %s", error.message);
}

ppo_status ppo_film_check(const char *path, uint32_t width, uint32_t height, double fps,
                          ppo_error *error)
{
    ppo_error cause = {0};
    const ppo_film_module *module = open_module(&cause);
    return module ? module->check(path, width, height, fps, error)
                  : ppo_fail(error, cause.status, "%.100s: %s", path, cause.message);
}

ppo_status ppo_film_open(ppo_film **film, const char *path, uint32_t width, uint32_t height,
                         double fps, ppo_error *error)
{
    *film = NULL;
    ppo_error cause = {0};
    const ppo_film_module *module = open_module(&cause);
    return module ? module->open(film, path, width, height, fps, error)
                  : ppo_fail(error, cause.status, "%.100s: %s", path, cause.message);
}

void ppo_film_colours(ppo_film *film, const uint32_t *colours, size_t num_colours)
{
    open_module(NULL)->colours(film, colours, num_colours);
}

ppo_status ppo_film_add(ppo_film *film, const unsigned char *rgb, ppo_error *error)
{
    return open_module(NULL)->add(film, rgb, error);
}

ppo_status ppo_film_close(ppo_film *film, ppo_error *error)
{
    return film ? open_module(NULL)->close(film, error) : PPO_OK;
}

void ppo_film_drop(ppo_film *film)
{
    if (film)
        open_module(NULL)->drop(film);
}
