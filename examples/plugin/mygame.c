// SPDX-License-Identifier: MIT
// A plug-in to start from: a rover on a strip of land looks for the higher ground around it. Build:
//
//     cc -O2 -shared -fPIC -fvisibility=hidden mygame.c -o libmygame.so
//
// then `ppo check ./libmygame.so` and `ppo train ./libmygame.so`. docs/plugins.md explains it.
#include <ppo/plugin.h>
#include <ppo/random.h>

enum { LAND = 16, MAX_STEPS = 64 };

// One game. The library gives each instance zeroed memory of this size. All that a later step
// depends on is in here, so the instance is its own saved state, and a stopped run goes on exactly.
typedef struct my_game {
    ppo_random random;
    int32_t place;
    float height[LAND];
} my_game;

// What the agent sees, within the bounds below: the height here and on either side.
static void observe(const my_game *game, float *observation)
{
    for (int32_t i = 0; i < 3; i++) {
        const int32_t at = game->place + i - 1;
        observation[i] = at < 0 || at >= LAND ? -1.0f : game->height[at];
    }
}

// A hill with its top somewhere: height falls from 1 by the distance.
static void make_land(my_game *game)
{
    const int32_t top = (int32_t)ppo_random_integers(&game->random, 0, LAND);
    for (int32_t i = 0; i < LAND; i++)
        game->height[i] = 1.0f - (float)(i > top ? i - top : top - i) / LAND;
}

// Begins an episode. With a seed the random stream starts anew; without one it goes on.
static ppo_status my_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    (void)error; // nothing can fail here
    my_game *const game = self;
    if (seed)
        ppo_random_seed(&game->random, *seed);
    make_land(game);
    game->place = (int32_t)ppo_random_integers(&game->random, 0, LAND);
    observe(game, observation);
    return PPO_OK;
}

// Action 0, 1, 2: left, stay, right. The transition comes zeroed.
static ppo_status my_step(void *self, const void *action, void *observation,
                          ppo_transition *transition, ppo_error *error)
{
    (void)error;
    my_game *const game = self;
    game->place += *(const int32_t *)action - 1;
    if (game->place < 0 || game->place >= LAND) {
        game->place = game->place < 0 ? 0 : LAND - 1;
        transition->terminated = true; // it has fallen off
        transition->reward = -10.0;
    } else {
        transition->reward = (double)game->height[game->place];
    }
    observe(game, observation);
    return PPO_OK;
}

static const float low[3] = {-1.0f, -1.0f, -1.0f}, high[3] = {1.0f, 1.0f, 1.0f};
static const uint32_t num_actions[1] = {3};

static const ppo_env_class my_class = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "MyGame-v0",
    .summary = "find the top of the hill and stay there",
    .observation_space = PPO_SPACE_FLOATS(3, low, high),
    .action_space = PPO_SPACE_CHOICE(num_actions),
    .max_episode_steps = MAX_STEPS,
    .reward_threshold = 56.0,
    .instance_size = sizeof(my_game),
    .state_size = sizeof(my_game),
    .reset = my_reset,
    .step = my_step,
};

PPO_PLUGIN(&my_class);
