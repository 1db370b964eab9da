// SPDX-License-Identifier: MIT
// Golden traces: CSV files NAME_all1.csv, NAME_min4.csv, NAME_boot.csv and NAME_obs84.csv that tell
// what another emulator did, as hashes. tests/data/atari/README.md explains the columns.
#ifndef TEST_ATARI_TRACE_H
#define TEST_ATARI_TRACE_H

#include "ppo/rom.h"

typedef struct trace_row {
    long frame; // or step
    char phase[8];
    int action; // -1: the state after a reset
    long reward, cum_reward, lives, terminal, resets;
    long cpu_cycles, scanlines;
    uint64_t ram, screen, maxgray, obs84; // FNV-1a
} trace_row;

typedef struct trace {
    char game[64]; // "space_invaders"
    char kind[16]; // "all1"
    size_t num_rows;
    trace_row *row;
} trace;

// False if the file is not one of these.
bool trace_read(trace *t, const char *path);
void trace_release(trace *t);

// The actions that a trace draws from, in rising order; returns how many.
unsigned trace_actions(const trace *t, uint8_t actions[PPO_ATARI_NUM_ACTIONS]);

// The generator that chose the actions.
typedef struct trace_actor {
    uint32_t state;
    unsigned num_actions;
    uint8_t action[PPO_ATARI_NUM_ACTIONS];
} trace_actor;

trace_actor trace_actor_start(const trace *t);
unsigned trace_actor_index(trace_actor *actor); // of the next action

// The game of a trace and its cartridge; false if that is nowhere.
bool trace_cartridge(const trace *t, ppo_rom *rom);

uint64_t trace_hash(const void *bytes, size_t size);

#endif
