// SPDX-License-Identifier: MIT
// `ppo bench --learning`: presets trained over seeds side by side, each finished agent evaluated in
// environments that it was not trained on, and per task the interquartile mean (of each agent's
// episodes, then over the seeds) with its bootstrap interval beside the score it should reach.
// Writes no file.
#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/statistics.h"
#include "cli/bench/bench.h"
#include "cli/train/job_runner.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/flag_number.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/target.h"
#include "cli/term.h"

enum {
    EVAL_EPISODES = 100,
    EVAL_SEED = 1000000000, // far from the seeds of training and of the run's own evaluations
    NUM_RESAMPLES = 2000,
    BOOTSTRAP_SEED = 20210830,
};

// The score that a preset should reach, and in how many steps (0: as many as the preset says).
typedef struct target_score {
    const char *task;
    double score;
    uint64_t steps;
} target_score;

static const target_score target_scores[] = {
    {"CartPole-v1", 500.0, 100000},
    {"Acrobot-v1", -82.0, 0},
    {"MountainCar-v0", -115.0, 0},
    {"MountainCarContinuous-v0", 90.0, 0},
    {"Pendulum-v1", -180.0, 0},
    {"LunarLander-v3", 245.0, 1000000},
    {"LunarLanderContinuous-v3", 275.0, 1000000},
    {"BipedalWalker-v3", 300.0, 5000000},
    {"BipedalWalkerHardcore-v3", 150.0, 0},
    {"TMaze", 0.95, 0},
    {"CartPoleNoVel-v1", 500.0, 0},
    {"PendulumNoVel-v1", -217.0, 0},
    {"MountainCarContinuousNoVel-v0", 91.0, 0},
    {"LunarLanderNoVel-v3", 200.0, 0},
    {"seeds/cartpole", 200.0, UINT64_C(50) * 2048}, // 50 epochs of 2048 steps
    {"seeds/bipedal_walker", 250.0, 2000000},
};
enum { NUM_TARGETS = sizeof target_scores / sizeof target_scores[0] };

typedef struct bench_task {
    const char *name;
    target_score target; // score NAN: none is set
    ppo_config config;
} bench_task;

// One seed of one task.
typedef struct bench_job {
    const bench_task *task;
    uint64_t seed;
    ppo_status status;
    ppo_error error;
    double score; // interquartile mean of the evaluation's returns
    double seconds;
    uint64_t steps;
    bool is_solved; // the training average was at the solved return at some time
} bench_job;

typedef struct learning_bench {
    bench_task *task; // [num_tasks]
    size_t num_tasks;
    bench_job *job; // [num_tasks, num_seeds]
    size_t num_seeds;
    _Atomic size_t num_done;
    cli_progress progress;
} learning_bench;

// --- one job ---------------------------------------------------------------------------------

static ppo_status train(bench_job *j, ppo_trainer *trainer)
{
    while (!ppo_trainer_done(trainer)) {
        if (cli_stop_requested())
            return ppo_fail(&j->error, PPO_STOPPED, "stopped by a signal");
        const ppo_status status = ppo_trainer_step(trainer, NULL, &j->error);
        if (status != PPO_OK)
            return status;
        j->is_solved = j->is_solved || ppo_trainer_solved(trainer);
    }
    return PPO_OK;
}

static ppo_status train_and_evaluate(bench_job *j, ppo_trainer *trainer)
{
    const double began_s = cli_now_s();
    const ppo_status status = train(j, trainer);
    j->seconds = cli_now_s() - began_s;
    j->steps = ppo_trainer_stats(trainer)->global_step;
    if (status != PPO_OK)
        return status;
    ppo_evaluation evaluation;
    double returns[EVAL_EPISODES] = {0.0};
    const ppo_evaluate_options options = {.struct_size = sizeof options,
                                          .episodes = EVAL_EPISODES,
                                          .seed = EVAL_SEED + j->seed * EVAL_EPISODES,
                                          .deterministic = true,
                                          .returns = returns};
    ppo_evaluation_init(&evaluation);
    const ppo_status evaluated =
        ppo_agent_evaluate(ppo_trainer_agent(trainer), &evaluation, &options, &j->error);
    j->score = ppo_iqm(returns, EVAL_EPISODES);
    return evaluated;
}

static void run_job(void *context, size_t index)
{
    learning_bench *const c = context;
    bench_job *const j = &c->job[index];
    ppo_trainer *trainer = NULL;
    ppo_config config = j->task->config;
    config.seed = j->seed;
    config.threads = 1;
    j->status = ppo_trainer_create(&trainer, &config, NULL, &j->error);
    if (j->status == PPO_OK)
        j->status = train_and_evaluate(j, trainer);
    ppo_trainer_destroy(trainer);
    atomic_fetch_add(&c->num_done, 1);
}

static void draw(void *context)
{
    learning_bench *const c = context;
    char text[80];
    if (!cli_progress_is_due(&c->progress))
        return;
    snprintf(text, sizeof text, "%zu of %zu trainings done", atomic_load(&c->num_done),
             c->num_tasks * c->num_seeds);
    cli_progress_text(&c->progress, text);
}

// --- setting up ------------------------------------------------------------------------------

static ppo_status bench_task_init(bench_task *t, const char *name, const cli_args *args,
                                  ppo_error *error)
{
    cli_target target;
    t->name = name;
    t->target = (target_score){name, (double)NAN, 0};
    for (size_t i = 0; i < NUM_TARGETS; i++) {
        if (strcmp(target_scores[i].task, name) == 0)
            t->target = target_scores[i];
    }
    ppo_config_defaults(&t->config);
    if (cli_target_find(&target, name, error) || cli_target_apply(&t->config, &target, error))
        return error->status;
    if (t->target.steps > 0)
        t->config.total_timesteps = t->target.steps;
    PPO_TRY(cli_settings_apply(&t->config, args, error));
    return ppo_config_check(&t->config, error);
}

static void learning_bench_release(learning_bench *c)
{
    free(c->task);
    free(c->job);
}

// `args` name the tasks, none for all with a target score, and change their settings.
static ppo_status learning_bench_init(learning_bench *c, const cli_args *args,
                                      const cli_seeds *seeds, ppo_error *error)
{
    const size_t count = args->num_operands;
    c->num_tasks = count ? count : NUM_TARGETS;
    c->num_seeds = seeds->count;
    c->task = calloc(c->num_tasks, sizeof *c->task);
    c->job = calloc(c->num_tasks * c->num_seeds, sizeof *c->job);
    if (!c->task || !c->job)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for the trainings");
    for (size_t i = 0; i < c->num_tasks; i++) {
        const char *name = count ? args->operand[i] : target_scores[i].task;
        if (bench_task_init(&c->task[i], name, args, error))
            return error->status;
        for (size_t s = 0; s < c->num_seeds; s++)
            c->job[i * c->num_seeds + s] = (bench_job){.task = &c->task[i], .seed = seeds->seed[s]};
    }
    return PPO_OK;
}

// --- results ---------------------------------------------------------------------------------

typedef struct summary {
    double score[CLI_MAX_SEEDS];
    double seconds[CLI_MAX_SEEDS];
    double steps[CLI_MAX_SEEDS];
    size_t count;
    size_t num_solved;
    double iqm;
    ppo_interval interval;
    bool is_reached; // the interquartile mean is the target score or above
} summary;

static void summarise(summary *s, const learning_bench *c, size_t index)
{
    *s = (summary){0};
    for (size_t i = 0; i < c->num_seeds; i++) {
        const bench_job *j = &c->job[index * c->num_seeds + i];
        if (j->status != PPO_OK)
            continue;
        s->score[s->count] = j->score;
        s->steps[s->count] = (double)j->steps;
        s->seconds[s->count++] = j->seconds;
        s->num_solved += j->is_solved;
    }
    s->iqm = ppo_iqm(s->score, s->count);
    s->interval = ppo_iqm_interval(s->score, s->count, NUM_RESAMPLES, BOOTSTRAP_SEED);
    s->is_reached = s->iqm >= c->task[index].target.score;
}

static void print_row(const learning_bench *c, size_t index)
{
    summary s;
    char bar_text[32] = "-";
    summarise(&s, c, index);
    const bool has_bar = !isnan(c->task[index].target.score);
    if (has_bar)
        snprintf(bar_text, sizeof bar_text, "%g", c->task[index].target.score);
    printf("%-26s %5zu %6zu %9.0f %9.2f  [%8.2f, %8.2f] %7s  %-8s %8.2f\n", c->task[index].name,
           s.count, s.num_solved, ppo_mean(s.steps, s.count), s.iqm, s.interval.low,
           s.interval.high, bar_text,
           !has_bar       ? ""
           : s.is_reached ? "reached"
                          : "missed",
           ppo_mean(s.seconds, s.count));
}

static int print_table(const learning_bench *c)
{
    printf("%s%-26s %5s %6s %9s %9s  %-20s %7s  %-8s %8s%s\n", cli_style(stdout, CLI_BOLD), "task",
           "seeds", "solved", "steps", "IQM", "95 % interval", "bar", "", "seconds",
           cli_style(stdout, CLI_PLAIN));
    for (size_t i = 0; i < c->num_tasks; i++)
        print_row(c, i);
    return PPO_OK;
}

static cJSON *row_json(const learning_bench *c, size_t index)
{
    summary s;
    summarise(&s, c, index);
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "task", c->task[index].name);
    cJSON_AddStringToObject(row, "env", c->task[index].config.env_id);
    cJSON_AddNumberToObject(row, "steps", ppo_mean(s.steps, s.count));
    cli_json_add_integer(row, "solved", s.num_solved);
    cJSON_AddNumberToObject(row, "iqm", s.iqm);
    cJSON_AddNumberToObject(row, "low", s.interval.low);
    cJSON_AddNumberToObject(row, "high", s.interval.high);
    cJSON_AddNumberToObject(row, "mean", ppo_mean(s.score, s.count));
    cJSON_AddNumberToObject(row, "bar", c->task[index].target.score);
    cJSON_AddBoolToObject(row, "reached", s.is_reached);
    cJSON_AddNumberToObject(row, "seconds_mean", ppo_mean(s.seconds, s.count));
    cJSON_AddItemToObject(row, "returns", cJSON_CreateDoubleArray(s.score, (int)s.count));
    return row;
}

static int print_json(const learning_bench *c, const cli_bench_plan *plan)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", "learning");
    cJSON_AddNumberToObject(object, "threads", plan->threads);
    cJSON *seeds = cJSON_AddArrayToObject(object, "seeds");
    for (size_t i = 0; i < c->num_seeds; i++)
        cJSON_AddItemToArray(seeds, cJSON_CreateNumber((double)c->job[i].seed));
    cJSON_AddNumberToObject(object, "eval_episodes", EVAL_EPISODES);
    cJSON *results = cJSON_AddArrayToObject(object, "results");
    for (size_t i = 0; i < c->num_tasks; i++)
        cJSON_AddItemToArray(results, row_json(c, i));
    return cli_json_print(object);
}

// The first failure decides the exit code; a stop by a signal is said once.
static int report_failures(const learning_bench *c)
{
    int code = PPO_OK;
    for (size_t i = 0; i < c->num_tasks * c->num_seeds; i++) {
        const bench_job *j = &c->job[i];
        if (j->status == PPO_OK)
            continue;
        if (j->status == PPO_STOPPED)
            return CLI_INTERRUPTED;
        cli_say("%s, seed %" PRIu64 ":", j->task->name, j->seed);
        const int this_code = cli_fail(&j->error);
        code = code ? code : this_code;
    }
    return code;
}

static int run(learning_bench *c, const cli_bench_plan *plan)
{
    ppo_error error = {0};
    const cli_jobs jobs = {.job = run_job,
                           .tick = draw,
                           .context = c,
                           .num_jobs = c->num_tasks * c->num_seeds,
                           .num_workers = plan->threads,
                           .tick_s = 0.1};
    cli_signals_catch();
    cli_progress_init(&c->progress, 0, 0, false);
    const ppo_status status = cli_jobs_run(&jobs, &error);
    cli_progress_clear(&c->progress);
    if (status != PPO_OK)
        return cli_fail(&error);
    const int failed = report_failures(c);
    const int printed = plan->is_json ? print_json(c, plan) : print_table(c);
    return failed ? failed : printed;
}

int cli_bench_learning(const cli_bench_plan *plan, const cli_args *args)
{
    const char *seeds_text = args->flag[CLI_FLAG_SEEDS];
    ppo_error error = {0};
    cli_seeds seeds;
    learning_bench c = {0};
    if (cli_parse_seeds(&seeds, seeds_text ? seeds_text : "1-10", &error))
        return cli_fail_usage(&error, "bench");
    int code;
    if (learning_bench_init(&c, args, &seeds, &error))
        code = cli_fail(&error);
    else
        code = run(&c, plan);
    learning_bench_release(&c);
    return code;
}
