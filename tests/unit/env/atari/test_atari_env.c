// SPDX-License-Identifier: MIT
// Atari environments: what a step and a reset do, on a cartridge that counts its frames, and lost
// lives in Bricks, where the build has it. Observations are held against frames played one by one.
#include "env/atari/atari_env.h"
#include "unit/env/support/cartridge.h"
#include "unit/atari/support/tiny.h"

#include "ppo/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX_OBS = 210 * 160 * 3, SKIPPED_FRAMES = 4 };

static const ppo_env_options usual = {
    .struct_size = sizeof(ppo_env_options),
    .atari = {
        .frame_skip = SKIPPED_FRAMES, .screen_size = 84, .grayscale = true, .max_pool = true}};

typedef struct fixture {
    const ppo_env_class *env;
    unsigned char *instance;
    uint8_t obs[MAX_OBS];
    ppo_transition last;
} fixture;

static void fixture_open(fixture *b, const char *id, const ppo_env_options *options)
{
    ppo_error error;
    if (ppo_env_open(&b->env, id, options, &error) != PPO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(ppo_env_class_check(b->env, NULL), PPO_OK);
    assert_true(ppo_space_bytes(&b->env->observation_space) <= MAX_OBS);
    b->instance = aligned_alloc(64, (b->env->instance_size + 63) / 64 * 64);
    memset(b->instance, 0, b->env->instance_size);
    assert_int_equal(b->env->init(b->instance, b->env->context, NULL), PPO_OK);
}

static void fixture_open_tiny(fixture *b, const ppo_env_options *options)
{
    char id[600];
    uint8_t bytes[TINY_SIZE];
    tiny_cartridge(bytes);
    snprintf(id, sizeof id, "atari:%s", cartridge_file("tiny.bin", bytes, sizeof bytes));
    fixture_open(b, id, options);
}

static void fixture_close(fixture *b)
{
    free(b->instance);
    ppo_env_close(b->env);
}

static void fixture_reset(fixture *b, const uint64_t *seed)
{
    assert_int_equal(b->env->reset(b->instance, seed, b->obs, NULL), PPO_OK);
}

static void fixture_step(fixture *b, int32_t action)
{
    b->last = (ppo_transition){.reward = 0.0};
    assert_int_equal(b->env->step(b->instance, &action, b->obs, &b->last, NULL), PPO_OK);
}

static const ppo_game *game_of(const fixture *b)
{
    const ppo_atari *atari = b->env->context;
    return (const void *)(b->instance + atari->game_at);
}

static unsigned frames_of(const fixture *b)
{
    return tiny_frames(ppo_game_console(game_of(b)));
}

// --- the class ---------------------------------------------------------------------------------

static void expect_shape(const ppo_env_options *options, uint32_t rank, const uint32_t *shape)
{
    fixture b;
    fixture_open_tiny(&b, options);
    const ppo_space *space = &b.env->observation_space;
    assert_int_equal(space->rank, rank);
    assert_memory_equal(space->shape, shape, rank * sizeof *shape);
    assert_true(space->kind == PPO_SPACE_BOX && space->dtype == PPO_U8);
    assert_true(b.env->skips_frames && isnan(b.env->reward_threshold));
    assert_int_equal(b.env->max_episode_steps, 108000 / options->atari.frame_skip);
    fixture_close(&b);
}

static void test_shapes(void **state)
{
    (void)state;
    ppo_env_options options = usual;
    expect_shape(&options, 2, (uint32_t[]){84, 84});
    options.atari.grayscale = false;
    expect_shape(&options, 3, (uint32_t[]){84, 84, 3});
    options.atari.screen_size = 0;
    options.atari.frame_skip = 1;
    expect_shape(&options, 3, (uint32_t[]){210, 160, 3});
    options.atari.grayscale = true;
    expect_shape(&options, 2, (uint32_t[]){210, 160});
}

static void test_refusals(void **state)
{
    (void)state;
    const ppo_env_class *env;
    ppo_error error;
    ppo_env_options options = usual;
    uint8_t bytes[3000] = {0};
    char id[600];
    tiny_cartridge(bytes);
    snprintf(id, sizeof id, "atari:%s", cartridge_file("tiny.bin", bytes, TINY_SIZE));
    options.atari.screen_size = 200;
    assert_int_equal(ppo_env_open(&env, id, &options, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "screen_size 200"));
    options = usual;
    options.atari.frame_skip = 0;
    assert_int_equal(ppo_env_open(&env, id, &options, &error), PPO_INVALID);
    snprintf(id, sizeof id, "atari:%s", cartridge_file("odd.bin", bytes, sizeof bytes));
    assert_int_equal(ppo_env_open(&env, id, &usual, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "3000 bytes; cartridges have 2048"));
    assert_int_equal(ppo_env_open(&env, "atari:/nowhere/x.bin", &usual, &error), PPO_NOT_FOUND);
    assert_null(env);
    fixture b;
    fixture_open_tiny(&b, &usual);
    fixture_reset(&b, &(uint64_t){1});
    const int32_t action = 18;
    assert_int_equal(b.env->step(b.instance, &action, b.obs, &b.last, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "action 18"));
    fixture_close(&b);
}

static void test_unknown_cartridges_say_so(void **state)
{
    (void)state;
    fixture b;
    fixture_open_tiny(&b, &usual);
    assert_non_null(strstr(b.env->summary, "no rewards"));
    fixture_reset(&b, &(uint64_t){1});
    for (int i = 0; i < 100; i++) {
        fixture_step(&b, i % 18);
        assert_true(b.last.reward == 0.0 && !b.last.terminated && !b.last.truncated);
    }
    fixture_close(&b);
}

// --- resets and steps --------------------------------------------------------------------------

static void test_step_repeats(void **state)
{
    (void)state;
    fixture b;
    fixture_open_tiny(&b, &usual);
    fixture_reset(&b, &(uint64_t){1});
    for (int32_t action = 0; action < 18; action++) {
        const unsigned before = frames_of(&b);
        fixture_step(&b, action);
        assert_int_equal(frames_of(&b) - before, 4);
    }
    const uint8_t *ram = ppo_console_ram(ppo_game_console(game_of(&b)));
    assert_int_equal(ram[TINY_JOYSTICK] & 0xF0, 0x90); // down, left
    fixture_close(&b);
}

// k frames without action, uniform in 1 .. noop_max, from the stream of the seed.
static void test_noops(void **state)
{
    (void)state;
    ppo_env_options options = usual;
    options.atari.noop_max = 30;
    unsigned seen = 0;
    fixture b;
    fixture_open_tiny(&b, &options);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        ppo_random random;
        ppo_random_seed(&random, seed);
        ppo_random_u64(&random);
        fixture_reset(&b, &seed);
        for (int i = 0; i < 5; i++) {
            const uint32_t expected = (uint32_t)ppo_random_integers(&random, 1, 31);
            assert_int_equal(ppo_game_frames(game_of(&b)), expected);
            seen |= 1u << expected;
            fixture_reset(&b, NULL);
        }
    }
    assert_int_equal(seen, 0x7FFFFFFE); // all of 1 .. 30
    fixture_close(&b);
}

static void test_fire(void **state)
{
    (void)state;
    ppo_env_options options = usual;
    options.atari.fire_reset = true;
    fixture b;
    fixture_open_tiny(&b, &options);
    fixture_reset(&b, &(uint64_t){1});
    assert_int_equal(ppo_game_frames(game_of(&b)),
                     8); // a step of FIRE, one of the action behind it
    const uint8_t *ram = ppo_console_ram(ppo_game_console(game_of(&b)));
    assert_int_equal(ram[TINY_JOYSTICK] & 0xF0, 0xE0); // up
    assert_int_equal(ram[TINY_BUTTON] >> 7, 1);
    fixture_close(&b);
}

static void test_truncation(void **state)
{
    (void)state;
    ppo_env_options options = usual;
    options.atari.frame_skip = 1000;
    options.atari.noop_max = 1;
    fixture b;
    fixture_open_tiny(&b, &options);
    fixture_reset(&b, &(uint64_t){1});
    for (int i = 1; i <= 107; i++) {
        fixture_step(&b, 0);
        assert_false(b.last.truncated || b.last.terminated);
    }
    fixture_step(&b, 0); // with the frame at the beginning, one less is left for this step
    assert_true(b.last.truncated && !b.last.terminated);
    assert_int_equal(ppo_game_frames(game_of(&b)), 108000);
    fixture_reset(&b, NULL);
    assert_int_equal(ppo_game_frames(game_of(&b)), 1);
    fixture_close(&b);
}

// --- observations ------------------------------------------------------------------------------

// A second machine, which draws every frame.
typedef struct reference {
    ppo_game *game;
    const ppo_game_setup *setup;
    uint8_t picture[2][210 * 160 * 3]; // of the last frame and the one before
} reference;

static void reference_look(reference *t, bool is_grey)
{
    const uint8_t *screen = ppo_console_screen(ppo_game_console(t->game));
    memcpy(t->picture[1], t->picture[0], sizeof t->picture[0]);
    for (size_t i = 0; i < 210 * 160; i++) {
        const uint32_t color = ppo_atari_palette_rgb()[screen[i]];
        if (is_grey)
            t->picture[0][i] = ppo_atari_palette_grey()[screen[i]];
        for (size_t c = 0; !is_grey && c < 3; c++)
            t->picture[0][3 * i + c] = (uint8_t)(color >> (16 - 8 * c));
    }
}

static void reference_observe(const reference *t, const ppo_env_options *options, bool pools,
                              uint8_t *obs)
{
    static uint8_t picture[210 * 160 * 3];
    const uint32_t channels = options->atari.grayscale ? 1 : 3;
    for (size_t i = 0; i < 210 * 160 * channels; i++)
        picture[i] =
            pools && t->picture[1][i] > t->picture[0][i] ? t->picture[1][i] : t->picture[0][i];
    if (options->atari.screen_size == 0) {
        memcpy(obs, picture, 210 * 160 * channels);
        return;
    }
    ppo_area *area; // which has a reference of its own, in test_area.c
    const ppo_area_shape shape = {210, 160, channels, options->atari.screen_size};
    assert_int_equal(ppo_area_create(&area, &shape, NULL), PPO_OK);
    ppo_area_resize(area, obs, picture);
    ppo_area_destroy(area);
}

static void compare_with_reference(const char *id, const ppo_env_options *options)
{
    static uint8_t expected[MAX_OBS];
    static reference t;
    fixture b;
    if (id)
        fixture_open(&b, id, options);
    else
        fixture_open_tiny(&b, options);
    const ppo_atari *atari = b.env->context;
    const size_t obs_bytes = ppo_space_bytes(&b.env->observation_space);
    fixture_reset(&b, &(uint64_t){5});
    t.setup = &atari->setup;
    t.game = aligned_alloc(64, ppo_game_size());
    memcpy(t.game, game_of(&b), ppo_game_size_for(t.setup));
    reference_look(&t, options->atari.grayscale);
    reference_observe(&t, options, false, expected);
    assert_memory_equal(b.obs, expected, obs_bytes);
    for (int32_t i = 0; i < 60; i++) {
        const int32_t action = i / 5 % (int32_t)atari->num_actions[0];
        fixture_step(&b, action);
        for (uint32_t k = 0; k < options->atari.frame_skip; k++) {
            ppo_game_act(t.game, t.setup, (ppo_atari_action)atari->setup.info->action[action],
                         true);
            reference_look(&t, options->atari.grayscale);
        }
        reference_observe(&t, options, options->atari.max_pool && options->atari.frame_skip > 1,
                          expected);
        assert_memory_equal(b.obs, expected, obs_bytes);
    }
    free(t.game);
    fixture_close(&b);
}

static void test_observations(void **state)
{
    (void)state;
    static const uint32_t skips[] = {1, 2, 4, 5}, sizes[] = {84, 0, 42};
    const bool has_rally = ppo_game_cartridge(ppo_game_find("Rally"), &(size_t){0}) != NULL;
    for (unsigned i = 0; i < 4; i++)
        for (unsigned k = 0; k < 3; k++)
            for (unsigned bits = 0; bits < 4; bits++) {
                const ppo_env_options options = {.struct_size = sizeof options,
                                                 .atari = {.frame_skip = skips[i],
                                                           .screen_size = sizes[k],
                                                           .grayscale = (bits & 1) != 0,
                                                           .max_pool = (bits & 2) != 0,
                                                           .noop_max = 3}};
                compare_with_reference(NULL, &options);
                if (has_rally && skips[i] == 4)
                    compare_with_reference("Rally", &options);
            }
}

// A step that ends with the game, which Gymnasium notices before it looks at the screen: it shows
// the last maximum again, mixed with the frame before the last if that was seen already.
static void test_early_end(void **state)
{
    (void)state;
    static const unsigned left_over[] = {1, 3, 4}; // frames that the last step has
    for (unsigned i = 0; i < 3; i++) {
        ppo_env_options options = usual;
        options.atari.screen_size = 0;
        uint8_t before[210 * 160];
        fixture b;
        fixture_open_tiny(&b, &options);
        ((ppo_atari *)(uintptr_t)b.env->context)->setup.max_frames = 40 + left_over[i];
        fixture_reset(&b, &(uint64_t){1});
        for (int k = 0; k < 10; k++)
            fixture_step(&b, 0);
        memcpy(before, b.obs, sizeof before);
        const unsigned count = frames_of(&b);
        fixture_step(&b, 0);
        assert_true(b.last.truncated);
        const uint8_t third = ppo_atari_palette_grey()[(count + 3) & 0xFE]; // frame 3's background
        const uint8_t old = before[100 * 160 + 80], now = b.obs[100 * 160 + 80];
        assert_int_equal(now, left_over[i] == 4 && third > old ? third : old);
        fixture_close(&b);
    }
}

// --- pictures for people -----------------------------------------------------------------------

// The screen of the last frame through the palette, each pixel twice; also without pooling, and
// after frames of noops. What the agent sees has no say in it.
static void test_render(void **state)
{
    (void)state;
    static unsigned char rgb[210 * 320 * 3];
    for (unsigned variant = 0; variant < 4; variant++) {
        ppo_env_options options = usual;
        options.atari.max_pool = variant & 1;
        options.atari.grayscale = variant & 2;
        options.atari.noop_max = 30;
        fixture b;
        fixture_open_tiny(&b, &options);
        assert_int_equal(b.env->render_width, 320);
        assert_int_equal(b.env->render_height, 210);
        assert_true(b.env->render_fps == 15.0);
        fixture_reset(&b, &(uint64_t){1});
        uint32_t first = 0;
        for (int k = 0; k < 5; k++) {
            const uint8_t *screen = ppo_console_screen(ppo_game_console(game_of(&b)));
            b.env->render(b.instance, rgb);
            for (size_t i = 0; i < 210 * 320; i++) {
                const unsigned char *c = rgb + 3 * i;
                const uint32_t wanted = ppo_atari_palette_rgb()[screen[i / 2]];
                assert_int_equal((uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2], wanted);
            }
            // Each frame of the cartridge has a background of its own: this is the last one's.
            const uint32_t middle = ppo_atari_palette_rgb()[frames_of(&b) & 0xFE];
            const unsigned char *c = rgb + 3 * (100 * 320 + 160);
            assert_int_equal((uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2], middle);
            assert_int_not_equal(middle, first);
            first = middle;
            fixture_step(&b, 0);
        }
        fixture_close(&b);
    }
}

// --- lives -------------------------------------------------------------------------------------

static void need_bricks(void)
{
    if (!ppo_game_cartridge(ppo_game_find("Bricks"), &(size_t){0}))
        skip();
}

// Serves and does nothing else.
static int32_t serve(int step)
{
    return step % 10 == 0;
}

static void test_lost_lives(void **state)
{
    (void)state;
    need_bricks();
    ppo_env_options options = usual;
    options.atari.terminal_on_life_loss = true;
    fixture b;
    fixture_open(&b, "Bricks", &options);
    fixture_reset(&b, &(uint64_t){1});
    unsigned lost = 0, frames = 0;
    for (int step = 0; step < 5000; step++) {
        const int32_t lives = ppo_game_lives(game_of(&b));
        fixture_step(&b, serve(step));
        assert_int_equal(b.last.terminated,
                         ppo_game_is_over(game_of(&b)) || ppo_game_lives(game_of(&b)) < lives);
        if (!b.last.terminated)
            continue;
        assert_int_equal(b.last.life_lost, !ppo_game_is_over(game_of(&b)));
        frames = ppo_game_frames(game_of(&b));
        fixture_reset(&b, NULL);
        if (!b.last.life_lost)
            break;
        lost++;
        assert_int_equal(ppo_game_lives(game_of(&b)), 5 - (int)lost);
        assert_int_equal(ppo_game_frames(game_of(&b)), frames + 4); // one step without action
    }
    assert_int_equal(lost, 4);
    assert_int_equal(ppo_game_frames(game_of(&b)), 0); // a new game
    assert_int_equal(ppo_game_lives(game_of(&b)), 5);
    fixture_close(&b);
}

static void test_whole_games(void **state)
{
    (void)state;
    need_bricks();
    fixture b;
    fixture_open(&b, "Bricks", &usual);
    fixture_reset(&b, &(uint64_t){1});
    int step = 0;
    do
        fixture_step(&b, serve(step));
    while (!b.last.terminated && ++step < 5000);
    assert_true(b.last.terminated && !b.last.life_lost);
    assert_true(ppo_game_is_over(game_of(&b)));
    fixture_close(&b);
}

static void test_seed_begins_anew_after_a_lost_life(void **state)
{
    (void)state;
    need_bricks();
    ppo_env_options options = usual;
    options.atari.terminal_on_life_loss = true;
    fixture b;
    fixture_open(&b, "Bricks", &options);
    fixture_reset(&b, &(uint64_t){1});
    for (int step = 0; !b.last.life_lost && step < 5000; step++)
        fixture_step(&b, serve(step));
    fixture_reset(&b, &(uint64_t){1});
    assert_int_equal(ppo_game_frames(game_of(&b)), 0);
    assert_int_equal(ppo_game_lives(game_of(&b)), 5);
    fixture_close(&b);
}

// --- state -------------------------------------------------------------------------------------

// Saved in the middle, restored into another instance: the same observations from there.
static void test_replay(void **state)
{
    (void)state;
    ppo_env_options options = usual;
    options.atari.noop_max = 30;
    fixture one, two;
    fixture_open_tiny(&one, &options);
    fixture_open_tiny(&two, &options);
    void *saved = malloc(one.env->state_size), *again = malloc(one.env->state_size);
    fixture_reset(&one, &(uint64_t){9});
    fixture_reset(&two, &(uint64_t){10});
    for (int32_t i = 0; i < 25; i++)
        fixture_step(&one, i % 18);
    one.env->save_state(one.instance, saved);
    assert_int_equal(two.env->load_state(two.instance, saved, NULL), PPO_OK);
    two.env->save_state(two.instance, again);
    assert_memory_equal(saved, again, one.env->state_size);
    for (int32_t i = 0; i < 50; i++) {
        fixture_step(&one, i % 18);
        fixture_step(&two, i % 18);
        assert_memory_equal(one.obs, two.obs, 84 * 84);
        if (i % 20 == 19) { // the random stream too
            fixture_reset(&one, NULL);
            fixture_reset(&two, NULL);
        }
    }
    one.env->save_state(one.instance, saved);
    two.env->save_state(two.instance, again);
    assert_memory_equal(saved, again, one.env->state_size);
    free(saved);
    free(again);
    fixture_close(&one);
    fixture_close(&two);
}

// A checkpoint may be anybody's: what could not have been saved is refused, and the instance stays
// as it was. Which fields those are, test_check.c of the console tries.
static void test_hostile_states(void **state)
{
    (void)state;
    fixture b;
    fixture_open_tiny(&b, &usual);
    fixture_reset(&b, &(uint64_t){9});
    const size_t size = b.env->state_size;
    unsigned char *saved = malloc(size), *wrong = malloc(size), *after = malloc(size);
    b.env->save_state(b.instance, saved);
    const size_t goes_on = sizeof(ppo_random) + sizeof(int32_t);
    const size_t game = ((const ppo_atari *)b.env->context)->game_at - 64;
    for (int i = 0; i < 3; i++) {
        ppo_error error = {.message = ""};
        memcpy(wrong, saved, size);
        if (i == 0)
            wrong[goes_on] = 2;
        else
            memset(wrong + (i == 1 ? game : 0), 0xFF, size - (i == 1 ? game : 0));
        assert_int_equal(b.env->load_state(b.instance, wrong, &error), PPO_CORRUPT);
        assert_non_null(strstr(error.message, "not the state of"));
        b.env->save_state(b.instance, after);
        assert_memory_equal(saved, after, size);
    }
    assert_int_equal(b.env->load_state(b.instance, saved, NULL), PPO_OK);
    fixture_step(&b, 1);
    free(saved);
    free(wrong);
    free(after);
    fixture_close(&b);
}

static void test_sticky_ids(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        double sticky_prob;
    } cases[] = {{"Rally", 0.0}, {"RallyNoFrameskip-v4", 0.0}, {"ALE/Rally-v5", 0.25}};
    if (!ppo_game_cartridge(ppo_game_find("Rally"), &(size_t){0}))
        skip();
    for (size_t i = 0; i < 3; i++) {
        fixture b;
        fixture_open(&b, cases[i].id, &usual);
        assert_string_equal(b.env->id, cases[i].id);
        assert_true(((const ppo_atari *)b.env->context)->setup.sticky_prob == cases[i].sticky_prob);
        assert_int_equal(b.env->action_space.num_values[0], 4);
        fixture_close(&b);
    }
}

static int clean(void **state)
{
    (void)state;
    cartridge_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_unknown_cartridges_say_so),
        cmocka_unit_test(test_step_repeats),
        cmocka_unit_test(test_noops),
        cmocka_unit_test(test_fire),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_observations),
        cmocka_unit_test(test_early_end),
        cmocka_unit_test(test_render),
        cmocka_unit_test(test_lost_lives),
        cmocka_unit_test(test_whole_games),
        cmocka_unit_test(test_seed_begins_anew_after_a_lost_life),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_hostile_states),
        cmocka_unit_test(test_sticky_ids),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
