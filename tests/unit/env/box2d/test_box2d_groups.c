// SPDX-License-Identifier: MIT
// What must hold for landers and walkers in any number: the same bits however they are stepped,
// from any saved moment, and numbers whatever the actions are.
//
// PPO_BOX2D_EPISODES: how many random episodes of each class (default 60). Moments that are saved
// are ten times, steps with absurd actions a thousand times as many; so 1000 is the whole test,
// with 10,000 moments and 1,000,000 steps a class, and takes some minutes.
#include "env/box2d/box2d.h"
#include "unit/env/support/env_fixture.h"

#include "core/rng.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    NUM_CLASSES = 3,
    EPISODES_EACH = 4, // of an instance, in the same world; later ones by its own random stream
    MAX_INSTANCES = 1000,
    MAX_OBS = PPO_WALKER_OBS,
    MAX_ACTIONS = 4,
    MAX_GROUP = 40,
};

static const ppo_env_class *const classes[NUM_CLASSES] = {
    &ppo_lunar_lander_v3, &ppo_bipedal_walker_v3, &ppo_bipedal_walker_hardcore_v3};

static unsigned num_episodes(void)
{
    const char *text = getenv("PPO_BOX2D_EPISODES");
    const int given = text ? atoi(text) : 12;
    assert_in_range(given, EPISODES_EACH, EPISODES_EACH * MAX_INSTANCES);
    return (unsigned)given;
}

typedef union any_action {
    int32_t choice;
    float value[MAX_ACTIONS];
} any_action;

static any_action draw_action(const ppo_env_class *env, uint32_t instance, uint64_t step)
{
    const ppo_rng_block block = ppo_rng_draw(5, PPO_RNG_BENCH, instance, step);
    any_action action;
    memset(&action, 0, sizeof action);
    if (env->action_space.kind == PPO_SPACE_DISCRETE)
        action.choice = (int32_t)(block.word[0] % 4);
    else
        for (int i = 0; i < MAX_ACTIONS; i++)
            action.value[i] = ppo_rng_uniform(block.word[i]) * 2.0f - 1.0f;
    return action;
}

static uint64_t hashed(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * 0x100000001B3u;
    return hash;
}

// --- an instance's episodes ---------------------------------------------------------------------

typedef struct life {
    void *self;
    uint64_t steps, hash;
    uint32_t number, episodes, episode_steps;
} life;

static void *make_instance(const ppo_env_class *env, uint64_t seed, float *obs)
{
    void *self = calloc(1, env->instance_size);
    if (!self || env->init(self, env->context, NULL) != PPO_OK ||
        env->reset(self, &seed, obs, NULL) != PPO_OK)
        abort(); // threads can't use cmocka
    return self;
}

static life begin_life(const ppo_env_class *env, uint32_t number)
{
    float obs[MAX_OBS];
    life one = {.self = make_instance(env, number, obs), .number = number};
    one.hash = hashed(0xCBF29CE484222325u, obs, ppo_space_bytes(&env->observation_space));
    return one;
}

// Steps several at once and adds what comes of it to their hashes.
static void step_lives(const ppo_env_class *env, life *const *lives, size_t count)
{
    void *self[MAX_GROUP];
    unsigned char action[MAX_GROUP * sizeof(any_action)];
    float obs[MAX_GROUP * MAX_OBS];
    ppo_transition transition[MAX_GROUP];
    const size_t obs_bytes = ppo_space_bytes(&env->observation_space);
    const size_t action_bytes = ppo_space_bytes(&env->action_space);
    memset(transition, 0, sizeof transition);
    for (size_t i = 0; i < count; i++) {
        const any_action drawn = draw_action(env, lives[i]->number, lives[i]->steps++);
        memcpy(action + i * action_bytes, &drawn, action_bytes);
        self[i] = lives[i]->self;
    }
    const ppo_status status = count == 1
                                  ? env->step(self[0], action, obs, transition, NULL)
                                  : env->step_many(self, count, action, obs, transition, NULL);
    if (status != PPO_OK)
        abort();
    for (size_t i = 0; i < count; i++) {
        life *one = lives[i];
        const ppo_transition *t = &transition[i];
        float *own = obs + i * obs_bytes / sizeof *obs;
        const uint8_t flags[2] = {t->terminated,
                                  !t->terminated && ++one->episode_steps == env->max_episode_steps};
        one->hash = hashed(one->hash, &t->reward, sizeof t->reward);
        one->hash = hashed(one->hash, flags, sizeof flags);
        one->hash = hashed(one->hash, own, obs_bytes);
        if (!flags[0] && !flags[1])
            continue;
        one->episode_steps = 0;
        one->episodes++;
        if (env->reset(one->self, NULL, own, NULL) != PPO_OK)
            abort();
        one->hash = hashed(one->hash, own, obs_bytes);
    }
}

// Instances first, first + stride, ... below `count`, in groups of up to `together`: in order, or
// in groups of random sizes and members.
typedef struct plan {
    const ppo_env_class *env;
    uint64_t *hash; // [count]
    unsigned first, stride, count, together;
    bool is_shuffled;
} plan;

static void *live(void *argument)
{
    const plan *p = argument;
    life *all = calloc(p->count, sizeof *all);
    life **alive = calloc(p->count, sizeof(void *));
    if (!all || !alive)
        abort();
    size_t num_alive = 0;
    for (unsigned n = p->first; n < p->count; n += p->stride) {
        all[n] = begin_life(p->env, n);
        alive[num_alive++] = &all[n];
    }
    for (uint64_t round = 0; num_alive > 0; round++) {
        size_t group = p->together < num_alive ? p->together : num_alive;
        if (group == 0)
            abort();
        if (p->is_shuffled) {
            group = 1 + ppo_rng_draw(6, PPO_RNG_BENCH, 0, round).word[0] % group;
            for (size_t i = 0; i < group; i++) {
                const uint32_t word = ppo_rng_draw(7, PPO_RNG_BENCH, (uint32_t)i, round).word[0];
                const size_t other = i + word % (num_alive - i);
                life *const swapped = alive[i];
                alive[i] = alive[other];
                alive[other] = swapped;
            }
        }
        step_lives(p->env, alive, group);
        for (size_t i = group; i-- > 0;)
            if (alive[i]->episodes == EPISODES_EACH) {
                p->hash[alive[i]->number] = alive[i]->hash;
                free(alive[i]->self);
                alive[i] = alive[--num_alive];
            }
    }
    free(alive);
    free(all);
    return NULL;
}

static uint64_t live_in_threads(const ppo_env_class *env, unsigned instances, unsigned threads,
                                unsigned together, bool is_shuffled)
{
    static uint64_t hash[MAX_INSTANCES];
    pthread_t thread[4];
    plan plans[4];
    for (unsigned t = 0; t < threads; t++) {
        plans[t] = (plan){env, hash, t, threads, instances, together, is_shuffled};
        assert_int_equal(pthread_create(&thread[t], NULL, live, &plans[t]), 0);
    }
    for (unsigned t = 0; t < threads; t++)
        assert_int_equal(pthread_join(thread[t], NULL), 0);
    return hashed(0, hash, instances * sizeof *hash);
}

// The same by a vectoriser whose environments run in worker processes, 40 at a time.
static uint64_t live_in_processes(const ppo_env_class *env, unsigned instances, unsigned processes)
{
    static uint64_t hash[MAX_INSTANCES];
    for (unsigned first = 0; first < instances; first += MAX_GROUP) {
        const unsigned here = instances - first < MAX_GROUP ? instances - first : MAX_GROUP;
        const ppo_vecenv_options options = {.num_envs = here,
                                            .frame_skip = 1,
                                            .seed = first,
                                            .num_processes = processes < here ? processes : here};
        ppo_env_fixture f;
        life lives[MAX_GROUP] = {{.self = NULL}};
        env_fixture_start(&f, env, &options);
        unsigned num_alive = here;
        for (unsigned i = 0; i < here; i++)
            lives[i].hash = hashed(0xCBF29CE484222325u, f.rows.obs + i * f.obs_bytes, f.obs_bytes);
        for (uint64_t step = 0; num_alive > 0; step++) {
            for (unsigned i = 0; i < here; i++) {
                const any_action drawn = draw_action(env, first + i, step);
                memcpy(f.action + i * f.action_bytes, &drawn, f.action_bytes);
            }
            if (env_fixture_step(&f, step) != PPO_OK)
                fail_msg("%s", f.error.message);
            for (unsigned i = 0; i < here; i++) {
                life *one = &lives[i];
                const uint8_t flags[2] = {f.rows.terminated[i], f.rows.truncated[i]};
                const bool ended = flags[0] || flags[1];
                if (one->episodes == EPISODES_EACH)
                    continue;
                one->hash = hashed(one->hash, &f.rows.reward[i], sizeof f.rows.reward[i]);
                one->hash = hashed(one->hash, flags, sizeof flags);
                if (ended)
                    one->hash = hashed(one->hash, f.rows.final_obs + i * f.obs_bytes, f.obs_bytes);
                one->hash = hashed(one->hash, f.rows.obs + i * f.obs_bytes, f.obs_bytes);
                if (ended && ++one->episodes == EPISODES_EACH)
                    num_alive--;
            }
        }
        for (unsigned i = 0; i < here; i++)
            hash[first + i] = lives[i].hash;
        env_fixture_release(&f);
    }
    return hashed(0, hash, instances * sizeof *hash);
}

static void test_one_hash(void **state)
{
    (void)state;
    const unsigned instances = num_episodes() / EPISODES_EACH;
    for (int k = 0; k < NUM_CLASSES; k++) {
        const ppo_env_class *env = classes[k];
        const uint64_t wanted = live_in_threads(env, instances, 1, 1, false);
        print_message("%-26s %u episodes: %016llx\n", env->id, instances * EPISODES_EACH,
                      (unsigned long long)wanted);
        if (live_in_threads(env, instances, 1, 16, false) != wanted)
            fail_msg("%s: 16 at a time", env->id);
        for (unsigned n = 1; n <= 4; n++) {
            if (live_in_threads(env, instances, n, MAX_GROUP, true) != wanted)
                fail_msg("%s: shuffled groups, %u threads", env->id, n);
            if (live_in_processes(env, instances, n) != wanted)
                fail_msg("%s: %u processes", env->id, n);
        }
    }
}

// --- saved moments ------------------------------------------------------------------------------

static void one_step(const ppo_env_class *env, void *self, const void *action, float *obs,
                     ppo_transition *t)
{
    ppo_error error = {.status = PPO_OK};
    *t = (ppo_transition){.reward = 0.0};
    memset(obs, 0, MAX_OBS * sizeof *obs);
    if (env->step(self, action, obs, t, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

// One instance plays on; at random moments another one, which has a past of its own, is given its
// state and goes the next 1 to 32 steps beside it, resets included.
static void test_saved_moments(void **state)
{
    (void)state;
    const unsigned moments = 10 * num_episodes();
    for (int k = 0; k < NUM_CLASSES; k++) {
        const ppo_env_class *env = classes[k];
        float obs[2][MAX_OBS];
        void *self[2] = {make_instance(env, 1, obs[0]), make_instance(env, 2, obs[1])};
        unsigned char *saved[2] = {malloc(env->state_size), malloc(env->state_size)};
        assert_true(saved[0] && saved[1]);
        uint64_t step = 0;
        for (unsigned m = 0; m < moments; m++) {
            ppo_error error = {.status = PPO_OK};
            const ppo_rng_block block = ppo_rng_draw(8, PPO_RNG_BENCH, 0, m);
            const unsigned alone = block.word[0] % 32, both = 1 + block.word[1] % 32;
            for (unsigned i = 0; i < alone + both; i++, step++) {
                ppo_transition t[2] = {{.reward = 0.0}, {.reward = 0.0}};
                if (i == alone) {
                    env->save_state(self[0], saved[0]);
                    if (env->load_state(self[1], saved[0], &error) != PPO_OK)
                        fail_msg("moment %u: %s", m, error.message);
                }
                const any_action action = draw_action(env, 9, step);
                for (int a = 0; a < (i < alone ? 1 : 2); a++) {
                    one_step(env, self[a], &action, obs[a], &t[a]);
                    if (t[a].terminated)
                        assert_int_equal(env->reset(self[a], NULL, obs[a], NULL), PPO_OK);
                }
                if (i >= alone &&
                    (hashed(0, obs[0], sizeof obs[0]) != hashed(0, obs[1], sizeof obs[1]) ||
                     hashed(0, &t[0].reward, sizeof t[0].reward) !=
                         hashed(0, &t[1].reward, sizeof t[1].reward) ||
                     t[0].terminated != t[1].terminated))
                    fail_msg("%s: moment %u, %u steps later", env->id, m, i - alone + 1);
            }
            env->save_state(self[0], saved[0]);
            env->save_state(self[1], saved[1]);
            assert_memory_equal(saved[0], saved[1], env->state_size);
            if (m % 100 == 99) { // a walker that stands would stand forever
                assert_int_equal(env->reset(self[0], NULL, obs[0], NULL), PPO_OK);
            }
        }
        for (int a = 0; a < 2; a++) {
            free(saved[a]);
            free(self[a]);
        }
    }
}

// --- absurd actions -----------------------------------------------------------------------------

static bool are_finite(const float *obs, const ppo_env_class *env, double reward)
{
    bool all = isfinite(reward);
    for (size_t i = 0; i < ppo_space_bytes(&env->observation_space) / sizeof *obs; i++)
        all = all && isfinite(obs[i]);
    return all;
}

static void check_refused(const ppo_env_class *env, void *self, const void *action,
                          ppo_status wanted, const char *words)
{
    ppo_error error = {.status = PPO_OK};
    ppo_transition t = {.reward = 0.0};
    float obs[MAX_OBS];
    unsigned char *before = malloc(env->state_size), *after = malloc(env->state_size);
    assert_true(before && after);
    env->save_state(self, before);
    assert_int_equal(env->step(self, action, obs, &t, &error), wanted);
    assert_non_null(strstr(error.message, words));
    env->save_state(self, after);
    assert_memory_equal(before, after, env->state_size);
    free(before);
    free(after);
}

static void test_absurd_actions(void **state)
{
    (void)state;
    static const float absurd[] = {0.0f,     -0.0f,     1.0f,   -1.0f,   FLT_MAX,     -FLT_MAX,
                                   1e30f,    -1e30f,    1e-30f, -1e-30f, FLT_MIN,     FLT_TRUE_MIN,
                                   INFINITY, -INFINITY, 0.5f,   -0.5f,   16777216.0f, -1e9f};
    static const ppo_env_class *const kinds[] = {
        &ppo_lunar_lander_continuous_v3, &ppo_bipedal_walker_v3, &ppo_bipedal_walker_hardcore_v3};
    const unsigned steps = 1000 * num_episodes();
    for (int k = 0; k < 3; k++) {
        const ppo_env_class *env = kinds[k];
        float obs[MAX_OBS], value[MAX_ACTIONS];
        void *self = make_instance(env, 3, obs);
        unsigned length = 0;
        for (unsigned step = 0; step < steps; step++) {
            // Now for one step, now for many: held for long they drive bodies as far as they go.
            const uint64_t held = step / 64 % 4 == 0 ? step : step / 64;
            const ppo_rng_block block = ppo_rng_draw(10, PPO_RNG_BENCH, (uint32_t)k, held);
            for (int i = 0; i < MAX_ACTIONS; i++)
                value[i] = absurd[block.word[i] % (sizeof absurd / sizeof *absurd)];
            ppo_transition t;
            one_step(env, self, value, obs, &t);
            if (!are_finite(obs, env, t.reward))
                fail_msg("%s: not finite in step %u", env->id, step);
            if (t.terminated || ++length == env->max_episode_steps) {
                assert_int_equal(env->reset(self, NULL, obs, NULL), PPO_OK);
                length = 0;
            }
        }
        for (int i = 0; i < (k == 0 ? 2 : 4); i++) {
            char words[64];
            snprintf(words, sizeof words, "action element %d is not a number", i);
            memset(value, 0, sizeof value);
            value[i] = (float)NAN;
            check_refused(env, self, value, PPO_NUMERIC, words);
        }
        free(self);
    }
}

static void test_absurd_choices(void **state)
{
    (void)state;
    static const int32_t absurd[] = {-1, 4, INT32_MIN, INT32_MAX};
    float obs[MAX_OBS];
    void *self = make_instance(&ppo_lunar_lander_v3, 3, obs);
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++)
        check_refused(&ppo_lunar_lander_v3, self, &absurd[i], PPO_INVALID, "not in [0, 4)");
    free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_hash),
        cmocka_unit_test(test_saved_moments),
        cmocka_unit_test(test_absurd_actions),
        cmocka_unit_test(test_absurd_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
