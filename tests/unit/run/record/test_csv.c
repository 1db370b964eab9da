// SPDX-License-Identifier: MIT
// Growing CSV files: rows, cutting back, torn tails, a full disk; and the columns themselves.
#include "run/record/csv.h"
#include "run/record/metrics.h"
#include "unit/run/support/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_text(const char *name, const char *text)
{
    size_t size;
    char *data = scratch_read(&size, scratch_path(name));
    assert_non_null(data);
    assert_string_equal(data, text);
    free(data);
}

static bool reopen(ppo_append_file *csv, const char *name, uint64_t size, const uint64_t *hash)
{
    bool changed;
    ppo_error error = {0};
    if (ppo_csv_open(csv, scratch_path(name), "a,b\n", size, hash, &changed, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return changed;
}

static void test_rows_and_cutting_back(void **state)
{
    ppo_append_file csv;
    ppo_error error = {0};
    (void)state;
    assert_false(reopen(&csv, "r", 0, NULL));
    assert_int_equal(ppo_csv_append(&csv, "1,2\n", &error), PPO_OK);
    assert_int_equal(ppo_append_file_sync(&csv, &error), PPO_OK);
    const uint64_t size = csv.size;
    const uint64_t hash = csv.hash;
    assert_int_equal(size, 8);
    assert_int_equal(ppo_csv_append(&csv, "3,4\n", &error), PPO_OK);
    ppo_append_file_close(&csv);
    assert_text("r", "a,b\n1,2\n3,4\n");

    assert_false(reopen(&csv, "r", size, &hash));
    assert_text("r", "a,b\n1,2\n");
    assert_int_equal(ppo_csv_append(&csv, "5,6\n", &error), PPO_OK);
    assert_int_equal(ppo_append_file_sync(&csv, &error), PPO_OK);
    assert_text("r", "a,b\n1,2\n5,6\n");
    ppo_append_file_close(&csv);
}

static void test_hash_does_not_depend_on_the_way(void **state)
{
    ppo_append_file once, resumed;
    (void)state;
    assert_false(reopen(&once, "h1", 0, NULL));
    ppo_csv_append(&once, "1,2\n", NULL);
    ppo_csv_append(&once, "3,4\n", NULL);
    ppo_append_file_sync(&once, NULL);
    assert_false(reopen(&resumed, "h2", 0, NULL));
    ppo_csv_append(&resumed, "1,2\n", NULL);
    ppo_append_file_close(&resumed);
    assert_false(reopen(&resumed, "h2", 8, NULL));
    ppo_csv_append(&resumed, "3,4\n", NULL);
    ppo_append_file_sync(&resumed, NULL);
    assert_int_equal(once.hash, resumed.hash);
    assert_int_equal(once.size, resumed.size);
    ppo_append_file_close(&once);
    ppo_append_file_close(&resumed);
}

static void test_changes_are_reported(void **state)
{
    ppo_append_file csv;
    const uint64_t hash = 12345;
    (void)state;
    assert_true(scratch_write(scratch_path("c"), "a,b\n1,2\n3,", 10));
    assert_true(reopen(&csv, "c", 12, NULL)); // shorter: the torn row goes
    ppo_append_file_close(&csv);
    assert_text("c", "a,b\n1,2\n");
    assert_true(reopen(&csv, "c", 8, &hash)); // other bytes
    ppo_append_file_close(&csv);
    assert_text("c", "a,b\n1,2\n");
    assert_true(scratch_write(scratch_path("c"), "a,", 2));
    assert_true(reopen(&csv, "c", 8, NULL)); // not even a header: it is written anew
    ppo_append_file_close(&csv);
    assert_text("c", "a,b\n");
    assert_int_equal(unlink(scratch_path("c")), 0);
    assert_true(reopen(&csv, "c", 8, NULL));
    ppo_append_file_close(&csv);
    assert_text("c", "a,b\n");
}

// A row stopped in its middle is completed once the disk has space.
static int write_around_a_full_disk(void)
{
    ppo_append_file csv;
    bool changed;
    ppo_error error = {0};
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    limit.rlim_cur = 6; // the header and half a row
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        ppo_csv_open(&csv, scratch_path("f"), "a,b\n", 0, NULL, &changed, &error) != PPO_OK)
        return 2;
    if (ppo_csv_append(&csv, "1,2\n", &error) != PPO_IO || !strstr(error.message, "/f"))
        return 3;
    if (ppo_csv_append(&csv, "3,4\n", &error) != PPO_IO ||
        ppo_append_file_sync(&csv, &error) != PPO_IO)
        return 4;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    return ppo_csv_append(&csv, "5,6\n", &error) == PPO_OK ? 0 : 5;
}

static void test_full_disk(void **state)
{
    int verdict;
    (void)state;
    const pid_t child = fork();
    if (child == 0)
        _exit(write_around_a_full_disk());
    assert_int_equal(waitpid(child, &verdict, 0), child);
    assert_int_equal(verdict, 0);
    assert_text("f", "a,b\n1,2\n3,4\n5,6\n");
}

static void test_cannot_open(void **state)
{
    ppo_append_file csv;
    bool changed;
    ppo_error error = {0};
    (void)state;
    assert_int_equal(ppo_csv_open(&csv, scratch_path("no/x"), "a\n", 0, NULL, &changed, &error),
                     PPO_IO);
    assert_non_null(strstr(error.message, "no/x"));
    ppo_append_file_close(&csv); // closed already
}

static size_t count_commas(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == ',';
    return count;
}

static void test_columns(void **state)
{
    (void)state;
    const ppo_stats stats = {.struct_size = sizeof stats,
                             .iteration = 3,
                             .global_step = 96,
                             .return_mean = (double)NAN,
                             .length_mean = (double)NAN,
                             .entropy = 0.5,
                             .collect_seconds = 1,
                             .epochs = 4};
    const ppo_evaluation evaluation = {sizeof evaluation, 5, 1.5, 0.5, 1, 2, 10, 0, 0};
    const ppo_metrics progress = ppo_progress_metrics(&stats, 12);
    const ppo_metrics timing = ppo_timing_metrics(&stats, 2);
    const ppo_metrics evaluated = ppo_evaluation_metrics(&stats, &evaluation, true);
    const ppo_csv_row header = ppo_metrics_header(&progress);
    const ppo_csv_row row = ppo_metrics_row(&progress);
    assert_int_equal(strncmp(header.text, "iteration,global_step,rollout/", 30), 0);
    assert_non_null(strstr(header.text, "train/policy_gradient_loss"));
    assert_null(strstr(header.text, "time"));
    assert_int_equal(strncmp(row.text, "3,96,0,0,,,0,", 13), 0);
    assert_non_null(strstr(row.text, ",0.5,-0.5,"));
    assert_non_null(strstr(row.text, ",4,12\n"));
    assert_int_equal(count_commas(header.text), count_commas(row.text));
    assert_string_equal(ppo_metrics_row(&timing).text, "3,96,2,48,1,0\n");
    assert_string_equal(ppo_metrics_header(&evaluated).text,
                        "iteration,global_step,episodes,return_mean,return_std,return_min,"
                        "return_max,length_mean,best\n");
    assert_string_equal(ppo_metrics_row(&evaluated).text, "3,96,5,1.5,0.5,1,2,10,1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_and_cutting_back),
        cmocka_unit_test(test_hash_does_not_depend_on_the_way),
        cmocka_unit_test(test_changes_are_reported),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_cannot_open),
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
