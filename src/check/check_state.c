// SPDX-License-Identifier: MIT
// State, step_many, pictures: see check_parts.h.
#include "check/check_parts.h"

#include <stdlib.h>
#include <string.h>

#define STATE_CALLS  100 // that follow a saved state
#define NUM_TOGETHER 5
#define MANY_CALLS   120
#define FILL_1       0x35 // what is to be overwritten, before and after
#define FILL_2       0xCA

static const uint64_t seed_a = 4321, seed_b = 555;

// Bytes that hold one fill in `one` and the other in `two` were written in neither.
static size_t first_not_written(const unsigned char *one, const unsigned char *two, size_t size)
{
    size_t i = 0;
    while (i < size && !(one[i] == FILL_1 && two[i] == FILL_2))
        i++;
    return i;
}

// --- state -------------------------------------------------------------------------------------

// A run cut in two: what was saved at the cut, and what the host knows besides.
typedef struct ppo_cut {
    ppo_zone state, again;
    ppo_transition transition;
    uint32_t episode, step, length;
    ppo_trace *before; // up to the cut
    ppo_trace *whole;  // and on
} ppo_cut;

static void save(ppo_check_child *c, ppo_probe *p, ppo_cut *cut)
{
    memset(cut->state.data, FILL_1, cut->state.size);
    memset(cut->again.data, FILL_2, cut->again.size);
    ppo_probe_save(p, cut->state.data);
    ppo_probe_save(p, cut->again.data);
    if (!ppo_zone_is_intact(&cut->state) || !ppo_zone_is_intact(&cut->again))
        ppo_check_find(c, PPO_FINDING_PAST_STATE, "state_size is %zu", cut->state.size);
    const size_t i = first_not_written(cut->state.data, cut->again.data, cut->state.size);
    if (i < cut->state.size)
        ppo_check_find(c, PPO_FINDING_STATE_NOT_WRITTEN, "byte %zu of %zu", i, cut->state.size);
    cut->transition = *ppo_probe_transition(p);
    cut->episode = p->episode;
    cut->step = p->step;
    cut->length = p->length;
}

// The instance that saves, up to `at` calls and on.
static bool run_first(ppo_check_child *c, ppo_probe *p, ppo_cut *cut, size_t at)
{
    if (!ppo_trace_run(cut->before, p, &seed_a, 1, at))
        return false;
    save(c, p, cut);
    *cut->whole = *cut->before;
    return ppo_trace_run(cut->whole, p, NULL, 1, at + STATE_CALLS);
}

// Another one, with a past of its own, goes on from there.
static bool run_second(ppo_probe *p, const ppo_cut *cut, ppo_trace *trace, size_t at)
{
    ppo_zone copy;
    if (!ppo_zone_create(&copy, cut->state.size, false, PPO_FINDING_PAST_STATE))
        return false;
    memcpy(copy.data, cut->state.data, copy.size);
    const bool loaded = ppo_probe_load(p, copy.data);
    ppo_zone_destroy(&copy); // nothing may point there
    memcpy(p->transition.data, &cut->transition, sizeof cut->transition);
    p->episode = cut->episode;
    p->step = cut->step;
    p->length = cut->length;
    *trace = *cut->before;
    return loaded && ppo_trace_run(trace, p, NULL, 1, at + STATE_CALLS);
}

// The second instance is there before the first one's memory is gone, so that it lies elsewhere.
static void try_cut(ppo_check_child *c, ppo_cut *cut, ppo_trace *trace, size_t at)
{
    char text[96];
    ppo_probe first, second;
    bool going = ppo_probe_open(&first, c);
    going = ppo_probe_open(&second, c) && going;
    going = going && ppo_trace_run(trace, &second, &seed_b, 2, 7) && run_first(c, &first, cut, at);
    ppo_probe_close(&first);
    going = going && run_second(&second, cut, trace, at);
    ppo_probe_close(&second);
    if (going && ppo_trace_difference(text, sizeof text, cut->whole, trace))
        ppo_check_find(c, PPO_FINDING_STATE_NOT_REPLAYING, "saved after %zu calls: %s", at, text);
}

void ppo_check_state(ppo_check_child *c)
{
    static const size_t cuts[] = {1, 2, 13, 60};
    ppo_cut cut = {.before = calloc(1, sizeof *cut.before), .whole = calloc(1, sizeof *cut.whole)};
    ppo_trace *trace = calloc(1, sizeof *trace);
    const size_t size = c->env->state_size;
    if (size == 0)
        ppo_check_find(c, PPO_FINDING_NO_STATE, "state_size is 0");
    else if (cut.before && cut.whole && trace &&
             ppo_zone_create(&cut.state, size, false, PPO_FINDING_PAST_STATE) &&
             ppo_zone_create(&cut.again, size, false, PPO_FINDING_PAST_STATE) &&
             ppo_check_repeats(c, trace, seed_a, 1, STATE_CALLS))
        for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
            try_cut(c, &cut, trace, cuts[i]);
    ppo_zone_destroy(&cut.state);
    ppo_zone_destroy(&cut.again);
    free(cut.before);
    free(cut.whole);
    free(trace);
}

// --- step_many ---------------------------------------------------------------------------------

// Several instances that are stepped in groups, each with its trace.
typedef struct ppo_group {
    ppo_check_child *child;
    ppo_probe probe[NUM_TOGETHER];
    ppo_trace *trace[NUM_TOGETHER], *alone[NUM_TOGETHER];
    ppo_zone selves, action, obs, transition;
} ppo_group;

// Rows of exactly `count`, so that the fences lie where they end.
static bool lay_out(ppo_group *g, size_t count)
{
    const ppo_check_child *c = g->child;
    return ppo_zone_create(&g->selves, count * sizeof(void *), false, PPO_FINDING_PAST_INSTANCE) &&
           ppo_zone_create(&g->action, count * c->action_bytes, true, PPO_FINDING_PAST_ACTION) &&
           ppo_zone_create(&g->obs, count * c->obs_bytes, false, PPO_FINDING_PAST_OBS) &&
           ppo_zone_create(&g->transition, count * sizeof(ppo_transition), false,
                           PPO_FINDING_PAST_TRANSITION);
}

static void clear_away(ppo_group *g)
{
    ppo_zone *const zones[] = {&g->selves, &g->action, &g->obs, &g->transition};
    for (size_t i = 0; i < 4; i++)
        ppo_zone_destroy(zones[i]);
}

static void check_rows(ppo_group *g, size_t count)
{
    ppo_zone *const zones[] = {&g->action, &g->obs, &g->transition};
    for (size_t i = 0; i < 3; i++)
        if (!ppo_zone_is_intact(zones[i]))
            ppo_check_find(g->child, zones[i]->kind, "in step_many of %zu instances", count);
}

// One call for the instances `which` [count].
static bool call_many(ppo_group *g, const size_t *which, size_t count)
{
    const ppo_check_child *c = g->child;
    ppo_error said = {.status = PPO_OK, .message = ""};
    for (size_t i = 0; i < count; i++) {
        ppo_probe *p = &g->probe[which[i]];
        void *const self = p->self.data;
        ppo_probe_draw_action(p, which[i], (uint32_t)g->trace[which[i]]->count);
        ppo_probe_before(p, PPO_CALL_STEP_MANY);
        memcpy(g->selves.data + i * sizeof self, &self, sizeof self);
        memcpy(g->action.data + i * c->action_bytes, p->action.data, c->action_bytes);
        memcpy(g->obs.data + i * c->obs_bytes, p->obs.data, c->obs_bytes);
    }
    const ppo_status status =
        c->env->step_many((void *const *)(const void *)g->selves.data, count, g->action.data,
                          g->obs.data, (ppo_transition *)(void *)g->transition.data, &said);
    if (status != PPO_OK) {
        ppo_check_find(g->child, PPO_FINDING_CALL_FAILED, "step_many of %zu instances: %.200s",
                       count, said.message[0] ? said.message : ppo_status_text(status));
        return false;
    }
    check_rows(g, count);
    for (size_t i = 0; i < count; i++) {
        ppo_probe *p = &g->probe[which[i]];
        memcpy(p->obs.data, g->obs.data + i * c->obs_bytes, c->obs_bytes);
        memcpy(p->transition.data, g->transition.data + i * sizeof(ppo_transition),
               sizeof(ppo_transition));
        ppo_probe_after(p, PPO_CALL_STEP_MANY);
        ppo_trace_add(g->trace[which[i]], p);
    }
    return true;
}

// The next of a changing choice of instances: another count, another first, another order.
static bool step_some(ppo_group *g, size_t round)
{
    size_t which[NUM_TOGETHER], count = 0;
    const size_t wanted = 1 + round % NUM_TOGETHER, first = round / 2;
    for (size_t i = 0; i < wanted; i++) {
        const size_t k = (round % 3 == 0 ? first + NUM_TOGETHER - i : first + i) % NUM_TOGETHER;
        ppo_probe *p = &g->probe[k];
        if (!ppo_probe_has_ended(p)) {
            which[count++] = k;
            continue;
        }
        if (!ppo_probe_reset(p, NULL))
            return false;
        ppo_trace_add(g->trace[k], p);
    }
    if (count == 0)
        return true;
    const bool done = lay_out(g, count) && call_many(g, which, count);
    clear_away(g);
    return done;
}

static bool run_group(ppo_group *g)
{
    bool going = true;
    for (size_t i = 0; going && i < NUM_TOGETHER; i++) {
        const uint64_t seed = seed_a + i;
        going = ppo_probe_open(&g->probe[i], g->child) &&
                ppo_trace_run(g->alone[i], &g->probe[i], &seed, i, MANY_CALLS);
        ppo_probe_close(&g->probe[i]);
    }
    for (size_t i = 0; going && i < NUM_TOGETHER; i++) {
        const uint64_t seed = seed_a + i;
        going = ppo_probe_open(&g->probe[i], g->child) &&
                ppo_trace_run(g->trace[i], &g->probe[i], &seed, i, 1);
    }
    for (size_t round = 0; going && round < MANY_CALLS; round++)
        going = step_some(g, round);
    return going;
}

void ppo_check_many(ppo_check_child *c)
{
    static ppo_group g;
    char text[96];
    if (!c->env->step_many)
        return;
    g = (ppo_group){.child = c};
    for (size_t i = 0; i < NUM_TOGETHER; i++) {
        g.trace[i] = calloc(1, sizeof *g.trace[i]);
        g.alone[i] = calloc(1, sizeof *g.alone[i]);
        if (!g.trace[i] || !g.alone[i])
            abort();
    }
    const bool done = ppo_check_repeats(c, g.alone[0], seed_a, 1, MANY_CALLS) && run_group(&g);
    for (size_t i = 0; i < NUM_TOGETHER; i++) {
        if (done && ppo_trace_difference(text, sizeof text, g.alone[i], g.trace[i]))
            ppo_check_find(c, PPO_FINDING_MANY_DIFFERS, "instance %zu of %d: %s", i, NUM_TOGETHER,
                           text);
        if (g.probe[i].child)
            ppo_probe_close(&g.probe[i]);
        free(g.trace[i]);
        free(g.alone[i]);
    }
}

// --- pictures ----------------------------------------------------------------------------------

static void draw(const ppo_probe *p, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_env_class *env = p->child->env;
    if (width == env->render_width && height == env->render_height)
        env->render(p->self.data, rgb);
    else
        env->draw(p->self.data, rgb, width, height);
}

static void try_picture(ppo_check_child *c, ppo_probe *p, uint32_t width, uint32_t height)
{
    const size_t size = (size_t)width * height * 3;
    ppo_zone one, two;
    const bool there = ppo_zone_create(&one, size, false, PPO_FINDING_PAST_PICTURE) &&
                       ppo_zone_create(&two, size, false, PPO_FINDING_PAST_PICTURE);
    if (!there)
        return;
    memset(one.data, FILL_1, size);
    memset(two.data, FILL_2, size);
    const uint64_t before = ppo_check_hash(p->self.data, p->self.size);
    ppo_probe_before(p, PPO_CALL_RENDER);
    draw(p, one.data, width, height);
    draw(p, two.data, width, height);
    if (ppo_check_hash(p->self.data, p->self.size) != before)
        ppo_check_find(c, PPO_FINDING_RENDER_CHANGES, "a picture of %u x %u", width, height);
    if (!ppo_zone_is_intact(&one) || !ppo_zone_is_intact(&two))
        ppo_check_find(c, PPO_FINDING_PAST_PICTURE, "%u x %u pixels are %zu bytes", width, height,
                       size);
    const size_t i = first_not_written(one.data, two.data, size);
    if (i < size)
        ppo_check_find(c, PPO_FINDING_PICTURE_NOT_WRITTEN, "row %zu, column %zu of %u x %u",
                       i / 3 / width, i / 3 % width, width, height);
    ppo_zone_destroy(&one);
    ppo_zone_destroy(&two);
}

void ppo_check_pictures(ppo_check_child *c)
{
    const ppo_env_class *env = c->env;
    ppo_trace *trace = calloc(1, sizeof *trace);
    ppo_probe p;
    if (env->render && trace && ppo_probe_open(&p, c)) {
        for (size_t calls = 1; calls <= 41; calls += 20)
            if (ppo_trace_run(trace, &p, &seed_a, 1, calls))
                try_picture(c, &p, env->render_width, env->render_height);
        if (env->draw) {
            try_picture(c, &p, 97, 61);
            try_picture(c, &p, 64, 480);
        }
        ppo_probe_close(&p);
    }
    free(trace);
}
