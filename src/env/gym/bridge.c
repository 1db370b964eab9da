// SPDX-License-Identifier: MIT
// Gymnasium's environments as classes made to order: see bridge.h.
//
// Instances only know their group and their number in it; a group's first reset settles how many
// they are and gives it a team. A team outlives its group: the next evaluation takes it over
// instead of starting Python again.
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

enum { NUM_IDLE = 2 }; // teams kept for another group

typedef struct ppo_bridge ppo_bridge;

// Instances that were initialised one after the other.
typedef struct ppo_bridge_group {
    ppo_bridge *bridge;
    size_t size;    // instances, until it has a team; then those that are left
    ppo_team *team; // NULL until the first reset
} ppo_bridge_group;

typedef struct ppo_bridge_instance {
    ppo_bridge_group *group;
    size_t index; // in the group
} ppo_bridge_instance;

// The context of a class.
struct ppo_bridge {
    ppo_env_class env;
    char *id, *python, *kwargs;
    char summary[160];
    ppo_bridge_setup setup;
    pthread_mutex_t mutex;     // for the following
    ppo_bridge_group *filling; // NULL: the next instance begins a group
    ppo_team *idle[NUM_IDLE];
};

static bool bridge_has_id(const char *id)
{
    return strncmp(id, PPO_ENV_GYMNASIUM, strlen(PPO_ENV_GYMNASIUM)) == 0;
}

// --- groups -------------------------------------------------------------------------------------

static ppo_status bridge_init(void *self, const void *context, ppo_error *error)
{
    ppo_bridge *bridge = (ppo_bridge *)(uintptr_t)context;
    ppo_bridge_instance *instance = self;
    pthread_mutex_lock(&bridge->mutex);
    if (!bridge->filling) {
        bridge->filling = calloc(1, sizeof *bridge->filling);
        if (bridge->filling)
            bridge->filling->bridge = bridge;
    }
    instance->group = bridge->filling;
    if (bridge->filling)
        instance->index = bridge->filling->size++;
    pthread_mutex_unlock(&bridge->mutex);
    return instance->group ? PPO_OK : ppo_fail(error, PPO_NO_MEMORY, "not enough memory");
}

// Keeps the team for later, or ends it.
static void retire(ppo_bridge *bridge, ppo_team *team)
{
    for (size_t i = 0; team && i < NUM_IDLE; i++)
        if (!bridge->idle[i]) {
            bridge->idle[i] = team;
            return;
        }
    ppo_team_destroy(team);
}

static ppo_team *take_idle(ppo_bridge *bridge, size_t size)
{
    for (size_t i = 0; i < NUM_IDLE; i++)
        if (bridge->idle[i] && ppo_team_size(bridge->idle[i]) == size) {
            ppo_team *team = bridge->idle[i];
            bridge->idle[i] = NULL;
            return team;
        }
    return NULL;
}

static void bridge_release(void *self)
{
    ppo_bridge_instance *instance = self;
    ppo_bridge_group *group = instance->group;
    if (!group)
        return;
    ppo_bridge *bridge = group->bridge;
    pthread_mutex_lock(&bridge->mutex);
    instance->group = NULL;
    if (--group->size == 0) {
        if (bridge->filling == group)
            bridge->filling = NULL;
        retire(bridge, group->team);
        free(group);
    }
    pthread_mutex_unlock(&bridge->mutex);
}

// The group is complete: it gets a team.
static ppo_status muster(ppo_bridge_group *group, ppo_error *error)
{
    ppo_bridge *bridge = group->bridge;
    ppo_status status = PPO_OK;
    pthread_mutex_lock(&bridge->mutex);
    if (!group->team) {
        if (bridge->filling == group)
            bridge->filling = NULL;
        group->team = take_idle(bridge, group->size);
        if (!group->team)
            status = ppo_team_create(&group->team, &bridge->setup, group->size, error);
    }
    pthread_mutex_unlock(&bridge->mutex);
    return status;
}

// --- the class's functions ----------------------------------------------------------------------

static ppo_status bridge_reset(void *self, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    const ppo_bridge_instance *instance = self;
    if (!instance->group->team)
        PPO_TRY(muster(instance->group, error));
    return ppo_team_reset(instance->group->team, instance->index, seed, observation, error);
}

static ppo_status bridge_step(void *self, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    const ppo_bridge_instance *instance = self;
    return ppo_team_step(instance->group->team, instance->index, 1, action, observation, transition,
                         error);
}

// How many of the instances from `first` on are neighbours.
static size_t count_neighbours(void *const *selves, size_t first, size_t count)
{
    const ppo_bridge_instance *begin = selves[first];
    size_t n = 1;
    while (first + n < count) {
        const ppo_bridge_instance *next = selves[first + n];
        if (next->group != begin->group || next->index != begin->index + n)
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
        const ppo_bridge_setup *setup = &instance->group->bridge->setup;
        n = count_neighbours(selves, i, count);
        PPO_TRY(ppo_team_step(instance->group->team, instance->index, n,
                              (const unsigned char *)actions + i * setup->action_bytes,
                              (unsigned char *)observations + i * setup->obs_bytes, transitions + i,
                              error));
    }
    return PPO_OK;
}

static void bridge_render(const void *self, unsigned char *rgb)
{
    const ppo_bridge_instance *instance = self;
    ppo_team_render(instance->group->team, instance->index, rgb);
}

// --- opening and closing ------------------------------------------------------------------------

static void destroy(ppo_bridge *bridge)
{
    ppo_bridge_setup *s = &bridge->setup;
    for (size_t i = 0; i < NUM_IDLE; i++)
        ppo_team_destroy(bridge->idle[i]);
    free(bridge->filling);
    const int fds[] = {s->script, s->log, s->alive[0], s->alive[1]};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    ppo_bridge_free_facts(&bridge->env);
    pthread_mutex_destroy(&s->mutex);
    pthread_mutex_destroy(&bridge->mutex);
    free(bridge->id);
    free(bridge->python);
    free(bridge->kwargs);
    free(bridge);
}

static void bridge_close(const ppo_env_class *env)
{
    destroy((ppo_bridge *)(uintptr_t)env->context);
}

static uint64_t bridge_count_failures(const ppo_env_class *env, ppo_error *last)
{
    const ppo_bridge *bridge = env->context;
    ppo_bridge_setup *s = (ppo_bridge_setup *)(uintptr_t)&bridge->setup;
    pthread_mutex_lock(&s->mutex);
    const uint64_t num_faults = s->num_faults;
    if (last && num_faults)
        *last = s->last_fault;
    pthread_mutex_unlock(&s->mutex);
    return num_faults;
}

static const ppo_env_extension bridge_extension = {
    .has_processes = true, .close = bridge_close, .count_failures = bridge_count_failures};

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
                       : ppo_fail(error, PPO_IO, "can't open %.300s for what Python prints: %s",
                                  log_path, strerror(errno));
}

static ppo_status check_kwargs(const char *kwargs, ppo_error *error)
{
    cJSON *json = kwargs[0] ? cJSON_Parse(kwargs) : NULL;
    const bool fits = !kwargs[0] || cJSON_IsObject(json);
    cJSON_Delete(json);
    return fits ? PPO_OK
                : ppo_fail(error, PPO_INVALID,
                           "env_kwargs is not a JSON object: %.200s; it is to look like "
                           "{\"gravity\": 9.8}",
                           kwargs);
}

static ppo_status describe(ppo_bridge *bridge, ppo_error *error)
{
    int memory;
    PPO_TRY(ppo_python_memory(&memory, 0, error));
    ppo_status status = ppo_bridge_describe(&bridge->setup, memory, error);
    if (status == PPO_OK)
        status = ppo_bridge_read_facts(&bridge->env, memory, bridge->id, error);
    close(memory);
    return status;
}

// What a process has is stepped at once.
static size_t step_many_size(const ppo_gymnasium_options *options)
{
    const size_t size = ppo_team_per_process(options->num_workers, options->num_envs);
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
    env->context = bridge;
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
    s->num_floats = env->observation_space.dtype == PPO_F32 ? s->obs_size : 0;
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

// --- questions ----------------------------------------------------------------------------------

ppo_status ppo_bridge_loops(double *steps_per_second, const ppo_env_class *env,
                            uint32_t num_processes, double seconds, ppo_error *error)
{
    ppo_bridge *bridge = (ppo_bridge *)(uintptr_t)env->context;
    ppo_team *team;
    *steps_per_second = 0.0;
    if (ppo_env_class_extension(env) != &bridge_extension)
        return ppo_fail(error, PPO_INVALID, "%.64s is not an environment of Gymnasium", env->id);
    PPO_TRY(ppo_team_create(&team, &bridge->setup, num_processes, error));
    const ppo_status status = ppo_team_loop(team, steps_per_second, seconds, error);
    ppo_team_destroy(team);
    return status;
}

const ppo_env_family ppo_gymnasium_family = {
    .kind = PPO_ENV_KIND_GYMNASIUM, .has_id = bridge_has_id, .open = bridge_open};
