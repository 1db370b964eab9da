// SPDX-License-Identifier: MIT
// Small trainers: see training.h.
#include "unit/rl/support/training.h"

#include "rl/trainer_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const training_case training_cases[] = {
    {"discrete", TOY_DISCRETE, ""},
    {"multi-discrete", TOY_MULTI_DISCRETE, ""},
    {"multi-binary", TOY_MULTI_BINARY, "shared_network=true"},
    {"continuous", TOY_BOX, ""},
    {"shared", TOY_DISCRETE, "shared_network=true clip_vloss=false"},
    {"shared, continuous", TOY_BOX, "shared_network=true norm_adv=batch"},
    {"other critic", TOY_DISCRETE, "critic_hidden_sizes=33,8,5 norm_adv=off"},
    {"normalised", TOY_DISCRETE, "norm_obs=true norm_reward=true"},
    {"normalised, continuous", TOY_BOX, "norm_obs=true norm_reward=true clip_reward=0.9"},
    {"two optimisers", TOY_DISCRETE, "separate_optimizers=true critic_learning_rate=0.002"},
    {"two optimisers, continuous", TOY_BOX, "separate_optimizers=true"},
    {"relu", TOY_DISCRETE, "activation=relu max_grad_norm=0"},
    {"exp deviation", TOY_BOX, "std_source=exp log_std_init=-0.5"},
    {"sigmoid deviation", TOY_BOX, "std_source=sigmoid shared_network=true"},
    {"squashed", TOY_BOX, "action_bound=tanh"},
    {"squashed, exp", TOY_BOX, "action_bound=tanh std_source=exp norm_reward=true"},
    {"raw", TOY_BOX, "action_bound=raw"},
    {"target_kl", TOY_DISCRETE, "target_kl=0.002 learning_rate=0.01 update_epochs=8"},
    {"odd minibatches", TOY_DISCRETE, "minibatch_size=37"},
    {"a last sample alone", TOY_DISCRETE, "minibatch_size=191"},
    {"one minibatch", TOY_BOX, "num_minibatches=1"},
    {"many chunks", TOY_DISCRETE, "num_envs=40 num_minibatches=2"},
    {"linear", TOY_DISCRETE, "hidden_sizes="},
    {"wide", TOY_BOX, "hidden_sizes=130,70"},
    {"schedules", TOY_DISCRETE, "lr_schedule=cosine clip_schedule=0:1,0.5:0.3,1:0"},
    {"sticky, skipping", TOY_DISCRETE, "sticky_action_prob=0.25 frame_skip=3"},
    {"time limit", TOY_DISCRETE, "max_episode_steps=5"},
    {"one environment", TOY_BOX, "num_envs=1 num_steps=40"},
    {"stacks", TOY_DISCRETE, "frame_stack=3"},
    {"stacks, normalised", TOY_BOX, "frame_stack=4 norm_obs=true shared_network=true"},
    {"lstm", TOY_DISCRETE, "memory=lstm memory_size=20 sequence_length=4"},
    {"lstm, shared, normalised", TOY_BOX,
     "memory=lstm memory_size=33 sequence_length=2 shared_network=true norm_obs=true "
     "norm_reward=true"},
    {"lstm, time limit", TOY_MULTI_BINARY,
     "memory=lstm memory_size=16 shared_network=true max_episode_steps=5 num_envs=40"},
    {"lstm, linear, stacks", TOY_MULTI_DISCRETE,
     "memory=lstm memory_size=5 hidden_sizes= frame_stack=3 sequence_length=1"},
    {"gru", TOY_BOX, "memory=gru memory_size=16 std_source=exp action_bound=tanh norm_adv=batch"},
    {"gru, two optimisers", TOY_DISCRETE,
     "memory=gru memory_size=9 separate_optimizers=true critic_hidden_sizes=33,8 "
     "num_minibatches=2"},
    {"gru, shards", TOY_BOX,
     "memory=gru memory_size=8 sequence_length=4 shards=2 "
     "num_minibatches=2"},
    {"gru, odd minibatches", TOY_DISCRETE,
     "memory=gru memory_size=17 sequence_length=4 minibatch_size=76"},
    {"mixed", TOY_MIXED, "norm_obs=false"},
    {"mixed, normalised, shared", TOY_MIXED, "shared_network=true norm_obs=true frame_stack=3"},
    {"mixed, lstm, masked", TOY_MIXED_MASKED,
     "memory=lstm memory_size=12 norm_obs=true sequence_length=4"},
    {"mixed, squashed", TOY_MIXED_MASKED, "action_bound=tanh std_source=exp norm_reward=true"},
    {"mixed, masked, stacks", TOY_MIXED_MASKED, "separate_optimizers=true frame_stack=2"},
// A minute each under sanitisers; test_vision and test_collect_frames have the same pictures.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
    {"pictures", TOY_PICTURE, "frame_stack=2 num_steps=10"},
    {"pictures, shared", TOY_PICTURE, "frame_stack=4 shared_network=true num_steps=10"},
    {"pictures in colour", TOY_COLOURS, "shared_network=true minibatch_size=37 num_steps=10"},
    {"pictures, two optimisers", TOY_PICTURE, "separate_optimizers=true num_envs=9 num_steps=5"},
    {"pictures, lstm", TOY_PICTURE, "memory=lstm memory_size=24 shared_network=true num_steps=10"},
    {"pictures, gru", TOY_TINY_PICTURE,
     "network=impala_cnn memory=gru memory_size=16 num_steps=10"},
    {"mixed pictures", TOY_MIXED_PICTURE, "num_steps=10 cnn_features=32"},
    {"mixed pictures, shared", TOY_MIXED_PICTURE,
     "shared_network=true norm_obs=true frame_stack=2 num_steps=10"},
    {"mixed impala", TOY_MIXED_PICTURE,
     "network=impala_cnn norm_obs=true num_envs=5 num_steps=5 minibatch_size=16 hidden_sizes="},
    {"mixed pictures, gru", TOY_MIXED_PICTURE, "memory=gru memory_size=9 num_steps=10"},
    {"mixed pictures as floats", TOY_MIXED_PICTURE, "network=mlp num_steps=10"},
    {"pictures as floats", TOY_TINY_PICTURE, "network=mlp frame_stack=2"},
    {"impala", TOY_TINY_PICTURE, "network=impala_cnn frame_stack=3 num_steps=10"},
    {"impala, shared", TOY_TINY_PICTURE, "network=impala_cnn shared_network=true num_steps=10"},
#endif
};
const size_t num_training_cases = sizeof training_cases / sizeof *training_cases;

const training_case *training_case_named(const char *name)
{
    for (size_t i = 0; i < num_training_cases; i++)
        if (strcmp(training_cases[i].name, name) == 0)
            return &training_cases[i];
    return NULL;
}

// Sets "name=text" up to the next space.
static const char *set_one(ppo_config *config, const char *text)
{
    char name[64], value[64] = "";
    ppo_error error = {0};
    int length = 0;
    if (sscanf(text, "%63[^=]=%n", name, &length) != 1)
        fail_msg("settings: %s", text);
    text += length;
    if (sscanf(text, "%63[^ ]%n", value, &length) == 1)
        text += length;
    if (ppo_config_set(config, name, value, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return text + strspn(text, " ");
}

ppo_config training_config(const training_case *c, uint32_t threads)
{
    ppo_config config;
    ppo_config_defaults(&config);
    snprintf(config.env_id, sizeof config.env_id, "%s", toy_class(c->toy)->id);
    config.seed = TOY_SEED;
    config.norm_obs = config.norm_reward = false;
    config.clip_vloss = true;
    config.num_envs = 6;
    config.num_steps = 32;
    config.num_minibatches = 3;
    config.update_epochs = 3;
    config.hidden_sizes = (ppo_widths){.count = 2, .width = {17, 9}};
    config.learning_rate = 1e-3;
    config.eval_episodes = 5;
    config.threads = threads;
    for (const char *text = c->settings; *text;)
        text = set_one(&config, text);
    config.total_timesteps = 20 * ppo_config_batch_size(&config);
    return config;
}

ppo_trainer *training_create(const ppo_config *config, const ppo_env_class *env)
{
    ppo_trainer *trainer = NULL;
    ppo_error error = {0};
    if (ppo_trainer_create(
            &trainer, config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = env},
            &error) != PPO_OK)
        fail_msg("%s", error.message);
    return trainer;
}

void training_run(ppo_trainer *trainer, int iterations)
{
    for (int i = 0; i < iterations; i++) {
        ppo_error error = {0};
        if (ppo_trainer_step(trainer, NULL, &error) != PPO_OK)
            fail_msg("%s", error.message);
    }
}

static size_t tensor_bytes(const ppo_tensor *tensor)
{
    size_t bytes = ppo_dtype_size(tensor->dtype);
    for (uint32_t i = 0; i < tensor->rank; i++)
        bytes *= tensor->shape[i];
    return bytes;
}

void training_copy_state(ppo_trainer *to, ppo_trainer *from)
{
    ppo_tensor a, b;
    ppo_error error = {0};
    size_t i = 0;
    ppo_trainer_freeze(from);
    for (; ppo_trainer_tensor(from, i, &a); i++) {
        assert_true(ppo_trainer_tensor(to, i, &b));
        assert_string_equal(a.name, b.name);
        assert_int_equal(tensor_bytes(&a), tensor_bytes(&b));
        memcpy(b.data, a.data, tensor_bytes(&a));
    }
    assert_false(ppo_trainer_tensor(to, i, &b));
    if (ppo_trainer_thaw(to, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

// The bytes from member `first` to member `last` of two structs of one type.
#define ASSERT_SAME_MEMBERS(a, b, first, last)    \
    assert_memory_equal(&(a)->first, &(b)->first, \
                        (size_t)((const char *)(&(a)->last + 1) - (const char *)&(a)->first))

void assert_same_stats(const ppo_stats *a, const ppo_stats *b)
{
    ASSERT_SAME_MEMBERS(a, b, struct_size, epochs);
    ASSERT_SAME_MEMBERS(a, b, collect_seconds, update_seconds);
}

void assert_same_evaluation(const ppo_evaluation *a, const ppo_evaluation *b)
{
    ASSERT_SAME_MEMBERS(a, b, struct_size, episodes);
    ASSERT_SAME_MEMBERS(a, b, return_mean, episodes_lost);
}
