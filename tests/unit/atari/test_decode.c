// SPDX-License-Identifier: MIT
// Decoded instructions: which form they get, and that whole frames of random programs run to the
// same state as when every instruction is fetched byte by byte.
#include "atari/decode.h"

#include "atari/console.h"
#include "atari/cpu.h"
#include "atari/opcodes.h"
#include "unit/atari/support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// --- forms -------------------------------------------------------------------------------------

typedef struct expectation {
    uint32_t at;
    uint8_t bytes[3];
    uint32_t form, operand;
} expectation;

static void expect_forms(size_t size, const expectation *expected, size_t count)
{
    static uint8_t bytes[PPO_CARTRIDGE_MAX];
    ppo_cartridge *cartridge;
    for (size_t i = 0; i < count; i++) {
        const expectation *e = &expected[i];
        for (size_t k = 0; k < size; k++)
            bytes[k] = (uint8_t)(k * 7 + k / 4096); // no two banks are equal
        for (size_t k = 0; k < 3 && e->at + k < size; k++)
            bytes[e->at + k] = e->bytes[k];
        assert_int_equal(ppo_cartridge_create(&cartridge, bytes, size, NULL, NULL), PPO_OK);
        const ppo_instruction found = cartridge->code[e->at];
        if (found.form != e->form || (e->form != PPO_FORM_LEAVE && found.operand != e->operand))
            fail_msg("%02X %02X %02X at $%X has form %03X, operand %04X", e->bytes[0], e->bytes[1],
                     e->bytes[2], e->at, found.form, found.operand);
        ppo_cartridge_destroy(cartridge);
    }
}
#define EXPECT_FORMS(size, list) expect_forms(size, list, sizeof(list) / sizeof(list)[0])

static void test_forms_of_4k(void **state)
{
    (void)state;
    static const expectation list[] = {
        {0x100, {0xA5, 0x80, 0x11}, 0x1A5, 0x1180}, // RAM
        {0x100, {0xA5, 0x7F, 0x11}, 0x0A5, 0x117F}, // the TIA
        {0x100, {0x85, 0x02, 0x11}, 0x085, 0x1102}, // WSYNC
        {0x100, {0xB1, 0xFE, 0x00}, 0x1B1, 0x00FE}, // a pointer in RAM
        {0x100, {0xB1, 0xFF, 0x00}, 0x0B1, 0x00FF}, // half of one
        {0x100, {0xAD, 0x00, 0xF0}, 0x1AD, 0xF000}, // ROM
        {0x100, {0xAD, 0x84, 0x02}, 0x0AD, 0x0284}, // the timer
        {0x100, {0xBD, 0x00, 0xFF}, 0x1BD, 0xFF00}, // the last page
        {0x100, {0xBD, 0x01, 0xFF}, 0x0BD, 0xFF01}, // beyond it
        {0x100, {0xD0, 0x10, 0x00}, 0x1D0, 0x0110}, // a branch in its page,
        {0x1F0, {0xD0, 0x10, 0x00}, 0x1D0, 0x0210}, // to the next one,
        {0x100, {0xD0, 0xFB, 0x00}, 0x0D0, 0x00FB}, // over an instruction of 3 bytes,
        {0x004, {0xD0, 0xF0, 0x00}, 0x0D0, 0x00F0}, // out of the bank
        {0xFFC, {0xA9, 0x01, 0x02}, 0x0A9, 0x0201}, // the last one
        {0xFFD, {0xA9, 0x01, 0x02}, PPO_FORM_LEAVE, 0},
    };
    EXPECT_FORMS(4096, list);
}

static void test_forms_with_hot_spots(void **state)
{
    (void)state;
    static const expectation banks[] = {
        {0x1FDD, {0xA9, 0x01, 0x02}, 0x0A9, 0x0201},
        {0x1FDE, {0xA9, 0x01, 0x02}, PPO_FORM_LEAVE, 0},
        {0x1100, {0xAD, 0xF8, 0xFF}, 0x0AD, 0xFFF8}, // a hot spot
        {0x1100, {0xBD, 0xE0, 0xFE}, 0x1BD, 0xFEE0}, // up to $FFDF
        {0x1100, {0xBD, 0xE1, 0xFE}, 0x0BD, 0xFEE1},
    };
    static const expectation slices[] = {
        // the stores to a hot spot make an 8K cartridge one of slices
        {0x0400, {0x8D, 0xE0, 0x1F}, 0x08D, 0x1FE0},
        {0x0BFC, {0x8D, 0xE0, 0x1F}, 0x08D, 0x1FE0},
        {0x0BFD, {0x8D, 0xE0, 0x1F}, PPO_FORM_LEAVE, 0}, // the next slice would follow
        {0x0BDE, {0x8D, 0xE0, 0x1F}, 0x08D, 0x1FE0},
        {0x1FDE, {0x8D, 0xE0, 0x1F}, PPO_FORM_LEAVE, 0},
    };
    EXPECT_FORMS(8192, banks);
    EXPECT_FORMS(8192, slices);
}

static void test_forms_with_ram(void **state)
{
    (void)state;
    static uint8_t bytes[16384]; // 256 equal bytes in each bank: made for RAM
    memset(bytes, 0xBD, sizeof bytes);
    bytes[0x300] = 0x01;
    bytes[0x301] = 0xAD;
    bytes[0x302] = 0x80;
    bytes[0x303] = 0xF0;
    ppo_cartridge *cartridge;
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, sizeof bytes, NULL, NULL), PPO_OK);
    assert_int_equal(ppo_cartridge_kind_of(cartridge), PPO_CARTRIDGE_F6SC);
    assert_int_equal(cartridge->code[0xFF].form, PPO_FORM_LEAVE);
    assert_int_equal(cartridge->code[0x100].form, 0x1BD); // BD BD: ROM
    assert_int_equal(cartridge->code[0x301].form, 0x0AD); // F080: RAM
    ppo_cartridge_destroy(cartridge);
}

// --- frames ------------------------------------------------------------------------------------

enum { NUM_PROGRAMS = 300, NUM_FRAMES = 12 };

static void ignore(void *context, const ppo_bus_access *access)
{
    (void)context;
    (void)access;
}

// Signatures that tell wirings of 8K apart (cartridge.c), and accesses to hot spots.
static void spoil(uint8_t *bytes, size_t size, program_random *random)
{
    static const uint8_t slices[] = {0x8D, 0xE0, 0x1F}, address[] = {0x20, 0x00, 0xD0, 0xC6, 0xC5};
    const uint32_t kind = program_draw(random, 4);
    if (size == 8192 && kind == 0)
        memcpy(bytes + 0x456, slices, sizeof slices);
    if (size == 8192 && kind == 1)
        memcpy(bytes + 0x456, address, sizeof address);
    for (int i = 0; i < 40; i++) {
        const uint8_t touch[] = {program_draw(random, 2) ? 0xAD : 0x8D,
                                 (uint8_t)(0xE0 + program_draw(random, 32)), 0xDF};
        memcpy(bytes + program_draw(random, (uint32_t)size - 3), touch, sizeof touch);
    }
    if (kind == 2)
        for (size_t bank = 0; bank < size; bank += 4096)
            memset(bytes + bank, 0xEA, 256);
}

static void compare_frames(const ppo_cartridge *cartridge, ppo_console *decoded,
                           ppo_console *fetched)
{
    const ppo_bus_observer nobody = {ignore, NULL};
    for (int i = 0; i < NUM_FRAMES; i++) {
        ppo_console_start_frame(decoded);
        ppo_console_start_frame(fetched);
        ppo_cpu_run(decoded, cartridge);
        ppo_cpu_run_observed(fetched, cartridge, &nobody);
        assert_memory_equal(&decoded->chips, &fetched->chips, sizeof decoded->chips);
    }
}

static void test_frames(void **state)
{
    (void)state;
    static const size_t sizes[] = {2048, 4096, 8192, 8192, 16384};
    static uint8_t bytes[PPO_CARTRIDGE_MAX];
    const size_t room = (ppo_console_size() + 63) / 64 * 64;
    ppo_console *decoded = aligned_alloc(64, room), *fetched = aligned_alloc(64, room);
    program_random random = {17};
    uint32_t kinds = 0;
    for (int i = 0; i < NUM_PROGRAMS; i++) {
        const size_t size = sizes[i % 5];
        (i % 3 ? program_frames : program_noise)(bytes, size, &random);
        spoil(bytes, size, &random);
        ppo_cartridge *cartridge;
        assert_int_equal(ppo_cartridge_create(&cartridge, bytes, size, NULL, NULL), PPO_OK);
        kinds |= 1u << ppo_cartridge_kind_of(cartridge);
        ppo_console_power_on(decoded, cartridge, 1);
        memcpy(fetched, decoded, ppo_console_size());
        compare_frames(cartridge, decoded, fetched);
        ppo_cartridge_destroy(cartridge);
    }
    for (uint32_t kind = PPO_CARTRIDGE_2K; kind <= PPO_CARTRIDGE_F6SC; kind++)
        if (!(kinds >> kind & 1))
            fail_msg("no cartridge of kind %u came up", kind);
    free(decoded);
    free(fetched);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms_of_4k),
        cmocka_unit_test(test_forms_with_hot_spots),
        cmocka_unit_test(test_forms_with_ram),
        cmocka_unit_test(test_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
