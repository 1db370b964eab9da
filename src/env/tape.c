// SPDX-License-Identifier: MIT
// See tape.h.
#include "env/tape.h"

#include "core/error.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

bool ppo_tape_is_whole(const ppo_tape *tape)
{
    return tape->count <= PPO_TAPE_STEPS;
}

void ppo_tape_rewind(ppo_tape *tape, void *actions, size_t size)
{
    memset(actions, 0, (ppo_tape_is_whole(tape) ? tape->count : PPO_TAPE_STEPS) * size);
    tape->begin = tape->now;
    tape->count = 0;
}

void ppo_tape_record(ppo_tape *tape, void *actions, const void *action, size_t size)
{
    if (tape->count < PPO_TAPE_STEPS)
        memcpy((unsigned char *)actions + tape->count * size, action, size);
    if (ppo_tape_is_whole(tape))
        tape->count++;
}

// A stream's increment is odd, and there is at most one half of a draw left over.
static bool is_stream(const ppo_random *random)
{
    return (random->increment[0] & 1) && random->has_kept <= 1;
}

ppo_status ppo_tape_check(const ppo_tape *tape, const float *obs, size_t num_obs, ppo_error *error)
{
    if (tape->count > PPO_TAPE_STEPS + 1)
        return ppo_fail(error, PPO_CORRUPT,
                        "the saved episode has %" PRIu64 " steps; at most %d are kept", tape->count,
                        PPO_TAPE_STEPS);
    if (!is_stream(&tape->begin) || !is_stream(&tape->now))
        return ppo_fail(error, PPO_CORRUPT, "the saved random stream is not one");
    for (size_t i = 0; i < num_obs; i++)
        if (!isfinite(obs[i]))
            return ppo_fail(error, PPO_CORRUPT, "saved observation element %zu is not finite", i);
    return PPO_OK;
}

bool ppo_tape_leads_to(const ppo_tape *tape, const float *obs, const ppo_random *saved_now,
                       const float *saved_obs, size_t num_obs)
{
    for (size_t i = 0; i < num_obs; i++)
        if (obs[i] != saved_obs[i])
            return false;
    return memcmp(&tape->now, saved_now, sizeof *saved_now) == 0;
}
