// SPDX-License-Identifier: MIT
// Access traces: see access_trace.h.
#include "atari/access_trace.h"

#include "atari/console.h"
#include "atari/tia.h"

#include <string.h>

// What the observer needs.
typedef struct ppo_access_recorder {
    ppo_access_trace *trace;
    const ppo_tia *tia;
} ppo_access_recorder;

static void append(ppo_access_trace *trace, ppo_access_kind kind, uint32_t cycles, uint32_t reg,
                   uint8_t value)
{
    if (trace->count < trace->capacity)
        trace->entry[trace->count++] =
            (ppo_access_entry){cycles, (uint8_t)kind, (uint8_t)reg, value};
}

static void record_access(void *context, const ppo_bus_access *access)
{
    const ppo_access_recorder *recorder = context;
    const bool is_tia = (access->address & 0x1080) == 0; // neither cartridge (A12) nor RIOT (A7)
    const uint32_t reg = access->address & (access->is_write ? 0x3F : 0x0F);
    if (!is_tia)
        return;
    if (!access->is_write)
        append(recorder->trace, PPO_ACCESS_READ, access->cycles, reg, 0);
    else if (reg != WSYNC &&
             !(access->is_alone && ppo_tia_repeats(recorder->tia, reg, access->value)))
        append(recorder->trace, PPO_ACCESS_WRITE, access->cycles, reg, access->value);
}

static void copy_ports(ppo_chips *chips, const ppo_chips *from)
{
    chips->riot.port_a = from->riot.port_a;
    chips->riot.port_b = from->riot.port_b;
    memcpy(chips->tia.button, from->tia.button, sizeof chips->tia.button);
    memcpy(chips->tia.paddle, from->tia.paddle, sizeof chips->tia.paddle);
    memcpy(chips->tia.paddle_cycles, from->tia.paddle_cycles, sizeof chips->tia.paddle_cycles);
}

bool ppo_access_trace_frame(ppo_access_trace *trace, ppo_console *before, const ppo_console *after,
                            const ppo_cartridge *cartridge)
{
    ppo_chips *chips = &before->chips;
    if (chips->unfinished || trace->capacity - trace->count < PPO_ACCESS_FRAME_ENTRIES)
        return false;
    copy_ports(chips, &after->chips);
    before->drawing = false;
    const uint32_t cycles = chips->cpu.cycles;
    ppo_console_start_frame(before);
    append(trace, PPO_ACCESS_FRAME, cycles, before->pal, chips->tia.colours_lost);
    ppo_access_recorder recorder = {trace, &chips->tia};
    ppo_cpu_run_observed(before, cartridge, &(ppo_bus_observer){record_access, &recorder});
    append(trace, PPO_ACCESS_END, chips->tia.touched, chips->tia.touched_reg, 0);
    ppo_tia_end_frame(&chips->tia, NULL);
    chips->unfinished = !chips->tia.frame_over;
    return true;
}

void ppo_access_trace_replay(const ppo_access_trace *trace, ppo_tia *tia, uint8_t *screen)
{
    for (const ppo_access_entry *e = trace->entry; e < trace->entry + trace->count; e++) {
        switch ((ppo_access_kind)e->kind) {
        case PPO_ACCESS_FRAME:
            if (e->reg)
                ppo_tia_lose_colours(tia, e->value);
            ppo_tia_start_frame(tia, e->cycles);
            break;
        case PPO_ACCESS_READ:
            (void)ppo_tia_read(tia, screen, e->reg, 0, e->cycles);
            break;
        case PPO_ACCESS_WRITE:
            ppo_tia_write(tia, screen, e->reg, e->value, e->cycles);
            break;
        case PPO_ACCESS_END:
            tia->touched = e->cycles;
            tia->touched_reg = e->reg;
            ppo_tia_end_frame(tia, screen);
            break;
        }
    }
}
