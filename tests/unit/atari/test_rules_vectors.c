// SPDX-License-Identifier: MIT
// The rules of all games of ALE on vectors that ALE 0.12.1 made: RAM in, reward, lives and end out.
// tests/data/rules/README.md describes the files; $PPO_ATARI_RULES_DIR names a folder with more,
// all
// *.csv in it and in the folders below it.
#include "atari/rules.h"
#include "unit/atari/support/csv_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_FILES = 400, RAM = 128 };

typedef struct named_rules {
    const char *name;
    const ppo_game_rules *rules;
} named_rules;

#define NAMED(name) {#name, &ppo_rules_##name},
static const named_rules all_rules[] = {PPO_RULES_LIST(NAMED)};

static const ppo_game_rules *rules_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    for (size_t i = 0; i < sizeof all_rules / sizeof all_rules[0]; i++) {
        const size_t length = strlen(all_rules[i].name);
        if (strncmp(file, all_rules[i].name, length) == 0 && strcmp(file + length, ".csv") == 0)
            return all_rules[i].rules;
    }
    fail_msg("%s: no rules of this name", path);
    return NULL;
}

typedef struct row {
    const char *kind; // reset, start, step, jump, mode11
    int32_t reward, lives, is_over;
} row;

// Splits a line at its commas, in place.
static void split(char *line, char *field[6], const char *path)
{
    for (int i = 0; i < 6; i++) {
        field[i] = line;
        line += strcspn(line, i < 5 ? "," : "\r\n");
        if (i < 5 && *line != ',')
            fail_msg("%s: a line with fewer than six columns", path);
        *line++ = '\0';
    }
}

// Columns of both formats: the second is the kind, the third the memory.
static row read_row(char *field[6])
{
    return (row){field[1], atoi(field[3]), atoi(field[4]), atoi(field[5])};
}

static void read_ram(uint8_t memory[2 * RAM], const char *hex, const char *path)
{
    for (int i = 0; i < RAM; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            fail_msg("%s: RAM of fewer than %d bytes", path, RAM);
        memory[i] = (uint8_t)byte;
    }
}

static void poke(uint8_t memory[2 * RAM], const char *pokes)
{
    unsigned cell, value;
    int length;
    for (; sscanf(pokes, " %u=%u%n", &cell, &value, &length) == 2; pokes += length)
        memory[cell % (2 * RAM)] = (uint8_t)value;
}

// Frames are missing before this row: it only sets what later rows start from.
static void jump(ppo_tally *tally, const ppo_game_rules *rules, const row *wanted)
{
    tally->reward = wanted->reward;
    if (rules->report == PPO_LIVES_ALWAYS ||
        (rules->report == PPO_LIVES_UNTIL_OVER && !wanted->is_over))
        tally->lives = wanted->lives;
}

static void test_file(void **state)
{
    const char *path = *state;
    const ppo_game_rules *rules = rules_of(path);
    FILE *file = fopen(path, "r");
    char line[2048];
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    const bool is_synthetic = strncmp(line, "step,op,", 8) == 0;
    uint8_t memory[2 * RAM] = {0};
    ppo_tally tally = {.score = 0};
    if (is_synthetic)
        rules->step(&tally, memory, memory + RAM); // as ALE did before the first row
    size_t compared = 0;
    while (fgets(line, sizeof line, file)) {
        char *field[6];
        split(line, field, path);
        const row wanted = read_row(field);
        if (is_synthetic)
            poke(memory, field[2]);
        else
            read_ram(memory, field[2], path);
        const bool is_reset =
            strcmp(wanted.kind, "reset") == 0 || strcmp(wanted.kind, "mode11") == 0;
        if (strcmp(wanted.kind, "mode11") == 0)
            tally.own[0] = 1; // VideoCheckers: the sides are exchanged
        if (is_reset)
            ppo_rules_reset(rules, &tally);
        else
            rules->step(&tally, memory, memory + RAM);
        if (strcmp(wanted.kind, "jump") == 0) {
            jump(&tally, rules, &wanted);
            continue;
        }
        const int32_t lives = ppo_rules_lives(rules, &tally);
        if (tally.reward != wanted.reward || lives != wanted.lives ||
            (int32_t)tally.is_over != wanted.is_over)
            fail_msg("%s, row %s: reward %d, lives %d, end %u instead of %d, %d, %d", path,
                     field[0], tally.reward, lives, tally.is_over, wanted.reward, wanted.lives,
                     wanted.is_over);
        compared++;
    }
    (void)fclose(file);
    assert_true(compared > 0);
}

typedef struct list {
    size_t count;
    struct CMUnitTest test[MAX_FILES];
} list;

static void add_file(void *context, const char *path)
{
    list *tests = context;
    const size_t length = strlen(path);
    if (tests->count == MAX_FILES || length < 4 || strcmp(path + length - 4, ".csv") != 0)
        return;
    char *copy = strdup(path);
    tests->test[tests->count++] =
        (struct CMUnitTest){.name = copy, .initial_state = copy, .test_func = test_file};
}

int main(void)
{
    static list tests;
    const char *folder = getenv("PPO_ATARI_RULES_DIR");
    csv_files_find(PPO_TEST_DATA "/rules", add_file, &tests);
    if (folder)
        csv_files_find(folder, add_file, &tests);
    const int failed = _cmocka_run_group_tests("vectors", tests.test, tests.count, NULL, NULL);
    printf("%zu files\n", tests.count);
    for (size_t i = 0; i < tests.count; i++)
        free(tests.test[i].initial_state); // which is the name too
    return failed;
}
