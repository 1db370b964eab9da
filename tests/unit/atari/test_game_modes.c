// SPDX-License-Identifier: MIT
// How modes are chosen, against the facts of ALE in tests/data/atari/modes.csv: which modes there
// are, which byte of RAM says that one is chosen, and how many frames each part of the procedure
// takes.
#include "atari/game_modes.h"
#include "unit/atari/support/tiny.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_MODES = 200, MAX_ROWS = 100, NUM_FIELDS = 9, PRESSES = 3 };
enum { NOOP_FRAMES = 60, RESET_FRAMES = 4 };

typedef struct facts {
    char game[32], first[16];
    bool has_cell; // the condition is R[cell] == factor * mode + offset, mod 256
    unsigned cell, factor, offset;
    unsigned select_frames, first_frames, after_press;
    uint32_t mode[MAX_MODES];
    size_t num_modes;
} facts;

static facts rows[MAX_ROWS];
static size_t num_rows;

static void read_row(facts *f, char *line)
{
    char *field[NUM_FIELDS];
    for (int i = 0; i < NUM_FIELDS; i++)
        field[i] = strsep(&line, ",\n");
    snprintf(f->game, sizeof f->game, "%s", field[0]);
    snprintf(f->first, sizeof f->first, "%s", field[5]);
    f->has_cell = field[1][0] != '\0';
    f->cell = (unsigned)atoi(field[1]);
    f->factor = (unsigned)atoi(field[2]);
    f->offset = (unsigned)atoi(field[3]);
    f->select_frames = (unsigned)atoi(field[4]);
    f->first_frames = (unsigned)atoi(field[6]);
    f->after_press = (unsigned)atoi(field[7]);
    for (char *text = field[8]; text && *text && f->num_modes < MAX_MODES;)
        f->mode[f->num_modes++] = (uint32_t)strtoul(strsep(&text, " "), NULL, 10);
}

static int read_facts(void **state)
{
    (void)state;
    char line[2048];
    FILE *file = fopen(PPO_TEST_DATA "/atari/modes.csv", "r");
    if (!file || !fgets(line, sizeof line, file))
        return -1;
    while (num_rows < MAX_ROWS && fgets(line, sizeof line, file))
        read_row(&rows[num_rows++], line);
    (void)fclose(file);
    return 0;
}

static const ppo_game_info *game_of(const facts *f)
{
    const ppo_game_info *info = ppo_game_find(f->game);
    if (!info || !info->choice)
        fail_msg("%s has no modes", f->game);
    return info;
}

// Every game with modes, and no other, with the same list and default.
static void test_lists(void **state)
{
    (void)state;
    size_t with_modes = 0;
    for (size_t i = 0; i < ppo_game_count(); i++)
        with_modes += ppo_game_at(i)->choice != NULL;
    assert_int_equal(with_modes, num_rows);
    for (const facts *f = rows; f < rows + num_rows; f++) {
        const ppo_game_info *info = game_of(f);
        size_t count = 0;
        for (uint32_t number = 0; number < 6000; number++)
            count += ppo_game_list_has(info->modes, number);
        if (count != f->num_modes)
            fail_msg("%s has %zu modes, not %zu", f->game, count, f->num_modes);
        for (size_t k = 0; k < f->num_modes; k++)
            if (!ppo_game_list_has(info->modes, f->mode[k]))
                fail_msg("%s has no mode %u", f->game, f->mode[k]);
        if (ppo_game_default_mode(info) != f->mode[0])
            fail_msg("%s begins with mode %u", f->game, ppo_game_default_mode(info));
    }
}

// The byte's one value of 256 for each mode.
static void test_conditions(void **state)
{
    (void)state;
    size_t count = 0;
    for (const facts *f = rows; f < rows + num_rows; f++) {
        const ppo_mode_choice *choice = game_of(f)->choice;
        uint8_t ram[PPO_ATARI_RAM_BYTES] = {0}, more[128] = {0};
        for (size_t k = 0; f->has_cell && k < f->num_modes; k++)
            for (unsigned byte = 0; byte < 256; byte++) {
                const unsigned wanted = (f->factor * f->mode[k] + f->offset) & 0xFF;
                ram[f->cell] = (uint8_t)byte;
                if (choice->is_chosen(ram, more, f->mode[k]) != (byte == wanted))
                    fail_msg("%s, mode %u, R[%u] == %u", f->game, f->mode[k], f->cell, byte);
            }
        count += f->has_cell;
    }
    assert_int_equal(count, 50);
}

typedef struct special_case {
    const char *game;
    uint32_t mode;
    uint8_t poke[2][2]; // cell and value of the console's RAM; the rest is 0
    bool is_chosen;
} special_case;

// Conditions that are not a single byte of its own.
static void test_special_conditions(void **state)
{
    (void)state;
    static const special_case cases[] = {
        {"Adventure", 2, {{93, 4}}, true},
        {"Adventure", 2, {{93, 0xFD}}, true}, // bits 1 and 2 alone
        {"Adventure", 2, {{93, 2}}, false},
        {"Backgammon", 0, {{92, 3}}, true},
        {"Backgammon", 0, {{92, 0}}, false},
        {"HumanCannonball", 4, {{54, 5}, {55, 1}}, true},
        {"HumanCannonball", 4, {{54, 5}, {55, 2}}, false},
        {"HumanCannonball", 4, {{54, 4}, {55, 1}}, false},
        {"Jamesbond", 1, {{12, 1}}, true},
        {"Jamesbond", 1, {{12, 73}}, true},
        {"Jamesbond", 1, {{12, 72}}, false},
        {"Kangaroo", 1, {{58, 129}}, true},
        {"Kangaroo", 1, {{58, 1}}, true},
        {"Kangaroo", 1, {{58, 128}}, false},
        {"MsPacman", 0, {{25, 1}, {33, 1}}, true},
        {"MsPacman", 0, {{25, 1}, {33, 0}}, false},
        {"MsPacman", 3, {{25, 3}, {33, 0}}, true},
        {"MsPacman", 1, {{25, 1}, {33, 1}}, false},
        {"Pacman", 3, {{76, 4}, {102, 0}}, true},
        {"Pacman", 3, {{76, 4}, {102, 1}}, false},
        {"Pacman", 3, {{76, 3}, {102, 0}}, false},
        {"SpaceWar", 17, {{39, 0x17}}, true}, // two decimal digits
        {"SpaceWar", 17, {{39, 17}}, false},
        {"VideoCheckers", 9, {{118, 9}}, true},
        {"VideoCheckers", 11, {{118, 17}}, true},
        {"VideoCheckers", 11, {{118, 11}}, false},
        {"VideoCube", 100, {{123, 0xE0}}, true}, // the low five bits
        {"VideoCube", 501, {{123, 2}}, true},
        {"VideoCube", 2, {{123, 8}}, true},
        {"VideoCube", 2, {{123, 2}}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const special_case *c = &cases[i];
        uint8_t ram[PPO_ATARI_RAM_BYTES] = {0}, more[128] = {0};
        ram[c->poke[0][0]] = c->poke[0][1];
        if (c->poke[1][0])
            ram[c->poke[1][0]] = c->poke[1][1];
        if (ppo_game_find(c->game)->choice->is_chosen(ram, more, c->mode) != c->is_chosen)
            fail_msg("case %zu: %s, mode %u", i, c->game, c->mode);
    }
    uint8_t ram[PPO_ATARI_RAM_BYTES] = {0}, more[128] = {[106] = 2}; // Klax: the cartridge's RAM
    assert_true(ppo_game_find("Klax")->choice->is_chosen(ram, more, 2));
    assert_false(ppo_game_find("Klax")->choice->is_chosen(more, ram, 2));
}

// --- the procedure ------------------------------------------------------------------------------

static unsigned num_asked;

static bool is_chosen_after_presses(const uint8_t *ram, const uint8_t *cartridge_ram, uint32_t mode)
{
    (void)ram, (void)cartridge_ram, (void)mode;
    return num_asked++ >= PRESSES;
}

static unsigned frames_of_start(const ppo_game_info *info)
{
    unsigned frames = 0;
    for (size_t i = 0; i < 3; i++)
        frames += info->start[i].frames;
    return frames;
}

// Frames of the procedure by the facts, and those of them that the episode counts.
static unsigned frames_of_choice(const facts *f, unsigned *counted)
{
    unsigned frames = PRESSES * (f->select_frames + 1 + f->after_press) + RESET_FRAMES;
    *counted = PRESSES * (1 + f->after_press);
    if (strcmp(f->first, "select") == 0) {
        frames += f->first_frames + 1;
        *counted += 1;
    } else if (strcmp(f->first, "noop") == 0) {
        frames += f->first_frames;
        *counted += f->first_frames;
    } else if (strcmp(f->first, "reset") == 0) {
        frames += f->first_frames;
    }
    return frames;
}

// A reset of the game with a cartridge that counts its frames; the mode counts as chosen after
// three presses.
static void play_procedure(const facts *f)
{
    uint8_t bytes[TINY_SIZE];
    ppo_game_info info = *game_of(f);
    ppo_mode_choice choice = *info.choice;
    ppo_game_setup setup = {.info = &info};
    tiny_cartridge(bytes);
    info.rules = NULL; // whose end would stop the frames
    info.traits = (ppo_cartridge_traits){0};
    choice.is_chosen = is_chosen_after_presses;
    info.choice = &choice;
    assert_int_equal(ppo_cartridge_create(&setup.cartridge, bytes, sizeof bytes, NULL, NULL),
                     PPO_OK);
    ppo_game *game = aligned_alloc(64, ppo_game_size());
    num_asked = 0;
    assert_int_equal(ppo_game_load(game, &setup, 1, NULL), PPO_OK);
    const unsigned before = tiny_frames(ppo_game_console(game));
    num_asked = 0;
    assert_int_equal(ppo_game_reset(game, &setup, NULL), PPO_OK);
    const unsigned found = 1 + ((tiny_frames(ppo_game_console(game)) - before) & 0xFFFF);

    unsigned counted;
    const unsigned wanted = NOOP_FRAMES + RESET_FRAMES + frames_of_choice(f, &counted) +
                            RESET_FRAMES + frames_of_start(&info);
    if (found != wanted || ppo_game_frames(game) != counted)
        fail_msg("%s: %u frames, not %u; %u of the episode, not %u", f->game, found, wanted,
                 ppo_game_frames(game), counted);
    free(game);
    ppo_cartridge_destroy(setup.cartridge);
}

// But for the games whose presses are of random length, or that go through a menu.
static void test_procedures(void **state)
{
    (void)state;
    size_t count = 0;
    for (const facts *f = rows; f < rows + num_rows; f++) {
        const ppo_modes_special special = game_of(f)->choice->special;
        if (special == PPO_MODES_ADVENTURE || special == PPO_MODES_DOUBLE_DUNK ||
            special == PPO_MODES_VIDEO_CUBE)
            continue;
        play_procedure(f);
        count++;
    }
    assert_int_equal(count, num_rows - 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_special_conditions),
        cmocka_unit_test(test_procedures),
    };
    return cmocka_run_group_tests(tests, read_facts, NULL);
}
