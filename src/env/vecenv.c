// SPDX-License-Identifier: MIT
// The vectoriser: see vecenv.h. Decides who steps which rows; what a step is: instances.c.
#include "env/vecenv.h"

#include "core/error.h"
#include "env/class.h"
#include "env/workers/workers.h"

#include <stdlib.h>

struct ppo_vecenv {
    ppo_instances instances;
    ppo_worker_set *workers; // NULL: the calling threads step
};

// --- making -----------------------------------------------------------------------------------

static ppo_status build(ppo_vecenv *v, const ppo_env_class *env, const ppo_vecenv_options *options,
                        ppo_arena *arena, ppo_error *error)
{
    const uint32_t wanted = options->num_processes, num_envs = options->num_envs;
    PPO_TRY(ppo_instances_plan(&v->instances, env, options, arena, error));
    if (wanted == 0)
        return PPO_OK;
    return ppo_workers_create(&v->workers, &v->instances, wanted < num_envs ? wanted : num_envs,
                              arena, error);
}

ppo_status ppo_vecenv_create(ppo_vecenv **vecenv, const ppo_env_class *env,
                             const ppo_vecenv_options *options, ppo_arena *arena, ppo_error *error)
{
    *vecenv = NULL;
    ppo_vecenv *v = calloc(1, sizeof *v);
    if (!v)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the environments");
    const ppo_status status = build(v, env, options, arena, error);
    if (status != PPO_OK) {
        free(v);
        return status;
    }
    *vecenv = v;
    return PPO_OK;
}

void ppo_vecenv_destroy(ppo_vecenv *v)
{
    if (!v)
        return;
    ppo_workers_destroy(v->workers);
    ppo_instances_release(&v->instances);
    free(v);
}

// --- all environments at once -----------------------------------------------------------------

static ppo_status run_job(ppo_vecenv *v, const ppo_job_request *request, ppo_error *error)
{
    const size_t num_envs = v->instances.options.num_envs;
    ppo_workers_post(v->workers, request, 0, num_envs);
    return ppo_workers_wait(v->workers, 0, num_envs, error);
}

ppo_status ppo_vecenv_start(ppo_vecenv *v, unsigned char *obs, ppo_error *error)
{
    const size_t num_envs = v->instances.options.num_envs;
    if (v->workers) {
        PPO_TRY(ppo_workers_start(v->workers, error));
        return run_job(v, &(ppo_job_request){.kind = PPO_JOB_START, .obs = obs}, error);
    }
    PPO_TRY(ppo_instances_init(&v->instances, 0, num_envs, error));
    for (size_t n = 0; n < num_envs; n++)
        PPO_TRY(ppo_instances_start(&v->instances, n, obs, error));
    return PPO_OK;
}

ppo_status ppo_vecenv_reset(ppo_vecenv *v, const uint64_t *seeds, unsigned char *obs, uint64_t step,
                            ppo_error *error)
{
    const size_t num_envs = v->instances.options.num_envs;
    const ppo_job_request request = {
        .kind = PPO_JOB_RESET, .step = step, .obs = obs, .seeds = seeds};
    if (v->workers && seeds)
        v->instances.options.seed = seeds[0]; // for workers that are forked from now on
    if (v->workers)
        return run_job(v, &request, error);
    for (size_t n = 0; n < num_envs; n++)
        PPO_TRY(ppo_instances_reset(&v->instances, n, seeds, obs, step, error));
    return PPO_OK;
}

void ppo_vecenv_freeze(ppo_vecenv *v)
{
    if (v->workers && (ppo_workers_check_owner(v->workers, NULL) != PPO_OK ||
                       run_job(v, &(ppo_job_request){.kind = PPO_JOB_SAVE}, NULL) == PPO_OK))
        return;
    for (size_t n = 0; n < v->instances.options.num_envs; n++) {
        if (v->workers) // some have died and could not be replaced: their instances are lost
            ppo_instances_lose(&v->instances, n);
        ppo_instances_save(&v->instances, n);
    }
}

ppo_status ppo_vecenv_thaw(ppo_vecenv *v, unsigned char *obs, uint64_t step, ppo_error *error)
{
    const size_t num_envs = v->instances.options.num_envs;
    if (v->workers) {
        const ppo_job_request request = {.kind = PPO_JOB_LOAD, .obs = obs, .step = step};
        PPO_TRY(ppo_workers_start(v->workers, error));
        return run_job(v, &request, error);
    }
    PPO_TRY(ppo_instances_init(&v->instances, 0, num_envs, error));
    for (size_t n = 0; n < num_envs; n++)
        PPO_TRY(ppo_instances_load(&v->instances, n, obs, step, error));
    return PPO_OK;
}

void ppo_vecenv_render(const ppo_vecenv *v, size_t n, unsigned char *picture)
{
    ppo_instances_render(&v->instances, n, picture);
}

const uint8_t *ppo_vecenv_mask(const ppo_vecenv *v)
{
    return v->instances.mask;
}

// --- stepping ---------------------------------------------------------------------------------

ppo_status ppo_vecenv_begin(ppo_vecenv *v, const ppo_vecenv_rows *rows, const void *action,
                            size_t first, size_t count, uint64_t step, ppo_error *error)
{
    if (!v->workers)
        return ppo_instances_step(&v->instances, rows, action, first, count, step, error);
    const ppo_job_request request = {
        .kind = PPO_JOB_STEP, .step = step, .rows = *rows, .action = action};
    ppo_workers_post(v->workers, &request, first, count);
    return PPO_OK;
}

ppo_status ppo_vecenv_finish(ppo_vecenv *v, size_t first, size_t count, ppo_error *error)
{
    return v->workers ? ppo_workers_wait(v->workers, first, count, error) : PPO_OK;
}

ppo_status ppo_vecenv_step(ppo_vecenv *v, const ppo_vecenv_rows *rows, const void *action,
                           size_t first, size_t count, uint64_t step, ppo_error *error)
{
    PPO_TRY(ppo_vecenv_begin(v, rows, action, first, count, step, error));
    return ppo_vecenv_finish(v, first, count, error);
}

uint64_t ppo_vecenv_workers_lost(const ppo_vecenv *v, ppo_error *last)
{
    if (v->workers)
        return ppo_workers_lost(v->workers, last);
    const ppo_env_class *env = v->instances.env;
    const ppo_env_extension *extension = ppo_env_class_extension(env);
    return extension->count_failures ? extension->count_failures(env, last) : 0;
}
