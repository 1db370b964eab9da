// SPDX-License-Identifier: MIT
// `ppo bench`: which measurement, with how many threads, for how long.
#include <stdio.h>
#include <string.h>

#include "core/nearest.h"
#include "cli/commands.h"
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

// The measurements, by the name that is given first, and the operands that follow it.
typedef struct measurement {
    const char *name;
    size_t min_operands, max_operands;
    const char *needs; // what a wrong number of operands is answered with
    int (*run)(const cli_bench_plan *plan, const cli_args *args, const char *operand);
} measurement;

#define NO_OPERAND "'ppo bench' measures one thing at a time"

static const measurement measurements[] = {
    {"peak", 0, 0, NO_OPERAND, cli_bench_peak},
    {"cartpole", 0, 0, NO_OPERAND, cli_bench_cartpole},
    {"pendulum", 0, 0, NO_OPERAND, cli_bench_pendulum},
    {"zoo", 0, 0, NO_OPERAND, cli_bench_zoo},
    {"cnn", 0, 0, NO_OPERAND, cli_bench_cnn},
    {"lstm", 0, 0, NO_OPERAND, cli_bench_lstm},
    {"atari", 1, 1, "'bench atari' needs one game's environment id", cli_bench_atari},
    {"bridge", 0, 1, "'bench bridge' takes one environment id", cli_bench_bridge},
    {"env", 1, 1, "'bench env' needs one environment id", cli_bench_env},
    {"all", 0, 0, NO_OPERAND, cli_bench_all},
    {"train", 1, 1, "'bench train' needs one environment, preset or file", cli_bench_train},
};
enum { NUM_MEASUREMENTS = sizeof measurements / sizeof measurements[0] };

static const char *measurement_name(void *context, size_t index)
{
    (void)context;
    return measurements[index].name;
}

#define KNOWN                                                                                     \
    "peak, cartpole, pendulum, zoo, cnn, lstm, all, 'bridge [ID]', 'atari ID', 'env ID', 'train " \
    "TARGET' and --learning"

// The one that `args` ask for; NULL if there is none or its operands are wrong.
static const measurement *find_measurement(const cli_args *args, ppo_error *error)
{
    if (args->num_operands == 0) {
        ppo_fail(error, PPO_INVALID, "'bench' needs a name; there are " KNOWN);
        return NULL;
    }
    const char *name = args->operand[0];
    for (size_t i = 0; i < NUM_MEASUREMENTS; i++) {
        const measurement *m = &measurements[i];
        const size_t count = args->num_operands - 1;
        if (strcmp(m->name, name) != 0)
            continue;
        if (count >= m->min_operands && count <= m->max_operands)
            return m;
        ppo_fail(error, PPO_INVALID, "%s", m->needs);
        return NULL;
    }
    const char *nearest = ppo_nearest(name, measurement_name, NULL, NUM_MEASUREMENTS);
    ppo_fail(error, PPO_INVALID, "no benchmark '%.80s'%s%s%s there are " KNOWN, name,
             nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : ";");
    return NULL;
}

int cli_cmd_bench(const cli_args *args)
{
    ppo_error error = {0};
    cli_bench_plan plan;
    if (plan_init(&plan, args, &error))
        return cli_fail_usage(&error, "bench");
    if (args->flag[CLI_FLAG_LEARNING])
        return cli_bench_learning(&plan, args);
    const measurement *found = find_measurement(args, &error);
    if (!found)
        return cli_fail_usage(&error, "bench");
    return found->run(&plan, args, args->num_operands > 1 ? args->operand[1] : NULL);
}
