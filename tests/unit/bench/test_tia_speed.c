// SPDX-License-Identifier: MIT
// The TIA alone is faster than a whole console; measuring leaves the game as it was; a game that
// never completes a frame is refused.
#include "bench/tia_speed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct fixture {
    ppo_game_setup setup;
    ppo_game *game;
} fixture;

static void fixture_open(fixture *f, const ppo_game_info *info, const void *bytes, size_t size)
{
    *f = (fixture){.setup = {.info = info}};
    assert_int_equal(ppo_cartridge_create(&f->setup.cartridge, bytes, size, &info->traits, NULL),
                     PPO_OK);
    f->game = aligned_alloc(64, (ppo_game_size() + 63) / 64 * 64);
    assert_non_null(f->game);
    assert_int_equal(ppo_game_load(f->game, &f->setup, 1, NULL), PPO_OK);
}

static void fixture_close(fixture *f)
{
    free(f->game);
    ppo_cartridge_destroy(f->setup.cartridge);
}

static void test_rally(void **state)
{
    (void)state;
    size_t size;
    const ppo_game_info *info = ppo_game_find("Rally");
    const void *bytes = ppo_game_cartridge(info, &size);
    if (!bytes)
        skip();
    fixture f;
    fixture_open(&f, info, bytes, size);
    void *copy = malloc(ppo_game_size());
    assert_non_null(copy);
    memcpy(copy, f.game, ppo_game_size());
    double rate = 0.0;
    assert_int_equal(ppo_bench_tia(&rate, f.game, &f.setup, 0.01, NULL), PPO_OK);
    assert_true(rate > 1000.0);
    assert_memory_equal(copy, f.game, ppo_game_size());
    free(copy);
    fixture_close(&f);
}

// KIL: the processor stops, and no frame ends.
static void test_without_frames(void **state)
{
    (void)state;
    static uint8_t bytes[4096];
    memset(bytes, 0x02, sizeof bytes);
    fixture f;
    fixture_open(&f, ppo_game_generic(), bytes, sizeof bytes);
    ppo_error error;
    double rate = 5.0;
    assert_int_equal(ppo_bench_tia(&rate, f.game, &f.setup, 0.01, &error), PPO_UNSUPPORTED);
    assert_true(rate == 0.0);
    assert_non_null(strstr(error.message, "does not complete a frame"));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rally),
        cmocka_unit_test(test_without_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
