// SPDX-License-Identifier: MIT
// A part of a check: a run that is saved and continued by another instance goes on as if it had not
// been interrupted. See check_parts.h.
#include "check/check_parts.h"
#include "check/check_trace.h"

#include <string.h>

#define CALLS_AFTER 100 // that follow the saved state

static const uint64_t seed_a = 4321, seed_b = 555;

// A run at the point where it is saved, with what the host knows of it besides.
typedef struct ppo_saved_run {
    ppo_guarded_buffer state, state_again; // saved twice
    ppo_transition transition;
    uint32_t episode, step, length;
    ppo_trace before; // up to this point
    ppo_trace whole;  // and beyond, uninterrupted
} ppo_saved_run;

static void save(ppo_check_child *c, ppo_probe *p, ppo_saved_run *run)
{
    memset(run->state.data, PPO_CHECK_FILL_1, run->state.size);
    memset(run->state_again.data, PPO_CHECK_FILL_2, run->state_again.size);
    ppo_probe_save(p, run->state.data);
    ppo_probe_save(p, run->state_again.data);
    if (!ppo_guarded_verify(&run->state) || !ppo_guarded_verify(&run->state_again))
        ppo_check_add_finding(c, PPO_FINDING_PAST_STATE, "state_size is %zu", run->state.size);
    const size_t i =
        ppo_check_first_unwritten(run->state.data, run->state_again.data, run->state.size);
    if (i < run->state.size)
        ppo_check_add_finding(c, PPO_FINDING_STATE_NOT_WRITTEN, "byte %zu of %zu", i,
                              run->state.size);
    run->transition = *ppo_probe_transition(p);
    run->episode = p->episode;
    run->step = p->step;
    run->length = p->length;
}

// Continues the saved run on another instance, which is in the middle of a run of its own. The
// state is passed in memory that is unmapped afterwards, so that the instance can't point into it.
static bool continue_saved(ppo_probe *p, const ppo_saved_run *run, ppo_trace *trace, size_t at)
{
    ppo_guarded_buffer copy;
    if (!ppo_guarded_create(&copy, run->state.size, PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_STATE))
        return false;
    memcpy(copy.data, run->state.data, copy.size);
    const bool is_loaded = ppo_probe_load(p, copy.data);
    ppo_guarded_destroy(&copy);
    memcpy(p->transition.data, &run->transition, sizeof run->transition);
    p->episode = run->episode;
    p->step = run->step;
    p->length = run->length;
    *trace = run->before;
    return is_loaded && ppo_trace_run(trace, p, NULL, 1, at + CALLS_AFTER);
}

// Saves after `at` calls, and compares the continued run with the uninterrupted one.
static void try_saving_at(ppo_check_child *c, ppo_saved_run *run, size_t at)
{
    static ppo_trace continued;
    char text[96];
    ppo_probe first, second;
    // Both are open at once, so that their memory differs; the first is closed before the second
    // continues its run, so that pointers into the first are found.
    bool going = ppo_probe_open(&first, c);
    going = ppo_probe_open(&second, c) && going;
    going = going && ppo_trace_run(&continued, &second, &seed_b, 2, 7) &&
            ppo_trace_run(&run->before, &first, &seed_a, 1, at);
    if (going) {
        save(c, &first, run);
        run->whole = run->before;
        going = ppo_trace_run(&run->whole, &first, NULL, 1, at + CALLS_AFTER);
    }
    ppo_probe_close(&first);
    going = going && continue_saved(&second, run, &continued, at);
    ppo_probe_close(&second);
    if (going && ppo_trace_difference(text, sizeof text, &run->whole, &continued))
        ppo_check_add_finding(c, PPO_FINDING_STATE_NOT_REPLAYING, "saved after %zu calls: %s", at,
                              text);
}

void ppo_check_state(ppo_check_child *c)
{
    static const size_t points[] = {1, 2, 13, 60};
    static ppo_saved_run run;
    const size_t size = c->env->state_size;
    if (size == 0) {
        ppo_check_add_finding(c, PPO_FINDING_NO_STATE, "state_size is 0");
        return;
    }
    if (ppo_guarded_create(&run.state, size, PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_STATE) &&
        ppo_guarded_create(&run.state_again, size, PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_STATE) &&
        ppo_trace_repeats(c, seed_a, 1, CALLS_AFTER))
        for (size_t i = 0; i < sizeof points / sizeof *points; i++)
            try_saving_at(c, &run, points[i]);
    ppo_guarded_destroy(&run.state);
    ppo_guarded_destroy(&run.state_again);
}
