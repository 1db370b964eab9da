// SPDX-License-Identifier: MIT
// Replays trajectories recorded from Gymnasium (tests/data/reference, and $PPO_REFERENCE_DIR with
// the same layout) and compares every row: state, observation, reward and flags, bit for bit.
//
// Another libm may differ in a last digit. Then a row is accepted within 2 ulp of the file if the
// row before it was equal or was put back to the file's state; such rows are counted and printed.
#include "env/classic/classic.h"

#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef PPO_TEST_DATA
#define PPO_TEST_DATA "tests/data"
#endif

#define MAX_COLUMNS  80
#define MAX_OBS      32
#define MAX_STATE    4
#define MAX_ACTIONS  8
#define PATH_SIZE    1024
#define ACCEPTED_ULP 2

// Where the recordings' libm is at hand, nothing but equality will do: a wrong rounding rule would
// hide behind the tolerance.
#if defined(__GLIBC__) && defined(__x86_64__) && defined(__FMA__)
#define SAME_LIBM true
#else
#define SAME_LIBM false
#endif

typedef struct ppo_replay {
    const ppo_env_class *env;
    const char *path;
    unsigned long line;
    uint64_t seed;
    void *instance;
    size_t num_actions, num_obs, num_state; // columns of the file
    uint32_t episode_steps;
    unsigned long rows, inexact_rows;
} ppo_replay;

typedef struct ppo_row {
    bool is_reset;
    unsigned long step;
    char *action[MAX_ACTIONS];
    double reward;
    bool terminated, truncated;
    float obs[MAX_OBS];
    double state[MAX_STATE];
} ppo_row;

// --- states -----------------------------------------------------------------------------------

// Pointers to the state variables of an instance, in the order of the columns; 0 if not known.
static size_t state_variables(const ppo_env_class *env, void *instance, double *at[MAX_STATE])
{
    if (env == &ppo_cartpole_v1) {
        ppo_cartpole *s = instance;
        memcpy(at, (double *[4]){&s->x, &s->x_dot, &s->theta, &s->theta_dot}, 4 * sizeof *at);
        return 4;
    }
    if (env == &ppo_acrobot_v1) {
        ppo_acrobot *s = instance;
        memcpy(at, (double *[4]){&s->theta1, &s->theta2, &s->theta1_dot, &s->theta2_dot},
               4 * sizeof *at);
        return 4;
    }
    if (env == &ppo_mountain_car_v0) {
        ppo_mountain_car *s = instance;
        memcpy(at, (double *[2]){&s->position, &s->velocity}, 2 * sizeof *at);
        return 2;
    }
    if (env == &ppo_mountain_car_continuous_v0) {
        ppo_mountain_car_continuous *s = instance;
        memcpy(at, (double *[2]){&s->position, &s->velocity}, 2 * sizeof *at);
        return 2;
    }
    if (env == &ppo_pendulum_v1) {
        ppo_pendulum *s = instance;
        memcpy(at, (double *[2]){&s->theta, &s->theta_dot}, 2 * sizeof *at);
        return 2;
    }
    return 0;
}

static void put_state(const ppo_env_class *env, void *instance, const double *state)
{
    double *at[MAX_STATE];
    const size_t count = state_variables(env, instance, at);
    for (size_t i = 0; i < count; i++)
        *at[i] = state[i];
    if (env == &ppo_pendulum_v1)
        ((ppo_pendulum *)instance)->sin_theta = sin(state[0]);
}

// --- comparing --------------------------------------------------------------------------------

// Position on the line of all doubles (floats), so that neighbours differ by 1; -0 is below 0.
static int64_t rank_double(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? INT64_MIN - bits - 1 : bits;
}

static int64_t rank_float(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? (int64_t)INT32_MIN - bits - 1 : bits;
}

static int64_t apart(int64_t a, int64_t b)
{
    const uint64_t distance = a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
    return distance > INT32_MAX ? INT32_MAX : (int64_t)distance;
}

static int64_t at_least(int64_t worst, int64_t distance)
{
    return distance > worst ? distance : worst;
}

// The largest distance in ulp between what the environment gave and the row.
static int64_t row_distance(ppo_replay *r, const ppo_row *row, const float *obs, double reward)
{
    double *state[MAX_STATE];
    const size_t num_state = state_variables(r->env, r->instance, state);
    int64_t worst = 0;
    for (size_t i = 0; i < r->num_obs; i++)
        worst = at_least(worst, apart(rank_float(obs[i]), rank_float(row->obs[i])));
    for (size_t i = 0; i < num_state; i++)
        worst = at_least(worst, apart(rank_double(*state[i]), rank_double(row->state[i])));
    return at_least(worst, apart(rank_double(reward), rank_double(row->reward)));
}

static void judge(ppo_replay *r, const ppo_row *row, const float *obs, double reward)
{
    const int64_t distance = row_distance(r, row, obs, reward);
    r->rows++;
    if (distance == 0)
        return;
    if (distance > ACCEPTED_ULP)
        fail_msg("%s:%lu: %lld ulp from Gymnasium (step %lu)", r->path, r->line,
                 (long long)distance, row->step);
    r->inexact_rows++;
    put_state(r->env, r->instance, row->state);
}

// --- replaying --------------------------------------------------------------------------------

static void replay_reset(ppo_replay *r, const ppo_row *row)
{
    float obs[MAX_OBS] = {0};
    const uint64_t *seed = row->step == 0 ? &r->seed : NULL;
    assert_int_equal(r->env->reset(r->instance, seed, obs, NULL), PPO_OK);
    r->episode_steps = 0;
    judge(r, row, obs, row->reward);
}

static void replay_step(ppo_replay *r, const ppo_row *row)
{
    float obs[MAX_OBS] = {0}, reals[MAX_ACTIONS];
    int32_t integers[MAX_ACTIONS];
    ppo_transition transition = {.reward = 0.0};
    for (size_t i = 0; i < r->num_actions; i++) {
        reals[i] = strtof(row->action[i], NULL);
        integers[i] = (int32_t)strtol(row->action[i], NULL, 10);
    }
    const void *action =
        r->env->action_space.kind == PPO_SPACE_BOX ? (const void *)reals : (const void *)integers;
    assert_int_equal(r->env->step(r->instance, action, obs, &transition, NULL), PPO_OK);
    r->episode_steps++;
    const bool truncated = transition.truncated || r->episode_steps >= r->env->max_episode_steps;
    if (transition.terminated != row->terminated || truncated != row->truncated)
        fail_msg("%s:%lu: terminated %d, truncated %d", r->path, r->line, transition.terminated,
                 truncated);
    judge(r, row, obs, transition.reward);
}

// --- files ------------------------------------------------------------------------------------

static size_t split_columns(char *line, char *column[MAX_COLUMNS])
{
    size_t count = 0;
    for (char *at = strtok(line, ",\r\n"); at; at = strtok(NULL, ",\r\n")) {
        assert_true(count < MAX_COLUMNS);
        column[count++] = at;
    }
    return count;
}

static void read_header(ppo_replay *r, char *line)
{
    char *column[MAX_COLUMNS];
    const size_t count = split_columns(line, column);
    for (size_t i = 0; i < count; i++) {
        if (column[i][0] == 'a' && (column[i][1] == '\0' || isdigit(column[i][1])))
            r->num_actions++;
        else if (strncmp(column[i], "obs", 3) == 0)
            r->num_obs++;
        else if (column[i][0] == 's' && isdigit(column[i][1]))
            r->num_state++;
    }
    assert_in_range(r->num_actions, 1, MAX_ACTIONS);
    assert_int_equal(r->num_obs, ppo_space_size(&r->env->observation_space));
    assert_true(r->num_obs <= MAX_OBS && r->num_state <= MAX_STATE);
}

static void replay_row(ppo_replay *r, char *line)
{
    char *column[MAX_COLUMNS], **at = column;
    ppo_row row = {.step = 0};
    const size_t count = split_columns(line, column);
    assert_true(count >= 5 + r->num_actions + r->num_obs + r->num_state);
    row.is_reset = **at++ == 'R';
    row.step = strtoul(*at++, NULL, 10);
    for (size_t i = 0; i < r->num_actions; i++)
        row.action[i] = *at++;
    row.reward = strtod(*at++, NULL);
    row.terminated = **at++ == '1';
    row.truncated = **at++ == '1';
    for (size_t i = 0; i < r->num_obs; i++)
        row.obs[i] = strtof(*at++, NULL);
    for (size_t i = 0; i < r->num_state; i++)
        row.state[i] = strtod(*at++, NULL);
    if (row.is_reset)
        replay_reset(r, &row);
    else
        replay_step(r, &row);
}

static void *make_instance(const ppo_env_class *env)
{
    const size_t bytes = (env->instance_size + 63) / 64 * 64;
    void *instance = aligned_alloc(64, bytes);
    assert_non_null(instance);
    memset(instance, 0, bytes);
    if (env->init)
        assert_int_equal(env->init(instance, env->context, NULL), PPO_OK);
    return instance;
}

static void replay_file(const char *path, const ppo_env_class *env, uint64_t seed,
                        unsigned long *rows, unsigned long *inexact_rows)
{
    ppo_replay r = {.env = env, .path = path, .seed = seed, .instance = make_instance(env)};
    char line[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (r.line++ == 0)
            read_header(&r, line);
        else
            replay_row(&r, line);
    (void)fclose(file);
    if (env->release)
        env->release(r.instance);
    free(r.instance);
    assert_true(r.rows > 100);
    *rows += r.rows;
    *inexact_rows += r.inexact_rows;
}

// True for "<id>_seed<number>.csv" and "<id>_seed<number>_long.csv"; reads the seed.
static bool is_recording(const char *name, const char *id, uint64_t *seed)
{
    const size_t length = strlen(id);
    if (strncmp(name, id, length) != 0 || strncmp(name + length, "_seed", 5) != 0)
        return false;
    char *end;
    *seed = strtoull(name + length + 5, &end, 10);
    return strcmp(end, ".csv") == 0 || strcmp(end, "_long.csv") == 0;
}

// A recording of NumPy 2 stands for the one of the same name.
static bool is_replaced(const char *root, const char *folder, const char *name)
{
    char path[PATH_SIZE];
    if (strncmp(folder, "numpy2", 6) == 0)
        return false;
    snprintf(path, sizeof path, "%s/numpy2/%s/%s", root, folder, name);
    return access(path, R_OK) == 0;
}

static size_t replay_folder(const char *root, const char *folder, const ppo_env_class *env,
                            unsigned long *rows, unsigned long *inexact_rows)
{
    char path[PATH_SIZE];
    size_t files = 0;
    snprintf(path, sizeof path, "%s/%s", root, folder);
    DIR *dir = opendir(path);
    if (!dir)
        return 0;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        uint64_t seed;
        if (!is_recording(entry->d_name, env->id, &seed) ||
            is_replaced(root, folder, entry->d_name))
            continue;
        snprintf(path, sizeof path, "%s/%s/%s", root, folder, entry->d_name);
        replay_file(path, env, seed, rows, inexact_rows);
        files++;
    }
    closedir(dir);
    return files;
}

static size_t replay_env(const char *root, const ppo_env_class *env)
{
    const char *const folders[] = {".", "long", "numpy2", "numpy2/long"};
    unsigned long rows = 0, inexact_rows = 0;
    size_t files = 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        files += replay_folder(root, folders[i], env, &rows, &inexact_rows);
    if (files)
        print_message("%-26s %zu files, %lu rows, %lu within %d ulp only\n", env->id, files, rows,
                      inexact_rows, ACCEPTED_ULP);
    assert_true(!SAME_LIBM || inexact_rows == 0);
    return files;
}

static void test_project_copy(void **state)
{
    (void)state;
    const ppo_env_class *const recorded[] = {&ppo_cartpole_v1, &ppo_acrobot_v1,
                                             &ppo_mountain_car_v0, &ppo_pendulum_v1,
                                             &ppo_mountain_car_continuous_v0};
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++)
        assert_int_equal(replay_env(PPO_TEST_DATA "/reference", recorded[i]), 6);
}

static void test_reference_dir(void **state)
{
    (void)state;
    const char *root = getenv("PPO_REFERENCE_DIR");
    size_t files = 0;
    if (!root || !root[0])
        skip();
    for (size_t i = 0; i < ppo_env_count(); i++)
        if (ppo_env_id_kind(ppo_env_at(i)->id) == PPO_ENV_KIND_CLASSIC)
            files += replay_env(root, ppo_env_at(i));
    assert_true(files > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_project_copy),
        cmocka_unit_test(test_reference_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
