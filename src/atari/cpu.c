// SPDX-License-Identifier: MIT
// The processor's loop. It runs some 5,000 instructions per frame, half of a frame's time, so all
// of it is inlined into one function per way in which cartridges are wired. These functions know
// that instructions come from the cartridge's ROM, off its hot spots; one more, for any cartridge,
// runs those that do not: in RAM, mostly. The instructions are the rows of atari/opcodes.h.
#include "atari/cpu.h"

#include "atari/opcodes.h"
#include "atari/cpu_ops.h"

// --- addresses ---------------------------------------------------------------------------------

PPO_INLINE uint32_t address_zp(core *c)
{
    return fetch(c);
}

PPO_INLINE uint32_t address_zpx(core *c)
{
    return (uint8_t)(fetch(c) + c->x);
}

PPO_INLINE uint32_t address_zpy(core *c)
{
    return (uint8_t)(fetch(c) + c->y);
}

PPO_INLINE uint32_t address_abs(core *c)
{
    return fetch_word(c);
}

PPO_INLINE uint32_t address_absx(core *c)
{
    return (fetch_word(c) + c->x) & 0xFFFF;
}

PPO_INLINE uint32_t address_absy(core *c)
{
    return (fetch_word(c) + c->y) & 0xFFFF;
}

// A pointer in the zero page; one at $FF has its high byte at $0100.
PPO_INLINE uint32_t pointer(core *c, uint8_t at)
{
    const uint8_t low = read(c, at);
    return low | (uint32_t)read(c, at + 1u) << 8;
}

PPO_INLINE uint32_t address_izx(core *c)
{
    return pointer(c, (uint8_t)(fetch(c) + c->x));
}

PPO_INLINE uint32_t address_izy(core *c)
{
    return (pointer(c, fetch(c)) + c->y) & 0xFFFF;
}

// The index took the address to another page: a read needs a cycle more.
PPO_INLINE uint32_t crossed(core *c, uint32_t address, uint8_t index)
{
    if ((address & 0xFF) < index)
        c->cycles++;
    return address;
}

PPO_INLINE uint8_t read_imm(core *c)
{
    return fetch(c);
}

PPO_INLINE uint8_t read_zp(core *c)
{
    return read(c, address_zp(c));
}

PPO_INLINE uint8_t read_zpx(core *c)
{
    return read(c, address_zpx(c));
}

PPO_INLINE uint8_t read_zpy(core *c)
{
    return read(c, address_zpy(c));
}

PPO_INLINE uint8_t read_abs(core *c)
{
    return read(c, address_abs(c));
}

PPO_INLINE uint8_t read_absx(core *c)
{
    return read(c, crossed(c, address_absx(c), c->x));
}

PPO_INLINE uint8_t read_absy(core *c)
{
    return read(c, crossed(c, address_absy(c), c->y));
}

PPO_INLINE uint8_t read_izx(core *c)
{
    return read(c, address_izx(c));
}

PPO_INLINE uint8_t read_izy(core *c)
{
    return read(c, crossed(c, address_izy(c), c->y));
}

// --- the loop ----------------------------------------------------------------------------------

#define READ(operation, mode)  operation(c, read_##mode(c))
#define STORE(operation, mode) write(c, address_##mode(c), operation(c))
#define STORE_HIGH(operation, mode)                 \
    do {                                            \
        const uint32_t address = address_##mode(c); \
        write(c, address, operation(c, address));   \
    } while (0)
#define MODIFY(operation, mode)                            \
    do {                                                   \
        const uint32_t address = address_##mode(c);        \
        write(c, address, operation(c, read(c, address))); \
    } while (0)
#define BRANCH(condition, mode)  branch(c, condition(c))
#define IMPLIED(operation, mode) operation(c)

#define INSTRUCTION(code, kind, operation, mode, count) \
    case code:                                          \
        c->cycles += (count);                           \
        kind(operation, mode);                          \
        break;

PPO_INLINE void step(core *c)
{
    switch (fetch(c)) {
        PPO_OPCODES(INSTRUCTION)
    }
}

PPO_INLINE void begin(core *c, ppo_console *console, const ppo_cartridge *cartridge,
                      ppo_wiring wiring, bool anywhere)
{
    const ppo_cpu *cpu = &console->chips.cpu;
    core_attach(c, console, cartridge, wiring, anywhere);
    c->left = cpu->left;
    c->cycles = cpu->cycles;
    c->pc = cpu->pc;
    c->a = cpu->a;
    c->x = cpu->x;
    c->y = cpu->y;
    c->sp = cpu->sp;
    c->bus = cpu->bus;
    c->jammed = cpu->jammed;
    set_status(c, cpu->status);
}

PPO_INLINE void end(const core *c)
{
    ppo_cpu *cpu = &c->console->chips.cpu;
    cpu->left = c->left;
    cpu->cycles = c->cycles;
    cpu->pc = (uint16_t)c->pc;
    cpu->a = c->a;
    cpu->x = c->x;
    cpu->y = c->y;
    cpu->sp = c->sp;
    cpu->bus = c->bus;
    cpu->jammed = c->jammed;
    cpu->status = status(c);
}

// Runs as long as instructions are left and lie in plain code, or outside of it if `anywhere`; with
// a tape, wherever they lie.
PPO_INLINE void run(ppo_console *console, const ppo_cartridge *cartridge, ppo_wiring wiring,
                    bool anywhere, ppo_tape *tape)
{
    core c;
    begin(&c, console, cartridge, wiring, anywhere);
    c.tape = tape;
    for (; c.left > 0 && (tape || in_plain_code(&c) != anywhere); c.left--)
        step(&c);
    end(&c);
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

static void run_anywhere(ppo_console *console, const ppo_cartridge *cartridge, ppo_tape *tape)
{
    run(console, cartridge, cartridge->wiring, true, tape);
}

void ppo_cpu_run(ppo_console *console, const ppo_cartridge *cartridge)
{
    static void (*const runs[])(ppo_console *, const ppo_cartridge *) = {
        [PPO_WIRING_PLAIN] = run_plain,
        [PPO_WIRING_BANKS] = run_banks,
        [PPO_WIRING_SLICES] = run_slices,
        [PPO_WIRING_ADDRESS] = run_address,
    };
    ppo_cpu *cpu = &console->chips.cpu;
    cpu->left = cpu->jammed ? 0 : PPO_CPU_FRAME_INSTRUCTIONS;
    while (cpu->left > 0) {
        runs[cartridge->wiring](console, cartridge);
        run_anywhere(console, cartridge, NULL);
    }
}

void ppo_cpu_run_taped(ppo_console *console, const ppo_cartridge *cartridge, ppo_tape *tape)
{
    ppo_cpu *cpu = &console->chips.cpu;
    cpu->left = cpu->jammed ? 0 : PPO_CPU_FRAME_INSTRUCTIONS;
    run_anywhere(console, cartridge, tape);
}

void ppo_cpu_reset(ppo_console *console, const ppo_cartridge *cartridge)
{
    console->chips.cpu = (ppo_cpu){.sp = 0xFF, .status = ALWAYS};
    core c;
    begin(&c, console, cartridge, cartridge->wiring, true);
    const uint8_t low = read(&c, 0xFFFC);
    c.pc = low | (uint32_t)read(&c, 0xFFFD) << 8;
    end(&c);
}
