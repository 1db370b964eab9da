// SPDX-License-Identifier: MIT
// Finding the number of threads that is fastest on a busy machine: see thread_limit.h.
//
// A comparison takes 8 slices of 8 ms, some of the scheduler's time slices each, by turns with the
// chosen number of threads and the other one. Then the better one is used: for an eighth of a
// second when it is new, for twice as long each time it proves better again, up to a second. So a
// program that was busy only for a moment does not cost a second, and in the long run the worse
// number of threads costs at most 3 % of its excess.
#include "core/thread_limit.h"

#define SLICE_S    8e-3
#define HOLD_MIN_S 0.125
#define HOLD_MAX_S 1.0
#define NUM_SLICES 8
#define HIGH_SHARE 0.10
#define LOW_SHARE  0.02
#define NUM_CALM   4
#define MARGIN     0.97 // what another number must gain

void ppo_thread_limit_init(ppo_thread_limit *limit, size_t max)
{
    *limit = (ppo_thread_limit){
        .max = max, .now = max, .chosen = max, .other = max, .hold_s = HOLD_MIN_S};
}

static void begin_comparison(ppo_thread_limit *limit, double time_s)
{
    limit->tries_fewer = !limit->tries_fewer;
    const bool fewer = limit->chosen == limit->max || (limit->tries_fewer && limit->chosen > 1);
    const size_t twice = 2 * limit->chosen < limit->max ? 2 * limit->chosen : limit->max;
    limit->other = fewer ? limit->chosen / 2 : twice;
    for (size_t k = 0; k < PPO_RUN_KINDS; k++)
        limit->kind[k] = (ppo_run_kind){.task = 0};
    limit->slices_left = NUM_SLICES;
    limit->now = limit->chosen;
    limit->slice_end_s = time_s + SLICE_S;
}

void ppo_thread_limit_delay(ppo_thread_limit *limit, size_t num_threads, double share,
                            double time_s)
{
    if (!limit->is_contended) {
        if (share <= HIGH_SHARE || limit->max == 1)
            return;
        limit->is_contended = true;
        limit->chosen = limit->max;
        begin_comparison(limit, time_s);
    } else if (num_threads == limit->max) {
        limit->num_calm = share < LOW_SHARE ? limit->num_calm + 1 : 0;
        if (limit->num_calm == NUM_CALM)
            ppo_thread_limit_init(limit, limit->max);
    }
}

// Whether the other number of threads was faster in the kinds of runs that both have done.
static bool is_other_faster(const ppo_thread_limit *limit)
{
    double chosen_s = 0.0, other_s = 0.0;
    for (size_t k = 0; k < PPO_RUN_KINDS; k++) {
        const ppo_run_kind *kind = &limit->kind[k];
        if (kind->count[0] == 0 || kind->count[1] == 0)
            continue;
        const double runs = (double)kind->count[0] + (double)kind->count[1];
        chosen_s += runs * kind->time_s[0] / kind->count[0];
        other_s += runs * kind->time_s[1] / kind->count[1];
    }
    return other_s < MARGIN * chosen_s;
}

bool ppo_thread_limit_run(ppo_thread_limit *limit, uintptr_t task, size_t num_tasks,
                          double duration_s, double time_s)
{
    if (limit->slices_left > 0) {
        ppo_run_kind *kind = &limit->kind[(task / 16 + num_tasks) % PPO_RUN_KINDS];
        const size_t which = limit->now != limit->chosen;
        if (kind->task != task || kind->num_tasks != num_tasks)
            *kind = (ppo_run_kind){.task = task, .num_tasks = num_tasks};
        kind->time_s[which] += duration_s;
        kind->count[which]++;
    }
    if (time_s < limit->slice_end_s)
        return false;
    if (limit->slices_left == 0) {
        begin_comparison(limit, time_s);
    } else if (--limit->slices_left > 0) {
        limit->now = limit->now == limit->chosen ? limit->other : limit->chosen;
        limit->slice_end_s = time_s + SLICE_S;
    } else {
        if (is_other_faster(limit)) {
            limit->chosen = limit->other;
            limit->hold_s = HOLD_MIN_S;
        }
        limit->now = limit->chosen;
        limit->slice_end_s = time_s + limit->hold_s;
        limit->hold_s = limit->hold_s < HOLD_MAX_S ? 2.0 * limit->hold_s : HOLD_MAX_S;
    }
    return true;
}
