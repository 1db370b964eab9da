// SPDX-License-Identifier: MIT
// The processor. It runs some 5,000 instructions per frame, so plain code (decode.h) is decoded
// when the cartridge is made, and all that an instruction does is inlined into one function per
// wiring of cartridges. One more function, for any wiring, fetches the rare instructions elsewhere,
// mostly in RAM. The instructions are the rows of opcodes.h.
#include "atari/cpu.h"

#include "atari/cpu_ops.h"
#include "atari/opcodes.h"

// --- addresses ---------------------------------------------------------------------------------

PPO_CHIP_INLINE uint32_t address_zp(ppo_core *c)
{
    return core_operand(c);
}

PPO_CHIP_INLINE uint32_t address_zpx(ppo_core *c)
{
    return (uint8_t)(core_operand(c) + c->x);
}

PPO_CHIP_INLINE uint32_t address_zpy(ppo_core *c)
{
    return (uint8_t)(core_operand(c) + c->y);
}

PPO_CHIP_INLINE uint32_t address_abs(ppo_core *c)
{
    return core_operand_word(c);
}

PPO_CHIP_INLINE uint32_t address_absx(ppo_core *c)
{
    return (core_operand_word(c) + c->x) & 0xFFFF;
}

PPO_CHIP_INLINE uint32_t address_absy(ppo_core *c)
{
    return (core_operand_word(c) + c->y) & 0xFFFF;
}

// A pointer in the zero page; the high byte of one at $FF is at $0100.
PPO_CHIP_INLINE uint32_t read_pointer(ppo_core *c, uint8_t at)
{
    const uint8_t low = core_read(c, at);
    return low | (uint32_t)core_read(c, at + 1u) << 8;
}

PPO_CHIP_INLINE uint32_t address_izx(ppo_core *c)
{
    return read_pointer(c, (uint8_t)(core_operand(c) + c->x));
}

PPO_CHIP_INLINE uint32_t address_izy(ppo_core *c)
{
    return (read_pointer(c, core_operand(c)) + c->y) & 0xFFFF;
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
    return core_operand(c);
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

// The quick modes: decoding has found out what is at the address.
PPO_CHIP_INLINE uint32_t address_ram(ppo_core *c)
{
    return core_operand(c) | 0x80; // as it is anyway: for the compiler
}

PPO_CHIP_INLINE uint32_t address_ramy(ppo_core *c)
{
    const uint8_t *pointer = c->console->chips.riot.ram + (core_operand(c) & 0x7F);
    c->bus = pointer[1];
    return ((pointer[0] | (uint32_t)pointer[1] << 8) + c->y) & 0xFFFF;
}

PPO_CHIP_INLINE uint8_t read_ram(ppo_core *c)
{
    c->bus = c->console->chips.riot.ram[core_operand(c) & 0x7F];
    return c->bus;
}

PPO_CHIP_INLINE uint8_t read_ramy(ppo_core *c)
{
    return core_read(c, count_crossing(c, address_ramy(c), c->y));
}

PPO_CHIP_INLINE uint8_t read_rom(ppo_core *c)
{
    c->bus = core_read_rom(c, address_abs(c));
    return c->bus;
}

PPO_CHIP_INLINE uint8_t read_romx(ppo_core *c)
{
    c->bus = core_read_rom(c, count_crossing(c, address_absx(c), c->x));
    return c->bus;
}

PPO_CHIP_INLINE uint8_t read_romy(ppo_core *c)
{
    c->bus = core_read_rom(c, count_crossing(c, address_absy(c), c->y));
    return c->bus;
}

// --- instructions ------------------------------------------------------------------------------

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
#define BRANCH(condition, mode)  core_branch_##mode(c, op_##condition(c))
#define FLOW(operation, mode)    op_##operation(c)
#define IMPLIED(operation, mode) op_##operation(c)

// Outside of plain code: the instruction at PC.
#define FETCHED_INSTRUCTION(code, kind, operation, mode, count) \
    case code:                                                  \
        c->cycles += (count);                                   \
        kind(operation, mode);                                  \
        break;

PPO_CHIP_INLINE void run_fetched_instruction(ppo_core *c)
{
    switch (core_fetch(c)) {
        PPO_OPCODES(FETCHED_INSTRUCTION)
    }
}

enum { KIND_READ, KIND_STORE, KIND_STORE_HIGH, KIND_MODIFY, KIND_BRANCH, KIND_FLOW, KIND_IMPLIED };

// Whether the frame may be over after an instruction (a write to the TIA decides that), or the
// program may have gone back, so that it could go on without end.
PPO_CHIP_INLINE bool may_end(int kind, ppo_mode mode)
{
    return kind != KIND_READ && kind != KIND_IMPLIED && mode != PPO_MODE_ram;
}

// --- the loop ----------------------------------------------------------------------------------

PPO_CHIP_INLINE void load_registers(ppo_core *c, const ppo_cpu *cpu)
{
    c->left = cpu->left - core_reserve(c);
    c->cycles = cpu->cycles;
    c->a = cpu->a;
    c->x = cpu->x;
    c->y = cpu->y;
    c->sp = cpu->sp;
    c->bus = cpu->bus;
    c->jammed = cpu->jammed;
    core_set_status(c, cpu->status);
    core_jump(c, cpu->pc);
}

PPO_CHIP_INLINE void store_registers(ppo_cpu *cpu, const ppo_core *c)
{
    cpu->left = c->left + core_reserve(c);
    cpu->cycles = c->cycles;
    cpu->pc = (uint16_t)core_pc(c);
    cpu->a = c->a;
    cpu->x = c->x;
    cpu->y = c->y;
    cpu->sp = c->sp;
    cpu->bus = c->bus;
    cpu->jammed = c->jammed;
    cpu->status = core_status(c);
}

// Runs the instructions outside of plain code; with an observer all, and the last ones of a frame.
static void run_anywhere(ppo_console *console, const ppo_cartridge *cartridge,
                         const ppo_bus_observer *observer)
{
    ppo_core c;
    core_attach(&c, console, cartridge, cartridge->wiring, true);
    load_registers(&c, &console->chips.cpu);
    c.observer = observer;
    while (c.left > 0 && (observer || c.left <= CORE_RESERVE || !core_is_plain(&c, c.pc))) {
        c.left--;
        run_fetched_instruction(&c);
    }
    store_registers(&console->chips.cpu, &c);
}

// Plain code: a piece of code for each form of instruction, each of which ends with the jump to the
// next instruction's piece, so there is neither a loop nor a place where all of them meet.
#define NEXT goto *piece[c->next->form]
#define PIECE(code, kind, operation, mode, count)              \
    piece_##code : c->operand = c->next->operand;              \
    c->next += 1 + PPO_OPERAND_##mode;                         \
    c->bus = (uint8_t)(code);                                  \
    c->left--;                                                 \
    c->cycles += (count);                                      \
    kind(operation, mode);                                     \
    if (may_end(KIND_##kind, PPO_MODE_##mode) && c->left <= 0) \
        goto leave;                                            \
    NEXT;
#define PIECE_OF(code, kind, operation, mode, count) [code] = &&piece_##code,

// A function, since a piece's address belongs to one copy of it.
#define RUN_DECODED(name, its_wiring)                                                           \
    static void name(ppo_console *console, const ppo_cartridge *cartridge)                      \
    {                                                                                           \
        static const void *const piece[] = {[PPO_FORM_LEAVE] = &&leave,                         \
                                            PPO_OPCODES(PIECE_OF) PPO_QUICK_OPCODES(PIECE_OF)}; \
        ppo_core core, *const c = &core;                                                        \
        core_attach(c, console, cartridge, its_wiring, false);                                  \
        load_registers(c, &console->chips.cpu);                                                 \
        if (c->left <= 0)                                                                       \
            goto leave;                                                                         \
        NEXT;                                                                                   \
        PPO_OPCODES(PIECE)                                                                      \
        PPO_QUICK_OPCODES(PIECE)                                                                \
    leave:                                                                                      \
        store_registers(&console->chips.cpu, c);                                                \
    }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" // addresses of labels
#ifdef PPO_CHIP_CALLS
RUN_DECODED(run_decoded, cartridge->wiring)
#else
RUN_DECODED(run_plain, PPO_WIRING_PLAIN)
RUN_DECODED(run_banks, PPO_WIRING_BANKS)
RUN_DECODED(run_slices, PPO_WIRING_SLICES)
RUN_DECODED(run_address, PPO_WIRING_ADDRESS)

static void run_decoded(ppo_console *console, const ppo_cartridge *cartridge)
{
    static void (*const runs[])(ppo_console *, const ppo_cartridge *) = {
        [PPO_WIRING_PLAIN] = run_plain,
        [PPO_WIRING_BANKS] = run_banks,
        [PPO_WIRING_SLICES] = run_slices,
        [PPO_WIRING_ADDRESS] = run_address,
    };
    runs[cartridge->wiring](console, cartridge);
}
#endif
#pragma GCC diagnostic pop

static void start_run(ppo_cpu *cpu)
{
    cpu->left = cpu->jammed ? 0 : PPO_CPU_FRAME_INSTRUCTIONS;
}

void ppo_cpu_run(ppo_console *console, const ppo_cartridge *cartridge)
{
    const ppo_cpu *cpu = &console->chips.cpu;
    start_run(&console->chips.cpu);
    while (cpu->left > 0) {
        if (cartridge->wiring != PPO_WIRING_BOARD)
            run_decoded(console, cartridge);
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
