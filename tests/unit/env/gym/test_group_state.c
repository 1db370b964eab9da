// SPDX-License-Identifier: MIT
// Every transition of a process group's instances and processes.
#include "env/gym/group_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { L = PPO_INSTANCE_LOST, P = PPO_INSTANCE_PLAYING, N = PPO_INSTANCE_NEXT };

static void test_instances(void **state)
{
    (void)state;
    static const struct {
        ppo_instance_event event;
        int from_lost, from_playing, from_next; // the state afterwards
        uint32_t num_failures;                  // afterwards; 2 before
    } rows[] = {{PPO_INSTANCE_STEPPED, L, P, P, 0}, {PPO_INSTANCE_STEPPED_AND_RESET, L, N, N, 0},
                {PPO_INSTANCE_BEGUN, L, P, P, 2},   {PPO_INSTANCE_FAILED, L, L, L, 3},
                {PPO_INSTANCE_MADE, P, P, P, 2},    {PPO_INSTANCE_PROCESS_ENDED, L, L, L, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int wanted[] = {
            [L] = rows[i].from_lost, [P] = rows[i].from_playing, [N] = rows[i].from_next};
        for (int from = L; from <= N; from++) {
            ppo_group_instance instance = {
                .state = (ppo_instance_state)from, .num_failures = 2, .seed = 5, .num_derived = 1};
            ppo_group_instance_handle(&instance, rows[i].event);
            assert_int_equal(instance.state, wanted[from]);
            assert_int_equal(instance.num_failures, rows[i].num_failures);
            assert_int_equal(instance.seed, 5);
            assert_int_equal(instance.num_derived, 1);
        }
    }
}

static void test_processes(void **state)
{
    (void)state;
    ppo_process_state process = PPO_PROCESS_STOPPED;
    ppo_group_instance instances[3] = {{.state = PPO_INSTANCE_PLAYING},
                                       {.state = PPO_INSTANCE_NEXT, .num_failures = 1},
                                       {.state = PPO_INSTANCE_PLAYING}};
    ppo_group_process_handle(&process, instances, 2, PPO_PROCESS_SENT);
    assert_int_equal(process, PPO_PROCESS_BUSY);
    ppo_group_process_handle(&process, instances, 2, PPO_PROCESS_REPLIED);
    assert_int_equal(process, PPO_PROCESS_IDLE);
    assert_int_equal(instances[1].state, PPO_INSTANCE_NEXT);
    ppo_group_process_handle(&process, instances, 2, PPO_PROCESS_ENDED);
    assert_int_equal(process, PPO_PROCESS_STOPPED);
    assert_int_equal(instances[0].state, PPO_INSTANCE_LOST);
    assert_int_equal(instances[1].state, PPO_INSTANCE_LOST);
    assert_int_equal(instances[1].num_failures, 1);
    assert_int_equal(instances[2].state, PPO_INSTANCE_PLAYING); // of another process
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instances),
        cmocka_unit_test(test_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
