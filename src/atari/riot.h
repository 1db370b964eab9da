// SPDX-License-Identifier: MIT
// The RIOT (6532): 128 bytes of RAM, a timer, and the two ports that joysticks and switches hang
// on. It keeps no time of its own: each call says in which processor cycle of the frame it happens,
// and what has run since is computed from when the timer was set.
#ifndef PPO_ATARI_RIOT_H
#define PPO_ATARI_RIOT_H

#include <stdbool.h>
#include <stdint.h>

#define PPO_RIOT_RAM 128

typedef struct ppo_riot {
    uint8_t ram[PPO_RIOT_RAM];
    uint8_t port_a, port_b; // what the wires carry: SWCHA and SWCHB
    uint8_t direction_a;    // DDRA: kept for reading, the wires win
    uint8_t timer;          // the value last written,
    uint8_t shift;          // one interval is 1 << shift cycles,
    uint32_t set_at;        // and the cycle in which that was
    bool expired_read;      // the timer ran out and has been read since,
    uint32_t read_at;       // in this cycle
} ppo_riot;

// A system reset: the timer counts `timer` intervals of 64 cycles from cycle 0. RAM stays.
void ppo_riot_reset(ppo_riot *riot, uint8_t timer);

// Registers, by the low bits of the address (A9 and A7 are 1).
uint8_t ppo_riot_read(ppo_riot *riot, uint16_t address, uint32_t now);
void ppo_riot_write(ppo_riot *riot, uint16_t address, uint8_t value, uint32_t now);

// What INTIM reads as, while that is not negative: the timer has run out then.
static inline int32_t ppo_riot_intervals_left(const ppo_riot *riot, uint32_t now)
{
    const int32_t passed = (int32_t)(now - 1 - riot->set_at) >> riot->shift;
    return (int32_t)(riot->timer - (uint32_t)passed - 1); // after half an hour it goes round
}

// How many reads of INTIM, one at cycle `first` and then one every `period`, find `least` or more
// before the timer has run out.
uint32_t ppo_riot_count_polls(const ppo_riot *riot, uint32_t first, uint32_t period,
                              uint32_t least);

// The cycle counter goes back by `cycles`.
void ppo_riot_rebase(ppo_riot *riot, uint32_t cycles);

#endif
