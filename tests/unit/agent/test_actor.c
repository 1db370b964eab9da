// SPDX-License-Identifier: MIT
// Acting: a copy of a trainer's agent acts as that agent does; actions are within bounds and
// functions of their keys; one agent serves several threads.
#include "unit/rl/support/training.h"

#include "ppo/random.h"
#include "agent/agent.h"
#include "rl/trainer_state.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NUM_OBS 150 // more than two chunks

static size_t tensor_bytes(const ppo_tensor *tensor)
{
    size_t bytes = ppo_dtype_size(tensor->dtype);
    for (uint32_t i = 0; i < tensor->rank; i++)
        bytes *= tensor->shape[i];
    return bytes;
}

static bool find(ppo_trainer *trainer, const char *name, ppo_tensor *tensor)
{
    for (size_t i = 0; ppo_trainer_tensor(trainer, i, tensor); i++)
        if (strcmp(tensor->name, name) == 0)
            return true;
    return false;
}

// An agent of its own with the trainer's values: every tensor that it has, the trainer has too.
static ppo_agent *copy_agent(ppo_trainer *trainer)
{
    ppo_agent *agent = NULL;
    ppo_error error = {0};
    ppo_tensor to, from;
    if (ppo_agent_create(&agent, ppo_trainer_config(trainer), ppo_trainer_env(trainer), &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; ppo_agent_tensor(agent, i, &to); i++) {
        assert_true(find(trainer, to.name, &from));
        assert_int_equal(tensor_bytes(&to), tensor_bytes(&from));
        memcpy(to.data, from.data, tensor_bytes(&to));
    }
    ppo_agent_thaw(agent);
    return agent;
}

// Bytes of what the agent is given at a time: a stack of observations.
static size_t stack_bytes(const ppo_agent *agent)
{
    return ppo_agent_config(agent)->frame_stack *
           ppo_space_bytes(&ppo_agent_env(agent)->observation_space);
}

// Random values of a leaf.
static void fill_leaf(const ppo_space *leaf, unsigned char *to, ppo_random *random)
{
    for (size_t i = 0; i < ppo_space_size(leaf); i++) {
        const float real = (float)ppo_random_uniform(random, -2.0, 2.0);
        const int32_t integer =
            leaf->dtype == PPO_I32
                ? (int32_t)ppo_random_integers(random, 0, ppo_space_num_values(leaf, i))
                : 0;
        if (leaf->dtype == PPO_U8)
            to[i] = (unsigned char)ppo_random_integers(random, 0, 256);
        else
            memcpy(to + 4 * i, leaf->dtype == PPO_F32 ? (const void *)&real : &integer, 4);
    }
}

static unsigned char *some_observations(const ppo_agent *agent)
{
    const ppo_space *space = &ppo_agent_env(agent)->observation_space;
    const size_t bytes = NUM_OBS * stack_bytes(agent);
    unsigned char *obs = calloc(bytes, 1);
    ppo_random random;
    ppo_random_seed(&random, 95);
    assert_non_null(obs);
    for (size_t at = 0; at < bytes; at += ppo_space_bytes(space))
        for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
            const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
            fill_leaf(leaf.space, obs + at + leaf.offset, &random);
        }
    return obs;
}

static void check_leaf_bounds(const ppo_space *leaf, bool raw, const void *action)
{
    for (size_t a = 0; a < ppo_space_size(leaf); a++)
        if (leaf->kind == PPO_SPACE_BOX) {
            const float x = ((const float *)action)[a];
            assert_true(isfinite(x) && (raw || (x >= leaf->low[a] && x <= leaf->high[a])));
        } else {
            const int32_t x = ((const int32_t *)action)[a];
            assert_true(x >= 0 && (uint32_t)x < ppo_space_num_values(leaf, a));
        }
}

static void check_bounds(const ppo_agent *agent, const void *actions, size_t count)
{
    const ppo_space *space = &ppo_agent_env(agent)->action_space;
    const bool raw = ppo_agent_config(agent)->action_bound == PPO_ACTION_RAW;
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
            const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
            check_leaf_bounds(leaf.space, raw,
                              (const unsigned char *)actions + r * ppo_space_bytes(space) +
                                  leaf.offset);
        }
}

static ppo_actor *actor_of(const ppo_agent *agent)
{
    ppo_actor *actor;
    ppo_error error = {0};
    if (ppo_actor_create(&actor, agent, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return actor;
}

// Each row begins an episode: what the actor remembers of it has no part in this.
static void act(ppo_actor *actor, void *actions, const void *obs, size_t num_obs,
                bool deterministic, uint64_t seed, uint64_t step)
{
    uint8_t starts[NUM_OBS];
    memset(starts, 1, sizeof starts);
    const ppo_act_options options = {.struct_size = sizeof options,
                                     .deterministic = deterministic,
                                     .seed = seed,
                                     .step = step,
                                     .episode_starts = starts};
    ppo_error error = {0};
    if (ppo_actor_act(actor, actions, obs, num_obs, &options, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static void check_acting(const training_case *c)
{
    int32_t actions[NUM_OBS * 5], again[NUM_OBS * 5], one[5]; // floats are as large
    const ppo_config config = training_config(c, 2);
    ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
    training_run(trainer, 3);
    const ppo_agent *own = ppo_trainer_agent(trainer);
    ppo_agent *copy = copy_agent(trainer);
    ppo_actor *actor = actor_of(own), *copys = actor_of(copy);
    const size_t bytes = ppo_space_bytes(&toy_class(c->toy)->action_space);
    unsigned char *obs = some_observations(own);
    assert_true(ppo_agent_hash(copy) == ppo_trainer_hash(trainer));
    for (uint64_t step = 0; step < 4; step++) {
        const bool deterministic = step % 2;
        act(actor, actions, obs, NUM_OBS, deterministic, 7, step);
        act(copys, again, obs, NUM_OBS, deterministic, 7, step);
        assert_memory_equal(actions, again, NUM_OBS * bytes);
        check_bounds(own, actions, NUM_OBS);
        act(copys, again, obs, NUM_OBS, deterministic, 8, step);
        if (deterministic)
            assert_memory_equal(actions, again, NUM_OBS * bytes);
        else
            assert_memory_not_equal(actions, again, NUM_OBS * bytes);
        for (size_t i = 0; deterministic && i < NUM_OBS; i++) {
            act(copys, one, obs + i * stack_bytes(own), 1, true, 9, 9);
            assert_memory_equal(one, (unsigned char *)actions + i * bytes, bytes);
        }
    }
    assert_true(ppo_agent_hash(copy) == ppo_trainer_hash(trainer));
    free(obs);
    ppo_actor_destroy(copys);
    ppo_actor_destroy(actor);
    ppo_agent_destroy(copy);
    ppo_trainer_destroy(trainer);
}

static void test_acting(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++)
        check_acting(&training_cases[i]);
}

// --- threads -------------------------------------------------------------------------------------

typedef struct caller {
    pthread_t thread;
    const ppo_agent *agent;
    const unsigned char *obs;
    int32_t actions[NUM_OBS * 5];
} caller;

static void *act_many_times(void *context)
{
    caller *c = context;
    ppo_actor *actor = actor_of(c->agent);
    for (uint64_t step = 0; step < 20; step++)
        act(actor, c->actions, c->obs, NUM_OBS, false, 7, step);
    ppo_actor_destroy(actor);
    return NULL;
}

// One agent, an actor for each thread. (Under a thread sanitiser, shared scratch would be a race.)
static void test_threads(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    for (size_t i = 0; i < num_training_cases; i += 3) {
        static caller callers[THREADS];
        const training_case *c = &training_cases[i];
        const ppo_config config = training_config(c, 1);
        ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
        ppo_agent *agent = copy_agent(trainer);
        unsigned char *obs = some_observations(agent);
        for (size_t t = 0; t < THREADS; t++) {
            callers[t] = (caller){.agent = agent, .obs = obs};
            assert_int_equal(pthread_create(&callers[t].thread, NULL, act_many_times, &callers[t]),
                             0);
        }
        for (size_t t = 0; t < THREADS; t++)
            pthread_join(callers[t].thread, NULL);
        for (size_t t = 1; t < THREADS; t++)
            assert_memory_equal(callers[t].actions, callers[0].actions, sizeof callers[0].actions);
        free(obs);
        ppo_agent_destroy(agent);
        ppo_trainer_destroy(trainer);
    }
}

static void test_options_without_a_size(void **state)
{
    (void)state;
    const ppo_config config = training_config(&training_cases[0], 1);
    ppo_trainer *trainer = training_create(&config, toy_class(training_cases[0].toy));
    ppo_actor *actor = actor_of(ppo_trainer_agent(trainer));
    const ppo_act_options options = {.deterministic = true};
    const float obs[64] = {0.0f};
    int32_t action[4] = {0};
    ppo_error error = {0};
    assert_int_equal(ppo_actor_act(actor, action, obs, 1, &options, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "ppo_act_options: struct_size is 0"));
    assert_int_equal(ppo_actor_act(actor, action, obs, 1, NULL, &error), PPO_OK);
    ppo_actor_destroy(actor);
    ppo_actor_destroy(NULL);
    ppo_trainer_destroy(trainer);
}

// --- memory --------------------------------------------------------------------------------------

static void act_with(ppo_actor *actor, void *actions, const void *obs, size_t num_obs,
                     const uint8_t *starts, float *memory)
{
    const ppo_act_options options = {
        .struct_size = sizeof options, .seed = 3, .episode_starts = starts, .memory = memory};
    ppo_error error = {0};
    if (ppo_actor_act(actor, actions, obs, num_obs, &options, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

// What an actor keeps is what a caller would be given; rows that begin an episode have seen
// nothing, whichever way that is said; callers who don't know of memory get the actor's.
static void check_memory(const training_case *c)
{
    enum { STEPS = 5 };
    const ppo_config config = training_config(c, 1);
    ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
    training_run(trainer, 2);
    const ppo_agent *agent = ppo_trainer_agent(trainer);
    const size_t size = ppo_agent_memory_size(agent);
    const size_t lstm = config.memory == PPO_MEMORY_LSTM;
    assert_int_equal(size, config.memory_size * (1 + lstm));
    ppo_actor *keeping = actor_of(agent), *given = actor_of(agent), *old = actor_of(agent);
    unsigned char *obs = some_observations(agent);
    float *memory = calloc(NUM_OBS * size, sizeof *memory), *row = calloc(size, sizeof *row);
    assert_true(memory && row);
    int32_t kept[NUM_OBS * 5], explicit[NUM_OBS * 5], other[NUM_OBS * 5], one[5];
    const size_t bytes = ppo_space_bytes(&toy_class(c->toy)->action_space);
    uint8_t starts[NUM_OBS];
    size_t differing = 0;
    act_with(keeping, kept, obs, 3, NULL, NULL); // what it keeps grows with the rows,
    ppo_actor_forget(keeping);                   // and can be emptied
    for (size_t t = 0; t < STEPS; t++) {
        for (size_t i = 0; i < NUM_OBS; i++) {
            starts[i] = (i + t) % 4 == 0;
            if (t % 2 && starts[i]) // says the same
                memset(memory + i * size, 0, size * sizeof *memory);
        }
        act_with(keeping, kept, obs, NUM_OBS, starts, NULL);
        act_with(given, explicit, obs, NUM_OBS, t % 2 ? NULL : starts, memory);
        assert_memory_equal(kept, explicit, NUM_OBS * bytes);
        act_with(given, one, obs, 1, &starts[0], row); // row 0 alone, by its own memory
        assert_memory_equal(row, memory, size * sizeof *row);
        assert_memory_equal(one, kept, bytes);
        const ppo_act_options first = {.struct_size = offsetof(ppo_act_options, episode_starts),
                                       .seed = 3};
        assert_int_equal(ppo_actor_act(old, other, obs, NUM_OBS, &first, NULL), PPO_OK);
        differing += memcmp(other, kept, NUM_OBS * bytes) != 0;
    }
    assert_true(differing > 0 || c->toy != TOY_BOX); // real actions show that no episode began
    free(row);
    free(memory);
    free(obs);
    ppo_actor_destroy(old);
    ppo_actor_destroy(given);
    ppo_actor_destroy(keeping);
    ppo_trainer_destroy(trainer);
}

static void test_memory(void **state)
{
    (void)state;
    static const char *const names[] = {"lstm", "gru", "lstm, shared, normalised",
                                        "lstm, linear, stacks", "pictures, lstm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (training_case_named(names[i])) // else one that sanitisers are spared
            check_memory(training_case_named(names[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_acting), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_options_without_a_size), cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
