// SPDX-License-Identifier: MIT
// Environments side by side through the public interface: the same bits as the vectoriser's own,
// however they are stepped; resets, frame stacks, refusals.
#include "unit/rl/support/toy.h"

#include "check/guarded_buffer.h"
#include "core/arena.h"
#include "ppo/vec.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 5, D = 4, STEPS = 120, MOST_STACK = 3 };

// Of a step whose results are not looked at.
static const ppo_vec_rows nothing = {.struct_size = sizeof nothing};

// What a vec's user has: arrays of all that a step gives.
typedef struct play {
    ppo_vec *vec;
    ppo_vec_rows rows;
    float obs[N * MOST_STACK * D], final_obs[N * MOST_STACK * D];
    double reward[N], episode_return[N];
    uint8_t terminated[N], truncated[N], lost[N];
    uint32_t episode_length[N];
} play;

static ppo_config cartpoles(void)
{
    ppo_config config;
    ppo_config_defaults(&config);
    strcpy(config.env_id, "CartPole-v1");
    config.num_envs = N;
    config.seed = 11;
    config.max_episode_steps = 30; // both kinds of end
    config.sticky_action_prob = 0.25;
    return config;
}

static void play_open(play *p, const ppo_config *config, const ppo_env_class *env)
{
    ppo_error error = {0};
    memset(p, 0, sizeof *p);
    p->rows = (ppo_vec_rows){.struct_size = sizeof p->rows,
                             .observation = p->obs,
                             .final_observation = p->final_obs,
                             .reward = p->reward,
                             .terminated = p->terminated,
                             .truncated = p->truncated,
                             .lost = p->lost,
                             .episode_return = p->episode_return,
                             .episode_length = p->episode_length};
    if (ppo_vec_create(&p->vec, config, env, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static void play_reset(play *p, const uint64_t *seeds)
{
    assert_int_equal(ppo_vec_reset(p->vec, seeds, p->obs, NULL), PPO_OK);
}

static void play_step(play *p, size_t t)
{
    int32_t action[N];
    ppo_error error = {0};
    for (size_t n = 0; n < N; n++)
        action[n] = (int32_t)((t * 7 + n * 3 + t / 5) % 2);
    if (ppo_vec_step(p->vec, action, &p->rows, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static void assert_same(const play *a, const play *b)
{
    assert_memory_equal(a->obs, b->obs, sizeof a->obs);
    assert_memory_equal(a->final_obs, b->final_obs, sizeof a->final_obs);
    assert_memory_equal(a->reward, b->reward, sizeof a->reward);
    assert_memory_equal(a->terminated, b->terminated, sizeof a->terminated);
    assert_memory_equal(a->truncated, b->truncated, sizeof a->truncated);
    assert_memory_equal(a->lost, b->lost, sizeof a->lost);
    assert_memory_equal(a->episode_return, b->episode_return, sizeof a->episode_return);
    assert_memory_equal(a->episode_length, b->episode_length, sizeof a->episode_length);
}

// --- the same bits ------------------------------------------------------------------------------

// Two ways of stepping, from the same seed, reset in the middle.
static void assert_equal_ways(const ppo_config *first, const ppo_config *second)
{
    const uint64_t seeds[N] = {90, 7, 7, 0, UINT64_MAX};
    play a, b;
    size_t ends = 0;
    play_open(&a, first, NULL);
    play_open(&b, second, NULL);
    for (size_t part = 0; part < 3; part++) {
        play_reset(&a, part == 1 ? seeds : NULL);
        play_reset(&b, part == 1 ? seeds : NULL);
        assert_same(&a, &b);
        for (size_t t = 0; t < STEPS; t++) {
            play_step(&a, t);
            play_step(&b, t);
            assert_same(&a, &b);
            for (size_t n = 0; n < N; n++)
                ends += a.terminated[n] || a.truncated[n];
        }
    }
    assert_true(ends > 10);
    ppo_vec_destroy(a.vec);
    ppo_vec_destroy(b.vec);
}

static void test_threads(void **state)
{
    (void)state;
    const ppo_config one = cartpoles();
    ppo_config three = one;
    three.threads = 3;
    assert_equal_ways(&one, &three);
    three.sticky_action_prob = 0.0;
    three.frame_stack = 2;
    ppo_config stacked = three;
    stacked.threads = 0;
    assert_equal_ways(&stacked, &three);
}

static void test_processes(void **state)
{
    (void)state;
    ppo_config here = cartpoles(), there = here;
    there.workers = PPO_WORKERS_PROCESS;
    there.num_workers = 2;
    assert_equal_ways(&here, &there);
    here.frame_stack = there.frame_stack = 3;
    assert_equal_ways(&here, &there);
}

// One instance stepped by hand through its class.
static void test_equals_the_class(void **state)
{
    (void)state;
    ppo_config config = cartpoles();
    const ppo_env_class *env;
    play p;
    config.sticky_action_prob = 0.0;
    assert_int_equal(ppo_env_find(&env, "CartPole-v1", NULL), PPO_OK);
    play_open(&p, &config, NULL);
    assert_string_equal(ppo_vec_env(p.vec)->id, "CartPole-v1");
    assert_int_equal(ppo_vec_config(p.vec)->seed, 11);
    for (size_t n = 0; n < N; n++) {
        const uint64_t seed = 300 + n;
        const uint64_t seeds[N] = {300, 301, 302, 303, 304};
        void *game = aligned_alloc(64, (env->instance_size + 63) / 64 * 64);
        float obs[D];
        assert_non_null(game);
        memset(game, 0, env->instance_size);
        assert_true(!env->init || env->init(game, env->context, NULL) == PPO_OK);
        assert_int_equal(env->reset(game, &seed, obs, NULL), PPO_OK);
        play_reset(&p, seeds);
        assert_memory_equal(obs, p.obs + n * D, sizeof obs);
        double total = 0.0;
        for (size_t t = 0, length = 0; t < STEPS; t++) {
            ppo_transition now = {0};
            const int32_t action = (int32_t)((t * 7 + n * 3 + t / 5) % 2);
            play_step(&p, t);
            assert_int_equal(env->step(game, &action, obs, &now, NULL), PPO_OK);
            total += now.reward;
            now.truncated = ++length == 30 && !now.terminated;
            assert_true(p.reward[n] == now.reward);
            assert_int_equal(p.terminated[n], now.terminated);
            assert_int_equal(p.truncated[n], now.truncated);
            if (now.terminated || now.truncated) {
                assert_memory_equal(obs, p.final_obs + n * D, sizeof obs);
                assert_true(p.episode_return[n] == total);
                assert_int_equal(p.episode_length[n], length);
                assert_int_equal(env->reset(game, NULL, obs, NULL), PPO_OK);
                total = 0.0;
                length = 0;
            }
            assert_memory_equal(obs, p.obs + n * D, sizeof obs);
        }
        if (env->release)
            env->release(game);
        free(game);
    }
    ppo_vec_destroy(p.vec);
}

// --- resets -------------------------------------------------------------------------------------

// The seeds s, s + 1, ... are the config's seed s, sticky actions included; without seeds the
// random streams go on.
static void test_resets(void **state)
{
    (void)state;
    const ppo_config config = cartpoles();
    const uint64_t seeds[N] = {11, 12, 13, 14, 15};
    float first[N * D];
    play a, b;
    play_open(&a, &config, NULL);
    play_open(&b, &config, NULL);
    play_reset(&a, NULL);
    memcpy(first, a.obs, sizeof first);
    for (size_t t = 0; t < STEPS; t++)
        play_step(&a, t);
    play_reset(&a, NULL);
    assert_memory_not_equal(first, a.obs, sizeof first);
    play_step(&a, 0);
    play_reset(&a, seeds);
    play_reset(&b, NULL);
    assert_memory_equal(first, a.obs, sizeof first);
    memset(a.final_obs, 0, sizeof a.final_obs);
    memset(a.episode_return, 0, sizeof a.episode_return);
    memset(a.episode_length, 0, sizeof a.episode_length);
    for (size_t t = 0; t < STEPS; t++) {
        play_step(&a, t);
        play_step(&b, t);
        assert_memory_equal(a.obs, b.obs, sizeof a.obs);
        assert_memory_equal(a.final_obs, b.final_obs, sizeof a.final_obs);
        assert_memory_equal(a.reward, b.reward, sizeof a.reward);
    }
    ppo_vec_destroy(a.vec);
    ppo_vec_destroy(b.vec);
}

// --- frame stacks -------------------------------------------------------------------------------

static void test_frame_stack(void **state)
{
    (void)state;
    enum { K = MOST_STACK };
    ppo_config config = cartpoles(), plain;
    float wanted[N][K][D];
    play s, p;
    plain = config;
    config.frame_stack = K;
    play_open(&s, &config, NULL);
    play_open(&p, &plain, NULL);
    play_reset(&s, NULL);
    play_reset(&p, NULL);
    for (size_t t = 0; t < STEPS; t++) {
        for (size_t n = 0; n < N; n++) {
            const bool begins = t == 0 || p.terminated[n] || p.truncated[n];
            memmove(wanted[n][0], wanted[n][1], sizeof wanted[n] - sizeof wanted[n][0]);
            for (size_t k = begins ? 0 : K - 1; k < K; k++)
                memcpy(wanted[n][k], p.obs + n * D, sizeof wanted[n][k]);
        }
        assert_memory_equal(s.obs, wanted, sizeof wanted);
        play_step(&s, t);
        play_step(&p, t);
        for (size_t n = 0; n < N; n++) {
            if (!p.terminated[n] && !p.truncated[n])
                continue;
            const float *final = s.final_obs + n * K * D;
            assert_memory_equal(final, wanted[n][1], (K - 1) * sizeof wanted[n][0]);
            assert_memory_equal(final + (K - 1) * D, p.final_obs + n * D, sizeof wanted[n][0]);
        }
    }
    ppo_vec_destroy(s.vec);
    ppo_vec_destroy(p.vec);
}

// --- refusals -----------------------------------------------------------------------------------

static void assert_refused(const ppo_config *config, const ppo_env_class *env, ppo_status status,
                           const char *sentence)
{
    ppo_error error = {0};
    ppo_vec *vec = (ppo_vec *)&error;
    assert_int_equal(ppo_vec_create(&vec, config, env, &error), status);
    assert_null(vec);
    if (!strstr(error.message, sentence))
        fail_msg("'%s' does not say '%s'", error.message, sentence);
}

static void test_refused_configs(void **state)
{
    (void)state;
    ppo_config config = cartpoles();
    config.num_envs = 0;
    assert_refused(&config, NULL, PPO_INVALID, "num_envs is 0");
    config = cartpoles();
    config.frame_stack = 17;
    assert_refused(&config, NULL, PPO_INVALID, "frame_stack is 17");
    config = cartpoles();
    config.env_timeout = (double)NAN;
    assert_refused(&config, NULL, PPO_INVALID, "env_timeout");
    config = cartpoles();
    config.frame_skip = 0;
    assert_refused(&config, NULL, PPO_INVALID, "frame_skip");
    strcpy(config.env_id, "CartPoel-v1");
    assert_refused(&config, NULL, PPO_NOT_FOUND, "CartPole-v1");
    ppo_vec_destroy(NULL);

    // Of a config of another size no more is read: the page behind this one can't be.
    ppo_guarded_buffer small;
    ppo_vec *none;
    const size_t size = 64;
    assert_true(ppo_guarded_create(&small, size, PPO_GUARDED_FLUSH, PPO_FINDING_CRASH));
    memcpy(small.data, &size, sizeof size);
    assert_int_equal(ppo_vec_create(&none, (const ppo_config *)(void *)small.data, NULL, NULL),
                     PPO_INVALID);
    assert_null(none);
    ppo_guarded_destroy(&small);
}

static void test_refused_steps(void **state)
{
    (void)state;
    const ppo_config config = cartpoles();
    int32_t action[N] = {0};
    ppo_error error = {0};
    play p;
    play_open(&p, &config, NULL);
    assert_int_equal(ppo_vec_step(p.vec, action, &p.rows, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "reset"));
    play_reset(&p, NULL);
    const play before = p;
    for (int32_t wrong = -1; wrong <= 2; wrong += 3) {
        action[3] = wrong;
        assert_int_equal(ppo_vec_step(p.vec, action, &p.rows, &error), PPO_INVALID);
        assert_non_null(strstr(error.message, "environment 3"));
    }
    assert_same(&p, &before);
    action[3] = 0;
    assert_int_equal(ppo_vec_step(p.vec, action, &nothing, &error), PPO_OK);
    ppo_vec_destroy(p.vec);
}

// After a failure a reset is wanted, and makes all good.
static void test_failures(void **state)
{
    (void)state;
    ppo_config config = cartpoles();
    ppo_error error = {0};
    ppo_vec *vec;
    const uint64_t other_seeds[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    int32_t action[8] = {0};
    ppo_status status = PPO_OK;
    size_t t = 0;
    config.num_envs = 8;
    config.seed = TOY_SEED;
    config.sticky_action_prob = 0.0;
    config.max_episode_steps = 0;
    config.threads = 2;
    assert_int_equal(ppo_vec_create(&vec, &config, toy_class(TOY_FAILING), &error), PPO_OK);
    assert_int_equal(ppo_vec_reset(vec, NULL, NULL, &error), PPO_OK);
    for (; status == PPO_OK && t < 1000; t++)
        status = ppo_vec_step(vec, action, &nothing, &error);
    assert_true(t >= TOY_BAD_STEP && t < 1000);
    assert_non_null(strstr(error.message, "environment 5"));
    assert_int_equal(ppo_vec_step(vec, action, &nothing, &error), PPO_INVALID);
    assert_int_equal(ppo_vec_reset(vec, other_seeds, NULL, &error), PPO_OK);
    assert_int_equal(ppo_vec_step(vec, action, &nothing, &error), PPO_OK);
    ppo_vec_destroy(vec);
}

static void test_floats(void **state)
{
    (void)state;
    ppo_config config = cartpoles();
    float action[N] = {0.5f, -100.0f, 100.0f, (float)INFINITY, (float)NAN};
    ppo_error error = {0};
    play p;
    strcpy(config.env_id, "Pendulum-v1");
    play_open(&p, &config, NULL);
    play_reset(&p, NULL);
    assert_int_equal(ppo_vec_step(p.vec, action, &p.rows, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "environment 4: action element 0 is not a number"));
    action[4] = 0.0f;
    assert_int_equal(ppo_vec_step(p.vec, action, &p.rows, &error), PPO_OK);
    ppo_vec_destroy(p.vec);
}

// A game in which only what equals the number of the episode's steps, modulo 3, is allowed, and of
// the second component anything.
typedef struct turns {
    uint32_t step;
} turns;

static ppo_status turns_reset(void *self, const uint64_t *seed, void *obs, ppo_error *error)
{
    (void)error;
    ((turns *)self)->step = seed ? (uint32_t)*seed : 0;
    *(float *)obs = 0.0f;
    return PPO_OK;
}

static ppo_status turns_step(void *self, const void *action, void *obs, ppo_transition *transition,
                             ppo_error *error)
{
    (void)error, (void)action;
    transition->terminated = ++((turns *)self)->step == 5;
    *(float *)obs = (float)((turns *)self)->step;
    return PPO_OK;
}

static void turns_mask(const void *self, uint8_t *allowed)
{
    for (uint32_t i = 0; i < 3; i++)
        allowed[i] = ((const turns *)self)->step % 3 == i;
}

static const uint32_t turns_values[] = {3, 2};
static const ppo_env_class turns_class = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "Turns",
    .summary = "turns",
    .observation_space = PPO_SPACE_FLOATS(1, NULL, NULL),
    .action_space = {PPO_SPACE_MULTI_DISCRETE, PPO_I32, 1, {2}, NULL, NULL, {turns_values}},
    .instance_size = sizeof(turns),
    .reset = turns_reset,
    .step = turns_step,
    .action_mask = turns_mask,
};

static void test_masks(void **state)
{
    (void)state;
    ppo_config config = cartpoles();
    ppo_error error = {0};
    ppo_vec *vec;
    int32_t action[4];
    config.num_envs = 2;
    config.seed = 0; // the second environment begins at step 1
    config.sticky_action_prob = 0.0;
    config.max_episode_steps = 0;
    assert_int_equal(ppo_vec_create(&vec, &config, &turns_class, &error), PPO_OK);
    assert_int_equal(ppo_vec_reset(vec, NULL, NULL, &error), PPO_OK);
    const uint8_t *mask = ppo_vec_action_mask(vec);
    for (uint32_t t = 0, steps[2] = {0, 1}; t < 12; t++) {
        for (uint32_t n = 0; n < 2; n++) {
            for (uint32_t i = 0; i < 3; i++)
                assert_int_equal(mask[n * 5 + i], steps[n] % 3 == i);
            assert_true(mask[n * 5 + 3] == 1 && mask[n * 5 + 4] == 1);
            action[n * 2] = (int32_t)(steps[n] % 3);
            action[n * 2 + 1] = (int32_t)(t % 2);
            steps[n] = steps[n] == 4 ? 0 : steps[n] + 1;
        }
        action[2] = (action[2] + 1) % 3;
        assert_int_equal(ppo_vec_step(vec, action, &nothing, &error), PPO_INVALID);
        assert_non_null(strstr(error.message, "environment 1: action element 0"));
        assert_non_null(strstr(error.message, "forbids"));
        action[2] = (action[2] + 2) % 3;
        assert_int_equal(ppo_vec_step(vec, action, &nothing, &error), PPO_OK);
    }
    ppo_vec_destroy(vec);
    assert_int_equal(ppo_vec_create(&vec, &config, toy_class(TOY_DISCRETE), &error), PPO_OK);
    assert_null(ppo_vec_action_mask(vec));
    ppo_vec_destroy(vec);
}

static void test_render(void **state)
{
    (void)state;
    ppo_config config = cartpoles();
    ppo_error error = {0};
    ppo_vec *vec;
    assert_int_equal(ppo_vec_create(&vec, &config, toy_class(TOY_DISCRETE), &error), PPO_OK);
    assert_int_equal(ppo_vec_render(vec, 0, NULL, &error), PPO_UNSUPPORTED);
    ppo_vec_destroy(vec);
    play p;
    play_open(&p, &config, NULL);
    const ppo_env_class *env = ppo_vec_env(p.vec);
    if (env->render) {
        unsigned char *rgb = calloc((size_t)env->render_width * env->render_height, 3);
        assert_non_null(rgb);
        assert_int_equal(ppo_vec_render(p.vec, N, rgb, &error), PPO_INVALID);
        assert_int_equal(ppo_vec_render(p.vec, N - 1, rgb, &error), PPO_OK);
        size_t painted = 0;
        for (size_t i = 0; i < (size_t)env->render_width * env->render_height * 3; i++)
            painted += rgb[i] != 0;
        assert_true(painted > 1000);
        free(rgb);
    }
    ppo_vec_destroy(p.vec);
}

// A step's pictures are those before a reset, ppo_vec_render's those after it.
static void test_pictures_of_steps(void **state)
{
    (void)state;
    ppo_config config = cartpoles();
    play p;
    config.max_episode_steps = 3;
    play_open(&p, &config, NULL);
    const ppo_env_class *env = ppo_vec_env(p.vec);
    const size_t bytes = (size_t)env->render_width * env->render_height * 3;
    if (env->render) {
        unsigned char *of_step = calloc(N, bytes), *after = calloc(1, bytes);
        const int32_t action[N] = {0};
        ppo_vec_rows rows;
        ppo_vec_rows_init(&rows);
        rows.picture = of_step;
        assert_true(of_step && after);
        assert_int_equal(ppo_vec_reset(p.vec, NULL, NULL, NULL), PPO_OK);
        for (int t = 0; t < 3; t++) {
            assert_int_equal(ppo_vec_step(p.vec, action, &rows, NULL), PPO_OK);
            for (size_t n = 0; n < N; n++) {
                assert_int_equal(ppo_vec_render(p.vec, n, after, NULL), PPO_OK);
                if (t < 2)
                    assert_memory_equal(of_step + n * bytes, after, bytes);
                else
                    assert_memory_not_equal(of_step + n * bytes, after, bytes);
            }
        }
        free(of_step);
        free(after);
    }
    ppo_vec_destroy(p.vec);
}

// What can't be drawn, or not from here, is refused before the step.
static void test_pictures_refused(void **state)
{
    (void)state;
    ppo_config config = cartpoles();
    ppo_error error = {0};
    unsigned char none = 0;
    int32_t action[N] = {0};
    ppo_vec_rows rows;
    ppo_vec *vec;
    ppo_vec_rows_init(&rows);
    rows.picture = &none;
    config.workers = PPO_WORKERS_PROCESS;
    assert_int_equal(ppo_vec_create(&vec, &config, NULL, &error), PPO_OK);
    assert_int_equal(ppo_vec_reset(vec, NULL, NULL, &error), PPO_OK);
    assert_int_equal(ppo_vec_step(vec, action, &rows, &error), PPO_UNSUPPORTED);
    ppo_vec_destroy(vec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_equals_the_class),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_frame_stack),
        cmocka_unit_test(test_refused_configs),
        cmocka_unit_test(test_refused_steps),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_pictures_of_steps),
        cmocka_unit_test(test_pictures_refused),
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_render),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
