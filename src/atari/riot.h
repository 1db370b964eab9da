// SPDX-License-Identifier: MIT
// The RIOT (6532): 128 bytes of RAM, a timer, and two ports for joysticks and switches. It does not
// run by itself: each call gives the processor cycle of the frame, and the timer's value is
// computed from the cycle in which it was set.
#ifndef PPO_ATARI_RIOT_H
#define PPO_ATARI_RIOT_H

#include <stdbool.h>
#include <stdint.h>

#define PPO_RIOT_RAM 128

typedef struct ppo_riot {
    uint8_t ram[PPO_RIOT_RAM];
    uint8_t port_a, port_b; // SWCHA and SWCHB
    uint8_t direction_a;    // DDRA: can be read back, has no other effect
    uint8_t timer;          // as last written
    uint8_t shift;          // one interval is 1 << shift cycles: 0, 3, 6 or 10
    uint32_t set_at;        // the cycle in which it was written
    bool expired_read;      // the timer expired and has been read since,
    uint32_t read_at;       // in this cycle
} ppo_riot;

// A system reset: the timer counts `timer` intervals of 64 cycles from cycle 0. RAM stays.
void ppo_riot_reset(ppo_riot *riot, uint8_t timer);

// Registers, selected by the low bits of the address.
uint8_t ppo_riot_read(ppo_riot *riot, uint16_t address, uint32_t now);
void ppo_riot_write(ppo_riot *riot, uint16_t address, uint8_t value, uint32_t now);

// The value of INTIM; negative once the timer has expired.
static inline int32_t ppo_riot_intervals_left(const ppo_riot *riot, uint32_t now)
{
    const int32_t passed = (int32_t)(now - 1 - riot->set_at) >> riot->shift;
    return (int32_t)(riot->timer - (uint32_t)passed - 1); // wraps after half an hour
}

// How many reads of INTIM, the first at cycle `first` and then one every `period` cycles, return
// `least` or more before the timer expires.
uint32_t ppo_riot_count_polls(const ppo_riot *riot, uint32_t first, uint32_t period,
                              uint32_t least);

// The cycle counter is about to be decreased by `cycles`.
void ppo_riot_rebase(ppo_riot *riot, uint32_t cycles);

#endif
