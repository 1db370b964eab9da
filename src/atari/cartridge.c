// SPDX-License-Identifier: MIT
// Finding out how a cartridge is wired. Mostly the size decides; 8K cartridges are told apart by
// instructions that only one wiring has a use for, by the same rules as in ALE.
#include "atari/cartridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct ppo_signature {
    ppo_cartridge_kind kind;
    uint8_t length;
    uint8_t bytes[5];
} ppo_signature;

static const ppo_signature signatures[] = {
    // stores to and loads from hot spots of E0
    {PPO_CARTRIDGE_E0, 3, {0x8D, 0xE0, 0x1F}},
    {PPO_CARTRIDGE_E0, 3, {0x8D, 0xE0, 0x5F}},
    {PPO_CARTRIDGE_E0, 3, {0x8D, 0xE9, 0xFF}},
    {PPO_CARTRIDGE_E0, 3, {0xAD, 0xE9, 0xFF}},
    {PPO_CARTRIDGE_E0, 3, {0xAD, 0xED, 0xFF}},
    {PPO_CARTRIDGE_E0, 3, {0xAD, 0xF3, 0xBF}},
    // calls between the banks of FE, by game
    {PPO_CARTRIDGE_FE, 5, {0x20, 0x00, 0xD0, 0xC6, 0xC5}},
    {PPO_CARTRIDGE_FE, 5, {0x20, 0xC3, 0xF8, 0xA5, 0x82}},
    {PPO_CARTRIDGE_FE, 5, {0xD0, 0xFB, 0x20, 0x73, 0xFE}},
    {PPO_CARTRIDGE_FE, 5, {0x20, 0x00, 0xF0, 0x84, 0xD6}},
};

static bool contains(const uint8_t *bytes, size_t size, const ppo_signature *wanted)
{
    for (size_t i = 0; i + wanted->length <= size; i++)
        if (memcmp(bytes + i, wanted->bytes, wanted->length) == 0)
            return true;
    return false;
}

// The ROM behind cartridge RAM is unused: 256 times the same byte in each bank.
static bool is_made_for_ram(const uint8_t *bytes, size_t size)
{
    for (size_t bank = 0; bank < size; bank += PPO_CARTRIDGE_BANK)
        for (size_t i = 1; i < 256; i++)
            if (bytes[bank + i] != bytes[bank])
                return false;
    return true;
}

static ppo_cartridge_kind kind_of_8k(const uint8_t *bytes)
{
    if (is_made_for_ram(bytes, 8192))
        return PPO_CARTRIDGE_F8SC;
    if (memcmp(bytes, bytes + PPO_CARTRIDGE_BANK, PPO_CARTRIDGE_BANK) == 0)
        return PPO_CARTRIDGE_4K;
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
        if (contains(bytes, 8192, &signatures[i]))
            return signatures[i].kind;
    return PPO_CARTRIDGE_F8;
}

static bool find_kind(ppo_cartridge_kind *kind, const uint8_t *bytes, size_t size)
{
    if (size == 2048)
        *kind = PPO_CARTRIDGE_2K;
    else if (size == 4096)
        *kind = memcmp(bytes, bytes + 2048, 2048) == 0 ? PPO_CARTRIDGE_2K : PPO_CARTRIDGE_4K;
    else if (size == 8192)
        *kind = kind_of_8k(bytes);
    else if (size == 16384)
        *kind = is_made_for_ram(bytes, size) ? PPO_CARTRIDGE_F6SC : PPO_CARTRIDGE_F6;
    else
        return false;
    return true;
}

static void set_wiring(ppo_cartridge *cartridge, size_t size)
{
    const ppo_cartridge_kind kind = cartridge->kind;
    if (kind == PPO_CARTRIDGE_2K || kind == PPO_CARTRIDGE_4K)
        cartridge->wiring = PPO_WIRING_PLAIN;
    else if (kind == PPO_CARTRIDGE_E0)
        cartridge->wiring = PPO_WIRING_SLICES;
    else if (kind == PPO_CARTRIDGE_FE)
        cartridge->wiring = PPO_WIRING_ADDRESS;
    else
        cartridge->wiring = PPO_WIRING_BANKS;
    if (cartridge->wiring == PPO_WIRING_BANKS) { // F8: $FF8 and $FF9, F6: $FF6 to $FF9
        cartridge->num_banks = (uint32_t)(size / PPO_CARTRIDGE_BANK);
        cartridge->first_hot = 0xFFA - cartridge->num_banks;
    }
    if (kind == PPO_CARTRIDGE_F8SC || kind == PPO_CARTRIDGE_F6SC)
        cartridge->ram_bytes = PPO_CARTRIDGE_RAM;
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
        snprintf(message, sizeof message,
                 "a cartridge of %zu bytes is of no known kind: there are such of 2048, 4096, 8192 "
                 "and 16384 bytes, without a header",
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
    set_wiring(made, size);
    memcpy(made->bytes, bytes, size);
    if (size == 2048)
        memcpy(made->bytes + size, bytes, size);
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

void ppo_board_reset(ppo_board *board, const ppo_cartridge *cartridge)
{
    ppo_board_select(board, 0);
    switch (cartridge->kind) {
    case PPO_CARTRIDGE_F8:
    case PPO_CARTRIDGE_F8SC:
        ppo_board_select(board, PPO_CARTRIDGE_BANK);
        break;
    case PPO_CARTRIDGE_E0: // the last four slices; the fourth is never switched
        ppo_board_select(board, PPO_CARTRIDGE_BANK);
        break;
    default: // all others start with the first byte; FE needs no switches
        break;
    }
}
