// SPDX-License-Identifier: MIT
// Films that a run makes of its policy while training: videos/step-000123456.gif, and the same in
// the event file.
//
// A film is due whenever training has passed a multiple of video_every since the last one, and at
// the end. The episode is the first of an evaluation, played in an environment of its own, so that
// training's results don't change. A film that exists already, because the run was killed after it
// and before the next checkpoint, is whole (films are published so) and is not made again.
// Workload: an episode now and then. Owns nothing between calls. Not here: playing and encoding
// (agent_film.c, film_av.c).
#include "run/run_state.h"

#include "core/error.h"
#include "core/file.h"
#include "ppo/film.h"
#include "rl/trainer_state.h"
#include "run/film/film.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILM_BEGIN "step-"
#define FILM_TAG   "video"

// A larger film stays out of the event file, which TensorBoard reads as a whole.
#define MAX_IN_EVENT_FILE ((size_t)32 << 20)

ppo_status ppo_run_film_check(ppo_trainer *trainer, ppo_error *error)
{
    uint32_t width, height;
    ppo_error cause = {0};
    const ppo_config *config = ppo_trainer_config(trainer);
    if (config->video_every == 0)
        return PPO_OK;
    ppo_status status =
        ppo_agent_render_size(ppo_trainer_agent(trainer), NULL, &width, &height, &cause);
    if (status == PPO_OK)
        status = ppo_film_check(config->video_format == PPO_VIDEO_GIF ? "a .gif" : "a .mp4", width,
                                height, 1.0, &cause);
    return status == PPO_OK ? PPO_OK
                            : ppo_fail(error, status, "video_every: %.480s", cause.message);
}

static ppo_status add_to_event_file(ppo_run *run, const char *path, ppo_error *error)
{
    char *gif;
    size_t size;
    if (run->tensorboard.file.descriptor < 0 ||
        ppo_trainer_config(run->trainer)->video_format != PPO_VIDEO_GIF)
        return PPO_OK;
    PPO_TRY(ppo_file_read_regular(&gif, &size, path, SIZE_MAX - 1, error));
    const ppo_status status =
        size <= MAX_IN_EVENT_FILE
            ? ppo_tensorboard_add_gif(&run->tensorboard, run->facts.global_step, FILM_TAG, gif,
                                      size, error)
            : PPO_OK;
    free(gif);
    return status;
}

ppo_status ppo_run_film_now(ppo_run *run, ppo_error *error)
{
    const ppo_config *config = ppo_trainer_config(run->trainer);
    const ppo_film_options options = {.struct_size = sizeof options,
                                      .seed = config->eval_seed,
                                      .deterministic = config->eval_deterministic,
                                      .max_steps = config->video_steps ? config->video_steps
                                                                       : config->eval_max_steps,
                                      .is_interrupted = ppo_trainer_is_interrupted,
                                      .interrupt_context = run->trainer};
    char name[64];
    if (config->video_every == 0 || run->facts.film_step == run->facts.global_step)
        return PPO_OK;
    if (!run->leads) { // rank 0 films
        run->facts.film_step = run->facts.global_step;
        run->dirty = true;
        return PPO_OK;
    }
    snprintf(name, sizeof name, PPO_VIDEOS_NAME "/" FILM_BEGIN "%09" PRIu64 ".%s",
             run->facts.global_step, config->video_format == PPO_VIDEO_GIF ? "gif" : "mp4");
    const char *path = ppo_run_path(run, name);
    const char *folder = ppo_run_path(run, PPO_VIDEOS_NAME);
    PPO_TRY(ppo_file_make_dirs(folder, error));
    if (!ppo_file_exists(path))
        PPO_TRY(ppo_agent_film(ppo_trainer_agent(run->trainer), path, &options, NULL, error));
    PPO_TRY(add_to_event_file(run, path, error));
    run->facts.film_step = run->facts.global_step;
    run->last_film = ppo_path_in(run->dir.text, name);
    run->dirty = true;
    return PPO_OK;
}

ppo_status ppo_run_film_due(ppo_run *run, ppo_error *error)
{
    const uint64_t every = ppo_trainer_config(run->trainer)->video_every;
    if (every == 0 || run->facts.global_step / every == run->facts.film_step / every)
        return PPO_OK;
    return ppo_run_film_now(run, error);
}

// "step-000123456.gif" or ".mp4", the first `size` characters of `name`.
static bool is_film(const char *name, size_t size)
{
    const size_t begin = sizeof FILM_BEGIN - 1;
    if (size <= begin || strncmp(name, FILM_BEGIN, begin) != 0)
        return false;
    const size_t digits = strspn(name + begin, "0123456789");
    const char *end = name + begin + digits;
    return digits > 0 && name + size == end + 4 &&
           (strncmp(end, ".gif", 4) == 0 || strncmp(end, ".mp4", 4) == 0);
}

// Removes the run's films, or what a killed process has left of one.
static ppo_status remove_films(ppo_run *run, bool only_temporaries, ppo_error *error)
{
    const char *path = ppo_run_path(run, PPO_VIDEOS_NAME);
    const struct dirent *entry;
    ppo_status status = PPO_OK;
    DIR *folder = opendir(path);
    if (!folder)
        return PPO_OK;
    // cppcheck-suppress readdirCalled ; each folder stream has a buffer of its own
    while (status == PPO_OK && (entry = readdir(folder))) {
        const char *name = entry->d_name;
        const size_t size = only_temporaries ? ppo_file_temporary_of(name) : strlen(name);
        if (is_film(name, size) && unlinkat(dirfd(folder), name, 0) != 0)
            status = ppo_fail(error, PPO_IO, "can't remove %s/%s: %s", path, name, strerror(errno));
    }
    closedir(folder);
    return status;
}

ppo_status ppo_run_film_clear(ppo_run *run, ppo_error *error)
{
    return remove_films(run, false, error);
}

void ppo_run_film_sweep(ppo_run *run)
{
    remove_films(run, true, NULL);
}
