// SPDX-License-Identifier: MIT
// Collecting a rollout in parallel over blocks of environments. A block needs nothing from the
// others, so each runs all T steps on its own; only when observations are normalised by running
// statistics over all environments do the blocks meet after every step.
//
// Workload: 1 to thousands of environments of 50 ns to 1 ms a step. Rows of a block are evaluated
// together; a row's result does not depend on the block it is in. Where environments run in
// processes, a block has two halves in flight: while one half's environments step, the policy acts
// for the other. Where a device computes the networks, so do all environments together: while it
// computes the features of one half, the threads act for the other and step it.
// Not here: what an episode's end means (bootstrap.c), rewards (reward.c), stepping itself
// (env/vecenv.c).
#include "rl/collect.h"

#include "core/error.h"
#include "rl/worker_buffer.h"

#include <stdlib.h>
#include <string.h>

#define LD          PPO_CHUNK_ROWS
#define MOST_BLOCKS 16 // where they are larger than they must be: enough to feed many cores

// Environments whose features a device computes together.
typedef struct ppo_half {
    size_t first_block, num_blocks;
    size_t first, count; // environments
    ppo_cnn_ahead features;
    bool in_flight;
} ppo_half;

struct ppo_collect {
    ppo_collect_parts parts;
    size_t block_size; // environments that one task steps
    size_t half_size;  // of them, evaluated together
    size_t num_blocks;
    size_t obs_bytes;   // of one observation as the environment writes it
    size_t frame_bytes; // of one observation as the rollout keeps it
    bool encodes;       // observations are encoded or normalised on their way into the rollout:
                        // environments write to `obs`; otherwise to the rollout itself

    float *features;          // [N, D] from which the next iteration starts (a rollout's frames
                              // keep their own)
    unsigned char *obs;       // [N, obs bytes] the last ones (if `encodes`)
    unsigned char *final_obs; // [N, obs bytes] of the episodes that ended last
    ppo_worker_buffer buffer;

    // With a device: what the policy acts on is computed ahead, for two halves of the blocks (one,
    // if there is a single block).
    ppo_half ahead[2];
    size_t num_ahead; // halves; 0 without a device
    size_t image_bytes;
    uint8_t *images; // [N, image bytes] of the step that is computed ahead

    // The run under way.
    uint64_t first_step;
    size_t begin, end;  // time steps that a task runs
    size_t first_block; // of the tasks'
    ppo_error *errors;  // [num_blocks]
};

// --- planning ----------------------------------------------------------------------------------

// Environments in each of `num_blocks` blocks, but never fewer than 4 rows where a product pays,
// nor than a class steps together; with processes, twice as many, because half of them wait for
// their environments.
static size_t block_size_for(const ppo_config *config, const ppo_env_class *env, size_t num_blocks)
{
    size_t size = (config->num_envs + num_blocks - 1) / num_blocks;
    size = size < 4 ? 4 : size;
    if (env->step_many && size < env->step_many_size)
        size = env->step_many_size;
    size = size > LD ? LD : size;
    return config->workers == PPO_WORKERS_PROCESS ? 2 * size : size;
}

size_t ppo_collect_num_tasks(const ppo_config *config, const ppo_env_class *env)
{
    const size_t size = block_size_for(config, env, MOST_BLOCKS);
    return (config->num_envs + size - 1) / size;
}

// The more rows a block has, the better they fill vectors: two blocks for each thread, so that one
// that comes late is relieved of its second; a single one where there is nobody to do so. Where
// processes or a device work beside the threads, both take turns with many blocks; and a class that
// steps several together knows best how many.
static size_t choose_block_size(const ppo_collect_parts *parts)
{
    const ppo_env_class *env = parts->agent->env;
    const size_t threads = ppo_pool_size(parts->pool), wanted = threads == 1 ? 1 : 2 * threads;
    const bool takes_most = parts->config->workers == PPO_WORKERS_PROCESS || env->step_many ||
                            parts->agent->policy.device.api || wanted > MOST_BLOCKS;
    return block_size_for(parts->config, env, takes_most ? MOST_BLOCKS : wanted);
}

// Cuts the blocks into halves, as large as there are environments for. Of a tuple or dict, and
// with memory, each block's pictures are computed when it acts.
static ppo_status plan_ahead(ppo_collect *c, ppo_arena *arena, ppo_error *error)
{
    const ppo_policy *policy = &c->parts.agent->policy;
    const size_t num_envs = c->parts.rollout->num_envs;
    if (!policy->device.api || policy->input.is_composite || ppo_policy_has_memory(policy))
        return PPO_OK;
    c->image_bytes = ppo_input_bytes(&policy->input);
    PPO_ARENA_ADD(arena, &c->images, "collect.images", "ppo_collect_run", PPO_ROLE_SCRATCH, PPO_U8,
                  num_envs, c->image_bytes);
    const size_t num_halves = c->num_blocks > 1 ? 2 : 1;
    for (size_t h = 0; h < num_halves; h++) {
        ppo_half *half = &c->ahead[h];
        half->first_block = h * c->num_blocks / num_halves;
        half->num_blocks = (h + 1) * c->num_blocks / num_halves - half->first_block;
        half->first = half->first_block * c->block_size;
        const size_t end = (half->first_block + half->num_blocks) * c->block_size;
        half->count = (end < num_envs ? end : num_envs) - half->first;
        c->num_ahead = h + 1; // to be released from here on
        PPO_TRY(ppo_cnn_ahead_plan(&half->features, &policy->extractors[PPO_ACTOR_NET].visions[0],
                                   h ? "collect.second" : "collect.first", half->count, arena,
                                   error));
    }
    return PPO_OK;
}

ppo_status ppo_collect_create(ppo_collect **result, const ppo_collect_parts *parts,
                              ppo_arena *arena, ppo_error *error)
{
    *result = NULL;
    const ppo_space *space = &parts->agent->env->observation_space;
    const ppo_input *input = &parts->agent->policy.input;
    const size_t num_envs = parts->rollout->num_envs, block_size = choose_block_size(parts),
                 num_blocks = (num_envs + block_size - 1) / block_size;
    ppo_collect *c = calloc(1, sizeof *c);
    ppo_error *errors = calloc(num_blocks, sizeof *errors);
    if (!c || !errors) {
        free(c);
        free(errors);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for collecting");
    }
    *c = (ppo_collect){
        .parts = *parts, .errors = errors, .block_size = block_size, .num_blocks = num_blocks};
    c->half_size =
        parts->config->workers == PPO_WORKERS_PROCESS ? c->block_size / 2 : c->block_size;
    c->obs_bytes = ppo_space_bytes(space);
    c->frame_bytes = ppo_input_frame_bytes(input);
    c->encodes = ppo_input_is_encoded(input, space);

    const char *owner = "ppo_collect_run";
    if (!ppo_rollout_has_frames(parts->rollout)) {
        PPO_ARENA_ADD(arena, &c->features, "collect.features", owner, PPO_ROLE_ENVIRONMENT, PPO_F32,
                      num_envs, parts->rollout->num_features);
        ppo_arena_mark_envs(arena, 0);
    }
    if (c->encodes)
        PPO_ARENA_ADD(arena, &c->obs, "collect.obs", owner, PPO_ROLE_SCRATCH, PPO_U8, num_envs,
                      c->obs_bytes);
    PPO_ARENA_ADD(arena, &c->final_obs, "collect.final_obs", owner, PPO_ROLE_SCRATCH, PPO_U8,
                  num_envs, c->obs_bytes);
    ppo_worker_buffer_plan(&c->buffer, parts->rollout, ppo_pool_size(parts->pool), arena);
    const ppo_status status = plan_ahead(c, arena, error);
    if (status != PPO_OK) {
        ppo_collect_destroy(c);
        return status;
    }
    *result = c;
    return PPO_OK;
}

void ppo_collect_destroy(ppo_collect *collect)
{
    if (!collect)
        return;
    for (size_t h = 0; h < collect->num_ahead; h++)
        ppo_cnn_ahead_release(&collect->ahead[h].features);
    free(collect->errors);
    free(collect);
}

// --- observations ------------------------------------------------------------------------------

// What the environments first .. first+count-1 have written last, encoded into `row` [N, D].
static void encode(const ppo_collect *c, unsigned char *row, size_t first, size_t count)
{
    ppo_agent_encode(c->parts.agent, row + first * c->frame_bytes, c->obs + first * c->obs_bytes,
                     count);
}

// The same of all environments, after the statistics have taken them in.
static void encode_new(ppo_collect *c, unsigned char *row)
{
    const size_t num_envs = c->parts.rollout->num_envs;
    if (c->parts.agent->policy.input.normalise)
        ppo_agent_update_norm(c->parts.agent, (float *)(void *)row, c->obs, num_envs);
    encode(c, row, 0, num_envs);
}

// The row from which the next iteration starts, [N, frame bytes].
static unsigned char *next_row(ppo_collect *c)
{
    ppo_rollout *r = c->parts.rollout;
    return ppo_rollout_has_frames(r) ? ppo_frames_last_row(&r->frames)
                                     : (unsigned char *)c->features;
}

ppo_status ppo_collect_start(ppo_collect *c, ppo_error *error)
{
    PPO_TRY(ppo_vecenv_start(c->parts.vecenv, c->encodes ? c->obs : next_row(c), error));
    if (c->encodes)
        encode_new(c, next_row(c));
    if (ppo_rollout_has_frames(c->parts.rollout))
        ppo_frames_start(&c->parts.rollout->frames);
    if (ppo_rollout_has_memory(c->parts.rollout))
        ppo_rollout_memory_start(&c->parts.rollout->memory);
    return PPO_OK;
}

// --- one time step of some environments ----------------------------------------------------------

// A block of environments or a half of one, in one worker's hands.
typedef struct ppo_block {
    size_t first, count; // environments
    size_t worker;
    bool in_flight; // its environments are stepping
} ppo_block;

// Puts together what the network gets of environments at time t, where a device takes it from.
static void gather_images(ppo_collect *c, size_t t, size_t first, size_t count)
{
    ppo_rollout_inputs(c->parts.rollout, c->images + first * c->image_bytes,
                       t * c->parts.rollout->num_envs + first, count);
}

// The policy's outputs for features that a device has computed ahead.
static void forward_features(const ppo_collect *c, const ppo_block *b, const ppo_acting_scratch *s)
{
    const ppo_policy *policy = &c->parts.agent->policy;
    const size_t stride = policy->extractors[PPO_ACTOR_NET].stride;
    const ppo_half *half = &c->ahead[c->num_ahead == 2 && b->first >= c->ahead[1].first];
    ppo_policy_forward_head(policy, PPO_ACTOR_NET, &s->policy,
                            half->features.features + (b->first - half->first) * stride, stride,
                            b->count);
}

// The policy's outputs for what is known at time t, and its memory after it.
static void forward(ppo_collect *c, size_t t, const ppo_block *b, const ppo_acting_scratch *s)
{
    const ppo_policy *policy = &c->parts.agent->policy;
    ppo_rollout *r = c->parts.rollout;
    if (c->num_ahead > 0) {
        forward_features(c, b, s);
        return;
    }
    const void *inputs = ppo_rollout_inputs(r, s->inputs, t * r->num_envs + b->first, b->count);
    if (!ppo_rollout_has_memory(r)) {
        ppo_policy_forward(policy, PPO_ACTOR_NET, &s->policy, inputs, b->count);
        return;
    }
    size_t ld;
    const ppo_memory memory =
        ppo_rollout_memory_enter(&r->memory, PPO_ACTOR_NET, t, b->first, b->count);
    const float *trunk = ppo_policy_trunk(policy, PPO_ACTOR_NET, &s->policy, inputs, b->count, &ld);
    ppo_policy_step(policy, PPO_ACTOR_NET, &s->policy, &memory, &memory, trunk, ld, b->count);
}

// The policy chooses the block's actions from what is known at time t.
static void act(ppo_collect *c, size_t t, const ppo_block *b, const ppo_worker_step *step)
{
    const ppo_policy *policy = &c->parts.agent->policy;
    const ppo_dist *dist = &policy->dist;
    ppo_rollout *r = c->parts.rollout;
    const ppo_acting_scratch s = ppo_acting_scratch_at(c->parts.scratch, b->worker);
    const float *log_std = ppo_policy_log_std(policy);
    const size_t row = t * r->num_envs + b->first;
    uint8_t *mask = NULL; // what is allowed now, kept with the step
    if (r->mask) {
        mask = r->mask + row * dist->mask_width;
        memcpy(mask, ppo_vecenv_mask(c->parts.vecenv) + b->first * dist->mask_width,
               b->count * dist->mask_width);
    }

    forward(c, t, b, &s);
    if (mask)
        ppo_dist_forbid(dist, s.policy.out, PPO_FORBIDDEN, mask, NULL, b->count);
    ppo_dist_prepare(dist, s.policy.out, b->count);
    const ppo_sample_key key = {.seed = c->parts.config->seed,
                                .purpose = PPO_RNG_ACTION,
                                .first_row = c->parts.first_env + b->first,
                                .step = c->first_step + t};
    ppo_dist_sample(dist, s.action, s.policy.out, log_std, b->count, &key);
    if (mask)
        ppo_dist_allow(dist, s.action, mask, b->count);
    ppo_dist_eval(dist, s.log_prob, s.entropy, s.policy.out, log_std, s.action, b->count);

    ppo_dist_to_env(dist, step->env_action + b->first * c->buffer.action_bytes, s.action, b->count);
    memcpy(step->log_prob + b->first, s.log_prob, b->count * sizeof *s.log_prob);
    for (size_t i = 0; i < b->count; i++)
        for (size_t a = 0; a < r->num_actions; a++)
            step->action[(b->first + i) * r->num_actions + a] = s.action[a * LD + i];
    if (policy->shared)
        memcpy(step->value + b->first, s.policy.out + LD * ppo_policy_value_column(policy),
               b->count * sizeof *step->value);
}

// Where the vectoriser writes step t.
static ppo_vecenv_rows rows_of_step(const ppo_collect *c, size_t t, const ppo_worker_step *step)
{
    return (ppo_vecenv_rows){.obs = c->encodes ? c->obs : ppo_rollout_row(c->parts.rollout, t + 1),
                             .final_obs = c->final_obs,
                             .reward = step->env_reward,
                             .terminated = step->terminated,
                             .truncated = step->truncated,
                             .lost = step->lost,
                             .episode_return = step->episode_return,
                             .episode_length = step->episode_length};
}

// Waits for the block's environments and takes what they have written. Observations are encoded
// here, unless statistics must take in those of all blocks first (ppo_collect_run).
static ppo_status finish_step(ppo_collect *c, size_t t, const ppo_block *b,
                              const ppo_worker_step *step, ppo_error *error)
{
    ppo_rollout *r = c->parts.rollout;
    PPO_TRY(ppo_vecenv_finish(c->parts.vecenv, b->first, b->count, error));
    ppo_bootstrap_truncated(c->parts.bootstrap, t, b->first, b->count, step->truncated, step->lost,
                            c->final_obs, b->worker);
    if (c->encodes && !c->parts.agent->policy.input.normalise)
        encode(c, ppo_rollout_row(r, t + 1), b->first, b->count);
    if (ppo_rollout_has_frames(r))
        for (size_t n = b->first; n < b->first + b->count; n++)
            ppo_frames_advance(&r->frames, t, n, step->terminated[n] || step->truncated[n]);
    if (ppo_rollout_has_memory(r))
        ppo_rollout_memory_advance(&r->memory, t, b->first, b->count, step->terminated,
                                   step->truncated);
    if (c->num_ahead > 0 && t + 1 < r->num_steps)
        gather_images(c, t + 1, b->first, b->count);
    return PPO_OK;
}

// --- many time steps -----------------------------------------------------------------------------

// Steps [begin, end) of a block, no more than a worker's buffer holds. Each half begins its next
// step as soon as its last one is done. After a failure, a half that is in flight is still awaited;
// the first failure is reported.
static ppo_status run_halves(ppo_collect *c, ppo_block *halves, size_t num_halves, size_t begin,
                             size_t end, ppo_error *error)
{
    ppo_status status = PPO_OK;
    ppo_error later = {.status = PPO_OK}; // a second failure, which is not reported
    for (size_t t = begin; t <= end; t++)
        for (size_t h = 0; h < num_halves; h++) {
            ppo_block *b = &halves[h];
            ppo_error *failure = status == PPO_OK ? error : &later;
            ppo_status now = PPO_OK;
            if (b->in_flight) {
                const ppo_worker_step last =
                    ppo_worker_buffer_at(&c->buffer, b->worker, t - 1 - begin);
                b->in_flight = false;
                now = finish_step(c, t - 1, b, &last, failure);
            }
            if (status == PPO_OK && now == PPO_OK && t < end) {
                const ppo_worker_step step = ppo_worker_buffer_at(&c->buffer, b->worker, t - begin);
                const ppo_vecenv_rows rows = rows_of_step(c, t, &step);
                act(c, t, b, &step);
                // Actions of a device that has failed are none.
                now = ppo_policy_check_device(&c->parts.agent->policy, failure);
                if (now == PPO_OK)
                    now = ppo_vecenv_begin(c->parts.vecenv, &rows, step.env_action, b->first,
                                           b->count, c->first_step + t, failure);
                b->in_flight = now == PPO_OK;
            }
            status = status == PPO_OK ? now : status;
        }
    return status;
}

static void block_task(void *context, size_t task, size_t worker)
{
    ppo_collect *c = context;
    const size_t index = c->first_block + task;
    const size_t first = index * c->block_size, left = c->parts.rollout->num_envs - first;
    const size_t count = left < c->block_size ? left : c->block_size;
    ppo_block halves[2] = {{.first = first, .count = count, .worker = worker}};
    const size_t num_halves = count > c->half_size ? 2 : 1;
    if (num_halves == 2) {
        halves[0].count = c->half_size;
        halves[1] = (ppo_block){
            .first = first + c->half_size, .count = count - c->half_size, .worker = worker};
    }
    for (size_t t = c->begin; t < c->end; t += c->buffer.num_steps) {
        const size_t end = t + c->buffer.num_steps < c->end ? t + c->buffer.num_steps : c->end;
        if (run_halves(c, halves, num_halves, t, end, &c->errors[index]) != PPO_OK)
            return;
        ppo_worker_buffer_flush(&c->buffer, worker, c->parts.rollout, t, end - t, first, count,
                                c->parts.agent->policy.shared);
    }
}

// Runs time steps [begin, end) of some blocks; the first one's failure is reported.
static ppo_status run_blocks(ppo_collect *c, size_t first_block, size_t num_blocks, size_t begin,
                             size_t end, ppo_error *error)
{
    c->begin = begin;
    c->end = end;
    c->first_block = first_block;
    ppo_pool_run(c->parts.pool, block_task, c, num_blocks);
    for (size_t i = first_block; i < first_block + num_blocks; i++)
        if (c->errors[i].status != PPO_OK)
            return ppo_fail(error, c->errors[i].status, "%s", c->errors[i].message);
    return PPO_OK;
}

static void begin_half(ppo_collect *c, ppo_half *half)
{
    half->features.cnn->backend->resident->begin_ahead(
        &half->features, c->images + half->first * c->image_bytes, half->count);
    half->in_flight = true;
}

static void finish_half(ppo_half *half)
{
    if (half->in_flight)
        half->features.cnn->backend->resident->finish_ahead(&half->features);
    half->in_flight = false;
}

// One step of a half, whose features are there or on their way.
static ppo_status step_half(ppo_collect *c, ppo_half *half, size_t t, ppo_error *error)
{
    finish_half(half);
    PPO_TRY(ppo_policy_check_device(&c->parts.agent->policy, error));
    PPO_TRY(run_blocks(c, half->first_block, half->num_blocks, t, t + 1, error));
    if (t + 1 < c->parts.rollout->num_steps)
        begin_half(c, half);
    return PPO_OK;
}

// All time steps: while the device computes the features of one half, the threads step the other.
static ppo_status run_with_device(ppo_collect *c, ppo_error *error)
{
    ppo_status status = PPO_OK;
    gather_images(c, 0, 0, c->parts.rollout->num_envs);
    for (size_t h = 0; h < c->num_ahead; h++)
        begin_half(c, &c->ahead[h]);
    for (size_t t = 0; status == PPO_OK && t < c->parts.rollout->num_steps; t++)
        for (size_t h = 0; status == PPO_OK && h < c->num_ahead; h++)
            status = step_half(c, &c->ahead[h], t, error);
    for (size_t h = 0; h < c->num_ahead; h++)
        finish_half(&c->ahead[h]);
    return status;
}

ppo_status ppo_collect_run(ppo_collect *c, uint64_t first_step, ppo_error *error)
{
    ppo_rollout *r = c->parts.rollout;
    const bool has_frames = ppo_rollout_has_frames(r);
    const size_t num_steps = r->num_steps, row_bytes = r->num_envs * c->frame_bytes;
    c->first_step = first_step;
    memset(c->errors, 0, c->num_blocks * sizeof *c->errors);

    // Where the last iteration ended, this one begins.
    if (has_frames)
        ppo_frames_begin(&r->frames);
    else
        memcpy(r->features, c->features, row_bytes);
    if (ppo_rollout_has_memory(r))
        ppo_rollout_memory_begin(&r->memory);

    // Statistics take in all environments' observations of a step before any is normalised.
    const size_t steps_at_once = c->parts.agent->policy.input.normalise ? 1 : num_steps;
    if (c->num_ahead > 0)
        PPO_TRY(run_with_device(c, error));
    for (size_t t = 0; c->num_ahead == 0 && t < num_steps; t += steps_at_once) {
        PPO_TRY(run_blocks(c, 0, c->num_blocks, t, t + steps_at_once, error));
        if (c->parts.agent->policy.input.normalise)
            encode_new(c, ppo_rollout_row(r, t + 1));
    }

    if (has_frames)
        ppo_frames_end(&r->frames);
    else
        memcpy(c->features, ppo_rollout_row(r, num_steps), row_bytes);
    if (ppo_rollout_has_memory(r))
        ppo_rollout_memory_end(&r->memory);
    return PPO_OK;
}

// --- checkpoints ---------------------------------------------------------------------------------

void ppo_collect_freeze(ppo_collect *c)
{
    ppo_vecenv_freeze(c->parts.vecenv);
}

ppo_status ppo_collect_thaw(ppo_collect *c, uint64_t step, ppo_error *error)
{
    // Environments without a saved state begin anew and write their first observations.
    const bool begins_anew = c->parts.agent->env->state_size == 0;
    PPO_TRY(ppo_vecenv_thaw(c->parts.vecenv, c->encodes ? c->obs : next_row(c), step, error));
    if (begins_anew && c->encodes)
        encode(c, next_row(c), 0, c->parts.rollout->num_envs);
    if (begins_anew && ppo_rollout_has_frames(c->parts.rollout))
        ppo_frames_start(&c->parts.rollout->frames);
    if (begins_anew && ppo_rollout_has_memory(c->parts.rollout))
        ppo_rollout_memory_start(&c->parts.rollout->memory);
    return PPO_OK;
}
