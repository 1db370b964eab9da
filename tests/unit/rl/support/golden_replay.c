// SPDX-License-Identifier: MIT
// The environment of golden files: see golden_replay.h.
#include "unit/rl/support/golden_replay.h"

#include "unit/rl/support/golden_formula.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

static unsigned char *new_observations(const golden_file *golden, const char *what, size_t count,
                                       size_t bytes)
{
    unsigned char *obs = calloc(count, bytes);
    assert_non_null(obs);
    if (golden_has_pictures(golden)) {
        golden_pictures(golden, what, obs);
        return obs;
    }
    char name[PPO_NAME_SIZE];
    snprintf(name, sizeof name, "in.%s", what);
    golden_floats(golden, name, (float *)(void *)obs, count * bytes / sizeof(float));
    return obs;
}

void golden_replay_create(golden_replay *r, const golden_file *golden,
                          const golden_fixture *fixture)
{
    const ppo_input *input = &fixture->policy.input;
    const size_t envs = fixture->config.num_envs, steps = fixture->config.num_steps;
    const bool pictures = golden_has_pictures(golden);
    *r = (golden_replay){.num_steps = steps,
                         .num_envs = envs,
                         .obs_bytes = ppo_input_frame_bytes(input),
                         .mask_bytes = fixture->policy.dist.mask_width};
    r->obs = new_observations(golden, "obs", steps * envs, r->obs_bytes);
    r->next_obs = new_observations(golden, "next_obs", envs, r->obs_bytes);
    r->final_obs = new_observations(golden, "final_obs", steps * envs, r->obs_bytes);
    r->reward = calloc(steps * envs, sizeof *r->reward);
    assert_non_null(r->reward);
    golden_floats(golden, "in.reward", r->reward, steps * envs);
    r->terminated = golden_flags(golden, "in.terminated", steps * envs);
    r->truncated = golden_flags(golden, "in.truncated", steps * envs);
    if (golden_has(golden, "in.mask"))
        r->masks = golden_flags(golden, "in.mask", steps * envs * r->mask_bytes);
    const ppo_space floats = PPO_SPACE_FLOATS((uint32_t)input->num_features, NULL, NULL);
    const ppo_space picture = {.kind = PPO_SPACE_BOX,
                               .dtype = PPO_U8,
                               .rank = 3,
                               .shape = {(uint32_t)input->parts[0].height,
                                         (uint32_t)input->parts[0].width,
                                         (uint32_t)input->parts[0].channels}};
    r->env = (ppo_env_class){.struct_size = sizeof r->env,
                             .abi_version = PPO_ENV_ABI_VERSION,
                             .id = "Replay",
                             .summary = "a golden file",
                             .observation_space = pictures ? picture : floats,
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
