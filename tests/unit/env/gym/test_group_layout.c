// SPDX-License-Identifier: MIT
// The places of a process's shared memory: aligned, one behind the other without overlap, told to
// bridge.py under the names that it reads.
#include "env/gym/group_layout.h"

#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void check_layout(size_t count, size_t obs_bytes, size_t action_bytes, bool has_pictures)
{
    const ppo_bridge_setup setup = {.obs_bytes = obs_bytes,
                                    .action_bytes = action_bytes,
                                    .picture_height = 7,
                                    .picture_width = 5};
    const ppo_group_layout at = ppo_group_layout_for(&setup, count, has_pictures);
    const size_t begins[] = {at.flags,   at.rewards,      at.seeds,
                             at.actions, at.observations, at.first_observations,
                             at.pictures};
    const size_t sizes[] = {count,
                            8 * count,
                            8 * count,
                            action_bytes * count,
                            at.obs_stride * count,
                            at.obs_stride * count,
                            7 * 5 * 3};
    const size_t num = has_pictures ? 7 : 6;
    assert_true(at.obs_stride >= obs_bytes);
    assert_true(has_pictures || at.pictures == 0);
    assert_true(begins[0] >= sizeof(ppo_bridge_control));
    for (size_t i = 0; i < num; i++) {
        assert_int_equal(begins[i] % 64, 0);
        assert_true(begins[i] + sizes[i] <= (i + 1 < num ? begins[i + 1] : at.bytes));
    }
    assert_int_equal(at.bytes % (size_t)sysconf(_SC_PAGESIZE), 0);
}

static void test_layouts(void **state)
{
    (void)state;
    check_layout(1, 1, 4, false);
    check_layout(1, 16, 4, true);
    check_layout(64, 65, 24, false);
    check_layout(13, 4096, 1, false);
}

static void test_description(void **state)
{
    (void)state;
    const ppo_group_layout at = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const struct {
        const char *name;
        int value;
    } wanted[] = {{"flags", 1},    {"rewards", 2},      {"seeds", 3},
                  {"actions", 4},  {"observations", 5}, {"first_observations", 6},
                  {"pictures", 7}, {"stride", 8},       {"bytes", 9}};
    cJSON *task = cJSON_CreateObject();
    ppo_group_layout_describe(&at, task);
    assert_int_equal(cJSON_GetArraySize(task), 9);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(cJSON_GetObjectItem(task, wanted[i].name)->valueint, wanted[i].value);
    cJSON_Delete(task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_description),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
