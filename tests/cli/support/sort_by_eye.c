// SPDX-License-Identifier: MIT
// A plug-in with observations and actions of several parts: parcels are thrown into the bin of
// their kind with a force that fits their weight. In the second class a camera shows the kind.
// Build:
//
//     cc -O2 -shared -fPIC -fvisibility=hidden sort.c -o libsort.so
//
// then `ppo train ./libsort.so:Sort-v0` and `ppo train ./libsort.so:SortByEye-v0`.
#include <ppo/plugin.h>

#include <math.h>
#include <string.h>

enum { KINDS = 3, PARCELS = 16, SIDE = 36 };

typedef struct sorter {
    uint64_t random; // of a linear congruential generator
    int32_t kind, parcels;
    float weight;
} sorter;

// The parts of values, one after another, as ppo/space.h lays them out.
typedef struct sort_seen_by_eye {
    uint8_t camera[SIDE][SIDE]; // a bright stripe, the lower the higher the kind's number
    float weight;
} sort_seen_by_eye;
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
    sort_seen_by_eye *by_eye = observation;
    const int32_t height = SIDE / KINDS;
    memset(by_eye->camera, 0, sizeof by_eye->camera);
    memset(by_eye->camera[s->kind * height], 255, (size_t)height * SIDE);
    by_eye->weight = s->weight;
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
#define CAMERA                                                                     \
    {                                                                              \
        .kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 2, .shape = { SIDE, SIDE } \
    }
static const ppo_space_part seen_by_eye[] = {{"camera", CAMERA},
                                             {"weight", PPO_SPACE_FLOATS(1, low, high)}};
static const ppo_space_part actions[] = {{"bin", PPO_SPACE_CHOICE(kinds)},
                                         {"force", PPO_SPACE_FLOATS(1, low, high)}};

static const ppo_env_class eye_class = {.struct_size = sizeof(ppo_env_class),
                                        .abi_version = PPO_ENV_ABI_VERSION,
                                        .id = "SortByEye-v0",
                                        .summary = "throw parcels that a camera shows",
                                        .observation_space = PPO_SPACE_DICT_OF(2, seen_by_eye),
                                        .action_space = PPO_SPACE_DICT_OF(2, actions),
                                        .instance_size = sizeof(sorter),
                                        .state_size = sizeof(sorter),
                                        .reset = sort_reset,
                                        .step = sort_step};
PPO_PLUGIN(&eye_class);
