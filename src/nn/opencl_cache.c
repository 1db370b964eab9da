// SPDX-License-Identifier: MIT
// See opencl_cache.h. A file is a header, the key and the data, which the header's checksum covers.
#include "nn/opencl_cache.h"

#include "core/file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE ((size_t)256 << 20)

typedef struct cache_header {
    char magic[8];
    uint64_t key_size, data_size, checksum;
} cache_header;

static const char magic[8] = "ppo-ocl";

uint64_t ppo_opencl_cache_hash(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

// False if there is no such folder: neither variable is set.
static bool find_folder(char folder[PATH_MAX])
{
    const char *cache = secure_getenv("XDG_CACHE_HOME"), *home = secure_getenv("HOME");
    int length = -1;
    if (cache && cache[0] == '/')
        length = snprintf(folder, PATH_MAX, "%s/ppo/opencl", cache);
    else if (home && home[0] == '/')
        length = snprintf(folder, PATH_MAX, "%s/.cache/ppo/opencl", home);
    return length > 0 && length < PATH_MAX;
}

static bool find_file(char path[PATH_MAX], const char *folder, const char *key)
{
    const int length = snprintf(path, PATH_MAX, "%s/%016" PRIx64 ".bin", folder,
                                ppo_opencl_cache_hash(key, strlen(key)));
    return length > 0 && length < PATH_MAX;
}

// The data of a file, moved to its front; false if it isn't whole or belongs to another key.
static bool take_out(unsigned char *file, size_t file_size, const char *key, size_t *size)
{
    cache_header header;
    const size_t key_size = strlen(key);
    if (file_size < sizeof header + key_size)
        return false;
    memcpy(&header, file, sizeof header);
    const unsigned char *rest = file + sizeof header;
    const size_t rest_size = file_size - sizeof header;
    if (memcmp(header.magic, magic, sizeof magic) != 0 || header.key_size != key_size ||
        header.data_size != rest_size - key_size || memcmp(rest, key, key_size) != 0 ||
        header.checksum != ppo_opencl_cache_hash(rest, rest_size))
        return false;
    memmove(file, rest + key_size, rest_size - key_size);
    *size = rest_size - key_size;
    return true;
}

unsigned char *ppo_opencl_cache_load(const char *key, size_t *size)
{
    char folder[PATH_MAX], path[PATH_MAX];
    char *file = NULL;
    size_t file_size = 0;
    if (!find_folder(folder) || !find_file(path, folder, key) ||
        ppo_file_read_regular(&file, &file_size, path, MAX_SIZE, NULL) != PPO_OK)
        return NULL;
    if (take_out((unsigned char *)file, file_size, key, size))
        return (unsigned char *)file;
    free(file);
    return NULL;
}

void ppo_opencl_cache_store(const char *key, const unsigned char *data, size_t size)
{
    char folder[PATH_MAX], path[PATH_MAX];
    const size_t key_size = strlen(key), file_size = sizeof(cache_header) + key_size + size;
    if (!find_folder(folder) || !find_file(path, folder, key) ||
        ppo_file_make_dirs(folder, NULL) != PPO_OK)
        return;
    unsigned char *file = malloc(file_size);
    if (!file)
        return;
    unsigned char *rest = file + sizeof(cache_header);
    memcpy(rest, key, key_size);
    memcpy(rest + key_size, data, size);
    cache_header header = {.key_size = key_size, .data_size = size};
    memcpy(header.magic, magic, sizeof magic);
    header.checksum = ppo_opencl_cache_hash(rest, key_size + size);
    memcpy(file, &header, sizeof header);
    (void)ppo_file_replace(path, file, file_size, NULL);
    free(file);
}
