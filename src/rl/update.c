// SPDX-License-Identifier: MIT
// Drives the update phase. Owns the order of samples; gradient and optimiser own the rest.
// Not here: the loss (loss.c), the chunks of a minibatch (gradient.c), Adam (optimizer.c).
#include "rl/update.h"

#include "core/error.h"
#include "rl/minibatch.h"

#include <math.h>
#include <stdlib.h>

struct ppo_update {
    const ppo_config *config;
    ppo_policy *policy;
    ppo_gradient *gradient;
    ppo_optimizer *optimizer;
    ppo_pool *pool;
    uint32_t *samples;    // [T*N] those that are learnt from
    size_t num_samples;   // all, unless environments broke down
    uint32_t *perm;       // [update_epochs, T*N] of which an epoch uses the first num_samples
    uint64_t first_epoch; // of the iteration under way, counted from the beginning of training
};

ppo_status ppo_update_create(ppo_update **result, const ppo_config *config, ppo_policy *policy,
                             ppo_pool *pool, ppo_arena *arena, ppo_error *error)
{
    *result = NULL;
    ppo_update *update = calloc(1, sizeof *update);
    if (!update)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    *update = (ppo_update){.config = config, .policy = policy, .pool = pool};
    ppo_status status = ppo_gradient_create(&update->gradient, config, policy, pool, arena, error);
    if (status == PPO_OK)
        status = ppo_optimizer_create(&update->optimizer, config, policy, pool, arena, error);
    if (status != PPO_OK) {
        ppo_update_destroy(update);
        return status;
    }
    PPO_ARENA_ADD(arena, &update->samples, "update.samples", "ppo_rollout_samples",
                  PPO_ROLE_SCRATCH, PPO_U32, (size_t)ppo_config_batch_size(config));
    PPO_ARENA_ADD(arena, &update->perm, "update.perm", "ppo_minibatch_shuffle", PPO_ROLE_SCRATCH,
                  PPO_U32, config->update_epochs, (size_t)ppo_config_batch_size(config));
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

// --- tasks -------------------------------------------------------------------------------------

// Task `epoch`: the order in which that epoch visits the samples.
static void shuffle_task(void *context, size_t epoch, size_t worker)
{
    (void)worker;
    const ppo_update *update = context;
    const size_t batch = (size_t)ppo_config_batch_size(update->config);
    uint32_t *perm = update->perm + epoch * batch;
    ppo_minibatch_shuffle(perm, update->num_samples, update->config->seed,
                          update->first_epoch + epoch);
    for (size_t k = 0; k < update->num_samples; k++)
        perm[k] = update->samples[perm[k]];
}

static void add_network(void *context, size_t net)
{
    ppo_optimizer_add_network(context, net);
}

static void pack_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    ppo_policy_pack_acting(((const ppo_update *)context)->policy, task);
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

static bool is_finite(const ppo_gradient_stats *s)
{
    return isfinite(s->mean.policy_loss) && isfinite(s->mean.value_loss) &&
           isfinite(s->mean.entropy) && isfinite(s->mean.old_approx_kl) &&
           isfinite(s->mean.approx_kl) && !isinf(s->std_mean); // NAN: it has none
}

static ppo_status fail_not_finite(const ppo_update *update, const ppo_gradient_stats *stats,
                                  double norm, ppo_error *error)
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
                    stats->mean.approx_kl, stats->std_mean, norm, broken ? broken : "none");
}

ppo_status ppo_update_run(ppo_update *update, ppo_rollout *rollout, const ppo_step_params *step,
                          uint64_t iteration, ppo_update_stats *stats, ppo_error *error)
{
    const ppo_config *config = update->config;
    const ppo_rollout_view view = ppo_rollout_view_of(rollout);
    const ppo_gradient_sink sink = {.network_done = add_network, .context = update->optimizer};
    const size_t batch = (size_t)ppo_config_batch_size(config);
    const size_t size = ppo_config_minibatch_size(config);

    // Which samples there are, and in which order each epoch visits them.
    *stats = (ppo_update_stats){.epochs = 0};
    update->num_samples = ppo_rollout_samples(rollout, update->samples);
    if (update->num_samples == 0)
        return ppo_fail(error, PPO_ENV_FAILED,
                        "no step of this iteration took place: all environments "
                        "broke down in each of them");
    if (config->norm_adv == PPO_NORM_ADV_BATCH)
        ppo_minibatch_normalize(rollout->advantage, update->samples, update->num_samples);
    update->first_epoch = iteration * config->update_epochs;
    ppo_pool_run(update->pool, shuffle_task, update, config->update_epochs);

    for (uint32_t epoch = 0; epoch < config->update_epochs; epoch++) {
        const double kl_before = stats->mean.approx_kl;
        const uint32_t minibatches_before = stats->minibatches;
        for (size_t first = 0; first < update->num_samples; first += size) {
            const uint32_t *index = update->perm + epoch * batch + first;
            const size_t left = update->num_samples - first, count = left < size ? left : size;

            // The gradient, in chunks; each network's chunks are added as soon as they are there.
            size_t num_chunks;
            float *chunks = ppo_gradient_chunks(update->gradient, count, &num_chunks);
            ppo_optimizer_begin(update->optimizer, chunks, num_chunks);
            const ppo_gradient_stats gradient =
                ppo_gradient_compute(update->gradient, &view, index, count, step, &sink,
                                     ppo_optimizer_sum(update->optimizer));
            const double loss = ppo_joint_loss(&gradient.mean, step->ent_coef, config->vf_coef);
            const double norm = ppo_optimizer_norm(update->optimizer);

            // The step, unless something is not finite: neither parameters nor figures may be.
            if (!isfinite(loss) || !isfinite(norm) || !is_finite(&gradient))
                return fail_not_finite(update, &gradient, norm, error);
            ppo_optimizer_step(update->optimizer, step);
            ppo_loss_sums_add(&stats->mean, &gradient.mean);
            stats->loss += loss;
            stats->grad_norm += norm;
            stats->std_mean += gradient.std_mean;
            stats->minibatches++;
        }
        stats->epochs++;
        const double kl =
            (stats->mean.approx_kl - kl_before) / (double)(stats->minibatches - minibatches_before);
        if (config->target_kl > 0.0 && kl > config->target_kl)
            break;
    }
    average(stats);

    // Minibatches read the large layers' weights as they are, once each; acting reads them often.
    if (ppo_policy_has_vision(update->policy))
        ppo_pool_run(update->pool, pack_task, update, ppo_policy_acting_tasks(update->policy));
    return PPO_OK;
}
