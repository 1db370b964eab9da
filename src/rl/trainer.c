// SPDX-License-Identifier: MIT
// The trainer: owns one arena and the objects that live in it, and runs the iteration
//     schedule -> collect -> advantages -> update -> stats.
// Not here: files (src/run/), printing (src/cli/).
#include "ppo/trainer.h"

#include "core/clock.h"
#include "core/error.h"
#include "agent/agent.h"
#include "agent/state.h"
#include "rl/collect.h"
#include "rl/gae.h"
#include "rl/trainer_state.h"
#include "rl/update.h"
#include "agent/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Counters of a run, as one state row.
enum { ITERATION, GLOBAL_STEP, NUM_COUNTERS };

struct ppo_trainer {
    ppo_config config;
    ppo_arena arena;
    ppo_pool *pool;
    ppo_agent agent;
    ppo_vecenv *vecenv;
    ppo_rollout rollout;
    ppo_collect *collect;
    ppo_update *update;
    ppo_episodes episodes;
    uint64_t *counters;         // [NUM_COUNTERS]
    unsigned char *saved_stats; // [sizeof(ppo_stats)] the last stats, for a checkpoint
    ppo_stats stats;
    ppo_error failure; // once a step has failed, every later one fails the same way
};

// --- creation ----------------------------------------------------------------------------------

static ppo_status create_vecenv(ppo_trainer *trainer, const char *worker_log, ppo_error *error)
{
    ppo_vecenv_options options = ppo_vec_options_for(&trainer->config, trainer->agent.env);
    options.worker_log = worker_log;
    return ppo_vecenv_create(&trainer->vecenv, trainer->agent.env, &options, &trainer->arena,
                             error);
}

static ppo_status create_phases(ppo_trainer *trainer, ppo_error *error)
{
    const ppo_collect_parts parts = {.config = &trainer->config,
                                     .agent = &trainer->agent,
                                     .vecenv = trainer->vecenv,
                                     .rollout = &trainer->rollout,
                                     .pool = trainer->pool};
    PPO_TRY(ppo_collect_create(&trainer->collect, &parts, &trainer->arena, error));
    return ppo_update_create(&trainer->update, &trainer->config, &trainer->agent.policy,
                             trainer->pool, &trainer->arena, error);
}

// All cores, but no more threads than there are tasks for: idle ones would only disturb.
static uint32_t useful_threads(const ppo_trainer *trainer)
{
    const ppo_config *config = &trainer->config;
    const size_t update = ppo_gradient_num_tasks(config, &trainer->agent.policy);
    const size_t collect = ppo_collect_num_tasks(config, trainer->agent.env);
    const size_t tasks = update > collect ? update : collect, cores = ppo_pool_cores();
    return (uint32_t)(tasks < cores ? tasks : cores);
}

// Everything in the order of its dependence; what was made is destroyed by the caller on failure.
static ppo_status build(ppo_trainer *trainer, const ppo_env_class *env, const char *worker_log,
                        ppo_error *error)
{
    const ppo_config *config = &trainer->config;
    PPO_TRY(ppo_config_check(config, error));
    trainer->agent.worker_log = worker_log;
    PPO_TRY(ppo_agent_plan(&trainer->agent, config, env, &trainer->arena, error));
    PPO_TRY(ppo_pool_create(&trainer->pool,
                            config->threads ? config->threads : useful_threads(trainer), error));
    PPO_TRY(create_vecenv(trainer, worker_log, error));
    ppo_rollout_plan(&trainer->rollout, config->num_steps, config->num_envs,
                     &trainer->agent.policy.input, trainer->agent.policy.dist.num_actions,
                     &trainer->arena);
    if (trainer->agent.env->action_mask)
        ppo_rollout_plan_masks(&trainer->rollout, trainer->agent.policy.dist.num_outputs,
                               &trainer->arena);
    PPO_TRY(create_phases(trainer, error));
    ppo_episodes_plan(&trainer->episodes, &trainer->arena);
    PPO_ARENA_ADD(&trainer->arena, &trainer->counters, "trainer.counters", "ppo_trainer_step",
                  PPO_ROLE_COUNTER, PPO_U64, NUM_COUNTERS);
    PPO_ARENA_ADD(&trainer->arena, &trainer->saved_stats, "trainer.stats", "ppo_trainer_freeze",
                  PPO_ROLE_COUNTER, PPO_U8, sizeof(ppo_stats));
    PPO_TRY(ppo_arena_bind(&trainer->arena, error));
    PPO_TRY(ppo_policy_init(&trainer->agent.policy, config, error));
    if (config->norm_obs)
        ppo_normalizer_init(&trainer->agent.obs_norm);
    return ppo_collect_start(trainer->collect, error);
}

ppo_status ppo_trainer_create(ppo_trainer **result, const ppo_config *config,
                              const ppo_env_class *env, ppo_error *error)
{
    return ppo_trainer_create_logged(result, config, env, NULL, error);
}

ppo_status ppo_trainer_create_logged(ppo_trainer **result, const ppo_config *config,
                                     const ppo_env_class *env, const char *worker_log,
                                     ppo_error *error)
{
    ppo_trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a trainer");
    trainer->config = *config;
    const ppo_status status = build(trainer, env, worker_log, error);
    if (status != PPO_OK) {
        ppo_trainer_destroy(trainer);
        return status;
    }
    trainer->stats.return_mean = trainer->stats.length_mean = (double)NAN;
    *result = trainer;
    return PPO_OK;
}

void ppo_trainer_destroy(ppo_trainer *trainer)
{
    if (!trainer)
        return;
    ppo_update_destroy(trainer->update);
    ppo_collect_destroy(trainer->collect);
    ppo_vecenv_destroy(trainer->vecenv);
    ppo_pool_destroy(trainer->pool);
    ppo_agent_release(&trainer->agent);
    ppo_arena_release(&trainer->arena);
    free(trainer);
}

// --- the iteration -----------------------------------------------------------------------------

static void fill_stats(ppo_trainer *trainer, const ppo_step_params *step,
                       const ppo_update_stats *update)
{
    ppo_stats *s = &trainer->stats;
    s->iteration = trainer->counters[ITERATION];
    s->global_step = trainer->counters[GLOBAL_STEP];
    s->episodes = trainer->episodes.count[0];
    s->episodes_lost = trainer->episodes.num_lost[0];
    s->return_mean = ppo_episodes_return_mean(&trainer->episodes);
    s->length_mean = ppo_episodes_length_mean(&trainer->episodes);
    s->learning_rate = step->lr;
    s->critic_learning_rate = step->critic_lr;
    s->clip_coef = step->clip_coef;
    s->ent_coef = step->ent_coef;
    s->loss = update->loss;
    s->policy_loss = update->mean.policy_loss;
    s->value_loss = update->mean.value_loss;
    s->entropy = update->mean.entropy;
    s->old_approx_kl = update->mean.old_approx_kl;
    s->approx_kl = update->mean.approx_kl;
    s->clip_fraction = update->mean.clipped;
    s->explained_variance = ppo_rollout_explained_variance(&trainer->rollout);
    s->grad_norm = update->grad_norm;
    s->std_mean = update->std_mean;
    s->epochs = update->epochs;
}

ppo_status ppo_trainer_check(const ppo_trainer *trainer, ppo_error *error)
{
    if (error && trainer->failure.status != PPO_OK)
        *error = trainer->failure;
    return trainer->failure.status;
}

static void compute_advantages(ppo_trainer *trainer)
{
    const ppo_rollout *r = &trainer->rollout;
    ppo_collect_bootstrap(trainer->collect);
    ppo_gae_compute(r->advantage, r->ret, r->reward, r->value, r->next_value, r->terminated,
                    r->truncated, r->num_steps, r->num_envs, (float)trainer->config.gamma,
                    (float)trainer->config.gae_lambda);
}

ppo_status ppo_trainer_step(ppo_trainer *trainer, ppo_stats *stats, ppo_error *error)
{
    const ppo_config *config = &trainer->config;
    const uint64_t iteration = trainer->counters[ITERATION];
    ppo_update_stats update;
    PPO_TRY(ppo_trainer_check(trainer, error));

    const ppo_step_params step = ppo_schedule_step(config, iteration);
    const double start = ppo_clock_seconds();
    if (ppo_collect_run(trainer->collect, iteration * config->num_steps, &trainer->failure))
        return ppo_trainer_check(trainer, error);
    compute_advantages(trainer);
    const double collected = ppo_clock_seconds();
    if (ppo_update_run(trainer->update, &trainer->rollout, &step, iteration, &update,
                       &trainer->failure))
        return ppo_trainer_check(trainer, error);

    ppo_collect_report(trainer->collect, &trainer->episodes);
    trainer->counters[ITERATION]++;
    trainer->counters[GLOBAL_STEP] += ppo_config_batch_size(config);
    fill_stats(trainer, &step, &update);
    trainer->stats.collect_seconds = collected - start;
    trainer->stats.update_seconds = ppo_clock_seconds() - collected;
    if (stats)
        *stats = trainer->stats;
    return PPO_OK;
}

// --- questions ---------------------------------------------------------------------------------

double ppo_trainer_solved_return(const ppo_trainer *trainer)
{
    return isnan(trainer->config.solved_return) ? trainer->agent.env->reward_threshold
                                                : trainer->config.solved_return;
}

bool ppo_trainer_solved(const ppo_trainer *trainer)
{
    return trainer->episodes.count[0] >= PPO_RECENT_EPISODES &&
           ppo_episodes_return_mean(&trainer->episodes) >= ppo_trainer_solved_return(trainer);
}

bool ppo_trainer_done(const ppo_trainer *trainer)
{
    return trainer->counters[GLOBAL_STEP] >= trainer->config.total_timesteps ||
           (trainer->config.stop_when_solved && ppo_trainer_solved(trainer));
}

const ppo_config *ppo_trainer_config(const ppo_trainer *trainer)
{
    return &trainer->config;
}

const ppo_env_class *ppo_trainer_env(const ppo_trainer *trainer)
{
    return trainer->agent.env;
}

const ppo_stats *ppo_trainer_stats(const ppo_trainer *trainer)
{
    return &trainer->stats;
}

ppo_agent *ppo_trainer_agent(ppo_trainer *trainer)
{
    return &trainer->agent;
}

ppo_status ppo_trainer_evaluate(ppo_trainer *trainer, ppo_evaluation *evaluation, ppo_error *error)
{
    const ppo_config *config = &trainer->config;
    return ppo_agent_evaluate(&trainer->agent, evaluation, NULL, NULL, config->eval_episodes,
                              config->eval_seed, config->eval_deterministic, error);
}

uint64_t ppo_trainer_hash(const ppo_trainer *trainer)
{
    return ppo_policy_hash(&trainer->agent.policy);
}

double ppo_trainer_flops(const ppo_trainer *trainer)
{
    const ppo_policy *policy = &trainer->agent.policy;
    const double batch = (double)ppo_config_batch_size(&trainer->config);
    const double valued = (policy->shared ? 0.0 : batch) + (double)trainer->config.num_envs;
    double macs = batch * (double)ppo_policy_forward_macs(policy, PPO_ACTOR_NET) +
                  valued * (double)ppo_policy_forward_macs(policy, ppo_policy_critic_net(policy));
    for (size_t i = 0; i < policy->num_nets; i++)
        macs += batch * (double)trainer->config.update_epochs *
                (double)(ppo_policy_forward_macs(policy, i) + ppo_policy_backward_macs(policy, i));
    return 2.0 * macs;
}

uint64_t ppo_trainer_workers_lost(const ppo_trainer *trainer, ppo_error *last)
{
    return ppo_vecenv_workers_lost(trainer->vecenv, last);
}

bool ppo_trainer_buffer(const ppo_trainer *trainer, size_t index, ppo_buffer_info *info)
{
    if (index >= trainer->arena.num_rows)
        return false;
    const ppo_arena_row *row = &trainer->arena.rows[index];
    *info = (ppo_buffer_info){.name = row->tensor.name,
                              .owner = row->owner,
                              .dtype = row->tensor.dtype,
                              .rank = row->tensor.rank,
                              .bytes = row->tensor.bytes,
                              .in_checkpoint = ppo_role_is_state(row->tensor.role)};
    for (uint32_t i = 0; i < row->tensor.rank; i++)
        info->shape[i] = row->tensor.shape[i];
    return true;
}

// --- the state as tensors (trainer_state.h)
// ------------------------------------------------------------

bool ppo_trainer_tensor(ppo_trainer *trainer, size_t index, ppo_tensor *tensor)
{
    return ppo_state_tensor(&trainer->arena, &trainer->agent.policy, index, tensor);
}

void ppo_trainer_freeze(ppo_trainer *trainer)
{
    ppo_stats stats;
    memcpy(&stats, &trainer->stats, sizeof stats); // padding included: equal runs, equal bytes
    stats.collect_seconds = stats.update_seconds = 0.0;
    memcpy(trainer->saved_stats, &stats, sizeof stats);
    ppo_collect_freeze(trainer->collect);
}

ppo_status ppo_trainer_thaw(ppo_trainer *trainer, ppo_error *error)
{
    trainer->failure = (ppo_error){.status = PPO_OK};
    memcpy(&trainer->stats, trainer->saved_stats, sizeof trainer->stats);
    ppo_policy_pack(&trainer->agent.policy);
    if (trainer->config.norm_obs)
        ppo_normalizer_thaw(&trainer->agent.obs_norm);
    return ppo_collect_thaw(trainer->collect,
                            trainer->counters[ITERATION] * trainer->config.num_steps, error);
}
