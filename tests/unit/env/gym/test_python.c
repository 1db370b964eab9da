// SPDX-License-Identifier: MIT
// Starting a program in Python's place: its arguments, its descriptors, and programs that can't be
// started.
#include "env/gym/python.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_memory(void **state)
{
    (void)state;
    int memory, script;
    struct stat facts;
    unsigned char *text = malloc(ppo_bridge_script_size);
    assert_int_equal(ppo_python_memory(&memory, 12345, NULL), PPO_OK);
    assert_true(memory >= PPO_PYTHON_FIRST_FD);
    assert_int_equal(fstat(memory, &facts), 0);
    assert_int_equal(facts.st_size, 12345);
    assert_true(fcntl(memory, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(ppo_python_script(&script, NULL), PPO_OK);
    assert_int_equal(pread(script, text, ppo_bridge_script_size, 0), ppo_bridge_script_size);
    assert_memory_equal(text, ppo_bridge_script, ppo_bridge_script_size);
    free(text);
    close(memory);
    close(script);
    assert_int_equal(ppo_python_move(-1), -1);
}

// A folder is a virtual environment: its bin/python3 is run. This one is a shell script that writes
// its task and its open descriptors into the memory, which is descriptor 4 there.
static void test_start(void **state)
{
    (void)state;
    char folder[] = "/tmp/ppo_test_python_XXXXXX", bin[64], program[64], text[512] = "",
         task[] = "the task";
    assert_non_null(mkdtemp(folder));
    snprintf(bin, sizeof bin, "%s/bin", folder);
    snprintf(program, sizeof program, "%s/python3", bin);
    assert_int_equal(mkdir(bin, 0700), 0);
    FILE *file = fopen(program, "w");
    assert_non_null(file);
    fputs("#!/bin/sh\n"
          "echo \"$4\" >&4\n"
          "for fd in 0 1 2 3 4 5 6; do [ -e /proc/self/fd/$fd ] && echo $fd; done >&4\n"
          "exit 9\n",
          file);
    fclose(file);
    assert_int_equal(chmod(program, 0700), 0);
    int memory, script, ends[2], how;
    pid_t id = 0;
    assert_int_equal(ppo_python_memory(&memory, 0, NULL), PPO_OK);
    assert_int_equal(ppo_python_script(&script, NULL), PPO_OK);
    assert_int_equal(pipe(ends), 0);
    ends[0] = ppo_python_move(ends[0]);
    const ppo_python python = {.program = folder,
                               .script = script,
                               .memory = memory,
                               .alive = ends[0],
                               .awake = -1,
                               .log = -1,
                               .task = task};
    assert_int_equal(ppo_python_start(&id, &python, NULL), PPO_OK);
    assert_int_equal(waitpid(id, &how, 0), id);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 9);
    assert_true(pread(memory, text, sizeof text - 1, 0) > 0);
    assert_string_equal(text, "the task\n0\n1\n2\n3\n4\n5\n6\n");
    unlink(program);
    rmdir(bin);
    rmdir(folder);
    ppo_error error;
    ppo_python missing = python;
    missing.program = "/nowhere/python3";
    assert_int_equal(ppo_python_start(&id, &missing, &error), PPO_NOT_FOUND);
    assert_int_equal(id, 0);
    assert_non_null(strstr(error.message, "--python"));
    close(memory);
    close(script);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
