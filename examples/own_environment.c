// SPDX-License-Identifier: MIT
// An environment of one's own: a basket moves along the bottom of a grid and must catch a ball that
// falls with some drift. Described by one constant table, trained like a built-in one.
#include <stdio.h>

#include "ppo/ppo.h"

enum { WIDTH = 9, HEIGHT = 10 };

// One game. The library gives each instance zeroed memory of this size. All that a later step
// depends on is in here, so the instance is its own saved state, and a stopped run goes on exactly.
typedef struct catch_game {
    ppo_random random;
    int32_t basket, ball_x, ball_y, drift;
} catch_game;

// What the agent sees: where the basket and the ball are, between -1 and 1, and the drift.
static void observe(const catch_game *game, float *observation)
{
    observation[0] = 2.0f * (float)game->basket / (WIDTH - 1) - 1.0f;
    observation[1] = 2.0f * (float)game->ball_x / (WIDTH - 1) - 1.0f;
    observation[2] = 2.0f * (float)game->ball_y / (HEIGHT - 1) - 1.0f;
    observation[3] = (float)game->drift;
}

// With a seed the random stream starts anew; without one it goes on.
static ppo_status catch_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    (void)error; // nothing can fail here
    catch_game *const game = self;
    if (seed)
        ppo_random_seed(&game->random, *seed);
    game->basket = WIDTH / 2;
    game->ball_x = (int32_t)ppo_random_integers(&game->random, 0, WIDTH);
    game->ball_y = HEIGHT - 1;
    game->drift = (int32_t)ppo_random_integers(&game->random, -1, 2);
    observe(game, observation);
    return PPO_OK;
}

static int32_t clamp(int32_t x)
{
    return x < 0 ? 0 : x > WIDTH - 1 ? WIDTH - 1 : x;
}

// Action 0, 1, 2: left, stay, right. The transition comes zeroed.
static ppo_status catch_step(void *self, const void *action, void *observation,
                             ppo_transition *transition, ppo_error *error)
{
    (void)error;
    catch_game *const game = self;
    game->basket = clamp(game->basket + *(const int32_t *)action - 1);
    game->ball_x = clamp(game->ball_x + game->drift);
    game->ball_y--;
    if (game->ball_y == 0) {
        transition->reward = game->ball_x == game->basket ? 1.0 : -1.0;
        transition->terminated = true;
    }
    observe(game, observation);
    return PPO_OK;
}

int main(void)
{
    static const uint32_t num_actions = 3;
    static const ppo_env_class catch_class = {
        .struct_size = sizeof(ppo_env_class),
        .abi_version = PPO_ENV_ABI_VERSION,
        .id = "Catch-v0",
        .observation_space = PPO_SPACE_FLOATS(4, NULL, NULL),
        .action_space = PPO_SPACE_CHOICE(&num_actions),
        .reward_threshold = 0.95,
        .instance_size = sizeof(catch_game),
        .state_size = sizeof(catch_game),
        .reset = catch_reset,
        .step = catch_step,
    };
    ppo_error error = {0};
    ppo_config config;
    ppo_trainer *trainer = NULL;
    ppo_trainer_options options;
    ppo_trainer_options_defaults(&options);
    options.env = &catch_class;
    ppo_config_defaults(&config);
    snprintf(config.env_id, sizeof config.env_id, "%s", catch_class.id);
    config.total_timesteps = 200000;
    config.learning_rate = 2e-3;
    config.stop_when_solved = true;
    ppo_status status = ppo_trainer_create(&trainer, &config, &options, &error);
    while (status == PPO_OK && !ppo_trainer_done(trainer))
        status = ppo_trainer_step(trainer, NULL, &error);
    if (status == PPO_OK)
        printf("%s: return %.2f\n", catch_class.id, ppo_trainer_stats(trainer)->return_mean);
    else
        fprintf(stderr, "%s\n", error.message);
    const bool is_solved = status == PPO_OK && ppo_trainer_solved(trainer);
    ppo_trainer_destroy(trainer);
    return is_solved ? 0 : 1;
}
