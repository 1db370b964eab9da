// SPDX-License-Identifier: MIT
// See dpc.h.
#include "atari/dpc.h"

// The clock of the waves, 20 kHz, in the processor's cycles of 3,579,575 / 3 Hz: in so many cycles
// there are as many ticks.
enum { CLOCK_CYCLES = 143183, CLOCK_TICKS = 2400 };

enum { COUNTER_BITS = 0x7FF };

void ppo_dpc_power_on(ppo_dpc *dpc)
{
    *dpc = (ppo_dpc){.random = 1};
}

void ppo_dpc_reset(ppo_dpc *dpc)
{
    dpc->clocked_at = 0;
    dpc->rest = 0;
}

// A shift register of 8 bits: the new one is 1 if an even number of bits 3, 4, 5 and 7 are.
void ppo_dpc_step_random(ppo_dpc *dpc)
{
    const uint32_t now = dpc->random;
    const uint32_t odd = (now >> 3 ^ now >> 4 ^ now >> 5 ^ now >> 7) & 1;
    dpc->random = (uint8_t)(now << 1 | (odd ^ 1));
}

// --- waves -------------------------------------------------------------------------------------

// A wave counts down from top to 0, and again; its mask, the wave's level, is set down to bottom.
static void clock_wave(ppo_dpc *dpc, uint32_t n, uint64_t ticks)
{
    const int32_t top = dpc->top[n], period = top + 1;
    int32_t low = 0;
    if (top > 0) {
        low = (dpc->counter[n] & 0xFF) - (int32_t)(ticks % (uint64_t)period);
        low += low < 0 ? period : 0;
    }
    if (low <= dpc->bottom[n])
        dpc->mask[n] = 0;
    else if (low <= top)
        dpc->mask[n] = 0xFF;
    dpc->counter[n] = (uint16_t)((dpc->counter[n] & ~0xFF) | (low & 0xFF));
}

static void clock_waves(ppo_dpc *dpc, uint32_t cycle)
{
    const uint64_t parts = (uint64_t)((int64_t)cycle - dpc->clocked_at) * CLOCK_TICKS + dpc->rest;
    dpc->clocked_at = cycle;
    dpc->rest = (uint32_t)(parts % CLOCK_CYCLES);
    for (uint32_t i = 0; i < PPO_DPC_WAVES; i++)
        if (dpc->is_wave[i])
            clock_wave(dpc, PPO_DPC_FIRST_WAVE + i, parts / CLOCK_CYCLES);
}

static uint8_t mix_waves(const ppo_dpc *dpc)
{
    static const uint8_t sum[1 << PPO_DPC_WAVES] = {0, 4, 5, 9, 6, 10, 11, 15};
    uint32_t high = 0;
    for (uint32_t i = 0; i < PPO_DPC_WAVES; i++)
        if (dpc->is_wave[i] && dpc->mask[PPO_DPC_FIRST_WAVE + i])
            high |= 1u << i;
    return sum[high];
}

// --- fetchers ----------------------------------------------------------------------------------

static uint8_t reverse(uint8_t byte)
{
    uint8_t reversed = 0;
    for (uint32_t bit = 0; bit < 8; bit++)
        reversed = (uint8_t)(reversed << 1 | (byte >> bit & 1));
    return reversed;
}

static void update_mask(ppo_dpc *dpc, uint32_t n)
{
    const uint8_t low = (uint8_t)dpc->counter[n];
    if (low == dpc->top[n])
        dpc->mask[n] = 0xFF;
    else if (low == dpc->bottom[n])
        dpc->mask[n] = 0;
}

// The byte of a fetcher as the register of this group shows it.
static uint8_t present(uint8_t byte, uint8_t mask, uint32_t group)
{
    switch (group) {
    case 1:
        return byte;
    case 2:
        return byte & mask;
    case 3:
        return (uint8_t)(byte << 4 | byte >> 4) & mask;
    case 4:
        return reverse(byte) & mask;
    case 5:
        return (uint8_t)(byte >> 1) & mask;
    case 6:
        return (uint8_t)(byte << 1) & mask;
    default:
        return mask;
    }
}

uint8_t ppo_dpc_read(ppo_dpc *dpc, const uint8_t *pictures, uint32_t at, uint32_t cycle)
{
    const uint32_t n = at % PPO_DPC_FETCHERS, group = at / PPO_DPC_FETCHERS;
    uint8_t value;
    update_mask(dpc, n);
    if (group > 0) {
        value = present(pictures[PPO_DPC_PICTURES - 1 - dpc->counter[n]], dpc->mask[n], group);
    } else if (n < 4) {
        value = dpc->random;
    } else {
        clock_waves(dpc, cycle);
        value = mix_waves(dpc);
    }
    // Each read steps the fetcher, unless the clock does.
    if (n < PPO_DPC_FIRST_WAVE || !dpc->is_wave[n - PPO_DPC_FIRST_WAVE])
        dpc->counter[n] = (dpc->counter[n] - 1u) & COUNTER_BITS;
    return value;
}

void ppo_dpc_write(ppo_dpc *dpc, uint32_t at, uint8_t value)
{
    const uint32_t n = at % PPO_DPC_FETCHERS;
    uint16_t *counter = &dpc->counter[n];
    const bool can_be_wave = n >= PPO_DPC_FIRST_WAVE;
    switch (at / PPO_DPC_FETCHERS) {
    case 8:
        dpc->top[n] = value;
        dpc->mask[n] = 0;
        break;
    case 9:
        dpc->bottom[n] = value;
        break;
    case 10: // a wave starts from its top
        if (can_be_wave && dpc->is_wave[n - PPO_DPC_FIRST_WAVE])
            value = dpc->top[n];
        *counter = (uint16_t)((*counter & ~0xFF) | value);
        break;
    case 11:
        *counter = (uint16_t)((*counter & 0xFF) | (value & 7) << 8);
        if (can_be_wave)
            dpc->is_wave[n - PPO_DPC_FIRST_WAVE] = value & 0x10;
        break;
    case 14:
        dpc->random = 1;
        break;
    default:
        break;
    }
}

// --- state -------------------------------------------------------------------------------------

void ppo_dpc_rebase(ppo_dpc *dpc, uint32_t cycles)
{
    dpc->clocked_at -= cycles;
}

bool ppo_dpc_is_valid(const ppo_dpc *dpc)
{
    const int64_t longest = INT64_C(1) << 48; // centuries, and no product overflows
    bool is_valid =
        dpc->clocked_at > -longest && dpc->clocked_at <= UINT32_MAX && dpc->rest < CLOCK_CYCLES;
    for (uint32_t n = 0; n < PPO_DPC_FETCHERS; n++)
        is_valid = is_valid && dpc->counter[n] <= COUNTER_BITS;
    const unsigned char *waves = (const unsigned char *)dpc->is_wave;
    for (uint32_t i = 0; i < PPO_DPC_WAVES; i++)
        is_valid = is_valid && waves[i] <= 1;
    return is_valid;
}
