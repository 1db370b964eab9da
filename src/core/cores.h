// SPDX-License-Identifier: MIT
// How many cores this process may use: those of its affinity mask, no more than the quota of its
// control group (containers) allows. Reads a few files; called when something is created.
#ifndef PPO_CORE_CORES_H
#define PPO_CORE_CORES_H

#include <stdbool.h>
#include <stddef.h>

// At least 1. A quota of 1.5 cores or more counts as 2: rounded to the nearest number.
size_t ppo_cores_available(void);

// Whether the affinity mask leaves fewer cores than the machine has: somebody has chosen them for
// this process.
bool ppo_cores_are_chosen(void);

// The smallest quota, in cores, of a control group and its ancestors; INFINITY if there is none.
// `membership` is the path of /proc/self/cgroup, `root` where control groups are mounted
// (/sys/fs/cgroup): version 2 (cpu.max) or version 1 (cpu.cfs_quota_us, cpu.cfs_period_us).
double ppo_cores_quota(const char *membership, const char *root);

#endif
