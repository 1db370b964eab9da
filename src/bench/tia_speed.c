// SPDX-License-Identifier: MIT
// The TIA timed alone: see tia_speed.h.
//
// Workload: some 120 frames of a thousand accesses, a few microseconds each, again and again. Owns
// all it makes, for the duration of the call.
#include "bench/tia_speed.h"

#include "atari/access_trace.h"
#include "atari/game.h"
#include "core/clock.h"
#include "core/error.h"

#include <stdlib.h>
#include <string.h>

enum { TRACE_FRAMES = 120, ACTION_FRAMES = 4, REPLAYS_AT_ONCE = 4, MAX_CONTINUATIONS = 600 };
#define TRACE_ENTRIES (4 * (size_t)PPO_ACCESS_FRAME_ENTRIES)

typedef struct ppo_tia_recording {
    ppo_game *game, *before; // after and before the last frame
    ppo_access_trace trace;
    ppo_tia start; // the TIA before the first frame of the trace
    size_t frames;
} ppo_tia_recording;

static void recording_release(ppo_tia_recording *r)
{
    free(r->game);
    free(r->before);
    free(r->trace.entry);
}

static ppo_status recording_init(ppo_tia_recording *r, const ppo_game *game, ppo_error *error)
{
    const size_t size = (ppo_game_size() + 63) / 64 * 64;
    *r = (ppo_tia_recording){.game = aligned_alloc(64, size), .before = aligned_alloc(64, size)};
    r->trace.entry = malloc(TRACE_ENTRIES * sizeof *r->trace.entry);
    r->trace.capacity = TRACE_ENTRIES;
    if (!r->game || !r->before || !r->trace.entry)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a trace of frames");
    memcpy(r->game, game, ppo_game_size());
    return PPO_OK;
}

// Until the game ends, the trace is full or a frame runs out of instructions.
static ppo_status record(ppo_tia_recording *r, const ppo_game_setup *setup, ppo_error *error)
{
    const ppo_game_info *info = setup->info;
    uint32_t random = ppo_game_frames(r->game) + 1;
    uint8_t action = info->action[0];
    if (ppo_game_is_over(r->game) || ppo_game_is_truncated(r->game, setup))
        PPO_TRY(ppo_game_reset(r->game, setup, error));

    // A trace starts with a whole frame; some games take several calls for one.
    for (int i = 0; i < MAX_CONTINUATIONS && ppo_game_machine(r->game)->chips.unfinished; i++)
        ppo_game_act(r->game, setup, (ppo_atari_action)action, false);

    r->start = ppo_game_machine(r->game)->chips.tia;
    while (r->frames < TRACE_FRAMES && !ppo_game_is_over(r->game)) {
        if (r->frames % ACTION_FRAMES == 0) {
            random = random * 1664525u + 1013904223u;
            action = info->action[(random >> 16) % info->num_actions];
        }
        memcpy(r->before, r->game, ppo_game_size());
        ppo_game_act(r->game, setup, (ppo_atari_action)action, false);
        if (!ppo_access_trace_frame(&r->trace, ppo_game_machine(r->before),
                                    ppo_game_console(r->game), setup->cartridge))
            break;
        r->frames++;
    }
    if (r->frames == 0)
        return ppo_fail(error, PPO_UNSUPPORTED, "%.64s does not complete a frame", info->name);
    return PPO_OK;
}

static double replay_rate(const ppo_tia_recording *r, double seconds)
{
    const double began_s = ppo_clock_seconds();
    double elapsed_s;
    size_t frames = 0;
    do {
        for (int i = 0; i < REPLAYS_AT_ONCE; i++) {
            ppo_tia tia = r->start;
            ppo_access_trace_replay(&r->trace, &tia, NULL);
        }
        frames += REPLAYS_AT_ONCE * r->frames;
        elapsed_s = ppo_clock_seconds() - began_s;
    } while (elapsed_s < seconds);
    return (double)frames / elapsed_s;
}

ppo_status ppo_bench_tia(double *frames_per_second, const ppo_game *game,
                         const ppo_game_setup *setup, double seconds, ppo_error *error)
{
    ppo_tia_recording r;
    *frames_per_second = 0.0;
    ppo_status status = recording_init(&r, game, error);
    if (status == PPO_OK)
        status = record(&r, setup, error);
    if (status == PPO_OK)
        *frames_per_second = replay_rate(&r, seconds);
    recording_release(&r);
    return status;
}
