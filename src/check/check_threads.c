// SPDX-License-Identifier: MIT
// Parts of a check: an instance does the same alone, by turns with another one, and while other
// threads step other instances. See check_parts.h.
#include "check/check_parts.h"
#include "check/check_trace.h"

#include <pthread.h>

#define TURN_CALLS  150
#define NUM_THREADS 4
#define NUM_ROUNDS  12

static const uint64_t seed_a = 1234, seed_b = 987654321;

// --- two instances by turns --------------------------------------------------------------------

static bool run_alone(ppo_check_child *c, ppo_trace *trace, uint64_t seed, uint64_t stream)
{
    ppo_probe p;
    const bool done = ppo_probe_open(&p, c) && ppo_trace_run(trace, &p, &seed, stream, TURN_CALLS);
    ppo_probe_close(&p);
    return done;
}

static bool run_by_turns(ppo_check_child *c, ppo_trace *a, ppo_trace *b)
{
    ppo_probe p, q;
    bool going = ppo_probe_open(&p, c);
    going = ppo_probe_open(&q, c) && going;
    going = going && ppo_trace_run(a, &p, &seed_a, 1, 1) && ppo_trace_run(b, &q, &seed_b, 2, 1);
    while (going && a->count < TURN_CALLS)
        going = ppo_trace_next(a, &p, 1) && ppo_trace_next(b, &q, 2);
    ppo_probe_close(&q);
    ppo_probe_close(&p);
    return going;
}

void ppo_check_interleaved(ppo_check_child *c)
{
    static ppo_trace alone[2], by_turns[2];
    char text[96];
    if (ppo_trace_repeats(c, seed_a, 1, TURN_CALLS) && run_alone(c, &alone[0], seed_a, 1) &&
        run_alone(c, &alone[1], seed_b, 2) && run_by_turns(c, &by_turns[0], &by_turns[1]) &&
        (ppo_trace_difference(text, sizeof text, &alone[0], &by_turns[0]) ||
         ppo_trace_difference(text, sizeof text, &alone[1], &by_turns[1])))
        ppo_check_add_finding(
            c, PPO_FINDING_SHARED_STATE,
            "an instance alone and by turns with another: %s; is there a static variable?", text);
}

// --- several threads at once -------------------------------------------------------------------

typedef struct ppo_check_thread {
    pthread_barrier_t *barrier;
    ppo_probe probe;
    uint64_t number;
    ppo_trace alone, together;
    bool has_failed, differs;
    char text[96]; // how it differs
} ppo_check_thread;

// Steps one instance again and again from the same seed, beginning each round with the others.
static void *run_thread(void *context)
{
    ppo_check_thread *t = context;
    const uint64_t seed = seed_a + t->number;
    for (int round = 0; round < NUM_ROUNDS; round++) {
        pthread_barrier_wait(t->barrier);
        if (t->has_failed || t->differs)
            continue;
        t->has_failed = !ppo_trace_run(&t->together, &t->probe, &seed, t->number, PPO_TRACE_CALLS);
        t->differs = !t->has_failed &&
                     ppo_trace_difference(t->text, sizeof t->text, &t->alone, &t->together);
    }
    return NULL;
}

static void run_threads(ppo_check_thread *threads)
{
    static pthread_barrier_t barrier; // outlives this call if not all threads start
    pthread_t ids[NUM_THREADS];
    pthread_barrier_init(&barrier, NULL, NUM_THREADS);
    for (size_t i = 0; i < NUM_THREADS; i++) {
        threads[i].barrier = &barrier;
        if (pthread_create(&ids[i], NULL, run_thread, &threads[i]) != 0)
            return; // those that run wait at the barrier until the process ends, after this part
    }
    for (size_t i = 0; i < NUM_THREADS; i++)
        pthread_join(ids[i], NULL);
    pthread_barrier_destroy(&barrier);
}

// Records what a thread's instance does alone; false if the same seed doesn't repeat it.
static bool record_alone(ppo_check_thread *t)
{
    const uint64_t seed = seed_a + t->number;
    return ppo_trace_run(&t->alone, &t->probe, &seed, t->number, PPO_TRACE_CALLS) &&
           ppo_trace_run(&t->together, &t->probe, &seed, t->number, PPO_TRACE_CALLS) &&
           !ppo_trace_difference(t->text, sizeof t->text, &t->alone, &t->together);
}

void ppo_check_threads(ppo_check_child *c)
{
    static ppo_check_thread threads[NUM_THREADS];
    size_t num_opened = 0;
    bool ready = ppo_trace_repeats(c, seed_a, 1, TURN_CALLS);
    while (ready && num_opened < NUM_THREADS) {
        ppo_check_thread *t = &threads[num_opened];
        t->number = num_opened++;
        ready = ppo_probe_open(&t->probe, c) && record_alone(t);
    }
    if (ready)
        run_threads(threads);
    for (size_t i = 0; ready && i < NUM_THREADS; i++)
        if (threads[i].differs)
            ppo_check_add_finding(c, PPO_FINDING_THREADS_DISAGREE, "%d threads: %s", NUM_THREADS,
                                  threads[i].text);
    for (size_t i = 0; i < num_opened; i++)
        ppo_probe_close(&threads[i].probe);
}
