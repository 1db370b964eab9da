// SPDX-License-Identifier: MIT
// The trainer: owns one arena and the objects that live in it, and runs the iteration
//     schedule -> collect -> bootstrap -> rewards -> advantages -> update -> stats.
// Not here: files (src/run/), printing (src/cli/).
#include "ppo/trainer.h"

#include "agent/agent.h"
#include "agent/state.h"
#include "agent/vec.h"
#include "config/table.h"
#include "core/cores.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/float_scope.h"
#include "core/sized.h"
#include "rl/collect.h"
#include "rl/evaluation.h"
#include "rl/gae.h"
#include "rl/reward.h"
#include "rl/trainer_state.h"
#include "rl/update.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Counters of a run, as one state row.
enum { ITERATION, GLOBAL_STEP, NUM_COUNTERS };

// So many episodes lost one after the other, without one that came to its end, are a failure.
enum { MAX_LOST_IN_ROW = 100 };

// What a checkpoint keeps of the last iteration's stats: each as a double, in this order. The rest
// is in other rows (counters, episodes) or is not repeatable (seconds).
#define SAVED_STATS(X)              \
    X(return_mean, double)          \
    X(length_mean, double)          \
    X(learning_rate, double)        \
    X(critic_learning_rate, double) \
    X(clip_coef, double)            \
    X(ent_coef, double)             \
    X(loss, double)                 \
    X(policy_loss, double)          \
    X(value_loss, double)           \
    X(entropy, double)              \
    X(old_approx_kl, double)        \
    X(approx_kl, double)            \
    X(clip_fraction, double)        \
    X(explained_variance, double)   \
    X(grad_norm, double)            \
    X(std_mean, double)             \
    X(epochs, uint32_t)
#define COUNT_ONE(field, type) +1
enum { NUM_SAVED_STATS = 0 SAVED_STATS(COUNT_ONE) };

struct ppo_trainer {
    ppo_config config; // of the whole training
    ppo_config here;   // of what this rank computes of it: its environments, samples and shards
    ppo_shards shards;
    ppo_arena arena;
    ppo_pool *pool;
    ppo_agent agent;
    ppo_vecenv *vecenv;
    ppo_rollout rollout;
    ppo_acting_scratch_set scratch;
    ppo_bootstrap bootstrap;
    ppo_collect *collect;
    ppo_reward reward;
    ppo_update *update;
    ppo_episodes episodes;
    uint64_t *counters;  // [NUM_COUNTERS]
    double *saved_stats; // [NUM_SAVED_STATS]
    ppo_stats stats;
    uint64_t minibatches;                  // of the last iteration
    ppo_device_work device_work;           // for them
    bool (*is_interrupted)(void *context); // asked by evaluations; may be NULL
    void *interrupt_context;
    ppo_error failure; // once a step has failed, every later one fails the same way
    pid_t owner;       // the process that has the threads and shares the memory with workers
};

// --- creation ----------------------------------------------------------------------------------

// All cores, or this rank's share of them where it may use all that its neighbours may; but no more
// threads than there are tasks for: idle ones would only disturb.
static uint32_t useful_threads(const ppo_trainer *trainer)
{
    const ppo_config *config = &trainer->here;
    const ppo_ranks *ranks = trainer->shards.ranks;
    const size_t neighbours = ranks && !ppo_cores_are_chosen() ? ranks->local_size : 1;
    const size_t update = ppo_gradient_num_tasks(config, &trainer->agent.policy);
    const size_t collect = ppo_collect_num_tasks(config, trainer->agent.env);
    const size_t tasks = update > collect ? update : collect, all = ppo_cores_available();
    const size_t cores = all > neighbours ? all / neighbours : 1;
    return (uint32_t)(tasks < cores ? tasks : cores);
}

// A training with a part of the environments, of each minibatch and of the shards.
static ppo_config config_here(const ppo_config *config, const ppo_shards *shards)
{
    ppo_config here = *config;
    const uint32_t ranks = (uint32_t)(shards->count / shards->num);
    here.minibatch_size = ppo_config_minibatch_size(config) / ranks;
    here.num_envs /= ranks;
    here.shards /= ranks;
    return here;
}

// Everything in the order of its dependence; what was made is destroyed by the caller on failure.
static ppo_status build(ppo_trainer *trainer, const ppo_trainer_options *given, ppo_error *error)
{
    const ppo_config *config = &trainer->here;
    ppo_arena *arena = &trainer->arena;
    ppo_agent *agent = &trainer->agent;
    ppo_rollout *rollout = &trainer->rollout;

    // Whom to train, and by how many threads.
    PPO_TRY(ppo_config_check(&trainer->config, error));
    PPO_TRY(ppo_shards_share(&trainer->shards, trainer->config.shards, given->ranks, error));
    trainer->here = config_here(&trainer->config, &trainer->shards);
    const size_t first_env = ppo_shards_begin(&trainer->shards, trainer->config.num_envs);
    agent->shards = &trainer->shards;
    agent->worker_log = given->worker_log;
    PPO_TRY(ppo_agent_plan(agent, &trainer->config, given->env, arena, error));
    const uint32_t threads = config->threads ? config->threads : useful_threads(trainer);
    PPO_TRY(ppo_pool_create(&trainer->pool, threads, error));

    // What collects.
    ppo_vecenv_options options = ppo_vec_options_for(config, agent->env);
    options.worker_log = given->worker_log;
    options.first_env = (uint32_t)first_env;
    PPO_TRY(ppo_vecenv_create(&trainer->vecenv, agent->env, &options, arena, error));
    ppo_rollout_plan(rollout, config->num_steps, config->num_envs, &agent->policy.input,
                     agent->policy.dist.num_actions, arena);
    if (agent->env->action_mask)
        ppo_rollout_plan_masks(rollout, agent->policy.dist.mask_width, arena);
    if (ppo_policy_has_memory(&agent->policy))
        ppo_rollout_plan_memory(rollout, &agent->policy, ppo_config_sequence_length(config), arena);
    ppo_acting_scratch_plan(&trainer->scratch, &agent->policy, ppo_pool_size(trainer->pool),
                            ppo_rollout_has_frames(rollout), arena);
    trainer->bootstrap = (ppo_bootstrap){
        .agent = agent, .rollout = rollout, .pool = trainer->pool, .scratch = &trainer->scratch};
    const ppo_collect_parts parts = {.config = config,
                                     .first_env = first_env,
                                     .agent = agent,
                                     .vecenv = trainer->vecenv,
                                     .rollout = rollout,
                                     .bootstrap = &trainer->bootstrap,
                                     .scratch = &trainer->scratch,
                                     .pool = trainer->pool};
    PPO_TRY(ppo_collect_create(&trainer->collect, &parts, arena, error));

    // What learns, and what is told of it.
    ppo_reward_plan(&trainer->reward, config, &trainer->shards, arena);
    PPO_TRY(ppo_update_create(&trainer->update, config, &trainer->shards, &agent->policy,
                              trainer->pool, arena, error));
    ppo_episodes_plan(&trainer->episodes, arena);
    ppo_episodes_plan_ranks(&trainer->episodes, &trainer->shards,
                            (size_t)ppo_config_batch_size(config), arena);
    PPO_ARENA_ADD(arena, &trainer->counters, "trainer.counters", "ppo_trainer_step",
                  PPO_ROLE_COUNTER, PPO_U64, NUM_COUNTERS);
    PPO_ARENA_ADD(arena, &trainer->saved_stats, "trainer.stats", "ppo_trainer_freeze",
                  PPO_ROLE_COUNTER, PPO_F64, NUM_SAVED_STATS);

    // The memory, and what it holds at the beginning.
    PPO_TRY(ppo_arena_bind(arena, error));
    PPO_TRY(ppo_policy_init(&agent->policy, config, error));
    if (agent->policy.input.normalise)
        ppo_normalizer_init(&agent->obs_norm);
    ppo_reward_start(&trainer->reward);
    return ppo_collect_start(trainer->collect, error);
}

ppo_status ppo_trainer_create(ppo_trainer **result, const ppo_config *config,
                              const ppo_trainer_options *options, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_trainer_options o;
    *result = NULL;
    PPO_TRY(ppo_sized_read(&o, sizeof o, sizeof o, options, "ppo_trainer_options", error));
    PPO_TRY(ppo_config_check_size(config, error)); // before it is copied
    ppo_trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a trainer");
    trainer->config = *config;
    trainer->owner = getpid();
    const ppo_status status = build(trainer, &o, error);
    if (status != PPO_OK) {
        ppo_trainer_destroy(trainer);
        return status;
    }
    ppo_stats_init(&trainer->stats);
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
    s->explained_variance = update->explained_variance;
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

ppo_status ppo_trainer_step(ppo_trainer *trainer, ppo_stats *stats, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    const ppo_config *config = &trainer->config;
    const uint64_t iteration = trainer->counters[ITERATION];
    ppo_rollout *r = &trainer->rollout;
    ppo_update_stats update;
    PPO_TRY(ppo_sized_check(stats, sizeof *stats, "ppo_stats", error));
    PPO_TRY(ppo_trainer_check(trainer, error));
    if (getpid() != trainer->owner)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "this trainer's threads and workers belong to process %ld, of which this "
                        "one is a fork; make a trainer in the process that trains",
                        (long)trainer->owner);
    const double start = ppo_clock_seconds();

    const ppo_step_params step = ppo_schedule_step(config, iteration);
    if (ppo_collect_run(trainer->collect, iteration * config->num_steps, &trainer->failure))
        return ppo_trainer_check(trainer, error);
    ppo_bootstrap_run(&trainer->bootstrap);
    ppo_reward_run(&trainer->reward, r);
    ppo_gae_compute(r->advantage, r->ret, r->reward, r->value, r->next_value, r->terminated,
                    r->truncated, r->num_steps, r->num_envs, (float)config->gamma,
                    (float)config->gae_lambda);
    const double collected = ppo_clock_seconds();
    if (ppo_update_run(trainer->update, r, &step, iteration, &update, &trainer->failure))
        return ppo_trainer_check(trainer, error);

    ppo_episodes_add_rollout(&trainer->episodes, r);
    if (ppo_shards_check(&trainer->shards, &trainer->failure))
        return ppo_trainer_check(trainer, error);
    if (*trainer->episodes.lost_in_row >= MAX_LOST_IN_ROW) {
        ppo_fail(&trainer->failure, PPO_ENV_FAILED,
                 "%s broke down in each of the last %" PRIu64 " episodes: none has come to its end",
                 trainer->agent.env->id, *trainer->episodes.lost_in_row);
        return ppo_trainer_check(trainer, error);
    }
    trainer->counters[ITERATION]++;
    trainer->counters[GLOBAL_STEP] += ppo_config_batch_size(config);
    fill_stats(trainer, &step, &update);
    trainer->minibatches = update.minibatches;
    trainer->device_work = (ppo_device_work){.launches = update.device.launches,
                                             .bytes_to = update.device.bytes_written,
                                             .bytes_from = update.device.bytes_read,
                                             .waits = update.device.reads};
    trainer->stats.collect_seconds = collected - start;
    trainer->stats.update_seconds = ppo_clock_seconds() - collected;
    ppo_sized_write(stats, &trainer->stats, sizeof trainer->stats);
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

const ppo_agent *ppo_trainer_agent(const ppo_trainer *trainer)
{
    return &trainer->agent;
}

ppo_status ppo_trainer_evaluate(const ppo_trainer *trainer, ppo_evaluation *evaluation,
                                ppo_error *error)
{
    const ppo_config *config = &trainer->config;
    const ppo_evaluate_options options = {.struct_size = sizeof options,
                                          .episodes = config->eval_episodes,
                                          .seed = config->eval_seed,
                                          .deterministic = config->eval_deterministic,
                                          .max_steps = config->eval_max_steps,
                                          .is_interrupted = trainer->is_interrupted,
                                          .interrupt_context = trainer->interrupt_context};
    ppo_evaluation result;
    PPO_TRY(ppo_sized_check(evaluation, offsetof(ppo_evaluation, episodes_cut), "ppo_evaluation",
                            error));
    PPO_TRY(
        ppo_evaluate_on_ranks(trainer->shards.ranks, &trainer->agent, &result, &options, error));
    ppo_sized_write(evaluation, &result, sizeof result);
    return PPO_OK;
}

void ppo_trainer_set_interrupt(ppo_trainer *trainer, bool (*is_requested)(void *context),
                               void *context)
{
    trainer->is_interrupted = is_requested;
    trainer->interrupt_context = context;
}

bool ppo_trainer_is_interrupted(void *trainer)
{
    const ppo_trainer *t = trainer;
    return t->is_interrupted && t->is_interrupted(t->interrupt_context);
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

bool ppo_trainer_device(const ppo_trainer *trainer, ppo_device_info *info)
{
    const ppo_gpu_device *device = &trainer->agent.policy.device;
    *info = (ppo_device_info){.name = ""};
    if (!device->api)
        return false;
    const ppo_gpu_counters counters = ppo_gpu_device_counters(device);
    ppo_gpu_device_describe(device, info->name, sizeof info->name);
    info->memory_bytes = counters.buffer_bytes;
    info->buffers_made = counters.buffers_made;
    info->minibatches = trainer->minibatches;
    info->work = trainer->device_work;
    return true;
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

ppo_ranks *ppo_trainer_ranks(const ppo_trainer *trainer)
{
    return trainer->shards.ranks;
}

// --- the state as tensors (trainer_state.h) ------------------------------------------------------

bool ppo_trainer_tensor(ppo_trainer *trainer, size_t index, ppo_tensor *tensor)
{
    return ppo_state_tensor(&trainer->arena, &trainer->agent.policy, index, tensor);
}

void ppo_trainer_freeze(ppo_trainer *trainer)
{
    double *saved = trainer->saved_stats;
#define SAVE(field, type) *saved++ = (double)trainer->stats.field;
    SAVED_STATS(SAVE)
#undef SAVE
    ppo_collect_freeze(trainer->collect);
    ppo_update_freeze(trainer->update);
}

ppo_status ppo_trainer_thaw(ppo_trainer *trainer, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_stats *stats = &trainer->stats;
    const double *saved = trainer->saved_stats;
    trainer->failure = (ppo_error){.status = PPO_OK};
    *stats = (ppo_stats){.struct_size = sizeof *stats,
                         .iteration = trainer->counters[ITERATION],
                         .global_step = trainer->counters[GLOBAL_STEP],
                         .episodes = trainer->episodes.count[0],
                         .episodes_lost = trainer->episodes.num_lost[0]};
#define LOAD(field, type) stats->field = (type)*saved++;
    SAVED_STATS(LOAD)
#undef LOAD
    ppo_policy_pack(&trainer->agent.policy);
    ppo_update_thaw(trainer->update);
    if (trainer->agent.policy.input.normalise)
        ppo_normalizer_thaw(&trainer->agent.obs_norm);
    ppo_reward_thaw(&trainer->reward);
    return ppo_collect_thaw(trainer->collect,
                            trainer->counters[ITERATION] * trainer->config.num_steps, error);
}
