// SPDX-License-Identifier: MIT
// The order of samples with one and several shards: each epoch visits each sample once, in parts of
// its own shard; with lost samples too; what minibatches are normalised by; and that a minibatch in
// shards is the same minibatch as one without.
#include "rl/order.h"

#include "unit/nn/support/reference.h"
#include "unit/rl/support/update_set_ups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 32, ENVS = 8, BATCH = STEPS * ENVS, EPOCHS = 3 };

typedef struct fixture {
    ppo_config config;
    ppo_shards shards;
    ppo_arena arena;
    ppo_rollout rollout;
    ppo_pool *pool;
    ppo_order order;
} fixture;

static void create(fixture *f, uint32_t shards, uint32_t minibatch_size, ppo_norm_adv norm_adv)
{
    ppo_error error = {0};
    ppo_random random;
    ppo_random_seed(&random, 7);
    memset(f, 0, sizeof *f);
    ppo_config_defaults(&f->config);
    f->config.num_envs = ENVS;
    f->config.num_steps = STEPS;
    f->config.update_epochs = EPOCHS;
    f->config.minibatch_size = minibatch_size;
    f->config.shards = shards;
    f->config.norm_adv = norm_adv;
    ppo_shards_share(&f->shards, shards, NULL, NULL);
    ppo_rollout_plan(&f->rollout, STEPS, ENVS, &PPO_INPUT_FLOATS(2), 1, &f->arena);
    ppo_pool_create(&f->pool, 2, &error);
    ppo_order_plan(&f->order, &f->config, &f->shards, f->pool, &f->arena);
    if (ppo_arena_bind(&f->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    fill_uniform(f->rollout.advantage, BATCH, &random, 5.0, 9.0);
}

static void release(fixture *f)
{
    ppo_pool_destroy(f->pool);
    ppo_arena_release(&f->arena);
}

// Ways of losing samples: none, every 7th, all of the first two environments.
enum { NONE_LOST, SOME_LOST, GROUP_LOST, NUM_LOSSES };

static bool is_lost(int loss, size_t sample)
{
    return loss == SOME_LOST ? sample % 7 == 0 : loss == GROUP_LOST && sample % ENVS < 2;
}

// Every sample that is there once in each epoch, in a part of its shard, where parts of a shard are
// full before a smaller one comes.
static void check_epochs(const fixture *f, size_t total)
{
    const ppo_order *o = &f->order;
    const size_t num = f->shards.num, part_size = f->config.minibatch_size / num;
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        uint8_t seen[BATCH] = {0};
        size_t visited = 0;
        for (size_t m = 0; m < o->num_minibatches; m++) {
            size_t count = 0;
            for (size_t s = 0; s < num; s++) {
                const ppo_minibatch_part part = ppo_order_part(o, epoch, m, s);
                assert_true(part.count <= part_size);
                assert_true(m == 0 || part.count == 0 ||
                            ppo_order_part(o, epoch, m - 1, s).count == part_size);
                for (size_t k = 0; k < part.count; k++) {
                    assert_int_equal(part.index[k] % ENVS / (ENVS / num), s);
                    assert_false(f->rollout.lost[part.index[k]] || seen[part.index[k]]++);
                }
                count += part.count;
            }
            assert_int_equal(count, ppo_order_part(o, epoch, m, 0).total);
            assert_true(count > 0);
            visited += count;
        }
        assert_int_equal(visited, total);
    }
}

static void test_epochs(void **state)
{
    (void)state;
    for (uint32_t shards = 1; shards <= 8; shards *= 2)
        for (int loss = 0; loss < NUM_LOSSES; loss++) {
            fixture f;
            size_t total = BATCH;
            create(&f, shards, 40, PPO_NORM_ADV_MINIBATCH);
            for (size_t i = 0; i < BATCH; i++) {
                f.rollout.lost[i] = is_lost(loss, i);
                total -= f.rollout.lost[i];
            }
            assert_int_equal(ppo_order_begin(&f.order, &f.rollout, 5), total);
            check_epochs(&f, total);
            memset(f.rollout.lost, 1, BATCH);
            assert_int_equal(ppo_order_begin(&f.order, &f.rollout, 6), 0);
            release(&f);
        }
}

// Shards shuffle by themselves, and differently from each other, epochs and iterations.
static void test_streams(void **state)
{
    (void)state;
    fixture f;
    uint32_t first[4][BATCH / 2];
    create(&f, 2, 64, PPO_NORM_ADV_OFF);
    ppo_order_begin(&f.order, &f.rollout, 0);
    for (size_t i = 0; i < 4;
         i++) // both shards of two epochs, as steps and environments in a shard
        for (size_t k = 0; k < BATCH / 2; k++) {
            const uint32_t sample = f.order.perm[i * (BATCH / 2) + k];
            first[i][k] = sample / ENVS * (ENVS / 2) + sample % (ENVS / 2);
        }
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(first[i], first[j], sizeof first[i]);
    release(&f);
}

// Mean and deviation over all shards' samples of a minibatch, in two passes.
static void test_minibatch_norms(void **state)
{
    (void)state;
    for (uint32_t shards = 1; shards <= 8; shards *= 4) {
        fixture f;
        create(&f, shards, 48, PPO_NORM_ADV_MINIBATCH);
        for (size_t i = 0; i < BATCH; i += 5)
            f.rollout.lost[i] = 1;
        ppo_order_begin(&f.order, &f.rollout, 1);
        for (size_t m = 0; m < f.order.num_minibatches; m++) {
            double sum = 0.0, squares = 0.0, count = 0.0;
            for (int pass = 0; pass < 2; pass++)
                for (size_t s = 0; s < shards; s++) {
                    const ppo_minibatch_part part = ppo_order_part(&f.order, 1, m, s);
                    for (size_t k = 0; k < part.count; k++) {
                        const double a = (double)f.rollout.advantage[part.index[k]];
                        sum += pass == 0 ? a : 0.0;
                        count += pass == 0;
                        squares += pass == 1 ? (a - sum / count) * (a - sum / count) : 0.0;
                    }
                }
            const ppo_adv_norm norm = ppo_order_part(&f.order, 1, m, 0).norm;
            assert_true(relative_error((double)norm.mean, sum / count, 0.0) < 1e-6);
            const double inv_std = 1.0 / sqrt(squares / (count - 1.0));
            assert_true(relative_error((double)norm.inv_std, inv_std, 0.0) < 1e-5);
        }
        release(&f);
    }
}

static void test_batch_norm(void **state)
{
    (void)state;
    fixture f;
    double sum = 0.0, squares = 0.0;
    create(&f, 4, 64, PPO_NORM_ADV_BATCH);
    ppo_order_begin(&f.order, &f.rollout, 1);
    for (size_t i = 0; i < BATCH; i++) {
        sum += (double)f.rollout.advantage[i];
        squares += (double)f.rollout.advantage[i] * (double)f.rollout.advantage[i];
    }
    assert_true(fabs(sum / BATCH) < 1e-6 && fabs(squares / (BATCH - 1) - 1.0) < 1e-6);
    release(&f);
}

// An update in shards against the same minibatches without: the same but for rounding.
static void check_update(const update_set_up *s, int loss)
{
    problem sharded, whole;
    ppo_update_stats stats;
    ppo_error error = {0};
    update_set_up set_up = *s;
    fixture f;
    set_up.minibatch_size = 64;
    update_set_up_create(&whole, &set_up, 1);
    whole.config.num_envs = 8;
    whole.config.num_steps = 32;
    ppo_config config = whole.config;
    problem_release(&whole);
    problem_create(&whole, &config, &dist_cases[s->dist], 5, 1);
    config.shards = 4;
    problem_create(&sharded, &config, &dist_cases[s->dist], 5, 2);
    create(&f, 4, 64, config.norm_adv);
    f.order.config = &sharded.config; // its seed
    for (size_t i = 0; i < BATCH; i++)
        whole.rollout.lost[i] = sharded.rollout.lost[i] = f.rollout.lost[i] = is_lost(loss, i);
    if (ppo_update_run(sharded.update, &sharded.rollout, &sharded.step, 2, &stats, &error) !=
        PPO_OK)
        fail_msg("%s", error.message);
    ppo_order_begin(&f.order, &f.rollout, 2);
    double total = 0.0, count = 0.0;
    for (size_t epoch = 0; epoch < EPOCHS; epoch++)
        for (size_t m = 0; m < f.order.num_minibatches; m++, count++) {
            uint32_t index[64];
            size_t used = 0;
            for (size_t shard = 0; shard < 4; shard++) {
                const ppo_minibatch_part part = ppo_order_part(&f.order, epoch, m, shard);
                memcpy(index + used, part.index, part.count * sizeof *index);
                used += part.count;
            }
            total +=
                minibatch_step_run(&whole.single, &whole.rollout, index, used, &whole.step).loss;
        }
    assert_int_equal(stats.minibatches, (uint32_t)count);
    assert_true(relative_error(stats.loss, total / count, 1.0) < 1e-5);
    double largest = 0.0;
    for (size_t i = 0; i < whole.policy.layout.size; i++)
        largest = fmax(largest, fabs((double)(whole.policy.params[i] - sharded.policy.params[i])));
    printf("%-20s loss %d: parameters differ by %.2g\n", s->name, loss, largest);
    assert_true(largest < 1e-4); // a step is up to 1e-3 for each parameter
    release(&f);
    problem_release(&sharded);
    problem_release(&whole);
}

static void test_update(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_update_set_ups; i++)
        for (int loss = 0; loss < NUM_LOSSES; loss++)
            check_update(&update_set_ups[i], loss);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_epochs), cmocka_unit_test(test_streams),
        cmocka_unit_test(test_minibatch_norms), cmocka_unit_test(test_batch_norm),
        cmocka_unit_test(test_update)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
