// SPDX-License-Identifier: MIT
// Environments side by side, without learning: see ppo/vec.h. A vectoriser with an arena, a pool
// and frame stacks.
//
// Workload: one to thousands of environments, a call per step. Results go straight into the
// caller's arrays; by way of rows of the arena where processes write them, or where frames are
// stacked. Owns what it opens and makes. Not here: what a step is (env/instances.c).
#include "agent/vec.h"

#include "agent/frame_stack.h"
#include "config/table.h"
#include "core/cores.h"
#include "core/error.h"
#include "core/float_scope.h"
#include "core/pool.h"
#include "core/sized.h"
#include "env/class.h"
#include "env/picture.h"
#include "ppo/plugin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ENVS         1000000 // as the option table has them
#define MAX_STACK        16
#define TASKS_PER_THREAD 4

struct ppo_vec {
    ppo_config config;
    const ppo_env_class *env;    // the whole table
    const ppo_env_class *opened; // to be closed, if it was opened here; else NULL
    ppo_env_class whole;         // where the caller's table is an older, shorter one
    ppo_arena arena;
    ppo_vecenv *vecenv;
    ppo_pool *pool;    // NULL: the calling thread steps
    size_t num_tasks;  // of the pool
    ppo_error *errors; // [num_tasks]
    bool has_processes;
    pid_t owner; // the process that has the threads and workers
    size_t num_envs, stack, obs_bytes, action_bytes;
    uint64_t step;                  // of the vectoriser: keys sticky actions
    bool is_untouched;              // the episodes that creation began have not been asked for yet
    bool is_ready;                  // between a reset and a failure
    uint64_t *seeds;                // [N]
    unsigned char *obs, *final_obs; // [N, obs bytes]
    unsigned char *stacks;          // [N, stack, obs bytes] with frame_stack > 1
    unsigned char *action;          // [N, action bytes] as processes see them
    double *reward, *episode_return;
    uint8_t *terminated, *truncated, *lost;
    uint32_t *episode_length;
};

// What the pool's tasks share while they step.
typedef struct ppo_vec_job {
    ppo_vec *vec;
    const ppo_vecenv_rows *rows;
    const void *action;
} ppo_vec_job;

// --- making -------------------------------------------------------------------------------------

// Worker processes: as many as asked for, else one per environment, but no more than cores. A class
// with processes of its own needs none.
static uint32_t num_processes(const ppo_config *config, const ppo_env_class *env)
{
    const size_t cores = ppo_cores_available();
    if (config->workers != PPO_WORKERS_PROCESS || ppo_env_class_extension(env)->has_processes)
        return 0;
    if (config->num_workers > 0)
        return config->num_workers;
    return config->num_envs < cores ? config->num_envs : (uint32_t)cores;
}

ppo_vecenv_options ppo_vec_options_for(const ppo_config *config, const ppo_env_class *env)
{
    return (ppo_vecenv_options){.num_envs = config->num_envs,
                                .max_episode_steps = config->max_episode_steps,
                                .frame_skip = env->skips_frames ? 1 : config->frame_skip,
                                .sticky_action_prob = config->sticky_action_prob,
                                .clip_action = config->action_bound == PPO_ACTION_CLIP,
                                .seed = config->seed,
                                .num_processes = num_processes(config, env),
                                .timeout_ms = (uint32_t)ceil(config->env_timeout * 1e3)};
}

// What is not checked by the vectoriser; settings of learning may be anything.
static ppo_status check_config(const ppo_config *config, ppo_error *error)
{
    if (config->num_envs < 1 || config->num_envs > MAX_ENVS)
        return ppo_fail(error, PPO_INVALID, "num_envs is %u, not in [1, %d]", config->num_envs,
                        MAX_ENVS);
    if (config->frame_stack < 1 || config->frame_stack > MAX_STACK)
        return ppo_fail(error, PPO_INVALID, "frame_stack is %u, not in [1, %d]",
                        config->frame_stack, MAX_STACK);
    if (!(config->env_timeout >= 0.0 && config->env_timeout <= 1e6))
        return ppo_fail(error, PPO_INVALID, "env_timeout must be in [0, 1e6] seconds");
    return PPO_OK;
}

static ppo_status open_class(ppo_vec *v, const ppo_env_class *env, ppo_error *error)
{
    const ppo_env_options options = ppo_config_env_options(&v->config);
    if (env)
        PPO_TRY(ppo_env_class_check(env, error));
    else
        PPO_TRY(ppo_env_open(&v->opened, v->config.env_id, &options, error));
    v->env = ppo_env_class_whole(&v->whole, env ? env : v->opened);
    v->obs_bytes = ppo_space_bytes(&v->env->observation_space);
    v->action_bytes = ppo_space_bytes(&v->env->action_space);
    return PPO_OK;
}

static void plan_rows(ppo_vec *v)
{
    const size_t n = v->num_envs;
#define ROW(field, dtype, ...)                                                                  \
    PPO_ARENA_ADD(&v->arena, &v->field, "vec." #field, "ppo_vec_step", PPO_ROLE_SCRATCH, dtype, \
                  __VA_ARGS__)
    ROW(seeds, PPO_U64, n);
    ROW(obs, PPO_U8, n, v->obs_bytes);
    ROW(final_obs, PPO_U8, n, v->obs_bytes);
    if (v->stack > 1)
        ROW(stacks, PPO_U8, n, v->stack, v->obs_bytes);
    if (v->has_processes)
        ROW(action, PPO_U8, n, v->action_bytes);
    ROW(reward, PPO_F64, n);
    ROW(episode_return, PPO_F64, n);
    ROW(terminated, PPO_U8, n);
    ROW(truncated, PPO_U8, n);
    ROW(lost, PPO_U8, n);
    ROW(episode_length, PPO_U32, n);
#undef ROW
}

// A task is a range of environments; those that are best stepped together stay together.
static ppo_status make_pool(ppo_vec *v, ppo_error *error)
{
    const size_t threads = v->config.threads, together = v->env->step_many_size;
    const size_t most = together > 1 ? (v->num_envs + together - 1) / together : v->num_envs;
    v->num_tasks = most < threads * TASKS_PER_THREAD ? most : threads * TASKS_PER_THREAD;
    if (threads < 2 || v->num_tasks < 2 || v->has_processes)
        return PPO_OK;
    v->errors = calloc(v->num_tasks, sizeof *v->errors);
    if (!v->errors)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %zu tasks", v->num_tasks);
    return ppo_pool_create(&v->pool, (uint32_t)(threads < most ? threads : most), error);
}

static ppo_status build(ppo_vec *v, const ppo_env_class *env, ppo_error *error)
{
    PPO_TRY(check_config(&v->config, error));
    PPO_TRY(open_class(v, env, error));
    const ppo_vecenv_options options = ppo_vec_options_for(&v->config, v->env);
    v->has_processes = options.num_processes > 0;
    v->num_envs = v->config.num_envs;
    v->stack = v->config.frame_stack;
    PPO_TRY(ppo_vecenv_create(&v->vecenv, v->env, &options, &v->arena, error));
    plan_rows(v);
    if (v->has_processes)
        ppo_arena_share(&v->arena);
    PPO_TRY(ppo_arena_bind(&v->arena, error));
    PPO_TRY(make_pool(v, error));
    PPO_TRY(ppo_vecenv_start(v->vecenv, v->obs, error));
    v->is_untouched = true;
    return PPO_OK;
}

ppo_status ppo_vec_create(ppo_vec **vec, const ppo_config *config, const ppo_env_class *env,
                          ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    *vec = NULL;
    PPO_TRY(ppo_config_check_size(config, error)); // before it is copied
    ppo_vec *v = calloc(1, sizeof *v);
    if (!v)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for environments");
    v->config = *config;
    v->owner = getpid();
    const ppo_status status = build(v, env, error);
    if (status != PPO_OK) {
        ppo_vec_destroy(v);
        return status;
    }
    *vec = v;
    return PPO_OK;
}

void ppo_vec_destroy(ppo_vec *v)
{
    if (!v)
        return;
    ppo_vecenv_destroy(v->vecenv);
    ppo_pool_destroy(v->pool);
    ppo_arena_release(&v->arena);
    ppo_env_close(v->opened);
    free(v->errors);
    free(v);
}

const ppo_env_class *ppo_vec_env(const ppo_vec *v)
{
    return v->env;
}

const ppo_config *ppo_vec_config(const ppo_vec *v)
{
    return &v->config;
}

// --- frame stacks -------------------------------------------------------------------------------

static void stack_obs(ppo_vec *v, const ppo_vecenv_rows *rows, unsigned char *final)
{
    const size_t bytes = v->stack * v->obs_bytes;
    for (size_t n = 0; n < v->num_envs; n++) {
        unsigned char *stack = v->stacks + n * bytes;
        const unsigned char *obs = v->obs + n * v->obs_bytes;
        if (!rows->terminated[n] && !rows->truncated[n]) {
            ppo_stack_push(stack, stack, obs, v->stack, v->obs_bytes);
            continue;
        }
        if (final)
            ppo_stack_push(final + n * bytes, stack, v->final_obs + n * v->obs_bytes, v->stack,
                           v->obs_bytes);
        ppo_stack_fill(stack, obs, v->stack, v->obs_bytes);
    }
}

// --- reset --------------------------------------------------------------------------------------

static void copy_observations(const ppo_vec *v, void *observation)
{
    const size_t bytes = v->num_envs * v->stack * v->obs_bytes;
    if (observation)
        memcpy(observation, v->stack > 1 ? v->stacks : v->obs, bytes);
}

// Threads, workers and the memory shared with them belong to the process that made them.
static ppo_status check_owner(const ppo_vec *v, ppo_error *error)
{
    if (getpid() == v->owner)
        return PPO_OK;
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "these environments belong to process %ld, of which this one is a fork; make "
                    "them in the process that steps them",
                    (long)v->owner);
}

ppo_status ppo_vec_reset(ppo_vec *v, const uint64_t *seeds, void *observation, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    PPO_TRY(check_owner(v, error));
    v->is_ready = false;
    if (seeds) {
        memcpy(v->seeds, seeds, v->num_envs * sizeof *seeds);
        v->step = 0;
    }
    if (seeds || !v->is_untouched)
        PPO_TRY(ppo_vecenv_reset(v->vecenv, seeds ? v->seeds : NULL, v->obs, v->step, error));
    v->is_untouched = false;
    v->is_ready = true;
    if (v->stack > 1)
        for (size_t n = 0; n < v->num_envs; n++)
            ppo_stack_fill(v->stacks + n * v->stack * v->obs_bytes, v->obs + n * v->obs_bytes,
                           v->stack, v->obs_bytes);
    copy_observations(v, observation);
    return PPO_OK;
}

// --- step ---------------------------------------------------------------------------------------

// A leaf of environment n's action. `allowed` (NULL: there are no masks) is the leaf's mask, and
// goes on to the next leaf's.
static ppo_status check_integers(const ppo_vec *v, size_t n, const ppo_space_leaf *leaf,
                                 const int32_t *action, const uint8_t **allowed, ppo_error *error)
{
    for (size_t i = 0; i < ppo_space_size(leaf->space); i++) {
        const uint32_t limit = ppo_space_num_values(leaf->space, i);
        if (action[i] < 0 || (uint32_t)action[i] >= limit)
            return ppo_fail(error, PPO_INVALID,
                            "%.64s, environment %zu: action element %zu is %d, not in [0, %u)",
                            ppo_env_name(v->env->id), n, leaf->first + i, action[i], limit);
        if (*allowed && !(*allowed)[action[i]])
            return ppo_fail(error, PPO_INVALID,
                            "%.64s, environment %zu: action element %zu is %d, which the action "
                            "mask forbids",
                            ppo_env_name(v->env->id), n, leaf->first + i, action[i]);
        *allowed = *allowed ? *allowed + limit : NULL;
    }
    return PPO_OK;
}

static ppo_status check_floats(const ppo_vec *v, size_t n, const ppo_space_leaf *leaf,
                               const float *action, const uint8_t **allowed, ppo_error *error)
{
    const size_t size = ppo_space_size(leaf->space);
    *allowed = *allowed ? *allowed + size : NULL;
    for (size_t i = 0; i < size; i++)
        if (isnan(action[i]))
            return ppo_fail(error, PPO_INVALID,
                            "%.64s, environment %zu: action element %zu is not a number",
                            ppo_env_name(v->env->id), n, leaf->first + i);
    return PPO_OK;
}

static ppo_status check_action(const ppo_vec *v, const unsigned char *action, ppo_error *error)
{
    const ppo_space *space = &v->env->action_space;
    const size_t num_leaves = ppo_space_num_leaves(space);
    const uint8_t *allowed = ppo_vecenv_mask(v->vecenv);
    for (size_t n = 0; n < v->num_envs; n++)
        for (size_t i = 0; i < num_leaves; i++) {
            const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
            const void *value = action + n * v->action_bytes + leaf.offset;
            PPO_TRY(leaf.space->kind == PPO_SPACE_BOX
                        ? check_floats(v, n, &leaf, value, &allowed, error)
                        : check_integers(v, n, &leaf, value, &allowed, error));
        }
    return PPO_OK;
}

static ppo_status check_call(const ppo_vec *v, const void *action, ppo_error *error)
{
    if (!v->is_ready)
        return ppo_fail(error, PPO_INVALID, "%.64s: reset the environments before stepping them",
                        ppo_env_name(v->env->id));
    return check_action(v, action, error);
}

static void *choose(bool is_direct, void *theirs, void *ours)
{
    return is_direct && theirs ? theirs : ours;
}

// The caller's arrays where the vectoriser can write them, else the vec's own.
static ppo_vecenv_rows choose_rows(const ppo_vec *v, const ppo_vec_rows *to)
{
    const bool direct = !v->has_processes, plain = direct && v->stack == 1;
    return (ppo_vecenv_rows){
        .obs = choose(plain, to->observation, v->obs),
        .final_obs = choose(plain, to->final_observation, v->final_obs),
        .reward = choose(direct, to->reward, v->reward),
        .terminated = choose(direct, to->terminated, v->terminated),
        .truncated = choose(direct, to->truncated, v->truncated),
        .lost = choose(direct, to->lost, v->lost),
        .episode_return = choose(direct, to->episode_return, v->episode_return),
        .episode_length = choose(direct, to->episode_length, v->episode_length),
        .picture = to->picture};
}

static void step_task(void *context, size_t task, size_t worker)
{
    const ppo_vec_job *job = context;
    ppo_vec *v = job->vec;
    const size_t together = v->env->step_many_size > 1 ? v->env->step_many_size : 1;
    const size_t groups = (v->num_envs + together - 1) / together;
    const size_t first = task * groups / v->num_tasks * together;
    const size_t end = (task + 1) * groups / v->num_tasks * together;
    (void)worker;
    v->errors[task].status = PPO_OK;
    v->errors[task].status =
        ppo_vecenv_step(v->vecenv, job->rows, job->action, first,
                        (end < v->num_envs ? end : v->num_envs) - first, v->step, &v->errors[task]);
}

static ppo_status step_all(ppo_vec *v, const ppo_vecenv_rows *rows, const void *action,
                           ppo_error *error)
{
    if (!v->pool)
        return ppo_vecenv_step(v->vecenv, rows, action, 0, v->num_envs, v->step, error);
    ppo_pool_run(v->pool, step_task, &(ppo_vec_job){v, rows, action}, v->num_tasks);
    for (size_t i = 0; i < v->num_tasks; i++)
        if (v->errors[i].status != PPO_OK) {
            if (error)
                *error = v->errors[i];
            return v->errors[i].status;
        }
    return PPO_OK;
}

// What the vectoriser wrote into the vec's own rows, and of episodes' ends where there were any.
static void copy_rows(const ppo_vec *v, const ppo_vec_rows *to)
{
    const size_t n = v->num_envs;
#define COPY(field)                                            \
    do {                                                       \
        if (to->field)                                         \
            memcpy(to->field, v->field, n * sizeof *v->field); \
    } while (0)
    COPY(reward);
    COPY(terminated);
    COPY(truncated);
    COPY(lost);
#undef COPY
    for (size_t i = 0; i < n; i++) {
        if (!v->terminated[i] && !v->truncated[i])
            continue;
        if (to->final_observation && v->stack == 1)
            memcpy((unsigned char *)to->final_observation + i * v->obs_bytes,
                   v->final_obs + i * v->obs_bytes, v->obs_bytes);
        if (to->episode_length)
            to->episode_length[i] = v->episode_length[i];
        if (to->episode_return && v->episode_length[i] > 0)
            to->episode_return[i] = v->episode_return[i];
    }
}

// Whether environments can be drawn, and that from here.
static ppo_status check_pictures(const ppo_vec *v, ppo_error *error)
{
    uint32_t width = 0, height = 0;
    PPO_TRY(ppo_picture_size(v->env, &width, &height, error));
    if (v->has_processes)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "environments in worker processes can't be drawn from here; use workers "
                        "thread");
    return PPO_OK;
}

ppo_status ppo_vec_step(ppo_vec *v, const void *action, const ppo_vec_rows *results,
                        ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_vec_rows to;
    PPO_TRY(ppo_sized_read(&to, sizeof to, sizeof to, results, "ppo_vec_rows", error));
    PPO_TRY(check_owner(v, error));
    PPO_TRY(check_call(v, action, error));
    if (to.picture)
        PPO_TRY(check_pictures(v, error));
    const ppo_vecenv_rows rows = choose_rows(v, &to);
    if (v->has_processes) {
        memcpy(v->action, action, v->num_envs * v->action_bytes);
        action = v->action;
    }
    v->is_ready = false;
    PPO_TRY(step_all(v, &rows, action, error));
    v->is_ready = true;
    v->step++;
    if (v->stack > 1)
        stack_obs(v, &rows, to.final_observation);
    if (v->has_processes)
        copy_rows(v, &to);
    if (rows.obs == v->obs)
        copy_observations(v, to.observation);
    return PPO_OK;
}

const uint8_t *ppo_vec_action_mask(const ppo_vec *v)
{
    return ppo_vecenv_mask(v->vecenv);
}

ppo_status ppo_vec_render(const ppo_vec *v, size_t n, unsigned char *rgb, ppo_error *error)
{
    PPO_TRY(check_pictures(v, error));
    if (n >= v->num_envs)
        return ppo_fail(error, PPO_INVALID, "there is no environment %zu, only %zu", n,
                        v->num_envs);
    ppo_vecenv_render(v->vecenv, n, rgb);
    return PPO_OK;
}
