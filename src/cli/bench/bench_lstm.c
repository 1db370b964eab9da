// SPDX-License-Identifier: MIT
// `ppo bench lstm`: training with memory, and acting with it step by step beside a feed-forward
// network that has as many multiplications. The two act by turns, so that a machine whose clock
// moves moves both.
#include <string.h>

#include "cli/bench/bench.h"
#include "cli/message.h"
#include "cli/term.h"

enum { NUM_REPEATS = 7, NUM_ENVS = 16, NUM_FEATURES = 4, NUM_OUTPUTS = 3 };
enum { TRUNK = 64, UNITS = 128, WIDTH = 283 }; // of the layers that stand for the memory

#define COMMON                                                                                  \
    "env_id: CartPole-v1\nnum_envs: 16\nnum_steps: 128\nnum_minibatches: 4\nupdate_epochs: 4\n" \
    "activation: tanh\nshared_network: true\nlearning_rate: 3e-4\nlr_schedule: constant\n"      \
    "clip_vloss: true\nclip_coef: 0.2\nvf_coef: 0.5\nmax_grad_norm: 0.5\ngamma: 0.99\n"         \
    "ent_coef: 0.01\nent_schedule: constant\nnorm_obs: false\nnorm_reward: false\n"             \
    "norm_adv: minibatch\n"

static const char with_memory[] =
    COMMON "hidden_sizes: 64,64\nmemory: lstm\nmemory_size: 128\nsequence_length: 16\n";
static const char feed_forward[] = COMMON "hidden_sizes: 64,64,283,283\n";

// Multiplications of a row, forward.
static double macs_with_memory(void)
{
    return NUM_FEATURES * TRUNK + TRUNK * TRUNK + 4 * UNITS * (TRUNK + UNITS) + UNITS * NUM_OUTPUTS;
}

static double macs_feed_forward(void)
{
    return NUM_FEATURES * TRUNK + TRUNK * TRUNK + TRUNK * WIDTH + WIDTH * WIDTH +
           WIDTH * NUM_OUTPUTS;
}

// What acts.
typedef struct acting {
    ppo_trainer *trainer;
    ppo_actor *actor;
    double macs;
    double rate[NUM_REPEATS]; // GFLOP/s
} acting;

static ppo_status open_acting(acting *a, const char *yaml, ppo_error *error)
{
    ppo_config config;
    ppo_config_defaults(&config);
    config.threads = 1;
    ppo_status status = ppo_config_parse(&config, yaml, strlen(yaml), "lstm", error);
    if (status == PPO_OK)
        status = ppo_trainer_create(&a->trainer, &config, NULL, error);
    if (status == PPO_OK)
        status = ppo_actor_create(&a->actor, ppo_trainer_agent(a->trainer), error);
    return status;
}

static void close_acting(acting *a)
{
    ppo_actor_destroy(a->actor);
    ppo_trainer_destroy(a->trainer);
}

// Acts for about `seconds`, a step of all environments at a time.
static ppo_status take(acting *a, size_t repeat, double seconds, ppo_error *error)
{
    static const float observations[NUM_ENVS][NUM_FEATURES] = {{0.1f}};
    int32_t actions[NUM_ENVS];
    const double began_s = cli_now_s();
    double elapsed_s, steps = 0.0;
    do {
        for (int i = 0; i < 100; i++, steps += NUM_ENVS) {
            const ppo_status status =
                ppo_actor_act(a->actor, actions, observations, NUM_ENVS, NULL, error);
            if (status != PPO_OK)
                return status;
        }
        elapsed_s = cli_now_s() - began_s;
    } while (elapsed_s < seconds);
    a->rate[repeat] = 2e-9 * a->macs * steps / elapsed_s;
    return PPO_OK;
}

// The share of a feed-forward network's rate that acting with memory has.
static ppo_status measure_acting(double *share, const cli_bench_plan *plan, ppo_error *error)
{
    acting memory = {.macs = macs_with_memory()}, plain = {.macs = macs_feed_forward()};
    const double turn_s = 0.2 * plan->seconds / (2 * NUM_REPEATS);
    ppo_status status = open_acting(&memory, with_memory, error);
    if (status == PPO_OK)
        status = open_acting(&plain, feed_forward, error);
    for (size_t i = 0; status == PPO_OK && i < NUM_REPEATS; i++) {
        status = take(&memory, i, turn_s, error);
        if (status == PPO_OK)
            status = take(&plain, i, turn_s, error);
    }
    *share = ppo_median(memory.rate, NUM_REPEATS) / ppo_median(plain.rate, NUM_REPEATS);
    close_acting(&plain);
    close_acting(&memory);
    return status;
}

int cli_bench_lstm(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    ppo_error error = {0};
    double share;
    (void)operand;
    if (measure_acting(&share, plan, &error) != PPO_OK)
        return cli_fail(&error);
    return cli_bench_yaml("lstm", with_memory, NULL, plan, args, share);
}
