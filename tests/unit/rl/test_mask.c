// SPDX-License-Identifier: MIT
// Action masks: forbidden actions are never taken, while learning or acting; what they depend on
// has no gradient; learning works, in threads and processes, and goes on after a checkpoint with
// the same bits.
#include "agent/dist.h"
#include "rl/trainer_state.h"

#include "nn/mlp.h"
#include "ppo/random.h"
#include "ppo/agent.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define LD PPO_CHUNK_ROWS

// --- a house with locked doors -----------------------------------------------------------------

// Two locks a step, with 5 and 3 keys. The last key of the first lock never fits; of the others
// those fit whose number differs from what the agent sees. The key after it, counted round, pays.
enum { KEYS = 5, MORE_KEYS = 3, LENGTH = 20 };

typedef struct ppo_house {
    ppo_random random;
    int32_t door, steps;
} ppo_house;

static atomic_int *broken; // forbidden actions taken, in all processes

static void house_mask(const void *self, uint8_t *allowed)
{
    const ppo_house *h = self;
    allowed[h->door] = 0;
    allowed[KEYS - 1] = 0;
    allowed[KEYS + h->door % MORE_KEYS] = 0;
}

static void observe(ppo_house *h, float *obs)
{
    h->door = (int32_t)ppo_random_integers(&h->random, 0, KEYS - 1);
    for (int i = 0; i < KEYS - 1; i++)
        obs[i] = i == h->door;
}

static ppo_status house_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    ppo_house *h = self;
    (void)error;
    if (seed)
        ppo_random_seed(&h->random, *seed);
    h->steps = 0;
    observe(h, observation);
    return PPO_OK;
}

static ppo_status house_step(void *self, const void *action, void *observation,
                             ppo_transition *transition, ppo_error *error)
{
    ppo_house *h = self;
    const int32_t *key = action;
    uint8_t allowed[KEYS + MORE_KEYS];
    (void)error;
    memset(allowed, 1, sizeof allowed);
    house_mask(h, allowed);
    if (!allowed[key[0]] || !allowed[KEYS + key[1]])
        atomic_fetch_add(broken, 1);
    transition->reward = key[0] == (h->door + 1) % (KEYS - 1);
    transition->terminated = ++h->steps == LENGTH;
    observe(h, observation);
    return PPO_OK;
}

static const uint32_t num_keys[2] = {KEYS, MORE_KEYS};

static const ppo_env_class house_class = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "House-v0",
    .observation_space = PPO_SPACE_FLOATS(KEYS - 1, NULL, NULL),
    .action_space = {PPO_SPACE_MULTI_DISCRETE, PPO_I32, 1, {2}, NULL, NULL, {num_keys}},
    .reward_threshold = (double)NAN,
    .instance_size = sizeof(ppo_house),
    .state_size = sizeof(ppo_house),
    .reset = house_reset,
    .step = house_step,
    .action_mask = house_mask,
};

static int setup(void **state)
{
    (void)state;
    void *memory =
        mmap(NULL, sizeof *broken, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    broken = memory;
    return 0;
}

static ppo_config small_config(void)
{
    ppo_config config;
    ppo_config_defaults(&config);
    strcpy(config.env_id, house_class.id);
    config.num_envs = 6;
    config.num_steps = 64;
    config.total_timesteps = 1 << 20;
    config.learning_rate = 5e-3;
    config.lr_schedule.kind = PPO_SCHEDULE_CONSTANT;
    config.hidden_sizes = (ppo_widths){.count = 1, .width = {16}};
    config.ent_coef = 0.01;
    config.eval_episodes = 8;
    config.num_minibatches = 3;
    config.threads = 2;
    config.sticky_action_prob = 0.1;
    return config;
}

static ppo_trainer *create(const ppo_config *config)
{
    ppo_trainer *trainer;
    ppo_error error = {0};
    if (ppo_trainer_create(
            &trainer, config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = &house_class},
            &error) != PPO_OK)
        fail_msg("%s", error.message);
    return trainer;
}

static void run(ppo_trainer *trainer, int iterations)
{
    ppo_error error = {0};
    for (int i = 0; i < iterations; i++)
        if (ppo_trainer_step(trainer, NULL, &error) != PPO_OK)
            fail_msg("%s", error.message);
}

// --- the distribution --------------------------------------------------------------------------

static ppo_dist house_dist(void)
{
    return ppo_dist_for(&house_class.action_space, PPO_STD_PARAMETER, PPO_ACTION_CLIP);
}

static void test_forbidden_values_have_no_probability(void **state)
{
    (void)state;
    _Alignas(64) float out[(KEYS + MORE_KEYS) * LD] = {0.0f}, action[2 * LD] = {1.0f};
    _Alignas(64) float log_prob[LD], entropy[LD];
    const uint8_t masks[2][KEYS + MORE_KEYS] = {{0, 1, 0, 1, 0, 1, 1, 1}, {0, 0, 0, 1, 0, 0, 1, 0}};
    const uint32_t index[2] = {1, 0};
    const ppo_dist dist = house_dist();
    action[0] = 3.0f, action[1] = 1.0f, action[LD] = 1.0f, action[LD + 1] = 2.0f;
    ppo_dist_forbid(&dist, out, PPO_FORBIDDEN, &masks[0][0], index, 2);
    ppo_dist_prepare(&dist, out, 2);
    ppo_dist_eval(&dist, log_prob, entropy, out, NULL, action, 2);
    assert_true(fabsf(log_prob[0]) < 1e-6f && fabsf(entropy[0]) < 1e-6f); // one of each is left
    assert_true(fabsf(log_prob[1] + logf(6.0f)) < 1e-6f && fabsf(entropy[1] - logf(6.0f)) < 1e-5f);
}

static void test_rounded_actions_are_brought_back(void **state)
{
    (void)state;
    const uint8_t masks[3][KEYS + MORE_KEYS] = {
        {0, 1, 0, 1, 0, 1, 1, 0}, {1, 0, 0, 0, 0, 0, 1, 1}, {0, 0, 1, 0, 0, 1, 0, 0}};
    float action[2 * LD] = {0.0f};
    const ppo_dist dist = house_dist();
    action[0] = 4.0f, action[1] = 4.0f, action[2] = 0.0f;
    action[LD] = 2.0f, action[LD + 1] = 0.0f, action[LD + 2] = 2.0f;
    ppo_dist_allow(&dist, action, &masks[0][0], 3);
    assert_true(action[0] == 3.0f && action[1] == 0.0f && action[2] == 2.0f);
    assert_true(action[LD] == 1.0f && action[LD + 1] == 1.0f && action[LD + 2] == 0.0f);
}

// --- learning ----------------------------------------------------------------------------------

// The last key's logit never matters: the weights that make it stay as they are.
static void test_what_is_never_allowed_has_no_gradient(void **state)
{
    const ppo_config config = small_config();
    ppo_trainer *trainer = create(&config);
    float before[2][KEYS + MORE_KEYS][16] = {{{0.0f}}}; // weights, biases
    bool other_moved[2] = {false, false};
    (void)state;
    for (int pass = 0; pass < 2; pass++) {
        ppo_tensor tensor;
        for (size_t i = 0; ppo_trainer_tensor(trainer, i, &tensor); i++) {
            if (strncmp(tensor.name, "actor.", 6) != 0 || tensor.shape[0] != KEYS + MORE_KEYS)
                continue;
            const size_t kind = tensor.rank == 1, width = kind ? 1 : 16;
            const float *value = tensor.data;
            for (size_t row = 0; row < KEYS + MORE_KEYS; row++)
                for (size_t j = 0; j < width; j++) {
                    const float now = value[row * width + j];
                    if (pass == 0)
                        before[kind][row][j] = now;
                    else if (row == KEYS - 1)
                        assert_true(before[kind][row][j] == now);
                    else
                        other_moved[kind] |= before[kind][row][j] != now;
                }
        }
        run(trainer, 3);
    }
    assert_true(other_moved[0] && other_moved[1]);
    ppo_trainer_destroy(trainer);
}

static void evaluate(ppo_trainer *trainer, bool deterministic, double at_least)
{
    ppo_evaluation evaluation = {.struct_size = sizeof evaluation};
    ppo_error error = {0};
    if (ppo_agent_evaluate(ppo_trainer_agent(trainer), &evaluation,
                           &(ppo_evaluate_options){.struct_size = sizeof(ppo_evaluate_options),
                                                   .episodes = 40,
                                                   .seed = 9,
                                                   .deterministic = deterministic},
                           &error) != PPO_OK)
        fail_msg("%s", error.message);
    if (evaluation.return_mean < at_least)
        fail_msg("a return of %g, not %g", evaluation.return_mean, at_least);
}

// Chance gives a third of the 20 steps or less.
static void test_it_learns_and_obeys(void **state)
{
    (void)state;
    const ppo_config config = small_config();
    ppo_trainer *trainer = create(&config);
    atomic_store(broken, 0);
    evaluate(trainer, false, 0.0);
    evaluate(trainer, true, 0.0);
    run(trainer, 40);
    evaluate(trainer, false, 15.0);
    evaluate(trainer, true, 18.0);
    assert_int_equal(atomic_load(broken), 0);
    ppo_trainer_destroy(trainer);
}

static void test_processes_give_the_same_bits(void **state)
{
    (void)state;
    ppo_config config = small_config();
    ppo_trainer *threads = create(&config);
    config.workers = PPO_WORKERS_PROCESS;
    config.num_workers = 2;
    ppo_trainer *processes = create(&config);
    atomic_store(broken, 0);
    run(threads, 3);
    run(processes, 3);
    assert_true(ppo_trainer_hash(threads) == ppo_trainer_hash(processes));
    assert_int_equal(atomic_load(broken), 0);
    ppo_trainer_destroy(threads);
    ppo_trainer_destroy(processes);
}

// The probabilities that acted are those that the update begins with.
static void test_acting_and_learning_agree(void **state)
{
    (void)state;
    ppo_config config = small_config();
    ppo_stats stats = {.struct_size = sizeof stats};
    ppo_error error = {0};
    config.update_epochs = config.num_minibatches = 1;
    ppo_trainer *trainer = create(&config);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(ppo_trainer_step(trainer, &stats, &error), PPO_OK);
        assert_true(fabs(stats.approx_kl) < 1e-6 && stats.clip_fraction == 0.0);
    }
    ppo_trainer_destroy(trainer);
}

// An untrained policy, nearly uniform, among the keys 0 and 3: each half of the time.
static void test_an_agent_chooses_among_the_allowed(void **state)
{
    (void)state;
    enum { COUNT = 4000 };
    static float obs[COUNT * (KEYS - 1)];
    static uint8_t masks[COUNT][KEYS + MORE_KEYS];
    static int32_t actions[COUNT][2];
    const ppo_config config = small_config();
    ppo_trainer *trainer = create(&config);
    size_t zeros = 0;
    for (size_t i = 0; i < COUNT; i++)
        memcpy(masks[i], (uint8_t[]){1, 0, 0, 1, 0, 0, 1, 0}, KEYS + MORE_KEYS);
    ppo_actor *actor;
    const ppo_act_options options = {
        .struct_size = sizeof options, .seed = 3, .masks = &masks[0][0]};
    assert_int_equal(ppo_actor_create(&actor, ppo_trainer_agent(trainer), NULL), PPO_OK);
    assert_int_equal(ppo_actor_act(actor, actions, obs, COUNT, &options, NULL), PPO_OK);
    ppo_actor_destroy(actor);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true((actions[i][0] == 0 || actions[i][0] == 3) && actions[i][1] == 1);
        zeros += actions[i][0] == 0;
    }
    if (fabs((double)zeros / COUNT - 0.5) > 0.04)
        fail_msg("key 0 in %zu of %d cases", zeros, COUNT);
    ppo_trainer_destroy(trainer);
}

// A trainer that takes over another's state knows what is allowed in the step to come.
static void test_it_goes_on_from_a_checkpoint(void **state)
{
    (void)state;
    const ppo_config config = small_config();
    ppo_trainer *one = create(&config), *other = create(&config);
    ppo_tensor from, to;
    ppo_error error = {0};
    atomic_store(broken, 0);
    run(one, 2);
    ppo_trainer_freeze(one);
    for (size_t i = 0; ppo_trainer_tensor(one, i, &from); i++) {
        assert_true(ppo_trainer_tensor(other, i, &to));
        size_t bytes = ppo_dtype_size(from.dtype);
        for (uint32_t k = 0; k < from.rank; k++)
            bytes *= from.shape[k];
        memcpy(to.data, from.data, bytes);
    }
    assert_int_equal(ppo_trainer_thaw(other, &error), PPO_OK);
    run(one, 2);
    run(other, 2);
    assert_true(ppo_trainer_hash(one) == ppo_trainer_hash(other));
    assert_int_equal(atomic_load(broken), 0);
    ppo_trainer_destroy(one);
    ppo_trainer_destroy(other);
}

// --- refusals ----------------------------------------------------------------------------------

static void nothing_allowed(const void *self, uint8_t *allowed)
{
    memset(allowed, 0, ((const ppo_house *)self)->steps == 3 ? KEYS : 0);
}

static void test_masks_that_allow_nothing_are_refused(void **state)
{
    (void)state;
    ppo_env_class strict = house_class;
    ppo_config config = small_config();
    ppo_trainer *trainer;
    ppo_error error = {0};
    strict.action_mask = nothing_allowed;
    assert_int_equal(
        ppo_trainer_create(
            &trainer, &config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = &strict},
            &error),
        PPO_OK);
    assert_int_equal(ppo_trainer_step(trainer, NULL, &error), PPO_ENV_FAILED);
    assert_non_null(strstr(error.message, "action_mask allows no value of action component 0"));
    assert_non_null(strstr(error.message, "House-v0, environment 0, episode step 3"));
    ppo_trainer_destroy(trainer);
    strict.action_space = (ppo_space)PPO_SPACE_FLOATS(1, NULL, NULL);
    assert_int_equal(
        ppo_trainer_create(
            &trainer, &config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = &strict},
            &error),
        PPO_INVALID);
    assert_non_null(strstr(error.message, "not a box"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forbidden_values_have_no_probability),
        cmocka_unit_test(test_rounded_actions_are_brought_back),
        cmocka_unit_test(test_what_is_never_allowed_has_no_gradient),
        cmocka_unit_test(test_it_learns_and_obeys),
        cmocka_unit_test(test_processes_give_the_same_bits),
        cmocka_unit_test(test_acting_and_learning_agree),
        cmocka_unit_test(test_an_agent_chooses_among_the_allowed),
        cmocka_unit_test(test_it_goes_on_from_a_checkpoint),
        cmocka_unit_test(test_masks_that_allow_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
