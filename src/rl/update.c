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
    const ppo_policy *policy;
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

const float *ppo_update_gradient(const ppo_update *update)
{
    return ppo_optimizer_gradient(update->optimizer);
}

// --- one minibatch -----------------------------------------------------------------------------

// The parameter that holds the first non-finite gradient, for the message.
static const char *broken_tensor(const ppo_update *update)
{
    const ppo_params *layout = &update->policy->layout;
    const float *gradient = ppo_update_gradient(update);
    for (size_t i = 0; i < layout->count; i++)
        for (size_t k = 0; k < ppo_param_count(&layout->list[i]); k++)
            if (!isfinite(gradient[layout->list[i].offset + k]))
                return layout->list[i].name;
    return "none";
}

static ppo_status check_finite(const ppo_update *update, const ppo_update_stats *stats,
                               ppo_error *error)
{
    if (isfinite(stats->loss) && isfinite(stats->grad_norm))
        return PPO_OK;
    return ppo_fail(error, PPO_NUMERIC,
                    "a loss or gradient is not finite (policy loss %g, value loss %g, entropy %g, "
                    "first broken gradient: %s); this minibatch changed nothing. A lower "
                    "learning_rate or max_grad_norm often helps",
                    stats->mean.policy_loss, stats->mean.value_loss, stats->mean.entropy,
                    broken_tensor(update));
}

static void add_network(void *context, size_t net)
{
    ppo_optimizer_add_network(context, net);
}

ppo_status ppo_update_minibatch(ppo_update *update, const ppo_rollout *rollout,
                                const uint32_t *index, size_t count, const ppo_step_params *step,
                                ppo_update_stats *stats, ppo_error *error)
{
    const ppo_gradient_sink sink = {.network_done = add_network, .context = update->optimizer};
    size_t num_chunks;
    float *chunks = ppo_gradient_chunks(update->gradient, count, &num_chunks);
    ppo_optimizer_begin(update->optimizer, chunks, num_chunks);
    const ppo_gradient_stats gradient = ppo_gradient_compute(
        update->gradient, rollout, index, count, step, &sink, ppo_optimizer_sum(update->optimizer));
    *stats =
        (ppo_update_stats){.mean = gradient.mean, .std_mean = gradient.std_mean, .minibatches = 1};
    stats->loss = ppo_joint_loss(&stats->mean, step->ent_coef, update->config->vf_coef);
    stats->grad_norm = ppo_optimizer_norm(update->optimizer);
    PPO_TRY(check_finite(update, stats, error));
    ppo_optimizer_step(update->optimizer, step);
    return PPO_OK;
}

// --- epochs ------------------------------------------------------------------------------------

static void add_stats(ppo_update_stats *sum, const ppo_update_stats *one)
{
    ppo_loss_sums_add(&sum->mean, &one->mean);
    sum->loss += one->loss;
    sum->grad_norm += one->grad_norm;
    sum->std_mean += one->std_mean;
    sum->minibatches++;
}

static void average_stats(ppo_update_stats *sum)
{
    const double share = 1.0 / (double)sum->minibatches;
    ppo_loss_sums_scale(&sum->mean, share);
    sum->loss *= share;
    sum->grad_norm *= share;
    sum->std_mean *= share;
}

static void normalise_batch(const ppo_rollout *rollout, const uint32_t *samples, size_t count)
{
    const ppo_adv_norm norm = ppo_minibatch_adv_norm(rollout->advantage, samples, count);
    for (size_t k = 0; k < count; k++) {
        float *advantage = &rollout->advantage[samples[k]];
        *advantage = (*advantage - norm.mean) * norm.inv_std;
    }
}

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

// One pass over all samples; the mean approximate KL of its minibatches goes to `kl`.
static ppo_status run_epoch(ppo_update *update, const ppo_rollout *rollout,
                            const ppo_step_params *step, const uint32_t *perm,
                            ppo_update_stats *sum, double *kl, ppo_error *error)
{
    const size_t size = ppo_config_minibatch_size(update->config), batch = update->num_samples;
    const double before = sum->mean.approx_kl;
    size_t minibatches = 0;
    for (size_t first = 0; first < batch; first += size, minibatches++) {
        const size_t count = batch - first < size ? batch - first : size;
        ppo_update_stats one;
        PPO_TRY(ppo_update_minibatch(update, rollout, perm + first, count, step, &one, error));
        add_stats(sum, &one);
    }
    *kl = (sum->mean.approx_kl - before) / (double)minibatches;
    return PPO_OK;
}

static void pack_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    ppo_policy_pack_acting(((const ppo_update *)context)->policy, task);
}

// Minibatches read the large layers' weights as they are, once each; acting reads them often.
static void pack_for_acting(ppo_update *update)
{
    const ppo_policy *policy = update->policy;
    if (ppo_policy_has_vision(policy))
        ppo_pool_run(update->pool, pack_task, update, ppo_policy_acting_tasks(policy));
}

ppo_status ppo_update_run(ppo_update *update, const ppo_rollout *rollout,
                          const ppo_step_params *step, uint64_t iteration, ppo_update_stats *stats,
                          ppo_error *error)
{
    const ppo_config *config = update->config;
    const size_t batch = rollout->num_steps * rollout->num_envs;
    *stats = (ppo_update_stats){.epochs = 0};
    update->num_samples = ppo_rollout_samples(rollout, update->samples);
    if (update->num_samples == 0)
        return ppo_fail(error, PPO_ENV_FAILED,
                        "no step of this iteration took place: all environments "
                        "broke down in each of them");
    if (config->norm_adv == PPO_NORM_ADV_BATCH)
        normalise_batch(rollout, update->samples, update->num_samples);
    update->first_epoch = iteration * config->update_epochs;
    ppo_pool_run(update->pool, shuffle_task, update, config->update_epochs);
    for (uint32_t epoch = 0; epoch < config->update_epochs; epoch++) {
        double kl;
        const uint32_t *perm = update->perm + epoch * batch;
        PPO_TRY(run_epoch(update, rollout, step, perm, stats, &kl, error));
        stats->epochs++;
        if (config->target_kl > 0.0 && kl > config->target_kl)
            break;
    }
    average_stats(stats);
    pack_for_acting(update);
    return PPO_OK;
}
