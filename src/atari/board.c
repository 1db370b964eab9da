// SPDX-License-Identifier: MIT
// See board.h.
#include "atari/board.h"

enum {
    HALF = 2048,       // of the window
    RAM_BANK = 1024,   // CV, 3E, E7: what the first half shows
    SMALL_BANK = 256,  // E7: in the second half
    SMALL_AT = 1024,   // E7: where these begin in the RAM
    LAST_PAGE = 0xFC0, // 64 bytes with the hot spots of DPC, in which Stella watches all accesses
};

static uint8_t rom_at(const ppo_board *board, const ppo_cartridge *cartridge, uint32_t at)
{
    // A place of RAM that is NULL makes clang-tidy think that the console is.
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
    return cartridge->bytes[board->slice[at / PPO_CARTRIDGE_SLICE] + at % PPO_CARTRIDGE_SLICE];
}

// Shows a bank of 2K in the first half of the window.
static void select_half(ppo_board *board, const ppo_cartridge *cartridge, uint32_t bank)
{
    const uint32_t base = bank % (cartridge->size / HALF) * HALF;
    board->slice[0] = base;
    board->slice[1] = base + PPO_CARTRIDGE_SLICE;
    board->shows_ram = 0;
}

static void show_ram(ppo_board *board, const ppo_cartridge *cartridge, uint32_t bank)
{
    board->ram_bank = (uint8_t)(bank % (cartridge->more_ram_bytes / RAM_BANK));
    board->shows_ram = 1;
}

// --- places of RAM -----------------------------------------------------------------------------

// The byte of RAM that an access to the window meets; NULL if it meets none.
static uint8_t *ram_of_cv(ppo_console *console, uint32_t at, bool is_write)
{
    const uint32_t from = is_write ? RAM_BANK : 0;
    return at - from < RAM_BANK ? console->more_ram + at % RAM_BANK : NULL;
}

static uint8_t *ram_of_3e(ppo_console *console, uint32_t at, bool is_write)
{
    const ppo_board *board = &console->chips.board;
    const uint32_t from = is_write ? RAM_BANK : 0;
    return board->shows_ram && at - from < RAM_BANK
               ? console->more_ram + (size_t)board->ram_bank * RAM_BANK + at % RAM_BANK
               : NULL;
}

static uint8_t *ram_of_e7(ppo_console *console, uint32_t at, bool is_write)
{
    const ppo_board *board = &console->chips.board;
    const uint32_t from = is_write ? 0 : RAM_BANK, small = HALF + (is_write ? 0 : SMALL_BANK);
    if (board->shows_ram && at - from < RAM_BANK)
        return console->more_ram + at % RAM_BANK;
    return at - small < SMALL_BANK
               ? console->more_ram + SMALL_AT + board->ram_bank * SMALL_BANK + at % SMALL_BANK
               : NULL;
}

static uint8_t *ram_of(ppo_console *console, const ppo_cartridge *cartridge, uint32_t at,
                       bool is_write)
{
    switch (cartridge->kind) {
    case PPO_CARTRIDGE_CV:
        return ram_of_cv(console, at, is_write);
    case PPO_CARTRIDGE_3E:
        return ram_of_3e(console, at, is_write);
    case PPO_CARTRIDGE_E7:
        return ram_of_e7(console, at, is_write);
    default:
        return NULL;
    }
}

// --- accesses to the window ---------------------------------------------------------------------

// Hot spots act on reads and writes alike, and before them.
static void touch(ppo_board *board, const ppo_cartridge *cartridge, uint32_t at)
{
    if (cartridge->kind == PPO_CARTRIDGE_DPC) {
        if (at < PPO_DPC_REGISTERS || at >= LAST_PAGE)
            ppo_dpc_step_random(&board->dpc);
        if (at - 0xFF8 < 2)
            ppo_board_select(board, (at - 0xFF8) * PPO_CARTRIDGE_BANK);
    } else if (cartridge->kind == PPO_CARTRIDGE_E7) {
        if (at - 0xFE0 < 7)
            select_half(board, cartridge, at - 0xFE0);
        else if (at == 0xFE7)
            board->shows_ram = 1;
        else if (at - 0xFE8 < 4)
            board->ram_bank = (uint8_t)(at - 0xFE8);
    }
}

uint8_t ppo_board_read(ppo_console *console, const ppo_cartridge *cartridge, uint32_t at,
                       uint32_t cycle)
{
    ppo_board *board = &console->chips.board;
    touch(board, cartridge, at);
    if (cartridge->kind == PPO_CARTRIDGE_DPC && at < PPO_DPC_REGISTERS / 2)
        return ppo_dpc_read(&board->dpc, cartridge->bytes + PPO_DPC_PICTURES_AT, at, cycle);
    const uint8_t *ram = ram_of(console, cartridge, at, false);
    return ram ? *ram : rom_at(board, cartridge, at);
}

void ppo_board_write(ppo_console *console, const ppo_cartridge *cartridge, uint32_t at,
                     uint8_t value)
{
    ppo_board *board = &console->chips.board;
    touch(board, cartridge, at);
    if (cartridge->kind == PPO_CARTRIDGE_DPC && at - PPO_DPC_REGISTERS / 2 < PPO_DPC_REGISTERS / 2)
        ppo_dpc_write(&board->dpc, at, value);
    uint8_t *ram = ram_of(console, cartridge, at, true);
    if (ram)
        *ram = value;
}

// --- accesses elsewhere -------------------------------------------------------------------------

void ppo_board_note_read(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address)
{
    const uint32_t at = address & 0x1FFF;
    if (cartridge->kind == PPO_CARTRIDGE_UA && (at == 0x220 || at == 0x240))
        ppo_board_select(&console->chips.board, at == 0x220 ? 0 : PPO_CARTRIDGE_BANK);
}

void ppo_board_note_write(ppo_console *console, const ppo_cartridge *cartridge, uint32_t address,
                          uint8_t value)
{
    ppo_board *board = &console->chips.board;
    const uint32_t at = address & 0x1FFF;
    ppo_board_note_read(console, cartridge, address);
    if (cartridge->kind == PPO_CARTRIDGE_3F && at <= 0x3F)
        select_half(board, cartridge, value);
    else if (cartridge->kind == PPO_CARTRIDGE_3E && at == 0x3F)
        select_half(board, cartridge, value);
    else if (cartridge->kind == PPO_CARTRIDGE_3E && at == 0x3E)
        show_ram(board, cartridge, value);
}

// --- state --------------------------------------------------------------------------------------

bool ppo_board_is_valid(const ppo_board *board, const ppo_cartridge *cartridge)
{
    for (uint32_t i = 0; i < PPO_CARTRIDGE_SLICES; i++)
        if (board->slice[i] % PPO_CARTRIDGE_SLICE != 0 || board->slice[i] >= cartridge->size)
            return false;
    const uint32_t num_banks = cartridge->kind == PPO_CARTRIDGE_E7 ? 4
                               : cartridge->kind == PPO_CARTRIDGE_3E
                                   ? PPO_CARTRIDGE_RAM_3E / RAM_BANK
                                   : 1;
    return board->shows_ram <= 1 && board->ram_bank < num_banks && ppo_dpc_is_valid(&board->dpc);
}
