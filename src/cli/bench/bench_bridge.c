// SPDX-License-Identifier: MIT
// `ppo bench bridge`: what Gymnasium's environments cost through the bridge.
//
// Bare Python loops and the bridge by turns, in as many processes: a machine's clock and neighbours
// change, so that only figures of the same minute are compared. Reported are medians. Not here: the
// loops themselves (src/env/gym/bridge.py).
#include <stdio.h>
#include <string.h>

#include "bench/env_speed.h"
#include "cli/bench/bench.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/target.h"

enum { NUM_REPEATS = 5 };

#define EMPTY_ID PPO_ENV_GYMNASIUM "Empty" // costs nothing: the bridge alone

typedef struct bridge_speed {
    double bare_sps[NUM_REPEATS], bridge_sps[NUM_REPEATS], round_trip_us[NUM_REPEATS];
} bridge_speed;

static ppo_status open_env(const ppo_env_class **env, const char *id, uint32_t num_envs,
                           uint32_t num_workers, const cli_args *args, ppo_error *error)
{
    ppo_config config;
    const ppo_status status = cli_bench_config(&config, id, args, error);
    if (status != PPO_OK)
        return status;
    config.num_envs = num_envs;
    config.num_workers = num_workers;
    const ppo_env_options options = ppo_config_env_options(&config);
    return ppo_env_open(env, id, &options, error);
}

static ppo_status measure_steps(bridge_speed *speed, const char *id, const cli_args *args,
                                const cli_bench_plan *plan, ppo_error *error)
{
    const ppo_env_class *env;
    const double turn_s = plan->seconds / (3 * NUM_REPEATS);
    ppo_status status = open_env(&env, id, plan->num_envs, plan->threads, args, error);
    if (status != PPO_OK)
        return status;
    for (int i = 0; status == PPO_OK && i < NUM_REPEATS; i++) {
        status = ppo_bench_python(&speed->bare_sps[i], env, plan->threads, turn_s, error);
        if (status == PPO_OK)
            status = ppo_bench_env(&speed->bridge_sps[i], env, plan->num_envs, plan->threads,
                                   turn_s, error);
    }
    ppo_env_close(env);
    return status;
}

static ppo_status measure_round_trip(bridge_speed *speed, const cli_args *args,
                                     const cli_bench_plan *plan, ppo_error *error)
{
    const ppo_env_class *env;
    const double turn_s = plan->seconds / (3 * NUM_REPEATS);
    double sps = 0.0;
    ppo_status status = open_env(&env, EMPTY_ID, 1, 1, args, error);
    if (status != PPO_OK)
        return status;
    for (int i = 0; status == PPO_OK && i < NUM_REPEATS; i++) {
        status = ppo_bench_env(&sps, env, 1, 1, turn_s, error);
        speed->round_trip_us[i] = 1e6 / sps;
    }
    ppo_env_close(env);
    return status;
}

// The median of the turns' own ratios.
static double median_ratio(const bridge_speed *speed)
{
    double ratio[NUM_REPEATS];
    for (int i = 0; i < NUM_REPEATS; i++)
        ratio[i] = speed->bridge_sps[i] / speed->bare_sps[i];
    return ppo_median(ratio, NUM_REPEATS);
}

static int print_speed(const bridge_speed *speed, const char *id, const cli_bench_plan *plan)
{
    const double bare = ppo_median(speed->bare_sps, NUM_REPEATS);
    const double bridge = ppo_median(speed->bridge_sps, NUM_REPEATS);
    const double round_trip = ppo_median(speed->round_trip_us, NUM_REPEATS);
    if (!plan->is_json) {
        printf("%s, %u Python process%s, %u environments\n", id, plan->threads,
               plan->threads == 1 ? "" : "es", plan->num_envs);
        printf("  bare Python loops  %12.0f steps/s\n", bare);
        printf("  bridge             %12.0f steps/s, %.1f %% of them\n", bridge,
               100.0 * median_ratio(speed));
        printf("  round trip         %12.2f us, of one empty environment\n", round_trip);
        return PPO_OK;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", "bridge");
    cJSON_AddStringToObject(object, "env", id);
    cJSON_AddNumberToObject(object, "processes", plan->threads);
    cJSON_AddNumberToObject(object, "num_envs", plan->num_envs);
    cJSON_AddNumberToObject(object, "bare_sps", bare);
    cJSON_AddNumberToObject(object, "sps", bridge);
    cJSON_AddNumberToObject(object, "share_of_bare", median_ratio(speed));
    cJSON_AddNumberToObject(object, "round_trip_us", round_trip);
    return cli_json_print(object);
}

int cli_bench_bridge(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    const char *id = operand ? operand : PPO_ENV_GYMNASIUM "CartPole-v1";
    ppo_error error = {0};
    bridge_speed speed = {.bare_sps = {0.0}};
    if (measure_steps(&speed, id, args, plan, &error) ||
        measure_round_trip(&speed, args, plan, &error))
        return cli_fail(&error);
    return print_speed(&speed, id, plan);
}
