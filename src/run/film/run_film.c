// SPDX-License-Identifier: MIT
// Films that a run makes of its policy on the way: videos/step-000123456.gif, and the same in the
// event file.
//
// A film is due whenever training passes a multiple of video_every, and at the end. The episode is
// the first of an evaluation, played in an environment of its own, so training's bits stay what
// they are. A film that is there already, because the run was killed after it and before the next
// checkpoint, is whole (it was published so) and is not made again.
// Workload: an episode now and then. Owns nothing between calls. Not here: playing and encoding
// (agent_film.c, film_av.c).
#include "run/run_state.h"

#include "core/error.h"
#include "core/file.h"
#include "ppo/film.h"
#include "run/film/film.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_NAME "videos"
#define FILM_BEGIN  "step-"
#define FILM_TAG    "video"

// A longer film stays out of the event file, which TensorBoard reads whole.
#define MAX_IN_BOARD ((size_t)32 << 20)

static const char *ending_of(const ppo_config *config)
{
    return config->video_format == PPO_VIDEO_GIF ? "gif" : "mp4";
}

static ppo_path film_path(const ppo_run *run)
{
    char name[64];
    snprintf(name, sizeof name, FOLDER_NAME "/" FILM_BEGIN "%09" PRIu64 ".%s",
             run->facts.global_step, ending_of(ppo_trainer_config(run->trainer)));
    return ppo_path_in(run->dir.text, name);
}

ppo_status ppo_run_film_check(ppo_trainer *trainer, ppo_error *error)
{
    uint32_t width, height;
    ppo_error cause = {0};
    const ppo_show_options usual = {.seed = 0};
    const ppo_config *config = ppo_trainer_config(trainer);
    if (config->video_every == 0)
        return PPO_OK;
    ppo_status status =
        ppo_agent_show_size(ppo_trainer_agent(trainer), &usual, &width, &height, &cause);
    if (status == PPO_OK)
        status = ppo_film_check(config->video_format == PPO_VIDEO_GIF ? "a .gif" : "a .mp4", width,
                                height, 1.0, &cause);
    return status == PPO_OK ? PPO_OK
                            : ppo_fail(error, status, "video_every: %.480s", cause.message);
}

static ppo_status show_in_board(ppo_run *run, const char *path, ppo_error *error)
{
    char *gif;
    size_t size;
    if (run->board.log.descriptor < 0 ||
        ppo_trainer_config(run->trainer)->video_format != PPO_VIDEO_GIF)
        return PPO_OK;
    PPO_TRY(ppo_file_read(&gif, &size, path, SIZE_MAX - 1, error));
    const ppo_status status = size <= MAX_IN_BOARD
                                  ? ppo_tensorboard_add_gif(&run->board, run->facts.global_step,
                                                            FILM_TAG, gif, size, error)
                                  : PPO_OK;
    free(gif);
    return status;
}

ppo_status ppo_run_film_now(ppo_run *run, ppo_error *error)
{
    const ppo_config *config = ppo_trainer_config(run->trainer);
    const ppo_path path = film_path(run);
    const ppo_path folder = ppo_path_in(run->dir.text, FOLDER_NAME);
    const ppo_film_options options = {.struct_size = sizeof options,
                                      .seed = config->eval_seed,
                                      .deterministic = config->eval_deterministic,
                                      .max_steps = config->video_steps};
    if (config->video_every == 0 || run->facts.film_step == run->facts.global_step)
        return PPO_OK;
    PPO_TRY(ppo_file_make_dirs(folder.text, error));
    if (!ppo_file_exists(path.text))
        PPO_TRY(ppo_agent_film(ppo_trainer_agent(run->trainer), path.text, &options, NULL, error));
    PPO_TRY(show_in_board(run, path.text, error));
    run->facts.film_step = run->facts.global_step;
    run->last_film = path;
    run->dirty = true;
    return PPO_OK;
}

ppo_status ppo_run_film_due(ppo_run *run, uint64_t step_before, ppo_error *error)
{
    const uint64_t every = ppo_trainer_config(run->trainer)->video_every;
    if (every == 0 || run->facts.global_step / every == step_before / every)
        return PPO_OK;
    return ppo_run_film_now(run, error);
}

static bool is_film(const char *name)
{
    return strncmp(name, FILM_BEGIN, sizeof FILM_BEGIN - 1) == 0;
}

ppo_status ppo_run_film_clear(const ppo_run *run, ppo_error *error)
{
    const ppo_path path = ppo_path_in(run->dir.text, FOLDER_NAME);
    const struct dirent *entry;
    ppo_status status = PPO_OK;
    DIR *folder = opendir(path.text);
    if (!folder)
        return PPO_OK;
    // cppcheck-suppress readdirCalled ; each folder stream has a buffer of its own
    while (status == PPO_OK && (entry = readdir(folder)))
        if (is_film(entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0) != 0)
            status = ppo_fail(error, PPO_IO, "can't remove %s/%s: %s", path.text, entry->d_name,
                              strerror(errno));
    closedir(folder);
    return status;
}

void ppo_run_film_sweep(const ppo_run *run)
{
    const ppo_path path = ppo_path_in(run->dir.text, FOLDER_NAME);
    ppo_run_directory_sweep(path.text);
}
