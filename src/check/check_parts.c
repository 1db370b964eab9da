// SPDX-License-Identifier: MIT
// Episodes, seeds, neighbours, threads: see check_parts.h.
//
// Workload: some thousand calls each, which is a moment for all but the slowest environments. Owns
// the memory of its traces while it runs. State, step_many and pictures: check_state.c.
#include "check/check_parts.h"

#include <pthread.h>
#include <stdlib.h>

#define MAX_STEPS   2000 // of an episode that is played
#define SEED_CALLS  150
#define SHORT_CALLS 40
#define NUM_SEEDS   8
#define NUM_THREADS 4
#define NUM_ROUNDS  12

// Two seeds that have nothing in common.
static const uint64_t seed_a = 1234, seed_b = 987654321;

static ppo_trace *new_trace(void)
{
    ppo_trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        abort();
    return trace;
}

// --- life and episodes -------------------------------------------------------------------------

static void live_and_die(ppo_check_child *c)
{
    ppo_probe p;
    ppo_probe_open(&p, c);
    ppo_probe_close(&p);
}

// What a number of episodes has shown.
typedef struct ppo_sight {
    bool has_ended, has_changed;
    uint64_t first_obs, steps;
} ppo_sight;

static bool play_episode(ppo_probe *p, ppo_sight *sight, const uint64_t *seed, uint64_t stream)
{
    if (!ppo_probe_reset(p, seed))
        return false;
    sight->first_obs = ppo_check_hash(p->obs.data, p->obs.size);
    for (uint32_t step = 0; step < MAX_STEPS; step++) {
        ppo_probe_draw_action(p, stream, step);
        if (!ppo_probe_step(p))
            return false;
        sight->steps++;
        if (ppo_check_hash(p->obs.data, p->obs.size) != sight->first_obs)
            sight->has_changed = true;
        if (ppo_probe_has_ended(p)) {
            sight->has_ended = true;
            break;
        }
    }
    return true;
}

static void play(ppo_check_child *c)
{
    ppo_sight sight = {.steps = 0};
    ppo_probe p;
    bool going = ppo_probe_open(&p, c);
    for (uint32_t e = 0; going && e < c->options.episodes; e++)
        going = play_episode(&p, &sight, e == 0 ? &c->options.seed : NULL, e);
    ppo_probe_close(&p);
    if (going && !sight.has_ended && c->env->max_episode_steps == 0)
        ppo_check_find(c, PPO_FINDING_NEVER_ENDS,
                       "%u episodes of %d steps; max_episode_steps sets a limit",
                       c->options.episodes, MAX_STEPS);
    if (going && !sight.has_changed && sight.steps >= 10)
        ppo_check_find(c, PPO_FINDING_OBS_CONSTANT, "in %llu steps",
                       (unsigned long long)sight.steps);
}

// --- seeds -------------------------------------------------------------------------------------

// A trace of its own after a reset; seed NULL: without one.
static bool begin_trace(ppo_trace *trace, ppo_probe *p, const uint64_t *seed, uint64_t stream,
                        size_t count)
{
    trace->count = trace->num_resets = 0;
    if (!ppo_probe_reset(p, seed))
        return false;
    ppo_trace_add(trace, p);
    return ppo_trace_run(trace, p, NULL, stream, count);
}

// The same of a fresh instance. In its middle a reset without seed, wherever the episode is.
static bool trace_fresh(ppo_check_child *c, ppo_trace *trace, uint64_t seed, uint64_t stream,
                        size_t count)
{
    ppo_probe p;
    const bool done = ppo_probe_open(&p, c) && ppo_trace_run(trace, &p, &seed, stream, count / 2) &&
                      ppo_probe_reset(&p, NULL) &&
                      (ppo_trace_add(trace, &p), ppo_trace_run(trace, &p, NULL, stream, count));
    ppo_probe_close(&p);
    return done;
}

bool ppo_check_repeats(ppo_check_child *c, ppo_trace *trace, uint64_t seed, uint64_t stream,
                       size_t count)
{
    char text[96];
    ppo_trace *again = new_trace();
    const bool same = trace_fresh(c, trace, seed, stream, count) &&
                      trace_fresh(c, again, seed, stream, count) &&
                      !ppo_trace_difference(text, sizeof text, trace, again);
    free(again);
    return same;
}

static bool compare_equal_seeds(ppo_check_child *c, ppo_trace *one, ppo_trace *other)
{
    char text[96];
    if (!trace_fresh(c, one, seed_a, 1, SEED_CALLS) ||
        !trace_fresh(c, other, seed_a, 1, SEED_CALLS))
        return false;
    const ppo_trace_call *call = ppo_trace_difference(text, sizeof text, one, other);
    if (!call)
        return true;
    const ppo_finding_kind kind = call->episode > 1 ? PPO_FINDING_STREAM_NOT_REPEATING
                                  : call->step == 0 ? PPO_FINDING_RESET_NOT_REPEATING
                                                    : PPO_FINDING_STEPS_NOT_REPEATING;
    ppo_check_find(c, kind, "two fresh instances with seed %llu: %s", (unsigned long long)seed_a,
                   text);
    return false;
}

// The instance that has played must begin like one that hasn't.
static bool compare_used(ppo_check_child *c, ppo_probe *p, ppo_trace *one, ppo_trace *other)
{
    char text[96];
    if (!begin_trace(one, p, &seed_a, 1, SEED_CALLS) ||
        !begin_trace(other, p, &seed_b, 2, SEED_CALLS) ||
        !begin_trace(other, p, &seed_a, 1, SEED_CALLS))
        return false;
    if (ppo_trace_difference(text, sizeof text, one, other))
        ppo_check_find(c, PPO_FINDING_SEED_NOT_RESTARTING, "%s, after %d calls", text, SEED_CALLS);
    return true;
}

// Other seeds, and no seed at all, are to give other episodes.
static bool compare_unequal_seeds(ppo_check_child *c, ppo_probe *p, ppo_trace *one,
                                  ppo_trace *other)
{
    char text[96];
    bool matters = false, restarts = true;
    if (!begin_trace(one, p, &seed_a, 1, SHORT_CALLS))
        return false;
    for (int k = 0; k < NUM_SEEDS; k++) { // what `one` is compared with follows from the seed
        if (!begin_trace(other, p, NULL, 1, SHORT_CALLS))
            return false;
        restarts = restarts && !ppo_trace_difference(text, sizeof text, one, other);
    }
    for (uint64_t k = 1; k <= NUM_SEEDS; k++) {
        const uint64_t seed = seed_a + k * 7919;
        if (!begin_trace(other, p, &seed, 1, SHORT_CALLS))
            return false;
        matters = matters || ppo_trace_difference(text, sizeof text, one, other);
    }
    if (!matters)
        ppo_check_find(c, PPO_FINDING_SEEDS_IGNORED, "%d seeds, %d calls each: all the same",
                       NUM_SEEDS + 1, SHORT_CALLS);
    else if (restarts)
        ppo_check_find(c, PPO_FINDING_STREAM_RESTARTS,
                       "%d episodes in a row begin like that of the last seed", NUM_SEEDS);
    return true;
}

static void try_seeds(ppo_check_child *c)
{
    ppo_trace *one = new_trace(), *other = new_trace();
    ppo_probe p;
    if (compare_equal_seeds(c, one, other) && ppo_probe_open(&p, c)) {
        if (compare_used(c, &p, one, other))
            compare_unequal_seeds(c, &p, one, other);
        ppo_probe_close(&p);
    }
    free(one);
    free(other);
}

// --- neighbours --------------------------------------------------------------------------------

// Two instances whose calls take turns.
static bool take_turns(ppo_check_child *c, ppo_trace *a, ppo_trace *b, size_t count)
{
    ppo_probe p, q;
    bool going = ppo_probe_open(&p, c);
    going = ppo_probe_open(&q, c) && going;
    going = going && ppo_trace_run(a, &p, &seed_a, 1, 1) && ppo_trace_run(b, &q, &seed_b, 2, 1);
    while (going && a->count < count)
        going = ppo_trace_next(a, &p, 1) && ppo_trace_next(b, &q, 2);
    ppo_probe_close(&q);
    ppo_probe_close(&p);
    return going;
}

static bool run_alone(ppo_check_child *c, ppo_trace *trace, uint64_t seed, uint64_t stream,
                      size_t count)
{
    ppo_probe p;
    const bool done = ppo_probe_open(&p, c) && ppo_trace_run(trace, &p, &seed, stream, count);
    ppo_probe_close(&p);
    return done;
}

static void try_neighbours(ppo_check_child *c)
{
    ppo_trace *trace[4] = {new_trace(), new_trace(), new_trace(), new_trace()};
    char text[96];
    if (ppo_check_repeats(c, trace[0], seed_a, 1, SEED_CALLS) &&
        run_alone(c, trace[0], seed_a, 1, SEED_CALLS) &&
        run_alone(c, trace[1], seed_b, 2, SEED_CALLS) &&
        take_turns(c, trace[2], trace[3], SEED_CALLS) &&
        (ppo_trace_difference(text, sizeof text, trace[0], trace[2]) ||
         ppo_trace_difference(text, sizeof text, trace[1], trace[3])))
        ppo_check_find(c, PPO_FINDING_SHARED_STATE,
                       "an instance alone and one beside another: %s; is there a static variable?",
                       text);
    for (size_t i = 0; i < 4; i++)
        free(trace[i]);
}

// --- threads -----------------------------------------------------------------------------------

typedef struct ppo_check_thread {
    ppo_check_child *child;
    pthread_barrier_t *barrier;
    ppo_probe probe;
    uint64_t number;
    ppo_trace *alone, *together;
    bool is_well, differs;
    char text[96];
} ppo_check_thread;

static void *run_thread(void *context)
{
    ppo_check_thread *t = context;
    const uint64_t seed = seed_a + t->number;
    for (int round = 0; round < NUM_ROUNDS; round++) {
        pthread_barrier_wait(t->barrier);
        t->is_well =
            t->is_well && ppo_trace_run(t->together, &t->probe, &seed, t->number, PPO_TRACE_CALLS);
        if (t->is_well && !t->differs)
            t->differs = ppo_trace_difference(t->text, sizeof t->text, t->alone, t->together);
    }
    return NULL;
}

static void run_threads(ppo_check_thread *threads)
{
    pthread_barrier_t barrier;
    pthread_t ids[NUM_THREADS];
    size_t started = 0;
    pthread_barrier_init(&barrier, NULL, NUM_THREADS);
    for (; started < NUM_THREADS; started++) {
        threads[started].barrier = &barrier;
        if (pthread_create(&ids[started], NULL, run_thread, &threads[started]) != 0)
            return; // the process ends after this part, and the threads with it
    }
    for (size_t i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    pthread_barrier_destroy(&barrier);
}

// Notes what the instance does alone; false if a seed doesn't bring that back, which is another
// fault.
static bool runs_again(ppo_check_thread *t)
{
    const uint64_t seed = seed_a + t->number;
    return ppo_trace_run(t->alone, &t->probe, &seed, t->number, PPO_TRACE_CALLS) &&
           ppo_trace_run(t->together, &t->probe, &seed, t->number, PPO_TRACE_CALLS) &&
           !ppo_trace_difference(t->text, sizeof t->text, t->alone, t->together);
}

static void try_threads(ppo_check_child *c)
{
    static ppo_check_thread threads[NUM_THREADS];
    bool ready = true;
    ppo_trace *trace = new_trace();
    ready = ppo_check_repeats(c, trace, seed_a, 1, SEED_CALLS);
    free(trace);
    for (size_t i = 0; ready && i < NUM_THREADS; i++) {
        ppo_check_thread *t = &threads[i];
        *t = (ppo_check_thread){.child = c,
                                .number = i,
                                .alone = new_trace(),
                                .together = new_trace(),
                                .is_well = true};
        ready = ppo_probe_open(&t->probe, c) && runs_again(t);
    }
    if (ready)
        run_threads(threads);
    for (size_t i = 0; ready && i < NUM_THREADS; i++)
        if (threads[i].differs)
            ppo_check_find(c, PPO_FINDING_THREADS_DISAGREE, "%d threads: %s", NUM_THREADS,
                           threads[i].text);
    for (size_t i = 0; i < NUM_THREADS; i++) {
        if (threads[i].probe.child)
            ppo_probe_close(&threads[i].probe);
        free(threads[i].alone);
        free(threads[i].together);
    }
}

// --- all of them -------------------------------------------------------------------------------

const ppo_check_part ppo_check_parts[] = {
    {"initialising and releasing", live_and_die},
    {"playing episodes", play},
    {"comparing seeds", try_seeds},
    {"running two instances in turns", try_neighbours},
    {"saving and loading", ppo_check_state},
    {"stepping many at once", ppo_check_many},
    {"drawing pictures", ppo_check_pictures},
    {"running several threads", try_threads},
};
const size_t ppo_num_check_parts = sizeof ppo_check_parts / sizeof *ppo_check_parts;
