// SPDX-License-Identifier: MIT
// One environment's start, step, save and load: see instances.h. Every array has a row per
// environment and a step writes only its own rows, so that results don't depend on how rows are
// split into ranges, threads or processes.
#include "env/instances.h"

#include "core/error.h"
#include "core/rng.h"
#include "env/action_clip.h"
#include "env/action_mask.h"
#include "env/class.h"
#include "env/observation.h"
#include "env/picture.h"
#include "ppo/plugin.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static ppo_status check_options(const ppo_env_class *env, const ppo_vecenv_options *options,
                                ppo_error *error)
{
    PPO_TRY(ppo_env_class_check(env, error));
    if (options->num_envs == 0)
        return ppo_fail(error, PPO_INVALID, "num_envs must be at least 1");
    if (options->frame_skip == 0)
        return ppo_fail(error, PPO_INVALID, "frame_skip must be at least 1");
    if (!(options->sticky_action_prob >= 0.0 && options->sticky_action_prob <= 1.0))
        return ppo_fail(error, PPO_INVALID, "sticky_action_prob must be in [0, 1]");
    return PPO_OK;
}

static void plan_state(ppo_arena *arena, void *slot, const char *name, const char *owner,
                       size_t num_envs, size_t bytes)
{
    PPO_ARENA_ADD(arena, slot, name, owner, PPO_ROLE_ENVIRONMENT, PPO_U8, num_envs, bytes);
    ppo_arena_mark_envs(arena, 0);
}

// The number of environment n among those of all ranks: what seeds and random streams count.
static size_t number_of(const ppo_instances *v, size_t n)
{
    return v->options.first_env + n;
}

static void plan(ppo_instances *v, ppo_arena *arena)
{
    const size_t n = v->options.num_envs;
    PPO_ARENA_ADD(arena, &v->instance, "env.instance", v->env->id, PPO_ROLE_SCRATCH, PPO_U8, n,
                  v->stride);
    if (v->env->state_size)
        plan_state(arena, &v->state, "env.state", "ppo_instances_save", n, v->env->state_size);
    plan_state(arena, &v->episode, "env.episode", "ppo_instances_step", n, sizeof(ppo_episode));
    if (v->options.sticky_action_prob > 0.0)
        plan_state(arena, &v->last_action, "env.last_action", "ppo_instances_step", n,
                   v->action_bytes);
    if (v->options.clip_action)
        PPO_ARENA_ADD(arena, &v->clipped, "env.clipped_action", "ppo_instances_step",
                      PPO_ROLE_SCRATCH, PPO_U8, n, v->action_bytes);
    if (v->mask_bytes)
        PPO_ARENA_ADD(arena, &v->mask, "env.mask", "ppo_instances_step", PPO_ROLE_SCRATCH, PPO_U8,
                      n, v->mask_bytes);
    if (!v->env->step_many || v->options.frame_skip != 1)
        return;
    PPO_ARENA_ADD(arena, &v->self, "env.self", "ppo_instances_init", PPO_ROLE_SCRATCH, PPO_U8, n,
                  sizeof *v->self);
    PPO_ARENA_ADD(arena, &v->transition, "env.transition", "ppo_instances_step", PPO_ROLE_SCRATCH,
                  PPO_U8, n, sizeof *v->transition);
}

ppo_status ppo_instances_plan(ppo_instances *v, const ppo_env_class *env,
                              const ppo_vecenv_options *options, ppo_arena *arena, ppo_error *error)
{
    PPO_TRY(check_options(env, options, error));
    env = ppo_env_class_whole(&v->copy, env);
    v->env = env;
    v->options = *options;
    v->options.clip_action = options->clip_action && ppo_action_has_reals(&env->action_space);
    if (options->picture_height == 0) {
        v->options.picture_width = env->render_width;
        v->options.picture_height = env->render_height;
    }
    v->max_episode_steps =
        options->max_episode_steps ? options->max_episode_steps : env->max_episode_steps;
    if (v->max_episode_steps == 0)
        v->max_episode_steps = UINT32_MAX;
    v->obs_bytes = ppo_space_bytes(&env->observation_space);
    v->obs_size = ppo_space_size(&env->observation_space);
    v->action_bytes = ppo_space_bytes(&env->action_space);
    v->mask_bytes = ppo_action_mask_bytes(env);
    v->stride = (env->instance_size + 63) / 64 * 64;
    plan(v, arena);
    return PPO_OK;
}

// --- what a thread is in ------------------------------------------------------------------------

// Kept on the stack of the function that calls the class: a thread's own variable is looked up once
// per call of that, not once per environment.
typedef struct ppo_stepping {
    const ppo_instances *instances;
    volatile size_t first, count; // a signal's handler reads them
} ppo_stepping;

static _Thread_local const ppo_stepping *volatile stepping;

bool ppo_env_running(ppo_env_place *place)
{
    const ppo_stepping *now = stepping;
    if (!now || now->count == 0)
        return false;
    const uint32_t done = now->instances->episode[now->first].length;
    *place = (ppo_env_place){number_of(now->instances, now->first), now->count, (uint64_t)done + 1};
    return true;
}

static void *instance_at(const ppo_instances *v, size_t n)
{
    return v->instance + n * v->stride;
}

void ppo_instances_render(const ppo_instances *v, size_t n, unsigned char *picture)
{
    ppo_picture_draw(v->env, instance_at(v, n), picture, v->options.picture_width,
                     v->options.picture_height);
}

static size_t picture_bytes(const ppo_instances *v)
{
    return (size_t)v->options.picture_width * v->options.picture_height * 3;
}

// --- failures -----------------------------------------------------------------------------------

// What a class's status counts as. One that is not in the list would be an exit code, and
// PPO_STOPPED would pass for an evaluation that was abandoned by request.
static ppo_status failure_of(ppo_status status)
{
    return ppo_status_is_known(status) && status != PPO_STOPPED ? status : PPO_ENV_FAILED;
}

// The status and sentence of a class's function that failed, behind the environment's name and
// number.
static ppo_status env_failed(const ppo_instances *v, size_t n, const char *doing, ppo_status status,
                             const ppo_error *said, ppo_error *error)
{
    status = failure_of(status);
    return ppo_fail(error, status, "%.64s, environment %zu, %s: %.300s", ppo_env_name(v->env->id),
                    number_of(v, n), doing,
                    said->message[0] ? said->message : ppo_status_text(status));
}

static ppo_status many_failed(const ppo_instances *v, size_t first, size_t count, ppo_status status,
                              const ppo_error *said, ppo_error *error)
{
    status = failure_of(status);
    return ppo_fail(error, status, "%.64s, environments %zu to %zu, step_many: %.300s",
                    ppo_env_name(v->env->id), number_of(v, first), number_of(v, first + count - 1),
                    said->message[0] ? said->message : ppo_status_text(status));
}

static ppo_status bad_value(const ppo_instances *v, size_t n, ppo_status status, const char *what,
                            uint64_t step, ppo_error *error)
{
    return ppo_fail(error, status,
                    "%.64s, environment %zu, episode step %u, step %llu of the run: %s",
                    ppo_env_name(v->env->id), number_of(v, n), v->episode[n].length,
                    (unsigned long long)step, what);
}

static ppo_status check_obs(const ppo_instances *v, size_t n, const void *obs, uint64_t step,
                            ppo_error *error)
{
    char what[128];
    const ppo_status status =
        ppo_observation_check(what, sizeof what, &v->env->observation_space, v->obs_size, obs);
    return status == PPO_OK ? PPO_OK : bad_value(v, n, status, what, step, error);
}

// Asks the class which actions are allowed now.
static ppo_status update_mask(const ppo_instances *v, size_t n, ppo_error *error)
{
    uint8_t *allowed = v->mask + n * v->mask_bytes;
    size_t component;
    memset(allowed, 1, v->mask_bytes);
    v->env->action_mask(instance_at(v, n), allowed);
    if (ppo_action_mask_is_valid(&v->env->action_space, allowed, &component))
        return PPO_OK;
    return ppo_fail(error, PPO_ENV_FAILED,
                    "%.64s, environment %zu, episode step %u: action_mask allows no value of "
                    "action component %zu",
                    ppo_env_name(v->env->id), number_of(v, n), v->episode[n].length, component);
}

static void allow_all(const ppo_instances *v, size_t n)
{
    if (v->mask)
        memset(v->mask + n * v->mask_bytes, 1, v->mask_bytes);
}

// --- starting -----------------------------------------------------------------------------------

// Resets environment n and leaves the counters of its episode alone. `seed` NULL: its random stream
// goes on.
static ppo_status reset_instance(ppo_instances *v, size_t n, const uint64_t *seed,
                                 unsigned char *obs, uint64_t step, ppo_error *error)
{
    ppo_error said = {.status = PPO_OK, .message = ""};
    const ppo_status status = v->env->reset(instance_at(v, n), seed, obs, &said);
    if (status != PPO_OK)
        return env_failed(v, n, "reset", status, &said, error);
    PPO_TRY(check_obs(v, n, obs, step, error));
    return v->mask ? update_mask(v, n, error) : PPO_OK;
}

static ppo_status begin_episode(ppo_instances *v, size_t n, const uint64_t *seed,
                                unsigned char *obs, uint64_t step, ppo_error *error)
{
    v->episode[n].total = 0.0;
    v->episode[n].length = 0;
    v->episode[n].is_lost = 0;
    return reset_instance(v, n, seed, obs, step, error);
}

// A seed of its own for each environment and step at which it can't go on by its own stream.
static uint64_t fresh_seed(const ppo_instances *v, size_t n, uint64_t step)
{
    const ppo_rng_block block =
        ppo_rng_draw(v->options.seed, PPO_RNG_RESEED, (uint32_t)number_of(v, n), step);
    return (uint64_t)block.word[0] << 32 | block.word[1];
}

void ppo_instances_clear(ppo_instances *v, size_t first, size_t end)
{
    memset(instance_at(v, first), 0, (end - first) * v->stride);
}

ppo_status ppo_instances_init(ppo_instances *v, size_t first, size_t end, ppo_error *error)
{
    v->first = first;
    for (size_t n = first + v->num_inited; n < end; n++) {
        ppo_error said = {.status = PPO_OK, .message = ""};
        const ppo_status status =
            v->env->init ? v->env->init(instance_at(v, n), v->env->context, &said) : PPO_OK;
        if (status != PPO_OK)
            return env_failed(v, n, "init", status, &said, error);
        if (v->self)
            v->self[n] = instance_at(v, n);
        v->num_inited++;
    }
    return PPO_OK;
}

void ppo_instances_release(ppo_instances *v)
{
    if (v->env->release)
        for (size_t n = v->first; n < v->first + v->num_inited; n++)
            v->env->release(instance_at(v, n));
    v->num_inited = 0;
}

ppo_status ppo_instances_start(ppo_instances *v, size_t n, unsigned char *obs, ppo_error *error)
{
    const uint64_t seed = v->options.seed + number_of(v, n);
    const ppo_stepping here = {.instances = v, .first = n, .count = 1};
    stepping = &here;
    const ppo_status status = begin_episode(v, n, &seed, obs + n * v->obs_bytes, 0, error);
    stepping = NULL;
    return status;
}

ppo_status ppo_instances_reset(ppo_instances *v, size_t n, const uint64_t *seeds,
                               unsigned char *obs, uint64_t step, ppo_error *error)
{
    const uint64_t fresh = fresh_seed(v, n, step);
    const uint64_t *seed = v->episode[n].is_lost ? &fresh : NULL;
    if (seeds) {
        v->options.seed = seeds[0];
        seed = &seeds[n];
    }
    return begin_episode(v, n, seed, obs + n * v->obs_bytes, step, error);
}

// --- stepping -----------------------------------------------------------------------------------

// The previous action instead of the chosen one, with the given probability (Machado et al. 2018,
// "Revisiting the Arcade Learning Environment"). An episode's first step has no previous one; one
// that is forbidden by now is not repeated.
static const void *make_sticky(ppo_instances *v, size_t n, const void *chosen, uint64_t step)
{
    unsigned char *last = v->last_action + n * v->action_bytes;
    const ppo_rng_block block =
        ppo_rng_draw(v->options.seed, PPO_RNG_STICKY, (uint32_t)number_of(v, n), step);
    const bool sticks = (double)block.word[0] * 0x1p-32 < v->options.sticky_action_prob;
    if (!sticks || v->episode[n].length == 0 ||
        (v->mask &&
         !ppo_action_mask_allows(&v->env->action_space, v->mask + n * v->mask_bytes, last)))
        memcpy(last, chosen, v->action_bytes);
    return last;
}

// The action that the class gets: sticky and clipped, as the options say.
static const void *make_action(ppo_instances *v, size_t n, const void *chosen, uint64_t step)
{
    const void *action = v->last_action ? make_sticky(v, n, chosen, step) : chosen;
    if (!v->clipped)
        return action;
    unsigned char *clipped = v->clipped + n * v->action_bytes;
    memcpy(clipped, action, v->action_bytes);
    ppo_action_clip(&v->env->action_space, clipped);
    return clipped;
}

// Adds one step of the environment to that of its row.
static void add_transition(ppo_instances *v, size_t n, ppo_transition *sum,
                           const ppo_transition *now)
{
    v->episode[n].length++;
    sum->reward += now->reward;
    sum->terminated = now->terminated;
    sum->life_lost = now->life_lost;
    sum->lost = now->lost;
    sum->truncated = now->truncated || v->episode[n].length >= v->max_episode_steps;
}

// The step of an environment whose instance is lost: its episode ends as truncated with the return
// and length so far, and the next one begins from a fresh seed. The counters are cleared last: if
// the reset ends this process too, they are still there for the next.
static ppo_status step_lost(ppo_instances *v, const ppo_vecenv_rows *rows, size_t n, uint64_t step,
                            ppo_error *error)
{
    unsigned char *obs = rows->obs + n * v->obs_bytes;
    ppo_episode *episode = &v->episode[n];
    const uint64_t seed = fresh_seed(v, n, step);
    PPO_TRY(reset_instance(v, n, &seed, obs, step, error));
    memcpy(rows->final_obs + n * v->obs_bytes, obs, v->obs_bytes); // a valid one, for there is none
    rows->reward[n] = 0.0;
    rows->terminated[n] = 0;
    rows->truncated[n] = 1;
    if (rows->lost)
        rows->lost[n] = 1;
    rows->episode_return[n] = episode->total;
    rows->episode_length[n] = episode->length;
    episode->total = 0.0;
    episode->length = 0;
    episode->is_lost = 0;
    return PPO_OK;
}

// Completes a step of environment n, whose observation is in its row: checks, results, and the next
// episode where this one has ended.
static ppo_status finish_step(ppo_instances *v, const ppo_vecenv_rows *rows, size_t n,
                              const ppo_transition *sum, uint64_t step, ppo_error *error)
{
    unsigned char *obs = rows->obs + n * v->obs_bytes;
    ppo_episode *episode = &v->episode[n];
    if (sum->lost)
        return step_lost(v, rows, n, step, error);
    if (!isfinite(sum->reward))
        return bad_value(v, n, PPO_NUMERIC,
                         isnan(sum->reward) ? "the reward is not a number"
                                            : "the reward is infinite",
                         step, error);
    PPO_TRY(check_obs(v, n, obs, step, error));
    if (rows->picture)
        ppo_instances_render(v, n, rows->picture + n * picture_bytes(v));
    episode->total += sum->reward;
    rows->reward[n] = sum->reward;
    rows->terminated[n] = sum->terminated;
    rows->truncated[n] = sum->truncated && !sum->terminated;
    if (rows->lost)
        rows->lost[n] = 0;
    if (!sum->terminated && !sum->truncated)
        return v->mask ? update_mask(v, n, error) : PPO_OK;

    // The episode has ended for learning. After a lost life the game goes on, and so do its
    // counters; but if a limit ends it in the same step, a seed makes the class begin a new game.
    const bool life_lost = sum->terminated && sum->life_lost;
    memcpy(rows->final_obs + n * v->obs_bytes, obs, v->obs_bytes);
    if (life_lost && !sum->truncated) {
        rows->episode_length[n] = 0;
        return reset_instance(v, n, NULL, obs, step, error);
    }
    const uint64_t seed = fresh_seed(v, n, step);
    rows->episode_return[n] = episode->total;
    rows->episode_length[n] = episode->length;
    return begin_episode(v, n, life_lost ? &seed : NULL, obs, step, error);
}

// Steps environment n alone: its action for frame_skip steps, or up to the episode's end.
static ppo_status step_alone(ppo_instances *v, const ppo_vecenv_rows *rows, size_t n,
                             const void *chosen, uint64_t step, ppo_error *error)
{
    const void *action = make_action(v, n, chosen, step);
    unsigned char *obs = rows->obs + n * v->obs_bytes;
    ppo_transition sum = {.reward = 0.0};
    ppo_error said;
    said.message[0] = '\0'; // clearing all of it would cost as much as a step
    uint32_t left = v->options.frame_skip;
    do {
        ppo_transition now = {.reward = 0.0};
        const ppo_status status = v->env->step(instance_at(v, n), action, obs, &now, &said);
        if (status != PPO_OK)
            return env_failed(v, n, "step", status, &said, error);
        add_transition(v, n, &sum, &now);
    } while (--left && !sum.terminated && !sum.truncated && !sum.lost);
    return finish_step(v, rows, n, &sum, step, error);
}

// Steps environments first .. first+count-1 by one call of step_many.
static ppo_status step_together(ppo_instances *v, const ppo_vecenv_rows *rows, size_t first,
                                size_t count, const unsigned char *actions, uint64_t step,
                                ppo_error *error)
{
    ppo_transition *now = v->transition + first;
    ppo_error said;
    said.message[0] = '\0';
    for (size_t n = first; n < first + count; n++)
        make_action(v, n, actions + n * v->action_bytes, step);
    if (v->clipped || v->last_action)
        actions = v->clipped ? v->clipped : v->last_action;
    memset(now, 0, count * sizeof *now);
    const ppo_status status =
        v->env->step_many(v->self + first, count, actions + first * v->action_bytes,
                          rows->obs + first * v->obs_bytes, now, &said);
    if (status != PPO_OK)
        return many_failed(v, first, count, status, &said, error);
    for (size_t i = 0; i < count; i++) {
        ppo_transition sum = {.reward = 0.0};
        add_transition(v, first + i, &sum, &now[i]);
        PPO_TRY(finish_step(v, rows, first + i, &sum, step, error));
    }
    return PPO_OK;
}

size_t ppo_instances_at_once(const ppo_instances *v, size_t first, size_t count)
{
    size_t together = 0;
    if (!v->self)
        return 1;
    while (together < count && !v->episode[first + together].is_lost)
        together++;
    return together > 0 ? together : 1;
}

ppo_status ppo_instances_step(ppo_instances *v, const ppo_vecenv_rows *rows, const void *action,
                              size_t first, size_t count, uint64_t step, ppo_error *error)
{
    const unsigned char *actions = action;
    ppo_stepping here = {.instances = v, .count = 0};
    ppo_status status = PPO_OK;
    stepping = &here;
    for (size_t n = first; n < first + count && status == PPO_OK; n += here.count) {
        here.first = n;
        here.count = ppo_instances_at_once(v, n, first + count - n);
        if (v->episode[n].is_lost)
            status = step_lost(v, rows, n, step, error);
        else if (v->self)
            status = step_together(v, rows, n, here.count, actions, step, error);
        else
            status = step_alone(v, rows, n, actions + n * v->action_bytes, step, error);
    }
    stepping = NULL;
    return status;
}

void ppo_instances_lose(ppo_instances *v, size_t n)
{
    v->episode[n].is_lost = 1;
    allow_all(v, n); // the mask may be half written
}

// --- saving --------------------------------------------------------------------------------------

void ppo_instances_save(ppo_instances *v, size_t n)
{
    const size_t size = v->env->state_size;
    if (size == 0)
        return;
    if (v->episode[n].is_lost)
        memset(v->state + n * size, 0, size);
    else if (v->env->save_state)
        v->env->save_state(instance_at(v, n), v->state + n * size);
    else
        memcpy(v->state + n * size, instance_at(v, n), size);
}

ppo_status ppo_instances_load(ppo_instances *v, size_t n, unsigned char *obs, uint64_t step,
                              ppo_error *error)
{
    const size_t size = v->env->state_size;
    if (size == 0) {
        const uint64_t seed = fresh_seed(v, n, step);
        return begin_episode(v, n, &seed, obs + n * v->obs_bytes, step, error);
    }
    if (v->episode[n].is_lost) { // its next step does not ask the instance
        allow_all(v, n);
        return PPO_OK;
    }
    if (v->env->load_state) {
        ppo_error said = {.status = PPO_OK, .message = ""};
        const ppo_status status = v->env->load_state(instance_at(v, n), v->state + n * size, &said);
        if (status != PPO_OK)
            return env_failed(v, n, "load_state", status, &said, error);
    } else {
        memcpy(instance_at(v, n), v->state + n * size, size);
    }
    return v->mask ? update_mask(v, n, error) : PPO_OK;
}
