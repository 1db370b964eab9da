// SPDX-License-Identifier: MIT
// Tapes: see access_trace.h.
#include "atari/access_trace.h"

#include "atari/console.h"

#include <string.h>

static void note(ppo_tape *tape, ppo_tape_kind kind, uint32_t cycles, uint32_t reg, uint8_t value)
{
    if (tape->count < tape->capacity)
        tape->entry[tape->count++] = (ppo_tape_entry){cycles, (uint8_t)kind, (uint8_t)reg, value};
}

static bool is_tia(uint32_t address)
{
    return (address & 0x1080) == 0; // neither A12, the cartridge, nor A7, the RIOT
}

void ppo_tape_note_read(ppo_tape *tape, uint32_t address, uint32_t cycles)
{
    if (is_tia(address))
        note(tape, PPO_TAPE_READ, cycles, address & 15, 0);
}

void ppo_tape_note_write(ppo_tape *tape, const ppo_tia *tia, uint32_t address, uint8_t value,
                         bool is_alone, uint32_t cycles)
{
    const uint32_t reg = address & 0x3F;
    if (is_tia(address) && reg != WSYNC && !(is_alone && ppo_tia_repeats(tia, reg, value)))
        note(tape, PPO_TAPE_WRITE, cycles, reg, value);
}

// What hangs at the ports of one console, at another.
static void copy_wires(ppo_chips *chips, const ppo_chips *from)
{
    chips->riot.port_a = from->riot.port_a;
    chips->riot.port_b = from->riot.port_b;
    memcpy(chips->tia.button, from->tia.button, sizeof chips->tia.button);
    memcpy(chips->tia.paddle, from->tia.paddle, sizeof chips->tia.paddle);
    memcpy(chips->tia.paddle_cycles, from->tia.paddle_cycles, sizeof chips->tia.paddle_cycles);
}

bool ppo_tape_frame(ppo_tape *tape, ppo_console *before, const ppo_console *after,
                    const ppo_cartridge *cartridge)
{
    ppo_chips *chips = &before->chips;
    if (chips->unfinished || tape->capacity - tape->count < PPO_TAPE_FRAME_ENTRIES)
        return false;
    copy_wires(chips, &after->chips);
    before->drawing = false;
    const uint32_t cycles = chips->cpu.cycles;
    ppo_console_start_frame(before);
    note(tape, PPO_TAPE_START, cycles, before->pal, chips->tia.colours_lost);
    ppo_cpu_run_taped(before, cartridge, tape);
    note(tape, PPO_TAPE_END, chips->tia.touched, chips->tia.touched_reg, 0);
    ppo_tia_end_frame(&chips->tia, NULL);
    chips->unfinished = !chips->tia.frame_over;
    return true;
}

void ppo_tape_play(const ppo_tape *tape, ppo_tia *tia, uint8_t *picture)
{
    for (const ppo_tape_entry *e = tape->entry; e < tape->entry + tape->count; e++) {
        switch ((ppo_tape_kind)e->kind) {
        case PPO_TAPE_START:
            if (e->reg)
                ppo_tia_lose_colours(tia, e->value);
            ppo_tia_start_frame(tia, e->cycles);
            break;
        case PPO_TAPE_READ:
            (void)ppo_tia_read(tia, picture, e->reg, 0, e->cycles);
            break;
        case PPO_TAPE_WRITE:
            ppo_tia_write(tia, picture, e->reg, e->value, e->cycles);
            break;
        case PPO_TAPE_END:
            tia->touched = e->cycles;
            tia->touched_reg = e->reg;
            ppo_tia_end_frame(tia, picture);
            break;
        }
    }
}
