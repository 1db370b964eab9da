// SPDX-License-Identifier: MIT
// Instances without a vectoriser: ranges, lost instances, seeds of their fresh episodes, statuses
// that a class makes up. What steps mean is in test_vecenv.c, states in test_vecenv_state.c.
#include "env/instances.h"

#include "core/rng.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ENVS = 6 };

// Counts its calls; its observation is its last seed's lower half, bit for bit.
typedef struct toy {
    uint32_t seed, num_resets, num_steps, is_inited;
} toy;

static ppo_status next_status; // of the next step

static ppo_status toy_init(void *self, const void *context, ppo_error *error)
{
    (void)context, (void)error;
    ((toy *)self)->is_inited = 1;
    return PPO_OK;
}

static void toy_release(void *self)
{
    ((toy *)self)->is_inited = 0;
}

static ppo_status toy_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    toy *t = self;
    (void)error;
    t->num_resets++;
    if (seed)
        t->seed = (uint32_t)*seed & 0x3FFFFFFF;
    memcpy(observation, &t->seed, sizeof t->seed);
    return PPO_OK;
}

static ppo_status toy_step(void *self, const void *action, void *observation,
                           ppo_transition *transition, ppo_error *error)
{
    toy *t = self;
    (void)action, (void)transition;
    t->num_steps++;
    memcpy(observation, &t->seed, sizeof t->seed);
    if (next_status != PPO_OK)
        strcpy(error->message, "so it is");
    return next_status;
}

static ppo_status toy_step_many(void *const *selves, size_t count, const void *actions,
                                void *observations, ppo_transition *transitions, ppo_error *error)
{
    for (size_t i = 0; i < count; i++)
        toy_step(selves[i], (const int32_t *)actions + i, (float *)observations + i,
                 transitions + i, error);
    return next_status;
}

static const uint32_t num_actions[1] = {2};

typedef struct fixture {
    ppo_env_class env;
    ppo_arena arena;
    ppo_instances instances;
    float obs[ENVS], final_obs[ENVS];
    double reward[ENVS], episode_return[ENVS];
    uint8_t terminated[ENVS], truncated[ENVS], lost[ENVS];
    uint32_t length[ENVS];
    int32_t action[ENVS];
    ppo_vecenv_rows rows;
} fixture;

static void fixture_open(fixture *f, bool many)
{
    memset(f, 0, sizeof *f);
    f->env = (ppo_env_class){.struct_size = sizeof f->env,
                             .abi_version = PPO_ENV_ABI_VERSION,
                             .id = "Toy-v0",
                             .observation_space = PPO_SPACE_FLOATS(1, NULL, NULL),
                             .action_space = PPO_SPACE_CHOICE(num_actions),
                             .instance_size = sizeof(toy),
                             .init = toy_init,
                             .release = toy_release,
                             .reset = toy_reset,
                             .step = toy_step,
                             .step_many = many ? toy_step_many : NULL};
    f->rows = (ppo_vecenv_rows){.obs = (unsigned char *)f->obs,
                                .final_obs = (unsigned char *)f->final_obs,
                                .reward = f->reward,
                                .terminated = f->terminated,
                                .truncated = f->truncated,
                                .lost = f->lost,
                                .episode_return = f->episode_return,
                                .episode_length = f->length};
    ppo_arena_init(&f->arena);
    const ppo_vecenv_options options = {.num_envs = ENVS, .frame_skip = 1, .seed = 77};
    assert_int_equal(ppo_instances_plan(&f->instances, &f->env, &options, &f->arena, NULL), PPO_OK);
    assert_int_equal(ppo_arena_bind(&f->arena, NULL), PPO_OK);
    assert_int_equal(ppo_instances_init(&f->instances, 0, ENVS, NULL), PPO_OK);
    for (size_t n = 0; n < ENVS; n++)
        assert_int_equal(ppo_instances_start(&f->instances, n, f->rows.obs, NULL), PPO_OK);
    next_status = PPO_OK;
}

static void fixture_close(fixture *f)
{
    ppo_instances_release(&f->instances);
    ppo_arena_release(&f->arena);
}

static const toy *toy_at(const fixture *f, size_t n)
{
    return (const toy *)(const void *)(f->instances.instance + n * f->instances.stride);
}

// A range of one process: the others are neither initialised nor released.
static void test_ranges(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, false);
    ppo_instances_release(&f.instances);
    for (size_t n = 0; n < ENVS; n++)
        assert_int_equal(toy_at(&f, n)->is_inited, 0);
    ppo_instances_clear(&f.instances, 2, 4);
    assert_int_equal(toy_at(&f, 1)->num_resets, 1);
    assert_int_equal(toy_at(&f, 2)->num_resets, 0);
    assert_int_equal(toy_at(&f, 4)->num_resets, 1);
    assert_int_equal(ppo_instances_init(&f.instances, 2, 4, NULL), PPO_OK);
    for (size_t n = 0; n < ENVS; n++)
        assert_int_equal(toy_at(&f, n)->is_inited, n == 2 || n == 3);
    fixture_close(&f);
}

static void test_at_once(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, true);
    assert_int_equal(ppo_instances_at_once(&f.instances, 1, 4), 4);
    ppo_instances_lose(&f.instances, 3);
    assert_int_equal(ppo_instances_at_once(&f.instances, 1, 4), 2);
    assert_int_equal(ppo_instances_at_once(&f.instances, 3, 2), 1);
    assert_int_equal(ppo_instances_at_once(&f.instances, 4, 2), 2);
    assert_int_equal(ppo_instances_step(&f.instances, &f.rows, f.action, 0, ENVS, 5, NULL), PPO_OK);
    for (size_t n = 0; n < ENVS; n++) {
        assert_int_equal(toy_at(&f, n)->num_steps, n != 3);
        assert_int_equal(f.lost[n], n == 3);
        assert_int_equal(f.truncated[n], n == 3);
    }
    fixture_close(&f);
    fixture_open(&f, false);
    assert_int_equal(ppo_instances_at_once(&f.instances, 1, 4), 1);
    fixture_close(&f);
}

// Fresh seeds are of a random purpose of their own, which sticky actions don't share.
static void test_fresh_seeds(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, false);
    for (uint64_t step = 3; step < 5; step++) {
        ppo_instances_lose(&f.instances, 2);
        assert_int_equal(ppo_instances_step(&f.instances, &f.rows, f.action, 0, ENVS, step, NULL),
                         PPO_OK);
        const ppo_rng_block block = ppo_rng_draw(77, PPO_RNG_RESEED, 2, step);
        assert_int_equal(toy_at(&f, 2)->seed, block.word[1] & 0x3FFFFFFF);
        assert_int_equal(toy_at(&f, 2)->num_resets, step - 1);
    }
    assert_int_equal(toy_at(&f, 1)->seed, 78); // the others keep theirs
    fixture_close(&f);
}

static void test_statuses(void **state)
{
    (void)state;
    static const struct {
        int given;
        ppo_status wanted;
    } cases[] = {{PPO_ENV_FAILED, PPO_ENV_FAILED},
                 {PPO_IO, PPO_IO},
                 {PPO_STOPPED, PPO_ENV_FAILED},
                 {256, PPO_ENV_FAILED},
                 {130, PPO_ENV_FAILED},
                 {-1, PPO_ENV_FAILED},
                 {1, PPO_ENV_FAILED}};
    for (int many = 0; many < 2; many++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            fixture f;
            ppo_error error = {.status = PPO_OK};
            fixture_open(&f, many);
            next_status = (ppo_status)cases[i].given;
            assert_int_equal(ppo_instances_step(&f.instances, &f.rows, f.action, 1, 2, 0, &error),
                             cases[i].wanted);
            assert_int_equal(error.status, cases[i].wanted);
            assert_non_null(strstr(error.message, "so it is"));
            fixture_close(&f);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_at_once),
        cmocka_unit_test(test_fresh_seeds),
        cmocka_unit_test(test_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
