// SPDX-License-Identifier: MIT
// A process that is no Python but a shell script: how it is started, that its death and its silence
// are noticed while it is waited for, and a reply that comes.
#include "env/gym/bridge_process.h"

#include "env/gym/python.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct fixture {
    char script[64];
    ppo_bridge_setup setup;
    void *control;
    int memory;
    ppo_bridge_process process;
} fixture;

static void write_script(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
}

static void fixture_open(fixture *f, const char *script)
{
    *f = (fixture){.setup = {.id = "gym:X-v0", .name = "X-v0", .kwargs = "", .log = -1}};
    snprintf(f->script, sizeof f->script, "/tmp/ppo_test_bridge_process_%ld.sh", (long)getpid());
    write_script(f->script, script);
    f->setup.python = f->script;
    pthread_mutex_init(&f->setup.mutex, NULL);
    assert_int_equal(pipe(f->setup.alive), 0);
    for (int i = 0; i < 2; i++)
        f->setup.alive[i] = ppo_python_move(f->setup.alive[i]);
    assert_int_equal(ppo_python_script(&f->setup.script, NULL), PPO_OK);
    assert_int_equal(ppo_python_memory(&f->memory, sizeof(ppo_bridge_control), NULL), PPO_OK);
    f->control =
        mmap(NULL, sizeof(ppo_bridge_control), PROT_READ | PROT_WRITE, MAP_SHARED, f->memory, 0);
    assert_true(f->control != MAP_FAILED);
    assert_int_equal(ppo_bridge_process_open(&f->process, f->control, NULL), PPO_OK);
    assert_int_equal(ppo_bridge_process_start(&f->process, &f->setup, f->memory,
                                              ppo_bridge_task(&f->setup, "serve"), 2, NULL),
                     PPO_OK);
    assert_true(f->process.id > 0);
}

static void fixture_close(fixture *f)
{
    ppo_bridge_process_close(&f->process);
    munmap(f->control, sizeof(ppo_bridge_control));
    close(f->memory);
    close(f->setup.script);
    close(f->setup.alive[0]);
    close(f->setup.alive[1]);
    pthread_mutex_destroy(&f->setup.mutex);
    unlink(f->script);
}

static void test_death(void **state)
{
    (void)state;
    fixture f;
    ppo_bridge_death death;
    fixture_open(&f, "exit 3");
    assert_int_equal(f.process.control->kind, PPO_BRIDGE_START);
    assert_int_equal(f.process.control->end, 2);
    assert_false(ppo_bridge_process_wait(&f.process, 0, 60000, &death));
    assert_int_equal(death.timeout_ms, 0);
    char text[96];
    ppo_child_describe_end(text, sizeof text, &death.end, death.timeout_ms);
    assert_string_equal(text, "exited with code 3");
    fixture_close(&f);
}

static void test_silence(void **state)
{
    (void)state;
    fixture f;
    ppo_bridge_death death;
    fixture_open(&f, "exec sleep 100");
    assert_false(ppo_bridge_process_wait(&f.process, 0, 100, &death));
    assert_int_equal(death.timeout_ms, 100);
    assert_int_not_equal(kill(f.process.id, 0), 0); // it is gone, and was waited for
    fixture_close(&f);
}

static void test_reply(void **state)
{
    (void)state;
    fixture f;
    ppo_bridge_death death;
    fixture_open(&f, "exec sleep 100");
    ppo_bridge_control *control = f.process.control;
    atomic_store(&control->reply.count, ppo_event_count_read(&control->request));
    assert_true(ppo_bridge_process_wait(&f.process, 0, 60000, &death));
    ppo_bridge_process_send(&f.process, PPO_BRIDGE_STEP, 1, 2);
    assert_int_equal(control->kind, PPO_BRIDGE_STEP);
    assert_int_equal(atomic_load(&control->num_done), 1);
    assert_int_equal(ppo_event_count_read(&control->request), f.process.num_requests);
    assert_int_not_equal(ppo_event_count_read(&control->reply), f.process.num_requests);
    ppo_child_kill(f.process.id);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_death),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
