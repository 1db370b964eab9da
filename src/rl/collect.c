// SPDX-License-Identifier: MIT
// Collecting a rollout in parallel over blocks of environments. A block needs nothing from the
// others, so each runs all T steps on its own; only when observations are normalised by running
// statistics over all environments do the blocks meet after every step.
//
// Workload: 1 to thousands of environments of 50 ns to 1 ms a step. Rows of a block are evaluated
// together; a row's result does not depend on the block it is in. Where environments run in
// processes, a block has two halves in flight: while one half's environments step, the policy acts
// for the other.
// Not here: GAE (gae.c), stepping itself (env/vecenv.c).
#include "rl/collect.h"

#include "core/error.h"
#include "agent/features.h"
#include "rl/worker_buffer.h"

#include <stdlib.h>
#include <string.h>

#define LD PPO_CHUNK_ROWS

struct ppo_collect {
    ppo_collect_parts parts;
    size_t block_size;  // environments that one task steps
    size_t half_size;   // of them, evaluated together; two halves of a block are in flight at once
    size_t worker_size; // floats of one worker's working space
    size_t obs_bytes;   // of one observation as the environment gives it
    size_t seen_bytes;  // of one observation as the networks see it
    bool raw_obs_apart; // environments write to `raw_obs`, encoded or normalised copies go to the
                        // rollout; otherwise they write to the rollout itself

    float *obs;                 // [N, D] where the next iteration starts, as the networks see it
                                // (unless the rollout has frames, which keep their own)
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

// Enough blocks to feed many cores, but never fewer than 4 rows where a product pays, nor than a
// class wants to step together; with processes, twice as many, because half of them wait for their
// environments.
static size_t choose_block_size(const ppo_config *config, const ppo_env_class *env)
{
    size_t size = (config->num_envs + 15) / 16;
    size = size < 4 ? 4 : size;
    if (env->step_many && size < env->step_many_size)
        size = env->step_many_size;
    size = size > LD ? LD : size;
    return config->workers == PPO_WORKERS_PROCESS ? 2 * size : size;
}

static bool has_frames(const ppo_collect *c)
{
    return c->parts.rollout->frames.stack > 0;
}

// Floats for a chunk of observations as the networks get them, if they have to be put together.
static size_t stacks_size(const ppo_collect *c)
{
    return has_frames(c) ? LD * ppo_input_bytes(&c->parts.agent->policy.input) / sizeof(float) + 1
                         : 0;
}

static void plan_rows(ppo_collect *c, ppo_arena *arena)
{
    const ppo_rollout *r = c->parts.rollout;
    const size_t n = r->num_envs, d = r->num_features;
    const char *owner = "ppo_collect_run";
    if (!has_frames(c))
        PPO_ARENA_ADD(arena, &c->obs, "collect.obs", owner, PPO_ROLE_ENVIRONMENT, PPO_F32, n, d);
    if (c->raw_obs_apart)
        PPO_ARENA_ADD(arena, &c->raw_obs, "collect.raw_obs", owner, PPO_ROLE_SCRATCH, PPO_U8, n,
                      c->obs_bytes);
    if (c->parts.config->norm_obs)
        PPO_ARENA_ADD(arena, &c->features, "collect.features", owner, PPO_ROLE_SCRATCH, PPO_F32, n,
                      d);
    PPO_ARENA_ADD(arena, &c->final_obs, "collect.final_obs", owner, PPO_ROLE_SCRATCH, PPO_U8, n,
                  c->obs_bytes);
    ppo_stage_plan(&c->stage, r, ppo_pool_size(c->parts.pool), arena);
    PPO_ARENA_ADD(arena, &c->worker, "collect.worker", owner, PPO_ROLE_SCRATCH, PPO_F32,
                  ppo_pool_size(c->parts.pool), c->worker_size);
    PPO_ARENA_ADD(arena, &c->discounted, "reward_norm.discounted", "ppo_collect_bootstrap",
                  PPO_ROLE_REWARD_STATISTICS, PPO_F32, n);
    ppo_normalizer_plan(&c->reward_norm, "reward_norm", PPO_ROLE_REWARD_STATISTICS, 1, arena);
}

ppo_status ppo_collect_create(ppo_collect **result, const ppo_collect_parts *parts,
                              ppo_arena *arena, ppo_error *error)
{
    ppo_collect *c = calloc(1, sizeof *c);
    if (!c)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for collecting");
    const size_t actions = parts->rollout->num_actions;
    const ppo_space *space = &parts->agent->env->observation_space;
    const ppo_policy *policy = &parts->agent->policy;
    *c = (ppo_collect){.parts = *parts};
    c->obs_bytes = ppo_space_bytes(space);
    c->seen_bytes = ppo_input_frame_bytes(&policy->input);
    c->raw_obs_apart = !ppo_input_is_picture(&policy->input) &&
                       (parts->config->norm_obs || !ppo_features_are_raw(space));
    c->block_size = choose_block_size(parts->config, parts->agent->env);
    c->half_size =
        parts->config->workers == PPO_WORKERS_PROCESS ? c->block_size / 2 : c->block_size;
    c->num_blocks = (parts->rollout->num_envs + c->block_size - 1) / c->block_size;
    c->worker_size = ppo_param_align(policy->scratch_size + LD * (actions + 2) + stacks_size(c) +
                                     ppo_param_align(parts->rollout->num_features));
    c->errors = calloc(c->num_blocks, sizeof *c->errors);
    if (!c->errors) {
        free(c);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for collecting");
    }
    plan_rows(c, arena);
    *result = c;
    return PPO_OK;
}

size_t ppo_collect_num_tasks(const ppo_config *config, const ppo_env_class *env)
{
    const size_t size = choose_block_size(config, env);
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

// Where the observations of step t are kept as the networks see them: [N, seen_bytes].
static unsigned char *seen_row(const ppo_collect *c, size_t t)
{
    const ppo_rollout *r = c->parts.rollout;
    return has_frames(c) ? ppo_frames_row(&r->frames, t)
                         : (unsigned char *)(r->obs + t * r->num_envs * r->num_features);
}

// The same for the row from which the next iteration starts.
static unsigned char *first_row(const ppo_collect *c)
{
    const ppo_frames *frames = &c->parts.rollout->frames;
    return has_frames(c) ? frames->last + (frames->stack - 1) * frames->num_envs * frames->bytes
                         : (unsigned char *)c->obs;
}

// What the environments have written last, as the networks see it.
static void see(const ppo_collect *c, unsigned char *seen, size_t first, size_t count)
{
    ppo_agent_see(c->parts.agent, (float *)(void *)(seen + first * c->seen_bytes),
                  c->raw_obs + first * c->obs_bytes, count);
}

ppo_status ppo_collect_start(ppo_collect *c, ppo_error *error)
{
    unsigned char *first = c->raw_obs_apart ? c->raw_obs : first_row(c);
    ppo_normalizer_init(&c->reward_norm);
    PPO_TRY(ppo_vecenv_start(c->parts.vecenv, first, error));
    if (c->parts.config->norm_obs)
        update_statistics(c);
    if (c->raw_obs_apart)
        see(c, first_row(c), 0, c->parts.rollout->num_envs);
    if (has_frames(c))
        ppo_frames_start(&c->parts.rollout->frames);
    return PPO_OK;
}

// --- one block, one time step -------------------------------------------------------------------

// Environments in the hands of one worker: a block or a half of it.
typedef struct ppo_block {
    size_t first, count; // environments
    size_t worker;
    float *space; // the worker's working space
} ppo_block;

// A block's working space: actions, log-probabilities and entropies, the policy's, stacks.
static ppo_policy_scratch policy_space(const ppo_collect *c, const ppo_block *b)
{
    return ppo_policy_scratch_at(&c->parts.agent->policy,
                                 b->space + LD * (c->parts.rollout->num_actions + 2));
}

static unsigned char *stacks_space(const ppo_collect *c, const ppo_block *b)
{
    return (unsigned char *)(b->space + LD * (c->parts.rollout->num_actions + 2) +
                             c->parts.agent->policy.scratch_size);
}

// What the networks get of samples first .. first+rows-1 of [T+1, N].
static const void *observations(const ppo_collect *c, const ppo_block *b, size_t first, size_t rows)
{
    const ppo_rollout *r = c->parts.rollout;
    if (!has_frames(c))
        return r->obs + first * r->num_features;
    unsigned char *stacks = stacks_space(c, b);
    for (size_t i = first; i < first + rows; i++)
        ppo_frames_stack(&r->frames, stacks + (i - first) * r->frames.stack * r->frames.bytes,
                         i / r->num_envs, i % r->num_envs);
    return stacks;
}

// The masks of the block's rows, which are kept with step t; NULL if there are none.
static const uint8_t *keep_masks(const ppo_collect *c, size_t t, const ppo_block *b)
{
    const ppo_rollout *r = c->parts.rollout;
    const size_t width = c->parts.agent->policy.dist.num_outputs;
    if (!r->mask)
        return NULL;
    uint8_t *kept = r->mask + (t * r->num_envs + b->first) * width;
    memcpy(kept, ppo_vecenv_mask(c->parts.vecenv) + b->first * width, b->count * width);
    return kept;
}

// The policy acts on the block's rows of obs[t].
static void act(ppo_collect *c, size_t t, const ppo_block *b, const ppo_stage_step *step)
{
    const ppo_policy *policy = &c->parts.agent->policy;
    const ppo_rollout *r = c->parts.rollout;
    float *action = b->space, *entropy = b->space + LD * r->num_actions, *log_prob = entropy + LD;
    const ppo_policy_scratch s = policy_space(c, b);
    const float *log_std = ppo_policy_log_std(policy);
    const void *obs = observations(c, b, t * r->num_envs + b->first, b->count);
    const uint8_t *masks = keep_masks(c, t, b);
    ppo_policy_forward(policy, PPO_ACTOR_NET, &s, obs, b->count);
    if (masks)
        ppo_dist_forbid(&policy->dist, s.out, PPO_FORBIDDEN, masks, NULL, b->count);
    ppo_dist_prepare(&policy->dist, s.out, b->count);
    ppo_dist_sample(&policy->dist, action, s.out, log_std, b->count, c->parts.config->seed,
                    PPO_RNG_ACTION, b->first, c->first_step + t);
    if (masks)
        ppo_dist_allow(&policy->dist, action, masks, b->count);
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

// What the networks get of an episode's last observation.
static const void *final_observation(const ppo_collect *c, const ppo_block *b, size_t t, size_t n)
{
    const ppo_rollout *r = c->parts.rollout;
    const unsigned char *final = c->final_obs + n * c->obs_bytes;
    unsigned char *stacks = stacks_space(c, b);
    float *features = b->space + c->worker_size - ppo_param_align(r->num_features);
    if (!ppo_input_is_picture(&c->parts.agent->policy.input)) {
        ppo_agent_see(c->parts.agent, features, final, 1);
        final = (const unsigned char *)features;
    }
    if (!has_frames(c))
        return final;
    ppo_frames_stack_final(&r->frames, stacks, t, n, final);
    return stacks;
}

// V(final observation) where an episode was truncated, at once: the observation is not kept.
static void value_truncations(ppo_collect *c, size_t t, const ppo_block *b,
                              const ppo_stage_step *step)
{
    const ppo_rollout *r = c->parts.rollout;
    const ppo_policy *policy = &c->parts.agent->policy;
    const ppo_policy_scratch s = policy_space(c, b);
    for (size_t n = b->first; n < b->first + b->count; n++)
        if (step->truncated[n] && !step->lost[n])
            ppo_policy_value(policy, &s, &r->next_value[t * r->num_envs + n],
                             final_observation(c, b, t, n), 1);
}

static ppo_vecenv_rows rows_of_step(const ppo_collect *c, size_t t, const ppo_stage_step *step)
{
    return (ppo_vecenv_rows){.obs = c->raw_obs_apart ? c->raw_obs : seen_row(c, t + 1),
                             .final_obs = c->final_obs,
                             .reward = step->reward,
                             .terminated = step->terminated,
                             .truncated = step->truncated,
                             .lost = step->lost,
                             .episode_return = step->episode_return,
                             .episode_length = step->episode_length};
}

// The policy acts for the block, and its environments begin their step.
static ppo_status begin_step(ppo_collect *c, size_t t, const ppo_block *b,
                             const ppo_stage_step *step, ppo_error *error)
{
    const ppo_vecenv_rows rows = rows_of_step(c, t, step);
    act(c, t, b, step);
    return ppo_vecenv_begin(c->parts.vecenv, &rows, step->env_action, b->first, b->count,
                            c->first_step + t, error);
}

// Waits for the environments. Observations that are not what the networks see go to the rollout
// here, unless statistics must see those of all blocks first (run_normalised).
static ppo_status finish_step(ppo_collect *c, size_t t, const ppo_block *b,
                              const ppo_stage_step *step, ppo_error *error)
{
    const ppo_rollout *r = c->parts.rollout;
    PPO_TRY(ppo_vecenv_finish(c->parts.vecenv, b->first, b->count, error));
    value_truncations(c, t, b, step);
    if (c->raw_obs_apart && !c->parts.config->norm_obs)
        see(c, seen_row(c, t + 1), b->first, b->count);
    for (size_t n = b->first; has_frames(c) && n < b->first + b->count; n++)
        ppo_frames_advance(&r->frames, t, n, step->terminated[n] || step->truncated[n]);
    return PPO_OK;
}

// --- the run ------------------------------------------------------------------------------------

// Steps [begin, end) of a block, no more than a stage holds. Each half begins its next step as soon
// as its last one is done; a half that has begun a step is always waited for.
static ppo_status run_stage(ppo_collect *c, const ppo_block *halves, size_t num_halves,
                            size_t begin, size_t end, ppo_error *error)
{
    ppo_status status = PPO_OK;
    bool in_flight[2] = {false, false};
    for (size_t t = begin; t <= end; t++)
        for (size_t h = 0; h < num_halves; h++) {
            const ppo_block *b = &halves[h];
            ppo_error later = {.status = PPO_OK};
            ppo_error *report = status == PPO_OK ? error : &later;
            ppo_status now = PPO_OK;
            if (in_flight[h]) {
                const ppo_stage_step last = ppo_stage_at(&c->stage, b->worker, t - 1 - begin);
                now = finish_step(c, t - 1, b, &last, report);
                in_flight[h] = false;
            }
            if (now == PPO_OK && status == PPO_OK && t < end) {
                const ppo_stage_step step = ppo_stage_at(&c->stage, b->worker, t - begin);
                now = begin_step(c, t, b, &step, report);
                in_flight[h] = now == PPO_OK;
            }
            status = status == PPO_OK ? now : status;
        }
    return status;
}

static void flush_stage(const ppo_collect *c, const ppo_block *block, size_t begin, size_t end)
{
    ppo_stage_flush(&c->stage, block->worker, c->parts.rollout, begin, end - begin, block->first,
                    block->count, c->parts.agent->policy.shared);
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
    ppo_block halves[2] = {block, block};
    const size_t num_halves = block.count > c->half_size ? 2 : 1;
    if (num_halves == 2) {
        halves[0].count = c->half_size;
        halves[1].first += c->half_size;
        halves[1].count -= c->half_size;
    }
    for (size_t t = c->begin; t < c->end; t += c->stage.num_steps) {
        const size_t end = t + c->stage.num_steps < c->end ? t + c->stage.num_steps : c->end;
        if (run_stage(c, halves, num_halves, t, end, &c->errors[index]) != PPO_OK)
            return;
        flush_stage(c, &block, t, end);
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
        see(c, seen_row(c, t + 1), 0, r->num_envs);
    }
    return PPO_OK;
}

static void begin_run(ppo_collect *c)
{
    const ppo_rollout *r = c->parts.rollout;
    if (has_frames(c))
        ppo_frames_begin(&r->frames);
    else
        memcpy(r->obs, c->obs, r->num_envs * c->seen_bytes);
}

static void end_run(ppo_collect *c)
{
    const ppo_rollout *r = c->parts.rollout;
    if (has_frames(c))
        ppo_frames_end(&r->frames);
    else
        memcpy(c->obs, seen_row(c, r->num_steps), r->num_envs * c->seen_bytes);
}

ppo_status ppo_collect_run(ppo_collect *c, uint64_t first_step, ppo_error *error)
{
    c->first_step = first_step;
    memset(c->errors, 0, c->num_blocks * sizeof *c->errors);
    begin_run(c);
    if (c->parts.config->norm_obs)
        PPO_TRY(run_normalised(c, error));
    else
        PPO_TRY(run_steps(c, 0, c->parts.rollout->num_steps, error));
    end_run(c);
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
    const ppo_block block = {.worker = worker, .space = c->worker + worker * c->worker_size};
    const ppo_policy_scratch s = policy_space(c, &block);
    ppo_policy_value(&c->parts.agent->policy, &s, r->value + first,
                     observations(c, &block, first, rows), rows);
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

// A step that never took place ends the episode before it, at the observation from which it would
// have begun: all before it counts as if a time limit had come then.
static void cut_before_lost(const ppo_rollout *r)
{
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++) {
        if (!r->lost[i])
            continue;
        r->next_value[i] = 0.0f;
        const size_t before = i - r->num_envs;
        if (i < r->num_envs || r->terminated[before] || r->truncated[before])
            continue;
        r->truncated[before] = 1;
        r->episode_length[before] = 0; // not an episode to be reported
        r->next_value[before] = r->value[i];
    }
}

void ppo_collect_bootstrap(ppo_collect *c)
{
    const ppo_rollout *r = c->parts.rollout;
    evaluate_values(c);
    cut_before_lost(r);
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
        if (r->lost[i])
            ++*episodes->num_lost;
        else if ((r->terminated[i] || r->truncated[i]) && r->episode_length[i] > 0) // 0: goes on
            ppo_episodes_add(episodes, r->episode_return[i], (double)r->episode_length[i]);
}

void ppo_collect_freeze(ppo_collect *c)
{
    ppo_vecenv_freeze(c->parts.vecenv);
}

ppo_status ppo_collect_thaw(ppo_collect *c, uint64_t step, ppo_error *error)
{
    const bool begins_anew = c->parts.agent->env->state_size == 0; // then obs is written afresh
    unsigned char *obs = c->raw_obs_apart ? c->raw_obs : first_row(c);
    ppo_normalizer_thaw(&c->reward_norm);
    PPO_TRY(ppo_vecenv_thaw(c->parts.vecenv, obs, step, error));
    if (begins_anew && c->raw_obs_apart)
        see(c, first_row(c), 0, c->parts.rollout->num_envs);
    if (begins_anew && has_frames(c))
        ppo_frames_start(&c->parts.rollout->frames);
    return PPO_OK;
}
