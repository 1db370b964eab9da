// SPDX-License-Identifier: MIT
// Training over many combinations of settings: the parameters' hash is that of one thread for any
// number of threads, beside another trainer, after evaluations, and after going on from saved
// state.
#include "unit/rl/support/training.h"

#include "rl/trainer_state.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ITERATIONS 5

static uint64_t hash_of(const training_case *c, uint32_t threads)
{
    const ppo_config config = training_config(c, threads);
    ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
    const uint64_t before = ppo_trainer_hash(trainer);
    training_run(trainer, ITERATIONS);
    const uint64_t hash = ppo_trainer_hash(trainer);
    assert_true(hash != before);
    ppo_trainer_destroy(trainer);
    return hash;
}

static void test_threads(void **state)
{
    (void)state;
    static const uint32_t threads[] = {2, 3, 4, 8, 1};
    for (size_t i = 0; i < num_training_cases; i++) {
        const uint64_t hash = hash_of(&training_cases[i], 1);
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++)
            if (hash_of(&training_cases[i], threads[k]) != hash)
                fail_msg("%s: another hash with %u threads", training_cases[i].name, threads[k]);
    }
}

// Every combination of settings learns something else: none of them is without effect.
static void test_settings_matter(void **state)
{
    (void)state;
    uint64_t *hash = calloc(num_training_cases, sizeof *hash);
    assert_non_null(hash);
    for (size_t i = 0; i < num_training_cases; i++) {
        hash[i] = hash_of(&training_cases[i], 1);
        for (size_t k = 0; k < i; k++)
            if (hash[k] == hash[i])
                fail_msg("%s and %s have one hash", training_cases[k].name, training_cases[i].name);
    }
    free(hash);
}

// --- two trainers at once -----------------------------------------------------------------------

typedef struct job {
    const training_case *training;
    uint64_t hash;
} job;

static void *run_job(void *context)
{
    job *j = context;
    j->hash = hash_of(j->training, 2);
    return NULL;
}

static void test_two_trainers(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < num_training_cases; i += 2) {
        job jobs[2] = {{.training = &training_cases[i]}, {.training = &training_cases[i + 1]}};
        pthread_t thread[2];
        for (int k = 0; k < 2; k++)
            assert_int_equal(pthread_create(&thread[k], NULL, run_job, &jobs[k]), 0);
        for (int k = 0; k < 2; k++)
            pthread_join(thread[k], NULL);
        for (int k = 0; k < 2; k++)
            assert_true(jobs[k].hash == hash_of(jobs[k].training, 1));
    }
}

// --- going on from saved state ------------------------------------------------------------------

static ppo_stats without_times(ppo_stats stats)
{
    stats.collect_seconds = stats.update_seconds = 0.0;
    return stats;
}

static void test_going_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++) {
        const training_case *c = &training_cases[i];
        const ppo_config config = training_config(c, 1), other = training_config(c, 3);
        ppo_trainer *whole = training_create(&config, toy_class(c->toy));
        ppo_trainer *resumed = training_create(&other, toy_class(c->toy));
        training_run(whole, 3);
        training_run(resumed, 1); // what it did is forgotten
        training_copy_state(resumed, whole);
        assert_true(ppo_trainer_hash(resumed) == ppo_trainer_hash(whole));
        for (int k = 0; k < 4; k++) {
            const ppo_stats a = without_times(*ppo_trainer_stats(whole));
            const ppo_stats b = without_times(*ppo_trainer_stats(resumed));
            assert_same_stats(&a, &b);
            training_run(whole, 1);
            training_run(resumed, 1);
            if (ppo_trainer_hash(resumed) != ppo_trainer_hash(whole))
                fail_msg("%s: another hash %d iterations after resuming", c->name, k + 1);
        }
        ppo_trainer_destroy(resumed);
        ppo_trainer_destroy(whole);
    }
}

// The parameters come first, and under names by which they are known; names are unique.
static void test_tensors(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++) {
        const ppo_config config = training_config(&training_cases[i], 1);
        ppo_trainer *trainer = training_create(&config, toy_class(training_cases[i].toy));
        bool parameters = true;
        ppo_tensor a, b;
        for (size_t k = 0; ppo_trainer_tensor(trainer, k, &a); k++) {
            assert_true(parameters || a.role != PPO_ROLE_PARAMETER);
            parameters = a.role == PPO_ROLE_PARAMETER;
            assert_true(a.data && a.rank >= 1);
            // Else several ranks' checkpoints would lack the other ranks' environments.
            if (a.role == PPO_ROLE_ENVIRONMENT)
                assert_true(a.env_axis && a.shape[a.env_axis - 1] == config.num_envs);
            if (strcmp(a.name, "obs_norm.count") == 0) // the first observations are in
                assert_true(fabs(*(const double *)a.data - 1e-4 - config.num_envs) < 1e-9);
            for (size_t j = 0; j < k && ppo_trainer_tensor(trainer, j, &b); j++)
                assert_string_not_equal(a.name, b.name);
        }
        ppo_trainer_destroy(trainer);
    }
}

// --- evaluating ---------------------------------------------------------------------------------

static void test_evaluation(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++) {
        const training_case *c = &training_cases[i];
        const ppo_config config = training_config(c, 2);
        ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
        for (int k = 0; k < ITERATIONS; k++) {
            ppo_evaluation first = {.struct_size = sizeof first},
                           again = {.struct_size = sizeof again};
            ppo_error error = {0};
            training_run(trainer, 1);
            const uint64_t hash = ppo_trainer_hash(trainer);
            assert_true(ppo_trainer_evaluate(trainer, &first, &error) == PPO_OK);
            assert_true(ppo_trainer_evaluate(trainer, &again, &error) == PPO_OK);
            assert_same_evaluation(&first, &again);
            assert_true(ppo_trainer_hash(trainer) == hash);
            assert_int_equal(first.episodes, config.eval_episodes);
            assert_true(first.return_min <= first.return_mean);
            assert_true(first.return_mean <= first.return_max && first.return_std >= 0.0);
            assert_true(first.length_mean >= 1.0 && first.length_mean <= TOY_TIME_LIMIT + 2);
        }
        assert_true(ppo_trainer_hash(trainer) == hash_of(c, 1));
        ppo_trainer_destroy(trainer);
    }
}

// --- stats --------------------------------------------------------------------------------------

static void check_stats(const ppo_stats *s, const training_case *c, const ppo_config *config,
                        uint64_t iteration)
{
    const double always[] = {s->learning_rate,
                             s->critic_learning_rate,
                             s->clip_coef,
                             s->ent_coef,
                             s->loss,
                             s->policy_loss,
                             s->value_loss,
                             s->entropy,
                             s->old_approx_kl,
                             s->approx_kl,
                             s->explained_variance,
                             s->grad_norm};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        assert_true(isfinite(always[i]));
    assert_true(s->iteration == iteration);
    assert_true(s->global_step == iteration * config->num_envs * config->num_steps);
    assert_true(s->approx_kl > -1e-6 && s->clip_fraction >= 0.0 && s->clip_fraction <= 1.0);
    assert_true(s->value_loss >= 0.0 && s->grad_norm > 0.0 && s->explained_variance <= 1.0);
    assert_true(s->learning_rate > 0.0 && s->learning_rate <= config->learning_rate);
    assert_true(s->epochs >= 1 && s->epochs <= config->update_epochs);
    assert_true(config->target_kl > 0.0 || s->epochs == config->update_epochs);
    assert_true(c->toy == TOY_BOX || c->toy >= TOY_MIXED ? s->std_mean > 0.0 : isnan(s->std_mean));
    assert_true(s->episodes == 0 ? isnan(s->return_mean) : s->length_mean >= 1.0);
    assert_true(s->collect_seconds >= 0.0 && s->update_seconds >= 0.0);
    const double loss = s->policy_loss - s->ent_coef * s->entropy + config->vf_coef * s->value_loss;
    assert_true(fabs(loss - s->loss) < 1e-9);
}

static void test_stats(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++) {
        const training_case *c = &training_cases[i];
        const ppo_config config = training_config(c, 2);
        ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
        assert_true(isnan(ppo_trainer_stats(trainer)->return_mean));
        for (uint64_t k = 1; k <= ITERATIONS; k++) {
            ppo_stats stats = {.struct_size = sizeof stats};
            ppo_error error = {0};
            assert_true(ppo_trainer_step(trainer, &stats, &error) == PPO_OK);
            check_stats(&stats, c, &config, k);
            assert_same_stats(&stats, ppo_trainer_stats(trainer));
        }
        ppo_trainer_destroy(trainer);
    }
}

// Some iteration of the case made for it ends before its last epoch.
static void test_target_kl(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++) {
        const ppo_config config = training_config(&training_cases[i], 1);
        bool early = false;
        if (config.target_kl <= 0.0)
            continue;
        ppo_trainer *trainer = training_create(&config, toy_class(training_cases[i].toy));
        for (int k = 0; k < 10; k++) {
            training_run(trainer, 1);
            early |= ppo_trainer_stats(trainer)->epochs < config.update_epochs;
        }
        assert_true(early);
        ppo_trainer_destroy(trainer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),      cmocka_unit_test(test_settings_matter),
        cmocka_unit_test(test_two_trainers), cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_tensors),      cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_stats),        cmocka_unit_test(test_target_kl)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
