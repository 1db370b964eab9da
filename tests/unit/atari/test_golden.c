// SPDX-License-Identifier: MIT
// Machine, games and observations against golden traces, every row of every file: of the free games
// in tests/data/atari and of the test programs below it, of two games with their makers' leave in
// tests/data/atari/ale, or of any in PPO_ATARI_GOLDEN_DIR. Cartridges are looked for as everywhere
// (ppo/rom.h); where one is missing, its traces are skipped. A game whose rules are not known is
// played all the same: its RAM and screen are compared, and its episodes end where the trace says
// so.
#include "env/atari/atari_env.h"
#include "unit/atari/support/csv_files.h"
#include "unit/atari/support/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_FILES = 512, SKIPPED = 77, DETECT_FRAMES = 60 };

static size_t num_run; // traces that were not skipped

// What is played: the game with its cartridge and the trace.
typedef struct fixture {
    trace t;
    ppo_rom rom;
    ppo_game_setup setup;
    ppo_game *game;
    size_t at; // the next row
    long cum_reward;
} fixture;

static void fixture_open(fixture *b, const char *path)
{
    memset(b, 0, sizeof *b);
    if (!trace_read(&b->t, path))
        fail_msg("%s can't be read", path);
    if (!trace_cartridge(&b->t, &b->rom)) {
        trace_release(&b->t);
        print_message("%s: skipped, its cartridge is not here\n", path);
        skip();
    }
    num_run++;
    b->setup.info = b->rom.info;
    assert_int_equal(ppo_cartridge_create(&b->setup.cartridge, b->rom.bytes, b->rom.size,
                                          &b->rom.info->traits, NULL),
                     PPO_OK);
    b->game = aligned_alloc(64, ppo_game_size());
    assert_int_equal(ppo_game_load(b->game, &b->setup, 123, NULL), PPO_OK);
    assert_int_equal(ppo_game_reset(b->game, &b->setup, NULL), PPO_OK);
}

static void fixture_close(fixture *b)
{
    print_message("%s_%s: %zu rows equal%s\n", b->t.game, b->t.kind, b->t.num_rows,
                  b->setup.info->rules ? "" : " (its rules are not known: RAM and screen alone)");
    free(b->game);
    ppo_cartridge_destroy(b->setup.cartridge);
    trace_release(&b->t);
}

static void expect(const fixture *b, const char *what, long long expected, long long found)
{
    if (expected != found)
        fail_msg("%s_%s.csv line %zu, frame %ld: %s is %lld, should be %lld", b->t.game, b->t.kind,
                 b->at + 2, b->t.row[b->at].frame, what, found, expected);
}

static void expect_hash(const fixture *b, const char *what, uint64_t expected, uint64_t found)
{
    if (expected != found)
        fail_msg("%s_%s.csv line %zu, frame %ld: %s has the hash %016llx, should have %016llx",
                 b->t.game, b->t.kind, b->at + 2, b->t.row[b->at].frame, what,
                 (unsigned long long)found, (unsigned long long)expected);
}

static void compare_console(const fixture *b, const ppo_console *console)
{
    const trace_row *row = &b->t.row[b->at];
    const size_t pixels = (size_t)ppo_console_height(console, b->setup.cartridge) * PPO_ATARI_WIDTH;
    expect_hash(b, "RAM", row->ram, trace_hash(ppo_console_ram(console), PPO_ATARI_RAM_BYTES));
    expect_hash(b, "the screen", row->screen, trace_hash(ppo_console_screen(console), pixels));
}

// --- play: all1 and min4 -----------------------------------------------------------------------

static bool is_row_of(const fixture *b, long frame, bool is_reset)
{
    return b->at < b->t.num_rows && b->t.row[b->at].frame == frame &&
           (b->t.row[b->at].action < 0) == is_reset;
}

static void compare_play(fixture *b, int32_t reward)
{
    const trace_row *row = &b->t.row[b->at];
    compare_console(b, ppo_game_console(b->game));
    if (b->setup.info->rules) {
        expect(b, "the reward", row->reward, reward);
        expect(b, "the sum of rewards", row->cum_reward, b->cum_reward);
        expect(b, "lives", row->lives, ppo_game_lives(b->game));
        expect(b, "terminal", row->terminal, ppo_game_is_over(b->game));
    }
    b->at++;
}

static void play_frame(fixture *b, long frame, unsigned action)
{
    const int32_t reward = ppo_game_act(b->game, &b->setup, (ppo_atari_action)action, true);
    b->cum_reward += reward;
    const bool has_row = is_row_of(b, frame, false);
    if (!has_row && (reward || ppo_game_is_over(b->game)))
        fail_msg("%s_%s: frame %ld has reward %d, end %d, and the trace no row", b->t.game,
                 b->t.kind, frame, reward, ppo_game_is_over(b->game));
    if (has_row) {
        expect(b, "the action", b->t.row[b->at].action, action);
        compare_play(b, reward);
    }
    if (is_row_of(b, frame, true)) {
        assert_int_equal(ppo_game_reset(b->game, &b->setup, NULL), PPO_OK);
        compare_play(b, 0);
    }
}

static void test_play(void **state)
{
    fixture b;
    fixture_open(&b, *state);
    trace_actor actor = trace_actor_start(&b.t);
    const long hold = strcmp(b.t.kind, "min4") == 0 ? 4 : 1;
    const long last = b.t.row[b.t.num_rows - 1].frame;
    unsigned action = 0;
    if (hold == 4 && b.setup.info->rules) {
        assert_int_equal(actor.num_actions, b.setup.info->num_actions);
        assert_memory_equal(actor.action, b.setup.info->action, actor.num_actions);
    }
    compare_play(&b, 0);
    for (long frame = 1; frame <= last; frame++) {
        if ((frame - 1) % hold == 0)
            action = actor.action[trace_actor_index(&actor)];
        play_frame(&b, frame, action);
    }
    assert_int_equal(b.at, b.t.num_rows);
    fixture_close(&b);
}

// --- start: boot -------------------------------------------------------------------------------

static void compare_boot(fixture *b, const ppo_console *console)
{
    const trace_row *row = &b->t.row[b->at];
    expect(b, "the cycle count", row->cpu_cycles, ppo_console_cycles(console));
    if (row->scanlines >= 0)
        expect(b, "the line count", row->scanlines, ppo_console_scanlines(console));
    compare_console(b, console);
    b->at++;
}

static void boot_frames(fixture *b, ppo_console *console, const ppo_console_input *input,
                        unsigned frames)
{
    for (unsigned i = 0; i < frames; i++) {
        ppo_console_frame(console, b->setup.cartridge, input, true);
        compare_boot(b, console);
    }
}

// The way to an episode, written down once more, because ppo_game_reset shows only its end.
static void boot_once(fixture *b, ppo_console *console)
{
    static const uint8_t joystick[PPO_ATARI_NUM_ACTIONS] = {[PPO_ATARI_FIRE] = PPO_JOYSTICK_FIRE,
                                                            [PPO_ATARI_UP] = PPO_JOYSTICK_UP,
                                                            [PPO_ATARI_RIGHT] = PPO_JOYSTICK_RIGHT,
                                                            [PPO_ATARI_DOWN] = PPO_JOYSTICK_DOWN,
                                                            [PPO_ATARI_UPFIRE] = PPO_JOYSTICK_UP |
                                                                                 PPO_JOYSTICK_FIRE};
    const ppo_game_info *info = b->setup.info;
    ppo_console_input input = {.switches = 0};
    if (info->traits.paddles[0])
        input.paddle_ohm[0] = input.paddle_ohm[1] = 408823;
    ppo_console_reset(console, b->setup.cartridge);
    boot_frames(b, console, &input, 60);
    input.switches = PPO_SWITCH_RESET;
    boot_frames(b, console, &input, info->choice ? 12 : 8);
    input.switches = 0;
    input.joystick[0] = joystick[info->start[0].action];
    boot_frames(b, console, &input, info->start[0].frames);
}

static void test_boot(void **state)
{
    fixture b;
    fixture_open(&b, *state);
    ppo_console *console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    ppo_console_power_on(console, b.setup.cartridge, PPO_CONSOLE_SEED);
    b.at = DETECT_FRAMES; // no console shows these one by one
    boot_once(&b, console);
    expect(&b, "the phase after switching on", 'r', b.t.row[b.at].phase[0]);
    boot_once(&b, console);
    b.at--;
    compare_boot(&b, ppo_game_console(b.game)); // which came here by itself
    trace_actor actor = trace_actor_start(&b.t);
    while (b.at < b.t.num_rows) {
        const unsigned action = actor.action[trace_actor_index(&actor)];
        ppo_game_act(b.game, &b.setup, (ppo_atari_action)action, true);
        compare_boot(&b, ppo_game_console(b.game));
    }
    free(console);
    fixture_close(&b);
}

// --- observations: obs84 -----------------------------------------------------------------------

typedef struct player {
    const ppo_env_class *env;
    unsigned char *instance;
    uint8_t obs[84 * 84];
    ppo_transition last;
} player;

static void player_open(player *p, const fixture *b)
{
    ppo_env_options options = ppo_env_options_default();
    options.atari = (ppo_atari_options){
        .frame_skip = 4, .screen_size = 84, .grayscale = true, .max_pool = true};
    char id[PPO_ROM_PATH_SIZE + 8];
    snprintf(id, sizeof id, b->rom.path[0] ? "atari:%s" : "%s",
             b->rom.path[0] ? b->rom.path : b->rom.info->name);
    assert_int_equal(ppo_env_open(&p->env, id, &options, NULL), PPO_OK);
    assert_int_equal(ppo_space_size(&p->env->observation_space), sizeof p->obs);
    p->instance = aligned_alloc(64, (p->env->instance_size + 63) / 64 * 64);
    memset(p->instance, 0, p->env->instance_size);
    assert_int_equal(p->env->init(p->instance, p->env->context, NULL), PPO_OK);
}

static void player_close(player *p)
{
    free(p->instance);
    ppo_env_close(p->env);
}

static void compare_obs(fixture *b, const player *p)
{
    const trace_row *row = &b->t.row[b->at];
    const ppo_atari *atari = p->env->context;
    if (b->setup.info->rules) {
        expect(b, "the reward", row->reward, (long)p->last.reward);
        expect(b, "terminal", row->terminal, p->last.terminated);
        const ppo_game *game = (const void *)(p->instance + atari->game_at);
        expect(b, "lives", row->lives, ppo_game_lives(game));
    }
    expect_hash(b, "the grey picture", row->maxgray,
                trace_hash(p->instance + atari->latest_at, atari->shade_bytes));
    expect_hash(b, "the observation", row->obs84, trace_hash(p->obs, sizeof p->obs));
    b->at++;
}

static void player_reset(player *p, const uint64_t *seed)
{
    p->last = (ppo_transition){.reward = 0.0};
    assert_int_equal(p->env->reset(p->instance, seed, p->obs, NULL), PPO_OK);
}

// The place of an action among those of the environment.
static int32_t action_index(const fixture *b, unsigned action)
{
    const ppo_game_info *info = b->setup.info;
    int32_t index = 0;
    while (index < info->num_actions && info->action[index] != action)
        index++;
    assert_true(index < info->num_actions);
    return index;
}

static void test_obs84(void **state)
{
    fixture b;
    player p;
    fixture_open(&b, *state);
    player_open(&p, &b);
    trace_actor actor = trace_actor_start(&b.t);
    const long last = b.t.row[b.t.num_rows - 1].frame;
    player_reset(&p, &(uint64_t){123});
    compare_obs(&b, &p);
    for (long step = 1; step <= last; step++) {
        const unsigned action = actor.action[trace_actor_index(&actor)];
        p.last = (ppo_transition){.reward = 0.0};
        assert_int_equal(
            p.env->step(p.instance, &(int32_t){action_index(&b, action)}, p.obs, &p.last, NULL),
            PPO_OK);
        if (is_row_of(&b, step, false)) {
            if (!b.setup.info->rules && b.t.row[b.at].terminal)
                break; // where in the step it ended, only its rules know
            expect(&b, "the action", b.t.row[b.at].action, action);
            compare_obs(&b, &p);
        }
        if (is_row_of(&b, step, true)) {
            player_reset(&p, NULL);
            compare_obs(&b, &p);
        }
    }
    if (b.setup.info->rules)
        assert_int_equal(b.at, b.t.num_rows);
    b.t.num_rows = b.at;
    player_close(&p);
    fixture_close(&b);
}

// --- all files ---------------------------------------------------------------------------------

typedef struct list {
    size_t count;
    struct CMUnitTest test[MAX_FILES];
} list;

static void add_file(void *context, const char *path)
{
    list *tests = context;
    trace t;
    if (tests->count == MAX_FILES || !trace_read(&t, path))
        return;
    struct CMUnitTest *test = &tests->test[tests->count++];
    char *copy = strdup(path);
    *test = (struct CMUnitTest){.name = copy, .initial_state = copy};
    test->test_func = strcmp(t.kind, "boot") == 0    ? test_boot
                      : strcmp(t.kind, "obs84") == 0 ? test_obs84
                                                     : test_play;
    trace_release(&t);
}

int main(void)
{
    static list tests;
    const char *folder = getenv("PPO_ATARI_GOLDEN_DIR");
    csv_files_find(folder ? folder : PPO_TEST_DATA "/atari", add_file, &tests);
    const int failed = _cmocka_run_group_tests("golden", tests.test, tests.count, NULL, NULL);
    for (size_t i = 0; i < tests.count; i++)
        free(tests.test[i].initial_state); // which is the name too
    return failed ? failed : num_run ? 0 : SKIPPED;
}
