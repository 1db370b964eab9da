// SPDX-License-Identifier: MIT
// The processor's loop. It runs some 5,000 instructions per frame, half of a frame's time, so all
// of it is inlined into one function per wiring of cartridges. These functions assume plain code
// (core_in_plain_code); one more, for any wiring, runs the rare instructions elsewhere, mostly in
// RAM. The instructions are the rows of opcodes.h.
#include "atari/cpu.h"

#include "atari/cpu_ops.h"
#include "atari/opcodes.h"

// --- addresses ---------------------------------------------------------------------------------

PPO_CHIP_INLINE uint32_t address_zp(ppo_core *c)
{
    return core_fetch(c);
}

PPO_CHIP_INLINE uint32_t address_zpx(ppo_core *c)
{
    return (uint8_t)(core_fetch(c) + c->x);
}

PPO_CHIP_INLINE uint32_t address_zpy(ppo_core *c)
{
    return (uint8_t)(core_fetch(c) + c->y);
}

PPO_CHIP_INLINE uint32_t address_abs(ppo_core *c)
{
    return core_fetch_word(c);
}

PPO_CHIP_INLINE uint32_t address_absx(ppo_core *c)
{
    return (core_fetch_word(c) + c->x) & 0xFFFF;
}

PPO_CHIP_INLINE uint32_t address_absy(ppo_core *c)
{
    return (core_fetch_word(c) + c->y) & 0xFFFF;
}

// A pointer in the zero page; the high byte of one at $FF is at $0100.
PPO_CHIP_INLINE uint32_t read_pointer(ppo_core *c, uint8_t at)
{
    const uint8_t low = core_read(c, at);
    return low | (uint32_t)core_read(c, at + 1u) << 8;
}

PPO_CHIP_INLINE uint32_t address_izx(ppo_core *c)
{
    return read_pointer(c, (uint8_t)(core_fetch(c) + c->x));
}

PPO_CHIP_INLINE uint32_t address_izy(ppo_core *c)
{
    return (read_pointer(c, core_fetch(c)) + c->y) & 0xFFFF;
}

// A read takes a cycle more if the index moved the address to another page.
PPO_CHIP_INLINE uint32_t count_crossing(ppo_core *c, uint32_t address, uint8_t index)
{
    if ((address & 0xFF) < index)
        c->cycles++;
    return address;
}

PPO_CHIP_INLINE uint8_t read_imm(ppo_core *c)
{
    return core_fetch(c);
}

PPO_CHIP_INLINE uint8_t read_zp(ppo_core *c)
{
    return core_read(c, address_zp(c));
}

PPO_CHIP_INLINE uint8_t read_zpx(ppo_core *c)
{
    return core_read(c, address_zpx(c));
}

PPO_CHIP_INLINE uint8_t read_zpy(ppo_core *c)
{
    return core_read(c, address_zpy(c));
}

PPO_CHIP_INLINE uint8_t read_abs(ppo_core *c)
{
    return core_read(c, address_abs(c));
}

PPO_CHIP_INLINE uint8_t read_absx(ppo_core *c)
{
    return core_read(c, count_crossing(c, address_absx(c), c->x));
}

PPO_CHIP_INLINE uint8_t read_absy(ppo_core *c)
{
    return core_read(c, count_crossing(c, address_absy(c), c->y));
}

PPO_CHIP_INLINE uint8_t read_izx(ppo_core *c)
{
    return core_read(c, address_izx(c));
}

PPO_CHIP_INLINE uint8_t read_izy(ppo_core *c)
{
    return core_read(c, count_crossing(c, address_izy(c), c->y));
}

// --- the loop ----------------------------------------------------------------------------------

#define READ(operation, mode)  op_##operation(c, read_##mode(c))
#define STORE(operation, mode) core_write(c, address_##mode(c), op_##operation(c), PPO_WRITE_ALONE)
#define STORE_HIGH(operation, mode)                                          \
    do {                                                                     \
        const uint32_t address = address_##mode(c);                          \
        core_write(c, address, op_##operation(c, address), PPO_WRITE_ALONE); \
    } while (0)
#define MODIFY(operation, mode)                                                            \
    do {                                                                                   \
        const uint32_t address = address_##mode(c);                                        \
        core_write(c, address, op_##operation(c, core_read(c, address)), PPO_WRITE_ALONE); \
    } while (0)
#define BRANCH(condition, mode)  core_branch(c, op_##condition(c))
#define IMPLIED(operation, mode) op_##operation(c)

#define INSTRUCTION(code, kind, operation, mode, count) \
    case code:                                          \
        c->cycles += (count);                           \
        kind(operation, mode);                          \
        break;

PPO_CHIP_INLINE void run_instruction(ppo_core *c)
{
    switch (core_fetch(c)) {
        PPO_OPCODES(INSTRUCTION)
    }
}

PPO_CHIP_INLINE void load_registers(ppo_core *c, const ppo_cpu *cpu)
{
    c->left = cpu->left;
    c->cycles = cpu->cycles;
    c->pc = cpu->pc;
    c->a = cpu->a;
    c->x = cpu->x;
    c->y = cpu->y;
    c->sp = cpu->sp;
    c->bus = cpu->bus;
    c->jammed = cpu->jammed;
    core_set_status(c, cpu->status);
}

PPO_CHIP_INLINE void store_registers(ppo_cpu *cpu, const ppo_core *c)
{
    cpu->left = c->left;
    cpu->cycles = c->cycles;
    cpu->pc = (uint16_t)c->pc;
    cpu->a = c->a;
    cpu->x = c->x;
    cpu->y = c->y;
    cpu->sp = c->sp;
    cpu->bus = c->bus;
    cpu->jammed = c->jammed;
    cpu->status = core_status(c);
}

// Runs while instructions are left and lie in plain code, or outside of it if `anywhere`; with an
// observer, wherever they lie. `wiring` and `anywhere` are constants of each caller.
PPO_CHIP_INLINE void run(ppo_console *console, const ppo_cartridge *cartridge, ppo_wiring wiring,
                         bool anywhere, const ppo_bus_observer *observer)
{
    ppo_core c;
    core_attach(&c, console, cartridge, wiring, anywhere);
    load_registers(&c, &console->chips.cpu);
    c.observer = observer;
    for (; c.left > 0 && (observer || core_in_plain_code(&c) != anywhere); c.left--)
        run_instruction(&c);
    store_registers(&console->chips.cpu, &c);
}

static void run_plain(ppo_console *console, const ppo_cartridge *cartridge)
{
    run(console, cartridge, PPO_WIRING_PLAIN, false, NULL);
}

static void run_banks(ppo_console *console, const ppo_cartridge *cartridge)
{
    run(console, cartridge, PPO_WIRING_BANKS, false, NULL);
}

static void run_slices(ppo_console *console, const ppo_cartridge *cartridge)
{
    run(console, cartridge, PPO_WIRING_SLICES, false, NULL);
}

static void run_address(ppo_console *console, const ppo_cartridge *cartridge)
{
    run(console, cartridge, PPO_WIRING_ADDRESS, false, NULL);
}

static void run_anywhere(ppo_console *console, const ppo_cartridge *cartridge,
                         const ppo_bus_observer *observer)
{
    run(console, cartridge, cartridge->wiring, true, observer);
}

static void start_run(ppo_cpu *cpu)
{
    cpu->left = cpu->jammed ? 0 : PPO_CPU_FRAME_INSTRUCTIONS;
}

void ppo_cpu_run(ppo_console *console, const ppo_cartridge *cartridge)
{
    static void (*const runs[])(ppo_console *, const ppo_cartridge *) = {
        [PPO_WIRING_PLAIN] = run_plain,
        [PPO_WIRING_BANKS] = run_banks,
        [PPO_WIRING_SLICES] = run_slices,
        [PPO_WIRING_ADDRESS] = run_address,
    };
    const ppo_cpu *cpu = &console->chips.cpu;
    start_run(&console->chips.cpu);
    while (cpu->left > 0) {
        if (cartridge->wiring != PPO_WIRING_BOARD)
            runs[cartridge->wiring](console, cartridge);
        run_anywhere(console, cartridge, NULL);
    }
}

void ppo_cpu_run_observed(ppo_console *console, const ppo_cartridge *cartridge,
                          const ppo_bus_observer *observer)
{
    start_run(&console->chips.cpu);
    run_anywhere(console, cartridge, observer);
}

void ppo_cpu_reset(ppo_console *console, const ppo_cartridge *cartridge)
{
    ppo_cpu *cpu = &console->chips.cpu;
    *cpu = (ppo_cpu){.sp = 0xFF, .status = FLAG_ALWAYS};
    const uint8_t low = ppo_bus_read(console, cartridge, 0xFFFC, 0, 0);
    const uint8_t high = ppo_bus_read(console, cartridge, 0xFFFD, low, 0);
    cpu->pc = (uint16_t)(low | high << 8);
    cpu->bus = high;
}
