// SPDX-License-Identifier: MIT
// The update phase: epochs as the minibatches that they consist of; lost samples, normalisation
// over the batch, an early stop, and what is not finite.
#include "unit/rl/support/update_set_ups.h"
#include "unit/rl/support/ppo_reference.h"

#include "rl/minibatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// --- epochs -------------------------------------------------------------------------------------

static void add(double *sum, const ppo_update_stats *one)
{
    const double values[] = {
        one->mean.policy_loss,   one->mean.value_loss, one->mean.entropy, one->mean.approx_kl,
        one->mean.old_approx_kl, one->mean.clipped,    one->loss,         one->grad_norm};
    for (size_t i = 0; i < 8; i++)
        sum[i] += values[i];
}

// The same minibatches one by one: shuffled by (seed, epochs since the beginning), the last one of
// an epoch with what is left.
static void check_epochs(const update_set_up *s)
{
    problem whole, parts;
    ppo_update_stats stats;
    ppo_error error = {0};
    double sum[8] = {0.0}, mean[8] = {0.0};
    uint32_t index[256], minibatches = 0;
    update_set_up_create(&whole, s, 3);
    update_set_up_create(&parts, s, 1);
    if (ppo_update_run(whole.update, &whole.rollout, &whole.step, 4, &stats, &error) != PPO_OK)
        fail_msg("%s", error.message);
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        ppo_minibatch_shuffle(index, 256, 3, 0, 4 * 3 + epoch);
        for (uint32_t first = 0; first < 256; first += s->minibatch_size, minibatches++) {
            const uint32_t left = 256 - first;
            const uint32_t count = left < s->minibatch_size ? left : s->minibatch_size;
            const ppo_update_stats one = minibatch_step_run(&parts.single, &parts.rollout,
                                                            index + first, count, &parts.step);
            add(sum, &one);
        }
    }
    add(mean, &stats);
    assert_memory_equal(whole.policy.params, parts.policy.params,
                        whole.policy.layout.size * sizeof *whole.policy.params);
    assert_int_equal(stats.minibatches, minibatches);
    assert_int_equal(stats.epochs, 3);
    for (size_t i = 0; i < 8; i++)
        assert_true(relative_error(mean[i], sum[i] / minibatches, 1e-9) < 1e-9);
    problem_release(&parts);
    problem_release(&whole);
}

static void test_epochs(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_update_set_ups; i++)
        check_epochs(&update_set_ups[i]);
}

// Steps that never took place are learnt from by no epoch, whatever stands in their rows.
static void test_lost_samples(void **state)
{
    (void)state;
    for (int norm = 0; norm < 2; norm++) {
        problem with, without;
        ppo_update_stats a, b;
        ppo_error error = {0};
        update_set_up_create(&with, &update_set_ups[0], 2);
        update_set_up_create(&without, &update_set_ups[0], 1);
        for (size_t i = 0; i < 256; i += 7) {
            with.rollout.lost[i] = without.rollout.lost[i] = 1;
            with.rollout.advantage[i] = with.rollout.ret[i] = NAN;
        }
        with.config.norm_adv = without.config.norm_adv =
            norm ? PPO_NORM_ADV_BATCH : PPO_NORM_ADV_MINIBATCH;
        if (ppo_update_run(with.update, &with.rollout, &with.step, 1, &a, &error) != PPO_OK)
            fail_msg("%s", error.message);
        ppo_update_run(without.update, &without.rollout, &without.step, 1, &b, &error);
        assert_int_equal(a.minibatches, 3 * 4); // 219 samples by 64
        assert_memory_equal(with.policy.params, without.policy.params,
                            with.policy.layout.size * sizeof *with.policy.params);
        assert_true(a.explained_variance == b.explained_variance); // and not NAN
        memset(with.rollout.lost, 1, 256);
        assert_int_equal(ppo_update_run(with.update, &with.rollout, &with.step, 2, &a, &error),
                         PPO_ENV_FAILED);
        problem_release(&without);
        problem_release(&with);
    }
}

// Advantages normalised once, over the whole batch.
static void test_norm_adv_batch(void **state)
{
    (void)state;
    problem p;
    ppo_update_stats stats;
    ppo_error error = {0};
    double sum = 0.0, squares = 0.0;
    update_set_up_create(&p, &update_set_ups[0], 1);
    p.config.norm_adv = PPO_NORM_ADV_BATCH;
    assert_true(ppo_update_run(p.update, &p.rollout, &p.step, 0, &stats, &error) == PPO_OK);
    for (size_t i = 0; i < 256; i++) {
        sum += p.rollout.advantage[i];
        squares += (double)p.rollout.advantage[i] * p.rollout.advantage[i];
    }
    assert_true(fabs(sum / 256.0) < 1e-6 && fabs(squares / 255.0 - 1.0) < 1e-6);
    problem_release(&p);
}

static void test_target_kl(void **state)
{
    (void)state;
    static const double targets[] = {1e-9, 1e9};
    for (size_t i = 0; i < 2; i++) {
        problem p;
        ppo_update_stats stats;
        ppo_error error = {0};
        update_set_up_create(&p, &update_set_ups[0], 1);
        p.config.target_kl = targets[i];
        assert_true(ppo_update_run(p.update, &p.rollout, &p.step, 0, &stats, &error) == PPO_OK);
        assert_int_equal(stats.epochs, i ? 3 : 1); // the epoch that exceeds it is finished
        assert_int_equal(stats.minibatches, stats.epochs * 4);
        problem_release(&p);
    }
}

// A sample that is not finite: the parameters, the moments and the step count stay.
static void test_not_finite(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_update_set_ups; i++) {
        problem p, clean;
        ppo_update_stats stats;
        ppo_error error = {0};
        update_set_up_create(&p, &update_set_ups[i], 2);
        update_set_up_create(&clean, &update_set_ups[i], 2);
        const size_t bytes = p.policy.layout.size * sizeof *p.policy.params;
        float good[256];
        memcpy(good, p.rollout.ret, sizeof good);
        for (size_t k = 0; k < 256; k++)
            p.rollout.ret[k] = NAN;
        assert_int_equal(ppo_update_run(p.update, &p.rollout, &p.step, 7, &stats, &error),
                         PPO_NUMERIC);
        assert_non_null(strstr(error.message, "first broken gradient: "));
        assert_memory_equal(p.policy.params, clean.policy.params, bytes);
        memcpy(p.rollout.ret, good, sizeof good);
        assert_int_equal(ppo_update_run(p.update, &p.rollout, &p.step, 8, &stats, &error), PPO_OK);
        ppo_update_run(clean.update, &clean.rollout, &clean.step, 8, &stats, &error);
        assert_memory_equal(p.policy.params, clean.policy.params, bytes);
        problem_release(&clean);
        problem_release(&p);
    }
}

// A standard deviation that has grown beyond all floats is a failure too, though loss and gradient
// are still finite.
static void test_infinite_deviation(void **state)
{
    (void)state;
    problem p;
    ppo_update_stats stats;
    ppo_error error = {0};
    update_set_up_create(&p, &update_set_ups[1], 1); // a Gaussian with log_std
    for (size_t a = 0; a < p.policy.dist.num_actions; a++)
        p.policy.params[p.policy.log_std + a] = 1000.0f;
    for (size_t i = 0; i < 256; i++)
        p.rollout.log_prob[i] = -6000.0f; // of the same policy, so that ratios are ordinary
    assert_int_equal(ppo_update_run(p.update, &p.rollout, &p.step, 0, &stats, &error), PPO_NUMERIC);
    assert_non_null(strstr(error.message, "standard deviation inf"));
    problem_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_epochs),         cmocka_unit_test(test_lost_samples),
        cmocka_unit_test(test_norm_adv_batch), cmocka_unit_test(test_target_kl),
        cmocka_unit_test(test_not_finite),     cmocka_unit_test(test_infinite_deviation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
