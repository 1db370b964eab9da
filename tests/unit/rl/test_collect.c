// SPDX-License-Identifier: MIT
// A rollout against a replay of its actions in environments stepped one by one: observations,
// rewards, flags, values after each kind of end, normalisation, episodes; the same bits with any
// number of threads.
#include "unit/rl/support/collect_fixture.h"
#include "unit/rl/support/toy.h"
#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ITERATIONS 3
#define MAX_ENVS   21
#define MAX_ROWS   4000 // of all iterations
#define NEAR       1e-5

typedef struct set_up {
    const char *name;
    toy_kind toy;
    uint32_t num_envs;
    ppo_action_bound bound;
    bool shared, norm_obs, norm_reward;
    double clip_reward;
} set_up;

#define CLIP PPO_ACTION_CLIP
static const set_up set_ups[] = {
    {"discrete", TOY_DISCRETE, 7, CLIP, false, false, false, 0.0},
    {"one environment", TOY_DISCRETE, 1, CLIP, false, false, false, 0.0},
    {"shared", TOY_DISCRETE, 21, CLIP, true, false, false, 0.5},
    {"multi-discrete", TOY_MULTI_DISCRETE, 5, CLIP, false, false, true, 0.0},
    {"multi-binary", TOY_MULTI_BINARY, 4, CLIP, false, true, false, 0.0},
    {"box, clipped", TOY_BOX, 6, CLIP, false, true, true, 0.0},
    {"box, squashed", TOY_BOX, 6, PPO_ACTION_TANH, true, true, true, 0.9},
    {"box, raw", TOY_BOX, 20, PPO_ACTION_RAW, false, false, true, 0.0},
};
#define NUM_SET_UPS (sizeof set_ups / sizeof *set_ups)

static ppo_config config_of(const set_up *s, uint32_t threads)
{
    ppo_config config;
    ppo_config_defaults(&config);
    config.seed = TOY_SEED;
    config.num_envs = s->num_envs;
    config.num_steps = 60;
    config.hidden_sizes = (ppo_widths){.count = 1, .width = {9}};
    config.actor_gain = 1.0;
    config.shared_network = s->shared;
    config.action_bound = s->bound;
    config.norm_obs = s->norm_obs;
    config.norm_obs_clip = 2.0;
    config.norm_reward = s->norm_reward;
    config.norm_reward_clip = 1.5;
    config.clip_reward = s->clip_reward;
    config.threads = threads;
    return config;
}

// --- the replay ---------------------------------------------------------------------------------

// Numbers seen so far, whose mean and variance are taken anew whenever they are needed.
typedef struct history {
    double x[MAX_ROWS];
    size_t count;
} history;

static void moments(const history *h, double *mean, double *variance)
{
    const double prior = 1e-4, total = prior + (double)h->count;
    double squares = prior;
    *mean = 0.0;
    for (size_t i = 0; i < h->count; i++)
        *mean += h->x[i] / total;
    for (size_t i = 0; i < h->count; i++)
        squares += (h->x[i] - *mean) * (h->x[i] - *mean);
    *variance = (squares + prior * *mean * *mean) / total;
}

typedef struct replay {
    collect_fixture *fixture;
    const ppo_env_class *env;
    uint64_t iteration;
    _Alignas(64) unsigned char instance[MAX_ENVS][256];
    float raw[MAX_ENVS][TOY_OBS], final_obs[MAX_ENVS][TOY_OBS];
    uint32_t length[MAX_ENVS];
    double ret[MAX_ENVS], discounted[MAX_ENVS];
    history seen[TOY_OBS];  // observations
    history returns;        // discounted
    double episode_returns; // sums over finished episodes
    double episode_lengths;
    size_t episodes, terminations, truncations, limits;
} replay;

static void see(replay *p)
{
    for (size_t n = 0; n < p->fixture->config.num_envs; n++)
        for (size_t i = 0; i < TOY_OBS; i++)
            p->seen[i].x[p->seen[i].count++] = p->raw[n][i];
}

static void start(replay *p, collect_fixture *fixture, const ppo_env_class *env)
{
    memset(p, 0, sizeof *p);
    p->fixture = fixture;
    p->env = env;
    assert_true(env->instance_size <= sizeof p->instance[0]);
    for (size_t n = 0; n < fixture->config.num_envs; n++) {
        const uint64_t seed = fixture->config.seed + n;
        env->reset(p->instance[n], &seed, p->raw[n], NULL);
    }
    see(p);
}

// An observation as the networks should get it, from the statistics so far.
static void normalised(const replay *p, double *y, const float *x)
{
    const ppo_config *config = &p->fixture->config;
    for (size_t i = 0; i < TOY_OBS; i++) {
        double mean, variance;
        y[i] = x[i];
        if (!config->norm_obs)
            continue;
        moments(&p->seen[i], &mean, &variance);
        y[i] = (y[i] - mean) / sqrt(variance + 1e-8);
        y[i] = fmin(fmax(y[i], -config->norm_obs_clip), config->norm_obs_clip);
    }
}

static double reference_value(const replay *p, const double *x)
{
    const ppo_policy *policy = &p->fixture->agent.policy;
    double y[REFERENCE_MAX_WIDTH], *params = new_doubles(policy->params, policy->layout.size);
    reference_mlp(&policy->heads[ppo_policy_critic_net(policy)], y, params, x);
    free(params);
    return y[ppo_policy_value_column(policy)];
}

// An action of the rollout as the class gets it. What the library computes for a squashed one is
// taken from there: its last bit decides the environment's bits.
static void env_action(const replay *p, void *out, const float *action)
{
    const ppo_space *space = &p->env->action_space;
    const ppo_action_bound bound = p->fixture->config.action_bound;
    float column[8 * PPO_CHUNK_ROWS] = {0};
    for (size_t a = 0; a < p->fixture->rollout.num_actions; a++) {
        column[a * PPO_CHUNK_ROWS] = action[a];
        if (space->kind != PPO_SPACE_BOX)
            ((int32_t *)out)[a] = (int32_t)action[a];
        else if (bound == PPO_ACTION_CLIP)
            ((float *)out)[a] = fminf(fmaxf(action[a], space->low[a]), space->high[a]);
        else
            ((float *)out)[a] = action[a];
    }
    if (bound == PPO_ACTION_TANH)
        ppo_dist_to_env(&p->fixture->agent.policy.dist, out, column, 1);
}

static void check_density(const replay *p, size_t i, const double *x)
{
    const ppo_policy *policy = &p->fixture->agent.policy;
    const ppo_rollout *r = &p->fixture->rollout;
    double out[REFERENCE_MAX_WIDTH], action[8];
    double *params = new_doubles(policy->params, policy->layout.size);
    for (size_t a = 0; a < r->num_actions; a++)
        action[a] = r->action[i * r->num_actions + a];
    reference_mlp(&policy->heads[PPO_ACTOR_NET], out, params, x);
    const reference_density d =
        reference_dist(&policy->dist, out, params + policy->log_std, action);
    assert_true(relative_error(r->log_prob[i], d.log_prob, 1.0) < NEAR);
    free(params);
}

// The action is what the row's own stream gives, bit for bit: keyed by the environment's number and
// the time steps since the beginning.
static void check_stream(const replay *p, size_t t, size_t n)
{
    const ppo_policy *policy = &p->fixture->agent.policy;
    const ppo_rollout *r = &p->fixture->rollout;
    const size_t i = t * r->num_envs + n;
    float *space = calloc(policy->scratch_size, sizeof *space), action[8 * PPO_CHUNK_ROWS];
    assert_non_null(space);
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, space);
    ppo_policy_forward(policy, PPO_ACTOR_NET, &s, r->features + i * TOY_OBS, 1);
    ppo_dist_prepare(&policy->dist, s.out, 1);
    ppo_dist_sample(&policy->dist, action, s.out, ppo_policy_log_std(policy), 1,
                    &(ppo_sample_key){.seed = p->fixture->config.seed,
                                      .purpose = PPO_RNG_ACTION,
                                      .first_row = n,
                                      .step = p->iteration * r->num_steps + t});
    for (size_t a = 0; a < r->num_actions; a++)
        assert_true(r->action[i * r->num_actions + a] == action[a * PPO_CHUNK_ROWS]);
    free(space);
}

// The observation of time t (up to T) and what the policy makes of it.
static void check_observation(const replay *p, size_t t, size_t n)
{
    const ppo_rollout *r = &p->fixture->rollout;
    const size_t i = t * r->num_envs + n;
    const float *got = r->features + i * TOY_OBS;
    double x[TOY_OBS];
    normalised(p, x, p->raw[n]);
    for (size_t k = 0; k < TOY_OBS; k++)
        if (!(relative_error(got[k], x[k], 1.0) < (p->fixture->config.norm_obs ? NEAR : 1e-12)))
            fail_msg("step %zu, environment %zu, element %zu: %.9g, not %.9g", t, n, k, got[k],
                     x[k]);
    assert_true(relative_error(r->value[i], reference_value(p, x), 1.0) < NEAR);
    if (t < r->num_steps) {
        check_density(p, i, x);
        check_stream(p, t, n);
    }
}

static void check_next_value(const replay *p, size_t t, size_t n)
{
    const ppo_rollout *r = &p->fixture->rollout;
    const size_t i = t * r->num_envs + n;
    double x[TOY_OBS];
    if (r->terminated[i]) {
        assert_true(r->next_value[i] == 0.0f);
    } else if (r->truncated[i]) {
        normalised(p, x, p->final_obs[n]);
        assert_true(relative_error(r->next_value[i], reference_value(p, x), 1.0) < NEAR);
    } else {
        assert_true(r->next_value[i] == r->value[i + r->num_envs]);
    }
}

static void end_episode(replay *p, size_t i, size_t n)
{
    const ppo_rollout *r = &p->fixture->rollout;
    assert_true(relative_error(r->episode_return[i], p->ret[n], 1.0) < 1e-12);
    assert_int_equal(r->episode_length[i], p->length[n]);
    p->episode_returns += p->ret[n];
    p->episode_lengths += p->length[n];
    p->episodes++;
    p->ret[n] = 0.0;
    p->length[n] = 0;
    p->env->reset(p->instance[n], NULL, p->raw[n], NULL);
}

static void step_env(replay *p, size_t t, size_t n)
{
    const ppo_rollout *r = &p->fixture->rollout;
    const size_t i = t * r->num_envs + n;
    const float *action = r->action + i * r->num_actions;
    ppo_transition now = {.reward = 0.0};
    union {
        int32_t i32[8];
        float f32[8];
    } taken = {.i32 = {0}};
    env_action(p, &taken, action);
    p->env->step(p->instance[n], &taken, p->raw[n], &now, NULL);
    p->length[n]++;
    p->ret[n] += now.reward;
    const bool limit = p->length[n] == TOY_TIME_LIMIT;
    assert_true(r->env_reward[i] == now.reward);
    assert_int_equal(r->terminated[i], now.terminated);
    assert_int_equal(r->truncated[i], !now.terminated && (now.truncated || limit));
    p->terminations += r->terminated[i];
    p->truncations += r->truncated[i];
    p->limits += limit && !now.terminated;
    memcpy(p->final_obs[n], p->raw[n], sizeof p->raw[n]);
    check_next_value(p, t, n);
    if (r->terminated[i] || r->truncated[i])
        end_episode(p, i, n);
}

// As VecNormalize of Stable-Baselines3: the statistics are of the discounted return under way.
static void check_rewards(replay *p, size_t t)
{
    const ppo_config *config = &p->fixture->config;
    const ppo_rollout *r = &p->fixture->rollout;
    double shaped[MAX_ENVS], mean, variance;
    for (size_t n = 0; n < r->num_envs; n++) {
        const size_t i = t * r->num_envs + n;
        const double c = config->clip_reward, plain = r->env_reward[i];
        shaped[n] = c > 0.0 ? fmin(fmax(plain, -c), c) : plain;
        p->discounted[n] = p->discounted[n] * config->gamma + shaped[n];
        p->returns.x[p->returns.count++] = p->discounted[n];
        if (r->terminated[i] || r->truncated[i])
            p->discounted[n] = 0.0;
    }
    moments(&p->returns, &mean, &variance);
    for (size_t n = 0; n < r->num_envs; n++) {
        const double limit = config->norm_reward_clip;
        if (config->norm_reward)
            shaped[n] = fmin(fmax(shaped[n] / sqrt(variance + 1e-8), -limit), limit);
        assert_true(relative_error(r->reward[t * r->num_envs + n], shaped[n], 1.0) < NEAR);
    }
}

static void check_iteration(replay *p)
{
    const ppo_rollout *r = &p->fixture->rollout;
    for (size_t t = 0; t < r->num_steps; t++) {
        for (size_t n = 0; n < r->num_envs; n++)
            check_observation(p, t, n);
        for (size_t n = 0; n < r->num_envs; n++)
            step_env(p, t, n);
        check_rewards(p, t);
        see(p);
    }
    for (size_t n = 0; n < r->num_envs; n++)
        check_observation(p, r->num_steps, n);
}

static void check(const set_up *s, size_t *terminations, size_t *truncations, size_t *limits)
{
    const ppo_config config = config_of(s, 2);
    collect_fixture fixture;
    static replay p;
    collect_fixture_create(&fixture, &config, toy_class(s->toy));
    start(&p, &fixture, toy_class(s->toy));
    for (uint64_t i = 0; i < ITERATIONS; i++) {
        collect_fixture_run(&fixture, i);
        p.iteration = i;
        check_iteration(&p);
        assert_true(fixture.episodes.count[0] == p.episodes);
        if (p.episodes && p.episodes <= PPO_RECENT_EPISODES) {
            const double count = (double)p.episodes;
            assert_true(relative_error(ppo_episodes_return_mean(&fixture.episodes),
                                       p.episode_returns / count, 1.0) < 1e-12);
            assert_true(relative_error(ppo_episodes_length_mean(&fixture.episodes),
                                       p.episode_lengths / count, 1.0) < 1e-12);
        }
    }
    *terminations += p.terminations;
    *truncations += p.truncations;
    *limits += p.limits;
    collect_fixture_release(&fixture);
}

static void test_replay(void **state)
{
    (void)state;
    size_t terminations = 0, truncations = 0, limits = 0;
    for (size_t i = 0; i < NUM_SET_UPS; i++)
        check(&set_ups[i], &terminations, &truncations, &limits);
    printf("%zu terminations, %zu truncations, of which %zu by the time limit\n", terminations,
           truncations, limits);
    assert_true(terminations > 100 && truncations > 100 && limits > 10);
}

// --- threads, keys, episodes --------------------------------------------------------------------

static void assert_same_rollout(const ppo_rollout *a, const ppo_rollout *b)
{
    const size_t count = a->num_steps * a->num_envs, with_last = count + a->num_envs;
    assert_memory_equal(a->features, b->features,
                        with_last * a->num_features * sizeof *a->features);
    assert_memory_equal(a->action, b->action, count * a->num_actions * sizeof *a->action);
    assert_memory_equal(a->log_prob, b->log_prob, count * sizeof *a->log_prob);
    assert_memory_equal(a->reward, b->reward, count * sizeof *a->reward);
    assert_memory_equal(a->value, b->value, with_last * sizeof *a->value);
    assert_memory_equal(a->next_value, b->next_value, count * sizeof *a->next_value);
    assert_memory_equal(a->terminated, b->terminated, count);
    assert_memory_equal(a->truncated, b->truncated, count);
}

static void test_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SET_UPS; i++)
        for (uint32_t threads = 2; threads <= 5; threads++) {
            const ppo_config one = config_of(&set_ups[i], 1);
            const ppo_config many = config_of(&set_ups[i], threads);
            collect_fixture a, b;
            collect_fixture_create(&a, &one, toy_class(set_ups[i].toy));
            collect_fixture_create(&b, &many, toy_class(set_ups[i].toy));
            for (uint64_t k = 0; k < ITERATIONS; k++) {
                collect_fixture_run(&a, k);
                collect_fixture_run(&b, k);
                assert_same_rollout(&a.rollout, &b.rollout);
            }
            collect_fixture_release(&b);
            collect_fixture_release(&a);
        }
}

// A step that never took place: what came before it ends there as if cut by a time limit, without
// an episode of which something could be reported.
static void test_lost_steps(void **state)
{
    (void)state;
    const ppo_config config = config_of(&set_ups[0], 2);
    collect_fixture fixture;
    collect_fixture_create(&fixture, &config, toy_class(set_ups[0].toy));
    collect_fixture_run(&fixture, 0);
    ppo_rollout *r = &fixture.rollout;
    const uint64_t finished = fixture.episodes.count[0];
    uint64_t hidden = 0;
    size_t cuts = 0;
    for (size_t i = 0; i < r->num_steps * r->num_envs; i += 5) {
        hidden += r->terminated[i] || r->truncated[i];
        r->lost[i] = r->truncated[i] = 1;
        r->terminated[i] = 0;
        r->next_value[i] = NAN;
    }
    ppo_bootstrap_run(&fixture.bootstrap);
    ppo_episodes_add_rollout(&fixture.episodes, &fixture.rollout);
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++) {
        const bool before_lost =
            i + r->num_envs < r->num_steps * r->num_envs && r->lost[i + r->num_envs] && !r->lost[i];
        assert_true(isfinite(r->next_value[i]));
        if (!before_lost || r->terminated[i] || r->episode_length[i] > 0)
            continue;
        assert_true(r->truncated[i] == 1 && r->next_value[i] == r->value[i + r->num_envs]);
        cuts++;
    }
    assert_true(cuts > 0);
    assert_int_equal(fixture.episodes.num_lost[0], (r->num_steps * r->num_envs + 4) / 5);
    assert_int_equal(fixture.episodes.count[0], 2 * finished - hidden);
    collect_fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_replay),
                                       cmocka_unit_test(test_threads),
                                       cmocka_unit_test(test_lost_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
