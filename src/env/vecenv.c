// SPDX-License-Identifier: MIT
// The vectoriser: see vecenv.h. Who steps which rows; what a step is: instances.c.
#include "env/vecenv.h"

#include "core/error.h"
#include "env/instances.h"

#include <stdlib.h>

struct ppo_vecenv {
    ppo_instances instances;
};

ppo_status ppo_vecenv_create(ppo_vecenv **vecenv, const ppo_env_class *env,
                             const ppo_vecenv_options *options, ppo_arena *arena, ppo_error *error)
{
    *vecenv = NULL;
    ppo_vecenv *v = calloc(1, sizeof *v);
    if (!v)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the environments");
    const ppo_status status = ppo_instances_plan(&v->instances, env, options, arena, error);
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
    ppo_instances_release(&v->instances);
    free(v);
}

ppo_status ppo_vecenv_start(ppo_vecenv *v, unsigned char *obs, ppo_error *error)
{
    const size_t num_envs = v->instances.options.num_envs;
    PPO_TRY(ppo_instances_init(&v->instances, 0, num_envs, error));
    for (size_t n = 0; n < num_envs; n++)
        PPO_TRY(ppo_instances_start(&v->instances, n, obs, error));
    return PPO_OK;
}

ppo_status ppo_vecenv_post(ppo_vecenv *v, const ppo_vecenv_rows *rows, const void *action,
                           size_t first, size_t count, uint64_t step, ppo_error *error)
{
    return ppo_instances_step(&v->instances, rows, action, first, count, step, error);
}

ppo_status ppo_vecenv_wait(ppo_vecenv *v, const ppo_vecenv_rows *rows, size_t first, size_t count,
                           uint64_t step, ppo_error *error)
{
    (void)v, (void)rows, (void)first, (void)count, (void)step, (void)error;
    return PPO_OK;
}

ppo_status ppo_vecenv_step(ppo_vecenv *v, const ppo_vecenv_rows *rows, const void *action,
                           size_t first, size_t count, uint64_t step, ppo_error *error)
{
    PPO_TRY(ppo_vecenv_post(v, rows, action, first, count, step, error));
    return ppo_vecenv_wait(v, rows, first, count, step, error);
}

void ppo_vecenv_freeze(ppo_vecenv *v)
{
    for (size_t n = 0; n < v->instances.options.num_envs; n++)
        ppo_instances_save(&v->instances, n);
}

ppo_status ppo_vecenv_thaw(ppo_vecenv *v, unsigned char *obs, uint64_t step, ppo_error *error)
{
    const size_t num_envs = v->instances.options.num_envs;
    PPO_TRY(ppo_instances_init(&v->instances, 0, num_envs, error));
    for (size_t n = 0; n < num_envs; n++)
        PPO_TRY(ppo_instances_load(&v->instances, n, obs, step, error));
    return PPO_OK;
}
