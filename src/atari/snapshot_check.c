// SPDX-License-Identifier: MIT
// Whether bytes from elsewhere, such as a checkpoint, are a console that can run: everything that
// is used as an index, a shift, a count or a bool is in range, and what the chips say about the
// window and the cartridge is consistent. All other bytes may have any value.
//
// Workload: one call per environment when a run is resumed. Owns nothing. A new field of one of
// these kinds needs a line here; tests/unit/atari/test_snapshot_check.c runs damaged states to find
// those that are missing.
#include "atari/board.h"
#include "atari/console.h"

#include <stdio.h>

// A byte that is neither 0 nor 1 must not be read as a bool.
static bool are_bools(const bool *first, size_t count)
{
    const unsigned char *bytes = (const unsigned char *)first;
    for (size_t i = 0; i < count; i++)
        if (bytes[i] > 1)
            return false;
    return true;
}

static bool are_below(const uint8_t *values, size_t count, uint32_t limit)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] >= limit)
            return false;
    return true;
}

// --- TIA ---------------------------------------------------------------------------------------

static bool tia_bools_are_valid(const ppo_tia *tia)
{
    return are_bools(&tia->repeats, 1) && are_bools(tia->first_hidden, 2) &&
           are_bools(&tia->reflected, 1) && are_bools(&tia->comb, 1) &&
           are_bools(&tia->colours_lost, 1) && are_bools(&tia->frame_over, 1) &&
           are_bools(&tia->dumped, 1) && are_bools(&tia->comb_shown, 1) &&
           are_bools(tia->button, 2) && are_bools(tia->paddle, 4);
}

static bool objects_are_valid(const ppo_tia *tia)
{
    const uint32_t all = 1u << PPO_TIA_OBJECTS;
    return are_below(tia->settled, PPO_TIA_OBJECTS, PPO_LINE_PIXELS + 1) &&
           are_below(tia->position, PPO_TIA_MOVABLE, PPO_LINE_PIXELS) && tia->broken < all &&
           tia->reshape < all && tia->lit < all;
}

static bool recolourings_are_valid(const ppo_tia *tia)
{
    if (tia->num_recolourings > PPO_TIA_RECOLOURINGS)
        return false;
    for (uint32_t i = 0; i < tia->num_recolourings; i++) {
        const ppo_tia_recolouring *change = &tia->recolouring[i];
        if (change->pixel > PPO_LINE_PIXELS || change->reg < COLUP0 || change->reg > COLUBK)
            return false;
    }
    return true;
}

// The line that is being drawn is row `row` of the screen; a line that repeats has one above it.
static bool line_is_valid(const ppo_tia *tia)
{
    const uint32_t in_line = tia->drawn_to - tia->line_start;
    return tia->row < tia->height && (tia->row > 0 || !tia->repeats) &&
           tia->line_start == tia->window_start + tia->row * PPO_TIA_LINE &&
           in_line <= PPO_TIA_LINE && tia->flushed <= PPO_LINE_PIXELS &&
           tia->pixel == (in_line > PPO_TIA_HBLANK ? in_line - PPO_TIA_HBLANK : 0);
}

static bool window_is_valid(const ppo_tia *tia, const ppo_console *console,
                            const ppo_cartridge *cartridge)
{
    const ppo_cartridge_traits *traits = &cartridge->traits;
    return tia->first_line == traits->first_line &&
           tia->height == ppo_console_height(console, cartridge) &&
           tia->late_line == ppo_console_late_line(console) &&
           tia->comb_shown == !traits->no_hmove_blanks &&
           tia->window_start == tia->first_line * PPO_TIA_LINE &&
           tia->window_stop == tia->window_start + tia->height * PPO_TIA_LINE &&
           tia->origin < PPO_TIA_LINE && tia->touched_reg < PPO_TIA_REGISTERS;
}

// --- RIOT and cartridge ------------------------------------------------------------------------

static bool riot_is_valid(const ppo_riot *riot)
{
    const bool is_shift =
        riot->shift == 0 || riot->shift == 3 || riot->shift == 6 || riot->shift == 10;
    return is_shift && are_bools(&riot->expired_read, 1);
}

// Slices that are switched one by one can be anywhere in 8K; otherwise all four belong to one bank.
static bool board_is_valid(const ppo_board *board, const ppo_cartridge *cartridge)
{
    const uint32_t num_banks = cartridge->wiring == PPO_WIRING_BANKS ? cartridge->num_banks : 1;
    if (cartridge->wiring == PPO_WIRING_BOARD)
        return ppo_board_is_valid(board, cartridge);
    if (cartridge->wiring == PPO_WIRING_SLICES) {
        for (uint32_t i = 0; i < PPO_CARTRIDGE_SLICES; i++)
            if (board->slice[i] % PPO_CARTRIDGE_SLICE != 0 ||
                board->slice[i] >= 8 * PPO_CARTRIDGE_SLICE)
                return false;
        return true;
    }
    for (uint32_t i = 0; i < PPO_CARTRIDGE_SLICES; i++)
        if (board->slice[i] != board->slice[0] + i * PPO_CARTRIDGE_SLICE)
            return false;
    return board->slice[0] % PPO_CARTRIDGE_BANK == 0 &&
           board->slice[0] / PPO_CARTRIDGE_BANK < num_banks;
}

// --- the whole console -------------------------------------------------------------------------

// Each returns a description of the first fault, or NULL.
static const char *fault_of_chips(const ppo_chips *chips, const ppo_console *console,
                                  const ppo_cartridge *cartridge)
{
    const ppo_tia *tia = &chips->tia;
    if (!tia_bools_are_valid(tia))
        return "a flag of its TIA is neither set nor clear";
    if (!window_is_valid(tia, console, cartridge))
        return "the window of its TIA is not the one of this cartridge";
    if (!line_is_valid(tia))
        return "its TIA draws outside of the screen";
    if (!objects_are_valid(tia))
        return "an object of its TIA lies outside of the line";
    if (!recolourings_are_valid(tia))
        return "its TIA has changed the colour of a register without one";
    if (!riot_is_valid(&chips->riot))
        return "its timer has an impossible interval";
    if (!board_is_valid(&chips->board, cartridge))
        return "it has selected a bank that this cartridge does not have";
    if (!are_bools(&chips->cpu.jammed, 1) || !are_bools(&chips->unfinished, 1) ||
        !are_bools(&chips->faded, 1))
        return "a flag is neither set nor clear";
    return chips->front > 1 ? "it refers to a third screen" : NULL;
}

// The chips before a frame that was not drawn, and that may have to be run again.
static const char *fault_of_past(const ppo_console *console, uint32_t screen,
                                 const ppo_cartridge *cartridge)
{
    const ppo_chips *chips = &console->before[screen];
    const char *fault = fault_of_chips(chips, console, cartridge);
    if (!fault && (chips->front == screen || chips->unfinished))
        fault = "a saved frame does not belong to its screen";
    return fault;
}

static const char *fault_of(const ppo_console *console, const ppo_cartridge *cartridge)
{
    if (!are_bools(&console->pal, 1) || !are_bools(&console->drawing, 1))
        return "a flag is neither set nor clear";
    if (!ppo_mersenne_is_valid(&console->random))
        return "its random generator is past its last number";
    if (console->stale >> 2 != 0)
        return "it refers to a third screen";
    const char *fault = fault_of_chips(&console->chips, console, cartridge);
    for (uint32_t screen = 0; !fault && screen < 2; screen++)
        if (console->stale >> screen & 1)
            fault = fault_of_past(console, screen, cartridge);
    return fault;
}

ppo_status ppo_console_check(const ppo_console *console, const ppo_cartridge *cartridge,
                             ppo_error *error)
{
    const char *fault = fault_of(console, cartridge);
    if (fault && error) {
        error->status = PPO_CORRUPT;
        snprintf(error->message, sizeof error->message,
                 "this is not the state of an Atari console: %s", fault);
    }
    return fault ? PPO_CORRUPT : PPO_OK;
}
