// SPDX-License-Identifier: MIT
// Groups of Python processes: see process_group.h. bridge.py is the other side.
//
// What state processes and instances are in, and how it changes: group_state.h.
//
// Replies of a process that died remain valid for the instances that it had done, as they lie in
// shared memory. A stopped process is started again by the reset of one of its instances.
#include "env/gym/process_group.h"

#include "core/error.h"
#include "core/cores.h"
#include "env/gym/group_layout.h"
#include "env/gym/group_state.h"
#include "env/gym/python.h"
#include "env/observation.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Spins of an idle process: some 150 microseconds, so that it is still awake when the next request
// comes. Waking a sleeper takes 15 to 30 on a virtual machine.
#define PYTHON_SPINS 3000
// The host's before a reply, where there are more cores than processes: about as long. Where there
// are not, a core that spins is one that does not step.
#define HOST_SPINS   5000

typedef struct ppo_group_process {
    pthread_mutex_t mutex; // held from a request to its reply
    ppo_process_state state;
    size_t index;
    size_t first, end; // its instances
    unsigned char *base;
    ppo_bridge_process python; // its control block is at `base`
    uint32_t num_failures;     // in a row, since it completed a step
} ppo_group_process;

struct ppo_process_group {
    ppo_bridge_setup *setup;
    size_t size, share, num_processes;
    int spins;
    pid_t owner; // whose children the processes are: a fork of it leaves them alone
    ppo_group_layout at;
    int memory;           // descriptor
    unsigned char *block; // [num_processes, at.bytes]
    ppo_group_process *process;
    ppo_group_instance *instance; // [size]
};

// --- places -------------------------------------------------------------------------------------

static ppo_group_process *process_of(const ppo_process_group *g, size_t n)
{
    return &g->process[n / g->share];
}

// Instance n's row of the array that lies at `place`.
static void *row_of(const ppo_process_group *g, size_t n, size_t place, size_t stride)
{
    const ppo_group_process *p = process_of(g, n);
    return p->base + place + (n - p->first) * stride;
}

static uint8_t *flags_of(const ppo_process_group *g, size_t n)
{
    return row_of(g, n, g->at.flags, 1);
}

static double *reward_of(const ppo_process_group *g, size_t n)
{
    return row_of(g, n, g->at.rewards, sizeof(double));
}

static void handle(ppo_process_group *g, ppo_group_process *p, ppo_process_event event)
{
    ppo_group_process_handle(&p->state, g->instance + p->first, p->end - p->first, event);
}

// --- failures -----------------------------------------------------------------------------------

static ppo_status fail_with_last(const ppo_process_group *g, const char *tail, ppo_error *error)
{
    ppo_error last = {.message = ""};
    ppo_bridge_failures(g->setup, &last);
    return ppo_fail(error, PPO_ENV_FAILED, "%.380s%s", last.message, tail);
}

static ppo_status too_many_failures(const ppo_process_group *g, ppo_error *error)
{
    char tail[112];
    snprintf(tail, sizeof tail, "; %d times in a row without completing a step%s", PPO_BRIDGE_TRIES,
             g->setup->log >= 0 ? " (workers.log has what Python said)" : "");
    return fail_with_last(g, tail, error);
}

static ppo_status check_owner(const ppo_process_group *g, ppo_error *error)
{
    if (getpid() == g->owner)
        return PPO_OK;
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "the Python processes belong to process %ld, of which this one is a fork; make "
                    "the environments in the process that steps them",
                    (long)g->owner);
}

// --- requests -----------------------------------------------------------------------------------

static void send_request(ppo_process_group *g, ppo_group_process *p, ppo_bridge_request kind,
                         size_t first, size_t end)
{
    ppo_bridge_process_send(&p->python, kind, first - p->first, end - p->first);
    handle(g, p, PPO_PROCESS_SENT);
}

// Charges the death of a process to the instance that it was working on, unless it was starting.
static void record_death(ppo_process_group *g, ppo_group_process *p, const ppo_bridge_death *death)
{
    const ppo_bridge_control *control = p->python.control;
    const size_t num_done = atomic_load(&control->num_done);
    char how[96];
    ppo_child_describe_end(how, sizeof how, &death->end, death->timeout_ms);
    ppo_bridge_record_failure(g->setup, false,
                              "Python process %zu (%ld, environments %zu to %zu) %s", p->index,
                              (long)p->python.id, p->first, p->end - 1, how);
    p->python.id = 0;
    p->num_failures++;
    handle(g, p, PPO_PROCESS_ENDED);
    if (control->kind != PPO_BRIDGE_START && num_done < control->end)
        ppo_group_instance_handle(&g->instance[p->first + num_done], PPO_INSTANCE_FAILED);
}

// Waits for the reply to the last request; false if the process has died before it.
static bool wait_for_reply(ppo_process_group *g, ppo_group_process *p, uint32_t limit_ms)
{
    ppo_bridge_death death;
    const bool replied = ppo_bridge_process_wait(&p->python, g->spins, limit_ms, &death);
    if (replied)
        handle(g, p, PPO_PROCESS_REPLIED);
    else
        record_death(g, p, &death);
    return replied;
}

static bool request_one(ppo_process_group *g, size_t n, ppo_bridge_request kind)
{
    ppo_group_process *p = process_of(g, n);
    send_request(g, p, kind, n, n + 1);
    return wait_for_reply(g, p, g->setup->timeout_ms);
}

// --- starting -----------------------------------------------------------------------------------

// Starts the process; its instances are made once it has replied.
static ppo_status begin_process(ppo_process_group *g, ppo_group_process *p, ppo_error *error)
{
    const ppo_bridge_setup *s = g->setup;
    const struct {
        const char *name;
        size_t value;
    } numbers[] = {{"first", p->first},
                   {"count", p->end - p->first},
                   {"offset", p->index * g->at.bytes},
                   {"action_size", s->action_size},
                   {"observation_bytes", s->obs_bytes},
                   {"height", s->picture_height},
                   {"width", s->picture_width},
                   {"spins", g->num_processes <= ppo_cores_available() ? PYTHON_SPINS : 0},
                   {"futex", SYS_futex}};
    cJSON *task = ppo_bridge_task(s, "serve");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        cJSON_AddNumberToObject(task, numbers[i].name, (double)numbers[i].value);
    ppo_group_layout_describe(&g->at, task);
    PPO_TRY(ppo_bridge_process_start(&p->python, s, g->memory, task, p->end - p->first, error));
    handle(g, p, PPO_PROCESS_SENT);
    return PPO_OK;
}

static ppo_status finish_start(ppo_process_group *g, ppo_group_process *p, ppo_error *error)
{
    const ppo_bridge_control *control = p->python.control;
    if (!wait_for_reply(g, p, ppo_bridge_start_limit_ms(g->setup)))
        return fail_with_last(g, "", error);
    if (control->status == 0)
        return PPO_OK;
    ppo_child_kill(p->python.id);
    p->python.id = 0;
    p->num_failures++;
    handle(g, p, PPO_PROCESS_ENDED);
    ppo_bridge_record_failure(g->setup, false, "environments %zu to %zu can't be made: %.300s",
                              p->first, p->end - 1, control->message);
    return fail_with_last(g, "", error);
}

// Starts a stopped process again.
static ppo_status restart(ppo_process_group *g, ppo_group_process *p, ppo_error *error)
{
    while (p->state == PPO_PROCESS_STOPPED) {
        if (p->num_failures >= PPO_BRIDGE_TRIES)
            return too_many_failures(g, error);
        PPO_TRY(begin_process(g, p, error));
        finish_start(g, p, NULL);
    }
    return PPO_OK;
}

size_t ppo_process_group_share(uint32_t num_workers, size_t num_instances)
{
    const size_t wanted = num_workers ? num_workers : ppo_cores_available();
    const size_t count = wanted < num_instances ? wanted : num_instances;
    return count > 1 ? (num_instances + count - 1) / count : num_instances;
}

// Maps the shared memory and starts all processes, at once.
static ppo_status start_group(ppo_process_group *g, ppo_error *error)
{
    const size_t bytes = g->at.bytes * g->num_processes;
    PPO_TRY(ppo_python_memory(&g->memory, bytes, error));
    g->block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, g->memory, 0);
    if (g->block == MAP_FAILED) {
        g->block = NULL;
        return ppo_fail(error, PPO_NO_MEMORY, "can't map %zu bytes shared with Python", bytes);
    }
    for (size_t i = 0; i < g->num_processes; i++) {
        g->process[i].base = g->block + i * g->at.bytes;
        pthread_mutex_init(&g->process[i].mutex, NULL);
    }
    for (size_t i = 0; i < g->num_processes; i++)
        PPO_TRY(ppo_bridge_process_open(&g->process[i].python, g->process[i].base, error));
    for (size_t i = 0; i < g->num_processes; i++)
        PPO_TRY(begin_process(g, &g->process[i], error));
    for (size_t i = 0; i < g->num_processes; i++)
        PPO_TRY(finish_start(g, &g->process[i], error));
    for (size_t n = 0; n < g->size; n++)
        ppo_group_instance_handle(&g->instance[n], PPO_INSTANCE_MADE);
    return PPO_OK;
}

ppo_status ppo_process_group_create(ppo_process_group **group, ppo_bridge_setup *setup, size_t size,
                                    ppo_error *error)
{
    const size_t share = ppo_process_group_share(setup->num_workers, size),
                 count = (size + share - 1) / share;
    ppo_process_group *g = calloc(1, sizeof *g);
    ppo_group_process *process = calloc(count, sizeof *process);
    ppo_group_instance *instance = calloc(size, sizeof *instance);
    *group = NULL;
    if (!g || !process || !instance) {
        free(g);
        free(process);
        free(instance);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %zu environments", size);
    }
    *g = (ppo_process_group){
        .setup = setup,
        .size = size,
        .share = share,
        .num_processes = count,
        .spins = count < ppo_cores_available() ? HOST_SPINS : 0,
        .at = ppo_group_layout_for(setup, share, size == 1 && setup->picture_height > 0),
        .owner = getpid(),
        .memory = -1,
        .process = process,
        .instance = instance};
    for (size_t i = 0; i < count; i++) {
        const size_t end = (i + 1) * share;
        process[i] =
            (ppo_group_process){.index = i, .first = i * share, .end = end < size ? end : size};
    }
    const ppo_status status = start_group(g, error);
    if (status != PPO_OK) {
        ppo_process_group_destroy(g);
        return status;
    }
    *group = g;
    return PPO_OK;
}

size_t ppo_process_group_size(const ppo_process_group *g)
{
    return g->size;
}

void ppo_process_group_destroy(ppo_process_group *g)
{
    if (!g)
        return;
    if (g->block) {
        for (size_t i = 0; i < g->num_processes; i++) {
            if (getpid() != g->owner)
                g->process[i].python.id = 0;
            if (g->process[i].python.id)
                ppo_bridge_process_send(&g->process[i].python, PPO_BRIDGE_QUIT, 0, 0);
        }
        ppo_child_end_all(&g->process[0].python.id, g->num_processes, sizeof g->process[0]);
        for (size_t i = 0; i < g->num_processes; i++) {
            ppo_bridge_process_close(&g->process[i].python);
            pthread_mutex_destroy(&g->process[i].mutex);
        }
        munmap(g->block, g->at.bytes * g->num_processes);
    }
    if (g->memory >= 0)
        close(g->memory);
    free(g->process);
    free(g->instance);
    free(g);
}

// --- stepping -----------------------------------------------------------------------------------

// Rows of a step under way, of all its instances.
typedef struct ppo_group_step {
    size_t first, end;
    const unsigned char *actions;
    unsigned char *observations;
    ppo_transition *transitions;
} ppo_group_step;

// The step of instance n did not take place.
static ppo_status report_lost(const ppo_process_group *g, const ppo_group_step *step, size_t n,
                              ppo_error *error)
{
    step->transitions[n - step->first].lost = true;
    return g->instance[n].num_failures < PPO_BRIDGE_TRIES ? PPO_OK : too_many_failures(g, error);
}

// Takes what a process has written about a step of instance n.
static ppo_status take_result(ppo_process_group *g, const ppo_group_step *step, size_t n,
                              ppo_error *error)
{
    const ppo_bridge_setup *s = g->setup;
    const void *obs = row_of(g, n, g->at.observations, g->at.obs_stride);
    const char *said = process_of(g, n)->python.control->message;
    const uint8_t flags = *flags_of(g, n);
    const double reward = *reward_of(g, n);
    ppo_group_instance *instance = &g->instance[n];
    ppo_transition *transition = &step->transitions[n - step->first];
    char text[96];
    const char *failure = NULL;
    if (flags & PPO_BRIDGE_FAULT)
        failure = said;
    else if (!isfinite(reward))
        failure = "the reward is not a finite number";
    else if (ppo_observation_check(text, sizeof text, s->obs_space, s->obs_size, obs) != PPO_OK)
        failure = text;
    if (failure) {
        ppo_bridge_record_failure(g->setup, failure == said, "environment %zu: %.300s", n, failure);
        ppo_group_instance_handle(instance, PPO_INSTANCE_FAILED);
        return report_lost(g, step, n, error);
    }
    memcpy(step->observations + (n - step->first) * s->obs_bytes, obs, s->obs_bytes);
    transition->reward = reward;
    transition->terminated = flags & PPO_BRIDGE_TERMINATED;
    transition->truncated = flags & PPO_BRIDGE_TRUNCATED;
    process_of(g, n)->num_failures = 0;
    ppo_group_instance_handle(instance, flags & PPO_BRIDGE_HAS_RESET
                                            ? PPO_INSTANCE_STEPPED_AND_RESET
                                            : PPO_INSTANCE_STEPPED);
    if (flags & PPO_BRIDGE_RESET_FAULT) {
        ppo_bridge_record_failure(g->setup, true, "environment %zu: %.300s", n, said);
        ppo_group_instance_handle(instance, PPO_INSTANCE_FAILED);
    }
    return PPO_OK;
}

// The process's instances that are in the step.
static void range_of(const ppo_group_process *p, const ppo_group_step *step, size_t *first,
                     size_t *end)
{
    *first = step->first > p->first ? step->first : p->first;
    *end = step->end < p->end ? step->end : p->end;
}

// Copies the actions, and sends one request for all instances of the process if none is lost.
static void begin_step(ppo_process_group *g, ppo_group_process *p, const ppo_group_step *step)
{
    const size_t bytes = g->setup->action_bytes;
    bool none_lost = p->state == PPO_PROCESS_IDLE;
    size_t first, end;
    range_of(p, step, &first, &end);
    for (size_t n = first; n < end; n++) {
        memcpy(row_of(g, n, g->at.actions, bytes), step->actions + (n - step->first) * bytes,
               bytes);
        *flags_of(g, n) = 0;
        ppo_group_instance_handle(&g->instance[n], PPO_INSTANCE_BEGUN);
        none_lost = none_lost && g->instance[n].state != PPO_INSTANCE_LOST;
    }
    if (none_lost)
        send_request(g, p, PPO_BRIDGE_STEP, first, end);
}

// Waits for that request; where it was not sent, steps one by one the instances that are not lost.
static ppo_status finish_step(ppo_process_group *g, ppo_group_process *p,
                              const ppo_group_step *step, ppo_error *error)
{
    const bool was_sent = p->state == PPO_PROCESS_BUSY;
    ppo_status result = PPO_OK;
    size_t first, end;
    range_of(p, step, &first, &end);
    size_t done = first; // all before this one are done
    if (was_sent)
        done = wait_for_reply(g, p, g->setup->timeout_ms)
                   ? end
                   : p->first + atomic_load(&p->python.control->num_done);
    for (size_t n = first; n < end; n++) {
        const bool is_done = n < done || (!was_sent && g->instance[n].state != PPO_INSTANCE_LOST &&
                                          request_one(g, n, PPO_BRIDGE_STEP));
        ppo_error *first_error = result == PPO_OK ? error : NULL;
        const ppo_status status =
            is_done ? take_result(g, step, n, first_error) : report_lost(g, step, n, first_error);
        result = result == PPO_OK ? status : result;
    }
    return result;
}

ppo_status ppo_process_group_step(ppo_process_group *g, size_t first, size_t count,
                                  const void *actions, void *observations,
                                  ppo_transition *transitions, ppo_error *error)
{
    const ppo_group_step step = {first, first + count, actions, observations, transitions};
    ppo_group_process *begin = process_of(g, first), *end = process_of(g, first + count - 1) + 1;
    ppo_status result = PPO_OK;
    PPO_TRY(check_owner(g, error));
    for (ppo_group_process *p = begin; p < end; p++) {
        pthread_mutex_lock(&p->mutex);
        begin_step(g, p, &step);
    }
    for (ppo_group_process *p = begin; p < end; p++) {
        const ppo_status status = finish_step(g, p, &step, result == PPO_OK ? error : NULL);
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
static uint64_t derive_seed(ppo_group_instance *instance)
{
    uint64_t z = instance->seed + ++instance->num_derived * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (z ^ z >> 31) & INT32_MAX;
}

// Copies the first observation that lies at `place`, or records what is wrong with it.
static bool take_first(ppo_process_group *g, size_t n, size_t place, void *observation)
{
    const ppo_bridge_setup *s = g->setup;
    const void *obs = row_of(g, n, place, g->at.obs_stride);
    char text[96];
    if (ppo_observation_check(text, sizeof text, s->obs_space, s->obs_size, obs) != PPO_OK) {
        ppo_bridge_record_failure(g->setup, false, "environment %zu, reset: %.300s", n, text);
        ppo_group_instance_handle(&g->instance[n], PPO_INSTANCE_FAILED);
        return false;
    }
    memcpy(observation, obs, s->obs_bytes);
    return true;
}

// One reset by Python; false if the instance failed at it.
static bool try_reset(ppo_process_group *g, size_t n, const uint64_t *seed, void *observation)
{
    *flags_of(g, n) = 0;
    if (seed)
        *(uint64_t *)row_of(g, n, g->at.seeds, sizeof *seed) = *seed;
    if (!request_one(g, n, seed ? PPO_BRIDGE_RESET_SEEDED : PPO_BRIDGE_RESET))
        return false;
    if (*flags_of(g, n) & PPO_BRIDGE_FAULT) {
        ppo_bridge_record_failure(g->setup, true, "environment %zu, reset: %.300s", n,
                                  process_of(g, n)->python.control->message);
        ppo_group_instance_handle(&g->instance[n], PPO_INSTANCE_FAILED);
        return false;
    }
    if (!take_first(g, n, g->at.observations, observation))
        return false;
    ppo_group_instance_handle(&g->instance[n], PPO_INSTANCE_MADE);
    return true;
}

static ppo_status reset(ppo_process_group *g, size_t n, const uint64_t *seed, void *observation,
                        ppo_error *error)
{
    ppo_group_instance *instance = &g->instance[n];
    const bool has_next = instance->state == PPO_INSTANCE_NEXT;
    ppo_group_instance_handle(instance, PPO_INSTANCE_BEGUN);
    if (!seed && has_next && take_first(g, n, g->at.first_observations, observation))
        return PPO_OK;
    if (seed)
        instance->seed = fold(*seed);
    // The seed given, else the instance's own stream; after a failure, and where the instance is
    // lost, a derived seed.
    for (bool is_first = true;; is_first = false) {
        PPO_TRY(restart(g, process_of(g, n), error));
        uint64_t next = instance->seed;
        bool has_seed = is_first && seed;
        if (!has_seed && (!is_first || instance->state == PPO_INSTANCE_LOST)) {
            next = derive_seed(instance);
            has_seed = true;
        }
        if (try_reset(g, n, has_seed ? &next : NULL, observation))
            return PPO_OK;
        if (instance->num_failures >= PPO_BRIDGE_TRIES)
            return too_many_failures(g, error);
    }
}

ppo_status ppo_process_group_reset(ppo_process_group *g, size_t n, const uint64_t *seed,
                                   void *observation, ppo_error *error)
{
    ppo_group_process *p = process_of(g, n);
    PPO_TRY(check_owner(g, error));
    pthread_mutex_lock(&p->mutex);
    const ppo_status status = reset(g, n, seed, observation, error);
    pthread_mutex_unlock(&p->mutex);
    return status;
}

// --- the rest -----------------------------------------------------------------------------------

void ppo_process_group_render(ppo_process_group *g, size_t n, unsigned char *rgb)
{
    const size_t bytes = (size_t)g->setup->picture_height * g->setup->picture_width * 3;
    ppo_group_process *p = process_of(g, n);
    memset(rgb, 0, bytes);
    if (check_owner(g, NULL) != PPO_OK)
        return;
    pthread_mutex_lock(&p->mutex);
    if (g->at.pictures && p->state == PPO_PROCESS_IDLE &&
        g->instance[n].state != PPO_INSTANCE_LOST) {
        *flags_of(g, n) = 0;
        if (request_one(g, n, PPO_BRIDGE_RENDER) && !(*flags_of(g, n) & PPO_BRIDGE_FAULT)) {
            memcpy(rgb, p->base + g->at.pictures, bytes);
        } else if (p->state == PPO_PROCESS_IDLE) { // a process that died is recorded already
            ppo_bridge_record_failure(g->setup, true, "environment %zu, render: %.300s", n,
                                      p->python.control->message);
            ppo_group_instance_handle(&g->instance[n], PPO_INSTANCE_FAILED);
        }
    }
    pthread_mutex_unlock(&p->mutex);
}

ppo_status ppo_process_group_loop(ppo_process_group *g, double *steps_per_second, double seconds,
                                  ppo_error *error)
{
    *steps_per_second = 0.0;
    for (size_t i = 0; i < g->num_processes; i++) {
        ppo_group_process *p = &g->process[i];
        *reward_of(g, p->first) = seconds;
        send_request(g, p, PPO_BRIDGE_LOOP, p->first, p->first + 1);
    }
    for (size_t i = 0; i < g->num_processes; i++) {
        if (!wait_for_reply(g, &g->process[i], 0))
            return fail_with_last(g, "", error);
        *steps_per_second += *reward_of(g, g->process[i].first);
    }
    return PPO_OK;
}
