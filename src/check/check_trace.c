// SPDX-License-Identifier: MIT
// Recording and comparing what an instance does: see check_trace.h.
#include "check/check_trace.h"

#include <stdio.h>

void ppo_trace_add(ppo_trace *trace, const ppo_probe *p)
{
    const ppo_transition *t = ppo_probe_transition(p);
    if (trace->count == PPO_TRACE_CALLS)
        return;
    trace->num_resets += p->step == 0;
    trace->call[trace->count++] =
        (ppo_trace_call){.obs = t->lost ? 0 : ppo_check_hash(p->obs.data, p->obs.size),
                         .reward = ppo_check_hash(&t->reward, sizeof t->reward),
                         .episode = (uint32_t)trace->num_resets,
                         .step = p->step,
                         .terminated = t->terminated,
                         .truncated = t->truncated};
}

bool ppo_trace_next(ppo_trace *trace, ppo_probe *p, uint64_t stream)
{
    if (ppo_probe_has_ended(p)) {
        if (!ppo_probe_reset(p, NULL))
            return false;
    } else {
        ppo_probe_draw_action(p, stream, (uint32_t)trace->count);
        if (!ppo_probe_step(p))
            return false;
    }
    ppo_trace_add(trace, p);
    return true;
}

bool ppo_trace_run(ppo_trace *trace, ppo_probe *p, const uint64_t *seed, uint64_t stream,
                   size_t count)
{
    if (seed)
        return ppo_trace_restart(trace, p, seed, stream, count);
    while (trace->count < count)
        if (!ppo_trace_next(trace, p, stream))
            return false;
    return true;
}

bool ppo_trace_restart(ppo_trace *trace, ppo_probe *p, const uint64_t *seed, uint64_t stream,
                       size_t count)
{
    trace->count = trace->num_resets = 0;
    if (!ppo_probe_reset(p, seed))
        return false;
    ppo_trace_add(trace, p);
    return ppo_trace_run(trace, p, NULL, stream, count);
}

bool ppo_trace_fresh(ppo_trace *trace, ppo_check_child *c, uint64_t seed, uint64_t stream,
                     size_t count)
{
    ppo_probe p;
    bool going = ppo_probe_open(&p, c) && ppo_trace_run(trace, &p, &seed, stream, count / 2) &&
                 ppo_probe_reset(&p, NULL);
    if (going) {
        ppo_trace_add(trace, &p);
        going = ppo_trace_run(trace, &p, NULL, stream, count);
    }
    ppo_probe_close(&p);
    return going;
}

bool ppo_trace_repeats(ppo_check_child *c, uint64_t seed, uint64_t stream, size_t count)
{
    static ppo_trace one, other; // of a child process, which compares in one thread
    char text[96];
    return ppo_trace_fresh(&one, c, seed, stream, count) &&
           ppo_trace_fresh(&other, c, seed, stream, count) &&
           !ppo_trace_difference(text, sizeof text, &one, &other);
}

const ppo_trace_call *ppo_trace_difference(char *text, size_t size, const ppo_trace *a,
                                           const ppo_trace *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        const ppo_trace_call *x = &a->call[i], *y = &b->call[i];
        const char *what = x->obs != y->obs         ? "the observation"
                           : x->reward != y->reward ? "the reward"
                           : x->terminated != y->terminated || x->truncated != y->truncated
                               ? "the episode's end"
                               : NULL;
        if (!what)
            continue;
        if (x->step == 0)
            snprintf(text, size, "%s differs at the beginning of episode %u", what, x->episode);
        else
            snprintf(text, size, "%s differs in step %u of episode %u", what, x->step, x->episode);
        return x;
    }
    return NULL;
}
