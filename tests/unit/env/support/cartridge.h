// SPDX-License-Identifier: MIT
// The Atari tests' cartridge files, in a folder that goes away again.
#ifndef TEST_ENV_CARTRIDGE_H
#define TEST_ENV_CARTRIDGE_H

#include <stddef.h>

// Writes bytes to a file below a temporary folder, makes missing folders, and returns its path,
// which stays valid until the next call.
const char *cartridge_file(const char *name, const void *bytes, size_t size);

// That folder, and its end.
const char *cartridge_folder(void);
void cartridge_clean(void);

#endif
