// SPDX-License-Identifier: MIT
// A part of a check: step_many does the same as step, for groups of all sizes and orders. See
// check_parts.h.
#include "check/check_parts.h"
#include "check/check_trace.h"

#include <string.h>

#define NUM_INSTANCES 5
#define NUM_CALLS     120

static const uint64_t seed_a = 4321;

// Instances that are stepped together, each with its trace and the one that step alone gave.
typedef struct ppo_check_group {
    ppo_check_child *child;
    ppo_probe probe[NUM_INSTANCES];
    ppo_trace trace[NUM_INSTANCES], alone[NUM_INSTANCES];
} ppo_check_group;

// The arguments of one call for `count` instances, guarded where they end.
typedef struct ppo_check_rows {
    ppo_guarded_buffer selves, action, obs, transition;
} ppo_check_rows;

static bool rows_create(ppo_check_rows *rows, const ppo_check_child *c, size_t count)
{
    *rows = (ppo_check_rows){.selves = {.data = NULL}};
    return ppo_guarded_create(&rows->selves, count * sizeof(void *), PPO_GUARDED_ALIGNED,
                              PPO_FINDING_PAST_INSTANCE) &&
           ppo_guarded_create(&rows->action, count * c->action_bytes, PPO_GUARDED_FLUSH,
                              PPO_FINDING_PAST_ACTION) &&
           ppo_guarded_create(&rows->obs, count * c->obs_bytes, PPO_GUARDED_ALIGNED,
                              PPO_FINDING_PAST_OBS) &&
           ppo_guarded_create(&rows->transition, count * sizeof(ppo_transition),
                              PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_TRANSITION);
}

static void rows_destroy(ppo_check_rows *rows)
{
    ppo_guarded_destroy(&rows->selves);
    ppo_guarded_destroy(&rows->action);
    ppo_guarded_destroy(&rows->obs);
    ppo_guarded_destroy(&rows->transition);
}

// Calls step_many for the instances `which` [count]. False if it failed.
static bool call_step_many(ppo_check_group *g, ppo_check_rows *rows, const size_t *which,
                           size_t count)
{
    ppo_check_child *c = g->child;
    ppo_error error = {.status = PPO_OK, .message = ""};
    for (size_t i = 0; i < count; i++) {
        ppo_probe *p = &g->probe[which[i]];
        void *const self = p->self.data;
        ppo_probe_draw_action(p, which[i], (uint32_t)g->trace[which[i]].count);
        ppo_probe_begin_call(p, PPO_CALL_STEP_MANY);
        memcpy(rows->selves.data + i * sizeof self, &self, sizeof self);
        memcpy(rows->action.data + i * c->action_bytes, p->action.data, c->action_bytes);
        memcpy(rows->obs.data + i * c->obs_bytes, p->obs.data, c->obs_bytes);
    }
    const ppo_status status =
        c->env->step_many((void *const *)(void *)rows->selves.data, count, rows->action.data,
                          rows->obs.data, (ppo_transition *)(void *)rows->transition.data, &error);
    if (status != PPO_OK) {
        ppo_check_add_finding(c, PPO_FINDING_CALL_FAILED, "step_many of %zu instances: %.200s",
                              count, error.message[0] ? error.message : ppo_status_text(status));
        return false;
    }
    enum { NUM_WRITTEN = 3 };
    ppo_guarded_buffer *const written[NUM_WRITTEN] = {&rows->action, &rows->obs, &rows->transition};
    for (size_t i = 0; i < NUM_WRITTEN; i++)
        if (!ppo_guarded_verify(written[i]))
            ppo_check_add_finding(c, written[i]->kind, "in step_many of %zu instances", count);
    for (size_t i = 0; i < count; i++) {
        ppo_probe *p = &g->probe[which[i]];
        memcpy(p->obs.data, rows->obs.data + i * c->obs_bytes, c->obs_bytes);
        memcpy(p->transition.data, rows->transition.data + i * sizeof(ppo_transition),
               sizeof(ppo_transition));
        ppo_probe_end_call(p, PPO_CALL_STEP_MANY);
        ppo_trace_add(&g->trace[which[i]], p);
    }
    return true;
}

// One round: 1 to NUM_INSTANCES of the instances, from a changing first one, every third round in
// descending order. Those whose episode is over are reset instead. False if a call failed.
static bool run_round(ppo_check_group *g, size_t round)
{
    size_t which[NUM_INSTANCES], count = 0;
    const size_t wanted = 1 + round % NUM_INSTANCES, first = round / 2;
    for (size_t i = 0; i < wanted; i++) {
        const size_t k = (round % 3 == 0 ? first + NUM_INSTANCES - i : first + i) % NUM_INSTANCES;
        ppo_probe *p = &g->probe[k];
        if (!ppo_probe_has_ended(p)) {
            which[count++] = k;
            continue;
        }
        if (!ppo_probe_reset(p, NULL))
            return false;
        ppo_trace_add(&g->trace[k], p);
    }
    if (count == 0)
        return true;
    ppo_check_rows rows;
    const bool done = rows_create(&rows, g->child, count) && call_step_many(g, &rows, which, count);
    rows_destroy(&rows);
    return done;
}

// Records each instance stepped alone, then steps them in groups. False if a call failed.
static bool run_group(ppo_check_group *g)
{
    bool going = true;
    for (size_t i = 0; going && i < NUM_INSTANCES; i++) {
        const uint64_t seed = seed_a + i;
        going = ppo_probe_open(&g->probe[i], g->child) &&
                ppo_trace_run(&g->alone[i], &g->probe[i], &seed, i, NUM_CALLS);
        ppo_probe_close(&g->probe[i]);
    }
    for (size_t i = 0; going && i < NUM_INSTANCES; i++) {
        const uint64_t seed = seed_a + i;
        going = ppo_probe_open(&g->probe[i], g->child) &&
                ppo_trace_run(&g->trace[i], &g->probe[i], &seed, i, 1);
    }
    for (size_t round = 0; going && round < NUM_CALLS; round++)
        going = run_round(g, round);
    return going;
}

void ppo_check_step_many(ppo_check_child *c)
{
    static ppo_check_group g;
    char text[96];
    if (!c->env->step_many || !ppo_trace_repeats(c, seed_a, 1, NUM_CALLS))
        return;
    g.child = c;
    const bool done = run_group(&g);
    for (size_t i = 0; i < NUM_INSTANCES; i++) {
        if (done && ppo_trace_difference(text, sizeof text, &g.alone[i], &g.trace[i]))
            ppo_check_add_finding(c, PPO_FINDING_MANY_DIFFERS, "instance %zu of %d: %s", i,
                                  NUM_INSTANCES, text);
        if (g.probe[i].child)
            ppo_probe_close(&g.probe[i]);
    }
}
