// SPDX-License-Identifier: MIT
// Learning from whole sequences: the order of their samples; the first minibatch finds the very
// log-probabilities that acting left; lost steps keep their places and teach nothing.
#include "rl/sequence.h"

#include "unit/rl/support/golden.h"
#include "unit/rl/support/training.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_SEQUENCES 100

// Chunk by chunk, in each step by step, every sample of every sequence once.
static void test_lay_out(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 2, 5, 16, 128, 5000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const size_t length = lengths[i], envs = 7, most = ppo_sequences_per_chunk(length);
        uint32_t order[MAX_SEQUENCES], *index = calloc(MAX_SEQUENCES * length, sizeof *index);
        assert_non_null(index);
        assert_true(most > 0);
        for (size_t k = 0; k < MAX_SEQUENCES; k++)
            order[k] = (uint32_t)(k * 37 % MAX_SEQUENCES);
        ppo_sequences_lay_out(index, order, MAX_SEQUENCES, length, envs);
        for (size_t k = 0; k < MAX_SEQUENCES; k++) {
            const size_t chunk = k / most, left = MAX_SEQUENCES - chunk * most;
            const size_t width = left < most ? left : most;
            for (size_t t = 0; t < length; t++) {
                const size_t at = chunk * most * length + t * width + k % most;
                const size_t step = order[k] / envs * length + t;
                assert_int_equal(index[at], step * envs + order[k] % envs);
            }
        }
        free(index);
    }
}

// Without learning, each minibatch of each epoch finds the ratio 1 in every sample, to the last
// bit.
static void test_ratio_is_one(void **state)
{
    (void)state;
    size_t tried = 0;
    for (size_t i = 0; i < num_training_cases; i++) {
        const training_case *c = &training_cases[i];
        ppo_config config = training_config(c, 2);
        ppo_stats stats = {.struct_size = sizeof stats};
        ppo_error error = {0};
        if (config.memory == PPO_MEMORY_NONE)
            continue;
        config.learning_rate = config.critic_learning_rate = 0.0;
        config.target_kl = 0.0;
        ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
        for (int k = 0; k < 3; k++) {
            assert_int_equal(ppo_trainer_step(trainer, &stats, &error), PPO_OK);
            if (stats.old_approx_kl != 0.0 || stats.approx_kl != 0.0 || stats.clip_fraction != 0.0)
                fail_msg("%s: the ratio is not 1: approx_kl %g", c->name, stats.approx_kl);
        }
        ppo_trainer_destroy(trainer);
        tried++;
    }
    assert_true(tried >= 7);
}

// --- lost steps ----------------------------------------------------------------------------------

typedef struct minibatch {
    golden_fixture fixture;
    uint32_t index[4096];
    size_t count;
} minibatch;

// The first sequences of a golden file as a minibatch.
static void open_minibatch(minibatch *m, const char *name)
{
    char path[PPO_TEXT_SIZE];
    golden_file golden;
    uint32_t order[512];
    snprintf(path, sizeof path, "%s/golden_policies/%s.safetensors", PPO_TEST_DATA, name);
    golden_open(&golden, path);
    golden_fixture_create(&m->fixture, &golden, PPO_PRECISION_FP32, "cpu", 1);
    golden_close(&golden);
    const ppo_rollout_memory *memory = &m->fixture.rollout.memory;
    const size_t sequences = m->fixture.config.minibatch_size / memory->length;
    m->count = m->fixture.config.minibatch_size;
    for (size_t k = 0; k < sequences; k++)
        order[k] = (uint32_t)k;
    ppo_sequences_lay_out(m->index, order, sequences, memory->length, memory->num_envs);
}

static void lose(ppo_rollout *r, size_t sample)
{
    r->lost[sample] = 1;
    r->memory.start[sample + r->num_envs] = 1;
}

// Everything that a lost step has is nonsense; an observation may be any number.
static void spoil(ppo_rollout *r, size_t sample)
{
    for (size_t i = 0; i < r->num_actions; i++)
        r->action[sample * r->num_actions + i] = 0.0f;
    r->log_prob[sample] = r->value[sample] = 1e30f;
    r->advantage[sample] = r->ret[sample] = -1e30f;
    for (size_t i = 0; i < r->num_features; i++)
        r->features[sample * r->num_features + i] = 5.0f;
}

static void test_lost_steps_teach_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"lstm_shared_discrete", "gru_separate_multidiscrete"};
    for (size_t i = 0; i < 2; i++) {
        minibatch clean, spoilt;
        open_minibatch(&clean, names[i]);
        open_minibatch(&spoilt, names[i]);
        // The first and the last of a sequence among them, and two in a row.
        const size_t lost[] = {clean.index[0], clean.index[9],
                               clean.index[9] + clean.fixture.rollout.num_envs,
                               clean.index[clean.count - 1]};
        for (size_t k = 0; k < 4; k++) {
            lose(&clean.fixture.rollout, lost[k]);
            lose(&spoilt.fixture.rollout, lost[k]);
            spoil(&spoilt.fixture.rollout, lost[k]);
        }
        const ppo_update_stats a =
            minibatch_step_run(&clean.fixture.single, &clean.fixture.rollout, clean.index,
                               clean.count, &clean.fixture.step);
        const ppo_update_stats b =
            minibatch_step_run(&spoilt.fixture.single, &spoilt.fixture.rollout, spoilt.index,
                               spoilt.count, &spoilt.fixture.step);
        assert_memory_equal(&a.mean, &b.mean, sizeof a.mean);
        assert_true(isfinite(a.grad_norm) && a.grad_norm == b.grad_norm);
        assert_memory_equal(clean.fixture.policy.params, spoilt.fixture.policy.params,
                            clean.fixture.policy.layout.size * sizeof(float));
        golden_fixture_release(&spoilt.fixture);
        golden_fixture_release(&clean.fixture);
    }
}

// Means are over the samples that are left: what is missing in the sum of entropies is that of one
// sample.
static void test_means_leave_them_out(void **state)
{
    (void)state;
    minibatch m;
    open_minibatch(&m, "lstm_shared_discrete");
    ppo_rollout *r = &m.fixture.rollout;
    m.fixture.step.lr = m.fixture.step.critic_lr = 0.0;
    const ppo_update_stats all =
        minibatch_step_run(&m.fixture.single, r, m.index, m.count, &m.fixture.step);
    const double whole = all.mean.entropy * (double)m.count;
    lose(r, m.index[m.count - 1]); // the last of its sequence: it changes no other one
    const ppo_update_stats some =
        minibatch_step_run(&m.fixture.single, r, m.index, m.count, &m.fixture.step);
    const double missing = whole - some.mean.entropy * (double)(m.count - 1);
    assert_true(missing > 0.0 && missing < log(3.0) + 1e-3); // one sample's entropy of 3 actions
    golden_fixture_release(&m.fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lay_out),
                                       cmocka_unit_test(test_ratio_is_one),
                                       cmocka_unit_test(test_lost_steps_teach_nothing),
                                       cmocka_unit_test(test_means_leave_them_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
