// SPDX-License-Identifier: MIT
// The tensors that go into files: which ones, which must be finite, and which files match them.
#include "agent/agent.h"
#include "run/checkpoint/tensor_list.h"

#include "unit/run/support/small_task.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Normalises observations and rewards.
static ppo_trainer *make_trainer(void)
{
    const ppo_config config = small_config("");
    ppo_trainer *trainer;
    ppo_error error = {0};
    if (ppo_trainer_create(
            &trainer, &config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = &small_env},
            &error) != PPO_OK ||
        ppo_trainer_step(trainer, NULL, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return trainer;
}

static ppo_tensor *find(const ppo_tensor_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->tensors[i].name, name) == 0)
            return &list->tensors[i];
    return NULL;
}

static void test_what_is_listed(void **state)
{
    static const char *const for_acting[] = {"actor.0.weight", "critic.2.bias", "obs_norm.mean",
                                             "obs_norm.variance", "obs_norm.count"};
    static const char *const of_the_trainer[] = {"adam.m",           "adam.v",
                                                 "adam.steps",       "reward_norm.variance",
                                                 "collect.features", "env.state",
                                                 "env.episode",      "episodes.returns",
                                                 "trainer.stats",    "reward_norm.discounted",
                                                 "trainer.counters"};
    ppo_tensor_list all, acting, agent;
    (void)state;
    ppo_trainer *trainer = make_trainer();
    assert_int_equal(ppo_tensor_list_of_trainer(&all, trainer, false, NULL), PPO_OK);
    assert_int_equal(ppo_tensor_list_of_trainer(&acting, trainer, true, NULL), PPO_OK);
    ppo_agent *own;
    assert_int_equal(
        ppo_agent_create(&own, ppo_trainer_config(trainer), ppo_trainer_env(trainer), NULL),
        PPO_OK);
    assert_int_equal(ppo_tensor_list_of_agent(&agent, own, NULL), PPO_OK);
    for (size_t i = 0; i < sizeof for_acting / sizeof *for_acting; i++) {
        assert_non_null(find(&all, for_acting[i]));
        assert_non_null(find(&acting, for_acting[i]));
    }
    for (size_t i = 0; i < sizeof of_the_trainer / sizeof *of_the_trainer; i++) {
        assert_non_null(find(&all, of_the_trainer[i]));
        assert_null(find(&acting, of_the_trainer[i]));
    }
    assert_null(find(&all, "params"));    // one by one
    assert_int_equal(agent.count, 8 + 3); // two networks of two layers, and the normaliser
    ppo_tensor_list_release(&all);
    ppo_tensor_list_release(&acting);
    ppo_tensor_list_release(&agent);
    ppo_agent_destroy(own);
    assert_true(all.count == 0 && !all.tensors);
    ppo_trainer_destroy(trainer);
}

static void poison(const ppo_tensor *tensor, size_t element)
{
    if (tensor->dtype == PPO_F32)
        ((float *)tensor->data)[element] = NAN;
    else
        ((double *)tensor->data)[element] = (double)INFINITY;
}

// Every floating-point tensor that learning reads back must be finite, whatever it is called.
static void test_must_be_finite(void **state)
{
    static const struct {
        const char *name;
        size_t element;
    } rows[] = {
        {"actor.0.weight", 3},
        {"critic.2.bias", 0},
        {"adam.m", 5},
        {"adam.v", 0},
        {"obs_norm.mean", 1},
        {"obs_norm.variance", 0},
        {"obs_norm.count", 0},
        {"reward_norm.mean", 0},
        {"reward_norm.variance", 0},
        {"reward_norm.discounted", 1},
    };
    ppo_error error = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ppo_tensor_list list;
        ppo_trainer *trainer = make_trainer();
        assert_int_equal(ppo_tensor_list_of_trainer(&list, trainer, false, NULL), PPO_OK);
        assert_int_equal(ppo_tensor_list_check_finite(&list, "FILE", "written", NULL), PPO_OK);
        const ppo_tensor *tensor = find(&list, rows[i].name);
        assert_non_null(tensor);
        poison(tensor, rows[i].element);
        if (ppo_tensor_list_check_finite(&list, "FILE", "written", &error) != PPO_NUMERIC)
            fail_msg("%s was not looked at", rows[i].name);
        assert_non_null(strstr(error.message, "FILE is not written"));
        assert_non_null(strstr(error.message, rows[i].name));
        ppo_tensor_list_release(&list);
        ppo_trainer_destroy(trainer);
    }
}

static void test_match_and_fill(void **state)
{
    ppo_tensor_list list, other;
    ppo_bytes bytes = {0};
    ppo_safetensors file;
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_trainer();
    assert_int_equal(ppo_tensor_list_of_trainer(&list, trainer, false, NULL), PPO_OK);
    assert_int_equal(ppo_safetensors_format(&bytes, list.tensors, list.count, NULL, 0, NULL),
                     PPO_OK);
    assert_int_equal(ppo_safetensors_parse(&file, bytes.data, bytes.size, "FILE", NULL), PPO_OK);
    assert_int_equal(ppo_tensor_list_match(&list, &file, true, "FILE", &error), PPO_OK);

    // Filling brings back what was written.
    ppo_tensor *weight = find(&list, "actor.0.weight");
    assert_non_null(weight);
    float *value = weight->data;
    const float was = value[2];
    value[2] = was + 1.0f;
    ppo_tensor_list_fill(&list, &file);
    assert_true(value[2] == was);

    // Fewer tensors match unless it must be exactly these.
    assert_int_equal(ppo_tensor_list_of_trainer(&other, trainer, true, NULL), PPO_OK);
    assert_int_equal(ppo_tensor_list_match(&other, &file, false, "FILE", &error), PPO_OK);
    assert_int_equal(ppo_tensor_list_match(&other, &file, true, "FILE", &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, "tensors where"));
    ppo_tensor_list_release(&other);

    // Another shape, another type, another name.
    weight->shape[0]++;
    assert_int_equal(ppo_tensor_list_match(&list, &file, true, "FILE", &error), PPO_MISMATCH);
    assert_non_null(
        strstr(error.message, "\"actor.0.weight\" is F32 [8, 2] there, F32 [9, 2] here"));
    weight->shape[0]--;
    ppo_tensor *episodes = find(&list, "env.state");
    assert_non_null(episodes);
    episodes->shape[1]++;
    assert_int_equal(ppo_tensor_list_match(&list, &file, true, "FILE", &error), PPO_UNSUPPORTED);
    assert_non_null(
        strstr(error.message, "FILE was written with another version of this environment"));
    episodes->shape[1]--;
    weight->dtype = PPO_U32;
    assert_int_equal(ppo_tensor_list_match(&list, &file, true, "FILE", &error), PPO_MISMATCH);
    weight->dtype = PPO_F32;
    weight->name[0] = 'x';
    assert_int_equal(ppo_tensor_list_match(&list, &file, true, "FILE", &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, "lacks the tensor \"xctor.0.weight\""));

    ppo_safetensors_release(&file);
    ppo_bytes_release(&bytes);
    ppo_tensor_list_release(&list);
    ppo_trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_listed),
        cmocka_unit_test(test_must_be_finite),
        cmocka_unit_test(test_match_and_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
