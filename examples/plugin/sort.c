// SPDX-License-Identifier: MIT
// A plug-in with observations and actions of several parts: parcels are thrown into the bin of
// their kind with a force that fits their weight. In the second class a camera shows the kind.
// Build:
//
//     cc -O2 -shared -fPIC -fvisibility=hidden sort.c -o libsort.so
//
// then `ppo check ./libsort.so` and `ppo train ./libsort.so`. docs/plugins.md explains it.
#include <ppo/plugin.h>

#include <math.h>

enum { KINDS = 3, PARCELS = 16 };

typedef struct sorter {
    uint64_t random; // of a linear congruential generator
    int32_t kind, parcels;
    float weight;
} sorter;

// The parts of values, one after another, as ppo/space.h lays them out.
typedef struct sort_seen {
    int32_t kind;
    float weight;
} sort_seen;
typedef struct sort_action {
    int32_t bin;
    float force;
} sort_action;

static int32_t draw(sorter *s, uint64_t count)
{
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    return (int32_t)((s->random >> 33) % count);
}

static void next_parcel(sorter *s)
{
    s->kind = draw(s, KINDS);
    s->weight = (float)(draw(s, 201) - 100) / 100.0f;
}

static void see(const sorter *s, void *observation)
{
    *(sort_seen *)observation = (sort_seen){s->kind, s->weight};
}

static ppo_status sort_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    (void)error;
    sorter *const s = self;
    s->random = seed ? *seed : s->random;
    s->parcels = 0;
    next_parcel(s);
    see(s, observation);
    return PPO_OK;
}

// The reward is 1 for a parcel that is thrown as it should be.
static ppo_status sort_step(void *self, const void *action, void *observation,
                            ppo_transition *transition, ppo_error *error)
{
    (void)error;
    sorter *const s = self;
    const sort_action *a = action;
    transition->reward = a->bin == s->kind ? 0.5 : 0.0;
    transition->reward += 0.5 * (1.0 - fabs((double)a->force - (double)s->weight));
    transition->terminated = ++s->parcels == PARCELS;
    next_parcel(s);
    see(s, observation);
    return PPO_OK;
}

static const float low[] = {-1.0f}, high[] = {1.0f};
static const uint32_t kinds[] = {KINDS};
static const ppo_space_part seen[] = {{"kind", PPO_SPACE_CHOICE(kinds)},
                                      {"weight", PPO_SPACE_FLOATS(1, low, high)}};
static const ppo_space_part actions[] = {{"bin", PPO_SPACE_CHOICE(kinds)},
                                         {"force", PPO_SPACE_FLOATS(1, low, high)}};

static const ppo_env_class sort_class = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "Sort-v0",
    .summary = "throw parcels into their bins",
    .observation_space = PPO_SPACE_DICT_OF(2, seen),
    .action_space = PPO_SPACE_DICT_OF(2, actions),
    .reward_threshold = 15.0,
    .instance_size = sizeof(sorter),
    .state_size = sizeof(sorter),
    .reset = sort_reset,
    .step = sort_step,
};

PPO_PLUGIN(&sort_class);
