// SPDX-License-Identifier: MIT
// Shared objects with environments: from an id to a loaded class. See plugin.h.
//
// The one file that loads code. A plug-in's tables are checked before they are used: the
// interface's version first, then those of its classes. Owns the classes that it makes, each with a
// reference to its shared object (dlopen counts them).
#include "env/plugin.h"

#include "core/error.h"
#include "core/nearest.h"
#include "env/class.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ID_SIZE = 256, PATH_SIZE = 4096, MAX_ENVS = 1024 };

// A loaded plug-in.
typedef struct ppo_shared_object {
    char path[PATH_SIZE]; // absolute
    void *handle;
    const ppo_plugin *table;
} ppo_shared_object;

typedef struct ppo_plugin_class {
    ppo_env_class env; // first, so that its address is the class's
    char id[ID_SIZE];
    void *handle;
} ppo_plugin_class;

// --- ids ---------------------------------------------------------------------------------------

// Bytes of the path in PATH.so[.N][:Name]; 0 if it is no such id.
static size_t path_length(const char *id)
{
    for (const char *at = strstr(id, ".so"); at; at = strstr(at + 1, ".so")) {
        const char *end = at + strlen(".so");
        if (*end == '.')
            end += strspn(end, ".0123456789");
        if (*end == '\0' || *end == ':')
            return (size_t)(end - id);
    }
    return 0;
}

bool ppo_plugin_has_id(const char *id)
{
    return path_length(id) > 0;
}

// The name behind the path; "" if there is none.
static const char *name_in(const char *id)
{
    const char *end = id + path_length(id);
    return *end == ':' ? end + 1 : "";
}

const char *ppo_env_name(const char *id)
{
    const size_t length = path_length(id);
    if (length == 0)
        return id;
    if (id[length] == ':' && id[length + 1])
        return id + length + 1;
    const char *slash = strrchr(id, '/');
    return slash ? slash + 1 : id;
}

// The id's path from the root, its last part as it is: it may be a link whose name ends in .so.
static ppo_status find_file(char *path, const char *id, ppo_error *error)
{
    char given[PATH_SIZE], folder[PATH_SIZE];
    struct stat facts;
    const size_t length = path_length(id);
    if (length >= sizeof given)
        return ppo_fail(error, PPO_INVALID, "the path of a plug-in is too long: %.80s...", id);
    snprintf(given, sizeof given, "%.*s", (int)length, id);
    if (stat(given, &facts) != 0)
        return ppo_fail(error, PPO_NOT_FOUND, "plug-in '%.300s' can't be opened: %s%s", given,
                        strerror(errno),
                        errno != ENOENT   ? ""
                        : given[0] == '/' ? "; build it again, or put it back there"
                                          : "; its name counts from the working directory");
    if (!S_ISREG(facts.st_mode))
        return ppo_fail(error, PPO_CORRUPT, "'%.300s' is not a regular file", given);
    char *slash = strrchr(given, '/');
    const char *file = slash ? slash + 1 : given;
    const char *inside = slash == given ? "/" : slash ? given : ".";
    if (slash)
        *slash = '\0';
    char *real = realpath(inside, NULL);
    if (!real)
        return ppo_fail(error, PPO_IO, "the folder of plug-in '%.300s' can't be found: %s", id,
                        strerror(errno));
    snprintf(folder, sizeof folder, "%s", strcmp(real, "/") == 0 ? "" : real);
    free(real);
    const int count = snprintf(path, PATH_SIZE, "%s/%s", folder, file);
    return count < PATH_SIZE ? PPO_OK
                             : ppo_fail(error, PPO_INVALID, "the path of %.80s is too long", id);
}

// --- loading -----------------------------------------------------------------------------------

static ppo_status fail_to_load(const char *path, ppo_error *error)
{
    const char *text = dlerror(); // mostly "PATH: what is wrong"
    const size_t length = strlen(path);
    text = text ? text : "no reason is given";
    if (strncmp(text, path, length) == 0 && strncmp(text + length, ": ", 2) == 0)
        text += length + 2;
    if (strstr(text, "undefined symbol"))
        return ppo_fail(error, PPO_CORRUPT,
                        "plug-in '%.200s' calls a function that it does not have (%.150s); give "
                        "the linker the library or the source file that has it",
                        path, text);
    return ppo_fail(error, PPO_CORRUPT,
                    "'%.200s' can't be loaded as a shared object (%.150s); docs/plugins.md shows "
                    "how one is built",
                    path, text);
}

static ppo_status check_table(const ppo_shared_object *object, ppo_error *error)
{
    const ppo_plugin *table = object->table;
    if (table->struct_size < offsetof(ppo_plugin, envs)) // it may end before its version
        return ppo_fail(error, PPO_MISMATCH,
                        "plug-in '%.200s' has a table of %u bytes; this library takes %zu: end its "
                        "source with PPO_PLUGIN(&my_class); and compile it against this version's "
                        "headers",
                        object->path, table->struct_size, sizeof *table);
    if (table->abi_version != PPO_ENV_ABI_VERSION || table->struct_size < sizeof *table)
        return ppo_fail(error, PPO_MISMATCH,
                        "plug-in '%.200s' was built for interface version %u with a table of %u "
                        "bytes; this library has version %u and %zu bytes: compile it against this "
                        "version's headers",
                        object->path, table->abi_version, table->struct_size, PPO_ENV_ABI_VERSION,
                        sizeof *table);
    if (table->num_envs < 1 || table->num_envs > MAX_ENVS || !table->envs)
        return ppo_fail(error, PPO_INVALID,
                        "plug-in '%.200s' has %zu environments; there must be 1 to %d",
                        object->path, table->envs ? table->num_envs : 0, MAX_ENVS);
    return PPO_OK;
}

static ppo_status check_classes(const ppo_shared_object *object, ppo_error *error)
{
    PPO_TRY(check_table(object, error));
    for (size_t i = 0; i < object->table->num_envs; i++) {
        ppo_error said = {.status = PPO_OK, .message = ""};
        const ppo_env_class *env = object->table->envs[i];
        const ppo_class_fault fault = ppo_env_class_fault(env, &said);
        if (fault == PPO_CLASS_VALID)
            continue;
        const bool is_old = fault == PPO_CLASS_ABI_VERSION || fault == PPO_CLASS_STRUCT_SIZE;
        return ppo_fail(error, is_old ? PPO_MISMATCH : PPO_INVALID, "plug-in '%.200s': %.280s",
                        object->path, said.message);
    }
    return PPO_OK;
}

static ppo_status load_table(ppo_shared_object *object, ppo_error *error)
{
    object->table = dlsym(object->handle, PPO_PLUGIN_SYMBOL);
    if (!object->table)
        return ppo_fail(
            error, PPO_CORRUPT,
            "'%.200s' is a shared object but not a plug-in: it has no symbol " PPO_PLUGIN_SYMBOL
            "; end its source with PPO_PLUGIN(&my_class); "
            "(docs/plugins.md)",
            object->path);
    return check_classes(object, error);
}

// Loads the id's file; dlclose its handle after use.
static ppo_status load(ppo_shared_object *object, const char *id, ppo_error *error)
{
    PPO_TRY(find_file(object->path, id, error));
    object->handle = dlopen(object->path, RTLD_NOW | RTLD_LOCAL);
    if (!object->handle)
        return fail_to_load(object->path, error);
    const ppo_status status = load_table(object, error);
    if (status != PPO_OK)
        dlclose(object->handle);
    return status;
}

// --- choosing an environment -------------------------------------------------------------------

static const char *name_at(void *context, size_t index)
{
    return (*(const ppo_plugin *const *)context)->envs[index]->id;
}

// "A, B, C" or as many as there is room for.
static void write_names(char *text, size_t size, const ppo_plugin *table)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < table->num_envs && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", table->envs[i]->id);
}

static ppo_status choose(const ppo_env_class **env, const ppo_shared_object *object, const char *id,
                         ppo_error *error)
{
    const ppo_plugin *table = object->table;
    const char *name = name_in(id);
    char names[160];
    *env = table->envs[0];
    if (name[0] == '\0' && table->num_envs == 1)
        return PPO_OK;
    for (size_t i = 0; i < table->num_envs; i++)
        if (strcmp(name, table->envs[i]->id) == 0) {
            *env = table->envs[i];
            return PPO_OK;
        }
    write_names(names, sizeof names, table);
    if (name[0] == '\0')
        return ppo_fail(error, PPO_INVALID,
                        "plug-in '%.150s' has %zu environments (%s): say which, as in %.100s:%.64s",
                        object->path, table->num_envs, names, id, table->envs[0]->id);
    const char *nearest = ppo_nearest(name, name_at, &table, table->num_envs);
    if (nearest)
        return ppo_fail(error, PPO_NOT_FOUND,
                        "plug-in '%.150s' has no environment '%.64s'; did you mean %.64s?",
                        object->path, name, nearest);
    return ppo_fail(error, PPO_NOT_FOUND, "plug-in '%.150s' has no environment '%.64s', but %s",
                    object->path, name, names);
}

// Loads the id's plug-in and writes the id with absolute path and name.
static ppo_status load_env(ppo_shared_object *object, const ppo_env_class **env, char *full,
                           size_t size, const char *id, ppo_error *error)
{
    PPO_TRY(load(object, id, error));
    ppo_status status = choose(env, object, id, error);
    if (status == PPO_OK && (size_t)snprintf(full, size, "%s:%s", object->path, (*env)->id) >= size)
        status =
            ppo_fail(error, PPO_INVALID,
                     "'%.200s:%.64s' is too long: a plug-in's path and name may have %zu bytes",
                     object->path, (*env)->id, size - 2);
    if (status != PPO_OK)
        dlclose(object->handle);
    return status;
}

ppo_status ppo_plugin_resolve(char *id, size_t size, const char *given, ppo_error *error)
{
    ppo_shared_object object;
    const ppo_env_class *env;
    const ppo_status status =
        load_env(&object, &env, id, size < ID_SIZE ? size : ID_SIZE, given, error);
    if (status == PPO_OK)
        dlclose(object.handle);
    else if (size > 0)
        id[0] = '\0';
    return status;
}

ppo_status ppo_plugin_list(const char *path, void (*take)(void *context, const ppo_env_class *env),
                           void *context, ppo_error *error)
{
    ppo_shared_object object;
    ppo_env_class copy;
    PPO_TRY(load(&object, path, error));
    for (size_t i = 0; i < object.table->num_envs; i++)
        take(context, ppo_env_class_whole(&copy, object.table->envs[i]));
    dlclose(object.handle);
    return PPO_OK;
}

// --- classes -----------------------------------------------------------------------------------

static void close_class(const ppo_env_class *env)
{
    ppo_plugin_class *own = ppo_env_class_made(env);
    dlclose(own->handle);
    free(own);
}

static const ppo_env_extension plugin_extension = {.close = close_class};

static ppo_status plugin_open(const ppo_env_class **env, const char *id,
                              const ppo_env_options *options, ppo_error *error)
{
    (void)options;
    ppo_shared_object object;
    const ppo_env_class *found;
    *env = NULL;
    ppo_plugin_class *own = calloc(1, sizeof *own);
    if (!own)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's class");
    const ppo_status status = load_env(&object, &found, own->id, sizeof own->id, id, error);
    if (status != PPO_OK) {
        free(own);
        return status;
    }
    own->env = *ppo_env_class_whole(&own->env, found);
    own->env.struct_size = sizeof own->env;
    own->env.id = own->id;
    own->env.extension = &plugin_extension;
    own->handle = object.handle;
    *env = &own->env;
    return PPO_OK;
}

const ppo_env_family ppo_plugin_family = {
    .kind = PPO_ENV_KIND_PLUGIN, .has_id = ppo_plugin_has_id, .open = plugin_open};
