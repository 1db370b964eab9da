// SPDX-License-Identifier: MIT
// Cores by affinity, and quotas of made-up control groups of both versions.
#include "core/cores.h"

#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char tree[] = "/tmp/ppo_cores_XXXXXX";

// Writes a file below the made-up tree, with the folders above it.
static void put(const char *path, const char *text)
{
    char name[512];
    snprintf(name, sizeof name, "%s/%s", tree, path);
    for (char *at = name + strlen(tree) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(name, 0700);
        *at = '/';
    }
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static double quota(void)
{
    char membership[512], root[512];
    snprintf(membership, sizeof membership, "%s/membership", tree);
    snprintf(root, sizeof root, "%s/root", tree);
    return ppo_cores_quota(membership, root);
}

static int begin_tree(void **state)
{
    (void)state;
    snprintf(tree, sizeof tree, "/tmp/ppo_cores_XXXXXX");
    return mkdtemp(tree) ? 0 : -1;
}

static int end_tree(void **state)
{
    char command[600];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", tree);
    return system(command);
}

static void test_version_2(void **state)
{
    (void)state;
    put("membership", "0::/a/b\n");
    assert_true(isinf(quota()));
    put("root/a/b/cpu.max", "max 100000\n");
    assert_true(isinf(quota()));
    put("root/a/cpu.max", "250000 100000\n"); // an ancestor's
    assert_true(quota() == 2.5);
    put("root/a/b/cpu.max", "50000 100000\n"); // the smaller one counts
    assert_true(quota() == 0.5);
    put("root/a/b/cpu.max", "nonsense\n");
    assert_true(quota() == 2.5);
}

// In a container the path is the host's, and the mount is the container's own group.
static void test_a_path_outside_the_mount(void **state)
{
    (void)state;
    put("membership", "0::/system.slice/docker-0123.scope\n");
    put("root/cpu.max", "150000 100000\n");
    assert_true(quota() == 1.5);
}

static void test_version_1(void **state)
{
    (void)state;
    put("membership", "5:cpuset:/x\n4:cpu,cpuacct:/g\n0::/\n");
    put("root/cpuset/x/cpu.cfs_quota_us", "1000\n"); // another controller
    put("root/cpuset/x/cpu.cfs_period_us", "100000\n");
    put("root/cpu,cpuacct/g/cpu.cfs_quota_us", "-1\n");
    put("root/cpu,cpuacct/g/cpu.cfs_period_us", "100000\n");
    assert_true(isinf(quota()));
    put("root/cpu,cpuacct/g/cpu.cfs_quota_us", "300000\n");
    assert_true(quota() == 3.0);
    put("root/cpu/g/cpu.cfs_quota_us", "120000\n"); // the controller alone is mounted too
    put("root/cpu/g/cpu.cfs_period_us", "100000\n");
    assert_true(quota() == 1.2);
}

static void test_nothing_there(void **state)
{
    (void)state;
    assert_true(isinf(quota()));
    put("membership", "garbage\n\n:\n::\n0::relative\n");
    assert_true(isinf(quota()));
}

static void test_affinity(void **state)
{
    cpu_set_t all, one;
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_in_range(ppo_cores_available(), 1, CPU_COUNT(&all));
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all)) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            break;
        }
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(ppo_cores_available(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_version_2, begin_tree, end_tree),
        cmocka_unit_test_setup_teardown(test_a_path_outside_the_mount, begin_tree, end_tree),
        cmocka_unit_test_setup_teardown(test_version_1, begin_tree, end_tree),
        cmocka_unit_test_setup_teardown(test_nothing_there, begin_tree, end_tree),
        cmocka_unit_test(test_affinity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
