// SPDX-License-Identifier: MIT
// Any bytes as the saved state of a lander or a walker: refused, or an environment that can be
// stepped, drawn, reset and saved. The first byte selects the class, the second a state from an
// episode, which the rest changes in runs of bytes, so that most of it passes the checks; or the
// rest is the state itself.
#include "env/box2d/box2d.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 8, STEPS = 4, ACTIONS = 4, STAGES = 8, NUM_CLASSES = 4 };

static const ppo_env_class *const classes[NUM_CLASSES] = {
    &ppo_lunar_lander_v3, &ppo_lunar_lander_continuous_v3, &ppo_bipedal_walker_v3,
    &ppo_bipedal_walker_hardcore_v3};

static void play(const ppo_env_class *env, void *self, const uint8_t *given, int steps)
{
    float obs[PPO_WALKER_OBS];
    for (int i = 0; i < steps; i++) {
        ppo_transition t = {.reward = 0.0};
        const int32_t choice = given[i % ACTIONS] % 4;
        float value[ACTIONS];
        for (int k = 0; k < ACTIONS; k++)
            value[k] = (float)(given[(i + k) % ACTIONS] - 128) / 64.0f;
        const void *action =
            env->action_space.kind == PPO_SPACE_DISCRETE ? (const void *)&choice : value;
        (void)env->step(self, action, obs, &t, NULL);
        if (t.terminated)
            (void)env->reset(self, NULL, obs, NULL);
    }
}

// Runs of bytes: two for the place, one for the length, then as many.
static void change(uint8_t *state, size_t state_size, const uint8_t *data, size_t size)
{
    while (size >= 4) {
        size_t at = ((size_t)data[0] | (size_t)data[1] << 8) % state_size;
        size_t length = 1 + data[2] % 8;
        data += 3;
        size -= 3;
        for (; length > 0 && size > 0 && at < state_size; length--, size--)
            state[at++] = *data++;
    }
}

// A state from an episode, made once.
static const uint8_t *played(size_t kind, size_t stage)
{
    static uint8_t *kept[NUM_CLASSES][STAGES];
    static const uint8_t actions[ACTIONS] = {20, 240, 131, 74};
    const ppo_env_class *env = classes[kind];
    const uint64_t seed = stage;
    float obs[PPO_WALKER_OBS];
    if (kept[kind][stage])
        return kept[kind][stage];
    void *self = calloc(1, env->instance_size);
    kept[kind][stage] = calloc(1, env->state_size);
    if (!self || !kept[kind][stage] || env->init(self, env->context, NULL) != PPO_OK ||
        env->reset(self, &seed, obs, NULL) != PPO_OK)
        abort();
    play(env, self, actions, (int)stage * 15);
    env->save_state(self, kept[kind][stage]);
    free(self);
    return kept[kind][stage];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEADER)
        return 0;
    const size_t kind = data[0] % NUM_CLASSES, stage = data[1] % (STAGES + 1);
    const ppo_env_class *env = classes[kind];
    const uint8_t *actions = data + 2;
    float obs[PPO_WALKER_OBS];
    void *self = calloc(1, env->instance_size);
    uint8_t *state = calloc(1, env->state_size);
    uint8_t *picture = calloc((size_t)env->render_width * env->render_height, 3);
    if (!self || !state || !picture || env->init(self, env->context, NULL) != PPO_OK)
        abort();
    if (stage == STAGES) {
        memcpy(state, data + HEADER,
               size - HEADER < env->state_size ? size - HEADER : env->state_size);
    } else {
        memcpy(state, played(kind, stage), env->state_size);
        change(state, env->state_size, data + HEADER, size - HEADER);
    }
    if (env->load_state(self, state, NULL) == PPO_OK) {
        play(env, self, actions, STEPS);
        if (data[6] % 32 == 1)
            env->render(self, picture);
        if (data[7] % 8 == 1 && env->reset(self, NULL, obs, NULL) == PPO_OK)
            play(env, self, actions, STEPS);
        env->save_state(self, state);
    }
    free(picture);
    free(state);
    free(self);
    return 0;
}
