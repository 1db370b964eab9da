// SPDX-License-Identifier: MIT
// Tables of older versions made whole, and the check that any class's table must pass before its
// functions are called. Keeps nothing.
#include "env/class.h"

#include "core/error.h"
#include "env/action_mask.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// More elements than this in a space is a mistake in the table; it also keeps sizes from wrapping.
#define MAX_SPACE_SIZE ((size_t)1 << 28)

#define MAX_RENDER_SIDE 4096

void *ppo_env_class_made(const ppo_env_class *env)
{
    return (void *)(uintptr_t)env;
}

const ppo_env_extension *ppo_env_class_extension(const ppo_env_class *env)
{
    static const ppo_env_extension none = {.has_processes = false};
    return env->struct_size >= sizeof *env && env->extension ? env->extension : &none;
}

// Bytes of the whole fields among the first `size` of a table; a field of which only a part is
// there is left out.
static size_t whole_fields(size_t size)
{
    static const size_t ends[] = {
        offsetof(ppo_env_class, extension), offsetof(ppo_env_class, action_mask),
        offsetof(ppo_env_class, step_many_size), offsetof(ppo_env_class, step_many)};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (size >= ends[i])
            return ends[i];
    return PPO_ENV_CLASS_MIN_SIZE;
}

const ppo_env_class *ppo_env_class_whole(ppo_env_class *copy, const ppo_env_class *env)
{
    if (env->struct_size >= sizeof *env)
        return env;
    memset(copy, 0, sizeof *copy);
    memcpy(copy, env, whole_fields(env->struct_size));
    copy->struct_size = sizeof *copy;
    return copy;
}

static const char *box_fault(const ppo_space *space, size_t size)
{
    if (space->dtype != PPO_F32 && space->dtype != PPO_U8)
        return "a box holds PPO_F32 or PPO_U8";
    for (size_t i = 0; i < size; i++) {
        const float low = space->low ? space->low[i] : -INFINITY;
        const float high = space->high ? space->high[i] : INFINITY;
        if (!(low <= high))
            return "a lower bound is not below its upper bound";
    }
    return NULL;
}

static const char *integers_fault(const ppo_space *space, size_t size)
{
    if (space->dtype != PPO_I32)
        return "integers have the type PPO_I32";
    if (space->rank != 1)
        return "every kind but a box has rank 1";
    if (space->kind == PPO_SPACE_MULTI_BINARY)
        return NULL;
    if (space->kind == PPO_SPACE_DISCRETE && size != 1)
        return "a discrete space has the shape {1}";
    if (!space->num_values)
        return "num_values is missing";
    for (size_t i = 0; i < size; i++)
        if (space->num_values[i] == 0 || space->num_values[i] > INT32_MAX)
            return "num_values must be in [1, 2^31)";
    return NULL;
}

// What is wrong with a space that is not composite, or NULL.
static const char *leaf_fault(const ppo_space *space)
{
    size_t size = 1;
    if (space->rank < 1 || space->rank > PPO_MAX_RANK)
        return "the rank must be in [1, 4]";
    for (uint32_t i = 0; i < space->rank; i++) {
        if (space->shape[i] == 0)
            return "an axis of the shape is 0";
        if (space->shape[i] > MAX_SPACE_SIZE / size)
            return "the shape has too many elements";
        size *= space->shape[i];
    }
    switch (space->kind) {
    case PPO_SPACE_BOX:
        return box_fault(space, size);
    case PPO_SPACE_DISCRETE:
    case PPO_SPACE_MULTI_DISCRETE:
    case PPO_SPACE_MULTI_BINARY:
        return integers_fault(space, size);
    case PPO_SPACE_TUPLE:
    case PPO_SPACE_DICT:
        break;
    }
    return "the kind is not a ppo_space_kind";
}

// What a composite space has to be before its parts are looked at.
static const char *composite_fault(const ppo_space *space, size_t depth)
{
    if (space->rank != 1 || space->dtype != PPO_U8)
        return "a tuple or dict has rank 1 and PPO_U8";
    if (space->shape[0] == 0 || !space->parts)
        return "a tuple or dict needs parts";
    if (space->shape[0] > PPO_MAX_SPACE_LEAVES)
        return "there are more than 64 leaves";
    if (depth >= PPO_MAX_SPACE_DEPTH)
        return "parts lie in each other more than 8 deep";
    return NULL;
}

static const char *key_fault(const ppo_space *space, uint32_t part)
{
    const char *key = space->parts[part].key;
    if (space->kind == PPO_SPACE_TUPLE)
        return key ? "a part of a tuple has a key" : NULL;
    if (!key || !key[0])
        return "a part of a dict has no key";
    for (uint32_t i = 0; i < part; i++)
        if (strcmp(space->parts[i].key, key) == 0)
            return "two parts of a dict have the same key";
    return NULL;
}

// How far the check of a space has come: its leaves so far, their elements, and the part that it
// is at, for the sentence about it.
typedef struct ppo_space_walk {
    size_t leaves, elements;
    char path[96];
} ppo_space_walk;

static const char *count_leaf(ppo_space_walk *walk, const ppo_space *space)
{
    walk->elements += ppo_space_size(space);
    if (++walk->leaves > PPO_MAX_SPACE_LEAVES)
        return "there are more than 64 leaves";
    return walk->elements > MAX_SPACE_SIZE ? "the parts have too many elements" : NULL;
}

// What is wrong with a space, or NULL; then walk->path is the part where.
static const char *space_fault(const ppo_space *space, size_t depth, ppo_space_walk *walk)
{
    if (!ppo_space_is_composite(space)) {
        const char *fault = leaf_fault(space);
        return fault ? fault : count_leaf(walk, space);
    }
    const char *fault = composite_fault(space, depth);
    const size_t used = strlen(walk->path);
    for (uint32_t i = 0; !fault && i < space->shape[0]; i++) {
        fault = key_fault(space, i);
        if (fault)
            return fault;
        const char *point = used > 0 ? "." : "";
        if (space->kind == PPO_SPACE_DICT)
            snprintf(walk->path + used, sizeof walk->path - used, "%s%.32s", point,
                     space->parts[i].key);
        else
            snprintf(walk->path + used, sizeof walk->path - used, "%s%u", point, i);
        fault = space_fault(&space->parts[i].space, depth + 1, walk);
        if (!fault)
            walk->path[used] = '\0';
    }
    return fault;
}

static const char *actions_fault(const ppo_space *space)
{
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++)
        if (ppo_space_leaf_at(space, i).space->dtype == PPO_U8)
            return "a box of actions holds PPO_F32";
    return NULL;
}

static const char *missing_function(const ppo_env_class *env)
{
    if (!env->reset || !env->step)
        return "reset and step are required";
    if (!env->save_state != !env->load_state)
        return "save_state and load_state go together";
    return NULL;
}

static const char *sizes_fault(const ppo_env_class *env)
{
    if (env->instance_size == 0 || env->instance_size > SIZE_MAX / 2)
        return "instance_size is not the size of an instance";
    if (env->save_state && env->state_size == 0)
        return "save_state needs a state_size";
    if (!env->save_state && env->state_size != 0 && env->state_size != env->instance_size)
        return "without save_state, state_size is 0 or instance_size";
    return NULL;
}

static const char *render_fault(const ppo_env_class *env)
{
    const uint32_t width = env->render_width, height = env->render_height;
    if (!env->render)
        return width || height ? "render_width and render_height go with render" : NULL;
    if (width < 1 || width > MAX_RENDER_SIDE || height < 1 || height > MAX_RENDER_SIDE)
        return "render_width and render_height must be in [1, 4096]";
    if (env->num_render_colours > 0 && !env->render_colours)
        return "render_colours is missing";
    if (!(env->render_fps >= 0.0 && env->render_fps <= 1000.0))
        return "render_fps must be in [0, 1000]";
    return NULL;
}

// The head of a table, before anything else of it may be read: a table that ends before its version
// has none.
static ppo_class_fault version_fault(const ppo_env_class *env, ppo_error *error)
{
    const bool has_version = env->struct_size >= offsetof(ppo_env_class, id);
    if (has_version && env->abi_version != PPO_ENV_ABI_VERSION) {
        ppo_fail(error, PPO_INVALID,
                 "an environment class has interface version %u and size %u; this library takes "
                 "version %u and a size of at least %zu: compile it against this version's headers",
                 env->abi_version, env->struct_size, PPO_ENV_ABI_VERSION, PPO_ENV_CLASS_MIN_SIZE);
        return PPO_CLASS_ABI_VERSION;
    }
    if (env->struct_size >= PPO_ENV_CLASS_MIN_SIZE)
        return PPO_CLASS_VALID;
    ppo_fail(error, PPO_INVALID,
             "an environment class has size %u; this library takes a size of at least %zu: its "
             "struct_size is sizeof(ppo_env_class), compiled against this version's headers",
             env->struct_size, PPO_ENV_CLASS_MIN_SIZE);
    return PPO_CLASS_STRUCT_SIZE;
}

ppo_class_fault ppo_env_class_fault(const ppo_env_class *env, ppo_error *error)
{
    ppo_env_class copy;
    if (!env) {
        ppo_fail(error, PPO_INVALID, "an environment class is missing (NULL)");
        return PPO_CLASS_BAD_TABLE;
    }
    const ppo_class_fault outdated = version_fault(env, error);
    if (outdated != PPO_CLASS_VALID)
        return outdated;
    env = ppo_env_class_whole(&copy, env);
    if (!env->id || !env->id[0]) {
        ppo_fail(error, PPO_INVALID, "an environment class has no id");
        return PPO_CLASS_BAD_TABLE;
    }
    const char *missing = missing_function(env);
    const char *fault = missing ? missing : sizes_fault(env);
    if (!fault)
        fault = render_fault(env);
    if (fault) {
        ppo_fail(error, PPO_INVALID, "%.64s: %s", env->id, fault);
        return missing ? PPO_CLASS_MISSING_FUNCTION : PPO_CLASS_BAD_TABLE;
    }
    const char *which = "observation";
    ppo_space_walk walk = {.leaves = 0};
    fault = space_fault(&env->observation_space, 0, &walk);
    if (!fault) {
        which = "action";
        walk = (ppo_space_walk){.leaves = 0};
        fault = space_fault(&env->action_space, 0, &walk);
        fault = fault ? fault : actions_fault(&env->action_space);
    }
    if (fault) {
        ppo_fail(error, PPO_INVALID, "%.64s: %s space%s%s: %s", env->id, which,
                 walk.path[0] ? ", part " : "", walk.path, fault);
        return PPO_CLASS_BAD_SPACE;
    }
    if (env->action_mask && !ppo_action_mask_bytes(env)) {
        ppo_fail(error, PPO_INVALID, "%.64s: an action_mask needs actions that are not a box",
                 env->id);
        return PPO_CLASS_BAD_TABLE;
    }
    return PPO_CLASS_VALID;
}

ppo_status ppo_env_class_check(const ppo_env_class *env, ppo_error *error)
{
    return ppo_env_class_fault(env, error) == PPO_CLASS_VALID ? PPO_OK : PPO_INVALID;
}
