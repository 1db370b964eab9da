// SPDX-License-Identifier: MIT
// Files that are published whole, and files read whole.
#ifndef PPO_CORE_FILE_H
#define PPO_CORE_FILE_H

#include "ppo/base.h"

// Writes `size` bytes to a temporary beside `path`, syncs it, renames it over `path` and syncs the
// folder: at every moment `path` is the old file or the new one. The message names path and cause.
ppo_status ppo_file_publish(const char *path, const void *data, size_t size, ppo_error *error);

// The same, and the old file stays under the name `previous` in the same folder, replacing what was
// there. It moves only once the new file is whole on disk: a failed write changes neither.
ppo_status ppo_file_publish_keep(const char *path, const char *previous, const void *data,
                                 size_t size, ppo_error *error);

// A file that is written piece by piece, under the name `temporary`, and published at the end.
typedef struct ppo_file_draft {
    char *path;
    char *temporary; // beside `path`; empty at first
    int lock;        // a descriptor that holds a lock on it as long as the draft lives
} ppo_file_draft;

// Makes the temporary. Nothing to publish or discard on failure.
ppo_status ppo_file_draft_begin(ppo_file_draft *draft, const char *path, ppo_error *error);

// Removes temporaries of earlier drafts of `path` whose processes have died: nobody holds their
// locks.
void ppo_file_draft_sweep(const char *path);

// Syncs the temporary, renames it over `path` and syncs the folder; on failure it is removed.
// Releases the draft either way.
ppo_status ppo_file_draft_publish(ppo_file_draft *draft, ppo_error *error);

// Removes the temporary and releases the draft.
void ppo_file_draft_discard(ppo_file_draft *draft);

// Writes `size` bytes to a temporary and renames it over `path`, without waiting for the disk: at
// every moment, also after a kill, `path` is the old file or the new one; after a power failure it
// may be neither. For many small files that can be made again.
ppo_status ppo_file_replace(const char *path, const void *data, size_t size, ppo_error *error);

// If `name` is that of a temporary that publishing a file, or keeping its previous one, may leave
// behind: the length of the file's own name, with which it begins. Otherwise 0.
size_t ppo_file_temporary_of(const char *name);

// Reads a whole file into memory that the caller frees; `data` gets a terminating zero byte beyond
// `size`. PPO_NOT_FOUND if it does not exist, PPO_NO_MEMORY, PPO_IO otherwise; files over
// `max_size` are refused. *data is NULL on failure. A pipe is read to its end.
ppo_status ppo_file_read(char **data, size_t *size, const char *path, size_t max_size,
                         ppo_error *error);

// The same for files that are known to be the library's own: anything but a regular file, which may
// have no end or never begin, is refused with PPO_IO.
ppo_status ppo_file_read_regular(char **data, size_t *size, const char *path, size_t max_size,
                                 ppo_error *error);

// Makes a folder and its missing parents.
ppo_status ppo_file_make_dirs(const char *path, ppo_error *error);

// Writes all bytes to an open file, however often the system stops short. Returns how many were
// written; less than `size` means failure, with errno set.
size_t ppo_file_write_all(int descriptor, const void *data, size_t size);

// open(2) with O_CLOEXEC, and never descriptor 0, 1 or 2: a process that was started with these
// closed may still print. -1 with errno on failure.
int ppo_file_open(const char *path, int flags, unsigned mode);

// For libraries that open files themselves: opens /dev/null on those of the descriptors 0, 1 and 2
// that are closed, and returns a set of them; the second function closes these again.
unsigned ppo_file_fill_standard(void);
void ppo_file_free_standard(unsigned filled);

bool ppo_file_exists(const char *path);

#endif
