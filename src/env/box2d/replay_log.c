// SPDX-License-Identifier: MIT
// See replay_log.h.
#include "env/box2d/replay_log.h"

#include "core/error.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void ppo_tape_deck_init(ppo_tape_deck *d, const ppo_tape_player *player, void *saved)
{
    unsigned char *bytes = saved;
    d->player = player;
    d->tape = saved;
    d->obs = (void *)(bytes + sizeof *d->tape);
    d->actions = bytes + sizeof *d->tape + player->num_obs * sizeof *d->obs;
}

static bool is_whole(const ppo_tape *tape)
{
    return tape->count <= PPO_TAPE_STEPS;
}

// --- playing -----------------------------------------------------------------------------------

static void hand_out(const ppo_tape_deck *d, void *observation)
{
    memcpy(observation, d->obs, d->player->num_obs * sizeof *d->obs);
}

static ppo_status begin(ppo_tape_deck *d, ppo_error *error)
{
    static const _Alignas(8) unsigned char nothing[PPO_TAPE_ACTION_BYTES];
    ppo_transition ignored = {.reward = 0.0};
    PPO_TRY(d->player->build(d, error));
    d->player->advance(d, nothing, &ignored);
    return PPO_OK;
}

ppo_status ppo_tape_reset(void *instance, const uint64_t *seed, void *observation, ppo_error *error)
{
    ppo_tape_deck *d = instance;
    ppo_tape *tape = d->tape;
    const uint64_t used = is_whole(tape) ? tape->count : PPO_TAPE_STEPS;
    if (seed)
        ppo_random_seed(&tape->now, *seed);
    memset(d->actions, 0, used * d->player->action_bytes); // equal states are equal bytes
    tape->begin = tape->now;
    tape->count = 0;
    d->is_lost = false;
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

ppo_status ppo_tape_step(void *instance, const void *given, void *observation,
                         ppo_transition *transition, ppo_error *error)
{
    ppo_tape_deck *d = instance;
    _Alignas(8) unsigned char action[PPO_TAPE_ACTION_BYTES];
    PPO_TRY(d->player->take(d, action, given, error));
    transition->lost = d->is_lost;
    if (!d->is_lost) {
        record(d, action);
        d->player->advance(d, action, transition);
    }
    hand_out(d, observation);
    return PPO_OK;
}

// --- saving and loading ------------------------------------------------------------------------

static size_t saved_bytes(const ppo_tape_player *player)
{
    return sizeof(ppo_tape) + player->num_obs * sizeof(float) +
           PPO_TAPE_STEPS * player->action_bytes;
}

void ppo_tape_save(const void *instance, void *state)
{
    const ppo_tape_deck *d = instance;
    memcpy(state, d->tape, saved_bytes(d->player));
}

// A stream's increment is odd, and there is at most one half of a draw left over.
static bool is_stream(const ppo_random *random)
{
    return (random->increment[0] & 1) && random->has_kept <= 1;
}

// Of a state that lies elsewhere. `instance` is asked about its actions.
static ppo_status check(const void *instance, const ppo_tape_deck *state, ppo_error *error)
{
    const ppo_tape_player *player = state->player;
    const ppo_tape *tape = state->tape;
    _Alignas(8) unsigned char action[PPO_TAPE_ACTION_BYTES];
    if (tape->count > PPO_TAPE_STEPS + 1)
        return ppo_fail(error, PPO_CORRUPT,
                        "the saved episode has %" PRIu64 " steps; at most %d are kept", tape->count,
                        PPO_TAPE_STEPS);
    if (!is_stream(&tape->begin) || !is_stream(&tape->now))
        return ppo_fail(error, PPO_CORRUPT, "the saved random stream is not one");
    for (size_t i = 0; i < player->num_obs; i++)
        if (!isfinite(state->obs[i]))
            return ppo_fail(error, PPO_CORRUPT, "saved observation element %zu is not finite", i);
    for (uint64_t i = 0; i < tape->count && i < PPO_TAPE_STEPS; i++) {
        const unsigned char *saved = state->actions + i * player->action_bytes;
        ppo_error said = {.status = PPO_OK};
        if (player->take(instance, action, saved, &said) != PPO_OK)
            return ppo_fail(error, PPO_CORRUPT, "saved step %d: %.200s", (int)i, said.message);
    }
    return PPO_OK;
}

static ppo_status replay(ppo_tape_deck *d, ppo_error *error)
{
    const size_t num_obs = d->player->num_obs;
    const ppo_random now = d->tape->now;
    float obs[PPO_TAPE_MAX_OBS];
    memcpy(obs, d->obs, num_obs * sizeof *obs);
    d->tape->now = d->tape->begin;
    PPO_TRY(begin(d, error));
    for (uint64_t i = 0; is_whole(d->tape) && i < d->tape->count; i++) {
        ppo_transition ignored = {.reward = 0.0};
        d->player->advance(d, d->actions + i * d->player->action_bytes, &ignored);
    }
    d->is_lost = !is_whole(d->tape) || memcmp(&d->tape->now, &now, sizeof now) != 0;
    for (size_t i = 0; i < num_obs; i++)
        d->is_lost = d->is_lost || d->obs[i] != obs[i];
    d->tape->now = now;
    memcpy(d->obs, obs, num_obs * sizeof *obs);
    return PPO_OK;
}

ppo_status ppo_tape_load(void *instance, const void *state, ppo_error *error)
{
    ppo_tape_deck *d = instance, given;
    ppo_tape_deck_init(&given, d->player, (void *)(uintptr_t)state); // is only read
    PPO_TRY(check(instance, &given, error));
    memcpy(d->tape, state, saved_bytes(d->player));
    return replay(d, error);
}
