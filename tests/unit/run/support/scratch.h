// SPDX-License-Identifier: MIT
// A folder for a test's files, and short ways to look at them and to damage them.
#ifndef PPO_TESTS_RUN_SCRATCH_H
#define PPO_TESTS_RUN_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

// Group setup and teardown: makes a fresh folder, removes it with all in it.
int scratch_make(void **state);
int scratch_remove(void **state);

// "<folder>/name"; the text lives until the eighth next call.
const char *scratch_path(const char *name);

// The whole file, to be freed; NULL if it can't be read.
char *scratch_read(size_t *size, const char *path);
bool scratch_write(const char *path, const void *data, size_t size);
bool scratch_copy(const char *to, const char *from);
bool scratch_same(const char *a, const char *b);
bool scratch_exists(const char *path);

// Flips one bit of a file.
bool scratch_damage(const char *path, size_t byte);

#endif
