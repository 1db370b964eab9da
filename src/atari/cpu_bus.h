// SPDX-License-Identifier: MIT
// The bus: which chip answers an address. The three that are asked most, the cartridge, RAM and TIA
// registers that keep their value, are answered here, within the processor's loop; the others, and
// any for the rare copy of the loop that may run anywhere, in cpu_bus.c.
#ifndef PPO_ATARI_CPU_BUS_H
#define PPO_ATARI_CPU_BUS_H

#include "atari/cpu_state.h"

// Calls and breaks push several bytes, all of them at the end of the instruction.
typedef enum ppo_write_order { PPO_WRITE_ALONE, PPO_WRITE_FIRST, PPO_WRITE_LATER } ppo_write_order;

// RIOT and TIA. `bus` is the byte last seen on the bus, `cycles` the time.
uint8_t ppo_bus_read_inside(ppo_console *console, uint32_t address, uint8_t bus, uint32_t cycles);
void ppo_bus_write_tia(ppo_console *console, uint32_t reg, uint8_t value, uint32_t cycles);

// All chips. A write returns the time after it, which WSYNC moves.
uint8_t ppo_bus_read(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address,
                     uint8_t bus, uint32_t cycles);
uint32_t ppo_bus_write(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address,
                       uint8_t value, ppo_write_order order, uint32_t cycles);

// --- cartridges --------------------------------------------------------------------------------

// Hot spots: an access, be it a read or a write, that switches banks.
PPO_INLINE void touch_hot_spot(core *c, uint32_t at)
{
    ppo_board *board = &c->console->chips.board;
    if (c->wiring == PPO_WIRING_BANKS && at - c->first_hot < c->num_banks) {
        ppo_board_select(board, (at - c->first_hot) * PPO_CARTRIDGE_BANK);
        c->bank = c->cartridge->bytes + board->slice[0];
    }
    if (c->wiring == PPO_WIRING_SLICES && at - 0xFE0 < 3 * 8) // three slices, eight places
        board->slice[(at - 0xFE0) / 8] = at % 8 * PPO_CARTRIDGE_SLICE;
}

PPO_INLINE uint8_t read_rom(const core *c, uint32_t address)
{
    const uint32_t at = address & 0xFFF;
    const uint8_t *bytes = c->cartridge->bytes;
    if (c->wiring == PPO_WIRING_ADDRESS)
        return bytes[at + (address & 0x2000 ? 0 : PPO_CARTRIDGE_BANK)];
    if (c->wiring == PPO_WIRING_SLICES)
        return bytes[c->console->chips.board.slice[at / PPO_CARTRIDGE_SLICE] +
                     at % PPO_CARTRIDGE_SLICE];
    return c->bank[at];
}

// Cartridge RAM is written at its first addresses and read behind them.
PPO_INLINE uint8_t read_cartridge(core *c, uint32_t address)
{
    const uint32_t at = address & 0xFFF;
    touch_hot_spot(c, at);
    if (c->wiring == PPO_WIRING_BANKS && at - PPO_CARTRIDGE_RAM < c->ram_bytes)
        return c->console->chips.board.ram[at % PPO_CARTRIDGE_RAM];
    return read_rom(c, address);
}

PPO_INLINE void write_cartridge(core *c, uint32_t address, uint8_t value)
{
    const uint32_t at = address & 0xFFF;
    touch_hot_spot(c, at);
    if (c->wiring == PPO_WIRING_BANKS && at < c->ram_bytes)
        c->console->chips.board.ram[at % PPO_CARTRIDGE_RAM] = value;
}

// Plain code: instructions here lie in ROM with all their bytes, and fetching them switches
// nothing.
PPO_INLINE bool in_plain_code(const core *c)
{
    const bool hot = c->wiring == PPO_WIRING_BANKS || c->wiring == PPO_WIRING_SLICES;
    const uint32_t end = (hot ? 0x1FE0 : 0x2000) - 2; // an instruction has up to three bytes
    const uint32_t first = c->wiring == PPO_WIRING_BANKS ? 0x1000 + 2 * c->ram_bytes : 0x1000;
    return (c->pc & 0x1FFF) - first < end - first;
}

// --- reads -------------------------------------------------------------------------------------

// A12 selects the cartridge; otherwise A7 the RIOT, where A9 tells registers from RAM, or the TIA.
PPO_INLINE bool is_cartridge(uint32_t address)
{
    return address & 0x1000;
}

PPO_INLINE bool is_ram(uint32_t address)
{
    return (address & 0x280) == 0x80;
}

PPO_INLINE uint8_t read(core *c, uint32_t address)
{
    if (c->anywhere && c->tape)
        ppo_tape_note_read(c->tape, address, c->cycles);
    if (c->anywhere)
        c->bus = ppo_bus_read(c->console, c->cartridge, address, c->bus, c->cycles);
    else if (is_cartridge(address))
        c->bus = read_cartridge(c, address);
    else if (is_ram(address))
        c->bus = c->console->chips.riot.ram[address & 0x7F];
    else
        c->bus = ppo_bus_read_inside(c->console, address, c->bus, c->cycles);
    return c->bus;
}

// In plain code the counter may stand at $10000 after the last instruction, which jumps, masks and
// the end of the loop take for 0.
PPO_INLINE uint8_t fetch(core *c)
{
    c->bus = c->anywhere ? read(c, c->pc) : read_rom(c, c->pc);
    c->pc++;
    if (c->anywhere)
        c->pc &= 0xFFFF;
    return c->bus;
}

PPO_INLINE uint32_t fetch_word(core *c)
{
    const uint8_t low = fetch(c);
    return low | (uint32_t)fetch(c) << 8;
}

// --- writes ------------------------------------------------------------------------------------

// WSYNC holds the processor until the line is over, at the next read: not between two writes of one
// instruction.
PPO_INLINE void wait_for_line(core *c)
{
    const uint32_t in_line = ppo_tia_clock(&c->console->chips.tia, c->cycles) / 3 % 76;
    if (in_line > 0)
        c->cycles += 76 - in_line;
}

// `order` says where a write stands that comes with others, at the same time.
PPO_INLINE void write_tia(core *c, uint32_t reg, uint8_t value, ppo_write_order order)
{
    ppo_tia *tia = &c->console->chips.tia;
    tia->touched = c->cycles;
    tia->touched_reg = reg;
    if (c->cycles >= tia->late_cycle) {
        tia->frame_over = true;
        c->left = 0;
    }
    if (reg == WSYNC) {
        if (order != PPO_WRITE_LATER)
            wait_for_line(c);
    } else if (order != PPO_WRITE_ALONE || !ppo_tia_repeats(tia, reg, value)) {
        ppo_bus_write_tia(c->console, reg, value, c->cycles);
        if (tia->frame_over)
            c->left = 0;
    }
}

PPO_INLINE void write_ordered(core *c, uint32_t address, uint8_t value, ppo_write_order order)
{
    c->bus = value;
    if (c->anywhere && c->tape)
        ppo_tape_note_write(c->tape, &c->console->chips.tia, address, value,
                            order == PPO_WRITE_ALONE, c->cycles);
    if (c->anywhere) {
        c->cycles = ppo_bus_write(c->console, c->cartridge, address, value, order, c->cycles);
        if (c->console->chips.tia.frame_over)
            c->left = 0;
    } else if (is_cartridge(address)) {
        write_cartridge(c, address, value);
    } else if (is_ram(address)) {
        c->console->chips.riot.ram[address & 0x7F] = value;
    } else if (address & 0x80) {
        ppo_riot_write(&c->console->chips.riot, (uint16_t)address, value, c->cycles);
    } else {
        write_tia(c, address & 0x3F, value, order);
    }
}

PPO_INLINE void write(core *c, uint32_t address, uint8_t value)
{
    write_ordered(c, address, value, false);
}

// The stack lies at $0100, where A8 means nothing: in RAM from $80, among the TIA's registers
// below.
PPO_INLINE void push(core *c, uint8_t value, ppo_write_order order)
{
    write_ordered(c, 0x100u | c->sp, value, order);
    c->sp--;
}

// Before it moves its pointer to what it pulls, the processor has read where that stood.
PPO_INLINE void begin_pulling(core *c)
{
    (void)read(c, 0x100u | c->sp);
}

PPO_INLINE uint8_t pull(core *c)
{
    c->sp++;
    return read(c, 0x100u | c->sp);
}

#endif
