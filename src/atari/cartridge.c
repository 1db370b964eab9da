// SPDX-License-Identifier: MIT
// Finding out how a cartridge is wired. Mostly the size decides; cartridges of one size are told
// apart by instructions that only one wiring has a use for, by the same rules as in ALE.
#include "atari/cartridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Bytes of an image that tell its kind.
typedef struct ppo_signature {
    ppo_cartridge_kind kind;
    uint32_t min_size, max_size; // of the images in which they do
    uint8_t num_times;           // that they must be there
    uint8_t length;
    uint8_t bytes[5];
} ppo_signature;

#define IN_8K(kind)         PPO_CARTRIDGE_##kind, 8192, 8192, 1
#define IN_8K_AND_16K(kind) PPO_CARTRIDGE_##kind, 8192, 16384

// The first that is found decides.
static const ppo_signature signatures[] = {
    // stores to the last and the first byte of CV's RAM
    {PPO_CARTRIDGE_CV, 2048, 4096, 1, 3, {0x9D, 0xFF, 0xF3}},
    {PPO_CARTRIDGE_CV, 2048, 4096, 1, 3, {0x99, 0x00, 0xF4}},
    // stores to and loads from hot spots of E0
    {IN_8K(E0), 3, {0x8D, 0xE0, 0x1F}},
    {IN_8K(E0), 3, {0x8D, 0xE0, 0x5F}},
    {IN_8K(E0), 3, {0x8D, 0xE9, 0xFF}},
    {IN_8K(E0), 3, {0xAD, 0xE9, 0xFF}},
    {IN_8K(E0), 3, {0xAD, 0xED, 0xFF}},
    {IN_8K(E0), 3, {0xAD, 0xF3, 0xBF}},
    // stores to the hot spots of 3E and 3F: a bank of RAM, then of ROM
    {IN_8K_AND_16K(3E), 1, 4, {0x85, 0x3E, 0xA9, 0x00}},
    {IN_8K_AND_16K(3F), 2, 2, {0x85, 0x3F}},
    // a store to the hot spot of UA
    {IN_8K(UA), 3, {0x8D, 0x40, 0x02}},
    // calls between the banks of FE, by game
    {IN_8K(FE), 5, {0x20, 0x00, 0xD0, 0xC6, 0xC5}},
    {IN_8K(FE), 5, {0x20, 0xC3, 0xF8, 0xA5, 0x82}},
    {IN_8K(FE), 5, {0xD0, 0xFB, 0x20, 0x73, 0xFE}},
    {IN_8K(FE), 5, {0x20, 0x00, 0xF0, 0x84, 0xD6}},
};

static bool has_signature(const uint8_t *bytes, size_t size, const ppo_signature *wanted)
{
    uint32_t count = 0;
    for (size_t i = 0; i + wanted->length <= size; i++)
        count += memcmp(bytes + i, wanted->bytes, wanted->length) == 0;
    return count >= wanted->num_times;
}

static ppo_cartridge_kind kind_by_signature(const uint8_t *bytes, size_t size,
                                            ppo_cartridge_kind otherwise)
{
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
        if (size >= signatures[i].min_size && size <= signatures[i].max_size &&
            has_signature(bytes, size, &signatures[i]))
            return signatures[i].kind;
    return otherwise;
}

static bool is_all_one_value(const uint8_t *bytes, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (bytes[i] != bytes[0])
            return false;
    return true;
}

// The ROM behind cartridge RAM is unused: 256 times the same byte in each bank.
static bool is_made_for_ram(const uint8_t *bytes, size_t size)
{
    for (size_t bank = 0; bank < size; bank += PPO_CARTRIDGE_BANK)
        if (!is_all_one_value(bytes + bank, 256))
            return false;
    return true;
}

// The ROM behind E7's small RAM is unused, but not all around it.
static bool is_made_for_e7(const uint8_t *bytes)
{
    enum { RAM_AT = 0x3800, RAM_SIZE = 512, AROUND = 32 };
    return is_all_one_value(bytes + RAM_AT, RAM_SIZE) &&
           !(is_all_one_value(bytes + RAM_AT - AROUND, AROUND + 1) &&
             is_all_one_value(bytes + RAM_AT + RAM_SIZE - 1, AROUND + 1));
}

static ppo_cartridge_kind kind_of_4k(const uint8_t *bytes)
{
    const bool is_2k = memcmp(bytes, bytes + 2048, 2048) == 0;
    return kind_by_signature(bytes, 4096, is_2k ? PPO_CARTRIDGE_2K : PPO_CARTRIDGE_4K);
}

static ppo_cartridge_kind kind_of_8k(const uint8_t *bytes)
{
    if (is_made_for_ram(bytes, 8192))
        return PPO_CARTRIDGE_F8SC;
    if (memcmp(bytes, bytes + PPO_CARTRIDGE_BANK, PPO_CARTRIDGE_BANK) == 0)
        return PPO_CARTRIDGE_4K;
    return kind_by_signature(bytes, 8192, PPO_CARTRIDGE_F8);
}

static ppo_cartridge_kind kind_of_16k(const uint8_t *bytes)
{
    if (is_made_for_ram(bytes, 16384))
        return PPO_CARTRIDGE_F6SC;
    if (is_made_for_e7(bytes))
        return PPO_CARTRIDGE_E7;
    return kind_by_signature(bytes, 16384, PPO_CARTRIDGE_F6);
}

static bool find_kind(ppo_cartridge_kind *kind, const uint8_t *bytes, size_t size)
{
    switch (size) {
    case 2048:
        *kind = kind_by_signature(bytes, size, PPO_CARTRIDGE_2K);
        return true;
    case 4096:
        *kind = kind_of_4k(bytes);
        return true;
    case 8192:
        *kind = kind_of_8k(bytes);
        return true;
    case 10240: // a program of 8K and 2K of pictures;
    case 10495: // some dumps have the chip's 255 random numbers too
    case 10496:
        *kind = PPO_CARTRIDGE_DPC;
        return true;
    case 16384:
        *kind = kind_of_16k(bytes);
        return true;
    default:
        return false;
    }
}

static ppo_wiring wiring_of(ppo_cartridge_kind kind)
{
    switch (kind) {
    case PPO_CARTRIDGE_2K:
    case PPO_CARTRIDGE_4K:
        return PPO_WIRING_PLAIN;
    case PPO_CARTRIDGE_F8:
    case PPO_CARTRIDGE_F8SC:
    case PPO_CARTRIDGE_F6:
    case PPO_CARTRIDGE_F6SC:
        return PPO_WIRING_BANKS;
    case PPO_CARTRIDGE_E0:
        return PPO_WIRING_SLICES;
    case PPO_CARTRIDGE_FE:
        return PPO_WIRING_ADDRESS;
    case PPO_CARTRIDGE_CV:
    case PPO_CARTRIDGE_3F:
    case PPO_CARTRIDGE_3E:
    case PPO_CARTRIDGE_UA:
    case PPO_CARTRIDGE_E7:
    case PPO_CARTRIDGE_DPC:
        break;
    }
    return PPO_WIRING_BOARD;
}

static uint32_t more_ram_of(ppo_cartridge_kind kind)
{
    return kind == PPO_CARTRIDGE_CV   ? PPO_CARTRIDGE_RAM_CV
           : kind == PPO_CARTRIDGE_E7 ? PPO_CARTRIDGE_RAM_E7
           : kind == PPO_CARTRIDGE_3E ? PPO_CARTRIDGE_RAM_3E
                                      : 0;
}

static void set_wiring(ppo_cartridge *cartridge, size_t size)
{
    const ppo_cartridge_kind kind = cartridge->kind;
    cartridge->wiring = wiring_of(kind);
    cartridge->more_ram_bytes = more_ram_of(kind);
    if (cartridge->wiring == PPO_WIRING_BANKS) { // F8: $FF8 and $FF9, F6: $FF6 to $FF9
        cartridge->num_banks = (uint32_t)(size / PPO_CARTRIDGE_BANK);
        cartridge->first_hot = 0xFFA - cartridge->num_banks;
    }
    if (kind == PPO_CARTRIDGE_F8SC || kind == PPO_CARTRIDGE_F6SC)
        cartridge->ram_bytes = PPO_CARTRIDGE_RAM;
}

// The last slice of E0, which has its hot spots, can't be switched. Of the rare kinds no
// instruction is plain.
static void set_layout(ppo_cartridge *cartridge)
{
    const bool slices = cartridge->wiring == PPO_WIRING_SLICES;
    const bool hot_spots = slices || cartridge->wiring == PPO_WIRING_BANKS;
    const bool none = cartridge->wiring == PPO_WIRING_BOARD;
    cartridge->layout = (ppo_code_layout){
        .part_size = slices ? PPO_CARTRIDGE_SLICE : PPO_CARTRIDGE_BANK,
        .fixed_from = slices ? 7 * PPO_CARTRIDGE_SLICE : 0,
        .quiet_first = 2 * cartridge->ram_bytes,
        .quiet_end = none        ? 0
                     : hot_spots ? 0xFE0
                                 : PPO_CARTRIDGE_BANK,
    };
}

void ppo_cartridge_decode(ppo_cartridge *cartridge, uint32_t first, uint32_t count)
{
    ppo_decode(cartridge->code, cartridge->bytes, &cartridge->layout, first, count);
}

// This folder uses no other, so it fills errors itself.
static ppo_status fail(ppo_error *error, ppo_status status, const char *message)
{
    if (error) {
        error->status = status;
        snprintf(error->message, sizeof error->message, "%s", message);
    }
    return status;
}

ppo_status ppo_cartridge_create(ppo_cartridge **cartridge, const void *bytes, size_t size,
                                const ppo_cartridge_traits *traits, ppo_error *error)
{
    char message[sizeof error->message];
    *cartridge = NULL;
    ppo_cartridge_kind kind;
    if (!find_kind(&kind, bytes, size)) {
        snprintf(
            message, sizeof message,
            "a cartridge of %zu bytes is of no known kind: there are such of 2048, 4096, 8192, "
            "10240 and 16384 bytes, without a header",
            size);
        return fail(error, PPO_INVALID, message);
    }
    if (traits && traits->height > PPO_ATARI_MAX_HEIGHT) {
        snprintf(message, sizeof message, "a picture of %u lines is too high: at most %d are shown",
                 (unsigned)traits->height, PPO_ATARI_MAX_HEIGHT);
        return fail(error, PPO_INVALID, message);
    }
    ppo_cartridge *made = calloc(1, sizeof *made);
    if (!made)
        return fail(error, PPO_NO_MEMORY, "no memory for a cartridge");
    made->kind = kind;
    if (traits)
        made->traits = *traits;
    if (made->traits.first_line == 0)
        made->traits.first_line = 34;
    made->size = (uint32_t)size;
    set_wiring(made, size);
    memcpy(made->bytes, bytes, size);
    if (size == 2048)
        memcpy(made->bytes + size, bytes, size);
    set_layout(made);
    ppo_cartridge_decode(made, 0, PPO_CARTRIDGE_MAX);
    *cartridge = made;
    return PPO_OK;
}

void ppo_cartridge_destroy(ppo_cartridge *cartridge)
{
    free(cartridge);
}

ppo_cartridge_kind ppo_cartridge_kind_of(const ppo_cartridge *cartridge)
{
    return cartridge->kind;
}

void ppo_board_power_on(ppo_board *board)
{
    ppo_dpc_power_on(&board->dpc);
}

void ppo_board_reset(ppo_board *board, const ppo_cartridge *cartridge)
{
    ppo_board_select(board, 0);
    board->shows_ram = board->ram_bank = 0;
    ppo_dpc_reset(&board->dpc);
    switch (cartridge->kind) {
    case PPO_CARTRIDGE_F8:
    case PPO_CARTRIDGE_F8SC:
    case PPO_CARTRIDGE_DPC:
    case PPO_CARTRIDGE_E0: // the last four slices; the fourth is never switched
        ppo_board_select(board, PPO_CARTRIDGE_BANK);
        break;
    case PPO_CARTRIDGE_CV: // the second half of the window is the end of the image, for good
    case PPO_CARTRIDGE_3F:
    case PPO_CARTRIDGE_3E:
    case PPO_CARTRIDGE_E7:
        board->slice[2] = cartridge->size - 2 * PPO_CARTRIDGE_SLICE;
        board->slice[3] = cartridge->size - PPO_CARTRIDGE_SLICE;
        break;
    default: // all others start with the first byte; FE needs no switches
        break;
    }
}
