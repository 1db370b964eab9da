// SPDX-License-Identifier: MIT
// The check of an environment: its table here, then each part in a child process that is watched.
// See ppo/check.h. Owns the children while they run. Not here: what is looked for (check_parts.c).
#include "ppo/check.h"

#include "core/clock.h"
#include "core/error.h"
#include "check/check_parts.h"
#include "env/class.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 20 // between looks at a child that says nothing

// A check under way.
typedef struct ppo_checker {
    const ppo_env_class *env;
    ppo_env_class room;
    ppo_check_options options;
    ppo_check_report *report;
    ppo_check_board *board; // shared with the child of the part under way
    void (*take)(void *context, const ppo_finding *finding);
    void *context;
    bool found[PPO_NUM_FINDINGS];
} ppo_checker;

// --- findings ----------------------------------------------------------------------------------

static const ppo_finding about[PPO_NUM_FINDINGS] = {
#define PPO_FINDING_ROW(kind, name, level, text) \
    {PPO_FINDING_##kind, PPO_LEVEL_##level, name, text},
    PPO_FINDING_LIST(PPO_FINDING_ROW)
#undef PPO_FINDING_ROW
};

ppo_finding ppo_finding_about(ppo_finding_kind kind)
{
    return about[kind];
}

const char *ppo_finding_level_name(ppo_finding_level level)
{
    return level == PPO_LEVEL_FAULT ? "fault" : level == PPO_LEVEL_WARNING ? "warning" : "note";
}

static void find(ppo_checker *k, ppo_finding_kind kind, const char *message)
{
    ppo_finding finding = about[kind];
    if (k->found[kind])
        return;
    k->found[kind] = true;
    snprintf(finding.message, sizeof finding.message, "%s", message);
    k->report->faults += finding.level == PPO_LEVEL_FAULT;
    k->report->warnings += finding.level == PPO_LEVEL_WARNING;
    k->report->notes += finding.level == PPO_LEVEL_NOTE;
    if (k->take)
        k->take(k->context, &finding);
}

// --- the table ---------------------------------------------------------------------------------

// False if its functions must not be called.
static bool check_table(ppo_checker *k, const ppo_env_class *env)
{
    ppo_error said = {.status = PPO_OK, .message = ""};
    if (ppo_env_class_check(env, &said) == PPO_OK)
        return true;
    const ppo_finding_kind kind =
        !env                                          ? PPO_FINDING_BAD_TABLE
        : env->abi_version != PPO_ENV_ABI_VERSION     ? PPO_FINDING_ABI_VERSION
        : env->struct_size < PPO_ENV_CLASS_MIN_SIZE   ? PPO_FINDING_STRUCT_SIZE
        : !env->reset || !env->step                   ? PPO_FINDING_MISSING_FUNCTION
        : strstr(said.message, "go together") != NULL ? PPO_FINDING_MISSING_FUNCTION
        : strstr(said.message, " space: ") != NULL    ? PPO_FINDING_BAD_SPACE
                                                      : PPO_FINDING_BAD_TABLE;
    find(k, kind, said.message);
    return false;
}

// A size that no version of the table has had: it was not compiled from ours.
static void check_size(ppo_checker *k, const ppo_env_class *env)
{
    char text[128];
    if (env->struct_size <= 2 * sizeof *env && env->struct_size % sizeof(void *) == 0)
        return;
    snprintf(text, sizeof text, "struct_size is %u, a table has %zu bytes", env->struct_size,
             sizeof *env);
    find(k, PPO_FINDING_STRUCT_SIZE, text);
}

// --- a child -----------------------------------------------------------------------------------

// In the child. What the parent waits for is the last finding, which is none.
static void run_part(const ppo_checker *k, const ppo_check_part *part, int report, pid_t parent)
{
    static ppo_check_child child;
    const ppo_finding end = {.kind = PPO_NUM_FINDINGS};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    setpgid(0, 0); // with all that the environment may start
    child.options = k->options;
    child.board = k->board;
    child.report = report;
    ppo_check_child_init(&child, k->env);
    part->run(&child);
    _exit(write(report, &end, sizeof end) == sizeof end ? 0 : 1);
}

static const char *call_name(int call)
{
    static const char *const names[] = {"preparing", "init",        "reset",      "step",
                                        "step_many", "action_mask", "save_state", "load_state",
                                        "render",    "release"};
    return names[call >= 0 && call <= PPO_CALL_RELEASE ? call : 0];
}

// Where the child was, as far as it has told.
static void write_place(char *text, size_t size, const ppo_checker *k, const ppo_check_part *part)
{
    const int call = atomic_load(&k->board->call);
    const uint32_t episode = atomic_load(&k->board->episode), step = atomic_load(&k->board->step);
    if (step > 0)
        snprintf(text, size, "in %s, step %u of episode %u, while %s", call_name(call), step,
                 episode, part->doing);
    else
        snprintf(text, size, "in %s, while %s", call_name(call), part->doing);
}

static void find_death(ppo_checker *k, const ppo_check_part *part, int how)
{
    char place[128], text[256];
    const int touched = atomic_load(&k->board->touched);
    write_place(place, sizeof place, k, part);
    if (touched > 0) {
        snprintf(text, sizeof text, "far, %s: it ended with a crash there", place);
        find(k, (ppo_finding_kind)(touched - 1), text);
        return;
    }
    if (WIFSIGNALED(how))
        snprintf(text, sizeof text, "signal %d (%s) %s", WTERMSIG(how), strsignal(WTERMSIG(how)),
                 place);
    else
        snprintf(text, sizeof text, "it ended the process with code %d %s", WEXITSTATUS(how),
                 place);
    find(k, PPO_FINDING_CRASH, text);
}

// Takes what has been written so far; true once that was the end.
static bool take_findings(ppo_checker *k, int from)
{
    ppo_finding finding;
    while (read(from, &finding, sizeof finding) == sizeof finding) {
        if (finding.kind >= PPO_NUM_FINDINGS)
            return true;
        finding.message[sizeof finding.message - 1] = '\0';
        find(k, finding.kind, finding.message);
    }
    return false;
}

// How long a child has been in one call.
typedef struct ppo_check_watch {
    uint64_t calls;
    double since;
} ppo_check_watch;

static bool hangs(const ppo_checker *k, ppo_check_watch *watch)
{
    const uint64_t calls = atomic_load(&k->board->calls);
    const double now = ppo_clock_seconds();
    if (calls != watch->calls)
        *watch = (ppo_check_watch){.calls = calls, .since = now};
    return now - watch->since > k->options.timeout_s;
}

static void watch_child(ppo_checker *k, const ppo_check_part *part, pid_t id, int from)
{
    ppo_check_watch watch = {.since = ppo_clock_seconds()};
    char place[128], text[256];
    bool is_done = false, is_dead = false;
    int how = 0;
    while (!is_done && !is_dead) {
        struct pollfd look = {.fd = from, .events = POLLIN};
        poll(&look, 1, LOOK_MS);
        is_dead = waitpid(id, &how, WNOHANG) == id;
        is_done = take_findings(k, from);
        if (is_done || is_dead || !hangs(k, &watch))
            continue;
        write_place(place, sizeof place, k, part);
        snprintf(text, sizeof text, "nothing for %g s %s", k->options.timeout_s, place);
        find(k, PPO_FINDING_HANG, text);
        break;
    }
    if (is_dead && !is_done)
        find_death(k, part, how);
    if (!is_done)
        kill(-id, SIGKILL);
    if (is_dead)
        return;
    if (!is_done)
        kill(id, SIGKILL);
    while (waitpid(id, &how, 0) < 0 && errno == EINTR)
        ;
}

static ppo_status do_part(ppo_checker *k, const ppo_check_part *part, ppo_error *error)
{
    int ends[2];
    const pid_t parent = getpid();
    memset(k->board, 0, sizeof *k->board);
    if (pipe(ends) != 0)
        return ppo_fail(error, PPO_IO, "can't make a pipe: %s", strerror(errno));
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fflush(NULL); // or what lies in the buffers would be printed twice
    const pid_t id = fork();
    if (id == 0) {
        close(ends[0]);
        run_part(k, part, ends[1], parent);
    }
    close(ends[1]);
    if (id > 0)
        watch_child(k, part, id, ends[0]);
    close(ends[0]);
    k->report->calls += atomic_load(&k->board->calls);
    return id > 0 ? PPO_OK
                  : ppo_fail(error, PPO_NO_MEMORY, "can't start a process for the check: %s",
                             strerror(errno));
}

// --- all of it ---------------------------------------------------------------------------------

static ppo_status do_all(ppo_checker *k, ppo_error *error)
{
    for (size_t i = 0; i < ppo_num_check_parts; i++) {
        PPO_TRY(do_part(k, &ppo_check_parts[i], error));
        if (i == 0 && k->report->faults > 0) // it can't even be begun
            break;
    }
    if (k->env->reward_threshold == 0.0)
        find(k, PPO_FINDING_THRESHOLD_ZERO, "a mean return of 0 counts as solved");
    return PPO_OK;
}

ppo_status ppo_check_env(ppo_check_report *report, const ppo_env_class *env,
                         const ppo_check_options *options,
                         void (*take)(void *context, const ppo_finding *finding), void *context,
                         ppo_error *error)
{
    ppo_checker k = {.report = report, .take = take, .context = context};
    *report = (ppo_check_report){.faults = 0};
    if (options)
        k.options = *options;
    k.options.episodes = k.options.episodes ? k.options.episodes : 5;
    k.options.timeout_s = k.options.timeout_s > 0.0 ? k.options.timeout_s : 10.0;
    if (!check_table(&k, env))
        return PPO_OK;
    check_size(&k, env);
    k.env = ppo_env_class_whole(&k.room, env);
    void *board =
        mmap(NULL, sizeof *k.board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the check");
    k.board = board;
    const ppo_status status = do_all(&k, error);
    munmap(board, sizeof *k.board);
    return status;
}
