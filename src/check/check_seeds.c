// SPDX-License-Identifier: MIT
// A part of a check: equal seeds give equal runs, on fresh instances and on used ones; unequal
// seeds, and resets without seed, give unequal ones. See check_parts.h.
#include "check/check_parts.h"
#include "check/check_trace.h"

#define LONG_CALLS  150
#define SHORT_CALLS 40
#define NUM_SEEDS   8

// Two unrelated seeds.
static const uint64_t seed_a = 1234, seed_b = 987654321;

// What the comparisons write, of a child process.
static ppo_trace one, other;

static bool compare_equal_seeds(ppo_check_child *c)
{
    char text[96];
    if (!ppo_trace_fresh(&one, c, seed_a, 1, LONG_CALLS) ||
        !ppo_trace_fresh(&other, c, seed_a, 1, LONG_CALLS))
        return false;
    const ppo_trace_call *call = ppo_trace_difference(text, sizeof text, &one, &other);
    if (!call)
        return true;
    const ppo_finding_kind kind = call->episode > 1 ? PPO_FINDING_STREAM_NOT_REPEATING
                                  : call->step == 0 ? PPO_FINDING_RESET_NOT_REPEATING
                                                    : PPO_FINDING_STEPS_NOT_REPEATING;
    ppo_check_add_finding(c, kind, "two fresh instances with seed %llu: %s",
                          (unsigned long long)seed_a, text);
    return false;
}

// A used instance that is reset with a seed must behave like a fresh one.
static bool compare_used(ppo_check_child *c, ppo_probe *p)
{
    char text[96];
    if (!ppo_trace_restart(&one, p, &seed_a, 1, LONG_CALLS) ||
        !ppo_trace_restart(&other, p, &seed_b, 2, LONG_CALLS) ||
        !ppo_trace_restart(&other, p, &seed_a, 1, LONG_CALLS))
        return false;
    if (ppo_trace_difference(text, sizeof text, &one, &other))
        ppo_check_add_finding(c, PPO_FINDING_SEED_NOT_RESTARTING, "%s, after %d calls", text,
                              LONG_CALLS);
    return true;
}

// Other seeds, and no seed at all, must give other episodes.
static bool compare_unequal_seeds(ppo_check_child *c, ppo_probe *p)
{
    char text[96];
    bool seed_matters = false, stream_restarts = true;
    if (!ppo_trace_restart(&one, p, &seed_a, 1, SHORT_CALLS))
        return false;
    for (int k = 0; k < NUM_SEEDS; k++) {
        if (!ppo_trace_restart(&other, p, NULL, 1, SHORT_CALLS))
            return false;
        if (ppo_trace_difference(text, sizeof text, &one, &other))
            stream_restarts = false;
    }
    for (uint64_t k = 1; k <= NUM_SEEDS; k++) {
        const uint64_t seed = seed_a + k * 7919;
        if (!ppo_trace_restart(&other, p, &seed, 1, SHORT_CALLS))
            return false;
        if (ppo_trace_difference(text, sizeof text, &one, &other))
            seed_matters = true;
    }
    if (!seed_matters)
        ppo_check_add_finding(c, PPO_FINDING_SEEDS_IGNORED, "%d seeds, %d calls each: all the same",
                              NUM_SEEDS + 1, SHORT_CALLS);
    else if (stream_restarts)
        ppo_check_add_finding(c, PPO_FINDING_STREAM_RESTARTS,
                              "%d consecutive episodes begin like the one of the last seed",
                              NUM_SEEDS);
    return true;
}

void ppo_check_seeds(ppo_check_child *c)
{
    ppo_probe p;
    if (!compare_equal_seeds(c))
        return;
    if (ppo_probe_open(&p, c) && compare_used(c, &p))
        compare_unequal_seeds(c, &p);
    ppo_probe_close(&p);
}
