// SPDX-License-Identifier: MIT
// A run killed before its n-th system call, for every n: what is on disk changes by system calls
// alone, so this is every moment at which a kill -9 can matter. Each time the run is taken up again
// and must end like one that was never stopped.
#include "ppo/run.h"
#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

// Three iterations, each with an evaluation and a checkpoint.
static ppo_config config_in(const char *dir)
{
    ppo_config config = small_config(scratch_path(dir));
    config.total_timesteps = 3 * 2 * 16;
    config.eval_every = 1;
    return config;
}

// Another configuration, for the run that a restart replaces.
static ppo_config older_in(const char *dir)
{
    ppo_config config = config_in(dir);
    config.gamma = 0.5;
    return config;
}

// The same with everything that acting carries on: memory and starts, masks, statistics.
static ppo_config remembering_in(const char *dir)
{
    ppo_config config = config_in(dir);
    snprintf(config.env_id, sizeof config.env_id, "%s", small_masked_env.id);
    config.memory = PPO_MEMORY_LSTM;
    config.memory_size = 8;
    config.sequence_length = 4;
    return config;
}

static ppo_status open_and_finish(const ppo_config *config, bool restart, ppo_error *error)
{
    ppo_run *run;
    const ppo_env_class *env = config->memory == PPO_MEMORY_NONE ? &small_env : &small_masked_env;
    ppo_status status = ppo_run_open(&run, config, env, restart, error);
    if (status != PPO_OK)
        return status;
    while (status == PPO_OK && !ppo_trainer_done(ppo_run_trainer(run)))
        status = ppo_run_step(run, NULL, error);
    if (status == PPO_OK)
        status = ppo_run_finish(run, NULL, error);
    ppo_run_close(run);
    return status;
}

static void finish(const ppo_config *config)
{
    ppo_error error = {0};
    if (open_and_finish(config, false, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static uint64_t hash_of(const char *dir)
{
    uint64_t hash;
    ppo_error error = {0};
    if (ppo_checkpoint_hash(&hash, scratch_path(dir), &error) != PPO_OK)
        fail_msg("%s", error.message);
    return hash;
}

static void assert_alike(const char *dir, const char *model, int calls)
{
    static const char *const names[] = {"progress.csv", "evaluations.csv", "best.safetensors"};
    assert_int_equal(hash_of(dir), hash_of(model));
    for (size_t i = 0; i < 3; i++) {
        char paths[2][64];
        snprintf(paths[0], sizeof paths[0], "%s/%s", dir, names[i]);
        snprintf(paths[1], sizeof paths[1], "%s/%s", model, names[i]);
        if (!scratch_same(scratch_path(paths[0]), scratch_path(paths[1])))
            fail_msg("killed before call %d: %s differs", calls, names[i]);
    }
}

// The child stops itself, for the parent to count its calls from there.
static void run_traced(const ppo_config *config, bool restart)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
        _exit(77);
    _exit(open_and_finish(config, restart, NULL) == PPO_OK ? 0 : 1);
}

typedef enum verdict { KILLED, CAME_THROUGH, NOT_TRACEABLE } verdict;

static verdict verdict_of(int status)
{
    if (WIFSIGNALED(status))
        return KILLED;
    if (WEXITSTATUS(status) == 77)
        return NOT_TRACEABLE;
    assert_int_equal(WEXITSTATUS(status), 0);
    return CAME_THROUGH;
}

// Runs in a child that is killed as it enters its n-th system call.
static verdict run_for(int calls, const ppo_config *config, bool restart)
{
    int status;
    const pid_t child = fork();
    if (child == 0)
        run_traced(config, restart);
    assert_int_equal(waitpid(child, &status, 0), child);
    for (int stops = 0; WIFSTOPPED(status); stops++) { // two per call: entering and leaving
        if (stops == 2 * calls - 1) {
            kill(child, SIGKILL);
            assert_int_equal(waitpid(child, &status, 0), child);
            break;
        }
        if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) != 0)
            return NOT_TRACEABLE;
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    return verdict_of(status);
}

static void remove_dir(const char *dir)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch_path(dir));
    assert_int_equal(system(command), 0);
}

static void kill_before_every_call(const ppo_config *config, const char *model)
{
    verdict result = KILLED;
    for (int calls = 1; result == KILLED; calls++) {
        result = run_for(calls, config, false);
        if (result == NOT_TRACEABLE)
            skip();
        finish(config);
        assert_alike("killed", model, calls);
        remove_dir("killed");
    }
}

static void test_killed_before_every_call(void **state)
{
    const ppo_config config = config_in("killed");
    (void)state;
    kill_before_every_call(&config, "straight");
}

static void test_killed_with_memory(void **state)
{
    const ppo_config config = remembering_in("killed");
    (void)state;
    kill_before_every_call(&config, "remembering");
}

static void copy_dir(const char *to, const char *from)
{
    char command[1200];
    snprintf(command, sizeof command, "cp -r '%s' '%s'", scratch_path(from), scratch_path(to));
    assert_int_equal(system(command), 0);
}

// Until the new run's first checkpoint is there the old run is whole; from then on the new one is.
static void test_restart_killed_before_every_call(void **state)
{
    const ppo_config config = config_in("anew");
    const ppo_config older = older_in("anew");
    verdict result = KILLED;
    int num_old = 0;
    (void)state;
    for (int calls = 1; result == KILLED; calls++) {
        copy_dir("anew", "older");
        result = run_for(calls, &config, true);
        if (result == NOT_TRACEABLE)
            skip();
        ppo_error error = {0};
        const ppo_status status = open_and_finish(&config, false, &error);
        if (status == PPO_MISMATCH) {
            finish(&older);
            num_old++;
        } else if (status != PPO_OK) {
            fail_msg("killed before call %d: %s", calls, error.message);
        }
        assert_alike("anew", status == PPO_MISMATCH ? "older" : "straight", calls);
        remove_dir("anew");
    }
    assert_true(num_old > 0);
}

static int make_models(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    const ppo_config straight = config_in("straight");
    const ppo_config older = older_in("older");
    const ppo_config remembering = remembering_in("remembering");
    finish(&straight);
    finish(&remembering);
    finish(&older);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_every_call),
        cmocka_unit_test(test_killed_with_memory),
        cmocka_unit_test(test_restart_killed_before_every_call),
    };
    return cmocka_run_group_tests(tests, make_models, scratch_remove);
}
