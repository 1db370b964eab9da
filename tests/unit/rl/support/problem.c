// SPDX-License-Identifier: MIT
// Random problems: see problem.h.
#include "unit/rl/support/problem.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LD PPO_CHUNK_ROWS

// Weights of ordinary size everywhere, the heads' included, so that no gradient is tiny.
static void fill_params(problem *p, ppo_random *random)
{
    for (size_t i = 0; i < p->policy.layout.count; i++) {
        const ppo_param *param = &p->policy.layout.list[i];
        const double size = param->rank == 2 ? 1.5 / sqrt((double)param->shape[1]) : 0.3;
        fill_uniform(p->policy.params + param->offset, ppo_param_count(param), random, -size, size);
    }
    ppo_policy_pack(&p->policy);
}

// Actions from the policy, with its log-probability a little off, as after some steps of Adam.
static void fill_actions(problem *p, ppo_random *random)
{
    const ppo_policy *policy = &p->policy;
    const ppo_rollout *r = &p->rollout;
    const size_t count = r->num_steps * r->num_envs, num_actions = r->num_actions;
    const float *log_std = ppo_policy_log_std(policy);
    float *space = new_floats(policy->scratch_size);
    float *action = new_floats(LD * num_actions), log_prob[LD], entropy[LD];
    memset(space, 0, policy->scratch_size * sizeof *space);
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, space);
    for (size_t i = 0; i < count; i++) {
        const float *x = r->features + i * r->num_features;
        ppo_policy_forward(policy, PPO_ACTOR_NET, &s, x, 1);
        ppo_dist_prepare(&policy->dist, s.out, 1);
        ppo_dist_sample(
            &policy->dist, action, s.out, log_std, 1,
            &(ppo_sample_key){.seed = 5, .purpose = PPO_RNG_ACTION, .first_row = i, .step = 0});
        ppo_dist_eval(&policy->dist, log_prob, entropy, s.out, log_std, action, 1);
        for (size_t a = 0; a < num_actions; a++)
            r->action[i * num_actions + a] = action[a * LD];
        r->log_prob[i] = log_prob[0] + (float)ppo_random_uniform(random, -0.4, 0.4);
        ppo_policy_value(policy, &s, &r->value[i], x, 1);
        r->value[i] += (float)ppo_random_uniform(random, -0.5, 0.5);
    }
    free(action);
    free(space);
}

void problem_create(problem *p, const ppo_config *config, const dist_case *dist,
                    size_t num_features, uint32_t threads)
{
    ppo_error error = {0};
    ppo_random random;
    ppo_random_seed(&random, 41);
    *p = (problem){.config = *config};
    ppo_shards_share(&p->shards, config->shards, NULL, NULL);
    p->config.std_source = dist->std_source;
    p->config.action_bound = dist->bound;
    p->step = (ppo_step_params){.lr = config->learning_rate,
                                .critic_lr = config->critic_learning_rate > 0.0
                                                 ? config->critic_learning_rate
                                                 : config->learning_rate,
                                .clip_coef = config->clip_coef,
                                .ent_coef = config->ent_coef};
    const ppo_input input = PPO_INPUT_FLOATS(num_features);
    ppo_policy_plan(&p->policy, &p->config, &input, NULL, dist->space, &p->arena, &error);
    ppo_rollout_plan(&p->rollout, config->num_steps, config->num_envs, &input,
                     p->policy.dist.num_actions, &p->arena);
    if (ppo_pool_create(&p->pool, threads, &error) != PPO_OK ||
        ppo_update_create(&p->update, &p->config, &p->shards, &p->policy, p->pool, &p->arena,
                          &error) != PPO_OK)
        fail_msg("%s", error.message);
    minibatch_step_create(&p->single, &p->config, &p->policy, p->pool, &p->arena);
    if (ppo_arena_bind(&p->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    const size_t count = p->rollout.num_steps * p->rollout.num_envs;
    fill_params(p, &random);
    fill_uniform(p->rollout.features, count * num_features, &random, -1.5, 1.5);
    fill_uniform(p->rollout.advantage, count, &random, -1.5, 2.5);
    fill_actions(p, &random);
    for (size_t i = 0; i < count; i++)
        p->rollout.ret[i] = p->rollout.advantage[i] + p->rollout.value[i];
}

void problem_release(problem *p)
{
    ppo_update_destroy(p->update);
    minibatch_step_release(&p->single);
    ppo_pool_destroy(p->pool);
    ppo_arena_release(&p->arena);
}
