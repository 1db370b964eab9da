// SPDX-License-Identifier: MIT
// Files of recordings.
#ifndef PPO_TEST_CSV_FILES_H
#define PPO_TEST_CSV_FILES_H

// Calls `visit` with all *.csv of a folder and of the folders below it, in alphabetical order.
void csv_files_find(const char *folder, void (*visit)(void *context, const char *path),
                    void *context);

#endif
