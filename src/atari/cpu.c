// SPDX-License-Identifier: MIT
// The processor's loop. It runs some 5,000 instructions per frame, half of a frame's time, so all
// of it is inlined into one function per kind of cartridge, with the registers in a local struct
// that the compiler takes apart. The instructions are the rows of atari/opcodes.h.
#include "atari/cpu.h"

#include "atari/console.h"
#include "atari/opcodes.h"

#define INLINE      static inline __attribute__((always_inline))
#define OUT_OF_LINE static __attribute__((noinline))

enum {
    CARRY = 1,
    ZERO = 2,
    INTERRUPT = 4,
    DECIMAL = 8,
    ALWAYS = 0x30,
    OVERFLOW = 64,
    NEGATIVE = 128
};

// The registers while frames run. Never passed to anything that is not inlined.
typedef struct core {
    ppo_console *console;
    const uint8_t *bytes; // of the cartridge
    ppo_cartridge_kind kind;
    int32_t left; // instructions that may still run in this frame
    uint32_t cycles;
    uint16_t pc;
    uint8_t a, x, y, sp;
    uint8_t bus;
    // N is 1 if `nz` has one of the bits 7 and 15; Z is 1 if its lower byte is 0. So most results
    // are just kept, and flags from elsewhere can still be any pair.
    uint16_t nz;
    bool carry, overflow, decimal, interrupt;
    bool jammed;
} core;

// --- cartridges --------------------------------------------------------------------------------

// Hot spots: an access, be it a read or a write, that switches banks.
INLINE void touch_hot_spot(core *c, uint16_t address)
{
    ppo_board *board = &c->console->chips.board;
    const uint32_t at = address & 0xFFF;
    switch (c->kind) {
    case PPO_CARTRIDGE_F8:
    case PPO_CARTRIDGE_F8SC:
        if (at >= 0xFF8 && at <= 0xFF9)
            ppo_board_select(board, (at - 0xFF8) * 4096);
        break;
    case PPO_CARTRIDGE_F6:
    case PPO_CARTRIDGE_F6SC:
        if (at >= 0xFF6 && at <= 0xFF9)
            ppo_board_select(board, (at - 0xFF6) * 4096);
        break;
    case PPO_CARTRIDGE_E0:
        if (at >= 0xFE0 && at <= 0xFF7)
            board->slice[(at - 0xFE0) / 8] = at % 8 * 1024;
        break;
    default:
        break;
    }
}

INLINE uint8_t read_cartridge(core *c, uint16_t address)
{
    const uint32_t at = address & 0xFFF;
    const ppo_board *board = &c->console->chips.board;
    touch_hot_spot(c, address);
    switch (c->kind) {
    case PPO_CARTRIDGE_2K:
    case PPO_CARTRIDGE_4K:
        return c->bytes[at];
    case PPO_CARTRIDGE_FE: // no switch: the address itself has a bit for the bank
        return c->bytes[at + (address & 0x2000 ? 0 : 4096)];
    case PPO_CARTRIDGE_F8SC:
    case PPO_CARTRIDGE_F6SC:
        if (at >= 0x80 && at <= 0xFF)
            return board->ram[at - 0x80];
        return c->bytes[board->slice[0] + at];
    case PPO_CARTRIDGE_F8:
    case PPO_CARTRIDGE_F6:
        return c->bytes[board->slice[0] + at];
    default:
        return c->bytes[board->slice[at / 1024] + at % 1024];
    }
}

INLINE void write_cartridge(core *c, uint16_t address, uint8_t value)
{
    touch_hot_spot(c, address);
    if (ppo_cartridge_has_ram(c->kind) && (address & 0xFFF) < 0x80)
        c->console->chips.board.ram[address & 0x7F] = value;
}

// --- the bus -----------------------------------------------------------------------------------

// A12 selects the cartridge; otherwise A7 the RIOT, where A9 tells registers from RAM, or the TIA.
INLINE bool is_cartridge(uint16_t address)
{
    return address & 0x1000;
}

INLINE bool is_ram(uint16_t address)
{
    return (address & 0x280) == 0x80;
}

// All but the cartridge.
OUT_OF_LINE uint8_t read_inside(ppo_console *console, uint16_t address, uint8_t bus,
                                uint32_t cycles)
{
    ppo_chips *chips = &console->chips;
    if (is_ram(address))
        return chips->riot.ram[address & 0x7F];
    if (address & 0x80)
        return ppo_riot_read(&chips->riot, address, cycles);
    return ppo_tia_read(&chips->tia, ppo_console_canvas(console), address & 15, bus, cycles);
}

INLINE uint8_t read(core *c, uint16_t address)
{
    if (is_cartridge(address))
        c->bus = read_cartridge(c, address);
    else if (is_ram(address))
        c->bus = c->console->chips.riot.ram[address & 0x7F];
    else
        c->bus = read_inside(c->console, address, c->bus, c->cycles);
    return c->bus;
}

// Programs lie in the cartridge but for a few bytes in RAM.
INLINE uint8_t fetch(core *c)
{
    if (is_cartridge(c->pc))
        c->bus = read_cartridge(c, c->pc);
    else
        c->bus = read_inside(c->console, c->pc, c->bus, c->cycles);
    c->pc++;
    return c->bus;
}

OUT_OF_LINE void write_register(ppo_console *console, uint32_t reg, uint8_t value, uint32_t cycles)
{
    ppo_tia_write(&console->chips.tia, ppo_console_canvas(console), reg, value, cycles);
}

// WSYNC holds the processor until the line is over, at the next read: not between two writes.
INLINE void wait_for_line(core *c)
{
    const uint32_t in_line = ppo_tia_clock(&c->console->chips.tia, c->cycles) / 3 % 76;
    if (in_line > 0)
        c->cycles += 76 - in_line;
}

INLINE void write_tia(core *c, uint32_t reg, uint8_t value, bool after_write)
{
    ppo_tia *tia = &c->console->chips.tia;
    tia->touched = c->cycles;
    if (c->cycles >= tia->late_cycle) {
        tia->frame_over = true;
        c->left = 0;
    }
    if (reg == WSYNC) {
        if (!after_write)
            wait_for_line(c);
    } else if (!ppo_tia_repeats(tia, reg, value)) {
        write_register(c->console, reg, value, c->cycles);
        if (tia->frame_over)
            c->left = 0;
    }
}

INLINE void write_after(core *c, uint16_t address, uint8_t value, bool after_write)
{
    c->bus = value;
    if (is_cartridge(address))
        write_cartridge(c, address, value);
    else if (is_ram(address))
        c->console->chips.riot.ram[address & 0x7F] = value;
    else if (address & 0x80)
        ppo_riot_write(&c->console->chips.riot, address, value, c->cycles);
    else
        write_tia(c, address & 0x3F, value, after_write);
}

INLINE void write(core *c, uint16_t address, uint8_t value)
{
    write_after(c, address, value, false);
}

INLINE uint16_t fetch_word(core *c)
{
    const uint8_t low = fetch(c);
    return (uint16_t)(low | fetch(c) << 8);
}

// The stack lies at $0100, where A8 means nothing: in RAM from $80, among the TIA's registers
// below.
INLINE void push(core *c, uint8_t value, bool after_write)
{
    write_after(c, (uint16_t)(0x100 | c->sp), value, after_write);
    c->sp--;
}

INLINE uint8_t pull(core *c)
{
    c->sp++;
    return read(c, (uint16_t)(0x100 | c->sp));
}

// --- addresses ---------------------------------------------------------------------------------

INLINE uint16_t address_zp(core *c)
{
    return fetch(c);
}

INLINE uint16_t address_zpx(core *c)
{
    return (uint8_t)(fetch(c) + c->x);
}

INLINE uint16_t address_zpy(core *c)
{
    return (uint8_t)(fetch(c) + c->y);
}

INLINE uint16_t address_abs(core *c)
{
    return fetch_word(c);
}

INLINE uint16_t address_absx(core *c)
{
    return (uint16_t)(fetch_word(c) + c->x);
}

INLINE uint16_t address_absy(core *c)
{
    return (uint16_t)(fetch_word(c) + c->y);
}

// A pointer in the zero page; one at $FF has its high byte at $0100.
INLINE uint16_t pointer(core *c, uint8_t at)
{
    const uint8_t low = read(c, at);
    return (uint16_t)(low | read(c, (uint16_t)(at + 1)) << 8);
}

INLINE uint16_t address_izx(core *c)
{
    return pointer(c, (uint8_t)(fetch(c) + c->x));
}

INLINE uint16_t address_izy(core *c)
{
    return (uint16_t)(pointer(c, fetch(c)) + c->y);
}

// The index took the address to another page: a read needs a cycle more.
INLINE uint16_t crossed(core *c, uint16_t address, uint8_t index)
{
    if ((address & 0xFF) < index)
        c->cycles++;
    return address;
}

INLINE uint8_t read_imm(core *c)
{
    return fetch(c);
}

INLINE uint8_t read_zp(core *c)
{
    return read(c, address_zp(c));
}

INLINE uint8_t read_zpx(core *c)
{
    return read(c, address_zpx(c));
}

INLINE uint8_t read_zpy(core *c)
{
    return read(c, address_zpy(c));
}

INLINE uint8_t read_abs(core *c)
{
    return read(c, address_abs(c));
}

INLINE uint8_t read_absx(core *c)
{
    return read(c, crossed(c, address_absx(c), c->x));
}

INLINE uint8_t read_absy(core *c)
{
    return read(c, crossed(c, address_absy(c), c->y));
}

INLINE uint8_t read_izx(core *c)
{
    return read(c, address_izx(c));
}

INLINE uint8_t read_izy(core *c)
{
    return read(c, crossed(c, address_izy(c), c->y));
}

// --- flags -------------------------------------------------------------------------------------

INLINE void set_nz(core *c, uint8_t value)
{
    c->nz = value;
}

INLINE bool negative(const core *c)
{
    return c->nz & 0x8080;
}

INLINE bool zero(const core *c)
{
    return (c->nz & 0xFF) == 0;
}

INLINE uint8_t status(const core *c)
{
    return (uint8_t)(ALWAYS | (c->carry ? CARRY : 0) | (zero(c) ? ZERO : 0) |
                     (c->interrupt ? INTERRUPT : 0) | (c->decimal ? DECIMAL : 0) |
                     (c->overflow ? OVERFLOW : 0) | (negative(c) ? NEGATIVE : 0));
}

INLINE void set_status(core *c, uint8_t value)
{
    c->carry = value & CARRY;
    c->nz = (uint16_t)((value & ZERO ? 0 : 1) | (value & NEGATIVE ? 0x8000 : 0));
    c->interrupt = value & INTERRUPT;
    c->decimal = value & DECIMAL;
    c->overflow = value & OVERFLOW;
}

// --- loads, stores, transfers ------------------------------------------------------------------

#define LOAD(name, reg)                      \
    INLINE void name(core *c, uint8_t value) \
    {                                        \
        c->reg = value;                      \
        set_nz(c, value);                    \
    }
LOAD(lda, a)
LOAD(ldx, x)
LOAD(ldy, y)

#define TRANSFER(name, to, from) \
    INLINE void name(core *c)    \
    {                            \
        c->to = c->from;         \
        set_nz(c, c->to);        \
    }
TRANSFER(tax, x, a)
TRANSFER(tay, y, a)
TRANSFER(txa, a, x)
TRANSFER(tya, a, y)
TRANSFER(tsx, x, sp)

INLINE void txs(core *c)
{
    c->sp = c->x;
}

#define STORED(name, value)            \
    INLINE uint8_t name(const core *c) \
    {                                  \
        return (uint8_t)(value);       \
    }
STORED(sta, c->a)
STORED(stx, c->x)
STORED(sty, c->y)
STORED(sax, c->a & c->x)

INLINE void lax(core *c, uint8_t value)
{
    c->x = value;
    lda(c, value);
}

INLINE void las(core *c, uint8_t value)
{
    c->sp &= value;
    lax(c, c->sp);
}

// Stores in which the address's high byte, one more, gets mixed with the data.
#define STORED_HIGH(name, value)                          \
    INLINE uint8_t name(core *c, uint16_t address)        \
    {                                                     \
        return (uint8_t)((value) & ((address >> 8) + 1)); \
    }
STORED_HIGH(sha, c->a & c->x)
STORED_HIGH(shx, c->x)
STORED_HIGH(shy, c->y)

INLINE uint8_t shs(core *c, uint16_t address)
{
    c->sp = c->a & c->x;
    return (uint8_t)(c->sp & ((address >> 8) + 1));
}

// --- arithmetic and logic ----------------------------------------------------------------------

INLINE void ora(core *c, uint8_t value)
{
    lda(c, c->a | value);
}

INLINE void and (core * c, uint8_t value)
{
    lda(c, c->a & value);
}

INLINE void eor(core *c, uint8_t value)
{
    lda(c, c->a ^ value);
}

INLINE void bit(core *c, uint8_t value)
{
    c->nz = (uint16_t)((c->a & value) | (value & NEGATIVE) << 8);
    c->overflow = value & 64;
}

INLINE void compare(core *c, uint8_t reg, uint8_t value)
{
    c->carry = reg >= value;
    set_nz(c, (uint8_t)(reg - value));
}

INLINE void cmp(core *c, uint8_t value)
{
    compare(c, c->a, value);
}

INLINE void cpx(core *c, uint8_t value)
{
    compare(c, c->x, value);
}

INLINE void cpy(core *c, uint8_t value)
{
    compare(c, c->y, value);
}

// Decimal mode: two digits per byte. Bytes that are no digits follow the same arithmetic.
static int32_t from_bcd(uint8_t byte)
{
    return 10 * (byte >> 4) + (byte & 15);
}

static uint8_t to_bcd(int32_t number)
{
    return (uint8_t)(number / 10 << 4 | number % 10);
}

// The sum in the lower byte, the carry above it.
OUT_OF_LINE uint32_t decimal_sum(uint8_t a, uint8_t b, bool carry)
{
    const int32_t sum = from_bcd(a) + from_bcd(b) + carry;
    return to_bcd(sum % 100) | (sum > 99 ? 256u : 0);
}

OUT_OF_LINE uint8_t decimal_difference(uint8_t a, uint8_t b, bool carry)
{
    int32_t difference = from_bcd(a) - from_bcd(b) - !carry;
    if (difference < 0)
        difference += 100;
    return to_bcd((difference + 100) % 100);
}

INLINE void adc(core *c, uint8_t value)
{
    const uint8_t a = c->a;
    const uint32_t sum =
        c->decimal ? decimal_sum(a, value, c->carry) : (uint32_t)(a + value + c->carry);
    lda(c, (uint8_t)sum);
    c->carry = sum > 255;
    c->overflow = (a ^ c->a) & (a ^ value) & 0x80;
    if (!c->decimal)
        c->overflow = (a ^ c->a) & (value ^ c->a) & 0x80;
}

INLINE void sbc(core *c, uint8_t value)
{
    const uint8_t a = c->a;
    const uint32_t difference = (uint32_t)(a - value - !c->carry);
    lda(c, c->decimal ? decimal_difference(a, value, c->carry) : (uint8_t)difference);
    c->carry = difference < 256;
    c->overflow = (a ^ value) & (a ^ c->a) & 0x80;
}

INLINE uint8_t rotated_left(core *c, uint8_t value, bool in)
{
    c->carry = value & 0x80;
    value = (uint8_t)(value << 1 | in);
    set_nz(c, value);
    return value;
}

INLINE uint8_t rotated_right(core *c, uint8_t value, bool in)
{
    c->carry = value & 1;
    value = (uint8_t)(value >> 1 | in << 7);
    set_nz(c, value);
    return value;
}

INLINE uint8_t asl(core *c, uint8_t value)
{
    return rotated_left(c, value, false);
}

INLINE uint8_t rol(core *c, uint8_t value)
{
    return rotated_left(c, value, c->carry);
}

INLINE uint8_t lsr(core *c, uint8_t value)
{
    return rotated_right(c, value, false);
}

INLINE uint8_t ror(core *c, uint8_t value)
{
    return rotated_right(c, value, c->carry);
}

INLINE uint8_t inc(core *c, uint8_t value)
{
    value++;
    set_nz(c, value);
    return value;
}

INLINE uint8_t dec(core *c, uint8_t value)
{
    value--;
    set_nz(c, value);
    return value;
}

#define ON_REGISTER(name, operation, reg) \
    INLINE void name(core *c)             \
    {                                     \
        c->reg = operation(c, c->reg);    \
    }
ON_REGISTER(asl_a, asl, a)
ON_REGISTER(rol_a, rol, a)
ON_REGISTER(lsr_a, lsr, a)
ON_REGISTER(ror_a, ror, a)
ON_REGISTER(inx, inc, x)
ON_REGISTER(dex, dec, x)
ON_REGISTER(iny, inc, y)
ON_REGISTER(dey, dec, y)

// Undocumented: a shift or count in memory and an operation with its result, at once.
#define COMBINED(name, first, then)             \
    INLINE uint8_t name(core *c, uint8_t value) \
    {                                           \
        value = first(c, value);                \
        then(c, value);                         \
        return value;                           \
    }
COMBINED(slo, asl, ora)
COMBINED(rla, rol, and)
COMBINED(sre, lsr, eor)
COMBINED(rra, ror, adc)
COMBINED(dcp, dec, cmp)
COMBINED(isb, inc, sbc)

INLINE void anc(core *c, uint8_t value)
{
    and(c, value);
    c->carry = c->a & 0x80;
}

INLINE void asr(core *c, uint8_t value)
{
    c->a = lsr(c, c->a & value);
}

INLINE void arr(core *c, uint8_t value)
{
    c->a = ror(c, c->a & value);
    c->carry = c->a & 0x40;
    c->overflow = (c->a ^ c->a << 1) & 0x40;
}

// Two that depend on a chip's temperature; $EE is what ALE takes.
INLINE void ane(core *c, uint8_t value)
{
    lda(c, (c->a | 0xEE) & c->x & value);
}

INLINE void lxa(core *c, uint8_t value)
{
    lax(c, (c->a | 0xEE) & value);
}

INLINE void sbx(core *c, uint8_t value)
{
    const uint8_t both = c->a & c->x;
    compare(c, both, value);
    c->x = (uint8_t)(both - value);
}

INLINE void nop(core *c, uint8_t value)
{
    (void)c;
    (void)value;
}

INLINE void nop_i(core *c)
{
    (void)c;
}

// --- flags, branches, jumps --------------------------------------------------------------------

#define SET_FLAG(name, flag, value) \
    INLINE void name(core *c)       \
    {                               \
        c->flag = value;            \
    }
SET_FLAG(clc, carry, false)
SET_FLAG(sec, carry, true)
SET_FLAG(cld, decimal, false)
SET_FLAG(sed, decimal, true)
SET_FLAG(cli, interrupt, false)
SET_FLAG(sei, interrupt, true)
SET_FLAG(clv, overflow, false)

#define CONDITION(name, condition)  \
    INLINE bool name(const core *c) \
    {                               \
        return condition;           \
    }
CONDITION(bpl, !negative(c))
CONDITION(bmi, negative(c))
CONDITION(bvc, !c->overflow)
CONDITION(bvs, c->overflow)
CONDITION(bcc, !c->carry)
CONDITION(bcs, c->carry)
CONDITION(bne, !zero(c))
CONDITION(beq, zero(c))

INLINE void branch(core *c, bool taken)
{
    const int8_t distance = (int8_t)fetch(c);
    if (!taken)
        return;
    const uint16_t target = (uint16_t)(c->pc + distance);
    c->cycles += (target ^ c->pc) & 0xFF00 ? 2 : 1;
    c->pc = target;
}

INLINE void jmp(core *c)
{
    c->pc = fetch_word(c);
}

// The pointer's second byte comes from the same page.
INLINE void jmp_indirect(core *c)
{
    const uint16_t at = fetch_word(c);
    const uint8_t low = read(c, at);
    c->pc = (uint16_t)(low | read(c, (uint16_t)((at & 0xFF00) | ((at + 1) & 0xFF))) << 8);
}

INLINE void push_pc(core *c)
{
    push(c, (uint8_t)(c->pc >> 8), false);
    push(c, (uint8_t)c->pc, true);
}

INLINE void jsr(core *c)
{
    const uint8_t low = fetch(c);
    push_pc(c);
    c->pc = (uint16_t)(low | fetch(c) << 8);
}

INLINE void pull_pc(core *c)
{
    const uint8_t low = pull(c);
    c->pc = (uint16_t)(low | pull(c) << 8);
}

INLINE void rts(core *c)
{
    pull_pc(c);
    c->pc++;
}

INLINE void pha(core *c)
{
    push(c, c->a, false);
}

INLINE void pla(core *c)
{
    lda(c, pull(c));
}

INLINE void php(core *c)
{
    push(c, status(c), false);
}

INLINE void plp(core *c)
{
    set_status(c, pull(c));
}

INLINE void rti(core *c)
{
    plp(c);
    pull_pc(c);
}

INLINE void brk(core *c)
{
    (void)fetch(c);
    push_pc(c);
    push(c, status(c), true);
    c->interrupt = true;
    const uint8_t low = read(c, 0xFFFE);
    c->pc = (uint16_t)(low | read(c, 0xFFFF) << 8);
}

INLINE void kil(core *c)
{
    c->jammed = true;
    c->left = 0;
}

// --- the loop ----------------------------------------------------------------------------------

#define READ(operation, mode)  operation(c, read_##mode(c))
#define STORE(operation, mode) write(c, address_##mode(c), operation(c))
#define STORE_HIGH(operation, mode)                 \
    do {                                            \
        const uint16_t address = address_##mode(c); \
        write(c, address, operation(c, address));   \
    } while (0)
#define MODIFY(operation, mode)                            \
    do {                                                   \
        const uint16_t address = address_##mode(c);        \
        write(c, address, operation(c, read(c, address))); \
    } while (0)
#define BRANCH(condition, mode)  branch(c, condition(c))
#define IMPLIED(operation, mode) operation(c)

#define INSTRUCTION(code, kind, operation, mode, count) \
    case code:                                          \
        c->cycles += (count);                           \
        kind(operation, mode);                          \
        break;

INLINE void step(core *c)
{
    switch (fetch(c)) {
        PPO_OPCODES(INSTRUCTION)
    }
}

INLINE core begin(ppo_console *console, const ppo_cartridge *cartridge, ppo_cartridge_kind kind)
{
    const ppo_cpu *cpu = &console->chips.cpu;
    core c = {.console = console, .bytes = cartridge->bytes, .kind = kind, .cycles = cpu->cycles};
    c.pc = cpu->pc;
    c.a = cpu->a;
    c.x = cpu->x;
    c.y = cpu->y;
    c.sp = cpu->sp;
    c.bus = cpu->bus;
    set_status(&c, cpu->status);
    return c;
}

INLINE void end(const core *c)
{
    ppo_cpu *cpu = &c->console->chips.cpu;
    cpu->cycles = c->cycles;
    cpu->pc = c->pc;
    cpu->a = c->a;
    cpu->x = c->x;
    cpu->y = c->y;
    cpu->sp = c->sp;
    cpu->bus = c->bus;
    cpu->status = status(c);
    cpu->jammed = c->jammed;
}

INLINE void run(ppo_console *console, const ppo_cartridge *cartridge, ppo_cartridge_kind kind)
{
    core c = begin(console, cartridge, kind);
    for (c.left = PPO_CPU_FRAME_INSTRUCTIONS; c.left > 0; c.left--)
        step(&c);
    end(&c);
}

// One copy of the loop per kind.
#define RUN(kind)                                                                \
    static void run_##kind(ppo_console *console, const ppo_cartridge *cartridge) \
    {                                                                            \
        run(console, cartridge, PPO_CARTRIDGE_##kind);                           \
    }
RUN(4K)
RUN(F8)
RUN(F8SC)
RUN(E0)
RUN(FE)
RUN(F6)
RUN(F6SC)

void ppo_cpu_run(ppo_console *console, const ppo_cartridge *cartridge)
{
    static void (*const runs[])(ppo_console *, const ppo_cartridge *) = {
        [PPO_CARTRIDGE_2K] = run_4K, [PPO_CARTRIDGE_4K] = run_4K,
        [PPO_CARTRIDGE_F8] = run_F8, [PPO_CARTRIDGE_F8SC] = run_F8SC,
        [PPO_CARTRIDGE_E0] = run_E0, [PPO_CARTRIDGE_FE] = run_FE,
        [PPO_CARTRIDGE_F6] = run_F6, [PPO_CARTRIDGE_F6SC] = run_F6SC,
    };
    if (!console->chips.cpu.jammed)
        runs[cartridge->kind](console, cartridge);
}

void ppo_cpu_reset(ppo_console *console, const ppo_cartridge *cartridge)
{
    console->chips.cpu = (ppo_cpu){.sp = 0xFF, .status = ALWAYS};
    core c = begin(console, cartridge, cartridge->kind);
    const uint8_t low = read(&c, 0xFFFC);
    c.pc = (uint16_t)(low | read(&c, 0xFFFD) << 8);
    end(&c);
}
