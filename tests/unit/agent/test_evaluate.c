// SPDX-License-Identifier: MIT
// Evaluations are episodes replayed by hand: stacks, lost lives, more episodes than are played side
// by side.
#include "unit/rl/support/training.h"

#include "ppo/random.h"
#include "agent/agent.h"
#include "rl/trainer_state.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Bytes of what the agent is given at a time: a stack of observations.
static size_t stack_bytes(const ppo_agent *agent)
{
    return ppo_agent_config(agent)->frame_stack *
           ppo_space_bytes(&ppo_agent_env(agent)->observation_space);
}

// One episode of the deterministic policy by hand. After a lost life the game goes on, up to the
// time limit, but what came before doesn't count.
static void play(const ppo_agent *agent, ppo_actor *actor, uint64_t seed, double *ret,
                 uint32_t *length)
{
    const ppo_env_class *env = ppo_agent_env(agent);
    const size_t bytes = ppo_space_bytes(&env->observation_space), stack_size = stack_bytes(agent);
    void *instance = aligned_alloc(64, (env->instance_size + 63) / 64 * 64);
    unsigned char *stack = malloc(stack_size), *newest = stack + stack_size - bytes;
    int32_t action[4];
    ppo_transition now = {.life_lost = true};
    assert_true(instance && stack);
    memset(instance, 0, env->instance_size);
    if (env->init)
        env->init(instance, env->context, NULL);
    *ret = 0.0;
    *length = 0;
    while (*length < TOY_TIME_LIMIT && (now.life_lost || (!now.terminated && !now.truncated))) {
        const uint8_t starts = now.life_lost;
        if (now.life_lost) {
            env->reset(instance, *length ? NULL : &seed, newest, NULL);
            for (size_t at = 0; at < stack_size - bytes; at += bytes)
                memcpy(stack + at, newest, bytes);
        }
        now = (ppo_transition){.reward = 0.0};
        const ppo_act_options acting = {
            .struct_size = sizeof acting, .deterministic = true, .episode_starts = &starts};
        assert_int_equal(ppo_actor_act(actor, action, stack, 1, &acting, NULL), PPO_OK);
        memmove(stack, stack + bytes, stack_size - bytes);
        env->step(instance, action, newest, &now, NULL);
        *ret += now.reward;
        ++*length;
    }
    free(stack);
    free(instance);
}

static void test_evaluation(void **state)
{
    (void)state;
    enum { EPISODES = 300 }; // more than are played side by side
    static const char *const names[] = {
        "discrete",           "continuous", "normalised",
        "squashed",           "stacks",     "pictures",
        "stacks, normalised", "impala",     "pictures in colour",
        "pictures as floats", "lstm",       "gru",
        "pictures, lstm",
    };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const training_case *c = training_case_named(names[k]);
        if (!c)
            continue; // one that sanitisers are spared
        const ppo_config config = training_config(c, 1);
        double returns[EPISODES], sum = 0.0, squares = 0.0, steps = 0.0;
        uint32_t lengths[EPISODES];
        ppo_evaluation e = {.struct_size = sizeof e};
        ppo_error error = {0};
        ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
        training_run(trainer, 2);
        const ppo_agent *agent = ppo_trainer_agent(trainer);
        ppo_actor *actor;
        assert_int_equal(ppo_actor_create(&actor, agent, &error), PPO_OK);
        if (ppo_agent_evaluate(agent, &e,
                               &(ppo_evaluate_options){.struct_size = sizeof(ppo_evaluate_options),
                                                       .episodes = EPISODES,
                                                       .seed = 1000,
                                                       .deterministic = true,
                                                       .returns = returns,
                                                       .lengths = lengths},
                               &error))
            fail_msg("%s", error.message);
        for (size_t i = 0; i < EPISODES; i++) {
            double ret;
            uint32_t length;
            play(agent, actor, 1000 + i, &ret, &length);
            if (!(returns[i] == ret && lengths[i] == length))
                fail_msg("%s, episode %zu: %.9g in %u, not %.9g in %u", c->name, i, returns[i],
                         lengths[i], ret, length);
            sum += ret;
            squares += ret * ret;
            steps += length;
        }
        const double mean = sum / EPISODES;
        assert_true(fabs(e.return_mean - mean) < 1e-9 * (1.0 + fabs(mean)));
        assert_true(fabs(e.return_std - sqrt(squares / EPISODES - mean * mean)) < 1e-6);
        assert_true(fabs(e.length_mean - steps / EPISODES) < 1e-9);
        assert_int_equal(e.episodes, EPISODES);
        ppo_actor_destroy(actor);
        ppo_trainer_destroy(trainer);
    }
}

// The library writes no more than the caller's struct has room for, and asks for its size.
static void test_sizes(void **state)
{
    (void)state;
    const ppo_config config = training_config(&training_cases[0], 1);
    ppo_trainer *trainer = training_create(&config, toy_class(training_cases[0].toy));
    const ppo_agent *agent = ppo_trainer_agent(trainer);
    const ppo_evaluate_options options = {.struct_size = sizeof options, .episodes = 2};
    struct {
        ppo_evaluation evaluation;
        uint64_t guard;
    } e = {.evaluation = {.struct_size = sizeof e.evaluation}, .guard = 77};
    ppo_error error = {0};
    assert_int_equal(ppo_agent_evaluate(agent, &e.evaluation, &options, &error), PPO_OK);
    assert_true(e.evaluation.episodes == 2 && e.guard == 77);
    e.evaluation.struct_size = 0;
    assert_int_equal(ppo_agent_evaluate(agent, &e.evaluation, &options, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "ppo_evaluation: struct_size is 0"));
    e.evaluation.struct_size = sizeof e.evaluation;
    const ppo_evaluate_options no_size = {.episodes = 2};
    assert_int_equal(ppo_agent_evaluate(agent, &e.evaluation, &no_size, &error), PPO_INVALID);
    ppo_trainer_destroy(trainer);
}

// Episodes without an end; or an environment that breaks down in the second step of each.
typedef struct endless {
    uint32_t steps;
} endless;

static ppo_status endless_reset(void *self, const uint64_t *seed, void *observation,
                                ppo_error *error)
{
    endless *e = self;
    (void)seed, (void)error;
    e->steps = 0;
    *(float *)observation = 0.0f;
    return PPO_OK;
}

static bool is_fragile;

static ppo_status endless_step(void *self, const void *action, void *observation,
                               ppo_transition *transition, ppo_error *error)
{
    endless *e = self;
    (void)action, (void)error;
    transition->reward = 0.5;
    *(float *)observation = 0.0f;
    transition->lost = is_fragile && ++e->steps == 2;
    return PPO_OK;
}

static const uint32_t two = 2;
static const ppo_env_class endless_class = {.struct_size = sizeof(ppo_env_class),
                                            .abi_version = PPO_ENV_ABI_VERSION,
                                            .id = "Endless-v0",
                                            .observation_space = PPO_SPACE_FLOATS(1, NULL, NULL),
                                            .action_space = PPO_SPACE_CHOICE(&two),
                                            .instance_size = sizeof(endless),
                                            .reset = endless_reset,
                                            .step = endless_step};

static ppo_trainer *train_nothing(void)
{
    const ppo_config config = training_config(&training_cases[0], 1);
    return training_create(&config, &endless_class);
}

// Episodes without an end are cut off, and count as they are.
static void test_max_steps(void **state)
{
    (void)state;
    ppo_trainer *trainer = train_nothing();
    ppo_evaluate_options options = {.struct_size = sizeof options, .episodes = 3, .max_steps = 40};
    ppo_evaluation e = {.struct_size = sizeof e};
    ppo_error error = {0};
    const ppo_agent *agent = ppo_trainer_agent(trainer);
    assert_int_equal(ppo_agent_evaluate(agent, &e, &options, &error), PPO_OK);
    assert_true(e.episodes == 3 && e.episodes_cut == 3 && e.episodes_lost == 0);
    assert_true(e.return_mean == 20.0 && e.length_mean == 40.0);
    options.max_steps = 0; // the config's: 108000
    options.episodes = 1;
    assert_int_equal(ppo_agent_evaluate(agent, &e, &options, &error), PPO_OK);
    assert_true(e.length_mean == 108000.0);
    ppo_trainer_destroy(trainer);
}

static bool count_down(void *context)
{
    int *left = context;
    return --*left == 0;
}

static void test_interrupt(void **state)
{
    (void)state;
    ppo_trainer *trainer = train_nothing();
    int left = 10;
    ppo_evaluation e = {.struct_size = sizeof e, .episodes = 7};
    ppo_error error = {0};
    ppo_trainer_set_interrupt(trainer, count_down, &left);
    assert_int_equal(ppo_trainer_evaluate(trainer, &e, &error), PPO_STOPPED);
    assert_true(left == 0 && e.episodes == 7);
    ppo_trainer_set_interrupt(trainer, NULL, NULL);
    assert_int_equal(ppo_trainer_step(trainer, NULL, &error), PPO_OK);
    ppo_trainer_destroy(trainer);
}

// Lost episodes are no evaluation.
static void test_lost_episodes(void **state)
{
    (void)state;
    ppo_trainer *trainer = train_nothing();
    const ppo_agent *agent = ppo_trainer_agent(trainer);
    double returns[4];
    uint32_t lengths[4];
    const ppo_evaluate_options options = {.struct_size = sizeof options,
                                          .episodes = 4,
                                          .seed = 6,
                                          .returns = returns,
                                          .lengths = lengths};
    ppo_evaluation e = {.struct_size = sizeof e};
    ppo_error error = {0};
    is_fragile = true;
    assert_int_equal(ppo_agent_evaluate(agent, &e, &options, &error), PPO_ENV_FAILED);
    assert_non_null(strstr(error.message, "broke down in all 4 episodes of the evaluation"));
    is_fragile = false;
    ppo_trainer_destroy(trainer);
}

// Training that loses every episode says so; it is no success.
static void test_all_lost_in_training(void **state)
{
    (void)state;
    ppo_trainer *trainer = train_nothing();
    ppo_error error = {0};
    ppo_status status = PPO_OK;
    is_fragile = true;
    for (int i = 0; i < 10 && status == PPO_OK; i++)
        status = ppo_trainer_step(trainer, NULL, &error);
    is_fragile = false;
    assert_int_equal(status, PPO_ENV_FAILED);
    assert_non_null(strstr(error.message, "none has come to its end"));
    ppo_trainer_destroy(trainer);
}

static void test_no_episodes(void **state)
{
    (void)state;
    const ppo_config config = training_config(&training_cases[0], 1);
    ppo_trainer *trainer = training_create(&config, toy_class(training_cases[0].toy));
    ppo_evaluation e = {.struct_size = sizeof e};
    ppo_error error = {0};
    assert_int_equal(
        ppo_agent_evaluate(ppo_trainer_agent(trainer), &e,
                           &(ppo_evaluate_options){.struct_size = sizeof(ppo_evaluate_options),
                                                   .episodes = 0,
                                                   .seed = 1,
                                                   .deterministic = true},
                           &error),
        PPO_INVALID);
    ppo_trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluation),    cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_max_steps),     cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_lost_episodes), cmocka_unit_test(test_all_lost_in_training),
        cmocka_unit_test(test_no_episodes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
