// SPDX-License-Identifier: MIT
// Python processes of the bridge: see bridge_process.h.
//
// A death is noticed by the thread that waits for a reply: each time it has slept for some
// milliseconds it asks the system. The sleeper is woken by a pipe rather than by a futex on the
// event count: the kernel expects that whoever writes into a pipe is about to wait, and runs the
// sleeper on the writer's core. A futex's sleeper runs where it ran before, which may be the core
// of another Python process: that one is held up while this core has nothing to do. With two busy
// cores it took 22 us that way, and takes 4.
#include "env/gym/bridge_process.h"

#include "core/error.h"
#include "env/gym/python.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define START_MS 60000 // at least so long may imports and the making of environments take

_Static_assert(offsetof(ppo_bridge_control, kind) == 2 * 4, "bridge.py has the same layout");
_Static_assert(offsetof(ppo_bridge_control, reply) == 16 * 4, "bridge.py has the same layout");
_Static_assert(offsetof(ppo_bridge_control, num_done) == 18 * 4, "bridge.py has the same layout");
_Static_assert(offsetof(ppo_bridge_control, message) == 128, "bridge.py has the same layout");
_Static_assert(sizeof(ppo_bridge_control) == 640, "bridge.py has the same layout");

// --- starting -----------------------------------------------------------------------------------

ppo_status ppo_bridge_process_open(ppo_bridge_process *process, void *control, ppo_error *error)
{
    int awake[2];
    *process = (ppo_bridge_process){.control = control, .awake = {-1, -1}};
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
    for (size_t i = 0; process->control && i < 2; i++)
        if (process->awake[i] >= 0)
            close(process->awake[i]);
    process->control = NULL;
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
    ppo_bridge_control *control = process->control;
    control->status = 0;
    ppo_event_count_reset_waiters(&control->request);
    atomic_store(&control->reply.count, ppo_event_count_read(&control->request));
    ppo_bridge_process_send(process, PPO_BRIDGE_START, 0, count);
    return start_python(&process->id, setup, memory, process->awake[1], task, error);
}

uint32_t ppo_bridge_start_limit_ms(const ppo_bridge_setup *s)
{
    return s->timeout_ms > 0 && s->timeout_ms < START_MS ? START_MS : s->timeout_ms;
}

// --- requests and replies -----------------------------------------------------------------------

void ppo_bridge_process_send(ppo_bridge_process *process, ppo_bridge_request kind, size_t first,
                             size_t end)
{
    ppo_bridge_control *control = process->control;
    control->kind = kind;
    control->first = (uint32_t)first;
    control->end = (uint32_t)end;
    atomic_store(&control->num_done, (uint32_t)first);
    process->num_requests = ppo_event_count_signal(&control->request);
}

// Spins, then sleeps for up to PPO_CHILD_CHECK_MS; true as soon as the reply's count is not `seen`.
static bool wait_a_moment(ppo_bridge_process *process, uint32_t seen, int spins)
{
    ppo_event_count *reply = &process->control->reply;
    struct pollfd awake = {.fd = process->awake[0], .events = POLLIN};
    if (ppo_event_count_spin(reply, seen, spins))
        return true;
    atomic_fetch_add(&reply->num_waiters, 1);
    if (atomic_load(&reply->count) == seen && poll(&awake, 1, PPO_CHILD_CHECK_MS) > 0) {
        char bytes[64]; // one, and maybe one that came too late for an earlier sleep
        const ssize_t num_read = read(awake.fd, bytes, sizeof bytes);
        (void)num_read;
    }
    atomic_fetch_sub(&reply->num_waiters, 1);
    return ppo_event_count_read(reply) != seen;
}

bool ppo_bridge_process_wait(ppo_bridge_process *process, int spins, uint32_t limit_ms,
                             ppo_bridge_death *death)
{
    ppo_bridge_control *control = process->control;
    ppo_progress_timer timer = {.progress = atomic_load(&control->num_done)};
    *death = (ppo_bridge_death){.end = {.is_known = false}};
    for (uint32_t seen; (seen = ppo_event_count_read(&control->reply)) != process->num_requests;) {
        if (wait_a_moment(process, seen, spins))
            continue;
        if (ppo_progress_timer_expired(&timer, atomic_load(&control->num_done), limit_ms)) {
            ppo_child_kill(process->id);
            death->timeout_ms = limit_ms;
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
    ppo_progress_timer timer = {.progress = 0};
    pid_t id = 0;
    PPO_TRY(start_python(&id, s, memory, -1, ppo_bridge_task(s, "describe"), error));
    while (!ppo_child_has_ended(id, &end)) {
        ppo_child_sleep_ms(PPO_CHILD_CHECK_MS);
        if (ppo_progress_timer_expired(&timer, 0, ppo_bridge_start_limit_ms(s))) {
            ppo_child_kill(id);
            return PPO_OK; // what it has written by then may be enough
        }
    }
    return PPO_OK;
}
