// SPDX-License-Identifier: MIT
// A policy's tensors: names, order, initial values; its two networks and where their values are.
#include "agent/policy.h"

#include "unit/rl/support/dists.h"
#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define FEATURES 5
#define LD       PPO_CHUNK_ROWS

typedef struct fixture {
    ppo_config config;
    ppo_arena arena;
    ppo_policy policy;
} fixture;

static void create(fixture *b, const ppo_config *config, const dist_case *dist)
{
    ppo_error error = {0};
    memset(b, 0, sizeof *b);
    b->config = *config;
    b->config.std_source = dist->std_source;
    b->config.action_bound = dist->bound;
    assert_int_equal(ppo_policy_plan(&b->policy, &b->config, &PPO_INPUT_FLOATS(FEATURES), NULL,
                                     dist->space, &b->arena, NULL),
                     PPO_OK);
    if (ppo_arena_bind(&b->arena, &error) != PPO_OK ||
        ppo_policy_init(&b->policy, &b->config, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static ppo_config config_of(bool shared)
{
    ppo_config config;
    ppo_config_defaults(&config);
    config.hidden_sizes = (ppo_widths){.count = 2, .width = {9, 4}};
    config.shared_network = shared;
    config.hidden_gain = 1.25;
    config.actor_gain = 0.5;
    config.critic_gain = 2.0;
    config.log_std_init = -0.75;
    return config;
}

static void check_names(const ppo_policy *policy, const char *const *names, size_t count)
{
    assert_int_equal(policy->layout.count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(policy->layout.list[i].name, names[i]);
}

static void test_separate(void **state)
{
    (void)state;
    static const char *const names[] = {"actor.0.weight",  "actor.0.bias",    "actor.2.weight",
                                        "actor.2.bias",    "actor.4.weight",  "actor.4.bias",
                                        "log_std",         "critic.0.weight", "critic.0.bias",
                                        "critic.2.weight", "critic.2.bias"};
    ppo_config config = config_of(false);
    config.critic_hidden_sizes = (ppo_widths){.count = 1, .width = {7}};
    fixture b;
    create(&b, &config, &dist_cases[9]); // a box of 6
    check_names(&b.policy, names, 11);
    assert_int_equal(b.policy.critic_begin, ppo_params_find(&b.policy.layout, names[7])->offset);
    assert_int_equal(b.policy.log_std, ppo_params_find(&b.policy.layout, "log_std")->offset);
    assert_ptr_equal(ppo_policy_log_std(&b.policy), b.policy.params + b.policy.log_std);
    assert_int_equal(ppo_policy_critic_net(&b.policy), 1);
    assert_int_equal(ppo_policy_value_column(&b.policy), 0);
    ppo_arena_release(&b.arena);
}

static void test_shared(void **state)
{
    (void)state;
    static const char *const names[] = {"trunk.0.weight", "trunk.0.bias", "trunk.2.weight",
                                        "trunk.2.bias",   "actor.weight", "critic.weight",
                                        "actor.bias",     "critic.bias"};
    const ppo_config config = config_of(true);
    fixture b;
    create(&b, &config, &dist_cases[3]); // 6 values
    check_names(&b.policy, names, 8);
    assert_int_equal(b.policy.critic_begin, b.policy.layout.size);
    assert_null(ppo_policy_log_std(&b.policy));
    assert_int_equal(ppo_policy_critic_net(&b.policy), 0);
    assert_int_equal(ppo_policy_value_column(&b.policy), 6);
    ppo_arena_release(&b.arena);
}

// Sum of squares of a (semi-)orthogonal matrix: its smaller side times the squared gain.
static double gain_of(const fixture *b, const ppo_param *param)
{
    const float *w = b->policy.params + param->offset;
    double squares = 0.0;
    for (size_t i = 0; i < ppo_param_count(param); i++)
        squares += (double)w[i] * w[i];
    return sqrt(squares /
                (double)(param->shape[0] < param->shape[1] ? param->shape[0] : param->shape[1]));
}

static double wanted_gain(const fixture *b, const ppo_param *param)
{
    const bool head = strcmp(param->name, "actor.weight") == 0 ||
                      strcmp(param->name, "critic.weight") == 0 || strstr(param->name, ".4.weight");
    if (!head)
        return b->config.hidden_gain;
    return param->name[0] == 'a' ? b->config.actor_gain : b->config.critic_gain;
}

// Biases are 0, but for those of the deviations' outputs.
static bool is_deviation(const fixture *b, const ppo_param *param, size_t i)
{
    const ppo_dist *dist = &b->policy.dist;
    const bool head =
        strcmp(param->name, "actor.bias") == 0 || strcmp(param->name, "actor.4.bias") == 0;
    return strcmp(param->name, "log_std") == 0 ||
           (head && ppo_dist_has_reals(dist) && !ppo_dist_has_log_std(dist) &&
            i >= dist->num_actions);
}

static void test_initial_values(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * num_dist_cases; k++) {
        const ppo_config config = config_of(k % 2);
        fixture b;
        create(&b, &config, &dist_cases[k / 2]);
        for (size_t i = 0; i < b.policy.layout.count; i++) {
            const ppo_param *param = &b.policy.layout.list[i];
            if (param->rank == 2)
                assert_true(relative_error(gain_of(&b, param), wanted_gain(&b, param), 0.0) < 1e-6);
            for (size_t j = 0; param->rank == 1 && j < param->shape[0]; j++)
                assert_true(b.policy.params[param->offset + j] ==
                            (is_deviation(&b, param, j) ? -0.75f : 0.0f));
        }
        ppo_arena_release(&b.arena);
    }
}

// Equal shapes get different weights, and seeds matter.
static void test_streams(void **state)
{
    (void)state;
    ppo_config config = config_of(false);
    fixture a, b;
    create(&a, &config, &dist_cases[1]);
    config.seed++;
    create(&b, &config, &dist_cases[1]);
    const ppo_param *actor = ppo_params_find(&a.policy.layout, "actor.0.weight");
    const ppo_param *critic = ppo_params_find(&a.policy.layout, "critic.0.weight");
    const size_t bytes = ppo_param_count(actor) * sizeof(float);
    assert_memory_not_equal(a.policy.params + actor->offset, a.policy.params + critic->offset,
                            bytes);
    assert_memory_not_equal(a.policy.params + actor->offset, b.policy.params + actor->offset,
                            bytes);
    ppo_arena_release(&b.arena);
    ppo_arena_release(&a.arena);
}

static void check_networks(const fixture *b)
{
    const ppo_policy *policy = &b->policy;
    const size_t rows = 11;
    float x[11 * FEATURES], value[11];
    float *space = calloc(policy->scratch_size, sizeof *space);
    double *params = new_doubles(policy->params, policy->layout.size);
    ppo_random random;
    ppo_random_seed(&random, 97);
    assert_non_null(space);
    fill_uniform(x, 11 * FEATURES, &random, -1.0, 1.0);
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, space);
    ppo_policy_value(policy, &s, value, x, rows);
    ppo_policy_forward(policy, PPO_ACTOR_NET, &s, x, rows);
    for (size_t r = 0; r < rows; r++) {
        double row[FEATURES], actor[REFERENCE_MAX_WIDTH], critic[REFERENCE_MAX_WIDTH];
        for (size_t i = 0; i < FEATURES; i++)
            row[i] = x[r * FEATURES + i];
        reference_mlp(&policy->heads[PPO_ACTOR_NET], actor, params, row);
        reference_mlp(&policy->heads[ppo_policy_critic_net(policy)], critic, params, row);
        for (size_t o = 0; o < policy->dist.num_outputs; o++)
            assert_true(relative_error(s.out[o * LD + r], actor[o], 0.5) < 3e-6);
        assert_true(relative_error(value[r], critic[ppo_policy_value_column(policy)], 0.5) < 3e-6);
    }
    free(params);
    free(space);
}

static void test_networks(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * num_dist_cases; k++) {
        const ppo_config config = config_of(k % 2);
        fixture b;
        create(&b, &config, &dist_cases[k / 2]);
        check_networks(&b);
        ppo_arena_release(&b.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_separate), cmocka_unit_test(test_shared),
        cmocka_unit_test(test_initial_values), cmocka_unit_test(test_streams),
        cmocka_unit_test(test_networks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
