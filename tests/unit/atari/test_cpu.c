// SPDX-License-Identifier: MIT
// The processor: each of the 256 opcodes with random registers, flags, operands and memory, against
// an oracle that is written from a data sheet's tables, in another way than the processor.
//
// All bytes of the cartridge around an instruction are KILs, so exactly one instruction runs.
#include "atari/cpu.h"
#include "unit/atari/support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TRIALS 400

// --- the data sheet ----------------------------------------------------------------------------

static const char *const names[16] = {
    "BRK ORA KIL SLO NOP ORA ASL SLO PHP ORA ASL ANC NOP ORA ASL SLO",
    "BPL ORA KIL SLO NOP ORA ASL SLO CLC ORA NOP SLO NOP ORA ASL SLO",
    "JSR AND KIL RLA BIT AND ROL RLA PLP AND ROL ANC BIT AND ROL RLA",
    "BMI AND KIL RLA NOP AND ROL RLA SEC AND NOP RLA NOP AND ROL RLA",
    "RTI EOR KIL SRE NOP EOR LSR SRE PHA EOR LSR ASR JMP EOR LSR SRE",
    "BVC EOR KIL SRE NOP EOR LSR SRE CLI EOR NOP SRE NOP EOR LSR SRE",
    "RTS ADC KIL RRA NOP ADC ROR RRA PLA ADC ROR ARR JMP ADC ROR RRA",
    "BVS ADC KIL RRA NOP ADC ROR RRA SEI ADC NOP RRA NOP ADC ROR RRA",
    "NOP STA NOP SAX STY STA STX SAX DEY NOP TXA ANE STY STA STX SAX",
    "BCC STA KIL SHA STY STA STX SAX TYA STA TXS SHS SHY STA SHX SHA",
    "LDY LDA LDX LAX LDY LDA LDX LAX TAY LDA TAX LXA LDY LDA LDX LAX",
    "BCS LDA KIL LAX LDY LDA LDX LAX CLV LDA TSX LAS LDY LDA LDX LAX",
    "CPY CMP NOP DCP CPY CMP DEC DCP INY CMP DEX SBX CPY CMP DEC DCP",
    "BNE CMP KIL DCP NOP CMP DEC DCP CLD CMP NOP DCP NOP CMP DEC DCP",
    "CPX SBC NOP ISB CPX SBC INC ISB INX SBC NOP SBC CPX SBC INC ISB",
    "BEQ SBC KIL ISB NOP SBC INC ISB SED SBC NOP ISB NOP SBC INC ISB",
};

// . nothing, A the accumulator, # immediate, z x y zero page, w X Y absolute, ( (zp,X), ) (zp),Y,
// r relative, i indirect
static const char *const modes[16] = {
    ".(.(zzzz.#A#wwww", "r).)xxxx.Y.YXXXX", "w(.(zzzz.#A#wwww", "r).)xxxx.Y.YXXXX",
    ".(.(zzzz.#A#wwww", "r).)xxxx.Y.YXXXX", ".(.(zzzz.#A#iwww", "r).)xxxx.Y.YXXXX",
    "#(#(zzzz.#.#wwww", "r).)xxyy.Y.YXXYY", "#(#(zzzz.#.#wwww", "r).)xxyy.Y.YXXYY",
    "#(#(zzzz.#.#wwww", "r).)xxxx.Y.YXXXX", "#(#(zzzz.#.#wwww", "r).)xxxx.Y.YXXXX",
};

// A7 takes a 3 in a data sheet; ALE's table has a 4.
static const char *const cycles[16] = {
    "7628335532224466", "2528446624274477", "6628335542224466", "2528446624274477",
    "6628335532223466", "2528446624274477", "6628335542225466", "2528446624274477",
    "2626333322224444", "2626444425255555", "2626333422224444", "2525444424244444",
    "2628335522224466", "2528446624274477", "2628335522224466", "2528446624274477",
};

// Those that only read: they need a cycle more where an index leaves the page.
static bool only_reads(const char *name)
{
    return strstr("ORA AND EOR ADC SBC CMP LDA LDX LDY LAX LAS NOP", name) != NULL;
}

// --- the oracle --------------------------------------------------------------------------------

typedef struct oracle {
    int a, x, y, sp, pc;
    int n, v, d, i, z, c;
    int cycles;
    uint8_t ram[128], rom[4096];
    bool outside; // a chip other than RAM or the cartridge was accessed: no verdict
} oracle;

static int peek(oracle *o, int address)
{
    if (address & 0x1000)
        return o->rom[address & 0xFFF];
    if ((address & 0x280) != 0x80)
        o->outside = true;
    return o->ram[address & 0x7F];
}

static void poke(oracle *o, int address, int value)
{
    if (address & 0x1000)
        return;
    if ((address & 0x280) != 0x80)
        o->outside = true;
    o->ram[address & 0x7F] = (uint8_t)value;
}

static int next_byte(oracle *o)
{
    return peek(o, o->pc++);
}

static int flags(const oracle *o)
{
    return o->n << 7 | o->v << 6 | 0x30 | o->d << 3 | o->i << 2 | o->z << 1 | o->c;
}

static void set_flags(oracle *o, int value)
{
    o->n = value >> 7 & 1;
    o->v = value >> 6 & 1;
    o->d = value >> 3 & 1;
    o->i = value >> 2 & 1;
    o->z = value >> 1 & 1;
    o->c = value & 1;
}

static int result(oracle *o, int value)
{
    value &= 255;
    o->n = value >= 128;
    o->z = value == 0;
    return value;
}

static void push_byte(oracle *o, int value)
{
    poke(o, 0x100 + o->sp, value);
    o->sp = (o->sp + 255) % 256;
}

static int pull_byte(oracle *o)
{
    (void)peek(o, 0x100 + o->sp);
    o->sp = (o->sp + 1) % 256;
    return peek(o, 0x100 + o->sp);
}

static int decimal(int byte)
{
    return byte / 16 * 10 + byte % 16;
}

static int digits(int number)
{
    return number % 100 / 10 * 16 + number % 10;
}

static void add(oracle *o, int m)
{
    int sum = o->a + m + o->c, carry = sum > 255;
    if (o->d) {
        sum = decimal(o->a) + decimal(m) + o->c;
        carry = sum > 99;
        sum = digits(sum % 256);
    }
    const int before = o->a;
    o->a = result(o, sum);
    o->c = carry;
    o->v = (before < 128) == (m < 128) && (before < 128) != (o->a < 128);
}

static void subtract(oracle *o, int m)
{
    int difference = o->a - m - 1 + o->c;
    const int carry = difference >= 0, before = o->a;
    if (o->d) {
        difference = decimal(o->a) - decimal(m) - 1 + o->c;
        if (difference < 0)
            difference += 100;
        difference = difference < 0 ? decimal(difference + 256) : digits(difference);
    }
    o->a = result(o, difference);
    o->c = carry;
    o->v = (before < 128) != (o->a < 128) && (o->d ? o->a < 128 : before < 128) != (m < 128);
}

static void compare(oracle *o, int reg, int m)
{
    o->c = reg >= m;
    result(o, reg - m);
}

static int shifted(oracle *o, const char *name, int m)
{
    const int in = name[0] == 'R' ? o->c : 0;
    if (name[2] == 'L') { // ASL, ROL
        o->c = m >= 128;
        return result(o, m * 2 + in);
    }
    o->c = m % 2; // LSR, ROR
    return result(o, m / 2 + 128 * in);
}

#define IS(text) (strcmp(name, text) == 0)

// Where the operand lies; -1 without one.
static int address_of(oracle *o, char mode, bool slow)
{
    int low, base, address;
    switch (mode) {
    case '#':
        return o->pc++;
    case 'z':
        return next_byte(o);
    case 'x':
        return (next_byte(o) + o->x) % 256;
    case 'y':
        return (next_byte(o) + o->y) % 256;
    case '(':
        base = (next_byte(o) + o->x) % 256;
        low = peek(o, base);
        return low + 256 * peek(o, base + 1);
    case 'w':
    case 'X':
    case 'Y':
        low = next_byte(o);
        base = low + 256 * next_byte(o);
        break;
    case ')':
        base = next_byte(o);
        low = peek(o, base);
        base = low + 256 * peek(o, base + 1);
        break;
    default:
        return -1;
    }
    address = base + (mode == 'X' ? o->x : mode == 'w' ? 0 : o->y);
    if (slow && address / 256 != base / 256)
        o->cycles++;
    return address % 65536;
}

static void branch_if(oracle *o, bool taken)
{
    const int distance = (next_byte(o) ^ 128) - 128, from = o->pc;
    if (!taken)
        return;
    o->pc = (o->pc + distance) & 0xFFFF;
    o->cycles += o->pc / 256 == from / 256 ? 1 : 2;
}

// Jumps, the stack, and what has no operand. False if it is none of these.
static bool run_control(oracle *o, const char *name, char mode)
{
    int low;
    if (mode == 'r') {
        static const char *const branches[] = {"BPL", "BMI", "BVC", "BVS",
                                               "BCC", "BCS", "BNE", "BEQ"};
        const int flag[] = {o->n, o->v, o->c, o->z};
        for (int i = 0; i < 8; i++)
            if (IS(branches[i]))
                branch_if(o, flag[i / 2] == i % 2);
    } else if (IS("BRK")) {
        o->pc++;
        push_byte(o, o->pc / 256);
        push_byte(o, o->pc % 256);
        push_byte(o, flags(o));
        o->i = 1;
        o->pc = peek(o, 0xFFFE) + 256 * peek(o, 0xFFFF);
    } else if (IS("JSR")) {
        low = next_byte(o);
        push_byte(o, o->pc / 256);
        push_byte(o, o->pc % 256);
        o->pc = low + 256 * peek(o, o->pc);
    } else if (IS("RTS")) {
        low = pull_byte(o);
        o->sp = (o->sp + 1) % 256;
        o->pc = (low + 256 * peek(o, 0x100 + o->sp) + 1) & 0xFFFF;
    } else if (IS("RTI")) {
        set_flags(o, pull_byte(o));
        o->sp = (o->sp + 1) % 256;
        low = peek(o, 0x100 + o->sp);
        o->sp = (o->sp + 1) % 256;
        o->pc = low + 256 * peek(o, 0x100 + o->sp);
    } else if (IS("JMP")) {
        low = next_byte(o);
        const int at = low + 256 * next_byte(o);
        o->pc = at;
        if (mode == 'i')
            o->pc = peek(o, at) + 256 * peek(o, at / 256 * 256 + (at + 1) % 256);
    } else if (IS("PHA")) {
        push_byte(o, o->a);
    } else if (IS("PHP")) {
        push_byte(o, flags(o));
    } else if (IS("PLA")) {
        o->a = result(o, pull_byte(o));
    } else if (IS("PLP")) {
        set_flags(o, pull_byte(o));
    } else {
        return false;
    }
    return true;
}

static bool run_implied(oracle *o, const char *name)
{
    if (IS("CLC") || IS("SEC"))
        o->c = name[0] == 'S';
    else if (IS("CLD") || IS("SED"))
        o->d = name[0] == 'S';
    else if (IS("CLI") || IS("SEI"))
        o->i = name[0] == 'S';
    else if (IS("CLV"))
        o->v = 0;
    else if (IS("INX") || IS("DEX"))
        o->x = result(o, o->x + (name[0] == 'I' ? 1 : -1));
    else if (IS("INY") || IS("DEY"))
        o->y = result(o, o->y + (name[0] == 'I' ? 1 : -1));
    else if (IS("TAX"))
        o->x = result(o, o->a);
    else if (IS("TAY"))
        o->y = result(o, o->a);
    else if (IS("TSX"))
        o->x = result(o, o->sp);
    else if (IS("TXA"))
        o->a = result(o, o->x);
    else if (IS("TYA"))
        o->a = result(o, o->y);
    else if (IS("TXS"))
        o->sp = o->x;
    else
        return false;
    return true;
}

// Reads an operand; false if it is a store or changes memory.
static bool run_read(oracle *o, const char *name, int m)
{
    if (IS("LDA") || IS("LAX") || IS("LXA"))
        o->a = result(o, IS("LXA") ? (o->a | 0xEE) & m : m);
    if (IS("LAX") || IS("LXA"))
        o->x = o->a;
    else if (IS("LDX"))
        o->x = result(o, m);
    else if (IS("LDY"))
        o->y = result(o, m);
    else if (IS("LAS"))
        o->a = o->x = o->sp = result(o, m & o->sp);
    else if (IS("ORA"))
        o->a = result(o, o->a | m);
    else if (IS("AND") || IS("ANC"))
        o->a = result(o, o->a & m);
    else if (IS("EOR"))
        o->a = result(o, o->a ^ m);
    else if (IS("ANE"))
        o->a = result(o, (o->a | 0xEE) & o->x & m);
    else if (IS("ADC"))
        add(o, m);
    else if (IS("SBC"))
        subtract(o, m);
    else if (IS("CMP") || IS("CPX") || IS("CPY"))
        compare(o, name[2] == 'X' ? o->x : name[2] == 'Y' ? o->y : o->a, m);
    else if (IS("ASR"))
        o->a = shifted(o, "LSR", o->a & m);
    else if (IS("ARR")) {
        o->a = shifted(o, "ROR", o->a & m);
        o->c = o->a / 64 % 2;
        o->v = o->c != o->a / 32 % 2;
    } else if (IS("SBX")) {
        const int both = o->a & o->x;
        compare(o, both, m);
        o->x = (both - m) & 255;
    } else if (IS("BIT")) {
        o->z = (o->a & m) == 0;
        o->n = m / 128;
        o->v = m / 64 % 2;
    } else if (!IS("LDA") && !IS("NOP")) {
        return false;
    }
    if (IS("ANC"))
        o->c = o->n;
    return true;
}

static void run_write(oracle *o, const char *name, int address)
{
    static const char *const combined[][3] = {{"SLO", "ASL", "ORA"}, {"RLA", "ROL", "AND"},
                                              {"SRE", "LSR", "EOR"}, {"RRA", "ROR", "ADC"},
                                              {"DCP", "DEC", "CMP"}, {"ISB", "INC", "SBC"}};
    const char *first = name, *then = NULL;
    for (int i = 0; i < 6; i++)
        if (IS(combined[i][0])) {
            first = combined[i][1];
            then = combined[i][2];
        }
    const int high = (address / 256 + 1) & 255;
    int m;
    if (IS("STA") || IS("STX") || IS("STY"))
        m = name[2] == 'A' ? o->a : name[2] == 'X' ? o->x : o->y;
    else if (IS("SAX"))
        m = o->a & o->x;
    else if (IS("SHA"))
        m = o->a & o->x & high;
    else if (IS("SHX") || IS("SHY"))
        m = (name[2] == 'X' ? o->x : o->y) & high;
    else if (IS("SHS"))
        m = (o->sp = o->a & o->x) & high;
    else if (strcmp(first, "INC") == 0 || strcmp(first, "DEC") == 0)
        m = result(o, peek(o, address) + (first[0] == 'I' ? 1 : -1));
    else
        m = shifted(o, first, peek(o, address));
    if (then)
        (void)run_read(o, then, m);
    poke(o, address, m);
}

static void oracle_step(oracle *o)
{
    const int code = next_byte(o);
    char name[4] = {0};
    memcpy(name, names[code / 16] + 4 * (code % 16), 3);
    const char mode = modes[code / 16][code % 16];
    o->cycles += cycles[code / 16][code % 16] - '0';
    if (run_control(o, name, mode) || IS("KIL"))
        return;
    if (mode == 'A') {
        o->a = shifted(o, name, o->a);
    } else if (mode == '.') {
        (void)run_implied(o, name);
    } else {
        const int address = address_of(o, mode, only_reads(name));
        const bool reads = only_reads(name) || mode == '#' || strstr("BIT CPX CPY", name);
        if (reads)
            (void)run_read(o, name, peek(o, address));
        else
            run_write(o, name, address);
    }
}

// --- trials ------------------------------------------------------------------------------------

typedef struct fixture {
    ppo_cartridge *cartridge;
    ppo_console *console;
    program_random random;
    oracle expected;
    uint32_t last_pc; // where the instruction was before
} fixture;

static uint32_t draw(fixture *b, uint32_t below)
{
    return program_draw(&b->random, below);
}

// A byte that is often special.
static uint8_t draw_byte(fixture *b)
{
    static const uint8_t special[] = {0x00, 0x01, 0x7F, 0x80, 0xFF, 0x99, 0x09, 0x90};
    return draw(b, 4) ? (uint8_t)draw(b, 256) : special[draw(b, 8)];
}

// The bytes of the one instruction in the cartridge have changed; all others are KILs.
static void decode_at(fixture *b, uint32_t pc)
{
    ppo_cartridge_decode(b->cartridge, pc & 0xFFF, 3);
}

// The same random state for both; the instruction somewhere, KILs all around.
static void prepare(fixture *b, int code)
{
    oracle *o = &b->expected;
    ppo_chips *chips = &b->console->chips;
    memset(o, 0, sizeof *o);
    memset(o->rom, 0x02, sizeof o->rom);
    o->pc = (int)(0xF000 + (draw(b, 8) ? draw(b, 0xF00) : 0x1F0 + draw(b, 16)));
    o->rom[0xFFF] = 0xF3; // BRK's vector
    o->rom[o->pc & 0xFFF] = (uint8_t)code;
    const char mode = modes[code / 16][code % 16];
    static const uint8_t pages[] = {0x00, 0x00, 0x01, 0xF4, 0x10, 0x1C};
    if (!strchr(".A", mode))
        o->rom[(o->pc + 1) & 0xFFF] = (uint8_t)(draw(b, 2) ? 0x80 + draw(b, 128) : draw_byte(b));
    if (strchr("wXYi", mode))
        o->rom[(o->pc + 2) & 0xFFF] = draw(b, 4) ? pages[draw(b, 6)] : (uint8_t)draw(b, 256);
    for (int i = 0; i < 128; i++)
        o->ram[i] = draw(b, 3) ? draw_byte(b) : 0xF0 | (uint8_t)draw(b, 16); // pointers to ROM
    o->a = draw_byte(b);
    o->x = draw(b, 2) ? draw_byte(b) : (uint8_t)draw(b, 16);
    o->y = draw(b, 2) ? draw_byte(b) : (uint8_t)draw(b, 16);
    o->sp = draw(b, 8) ? (int)(0x82 + draw(b, 0x7B)) : draw_byte(b);
    set_flags(o, (int)draw(b, 256));

    memcpy(b->cartridge->bytes, o->rom, sizeof o->rom);
    decode_at(b, b->last_pc);
    b->last_pc = (uint32_t)o->pc;
    decode_at(b, b->last_pc);
    memcpy(chips->riot.ram, o->ram, sizeof o->ram);
    chips->cpu = (ppo_cpu){.pc = (uint16_t)o->pc, .a = (uint8_t)o->a, .x = (uint8_t)o->x};
    chips->cpu.y = (uint8_t)o->y;
    chips->cpu.sp = (uint8_t)o->sp;
    chips->cpu.status = (uint8_t)flags(o);
}

// Returns false if there is no verdict.
static bool trial(fixture *b, int code)
{
    oracle *o = &b->expected;
    prepare(b, code);
    oracle_step(o);
    const bool kil = (code & 0x1F) == 0x12 || (code & 0x9F) == 0x02;
    // it has to end where a KIL is
    if (o->outside || !(o->pc & 0x1000) || (!kil && o->rom[o->pc & 0xFFF] != 0x02))
        return false;
    ppo_cpu_run(b->console, b->cartridge);
    const ppo_chips *chips = &b->console->chips;
    const ppo_cpu *cpu = &chips->cpu;
    assert_true(cpu->jammed);
    assert_int_equal(cpu->cycles, o->cycles + (kil ? 0 : 2));
    assert_int_equal(cpu->pc, (o->pc + (kil ? 0 : 1)) & 0xFFFF);
    assert_int_equal(cpu->a, o->a);
    assert_int_equal(cpu->x, o->x);
    assert_int_equal(cpu->y, o->y);
    assert_int_equal(cpu->sp, o->sp);
    assert_int_equal(cpu->status, flags(o));
    assert_memory_equal(chips->riot.ram, o->ram, sizeof o->ram);
    return true;
}

static void fixture_open(fixture *b)
{
    static uint8_t bytes[4096];
    memset(bytes, 0x02, sizeof bytes); // KIL
    assert_int_equal(ppo_cartridge_create(&b->cartridge, bytes, sizeof bytes, NULL, NULL), PPO_OK);
    b->console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    ppo_console_power_on(b->console, b->cartridge, 1);
    b->random.state = 6502;
    b->last_pc = 0;
}

static void fixture_close(fixture *b)
{
    free(b->console);
    ppo_cartridge_destroy(b->cartridge);
}

static void test_every_opcode(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    for (int code = 0; code < 256; code++) {
        int verdicts = 0;
        for (int i = 0; i < TRIALS * 50 && verdicts < TRIALS; i++)
            verdicts += trial(&b, code);
        if (verdicts < TRIALS / 4)
            fail_msg("opcode %02X was judged %d times only", (unsigned)code, verdicts);
    }
    fixture_close(&b);
}

// All pairs of bytes in decimal mode, with both carries.
static void test_decimal(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    for (int i = 0; i < 4 * 65536; i++) {
        do
            prepare(&b, i & 0x10000 ? 0xE9 : 0x69);
        while ((b.expected.pc & 0xFFF) > 0xFE0);
        oracle *o = &b.expected;
        o->a = i & 255;
        o->c = i >> 17;
        o->d = 1;
        b.cartridge->bytes[(o->pc + 1) & 0xFFF] = o->rom[(o->pc + 1) & 0xFFF] = (uint8_t)(i >> 8);
        b.cartridge->bytes[(o->pc + 2) & 0xFFF] = 0x02;
        decode_at(&b, (uint32_t)o->pc);
        b.console->chips.cpu.a = (uint8_t)o->a;
        b.console->chips.cpu.status = (uint8_t)flags(o);
        oracle_step(o);
        ppo_cpu_run(b.console, b.cartridge);
        assert_int_equal(b.console->chips.cpu.a, o->a);
        assert_int_equal(b.console->chips.cpu.status, flags(o));
    }
    fixture_close(&b);
}

// The same instructions from RAM, which another copy of the loop runs.
static void test_code_in_ram(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    static const uint8_t program[] = {0xA9, 0x42, 0x85, 0xF0, 0xE6, 0xF0, 0x4C, 0x00, 0xF0};
    memcpy(b.console->chips.riot.ram, program, sizeof program);
    b.console->chips.cpu = (ppo_cpu){.pc = 0x0080, .sp = 0xFF};
    ppo_cpu_run(b.console, b.cartridge);
    assert_int_equal(b.console->chips.riot.ram[0x70], 0x43);
    assert_int_equal(b.console->chips.cpu.cycles, 2 + 3 + 5 + 3 + 2);
    fixture_close(&b);
}

// The registers and the time after a loop `look address, back` that waits for the timer.
static ppo_chips wait_by(fixture *b, uint32_t at, const uint8_t loop[5], uint32_t shift,
                         uint8_t timer, uint32_t since)
{
    ppo_chips *chips = &b->console->chips;
    memcpy(b->cartridge->bytes + at, loop, 5);
    ppo_cartridge_decode(b->cartridge, at, 5);
    chips->cpu = (ppo_cpu){.pc = (uint16_t)(0xF000 + at), .cycles = 5000, .x = 77, .y = 78};
    ppo_riot_reset(&chips->riot, 0);
    ppo_riot_write(&chips->riot, (uint16_t)(0x294 + shift), timer, 5000 - since);
    ppo_cpu_run(b->console, b->cartridge);
    memset(b->cartridge->bytes + at, 0x02, 5);
    ppo_cartridge_decode(b->cartridge, at, 5);
    return *chips;
}

// Waiting for the timer is passed over: registers, time and the number of instructions are those of
// running it, which a loop with another address of INTIM or its flag does.
static void test_waiting(void **state)
{
    (void)state;
    static const uint8_t looks[][2] = {{0xAD, 0x84}, {0xAE, 0x84}, {0xAC, 0x84}, {0x2C, 0x85}};
    fixture b;
    fixture_open(&b);
    for (int i = 0; i < 8000; i++) {
        const uint8_t *look = looks[i & 3], back = i & 4 ? 0xD0 : 0x10; // BNE or BPL
        const uint32_t at = draw(&b, 0xF00), shift = draw(&b, 4), since = draw(&b, 3000);
        const uint8_t timer = (uint8_t)draw(&b, 256), other = look[1] | 8;
        const ppo_chips skipped =
            wait_by(&b, at, (uint8_t[]){look[0], look[1], 2, back, 0xFB}, shift, timer, since);
        const ppo_chips run =
            wait_by(&b, at, (uint8_t[]){look[0], other, 2, back, 0xFB}, shift, timer, since);
        assert_memory_equal(&skipped.cpu, &run.cpu, sizeof run.cpu);
        assert_int_equal(skipped.riot.expired_read, run.riot.expired_read);
    }
    fixture_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_opcode),
        cmocka_unit_test(test_decimal),
        cmocka_unit_test(test_code_in_ram),
        cmocka_unit_test(test_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
