// SPDX-License-Identifier: MIT
// A test's folder: see scratch.h. Uses plain stdio, not the code under test.
#include "unit/run/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

int scratch_make(void **state)
{
    (void)state;
    strcpy(folder, "/dev/shm/ppo-run-XXXXXX"); // in memory, where there is such a place
    if (mkdtemp(folder))
        return 0;
    strcpy(folder, "/tmp/ppo-run-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

int scratch_remove(void **state)
{
    char command[96];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

const char *scratch_path(const char *name)
{
    static char paths[8][512];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

char *scratch_read(size_t *size, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*size + 1);
    if (data && fread(data, 1, *size, file) != *size) {
        free(data);
        data = NULL;
    }
    fclose(file);
    if (data)
        data[*size] = '\0';
    return data;
}

bool scratch_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    const bool written = fwrite(data, 1, size, file) == size;
    return fclose(file) == 0 && written;
}

bool scratch_copy(const char *to, const char *from)
{
    size_t size;
    char *data = scratch_read(&size, from);
    const bool done = data && scratch_write(to, data, size);
    free(data);
    return done;
}

bool scratch_same(const char *a, const char *b)
{
    size_t size[2] = {0, 0};
    char *data[2] = {scratch_read(&size[0], a), scratch_read(&size[1], b)};
    const bool same =
        data[0] && data[1] && size[0] == size[1] && memcmp(data[0], data[1], size[0]) == 0;
    free(data[0]);
    free(data[1]);
    return same;
}

bool scratch_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool scratch_damage(const char *path, size_t byte)
{
    size_t size;
    char *data = scratch_read(&size, path);
    if (!data || byte >= size) {
        free(data);
        return false;
    }
    data[byte] ^= 4;
    unlink(path); // a new file: the old bytes may have a second name
    const bool done = scratch_write(path, data, size);
    free(data);
    return done;
}
