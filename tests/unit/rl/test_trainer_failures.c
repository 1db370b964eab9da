// SPDX-License-Identifier: MIT
// Training that goes wrong: numbers that are not finite, environments that fail, settings that
// don't fit. The message says where, and the parameters stay as they were.
#include "unit/rl/support/training.h"

#include "check/guarded_buffer.h"
#include "ppo/agent.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_says(const ppo_error *error, const char *part)
{
    if (!strstr(error->message, part))
        fail_msg("\"%s\" does not say \"%s\"", error->message, part);
}

// Iterations of 16 steps, so that the bad one of number 37 is in the third.
static ppo_config config_for(toy_kind toy, uint32_t threads, const char *settings)
{
    const training_case c = {"", toy, settings};
    ppo_config config = training_config(&c, threads);
    config.num_envs = 9;
    config.num_steps = 16;
    return config;
}

static void check_bad_env(toy_kind toy, const char *settings, ppo_status wanted, const char *what)
{
    char message[512] = "";
    for (uint32_t threads = 1; threads <= 3; threads++) {
        const ppo_config config = config_for(toy, threads, settings);
        ppo_trainer *trainer = training_create(&config, toy_class(toy));
        ppo_error error = {0}, again = {0};
        ppo_evaluation evaluation = {.struct_size = sizeof evaluation};
        training_run(trainer, 2);
        const uint64_t hash = ppo_trainer_hash(trainer);
        const ppo_stats stats = *ppo_trainer_stats(trainer);
        assert_int_equal(ppo_trainer_step(trainer, NULL, &error), wanted);
        assert_int_equal(error.status, wanted);
        assert_says(&error, "environment 5");
        assert_says(&error, what);
        if (wanted == PPO_NUMERIC)
            assert_says(&error, "step 37");
        assert_true(ppo_trainer_hash(trainer) == hash);
        assert_same_stats(&stats, ppo_trainer_stats(trainer));
        // for good, and in the same words
        assert_int_equal(ppo_trainer_step(trainer, NULL, &again), wanted);
        assert_string_equal(again.message, error.message);
        assert_int_equal(ppo_trainer_step(trainer, NULL, NULL), wanted);
        assert_true(ppo_trainer_evaluate(trainer, &evaluation, &error) == PPO_OK);
        assert_true(ppo_trainer_hash(trainer) == hash);
        if (threads > 1)
            assert_string_equal(again.message, message);
        snprintf(message, sizeof message, "%s", again.message);
        ppo_trainer_destroy(trainer);
    }
    printf("%s\n", message);
}

static void test_bad_reward(void **state)
{
    (void)state;
    check_bad_env(TOY_BAD_REWARD, "", PPO_NUMERIC, "reward is not a number");
    check_bad_env(TOY_BAD_REWARD, "norm_obs=true norm_reward=true", PPO_NUMERIC, "reward");
}

static void test_bad_observation(void **state)
{
    (void)state;
    check_bad_env(TOY_BAD_OBSERVATION, "", PPO_NUMERIC, "observation element 1 is infinite");
    check_bad_env(TOY_BAD_OBSERVATION, "norm_obs=true shared_network=true", PPO_NUMERIC,
                  "observation element 1");
}

static void test_failing_env(void **state)
{
    (void)state;
    check_bad_env(TOY_FAILING, "", PPO_ENV_FAILED, "the toy broke");
}

// --- losses -------------------------------------------------------------------------------------

static void check_loss(const char *settings, double learning_rate)
{
    uint64_t hash = 0;
    for (uint32_t threads = 1; threads <= 3; threads++) {
        ppo_config config = config_for(TOY_DISCRETE, threads, settings);
        ppo_trainer *trainer;
        ppo_error error = {0};
        ppo_status status = PPO_OK;
        config.learning_rate = learning_rate;
        trainer = training_create(&config, toy_class(TOY_DISCRETE));
        for (int i = 0; i < 5 && status == PPO_OK; i++)
            status = ppo_trainer_step(trainer, NULL, &error);
        assert_int_equal(status, PPO_NUMERIC);
        assert_says(&error, "not finite");
        if (threads > 1)
            assert_true(ppo_trainer_hash(trainer) == hash);
        else
            printf("%s\n", error.message);
        hash = ppo_trainer_hash(trainer);
        assert_int_equal(ppo_trainer_step(trainer, NULL, &error), PPO_NUMERIC);
        assert_true(ppo_trainer_hash(trainer) == hash);
        ppo_trainer_destroy(trainer);
    }
}

// A fork of the process that trains may neither go on with the trainer nor disturb it.
static void test_fork(void **state)
{
    (void)state;
    for (int processes = 0; processes < 2; processes++) {
        ppo_config config = config_for(TOY_DISCRETE, 2, "");
        config.workers = processes ? PPO_WORKERS_PROCESS : PPO_WORKERS_THREAD;
        config.num_workers = 2;
        uint64_t hash[2];
        for (int forks = 0; forks < 2; forks++) {
            ppo_trainer *trainer = training_create(&config, toy_class(TOY_DISCRETE));
            int how = 0;
            training_run(trainer, 1);
            const pid_t child = forks ? fork() : -1;
            if (child == 0) {
                ppo_error error = {.message = ""};
                alarm(20); // instead of a hang
                if (ppo_trainer_step(trainer, NULL, &error) != PPO_UNSUPPORTED ||
                    !strstr(error.message, "fork"))
                    _exit(1);
                ppo_trainer_destroy(trainer);
                _exit(0);
            }
            if (forks) {
                assert_int_equal(waitpid(child, &how, 0), child);
                assert_int_equal(how, 0);
            }
            training_run(trainer, 2);
            hash[forks] = ppo_trainer_hash(trainer);
            assert_int_equal(ppo_trainer_workers_lost(trainer, NULL), 0);
            ppo_trainer_destroy(trainer);
        }
        assert_true(hash[0] == hash[1]);
    }
}

static void test_diverging(void **state)
{
    (void)state;
    check_loss("", 1e25);
    check_loss("shared_network=true", 1e25);
    check_loss("activation=relu max_grad_norm=0", 1e20);
    check_loss("separate_optimizers=true", FLT_MAX);
}

// A loss that is not finite from the first: the parameters are the initial ones.
static void test_first_minibatch(void **state)
{
    (void)state;
    ppo_config config = config_for(TOY_DISCRETE, 2, "");
    config.critic_gain = 1e25;
    ppo_trainer *trainer = training_create(&config, toy_class(TOY_DISCRETE));
    const uint64_t hash = ppo_trainer_hash(trainer);
    ppo_error error = {0};
    assert_int_equal(ppo_trainer_step(trainer, NULL, &error), PPO_NUMERIC);
    assert_true(ppo_trainer_hash(trainer) == hash);
    ppo_trainer_destroy(trainer);
}

// --- creation -----------------------------------------------------------------------------------

static void check_creation(const ppo_config *config, const ppo_env_class *env, ppo_status wanted,
                           const char *what)
{
    ppo_trainer *trainer = NULL;
    ppo_error error = {0};
    assert_int_equal(
        ppo_trainer_create(
            &trainer, config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = env}, &error),
        wanted);
    assert_null(trainer);
    assert_int_equal(error.status, wanted);
    assert_says(&error, what);
    assert_int_equal(
        ppo_trainer_create(
            &trainer, config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = env}, NULL),
        wanted);
}

static void test_refusals(void **state)
{
    (void)state;
    ppo_config config = config_for(TOY_BOX, 1, "action_bound=tanh");
    ppo_env_class unbounded = *toy_class(TOY_BOX);
    unbounded.action_space.high = NULL;
    check_creation(&config, &unbounded, PPO_INVALID, "tanh");
    static const float low[] = {-INFINITY, -1.0f};
    unbounded = *toy_class(TOY_BOX);
    unbounded.action_space.low = low;
    check_creation(&config, &unbounded, PPO_INVALID, "tanh");
    snprintf(config.env_id, sizeof config.env_id, "CartPole-v9");
    check_creation(&config, NULL, PPO_NOT_FOUND, "CartPole");
    config = config_for(TOY_DISCRETE, 1, "");
    config.num_minibatches = 100000;
    check_creation(&config, toy_class(TOY_DISCRETE), PPO_INVALID, "num_minibatches");
    config = config_for(TOY_DISCRETE, 1, "");
    config.clip_coef = -1.0;
    check_creation(&config, toy_class(TOY_DISCRETE), PPO_INVALID, "clip_coef");
    ppo_env_class old = *toy_class(TOY_DISCRETE);
    old.abi_version = 99;
    config = config_for(TOY_DISCRETE, 1, "");
    check_creation(&config, &old, PPO_INVALID, "");

    // Of a config of another size no more is read: the page behind this one can't be.
    ppo_guarded_buffer small;
    const size_t size = 64;
    assert_true(ppo_guarded_create(&small, size, PPO_GUARDED_FLUSH, PPO_FINDING_CRASH));
    memcpy(small.data, &size, sizeof size);
    check_creation((const ppo_config *)(void *)small.data, NULL, PPO_INVALID, "struct_size");
    ppo_guarded_destroy(&small);
    ppo_trainer_destroy(NULL);
    ppo_agent_destroy(NULL);
}

// More than there is: refused with a sentence, not a crash.
static void test_too_large(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); // their malloc ends the program instead
#endif
    ppo_config config = config_for(TOY_DISCRETE, 1, "");
    config.hidden_sizes =
        (ppo_widths){.count = 8, .width = {65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536}};
    config.num_steps = 100000;
    config.num_envs = 20000;
    config.minibatch_size = 2000000000;
    check_creation(&config, toy_class(TOY_DISCRETE), PPO_NO_MEMORY, "memory");
}

// --- questions ----------------------------------------------------------------------------------

static void test_solved_and_done(void **state)
{
    (void)state;
    ppo_config config = config_for(TOY_DISCRETE, 1, "");
    config.solved_return = (double)NAN;
    ppo_trainer *trainer = training_create(&config, toy_class(TOY_DISCRETE));
    assert_true(ppo_trainer_solved_return(trainer) == 40.0);
    assert_false(ppo_trainer_solved(trainer) || ppo_trainer_done(trainer));
    assert_ptr_equal(ppo_trainer_env(trainer), toy_class(TOY_DISCRETE));
    assert_memory_equal(ppo_trainer_config(trainer), &config, sizeof config);
    ppo_trainer_destroy(trainer);
    config.solved_return = -1000.0; // reached by anybody, once there are 100 episodes
    config.stop_when_solved = true;
    config.total_timesteps = 1000000;
    trainer = training_create(&config, toy_class(TOY_DISCRETE));
    while (!ppo_trainer_done(trainer)) {
        assert_true(ppo_trainer_stats(trainer)->episodes < 100);
        training_run(trainer, 1);
    }
    assert_true(ppo_trainer_solved(trainer) && ppo_trainer_stats(trainer)->episodes >= 100);
    ppo_trainer_destroy(trainer);
    config.stop_when_solved = false;
    config.total_timesteps = 3 * 9 * 16 - 1; // rounded up to whole iterations
    trainer = training_create(&config, toy_class(TOY_DISCRETE));
    training_run(trainer, 2);
    assert_false(ppo_trainer_done(trainer));
    training_run(trainer, 1);
    assert_true(ppo_trainer_done(trainer));
    ppo_trainer_destroy(trainer);
}

static void test_buffers_and_flops(void **state)
{
    (void)state;
    const ppo_config config = config_for(TOY_DISCRETE, 1, "hidden_sizes=8 num_minibatches=1");
    ppo_trainer *trainer = training_create(&config, toy_class(TOY_DISCRETE));
    ppo_buffer_info info, other;
    size_t count = 0;
    for (; ppo_trainer_buffer(trainer, count, &info); count++) {
        uint64_t bytes = ppo_dtype_size(info.dtype);
        for (uint32_t i = 0; i < info.rank; i++)
            bytes *= info.shape[i];
        assert_true(info.bytes == bytes && info.owner[0]);
        for (size_t k = 0; k < count && ppo_trainer_buffer(trainer, k, &other); k++)
            assert_string_not_equal(info.name, other.name);
    }
    assert_true(count > 10);
    const double actor = 3 * 8 + 8 * 3, critic = 3 * 8 + 8 * 1, batch = 9 * 16;
    const double backward = 2.0 * (actor + critic) - 2.0 * (3 * 8); // no gradient of the inputs
    const double macs =
        batch * actor + (batch + 9.0) * critic + 3.0 * batch * (actor + critic + backward);
    assert_true(ppo_trainer_flops(trainer) == 2.0 * macs);
    ppo_trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_reward),      cmocka_unit_test(test_bad_observation),
        cmocka_unit_test(test_failing_env),     cmocka_unit_test(test_fork),
        cmocka_unit_test(test_diverging),       cmocka_unit_test(test_first_minibatch),
        cmocka_unit_test(test_refusals),        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_solved_and_done), cmocka_unit_test(test_buffers_and_flops)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
