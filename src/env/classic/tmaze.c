// SPDX-License-Identifier: MIT
// TMaze: remember at a junction which way a sign at the corridor's beginning showed (Bakker 2002,
// "Reinforcement learning with long short-term memory"; here in its passive form: the corridor
// passes by itself, so that remembering is all there is to learn). With memory +1 can be had in
// every episode; without, the mean is 0 whatever the policy.
//
// Workload: about 5 ns a step, an episode of length + 1 steps. No floating-point arithmetic.
#include "core/error.h"
#include "draw/canvas.h"
#include "env/classic/classic.h"
#include "env/classic/classic_draw.h"
#include "env/random_state.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

enum { LEFT, RIGHT, NUM_WAYS };

// The sign, seen at the beginning alone, as one of two; and the junction.
static void observe(const ppo_tmaze *self, float obs[3])
{
    obs[0] = self->place == 0 && self->sign == LEFT ? 1.0f : 0.0f;
    obs[1] = self->place == 0 && self->sign == RIGHT ? 1.0f : 0.0f;
    obs[2] = self->place == self->traits->length ? 1.0f : 0.0f;
}

static ppo_status tmaze_init(void *instance, const void *context, ppo_error *error)
{
    ppo_tmaze *self = instance;
    (void)error;
    self->traits = context;
    return PPO_OK;
}

static ppo_status tmaze_reset(void *instance, const uint64_t *seed, void *observation,
                              ppo_error *error)
{
    ppo_tmaze *self = instance;
    (void)error;
    if (seed)
        ppo_random_seed(&self->random, *seed);
    self->sign = (uint64_t)ppo_random_integers(&self->random, LEFT, NUM_WAYS);
    self->place = 0;
    self->turn = 0;
    observe(self, observation);
    return PPO_OK;
}

static ppo_status tmaze_step(void *instance, const void *action, void *observation,
                             ppo_transition *transition, ppo_error *error)
{
    ppo_tmaze *self = instance;
    (void)error;
    const bool goes_right = *(const int32_t *)action == RIGHT;
    if (self->place < self->traits->length) {
        self->place++;
    } else {
        transition->terminated = true;
        transition->reward = goes_right == (self->sign == RIGHT) ? 1.0 : -1.0;
        self->turn = goes_right ? 1 : -1;
    }
    observe(self, observation);
    return PPO_OK;
}

// All but the turn, which only the picture of an episode's end shows.
#define TMAZE_STATE_SIZE offsetof(ppo_tmaze, turn)

static void tmaze_save(const void *instance, void *state)
{
    memcpy(state, instance, TMAZE_STATE_SIZE);
}

static ppo_status tmaze_load(void *instance, const void *state, ppo_error *error)
{
    ppo_tmaze *self = instance;
    ppo_tmaze given;
    memcpy(&given, state, TMAZE_STATE_SIZE);
    if (given.place > self->traits->length || given.sign >= NUM_WAYS)
        return ppo_fail(error, PPO_CORRUPT,
                        "the saved maze can't be: place %" PRIu64 " of %" PRIu32 ", sign %" PRIu64,
                        given.place, self->traits->length, given.sign);
    if (!ppo_random_is_valid(&given.random))
        return ppo_fail(error, PPO_CORRUPT, "the saved maze can't be: its random stream is none");
    memcpy(self, state, TMAZE_STATE_SIZE);
    self->turn = 0;
    return PPO_OK;
}

static const float bound_low[3] = {0.0f, 0.0f, 0.0f};
static const float bound_high[3] = {1.0f, 1.0f, 1.0f};
static const uint32_t num_actions[1] = {NUM_WAYS};
static const ppo_tmaze_traits usual = {.length = PPO_TMAZE_LENGTH};

const ppo_env_class ppo_tmaze_class = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "TMaze",
    .summary = "remember at a junction which way a sign showed",
    .observation_space = PPO_SPACE_FLOATS(3, bound_low, bound_high),
    .action_space = PPO_SPACE_CHOICE(num_actions),
    .max_episode_steps = 0, // it ends by itself
    .reward_threshold = 0.95,
    .instance_size = sizeof(ppo_tmaze),
    .state_size = TMAZE_STATE_SIZE,
    .context = &usual,
    .init = tmaze_init,
    .reset = tmaze_reset,
    .step = tmaze_step,
    .save_state = tmaze_save,
    .load_state = tmaze_load,
    PPO_PICTURE(ppo_tmaze, 600, 400, 5.0),
};
