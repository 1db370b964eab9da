// SPDX-License-Identifier: MIT
// Collecting a rollout in parallel over blocks of environments. A block needs nothing from the
// others, so each runs all T steps on its own; only when observations are normalised by running
// statistics over all environments do the blocks meet after every step.
//
// Workload: 1 to thousands of environments of 50 ns to 1 ms a step. Rows of a block are evaluated
// together; a row's result does not depend on the block it is in.
// Not here: GAE (gae.c), stepping itself (env/vecenv.c).
#include "rl/collect.h"

#include "core/error.h"
#include "rl/features.h"
#include "rl/stage.h"

#include <stdlib.h>
#include <string.h>

#define LD PPO_CHUNK_ROWS

struct ppo_collect {
    ppo_collect_parts parts;
    size_t block_size;  // environments that one task steps
    size_t worker_size; // floats of one worker's working space
    size_t obs_bytes;   // of one observation as the environment gives it
    bool raw_obs_apart; // environments write to `raw_obs`, encoded or normalised copies go to the
                        // rollout; otherwise they write to the rollout itself

    float *obs;                 // [N, D] where the next iteration starts, as the networks see it
    unsigned char *raw_obs;     // [N, obs bytes] as the environments give it (if raw_obs_apart)
    unsigned char *final_obs;   // [N, obs bytes]
    float *features;            // [N, D] raw_obs encoded, for the statistics (if norm_obs)
    float *worker;              // [workers, worker_size]
    ppo_stage stage;            // what workers have collected last
    ppo_normalizer reward_norm; // of the discounted return
    float *discounted;          // [N] return under way of each environment

    // The run under way.
    uint64_t first_step;
    size_t begin, end; // time steps that a task runs
    ppo_error *errors; // [blocks]
    size_t num_blocks;
};

// --- planning ----------------------------------------------------------------------------------

// Enough blocks to feed many cores, but never fewer than 4 rows where a product pays.
static size_t choose_block_size(size_t num_envs)
{
    size_t size = (num_envs + 15) / 16;
    size = size < 4 ? 4 : size;
    return size > LD ? LD : size;
}

static void plan_rows(ppo_collect *c, ppo_arena *arena)
{
    const ppo_rollout *r = c->parts.rollout;
    const size_t n = r->num_envs, d = r->num_features;
    const char *owner = "ppo_collect_run";
    PPO_ARENA_ADD(arena, &c->obs, "collect.obs", owner, PPO_ROW_STATE, PPO_F32, n, d);
    if (c->raw_obs_apart)
        PPO_ARENA_ADD(arena, &c->raw_obs, "collect.raw_obs", owner, PPO_ROW_SCRATCH, PPO_U8, n,
                      c->obs_bytes);
    if (c->parts.config->norm_obs)
        PPO_ARENA_ADD(arena, &c->features, "collect.features", owner, PPO_ROW_SCRATCH, PPO_F32, n,
                      d);
    PPO_ARENA_ADD(arena, &c->final_obs, "collect.final_obs", owner, PPO_ROW_SCRATCH, PPO_U8, n,
                  c->obs_bytes);
    ppo_stage_plan(&c->stage, r, ppo_pool_size(c->parts.pool), arena);
    PPO_ARENA_ADD(arena, &c->worker, "collect.worker", owner, PPO_ROW_SCRATCH, PPO_F32,
                  ppo_pool_size(c->parts.pool), c->worker_size);
    PPO_ARENA_ADD(arena, &c->discounted, "reward_norm.discounted", "ppo_collect_bootstrap",
                  PPO_ROW_STATE, PPO_F32, n);
    ppo_normalizer_plan(&c->reward_norm, "reward_norm", 1, arena);
}

ppo_status ppo_collect_create(ppo_collect **result, const ppo_collect_parts *parts,
                              ppo_arena *arena, ppo_error *error)
{
    ppo_collect *c = calloc(1, sizeof *c);
    if (!c)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for collecting");
    const size_t actions = parts->rollout->num_actions;
    *c = (ppo_collect){.parts = *parts};
    c->obs_bytes = ppo_space_bytes(&parts->agent->env->observation_space);
    c->raw_obs_apart =
        parts->config->norm_obs || !ppo_features_are_raw(&parts->agent->env->observation_space);
    c->block_size = choose_block_size(parts->rollout->num_envs);
    c->num_blocks = (parts->rollout->num_envs + c->block_size - 1) / c->block_size;
    c->worker_size =
        parts->agent->policy.scratch_size + LD * (actions + 2) + parts->rollout->num_features;
    c->errors = calloc(c->num_blocks, sizeof *c->errors);
    if (!c->errors) {
        free(c);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for collecting");
    }
    plan_rows(c, arena);
    *result = c;
    return PPO_OK;
}

size_t ppo_collect_num_tasks(const ppo_config *config)
{
    const size_t size = choose_block_size(config->num_envs);
    return (config->num_envs + size - 1) / size;
}

void ppo_collect_destroy(ppo_collect *collect)
{
    if (!collect)
        return;
    free(collect->errors);
    free(collect);
}

// --- observations as the networks see them ------------------------------------------------------

// Takes what the environments wrote last into the running statistics.
static void update_statistics(ppo_collect *c)
{
    const size_t n = c->parts.rollout->num_envs;
    const ppo_agent *agent = c->parts.agent;
    ppo_features_encode(&agent->env->observation_space, c->features, c->raw_obs, n);
    ppo_normalizer_update(&c->parts.agent->obs_norm, c->features, n);
}

ppo_status ppo_collect_start(ppo_collect *c, ppo_error *error)
{
    unsigned char *first = c->raw_obs_apart ? c->raw_obs : (unsigned char *)c->obs;
    ppo_normalizer_init(&c->reward_norm);
    PPO_TRY(ppo_vecenv_start(c->parts.vecenv, first, error));
    if (c->parts.config->norm_obs)
        update_statistics(c);
    if (c->raw_obs_apart)
        ppo_agent_see(c->parts.agent, c->obs, c->raw_obs, c->parts.rollout->num_envs);
    return PPO_OK;
}

// --- one block, one time step -------------------------------------------------------------------

// A block of environments in the hands of one worker.
typedef struct ppo_block {
    size_t first, count; // environments
    size_t worker;
    float *space; // the worker's working space
} ppo_block;

// The policy acts on the block's rows of obs[t].
static void act(ppo_collect *c, size_t t, const ppo_block *b, const ppo_stage_step *step)
{
    const ppo_policy *policy = &c->parts.agent->policy;
    const ppo_rollout *r = c->parts.rollout;
    float *action = b->space, *entropy = b->space + LD * r->num_actions, *log_prob = entropy + LD;
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, log_prob + LD);
    const float *log_std = ppo_policy_log_std(policy);
    const float *obs = r->obs + (t * r->num_envs + b->first) * r->num_features;
    ppo_policy_forward(policy, PPO_ACTOR_NET, &s, obs, r->num_features, b->count);
    ppo_dist_prepare(&policy->dist, s.out, b->count);
    ppo_dist_sample(&policy->dist, action, s.out, log_std, b->count, c->parts.config->seed,
                    PPO_RNG_ACTION, b->first, c->first_step + t);
    ppo_dist_eval(&policy->dist, log_prob, entropy, s.out, log_std, action, b->count);
    ppo_dist_to_env(&policy->dist, step->env_action + b->first * c->stage.action_bytes, action,
                    b->count);
    memcpy(step->log_prob + b->first, log_prob, b->count * sizeof *log_prob);
    for (size_t i = 0; i < b->count; i++)
        for (size_t a = 0; a < r->num_actions; a++)
            step->action[(b->first + i) * r->num_actions + a] = action[a * LD + i];
    if (policy->shared)
        memcpy(step->value + b->first, s.out + LD * ppo_policy_value_column(policy),
               b->count * sizeof *step->value);
}

// V(final observation) where an episode was truncated, at once: the observation is not kept.
static void value_truncations(ppo_collect *c, size_t t, const ppo_block *b,
                              const ppo_stage_step *step)
{
    const ppo_rollout *r = c->parts.rollout;
    const ppo_policy *policy = &c->parts.agent->policy;
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, b->space);
    float *features = b->space + policy->scratch_size;
    for (size_t n = b->first; n < b->first + b->count; n++) {
        if (!step->truncated[n])
            continue;
        ppo_agent_see(c->parts.agent, features, c->final_obs + n * c->obs_bytes, 1);
        ppo_policy_value(policy, &s, &r->next_value[t * r->num_envs + n], features, r->num_features,
                         1);
    }
}

// One time step of a block. Observations that are not the environment's floats themselves go to the
// rollout here, unless statistics must see those of all blocks first (run_normalised).
static ppo_status step_block(ppo_collect *c, size_t t, const ppo_block *b,
                             const ppo_stage_step *step, ppo_error *error)
{
    const ppo_rollout *r = c->parts.rollout;
    float *next = r->obs + (t + 1) * r->num_envs * r->num_features;
    const ppo_vecenv_rows rows = {.obs = c->raw_obs_apart ? c->raw_obs : (unsigned char *)next,
                                  .final_obs = c->final_obs,
                                  .reward = step->reward,
                                  .terminated = step->terminated,
                                  .truncated = step->truncated,
                                  .episode_return = step->episode_return,
                                  .episode_length = step->episode_length};
    act(c, t, b, step);
    PPO_TRY(ppo_vecenv_step(c->parts.vecenv, &rows, step->env_action, b->first, b->count,
                            c->first_step + t, error));
    value_truncations(c, t, b, step);
    if (c->raw_obs_apart && !c->parts.config->norm_obs)
        ppo_agent_see(c->parts.agent, next + b->first * r->num_features,
                      c->raw_obs + b->first * c->obs_bytes, b->count);
    return PPO_OK;
}

// --- the run ------------------------------------------------------------------------------------

// Steps [begin, end) of a block, no more than a stage holds.
static ppo_status run_stage(ppo_collect *c, const ppo_block *b, size_t begin, size_t end,
                            ppo_error *error)
{
    for (size_t t = begin; t < end; t++) {
        const ppo_stage_step step = ppo_stage_at(&c->stage, b->worker, t - begin);
        PPO_TRY(step_block(c, t, b, &step, error));
    }
    ppo_stage_flush(&c->stage, b->worker, c->parts.rollout, begin, end - begin, b->first, b->count,
                    c->parts.agent->policy.shared);
    return PPO_OK;
}

static void block_task(void *context, size_t index, size_t worker)
{
    ppo_collect *c = context;
    const size_t num_envs = c->parts.rollout->num_envs, first = index * c->block_size;
    const size_t left = num_envs - first;
    const ppo_block block = {.first = first,
                             .count = left < c->block_size ? left : c->block_size,
                             .worker = worker,
                             .space = c->worker + worker * c->worker_size};
    for (size_t t = c->begin; t < c->end; t += c->stage.num_steps) {
        const size_t end = t + c->stage.num_steps < c->end ? t + c->stage.num_steps : c->end;
        if (run_stage(c, &block, t, end, &c->errors[index]) != PPO_OK)
            return;
    }
}

// Runs time steps [begin, end) of all blocks; the first block's failure is reported.
static ppo_status run_steps(ppo_collect *c, size_t begin, size_t end, ppo_error *error)
{
    c->begin = begin;
    c->end = end;
    ppo_pool_run(c->parts.pool, block_task, c, c->num_blocks);
    for (size_t i = 0; i < c->num_blocks; i++)
        if (c->errors[i].status != PPO_OK)
            return ppo_fail(error, c->errors[i].status, "%s", c->errors[i].message);
    return PPO_OK;
}

// One step at a time: statistics take in all environments' observations before any is normalised.
static ppo_status run_normalised(ppo_collect *c, ppo_error *error)
{
    const ppo_rollout *r = c->parts.rollout;
    for (size_t t = 0; t < r->num_steps; t++) {
        PPO_TRY(run_steps(c, t, t + 1, error));
        update_statistics(c);
        ppo_agent_see(c->parts.agent, r->obs + (t + 1) * r->num_envs * r->num_features, c->raw_obs,
                      r->num_envs);
    }
    return PPO_OK;
}

ppo_status ppo_collect_run(ppo_collect *c, uint64_t first_step, ppo_error *error)
{
    const ppo_rollout *r = c->parts.rollout;
    const size_t row = r->num_envs * r->num_features;
    c->first_step = first_step;
    memset(c->errors, 0, c->num_blocks * sizeof *c->errors);
    memcpy(r->obs, c->obs, row * sizeof *r->obs);
    if (c->parts.config->norm_obs)
        PPO_TRY(run_normalised(c, error));
    else
        PPO_TRY(run_steps(c, 0, r->num_steps, error));
    memcpy(c->obs, r->obs + r->num_steps * row, row * sizeof *c->obs);
    return PPO_OK;
}

// --- what follows the run -----------------------------------------------------------------------

// Task `task`: values of one chunk of rows of obs [T+1, N]; shared networks have all but the last
// row's already.
static void value_task(void *context, size_t task, size_t worker)
{
    ppo_collect *c = context;
    const ppo_rollout *r = c->parts.rollout;
    const size_t end = (r->num_steps + 1) * r->num_envs;
    const size_t first = c->begin + task * LD;
    const size_t rows = end - first < LD ? end - first : LD;
    const ppo_policy_scratch s =
        ppo_policy_scratch_at(&c->parts.agent->policy, c->worker + worker * c->worker_size);
    ppo_policy_value(&c->parts.agent->policy, &s, r->value + first,
                     r->obs + first * r->num_features, r->num_features, rows);
}

static void evaluate_values(ppo_collect *c)
{
    const ppo_rollout *r = c->parts.rollout;
    const size_t end = (r->num_steps + 1) * r->num_envs;
    c->begin = c->parts.agent->policy.shared ? r->num_steps * r->num_envs : 0;
    ppo_pool_run(c->parts.pool, value_task, c, (end - c->begin + LD - 1) / LD);
}

static float clip_to(float x, double limit)
{
    const float l = (float)limit;
    return x > l ? l : x < -l ? -l : x;
}

// Rewards of one time step over the running deviation of the discounted return.
static void normalise_rewards(ppo_collect *c, size_t t)
{
    const ppo_rollout *r = c->parts.rollout;
    const ppo_config *config = c->parts.config;
    const float gamma = (float)config->gamma;
    for (size_t n = 0; n < r->num_envs; n++)
        c->discounted[n] = c->discounted[n] * gamma + r->reward[t * r->num_envs + n];
    ppo_normalizer_update(&c->reward_norm, c->discounted, r->num_envs);
    for (size_t n = 0; n < r->num_envs; n++) {
        const size_t i = t * r->num_envs + n;
        r->reward[i] = clip_to(r->reward[i] * c->reward_norm.scale[0], config->norm_reward_clip);
        if (r->terminated[i] || r->truncated[i])
            c->discounted[n] = 0.0f;
    }
}

static void shape_rewards(ppo_collect *c)
{
    const ppo_rollout *r = c->parts.rollout;
    const ppo_config *config = c->parts.config;
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++) {
        const float reward = (float)r->env_reward[i];
        r->reward[i] = config->clip_reward > 0.0 ? clip_to(reward, config->clip_reward) : reward;
    }
    for (size_t t = 0; config->norm_reward && t < r->num_steps; t++)
        normalise_rewards(c, t);
}

void ppo_collect_bootstrap(ppo_collect *c)
{
    const ppo_rollout *r = c->parts.rollout;
    evaluate_values(c);
    shape_rewards(c);
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++) {
        if (r->terminated[i])
            r->next_value[i] = 0.0f;
        else if (!r->truncated[i]) // where truncated: value_truncations
            r->next_value[i] = r->value[i + r->num_envs];
    }
}

void ppo_collect_report(const ppo_collect *c, ppo_episodes *episodes)
{
    const ppo_rollout *r = c->parts.rollout;
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++)
        if (r->terminated[i] || r->truncated[i])
            ppo_episodes_add(episodes, r->episode_return[i], (double)r->episode_length[i]);
}

void ppo_collect_freeze(ppo_collect *c)
{
    ppo_vecenv_freeze(c->parts.vecenv);
}

ppo_status ppo_collect_thaw(ppo_collect *c, uint64_t step, ppo_error *error)
{
    const bool begins_anew = c->parts.agent->env->state_size == 0; // then obs is written afresh
    unsigned char *obs = c->raw_obs_apart ? c->raw_obs : (unsigned char *)c->obs;
    ppo_normalizer_thaw(&c->reward_norm);
    PPO_TRY(ppo_vecenv_thaw(c->parts.vecenv, obs, step, error));
    if (begins_anew && c->raw_obs_apart)
        ppo_agent_see(c->parts.agent, c->obs, c->raw_obs, c->parts.rollout->num_envs);
    return PPO_OK;
}
