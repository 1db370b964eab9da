// SPDX-License-Identifier: MIT
// The last 100 episodes: a ring, and what of a rollout goes into it.
#include "rl/episodes.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void create(ppo_arena *arena, ppo_episodes *episodes, ppo_rollout *rollout)
{
    ppo_error error = {0};
    memset(arena, 0, sizeof *arena);
    ppo_episodes_plan(episodes, arena);
    ppo_rollout_plan(rollout, 3, 2, &PPO_INPUT_FLOATS(1), 1, arena);
    if (ppo_arena_bind(arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static void test_ring(void **state)
{
    (void)state;
    ppo_arena arena;
    ppo_episodes episodes;
    ppo_rollout rollout;
    create(&arena, &episodes, &rollout);
    assert_true(isnan(ppo_episodes_return_mean(&episodes)));
    assert_true(isnan(ppo_episodes_length_mean(&episodes)));
    for (int i = 1; i <= 250; i++) {
        ppo_episodes_add(&episodes, i, 2.0 * i);
        const int first = i > PPO_RECENT_EPISODES ? i - PPO_RECENT_EPISODES + 1 : 1;
        assert_true(relative_error(ppo_episodes_return_mean(&episodes), 0.5 * (first + i), 0.0) <
                    1e-12);
        assert_true(relative_error(ppo_episodes_length_mean(&episodes), first + i, 0.0) < 1e-12);
    }
    assert_true(episodes.count[0] == 250);
    ppo_arena_release(&arena);
}

// In the order of time, then environment; a lost step is no episode, nor is a lost life or a cut.
static void test_rollout(void **state)
{
    (void)state;
    ppo_arena arena;
    ppo_episodes episodes;
    ppo_rollout r;
    create(&arena, &episodes, &r);
    for (size_t i = 0; i < 6; i++) {
        r.episode_return[i] = 10.0 * (double)(i + 1);
        r.episode_length[i] = (uint32_t)(i + 1);
    }
    r.terminated[1] = r.truncated[2] = r.terminated[4] = 1;
    r.lost[3] = r.truncated[3] = 1;
    r.truncated[5] = 1;
    r.episode_length[5] = 0;
    ppo_episodes_add_rollout(&episodes, &r);
    assert_true(episodes.count[0] == 3 && episodes.num_lost[0] == 1);
    assert_true(episodes.returns[0] == 20.0 && episodes.returns[1] == 30.0 &&
                episodes.returns[2] == 50.0);
    assert_true(episodes.lengths[0] == 2.0 && episodes.lengths[2] == 5.0);
    ppo_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ring), cmocka_unit_test(test_rollout)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
