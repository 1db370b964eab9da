// SPDX-License-Identifier: MIT
// The 256 opcodes of the 6507, in the order of a data sheet's matrix, and quick forms of the most
// frequent ones.
//
//   X(code, kind, operation, mode, cycles)
//
// kind, one of
//          READ        the operation gets the byte at the address
//          STORE       the byte that it returns is written to the address
//          STORE_HIGH  as STORE, but the byte depends on the address (SHA, SHX, SHY, SHS)
//          MODIFY      both, with one write
//          BRANCH      a condition for a relative jump: 1 cycle more if taken, 2 to another page
//          FLOW        jumps, pushes and halts; the operation gets its own operand
//          IMPLIED     anything else, in registers alone
// mode     imm, zp, zpx, zpy, abs, absx, absy, izx = (zp,X), izy = (zp),Y, rel, imp; of FLOW it
//          says how many bytes follow the opcode
//          quick: ram = zp in RAM, ramy = (zp),Y with the pointer in RAM, rom, romx, romy = abs,
//          absx, absy of bytes in ROM, near = rel within the part of the cartridge (decode.h)
// cycles   without the one that a READ across a page adds in absx, absy and izy; for 0xA7 those of
//          ALE's table, which are one more than a real processor's
#ifndef PPO_ATARI_OPCODES_H
#define PPO_ATARI_OPCODES_H

// Bytes of an instruction, at most.
#define PPO_INSTRUCTION_BYTES 3

// What ppo_instruction.form says: an opcode, a quick opcode, or that there is no plain instruction.
#define PPO_FORM_QUICK 0x100
#define PPO_FORM_LEAVE 0x200

typedef enum ppo_mode {
    PPO_MODE_imp,
    PPO_MODE_imm,
    PPO_MODE_zp,
    PPO_MODE_zpx,
    PPO_MODE_zpy,
    PPO_MODE_abs,
    PPO_MODE_absx,
    PPO_MODE_absy,
    PPO_MODE_izx,
    PPO_MODE_izy,
    PPO_MODE_rel,
    PPO_MODE_ram,
    PPO_MODE_ramy,
    PPO_MODE_rom,
    PPO_MODE_romx,
    PPO_MODE_romy,
    PPO_MODE_near,
} ppo_mode;

// Bytes after the opcode.
enum {
    PPO_OPERAND_imp = 0,
    PPO_OPERAND_imm = 1,
    PPO_OPERAND_zp = 1,
    PPO_OPERAND_zpx = 1,
    PPO_OPERAND_zpy = 1,
    PPO_OPERAND_abs = 2,
    PPO_OPERAND_absx = 2,
    PPO_OPERAND_absy = 2,
    PPO_OPERAND_izx = 1,
    PPO_OPERAND_izy = 1,
    PPO_OPERAND_rel = 1,
    PPO_OPERAND_ram = 1,
    PPO_OPERAND_ramy = 1,
    PPO_OPERAND_rom = 2,
    PPO_OPERAND_romx = 2,
    PPO_OPERAND_romy = 2,
    PPO_OPERAND_near = 1,
};

// clang-format off
#define PPO_OPCODES(X) \
    X(0x00, FLOW, brk, imm, 7) \
    X(0x01, READ, ora, izx, 6) \
    X(0x02, FLOW, kil, imp, 2) \
    X(0x03, MODIFY, slo, izx, 8) \
    X(0x04, READ, nop, zp, 3) \
    X(0x05, READ, ora, zp, 3) \
    X(0x06, MODIFY, asl, zp, 5) \
    X(0x07, MODIFY, slo, zp, 5) \
    X(0x08, FLOW, php, imp, 3) \
    X(0x09, READ, ora, imm, 2) \
    X(0x0A, IMPLIED, asl_a, imp, 2) \
    X(0x0B, READ, anc, imm, 2) \
    X(0x0C, READ, nop, abs, 4) \
    X(0x0D, READ, ora, abs, 4) \
    X(0x0E, MODIFY, asl, abs, 6) \
    X(0x0F, MODIFY, slo, abs, 6) \
    X(0x10, BRANCH, bpl, rel, 2) \
    X(0x11, READ, ora, izy, 5) \
    X(0x12, FLOW, kil, imp, 2) \
    X(0x13, MODIFY, slo, izy, 8) \
    X(0x14, READ, nop, zpx, 4) \
    X(0x15, READ, ora, zpx, 4) \
    X(0x16, MODIFY, asl, zpx, 6) \
    X(0x17, MODIFY, slo, zpx, 6) \
    X(0x18, IMPLIED, clc, imp, 2) \
    X(0x19, READ, ora, absy, 4) \
    X(0x1A, IMPLIED, nop_i, imp, 2) \
    X(0x1B, MODIFY, slo, absy, 7) \
    X(0x1C, READ, nop, absx, 4) \
    X(0x1D, READ, ora, absx, 4) \
    X(0x1E, MODIFY, asl, absx, 7) \
    X(0x1F, MODIFY, slo, absx, 7) \
    X(0x20, FLOW, jsr, abs, 6) \
    X(0x21, READ, and, izx, 6) \
    X(0x22, FLOW, kil, imp, 2) \
    X(0x23, MODIFY, rla, izx, 8) \
    X(0x24, READ, bit, zp, 3) \
    X(0x25, READ, and, zp, 3) \
    X(0x26, MODIFY, rol, zp, 5) \
    X(0x27, MODIFY, rla, zp, 5) \
    X(0x28, IMPLIED, plp, imp, 4) \
    X(0x29, READ, and, imm, 2) \
    X(0x2A, IMPLIED, rol_a, imp, 2) \
    X(0x2B, READ, anc, imm, 2) \
    X(0x2C, READ, bit, abs, 4) \
    X(0x2D, READ, and, abs, 4) \
    X(0x2E, MODIFY, rol, abs, 6) \
    X(0x2F, MODIFY, rla, abs, 6) \
    X(0x30, BRANCH, bmi, rel, 2) \
    X(0x31, READ, and, izy, 5) \
    X(0x32, FLOW, kil, imp, 2) \
    X(0x33, MODIFY, rla, izy, 8) \
    X(0x34, READ, nop, zpx, 4) \
    X(0x35, READ, and, zpx, 4) \
    X(0x36, MODIFY, rol, zpx, 6) \
    X(0x37, MODIFY, rla, zpx, 6) \
    X(0x38, IMPLIED, sec, imp, 2) \
    X(0x39, READ, and, absy, 4) \
    X(0x3A, IMPLIED, nop_i, imp, 2) \
    X(0x3B, MODIFY, rla, absy, 7) \
    X(0x3C, READ, nop, absx, 4) \
    X(0x3D, READ, and, absx, 4) \
    X(0x3E, MODIFY, rol, absx, 7) \
    X(0x3F, MODIFY, rla, absx, 7) \
    X(0x40, FLOW, rti, imp, 6) \
    X(0x41, READ, eor, izx, 6) \
    X(0x42, FLOW, kil, imp, 2) \
    X(0x43, MODIFY, sre, izx, 8) \
    X(0x44, READ, nop, zp, 3) \
    X(0x45, READ, eor, zp, 3) \
    X(0x46, MODIFY, lsr, zp, 5) \
    X(0x47, MODIFY, sre, zp, 5) \
    X(0x48, FLOW, pha, imp, 3) \
    X(0x49, READ, eor, imm, 2) \
    X(0x4A, IMPLIED, lsr_a, imp, 2) \
    X(0x4B, READ, asr, imm, 2) \
    X(0x4C, FLOW, jmp, abs, 3) \
    X(0x4D, READ, eor, abs, 4) \
    X(0x4E, MODIFY, lsr, abs, 6) \
    X(0x4F, MODIFY, sre, abs, 6) \
    X(0x50, BRANCH, bvc, rel, 2) \
    X(0x51, READ, eor, izy, 5) \
    X(0x52, FLOW, kil, imp, 2) \
    X(0x53, MODIFY, sre, izy, 8) \
    X(0x54, READ, nop, zpx, 4) \
    X(0x55, READ, eor, zpx, 4) \
    X(0x56, MODIFY, lsr, zpx, 6) \
    X(0x57, MODIFY, sre, zpx, 6) \
    X(0x58, IMPLIED, cli, imp, 2) \
    X(0x59, READ, eor, absy, 4) \
    X(0x5A, IMPLIED, nop_i, imp, 2) \
    X(0x5B, MODIFY, sre, absy, 7) \
    X(0x5C, READ, nop, absx, 4) \
    X(0x5D, READ, eor, absx, 4) \
    X(0x5E, MODIFY, lsr, absx, 7) \
    X(0x5F, MODIFY, sre, absx, 7) \
    X(0x60, FLOW, rts, imp, 6) \
    X(0x61, READ, adc, izx, 6) \
    X(0x62, FLOW, kil, imp, 2) \
    X(0x63, MODIFY, rra, izx, 8) \
    X(0x64, READ, nop, zp, 3) \
    X(0x65, READ, adc, zp, 3) \
    X(0x66, MODIFY, ror, zp, 5) \
    X(0x67, MODIFY, rra, zp, 5) \
    X(0x68, IMPLIED, pla, imp, 4) \
    X(0x69, READ, adc, imm, 2) \
    X(0x6A, IMPLIED, ror_a, imp, 2) \
    X(0x6B, READ, arr, imm, 2) \
    X(0x6C, FLOW, jmp_indirect, abs, 5) \
    X(0x6D, READ, adc, abs, 4) \
    X(0x6E, MODIFY, ror, abs, 6) \
    X(0x6F, MODIFY, rra, abs, 6) \
    X(0x70, BRANCH, bvs, rel, 2) \
    X(0x71, READ, adc, izy, 5) \
    X(0x72, FLOW, kil, imp, 2) \
    X(0x73, MODIFY, rra, izy, 8) \
    X(0x74, READ, nop, zpx, 4) \
    X(0x75, READ, adc, zpx, 4) \
    X(0x76, MODIFY, ror, zpx, 6) \
    X(0x77, MODIFY, rra, zpx, 6) \
    X(0x78, IMPLIED, sei, imp, 2) \
    X(0x79, READ, adc, absy, 4) \
    X(0x7A, IMPLIED, nop_i, imp, 2) \
    X(0x7B, MODIFY, rra, absy, 7) \
    X(0x7C, READ, nop, absx, 4) \
    X(0x7D, READ, adc, absx, 4) \
    X(0x7E, MODIFY, ror, absx, 7) \
    X(0x7F, MODIFY, rra, absx, 7) \
    X(0x80, READ, nop, imm, 2) \
    X(0x81, STORE, sta, izx, 6) \
    X(0x82, READ, nop, imm, 2) \
    X(0x83, STORE, sax, izx, 6) \
    X(0x84, STORE, sty, zp, 3) \
    X(0x85, STORE, sta, zp, 3) \
    X(0x86, STORE, stx, zp, 3) \
    X(0x87, STORE, sax, zp, 3) \
    X(0x88, IMPLIED, dey, imp, 2) \
    X(0x89, READ, nop, imm, 2) \
    X(0x8A, IMPLIED, txa, imp, 2) \
    X(0x8B, READ, ane, imm, 2) \
    X(0x8C, STORE, sty, abs, 4) \
    X(0x8D, STORE, sta, abs, 4) \
    X(0x8E, STORE, stx, abs, 4) \
    X(0x8F, STORE, sax, abs, 4) \
    X(0x90, BRANCH, bcc, rel, 2) \
    X(0x91, STORE, sta, izy, 6) \
    X(0x92, FLOW, kil, imp, 2) \
    X(0x93, STORE_HIGH, sha, izy, 6) \
    X(0x94, STORE, sty, zpx, 4) \
    X(0x95, STORE, sta, zpx, 4) \
    X(0x96, STORE, stx, zpy, 4) \
    X(0x97, STORE, sax, zpy, 4) \
    X(0x98, IMPLIED, tya, imp, 2) \
    X(0x99, STORE, sta, absy, 5) \
    X(0x9A, IMPLIED, txs, imp, 2) \
    X(0x9B, STORE_HIGH, shs, absy, 5) \
    X(0x9C, STORE_HIGH, shy, absx, 5) \
    X(0x9D, STORE, sta, absx, 5) \
    X(0x9E, STORE_HIGH, shx, absy, 5) \
    X(0x9F, STORE_HIGH, sha, absy, 5) \
    X(0xA0, READ, ldy, imm, 2) \
    X(0xA1, READ, lda, izx, 6) \
    X(0xA2, READ, ldx, imm, 2) \
    X(0xA3, READ, lax, izx, 6) \
    X(0xA4, READ, ldy, zp, 3) \
    X(0xA5, READ, lda, zp, 3) \
    X(0xA6, READ, ldx, zp, 3) \
    X(0xA7, READ, lax, zp, 4) \
    X(0xA8, IMPLIED, tay, imp, 2) \
    X(0xA9, READ, lda, imm, 2) \
    X(0xAA, IMPLIED, tax, imp, 2) \
    X(0xAB, READ, lxa, imm, 2) \
    X(0xAC, READ, ldy, abs, 4) \
    X(0xAD, READ, lda, abs, 4) \
    X(0xAE, READ, ldx, abs, 4) \
    X(0xAF, READ, lax, abs, 4) \
    X(0xB0, BRANCH, bcs, rel, 2) \
    X(0xB1, READ, lda, izy, 5) \
    X(0xB2, FLOW, kil, imp, 2) \
    X(0xB3, READ, lax, izy, 5) \
    X(0xB4, READ, ldy, zpx, 4) \
    X(0xB5, READ, lda, zpx, 4) \
    X(0xB6, READ, ldx, zpy, 4) \
    X(0xB7, READ, lax, zpy, 4) \
    X(0xB8, IMPLIED, clv, imp, 2) \
    X(0xB9, READ, lda, absy, 4) \
    X(0xBA, IMPLIED, tsx, imp, 2) \
    X(0xBB, READ, las, absy, 4) \
    X(0xBC, READ, ldy, absx, 4) \
    X(0xBD, READ, lda, absx, 4) \
    X(0xBE, READ, ldx, absy, 4) \
    X(0xBF, READ, lax, absy, 4) \
    X(0xC0, READ, cpy, imm, 2) \
    X(0xC1, READ, cmp, izx, 6) \
    X(0xC2, READ, nop, imm, 2) \
    X(0xC3, MODIFY, dcp, izx, 8) \
    X(0xC4, READ, cpy, zp, 3) \
    X(0xC5, READ, cmp, zp, 3) \
    X(0xC6, MODIFY, dec, zp, 5) \
    X(0xC7, MODIFY, dcp, zp, 5) \
    X(0xC8, IMPLIED, iny, imp, 2) \
    X(0xC9, READ, cmp, imm, 2) \
    X(0xCA, IMPLIED, dex, imp, 2) \
    X(0xCB, READ, sbx, imm, 2) \
    X(0xCC, READ, cpy, abs, 4) \
    X(0xCD, READ, cmp, abs, 4) \
    X(0xCE, MODIFY, dec, abs, 6) \
    X(0xCF, MODIFY, dcp, abs, 6) \
    X(0xD0, BRANCH, bne, rel, 2) \
    X(0xD1, READ, cmp, izy, 5) \
    X(0xD2, FLOW, kil, imp, 2) \
    X(0xD3, MODIFY, dcp, izy, 8) \
    X(0xD4, READ, nop, zpx, 4) \
    X(0xD5, READ, cmp, zpx, 4) \
    X(0xD6, MODIFY, dec, zpx, 6) \
    X(0xD7, MODIFY, dcp, zpx, 6) \
    X(0xD8, IMPLIED, cld, imp, 2) \
    X(0xD9, READ, cmp, absy, 4) \
    X(0xDA, IMPLIED, nop_i, imp, 2) \
    X(0xDB, MODIFY, dcp, absy, 7) \
    X(0xDC, READ, nop, absx, 4) \
    X(0xDD, READ, cmp, absx, 4) \
    X(0xDE, MODIFY, dec, absx, 7) \
    X(0xDF, MODIFY, dcp, absx, 7) \
    X(0xE0, READ, cpx, imm, 2) \
    X(0xE1, READ, sbc, izx, 6) \
    X(0xE2, READ, nop, imm, 2) \
    X(0xE3, MODIFY, isb, izx, 8) \
    X(0xE4, READ, cpx, zp, 3) \
    X(0xE5, READ, sbc, zp, 3) \
    X(0xE6, MODIFY, inc, zp, 5) \
    X(0xE7, MODIFY, isb, zp, 5) \
    X(0xE8, IMPLIED, inx, imp, 2) \
    X(0xE9, READ, sbc, imm, 2) \
    X(0xEA, IMPLIED, nop_i, imp, 2) \
    X(0xEB, READ, sbc, imm, 2) \
    X(0xEC, READ, cpx, abs, 4) \
    X(0xED, READ, sbc, abs, 4) \
    X(0xEE, MODIFY, inc, abs, 6) \
    X(0xEF, MODIFY, isb, abs, 6) \
    X(0xF0, BRANCH, beq, rel, 2) \
    X(0xF1, READ, sbc, izy, 5) \
    X(0xF2, FLOW, kil, imp, 2) \
    X(0xF3, MODIFY, isb, izy, 8) \
    X(0xF4, READ, nop, zpx, 4) \
    X(0xF5, READ, sbc, zpx, 4) \
    X(0xF6, MODIFY, inc, zpx, 6) \
    X(0xF7, MODIFY, isb, zpx, 6) \
    X(0xF8, IMPLIED, sed, imp, 2) \
    X(0xF9, READ, sbc, absy, 4) \
    X(0xFA, IMPLIED, nop_i, imp, 2) \
    X(0xFB, MODIFY, isb, absy, 7) \
    X(0xFC, READ, nop, absx, 4) \
    X(0xFD, READ, sbc, absx, 4) \
    X(0xFE, MODIFY, inc, absx, 7) \
    X(0xFF, MODIFY, isb, absx, 7)

// The quick form of an opcode is PPO_FORM_QUICK more.
#define PPO_QUICK_OPCODES(X) \
    X(0x105, READ, ora, ram, 3) \
    X(0x106, MODIFY, asl, ram, 5) \
    X(0x10D, READ, ora, rom, 4) \
    X(0x110, BRANCH, bpl, near, 2) \
    X(0x111, READ, ora, ramy, 5) \
    X(0x119, READ, ora, romy, 4) \
    X(0x11D, READ, ora, romx, 4) \
    X(0x124, READ, bit, ram, 3) \
    X(0x125, READ, and, ram, 3) \
    X(0x126, MODIFY, rol, ram, 5) \
    X(0x12C, READ, bit, rom, 4) \
    X(0x12D, READ, and, rom, 4) \
    X(0x130, BRANCH, bmi, near, 2) \
    X(0x131, READ, and, ramy, 5) \
    X(0x139, READ, and, romy, 4) \
    X(0x13D, READ, and, romx, 4) \
    X(0x145, READ, eor, ram, 3) \
    X(0x146, MODIFY, lsr, ram, 5) \
    X(0x14D, READ, eor, rom, 4) \
    X(0x150, BRANCH, bvc, near, 2) \
    X(0x151, READ, eor, ramy, 5) \
    X(0x159, READ, eor, romy, 4) \
    X(0x15D, READ, eor, romx, 4) \
    X(0x165, READ, adc, ram, 3) \
    X(0x166, MODIFY, ror, ram, 5) \
    X(0x16D, READ, adc, rom, 4) \
    X(0x170, BRANCH, bvs, near, 2) \
    X(0x171, READ, adc, ramy, 5) \
    X(0x179, READ, adc, romy, 4) \
    X(0x17D, READ, adc, romx, 4) \
    X(0x184, STORE, sty, ram, 3) \
    X(0x185, STORE, sta, ram, 3) \
    X(0x186, STORE, stx, ram, 3) \
    X(0x187, STORE, sax, ram, 3) \
    X(0x190, BRANCH, bcc, near, 2) \
    X(0x191, STORE, sta, ramy, 6) \
    X(0x1A4, READ, ldy, ram, 3) \
    X(0x1A5, READ, lda, ram, 3) \
    X(0x1A6, READ, ldx, ram, 3) \
    X(0x1A7, READ, lax, ram, 4) \
    X(0x1AC, READ, ldy, rom, 4) \
    X(0x1AD, READ, lda, rom, 4) \
    X(0x1AE, READ, ldx, rom, 4) \
    X(0x1AF, READ, lax, rom, 4) \
    X(0x1B0, BRANCH, bcs, near, 2) \
    X(0x1B1, READ, lda, ramy, 5) \
    X(0x1B9, READ, lda, romy, 4) \
    X(0x1BC, READ, ldy, romx, 4) \
    X(0x1BD, READ, lda, romx, 4) \
    X(0x1BE, READ, ldx, romy, 4) \
    X(0x1BF, READ, lax, romy, 4) \
    X(0x1C4, READ, cpy, ram, 3) \
    X(0x1C5, READ, cmp, ram, 3) \
    X(0x1C6, MODIFY, dec, ram, 5) \
    X(0x1C7, MODIFY, dcp, ram, 5) \
    X(0x1CC, READ, cpy, rom, 4) \
    X(0x1CD, READ, cmp, rom, 4) \
    X(0x1D0, BRANCH, bne, near, 2) \
    X(0x1D1, READ, cmp, ramy, 5) \
    X(0x1D9, READ, cmp, romy, 4) \
    X(0x1DD, READ, cmp, romx, 4) \
    X(0x1E4, READ, cpx, ram, 3) \
    X(0x1E5, READ, sbc, ram, 3) \
    X(0x1E6, MODIFY, inc, ram, 5) \
    X(0x1EC, READ, cpx, rom, 4) \
    X(0x1ED, READ, sbc, rom, 4) \
    X(0x1F0, BRANCH, beq, near, 2) \
    X(0x1F1, READ, sbc, ramy, 5) \
    X(0x1F9, READ, sbc, romy, 4) \
    X(0x1FD, READ, sbc, romx, 4)
// clang-format on

#endif
