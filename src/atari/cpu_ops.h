// SPDX-License-Identifier: MIT
// What the 6507's operations do to its registers: a function op_NAME for each operation of
// opcodes.h, named as in a data sheet, with the parameters that its kind there requires.
#ifndef PPO_ATARI_CPU_OPS_H
#define PPO_ATARI_CPU_OPS_H

#include "atari/cpu_bus.h"
#include "atari/decimal.h"

// --- flags -------------------------------------------------------------------------------------

PPO_CHIP_INLINE void core_set_nz(ppo_core *c, uint8_t value)
{
    c->nz = value;
}

PPO_CHIP_INLINE bool core_negative(const ppo_core *c)
{
    return c->nz & 0x8080;
}

PPO_CHIP_INLINE bool core_zero(const ppo_core *c)
{
    return (c->nz & 0xFF) == 0;
}

PPO_CHIP_INLINE uint8_t core_status(const ppo_core *c)
{
    return (uint8_t)(FLAG_ALWAYS | (c->carry ? FLAG_CARRY : 0) | (core_zero(c) ? FLAG_ZERO : 0) |
                     (c->interrupt ? FLAG_INTERRUPT : 0) | (c->decimal ? FLAG_DECIMAL : 0) |
                     (c->overflow ? FLAG_OVERFLOW : 0) | (core_negative(c) ? FLAG_NEGATIVE : 0));
}

PPO_CHIP_INLINE void core_set_status(ppo_core *c, uint8_t value)
{
    c->carry = value & FLAG_CARRY;
    c->nz = (value & FLAG_ZERO ? 0 : 1u) | (value & FLAG_NEGATIVE ? 0x8000u : 0);
    c->interrupt = value & FLAG_INTERRUPT;
    c->decimal = value & FLAG_DECIMAL;
    c->overflow = value & FLAG_OVERFLOW;
}

// --- loads, stores, transfers ------------------------------------------------------------------

#define LOAD(name, reg)                                   \
    PPO_CHIP_INLINE void name(ppo_core *c, uint8_t value) \
    {                                                     \
        c->reg = value;                                   \
        core_set_nz(c, value);                            \
    }
LOAD(op_lda, a)
LOAD(op_ldx, x)
LOAD(op_ldy, y)

#define TRANSFER(name, to, from)           \
    PPO_CHIP_INLINE void name(ppo_core *c) \
    {                                      \
        c->to = c->from;                   \
        core_set_nz(c, c->to);             \
    }
TRANSFER(op_tax, x, a)
TRANSFER(op_tay, y, a)
TRANSFER(op_txa, a, x)
TRANSFER(op_tya, a, y)
TRANSFER(op_tsx, x, sp)

PPO_CHIP_INLINE void op_txs(ppo_core *c)
{
    c->sp = c->x;
}

#define STORED(name, value)                         \
    PPO_CHIP_INLINE uint8_t name(const ppo_core *c) \
    {                                               \
        return (uint8_t)(value);                    \
    }
STORED(op_sta, c->a)
STORED(op_stx, c->x)
STORED(op_sty, c->y)
STORED(op_sax, c->a & c->x)

PPO_CHIP_INLINE void op_lax(ppo_core *c, uint8_t value)
{
    c->x = value;
    op_lda(c, value);
}

PPO_CHIP_INLINE void op_las(ppo_core *c, uint8_t value)
{
    c->sp &= value;
    op_lax(c, c->sp);
}

// Stores of a value AND (high byte of the address + 1).
#define STORED_HIGH(name, value)                                \
    PPO_CHIP_INLINE uint8_t name(ppo_core *c, uint32_t address) \
    {                                                           \
        return (uint8_t)((value) & ((address >> 8) + 1));       \
    }
STORED_HIGH(op_sha, c->a & c->x)
STORED_HIGH(op_shx, c->x)
STORED_HIGH(op_shy, c->y)

PPO_CHIP_INLINE uint8_t op_shs(ppo_core *c, uint32_t address)
{
    c->sp = c->a & c->x;
    return (uint8_t)(c->sp & ((address >> 8) + 1));
}

// --- arithmetic and logic ----------------------------------------------------------------------

PPO_CHIP_INLINE void op_ora(ppo_core *c, uint8_t value)
{
    op_lda(c, c->a | value);
}

PPO_CHIP_INLINE void op_and(ppo_core *c, uint8_t value)
{
    op_lda(c, c->a & value);
}

PPO_CHIP_INLINE void op_eor(ppo_core *c, uint8_t value)
{
    op_lda(c, c->a ^ value);
}

PPO_CHIP_INLINE void op_bit(ppo_core *c, uint8_t value)
{
    c->nz = (uint32_t)((c->a & value) | (value & FLAG_NEGATIVE) << 8);
    c->overflow = value & FLAG_OVERFLOW;
}

PPO_CHIP_INLINE void core_compare(ppo_core *c, uint8_t reg, uint8_t value)
{
    c->carry = reg >= value;
    core_set_nz(c, (uint8_t)(reg - value));
}

PPO_CHIP_INLINE void op_cmp(ppo_core *c, uint8_t value)
{
    core_compare(c, c->a, value);
}

PPO_CHIP_INLINE void op_cpx(ppo_core *c, uint8_t value)
{
    core_compare(c, c->x, value);
}

PPO_CHIP_INLINE void op_cpy(ppo_core *c, uint8_t value)
{
    core_compare(c, c->y, value);
}

PPO_CHIP_INLINE void op_adc(ppo_core *c, uint8_t value)
{
    const uint8_t a = c->a;
    const uint32_t sum =
        c->decimal ? ppo_decimal_sum(a, value, c->carry) : (uint32_t)(a + value + c->carry);
    op_lda(c, (uint8_t)sum);
    c->carry = sum > 255;
    c->overflow = (a ^ c->a) & (value ^ c->a) & 0x80;
}

// The carry is that of the binary difference in both modes; in decimal mode V is computed from the
// value as adc does, without its complement.
PPO_CHIP_INLINE void op_sbc(ppo_core *c, uint8_t value)
{
    const uint8_t a = c->a;
    const uint32_t difference = (uint32_t)(a - value - !c->carry);
    op_lda(c, c->decimal ? ppo_decimal_difference(a, value, c->carry) : (uint8_t)difference);
    c->carry = difference < 256;
    c->overflow = (a ^ c->a) & ((c->decimal ? c->a : a) ^ value) & 0x80;
}

PPO_CHIP_INLINE uint8_t core_rotate_left(ppo_core *c, uint8_t value, bool in)
{
    c->carry = value & 0x80;
    value = (uint8_t)(value << 1 | in);
    core_set_nz(c, value);
    return value;
}

PPO_CHIP_INLINE uint8_t core_rotate_right(ppo_core *c, uint8_t value, bool in)
{
    c->carry = value & 1;
    value = (uint8_t)(value >> 1 | in << 7);
    core_set_nz(c, value);
    return value;
}

PPO_CHIP_INLINE uint8_t op_asl(ppo_core *c, uint8_t value)
{
    return core_rotate_left(c, value, false);
}

PPO_CHIP_INLINE uint8_t op_rol(ppo_core *c, uint8_t value)
{
    return core_rotate_left(c, value, c->carry);
}

PPO_CHIP_INLINE uint8_t op_lsr(ppo_core *c, uint8_t value)
{
    return core_rotate_right(c, value, false);
}

PPO_CHIP_INLINE uint8_t op_ror(ppo_core *c, uint8_t value)
{
    return core_rotate_right(c, value, c->carry);
}

PPO_CHIP_INLINE uint8_t op_inc(ppo_core *c, uint8_t value)
{
    value++;
    core_set_nz(c, value);
    return value;
}

PPO_CHIP_INLINE uint8_t op_dec(ppo_core *c, uint8_t value)
{
    value--;
    core_set_nz(c, value);
    return value;
}

#define ON_REGISTER(name, operation, reg)  \
    PPO_CHIP_INLINE void name(ppo_core *c) \
    {                                      \
        c->reg = operation(c, c->reg);     \
    }
ON_REGISTER(op_asl_a, op_asl, a)
ON_REGISTER(op_rol_a, op_rol, a)
ON_REGISTER(op_lsr_a, op_lsr, a)
ON_REGISTER(op_ror_a, op_ror, a)
ON_REGISTER(op_inx, op_inc, x)
ON_REGISTER(op_dex, op_dec, x)
ON_REGISTER(op_iny, op_inc, y)
ON_REGISTER(op_dey, op_dec, y)

// Undocumented: a shift or count in memory, then an operation with its result.
#define COMBINED(name, first, then)                          \
    PPO_CHIP_INLINE uint8_t name(ppo_core *c, uint8_t value) \
    {                                                        \
        value = first(c, value);                             \
        then(c, value);                                      \
        return value;                                        \
    }
COMBINED(op_slo, op_asl, op_ora)
COMBINED(op_rla, op_rol, op_and)
COMBINED(op_sre, op_lsr, op_eor)
COMBINED(op_rra, op_ror, op_adc)
COMBINED(op_dcp, op_dec, op_cmp)
COMBINED(op_isb, op_inc, op_sbc)

PPO_CHIP_INLINE void op_anc(ppo_core *c, uint8_t value)
{
    op_and(c, value);
    c->carry = c->a & 0x80;
}

PPO_CHIP_INLINE void op_asr(ppo_core *c, uint8_t value)
{
    c->a = op_lsr(c, c->a & value);
}

PPO_CHIP_INLINE void op_arr(ppo_core *c, uint8_t value)
{
    c->a = op_ror(c, c->a & value);
    c->carry = c->a & 0x40;
    c->overflow = (c->a ^ c->a << 1) & 0x40;
}

// On a chip these two depend on its temperature; the constant $EE is ALE's.
PPO_CHIP_INLINE void op_ane(ppo_core *c, uint8_t value)
{
    op_lda(c, (c->a | 0xEE) & c->x & value);
}

PPO_CHIP_INLINE void op_lxa(ppo_core *c, uint8_t value)
{
    op_lax(c, (c->a | 0xEE) & value);
}

PPO_CHIP_INLINE void op_sbx(ppo_core *c, uint8_t value)
{
    const uint8_t both = c->a & c->x;
    core_compare(c, both, value);
    c->x = (uint8_t)(both - value);
}

PPO_CHIP_INLINE void op_nop(ppo_core *c, uint8_t value)
{
    (void)c;
    (void)value;
}

PPO_CHIP_INLINE void op_nop_i(ppo_core *c)
{
    (void)c;
}

// --- flags, branches, jumps --------------------------------------------------------------------

#define SET_FLAG(name, flag, value)        \
    PPO_CHIP_INLINE void name(ppo_core *c) \
    {                                      \
        c->flag = value;                   \
    }
SET_FLAG(op_clc, carry, false)
SET_FLAG(op_sec, carry, true)
SET_FLAG(op_cld, decimal, false)
SET_FLAG(op_sed, decimal, true)
SET_FLAG(op_cli, interrupt, false)
SET_FLAG(op_sei, interrupt, true)
SET_FLAG(op_clv, overflow, false)

#define CONDITION(name, condition)               \
    PPO_CHIP_INLINE bool name(const ppo_core *c) \
    {                                            \
        return condition;                        \
    }
CONDITION(op_bpl, !core_negative(c))
CONDITION(op_bmi, core_negative(c))
CONDITION(op_bvc, !c->overflow)
CONDITION(op_bvs, c->overflow)
CONDITION(op_bcc, !c->carry)
CONDITION(op_bcs, c->carry)
CONDITION(op_bne, !core_zero(c))
CONDITION(op_beq, core_zero(c))

// Programs wait for the timer in a loop of two instructions, a few hundred times a frame: a load of
// INTIM, or a BIT of its flag, and a branch back. When the branch of such a loop was taken, all
// rounds that will end the same way are skipped at once. PC is at the load.
PPO_CHIP_INLINE void core_skip_polls(ppo_core *c, uint32_t branch_cycles)
{
    enum { BIT = 0x2C, LDY = 0xAC, LDA = 0xAD, LDX = 0xAE, BPL = 0x10, BNE = 0xD0 };
    enum { PAGE = 0x02, INTIM_LOW = 0x84, TIMINT_LOW = 0x85 }; // INTIM is $0284, TIMINT $0285
    const uint32_t pc = core_pc(c);
    if (!core_is_plain(c, pc) || core_read_rom(c, pc + 2) != PAGE)
        return;

    // Which INTIM makes the branch taken once more: at least 1 for BNE, at least 0 for BPL.
    const uint8_t poll = core_read_rom(c, pc), low = core_read_rom(c, pc + 1);
    const uint8_t back = core_read_rom(c, pc + 3);
    const bool is_load = low == INTIM_LOW && (poll == LDA || poll == LDX || poll == LDY);
    const bool is_test = low == TIMINT_LOW && poll == BIT;
    if (!(is_load && (back == BNE || back == BPL)) && !(is_test && back == BPL))
        return;
    const uint32_t least = back == BNE ? 1 : 0;

    // Two instructions a round.
    const ppo_riot *riot = &c->console->chips.riot;
    const uint32_t round = 4 + branch_cycles;
    uint32_t rounds = ppo_riot_count_polls(riot, c->cycles + 4, round, least);
    const uint32_t most = c->left > 0 ? (uint32_t)c->left / 2 : 0;
    if (rounds > most)
        rounds = most;
    if (rounds == 0)
        return;
    c->left -= (int32_t)(2 * rounds);
    c->cycles += rounds * round;
    const uint8_t intim = (uint8_t)ppo_riot_intervals_left(riot, c->cycles - branch_cycles);
    if (poll == LDA)
        op_lda(c, intim);
    else if (poll == LDX)
        op_ldx(c, intim);
    else if (poll == LDY)
        op_ldy(c, intim);
}

PPO_CHIP_INLINE void core_branch_rel(ppo_core *c, bool taken)
{
    const uint32_t distance = core_operand(c); // a signed byte
    if (!taken)
        return;
    const uint32_t pc = core_pc(c), target = (pc + (distance ^ 0x80) - 0x80) & 0xFFFF;
    const uint32_t more = (target ^ pc) & 0xFF00 ? 2 : 1;
    c->cycles += more;
    core_jump(c, target);
    if (distance == 0x100 - 5 && !c->anywhere)
        core_skip_polls(c, 2 + more);
}

// Within the part of the cartridge; decoding has counted the cycles.
PPO_CHIP_INLINE void core_branch_near(ppo_core *c, bool taken)
{
    const uint32_t distance = core_operand(c);
    if (!taken)
        return;
    c->cycles += c->operand >> 8;
    c->next += (int8_t)distance;
}

PPO_CHIP_INLINE void op_jmp(ppo_core *c)
{
    core_jump(c, core_operand_word(c));
}

// The second byte of the pointer comes from the same page as the first.
PPO_CHIP_INLINE void op_jmp_indirect(ppo_core *c)
{
    const uint32_t at = core_operand_word(c);
    const uint8_t low = core_read(c, at);
    core_jump(c, low | (uint32_t)core_read(c, (at & 0xFF00) | ((at + 1) & 0xFF)) << 8);
}

PPO_CHIP_INLINE void core_push_address(ppo_core *c, uint32_t address)
{
    core_push(c, (uint8_t)(address >> 8), PPO_WRITE_FIRST);
    core_push(c, (uint8_t)address, PPO_WRITE_LATER);
}

// The address of its last byte is pushed before that byte is fetched; in plain code it is known.
PPO_CHIP_INLINE void op_jsr(ppo_core *c)
{
    const uint32_t low = core_operand(c);
    core_push_address(c, c->anywhere ? c->pc : core_pc(c) - 1);
    c->bus = c->anywhere ? core_fetch(c) : (uint8_t)(c->operand >> 8);
    core_jump(c, low | (uint32_t)c->bus << 8);
}

PPO_CHIP_INLINE uint32_t core_pull_address(ppo_core *c)
{
    const uint8_t low = core_pull(c);
    return low | (uint32_t)core_pull(c) << 8;
}

PPO_CHIP_INLINE void op_rts(ppo_core *c)
{
    core_begin_pulling(c);
    core_jump(c, (core_pull_address(c) + 1) & 0xFFFF);
}

PPO_CHIP_INLINE void op_pha(ppo_core *c)
{
    core_push(c, c->a, PPO_WRITE_ALONE);
}

PPO_CHIP_INLINE void op_pla(ppo_core *c)
{
    core_begin_pulling(c);
    op_lda(c, core_pull(c));
}

PPO_CHIP_INLINE void op_php(ppo_core *c)
{
    core_push(c, core_status(c), PPO_WRITE_ALONE);
}

PPO_CHIP_INLINE void op_plp(ppo_core *c)
{
    core_begin_pulling(c);
    core_set_status(c, core_pull(c));
}

PPO_CHIP_INLINE void op_rti(ppo_core *c)
{
    op_plp(c);
    core_jump(c, core_pull_address(c));
}

PPO_CHIP_INLINE void op_brk(ppo_core *c)
{
    (void)core_operand(c);
    core_push_address(c, core_pc(c));
    core_push(c, core_status(c), PPO_WRITE_LATER);
    c->interrupt = true;
    const uint8_t low = core_read(c, 0xFFFE);
    core_jump(c, low | (uint32_t)core_read(c, 0xFFFF) << 8);
}

PPO_CHIP_INLINE void op_kil(ppo_core *c)
{
    c->jammed = true;
    core_stop(c);
}

#endif
