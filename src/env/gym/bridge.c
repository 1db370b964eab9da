// SPDX-License-Identifier: MIT
// Classes of Gymnasium's environments: see bridge.h.
//
// An instance only knows the set that it was initialised in and its number there. The first reset
// of a set fixes how many instances it has and forms its process group. A process group outlives
// its set: the next evaluation takes it over instead of starting Python again.
#include "env/gym/bridge.h"

#include "core/error.h"
#include "env/class.h"
#include "env/gym/bridge_spaces.h"
#include "env/gym/process_group.h"
#include "env/gym/python.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TOGETHER 64 // instances of a call of step_many, as ppo_env_class has it

enum { NUM_PARKED = 2 }; // process groups kept for another set

typedef struct ppo_bridge ppo_bridge;

// Instances that were initialised one after the other.
typedef struct ppo_bridge_set {
    ppo_bridge *bridge;
    size_t size;              // instances, until it has a group; then those not released yet
    ppo_process_group *group; // NULL until the first reset
} ppo_bridge_set;

typedef struct ppo_bridge_instance {
    ppo_bridge_set *set;
    size_t index; // in the set
} ppo_bridge_instance;

// An opened class. Its context is the address of `itself`, because instances change it.
struct ppo_bridge {
    ppo_env_class env;
    ppo_bridge *itself;
    ppo_bridge_facts facts; // of the class's spaces
    char *id, *python, *kwargs;
    char summary[160];
    ppo_bridge_setup setup;
    pthread_mutex_t mutex;   // for the following
    ppo_bridge_set *filling; // NULL: the next instance begins a set
    ppo_process_group *parked[NUM_PARKED];
};

static bool bridge_has_id(const char *id)
{
    return strncmp(id, PPO_ENV_GYMNASIUM, strlen(PPO_ENV_GYMNASIUM)) == 0;
}

// --- sets of instances --------------------------------------------------------------------------

static ppo_bridge *bridge_of(const ppo_env_class *env)
{
    return *(ppo_bridge *const *)env->context;
}

static ppo_status bridge_init(void *self, const void *context, ppo_error *error)
{
    ppo_bridge *bridge = *(ppo_bridge *const *)context;
    ppo_bridge_instance *instance = self;
    pthread_mutex_lock(&bridge->mutex);
    if (!bridge->filling) {
        bridge->filling = calloc(1, sizeof *bridge->filling);
        if (bridge->filling)
            bridge->filling->bridge = bridge;
    }
    instance->set = bridge->filling;
    if (bridge->filling)
        instance->index = bridge->filling->size++;
    pthread_mutex_unlock(&bridge->mutex);
    return instance->set ? PPO_OK : ppo_fail(error, PPO_NO_MEMORY, "not enough memory");
}

// Parks a group for another set, or ends it.
static void park(ppo_bridge *bridge, ppo_process_group *group)
{
    for (size_t i = 0; group && i < NUM_PARKED; i++)
        if (!bridge->parked[i]) {
            bridge->parked[i] = group;
            return;
        }
    ppo_process_group_destroy(group);
}

static void bridge_release(void *self)
{
    ppo_bridge_instance *instance = self;
    ppo_bridge_set *set = instance->set;
    if (!set)
        return;
    ppo_bridge *bridge = set->bridge;
    pthread_mutex_lock(&bridge->mutex);
    instance->set = NULL;
    if (--set->size == 0) {
        if (bridge->filling == set)
            bridge->filling = NULL;
        park(bridge, set->group);
        free(set);
    }
    pthread_mutex_unlock(&bridge->mutex);
}

// Gives the set its process group, a parked one of its size or a new one. No instance joins it any
// more.
static ppo_status form_group(ppo_bridge_set *set, ppo_error *error)
{
    ppo_bridge *bridge = set->bridge;
    ppo_status status = PPO_OK;
    pthread_mutex_lock(&bridge->mutex);
    if (!set->group && bridge->filling == set)
        bridge->filling = NULL;
    for (size_t i = 0; !set->group && i < NUM_PARKED; i++)
        if (bridge->parked[i] && ppo_process_group_size(bridge->parked[i]) == set->size) {
            set->group = bridge->parked[i];
            bridge->parked[i] = NULL;
        }
    if (!set->group)
        status = ppo_process_group_create(&set->group, &bridge->setup, set->size, error);
    pthread_mutex_unlock(&bridge->mutex);
    return status;
}

// --- the class's functions ----------------------------------------------------------------------

static ppo_status bridge_reset(void *self, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    const ppo_bridge_instance *instance = self;
    if (!instance->set->group)
        PPO_TRY(form_group(instance->set, error));
    return ppo_process_group_reset(instance->set->group, instance->index, seed, observation, error);
}

static ppo_status bridge_step(void *self, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    const ppo_bridge_instance *instance = self;
    return ppo_process_group_step(instance->set->group, instance->index, 1, action, observation,
                                  transition, error);
}

// How many of the instances from `first` on are neighbours.
static size_t count_neighbours(void *const *selves, size_t first, size_t count)
{
    const ppo_bridge_instance *begin = selves[first];
    size_t n = 1;
    while (first + n < count) {
        const ppo_bridge_instance *next = selves[first + n];
        if (next->set != begin->set || next->index != begin->index + n)
            break;
        n++;
    }
    return n;
}

static ppo_status bridge_step_many(void *const *selves, size_t count, const void *actions,
                                   void *observations, ppo_transition *transitions,
                                   ppo_error *error)
{
    for (size_t i = 0, n; i < count; i += n) {
        const ppo_bridge_instance *instance = selves[i];
        const ppo_bridge_setup *setup = &instance->set->bridge->setup;
        n = count_neighbours(selves, i, count);
        PPO_TRY(ppo_process_group_step(instance->set->group, instance->index, n,
                                       (const unsigned char *)actions + i * setup->action_bytes,
                                       (unsigned char *)observations + i * setup->obs_bytes,
                                       transitions + i, error));
    }
    return PPO_OK;
}

static void bridge_render(const void *self, unsigned char *rgb)
{
    const ppo_bridge_instance *instance = self;
    ppo_process_group_render(instance->set->group, instance->index, rgb);
}

// --- opening and closing ------------------------------------------------------------------------

static void destroy(ppo_bridge *bridge)
{
    ppo_bridge_setup *s = &bridge->setup;
    for (size_t i = 0; i < NUM_PARKED; i++)
        ppo_process_group_destroy(bridge->parked[i]);
    free(bridge->filling);
    const int fds[] = {s->script, s->log, s->alive[0], s->alive[1]};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    ppo_bridge_free_facts(&bridge->facts);
    pthread_mutex_destroy(&s->mutex);
    pthread_mutex_destroy(&bridge->mutex);
    free(bridge->id);
    free(bridge->python);
    free(bridge->kwargs);
    free(bridge);
}

static void bridge_close(const ppo_env_class *env)
{
    destroy(bridge_of(env));
}

static uint64_t bridge_count_failures(const ppo_env_class *env, ppo_error *last)
{
    return ppo_bridge_failures(&bridge_of(env)->setup, last);
}

static const char *bridge_why_no_pictures(const ppo_env_class *env)
{
    return bridge_of(env)->facts.no_pictures;
}

static const ppo_env_extension bridge_extension = {.has_processes = true,
                                                   .close = bridge_close,
                                                   .count_failures = bridge_count_failures,
                                                   .why_no_pictures = bridge_why_no_pictures};

static ppo_status open_files(ppo_bridge_setup *s, const char *log_path, ppo_error *error)
{
    int alive[2];
    PPO_TRY(ppo_python_script(&s->script, error));
    if (pipe2(alive, O_CLOEXEC) != 0)
        return ppo_fail(error, PPO_IO, "can't make a pipe: %s", strerror(errno));
    s->alive[0] = ppo_python_move(alive[0]);
    s->alive[1] = ppo_python_move(alive[1]);
    if (!log_path || !log_path[0])
        return PPO_OK;
    s->log = ppo_python_move(open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    return s->log >= 0 ? PPO_OK
                       : ppo_fail(error, PPO_IO, "can't open %.300s for Python's output: %s",
                                  log_path, strerror(errno));
}

static ppo_status check_kwargs(const char *kwargs, ppo_error *error)
{
    cJSON *json = kwargs[0] ? cJSON_Parse(kwargs) : NULL;
    const bool fits = !kwargs[0] || cJSON_IsObject(json);
    cJSON_Delete(json);
    return fits ? PPO_OK
                : ppo_fail(error, PPO_INVALID,
                           "env_kwargs is not a JSON object: %.200s; for example "
                           "{\"gravity\": 9.8}",
                           kwargs);
}

static ppo_status describe(ppo_bridge *bridge, ppo_error *error)
{
    int memory;
    PPO_TRY(ppo_python_memory(&memory, 0, error));
    ppo_status status = ppo_bridge_describe(&bridge->setup, memory, error);
    if (status == PPO_OK)
        status = ppo_bridge_read_facts(&bridge->env, &bridge->facts, memory, bridge->id, error);
    close(memory);
    return status;
}

// The instances of one process are stepped together.
static size_t step_many_size(const ppo_gymnasium_options *options)
{
    const size_t size = ppo_process_group_share(options->num_workers, options->num_envs);
    return size < MAX_TOGETHER ? size : MAX_TOGETHER;
}

static void fill_class(ppo_bridge *bridge, const ppo_gymnasium_options *options)
{
    ppo_env_class *env = &bridge->env;
    ppo_bridge_setup *s = &bridge->setup;
    snprintf(bridge->summary, sizeof bridge->summary, "Gymnasium: %s", s->name);
    env->struct_size = sizeof *env;
    env->abi_version = PPO_ENV_ABI_VERSION;
    env->id = bridge->id;
    env->summary = bridge->summary;
    env->context = &bridge->itself;
    env->instance_size = sizeof(ppo_bridge_instance);
    env->init = bridge_init;
    env->release = bridge_release;
    env->reset = bridge_reset;
    env->step = bridge_step;
    env->step_many = bridge_step_many;
    env->step_many_size = step_many_size(options);
    env->render = env->render_height ? bridge_render : NULL;
    env->extension = &bridge_extension;
    s->obs_space = &env->observation_space;
    s->obs_size = ppo_space_size(&env->observation_space);
    s->obs_bytes = ppo_space_bytes(&env->observation_space);
    s->action_size = ppo_space_size(&env->action_space);
    s->action_bytes = ppo_space_bytes(&env->action_space);
    s->picture_width = env->render_width;
    s->picture_height = env->render_height;
}

static ppo_status build(ppo_bridge *bridge, const ppo_gymnasium_options *options, ppo_error *error)
{
    ppo_bridge_setup *s = &bridge->setup;
    if (!bridge->id || !bridge->python || !bridge->kwargs)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's class");
    s->id = bridge->id;
    s->name = bridge->id + strlen(PPO_ENV_GYMNASIUM);
    s->python = bridge->python;
    s->kwargs = bridge->kwargs;
    s->max_episode_steps = options->max_episode_steps;
    s->num_workers = options->num_workers;
    s->timeout_ms = (uint32_t)ceil(fmin(fmax(options->env_timeout, 0.0), 1e6) * 1e3);
    PPO_TRY(check_kwargs(s->kwargs, error));
    PPO_TRY(open_files(s, options->worker_log, error));
    PPO_TRY(describe(bridge, error));
    fill_class(bridge, options);
    return ppo_env_class_check(&bridge->env, error);
}

static ppo_status bridge_open(const ppo_env_class **env, const char *id,
                              const ppo_env_options *all_options, ppo_error *error)
{
    const ppo_gymnasium_options *options = &all_options->gymnasium;
    const char *python = options->python && options->python[0] ? options->python : "python3";
    ppo_bridge *bridge = calloc(1, sizeof *bridge);
    *env = NULL;
    if (!bridge)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's class");
    bridge->itself = bridge;
    bridge->id = strdup(id);
    bridge->python = strdup(python);
    bridge->kwargs = strdup(options->env_kwargs ? options->env_kwargs : "");
    bridge->setup.script = bridge->setup.log = -1;
    bridge->setup.alive[0] = bridge->setup.alive[1] = -1;
    pthread_mutex_init(&bridge->setup.mutex, NULL);
    pthread_mutex_init(&bridge->mutex, NULL);
    const ppo_status status = build(bridge, options, error);
    if (status != PPO_OK) {
        destroy(bridge);
        return status;
    }
    *env = &bridge->env;
    return PPO_OK;
}

// --- measuring ----------------------------------------------------------------------------------

ppo_status ppo_bridge_loops(double *steps_per_second, const ppo_env_class *env,
                            uint32_t num_processes, double seconds, ppo_error *error)
{
    ppo_process_group *group;
    *steps_per_second = 0.0;
    if (ppo_env_class_extension(env) != &bridge_extension)
        return ppo_fail(error, PPO_INVALID, "%.64s is not an environment of Gymnasium", env->id);
    PPO_TRY(ppo_process_group_create(&group, &bridge_of(env)->setup, num_processes, error));
    const ppo_status status = ppo_process_group_loop(group, steps_per_second, seconds, error);
    ppo_process_group_destroy(group);
    return status;
}

const ppo_env_family ppo_gymnasium_family = {
    .kind = PPO_ENV_KIND_GYMNASIUM, .has_id = bridge_has_id, .open = bridge_open};
