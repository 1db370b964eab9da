// SPDX-License-Identifier: MIT
// Single minibatches: see minibatch_step.h.
#include "unit/rl/support/minibatch_step.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void minibatch_step_create(minibatch_step *m, const ppo_config *config, ppo_policy *policy,
                           ppo_pool *pool, ppo_arena *arena)
{
    ppo_error error = {0};
    *m = (minibatch_step){.config = config};
    if (ppo_gradient_create(&m->gradient, config, policy, pool, arena, &error) != PPO_OK ||
        ppo_optimizer_create(&m->optimizer, config, policy, pool, arena, &error) != PPO_OK)
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
    size_t num_chunks;
    float *chunks = ppo_gradient_chunks(m->gradient, count, &num_chunks);
    ppo_optimizer_begin(m->optimizer, chunks, num_chunks);
    const ppo_gradient_stats gradient = ppo_gradient_compute(
        m->gradient, &view, index, count, step, &sink, ppo_optimizer_sum(m->optimizer));
    ppo_update_stats stats = {
        .mean = gradient.mean, .std_mean = gradient.std_mean, .minibatches = 1};
    stats.loss = ppo_joint_loss(&stats.mean, step->ent_coef, m->config->vf_coef);
    stats.grad_norm = ppo_optimizer_norm(m->optimizer);
    ppo_optimizer_step(m->optimizer, step);
    return stats;
}
