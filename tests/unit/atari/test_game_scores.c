// SPDX-License-Identifier: MIT
// The scores that papers report: of the literature's 57 games, and of no other.
#include "ppo/atari.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_games(void **state)
{
    (void)state;
    size_t count = 0;
    for (size_t i = 0; i < ppo_game_count(); i++) {
        const ppo_game_scores *scores = ppo_game_reported_scores(ppo_game_at(i));
        if (!scores)
            continue;
        count++;
        assert_true(scores->human > scores->random);
    }
    assert_int_equal(count, 57);
    assert_null(ppo_game_reported_scores(NULL));
    assert_null(ppo_game_reported_scores(ppo_game_find("Rally")));
    assert_null(ppo_game_reported_scores(ppo_game_find("Tetris")));
    assert_null(ppo_game_reported_scores(ppo_game_generic()));
}

// Pong from -21 to 21: random -20.7, human 14.6.
static void test_normalise(void **state)
{
    (void)state;
    const ppo_game_scores *pong = ppo_game_reported_scores(ppo_game_find("Pong"));
    assert_true(ppo_game_normalise(pong, -20.7) == 0.0);
    assert_true(ppo_game_normalise(pong, 14.6) == 1.0);
    const double best = ppo_game_normalise(pong, 21.0); // 41.7 / 35.3
    assert_true(best > 1.1813 && best < 1.1814);
    const ppo_game_scores *skiing = ppo_game_reported_scores(ppo_game_find("Skiing"));
    const double half = ppo_game_normalise(skiing, (-17098.1 - 4336.9) / 2.0);
    assert_true(half > 0.4999 && half < 0.5001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_games),
        cmocka_unit_test(test_normalise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
