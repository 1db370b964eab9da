// SPDX-License-Identifier: MIT
// Replays trajectories recorded from Gymnasium's Box2D environments (tests/data/box2d, and
// $PPO_REFERENCE_DIR in the layout of tests/data/reference) and compares every row: observations,
// rewards and ends, bit for bit. Each file alone, then all of a class in one batch.
//
// A name says what a file is: ID_seedN, then what follows, of which `_wind`, `_windP` (power) and
// `_gravityG` are options. A walker's reward is that of NumPy 1 or 2, as the file has it.
#include "env/box2d/box2d.h"
#include "unit/env/support/recording.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Trajectories are chaotic, so they are the recorded ones only with the recordings' sinf and cosf.
#if defined(__GLIBC__) && defined(__x86_64__)
#define SAME_LIBM __builtin_cpu_supports("fma")
#else
#define SAME_LIBM 0
#endif

enum { MAX_FILES = 256, PATH_SIZE = 1024 };

typedef struct replay {
    char path[PATH_SIZE];
    const ppo_env_class *env;
    recording *r;
    void *instance;
    size_t next; // row
} replay;

static bool is_walker(const replay *p)
{
    return p->r->num_obs == PPO_WALKER_OBS;
}

static void open_env(replay *p, const char *name)
{
    char id[64];
    ppo_error error;
    ppo_env_options options = ppo_env_options_default();
    const char *wind = strstr(name, "_wind"), *gravity = strstr(name, "_gravity");
    snprintf(id, sizeof id, "%.*s", (int)(strstr(name, "_seed") - name), name);
    if (wind) {
        options.box2d.enable_wind = true;
        if (wind[5] >= '0' && wind[5] <= '9') {
            options.box2d.wind_power = strtod(wind + 5, NULL);
            options.box2d.turbulence_power = options.box2d.wind_power / 10;
        }
    }
    if (gravity)
        options.box2d.gravity = strtod(gravity + 8, NULL);
    if (ppo_env_open(&p->env, id, &options, &error) != PPO_OK)
        fail_msg("%s: %s", p->path, error.message);
}

static void begin(replay *p)
{
    p->next = 0;
    p->instance = calloc(1, p->env->instance_size);
    assert_non_null(p->instance);
    assert_int_equal(p->env->init(p->instance, p->env->context, NULL), PPO_OK);
}

static double shaping_of(const replay *p)
{
    return is_walker(p) ? ((const ppo_walker *)p->instance)->state.shaping : 0.0;
}

// NumPy 1 keeps a walker's reward in double.
static double numpy1_reward(const replay *p, const recording_row *row, double before)
{
    double reward = shaping_of(p) - before;
    for (int i = 0; i < PPO_WALKER_JOINTS; i++)
        reward -= 0.00035 * 80 * (double)fminf(fabsf(row->action[i]), 1.0f);
    return reward;
}

static void compare(const replay *p, const float *obs, const ppo_transition *now, double before)
{
    const recording_row *row = &p->r->row[p->next];
    for (size_t i = 0; row->has_obs && i < p->r->num_obs; i++)
        if (obs[i] != row->obs[i])
            fail_msg("%s, row %zu: observation %zu is %.9g, recorded %.9g", p->path, p->next, i,
                     (double)obs[i], (double)row->obs[i]);
    if (row->is_reset)
        return;
    const bool is_end = now->reward == -100.0;
    if (now->reward != row->reward &&
        (!is_walker(p) || is_end || numpy1_reward(p, row, before) != row->reward))
        fail_msg("%s, row %zu: reward %.17g, recorded %.17g", p->path, p->next, now->reward,
                 row->reward);
    if (now->terminated != row->terminated)
        fail_msg("%s, row %zu: terminated %d, recorded %d", p->path, p->next, now->terminated,
                 row->terminated);
}

static void reset(replay *p)
{
    float obs[RECORDING_OBS];
    const ppo_transition none = {.reward = 0.0};
    const uint64_t *seed = p->next == 0 ? &p->r->seed : NULL;
    assert_int_equal(p->env->reset(p->instance, seed, obs, NULL), PPO_OK);
    compare(p, obs, &none, 0.0);
}

// One row of each of several files, those that step in one call.
static bool advance(replay **file, size_t count)
{
    static float action[MAX_FILES * RECORDING_ACTIONS], obs[MAX_FILES * RECORDING_OBS];
    static int32_t choice[MAX_FILES];
    static ppo_transition now[MAX_FILES];
    void *self[MAX_FILES];
    double before[MAX_FILES];
    replay *stepping[MAX_FILES];
    size_t num = 0, left = 0;
    for (size_t i = 0; i < count; i++) {
        replay *p = file[i];
        if (p->next == p->r->num_rows)
            continue;
        const recording_row *row = &p->r->row[p->next];
        left++;
        if (row->is_reset) {
            reset(p);
            p->next++;
            continue;
        }
        memcpy(action + num * p->r->num_actions, row->action, p->r->num_actions * sizeof *action);
        choice[num] = (int32_t)row->action[0];
        self[num] = p->instance;
        before[num] = shaping_of(p);
        now[num] = (ppo_transition){.reward = 0.0};
        stepping[num++] = p;
    }
    if (num > 0) {
        const ppo_env_class *env = stepping[0]->env;
        const bool is_discrete = env->action_space.kind == PPO_SPACE_DISCRETE;
        const void *actions = is_discrete ? (const void *)choice : action;
        assert_int_equal(env->step_many(self, num, actions, obs, now, NULL), PPO_OK);
    }
    for (size_t i = 0; i < num; i++) {
        compare(stepping[i], obs + i * stepping[i]->r->num_obs, &now[i], before[i]);
        stepping[i]->next++;
    }
    return left > 0;
}

static size_t list_folder(replay *list, size_t count, const char *root, const char *folder)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", root, folder);
    DIR *dir = opendir(path);
    if (!dir)
        return count;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        const char *name = entry->d_name;
        const bool is_ours =
            strncmp(name, "LunarLander", 11) == 0 || strncmp(name, "BipedalWalker", 13) == 0;
        if (!is_ours || !strstr(name, "_seed") || !strstr(name, ".csv") || strstr(name, ".terrain"))
            continue;
        assert_true(count < MAX_FILES);
        replay *p = &list[count++];
        *p = (replay){.next = 0};
        snprintf(p->path, sizeof p->path, "%s/%s/%s", root, folder, name);
        open_env(p, name);
        p->r = recording_read(p->path);
    }
    closedir(dir);
    return count;
}

static size_t replay_all(const char *root)
{
    static const char *const folders[] = {".", "long", "bodies", "numpy2", "numpy2/long"};
    static replay list[MAX_FILES];
    size_t count = 0, rows = 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        count = list_folder(list, count, root, folders[i]);
    for (size_t i = 0; i < count; i++) {
        replay *alone = &list[i];
        rows += alone->r->num_rows;
        begin(alone);
        while (advance(&alone, 1))
            continue;
        free(alone->instance);
        begin(alone);
    }
    for (size_t i = 0; i < count; i++) { // whoever has the class of a file that is not yet through
        replay *batch[MAX_FILES];
        size_t num = 0;
        for (size_t k = i; k < count; k++)
            if (list[k].next == 0 && list[k].env->step_many == list[i].env->step_many &&
                list[k].env->action_space.kind == list[i].env->action_space.kind)
                batch[num++] = &list[k];
        if (list[i].next == 0)
            while (advance(batch, num))
                continue;
    }
    for (size_t i = 0; i < count; i++) {
        free(list[i].instance);
        recording_free(list[i].r);
        ppo_env_close(list[i].env);
    }
    print_message("%zu files, %zu rows, each alone and in a batch\n", count, rows);
    return count;
}

static void test_project_copy(void **state)
{
    (void)state;
    if (!SAME_LIBM)
        skip();
    assert_int_equal(replay_all(PPO_TEST_DATA "/box2d"), 8);
}

static void test_reference_dir(void **state)
{
    (void)state;
    const char *root = getenv("PPO_REFERENCE_DIR");
    if (!root || !root[0] || !SAME_LIBM)
        skip();
    assert_true(replay_all(root) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_project_copy),
        cmocka_unit_test(test_reference_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
