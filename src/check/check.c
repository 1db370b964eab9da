// SPDX-License-Identifier: MIT
// The check of an environment (ppo/check.h): verifies the class table here, then runs each part
// (check_parts.h) in a child process and watches it. Owns the children and what it shares with
// them.
#include "ppo/check.h"

#include "check/check_parts.h"
#include "check/process_state.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/sized.h"
#include "env/class.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 20 // between looks at a child that reports no findings

static const struct {
    const char *activity; // for messages: "... while playing episodes"
    void (*run)(ppo_check_child *child);
} parts[] = {
    {"initialising and releasing", ppo_check_lifecycle},
    {"playing episodes", ppo_check_episodes},
    {"comparing seeds", ppo_check_seeds},
    {"running two instances in turns", ppo_check_interleaved},
    {"saving and loading", ppo_check_state},
    {"stepping many at once", ppo_check_step_many},
    {"drawing pictures", ppo_check_pictures},
    {"running several threads", ppo_check_threads},
};
enum { NUM_PARTS = sizeof parts / sizeof *parts };

typedef struct ppo_checker {
    const ppo_env_class *env;
    ppo_check_options options;
    ppo_check_report *report;
    ppo_check_progress *progress; // of the current child, shared with it
    void (*take)(void *context, const ppo_finding *finding);
    void *context;
    bool found[PPO_NUM_FINDINGS];
} ppo_checker;

// --- findings ----------------------------------------------------------------------------------

static const ppo_finding findings[PPO_NUM_FINDINGS] = {
#define PPO_FINDING_ROW(kind, name, level, meaning) \
    {PPO_FINDING_##kind, PPO_LEVEL_##level, name, meaning, ""},
    PPO_FINDING_LIST(PPO_FINDING_ROW)
#undef PPO_FINDING_ROW
};

const ppo_finding *ppo_finding_about(ppo_finding_kind kind)
{
    return (unsigned)kind < PPO_NUM_FINDINGS ? &findings[kind] : NULL;
}

const char *ppo_finding_level_name(ppo_finding_level level)
{
    return level == PPO_LEVEL_FAULT ? "fault" : level == PPO_LEVEL_WARNING ? "warning" : "note";
}

static void add_finding(ppo_checker *k, ppo_finding_kind kind, const char *message)
{
    ppo_finding finding = findings[kind];
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

// --- the class table ---------------------------------------------------------------------------

// False if the class's functions must not be called.
static bool check_table(ppo_checker *k, const ppo_env_class *env)
{
    static const ppo_finding_kind kinds[] = {
        [PPO_CLASS_ABI_VERSION] = PPO_FINDING_ABI_VERSION,
        [PPO_CLASS_STRUCT_SIZE] = PPO_FINDING_STRUCT_SIZE,
        [PPO_CLASS_MISSING_FUNCTION] = PPO_FINDING_MISSING_FUNCTION,
        [PPO_CLASS_BAD_SPACE] = PPO_FINDING_BAD_SPACE,
        [PPO_CLASS_BAD_TABLE] = PPO_FINDING_BAD_TABLE,
    };
    ppo_error error = {.status = PPO_OK, .message = ""};
    const ppo_class_fault fault = ppo_env_class_fault(env, &error);
    if (fault != PPO_CLASS_VALID) {
        add_finding(k, kinds[fault], error.message);
        return false;
    }
    // Sizes that no version of the table has had are an uninitialised or foreign struct.
    if (env->struct_size > 2 * sizeof *env || env->struct_size % sizeof(void *) != 0) {
        char text[128];
        snprintf(text, sizeof text, "struct_size is %u, a table has %zu bytes", env->struct_size,
                 sizeof *env);
        add_finding(k, PPO_FINDING_STRUCT_SIZE, text);
    }
    return true;
}

// --- the child process -------------------------------------------------------------------------

// Runs a part in the child, compares the state of the process before and after, and ends the
// process. The end of the findings is marked by one of no kind.
static void run_part(const ppo_checker *k, size_t part, int pipe_end, pid_t parent)
{
    static ppo_check_child child;
    static ppo_process_state before, after;
    char text[128];
    const ppo_finding end = {.kind = PPO_NUM_FINDINGS};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    setpgid(0, 0); // a group with all processes that the environment may start
    child.options = k->options;
    child.progress = k->progress;
    child.findings = pipe_end;
    ppo_check_child_init(&child, k->env);
    ppo_process_state_read(&before);
    parts[part].run(&child);
    ppo_process_state_read(&after);
    if (ppo_process_state_differs(text, sizeof text, &before, &after))
        ppo_check_add_finding(&child, PPO_FINDING_CHANGES_PROCESS, "%s, after %s", text,
                              parts[part].activity);
    const size_t opened = ppo_process_state_opened(&before, &after);
    if (opened > 0 && !ppo_env_class_extension(k->env)->has_processes) // those are kept for reuse
        ppo_check_add_finding(&child, PPO_FINDING_LEAKS_DESCRIPTORS, "%zu, after %s", opened,
                              parts[part].activity);
    _exit(write(pipe_end, &end, sizeof end) == sizeof end ? 0 : 1);
}

// --- watching it -------------------------------------------------------------------------------

// Writes the child's last call, "in step, step 9 of episode 2, while playing episodes".
static void describe_place(char *text, size_t size, const ppo_checker *k, size_t part)
{
    static const char *const names[] = {"preparing", "init",        "reset",      "step",
                                        "step_many", "action_mask", "save_state", "load_state",
                                        "render",    "release"};
    const int call = atomic_load(&k->progress->call);
    const char *name = names[call >= 0 && call <= PPO_CALL_RELEASE ? call : PPO_CALL_NONE];
    const uint32_t step = atomic_load(&k->progress->step);
    if (step > 0)
        snprintf(text, size, "in %s, step %u of episode %u, while %s", name, step,
                 atomic_load(&k->progress->episode), parts[part].activity);
    else
        snprintf(text, size, "in %s, while %s", name, parts[part].activity);
}

// Reports how a child ended that did not reach its end.
static void add_crash(ppo_checker *k, size_t part, int wait_status)
{
    char place[128], text[256];
    ppo_finding_kind kind = PPO_FINDING_CRASH;
    const int overrun = atomic_load(&k->progress->overrun);
    describe_place(place, sizeof place, k, part);
    if (overrun > 0 && overrun <= PPO_NUM_FINDINGS) {
        kind = (ppo_finding_kind)(overrun - 1);
        snprintf(text, sizeof text, "a guard page was hit, %s", place);
    } else if (WIFSIGNALED(wait_status)) {
        snprintf(text, sizeof text, "signal %d (%s) %s", WTERMSIG(wait_status),
                 strsignal(WTERMSIG(wait_status)), place);
    } else {
        snprintf(text, sizeof text, "the process exited with code %d %s", WEXITSTATUS(wait_status),
                 place);
    }
    add_finding(k, kind, text);
}

// Reads the findings written so far; true if the end was among them.
static bool read_findings(ppo_checker *k, int pipe_end)
{
    ppo_finding finding;
    while (read(pipe_end, &finding, sizeof finding) == sizeof finding) {
        if (finding.kind >= PPO_NUM_FINDINGS)
            return true;
        finding.message[sizeof finding.message - 1] = '\0';
        add_finding(k, finding.kind, finding.message);
    }
    return false;
}

// Waits until the child has reached its end, has died, or has spent timeout_s in one call; then
// ends it and what it has started.
static void watch_child(ppo_checker *k, size_t part, pid_t id, int pipe_end)
{
    uint64_t calls = 0;
    double call_began = ppo_clock_seconds();
    bool is_done = false, is_dead = false;
    int wait_status = 0;
    while (!is_done && !is_dead) {
        struct pollfd ready = {.fd = pipe_end, .events = POLLIN};
        poll(&ready, 1, POLL_MS);
        is_dead = waitpid(id, &wait_status, WNOHANG) == id;
        is_done = read_findings(k, pipe_end);
        const uint64_t calls_now = atomic_load(&k->progress->calls);
        const double now = ppo_clock_seconds();
        if (calls_now != calls) {
            calls = calls_now;
            call_began = now;
        }
        if (!is_done && !is_dead && now - call_began > k->options.timeout_s) {
            char place[128], text[256];
            describe_place(place, sizeof place, k, part);
            snprintf(text, sizeof text, "no return within %g s %s", k->options.timeout_s, place);
            add_finding(k, PPO_FINDING_HANG, text);
            break;
        }
    }
    if (is_dead && !is_done)
        add_crash(k, part, wait_status);
    if (!is_done)
        kill(-id, SIGKILL);
    if (is_dead)
        return;
    if (!is_done)
        kill(id, SIGKILL); // it may have left its group
    while (waitpid(id, &wait_status, 0) < 0 && errno == EINTR)
        ;
}

static ppo_status do_part(ppo_checker *k, size_t part, ppo_error *error)
{
    int ends[2];
    const pid_t parent = getpid();
    memset(k->progress, 0, sizeof *k->progress);
    if (pipe(ends) != 0)
        return ppo_fail(error, PPO_IO, "can't make a pipe: %s", strerror(errno));
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fflush(NULL); // or the child would print buffered text a second time
    const pid_t id = fork();
    if (id == 0) {
        close(ends[0]);
        run_part(k, part, ends[1], parent);
    }
    const int fork_errno = errno;
    close(ends[1]);
    if (id > 0)
        watch_child(k, part, id, ends[0]);
    close(ends[0]);
    k->report->calls += atomic_load(&k->progress->calls);
    return id > 0 ? PPO_OK
                  : ppo_fail(error, PPO_NO_MEMORY, "can't start a process for the check: %s",
                             strerror(fork_errno));
}

// --- the whole check ---------------------------------------------------------------------------

ppo_status ppo_check_env(ppo_check_report *report, const ppo_env_class *env,
                         const ppo_check_options *options,
                         void (*take)(void *context, const ppo_finding *finding), void *context,
                         ppo_error *error)
{
    ppo_checker k = {.report = report, .take = take, .context = context};
    ppo_env_class copy;
    *report = (ppo_check_report){.faults = 0};
    PPO_TRY(ppo_sized_read(&k.options, sizeof k.options, sizeof k.options, options,
                           "ppo_check_options", error));
    if (k.options.episodes == 0)
        k.options.episodes = 5;
    if (!(k.options.timeout_s > 0.0))
        k.options.timeout_s = 10.0;
    if (!check_table(&k, env))
        return PPO_OK;
    k.env = ppo_env_class_whole(&copy, env);
    void *shared =
        mmap(NULL, sizeof *k.progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the check");
    k.progress = shared;
    ppo_status status = PPO_OK;
    for (size_t i = 0; i < NUM_PARTS && status == PPO_OK; i++) {
        status = do_part(&k, i, error);
        if (i == 0 && report->faults > 0) // without init, no other part can run
            break;
    }
    munmap(shared, sizeof *k.progress);
    if (status == PPO_OK && k.env->reward_threshold == 0.0)
        add_finding(&k, PPO_FINDING_THRESHOLD_ZERO, "a mean return of 0 counts as solved");
    return status;
}
