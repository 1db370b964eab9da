// SPDX-License-Identifier: MIT
// Starting the user's Python: see python.h.
//
// posix_spawn, because the learner may have many threads and gigabytes that a fork would have to
// map. The process is in a group of its own, so that Ctrl-C and Ctrl-Z don't reach it, and has no
// descriptors but seven: the standard ones, then the script, the memory and two pipes.
#include "env/gym/python.h"

#include "core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Closes all descriptors but its own before anything else runs.
#define LOADER                               \
    "import os; os.closerange(7, 1 << 16); " \
    "exec(compile(os.pread(3, 1 << 20, 0), 'bridge.py', 'exec'))"

ppo_status ppo_python_memory(int *fd, size_t bytes, ppo_error *error)
{
    *fd = ppo_python_move(memfd_create("ppo-bridge", MFD_CLOEXEC));
    if (*fd < 0 || ftruncate(*fd, (off_t)bytes) != 0)
        return ppo_fail(error, PPO_NO_MEMORY, "can't take %zu bytes to share with Python: %s",
                        bytes, strerror(errno));
    return PPO_OK;
}

ppo_status ppo_python_script(int *fd, ppo_error *error)
{
    PPO_TRY(ppo_python_memory(fd, 0, error));
    if (write(*fd, ppo_bridge_script, ppo_bridge_script_size) != (ssize_t)ppo_bridge_script_size)
        return ppo_fail(error, PPO_NO_MEMORY, "can't write bridge.py into memory: %s",
                        strerror(errno));
    return PPO_OK;
}

int ppo_python_move(int fd)
{
    if (fd < 0)
        return -1;
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, PPO_PYTHON_FIRST_FD);
    close(fd);
    return moved;
}

// The program; a folder is a virtual environment.
static void find_program(char *path, size_t size, const char *program)
{
    struct stat facts;
    const bool is_folder = stat(program, &facts) == 0 && S_ISDIR(facts.st_mode);
    snprintf(path, size, "%s%s", program, is_folder ? "/bin/python3" : "");
}

static void set_up_files(posix_spawn_file_actions_t *actions, const ppo_python *python)
{
    const int output = python->log >= 0 ? python->log : STDERR_FILENO;
    posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(actions, python->script, 3);
    posix_spawn_file_actions_adddup2(actions, python->memory, 4);
    posix_spawn_file_actions_adddup2(actions, python->alive, 5);
    if (python->awake >= 0)
        posix_spawn_file_actions_adddup2(actions, python->awake, 6);
    else
        posix_spawn_file_actions_addopen(actions, 6, "/dev/null", O_WRONLY, 0);
}

static void set_up_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
}

ppo_status ppo_python_start(pid_t *id, const ppo_python *python, ppo_error *error)
{
    char program[PATH_MAX], option[] = "-c", loader[] = LOADER, name[] = "bridge";
    char *const arguments[] = {program, option, loader, name, python->task, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    find_program(program, sizeof program, python->program);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    set_up_files(&actions, python);
    set_up_signals(&attributes);
    const int failure = posix_spawnp(id, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == 0)
        return PPO_OK;
    *id = 0;
    return ppo_fail(error, failure == ENOENT ? PPO_NOT_FOUND : PPO_ENV_FAILED,
                    "Python can't be started: '%.200s': %s; say which by --python PROGRAM (or the "
                    "folder of a virtual environment)",
                    program, strerror(failure));
}
