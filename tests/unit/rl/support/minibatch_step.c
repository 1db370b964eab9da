// SPDX-License-Identifier: MIT
// Single minibatches: see minibatch_step.h.
#include "unit/rl/support/minibatch_step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

ppo_minibatch_part minibatch_of(const ppo_config *config, const ppo_rollout *rollout,
                                const uint32_t *index, size_t count)
{
    const float *advantage = rollout->advantage;
    ppo_minibatch_part part = {.index = index, .count = count};
    uint32_t *learnt = calloc(count, sizeof *learnt); // all but lost ones
    assert_non_null(learnt);
    for (size_t i = 0; i < count; i++)
        if (!rollout->lost[index[i]])
            learnt[part.total++] = index[i];
    const double total = (double)part.total;
    const double mean = ppo_minibatch_adv_sum(advantage, learnt, part.total, 0.0, 1) / total;
    const double squares = ppo_minibatch_adv_sum(advantage, learnt, part.total, mean, 2);
    part.norm = config->norm_adv == PPO_NORM_ADV_MINIBATCH
                    ? ppo_minibatch_adv_norm(mean, squares, part.total)
                    : (ppo_adv_norm){.mean = 0.0f, .inv_std = 1.0f};
    free(learnt);
    return part;
}

minibatch_means minibatch_means_of(const ppo_gradient_sums *sums, const ppo_policy *policy,
                                   size_t count)
{
    minibatch_means means = {.mean = sums->loss, .std_mean = (double)NAN};
    ppo_loss_sums_scale(&means.mean, 1.0 / (double)count);
    if (ppo_dist_has_reals(&policy->dist))
        means.std_mean = sums->std;
    return means;
}

void minibatch_step_create(minibatch_step *m, const ppo_config *config, ppo_policy *policy,
                           ppo_pool *pool, ppo_arena *arena)
{
    ppo_error error = {0};
    *m = (minibatch_step){.config = config, .policy = policy};
    if (ppo_gradient_create(&m->gradient, config, policy, pool, arena, &error) != PPO_OK ||
        ppo_optimizer_create(&m->optimizer, config, &ppo_shards_one, policy, pool, arena, &error) !=
            PPO_OK)
        fail_msg("%s", error.message);
}

void minibatch_step_release(minibatch_step *m)
{
    ppo_optimizer_destroy(m->optimizer);
    ppo_gradient_destroy(m->gradient);
}

static void add_network(void *context, size_t net)
{
    ppo_optimizer_add_network(context, net);
}

ppo_update_stats minibatch_step_run(minibatch_step *m, const ppo_rollout *rollout,
                                    const uint32_t *index, size_t count,
                                    const ppo_step_params *step)
{
    const ppo_rollout_view view = ppo_rollout_view_of(rollout);
    const ppo_gradient_sink sink = {.network_done = add_network, .context = m->optimizer};
    const ppo_minibatch_part part = minibatch_of(m->config, rollout, index, count);
    size_t num_chunks;
    float *chunks = ppo_gradient_chunks(m->gradient, count, &num_chunks);
    ppo_optimizer_begin(m->optimizer, 0, chunks, num_chunks);
    const ppo_gradient_sums sums = ppo_gradient_compute(m->gradient, &view, &part, step, &sink,
                                                        ppo_optimizer_sum(m->optimizer));
    const minibatch_means means = minibatch_means_of(&sums, m->policy, part.total);
    ppo_update_stats stats = {.mean = means.mean, .std_mean = means.std_mean, .minibatches = 1};
    stats.loss = ppo_joint_loss(&stats.mean, step->ent_coef, m->config->vf_coef);
    stats.grad_norm = ppo_optimizer_norm(m->optimizer);
    ppo_optimizer_step(m->optimizer, step);
    return stats;
}
