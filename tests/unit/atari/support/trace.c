// SPDX-License-Identifier: MIT
// See trace.h.
#include "unit/atari/support/trace.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- reading -----------------------------------------------------------------------------------

static void set_field(trace_row *row, const char *column, const char *text)
{
    if (strcmp(column, "frame") == 0 || strcmp(column, "step") == 0)
        row->frame = strtol(text, NULL, 10);
    else if (strcmp(column, "phase") == 0)
        snprintf(row->phase, sizeof row->phase, "%s", text);
    else if (strcmp(column, "action") == 0)
        row->action = (int)strtol(text, NULL, 10);
    else if (strcmp(column, "reward") == 0)
        row->reward = strtol(text, NULL, 10);
    else if (strcmp(column, "cum_reward") == 0)
        row->cum_reward = strtol(text, NULL, 10);
    else if (strcmp(column, "lives") == 0)
        row->lives = strtol(text, NULL, 10);
    else if (strcmp(column, "terminal") == 0)
        row->terminal = strtol(text, NULL, 10);
    else if (strcmp(column, "resets") == 0)
        row->resets = strtol(text, NULL, 10);
    else if (strcmp(column, "cpu_cycles") == 0)
        row->cpu_cycles = strtol(text, NULL, 10);
    else if (strcmp(column, "scanlines") == 0)
        row->scanlines = strtol(text, NULL, 10);
    else if (strcmp(column, "ram_fnv1a64") == 0)
        row->ram = strtoull(text, NULL, 16);
    else if (strcmp(column, "screen_fnv1a64") == 0)
        row->screen = strtoull(text, NULL, 16);
    else if (strcmp(column, "maxgray_fnv1a64") == 0)
        row->maxgray = strtoull(text, NULL, 16);
    else if (strcmp(column, "obs84_fnv1a64") == 0)
        row->obs84 = strtoull(text, NULL, 16);
}

static void parse_line(trace_row *row, const char *header, char *line)
{
    char columns[512], *column_rest = NULL, *text_rest = NULL;
    snprintf(columns, sizeof columns, "%s", header);
    const char *column = strtok_r(columns, ",\r\n", &column_rest);
    const char *text = strtok_r(line, ",\r\n", &text_rest);
    for (; column && text; text = strtok_r(NULL, ",\r\n", &text_rest)) {
        set_field(row, column, text);
        column = strtok_r(NULL, ",\r\n", &column_rest);
    }
}

// "space_invaders_all1.csv" -> "space_invaders", "all1"
static bool split_name(trace *t, const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const char *last = strrchr(name, '_'), *dot = strrchr(name, '.');
    if (!last || !dot || dot < last || strcmp(dot, ".csv") != 0)
        return false;
    snprintf(t->game, sizeof t->game, "%.*s", (int)(last - name), name);
    snprintf(t->kind, sizeof t->kind, "%.*s", (int)(dot - last - 1), last + 1);
    return strcmp(t->kind, "all1") == 0 || strcmp(t->kind, "min4") == 0 ||
           strcmp(t->kind, "boot") == 0 || strcmp(t->kind, "obs84") == 0;
}

bool trace_read(trace *t, const char *path)
{
    char header[512], line[1024];
    size_t capacity = 0;
    memset(t, 0, sizeof *t);
    FILE *file = split_name(t, path) ? fopen(path, "r") : NULL;
    if (!file)
        return false;
    if (!fgets(header, sizeof header, file))
        header[0] = '\0';
    while (fgets(line, sizeof line, file)) {
        if (t->num_rows == capacity)
            t->row = realloc(t->row, (capacity = 2 * capacity + 1024) * sizeof *t->row);
        t->row[t->num_rows] = (trace_row){.frame = 0};
        parse_line(&t->row[t->num_rows++], header, line);
    }
    (void)fclose(file);
    return true;
}

void trace_release(trace *t)
{
    free(t->row);
}

// --- actions -----------------------------------------------------------------------------------

unsigned trace_actions(const trace *t, uint8_t actions[PPO_ATARI_NUM_ACTIONS])
{
    bool is_used[PPO_ATARI_NUM_ACTIONS] = {false};
    unsigned count = 0;
    for (size_t i = 0; i < t->num_rows; i++)
        if (t->row[i].action >= 0 && t->row[i].action < PPO_ATARI_NUM_ACTIONS)
            is_used[t->row[i].action] = true;
    for (unsigned action = 0; action < PPO_ATARI_NUM_ACTIONS; action++)
        if (is_used[action])
            actions[count++] = (uint8_t)action;
    return count;
}

trace_actor trace_actor_start(const trace *t)
{
    trace_actor actor = {.state = 1, .num_actions = PPO_ATARI_NUM_ACTIONS};
    for (uint8_t i = 0; i < PPO_ATARI_NUM_ACTIONS; i++)
        actor.action[i] = i;
    if (strcmp(t->kind, "min4") == 0 || strcmp(t->kind, "obs84") == 0)
        actor.num_actions = trace_actions(t, actor.action);
    return actor;
}

unsigned trace_actor_index(trace_actor *actor)
{
    actor->state = actor->state * 1664525u + 1013904223u;
    return (actor->state >> 16) % actor->num_actions;
}

// --- cartridges --------------------------------------------------------------------------------

// "SpaceInvaders" is "space_invaders".
static bool is_name(const char *name, const char *snake)
{
    for (; *name; name++) {
        if (isupper((unsigned char)*name) && snake[0] == '_')
            snake++;
        if (tolower((unsigned char)*name) != *snake++)
            return false;
    }
    return *snake == '\0';
}

// The programs of tests/roms, where this build has assembled them. One of them is played twice,
// with joysticks and with paddles.
static bool test_program(const trace *t, ppo_rom *rom)
{
    static ppo_game_info paddles_left;
    const bool has_paddles = strcmp(t->game, "paddles_left") == 0;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.bin", PPO_TEST_ROMS, has_paddles ? "paddles" : t->game);
    if (ppo_rom_read(rom, path, NULL) != PPO_OK)
        return false;
    if (has_paddles) {
        paddles_left = *ppo_game_generic();
        paddles_left.traits.paddles[0] = true;
        rom->info = &paddles_left;
    }
    return true;
}

bool trace_cartridge(const trace *t, ppo_rom *rom)
{
    // A free game of others, which ALE plays by the rules of Tetris.
    static const ppo_game_info game_2048 = {.name = "2048",
                                            .md5 = "17d6130e7e97ba3bf9ec0a2d37ee5c62"};
    if (strcmp(t->game, "2048") == 0)
        return ppo_rom_find(rom, &game_2048, NULL, NULL) == PPO_OK;
    for (size_t i = 0; i < ppo_game_count(); i++)
        if (is_name(ppo_game_at(i)->name, t->game))
            return ppo_rom_find(rom, ppo_game_at(i), NULL, NULL) == PPO_OK;
    return test_program(t, rom);
}

uint64_t trace_hash(const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * 0x100000001b3u;
    return hash;
}
