// SPDX-License-Identifier: MIT
// Finding, loading and checking a module: see module.h.
//
// No lock: if threads open a module at the same time, dlopen counts references to one copy, and all
// find the same table. So a process that is forked at that moment does not inherit a locked lock.
#include "core/module.h"

#include "build_info.h"
#include "core/error.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

// --- finding ------------------------------------------------------------------------------------

// The file that this code is in. The dynamic linker knows the program itself only by the name that
// it was started with, perhaps from another folder.
static bool find_self(char path[PATH_MAX])
{
    static const char here = 0;
    Dl_info self, program;
    if (!dladdr(&here, &self))
        return false;
    const void *headers = (const void *)getauxval(AT_PHDR);
    const bool is_program =
        headers && dladdr(headers, &program) && program.dli_fbase == self.dli_fbase;
    return realpath(is_program ? "/proc/self/exe" : self.dli_fname, path);
}

// The folder that this code lies in; "." if that can't be found out.
static void find_own_folder(char folder[PATH_MAX])
{
    char *slash = find_self(folder) ? strrchr(folder, '/') : NULL;
    if (slash)
        *slash = '\0';
    else
        strcpy(folder, ".");
}

static bool is_there(char path[PATH_MAX], const char *folder, const char *below, const char *name)
{
    const int length = snprintf(path, PATH_MAX, "%s/%s%s.so", folder, below, name);
    return length < PATH_MAX && access(path, F_OK) == 0;
}

static bool find_beside(char path[PATH_MAX], const char *folder, const char *name)
{
    // A library beside its modules; a build tree, and programs in folders of one; a program in
    // bin/.
    return is_there(path, folder, "ppo/", name) ||
           is_there(path, folder, PPO_BUILD_LIBDIR "/ppo/", name) ||
           is_there(path, folder, "../" PPO_BUILD_LIBDIR "/ppo/", name);
}

static ppo_status find(char path[PATH_MAX], const ppo_module *module, ppo_error *error)
{
    char folder[PATH_MAX];
    const char *chosen = secure_getenv("PPO_MODULE_DIR");
    if (chosen && chosen[0]) {
        if (is_there(path, chosen, "", module->name))
            return PPO_OK;
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "%s need the module %s.so, which is not in %.200s, the folder that "
                        "PPO_MODULE_DIR names",
                        module->makes, module->name, chosen);
    }
    find_own_folder(folder);
    if (find_beside(path, folder, module->name) ||
        is_there(path, PPO_BUILD_MODULE_DIR, "", module->name))
        return PPO_OK;
    return ppo_fail(
        error, PPO_UNSUPPORTED,
        "%s need the module %s.so, which was not found (neither in ppo/ nor ../" PPO_BUILD_LIBDIR
        "/ppo/ beside %.100s, nor in " PPO_BUILD_MODULE_DIR "): a "
        "build with %s has it (scripts/setup installs them), and the environment "
        "variable PPO_MODULE_DIR may name its folder",
        module->makes, module->name, folder, module->needs);
}

// --- loading ------------------------------------------------------------------------------------

static ppo_status fail_to_load(const ppo_module *module, const char *path, ppo_error *error)
{
    const char *text = dlerror();
    const size_t length = strlen(path);
    text = text ? text : "no reason is given";
    if (strncmp(text, path, length) == 0 && strncmp(text + length, ": ", 2) == 0)
        text += length + 2;
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "%s need the module %.150s, which can't be loaded (%.180s); it needs %s, which "
                    "must be installed",
                    module->makes, path, text, module->needs);
}

static ppo_status check(const ppo_module *module, const ppo_module_head *head, const char *path,
                        ppo_error *error)
{
    const ppo_module_head *wanted = &module->head;
    if (memcmp(head, wanted, sizeof *head) == 0)
        return PPO_OK;
    return ppo_fail(error, PPO_MISMATCH,
                    "%s need the module %.200s, but that file is of another build: libppo "
                    "%u.%u.%u, interface %u, %u bytes instead of %u.%u.%u, %u and %u; build or "
                    "install both together",
                    module->makes, path, head->version[0], head->version[1], head->version[2],
                    head->abi, head->size, wanted->version[0], wanted->version[1],
                    wanted->version[2], wanted->abi, wanted->size);
}

static ppo_status load(const ppo_module_head **head, const ppo_module *module, const char *path,
                       ppo_error *error)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return fail_to_load(module, path, error);
    *head = dlsym(handle, PPO_MODULE_SYMBOL);
    const ppo_status status =
        *head
            ? check(module, *head, path, error)
            : ppo_fail(
                  error, PPO_MISMATCH,
                  "%s need the module %s.so, but %.200s is no module: it has no " PPO_MODULE_SYMBOL,
                  module->makes, module->name, path);
    if (status != PPO_OK)
        dlclose(handle);
    return status;
}

const void *ppo_module_open(ppo_module *module, ppo_error *error)
{
    char path[PATH_MAX];
    const ppo_module_head *head = atomic_load_explicit(&module->table, memory_order_acquire);
    if (head)
        return head;
    if (find(path, module, error) != PPO_OK || load(&head, module, path, error) != PPO_OK)
        return NULL;
    atomic_store_explicit(&module->table, head, memory_order_release);
    return head;
}
