// SPDX-License-Identifier: MIT
// The console: power, reset, frames.
//
// Frames alternate between two screens, which are never cleared. Lines that a frame does not reach
// keep the pixels of two frames before, so a frame that was not drawn may be needed later. That is
// rare, and running frames again is cheaper than drawing all of them: before each frame that is not
// drawn the chips are saved (1 KB), and when a frame turns out not to fill its screen, both screens
// are brought up to date first (draw_stale_screens). The invariant:
//
//   a screen is stale only if the last frame that belongs to it was complete and not drawn, and all
//   frames since then were complete.
#include "atari/console.h"

#include "atari/cpu.h"
#include "atari/tia.h"

#include <string.h>

#define DETECT_FRAMES     60 // run at power-on,
#define DETECT_FROM       30 // counted from here on
#define DETECT_PAL_LINES  285
#define DETECT_PAL_FRAMES 15 // this many frames of more than DETECT_PAL_LINES: PAL

// --- ports -------------------------------------------------------------------------------------

// The directions of a joystick are four bits of SWCHA, those of the left port in the upper half.
// Paddles have their buttons on two of these bits.
static uint8_t port_bits(const ppo_cartridge *cartridge, const ppo_console_input *input,
                         uint32_t port)
{
    if (!cartridge->traits.paddles[port])
        return input->joystick[port] & 15;
    if (!(input->joystick[port] & PPO_JOYSTICK_FIRE))
        return 0;
    return cartridge->traits.swap_paddles ? PPO_JOYSTICK_LEFT : PPO_JOYSTICK_RIGHT;
}

// Cycles in which a paddle, a resistance R, charges C = 0.01 uF to the threshold: 1.6 R C at
// 1.19 MHz.
static uint32_t charging_cycles(int32_t ohm)
{
    return ohm <= 0 ? 0 : (uint32_t)((1.6 * ohm * 0.01e-6) * 1.19e6);
}

static void set_ports(ppo_chips *chips, const ppo_cartridge *cartridge,
                      const ppo_console_input *input)
{
    ppo_tia *tia = &chips->tia;
    const uint32_t pressed =
        (uint32_t)port_bits(cartridge, input, 0) << 4 | port_bits(cartridge, input, 1);
    chips->riot.port_a = (uint8_t)~pressed;
    // without input: RESET, SELECT and COLOUR are 1, both difficulties B
    chips->riot.port_b = 0x3F ^ (input->switches & 0xCB);
    for (uint32_t port = 0; port < 2; port++) {
        const bool paddles = cartridge->traits.paddles[port];
        tia->button[port] = !paddles && (input->joystick[port] & PPO_JOYSTICK_FIRE);
        for (uint32_t n = 2 * port; n < 2 * port + 2; n++) {
            tia->paddle[n] = paddles;
            tia->paddle_cycles[n] = charging_cycles(input->paddle_ohm[n]);
        }
    }
}

// --- frames ------------------------------------------------------------------------------------

static uint32_t lines_of(const ppo_chips *chips)
{
    return ppo_tia_clock(&chips->tia, chips->cpu.cycles) / PPO_TIA_LINE;
}

void ppo_console_start_frame(ppo_console *console)
{
    ppo_chips *chips = &console->chips;
    chips->front ^= 1;
    chips->faded = false;
    if (console->pal)
        ppo_tia_lose_colours(&chips->tia, lines_of(chips) & 1);
    ppo_tia_start_frame(&chips->tia, chips->cpu.cycles);
    ppo_riot_rebase(&chips->riot, chips->cpu.cycles);
    ppo_dpc_rebase(&chips->board.dpc, chips->cpu.cycles);
    chips->cpu.cycles = 0;
}

// True if the frame began in this call, ended, and reached all lines of its screen.
static bool run_frame(ppo_console *console, const ppo_cartridge *cartridge,
                      const ppo_console_input *input, bool draw)
{
    ppo_chips *chips = &console->chips;
    const bool begins = !chips->unfinished;
    console->drawing = draw;
    set_ports(chips, cartridge, input);
    if (begins)
        ppo_console_start_frame(console);
    ppo_cpu_run(console, cartridge);
    ppo_tia_end_frame(&chips->tia, ppo_machine_canvas(console));
    chips->unfinished = !chips->tia.frame_over;
    return begins && !chips->unfinished && chips->tia.drawn_to >= chips->tia.window_stop;
}

// Runs the frames that were not drawn again, now drawing them.
static void draw_stale_screens(ppo_console *console, const ppo_cartridge *cartridge)
{
    const uint32_t front = console->chips.front, back = front ^ 1;
    const ppo_chips now = console->chips;
    if (console->stale >> back & 1) {
        console->chips = console->before[back];
        (void)run_frame(console, cartridge, &console->input[back], true);
    } else {
        console->chips = console->before[front];
    }
    if (console->stale >> front & 1)
        (void)run_frame(console, cartridge, &console->input[front], true);
    console->chips = now;
    console->stale = 0;
}

// Darkens the lines that a frame has not reached when it ran out of instructions, once per frame.
static void fade(ppo_console *console)
{
    if (console->chips.faded)
        return;
    console->chips.faded = true;
    const ppo_tia *tia = &console->chips.tia;
    const uint32_t line = lines_of(&console->chips);
    uint8_t *screen = console->screen[console->chips.front];
    const uint32_t from = line > tia->first_line ? line - tia->first_line : 0;
    for (uint32_t i = from * PPO_ATARI_WIDTH; i < tia->height * PPO_ATARI_WIDTH; i++)
        screen[i] = (uint8_t)((screen[i] & 15) >> 1);
}

void ppo_console_frame(ppo_console *console, const ppo_cartridge *cartridge,
                       const ppo_console_input *input, bool draw)
{
    // RAM behind the console isn't saved with the chips, so such a frame could not be run again.
    draw |= console->chips.unfinished || cartridge->more_ram_bytes > 0;
    if (draw && console->stale == 0) {
        (void)run_frame(console, cartridge, input, true);
    } else {
        const ppo_chips start = console->chips;
        const uint32_t screen = start.front ^ 1;
        if (run_frame(console, cartridge, input, draw)) {
            if (!draw)
                console->before[screen] = start;
            console->input[screen] = *input;
            console->stale &= ~(1u << screen);
            console->stale |= draw ? 0 : 1u << screen;
        } else {
            console->chips = start;
            draw_stale_screens(console, cartridge);
            (void)run_frame(console, cartridge, input, true);
        }
    }
    if (console->chips.unfinished)
        fade(console);
}

// --- power and reset ---------------------------------------------------------------------------

// Chance fills the RAM of a cartridge, unless its image has a content for it (CV).
static void fill_cartridge_ram(ppo_console *console, const ppo_cartridge *cartridge)
{
    for (uint32_t i = 0; i < cartridge->ram_bytes; i++)
        console->chips.board.ram[i] = (uint8_t)ppo_mersenne_next(&console->random);
    if (cartridge->kind == PPO_CARTRIDGE_CV && cartridge->size > 2048) {
        memcpy(console->more_ram, cartridge->bytes, PPO_CARTRIDGE_RAM_CV);
        return;
    }
    for (uint32_t i = 0; i < cartridge->more_ram_bytes; i++)
        console->more_ram[i] = (uint8_t)ppo_mersenne_next(&console->random);
}

static void reset_chips(ppo_console *console, const ppo_cartridge *cartridge)
{
    ppo_chips *chips = &console->chips;
    ppo_tia *tia = &chips->tia;
    const ppo_cartridge_traits *traits = &cartridge->traits;
    tia->first_line = traits->first_line;
    tia->height = ppo_console_height(console, cartridge);
    tia->late_line = ppo_console_late_line(console);
    tia->comb_shown = !traits->no_hmove_blanks;
    memset(console->screen, 0, sizeof console->screen);
    console->stale = 0;
    chips->unfinished = false;
    ppo_riot_reset(&chips->riot, (uint8_t)(25 + ppo_mersenne_next(&console->random) % 75));
    ppo_tia_reset(tia);
    ppo_board_reset(&chips->board, cartridge);
    fill_cartridge_ram(console, cartridge);
    ppo_cpu_reset(console, cartridge);
}

void ppo_console_reset(ppo_console *console, const ppo_cartridge *cartridge)
{
    reset_chips(console, cartridge);
}

static bool detect_pal(ppo_console *console, const ppo_cartridge *cartridge)
{
    const ppo_console_input nothing = {0};
    uint32_t long_frames = 0;
    for (uint32_t i = 0; i < DETECT_FRAMES; i++) {
        ppo_console_frame(console, cartridge, &nothing, true);
        if (i >= DETECT_FROM && lines_of(&console->chips) > DETECT_PAL_LINES)
            long_frames++;
    }
    return long_frames >= DETECT_PAL_FRAMES;
}

void ppo_console_power_on(ppo_console *console, const ppo_cartridge *cartridge, uint32_t seed)
{
    memset(console, 0, sizeof *console);
    ppo_mersenne_init(&console->random, seed);
    for (uint32_t i = 0; i < PPO_RIOT_RAM; i++)
        console->chips.riot.ram[i] = (uint8_t)ppo_mersenne_next(&console->random);
    ppo_board_power_on(&console->chips.board);
    (void)ppo_mersenne_next(&console->random); // as in ALE, which draws a timer value here too
    reset_chips(console, cartridge);
    console->pal = detect_pal(console, cartridge);
    reset_chips(console, cartridge);
}

// --- queries -----------------------------------------------------------------------------------

size_t ppo_console_size(void)
{
    return sizeof(ppo_console) + PPO_CARTRIDGE_RAM_MAX;
}

size_t ppo_console_size_for(const ppo_cartridge *cartridge)
{
    return sizeof(ppo_console) + cartridge->more_ram_bytes;
}

const uint8_t *ppo_console_screen(const ppo_console *console)
{
    return console->screen[console->chips.front];
}

uint32_t ppo_console_height(const ppo_console *console, const ppo_cartridge *cartridge)
{
    if (cartridge->traits.height > 0)
        return cartridge->traits.height;
    return console->pal ? PPO_ATARI_MAX_HEIGHT : 210;
}

const uint8_t *ppo_console_ram(const ppo_console *console)
{
    return console->chips.riot.ram;
}

uint32_t ppo_console_cycles(const ppo_console *console)
{
    return console->chips.cpu.cycles;
}

uint32_t ppo_console_scanlines(const ppo_console *console)
{
    return lines_of(&console->chips);
}
