// SPDX-License-Identifier: MIT
// The joint loss from observations to parameters: losses against the reference in double, gradients
// of every tensor against its central differences; over kinds of networks, distributions and
// losses, and minibatches of less than a chunk to several.
#include "unit/rl/support/problem.h"
#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define STEP        1e-5
#define MAX_CHECKED 12 // elements of a tensor whose slope is taken

typedef struct set_up {
    const char *name;
    size_t dist; // index into dist_cases
    size_t num_features;
    ppo_widths hidden;
    ppo_widths critic_hidden;
    ppo_activation activation;
    bool shared, clip_vloss;
    ppo_norm_adv norm_adv;
    size_t count; // samples
} set_up;

#define TANH  PPO_ACTIVATION_TANH
#define RELU  PPO_ACTIVATION_RELU
#define NORM  PPO_NORM_ADV_MINIBATCH
#define PLAIN PPO_NORM_ADV_OFF

static const set_up set_ups[] = {
    {"discrete 2", 1, 4, {2, {16, 16}}, {0}, TANH, false, true, NORM, 64},
    {"discrete 6, relu", 3, 9, {2, {17, 9}}, {0}, RELU, false, false, PLAIN, 65},
    {"discrete 20, shared", 5, 7, {1, {12}}, {0}, TANH, true, true, NORM, 37},
    {"discrete 1", 0, 3, {1, {5}}, {0}, TANH, false, true, NORM, 8},
    {"linear", 2, 5, {0}, {0}, TANH, false, true, NORM, 20},
    {"linear, shared", 3, 5, {0}, {0}, TANH, true, false, NORM, 20},
    {"multi-discrete", 6, 6, {1, {16}}, {2, {8, 4}}, TANH, false, true, NORM, 130},
    {"multi-binary, shared", 7, 3, {2, {9, 33}}, {0}, TANH, true, true, PLAIN, 64},
    {"box 1", 8, 3, {2, {16, 8}}, {0}, TANH, false, true, NORM, 33},
    {"box 6, deep critic", 9, 24, {1, {16}}, {3, {8, 7, 6}}, TANH, false, false, NORM, 100},
    {"box 6, shared", 9, 8, {2, {16, 16}}, {0}, RELU, true, true, NORM, 70},
    {"box 2, exp", 10, 4, {1, {24}}, {0}, TANH, false, true, NORM, 64},
    {"box 3, sigmoid, shared", 11, 4, {1, {24}}, {0}, TANH, true, true, NORM, 50},
    {"box 3, tanh", 12, 5, {2, {7, 7}}, {0}, TANH, false, true, NORM, 64},
    {"box 6, exp, tanh", 13, 5, {1, {20}}, {0}, TANH, false, false, PLAIN, 66},
    {"box 1, sigmoid, tanh", 14, 2, {1, {8}}, {0}, TANH, false, true, NORM, 12},
    {"one sample", 1, 4, {1, {8}}, {0}, TANH, false, true, NORM, 1},
};

typedef struct fixture {
    problem p;
    uint32_t index[256];
    size_t count;
    double *params;
    float *gradient; // added chunks
} fixture;

static ppo_config config_of(const set_up *s)
{
    ppo_config config;
    ppo_config_defaults(&config);
    config.hidden_sizes = s->hidden;
    config.critic_hidden_sizes = s->critic_hidden;
    config.activation = s->activation;
    config.shared_network = s->shared;
    config.clip_vloss = s->clip_vloss;
    config.norm_adv = s->norm_adv;
    config.ent_coef = 0.05;
    config.num_envs = 2;
    config.num_steps = 128;
    config.minibatch_size = (uint32_t)s->count;
    return config;
}

static double joint_loss(void *context)
{
    const fixture *b = context;
    return reference_joint_loss(&b->p.policy, &b->p.config, &b->p.step, &b->p.rollout, b->index,
                                b->count, b->params)
        .loss;
}

// Samples in an order of their own, some twice.
static void create(fixture *b, const set_up *s, uint32_t threads)
{
    const ppo_config config = config_of(s);
    memset(b, 0, sizeof *b);
    problem_create(&b->p, &config, &dist_cases[s->dist], s->num_features, threads);
    b->count = s->count;
    for (size_t i = 0; i < s->count; i++)
        b->index[i] = (uint32_t)(i * 37 % 251);
    const size_t size = b->p.policy.layout.size;
    b->params = new_doubles(b->p.policy.params, size);
    b->gradient = new_floats(size);
}

static void release(fixture *b)
{
    free(b->gradient);
    free(b->params);
    problem_release(&b->p);
}

static minibatch_means compute(fixture *b)
{
    size_t num_chunks;
    const ppo_rollout_view rollout = ppo_rollout_view_of(&b->p.rollout);
    const ppo_minibatch_part part = minibatch_of(&b->p.config, &b->p.rollout, b->index, b->count);
    const ppo_gradient_sums sums =
        ppo_gradient_compute(b->p.single.gradient, &rollout, &part, &b->p.step, NULL, NULL);
    const size_t size = b->p.policy.layout.size;
    const float *chunks = ppo_gradient_chunks(b->p.single.gradient, b->count, &num_chunks);
    assert_int_equal(num_chunks, (b->count + PPO_CHUNK_ROWS - 1) / PPO_CHUNK_ROWS);
    for (size_t i = 0; i < size; i++) {
        b->gradient[i] = 0.0f;
        for (size_t c = 0; c < num_chunks; c++)
            b->gradient[i] += chunks[c * size + i];
    }
    return minibatch_means_of(&sums, &b->p.policy, b->count);
}

static double check_losses(const fixture *b, const minibatch_means *stats)
{
    const reference_losses reference = reference_joint_loss(
        &b->p.policy, &b->p.config, &b->p.step, &b->p.rollout, b->index, b->count, b->params);
    const double pairs[][2] = {{stats->mean.policy_loss, reference.policy_loss},
                               {stats->mean.value_loss, reference.value_loss},
                               {stats->mean.entropy, reference.entropy},
                               {stats->mean.old_approx_kl, reference.old_approx_kl},
                               {stats->mean.approx_kl, reference.approx_kl},
                               {stats->mean.clipped, reference.clipped}};
    double largest = 0.0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        largest = fmax(largest, relative_error(pairs[i][0], pairs[i][1], 1.0));
    return largest;
}

static double check_tensor(fixture *b, const ppo_param *param, double size, ppo_random *random)
{
    const size_t count = ppo_param_count(param);
    const size_t checked = count < MAX_CHECKED ? count : MAX_CHECKED;
    double largest = 0.0;
    for (size_t i = 0; i < checked; i++) {
        const size_t element =
            checked == count ? i : (size_t)ppo_random_integers(random, 0, (int64_t)count);
        const size_t place = param->offset + element;
        const double slope = central_difference(joint_loss, b, &b->params[place], STEP);
        largest = fmax(largest, relative_error(b->gradient[place], slope, size));
    }
    return largest;
}

// The usual size of a tensor's gradient; of a tensor with none, some of everything's.
static double usual_size(const fixture *b, const ppo_param *param)
{
    const size_t size = b->p.policy.layout.size;
    double *all = new_doubles(b->gradient, size);
    const double own = rms_of(all + param->offset, ppo_param_count(param));
    const double whole = rms_of(all, size);
    free(all);
    return fmax(own, 0.1 * whole);
}

static void check(const set_up *s)
{
    fixture b;
    ppo_random random;
    ppo_random_seed(&random, 42);
    create(&b, s, 1);
    const minibatch_means stats = compute(&b);
    const double losses = check_losses(&b, &stats);
    double slopes = 0.0;
    for (size_t i = 0; i < b.p.policy.layout.count; i++) {
        const ppo_param *param = &b.p.policy.layout.list[i];
        const double error = check_tensor(&b, param, usual_size(&b, param), &random);
        slopes = fmax(slopes, error);
        if (!(error < 2e-5))
            fail_msg("%s, %s is off by %.3g", s->name, param->name, error);
    }
    printf("%-24s losses %.2g, gradients %.2g\n", s->name, losses, slopes);
    assert_true(losses < 2e-6);
    assert_true(ppo_dist_has_reals(&b.p.policy.dist) ? stats.std_mean > 0.0
                                                     : isnan(stats.std_mean));
    release(&b);
}

static void test_joint_gradients(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof set_ups / sizeof *set_ups; i++)
        check(&set_ups[i]);
}

// The same bits with any number of threads, and again.
static void test_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof set_ups / sizeof *set_ups; i++) {
        fixture one;
        create(&one, &set_ups[i], 1);
        const minibatch_means stats = compute(&one);
        for (uint32_t threads = 1; threads <= 4; threads++) {
            fixture b;
            create(&b, &set_ups[i], threads);
            const minibatch_means other = compute(&b);
            assert_memory_equal(&other.mean, &stats.mean, sizeof stats.mean);
            assert_memory_equal(b.gradient, one.gradient,
                                one.p.policy.layout.size * sizeof *one.gradient);
            release(&b);
        }
        release(&one);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_joint_gradients),
                                       cmocka_unit_test(test_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
