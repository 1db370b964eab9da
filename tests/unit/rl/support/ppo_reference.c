// SPDX-License-Identifier: MIT
// The algorithm in double precision: see ppo_reference.h.
#include "unit/rl/support/ppo_reference.h"

#include <math.h>

static const double log_two_pi = 1.8378770664093453;

static double log_softmax(const double *z, size_t n, size_t j)
{
    double top = z[0], sum = 0.0;
    for (size_t i = 1; i < n; i++)
        top = fmax(top, z[i]);
    for (size_t i = 0; i < n; i++)
        sum += exp(z[i] - top);
    return z[j] - top - log(sum);
}

static reference_density categorical(const ppo_dist *dist, const double *out, const double *action)
{
    reference_density d = {0.0, 0.0};
    for (size_t k = 0; k < dist->num_actions; k++) {
        const ppo_space *space = dist->space;
        const size_t n = space->kind == PPO_SPACE_MULTI_BINARY ? 2 : space->num_values[k];
        for (size_t j = 0; j < n; j++) {
            const double log_p = log_softmax(out, n, j);
            d.entropy -= exp(log_p) * log_p;
            d.log_prob += (size_t)action[k] == j ? log_p : 0.0;
        }
        out += n;
    }
    return d;
}

static double log_deviation(const ppo_dist *dist, const double *out, const double *log_std,
                            size_t a)
{
    const double x = out[dist->num_actions + a * (dist->std_source != PPO_STD_PARAMETER)];
    switch (dist->std_source) {
    case PPO_STD_PARAMETER:
        return log_std[a];
    case PPO_STD_EXP:
        return fmin(fmax(x, -20.0), 2.0);
    case PPO_STD_SIGMOID:
        return -log1p(exp(-x));
    }
    return 0.0;
}

static reference_density gaussian(const ppo_dist *dist, const double *out, const double *log_std,
                                  const double *action)
{
    const size_t n = dist->num_actions;
    double padded[2 * REFERENCE_MAX_WIDTH] = {0.0};
    for (size_t i = 0; i < dist->num_outputs; i++)
        padded[i] = out[i];
    reference_density d = {0.0, 0.0};
    for (size_t a = 0; a < n; a++) {
        const double ls = log_deviation(dist, padded, log_std, a);
        const double z = (action[a] - out[a]) / exp(ls);
        d.log_prob += -0.5 * z * z - ls - 0.5 * log_two_pi;
        d.entropy += ls + 0.5 * (1.0 + log_two_pi);
        if (dist->bound == PPO_ACTION_TANH) {
            const double half =
                dist->space->high
                    ? 0.5 * ((double)dist->space->high[a] - (double)dist->space->low[a])
                    : 1.0;
            d.log_prob -= log(half / (cosh(action[a]) * cosh(action[a])));
        }
    }
    if (dist->bound == PPO_ACTION_TANH)
        d.entropy = -d.log_prob;
    return d;
}

reference_density reference_dist(const ppo_dist *dist, const double *out, const double *log_std,
                                 const double *action)
{
    return ppo_dist_has_reals(dist) ? gaussian(dist, out, log_std, action)
                                    : categorical(dist, out, action);
}

double reference_policy_loss(double log_prob, double old_log_prob, double advantage,
                             double clip_coef)
{
    const double ratio = exp(log_prob - old_log_prob);
    const double clipped = fmin(fmax(ratio, 1.0 - clip_coef), 1.0 + clip_coef);
    return -fmin(ratio * advantage, clipped * advantage);
}

double reference_value_loss(double value, double old_value, double ret, bool clip, double clip_coef)
{
    const double plain = (value - ret) * (value - ret);
    if (!clip)
        return 0.5 * plain;
    const double change = fmin(fmax(value - old_value, -clip_coef), clip_coef);
    const double clipped = (old_value + change - ret) * (old_value + change - ret);
    return 0.5 * fmax(plain, clipped);
}

// --- the joint loss -----------------------------------------------------------------------------

static void normalise(double *advantage, size_t count)
{
    double mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < count; i++)
        mean += advantage[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (advantage[i] - mean) * (advantage[i] - mean);
    for (size_t i = 0; count > 1 && i < count; i++)
        advantage[i] = (advantage[i] - mean) / (sqrt(squares / (double)(count - 1)) + 1e-8);
}

static void add_sample(reference_losses *sum, const ppo_policy *policy, const ppo_config *config,
                       const ppo_step_params *step, const ppo_rollout *r, size_t i,
                       double advantage, const double *params)
{
    double x[REFERENCE_MAX_WIDTH], out[REFERENCE_MAX_WIDTH], critic[REFERENCE_MAX_WIDTH],
        action[REFERENCE_MAX_WIDTH];
    for (size_t k = 0; k < r->num_features; k++)
        x[k] = r->features[i * r->num_features + k];
    for (size_t k = 0; k < r->num_actions; k++)
        action[k] = r->action[i * r->num_actions + k];
    reference_mlp(&policy->heads[PPO_ACTOR_NET], out, params, x);
    reference_mlp(&policy->heads[ppo_policy_critic_net(policy)], critic, params, x);
    const reference_density d =
        reference_dist(&policy->dist, out, params + policy->log_std, action);
    const double old = r->log_prob[i], ratio = exp(d.log_prob - old);
    sum->policy_loss += reference_policy_loss(d.log_prob, old, advantage, step->clip_coef);
    sum->value_loss += reference_value_loss(critic[ppo_policy_value_column(policy)], r->value[i],
                                            r->ret[i], config->clip_vloss, step->clip_coef);
    sum->entropy += d.entropy;
    sum->old_approx_kl -= d.log_prob - old;
    sum->approx_kl += ratio - 1.0 - (d.log_prob - old);
    sum->clipped += fabs(ratio - 1.0) > step->clip_coef;
}

reference_losses reference_joint_loss(const ppo_policy *policy, const ppo_config *config,
                                      const ppo_step_params *step, const ppo_rollout *rollout,
                                      const uint32_t *index, size_t count, const double *params)
{
    reference_losses sum = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    double *advantage = new_doubles(NULL, count);
    for (size_t i = 0; i < count; i++)
        advantage[i] = rollout->advantage[index[i]];
    if (config->norm_adv == PPO_NORM_ADV_MINIBATCH)
        normalise(advantage, count);
    for (size_t i = 0; i < count; i++)
        add_sample(&sum, policy, config, step, rollout, index[i], advantage[i], params);
    free(advantage);
    sum.policy_loss /= (double)count;
    sum.value_loss /= (double)count;
    sum.entropy /= (double)count;
    sum.old_approx_kl /= (double)count;
    sum.approx_kl /= (double)count;
    sum.clipped /= (double)count;
    sum.loss = sum.policy_loss - step->ent_coef * sum.entropy + config->vf_coef * sum.value_loss;
    return sum;
}
