// SPDX-License-Identifier: MIT
// Checkpoints and agents as files: what comes back, and what is refused.
#include "ppo/run.h"
#include "agent/agent.h"
#include "rl/trainer_state.h"
#include "run/checkpoint/checkpoint_file.h"
#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include <cmocka.h>

static const ppo_agent_load_options with_small_env = {.struct_size = sizeof with_small_env,
                                                      .env = &small_env};

static ppo_trainer *make_trainer(const ppo_config *config)
{
    ppo_trainer *trainer;
    ppo_error error = {0};
    if (ppo_trainer_create(
            &trainer, config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = &small_env},
            &error) != PPO_OK)
        fail_msg("%s", error.message);
    return trainer;
}

static ppo_trainer *make_small(void)
{
    const ppo_config config = small_config("");
    return make_trainer(&config);
}

static void train(ppo_trainer *trainer, int iterations)
{
    ppo_error error = {0};
    for (int i = 0; i < iterations; i++)
        if (ppo_trainer_step(trainer, NULL, &error) != PPO_OK)
            fail_msg("%s", error.message);
}

static void save(ppo_trainer *trainer, const char *path)
{
    ppo_error error = {0};
    if (ppo_checkpoint_save(trainer, path, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static void load(ppo_trainer *trainer, const char *path)
{
    ppo_error error = {0};
    if (ppo_checkpoint_load(trainer, path, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static void assert_same_stats(const ppo_trainer *a, const ppo_trainer *b)
{
    ppo_stats x = *ppo_trainer_stats(a);
    ppo_stats y = *ppo_trainer_stats(b);
    assert_int_equal(x.iteration, y.iteration);
    assert_int_equal(x.global_step, y.global_step);
    assert_int_equal(x.episodes, y.episodes);
    assert_memory_equal(&x.return_mean, &y.return_mean, sizeof x.return_mean);
    assert_memory_equal(&x.loss, &y.loss, sizeof x.loss);
    assert_memory_equal(&x.learning_rate, &y.learning_rate, sizeof x.learning_rate);
}

static void test_resumed_equals_uninterrupted(void **state)
{
    (void)state;
    for (int before = 0; before <= 6; before++) {
        ppo_trainer *straight = make_small();
        ppo_trainer *first = make_small();
        ppo_trainer *second = make_small();
        train(straight, before + 5);
        train(first, before);
        save(first, scratch_path("k"));
        train(first, 5); // saving changes nothing for who goes on
        load(second, scratch_path("k"));
        train(second, 5);
        assert_int_equal(ppo_trainer_hash(first), ppo_trainer_hash(straight));
        assert_int_equal(ppo_trainer_hash(second), ppo_trainer_hash(straight));
        assert_same_stats(second, straight);
        ppo_trainer_destroy(straight);
        ppo_trainer_destroy(first);
        ppo_trainer_destroy(second);
    }
}

// Also into a trainer that has gone elsewhere meanwhile.
static void test_load_overwrites_all(void **state)
{
    (void)state;
    ppo_trainer *trainer = make_small();
    train(trainer, 2);
    save(trainer, scratch_path("two"));
    train(trainer, 3);
    const uint64_t five = ppo_trainer_hash(trainer);
    train(trainer, 1);
    load(trainer, scratch_path("two"));
    train(trainer, 3);
    assert_int_equal(ppo_trainer_hash(trainer), five);
    ppo_trainer_destroy(trainer);
}

static void test_saving_is_repeatable(void **state)
{
    (void)state;
    ppo_trainer *trainer = make_small();
    ppo_trainer *copy = make_small();
    train(trainer, 3);
    save(trainer, scratch_path("once"));
    save(trainer, scratch_path("twice"));
    load(copy, scratch_path("once"));
    save(copy, scratch_path("again"));
    assert_true(scratch_same(scratch_path("once"), scratch_path("twice")));
    assert_true(scratch_same(scratch_path("once"), scratch_path("again")));
    ppo_trainer_destroy(trainer);
    ppo_trainer_destroy(copy);
}

static void test_agent_and_hash(void **state)
{
    uint64_t hash;
    ppo_agent *agent;
    ppo_error error = {0};
    ppo_evaluation there = {.struct_size = sizeof there};
    ppo_evaluation here = {.struct_size = sizeof here};
    (void)state;
    ppo_trainer *trainer = make_small();
    train(trainer, 3);
    save(trainer, scratch_path("a"));
    assert_int_equal(ppo_checkpoint_hash(&hash, scratch_path("a"), &error), PPO_OK);
    assert_int_equal(hash, ppo_trainer_hash(trainer));
    assert_int_equal(ppo_agent_load(&agent, scratch_path("a"), &with_small_env, &error), PPO_OK);
    assert_int_equal(ppo_agent_hash(agent), hash);
    assert_int_equal(
        ppo_agent_evaluate(ppo_trainer_agent(trainer), &there,
                           &(ppo_evaluate_options){.struct_size = sizeof(ppo_evaluate_options),
                                                   .episodes = 3,
                                                   .seed = 7,
                                                   .deterministic = true},
                           &error),
        PPO_OK);
    assert_int_equal(
        ppo_agent_evaluate(agent, &here,
                           &(ppo_evaluate_options){.struct_size = sizeof(ppo_evaluate_options),
                                                   .episodes = 3,
                                                   .seed = 7,
                                                   .deterministic = true},
                           &error),
        PPO_OK);
    assert_true(here.return_mean == there.return_mean && here.return_std == there.return_std);
    assert_true(here.length_mean == there.length_mean && here.episodes == there.episodes);
    ppo_agent_destroy(agent);
    ppo_trainer_destroy(trainer);
}

static void test_agent_of_unknown_environment(void **state)
{
    ppo_agent *agent;
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    save(trainer, scratch_path("own"));
    assert_int_equal(ppo_agent_load(&agent, scratch_path("own"), NULL, &error), PPO_NOT_FOUND);
    assert_non_null(strstr(error.message, "Walker-v0"));
    assert_int_equal(ppo_agent_load(&agent, scratch_path("none"), NULL, &error), PPO_NOT_FOUND);
    assert_null(agent);
    ppo_trainer_destroy(trainer);
}

static ppo_status load_with(void (*change)(ppo_config *), ppo_error *error)
{
    ppo_config config = small_config("");
    change(&config);
    ppo_trainer *trainer = make_trainer(&config);
    const uint64_t before = ppo_trainer_hash(trainer);
    const ppo_status status = ppo_checkpoint_load(trainer, scratch_path("base"), error);
    if (status != PPO_OK)
        assert_int_equal(ppo_trainer_hash(trainer), before);
    ppo_trainer_destroy(trainer);
    return status;
}

static void change_clip(ppo_config *config)
{
    config->clip_coef = 0.125;
}

static void change_many(ppo_config *config)
{
    config->gamma = 0.5;
    config->hidden_sizes.width[0] = 9;
}

static void change_free(ppo_config *config)
{
    config->total_timesteps *= 2;
    config->threads = 2;
    config->checkpoint_interval_s = 77;
}

static void test_mismatch_names_keys(void **state)
{
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    save(trainer, scratch_path("base"));
    ppo_trainer_destroy(trainer);
    assert_int_equal(load_with(change_clip, &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, "clip_coef: 0.2 there, 0.125 here"));
    assert_int_equal(load_with(change_many, &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, "2 differences"));
    assert_non_null(strstr(error.message, "gamma: 0.995 there, 0.5 here"));
    assert_non_null(strstr(error.message, "hidden_sizes: 8 there, 9 here"));
    assert_int_equal(load_with(change_free, &error), PPO_OK);
}

static void test_not_finite_is_not_written(void **state)
{
    ppo_tensor tensor;
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    train(trainer, 1);
    save(trainer, scratch_path("good"));
    assert_true(scratch_copy(scratch_path("copy"), scratch_path("good")));
    assert_true(ppo_trainer_tensor(trainer, 0, &tensor));
    assert_true(tensor.role == PPO_ROLE_PARAMETER);
    ((float *)tensor.data)[1] = NAN;
    assert_int_equal(ppo_checkpoint_save(trainer, scratch_path("good"), &error), PPO_NUMERIC);
    assert_non_null(strstr(error.message, tensor.name));
    assert_true(scratch_same(scratch_path("copy"), scratch_path("good")));
    ppo_trainer_destroy(trainer);
}

// A failed iteration ends in its middle: nothing of it may be kept, and a checkpoint makes it good.
static void test_failed_training_is_not_written(void **state)
{
    ppo_tensor weight;
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    train(trainer, 1);
    save(trainer, scratch_path("good"));
    assert_true(scratch_copy(scratch_path("copy"), scratch_path("good")));
    const uint64_t hash = ppo_trainer_hash(trainer);
    assert_true(ppo_trainer_tensor(trainer, 0, &weight));
    ppo_trainer_freeze(trainer);
    ((float *)weight.data)[0] = NAN; // found by the update, for gradients read it
    assert_int_equal(ppo_trainer_thaw(trainer, &error), PPO_OK);
    assert_int_equal(ppo_trainer_step(trainer, NULL, &error), PPO_NUMERIC);
    ((float *)weight.data)[0] = 0.0f;
    assert_int_equal(ppo_checkpoint_save(trainer, scratch_path("good"), &error), PPO_NUMERIC);
    assert_non_null(strstr(error.message, "training failed"));
    assert_true(scratch_same(scratch_path("copy"), scratch_path("good")));
    load(trainer, scratch_path("good"));
    assert_true(ppo_trainer_hash(trainer) == hash);
    train(trainer, 1);
    save(trainer, scratch_path("good"));
    ppo_trainer_destroy(trainer);
}

// Checks a copy in a block of exactly its size; returns whether it was refused as damaged.
static bool is_refused(const char *data, size_t size)
{
    ppo_safetensors content;
    ppo_error error = {0};
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    const ppo_status status = ppo_checkpoint_file_check(&content, copy, size, "F", &error);
    if (status == PPO_OK)
        ppo_safetensors_release(&content);
    assert_memory_equal(copy, data, size);
    free(copy);
    return status == PPO_CORRUPT && error.message[0];
}

static char *small_file(size_t *size)
{
    ppo_trainer *trainer = make_small();
    train(trainer, 1);
    save(trainer, scratch_path("small"));
    ppo_trainer_destroy(trainer);
    char *data = scratch_read(size, scratch_path("small"));
    assert_non_null(data);
    return data;
}

static void test_every_truncation_is_refused(void **state)
{
    size_t size;
    (void)state;
    char *data = small_file(&size);
    for (size_t cut = 0; cut < size; cut++)
        assert_true(is_refused(data, cut));
    free(data);
}

static void test_every_bit_flip_is_refused(void **state)
{
    size_t size;
    (void)state;
    char *data = small_file(&size);
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            data[i] = (char)(data[i] ^ 1 << bit);
            if (!is_refused(data, size))
                fail_msg("bit %d of byte %zu", bit, i);
            data[i] = (char)(data[i] ^ 1 << bit);
        }
    }
    free(data);
}

static void test_damaged_load_leaves_the_trainer(void **state)
{
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    ppo_trainer *other = make_small();
    train(trainer, 3);
    save(trainer, scratch_path("d"));
    train(other, 2);
    assert_true(scratch_damage(scratch_path("d"), 5000));
    assert_int_equal(ppo_checkpoint_load(other, scratch_path("d"), &error), PPO_CORRUPT);
    assert_non_null(strstr(error.message, "damaged"));
    train(other, 2);
    train(trainer, 1);
    assert_int_equal(ppo_trainer_hash(other), ppo_trainer_hash(trainer));
    ppo_trainer_destroy(trainer);
    ppo_trainer_destroy(other);
}

static void test_foreign_file(void **state)
{
    float value = 1;
    const ppo_tensor tensor = {"x", PPO_ROLE_PARAMETER, PPO_F32, 1, {1}, 0, 4, &value};
    ppo_bytes bytes = {0};
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    assert_int_equal(ppo_safetensors_format(&bytes, &tensor, 1, NULL, 0, &error), PPO_OK);
    assert_true(scratch_write(scratch_path("x"), bytes.data, bytes.size));
    assert_int_equal(ppo_checkpoint_load(trainer, scratch_path("x"), &error), PPO_CORRUPT);
    assert_non_null(strstr(error.message, "not a libppo checkpoint"));
    assert_true(scratch_write(scratch_path("y"), "hello, world", 12));
    assert_int_equal(ppo_checkpoint_load(trainer, scratch_path("y"), &error), PPO_CORRUPT);
    ppo_bytes_release(&bytes);
    ppo_trainer_destroy(trainer);
}

// Changes a text in a file's header to one of the same length and seals the file again.
static void edit_and_seal(const char *path, const char *from, const char *to)
{
    size_t size;
    char digits[17];
    char *data = scratch_read(&size, path);
    assert_non_null(data);
    char *place = memmem(data, size, from, strlen(from));
    char *checksum = memmem(data, size, "\"checksum\":\"", 12);
    assert_true(place && checksum && strlen(from) == strlen(to));
    memcpy(place, to, strlen(to));
    memcpy(checksum + 12, "0000000000000000", 16);
    snprintf(digits, sizeof digits, "%016" PRIx64, (uint64_t)XXH3_64bits(data, size));
    memcpy(checksum + 12, digits, 16);
    assert_true(scratch_write(path, data, size));
    free(data);
}

static void test_later_format_is_refused(void **state)
{
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    save(trainer, scratch_path("later"));
    edit_and_seal(scratch_path("later"), "\"format_version\":\"3\"", "\"format_version\":\"9\"");
    assert_int_equal(ppo_checkpoint_load(trainer, scratch_path("later"), &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "format 9"));
    ppo_trainer_destroy(trainer);
}

static void test_older_format_is_read(void **state)
{
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    save(trainer, scratch_path("older"));
    edit_and_seal(scratch_path("older"), "\"format_version\":\"3\"", "\"format_version\":\"2\"");
    assert_int_equal(ppo_checkpoint_load(trainer, scratch_path("older"), &error), PPO_OK);
    ppo_trainer_destroy(trainer);
}

static void test_wrong_tensors_are_refused(void **state)
{
    char name[64];
    ppo_tensor tensor;
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    save(trainer, scratch_path("t"));
    assert_true(ppo_trainer_tensor(trainer, 0, &tensor));
    snprintf(name, sizeof name, "\"%s\"", tensor.name);
    char other[64];
    strcpy(other, name);
    other[1] = 'X';
    edit_and_seal(scratch_path("t"), name, other);
    assert_int_equal(ppo_checkpoint_load(trainer, scratch_path("t"), &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, tensor.name));
    ppo_trainer_destroy(trainer);
}

static void test_agent_from_damaged_file(void **state)
{
    ppo_agent *agent;
    uint64_t hash;
    ppo_error error = {0};
    (void)state;
    ppo_trainer *trainer = make_small();
    save(trainer, scratch_path("e"));
    assert_true(scratch_damage(scratch_path("e"), 4000));
    assert_int_equal(ppo_agent_load(&agent, scratch_path("e"), &with_small_env, &error),
                     PPO_CORRUPT);
    assert_null(agent);
    assert_int_equal(ppo_checkpoint_hash(&hash, scratch_path("e"), &error), PPO_CORRUPT);
    ppo_trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resumed_equals_uninterrupted),
        cmocka_unit_test(test_load_overwrites_all),
        cmocka_unit_test(test_saving_is_repeatable),
        cmocka_unit_test(test_agent_and_hash),
        cmocka_unit_test(test_agent_of_unknown_environment),
        cmocka_unit_test(test_mismatch_names_keys),
        cmocka_unit_test(test_not_finite_is_not_written),
        cmocka_unit_test(test_failed_training_is_not_written),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_every_bit_flip_is_refused),
        cmocka_unit_test(test_damaged_load_leaves_the_trainer),
        cmocka_unit_test(test_foreign_file),
        cmocka_unit_test(test_later_format_is_refused),
        cmocka_unit_test(test_older_format_is_read),
        cmocka_unit_test(test_wrong_tensors_are_refused),
        cmocka_unit_test(test_agent_from_damaged_file),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
