// SPDX-License-Identifier: MIT
// Steps against a textbook optimiser in double precision that is fed the same gradients, with one
// or two groups of parameters, few slices and many; packed weights kept fresh; the same bits with
// any number of threads; the norm takes in a convolutional network's gradient of this minibatch.
#include "unit/rl/support/update_set_ups.h"
#include "unit/rl/support/ppo_reference.h"

#include "rl/minibatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// --- against a textbook -------------------------------------------------------------------------

typedef struct textbook {
    double *p, *m, *v;
    size_t size, critic_begin;
} textbook;

// Clips by the norm of the range, then Adam.
static void step_range(textbook *b, const float *grad, size_t begin, size_t end, double lr,
                       const ppo_config *config, double t)
{
    double squares = 0.0;
    for (size_t i = begin; i < end; i++)
        squares += (double)grad[i] * grad[i];
    const double limit = config->max_grad_norm, norm = sqrt(squares);
    const double scale = limit > 0.0 && norm > limit ? limit / (norm + 1e-6) : 1.0;
    for (size_t i = begin; i < end; i++) {
        const double g = scale * (double)grad[i];
        b->m[i] = 0.9 * b->m[i] + 0.1 * g;
        b->v[i] = 0.999 * b->v[i] + 0.001 * g * g;
        b->p[i] -= lr * b->m[i] / (1.0 - pow(0.9, t)) /
                   (sqrt(b->v[i] / (1.0 - pow(0.999, t))) + config->adam_eps);
    }
}

static void check_packed(problem *p)
{
    float *before = new_floats(p->policy.packed_size);
    const size_t bytes = p->policy.packed_size * sizeof *before;
    memcpy(before, p->policy.packed, bytes);
    ppo_policy_pack(&p->policy);
    assert_memory_equal(p->policy.packed, before, bytes);
    free(before);
}

static void check_steps(const update_set_up *s)
{
    problem p;
    update_set_up_create(&p, s, 2);
    const ppo_config *config = &p.config;
    textbook b = {.size = p.policy.layout.size};
    b.critic_begin = s->separate ? p.policy.critic_begin : b.size;
    b.p = new_doubles(p.policy.params, b.size);
    b.m = new_doubles(NULL, b.size);
    b.v = new_doubles(NULL, b.size);
    double largest = 0.0;
    for (uint32_t t = 1; t <= 20; t++) {
        uint32_t index[256];
        double squares = 0.0;
        ppo_minibatch_shuffle(index, 256, 9, 0, t);
        const ppo_update_stats stats =
            minibatch_step_run(&p.single, &p.rollout, index, s->minibatch_size, &p.step);
        const float *grad = ppo_optimizer_gradient(p.single.optimizer);
        step_range(&b, grad, 0, b.critic_begin, 1e-3, config, t);
        step_range(&b, grad, b.critic_begin, b.size, 3e-3, config, t);
        for (size_t i = 0; i < b.size; i++) {
            largest = fmax(largest, relative_error(p.policy.params[i], b.p[i], 0.1));
            squares += (double)grad[i] * grad[i];
        }
        assert_true(relative_error(stats.grad_norm, sqrt(squares), 0.0) < 1e-6);
        check_packed(&p);
    }
    printf("%-20s parameters after 20 steps %.2g\n", s->name, largest);
    assert_true(largest < 5e-6);
    free(b.v);
    free(b.m);
    free(b.p);
    problem_release(&p);
}

static void test_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_update_set_ups; i++)
        check_steps(&update_set_ups[i]);
}

// Slices and their sums are cut by the parameters, never by the threads.
static void test_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_update_set_ups; i++) {
        problem one, many;
        update_set_up_create(&one, &update_set_ups[i], 1);
        update_set_up_create(&many, &update_set_ups[i], 4);
        for (uint32_t t = 1; t <= 5; t++) {
            uint32_t index[256];
            ppo_minibatch_shuffle(index, 256, 9, 0, t);
            const uint32_t size = update_set_ups[i].minibatch_size;
            minibatch_step_run(&one.single, &one.rollout, index, size, &one.step);
            minibatch_step_run(&many.single, &many.rollout, index, size, &many.step);
        }
        assert_memory_equal(one.policy.params, many.policy.params,
                            one.policy.layout.size * sizeof *one.policy.params);
        problem_release(&many);
        problem_release(&one);
    }
}

// Networks that step one by one, or some of them when that is finished, do so as all at once would,
// and not twice.
static void check_waiting(const update_set_up *s)
{
    problem at_once, late;
    uint32_t index[256];
    update_set_up_create(&at_once, s, 2);
    update_set_up_create(&late, s, 2);
    ppo_minibatch_shuffle(index, 256, 9, 0, 1);
    minibatch_step_run(&at_once.single, &at_once.rollout, index, s->minibatch_size, &at_once.step);
    minibatch_step_run(&late.single, &late.rollout, index, s->minibatch_size, &late.step);
    for (int way = 0; ppo_optimizer_may_wait(late.single.optimizer) && way < 3; way++) {
        ppo_optimizer *optimizer = late.single.optimizer;
        const size_t bytes = late.policy.layout.size * sizeof *late.policy.params;
        ppo_optimizer_begin_step(optimizer, &late.step); // again, with the same gradient
        assert_memory_equal(late.policy.params, at_once.policy.params, bytes);
        if (way > 0)
            ppo_optimizer_step_network(optimizer, late.policy.num_nets - 1);
        if (way > 1)
            ppo_optimizer_step_network(optimizer, 0);
        ppo_optimizer_finish_step(optimizer);
        ppo_optimizer_finish_step(optimizer);
        ppo_optimizer_step(at_once.single.optimizer, &at_once.step);
        assert_memory_equal(late.policy.params, at_once.policy.params, bytes);
        check_packed(&late);
    }
    problem_release(&late);
    problem_release(&at_once);
}

static void test_waiting(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_update_set_ups; i++)
        check_waiting(&update_set_ups[i]);
}

// --- convolutional networks ---------------------------------------------------------------------

// A policy of few slices with a picture among its inputs, and its optimiser.
typedef struct pictured {
    ppo_config config;
    ppo_arena arena;
    ppo_policy policy;
    ppo_pool *pool;
    ppo_optimizer *optimizer;
    float *chunk; // [chunk size of the policy]
} pictured;

static void pictured_create(pictured *p)
{
    static const ppo_space_part parts[] = {
        {"picture", {.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 2, .shape = {36, 36}}},
        {"vector", PPO_SPACE_FLOATS(3, NULL, NULL)}};
    static const ppo_space space = PPO_SPACE_DICT_OF(2, parts);
    ppo_error error = {0};
    ppo_input input;
    ppo_config_defaults(&p->config);
    p->config.cnn_features = 16;
    p->config.shared_network = true;
    p->config.hidden_sizes = (ppo_widths){1, {8}};
    if (ppo_input_for(&input, &p->config, &space, &error) != PPO_OK ||
        ppo_policy_plan(&p->policy, &p->config, &input, &space, dist_discrete(2), &p->arena,
                        &error) != PPO_OK ||
        ppo_pool_create(&p->pool, 1, &error) != PPO_OK ||
        ppo_optimizer_create(&p->optimizer, &p->config, &ppo_shards_one, &p->policy, p->pool,
                             &p->arena, &error) != PPO_OK ||
        ppo_arena_bind(&p->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    p->chunk = new_floats(ppo_policy_chunk_size(&p->policy));
}

static void pictured_release(pictured *p)
{
    free(p->chunk);
    ppo_optimizer_destroy(p->optimizer);
    ppo_pool_destroy(p->pool);
    ppo_policy_release(&p->policy);
    ppo_arena_release(&p->arena);
}

// The gradient of convolutional networks comes after the heads' have been added.
static void test_norm_with_pictures(void **state)
{
    (void)state;
    pictured p = {.chunk = NULL};
    ppo_random random;
    ppo_random_seed(&random, 3);
    pictured_create(&p);
    for (int t = 0; t < 3; t++) {
        double squares = 0.0;
        fill_uniform(p.chunk, ppo_policy_chunk_size(&p.policy), &random, -1.0, 1.0);
        ppo_optimizer_begin(p.optimizer, 0, p.chunk, 1);
        ppo_optimizer_add_network(p.optimizer, PPO_ACTOR_NET);
        fill_uniform(ppo_optimizer_sum(p.optimizer), p.policy.head_begin[PPO_ACTOR_NET], &random,
                     -0.1, 0.1);
        const double norm = ppo_optimizer_norm(p.optimizer);
        const float *grad = ppo_optimizer_gradient(p.optimizer);
        for (size_t i = 0; i < p.policy.layout.size; i++)
            squares += (double)grad[i] * (double)grad[i];
        assert_true(relative_error(norm, sqrt(squares), 0.0) < 1e-6);
    }
    pictured_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps), cmocka_unit_test(test_threads),
                                       cmocka_unit_test(test_waiting),
                                       cmocka_unit_test(test_norm_with_pictures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
