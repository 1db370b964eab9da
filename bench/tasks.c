// SPDX-License-Identifier: MIT
// Small tasks, unlike one another, by which the default settings are chosen (docs/presets.md). The
// best return of each is known:
//
//   Choice-v0   say which of three numbers is the largest, 10 times                        10
//   Sparse-v0   walk 10 steps the right way, rewarded at the end alone                      1
//   Large-v0    follow a number between 0 and 10,000, up to 1000 points a step          50000
//   Long-v0     keep a drifting level between two marks, 2000 steps                      2000
//   Reach-v0    push a point to a place and stay there, 60 steps                     about 57
//   Locks-v0    set three dials as three codes say, 20 times                               60
//
// A plug-in; scripts/defaults builds and trains it.
#include <ppo/plugin.h>
#include <ppo/random.h>

#include <math.h>

#define UNUSED(x) (void)(x)

static float uniform(ppo_random *random, double low, double high)
{
    return (float)ppo_random_uniform(random, low, high);
}

// --- Choice: one observation, one answer --------------------------------------------------------

typedef struct choice {
    ppo_random random;
    float number[3];
    float unused;
} choice;

static void choice_draw(choice *c, float *observation)
{
    for (int i = 0; i < 3; i++)
        observation[i] = c->number[i] = uniform(&c->random, -1.0, 1.0);
}

static ppo_status choice_reset(void *self, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    UNUSED(error);
    choice *const c = self;
    if (seed)
        ppo_random_seed(&c->random, *seed);
    choice_draw(c, observation);
    return PPO_OK;
}

static ppo_status choice_step(void *self, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    UNUSED(error);
    choice *const c = self;
    const int32_t said = *(const int32_t *)action;
    const float *x = c->number;
    const int largest = x[0] >= x[1] ? (x[0] >= x[2] ? 0 : 2) : (x[1] >= x[2] ? 1 : 2);
    transition->reward = said == largest ? 1.0 : -1.0;
    choice_draw(c, observation);
    return PPO_OK;
}

// --- Sparse: a corridor with one reward ---------------------------------------------------------

enum { CORRIDOR = 10, NUM_MOVES = 4 };

typedef struct sparse {
    ppo_random random;
    int32_t place;
    uint32_t unused;
} sparse;

static void sparse_observe(const sparse *s, float *observation)
{
    observation[0] = (float)s->place / CORRIDOR;
}

static ppo_status sparse_reset(void *self, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    UNUSED(error);
    sparse *const s = self;
    if (seed)
        ppo_random_seed(&s->random, *seed);
    s->place = (int32_t)ppo_random_integers(&s->random, 0, 3);
    sparse_observe(s, observation);
    return PPO_OK;
}

// Move 1 leads on, move 0 back, the others nowhere.
static ppo_status sparse_step(void *self, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    UNUSED(error);
    sparse *const s = self;
    const int32_t move = *(const int32_t *)action;
    s->place += move == 1 ? 1 : move == 0 && s->place > 0 ? -1 : 0;
    transition->terminated = s->place == CORRIDOR;
    transition->reward = transition->terminated ? 1.0 : 0.0;
    sparse_observe(s, observation);
    return PPO_OK;
}

// --- Large: numbers of thousands ----------------------------------------------------------------

typedef struct large {
    ppo_random random;
    float target;
    float unused;
} large;

static void large_draw(large *l, float *observation)
{
    l->target = uniform(&l->random, 0.0, 10000.0);
    observation[0] = l->target;
    observation[1] = uniform(&l->random, 0.0, 10000.0); // says nothing
}

static ppo_status large_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    UNUSED(error);
    large *const l = self;
    if (seed)
        ppo_random_seed(&l->random, *seed);
    large_draw(l, observation);
    return PPO_OK;
}

static ppo_status large_step(void *self, const void *action, void *observation,
                             ppo_transition *transition, ppo_error *error)
{
    UNUSED(error);
    large *const l = self;
    const double off = (double)*(const float *)action - ((double)l->target / 5000.0 - 1.0);
    transition->reward = 1000.0 * (1.0 - off * off);
    large_draw(l, observation);
    return PPO_OK;
}

// --- Long: two thousand steps in one episode ----------------------------------------------------

typedef struct drift {
    ppo_random random;
    float level, speed;
} drift;

static void drift_observe(const drift *d, float *observation)
{
    observation[0] = d->level;
    observation[1] = d->speed;
}

static ppo_status drift_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    UNUSED(error);
    drift *const d = self;
    if (seed)
        ppo_random_seed(&d->random, *seed);
    d->level = uniform(&d->random, -0.3, 0.3);
    d->speed = 0.0f;
    drift_observe(d, observation);
    return PPO_OK;
}

static ppo_status drift_step(void *self, const void *action, void *observation,
                             ppo_transition *transition, ppo_error *error)
{
    UNUSED(error);
    drift *const d = self;
    const int32_t push = *(const int32_t *)action - 1; // down, not at all, up
    d->speed += 0.01f * (float)push + 0.004f * d->level + uniform(&d->random, -0.004, 0.004);
    d->level += d->speed;
    transition->terminated = fabsf(d->level) > 1.0f;
    transition->reward = transition->terminated ? 0.0 : 1.0;
    drift_observe(d, observation);
    return PPO_OK;
}

// --- Reach: continuous, in two directions -------------------------------------------------------

typedef struct reach {
    ppo_random random;
    float at[2], speed[2], goal[2];
} reach;

static void reach_observe(const reach *r, float *observation)
{
    for (int i = 0; i < 2; i++) {
        observation[i] = r->goal[i] - r->at[i];
        observation[2 + i] = r->speed[i];
    }
}

static ppo_status reach_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    UNUSED(error);
    reach *const r = self;
    if (seed)
        ppo_random_seed(&r->random, *seed);
    for (int i = 0; i < 2; i++) {
        r->at[i] = r->speed[i] = 0.0f;
        r->goal[i] = uniform(&r->random, -1.0, 1.0);
    }
    reach_observe(r, observation);
    return PPO_OK;
}

static ppo_status reach_step(void *self, const void *action, void *observation,
                             ppo_transition *transition, ppo_error *error)
{
    UNUSED(error);
    reach *const r = self;
    const float *push = action;
    double square = 0.0;
    for (int i = 0; i < 2; i++) {
        r->speed[i] = 0.9f * r->speed[i] + 0.02f * push[i];
        r->at[i] += r->speed[i];
        square += (double)(r->goal[i] - r->at[i]) * (double)(r->goal[i] - r->at[i]);
    }
    transition->reward = exp(-4.0 * square);
    reach_observe(r, observation);
    return PPO_OK;
}

// --- Locks: several components in one action ----------------------------------------------------

enum { NUM_DIALS = 3 };
static const uint32_t dial_values[NUM_DIALS] = {3, 4, 2};

typedef struct locks {
    ppo_random random;
    int32_t code[NUM_DIALS];
    int32_t unused;
} locks;

static void locks_draw(locks *l, int32_t *observation)
{
    for (int i = 0; i < NUM_DIALS; i++)
        observation[i] = l->code[i] = (int32_t)ppo_random_integers(&l->random, 0, dial_values[i]);
}

static ppo_status locks_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    UNUSED(error);
    locks *const l = self;
    if (seed)
        ppo_random_seed(&l->random, *seed);
    locks_draw(l, observation);
    return PPO_OK;
}

static ppo_status locks_step(void *self, const void *action, void *observation,
                             ppo_transition *transition, ppo_error *error)
{
    UNUSED(error);
    locks *const l = self;
    const int32_t *dial = action;
    for (int i = 0; i < NUM_DIALS; i++)
        transition->reward += dial[i] == l->code[i] ? 1.0 : 0.0;
    locks_draw(l, observation);
    return PPO_OK;
}

// --- the tables ---------------------------------------------------------------------------------

static const float minus_one[4] = {-1, -1, -1, -1}, one[4] = {1, 1, 1, 1};
static const float minus_four[4] = {-4, -4, -4, -4}, four[4] = {4, 4, 4, 4};
static const float zero[2] = {0, 0}, thousands[2] = {10000, 10000};
static const uint32_t three[1] = {3}, moves[1] = {NUM_MOVES};

#define TASK(name, text, type, function, observations, actions, steps, best)             \
    static const ppo_env_class function##_class = {.struct_size = sizeof(ppo_env_class), \
                                                   .abi_version = PPO_ENV_ABI_VERSION,   \
                                                   .id = name,                           \
                                                   .summary = text,                      \
                                                   .observation_space = observations,    \
                                                   .action_space = actions,              \
                                                   .max_episode_steps = steps,           \
                                                   .reward_threshold = best,             \
                                                   .instance_size = sizeof(type),        \
                                                   .state_size = sizeof(type),           \
                                                   .reset = function##_reset,            \
                                                   .step = function##_step}

TASK("Choice-v0", "name the largest of three numbers", choice, choice,
     PPO_SPACE_FLOATS(3, minus_one, one), PPO_SPACE_CHOICE(three), 10, 10.0);
TASK("Sparse-v0", "walk a corridor to its end", sparse, sparse, PPO_SPACE_FLOATS(1, zero, one),
     PPO_SPACE_CHOICE(moves), 80, 1.0);
TASK("Large-v0", "follow a number of thousands", large, large, PPO_SPACE_FLOATS(2, zero, thousands),
     PPO_SPACE_FLOATS(1, minus_one, one), 50, 50000.0);
TASK("Long-v0", "keep a level for 2000 steps", drift, drift, PPO_SPACE_FLOATS(2, minus_four, four),
     PPO_SPACE_CHOICE(three), 2000, 2000.0);
TASK("Reach-v0", "push a point to a place", reach, reach, PPO_SPACE_FLOATS(4, minus_four, four),
     PPO_SPACE_FLOATS(2, minus_one, one), 60, 57.0);
static const ppo_env_class locks_class = {.struct_size = sizeof(ppo_env_class),
                                          .abi_version = PPO_ENV_ABI_VERSION,
                                          .id = "Locks-v0",
                                          .summary = "set three dials",
                                          .observation_space = {.kind = PPO_SPACE_MULTI_DISCRETE,
                                                                .dtype = PPO_I32,
                                                                .rank = 1,
                                                                .shape = {NUM_DIALS},
                                                                .num_values = dial_values},
                                          .action_space = {.kind = PPO_SPACE_MULTI_DISCRETE,
                                                           .dtype = PPO_I32,
                                                           .rank = 1,
                                                           .shape = {NUM_DIALS},
                                                           .num_values = dial_values},
                                          .max_episode_steps = 20,
                                          .reward_threshold = 60.0,
                                          .instance_size = sizeof(locks),
                                          .state_size = sizeof(locks),
                                          .reset = locks_reset,
                                          .step = locks_step};

PPO_PLUGIN(&choice_class, &sparse_class, &large_class, &drift_class, &reach_class, &locks_class);
