// SPDX-License-Identifier: MIT
// Files of recordings: see csv_files.h.
#include "unit/atari/support/csv_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void csv_files_find(const char *folder, void (*visit)(void *context, const char *path),
                    void *context)
{
    struct dirent **entry = NULL;
    const int count = scandir(folder, &entry, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[1024];
        struct stat found;
        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        if (entry[i]->d_name[0] != '.' && stat(path, &found) == 0) {
            if (S_ISDIR(found.st_mode))
                csv_files_find(path, visit, context);
            else if (strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".csv") == 0)
                visit(context, path);
        }
        free(entry[i]);
    }
    free(entry);
}
