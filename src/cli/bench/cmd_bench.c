// SPDX-License-Identifier: MIT
// `ppo bench`: which measurement, with how many threads, for how long.
#include <stdio.h>
#include <string.h>

#include "core/nearest.h"
#include "cli/bench/bench.h"
#include "cli/message.h"
#include "cli/flag_number.h"
#include "cli/term.h"

static ppo_status plan_init(cli_bench_plan *plan, const cli_args *args, ppo_error *error)
{
    uint64_t threads = cli_num_cores(), num_envs = 64;
    *plan = (cli_bench_plan){.seconds = 5.0, .is_json = args->flag[CLI_FLAG_JSON] != NULL};
    const char *const *flag = args->flag;
    if (flag[CLI_FLAG_THREADS] &&
        cli_parse_integer(&threads, "--threads", flag[CLI_FLAG_THREADS], 1, 1024, error))
        return error->status;
    if (flag[CLI_FLAG_NUM_ENVS] &&
        cli_parse_integer(&num_envs, "--num-envs", flag[CLI_FLAG_NUM_ENVS], 1, 1000000, error))
        return error->status;
    if (flag[CLI_FLAG_SECONDS] &&
        cli_parse_positive(&plan->seconds, "--seconds", flag[CLI_FLAG_SECONDS], 86400.0, error))
        return error->status;
    plan->threads = (uint32_t)threads;
    plan->num_envs = (uint32_t)num_envs;
    return PPO_OK;
}

static const char *const names[] = {"peak",  "cartpole", "pendulum", "cnn",
                                    "atari", "bridge",   "env",      "train"};

static const char *bench_name(void *context, size_t index)
{
    (void)context;
    return names[index];
}

static int unknown_bench(const char *name)
{
    ppo_error error;
    const char *nearest = ppo_nearest(name, bench_name, NULL, sizeof names / sizeof names[0]);
    cli_error_set(
        &error, PPO_INVALID,
        "no benchmark '%.80s'%s%s%s there are peak, cartpole, pendulum, cnn, bridge, 'atari ID', "
        "'env ID', 'train TARGET' and --learning",
        name, nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : ";");
    return cli_fail_usage(&error, "bench");
}

static int wrong_count(const char *text)
{
    ppo_error error;
    cli_error_set(&error, PPO_INVALID, "%s", text);
    return cli_fail_usage(&error, "bench");
}

int cli_cmd_bench(const cli_args *args)
{
    ppo_error error = {0};
    cli_bench_plan plan;
    const size_t count = args->num_operands;
    const char *const *operand = args->operand;
    if (plan_init(&plan, args, &error))
        return cli_fail_usage(&error, "bench");
    if (args->flag[CLI_FLAG_LEARNING])
        return cli_bench_learning(operand, count, args->flag[CLI_FLAG_SEEDS], &plan);
    if (count == 0)
        return wrong_count(
            "'bench' needs a name: peak, cartpole, pendulum, cnn, bridge, 'atari ID', 'env ID', "
            "'train TARGET', or --learning");
    if (!strcmp(operand[0], "env"))
        return count == 2 ? cli_bench_env(operand[1], args, &plan)
                          : wrong_count("'bench env' needs one environment id");
    if (!strcmp(operand[0], "atari"))
        return count == 2 ? cli_bench_atari(operand[1], args, &plan)
                          : wrong_count("'bench atari' needs one game's environment id");
    if (!strcmp(operand[0], "bridge") && count <= 2)
        return cli_bench_bridge(count == 2 ? operand[1] : "gym:CartPole-v1", args, &plan);
    if (!strcmp(operand[0], "train"))
        return count == 2 ? cli_bench_train(operand[1], args, &plan)
                          : wrong_count("'bench train' needs one environment, preset or file");
    if (count > 1)
        return wrong_count("'bench' measures one thing at a time");
    if (!strcmp(operand[0], "peak"))
        return cli_bench_peak(&plan);
    if (cli_bench_is_shape(operand[0]))
        return cli_bench_shape(operand[0], args, &plan);
    return unknown_bench(operand[0]);
}
