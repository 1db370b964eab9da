// SPDX-License-Identifier: MIT
// Counting cores by affinity and control groups: see cores.h. Keeps nothing.
#include "core/cores.h"

#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

// Whether the first line of a file could be read.
static bool read_line(char *line, size_t size, const char *folder, const char *name)
{
    char path[PATH_SIZE];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return false;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    const bool is_read = fgets(line, (int)size, file) != NULL;
    fclose(file);
    return is_read;
}

// The quota that one group sets, in cores; INFINITY if none.
static double group_quota(const char *folder)
{
    char line[128], period_line[64];
    double quota = -1.0, period = 0.0;
    if (read_line(line, sizeof line, folder, "cpu.max")) { // "150000 100000", "max 100000"
        char *end;
        quota = (double)strtoll(line, &end, 10);
        period = end == line ? 0.0 : (double)strtoll(end, NULL, 10);
    } else if (read_line(line, sizeof line, folder, "cpu.cfs_quota_us") &&
               read_line(period_line, sizeof period_line, folder, "cpu.cfs_period_us")) {
        quota = (double)strtoll(line, NULL, 10); // -1: none
        period = (double)strtoll(period_line, NULL, 10);
    }
    return quota > 0.0 && period > 0.0 ? quota / period : (double)INFINITY;
}

// The smallest quota of `mount`/`group` and all folders above it up to `mount`. In a container the
// group's path may be the host's, which does not exist below the container's mount; the mount then
// is the container's own group.
static double smallest_quota(const char *mount, const char *group)
{
    char folder[PATH_SIZE];
    const size_t base = strlen(mount);
    if ((size_t)snprintf(folder, sizeof folder, "%s%s", mount, group) >= sizeof folder)
        return (double)INFINITY;
    double quota = group_quota(folder);
    while (strlen(folder) > base) {
        *strrchr(folder, '/') = '\0';
        quota = fmin(quota, group_quota(folder));
    }
    return quota;
}

// Whether a comma-separated list contains "cpu".
static bool has_cpu(const char *controllers)
{
    for (const char *at = controllers; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, "cpu", 3) == 0 && (at[3] == ',' || at[3] == '\0'))
            return true;
    }
    return false;
}

double ppo_cores_quota(const char *membership, const char *root)
{
    char line[PATH_SIZE], mount[PATH_SIZE];
    double quota = (double)INFINITY;
    FILE *file = fopen(membership, "re");
    while (file && fgets(line, sizeof line, file)) { // "4:cpu,cpuacct:/group", "0::/group"
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group || group[1] != '/')
            continue;
        *group++ = '\0';
        controllers++;
        if (!controllers[0]) { // version 2
            quota = fmin(quota, smallest_quota(root, group));
        } else if (has_cpu(controllers)) {
            if ((size_t)snprintf(mount, sizeof mount, "%s/%s", root, controllers) < sizeof mount)
                quota = fmin(quota, smallest_quota(mount, group));
            if ((size_t)snprintf(mount, sizeof mount, "%s/cpu", root) < sizeof mount)
                quota = fmin(quota, smallest_quota(mount, group));
        }
    }
    if (file)
        fclose(file);
    return quota;
}

// The cores of the affinity mask, or all that are online if it can't be read.
static size_t affinity_cores(void)
{
    for (size_t num_cpus = 1024; num_cpus <= 65536;
         num_cpus *= 4) { // until the mask is large enough
        cpu_set_t *set = CPU_ALLOC(num_cpus);
        const size_t size = CPU_ALLOC_SIZE(num_cpus);
        const bool is_read = set && sched_getaffinity(0, size, set) == 0;
        const int count = is_read ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (count > 0)
            return (size_t)count;
    }
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (size_t)online : 1;
}

bool ppo_cores_are_chosen(void)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 && affinity_cores() < (size_t)online;
}

size_t ppo_cores_available(void)
{
    const size_t cores = affinity_cores();
    const double quota = ppo_cores_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    if (quota >= (double)cores)
        return cores;
    return quota < 1.5 ? 1 : (size_t)(quota + 0.5);
}
