// SPDX-License-Identifier: MIT
// Worker processes: the same bits as without them, errors in the same words, and what becomes of
// the run when workers die, hang or are told to go.
#include "unit/env/support/env_fixture.h"

#include "core/rng.h"
#include "env/classic/classic.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TRIES 5 // deaths in a row that end a run

static int32_t *actions(const ppo_env_fixture *f)
{
    return (int32_t *)(void *)f->action;
}

static const float *obs_at(const ppo_env_fixture *f, const unsigned char *rows, size_t n)
{
    return (const float *)(const void *)(rows + n * f->obs_bytes);
}

static void assert_step_ok(ppo_env_fixture *f, uint64_t step)
{
    if (env_fixture_step(f, step) != PPO_OK)
        fail_msg("%s", f->error.message);
}

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

// --- the same bits ----------------------------------------------------------------------------

static const ppo_vecenv_options all_features = {.num_envs = 7,
                                                .max_episode_steps = 33,
                                                .frame_skip = 2,
                                                .sticky_action_prob = 0.3,
                                                .clip_action = true,
                                                .seed = 8};

static void draw_actions(ppo_env_fixture *f, const ppo_env_class *env, uint64_t step)
{
    for (uint32_t n = 0; n < f->num_envs; n++) {
        const uint32_t word = ppo_rng_draw(2, PPO_RNG_BENCH, n, step).word[0];
        const float real = 6.0f * ppo_rng_uniform(word) - 3.0f;
        const int32_t integer = (int32_t)(word % 2);
        const void *action =
            env->action_space.kind == PPO_SPACE_BOX ? (const void *)&real : &integer;
        memcpy(f->action + 4 * n, action, 4);
    }
}

static void assert_same_row(const ppo_env_fixture *a, const ppo_env_fixture *b, const char *name)
{
    size_t bytes_a, bytes_b;
    const void *row_a = env_fixture_row(a, name, &bytes_a),
               *row_b = env_fixture_row(b, name, &bytes_b);
    assert_int_equal(bytes_a, bytes_b);
    if (bytes_a)
        assert_memory_equal(row_a, row_b, bytes_a);
}

static void assert_same_rows(const ppo_env_fixture *a, const ppo_env_fixture *b)
{
    static const char *const names[] = {"rows.obs",
                                        "rows.final_obs",
                                        "rows.reward",
                                        "rows.terminated",
                                        "rows.truncated",
                                        "rows.episode_return",
                                        "rows.episode_length",
                                        "env.episode",
                                        "env.last_action",
                                        "env.state"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_same_row(a, b, names[i]);
}

// Two halves begun before either is awaited, as collecting does.
static void step_halves(ppo_env_fixture *f, uint64_t step)
{
    const size_t half = f->num_envs / 2, rest = f->num_envs - half;
    assert_int_equal(ppo_vecenv_begin(f->vecenv, &f->rows, f->action, 0, half, step, NULL), PPO_OK);
    assert_int_equal(ppo_vecenv_begin(f->vecenv, &f->rows, f->action, half, rest, step, NULL),
                     PPO_OK);
    assert_int_equal(ppo_vecenv_finish(f->vecenv, 0, half, NULL), PPO_OK);
    assert_int_equal(ppo_vecenv_finish(f->vecenv, half, rest, NULL), PPO_OK);
}

static void check_same_bits(const ppo_env_class *env, uint32_t num_processes)
{
    ppo_vecenv_options options = all_features;
    ppo_env_fixture threads, processes;
    env_fixture_start(&threads, env, &options);
    options.num_processes = num_processes;
    env_fixture_start(&processes, env, &options);
    assert_same_rows(&threads, &processes);
    for (uint64_t step = 0; step < 300; step++) {
        draw_actions(&threads, env, step);
        draw_actions(&processes, env, step);
        assert_step_ok(&threads, step);
        if (step % 2)
            step_halves(&processes, step);
        else
            assert_step_ok(&processes, step);
        assert_same_rows(&threads, &processes);
    }
    ppo_vecenv_freeze(threads.vecenv);
    ppo_vecenv_freeze(processes.vecenv);
    assert_same_rows(&threads, &processes);
    assert_int_equal(ppo_vecenv_workers_lost(processes.vecenv, NULL), 0);
    env_fixture_release(&threads);
    env_fixture_release(&processes);
}

static void test_same_bits(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 2, 3, 7, 100}; // 100: no more than environments
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        check_same_bits(&ppo_cartpole_v1, counts[i]);
        check_same_bits(&ppo_mountain_car_continuous_v0, counts[i]);
    }
}

// A range in a thread's hands: two halves in flight, again and again.
typedef struct ppo_lane {
    ppo_env_fixture *fixture;
    size_t first, count;
    pthread_t thread;
} ppo_lane;

static void *run_lane(void *argument)
{
    const ppo_lane *lane = argument;
    const ppo_env_fixture *f = lane->fixture;
    const size_t first[2] = {lane->first, lane->first + lane->count / 2};
    const size_t count[2] = {lane->count / 2, lane->count - lane->count / 2};
    for (uint64_t t = 0; t <= 500; t++)
        for (size_t h = 0; h < 2; h++) {
            if (t > 0)
                ppo_vecenv_finish(f->vecenv, first[h], count[h], NULL);
            if (t < 500)
                ppo_vecenv_begin(f->vecenv, &f->rows, f->action, first[h], count[h], t, NULL);
        }
    return NULL;
}

static void test_ranges_of_several_threads(void **state)
{
    (void)state;
    ppo_vecenv_options options = {.num_envs = 8, .frame_skip = 1, .seed = 3};
    ppo_env_fixture plain, fixture;
    env_fixture_start(&plain, &ppo_cartpole_v1, &options);
    options.num_processes = 3; // environments of one worker belong to several threads
    env_fixture_start(&fixture, &ppo_cartpole_v1, &options);
    for (size_t n = 0; n < 8; n++)
        actions(&plain)[n] = actions(&fixture)[n] = (int32_t)n % 2;
    for (uint64_t step = 0; step < 500; step++)
        assert_step_ok(&plain, step);
    ppo_lane lanes[2] = {{.fixture = &fixture, .first = 0, .count = 4},
                         {.fixture = &fixture, .first = 4, .count = 4}};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&lanes[i].thread, NULL, run_lane, &lanes[i]), 0);
    for (size_t i = 0; i < 2; i++)
        pthread_join(lanes[i].thread, NULL);
    assert_same_rows(&plain, &fixture);
    env_fixture_release(&plain);
    env_fixture_release(&fixture);
}

static void check_thawed(const ppo_env_class *env, uint32_t before, uint32_t after)
{
    ppo_vecenv_options options = all_features;
    ppo_env_fixture first, second;
    options.num_processes = before;
    env_fixture_start(&first, env, &options);
    options.num_processes = after;
    env_fixture_create(&second, env, &options);
    for (uint64_t step = 0; step < 50; step++) {
        draw_actions(&first, env, step);
        assert_step_ok(&first, step);
    }
    ppo_vecenv_freeze(first.vecenv);
    static const char *const rows[] = {"env.state", "env.episode", "env.last_action"};
    for (size_t i = 0; i < 3; i++) {
        size_t bytes;
        const void *from = env_fixture_row(&first, rows[i], &bytes);
        memcpy(env_fixture_row(&second, rows[i], &bytes), from, bytes);
    }
    assert_int_equal(ppo_vecenv_thaw(second.vecenv, second.rows.obs, 50, NULL), PPO_OK);
    for (uint64_t step = 50; step < 100; step++) {
        draw_actions(&first, env, step);
        draw_actions(&second, env, step);
        assert_step_ok(&first, step);
        assert_step_ok(&second, step);
        assert_same_row(&first, &second, "rows.obs");
        assert_same_row(&first, &second, "rows.reward");
    }
    env_fixture_release(&first);
    env_fixture_release(&second);
}

static void test_freeze_and_thaw(void **state)
{
    (void)state;
    check_thawed(&ppo_cartpole_v1, 0, 3);
    check_thawed(&ppo_cartpole_v1, 3, 0);
    check_thawed(&ppo_cartpole_v1, 2, 7);
}

// --- errors, and what is the worker's own -----------------------------------------------------

typedef struct ppo_fragile_fixture {
    ppo_fragile_fate *fate;
    ppo_env_class env;
    ppo_env_fixture fixture;
} ppo_fragile_fixture;

static void fragile_create(ppo_fragile_fixture *f, uint32_t num_envs, uint32_t num_processes)
{
    f->fate = fragile_fate_create();
    f->env = fragile_class(f->fate);
    env_fixture_create(&f->fixture, &f->env,
                       &(ppo_vecenv_options){
                           .num_envs = num_envs, .frame_skip = 1, .num_processes = num_processes});
}

static ppo_status fragile_begin(ppo_fragile_fixture *f)
{
    return ppo_vecenv_start(f->fixture.vecenv, f->fixture.rows.obs, &f->fixture.error);
}

static void fragile_start(ppo_fragile_fixture *f, uint32_t num_envs, uint32_t num_processes)
{
    fragile_create(f, num_envs, num_processes);
    if (fragile_begin(f) != PPO_OK)
        fail_msg("%s", f->fixture.error.message);
}

static void fragile_end(ppo_fragile_fixture *f)
{
    env_fixture_release(&f->fixture);
    fragile_fate_destroy(f->fate);
}

// One step, all environments going on but the n-th.
static ppo_status step_with(ppo_fragile_fixture *f, size_t n, int32_t what, uint64_t step)
{
    memset(f->fixture.action, 0, f->fixture.num_envs * f->fixture.action_bytes);
    actions(&f->fixture)[n] = what;
    return env_fixture_step(&f->fixture, step);
}

static void test_errors_in_the_same_words(void **state)
{
    (void)state;
    char step_text[2][512], init_text[2][512];
    for (uint32_t i = 0; i < 2; i++) {
        ppo_fragile_fixture f;
        fragile_create(&f, 4, 2 * i);
        atomic_store(&f.fate->refuse_init, 1);
        assert_int_equal(fragile_begin(&f), PPO_NOT_FOUND);
        memcpy(init_text[i], f.fixture.error.message, sizeof init_text[i]);
        atomic_store(&f.fate->refuse_init, 0);
        assert_int_equal(fragile_begin(&f), PPO_OK); // the second attempt
        assert_int_equal(step_with(&f, 2, STUMBLE, 5), PPO_ENV_FAILED);
        memcpy(step_text[i], f.fixture.error.message, sizeof step_text[i]);
        fragile_end(&f);
    }
    assert_string_equal(init_text[0], init_text[1]);
    assert_string_equal(step_text[0], step_text[1]);
    assert_non_null(strstr(step_text[1], "environment 2, step: it stumbled"));
}

// A half that nobody has waited for, because the other failed, doesn't stand in the way.
static void test_failure_with_a_half_in_flight(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    fragile_start(&f, 4, 2);
    ppo_vecenv_freeze(f.fixture.vecenv);
    actions(&f.fixture)[0] = STUMBLE;
    actions(&f.fixture)[3] = WAIT_A_BIT;
    ppo_vecenv_begin(f.fixture.vecenv, &f.fixture.rows, f.fixture.action, 0, 2, 0, NULL);
    ppo_vecenv_begin(f.fixture.vecenv, &f.fixture.rows, f.fixture.action, 2, 2, 0, NULL);
    assert_int_equal(ppo_vecenv_finish(f.fixture.vecenv, 0, 2, NULL), PPO_ENV_FAILED);
    assert_int_equal(ppo_vecenv_thaw(f.fixture.vecenv, f.fixture.rows.obs, 0, NULL), PPO_OK);
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 0), PPO_OK);
    for (size_t n = 0; n < 4; n++)
        assert_true(obs_at(&f.fixture, f.fixture.rows.obs, n)[1] == 1.0f);
    fragile_end(&f);
}

static void test_all_functions_run_in_the_worker(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    fragile_create(&f, 5, 2);
    const int file = dup(STDERR_FILENO);
    atomic_store(&f.fate->watched_file, file);
    assert_int_equal(fragile_begin(&f), PPO_OK);
    assert_int_equal(atomic_load(&f.fate->found_file), 0); // the parent's files are closed there
    assert_true(fcntl(file, F_GETFD) >= 0);
    close(file);
    const int first = atomic_load(&f.fate->process[0]), last = atomic_load(&f.fate->process[4]);
    assert_true(first != (int)getpid() && last != (int)getpid() && first != last);
    for (size_t n = 0; n < 5; n++) // n * W / N
        assert_int_equal(atomic_load(&f.fate->process[n]), n * 2 / 5 ? last : first);
    ppo_vecenv_destroy(f.fixture.vecenv);
    assert_int_equal(atomic_load(&f.fate->num_inits), 5);
    assert_int_equal(atomic_load(&f.fate->num_releases), 5);
    assert_true(kill(first, 0) < 0 && errno == ESRCH); // reaped
    assert_true(kill(last, 0) < 0 && errno == ESRCH);
    ppo_arena_release(&f.fixture.arena);
    fragile_fate_destroy(f.fate);
}

// --- deaths -----------------------------------------------------------------------------------

// Environment n has just begun anew in the place of an episode of so many steps.
static void assert_lost(const ppo_env_fixture *f, size_t n, uint32_t steps)
{
    const float *obs = obs_at(f, f->rows.obs, n);
    assert_true(f->rows.truncated[n] == 1 && f->rows.terminated[n] == 0);
    assert_true(f->rows.reward[n] == 0.0);
    assert_int_equal(f->rows.episode_length[n], steps);
    assert_true(f->rows.episode_return[n] == (double)(steps * (steps + 1) / 2));
    assert_true(obs[0] != (float)n && obs[1] == 0.0f); // another seed
    assert_true(f->rows.lost[n] == 1);
}

static void assert_alive(const ppo_env_fixture *f, size_t n, float steps)
{
    assert_true(f->rows.truncated[n] == 0 && f->rows.reward[n] == (double)steps);
    assert_true(obs_at(f, f->rows.obs, n)[1] == steps);
}

static void test_crash_in_a_step(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    ppo_error last;
    fragile_start(&f, 4, 2);
    for (uint64_t step = 0; step < 3; step++)
        assert_int_equal(step_with(&f, 0, KEEP_GOING, step), PPO_OK);
    assert_int_equal(step_with(&f, 1, CRASH, 3), PPO_OK);
    assert_alive(&f.fixture, 0, 4.0f); // done before, in the same worker
    assert_lost(&f.fixture, 1, 3);
    assert_alive(&f.fixture, 2, 4.0f);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, &last), 1);
    assert_non_null(strstr(last.message, "worker 0 "));
    assert_non_null(strstr(last.message, "Fragile-v0, environments 0 to 1"));
    assert_non_null(strstr(last.message, "signal 11"));
    assert_non_null(strstr(last.message, "at step 3 "));
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 4), PPO_OK);
    assert_lost(&f.fixture, 0, 4); // it went down with the worker
    assert_alive(&f.fixture, 1, 1.0f);
    assert_alive(&f.fixture, 3, 5.0f);
    assert_int_equal(step_with(&f, 3, LEAVE, 5), PPO_OK);
    assert_alive(&f.fixture, 0, 1.0f);
    assert_lost(&f.fixture, 3, 5);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, &last), 2);
    assert_non_null(strstr(last.message, "exited with code 7"));
    fragile_end(&f);
}

static void test_killed_while_idle(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    ppo_error last;
    fragile_start(&f, 3, 3);
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 0), PPO_OK);
    const int victim = atomic_load(&f.fate->process[1]);
    kill(victim, SIGKILL);
    wait_ms(20);
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 1), PPO_OK);
    assert_alive(&f.fixture, 0, 2.0f);
    assert_lost(&f.fixture, 1, 1);
    assert_alive(&f.fixture, 2, 2.0f);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, &last), 1);
    assert_non_null(strstr(last.message, "signal 9"));
    assert_int_not_equal(atomic_load(&f.fate->last_process), victim);
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 2), PPO_OK);
    assert_alive(&f.fixture, 1, 1.0f);
    fragile_end(&f);
}

// A crash once in a while is no reason to stop, however often.
static void test_many_crashes(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    fragile_start(&f, 2, 1);
    for (uint64_t step = 0; step < 60; step++)
        assert_int_equal(step_with(&f, 0, step % 3 == 2 ? CRASH : KEEP_GOING, step), PPO_OK);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, NULL), 20);
    fragile_end(&f);
}

static void test_crash_in_every_step(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    fragile_start(&f, 4, 2);
    ppo_vecenv_freeze(f.fixture.vecenv);
    ppo_status status = PPO_OK;
    uint64_t step = 0;
    for (; status == PPO_OK && step < 100; step++)
        status = step_with(&f, 3, CRASH, step);
    assert_int_equal(status, PPO_ENV_FAILED);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, NULL), TRIES);
    assert_non_null(strstr(f.fixture.error.message, "environments 2 to 3"));
    assert_non_null(
        strstr(f.fixture.error.message, "5 in a row have died without completing a step"));
    assert_int_equal(step_with(&f, 0, KEEP_GOING, step), PPO_ENV_FAILED); // it stays that way,
    ppo_vecenv_freeze(f.fixture.vecenv);                                  // whatever is asked,
    assert_int_equal(ppo_vecenv_thaw(f.fixture.vecenv, f.fixture.rows.obs, step, NULL), PPO_OK);
    assert_int_equal(step_with(&f, 0, KEEP_GOING, step), PPO_OK); // until a checkpoint is loaded
    fragile_end(&f);
}

static void test_deaths_at_init(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    fragile_create(&f, 3, 1);
    atomic_store(&f.fate->deaths_at_init, 2);
    assert_int_equal(fragile_begin(&f), PPO_OK);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, NULL), 2);
    for (size_t n = 0; n < 3; n++)
        assert_true(obs_at(&f.fixture, f.fixture.rows.obs, n)[0] ==
                    (float)n); // nothing has been lost
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 0), PPO_OK);
    assert_alive(&f.fixture, 0, 1.0f);
    fragile_end(&f);

    fragile_create(&f, 3, 1);
    atomic_store(&f.fate->deaths_at_init, 1000);
    assert_int_equal(fragile_begin(&f), PPO_ENV_FAILED);
    assert_int_equal(atomic_load(&f.fate->deaths_at_init), 1000 - TRIES);
    assert_non_null(strstr(f.fixture.error.message, "5 in a row"));
    fragile_end(&f);
}

static void test_deaths_at_reset(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    fragile_create(&f, 4, 1);
    atomic_store(&f.fate->deaths_at_reset, 2);
    assert_int_equal(fragile_begin(&f), PPO_OK);
    for (size_t n = 0; n < 4; n++)
        assert_true(obs_at(&f.fixture, f.fixture.rows.obs, n)[0] == (float)n);
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 0), PPO_OK);
    atomic_store(&f.fate->deaths_at_reset, 2); // the episode's own, then the fresh one's
    assert_int_equal(step_with(&f, 1, END, 1), PPO_OK);
    assert_alive(&f.fixture, 0, 2.0f);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, NULL), 4);
    assert_true(f.fixture.rows.truncated[1] == 1 && f.fixture.rows.truncated[2] == 1);
    fragile_end(&f);
}

// What is lost stays lost in a checkpoint, also for a run that goes on without processes.
static void test_lost_in_a_checkpoint(void **state)
{
    (void)state;
    for (uint32_t num_processes = 0; num_processes <= 2; num_processes += 2) {
        ppo_fragile_fixture f, other;
        fragile_start(&f, 2, 2);
        assert_int_equal(step_with(&f, 0, KEEP_GOING, 0), PPO_OK);
        atomic_store(&f.fate->deaths_at_save, 1);
        ppo_vecenv_freeze(f.fixture.vecenv);
        assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, NULL), 1);
        fragile_create(&other, 2, num_processes);
        static const char *const rows[] = {"env.state", "env.episode"};
        for (size_t i = 0; i < 2; i++) {
            size_t bytes;
            const void *from = env_fixture_row(&f.fixture, rows[i], &bytes);
            memcpy(env_fixture_row(&other.fixture, rows[i], &bytes), from, bytes);
        }
        atomic_store(&other.fate->deaths_at_load, num_processes ? 1 : 0);
        assert_int_equal(ppo_vecenv_thaw(other.fixture.vecenv, other.fixture.rows.obs, 1, NULL),
                         PPO_OK);
        assert_int_equal(step_with(&other, 0, KEEP_GOING, 1), PPO_OK);
        assert_int_equal(step_with(&f, 0, KEEP_GOING, 1), PPO_OK);
        const ppo_env_fixture *fixtures[2] = {&f.fixture, &other.fixture};
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(fixtures[i]->rows.truncated[0] + fixtures[i]->rows.truncated[1], 1);
            assert_int_equal(fixtures[i]->rows.truncated[0], f.fixture.rows.truncated[0]);
        }
        assert_same_row(&f.fixture, &other.fixture, "rows.obs");
        assert_same_row(&f.fixture, &other.fixture, "rows.episode_return");
        fragile_end(&f);
        fragile_end(&other);
    }
}

// --- ends -------------------------------------------------------------------------------------

static void test_slow_is_not_dead(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    fragile_start(&f, 2, 2);
    assert_int_equal(step_with(&f, 1, WAIT_A_BIT, 0), PPO_OK);
    const int stopped = atomic_load(&f.fate->process[1]);
    kill(stopped, SIGINT); // these are the parent's matter
    kill(stopped, SIGTERM);
    kill(stopped, SIGHUP);
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 1), PPO_OK);
    assert_alive(&f.fixture, 1, 2.0f);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, NULL), 0);
    fragile_end(&f);
}

static void *start_in_thread(void *fixture)
{
    fragile_start(fixture, 2, 2);
    return NULL;
}

// Workers outlive the thread that made them.
static void test_made_by_another_thread(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, start_in_thread, &f), 0);
    pthread_join(thread, NULL);
    wait_ms(20);
    assert_int_equal(step_with(&f, 0, KEEP_GOING, 0), PPO_OK);
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, NULL), 0);
    fragile_end(&f);
}

static void test_destroy_with_a_stuck_worker(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    fragile_start(&f, 2, 2);
    actions(&f.fixture)[0] = HANG;
    ppo_vecenv_begin(f.fixture.vecenv, &f.fixture.rows, f.fixture.action, 0, 1, 0, NULL);
    wait_ms(20);
    const int stuck = atomic_load(&f.fate->process[0]);
    assert_int_equal(kill(stuck, 0), 0);
    ppo_vecenv_destroy(f.fixture.vecenv);
    assert_true(kill(stuck, 0) < 0 && errno == ESRCH);
    assert_int_equal(atomic_load(&f.fate->num_releases), 1); // the other's
    ppo_arena_release(&f.fixture.arena);
    fragile_fate_destroy(f.fate);
}

// A worker that makes no progress for too long is replaced; a slow one that makes some is not.
static void test_hung_worker(void **state)
{
    (void)state;
    ppo_fragile_fate *fate = fragile_fate_create();
    const ppo_env_class env = fragile_class(fate);
    ppo_env_fixture fixture;
    ppo_error last = {0};
    env_fixture_start(&fixture, &env,
                      &(ppo_vecenv_options){
                          .num_envs = 4, .frame_skip = 1, .num_processes = 2, .timeout_ms = 150});
    for (size_t n = 0; n < 4; n++)
        actions(&fixture)[n] = WAIT_A_BIT; // each worker has two, and has 150 ms for each
    for (uint64_t step = 0; step < 3; step++)
        assert_step_ok(&fixture, step);
    assert_int_equal(ppo_vecenv_workers_lost(fixture.vecenv, NULL), 0);
    memset(fixture.action, 0, 4 * sizeof(int32_t));
    actions(&fixture)[1] = HANG;
    assert_step_ok(&fixture, 3);
    assert_int_equal(ppo_vecenv_workers_lost(fixture.vecenv, &last), 1);
    assert_non_null(strstr(last.message, "made no progress for 0.15 s"));
    assert_lost(&fixture, 1, 3);
    assert_alive(&fixture, 2, 4.0f);
    const pid_t stopped = atomic_load(&fate->process[2]);
    assert_int_equal(kill(stopped, SIGSTOP), 0);
    memset(fixture.action, 0, 4 * sizeof(int32_t));
    assert_step_ok(&fixture, 4);
    assert_int_equal(ppo_vecenv_workers_lost(fixture.vecenv, NULL), 2);
    assert_lost(&fixture, 2, 4);
    env_fixture_release(&fixture);
    fragile_fate_destroy(fate);
}

// What workers print, and what becomes of them, is in the log.
static void test_worker_log(void **state)
{
    (void)state;
    ppo_fragile_fate *fate = fragile_fate_create();
    const ppo_env_class env = fragile_class(fate);
    ppo_env_fixture fixture;
    char path[] = "worker-log-XXXXXX", text[2048] = "";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    env_fixture_start(&fixture, &env,
                      &(ppo_vecenv_options){
                          .num_envs = 2, .frame_skip = 1, .num_processes = 2, .worker_log = path});
    actions(&fixture)[0] = CRASH;
    assert_step_ok(&fixture, 0);
    env_fixture_release(&fixture);
    assert_true(read(file, text, sizeof text - 1) > 0);
    assert_non_null(strstr(text, "--- worker 0, process "));
    assert_non_null(strstr(text, "environments 1 to 1\n"));
    assert_non_null(strstr(text, "it is about to crash\n"));
    assert_non_null(strstr(text, "was ended by signal 11"));
    close(file);
    unlink(path);
    env_fixture_create(&fixture, &env,
                       &(ppo_vecenv_options){.num_envs = 2,
                                             .frame_skip = 1,
                                             .num_processes = 2,
                                             .worker_log = "no such folder/workers.log"});
    assert_int_equal(ppo_vecenv_start(fixture.vecenv, fixture.rows.obs, &fixture.error), PPO_IO);
    assert_non_null(strstr(fixture.error.message, "no such folder/workers.log"));
    env_fixture_release(&fixture);
    fragile_fate_destroy(fate);
}

// The parent is killed while one worker sleeps and another hangs in a step.
static void test_parent_is_killed(void **state)
{
    (void)state;
    ppo_fragile_fate *fate = fragile_fate_create();
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); // orphans come here
    const pid_t parent = fork();
    if (parent == 0) {
        ppo_env_fixture fixture;
        const ppo_env_class env = fragile_class(fate);
        env_fixture_start(
            &fixture, &env,
            &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1, .num_processes = 2});
        actions(&fixture)[0] = HANG;
        ppo_vecenv_begin(fixture.vecenv, &fixture.rows, fixture.action, 0, 1, 0, NULL);
        atomic_store(&fate->watched_file, 1);
        for (;;)
            pause();
    }
    while (!atomic_load(&fate->watched_file))
        wait_ms(5);
    wait_ms(20);
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    for (size_t n = 0; n < 2; n++) {
        const pid_t orphan = atomic_load(&fate->process[n]);
        pid_t ended = 0;
        for (int tries = 0; ended == 0 && tries < 500; tries++) {
            wait_ms(10);
            ended = waitpid(orphan, NULL, WNOHANG);
        }
        if (ended == 0)
            kill(orphan, SIGKILL);
        assert_int_equal(ended, orphan);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    fragile_fate_destroy(fate);
}

// A fork of the parent may destroy its copy or try to step it: the parent's workers stay as they
// are.
static void test_fork_of_the_parent(void **state)
{
    (void)state;
    ppo_fragile_fixture f;
    int how;
    fragile_start(&f, 4, 2);
    for (uint64_t round = 0; round < 2; round++) {
        assert_int_equal(step_with(&f, 0, KEEP_GOING, 2 * round), PPO_OK);
        const pid_t child = fork();
        if (child == 0) {
            alarm(20); // instead of a hang
            if (round == 1) {
                ppo_error error;
                if (step_with(&f, 0, KEEP_GOING, 9) != PPO_UNSUPPORTED ||
                    ppo_vecenv_reset(f.fixture.vecenv, NULL, f.fixture.rows.obs, 9, NULL) !=
                        PPO_UNSUPPORTED ||
                    ppo_vecenv_start(f.fixture.vecenv, f.fixture.rows.obs, &error) !=
                        PPO_UNSUPPORTED ||
                    !strstr(error.message, "fork"))
                    _exit(1);
                ppo_vecenv_freeze(f.fixture.vecenv);
            }
            ppo_vecenv_destroy(f.fixture.vecenv);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_int_equal(how, 0);
        assert_int_equal(step_with(&f, 0, KEEP_GOING, 2 * round + 1), PPO_OK);
        for (size_t n = 0; n < 4; n++)
            assert_true(obs_at(&f.fixture, f.fixture.rows.obs, n)[1] == (float)(2 * round + 2));
    }
    assert_int_equal(ppo_vecenv_workers_lost(f.fixture.vecenv, NULL), 0);
    fragile_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_ranges_of_several_threads),
        cmocka_unit_test(test_freeze_and_thaw),
        cmocka_unit_test(test_errors_in_the_same_words),
        cmocka_unit_test(test_failure_with_a_half_in_flight),
        cmocka_unit_test(test_all_functions_run_in_the_worker),
        cmocka_unit_test(test_crash_in_a_step),
        cmocka_unit_test(test_killed_while_idle),
        cmocka_unit_test(test_many_crashes),
        cmocka_unit_test(test_crash_in_every_step),
        cmocka_unit_test(test_deaths_at_init),
        cmocka_unit_test(test_deaths_at_reset),
        cmocka_unit_test(test_lost_in_a_checkpoint),
        cmocka_unit_test(test_slow_is_not_dead),
        cmocka_unit_test(test_made_by_another_thread),
        cmocka_unit_test(test_destroy_with_a_stuck_worker),
        cmocka_unit_test(test_hung_worker),
        cmocka_unit_test(test_worker_log),
        cmocka_unit_test(test_parent_is_killed),
        cmocka_unit_test(test_fork_of_the_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
