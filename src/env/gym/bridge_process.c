// SPDX-License-Identifier: MIT
// Python processes of the bridge: see bridge_process.h.
//
// A death is noticed by whoever waits for an answer: after some milliseconds asleep it asks the
// system. Who sleeps over an answer is woken by a pipe, not by the bell's own futex: the kernel
// knows that who writes into a pipe is often about to wait, and lets the sleeper go on where the
// writer runs. A futex's sleeper goes on where it was before, which may be the core of another
// Python, and both cores lose: that one's process is held up, this one's has nothing to do. With
// two busy cores it took 22 us that way, and takes 4.
#include "env/gym/bridge_process.h"

#include "core/error.h"
#include "env/gym/python.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define START_MS 60000 // at least so long may imports and the making of environments take

_Static_assert(offsetof(ppo_bridge_desk, kind) == 2 * 4, "bridge.py knows these places");
_Static_assert(offsetof(ppo_bridge_desk, answer) == 16 * 4, "bridge.py knows these places");
_Static_assert(offsetof(ppo_bridge_desk, num_done) == 18 * 4, "bridge.py knows these places");
_Static_assert(offsetof(ppo_bridge_desk, message) == 128, "bridge.py knows these places");
_Static_assert(sizeof(ppo_bridge_desk) == 640, "bridge.py knows these places");

// --- starting -----------------------------------------------------------------------------------

ppo_status ppo_bridge_process_open(ppo_bridge_process *process, void *desk, ppo_error *error)
{
    int awake[2];
    *process = (ppo_bridge_process){.desk = desk, .awake = {-1, -1}};
    if (pipe2(awake, O_CLOEXEC | O_NONBLOCK) != 0)
        return ppo_fail(error, PPO_IO, "can't make a pipe: %s", strerror(errno));
    process->awake[0] = ppo_python_move(awake[0]);
    process->awake[1] = ppo_python_move(awake[1]);
    return process->awake[0] >= 0 && process->awake[1] >= 0
               ? PPO_OK
               : ppo_fail(error, PPO_IO, "can't move a pipe: %s", strerror(errno));
}

void ppo_bridge_process_close(ppo_bridge_process *process)
{
    for (size_t i = 0; process->desk && i < 2; i++)
        if (process->awake[i] >= 0)
            close(process->awake[i]);
    process->desk = NULL;
}

cJSON *ppo_bridge_task(const ppo_bridge_setup *s, const char *mode)
{
    cJSON *task = cJSON_CreateObject();
    cJSON *kwargs = s->kwargs[0] ? cJSON_Parse(s->kwargs) : cJSON_CreateObject();
    cJSON_AddStringToObject(task, "mode", mode);
    cJSON_AddStringToObject(task, "id", s->id);
    cJSON_AddStringToObject(task, "name", s->name);
    cJSON_AddItemToObject(task, "kwargs", kwargs);
    cJSON_AddNumberToObject(task, "limit", s->max_episode_steps);
    return task;
}

static ppo_status start_python(pid_t *id, const ppo_bridge_setup *s, int memory, int awake,
                               cJSON *task, ppo_error *error)
{
    char *text = cJSON_PrintUnformatted(task);
    cJSON_Delete(task);
    if (!text)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory to start Python");
    const ppo_status status = ppo_python_start(id,
                                               &(ppo_python){.program = s->python,
                                                             .script = s->script,
                                                             .memory = memory,
                                                             .alive = s->alive[0],
                                                             .awake = awake,
                                                             .log = s->log,
                                                             .task = text},
                                               error);
    cJSON_free(text);
    return status;
}

ppo_status ppo_bridge_process_start(ppo_bridge_process *process, const ppo_bridge_setup *setup,
                                    int memory, cJSON *task, size_t count, ppo_error *error)
{
    ppo_bridge_desk *desk = process->desk;
    desk->status = 0;
    ppo_event_count_reset_waiters(&desk->order);
    atomic_store(&desk->answer.count, ppo_event_count_read(&desk->order));
    ppo_bridge_process_post(process, PPO_BRIDGE_START, 0, count);
    return start_python(&process->id, setup, memory, process->awake[1], task, error);
}

uint32_t ppo_bridge_start_limit_ms(const ppo_bridge_setup *s)
{
    return s->timeout_ms > 0 && s->timeout_ms < START_MS ? START_MS : s->timeout_ms;
}

// --- orders and answers -------------------------------------------------------------------------

void ppo_bridge_process_post(ppo_bridge_process *process, ppo_bridge_order kind, size_t first,
                             size_t end)
{
    ppo_bridge_desk *desk = process->desk;
    desk->kind = kind;
    desk->first = (uint32_t)first;
    desk->end = (uint32_t)end;
    atomic_store(&desk->num_done, (uint32_t)first);
    process->order = ppo_event_count_signal(&desk->order);
}

// True as soon as there is another answer than the one seen; false after a nap without.
static bool nap(ppo_bridge_process *process, uint32_t seen, int spins)
{
    ppo_event_count *bell = &process->desk->answer;
    struct pollfd awake = {.fd = process->awake[0], .events = POLLIN};
    if (ppo_event_count_spin(bell, seen, spins))
        return true;
    atomic_fetch_add(&bell->num_waiters, 1);
    if (atomic_load(&bell->count) == seen && poll(&awake, 1, PPO_CHILD_CHECK_MS) > 0) {
        char bytes[64]; // one, and maybe one that came too late for a nap before
        const ssize_t num_read = read(awake.fd, bytes, sizeof bytes);
        (void)num_read;
    }
    atomic_fetch_sub(&bell->num_waiters, 1);
    return ppo_event_count_read(bell) != seen;
}

bool ppo_bridge_process_await(ppo_bridge_process *process, int spins, uint32_t limit_ms,
                              ppo_bridge_death *death)
{
    ppo_bridge_desk *desk = process->desk;
    ppo_progress_timer patience = {.progress = atomic_load(&desk->num_done)};
    *death = (ppo_bridge_death){.end = {.is_known = false}};
    for (uint32_t seen; (seen = ppo_event_count_read(&desk->answer)) != process->order;) {
        if (nap(process, seen, spins))
            continue;
        if (ppo_progress_timer_expired(&patience, atomic_load(&desk->num_done), limit_ms)) {
            ppo_child_kill(process->id);
            death->hung_ms = limit_ms;
            return false;
        }
        if (ppo_child_has_ended(process->id, &death->end))
            return false;
    }
    return true;
}

// --- describing ---------------------------------------------------------------------------------

ppo_status ppo_bridge_describe(const ppo_bridge_setup *s, int memory, ppo_error *error)
{
    ppo_child_end end;
    ppo_progress_timer patience = {.progress = 0};
    pid_t id = 0;
    PPO_TRY(start_python(&id, s, memory, -1, ppo_bridge_task(s, "describe"), error));
    while (!ppo_child_has_ended(id, &end)) {
        ppo_child_sleep_ms(PPO_CHILD_CHECK_MS);
        if (ppo_progress_timer_expired(&patience, 0, ppo_bridge_start_limit_ms(s))) {
            ppo_child_kill(id);
            return PPO_OK; // what it has written may be enough
        }
    }
    return PPO_OK;
}
