// SPDX-License-Identifier: MIT
// The environment of golden files: see golden_replay.h.
#include "unit/rl/support/golden_replay.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct replay_instance {
    const golden_replay *file;
    uint64_t env;
    size_t step; // of the observation shown last
} replay_instance;

static const unsigned char *shown(const replay_instance *self)
{
    const golden_replay *f = self->file;
    return self->step < f->num_steps
               ? f->obs + (self->step * f->num_envs + self->env) * f->obs_bytes
               : f->next_obs + self->env * f->obs_bytes;
}

static ppo_status replay_init(void *instance, const void *context, ppo_error *error)
{
    replay_instance *self = instance;
    (void)error;
    self->file = context;
    return PPO_OK;
}

static ppo_status replay_reset(void *instance, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    replay_instance *self = instance;
    (void)error;
    if (seed)
        self->env = *seed;
    memcpy(observation, shown(self), self->file->obs_bytes);
    return PPO_OK;
}

static ppo_status replay_step(void *instance, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    replay_instance *self = instance;
    const golden_replay *f = self->file;
    const size_t i = self->step * f->num_envs + self->env;
    (void)action;
    (void)error;
    transition->reward = (double)f->reward[i];
    transition->terminated = f->terminated[i];
    transition->truncated = f->truncated[i];
    self->step++;
    memcpy(observation, transition->truncated ? f->final_obs + i * f->obs_bytes : shown(self),
           f->obs_bytes);
    return PPO_OK;
}

static void replay_mask(const void *instance, uint8_t *allowed)
{
    const replay_instance *self = instance;
    const golden_replay *f = self->file;
    if (self->step < f->num_steps)
        memcpy(allowed, f->masks + (self->step * f->num_envs + self->env) * f->mask_bytes,
               f->mask_bytes);
}

void golden_replay_create(golden_replay *r, const golden_file *golden,
                          const golden_fixture *fixture)
{
    const size_t envs = fixture->config.num_envs, steps = fixture->config.num_steps;
    *r = (golden_replay){.num_steps = steps,
                         .num_envs = envs,
                         .obs_bytes = ppo_space_bytes(&fixture->observation_space),
                         .mask_bytes = fixture->policy.dist.mask_width};
    r->obs = golden_observations(golden, fixture, "obs", steps * envs);
    r->next_obs = golden_observations(golden, fixture, "next_obs", envs);
    r->final_obs = golden_observations(golden, fixture, "final_obs", steps * envs);
    r->reward = calloc(steps * envs, sizeof *r->reward);
    assert_non_null(r->reward);
    golden_floats(golden, "in.reward", r->reward, steps * envs);
    r->terminated = golden_flags(golden, "in.terminated", steps * envs);
    r->truncated = golden_flags(golden, "in.truncated", steps * envs);
    if (golden_has(golden, "in.mask"))
        r->masks = golden_flags(golden, "in.mask", steps * envs * r->mask_bytes);
    r->env = (ppo_env_class){.struct_size = sizeof r->env,
                             .abi_version = PPO_ENV_ABI_VERSION,
                             .id = "Replay",
                             .summary = "a golden file",
                             .observation_space = fixture->observation_space,
                             .action_space = fixture->action_space,
                             .reward_threshold = (double)NAN,
                             .instance_size = sizeof(replay_instance),
                             .context = r,
                             .init = replay_init,
                             .reset = replay_reset,
                             .step = replay_step,
                             .action_mask = r->masks ? replay_mask : NULL};
}

void golden_replay_release(golden_replay *r)
{
    free(r->obs);
    free(r->next_obs);
    free(r->final_obs);
    free(r->reward);
    free(r->terminated);
    free(r->truncated);
    free(r->masks);
}
