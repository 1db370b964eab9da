// SPDX-License-Identifier: MIT
// Playing whole episodes with an agent, a batch of environments side by side, each for one episode.
//
// Workload: tens to hundreds of episodes between iterations. Takes and frees memory of its own.
#include "agent/agent.h"
#include "agent/frame_stack.h"
#include "agent/vec.h"
#include "core/error.h"
#include "core/float_scope.h"
#include "core/sized.h"
#include "env/vecenv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH     128 // episodes played side by side
#define MAX_TRIES 10  // of an episode whose environment breaks down; then it counts as it is

// Environment i plays episode i of the batch. Rows are kept for all of them; `live` lists those
// whose episode goes on.
typedef struct ppo_evaluation_batch {
    const ppo_agent *agent;
    ppo_actor *actor;
    ppo_vecenv *vecenv;
    ppo_arena arena;
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
    double *reward, *episode_return;     // [count]
    uint8_t *terminated, *truncated;     // [count]
    uint8_t *lost;                       // [count] 1: the environment has broken down
    uint8_t *tries;                      // [count] how often so far
    uint32_t *episode_length;            // [count]
} ppo_evaluation_batch;

static ppo_status open_batch(ppo_evaluation_batch *b, const ppo_agent *agent, size_t count,
                             uint64_t seed, ppo_error *error)
{
    ppo_vecenv_options options = ppo_agent_vecenv_options(agent, count, seed);
    // A crash costs an episode here too, where training has workers.
    options.num_processes = ppo_vec_options_for(&agent->config, agent->env).num_processes;
    *b = (ppo_evaluation_batch){.agent = agent,
                                .count = count,
                                .obs_bytes = ppo_space_bytes(&agent->env->observation_space),
                                .action_bytes = ppo_space_bytes(&agent->env->action_space),
                                .mask_bytes = agent->policy.dist.num_outputs,
                                .stack = agent->policy.input.stack};
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
    ROW(reward, PPO_F64, count);
    ROW(episode_return, PPO_F64, count);
    ROW(terminated, PPO_U8, count);
    ROW(truncated, PPO_U8, count);
    ROW(lost, PPO_U8, count);
    ROW(tries, PPO_U8, count);
    ROW(episode_length, PPO_U32, count);
#undef ROW
    PPO_TRY(ppo_arena_bind(&b->arena, error));
    b->masks = ppo_vecenv_mask(b->vecenv);
    b->num_live = count;
    PPO_TRY(ppo_vecenv_start(b->vecenv, b->obs, error));
    for (size_t i = 0; i < count; i++) {
        b->live[i] = (uint32_t)i;
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
    }
    options->masks = b->live_masks;
    PPO_TRY(ppo_actor_act(b->actor, b->live_action, b->live_stacks, b->num_live, options, error));
    for (size_t i = 0; i < b->num_live; i++)
        memcpy(b->action + b->live[i] * b->action_bytes, b->live_action + i * b->action_bytes,
               b->action_bytes);
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

// Keeps the returns and lengths of episodes that have ended, and the others live.
static void settle(ppo_evaluation_batch *b, double *returns, uint32_t *lengths)
{
    size_t still_live = 0;
    for (size_t i = 0; i < b->num_live; i++) {
        const uint32_t n = b->live[i];
        unsigned char *stack = b->stacks + n * b->stack * b->obs_bytes;
        const unsigned char *obs = b->obs + n * b->obs_bytes;
        const bool ended = b->terminated[n] || b->truncated[n];
        const bool again = b->lost[n] && ++b->tries[n] < MAX_TRIES; // another one has begun
        if (ended && (b->episode_length[n] > 0 || b->lost[n]) && !again) {
            returns[n] = b->episode_return[n];
            lengths[n] = b->episode_length[n];
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

static ppo_status play_batch(const ppo_agent *agent, double *returns, uint32_t *lengths,
                             size_t count, uint64_t seed, bool deterministic, ppo_error *error)
{
    ppo_evaluation_batch b;
    ppo_act_options acting = {
        .struct_size = sizeof acting, .deterministic = deterministic, .seed = seed};
    ppo_status status = open_batch(&b, agent, count, seed, error);
    while (status == PPO_OK && b.num_live > 0) {
        status = act(&b, &acting, error);
        if (status == PPO_OK)
            status = step(&b, acting.step, error);
        if (status == PPO_OK)
            settle(&b, returns, lengths);
        acting.step++;
    }
    close_batch(&b);
    return status;
}

static ppo_evaluation summarise(const double *returns, const uint32_t *lengths, uint32_t episodes)
{
    ppo_evaluation e = {.struct_size = sizeof e,
                        .episodes = episodes,
                        .return_min = (double)INFINITY,
                        .return_max = -(double)INFINITY};
    double squares = 0.0;
    for (uint32_t i = 0; i < episodes; i++) {
        e.return_mean += returns[i];
        e.length_mean += (double)lengths[i];
        e.return_min = fmin(e.return_min, returns[i]);
        e.return_max = fmax(e.return_max, returns[i]);
    }
    e.return_mean /= episodes;
    e.length_mean /= episodes;
    for (uint32_t i = 0; i < episodes; i++)
        squares += (returns[i] - e.return_mean) * (returns[i] - e.return_mean);
    e.return_std = sqrt(squares / episodes);
    return e;
}

ppo_status ppo_agent_evaluate(const ppo_agent *agent, ppo_evaluation *evaluation,
                              const ppo_evaluate_options *options, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_evaluate_options o;
    PPO_TRY(ppo_sized_read(&o, sizeof o, sizeof o, options, "ppo_evaluate_options", error));
    PPO_TRY(ppo_sized_check(evaluation, sizeof *evaluation, "ppo_evaluation", error));
    if (o.episodes == 0)
        return ppo_fail(error, PPO_INVALID, "an evaluation needs at least one episode");
    double *returns = calloc(o.episodes, sizeof *returns);
    uint32_t *lengths = calloc(o.episodes, sizeof *lengths);
    ppo_status status =
        returns && lengths
            ? PPO_OK
            : ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %u episodes", o.episodes);
    for (uint32_t first = 0; status == PPO_OK && first < o.episodes; first += BATCH) {
        const size_t count = o.episodes - first < BATCH ? o.episodes - first : BATCH;
        status = play_batch(agent, returns + first, lengths + first, count, o.seed + first,
                            o.deterministic, error);
    }
    if (status == PPO_OK) {
        const ppo_evaluation result = summarise(returns, lengths, o.episodes);
        ppo_sized_write(evaluation, &result, sizeof result);
        if (o.returns)
            memcpy(o.returns, returns, o.episodes * sizeof *returns);
        if (o.lengths)
            memcpy(o.lengths, lengths, o.episodes * sizeof *lengths);
    }
    free(returns);
    free(lengths);
    return status;
}
