// SPDX-License-Identifier: MIT
// `ppo bench all`: the README's table of speeds, a row for each measurement, with the machine's
// name.
#include <stdio.h>
#include <string.h>

#include "bench/peak_bf16.h"
#include "cli/bench/bench.h"
#include "cli/term.h"

typedef int (*bench_function)(const cli_bench_plan *plan, const cli_args *args,
                              const char *operand);

// A row of the table: `threads` 0 stands for all that were asked for, `setting` for one training
// option that is changed, after those of the command line.
typedef struct bench_row {
    const char *title;
    bench_function run;
    const char *operand;
    uint32_t threads;
    cli_setting setting;
} bench_row;

static const bench_row rows[] = {
    {"CartPole-v1, Stable-Baselines3's default sizes (64-64 tanh, 8 x 2048, minibatch 64, 10 "
     "epochs)",
     cli_bench_cartpole,
     NULL,
     1,
     {0}},
    {"the same on all threads", cli_bench_cartpole, NULL, 0, {0}},
    {"the same with minibatches of 256", cli_bench_cartpole, NULL, 1, {"minibatch-size", "256"}},
    {"the same on all threads", cli_bench_cartpole, NULL, 0, {"minibatch-size", "256"}},
    {"Pendulum-v1, RLtools' sizes (64-64 ReLU, 4 x 1024, minibatch 256, 2 epochs)",
     cli_bench_pendulum,
     NULL,
     1,
     {0}},
    {"Pendulum-v1, the sizes of RLtools' zoo (32-32 tanh, 64 x 128, minibatch 1024, 1 epoch)",
     cli_bench_zoo,
     NULL,
     1,
     {0}},
    {"stepping CartPole-v1 alone", cli_bench_env, "CartPole-v1", 1, {0}},
    {"Nature CNN on fake frames, 8 x 128, minibatch 256, 4 epochs, all threads",
     cli_bench_cnn,
     NULL,
     0,
     {0}},
    {"the same in bf16, of the bf16 peak", cli_bench_cnn, NULL, 0, {"precision", "bf16"}},
    {"Rally, agent steps of four frames, one environment", cli_bench_env, "Rally", 1, {0}},
};
enum { NUM_ROWS = sizeof rows / sizeof rows[0], MAX_SETTINGS = 256 };

// What this build or this processor has not is left out.
static bool is_possible(const bench_row *row, uint32_t threads)
{
    size_t size;
    if (row->threads == 0 && threads == 1 && strncmp(row->title, "the same on", 11) == 0)
        return false;
    if (row->setting.text && strcmp(row->setting.text, "bf16") == 0)
        return ppo_bench_peak_bf16(1, 1e-3) > 0.0;
    if (row->operand && strcmp(row->operand, "Rally") == 0)
        return ppo_game_cartridge(ppo_game_find("Rally"), &size) != NULL;
    return true;
}

static void copy_machine_name(char *name, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    snprintf(name, size, "an unknown processor");
    while (file && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(name, size, "%s", colon + 2);
        break;
    }
    if (file)
        fclose(file);
}

static int run_row(const bench_row *row, const cli_bench_plan *plan, const cli_args *args)
{
    cli_setting settings[MAX_SETTINGS];
    cli_bench_plan its_plan = *plan;
    cli_args its_args = *args;
    its_plan.title = row->title;
    its_plan.num_envs = 1; // of stepping alone
    if (row->threads > 0)
        its_plan.threads = row->threads;
    if (row->setting.name && args->num_settings < MAX_SETTINGS) {
        memcpy(settings, args->setting, args->num_settings * sizeof settings[0]);
        settings[its_args.num_settings++] = row->setting;
        its_args.setting = settings;
    }
    return row->run(&its_plan, &its_args, row->operand);
}

int cli_bench_all(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    char machine[256];
    (void)operand;
    copy_machine_name(machine, sizeof machine);
    if (!plan->is_json) {
        printf("%s, %u thread%s of %u core%s\n\n", machine, (unsigned)plan->threads,
               plan->threads == 1 ? "" : "s", (unsigned)cli_num_cores(),
               cli_num_cores() == 1 ? "" : "s");
        printf("| benchmark | steps/s | GFLOP/s | share of peak |\n| --- | ---: | ---: | ---: |\n");
    }
    for (size_t i = 0; i < NUM_ROWS; i++) {
        const int code = is_possible(&rows[i], plan->threads) ? run_row(&rows[i], plan, args) : 0;
        if (code != PPO_OK)
            return code;
        fflush(stdout);
    }
    return PPO_OK;
}
