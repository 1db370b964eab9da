// SPDX-License-Identifier: MIT
// Classes that step many instances at once give what they give one at a time: the same bits with
// every feature, over any ranges, in threads and processes, and when environments break down.
#include "unit/env/support/fixture.h"
#include "unit/env/support/env_fixture.h"

#include "core/rng.h"
#include "env/classic/classic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// How step_many has been called in this process.
static struct {
    size_t calls, most;
} seen;

static ppo_status each(const ppo_env_class *env, void *const *selves, size_t count,
                       const void *actions, void *observations, ppo_transition *transitions,
                       ppo_error *error)
{
    const unsigned char *action = actions;
    unsigned char *obs = observations;
    seen.calls++;
    seen.most = count > seen.most ? count : seen.most;
    for (size_t i = 0; i < count; i++) {
        assert_true(transitions[i].reward == 0.0 && !transitions[i].terminated);
        const ppo_status status =
            env->step(selves[i], action + i * ppo_space_bytes(&env->action_space),
                      obs + i * ppo_space_bytes(&env->observation_space), &transitions[i], error);
        if (status != PPO_OK)
            return status;
    }
    return PPO_OK;
}

#define MANY(name, env)                                                                       \
    static ppo_status name(void *const *selves, size_t count, const void *actions,            \
                           void *observations, ppo_transition *transitions, ppo_error *error) \
    {                                                                                         \
        return each(&(env), selves, count, actions, observations, transitions, error);        \
    }

MANY(script_many, script_class)
MANY(pendulum_many, ppo_pendulum_v1)

static ppo_env_class the_fragile_class;
MANY(fragile_many, the_fragile_class)

static ppo_env_class with_many(const ppo_env_class *env,
                               ppo_status (*many)(void *const *, size_t, const void *, void *,
                                                  ppo_transition *, ppo_error *))
{
    ppo_env_class both = *env;
    both.step_many = many;
    seen.calls = seen.most = 0;
    return both;
}

// --- the same bits ----------------------------------------------------------------------------

static const int32_t quiet_scripts[] = {DO_NOTHING,  DO_NOTHING,   DO_TERMINATE,
                                        DO_TRUNCATE, DO_LOSE_LIFE, DO_BREAK_DOWN};

static void draw_actions(ppo_env_fixture *f, const ppo_env_class *env, uint64_t step)
{
    for (uint32_t n = 0; n < f->num_envs; n++) {
        const uint32_t word = ppo_rng_draw(2, PPO_RNG_BENCH, n, step).word[0];
        const float torque = ppo_rng_uniform(word) * 6.0f - 3.0f;
        const int32_t script = quiet_scripts[word % (sizeof quiet_scripts / sizeof *quiet_scripts)];
        if (env->action_space.kind == PPO_SPACE_BOX)
            memcpy(f->action + n * f->action_bytes, &torque, sizeof torque);
        else
            memcpy(f->action + n * f->action_bytes, &script, sizeof script);
    }
}

// Steps rows [0, cut), then the rest.
static void step_in_two(ppo_env_fixture *f, size_t cut, uint64_t step)
{
    const size_t ranges[2][2] = {{0, cut}, {cut, f->num_envs - cut}};
    for (size_t r = 0; r < 2; r++)
        if (ranges[r][1] > 0 && ppo_vecenv_step(f->vecenv, &f->rows, f->action, ranges[r][0],
                                                ranges[r][1], step, &f->error) != PPO_OK)
            fail_msg("%s", f->error.message);
}

static void assert_same(const ppo_env_fixture *a, const ppo_env_fixture *b)
{
    const size_t n = a->num_envs;
    assert_memory_equal(a->rows.obs, b->rows.obs, n * a->obs_bytes);
    assert_memory_equal(a->rows.final_obs, b->rows.final_obs, n * a->obs_bytes);
    assert_memory_equal(a->rows.reward, b->rows.reward, n * sizeof *a->rows.reward);
    assert_memory_equal(a->rows.terminated, b->rows.terminated, n);
    assert_memory_equal(a->rows.truncated, b->rows.truncated, n);
    assert_memory_equal(a->rows.lost, b->rows.lost, n);
    assert_memory_equal(a->rows.episode_return, b->rows.episode_return,
                        n * sizeof *a->rows.episode_return);
    assert_memory_equal(a->rows.episode_length, b->rows.episode_length,
                        n * sizeof *a->rows.episode_length);
}

static void compare(const ppo_env_class *one, const ppo_env_class *many, uint32_t num_processes)
{
    ppo_vecenv_options options = {.num_envs = 7,
                                  .max_episode_steps = 9,
                                  .frame_skip = 1,
                                  .sticky_action_prob = 0.3,
                                  .clip_action = true,
                                  .seed = 8};
    ppo_env_fixture a, b;
    env_fixture_start(&a, one, &options);
    options.num_processes = num_processes;
    env_fixture_start(&b, many, &options);
    for (uint64_t step = 0; step < 120; step++) {
        draw_actions(&a, one, step);
        memcpy(b.action, a.action, a.num_envs * a.action_bytes);
        step_in_two(&a, a.num_envs, step);
        step_in_two(&b, step % 8, step);
        assert_same(&a, &b);
    }
    env_fixture_release(&a);
    env_fixture_release(&b);
}

static void test_same_bits(void **state)
{
    (void)state;
    ppo_env_class many = with_many(&script_class, script_many);
    compare(&script_class, &many, 0);
    assert_true(seen.calls > 100 && seen.most == 7);
    many = with_many(&ppo_pendulum_v1, pendulum_many);
    compare(&ppo_pendulum_v1, &many, 0);
    assert_true(seen.calls > 100 && seen.most == 7);
}

static void test_same_bits_in_processes(void **state)
{
    (void)state;
    const ppo_env_class scripts = with_many(&script_class, script_many);
    const ppo_env_class pendulums = with_many(&ppo_pendulum_v1, pendulum_many);
    compare(&script_class, &scripts, 2);
    compare(&ppo_pendulum_v1, &pendulums, 3);
    assert_int_equal(seen.calls, 0); // in this process
}

// --- what is not stepped together -------------------------------------------------------------

static void test_repeated_actions_are_stepped_one_by_one(void **state)
{
    (void)state;
    const ppo_env_class many = with_many(&script_class, script_many);
    ppo_fixture b;
    fixture_start(&b, &many, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 2});
    fixture_step_scripts(&b, DO_NOTHING, DO_TERMINATE, 0);
    assert_int_equal(seen.calls, 0);
    assert_true(b.reward[0] == 3.0 && b.reward[1] == 1.0);
    fixture_release(&b);
}

static void test_shorter_tables_have_none(void **state)
{
    (void)state;
    ppo_env_class old = with_many(&script_class, script_many);
    old.struct_size = offsetof(ppo_env_class, step_many);
    ppo_fixture b;
    fixture_start(&b, &old, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1});
    fixture_step_scripts(&b, DO_NOTHING, DO_NOTHING, 0);
    assert_int_equal(seen.calls, 0);
    fixture_release(&b);
}

static void test_failure_names_the_range(void **state)
{
    (void)state;
    const ppo_env_class many = with_many(&script_class, script_many);
    const int32_t actions[3] = {DO_NOTHING, DO_FAIL, DO_NOTHING};
    ppo_fixture b;
    fixture_start(&b, &many, &(ppo_vecenv_options){.num_envs = 3, .frame_skip = 1});
    assert_int_equal(ppo_vecenv_step(b.vecenv, &b.rows, actions, 0, 3, 0, &b.error),
                     PPO_ENV_FAILED);
    assert_string_equal(b.error.message,
                        "Script-v0, environments 0 to 2, step_many: the script says so");
    fixture_release(&b);
}

// --- deaths -----------------------------------------------------------------------------------

// One worker, four environments: the death of one loses the step of all.
static void test_death_of_a_worker(void **state)
{
    (void)state;
    ppo_fragile_fate *fate = fragile_fate_create();
    the_fragile_class = fragile_class(fate);
    const ppo_env_class many = with_many(&the_fragile_class, fragile_many);
    ppo_env_fixture f;
    env_fixture_start(&f, &many,
                      &(ppo_vecenv_options){.num_envs = 4, .frame_skip = 1, .num_processes = 1});
    int32_t *const action = (int32_t *)(void *)f.action;
    assert_int_equal(env_fixture_step(&f, 0), PPO_OK);
    action[2] = CRASH;
    assert_int_equal(env_fixture_step(&f, 1), PPO_OK);
    for (size_t n = 0; n < 4; n++)
        assert_true(f.rows.lost[n] && f.rows.truncated[n] && f.rows.reward[n] == 0.0);
    action[2] = KEEP_GOING;
    assert_int_equal(env_fixture_step(&f, 2), PPO_OK);
    for (size_t n = 0; n < 4; n++)
        assert_true(!f.rows.lost[n] && f.rows.reward[n] == 1.0);
    assert_int_equal(ppo_vecenv_workers_lost(f.vecenv, NULL), 1);
    env_fixture_release(&f);
    fragile_fate_destroy(fate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_same_bits_in_processes),
        cmocka_unit_test(test_repeated_actions_are_stepped_one_by_one),
        cmocka_unit_test(test_shorter_tables_have_none),
        cmocka_unit_test(test_failure_names_the_range),
        cmocka_unit_test(test_death_of_a_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
