// SPDX-License-Identifier: MIT
// Tables of older versions made whole, and the check that any class's table must pass before its
// functions are called. Keeps nothing.
#include "env/class.h"

#include "core/error.h"

#include <math.h>
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

// What is wrong with a space, or NULL.
static const char *space_fault(const ppo_space *space)
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
    }
    return "the kind is not a ppo_space_kind";
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
    if (env->action_mask && env->action_space.kind == PPO_SPACE_BOX)
        return "an action_mask needs actions that are not a box";
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
    fault = space_fault(&env->observation_space);
    if (!fault) {
        which = "action";
        fault = space_fault(&env->action_space);
        if (!fault && env->action_space.dtype == PPO_U8)
            fault = "a box of actions holds PPO_F32";
    }
    if (!fault)
        return PPO_CLASS_VALID;
    ppo_fail(error, PPO_INVALID, "%.64s: %s space: %s", env->id, which, fault);
    return PPO_CLASS_BAD_SPACE;
}

ppo_status ppo_env_class_check(const ppo_env_class *env, ppo_error *error)
{
    return ppo_env_class_fault(env, error) == PPO_CLASS_VALID ? PPO_OK : PPO_INVALID;
}
