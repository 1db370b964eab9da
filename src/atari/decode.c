// SPDX-License-Identifier: MIT
// Decoding: see decode.h. The forms are the rows of opcodes.h.
#include "atari/decode.h"

#include "atari/opcodes.h"

#include <stdbool.h>

#define ROW(code, kind, operation, mode, count) [code] = PPO_MODE_##mode,
static const uint8_t mode_of[PPO_FORM_LEAVE] = {PPO_OPCODES(ROW) PPO_QUICK_OPCODES(ROW)};
#undef ROW

enum { WINDOW = 4096 };

static uint32_t place_in_window(const ppo_code_layout *layout, uint32_t at)
{
    return at % (at < layout->fixed_from ? layout->part_size : WINDOW);
}

static bool is_plain(const ppo_code_layout *layout, uint32_t at)
{
    const uint32_t place = place_in_window(layout, at), size = layout->part_size;
    return at % size + PPO_INSTRUCTION_BYTES < size && place >= layout->quiet_first &&
           place + PPO_INSTRUCTION_BYTES <= layout->quiet_end;
}

// Whether reads from `address` on, up to `reach` bytes further, get bytes of ROM and switch
// nothing.
static bool reads_rom(const ppo_code_layout *layout, uint32_t address, uint32_t reach)
{
    const uint32_t place = address & 0xFFF;
    return (address & 0x1000) && place >= layout->quiet_first && place + reach < layout->quiet_end;
}

// A branch at byte `at` of a part that stays in it; one that may wait for the timer does not count
// (core_skip_polls).
static bool stays_near(const ppo_code_layout *layout, uint32_t at, uint32_t distance)
{
    enum { OVER_A_POLL = 0x100 - 5 };
    const uint32_t target = at % layout->part_size + 2 + (distance ^ 0x80) - 0x80;
    return distance != OVER_A_POLL && target < layout->part_size;
}

// The cycles that a branch takes if it is taken: one more to another page.
static uint32_t cycles_if_taken(uint32_t at, uint32_t distance)
{
    const uint32_t target = at + 2 + (distance ^ 0x80) - 0x80;
    return (target ^ (at + 2)) & 0xFF00 ? 2 : 1;
}

static bool fits(const ppo_code_layout *layout, ppo_mode quick, uint32_t at, uint32_t low,
                 uint32_t word)
{
    switch (quick) {
    case PPO_MODE_ram:
        return low >= 0x80;
    case PPO_MODE_ramy:
        return low >= 0x80 && low < 0xFF;
    case PPO_MODE_rom:
        return reads_rom(layout, word, 0);
    case PPO_MODE_romx:
    case PPO_MODE_romy:
        return reads_rom(layout, word, 255);
    case PPO_MODE_near:
        return stays_near(layout, at, low);
    default:
        return false;
    }
}

static ppo_instruction decode(const uint8_t *bytes, const ppo_code_layout *layout, uint32_t at)
{
    const uint32_t opcode = bytes[at], quick = PPO_FORM_QUICK + opcode;
    const uint32_t low = bytes[at + 1], word = low | (uint32_t)bytes[at + 2] << 8;
    const ppo_mode quick_mode = (ppo_mode)mode_of[quick];
    if (!fits(layout, quick_mode, at, low, word))
        return (ppo_instruction){(uint16_t)opcode, (uint16_t)word};
    if (quick_mode == PPO_MODE_near)
        return (ppo_instruction){(uint16_t)quick, (uint16_t)(low | cycles_if_taken(at, low) << 8)};
    return (ppo_instruction){(uint16_t)quick, (uint16_t)word};
}

void ppo_decode(ppo_instruction *code, const uint8_t *bytes, const ppo_code_layout *layout,
                uint32_t first, uint32_t count)
{
    for (uint32_t at = first; at < first + count; at++)
        code[at] = is_plain(layout, at) ? decode(bytes, layout, at)
                                        : (ppo_instruction){.form = PPO_FORM_LEAVE};
}
