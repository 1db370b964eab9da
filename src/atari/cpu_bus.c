// SPDX-License-Identifier: MIT
// The accesses that are not handled inside the processor's loop.
#include "atari/cpu_bus.h"

#include "atari/tia.h"

uint8_t ppo_bus_read_inside(ppo_console *console, uint32_t address, uint8_t bus, uint32_t cycles)
{
    ppo_chips *chips = &console->chips;
    if (address & 0x80)
        return ppo_riot_read(&chips->riot, (uint16_t)address, cycles);
    return ppo_tia_read(&chips->tia, ppo_machine_canvas(console), address & 15, bus, cycles);
}

void ppo_bus_write_tia(ppo_console *console, uint32_t reg, uint8_t value, uint32_t cycles)
{
    ppo_tia_write(&console->chips.tia, ppo_machine_canvas(console), reg, value, cycles);
}

uint8_t ppo_bus_read(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address,
                     uint8_t bus, uint32_t cycles)
{
    ppo_core c = {.bus = bus, .cycles = cycles};
    core_attach(&c, console, cartridge, cartridge->wiring, false);
    return core_read(&c, address);
}

uint32_t ppo_bus_write(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address,
                       uint8_t value, ppo_write_order order, uint32_t cycles)
{
    ppo_core c = {.cycles = cycles};
    core_attach(&c, console, cartridge, cartridge->wiring, false);
    core_write(&c, address, value, order);
    return c.cycles;
}
