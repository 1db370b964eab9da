// SPDX-License-Identifier: MIT
// Teams of Python processes: see process_group.h. bridge.py is the other side, and says the same
// about flags.
//
// What a process that dies had done of its order stays valid, as it lies in shared memory; all its
// instances are broken from then on. A process is started again by the reset of one of them.
#include "env/gym/process_group.h"

#include "core/error.h"
#include "core/pool.h"
#include "env/gym/python.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Looks of an idle process at its desk: some 150 microseconds, so that it is still awake when the
// next order comes. Waking a sleeper takes 15 to 30 on a virtual machine.
#define PYTHON_SPINS 3000
// And the host's at an answer, while there is a core that no process needs: about as long. Where
// there is none, a core that looks is one that doesn't work.
#define HOST_SPINS   5000

enum { FLAG_TERMINATED = 1, FLAG_TRUNCATED = 2, FLAG_FAULT = 4, FLAG_HAS_RESET = 8 };
enum { FLAG_RESET_FAULT = 16 };

// Where things lie in a process's part, in bytes; a row per instance.
typedef struct ppo_bridge_layout {
    size_t flags, rewards, seeds;
    size_t actions, observations, first_observations, pictures; // pictures: 0 if there are none
    size_t obs_stride; // from observation to observation; actions lie close together
    size_t bytes;      // of all, whole pages
} ppo_bridge_layout;

typedef struct ppo_bridge_instance_state {
    bool is_broken; // it must be made anew, with a seed
    bool has_reset; // its next episode's first observation is there
    uint32_t tries; // breakdowns in a row
    uint64_t seed;  // the last one it was given
    uint64_t num_derived;
} ppo_bridge_instance_state;

typedef struct ppo_team_process {
    pthread_mutex_t mutex; // held from an order to its answer
    size_t index;
    size_t first, end; // its instances
    unsigned char *base;
    ppo_bridge_process python; // its desk is at `base`
    bool is_posted;            // the step under way was ordered as a whole
    uint32_t tries;            // deaths since a step was completed
} ppo_team_process;

struct ppo_team {
    ppo_bridge_setup *setup;
    size_t size, per_process, num_processes;
    int spins;
    ppo_bridge_layout at;
    int memory;           // descriptor
    unsigned char *block; // [num_processes, at.bytes]
    ppo_team_process *process;
    ppo_bridge_instance_state *state; // [size]
};

// --- places -------------------------------------------------------------------------------------

static ppo_team_process *process_of(const ppo_team *t, size_t n)
{
    return &t->process[n / t->per_process];
}

static uint8_t *flags_of(const ppo_team *t, size_t n)
{
    const ppo_team_process *p = process_of(t, n);
    return p->base + t->at.flags + (n - p->first);
}

static double *reward_of(const ppo_team *t, size_t n)
{
    const ppo_team_process *p = process_of(t, n);
    return (double *)(void *)(p->base + t->at.rewards) + (n - p->first);
}

static unsigned char *row_of(const ppo_team *t, size_t n, size_t place, size_t stride)
{
    const ppo_team_process *p = process_of(t, n);
    return p->base + place + (n - p->first) * stride;
}

static size_t place(size_t *end, size_t bytes)
{
    const size_t at = *end;
    *end += (bytes + 63) / 64 * 64;
    return at;
}

static void lay_out(ppo_team *t)
{
    const ppo_bridge_setup *s = t->setup;
    const size_t n = t->per_process, page = (size_t)sysconf(_SC_PAGESIZE);
    size_t end = sizeof(ppo_bridge_desk);
    t->at.obs_stride = (s->obs_bytes + 63) / 64 * 64;
    t->at.flags = place(&end, n);
    t->at.rewards = place(&end, n * sizeof(double));
    t->at.seeds = place(&end, n * sizeof(uint64_t));
    t->at.actions = place(&end, n * s->action_bytes);
    t->at.observations = place(&end, n * t->at.obs_stride);
    t->at.first_observations = place(&end, n * t->at.obs_stride);
    if (t->size == 1 && s->picture_height > 0)
        t->at.pictures = place(&end, (size_t)s->picture_height * s->picture_width * 3);
    t->at.bytes = (end + page - 1) / page * page;
}

// --- faults -------------------------------------------------------------------------------------

// Counts a breakdown. `is_logged`: Python has said it already.
static void PPO_PRINTF(3, 4) note(ppo_bridge_setup *s, bool is_logged, const char *format, ...)
{
    va_list arguments;
    pthread_mutex_lock(&s->mutex);
    s->num_faults++;
    s->last_fault.status = PPO_ENV_FAILED;
    va_start(arguments, format);
    vsnprintf(s->last_fault.message, sizeof s->last_fault.message, format, arguments);
    va_end(arguments);
    if (s->log >= 0 && !is_logged)
        dprintf(s->log, "--- %s, %s\n", s->id, s->last_fault.message);
    pthread_mutex_unlock(&s->mutex);
}

// The instance can't be stepped any more until it is reset.
static void break_instance(ppo_bridge_instance_state *state)
{
    state->is_broken = true;
    state->has_reset = false;
}

// A breakdown that is the instance's own.
static void blame(ppo_bridge_instance_state *state)
{
    break_instance(state);
    state->tries++;
}

static ppo_status too_many(const ppo_team *t, ppo_error *error)
{
    ppo_bridge_setup *s = t->setup;
    pthread_mutex_lock(&s->mutex);
    const ppo_status status =
        ppo_fail(error, PPO_ENV_FAILED, "%.380s; %d times in a row without completing a step%s",
                 s->last_fault.message, PPO_BRIDGE_TRIES,
                 s->log >= 0 ? " (workers.log has what Python said)" : "");
    pthread_mutex_unlock(&s->mutex);
    return status;
}

// What is wrong with an observation; false if nothing is.
static bool is_unfit(char *text, size_t size, const ppo_bridge_setup *s, const void *obs)
{
    const ppo_space *space = s->obs_space;
    for (size_t i = 0; i < s->num_floats; i++) {
        const float value = ((const float *)obs)[i];
        if (isfinite(value))
            continue;
        snprintf(text, size, "observation element %zu is %s", i,
                 isnan(value) ? "not a number" : "infinite");
        return true;
    }
    for (size_t i = 0; space->dtype == PPO_I32 && i < s->obs_size; i++) {
        const uint32_t limit = ppo_space_num_values(space, i);
        const int32_t value = ((const int32_t *)obs)[i];
        if (value >= 0 && (uint32_t)value < limit)
            continue;
        snprintf(text, size, "observation element %zu is %d, not in [0, %u)", i, value, limit);
        return true;
    }
    return false;
}

// --- waiting ------------------------------------------------------------------------------------

// What a process leaves behind.
static void bury(ppo_team *t, ppo_team_process *p, const ppo_bridge_death *death)
{
    const ppo_bridge_desk *desk = p->python.desk;
    const size_t culprit = p->first + atomic_load(&desk->num_done);
    char how[96];
    ppo_child_describe_end(how, sizeof how, &death->end, death->hung_ms);
    note(t->setup, false, "Python process %zu (%ld, environments %zu to %zu) %s", p->index,
         (long)p->python.id, p->first, p->end - 1, how);
    p->python.id = 0;
    p->tries++;
    for (size_t n = p->first; n < p->end; n++)
        break_instance(&t->state[n]);
    if (desk->kind != PPO_BRIDGE_START && culprit < p->first + desk->end)
        t->state[culprit].tries++;
}

// Waits for the answer to the last order; false if the process has died over it.
static bool await(ppo_team *t, ppo_team_process *p, uint32_t limit_ms)
{
    ppo_bridge_death death;
    if (ppo_bridge_process_await(&p->python, t->spins, limit_ms, &death))
        return true;
    bury(t, p, &death);
    return false;
}

static bool order_one(ppo_team *t, size_t n, ppo_bridge_order kind)
{
    ppo_team_process *p = process_of(t, n);
    ppo_bridge_process_post(&p->python, kind, n - p->first, n - p->first + 1);
    return await(t, p, t->setup->timeout_ms);
}

// --- starting -----------------------------------------------------------------------------------

static cJSON *serving_task(const ppo_team *t, const ppo_team_process *p)
{
    const ppo_bridge_setup *s = t->setup;
    cJSON *task = ppo_bridge_task(s, "serve");
    const struct {
        const char *name;
        size_t value;
    } numbers[] = {{"first", p->first},
                   {"count", p->end - p->first},
                   {"offset", p->index * t->at.bytes},
                   {"bytes", t->at.bytes},
                   {"flags", t->at.flags},
                   {"rewards", t->at.rewards},
                   {"seeds", t->at.seeds},
                   {"actions", t->at.actions},
                   {"action_size", s->action_size},
                   {"observations", t->at.observations},
                   {"stride", t->at.obs_stride},
                   {"first_observations", t->at.first_observations},
                   {"observation_size", s->obs_size},
                   {"pictures", t->at.pictures},
                   {"height", s->picture_height},
                   {"width", s->picture_width},
                   {"spins", t->num_processes <= ppo_pool_cores() ? PYTHON_SPINS : 0},
                   {"futex", SYS_futex}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        cJSON_AddNumberToObject(task, numbers[i].name, (double)numbers[i].value);
    return task;
}

// Starts the process; its instances are there once it has answered.
static ppo_status begin_process(ppo_team *t, ppo_team_process *p, ppo_error *error)
{
    return ppo_bridge_process_start(&p->python, t->setup, t->memory, serving_task(t, p),
                                    p->end - p->first, error);
}

static ppo_status end_of_start(ppo_team *t, ppo_team_process *p, ppo_error *error)
{
    const ppo_bridge_desk *desk = p->python.desk;
    if (!await(t, p, ppo_bridge_start_limit_ms(t->setup)))
        return ppo_fail(error, PPO_ENV_FAILED, "%s", t->setup->last_fault.message);
    if (desk->status == 0)
        return PPO_OK;
    ppo_child_kill(p->python.id);
    p->python.id = 0;
    p->tries++;
    note(t->setup, false, "environments %zu to %zu can't be made: %.300s", p->first, p->end - 1,
         desk->message);
    return ppo_fail(error, PPO_ENV_FAILED, "%s", t->setup->last_fault.message);
}

// Starts the process again if it has died.
static ppo_status revive(ppo_team *t, ppo_team_process *p, ppo_error *error)
{
    while (p->python.id == 0) {
        if (p->tries >= PPO_BRIDGE_TRIES)
            return too_many(t, error);
        PPO_TRY(begin_process(t, p, error));
        end_of_start(t, p, NULL);
    }
    return PPO_OK;
}

static ppo_status start_all(ppo_team *t, ppo_error *error)
{
    for (size_t i = 0; i < t->num_processes; i++)
        PPO_TRY(begin_process(t, &t->process[i], error));
    for (size_t i = 0; i < t->num_processes; i++)
        PPO_TRY(end_of_start(t, &t->process[i], error));
    return PPO_OK;
}

static ppo_status map(ppo_team *t, ppo_error *error)
{
    const size_t bytes = t->at.bytes * t->num_processes;
    PPO_TRY(ppo_python_memory(&t->memory, bytes, error));
    t->block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, t->memory, 0);
    if (t->block == MAP_FAILED) {
        t->block = NULL;
        return ppo_fail(error, PPO_NO_MEMORY, "can't map %zu bytes shared with Python", bytes);
    }
    for (size_t i = 0; i < t->num_processes; i++) {
        t->process[i].base = t->block + i * t->at.bytes;
        pthread_mutex_init(&t->process[i].mutex, NULL);
    }
    for (size_t i = 0; i < t->num_processes; i++)
        PPO_TRY(ppo_bridge_process_open(&t->process[i].python, t->process[i].base, error));
    return start_all(t, error);
}

size_t ppo_team_per_process(uint32_t num_workers, size_t num_instances)
{
    const size_t wanted = num_workers ? num_workers : ppo_pool_cores();
    const size_t count = wanted < num_instances ? wanted : num_instances;
    return count > 1 ? (num_instances + count - 1) / count : num_instances;
}

ppo_status ppo_team_create(ppo_team **team, ppo_bridge_setup *setup, size_t size, ppo_error *error)
{
    const size_t per = ppo_team_per_process(setup->num_workers, size),
                 count = (size + per - 1) / per;
    ppo_team *t = calloc(1, sizeof *t);
    ppo_team_process *process = calloc(count, sizeof *process);
    ppo_bridge_instance_state *state = calloc(size, sizeof *state);
    *team = NULL;
    if (!t || !process || !state) {
        free(t);
        free(process);
        free(state);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %zu environments", size);
    }
    *t = (ppo_team){.setup = setup,
                    .size = size,
                    .per_process = per,
                    .num_processes = count,
                    .spins = count < ppo_pool_cores() ? HOST_SPINS : 0,
                    .memory = -1,
                    .process = process,
                    .state = state};
    for (size_t i = 0; i < count; i++)
        process[i] = (ppo_team_process){
            .index = i, .first = i * per, .end = (i + 1) * per < size ? (i + 1) * per : size};
    lay_out(t);
    const ppo_status status = map(t, error);
    if (status != PPO_OK) {
        ppo_team_destroy(t);
        return status;
    }
    *team = t;
    return PPO_OK;
}

size_t ppo_team_size(const ppo_team *team)
{
    return team->size;
}

// --- ending -------------------------------------------------------------------------------------

static void end_processes(ppo_team *t)
{
    for (size_t i = 0; i < t->num_processes; i++)
        if (t->process[i].python.id)
            ppo_bridge_process_post(&t->process[i].python, PPO_BRIDGE_QUIT, 0, 0);
    ppo_child_end_all(&t->process[0].python.id, t->num_processes, sizeof t->process[0]);
}

void ppo_team_destroy(ppo_team *t)
{
    if (!t)
        return;
    if (t->block) {
        end_processes(t);
        for (size_t i = 0; i < t->num_processes; i++) {
            ppo_bridge_process_close(&t->process[i].python);
            pthread_mutex_destroy(&t->process[i].mutex);
        }
        munmap(t->block, t->at.bytes * t->num_processes);
    }
    if (t->memory >= 0)
        close(t->memory);
    free(t->process);
    free(t->state);
    free(t);
}

// --- stepping -----------------------------------------------------------------------------------

// Rows of a step under way, of all its instances.
typedef struct ppo_bridge_step {
    size_t first, end;
    const unsigned char *actions;
    unsigned char *observations;
    ppo_transition *transitions;
} ppo_bridge_step;

// The step never took place.
static ppo_status lose(ppo_team *t, const ppo_bridge_step *step, size_t n, ppo_error *error)
{
    step->transitions[n - step->first].lost = true;
    return t->state[n].tries < PPO_BRIDGE_TRIES ? PPO_OK : too_many(t, error);
}

static ppo_status lose_by_fault(ppo_team *t, const ppo_bridge_step *step, size_t n,
                                const char *what, bool is_logged, ppo_error *error)
{
    note(t->setup, is_logged, "environment %zu: %.300s", n, what);
    blame(&t->state[n]);
    return lose(t, step, n, error);
}

// Takes what a process has written about a step of instance n.
static ppo_status collect(ppo_team *t, const ppo_bridge_step *step, size_t n, ppo_error *error)
{
    const ppo_bridge_setup *s = t->setup;
    const unsigned char *obs = row_of(t, n, t->at.observations, t->at.obs_stride);
    const uint8_t flags = *flags_of(t, n);
    const double reward = *reward_of(t, n);
    ppo_bridge_instance_state *state = &t->state[n];
    ppo_transition *transition = &step->transitions[n - step->first];
    char fault[96];
    if (flags & FLAG_FAULT)
        return lose_by_fault(t, step, n, process_of(t, n)->python.desk->message, true, error);
    if (!isfinite(reward))
        return lose_by_fault(t, step, n, "the reward is not a finite number", false, error);
    if (is_unfit(fault, sizeof fault, s, obs))
        return lose_by_fault(t, step, n, fault, false, error);
    memcpy(step->observations + (n - step->first) * s->obs_bytes, obs, s->obs_bytes);
    transition->reward = reward;
    transition->terminated = flags & FLAG_TERMINATED;
    transition->truncated = flags & FLAG_TRUNCATED;
    state->tries = 0;
    process_of(t, n)->tries = 0;
    state->has_reset = (flags & FLAG_HAS_RESET) && !state->is_broken;
    if (flags & FLAG_RESET_FAULT) {
        note(t->setup, true, "environment %zu: %.300s", n, process_of(t, n)->python.desk->message);
        blame(state);
    }
    return PPO_OK;
}

static void hand_over(ppo_team *t, const ppo_bridge_step *step, size_t n)
{
    const size_t bytes = t->setup->action_bytes;
    memcpy(row_of(t, n, t->at.actions, bytes), step->actions + (n - step->first) * bytes, bytes);
    *flags_of(t, n) = 0;
    t->state[n].has_reset = false;
}

// The process's instances that are in the step.
static void range_of(const ppo_team_process *p, const ppo_bridge_step *step, size_t *first,
                     size_t *end)
{
    *first = step->first > p->first ? step->first : p->first;
    *end = step->end < p->end ? step->end : p->end;
}

static void begin_step(ppo_team *t, ppo_team_process *p, const ppo_bridge_step *step)
{
    size_t first, end;
    range_of(p, step, &first, &end);
    p->is_posted = p->python.id != 0;
    for (size_t n = first; n < end; n++) {
        hand_over(t, step, n);
        p->is_posted = p->is_posted && !t->state[n].is_broken;
    }
    if (p->is_posted)
        ppo_bridge_process_post(&p->python, PPO_BRIDGE_STEP, first - p->first, end - p->first);
}

static ppo_status finish_step(ppo_team *t, ppo_team_process *p, const ppo_bridge_step *step,
                              ppo_error *error)
{
    size_t first, end, done;
    ppo_status result = PPO_OK;
    range_of(p, step, &first, &end);
    if (p->is_posted)
        done = await(t, p, t->setup->timeout_ms)
                   ? end
                   : p->first + atomic_load(&p->python.desk->num_done);
    else
        done = first;
    for (size_t n = first; n < end; n++) {
        const bool is_done = n < done || (!p->is_posted && !t->state[n].is_broken &&
                                          order_one(t, n, PPO_BRIDGE_STEP));
        const ppo_status status = is_done ? collect(t, step, n, result == PPO_OK ? error : NULL)
                                          : lose(t, step, n, result == PPO_OK ? error : NULL);
        result = result == PPO_OK ? status : result;
    }
    return result;
}

ppo_status ppo_team_step(ppo_team *t, size_t first, size_t count, const void *actions,
                         void *observations, ppo_transition *transitions, ppo_error *error)
{
    const ppo_bridge_step step = {first, first + count, actions, observations, transitions};
    ppo_team_process *begin = process_of(t, first), *end = process_of(t, first + count - 1) + 1;
    ppo_status result = PPO_OK;
    for (ppo_team_process *p = begin; p < end; p++) {
        pthread_mutex_lock(&p->mutex);
        begin_step(t, p, &step);
    }
    for (ppo_team_process *p = begin; p < end; p++) {
        const ppo_status status = finish_step(t, p, &step, result == PPO_OK ? error : NULL);
        pthread_mutex_unlock(&p->mutex);
        result = result == PPO_OK ? status : result;
    }
    return result;
}

// --- resetting ----------------------------------------------------------------------------------

// Many environments take no more than 31 bits of a seed.
static uint64_t fold(uint64_t seed)
{
    return seed <= INT32_MAX ? seed : (seed ^ seed >> 31) & INT32_MAX;
}

// Another seed for each time that an instance begins anew without being given one (splitmix64).
static uint64_t derive(ppo_bridge_instance_state *state)
{
    uint64_t z = state->seed + ++state->num_derived * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (z ^ z >> 31) & INT32_MAX;
}

// Hands out a first observation, if it is one.
static bool take_first(ppo_team *t, size_t n, size_t where, void *observation)
{
    const unsigned char *obs = row_of(t, n, where, t->at.obs_stride);
    char fault[96];
    if (is_unfit(fault, sizeof fault, t->setup, obs)) {
        note(t->setup, false, "environment %zu, reset: %.300s", n, fault);
        blame(&t->state[n]);
        return false;
    }
    memcpy(observation, obs, t->setup->obs_bytes);
    return true;
}

// One attempt; false if the instance broke down over it.
static bool try_reset(ppo_team *t, size_t n, const uint64_t *seed, void *observation)
{
    const ppo_team_process *p = process_of(t, n);
    *flags_of(t, n) = 0;
    if (seed)
        ((uint64_t *)(void *)(p->base + t->at.seeds))[n - p->first] = *seed;
    if (!order_one(t, n, seed ? PPO_BRIDGE_RESET_SEEDED : PPO_BRIDGE_RESET))
        return false;
    if (*flags_of(t, n) & FLAG_FAULT) {
        note(t->setup, true, "environment %zu, reset: %.300s", n, p->python.desk->message);
        blame(&t->state[n]);
        return false;
    }
    if (!take_first(t, n, t->at.observations, observation))
        return false;
    t->state[n].is_broken = false;
    return true;
}

static ppo_status reset(ppo_team *t, size_t n, const uint64_t *seed, void *observation,
                        ppo_error *error)
{
    ppo_bridge_instance_state *state = &t->state[n];
    const bool has_reset = state->has_reset;
    uint64_t next = seed ? fold(*seed) : 0;
    state->has_reset = false;
    if (!seed && has_reset && take_first(t, n, t->at.first_observations, observation))
        return PPO_OK;
    if (seed)
        state->seed = next;
    for (bool has_seed = seed != NULL;; has_seed = true) {
        PPO_TRY(revive(t, process_of(t, n), error));
        if (!seed && (has_seed || state->is_broken)) {
            has_seed = true;
            next = derive(state);
        }
        if (try_reset(t, n, has_seed ? &next : NULL, observation))
            return PPO_OK;
        if (state->tries >= PPO_BRIDGE_TRIES)
            return too_many(t, error);
        seed = NULL;
    }
}

ppo_status ppo_team_reset(ppo_team *t, size_t n, const uint64_t *seed, void *observation,
                          ppo_error *error)
{
    ppo_team_process *p = process_of(t, n);
    pthread_mutex_lock(&p->mutex);
    const ppo_status status = reset(t, n, seed, observation, error);
    pthread_mutex_unlock(&p->mutex);
    return status;
}

// --- the rest -----------------------------------------------------------------------------------

void ppo_team_render(ppo_team *t, size_t n, unsigned char *rgb)
{
    const size_t bytes = (size_t)t->setup->picture_height * t->setup->picture_width * 3;
    ppo_team_process *p = process_of(t, n);
    memset(rgb, 0, bytes);
    pthread_mutex_lock(&p->mutex);
    if (t->at.pictures && p->python.id && !t->state[n].is_broken &&
        order_one(t, n, PPO_BRIDGE_RENDER))
        memcpy(rgb, p->base + t->at.pictures, bytes);
    pthread_mutex_unlock(&p->mutex);
}

ppo_status ppo_team_loop(ppo_team *t, double *steps_per_second, double seconds, ppo_error *error)
{
    *steps_per_second = 0.0;
    for (size_t i = 0; i < t->num_processes; i++) {
        *reward_of(t, t->process[i].first) = seconds;
        ppo_bridge_process_post(&t->process[i].python, PPO_BRIDGE_LOOP, 0, 1);
    }
    for (size_t i = 0; i < t->num_processes; i++) {
        if (!await(t, &t->process[i], 0))
            return ppo_fail(error, PPO_ENV_FAILED, "%s", t->setup->last_fault.message);
        *steps_per_second += *reward_of(t, t->process[i].first);
    }
    return PPO_OK;
}
