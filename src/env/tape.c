// SPDX-License-Identifier: MIT
// See tape.h.
#include "env/tape.h"

#include "core/error.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static bool is_whole(const ppo_tape *tape)
{
    return tape->count <= PPO_TAPE_STEPS;
}

// --- playing -----------------------------------------------------------------------------------

static void hand_out(const ppo_tape_deck *d, void *observation)
{
    memcpy(observation, d->obs, d->player->num_obs * sizeof *d->obs);
}

static ppo_status begin(const ppo_tape_deck *d, ppo_error *error)
{
    static const _Alignas(8) unsigned char nothing[PPO_TAPE_ACTION_BYTES];
    ppo_transition ignored = {.reward = 0.0};
    PPO_TRY(d->player->build(d->instance, error));
    d->player->advance(d->instance, nothing, &ignored);
    return PPO_OK;
}

ppo_status ppo_tape_reset(const ppo_tape_deck *d, const uint64_t *seed, void *observation,
                          ppo_error *error)
{
    ppo_tape *tape = d->tape;
    const uint64_t used = is_whole(tape) ? tape->count : PPO_TAPE_STEPS;
    if (seed)
        ppo_random_seed(&tape->now, *seed);
    memset(d->actions, 0, used * d->player->action_bytes); // equal states are equal bytes
    tape->begin = tape->now;
    tape->count = 0;
    *d->is_lost = false;
    PPO_TRY(begin(d, error));
    hand_out(d, observation);
    return PPO_OK;
}

// Adds an action, if there is room.
static void record(const ppo_tape_deck *d, const void *action)
{
    const size_t bytes = d->player->action_bytes;
    if (d->tape->count < PPO_TAPE_STEPS)
        memcpy(d->actions + d->tape->count * bytes, action, bytes);
    if (is_whole(d->tape))
        d->tape->count++;
}

ppo_status ppo_tape_step(const ppo_tape_deck *d, const void *given, void *observation,
                         ppo_transition *transition, ppo_error *error)
{
    _Alignas(8) unsigned char action[PPO_TAPE_ACTION_BYTES];
    PPO_TRY(d->player->take(d->instance, action, given, error));
    transition->lost = *d->is_lost;
    if (!*d->is_lost) {
        record(d, action);
        d->player->advance(d->instance, action, transition);
    }
    hand_out(d, observation);
    return PPO_OK;
}

// --- loading -----------------------------------------------------------------------------------

// A stream's increment is odd, and there is at most one half of a draw left over.
static bool is_stream(const ppo_random *random)
{
    return (random->increment[0] & 1) && random->has_kept <= 1;
}

ppo_status ppo_tape_check(const ppo_tape_player *player, const void *instance, const ppo_tape *tape,
                          const float *obs, const void *actions, ppo_error *error)
{
    _Alignas(8) unsigned char action[PPO_TAPE_ACTION_BYTES];
    if (tape->count > PPO_TAPE_STEPS + 1)
        return ppo_fail(error, PPO_CORRUPT,
                        "the saved episode has %" PRIu64 " steps; at most %d are kept", tape->count,
                        PPO_TAPE_STEPS);
    if (!is_stream(&tape->begin) || !is_stream(&tape->now))
        return ppo_fail(error, PPO_CORRUPT, "the saved random stream is not one");
    for (size_t i = 0; i < player->num_obs; i++)
        if (!isfinite(obs[i]))
            return ppo_fail(error, PPO_CORRUPT, "saved observation element %zu is not finite", i);
    for (uint64_t i = 0; i < tape->count && i < PPO_TAPE_STEPS; i++) {
        const unsigned char *saved = (const unsigned char *)actions + i * player->action_bytes;
        ppo_error said = {.status = PPO_OK};
        if (player->take(instance, action, saved, &said) != PPO_OK)
            return ppo_fail(error, PPO_CORRUPT, "saved step %d: %.200s", (int)i, said.message);
    }
    return PPO_OK;
}

ppo_status ppo_tape_replay(const ppo_tape_deck *d, ppo_error *error)
{
    const size_t num_obs = d->player->num_obs;
    const ppo_random now = d->tape->now;
    float obs[PPO_TAPE_MAX_OBS];
    memcpy(obs, d->obs, num_obs * sizeof *obs);
    d->tape->now = d->tape->begin;
    PPO_TRY(begin(d, error));
    for (uint64_t i = 0; is_whole(d->tape) && i < d->tape->count; i++) {
        ppo_transition ignored = {.reward = 0.0};
        d->player->advance(d->instance, d->actions + i * d->player->action_bytes, &ignored);
    }
    *d->is_lost = !is_whole(d->tape) || memcmp(&d->tape->now, &now, sizeof now) != 0;
    for (size_t i = 0; i < num_obs; i++)
        *d->is_lost = *d->is_lost || d->obs[i] != obs[i];
    d->tape->now = now;
    memcpy(d->obs, obs, num_obs * sizeof *obs);
    return PPO_OK;
}
