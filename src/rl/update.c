// SPDX-License-Identifier: MIT
// Drives the update phase. Owns what shards sum; order, gradient and optimiser own the rest.
// Not here: which samples (order.c), the loss (loss.c), the chunks of a minibatch (gradient.c),
// Adam (optimizer.c).
#include "rl/update.h"

#include "core/error.h"
#include "rl/order.h"

#include <math.h>
#include <stdlib.h>

struct ppo_update {
    const ppo_config *config;
    const ppo_shards *shards;
    ppo_policy *policy;
    ppo_order order;
    ppo_gradient *gradient;
    ppo_optimizer *optimizer;
    ppo_pool *pool;
    ppo_gradient_sums *sums; // [shards] of the minibatch under way
    bool steps_late;         // a network steps in the task that computes its next gradient
};

ppo_status ppo_update_create(ppo_update **result, const ppo_config *config,
                             const ppo_shards *shards, ppo_policy *policy, ppo_pool *pool,
                             ppo_arena *arena, ppo_error *error)
{
    *result = NULL;
    ppo_update *update = calloc(1, sizeof *update);
    if (!update)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    *update = (ppo_update){.config = config, .shards = shards, .policy = policy, .pool = pool};
    ppo_status status = ppo_gradient_create(&update->gradient, config, policy, pool, arena, error);
    if (status == PPO_OK)
        status =
            ppo_optimizer_create(&update->optimizer, config, shards, policy, pool, arena, error);
    if (status == PPO_OK) // a gradient is the most that is added
        status = ppo_ranks_reserve(
            shards->ranks, policy->layout.size * sizeof(float) + sizeof *update->sums, error);
    if (status != PPO_OK) {
        ppo_update_destroy(update);
        return status;
    }
    update->steps_late = ppo_gradient_num_tasks(config, policy) == policy->num_nets &&
                         ppo_optimizer_may_wait(update->optimizer);
    ppo_order_plan(&update->order, config, shards, pool, arena);
    PPO_ARENA_ADD(arena, &update->sums, "update.sums", "ppo_update_run", PPO_ROLE_SCRATCH, PPO_F64,
                  shards->num, sizeof *update->sums / sizeof(double));
    *result = update;
    return PPO_OK;
}

void ppo_update_destroy(ppo_update *update)
{
    if (!update)
        return;
    ppo_optimizer_destroy(update->optimizer);
    ppo_gradient_destroy(update->gradient);
    free(update);
}

void ppo_update_freeze(ppo_update *update)
{
    ppo_optimizer_freeze(update->optimizer);
}

void ppo_update_thaw(ppo_update *update)
{
    ppo_optimizer_thaw(update->optimizer);
}

// --- tasks -------------------------------------------------------------------------------------

static void add_network(void *context, size_t net)
{
    ppo_optimizer_add_network(context, net);
}

static void step_network(void *context, size_t net)
{
    ppo_optimizer_step_network(context, net);
}

static void pack_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    ppo_policy_pack_acting(((const ppo_update *)context)->policy, task);
}

// What has gone through the policy's device since then.
static ppo_gpu_counters counters_since(const ppo_gpu_counters *then, const ppo_policy *policy)
{
    ppo_gpu_counters now = ppo_gpu_device_counters(&policy->device);
    now.launches -= then->launches;
    now.writes -= then->writes;
    now.bytes_written -= then->bytes_written;
    now.reads -= then->reads;
    now.bytes_read -= then->bytes_read;
    return now;
}

// --- the phase ---------------------------------------------------------------------------------

// Means over the minibatches, from sums.
static void average(ppo_update_stats *sum)
{
    const double share = 1.0 / (double)sum->minibatches;
    ppo_loss_sums_scale(&sum->mean, share);
    sum->loss *= share;
    sum->grad_norm *= share;
    sum->std_mean *= share;
}

static bool is_finite(const ppo_update_stats *s)
{
    return isfinite(s->loss) && isfinite(s->grad_norm) && isfinite(s->mean.policy_loss) &&
           isfinite(s->mean.value_loss) && isfinite(s->mean.entropy) &&
           isfinite(s->mean.old_approx_kl) && isfinite(s->mean.approx_kl) &&
           !isinf(s->std_mean); // NAN: it has none
}

static ppo_status fail_not_finite(const ppo_update *update, const ppo_update_stats *stats,
                                  ppo_error *error)
{
    const ppo_params *layout = &update->policy->layout;
    const float *gradient = ppo_optimizer_gradient(update->optimizer);
    const char *broken = NULL;
    for (size_t i = 0; !broken && i < layout->count; i++)
        for (size_t k = 0; !broken && k < ppo_param_count(&layout->list[i]); k++)
            if (!isfinite(gradient[layout->list[i].offset + k]))
                broken = layout->list[i].name;
    return ppo_fail(error, PPO_NUMERIC,
                    "a figure of a minibatch is not finite (policy loss %g, value loss %g, entropy "
                    "%g, approx_kl %g, standard deviation %g, gradient norm %g, first broken "
                    "gradient: %s); this minibatch changed nothing. A lower learning_rate or "
                    "max_grad_norm often helps",
                    stats->mean.policy_loss, stats->mean.value_loss, stats->mean.entropy,
                    stats->mean.approx_kl, stats->std_mean, stats->grad_norm,
                    broken ? broken : "none");
}

// Shard number `shard` of a minibatch: its sums, and its gradient added to those before it. The
// chunks of a network are added as soon as they are there. Returns the samples of the minibatch.
static size_t compute_shard(ppo_update *update, const ppo_rollout_view *rollout, size_t epoch,
                            size_t minibatch, size_t shard, const ppo_step_params *step)
{
    const ppo_gradient_sink sink = {.network_needed = update->steps_late ? step_network : NULL,
                                    .network_done = add_network,
                                    .context = update->optimizer};
    const ppo_minibatch_part part = ppo_order_part(&update->order, epoch, minibatch, shard);
    size_t num_chunks;
    float *chunks = ppo_gradient_chunks(update->gradient, part.count, &num_chunks);
    ppo_optimizer_begin(update->optimizer, shard, chunks, num_chunks);
    update->sums[shard] = (ppo_gradient_sums){.std = 0.0};
    if (part.count > 0)
        update->sums[shard] = ppo_gradient_compute(update->gradient, rollout, &part, step, &sink,
                                                   ppo_optimizer_sum(update->optimizer));
    ppo_optimizer_add_shard(update->optimizer);
    return part.total;
}

// One minibatch: the gradient of all shards, and the step, unless something is not finite: neither
// parameters nor figures may be.
static ppo_status run_minibatch(ppo_update *update, const ppo_rollout_view *rollout, size_t epoch,
                                size_t minibatch, const ppo_step_params *step,
                                ppo_update_stats *total, ppo_error *error)
{
    const ppo_config *config = update->config;
    ppo_update_stats one = {.minibatches = 1};
    size_t count = 0;
    if (ppo_order_part(&update->order, epoch, minibatch, 0).total == 0)
        return PPO_OK; // with memory: every step of these sequences is lost
    for (size_t shard = 0; shard < update->shards->num; shard++)
        count = compute_shard(update, rollout, epoch, minibatch, shard, step);
    ppo_shards_sum_with(update->shards, (double *)(void *)update->sums,
                        sizeof *update->sums / sizeof(double),
                        ppo_optimizer_gradient(update->optimizer), update->policy->layout.size);
    PPO_TRY(ppo_shards_check(update->shards, error));
    one.mean = update->sums[0].loss;
    ppo_loss_sums_scale(&one.mean, 1.0 / (double)count);
    one.std_mean = ppo_dist_has_reals(&update->policy->dist) ? update->sums[0].std : (double)NAN;
    one.loss = ppo_joint_loss(&one.mean, step->ent_coef, config->vf_coef);
    one.grad_norm = ppo_optimizer_norm(update->optimizer);
    PPO_TRY(ppo_policy_check_device(update->policy, error));
    if (!is_finite(&one)) {
        ppo_policy_fetch(update->policy);
        ppo_optimizer_fetch_gradient(update->optimizer);
        return fail_not_finite(update, &one, error);
    }
    ppo_optimizer_begin_step(update->optimizer, step);
    if (!update->steps_late)
        ppo_optimizer_finish_step(update->optimizer);
    ppo_loss_sums_add(&total->mean, &one.mean);
    total->loss += one.loss;
    total->grad_norm += one.grad_norm;
    total->std_mean += one.std_mean;
    total->minibatches++;
    return PPO_OK;
}

ppo_status ppo_update_run(ppo_update *update, ppo_rollout *rollout, const ppo_step_params *step,
                          uint64_t iteration, ppo_update_stats *stats, ppo_error *error)
{
    const ppo_config *config = update->config;
    const ppo_rollout_view view = ppo_rollout_view_of(rollout);
    const ppo_gpu_counters before = ppo_gpu_device_counters(&update->policy->device);
    *stats = (ppo_update_stats){.epochs = 0};
    const size_t num_samples = ppo_order_begin(&update->order, rollout, iteration);
    PPO_TRY(ppo_shards_check(update->shards, error));
    if (num_samples == 0)
        return ppo_fail(error, PPO_ENV_FAILED,
                        "no step of this iteration took place: all environments "
                        "broke down in each of them");
    for (uint32_t epoch = 0; epoch < config->update_epochs; epoch++) {
        const double kl_before = stats->mean.approx_kl;
        const size_t minibatches = update->order.num_minibatches;
        for (size_t minibatch = 0; minibatch < minibatches; minibatch++)
            PPO_TRY(run_minibatch(update, &view, epoch, minibatch, step, stats, error));
        stats->epochs++;
        const double kl = (stats->mean.approx_kl - kl_before) / (double)minibatches;
        if (config->target_kl > 0.0 && kl > config->target_kl)
            break;
    }
    ppo_optimizer_finish_step(update->optimizer);
    average(stats);
    stats->device = counters_since(&before, update->policy);
    stats->explained_variance = ppo_order_explained_variance(&update->order, rollout);

    // What reads parameters, from here on to the next update, finds them where they always are.
    ppo_policy_fetch(update->policy);
    PPO_TRY(ppo_policy_check_device(update->policy, error));

    // Minibatches read the large layers' weights as they are, once each; acting reads them often.
    if (ppo_policy_has_vision(update->policy))
        ppo_pool_run(update->pool, pack_task, update, ppo_policy_acting_tasks(update->policy));
    return PPO_OK;
}
