// SPDX-License-Identifier: MIT
// Calls of an instance under check, and what is verified after each: see check_probe.h.
#include "check/check_probe.h"

#include "check/process_state.h"
#include "core/rng.h"
#include "core/signal_stack.h"
#include "env/action_mask.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLOAT_FILL   0x7FD5A5A5u // a NaN that no computation yields
#define INTEGER_FILL 0x7FA5A5A5u
#define MAX_STREAK   4 // calls in a row after which an unchanged byte counts as not written

// --- the child ---------------------------------------------------------------------------------

static ppo_check_progress *shared_progress; // for the signal handler, which takes no argument

// Records which guarded buffer was overrun, if one was, and lets the process crash.
static void on_fault(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    signal(signal_number, SIG_DFL);
    if (info->si_code <= 0) { // sent by kill or raise: returning would not repeat it
        raise(signal_number);
        return;
    }
    const ppo_guarded_buffer *buffer = ppo_guarded_find(info->si_addr);
    if (buffer)
        atomic_store(&shared_progress->overrun, (int)buffer->kind + 1);
}

static void install_fault_handler(ppo_check_progress *progress)
{
    static unsigned char signal_stack[PPO_SIGNAL_STACK_BYTES]; // the usual one may have overflowed
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    shared_progress = progress;
    ppo_signal_stack_use(signal_stack, sizeof signal_stack);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

void ppo_check_child_init(ppo_check_child *c, const ppo_env_class *env)
{
    c->env = env;
    c->obs_bytes = ppo_space_bytes(&env->observation_space);
    c->action_bytes = ppo_space_bytes(&env->action_space);
    c->mask_bytes = ppo_action_mask_bytes(env);
    c->rounding = ppo_process_rounding();
    install_fault_handler(c->progress);
}

void ppo_check_add_finding(ppo_check_child *c, ppo_finding_kind kind, const char *format, ...)
{
    ppo_finding finding = {.kind = kind};
    va_list args;
    if (atomic_exchange(&c->found[kind], true))
        return;
    va_start(args, format);
    vsnprintf(finding.message, sizeof finding.message, format, args);
    va_end(args);
    if (write(c->findings, &finding, sizeof finding) < 0)
        _exit(1); // the parent has gone
}

// --- memory ------------------------------------------------------------------------------------

enum { NUM_BUFFERS = 5 };

// All buffers of a probe.
static void list_buffers(ppo_guarded_buffer *list[NUM_BUFFERS], ppo_probe *p)
{
    ppo_guarded_buffer *const all[NUM_BUFFERS] = {&p->self, &p->obs, &p->action, &p->transition,
                                                  &p->mask};
    memcpy(list, all, sizeof all);
}

static bool allocate(ppo_probe *p)
{
    const ppo_check_child *c = p->child;
    p->unchanged_calls = calloc(c->obs_bytes, 1);
    return p->unchanged_calls &&
           ppo_guarded_create(&p->self, c->env->instance_size, PPO_GUARDED_ALIGNED,
                              PPO_FINDING_PAST_INSTANCE) &&
           ppo_guarded_create(&p->obs, c->obs_bytes, PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_OBS) &&
           ppo_guarded_create(&p->action, c->action_bytes, PPO_GUARDED_FLUSH,
                              PPO_FINDING_PAST_ACTION) &&
           ppo_guarded_create(&p->transition, sizeof(ppo_transition), PPO_GUARDED_ALIGNED,
                              PPO_FINDING_PAST_TRANSITION) &&
           ppo_guarded_create(&p->mask, c->mask_bytes ? c->mask_bytes : 1, PPO_GUARDED_ALIGNED,
                              PPO_FINDING_PAST_MASK);
}

void ppo_probe_close(ppo_probe *p)
{
    ppo_guarded_buffer *buffers[NUM_BUFFERS];
    list_buffers(buffers, p);
    if (p->is_inited && p->child->env->release) {
        ppo_probe_begin_call(p, PPO_CALL_RELEASE);
        p->child->env->release(p->self.data);
        if (!ppo_guarded_verify(&p->self))
            ppo_check_add_finding(p->child, PPO_FINDING_PAST_INSTANCE, "in release");
    }
    for (size_t i = 0; i < NUM_BUFFERS; i++)
        ppo_guarded_destroy(buffers[i]);
    free(p->unchanged_calls);
    p->unchanged_calls = NULL;
    p->is_inited = false;
}

bool ppo_probe_open(ppo_probe *p, ppo_check_child *child)
{
    *p = (ppo_probe){.child = child};
    ppo_error error = {.status = PPO_OK, .message = ""};
    if (!allocate(p))
        return false;
    ppo_probe_begin_call(p, PPO_CALL_INIT);
    const ppo_status status =
        child->env->init ? child->env->init(p->self.data, child->env->context, &error) : PPO_OK;
    p->is_inited = status == PPO_OK;
    if (!p->is_inited)
        ppo_check_add_finding(child, PPO_FINDING_CALL_FAILED, "init: %.200s",
                              error.message[0] ? error.message : ppo_status_text(status));
    if (!ppo_guarded_verify(&p->self))
        ppo_check_add_finding(child, PPO_FINDING_PAST_INSTANCE, "in init: instance_size is %zu",
                              child->env->instance_size);
    return p->is_inited;
}

// --- what a call has written -------------------------------------------------------------------

// "step 3 of episode 2" of the current call.
static const char *describe_call(char *text, size_t size, const ppo_probe *p)
{
    if (p->step == 0)
        snprintf(text, size, "reset of episode %u", p->episode);
    else
        snprintf(text, size, "step %u of episode %u", p->step, p->episode);
    return text;
}

// The value that byte observations are filled with before a call; it changes from call to call.
static unsigned char fill_byte(const ppo_probe *p)
{
    return (unsigned char)(ppo_rng_draw(0, PPO_RNG_CHECK_FILL, p->num_calls, 0).word[0] >> 8);
}

static void fill_obs(ppo_probe *p)
{
    const ppo_space *space = &p->child->env->observation_space;
    p->num_calls++;
    for (size_t k = 0; k < ppo_space_num_leaves(space); k++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, k);
        unsigned char *value = p->obs.data + leaf.offset;
        const uint32_t word = leaf.space->dtype == PPO_F32 ? FLOAT_FILL : INTEGER_FILL;
        if (leaf.space->dtype == PPO_U8)
            memset(value, fill_byte(p), ppo_space_bytes(leaf.space));
        else
            for (size_t i = 0; i < ppo_space_size(leaf.space); i++)
                memcpy(value + i * sizeof word, &word, sizeof word);
    }
}

static void add_not_written(ppo_probe *p, size_t i)
{
    char text[48];
    ppo_check_add_finding(p->child, PPO_FINDING_OBS_NOT_WRITTEN,
                          "%s: element %zu of the observation", describe_call(text, sizeof text, p),
                          i);
}

// The distance from its bounds at which a value is a fault rather than a warning: the distance
// between the bounds. Smaller excesses occur in Gymnasium's own environments (LunarLander's angle)
// and do no harm.
static float fault_distance(float low, float high)
{
    if (isfinite(low) && isfinite(high))
        return high - low;
    const float bound = fabsf(isfinite(low) ? low : high);
    return bound > 1.0f ? bound : 1.0f;
}

// Elements are those of one leaf, but are called by their number among all.
static void check_bounds(ppo_probe *p, const ppo_space_leaf *leaf, size_t i, float x)
{
    const float low = leaf->space->low ? leaf->space->low[i] : -INFINITY;
    const float high = leaf->space->high ? leaf->space->high[i] : INFINITY;
    char text[48];
    if (x >= low && x <= high)
        return;
    const float excess = x < low ? low - x : x - high;
    ppo_check_add_finding(
        p->child,
        excess >= fault_distance(low, high) ? PPO_FINDING_OBS_OUTSIDE : PPO_FINDING_OBS_OVER_BOUNDS,
        "%s: element %zu is %.9g, not in [%.9g, %.9g]", describe_call(text, sizeof text, p),
        leaf->first + i, (double)x, (double)low, (double)high);
}

static void check_float(ppo_probe *p, const ppo_space_leaf *leaf, size_t i)
{
    char text[48];
    uint32_t bits;
    float x;
    memcpy(&bits, p->obs.data + leaf->offset + i * sizeof bits, sizeof bits);
    memcpy(&x, &bits, sizeof x);
    if (bits == FLOAT_FILL)
        add_not_written(p, leaf->first + i);
    else if (!isfinite(x))
        ppo_check_add_finding(p->child, PPO_FINDING_OBS_NOT_FINITE, "%s: element %zu is %s",
                              describe_call(text, sizeof text, p), leaf->first + i,
                              isnan(x) ? "not a number" : "infinite");
    else
        check_bounds(p, leaf, i, x);
}

static void check_integer(ppo_probe *p, const ppo_space_leaf *leaf, size_t i)
{
    const uint32_t limit = ppo_space_num_values(leaf->space, i);
    char text[48];
    int32_t x;
    memcpy(&x, p->obs.data + leaf->offset + i * sizeof x, sizeof x);
    if ((uint32_t)x == INTEGER_FILL)
        add_not_written(p, leaf->first + i);
    else if (x < 0 || (uint32_t)x >= limit)
        ppo_check_add_finding(p->child, PPO_FINDING_OBS_OUTSIDE,
                              "%s: element %zu is %d, not in [0, %u)",
                              describe_call(text, sizeof text, p), leaf->first + i, x, limit);
}

static void check_byte(ppo_probe *p, const ppo_space_leaf *leaf, size_t i, unsigned char fill)
{
    const ppo_space *space = leaf->space;
    const unsigned char x = p->obs.data[leaf->offset + i];
    unsigned char *unchanged = &p->unchanged_calls[leaf->offset + i];
    char text[48];
    *unchanged = x == fill ? (unsigned char)(*unchanged + 1) : 0;
    if (*unchanged >= MAX_STREAK) {
        add_not_written(p, leaf->first + i);
        *unchanged = 0;
    } else if (*unchanged == 0 && ((space->low && (float)x < space->low[i]) ||
                                   (space->high && (float)x > space->high[i]))) {
        ppo_check_add_finding(p->child, PPO_FINDING_OBS_OUTSIDE,
                              "%s: element %zu is %d, outside its space",
                              describe_call(text, sizeof text, p), leaf->first + i, x);
    }
}

static void check_obs(ppo_probe *p)
{
    const ppo_space *space = &p->child->env->observation_space;
    const unsigned char fill = fill_byte(p);
    for (size_t k = 0; k < ppo_space_num_leaves(space); k++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, k);
        for (size_t i = 0; i < ppo_space_size(leaf.space); i++)
            if (leaf.space->dtype == PPO_F32)
                check_float(p, &leaf, i);
            else if (leaf.space->dtype == PPO_U8)
                check_byte(p, &leaf, i, fill);
            else
                check_integer(p, &leaf, i);
    }
}

// Flags are read as bytes, since a bool that is neither 0 nor 1 must not be read as one; such bytes
// are set to 1.
static void check_flags(ppo_probe *p)
{
    static const struct {
        const char *name;
        size_t offset;
    } flags[] = {{"terminated", offsetof(ppo_transition, terminated)},
                 {"truncated", offsetof(ppo_transition, truncated)},
                 {"life_lost", offsetof(ppo_transition, life_lost)},
                 {"lost", offsetof(ppo_transition, lost)}};
    char text[48];
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        unsigned char *flag = p->transition.data + flags[i].offset;
        if (*flag <= 1)
            continue;
        ppo_check_add_finding(p->child, PPO_FINDING_FLAG_NOT_BINARY, "%s: %s is %d",
                              describe_call(text, sizeof text, p), flags[i].name, *flag);
        *flag = 1;
    }
}

static void check_transition(ppo_probe *p)
{
    check_flags(p);
    const ppo_transition *t = ppo_probe_transition(p);
    ppo_check_child *c = p->child;
    char text[48];
    describe_call(text, sizeof text, p);
    if (t->lost) {
        ppo_check_add_finding(c, PPO_FINDING_STEP_LOST, "%s", text);
        return;
    }
    if (!isfinite(t->reward))
        ppo_check_add_finding(c, PPO_FINDING_REWARD_NOT_FINITE, "%s: the reward is %s", text,
                              isnan(t->reward) ? "not a number" : "infinite");
    if (t->terminated && t->truncated)
        ppo_check_add_finding(c, PPO_FINDING_BOTH_ENDS, "%s; it counts as terminated", text);
    if (t->life_lost && !t->terminated)
        ppo_check_add_finding(c, PPO_FINDING_LIFE_ALONE, "%s: life_lost goes with terminated",
                              text);
}

// Restores the rounding mode after reporting it, or everything computed from here on would differ.
static void check_rounding(ppo_probe *p)
{
    char text[48];
    if (ppo_process_rounding() == p->child->rounding)
        return;
    ppo_check_add_finding(p->child, PPO_FINDING_CHANGES_PROCESS,
                          "%s: the rounding mode or the treatment of denormals",
                          describe_call(text, sizeof text, p));
    ppo_process_set_rounding(p->child->rounding);
}

static void check_buffers(ppo_probe *p)
{
    ppo_guarded_buffer *buffers[NUM_BUFFERS];
    char text[48];
    list_buffers(buffers, p);
    for (size_t i = 0; i < NUM_BUFFERS; i++)
        if (!ppo_guarded_verify(buffers[i]))
            ppo_check_add_finding(p->child, buffers[i]->kind, "%s: the buffer has %zu bytes",
                                  describe_call(text, sizeof text, p), buffers[i]->size);
}

// --- masks -------------------------------------------------------------------------------------

// The mask of component k, which has `count` values.
static void check_component_mask(ppo_probe *p, const unsigned char *allowed, size_t count, size_t k)
{
    bool any = false;
    char text[48];
    describe_call(text, sizeof text, p);
    for (size_t j = 0; j < count; j++) {
        any = any || allowed[j];
        if (allowed[j] > 1)
            ppo_check_add_finding(p->child, PPO_FINDING_MASK_NOT_BINARY,
                                  "%s: value %zu of component %zu is %d", text, j, k, allowed[j]);
    }
    if (!any)
        ppo_check_add_finding(p->child, PPO_FINDING_MASK_EMPTY, "%s: component %zu", text, k);
}

static void check_mask(ppo_probe *p)
{
    const ppo_space *space = &p->child->env->action_space;
    const unsigned char *allowed = p->mask.data;
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
        for (size_t k = 0; k < ppo_space_size(leaf.space); k++) {
            const size_t count = ppo_action_mask_width(leaf.space, k);
            if (leaf.space->kind != PPO_SPACE_BOX)
                check_component_mask(p, allowed, count, leaf.first + k);
            allowed += count;
        }
    }
}

static void call_action_mask(ppo_probe *p)
{
    char text[48];
    if (p->child->mask_bytes == 0)
        return;
    atomic_store(&p->child->progress->call, PPO_CALL_MASK);
    const uint64_t before = ppo_check_hash(p->self.data, p->self.size);
    memset(p->mask.data, 1, p->mask.size);
    p->child->env->action_mask(p->self.data, p->mask.data);
    if (ppo_check_hash(p->self.data, p->self.size) != before)
        ppo_check_add_finding(p->child, PPO_FINDING_MASK_CHANGES, "%s",
                              describe_call(text, sizeof text, p));
    check_mask(p);
}

// --- calls -------------------------------------------------------------------------------------

void ppo_probe_begin_call(ppo_probe *p, ppo_check_call call)
{
    ppo_check_progress *progress = p->child->progress;
    if (call == PPO_CALL_RESET) {
        p->episode++;
        p->step = p->length = 0;
    } else if (call == PPO_CALL_STEP || call == PPO_CALL_STEP_MANY) {
        p->step++;
        p->length++;
        memset(p->transition.data, 0, p->transition.size);
    }
    if (call == PPO_CALL_RESET || call == PPO_CALL_STEP || call == PPO_CALL_STEP_MANY)
        fill_obs(p);
    atomic_store_explicit(&progress->call, (int)call, memory_order_relaxed);
    atomic_store_explicit(&progress->episode, p->episode, memory_order_relaxed);
    atomic_store_explicit(&progress->step, p->step, memory_order_relaxed);
    atomic_fetch_add_explicit(&progress->calls, 1, memory_order_relaxed);
}

void ppo_probe_end_call(ppo_probe *p, ppo_check_call call)
{
    const bool is_step = call != PPO_CALL_RESET;
    check_rounding(p);
    if (is_step)
        check_transition(p);
    if (!is_step || !ppo_probe_transition(p)->lost)
        check_obs(p);
    call_action_mask(p);
    check_buffers(p);
}

static bool has_failed(ppo_probe *p, const char *call, ppo_status status, const ppo_error *error)
{
    char text[48];
    if (status == PPO_OK)
        return false;
    ppo_check_add_finding(p->child, PPO_FINDING_CALL_FAILED, "%s, %s: %.200s",
                          describe_call(text, sizeof text, p), call,
                          error->message[0] ? error->message : ppo_status_text(status));
    return true;
}

bool ppo_probe_reset(ppo_probe *p, const uint64_t *seed)
{
    ppo_error error = {.status = PPO_OK, .message = ""};
    memset(p->transition.data, 0, p->transition.size);
    ppo_probe_begin_call(p, PPO_CALL_RESET);
    const ppo_status status = p->child->env->reset(p->self.data, seed, p->obs.data, &error);
    if (has_failed(p, "reset", status, &error))
        return false;
    ppo_probe_end_call(p, PPO_CALL_RESET);
    return true;
}

bool ppo_probe_step(ppo_probe *p)
{
    const ppo_env_class *env = p->child->env;
    ppo_transition *transition = (ppo_transition *)(void *)p->transition.data;
    ppo_error error = {.status = PPO_OK, .message = ""};
    char text[48];
    const uint64_t action = ppo_check_hash(p->action.data, p->action.size);
    ppo_probe_begin_call(p, PPO_CALL_STEP);
    const ppo_status status =
        env->step(p->self.data, p->action.data, p->obs.data, transition, &error);
    if (has_failed(p, "step", status, &error))
        return false;
    if (ppo_check_hash(p->action.data, p->action.size) != action)
        ppo_check_add_finding(p->child, PPO_FINDING_CHANGES_ACTION, "%s",
                              describe_call(text, sizeof text, p));
    ppo_probe_end_call(p, PPO_CALL_STEP);
    return true;
}

bool ppo_probe_save(ppo_probe *p, void *state)
{
    const ppo_env_class *env = p->child->env;
    char text[48];
    ppo_probe_begin_call(p, PPO_CALL_SAVE);
    const uint64_t before = ppo_check_hash(p->self.data, p->self.size);
    if (env->save_state)
        env->save_state(p->self.data, state);
    else
        memcpy(state, p->self.data, env->state_size);
    if (ppo_check_hash(p->self.data, p->self.size) != before)
        ppo_check_add_finding(p->child, PPO_FINDING_SAVE_CHANGES, "after %s",
                              describe_call(text, sizeof text, p));
    return true;
}

bool ppo_probe_load(ppo_probe *p, const void *state)
{
    const ppo_env_class *env = p->child->env;
    ppo_error error = {.status = PPO_OK, .message = ""};
    ppo_status status = PPO_OK;
    ppo_probe_begin_call(p, PPO_CALL_LOAD);
    if (env->load_state)
        status = env->load_state(p->self.data, state, &error);
    else
        memcpy(p->self.data, state, env->state_size);
    if (!ppo_guarded_verify(&p->self))
        ppo_check_add_finding(p->child, PPO_FINDING_PAST_INSTANCE, "in load_state");
    if (has_failed(p, "load_state", status, &error))
        return false;
    call_action_mask(p);
    return true;
}

const ppo_transition *ppo_probe_transition(const ppo_probe *p)
{
    return (const ppo_transition *)(const void *)p->transition.data;
}

bool ppo_probe_has_ended(const ppo_probe *p)
{
    const ppo_transition *t = ppo_probe_transition(p);
    const uint32_t limit = p->child->env->max_episode_steps;
    return t->terminated || t->truncated || t->lost || (limit > 0 && p->length >= limit);
}

// --- actions -----------------------------------------------------------------------------------

// One of the allowed values: the number `pick` modulo their count. `allowed` NULL: all are.
static int32_t choose_value(const unsigned char *allowed, size_t count, uint32_t pick)
{
    size_t left = 0;
    for (size_t j = 0; j < count; j++)
        left += !allowed || allowed[j];
    left = left ? pick % left : 0;
    for (size_t j = 0; j < count; j++)
        if ((!allowed || allowed[j]) && left-- == 0)
            return (int32_t)j;
    return 0;
}

// Within the bounds, one time in four at one of them; a missing or infinite bound counts as -1
// or 1.
static float choose_real(const ppo_space *space, size_t i, uint32_t word)
{
    const float low = space->low && isfinite(space->low[i]) ? space->low[i] : -1.0f;
    const float high = space->high && isfinite(space->high[i]) ? space->high[i] : 1.0f;
    if (word % 8 < 2)
        return word % 8 ? high : low;
    const float x = low + (high - low) * ppo_rng_uniform(word);
    return x < low ? low : x > high ? high : x;
}

// Element i of a leaf, at `to`; `allowed` is its mask, or NULL.
static void draw_element(unsigned char *to, const ppo_space *leaf, size_t i,
                         const unsigned char *allowed, uint32_t word)
{
    if (leaf->kind == PPO_SPACE_BOX) {
        const float real = choose_real(leaf, i, word);
        memcpy(to, &real, sizeof real);
        return;
    }
    const int32_t integer = choose_value(allowed, ppo_space_num_values(leaf, i), word >> 4);
    memcpy(to, &integer, sizeof integer);
}

void ppo_probe_draw_action(ppo_probe *p, uint64_t stream, uint32_t index)
{
    const ppo_space *space = &p->child->env->action_space;
    const unsigned char *allowed = p->child->mask_bytes ? p->mask.data : NULL;
    for (size_t k = 0; k < ppo_space_num_leaves(space); k++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, k);
        for (size_t i = 0; i < ppo_space_size(leaf.space); i++) {
            const uint32_t element = (uint32_t)(leaf.first + i);
            const uint32_t word =
                ppo_rng_draw(stream, PPO_RNG_CHECK_ACTION, element / 4, index).word[element % 4];
            const size_t count = ppo_action_mask_width(leaf.space, i);
            draw_element(p->action.data + 4 * element, leaf.space, i, allowed, word);
            allowed = allowed ? allowed + count : NULL;
        }
    }
}
