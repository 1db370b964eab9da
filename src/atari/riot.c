// SPDX-License-Identifier: MIT
// The RIOT's registers. The timer counts down once per interval; after zero once per cycle until it
// is read, then once per interval again.
#include "atari/riot.h"

enum { SWCHA, DDRA, SWCHB, DDRB }; // address & 7; from 4 on: INTIM (even), TIMINT (odd)

void ppo_riot_reset(ppo_riot *riot, uint8_t timer)
{
    riot->direction_a = 0;
    riot->timer = timer;
    riot->shift = 6;
    riot->set_at = 0;
    riot->expired_read = false;
    riot->read_at = 0;
}

static int32_t cycles_since_set(const ppo_riot *riot, uint32_t now)
{
    return (int32_t)(now - 1 - riot->set_at);
}

static uint8_t read_timer(ppo_riot *riot, uint32_t now)
{
    const int32_t left = ppo_riot_intervals_left(riot, now);
    if (left >= 0)
        return (uint8_t)left;
    const int32_t since = cycles_since_set(riot, now);
    const uint32_t span = (uint32_t)riot->timer << riot->shift;
    const int32_t past = (int32_t)(span - (uint32_t)since - 1); // -1, -2, ... after expiry
    if (past <= -2 && !riot->expired_read) {
        riot->expired_read = true;
        riot->read_at = now;
    }
    if (!riot->expired_read)
        return (uint8_t)past;
    const uint32_t late = riot->read_at - riot->set_at - span;
    return (uint8_t)(riot->timer - (uint32_t)(since >> riot->shift) - late);
}

uint8_t ppo_riot_read(ppo_riot *riot, uint16_t address, uint32_t now)
{
    switch (address & 7) {
    case SWCHA:
        return riot->port_a;
    case DDRA:
        return riot->direction_a;
    case SWCHB:
        return riot->port_b;
    case DDRB:
        return 0;
    default:
        if (address & 1)
            return ppo_riot_intervals_left(riot, now) < 0 && !riot->expired_read ? 0x80 : 0;
        return read_timer(riot, now);
    }
}

void ppo_riot_write(ppo_riot *riot, uint16_t address, uint8_t value, uint32_t now)
{
    static const uint8_t shifts[4] = {0, 3, 6, 10}; // TIM1T, TIM8T, TIM64T, T1024T
    if ((address & 7) == DDRA) {
        riot->direction_a = value;
    } else if ((address & 0x14) == 0x14) {
        riot->timer = value;
        riot->shift = shifts[address & 3];
        riot->set_at = now;
        riot->expired_read = false;
    }
}

uint32_t ppo_riot_count_polls(const ppo_riot *riot, uint32_t first, uint32_t period, uint32_t least)
{
    const int32_t lasting = (int32_t)(riot->timer - least) * (1 << riot->shift);
    const uint32_t since = (uint32_t)cycles_since_set(riot, first);
    const int32_t cycles = (int32_t)((uint32_t)lasting - 1 - since); // left after the first
    return cycles < 0 ? 0 : (uint32_t)cycles / period + 1;
}

void ppo_riot_rebase(ppo_riot *riot, uint32_t cycles)
{
    riot->set_at -= cycles;
    riot->read_at -= cycles;
}
