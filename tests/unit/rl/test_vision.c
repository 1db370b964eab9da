// SPDX-License-Identifier: MIT
// The gradient of policies with convolutional networks: that of a minibatch is the mean of its
// samples' alone; each step of it is what the network's own functions give; the same bits with any
// number of threads, and again.
#include "unit/rl/support/dists.h"

#include "nn/bf16_ops.h"
#include "rl/gradient.h"
#include "rl/vision.h"
#include "unit/nn/support/cnn_learner.h"
#include "unit/nn/support/reference.h"
#include "unit/rl/support/minibatch_step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 24, ENVS = 2, SAMPLES = STEPS * ENVS, ACTIONS = 6 };

static const size_t counts[] = {1, 15, 16, 17, 40};
#define NUM_COUNTS (sizeof counts / sizeof *counts)

typedef struct set_up {
    const char *name;
    ppo_network_kind network;
    bool shared;
    size_t stack, channels, height, width;
} set_up;

static const set_up set_ups[] = {
    {"nature, shared", PPO_NETWORK_NATURE_CNN, true, 2, 1, 36, 40},
    {"nature, colours", PPO_NETWORK_NATURE_CNN, false, 1, 3, 44, 37},
    {"impala, shared", PPO_NETWORK_IMPALA_CNN, true, 2, 2, 7, 5},
    {"impala", PPO_NETWORK_IMPALA_CNN, false, 3, 1, 12, 23},
};
#define NUM_SET_UPS (sizeof set_ups / sizeof *set_ups)

// A policy, a rollout of random images, and the update's first half.
typedef struct fixture {
    ppo_config config;
    ppo_step_params step;
    ppo_arena arena;
    ppo_policy policy;
    ppo_rollout rollout;
    ppo_pool *pool;
    ppo_gradient *gradient;
    ppo_vision *vision; // one of its own, apart from the gradient's
    uint32_t index[40];
    float *grad; // [params] as ppo_gradient_compute leaves it
} fixture;

static void fill_params(fixture *b, ppo_random *random)
{
    cnn_fill_params(b->policy.params, &b->policy.layout, random);
    ppo_policy_pack(&b->policy);
}

static void fill_rollout(fixture *b, ppo_random *random)
{
    ppo_rollout *r = &b->rollout;
    for (size_t i = 0; i < (STEPS + r->frames.stack) * ENVS * r->frames.bytes; i++)
        r->frames.data[i] = (unsigned char)ppo_random_integers(random, 0, 256);
    for (size_t t = 0; t < STEPS; t++)
        for (size_t n = 0; n < ENVS; n++)
            ppo_frames_advance(&r->frames, t, n, ppo_random_double(random) < 0.2);
    fill_uniform(r->advantage, SAMPLES, random, -1.5, 2.5);
    fill_uniform(r->value, SAMPLES, random, -1.0, 1.0);
    fill_uniform(r->ret, SAMPLES, random, -1.0, 1.0);
    fill_uniform(r->log_prob, SAMPLES, random, -2.2, -1.5);
    for (size_t i = 0; i < SAMPLES; i++)
        r->action[i] = (float)ppo_random_integers(random, 0, ACTIONS);
}

static void create(fixture *b, const set_up *s, ppo_precision precision, uint32_t threads)
{
    ppo_error error = {0};
    ppo_random random;
    ppo_random_seed(&random, 61);
    memset(b, 0, sizeof *b);
    ppo_config_defaults(&b->config);
    b->config.network = s->network;
    b->config.precision = precision;
    b->config.shared_network = s->shared;
    b->config.norm_adv = PPO_NORM_ADV_OFF;
    b->config.num_envs = ENVS;
    b->config.num_steps = STEPS;
    b->config.minibatch_size = 40;
    b->step = (ppo_step_params){.clip_coef = 0.5, .ent_coef = 0.05};
    const ppo_input input =
        ppo_input_picture(s->network, s->stack, s->channels, s->height, s->width, false);
    if (ppo_policy_plan(&b->policy, &b->config, &input, NULL, dist_discrete(ACTIONS), &b->arena,
                        &error) != PPO_OK)
        fail_msg("%s", error.message);
    ppo_rollout_plan(&b->rollout, STEPS, ENVS, &b->policy.input, 1, &b->arena);
    if (ppo_pool_create(&b->pool, threads, &error) != PPO_OK ||
        ppo_gradient_create(&b->gradient, &b->config, &b->policy, b->pool, &b->arena, &error) !=
            PPO_OK ||
        ppo_vision_create(&b->vision, &b->policy, 0, 40, b->pool, &b->arena, &error) != PPO_OK ||
        ppo_arena_bind(&b->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    fill_params(b, &random);
    fill_rollout(b, &random);
    for (size_t i = 0; i < 40; i++)
        b->index[i] = (uint32_t)(i * 31 % SAMPLES);
    b->grad = calloc(b->policy.layout.size, sizeof *b->grad);
    assert_non_null(b->grad);
}

static void release(fixture *b)
{
    free(b->grad);
    ppo_vision_destroy(b->vision);
    ppo_gradient_destroy(b->gradient);
    ppo_pool_destroy(b->pool);
    ppo_policy_release(&b->policy);
    ppo_arena_release(&b->arena);
}

// The whole gradient of `count` samples: the vision's as it comes, the heads' chunks added up.
static minibatch_means compute(fixture *b, const uint32_t *index, size_t count, float *grad)
{
    size_t chunks;
    const ppo_policy *policy = &b->policy;
    const ppo_rollout_view rollout = ppo_rollout_view_of(&b->rollout);
    const ppo_minibatch_part part = minibatch_of(&b->config, &b->rollout, index, count);
    const ppo_gradient_sums sums =
        ppo_gradient_compute(b->gradient, &rollout, &part, &b->step, NULL, grad);
    const float *heads = ppo_gradient_chunks(b->gradient, count, &chunks);
    assert_int_equal(chunks, 1);
    for (size_t net = 0; net < policy->num_nets; net++)
        memcpy(grad + policy->head_begin[net], heads + ppo_policy_chunk_offset(policy, net),
               (policy->head_end[net] - policy->head_begin[net]) * sizeof *grad);
    return minibatch_means_of(&sums, policy, count);
}

static double compare(const fixture *b, const double *wanted, const set_up *s)
{
    double largest = 0.0;
    for (size_t i = 0; i < b->policy.layout.count; i++) {
        const ppo_param *p = &b->policy.layout.list[i];
        const double size = rms_of(wanted + p->offset, ppo_param_count(p));
        assert_true(size > 0.0);
        for (size_t k = p->offset; k < p->offset + ppo_param_count(p); k++)
            largest = fmax(largest, relative_error(b->grad[k], wanted[k], size));
        if (!(largest < 2e-5))
            fail_msg("%s, %s: off by %.3g", s->name, p->name, largest);
    }
    return largest;
}

// --- samples alone -------------------------------------------------------------------------------

static double check_means(fixture *b, const set_up *s, size_t count)
{
    const size_t size = b->policy.layout.size;
    double *wanted = new_doubles(NULL, size);
    ppo_loss_sums sums = {0};
    for (size_t i = 0; i < count; i++) {
        const minibatch_means one = compute(b, &b->index[i], 1, b->grad);
        ppo_loss_sums_add(&sums, &one.mean);
        for (size_t k = 0; k < size; k++)
            wanted[k] += (double)b->grad[k] / (double)count;
    }
    const minibatch_means all = compute(b, b->index, count, b->grad);
    assert_true(relative_error(all.mean.policy_loss, sums.policy_loss / (double)count, 1.0) < 1e-6);
    assert_true(relative_error(all.mean.value_loss, sums.value_loss / (double)count, 1.0) < 1e-6);
    assert_true(relative_error(all.mean.entropy, sums.entropy / (double)count, 1.0) < 1e-6);
    const double largest = compare(b, wanted, s);
    free(wanted);
    return largest;
}

static void test_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SET_UPS; i++) {
        fixture b;
        double largest = 0.0;
        create(&b, &set_ups[i], PPO_PRECISION_FP32, 2);
        for (size_t k = 0; k < NUM_COUNTS; k++)
            largest = fmax(largest, check_means(&b, &set_ups[i], counts[k]));
        printf("%s: minibatches against samples %.2g\n", set_ups[i].name, largest);
        release(&b);
    }
}

// --- step by step --------------------------------------------------------------------------------

// A sample alone through a network, by a minibatch of its own: features, and the gradient of the
// network's tensors from that of the features, which is added to `wanted`.
static void check_sample(const fixture *b, size_t net, uint32_t index, const float *features,
                         const float *dfeatures, double *wanted)
{
    const ppo_policy *policy = &b->policy;
    const ppo_cnn *cnn = &policy->extractors[net].visions[0];
    const size_t width = PPO_CNN_FEATURES(cnn);
    cnn_learner alone;
    uint8_t *image = malloc(ppo_cnn_shape_image_bytes(&cnn->shape));
    float *grad = calloc(policy->layout.size, sizeof *grad);
    assert_true(image && grad);
    cnn_learner_create(&alone, cnn, 1);
    const ppo_frames_view frames = ppo_frames_view_of(&b->rollout.frames);
    ppo_frames_stack(&frames, image, 0, index / ENVS, index % ENVS);
    cnn_learner_forward(&alone, policy->params, image, 1);
    if (memcmp(features, alone.m.features, width * sizeof *features) != 0)
        fail_msg("features of sample %u, network %zu", index, net);
    memcpy(alone.m.dfeatures, dfeatures, width * sizeof *dfeatures);
    cnn_learner_backward(&alone, grad);
    for (size_t k = 0; k < policy->layout.size; k++)
        wanted[k] += (double)grad[k];
    cnn_learner_release(&alone);
    free(grad);
    free(image);
}

// Twice over: nothing of the first minibatch may reach the second.
static void check_steps(fixture *b, const set_up *s, size_t count, ppo_random *random)
{
    const ppo_policy *policy = &b->policy;
    const size_t width = PPO_CNN_FEATURES(&policy->extractors[0].visions[0]);
    double *wanted = new_doubles(NULL, policy->layout.size);
    const ppo_rollout_view rollout = ppo_rollout_view_of(&b->rollout);
    ppo_vision_forward(b->vision, &rollout, b->index, count);
    for (size_t net = 0; net < policy->num_nets; net++) {
        float *dfeatures = ppo_vision_dfeatures(b->vision, net);
        fill_uniform(dfeatures, count * width, random, -1.0, 1.0);
        for (size_t i = 0; i < count; i++)
            check_sample(b, net, b->index[i], ppo_vision_features(b->vision, net) + i * width,
                         dfeatures + i * width, wanted);
    }
    memset(b->grad, 0, policy->layout.size * sizeof *b->grad);
    ppo_vision_backward(b->vision, b->grad);
    for (size_t net = 0; net < policy->num_nets; net++) // not the vision's to write
        for (size_t k = policy->head_begin[net]; k < policy->head_end[net]; k++) {
            assert_true(b->grad[k] == 0.0f);
            b->grad[k] = 1.0f;
            wanted[k] = 1.0;
        }
    compare(b, wanted, s);
    free(wanted);
}

static void test_steps(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 62);
    for (size_t i = 0; i < NUM_SET_UPS; i++) {
        fixture b;
        create(&b, &set_ups[i], PPO_PRECISION_FP32, 1);
        for (size_t k = 0; k < NUM_COUNTS; k++)
            check_steps(&b, &set_ups[i], counts[k], &random);
        release(&b);
    }
}

// --- threads -------------------------------------------------------------------------------------

static void check_threads(const set_up *s, ppo_precision precision)
{
    fixture one;
    create(&one, s, precision, 1);
    const size_t bytes = one.policy.layout.size * sizeof *one.grad;
    for (uint32_t threads = 1; threads <= 4; threads++) {
        fixture b;
        create(&b, s, precision, threads);
        for (size_t k = 0; k < NUM_COUNTS; k++) {
            const minibatch_means wanted = compute(&one, one.index, counts[k], one.grad);
            const minibatch_means got = compute(&b, b.index, counts[k], b.grad);
            assert_memory_equal(&got.mean, &wanted.mean, sizeof got.mean);
            assert_memory_equal(b.grad, one.grad, bytes);
        }
        release(&b);
    }
    release(&one);
}

static void test_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SET_UPS; i++)
        check_threads(&set_ups[i], PPO_PRECISION_FP32);
}

static void test_threads_bf16(void **state)
{
    (void)state;
    ppo_onednn *dnn = NULL;
    ppo_error error = {0};
    const ppo_onednn_module *api = ppo_onednn_load(&error);
    if (!api || api->open(&dnn, PPO_ONEDNN_BF16, &error) != PPO_OK) {
        printf("left out: %s\n", error.message);
        return;
    }
    api->close(dnn);
    for (size_t i = 0; i < NUM_SET_UPS; i++)
        check_threads(&set_ups[i], PPO_PRECISION_BF16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_means), cmocka_unit_test(test_steps),
                                       cmocka_unit_test(test_threads),
                                       cmocka_unit_test(test_threads_bf16)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
