// SPDX-License-Identifier: MIT
// What the 6507's operations do to its registers. Each is a function named as in a data sheet, of
// the shape that its kind in atari/opcodes.h asks for.
#ifndef PPO_ATARI_CPU_OPS_H
#define PPO_ATARI_CPU_OPS_H

#include "atari/cpu_bus.h"

// Decimal mode, two digits per byte: the sum with the carry as bit 8, and the difference.
uint32_t ppo_decimal_sum(uint8_t a, uint8_t b, bool carry);
uint8_t ppo_decimal_difference(uint8_t a, uint8_t b, bool carry);

// --- flags -------------------------------------------------------------------------------------

PPO_INLINE void set_nz(core *c, uint8_t value)
{
    c->nz = value;
}

PPO_INLINE bool negative(const core *c)
{
    return c->nz & 0x8080;
}

PPO_INLINE bool zero(const core *c)
{
    return (c->nz & 0xFF) == 0;
}

PPO_INLINE uint8_t status(const core *c)
{
    return (uint8_t)(ALWAYS | (c->carry ? CARRY : 0) | (zero(c) ? ZERO : 0) |
                     (c->interrupt ? INTERRUPT : 0) | (c->decimal ? DECIMAL : 0) |
                     (c->overflow ? OVERFLOW : 0) | (negative(c) ? NEGATIVE : 0));
}

PPO_INLINE void set_status(core *c, uint8_t value)
{
    c->carry = value & CARRY;
    c->nz = (value & ZERO ? 0 : 1u) | (value & NEGATIVE ? 0x8000u : 0);
    c->interrupt = value & INTERRUPT;
    c->decimal = value & DECIMAL;
    c->overflow = value & OVERFLOW;
}

// --- loads, stores, transfers ------------------------------------------------------------------

#define LOAD(name, reg)                          \
    PPO_INLINE void name(core *c, uint8_t value) \
    {                                            \
        c->reg = value;                          \
        set_nz(c, value);                        \
    }
LOAD(lda, a)
LOAD(ldx, x)
LOAD(ldy, y)

#define TRANSFER(name, to, from)  \
    PPO_INLINE void name(core *c) \
    {                             \
        c->to = c->from;          \
        set_nz(c, c->to);         \
    }
TRANSFER(tax, x, a)
TRANSFER(tay, y, a)
TRANSFER(txa, a, x)
TRANSFER(tya, a, y)
TRANSFER(tsx, x, sp)

PPO_INLINE void txs(core *c)
{
    c->sp = c->x;
}

#define STORED(name, value)                \
    PPO_INLINE uint8_t name(const core *c) \
    {                                      \
        return (uint8_t)(value);           \
    }
STORED(sta, c->a)
STORED(stx, c->x)
STORED(sty, c->y)
STORED(sax, c->a & c->x)

PPO_INLINE void lax(core *c, uint8_t value)
{
    c->x = value;
    lda(c, value);
}

PPO_INLINE void las(core *c, uint8_t value)
{
    c->sp &= value;
    lax(c, c->sp);
}

// Stores in which the address's high byte, one more, gets mixed with the data.
#define STORED_HIGH(name, value)                          \
    PPO_INLINE uint8_t name(core *c, uint32_t address)    \
    {                                                     \
        return (uint8_t)((value) & ((address >> 8) + 1)); \
    }
STORED_HIGH(sha, c->a & c->x)
STORED_HIGH(shx, c->x)
STORED_HIGH(shy, c->y)

PPO_INLINE uint8_t shs(core *c, uint32_t address)
{
    c->sp = c->a & c->x;
    return (uint8_t)(c->sp & ((address >> 8) + 1));
}

// --- arithmetic and logic ----------------------------------------------------------------------

PPO_INLINE void ora(core *c, uint8_t value)
{
    lda(c, c->a | value);
}

PPO_INLINE void and (core * c, uint8_t value)
{
    lda(c, c->a & value);
}

PPO_INLINE void eor(core *c, uint8_t value)
{
    lda(c, c->a ^ value);
}

PPO_INLINE void bit(core *c, uint8_t value)
{
    c->nz = (uint32_t)((c->a & value) | (value & NEGATIVE) << 8);
    c->overflow = value & 64;
}

PPO_INLINE void compare(core *c, uint8_t reg, uint8_t value)
{
    c->carry = reg >= value;
    set_nz(c, (uint8_t)(reg - value));
}

PPO_INLINE void cmp(core *c, uint8_t value)
{
    compare(c, c->a, value);
}

PPO_INLINE void cpx(core *c, uint8_t value)
{
    compare(c, c->x, value);
}

PPO_INLINE void cpy(core *c, uint8_t value)
{
    compare(c, c->y, value);
}

PPO_INLINE void adc(core *c, uint8_t value)
{
    const uint8_t a = c->a;
    const uint32_t sum =
        c->decimal ? ppo_decimal_sum(a, value, c->carry) : (uint32_t)(a + value + c->carry);
    lda(c, (uint8_t)sum);
    c->carry = sum > 255;
    c->overflow = (a ^ c->a) & (value ^ c->a) & 0x80;
}

// The carry is that of the binary difference in both modes; in decimal mode V is computed from the
// value as adc does, without its complement.
PPO_INLINE void sbc(core *c, uint8_t value)
{
    const uint8_t a = c->a;
    const uint32_t difference = (uint32_t)(a - value - !c->carry);
    lda(c, c->decimal ? ppo_decimal_difference(a, value, c->carry) : (uint8_t)difference);
    c->carry = difference < 256;
    c->overflow = (a ^ c->a) & ((c->decimal ? c->a : a) ^ value) & 0x80;
}

PPO_INLINE uint8_t rotated_left(core *c, uint8_t value, bool in)
{
    c->carry = value & 0x80;
    value = (uint8_t)(value << 1 | in);
    set_nz(c, value);
    return value;
}

PPO_INLINE uint8_t rotated_right(core *c, uint8_t value, bool in)
{
    c->carry = value & 1;
    value = (uint8_t)(value >> 1 | in << 7);
    set_nz(c, value);
    return value;
}

PPO_INLINE uint8_t asl(core *c, uint8_t value)
{
    return rotated_left(c, value, false);
}

PPO_INLINE uint8_t rol(core *c, uint8_t value)
{
    return rotated_left(c, value, c->carry);
}

PPO_INLINE uint8_t lsr(core *c, uint8_t value)
{
    return rotated_right(c, value, false);
}

PPO_INLINE uint8_t ror(core *c, uint8_t value)
{
    return rotated_right(c, value, c->carry);
}

PPO_INLINE uint8_t inc(core *c, uint8_t value)
{
    value++;
    set_nz(c, value);
    return value;
}

PPO_INLINE uint8_t dec(core *c, uint8_t value)
{
    value--;
    set_nz(c, value);
    return value;
}

#define ON_REGISTER(name, operation, reg) \
    PPO_INLINE void name(core *c)         \
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
#define COMBINED(name, first, then)                 \
    PPO_INLINE uint8_t name(core *c, uint8_t value) \
    {                                               \
        value = first(c, value);                    \
        then(c, value);                             \
        return value;                               \
    }
COMBINED(slo, asl, ora)
COMBINED(rla, rol, and)
COMBINED(sre, lsr, eor)
COMBINED(rra, ror, adc)
COMBINED(dcp, dec, cmp)
COMBINED(isb, inc, sbc)

PPO_INLINE void anc(core *c, uint8_t value)
{
    and(c, value);
    c->carry = c->a & 0x80;
}

PPO_INLINE void asr(core *c, uint8_t value)
{
    c->a = lsr(c, c->a & value);
}

PPO_INLINE void arr(core *c, uint8_t value)
{
    c->a = ror(c, c->a & value);
    c->carry = c->a & 0x40;
    c->overflow = (c->a ^ c->a << 1) & 0x40;
}

// Two that depend on a chip's temperature; $EE is what ALE takes.
PPO_INLINE void ane(core *c, uint8_t value)
{
    lda(c, (c->a | 0xEE) & c->x & value);
}

PPO_INLINE void lxa(core *c, uint8_t value)
{
    lax(c, (c->a | 0xEE) & value);
}

PPO_INLINE void sbx(core *c, uint8_t value)
{
    const uint8_t both = c->a & c->x;
    compare(c, both, value);
    c->x = (uint8_t)(both - value);
}

PPO_INLINE void nop(core *c, uint8_t value)
{
    (void)c;
    (void)value;
}

PPO_INLINE void nop_i(core *c)
{
    (void)c;
}

// --- flags, branches, jumps --------------------------------------------------------------------

#define SET_FLAG(name, flag, value) \
    PPO_INLINE void name(core *c)   \
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

#define CONDITION(name, condition)      \
    PPO_INLINE bool name(const core *c) \
    {                                   \
        return condition;               \
    }
CONDITION(bpl, !negative(c))
CONDITION(bmi, negative(c))
CONDITION(bvc, !c->overflow)
CONDITION(bvs, c->overflow)
CONDITION(bcc, !c->carry)
CONDITION(bcs, c->carry)
CONDITION(bne, !zero(c))
CONDITION(beq, zero(c))

// Programs wait for the timer with a load of INTIM, or a BIT of its flag, and a branch back to it,
// a few hundred times a frame. What INTIM must still be for another round; -1: it's no such loop.
PPO_INLINE int32_t waits_for(const core *c)
{
    enum { BIT = 0x2C, LDY = 0xAC, LDA = 0xAD, LDX = 0xAE, BPL = 0x10, BNE = 0xD0 };
    const uint8_t look = read_rom(c, c->pc), low = read_rom(c, c->pc + 1);
    const uint8_t back = read_rom(c, c->pc + 3);
    if (read_rom(c, c->pc + 2) != 0x02)
        return -1;
    if (low == 0x84 && (look == LDA || look == LDX || look == LDY))
        return back == BNE ? 1 : back == BPL ? 0 : -1;
    return low == 0x85 && look == BIT && back == BPL ? 0 : -1;
}

PPO_INLINE void finish_wait(core *c, uint8_t look, uint8_t intervals)
{
    if (look == 0xAD)
        lda(c, intervals);
    else if (look == 0xAE)
        ldx(c, intervals);
    else if (look == 0xAC)
        ldy(c, intervals);
}

// When the branch of such a loop was taken, as many rounds as will end the same way are passed over
// at once.
PPO_INLINE void skip_waiting(core *c, uint32_t branch_cycles)
{
    const int32_t least = in_plain_code(c) ? waits_for(c) : -1;
    if (least < 0)
        return;
    const ppo_riot *riot = &c->console->chips.riot;
    const uint32_t round = 4 + branch_cycles;
    uint32_t rounds = ppo_riot_count_polls(riot, c->cycles + 4, round, (uint32_t)least);
    if (rounds > (uint32_t)(c->left - 1) / 2) // two instructions each, and this one is not over
        rounds = (uint32_t)(c->left - 1) / 2;
    if (rounds == 0)
        return;
    c->left -= (int32_t)(2 * rounds);
    c->cycles += rounds * round;
    finish_wait(c, read_rom(c, c->pc),
                (uint8_t)ppo_riot_intervals_left(riot, c->cycles - branch_cycles));
}

PPO_INLINE void branch(core *c, bool taken)
{
    const uint32_t distance = fetch(c); // signed, as a byte
    if (!taken)
        return;
    const uint32_t target = (c->pc + (distance ^ 0x80) - 0x80) & 0xFFFF;
    const uint32_t more = (target ^ c->pc) & 0xFF00 ? 2 : 1;
    c->cycles += more;
    c->pc = target;
    if (distance == 0x100 - 5 && !c->anywhere)
        skip_waiting(c, 2 + more);
}

PPO_INLINE void jmp(core *c)
{
    c->pc = fetch_word(c);
}

// The pointer's second byte comes from the same page.
PPO_INLINE void jmp_indirect(core *c)
{
    const uint32_t at = fetch_word(c);
    const uint8_t low = read(c, at);
    c->pc = low | (uint32_t)read(c, (at & 0xFF00) | ((at + 1) & 0xFF)) << 8;
}

PPO_INLINE void push_pc(core *c)
{
    push(c, (uint8_t)(c->pc >> 8), PPO_WRITE_FIRST);
    push(c, (uint8_t)c->pc, PPO_WRITE_LATER);
}

PPO_INLINE void jsr(core *c)
{
    const uint8_t low = fetch(c);
    push_pc(c);
    c->pc = low | (uint32_t)fetch(c) << 8;
}

PPO_INLINE void pull_pc(core *c)
{
    const uint8_t low = pull(c);
    c->pc = low | (uint32_t)pull(c) << 8;
}

PPO_INLINE void rts(core *c)
{
    begin_pulling(c);
    pull_pc(c);
    c->pc = (c->pc + 1) & 0xFFFF;
}

PPO_INLINE void pha(core *c)
{
    push(c, c->a, PPO_WRITE_ALONE);
}

PPO_INLINE void pla(core *c)
{
    begin_pulling(c);
    lda(c, pull(c));
}

PPO_INLINE void php(core *c)
{
    push(c, status(c), PPO_WRITE_ALONE);
}

PPO_INLINE void plp(core *c)
{
    begin_pulling(c);
    set_status(c, pull(c));
}

PPO_INLINE void rti(core *c)
{
    plp(c);
    pull_pc(c);
}

PPO_INLINE void brk(core *c)
{
    (void)fetch(c);
    push_pc(c);
    push(c, status(c), PPO_WRITE_LATER);
    c->interrupt = true;
    const uint8_t low = read(c, 0xFFFE);
    c->pc = low | (uint32_t)read(c, 0xFFFF) << 8;
}

PPO_INLINE void kil(core *c)
{
    c->jammed = true;
    c->left = 0;
}

#endif
