// SPDX-License-Identifier: MIT
// Environments timed without a policy: random actions through ppo_vecenv_step, resets included.
//
// Workload: 20 ns to 1 ms a step. A task steps its range of environments for 50 ms and reads the
// clock every 20 us at most, so that what is measured is neither the pool, nor the clock, nor one
// range waiting for a slower one. An action element takes 16 bits of a Philox block. Allocates all
// it needs for the duration of the call. Not here: the policy's cost (`ppo bench cartpole`).
#include "ppo/bench.h"
#include "bench/env_speed.h"

#include "core/clock.h"
#include "core/arena.h"
#include "core/error.h"
#include "core/pool.h"
#include "core/rng.h"
#include "env/gym/bridge.h"
#include "env/action_mask.h"
#include "env/vecenv.h"

#include <math.h>

#define TASKS_PER_THREAD 4 // so that threads share what slow environments leave at the end
#define TURN_SECONDS     50e-3
#define LOOK_SECONDS     20e-6 // between two readings of the clock, at least
#define PIECES           8     // of 16 bits in a Philox block

// A range of rows.
typedef struct ppo_env_bench_task {
    uint64_t step;           // steps done in each of its environments
    uint64_t steps_per_look; // grows until they take LOOK_SECONDS
    ppo_status status;
    ppo_error error;
} ppo_env_bench_task;

typedef struct ppo_env_bench {
    const ppo_env_class *env;
    ppo_vecenv *vecenv;
    ppo_vecenv_rows rows;
    unsigned char *action; // [N, action bytes]
    size_t action_size;
    ppo_space_leaf leaves[PPO_MAX_SPACE_LEAVES]; // of an action
    size_t num_leaves;
    size_t num_envs;
    size_t num_tasks;
    ppo_env_bench_task *task; // [num_tasks]
    double turn_seconds;      // how long a task steps in each run
} ppo_env_bench;

// A piece of 16 bits as an integer in [0, count). If count exceeds 2^16, some values never occur,
// which is good enough for timing.
static int32_t piece_integer(uint32_t piece, uint32_t count)
{
    return (int32_t)(((uint64_t)piece * count) >> 16);
}

// Uniform within the bounds; a missing or infinite bound counts as -1 or 1.
static float piece_real(uint32_t piece, const ppo_space *space, size_t i)
{
    const float low = space->low && isfinite(space->low[i]) ? space->low[i] : -1.0f;
    const float high = space->high && isfinite(space->high[i]) ? space->high[i] : 1.0f;
    return low + (high - low) * (((float)piece + 0.5f) * 0x1p-16f);
}

// Writes element k of the actions [N * action size].
static void write_action(const ppo_env_bench *b, size_t k, uint32_t piece)
{
    const ppo_space *space = &b->env->action_space;
    size_t i = b->action_size == 1 ? 0 : k % b->action_size;
    if (b->num_leaves > 1) {
        const ppo_space_leaf *leaf = &b->leaves[b->num_leaves - 1];
        while (i < leaf->first)
            leaf--;
        space = leaf->space;
        i -= leaf->first;
    }
    if (space->kind == PPO_SPACE_BOX)
        ((float *)(void *)b->action)[k] = piece_real(piece, space, i);
    else
        ((int32_t *)(void *)b->action)[k] = piece_integer(piece, ppo_space_num_values(space, i));
}

static void draw_actions(const ppo_env_bench *b, size_t first, size_t count, uint64_t step)
{
    const size_t end = (first + count) * b->action_size;
    for (size_t k = first * b->action_size; k < end; k += PIECES) {
        const ppo_rng_block block = ppo_rng_draw(0, PPO_RNG_BENCH, (uint32_t)k, step);
        for (size_t j = 0; j < PIECES && k + j < end; j++)
            write_action(b, k + j, block.word[j / 2] >> 16 * (j % 2) & 0xFFFFu);
    }
}

// Replaces each forbidden value by the next allowed one.
static void apply_masks(const ppo_env_bench *b, const uint8_t *masks, size_t first, size_t count)
{
    const uint8_t *allowed = masks + first * ppo_action_mask_bytes(b->env);
    int32_t *value = (int32_t *)(void *)b->action + first * b->action_size;
    for (size_t leaf = 0; leaf < count * b->num_leaves; leaf++) {
        const ppo_space *space = b->leaves[leaf % b->num_leaves].space;
        for (size_t k = 0; k < ppo_space_size(space); k++, value++) {
            const size_t values = ppo_action_mask_width(space, k);
            for (size_t tries = 0;
                 space->kind != PPO_SPACE_BOX && tries < values && !allowed[*value]; tries++)
                *value = (int32_t)((size_t)*value + 1 == values ? 0 : *value + 1);
            allowed += values;
        }
    }
}

static size_t first_row(const ppo_env_bench *b, size_t task)
{
    return b->num_envs * task / b->num_tasks;
}

static ppo_status step_rows(const ppo_env_bench *b, ppo_env_bench_task *task, size_t first,
                            size_t count)
{
    const uint8_t *masks = ppo_vecenv_mask(b->vecenv);
    for (uint64_t end = task->step + task->steps_per_look; task->step < end; task->step++) {
        draw_actions(b, first, count, task->step);
        if (masks)
            apply_masks(b, masks, first, count);
        PPO_TRY(ppo_vecenv_step(b->vecenv, &b->rows, b->action, first, count, task->step,
                                &task->error));
    }
    return PPO_OK;
}

static void step_task(void *context, size_t index, size_t worker)
{
    const ppo_env_bench *b = context;
    ppo_env_bench_task *task = &b->task[index];
    const size_t first = first_row(b, index), count = first_row(b, index + 1) - first;
    const double begin = ppo_clock_seconds();
    double before, now = begin;
    (void)worker;
    do {
        before = now;
        task->status = step_rows(b, task, first, count);
        now = ppo_clock_seconds();
        if (now - before < 0.5 * LOOK_SECONDS)
            task->steps_per_look *= 2;
    } while (task->status == PPO_OK && now - begin < b->turn_seconds);
}

static ppo_status run_once(ppo_env_bench *b, ppo_pool *pool, double turn_seconds, ppo_error *error)
{
    b->turn_seconds = turn_seconds;
    ppo_pool_run(pool, step_task, b, b->num_tasks);
    for (size_t i = 0; i < b->num_tasks; i++)
        if (b->task[i].status != PPO_OK)
            return ppo_fail(error, b->task[i].status, "%s", b->task[i].error.message);
    return PPO_OK;
}

static uint64_t steps_done(const ppo_env_bench *b)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < b->num_tasks; i++)
        sum += b->task[i].step * (first_row(b, i + 1) - first_row(b, i));
    return sum;
}

static ppo_status run_for(ppo_env_bench *b, double *steps_per_second, ppo_pool *pool,
                          double seconds, ppo_error *error)
{
    const double turns = (double)b->num_tasks / (double)ppo_pool_size(pool);
    PPO_TRY(ppo_vecenv_start(b->vecenv, b->rows.obs, error));
    for (size_t i = 0; i < b->num_tasks; i++)
        b->task[i].steps_per_look = 1;
    PPO_TRY(run_once(b, pool, 0.0, error)); // warm-up
    const uint64_t first_steps = steps_done(b);
    const double start = ppo_clock_seconds();
    double now;
    do {
        PPO_TRY(run_once(b, pool, fmin(TURN_SECONDS, seconds / turns), error));
        now = ppo_clock_seconds();
    } while (now - start < seconds);
    *steps_per_second = (double)(steps_done(b) - first_steps) / (now - start);
    return PPO_OK;
}

static void plan(ppo_env_bench *b, ppo_arena *arena)
{
    const size_t n = b->num_envs;
    const size_t obs_bytes = ppo_space_bytes(&b->env->observation_space);
    const size_t action_bytes = ppo_space_bytes(&b->env->action_space);
    const char *who = "ppo_bench_env";
    PPO_ARENA_ADD(arena, &b->rows.obs, "bench.obs", who, PPO_ROLE_SCRATCH, PPO_U8, n, obs_bytes);
    PPO_ARENA_ADD(arena, &b->rows.final_obs, "bench.final_obs", who, PPO_ROLE_SCRATCH, PPO_U8, n,
                  obs_bytes);
    PPO_ARENA_ADD(arena, &b->rows.reward, "bench.reward", who, PPO_ROLE_SCRATCH, PPO_F64, n);
    PPO_ARENA_ADD(arena, &b->rows.terminated, "bench.terminated", who, PPO_ROLE_SCRATCH, PPO_U8, n);
    PPO_ARENA_ADD(arena, &b->rows.truncated, "bench.truncated", who, PPO_ROLE_SCRATCH, PPO_U8, n);
    PPO_ARENA_ADD(arena, &b->rows.episode_return, "bench.episode_return", who, PPO_ROLE_SCRATCH,
                  PPO_F64, n);
    PPO_ARENA_ADD(arena, &b->rows.episode_length, "bench.episode_length", who, PPO_ROLE_SCRATCH,
                  PPO_U32, n);
    PPO_ARENA_ADD(arena, &b->action, "bench.action", who, PPO_ROLE_SCRATCH, PPO_U8, n,
                  action_bytes);
    PPO_ARENA_ADD(arena, &b->task, "bench.task", who, PPO_ROLE_SCRATCH, PPO_U8, b->num_tasks,
                  sizeof *b->task);
}

static ppo_status bench_with(ppo_env_bench *b, double *steps_per_second, ppo_pool *pool,
                             double seconds, ppo_arena *arena, ppo_error *error)
{
    const ppo_vecenv_options options = {
        .num_envs = (uint32_t)b->num_envs, .frame_skip = 1, .seed = 0};
    const size_t most_tasks = ppo_pool_size(pool) == 1 ? 1 : TASKS_PER_THREAD * ppo_pool_size(pool);
    PPO_TRY(ppo_vecenv_create(&b->vecenv, b->env, &options, arena, error));
    b->action_size = ppo_space_size(&b->env->action_space);
    b->num_leaves = ppo_space_num_leaves(&b->env->action_space);
    for (size_t i = 0; i < b->num_leaves; i++)
        b->leaves[i] = ppo_space_leaf_at(&b->env->action_space, i);
    b->num_tasks = b->num_envs < most_tasks ? b->num_envs : most_tasks;
    if (b->env->step_many && b->env->step_many_size > 1)
        b->num_tasks = (b->num_envs + b->env->step_many_size - 1) / b->env->step_many_size;
    plan(b, arena);
    PPO_TRY(ppo_arena_bind(arena, error));
    return run_for(b, steps_per_second, pool, seconds, error);
}

ppo_status ppo_bench_python(double *steps_per_second, const ppo_env_class *env, uint32_t processes,
                            double seconds, ppo_error *error)
{
    return ppo_bridge_loops(steps_per_second, env, processes, seconds, error);
}

ppo_status ppo_bench_env(double *steps_per_second, const ppo_env_class *env, uint32_t num_envs,
                         uint32_t threads, double seconds, ppo_error *error)
{
    ppo_env_bench bench = {.env = env, .num_envs = num_envs};
    ppo_arena arena;
    ppo_pool *pool;
    *steps_per_second = 0.0;
    PPO_TRY(ppo_pool_create(&pool, threads, error));
    ppo_arena_init(&arena);
    const ppo_status status = bench_with(&bench, steps_per_second, pool, seconds, &arena, error);
    ppo_vecenv_destroy(bench.vecenv);
    ppo_arena_release(&arena);
    ppo_pool_destroy(pool);
    return status;
}
