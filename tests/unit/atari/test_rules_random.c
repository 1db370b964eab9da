// SPDX-License-Identifier: MIT
// 100,000 frames of every game's rules on random RAM: nothing is read beyond the two RAMs (a
// sanitiser sees it), and what the rules count stays within what a saved game may hold.
#include "atari/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FRAMES = 100000, RAM = 128, RESET_EVERY = 1000 };

typedef struct named_rules {
    const char *name;
    const ppo_game_rules *rules;
} named_rules;

#define NAMED(name) {#name, &ppo_rules_##name},
static const named_rules all_rules[] = {PPO_RULES_LIST(NAMED)};

static uint32_t draw(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

// A few bytes change as in a game: by one, to a digit pair, a flag, or anything.
static void change(uint8_t *ram, uint32_t *random)
{
    for (uint32_t i = draw(random) % 6; i > 0; i--) {
        uint8_t *byte = &ram[draw(random) % RAM];
        switch (draw(random) % 4) {
        case 0:
            *byte = (uint8_t)(*byte + draw(random) % 3 - 1);
            break;
        case 1:
            *byte = (uint8_t)(draw(random) % 10 << 4 | draw(random) % 10);
            break;
        case 2:
            *byte = (uint8_t)(draw(random) % 2 ? 0 : 0xFF);
            break;
        default:
            *byte = (uint8_t)draw(random);
        }
    }
}

static bool is_count(int32_t value)
{
    return value >= -PPO_TALLY_MAX && value <= PPO_TALLY_MAX;
}

static void check(const ppo_game_rules *rules, const ppo_tally *tally, uint32_t frame)
{
    bool counts = is_count(tally->score) && is_count(tally->reward) && is_count(tally->lives) &&
                  is_count(ppo_rules_lives(rules, tally)) && tally->is_over <= 1;
    for (uint32_t i = 0; i < PPO_RULES_OWN; i++)
        counts = counts && is_count(tally->own[i]);
    if (!counts)
        fail_msg("frame %u: score %d, reward %d, lives %d, end %u", frame, tally->score,
                 tally->reward, tally->lives, tally->is_over);
}

static void test_game(void **state)
{
    const named_rules *game = *state;
    uint32_t random = (uint32_t)strlen(game->name) * 977u + (uint8_t)game->name[0];
    uint8_t *ram = malloc(RAM), *more = malloc(RAM); // each by itself, so that an end is seen
    assert_true(ram && more);
    for (int i = 0; i < RAM; i++)
        ram[i] = more[i] = (uint8_t)draw(&random);
    ppo_tally tally = {.score = 0};
    ppo_rules_reset(game->rules, &tally);
    for (uint32_t frame = 0; frame < FRAMES; frame++) {
        change(ram, &random);
        change(more, &random);
        if (frame % RESET_EVERY == RESET_EVERY - 1)
            ppo_rules_reset(game->rules, &tally);
        game->rules->step(&tally, ram, more);
        check(game->rules, &tally, frame);
    }
    free(ram);
    free(more);
}

int main(void)
{
    enum { NUM_GAMES = sizeof all_rules / sizeof all_rules[0] };
    struct CMUnitTest tests[NUM_GAMES];
    for (size_t i = 0; i < NUM_GAMES; i++)
        tests[i] = (struct CMUnitTest){.name = all_rules[i].name,
                                       .test_func = test_game,
                                       .initial_state = (void *)(uintptr_t)&all_rules[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
