// SPDX-License-Identifier: MIT
// Playing whole episodes with an agent, a batch of environments side by side, each for one episode.
//
// Workload: tens to hundreds of episodes between iterations. Takes and frees memory of its own.
#include "agent/agent.h"

#include "core/error.h"
#include "env/vecenv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH     128 // episodes played side by side
#define MAX_TRIES 10  // of an episode whose environment breaks down; then it counts as it is

// One batch: environment i plays episode i. Rows are kept for all of them; `live` lists those whose
// episode goes on.
typedef struct ppo_stage {
    ppo_agent *agent;
    ppo_vecenv *vecenv;
    ppo_arena arena;
    size_t count;
    size_t obs_bytes, action_bytes;
    size_t stack;   // observations seen together
    uint32_t *live; // [count]
    size_t num_live;
    unsigned char *obs, *final_obs;      // [count, obs bytes]
    unsigned char *seen, *live_seen;     // [count, stack, obs bytes]
    unsigned char *action, *live_action; // [count, action bytes]
    const uint8_t *masks;                // [count, mask bytes] what is allowed; NULL: everything
    uint8_t *live_mask;                  // likewise
    size_t mask_bytes;
    double *reward, *episode_return; // [count]
    uint8_t *terminated, *truncated; // [count]
    uint8_t *lost;                   // [count] 1: the environment has broken down
    uint8_t *tries;                  // [count] how often so far
    uint32_t *episode_length;        // [count]
} ppo_stage;

static void plan_stage(ppo_stage *s)
{
    const size_t n = s->count;
#define ROW(field, dtype, ...)                                                    \
    PPO_ARENA_ADD(&s->arena, &s->field, "evaluate." #field, "ppo_agent_evaluate", \
                  PPO_ROLE_SCRATCH, dtype, __VA_ARGS__)
    ROW(live, PPO_U32, n);
    ROW(obs, PPO_U8, n, s->obs_bytes);
    ROW(final_obs, PPO_U8, n, s->obs_bytes);
    ROW(seen, PPO_U8, n, s->stack, s->obs_bytes);
    ROW(live_seen, PPO_U8, n, s->stack, s->obs_bytes);
    ROW(action, PPO_U8, n, s->action_bytes);
    ROW(live_action, PPO_U8, n, s->action_bytes);
    if (s->agent->env->action_mask)
        ROW(live_mask, PPO_U8, n, s->mask_bytes);
    ROW(reward, PPO_F64, n);
    ROW(episode_return, PPO_F64, n);
    ROW(terminated, PPO_U8, n);
    ROW(truncated, PPO_U8, n);
    ROW(lost, PPO_U8, n);
    ROW(tries, PPO_U8, n);
    ROW(episode_length, PPO_U32, n);
#undef ROW
}

// An episode's first observation stands for those before it.
static void see_first(ppo_stage *s, size_t n)
{
    for (size_t k = 0; k < s->stack; k++)
        memcpy(s->seen + (n * s->stack + k) * s->obs_bytes, s->obs + n * s->obs_bytes,
               s->obs_bytes);
}

static void see_next(ppo_stage *s, size_t n)
{
    unsigned char *oldest = s->seen + n * s->stack * s->obs_bytes;
    const size_t kept = (s->stack - 1) * s->obs_bytes;
    memmove(oldest, oldest + s->obs_bytes, kept);
    memcpy(oldest + kept, s->obs + n * s->obs_bytes, s->obs_bytes);
}

static ppo_status open_stage(ppo_stage *s, uint64_t seed, ppo_error *error)
{
    const ppo_vecenv_options options = ppo_agent_vecenv_options(s->agent, s->count, seed);
    PPO_TRY(ppo_vecenv_create(&s->vecenv, s->agent->env, &options, &s->arena, error));
    plan_stage(s);
    PPO_TRY(ppo_arena_bind(&s->arena, error));
    s->masks = ppo_vecenv_mask(s->vecenv);
    for (size_t i = 0; i < s->count; i++)
        s->live[i] = (uint32_t)i;
    s->num_live = s->count;
    PPO_TRY(ppo_vecenv_start(s->vecenv, s->obs, error));
    for (size_t i = 0; i < s->count; i++)
        see_first(s, i);
    return PPO_OK;
}

// Actions for the live rows only.
static void act_live(ppo_stage *s, bool deterministic, uint64_t seed, uint64_t step)
{
    const size_t size = s->stack * s->obs_bytes;
    for (size_t i = 0; i < s->num_live; i++)
        memcpy(s->live_seen + i * size, s->seen + s->live[i] * size, size);
    for (size_t i = 0; s->masks && i < s->num_live; i++)
        memcpy(s->live_mask + i * s->mask_bytes, s->masks + s->live[i] * s->mask_bytes,
               s->mask_bytes);
    ppo_agent_act_masked(s->agent, s->live_action, s->live_seen, s->live_mask, s->num_live,
                         deterministic, seed, step);
    for (size_t i = 0; i < s->num_live; i++)
        memcpy(s->action + s->live[i] * s->action_bytes, s->live_action + i * s->action_bytes,
               s->action_bytes);
}

// Steps the live rows, neighbours together.
static ppo_status step_rows(ppo_stage *s, uint64_t step, ppo_error *error)
{
    const ppo_vecenv_rows rows = {.obs = s->obs,
                                  .final_obs = s->final_obs,
                                  .reward = s->reward,
                                  .terminated = s->terminated,
                                  .truncated = s->truncated,
                                  .lost = s->lost,
                                  .episode_return = s->episode_return,
                                  .episode_length = s->episode_length};
    for (size_t i = 0, count; i < s->num_live; i += count) {
        for (count = 1; i + count < s->num_live && s->live[i + count] == s->live[i] + count;)
            count++;
        PPO_TRY(ppo_vecenv_step(s->vecenv, &rows, s->action, s->live[i], count, step, error));
    }
    return PPO_OK;
}

static ppo_status step_live(ppo_stage *s, uint64_t step, double *returns, uint32_t *lengths,
                            ppo_error *error)
{
    size_t still_live = 0;
    PPO_TRY(step_rows(s, step, error));
    for (size_t i = 0; i < s->num_live; i++) {
        const uint32_t n = s->live[i];
        const bool ended = s->terminated[n] || s->truncated[n];
        const bool again = s->lost[n] && ++s->tries[n] < MAX_TRIES; // another one has begun
        if (ended && (s->episode_length[n] > 0 || s->lost[n]) && !again) {
            returns[n] = s->episode_return[n];
            lengths[n] = s->episode_length[n];
            continue;
        }
        if (ended) // a life was lost, the game goes on; or it begins anew
            see_first(s, n);
        else
            see_next(s, n);
        s->live[still_live++] = n;
    }
    s->num_live = still_live;
    return PPO_OK;
}

static ppo_stage stage_for(ppo_agent *agent, size_t count)
{
    return (ppo_stage){.agent = agent,
                       .count = count,
                       .obs_bytes = ppo_space_bytes(&agent->env->observation_space),
                       .action_bytes = ppo_space_bytes(&agent->env->action_space),
                       .mask_bytes = agent->policy.dist.num_outputs,
                       .stack = agent->policy.input.stack};
}

static void close_stage(ppo_stage *s)
{
    ppo_vecenv_destroy(s->vecenv);
    ppo_arena_release(&s->arena);
}

static ppo_status play_batch(ppo_agent *agent, double *returns, uint32_t *lengths, size_t count,
                             uint64_t seed, bool deterministic, ppo_error *error)
{
    ppo_stage s = stage_for(agent, count);
    ppo_status status = open_stage(&s, seed, error);
    for (uint64_t step = 0; status == PPO_OK && s.num_live > 0; step++) {
        act_live(&s, deterministic, seed, step);
        status = step_live(&s, step, returns, lengths, error);
    }
    close_stage(&s);
    return status;
}

static ppo_evaluation summarise(const double *returns, const uint32_t *lengths, uint32_t episodes)
{
    ppo_evaluation e = {
        .episodes = episodes, .return_min = (double)INFINITY, .return_max = -(double)INFINITY};
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

static ppo_status play_all(ppo_agent *agent, double *returns, uint32_t *lengths, uint32_t episodes,
                           uint64_t seed, bool deterministic, ppo_error *error)
{
    for (uint32_t first = 0; first < episodes; first += BATCH) {
        const size_t count = episodes - first < BATCH ? episodes - first : BATCH;
        PPO_TRY(play_batch(agent, returns + first, lengths + first, count, seed + first,
                           deterministic, error));
    }
    return PPO_OK;
}

// --- evaluations --------------------------------------------------------------------------------

ppo_status ppo_agent_evaluate(ppo_agent *agent, ppo_evaluation *evaluation, double *returns,
                              uint32_t *lengths, uint32_t episodes, uint64_t seed,
                              bool deterministic, ppo_error *error)
{
    if (episodes == 0)
        return ppo_fail(error, PPO_INVALID, "an evaluation needs at least one episode");
    double *own_returns = calloc(episodes, sizeof *own_returns);
    uint32_t *own_lengths = calloc(episodes, sizeof *own_lengths);
    const bool ready = own_returns && own_lengths;
    const ppo_status status =
        ready ? play_all(agent, own_returns, own_lengths, episodes, seed, deterministic, error)
              : ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %u episodes", episodes);
    if (ready && status == PPO_OK) {
        *evaluation = summarise(own_returns, own_lengths, episodes);
        if (returns)
            memcpy(returns, own_returns, episodes * sizeof *returns);
        if (lengths)
            memcpy(lengths, own_lengths, episodes * sizeof *lengths);
    }
    free(own_returns);
    free(own_lengths);
    return status;
}
