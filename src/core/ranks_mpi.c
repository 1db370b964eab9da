// SPDX-License-Identifier: MIT
// MPI as a transport. The only file that knows MPI; built once for each library that is installed.
//
// A thread besides the caller's sends a sign of life to the next rank, in a ring, and listens for
// the one before: so a rank that hangs is told from one that computes. That a rank has died is
// noticed by the launcher, which ends the others.
#include "core/ranks_module.h"

#include "core/error.h"

#include <mpi.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_PART     ((size_t)1 << 30) // bytes of one MPI message, which counts in int
#define MAX_MESSAGES 2
#define SPINS        64   // polls between two readings of the clock
#define SPIN_S       2e-4 // of polling before this thread sleeps between polls
#define NAP_S        20e-6
#define BEAT_S       0.25
#define ABORT_S      2

enum { BEAT, FAREWELL }; // what a sign of life says

typedef struct mpi_ranks {
    MPI_Comm work, beats;
    int rank, size;
    double timeout_s;
    char machine_before[MPI_MAX_PROCESSOR_NAME]; // of the rank before this one
    pthread_t thread;
    bool has_thread;
    atomic_bool leaving;
    atomic_bool silent; // the rank before this one has given no sign of life
} mpi_ranks;

// --- signs of life ------------------------------------------------------------------------------

// They go round in a ring.
static int rank_after(const mpi_ranks *m)
{
    return (m->rank + 1) % m->size;
}

static int rank_before(const mpi_ranks *m)
{
    return (m->rank + m->size - 1) % m->size;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void sleep_s(double seconds)
{
    const struct timespec time = {.tv_nsec = (long)(seconds * 1e9)};
    nanosleep(&time, NULL);
}

// Takes in all that has come from the rank before. True if it was the farewell.
static bool listen(const mpi_ranks *m, double *heard_at)
{
    const int before = rank_before(m);
    int is_there = 0;
    char word = BEAT;
    while (word != FAREWELL && MPI_Iprobe(before, 0, m->beats, &is_there, MPI_STATUS_IGNORE) == 0 &&
           is_there) {
        MPI_Recv(&word, 1, MPI_CHAR, before, 0, m->beats, MPI_STATUS_IGNORE);
        *heard_at = now_s();
    }
    return word == FAREWELL;
}

static void *give_signs(void *context)
{
    mpi_ranks *m = context;
    double heard_at = now_s(), woke_at = heard_at;
    bool has_left = false, has_sent = false;
    char word = BEAT;
    MPI_Request request = MPI_REQUEST_NULL;
    while (!has_left || !has_sent) {
        int is_free = 0;
        MPI_Test(&request, &is_free, MPI_STATUS_IGNORE);
        if (is_free && !has_sent) {
            word = atomic_load(&m->leaving) ? FAREWELL : BEAT;
            has_sent = word == FAREWELL;
            MPI_Isend(&word, 1, MPI_CHAR, rank_after(m), 0, m->beats, &request);
        }
        has_left = has_left || listen(m, &heard_at);
        const double now = now_s();
        if (now - woke_at > m->timeout_s / 2) // this process itself was stopped: that is no silence
            heard_at = now;
        woke_at = now;
        if (!has_left && now - heard_at > m->timeout_s) {
            atomic_store(&m->silent, true);
            return NULL;
        }
        for (double slept = 0; slept < BEAT_S && !(atomic_load(&m->leaving) && has_sent);
             slept += BEAT_S / 25)
            sleep_s(BEAT_S / 25);
        if (has_sent && !has_left)
            sleep_s(1e-3);
    }
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    return NULL;
}

// --- opening and closing ------------------------------------------------------------------------

static ppo_status fail_mpi(int code, const char *doing, ppo_error *error)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    return ppo_fail(error, PPO_RANK_LOST, "MPI failed %s: %.300s", doing, text);
}

static ppo_status open_mpi(void **context, uint32_t *rank, uint32_t *size, double timeout_s,
                           ppo_error *error)
{
    int is_running = 0, provided = MPI_THREAD_SINGLE;
    mpi_ranks *m = calloc(1, sizeof *m);
    if (!m)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for MPI");
    m->timeout_s = timeout_s;
    MPI_Initialized(&is_running);
    int code = is_running ? MPI_Query_thread(&provided)
                          : MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &provided);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_dup(MPI_COMM_WORLD, &m->work);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_dup(MPI_COMM_WORLD, &m->beats);
    if (code != MPI_SUCCESS) {
        free(m);
        return fail_mpi(code, "to start", error);
    }
    MPI_Comm_set_errhandler(m->work, MPI_ERRORS_RETURN);
    MPI_Comm_rank(m->work, &m->rank);
    MPI_Comm_size(m->work, &m->size);
    char machine[MPI_MAX_PROCESSOR_NAME] = "";
    int length = 0;
    MPI_Get_processor_name(machine, &length);
    MPI_Sendrecv(machine, sizeof machine, MPI_CHAR, rank_after(m), 0, m->machine_before,
                 sizeof machine, MPI_CHAR, rank_before(m), 0, m->work, MPI_STATUS_IGNORE);
    if (provided == MPI_THREAD_MULTIPLE && m->size > 1 && timeout_s > 0.0)
        m->has_thread = pthread_create(&m->thread, NULL, give_signs, m) == 0;
    *context = m;
    *rank = (uint32_t)m->rank;
    *size = (uint32_t)m->size;
    return PPO_OK;
}

static void close_mpi(void *context)
{
    mpi_ranks *m = context;
    atomic_store(&m->leaving, true);
    if (m->has_thread)
        pthread_join(m->thread, NULL);
    MPI_Comm_free(&m->work);
    MPI_Comm_free(&m->beats);
    MPI_Finalize();
    free(m);
}

// MPI may wait in this for a rank that hangs. Then the alarm ends this process, and its launcher
// the others.
static void abort_mpi(void *context, int code)
{
    signal(SIGTERM, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    alarm(ABORT_S);
    MPI_Abort(((mpi_ranks *)context)->work, code);
}

// --- messages -----------------------------------------------------------------------------------

static ppo_status fail_silent(const mpi_ranks *m, ppo_error *error)
{
    return ppo_fail(error, PPO_RANK_LOST,
                    "rank %d on %.64s has given no sign of life for %g s; the last checkpoint "
                    "stands, and the same command goes on from it",
                    rank_before(m), m->machine_before, m->timeout_s);
}

// Polls. A message is a few microseconds away, the end of another rank's part of a minibatch some
// tens, while a rank that evaluates may be seconds away: so this sleeps after a while. It never
// yields: where cores are short, others would have this one for milliseconds each time.
static ppo_status wait_for_all(const mpi_ranks *m, MPI_Request *requests, int count,
                               ppo_error *error)
{
    const double begin = now_s();
    bool sleeps = false;
    for (uint64_t polls = 1;; polls++) {
        int are_done = 0;
        MPI_Status statuses[2 * MAX_MESSAGES]; // gcc takes MPI_STATUSES_IGNORE for a bad address
        const int code = MPI_Testall(count, requests, &are_done, statuses);
        if (code != MPI_SUCCESS)
            return fail_mpi(code, "to exchange messages", error);
        if (are_done)
            return PPO_OK;
        if (atomic_load_explicit(&m->silent, memory_order_relaxed))
            return fail_silent(m, error);
        if (polls % SPINS == 0)
            sleeps = sleeps || now_s() - begin > SPIN_S;
        if (sleeps)
            sleep_s(NAP_S);
    }
}

// The bytes from `offset` on that one MPI message takes.
static int part_of(size_t bytes, size_t offset)
{
    const size_t left = bytes > offset ? bytes - offset : 0;
    return (int)(left < MAX_PART ? left : MAX_PART);
}

static ppo_status exchange_mpi(void *context, uint32_t partner, const ppo_message *messages,
                               size_t count, ppo_error *error)
{
    const mpi_ranks *m = context;
    bool is_rest = true;
    for (size_t offset = 0; is_rest; offset += MAX_PART) {
        MPI_Request requests[2 * MAX_MESSAGES];
        int num = 0, code = MPI_SUCCESS;
        is_rest = false;
        for (size_t i = 0; i < count && code == MPI_SUCCESS; i++) {
            const ppo_message *x = &messages[i];
            const int in = part_of(x->receive_bytes, offset), out = part_of(x->send_bytes, offset);
            if (in > 0)
                code = MPI_Irecv((char *)x->receive + offset, in, MPI_BYTE, (int)partner, (int)i,
                                 m->work, &requests[num++]);
            if (out > 0 && code == MPI_SUCCESS)
                code = MPI_Isend((const char *)x->send + offset, out, MPI_BYTE, (int)partner,
                                 (int)i, m->work, &requests[num++]);
            is_rest = is_rest || x->receive_bytes > offset + MAX_PART ||
                      x->send_bytes > offset + MAX_PART;
        }
        if (code != MPI_SUCCESS)
            return fail_mpi(code, "to send a message", error);
        PPO_TRY(wait_for_all(m, requests, num, error));
    }
    return PPO_OK;
}

PPO_MODULE_TABLE(ppo_ranks_module) = {
    .head = PPO_MODULE_HEAD(ppo_ranks_module, PPO_RANKS_ABI),
    .built_with = PPO_MPI_LIBRARY,
    .open = open_mpi,
    .transport = {.exchange = exchange_mpi, .abort = abort_mpi, .close = close_mpi}};
