// SPDX-License-Identifier: MIT
// Playing whole episodes with an agent, a batch of environments side by side, each for one episode.
// Environments, their random streams and the samples of actions go by the episode's number, so
// batches may be cut anywhere.
//
// Workload: tens to hundreds of episodes between iterations. Takes and frees memory of its own.
#include "agent/evaluate.h"

#include "agent/agent.h"
#include "agent/frame_stack.h"
#include "agent/vec.h"
#include "core/error.h"
#include "core/float_scope.h"
#include "core/sized.h"
#include "env/vecenv.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BATCH     128 // episodes played side by side
#define MAX_TRIES 10  // of an episode whose environment breaks down; then it is lost

// Environment i plays episode first + i. Rows are kept for all of them; `live` lists those
// whose episode goes on.
typedef struct ppo_evaluation_batch {
    const ppo_agent *agent;
    ppo_actor *actor;
    ppo_vecenv *vecenv;
    ppo_arena arena;
    uint32_t first; // number of the batch's first episode
    size_t count;
    size_t obs_bytes, action_bytes, mask_bytes;
    size_t stack;   // observations in a stack
    uint32_t *live; // [count]
    size_t num_live;
    unsigned char *obs, *final_obs;      // [count, obs bytes]
    unsigned char *stacks, *live_stacks; // [count, stack, obs bytes]
    unsigned char *action, *live_action; // [count, action bytes]
    const uint8_t *masks;                // [count, mask bytes] what is allowed; NULL: everything
    uint8_t *live_masks;                 // likewise
    size_t memory_size;                  // floats that the policy remembers of a row; 0: none
    float *memory, *live_memory;         // [count, memory_size] if it remembers something
    uint32_t *live_episodes;             // [count] their numbers
    uint8_t *starts, *live_starts;       // [count] 1: the next observation begins an episode
    double *reward, *episode_return;     // [count]
    uint8_t *terminated, *truncated;     // [count]
    uint8_t *lost;                       // [count] 1: the environment has broken down
    uint8_t *tries;                      // [count] how often so far
    uint32_t *episode_length;            // [count]
    double *total;                       // [count] rewards of the episode so far
    uint32_t *length;                    // [count] its steps of the environment so far
} ppo_evaluation_batch;

static ppo_status open_batch(ppo_evaluation_batch *b, const ppo_agent *agent, uint32_t first,
                             size_t count, uint64_t seed, ppo_error *error)
{
    ppo_vecenv_options options = ppo_agent_vecenv_options(agent, count, seed);
    options.first_env = first;
    // A crash costs an episode here too, where training has workers.
    options.num_processes = ppo_vec_options_for(&agent->config, agent->env).num_processes;
    *b = (ppo_evaluation_batch){.agent = agent,
                                .first = first,
                                .count = count,
                                .obs_bytes = ppo_space_bytes(&agent->env->observation_space),
                                .action_bytes = ppo_space_bytes(&agent->env->action_space),
                                .mask_bytes = agent->policy.dist.mask_width,
                                .stack = agent->policy.input.stack,
                                .memory_size = ppo_agent_memory_size(agent)};
    PPO_TRY(ppo_actor_create(&b->actor, agent, error));
    PPO_TRY(ppo_vecenv_create(&b->vecenv, agent->env, &options, &b->arena, error));
#define ROW(field, dtype, ...)                                                    \
    PPO_ARENA_ADD(&b->arena, &b->field, "evaluate." #field, "ppo_agent_evaluate", \
                  PPO_ROLE_SCRATCH, dtype, __VA_ARGS__)
    ROW(live, PPO_U32, count);
    ROW(obs, PPO_U8, count, b->obs_bytes);
    ROW(final_obs, PPO_U8, count, b->obs_bytes);
    ROW(stacks, PPO_U8, count, b->stack, b->obs_bytes);
    ROW(live_stacks, PPO_U8, count, b->stack, b->obs_bytes);
    ROW(action, PPO_U8, count, b->action_bytes);
    ROW(live_action, PPO_U8, count, b->action_bytes);
    if (agent->env->action_mask)
        ROW(live_masks, PPO_U8, count, b->mask_bytes);
    if (b->memory_size) {
        ROW(memory, PPO_F32, count, b->memory_size);
        ROW(live_memory, PPO_F32, count, b->memory_size);
    }
    ROW(live_episodes, PPO_U32, count);
    ROW(starts, PPO_U8, count);
    ROW(live_starts, PPO_U8, count);
    ROW(reward, PPO_F64, count);
    ROW(episode_return, PPO_F64, count);
    ROW(terminated, PPO_U8, count);
    ROW(truncated, PPO_U8, count);
    ROW(lost, PPO_U8, count);
    ROW(tries, PPO_U8, count);
    ROW(episode_length, PPO_U32, count);
    ROW(total, PPO_F64, count);
    ROW(length, PPO_U32, count);
#undef ROW
    PPO_TRY(ppo_arena_bind(&b->arena, error));
    b->masks = ppo_vecenv_mask(b->vecenv);
    b->num_live = count;
    PPO_TRY(ppo_vecenv_start(b->vecenv, b->obs, error));
    for (size_t i = 0; i < count; i++) {
        b->live[i] = (uint32_t)i;
        b->starts[i] = 1;
        ppo_stack_fill(b->stacks + i * b->stack * b->obs_bytes, b->obs + i * b->obs_bytes, b->stack,
                       b->obs_bytes);
    }
    return PPO_OK;
}

static void close_batch(ppo_evaluation_batch *b)
{
    ppo_vecenv_destroy(b->vecenv);
    ppo_arena_release(&b->arena);
    ppo_actor_destroy(b->actor);
}

// Chooses actions for the live rows only.
static ppo_status act(ppo_evaluation_batch *b, ppo_act_options *options, ppo_error *error)
{
    const size_t stack_bytes = b->stack * b->obs_bytes;
    for (size_t i = 0; i < b->num_live; i++) {
        memcpy(b->live_stacks + i * stack_bytes, b->stacks + b->live[i] * stack_bytes, stack_bytes);
        if (b->masks)
            memcpy(b->live_masks + i * b->mask_bytes, b->masks + b->live[i] * b->mask_bytes,
                   b->mask_bytes);
        if (b->memory)
            memcpy(b->live_memory + i * b->memory_size, b->memory + b->live[i] * b->memory_size,
                   b->memory_size * sizeof *b->memory);
        b->live_starts[i] = b->starts[b->live[i]];
        b->live_episodes[i] = b->first + b->live[i];
    }
    options->rows = b->live_episodes;
    options->masks = b->live_masks;
    options->memory = b->live_memory;
    options->episode_starts = b->live_starts;
    PPO_TRY(ppo_actor_act(b->actor, b->live_action, b->live_stacks, b->num_live, options, error));
    for (size_t i = 0; i < b->num_live; i++) {
        memcpy(b->action + b->live[i] * b->action_bytes, b->live_action + i * b->action_bytes,
               b->action_bytes);
        if (b->memory)
            memcpy(b->memory + b->live[i] * b->memory_size, b->live_memory + i * b->memory_size,
                   b->memory_size * sizeof *b->memory);
    }
    return PPO_OK;
}

// How many live rows from the i-th on are neighbours.
static size_t count_neighbours(const ppo_evaluation_batch *b, size_t i)
{
    size_t count = 1;
    while (i + count < b->num_live && b->live[i + count] == b->live[i] + count)
        count++;
    return count;
}

// Steps the live rows, neighbours together.
static ppo_status step(ppo_evaluation_batch *b, uint64_t step, ppo_error *error)
{
    const ppo_vecenv_rows rows = {.obs = b->obs,
                                  .final_obs = b->final_obs,
                                  .reward = b->reward,
                                  .terminated = b->terminated,
                                  .truncated = b->truncated,
                                  .lost = b->lost,
                                  .episode_return = b->episode_return,
                                  .episode_length = b->episode_length};
    for (size_t i = 0, count; i < b->num_live; i += count) {
        count = count_neighbours(b, i);
        PPO_TRY(ppo_vecenv_begin(b->vecenv, &rows, b->action, b->live[i], count, step, error));
    }
    for (size_t i = 0, count; i < b->num_live; i += count) {
        count = count_neighbours(b, i);
        PPO_TRY(ppo_vecenv_finish(b->vecenv, b->live[i], count, error));
    }
    return PPO_OK;
}

// Keeps the results of episodes that are over, and the others live.
static void settle(ppo_evaluation_batch *b, ppo_episode_result *results, uint32_t steps_at_once,
                   uint32_t max_steps)
{
    size_t still_live = 0;
    for (size_t i = 0; i < b->num_live; i++) {
        const uint32_t n = b->live[i];
        unsigned char *stack = b->stacks + n * b->stack * b->obs_bytes;
        const unsigned char *obs = b->obs + n * b->obs_bytes;
        const bool ended = b->terminated[n] || b->truncated[n];
        b->starts[n] = ended;
        if (b->lost[n] && ++b->tries[n] >= MAX_TRIES) {
            results[n] = (ppo_episode_result){(double)NAN, 0, PPO_EPISODE_LOST};
            continue;
        }
        if (ended && !b->lost[n] && b->episode_length[n] > 0) {
            results[n] =
                (ppo_episode_result){b->episode_return[n], b->episode_length[n], PPO_EPISODE_ENDED};
            continue;
        }
        b->total[n] = b->lost[n] ? 0.0 : b->total[n] + b->reward[n];
        b->length[n] = b->lost[n] ? 0 : b->length[n] + steps_at_once;
        if (b->length[n] >= max_steps) {
            results[n] = (ppo_episode_result){b->total[n], b->length[n], PPO_EPISODE_CUT};
            continue;
        }
        if (ended) // a life was lost and the game goes on, or the game begins anew
            ppo_stack_fill(stack, obs, b->stack, b->obs_bytes);
        else
            ppo_stack_push(stack, stack, obs, b->stack, b->obs_bytes);
        b->live[still_live++] = n;
    }
    b->num_live = still_live;
}

static ppo_status play_batch(const ppo_agent *agent, ppo_episode_result *results, uint32_t first,
                             size_t count, const ppo_evaluate_options *options, ppo_error *error)
{
    ppo_evaluation_batch b;
    ppo_act_options acting = {.struct_size = sizeof acting,
                              .deterministic = options->deterministic,
                              .seed = options->seed};
    const uint32_t steps_at_once = ppo_agent_vecenv_options(agent, 1, 0).frame_skip;
    const uint32_t max_steps =
        options->max_steps ? options->max_steps : agent->config.eval_max_steps;
    ppo_status status = open_batch(&b, agent, first, count, options->seed, error);
    while (status == PPO_OK && b.num_live > 0) {
        status = act(&b, &acting, error);
        if (status == PPO_OK)
            status = step(&b, acting.step, error);
        if (status == PPO_OK)
            settle(&b, results, steps_at_once, max_steps);
        acting.step++;
        if (status == PPO_OK && options->is_interrupted &&
            options->is_interrupted(options->interrupt_context))
            status = ppo_fail(error, PPO_STOPPED, "the evaluation was interrupted");
    }
    close_batch(&b);
    return status;
}

ppo_status ppo_agent_play(const ppo_agent *agent, ppo_episode_result *results, uint32_t first,
                          uint32_t count, const ppo_evaluate_options *options, ppo_error *error)
{
    ppo_status status = PPO_OK;
    for (uint32_t done = 0; status == PPO_OK && done < count; done += BATCH) {
        const size_t rows = count - done < BATCH ? count - done : BATCH;
        status = play_batch(agent, results + done, first + done, rows, options, error);
    }
    return status;
}

ppo_status ppo_agent_summarise(const ppo_agent *agent, ppo_evaluation *evaluation,
                               const ppo_episode_result *results, uint32_t count, ppo_error *error)
{
    ppo_evaluation e = {
        .struct_size = sizeof e, .return_min = (double)INFINITY, .return_max = -(double)INFINITY};
    double squares = 0.0;
    for (const ppo_episode_result *r = results; r < results + count; r++) {
        e.episodes_lost += r->fate == PPO_EPISODE_LOST;
        e.episodes_cut += r->fate == PPO_EPISODE_CUT;
        if (r->fate == PPO_EPISODE_LOST)
            continue;
        e.episodes++;
        e.return_mean += r->episode_return;
        e.length_mean += (double)r->length;
        e.return_min = fmin(e.return_min, r->episode_return);
        e.return_max = fmax(e.return_max, r->episode_return);
    }
    if (e.episodes == 0)
        return ppo_fail(error, PPO_ENV_FAILED,
                        "%s broke down in all %u episodes of the evaluation, %d times each",
                        agent->env->id, count, MAX_TRIES);
    e.return_mean /= e.episodes;
    e.length_mean /= e.episodes;
    for (const ppo_episode_result *r = results; r < results + count; r++)
        if (r->fate != PPO_EPISODE_LOST)
            squares += (r->episode_return - e.return_mean) * (r->episode_return - e.return_mean);
    e.return_std = sqrt(squares / e.episodes);
    *evaluation = e;
    return PPO_OK;
}

ppo_status ppo_agent_evaluate(const ppo_agent *agent, ppo_evaluation *evaluation,
                              const ppo_evaluate_options *options, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_evaluate_options o;
    PPO_TRY(ppo_sized_read(&o, sizeof o, offsetof(ppo_evaluate_options, max_steps), options,
                           "ppo_evaluate_options", error));
    PPO_TRY(ppo_sized_check(evaluation, offsetof(ppo_evaluation, episodes_cut), "ppo_evaluation",
                            error));
    if (o.episodes == 0)
        return ppo_fail(error, PPO_INVALID, "an evaluation needs at least one episode");
    ppo_episode_result *results = calloc(o.episodes, sizeof *results);
    if (!results)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %u episodes", o.episodes);
    ppo_evaluation result;
    ppo_status status = ppo_agent_play(agent, results, 0, o.episodes, &o, error);
    if (status == PPO_OK)
        status = ppo_agent_summarise(agent, &result, results, o.episodes, error);
    if (status == PPO_OK)
        ppo_sized_write(evaluation, &result, sizeof result);
    for (uint32_t i = 0; status == PPO_OK && i < o.episodes; i++) {
        if (o.returns)
            o.returns[i] = results[i].episode_return;
        if (o.lengths)
            o.lengths[i] = results[i].length;
    }
    free(results);
    return status;
}
