// SPDX-License-Identifier: MIT
// The bus: which chip an address belongs to. The most frequent accesses (cartridge, RAM, TIA
// registers that keep their value) are handled here, inside the processor's loop; the others, and
// all accesses of the rare copy of the loop that runs instructions anywhere, in cpu_bus.c.
#ifndef PPO_ATARI_CPU_BUS_H
#define PPO_ATARI_CPU_BUS_H

#include "atari/board.h"
#include "atari/cpu_state.h"

// The place of a write among the writes of its instruction: calls and breaks push several bytes,
// all of them at the end of the instruction.
typedef enum ppo_write_order { PPO_WRITE_ALONE, PPO_WRITE_FIRST, PPO_WRITE_LATER } ppo_write_order;

// RIOT registers and TIA. `bus` is the last byte on the bus, `cycles` the time.
uint8_t ppo_bus_read_inside(ppo_console *console, uint32_t address, uint8_t bus, uint32_t cycles);
void ppo_bus_write_tia(ppo_console *console, uint32_t reg, uint8_t value, uint32_t cycles);

// Any address. A write returns the time after it, which WSYNC advances.
uint8_t ppo_bus_read(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address,
                     uint8_t bus, uint32_t cycles);
uint32_t ppo_bus_write(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address,
                       uint8_t value, ppo_write_order order, uint32_t cycles);

// --- the place in the program ------------------------------------------------------------------

// A12 selects the cartridge. Otherwise A7 selects between the RIOT, where A9 tells registers from
// RAM, and the TIA.
PPO_CHIP_INLINE bool is_cartridge_address(uint32_t address)
{
    return address & 0x1000;
}

PPO_CHIP_INLINE bool is_ram_address(uint32_t address)
{
    return (address & 0x280) == 0x80;
}

// Decoded instructions of the part of the cartridge that is seen at the address.
PPO_CHIP_INLINE const ppo_instruction *core_part(const ppo_core *c, uint32_t address)
{
    const ppo_instruction *code = c->cartridge->code;
    const uint32_t *slice = c->console->chips.board.slice;
    if (c->wiring == PPO_WIRING_ADDRESS)
        return code + (address & 0x2000 ? 0 : PPO_CARTRIDGE_BANK);
    if (c->wiring == PPO_WIRING_SLICES)
        return code + slice[address % PPO_CARTRIDGE_BANK / PPO_CARTRIDGE_SLICE];
    return c->wiring == PPO_WIRING_BANKS ? code + slice[0] : code;
}

// The size of such a part.
PPO_CHIP_INLINE uint32_t core_part_size(const ppo_core *c)
{
    return c->wiring == PPO_WIRING_SLICES ? PPO_CARTRIDGE_SLICE : PPO_CARTRIDGE_BANK;
}

PPO_CHIP_INLINE uint32_t core_pc(const ppo_core *c)
{
    return c->anywhere ? c->pc : c->part + (uint32_t)(c->next - c->code);
}

PPO_CHIP_INLINE void core_jump(ppo_core *c, uint32_t target)
{
    const uint32_t size = core_part_size(c);
    if (c->anywhere) {
        c->pc = target;
    } else if (is_cartridge_address(target)) {
        c->code = core_part(c, target);
        c->next = c->code + target % size;
        c->part = target - target % size;
    } else {
        c->next = c->code = &ppo_core_outside;
        c->part = target;
    }
}

PPO_CHIP_INLINE bool core_is_plain(const ppo_core *c, uint32_t address)
{
    return is_cartridge_address(address) &&
           core_part(c, address)[address % core_part_size(c)].form != PPO_FORM_LEAVE;
}

// --- cartridges --------------------------------------------------------------------------------

// Hot spots: any access to one, read or write, switches banks.
PPO_CHIP_INLINE void core_touch_hot_spot(ppo_core *c, uint32_t at)
{
    ppo_board *board = &c->console->chips.board;
    if (c->wiring == PPO_WIRING_BANKS && at - c->first_hot < c->num_banks) {
        ppo_board_select(board, (at - c->first_hot) * PPO_CARTRIDGE_BANK);
        c->bank = c->cartridge->bytes + board->slice[0];
        core_jump(c, core_pc(c));
    }
    if (c->wiring == PPO_WIRING_SLICES && at - 0xFE0 < 3 * 8) { // three slices of eight places each
        board->slice[(at - 0xFE0) / 8] = at % 8 * PPO_CARTRIDGE_SLICE;
        core_jump(c, core_pc(c));
    }
}

PPO_CHIP_INLINE uint8_t core_read_rom(const ppo_core *c, uint32_t address)
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

// Cartridge RAM is written at the first 128 addresses and read at the next 128.
PPO_CHIP_INLINE uint8_t core_read_cartridge(ppo_core *c, uint32_t address)
{
    const uint32_t at = address & 0xFFF;
    if (c->wiring == PPO_WIRING_BOARD)
        return ppo_board_read(c->console, c->cartridge, at, c->cycles);
    core_touch_hot_spot(c, at);
    if (c->wiring == PPO_WIRING_BANKS && at - PPO_CARTRIDGE_RAM < c->ram_bytes)
        return c->console->chips.board.ram[at % PPO_CARTRIDGE_RAM];
    return core_read_rom(c, address);
}

PPO_CHIP_INLINE void core_write_cartridge(ppo_core *c, uint32_t address, uint8_t value)
{
    const uint32_t at = address & 0xFFF;
    if (c->wiring == PPO_WIRING_BOARD)
        ppo_board_write(c->console, c->cartridge, at, value);
    core_touch_hot_spot(c, at);
    if (c->wiring == PPO_WIRING_BANKS && at < c->ram_bytes)
        c->console->chips.board.ram[at % PPO_CARTRIDGE_RAM] = value;
}

// --- reads -------------------------------------------------------------------------------------

PPO_CHIP_INLINE uint8_t core_read(ppo_core *c, uint32_t address)
{
    if (c->anywhere && c->observer)
        c->observer->access(c->observer->context,
                            &(ppo_bus_access){.address = address, .cycles = c->cycles});
    if (!c->anywhere && c->wiring == PPO_WIRING_BOARD && !is_cartridge_address(address))
        ppo_board_note_read(c->console, c->cartridge, address);
    if (c->anywhere)
        c->bus = ppo_bus_read(c->console, c->cartridge, address, c->bus, c->cycles);
    else if (is_cartridge_address(address))
        c->bus = core_read_cartridge(c, address);
    else if (is_ram_address(address))
        c->bus = c->console->chips.riot.ram[address & 0x7F];
    else
        c->bus = ppo_bus_read_inside(c->console, address, c->bus, c->cycles);
    return c->bus;
}

PPO_CHIP_INLINE uint8_t core_fetch(ppo_core *c)
{
    c->bus = core_read(c, c->pc);
    c->pc = (c->pc + 1) & 0xFFFF;
    return c->bus;
}

// The bytes after the opcode: decoded in plain code, otherwise fetched.
PPO_CHIP_INLINE uint8_t core_operand(ppo_core *c)
{
    c->bus = c->anywhere ? core_fetch(c) : (uint8_t)c->operand;
    return c->bus;
}

PPO_CHIP_INLINE uint32_t core_operand_word(ppo_core *c)
{
    const uint8_t low = core_operand(c);
    c->bus = c->anywhere ? core_fetch(c) : (uint8_t)(c->operand >> 8);
    return low | (uint32_t)c->bus << 8;
}

// --- writes ------------------------------------------------------------------------------------

// WSYNC halts the processor until the line ends. It acts at the next read, so a second write of the
// same instruction has no effect.
PPO_CHIP_INLINE void core_wait_for_line(ppo_core *c)
{
    const uint32_t in_line = ppo_tia_clock(&c->console->chips.tia, c->cycles) / 3 % 76;
    if (in_line > 0)
        c->cycles += 76 - in_line;
}

PPO_CHIP_INLINE void core_write_tia(ppo_core *c, uint32_t reg, uint8_t value, ppo_write_order order)
{
    ppo_tia *tia = &c->console->chips.tia;
    tia->touched = c->cycles;
    tia->touched_reg = reg;
    if (c->cycles >= tia->late_cycle) {
        tia->frame_over = true;
        core_stop(c);
    }
    if (reg == WSYNC) {
        if (order != PPO_WRITE_LATER)
            core_wait_for_line(c);
    } else if (order != PPO_WRITE_ALONE || !ppo_tia_repeats(tia, reg, value)) {
        ppo_bus_write_tia(c->console, reg, value, c->cycles);
        if (tia->frame_over)
            core_stop(c);
    }
}

PPO_CHIP_INLINE void core_write(ppo_core *c, uint32_t address, uint8_t value, ppo_write_order order)
{
    c->bus = value;
    if (c->anywhere && c->observer)
        c->observer->access(c->observer->context,
                            &(ppo_bus_access){.address = address,
                                              .cycles = c->cycles,
                                              .is_write = true,
                                              .is_alone = order == PPO_WRITE_ALONE,
                                              .value = value});
    if (!c->anywhere && c->wiring == PPO_WIRING_BOARD && !is_cartridge_address(address))
        ppo_board_note_write(c->console, c->cartridge, address, value);
    if (c->anywhere) {
        c->cycles = ppo_bus_write(c->console, c->cartridge, address, value, order, c->cycles);
        if (c->console->chips.tia.frame_over)
            core_stop(c);
    } else if (is_cartridge_address(address)) {
        core_write_cartridge(c, address, value);
    } else if (is_ram_address(address)) {
        c->console->chips.riot.ram[address & 0x7F] = value;
    } else if (address & 0x80) {
        ppo_riot_write(&c->console->chips.riot, (uint16_t)address, value, c->cycles);
    } else {
        core_write_tia(c, address & 0x3F, value, order);
    }
}

// The stack is at $0100, where A8 is not decoded: RAM from $80 on, TIA registers below.
PPO_CHIP_INLINE void core_push(ppo_core *c, uint8_t value, ppo_write_order order)
{
    core_write(c, 0x100u | c->sp, value, order);
    c->sp--;
}

// Before the stack pointer moves to the byte to be pulled, the processor reads where it stood.
PPO_CHIP_INLINE void core_begin_pulling(ppo_core *c)
{
    (void)core_read(c, 0x100u | c->sp);
}

PPO_CHIP_INLINE uint8_t core_pull(ppo_core *c)
{
    c->sp++;
    return core_read(c, 0x100u | c->sp);
}

#endif
