// SPDX-License-Identifier: MIT
// From a line of JSON to a class's spaces: see bridge_spaces.h. The line comes from the user's
// Python, so everything in it is checked before it is used.
#include "env/gym/bridge_spaces.h"

#include "core/error.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES (256 << 20)

// The last whole line of a file; NULL if there is none. Free it.
static char *read_line(int fd)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0 || facts.st_size <= 0 || facts.st_size > MAX_BYTES)
        return NULL;
    const size_t size = (size_t)facts.st_size;
    char *text = malloc(size + 1);
    if (!text || pread(fd, text, size, 0) != (ssize_t)size) {
        free(text);
        return NULL;
    }
    text[size] = '\0';
    char *end = strrchr(text, '\n');
    if (!end) {
        free(text);
        return NULL;
    }
    *end = '\0';
    const char *last = strrchr(text, '\n');
    if (last)
        memmove(text, last + 1, strlen(last + 1) + 1);
    return text;
}

static double number_of(const cJSON *object, const char *name, double otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text ? text : "";
}

// Memory that the class borrows, in a list.
typedef struct ppo_bridge_block {
    struct ppo_bridge_block *next;
    _Alignas(max_align_t) unsigned char data[];
} ppo_bridge_block;

// Zeroed. NULL: no memory.
static void *take(ppo_bridge_facts *facts, size_t count, size_t size)
{
    ppo_bridge_block *block = calloc(1, sizeof *block + count * size);
    if (!block)
        return NULL;
    block->next = facts->blocks;
    facts->blocks = block;
    return block->data;
}

// Bounds: null for none at all, one number for all, or a list in which null is infinite. False: no
// memory.
static bool read_bounds(ppo_bridge_facts *facts, const float **bounds, const cJSON *json,
                        size_t size, float infinite)
{
    if (!json || cJSON_IsNull(json))
        return true;
    float *values = take(facts, size, sizeof *values);
    if (!values)
        return false;
    const cJSON *item = cJSON_IsArray(json) ? json->child : json;
    for (size_t i = 0; i < size; i++) {
        values[i] = item && cJSON_IsNumber(item) ? (float)item->valuedouble : infinite;
        if (cJSON_IsArray(json) && item)
            item = item->next;
    }
    *bounds = values;
    return true;
}

static bool read_counts(ppo_bridge_facts *facts, const uint32_t **counts, const cJSON *json,
                        size_t size)
{
    if (!cJSON_IsArray(json))
        return true; // a class's check says what is missing
    uint32_t *values = take(facts, size, sizeof *values);
    if (!values)
        return false;
    const cJSON *item = json->child;
    for (size_t i = 0; i < size && item; i++, item = item->next)
        if (item->valuedouble >= 1.0 && item->valuedouble <= INT32_MAX)
            values[i] = (uint32_t)item->valuedouble;
    *counts = values;
    return true;
}

static ppo_status read_shape(ppo_space *space, const cJSON *json, ppo_error *error)
{
    double size = 1.0;
    const cJSON *axis;
    cJSON_ArrayForEach(axis, json)
    {
        if (space->rank == PPO_MAX_RANK || !(axis->valuedouble >= 1.0))
            return ppo_fail(error, PPO_UNSUPPORTED, "the space is empty, or has more than %d axes",
                            PPO_MAX_RANK);
        size *= axis->valuedouble;
        if (size > (double)(1 << 28))
            return ppo_fail(error, PPO_UNSUPPORTED, "the space has too many elements");
        space->shape[space->rank++] = (uint32_t)axis->valuedouble;
    }
    return PPO_OK;
}

static ppo_status no_memory(ppo_error *error)
{
    return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's spaces");
}

static ppo_status read_leaf(ppo_space *space, ppo_bridge_facts *facts, const cJSON *json,
                            ppo_error *error)
{
    static const struct {
        const char *name;
        ppo_space_kind kind;
    } kinds[] = {{"box", PPO_SPACE_BOX},
                 {"discrete", PPO_SPACE_DISCRETE},
                 {"multi_discrete", PPO_SPACE_MULTI_DISCRETE},
                 {"multi_binary", PPO_SPACE_MULTI_BINARY}};
    const char *kind = text_of(json, "kind");
    *space = (ppo_space){.dtype = PPO_I32};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kind, kinds[i].name) == 0)
            space->kind = kinds[i].kind;
    if (space->kind == PPO_SPACE_BOX)
        space->dtype = cJSON_IsTrue(cJSON_GetObjectItem(json, "bytes")) ? PPO_U8 : PPO_F32;
    PPO_TRY(read_shape(space, cJSON_GetObjectItem(json, "shape"), error));
    const size_t size = ppo_space_size(space);
    if (!read_bounds(facts, &space->low, cJSON_GetObjectItem(json, "low"), size, -INFINITY) ||
        !read_bounds(facts, &space->high, cJSON_GetObjectItem(json, "high"), size, INFINITY) ||
        !read_counts(facts, &space->num_values, cJSON_GetObjectItem(json, "num_values"), size))
        return no_memory(error);
    return PPO_OK;
}

static ppo_status read_space(ppo_space *space, ppo_bridge_facts *facts, const cJSON *json,
                             size_t depth, ppo_error *error);

// A part of a tuple or dict.
static ppo_status read_part(ppo_space_part *part, bool has_key, ppo_bridge_facts *facts,
                            const cJSON *json, size_t depth, ppo_error *error)
{
    if (has_key) {
        const char *key = text_of(json, "key");
        char *copy = take(facts, strlen(key) + 1, 1);
        if (!copy)
            return no_memory(error);
        strcpy(copy, key);
        part->key = copy;
    }
    return read_space(&part->space, facts, json, depth, error);
}

// A class's check says what is wrong with the parts themselves.
static ppo_status read_parts(ppo_space *space, ppo_bridge_facts *facts, const cJSON *json,
                             size_t depth, ppo_error *error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "parts"), *item;
    const size_t count = (size_t)cJSON_GetArraySize(list);
    const bool has_keys = strcmp(text_of(json, "kind"), "dict") == 0;
    if (depth >= PPO_MAX_SPACE_DEPTH || count > PPO_MAX_SPACE_LEAVES)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "the space has parts more than %d deep, or more than %d of them",
                        PPO_MAX_SPACE_DEPTH, PPO_MAX_SPACE_LEAVES);
    ppo_space_part *part = take(facts, count, sizeof *part);
    if (!part)
        return no_memory(error);
    *space = (ppo_space){.kind = has_keys ? PPO_SPACE_DICT : PPO_SPACE_TUPLE,
                         .dtype = PPO_U8,
                         .rank = 1,
                         .shape = {(uint32_t)count},
                         .parts = part};
    cJSON_ArrayForEach(item, list)
    {
        PPO_TRY(read_part(part++, has_keys, facts, item, depth + 1, error));
    }
    return PPO_OK;
}

static ppo_status read_space(ppo_space *space, ppo_bridge_facts *facts, const cJSON *json,
                             size_t depth, ppo_error *error)
{
    return cJSON_GetObjectItemCaseSensitive(json, "parts")
               ? read_parts(space, facts, json, depth, error)
               : read_leaf(space, facts, json, error);
}

// The space `name`: "observation" or "action"; a refusal says which, and of what environment.
static ppo_status read_named_space(ppo_space *space, ppo_bridge_facts *facts, const cJSON *json,
                                   const char *name, const char *id, ppo_error *error)
{
    ppo_error fault = {.message = ""};
    const ppo_status status = read_space(space, facts, cJSON_GetObjectItem(json, name), 0, &fault);
    return status == PPO_OK ? PPO_OK
                            : ppo_fail(error, status, "%.128s, %s: %s", id, name, fault.message);
}

static ppo_status read_all(ppo_env_class *env, ppo_bridge_facts *facts, const cJSON *json,
                           const char *id, ppo_error *error)
{
    const double height = number_of(json, "height", 0.0), width = number_of(json, "width", 0.0);
    const double limit = number_of(json, "limit", 0.0), fps = number_of(json, "fps", 0.0);
    PPO_TRY(read_named_space(&env->observation_space, facts, json, "observation", id, error));
    PPO_TRY(read_named_space(&env->action_space, facts, json, "action", id, error));
    snprintf(facts->no_pictures, sizeof facts->no_pictures, "%s", text_of(json, "no_pictures"));
    env->max_episode_steps = limit >= 1.0 && limit < UINT32_MAX ? (uint32_t)limit : 0;
    env->reward_threshold = number_of(json, "threshold", (double)NAN);
    if (height >= 1.0 && height <= 4096.0 && width >= 1.0 && width <= 4096.0) {
        env->render_height = (uint32_t)height;
        env->render_width = (uint32_t)width;
        env->render_fps = fps > 0.0 && fps <= 1000.0 ? fps : 0.0;
    }
    return PPO_OK;
}

// Python's sentence, behind the id.
static ppo_status refuse(const cJSON *json, const char *id, ppo_error *error)
{
    const bool is_missing = strcmp(text_of(json, "kind"), "not_found") == 0;
    return ppo_fail(error, is_missing ? PPO_NOT_FOUND : PPO_UNSUPPORTED, "%.128s: %.350s", id,
                    text_of(json, "error"));
}

ppo_status ppo_bridge_read_facts(ppo_env_class *env, ppo_bridge_facts *facts, int fd,
                                 const char *id, ppo_error *error)
{
    char *line = read_line(fd);
    cJSON *json = line ? cJSON_Parse(line) : NULL;
    free(line);
    if (!json)
        return ppo_fail(error, PPO_ENV_FAILED,
                        "%.128s: Python ended, or was killed after env_timeout seconds, before it "
                        "could report anything about the environment",
                        id);
    const ppo_status status = cJSON_GetObjectItemCaseSensitive(json, "error")
                                  ? refuse(json, id, error)
                                  : read_all(env, facts, json, id, error);
    cJSON_Delete(json);
    return status;
}

void ppo_bridge_free_facts(ppo_bridge_facts *facts)
{
    while (facts->blocks) {
        ppo_bridge_block *block = facts->blocks;
        facts->blocks = block->next;
        free(block);
    }
}
