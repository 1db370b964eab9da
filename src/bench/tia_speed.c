// SPDX-License-Identifier: MIT
// The TIA timed alone: frames are played on a copy of a game, what they ask of the TIA is noted on
// a tape (atari/access_trace.h), and the tape is played back against the clock.
//
// Workload: some 120 frames of a thousand accesses, a few microseconds each, again and again. Owns
// all it makes, for the duration of the call.
#include "bench/tia_speed.h"

#include "atari/console.h"
#include "atari/access_trace.h"
#include "core/clock.h"
#include "core/error.h"

#include <stdlib.h>
#include <string.h>

enum { TAPE_FRAMES = 120, ACTION_FRAMES = 4, ROUNDS_AT_ONCE = 4, MAX_GOES = 600 };
#define TAPE_ENTRIES (4 * (size_t)PPO_TAPE_FRAME_ENTRIES)

typedef struct recording {
    ppo_game *game, *before; // as it goes on, and as it was before the last frame
    ppo_tape tape;
    ppo_tia start; // the TIA where the tape begins
    size_t frames;
} recording;

static ppo_console *console_of(ppo_game *game)
{
    return (ppo_console *)(uintptr_t)ppo_game_console(game);
}

static void recording_release(recording *r)
{
    free(r->game);
    free(r->before);
    free(r->tape.entry);
}

static ppo_status recording_init(recording *r, const ppo_game *game, ppo_error *error)
{
    const size_t size = (ppo_game_size() + 63) / 64 * 64;
    *r = (recording){.game = aligned_alloc(64, size), .before = aligned_alloc(64, size)};
    r->tape.entry = malloc(TAPE_ENTRIES * sizeof *r->tape.entry);
    r->tape.capacity = TAPE_ENTRIES;
    if (!r->game || !r->before || !r->tape.entry)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a tape of frames");
    memcpy(r->game, game, ppo_game_size());
    return PPO_OK;
}

// A tape begins with a frame; now and then one takes a game two goes.
static void finish_frame(recording *r, const ppo_game_setup *setup)
{
    for (int i = 0; i < MAX_GOES && console_of(r->game)->chips.unfinished; i++)
        ppo_game_act(r->game, setup, (ppo_atari_action)setup->info->action[0], false);
}

// Until the game ends or the tape is full.
static ppo_status record(recording *r, const ppo_game_setup *setup, ppo_error *error)
{
    const ppo_game_info *info = setup->info;
    uint32_t random = ppo_game_frames(r->game) + 1;
    uint8_t action = 0;
    if (ppo_game_is_over(r->game) || ppo_game_is_truncated(r->game, setup))
        PPO_TRY(ppo_game_reset(r->game, setup, error));
    finish_frame(r, setup);
    r->start = console_of(r->game)->chips.tia;
    while (r->frames < TAPE_FRAMES && !ppo_game_is_over(r->game)) {
        if (r->frames % ACTION_FRAMES == 0) {
            random = random * 1664525u + 1013904223u;
            action = info->action[(random >> 16) % info->num_actions];
        }
        memcpy(r->before, r->game, ppo_game_size());
        ppo_game_act(r->game, setup, (ppo_atari_action)action, false);
        if (!ppo_tape_frame(&r->tape, console_of(r->before), ppo_game_console(r->game),
                            setup->cartridge))
            break;
        r->frames++;
    }
    if (r->frames == 0)
        return ppo_fail(error, PPO_UNSUPPORTED, "%.64s: no frame comes to its end", info->name);
    return PPO_OK;
}

static double play(const recording *r, double seconds)
{
    const double began_s = ppo_clock_seconds();
    double elapsed_s;
    size_t frames = 0;
    do {
        for (int i = 0; i < ROUNDS_AT_ONCE; i++) {
            ppo_tia tia = r->start;
            ppo_tape_play(&r->tape, &tia, NULL);
        }
        frames += ROUNDS_AT_ONCE * r->frames;
        elapsed_s = ppo_clock_seconds() - began_s;
    } while (elapsed_s < seconds);
    return (double)frames / elapsed_s;
}

ppo_status ppo_bench_tia(double *frames_per_second, const ppo_game *game,
                         const ppo_game_setup *setup, double seconds, ppo_error *error)
{
    recording r;
    *frames_per_second = 0.0;
    ppo_status status = recording_init(&r, game, error);
    if (status == PPO_OK)
        status = record(&r, setup, error);
    if (status == PPO_OK)
        *frames_per_second = play(&r, seconds);
    recording_release(&r);
    return status;
}
