// SPDX-License-Identifier: MIT
// Event files, read back by protobuf-c: what is in them, that they agree with the CSV files, that a
// killed and resumed run writes each thing once, and films in them.
#include "run/tensorboard/tensorboard.h"
#include "run/directory.h"

#include "ppo/run.h"
#include "run/tensorboard/tfrecord.h"
#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef PPO_HAVE_TENSORBOARD
#include "tensorboard.pb-c.h"

#define EVENTS "/" PPO_TENSORBOARD_NAME

// The events of a file, all of whose bytes must be whole records.
typedef struct events {
    size_t count;
    Ppo__Event *event[512];
} events;

static const char *in(const char *dir, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s%s", dir, name);
    return scratch_path(path);
}

static events read_events(const char *path)
{
    size_t size;
    events e = {0};
    unsigned char *bytes = (unsigned char *)scratch_read(&size, path);
    assert_non_null(bytes);
    assert_int_equal(ppo_tfrecord_whole((const char *)bytes, size), size);
    for (size_t at = 0; at < size;) {
        const size_t length = bytes[at] | (size_t)bytes[at + 1] << 8 | (size_t)bytes[at + 2] << 16;
        assert_true(e.count < 512);
        e.event[e.count] = ppo__event__unpack(NULL, length, bytes + at + PPO_TFRECORD_DATA_AT);
        assert_non_null(e.event[e.count++]);
        at += length + PPO_TFRECORD_EXTRA;
    }
    free(bytes);
    return e;
}

static void release_events(events *e)
{
    for (size_t i = 0; i < e->count; i++)
        ppo__event__free_unpacked(e->event[i], NULL);
}

static const Ppo__Summary__Value *find(const Ppo__Event *event, const char *tag)
{
    if (event->what_case != PPO__EVENT__WHAT_SUMMARY)
        return NULL;
    for (size_t i = 0; i < event->summary->n_value; i++)
        if (strcmp(event->summary->value[i]->tag, tag) == 0)
            return event->summary->value[i];
    return NULL;
}

// --- the file by itself -------------------------------------------------------------------------

static void test_content(void **state)
{
    ppo_tensorboard board;
    ppo_error error = {0};
    bool changed;
    const ppo_config config = small_config("somewhere");
    const ppo_metrics metrics = {3, {{"iteration", 7}, {"a/b", 0.25}, {"a/none", (double)NAN}}};
    (void)state;
    assert_int_equal(
        ppo_tensorboard_open(&board, scratch_path("file"), &config, 0, &changed, &error), PPO_OK);
    assert_int_equal(ppo_tensorboard_add(&board, 12345678901, &metrics, &error), PPO_OK);
    ppo_tensorboard_close(&board);
    events e = read_events(scratch_path("file"));
    assert_int_equal(e.count, 4);
    assert_int_equal(e.event[0]->what_case, PPO__EVENT__WHAT_FILE_VERSION);
    assert_string_equal(e.event[0]->file_version, "brain.Event:2");
    for (size_t i = 0; i < e.count; i++)
        assert_true(e.event[i]->wall_time > 1.7e9);

    const Ppo__Summary__Value *table = find(e.event[1], "hyperparameters");
    assert_non_null(table);
    assert_string_equal(table->metadata->plugin->name, "text");
    assert_int_equal(table->value_case, PPO__SUMMARY__VALUE__VALUE_TENSOR);
    assert_int_equal(table->tensor->dtype, 7);
    const ProtobufCBinaryData text = table->tensor->string_val[0];
    assert_non_null(memmem(text.data, text.len, "| num_steps | 16 |\n", 19));

    const Ppo__Summary__Value *start = find(e.event[2], "_hparams_/session_start_info");
    assert_string_equal(start->metadata->plugin->name, "hparams");
    const ProtobufCBinaryData content = start->metadata->plugin->content;
    Ppo__Hparams *hparams = ppo__hparams__unpack(NULL, content.len, content.data);
    bool found = false;
    for (size_t i = 0; i < hparams->start->n_hparams; i++) {
        const Ppo__HparamsStart__Entry *entry = hparams->start->hparams[i];
        assert_string_not_equal(entry->key, "run_dir"); // changes nothing
        found = found || (strcmp(entry->key, "num_steps") == 0 && entry->value->number == 16.0);
    }
    assert_true(found);
    ppo__hparams__free_unpacked(hparams, NULL);

    assert_int_equal(e.event[3]->step, 12345678901);
    assert_int_equal(e.event[3]->summary->n_value, 1); // a tag without a slash, a NAN: left out
    assert_true(find(e.event[3], "a/b")->simple_value == 0.25f);
    release_events(&e);
}

static void test_gif(void **state)
{
    static const unsigned char gif[] = "GIF89a\x40\x01\xd2\x00 and so on";
    ppo_tensorboard board;
    ppo_error error = {0};
    bool changed;
    const ppo_config config = small_config("somewhere");
    (void)state;
    assert_int_equal(
        ppo_tensorboard_open(&board, scratch_path("gif"), &config, 0, &changed, &error), PPO_OK);
    assert_int_equal(ppo_tensorboard_add_gif(&board, 9, "video", "PNG", 3, &error), PPO_CORRUPT);
    assert_int_equal(ppo_tensorboard_add_gif(&board, 9, "video", gif, sizeof gif, &error), PPO_OK);
    ppo_tensorboard_close(&board);
    events e = read_events(scratch_path("gif"));
    const Ppo__Summary__Image *image = find(e.event[3], "video")->image;
    assert_int_equal(image->width, 320);
    assert_int_equal(image->height, 210);
    assert_int_equal(image->encoded_image.len, sizeof gif);
    assert_memory_equal(image->encoded_image.data, gif, sizeof gif);
    release_events(&e);
}

// --- of runs ------------------------------------------------------------------------------------

static void go(const ppo_config *config, int iterations)
{
    ppo_run *run;
    ppo_error error = {0};
    if (ppo_run_open(&run, config, &small_env, false, &error) != PPO_OK)
        fail_msg("%s", error.message);
    assert_string_equal(ppo_run_notice(run), "");
    while (iterations-- > 0 && !ppo_trainer_done(ppo_run_trainer(run)))
        assert_int_equal(ppo_run_step(run, NULL, &error), PPO_OK);
    if (ppo_trainer_done(ppo_run_trainer(run)))
        assert_int_equal(ppo_run_finish(run, NULL, &error), PPO_OK);
    ppo_run_close(run);
}

// All events but for wall clock: equal runs are equal, whatever happened to them.
static void assert_alike(const char *one, const char *other)
{
    events a = read_events(one), b = read_events(other);
    assert_int_equal(a.count, b.count);
    for (size_t i = 0; i < a.count; i++) {
        assert_int_equal(a.event[i]->step, b.event[i]->step);
        if (a.event[i]->what_case != PPO__EVENT__WHAT_SUMMARY)
            continue;
        assert_int_equal(a.event[i]->summary->n_value, b.event[i]->summary->n_value);
        for (size_t k = 0; k < a.event[i]->summary->n_value; k++) {
            const Ppo__Summary__Value *x = a.event[i]->summary->value[k];
            const Ppo__Summary__Value *y = b.event[i]->summary->value[k];
            assert_string_equal(x->tag, y->tag);
            if (strncmp(x->tag, "time/", 5) != 0 &&
                x->value_case != PPO__SUMMARY__VALUE__VALUE_TENSOR)
                assert_memory_equal(&x->simple_value, &y->simple_value, sizeof x->simple_value);
        }
    }
    release_events(&a);
    release_events(&b);
}

static void test_run_writes_all(void **state)
{
    const ppo_config config = small_config(scratch_path("straight"));
    size_t num_iterations = 0, num_evaluations = 0;
    int64_t step = 0;
    (void)state;
    go(&config, 1000);
    events e = read_events(in("straight", EVENTS));
    for (size_t i = 0; i < e.count; i++) {
        assert_true(e.event[i]->step >= step);
        step = e.event[i]->step;
        num_iterations += find(e.event[i], "train/approx_kl") != NULL;
        num_evaluations += find(e.event[i], "eval/mean_reward") != NULL;
        if (find(e.event[i], "train/approx_kl"))
            assert_non_null(find(e.event[i], "time/time_elapsed"));
        if (find(e.event[i], "eval/mean_reward"))
            assert_non_null(find(e.event[i], "eval/mean_ep_length"));
    }
    assert_int_equal(num_iterations, 12);
    assert_int_equal(num_evaluations, 3);
    assert_int_equal(step, 12 * 2 * 16);
    release_events(&e);
}

// Killed in all manners of writing what comes after the checkpoint, the file is cut back to it.
static void test_resumed_run_writes_each_thing_once(void **state)
{
    size_t size;
    (void)state;
    for (size_t extra = 0; extra < 5; extra++) {
        ppo_config config = small_config(scratch_path("resumed"));
        char path[600], command[700];
        snprintf(path, sizeof path, "%s", in("resumed", EVENTS));
        go(&config, 5); // a checkpoint after each
        char *bytes = scratch_read(&size, path);
        assert_non_null(bytes);
        char *longer = malloc(2 * size);
        memcpy(longer, bytes, size);
        // a record once more, half of one, a few bytes of one, noise
        memcpy(longer + size, bytes, size);
        const size_t tail[] = {0, size, size / 2, 5, 300};
        if (extra == 4)
            memset(longer + size, 0xAB, size);
        assert_true(scratch_write(path, longer, size + tail[extra]));
        free(longer);
        free(bytes);
        go(&config, 1000);
        assert_alike(path, in("straight", EVENTS));
        snprintf(command, sizeof command, "rm -rf '%s'", scratch_path("resumed"));
        assert_int_equal(system(command), 0);
    }
}

static void test_missing_file_begins_anew(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    const ppo_config config = small_config(scratch_path("lost"));
    (void)state;
    go(&config, 5);
    assert_int_equal(remove(in("lost", EVENTS)), 0);
    assert_int_equal(ppo_run_open(&run, &config, &small_env, false, &error), PPO_OK);
    assert_non_null(strstr(ppo_run_notice(run), PPO_TENSORBOARD_NAME));
    assert_int_equal(ppo_run_step(run, NULL, &error), PPO_OK);
    ppo_run_close(run);
    events e = read_events(in("lost", EVENTS));
    assert_int_equal(e.event[0]->what_case, PPO__EVENT__WHAT_FILE_VERSION);
    assert_int_equal(e.event[e.count - 1]->step, 6 * 2 * 16);
    release_events(&e);
}

static void test_option(void **state)
{
    ppo_config config = small_config(scratch_path("without"));
    (void)state;
    config.tensorboard = false;
    go(&config, 5);
    assert_false(scratch_exists(in("without", EVENTS)));
    config.tensorboard = true; // from here on
    go(&config, 1000);
    events e = read_events(in("without", EVENTS));
    assert_int_equal(e.event[3]->step, 6 * 2 * 16);
    release_events(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_gif),
        cmocka_unit_test(test_run_writes_all),
        cmocka_unit_test(test_resumed_run_writes_each_thing_once),
        cmocka_unit_test(test_missing_file_begins_anew),
        cmocka_unit_test(test_option),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
#else
static void test_absent_writes_nothing(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    const ppo_config config = small_config(scratch_path("absent"));
    (void)state;
    assert_int_equal(ppo_run_open(&run, &config, &small_env, false, &error), PPO_OK);
    assert_int_equal(ppo_run_step(run, NULL, &error), PPO_OK);
    ppo_run_close(run);
    assert_false(scratch_exists(scratch_path("absent/" PPO_TENSORBOARD_NAME)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_absent_writes_nothing)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
#endif
