// SPDX-License-Identifier: MIT
// A config written as YAML loads back equal, for random values of every option.
#include "config/table.h"

#include "core/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// A stream of random words.
typedef struct dice {
    uint64_t seed;
    uint64_t draws;
} dice;

static uint32_t roll(dice *d, uint32_t sides)
{
    return ppo_rng_draw(d->seed, PPO_RNG_BENCH, 0, d->draws++).word[0] % sides;
}

static double roll_fraction(dice *d)
{
    const ppo_rng_block block = ppo_rng_draw(d->seed, PPO_RNG_BENCH, 1, d->draws++);
    return ((double)block.word[0] * 0x1p32 + block.word[1]) * 0x1p-64;
}

// Any magnitude within the limits.
static double roll_number(dice *d, const ppo_limits *limits)
{
    const double low = limits->low, high = limits->high;
    if (limits->none && roll(d, 4) == 0)
        return (double)NAN;
    if (isfinite(low) && isfinite(high))
        return low + (high - low) * roll_fraction(d) * 0.999;
    const double size = ldexp(1 + roll_fraction(d), (int)roll(d, 200) - 100);
    return isfinite(low) ? low + size : size - 1;
}

static void roll_text(dice *d, char text[PPO_TEXT_SIZE])
{
    static const char *const pieces[] = {"a",
                                         "Z",
                                         "0",
                                         " ",
                                         "  ",
                                         "\"",
                                         "\\",
                                         "'",
                                         "#",
                                         ": ",
                                         "- ",
                                         ",",
                                         "[",
                                         "]",
                                         "{",
                                         "}",
                                         "&",
                                         "*",
                                         "!",
                                         "%",
                                         "~",
                                         "\xC3\xA9",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9F\x98\x80",
                                         "null",
                                         "true",
                                         "\\n",
                                         "\\x41",
                                         "?"};
    const uint32_t count = roll(d, 50);
    for (uint32_t i = 0; i < count; i++)
        strcat(text, pieces[roll(d, sizeof pieces / sizeof *pieces)]);
}

static void roll_schedule(dice *d, ppo_schedule *schedule)
{
    schedule->kind = (ppo_schedule_kind)roll(d, 4);
    if (schedule->kind != PPO_SCHEDULE_PIECEWISE)
        return;
    schedule->num_points = 2 + roll(d, PPO_MAX_SCHEDULE_POINTS - 1);
    for (uint32_t i = 0; i < schedule->num_points; i++) {
        const double step = 1.0 / (schedule->num_points - 1);
        schedule->progress[i] = i * step + (i ? step * 0.5 * roll_fraction(d) : 0);
        schedule->factor[i] = roll_fraction(d) * ldexp(1, (int)roll(d, 40) - 20);
    }
    schedule->progress[schedule->num_points - 1] = 1;
}

static void roll_value(dice *d, void *field, const ppo_option_row *row)
{
    ppo_widths *widths = field;
    memset(field, 0, row->size);
    switch (row->kind) {
    case PPO_KIND_U32:
        *(uint32_t *)field = (uint32_t)roll_number(d, &row->limits);
        break;
    case PPO_KIND_U64:
        *(uint64_t *)field = 1 + ((uint64_t)roll(d, 200000) << 32 | roll(d, UINT32_MAX));
        break;
    case PPO_KIND_F64:
        *(double *)field = roll_number(d, &row->limits);
        break;
    case PPO_KIND_BOOL:
        *(bool *)field = roll(d, 2);
        break;
    case PPO_KIND_ENUM:
        *(unsigned *)field = roll(d, strchr(strchr(row->limits.choices, '|') + 1, '|') ? 3 : 2);
        break;
    case PPO_KIND_TEXT:
        roll_text(d, field);
        break;
    case PPO_KIND_WIDTHS:
        widths->count = roll(d, PPO_MAX_LAYERS + 1);
        for (uint32_t i = 0; i < widths->count; i++)
            widths->width[i] = 1 + roll(d, 65536);
        break;
    case PPO_KIND_SCHEDULE:
        roll_schedule(d, field);
        break;
    }
}

static void expect_equal(const ppo_config *a, const ppo_config *b, uint64_t seed)
{
    for (size_t i = 0; i < PPO_OPTION_COUNT; i++) {
        const ppo_option_row *row = &ppo_option_rows[i];
        const unsigned char *x = (const unsigned char *)a + row->offset;
        const unsigned char *y = (const unsigned char *)b + row->offset;
        const bool both_nan =
            row->limits.none && isnan(a->solved_return) && isnan(b->solved_return);
        if (memcmp(x, y, row->size) != 0 && !both_nan)
            fail_msg("seed %llu: %s came back different", (unsigned long long)seed,
                     row->option.name);
    }
}

static void check_round_trip(const ppo_config *config, uint64_t seed)
{
    static char text[16384], again[16384];
    ppo_error error = {0};
    ppo_config loaded;
    const size_t length = ppo_config_format(config, text, sizeof text);
    assert_true(length < sizeof text && strlen(text) == length);
    ppo_config_defaults(&loaded);
    if (ppo_config_parse(&loaded, text, length, "text", &error) != PPO_OK)
        fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, error.message, text);
    expect_equal(config, &loaded, seed);
    assert_int_equal(ppo_config_format(&loaded, again, sizeof again), length);
    assert_string_equal(text, again);
}

static void test_defaults_round_trip(void **state)
{
    ppo_config config;
    (void)state;
    ppo_config_defaults(&config);
    check_round_trip(&config, 0);
}

static void test_random_values_round_trip(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        dice d = {.seed = seed};
        ppo_config config;
        memset(&config, 0, sizeof config);
        for (size_t i = 0; i < PPO_OPTION_COUNT; i++)
            roll_value(&d, (unsigned char *)&config + ppo_option_rows[i].offset,
                       &ppo_option_rows[i]);
        check_round_trip(&config, seed);
    }
}

// ppo_option_format gives what ppo_config_set takes.
static void test_single_options_round_trip(void **state)
{
    dice d = {.seed = 99};
    ppo_config config, other;
    (void)state;
    ppo_config_defaults(&config);
    ppo_config_defaults(&other);
    for (size_t i = 0; i < 100 * PPO_OPTION_COUNT; i++) {
        const ppo_option_row *row = &ppo_option_rows[i % PPO_OPTION_COUNT];
        char text[1024];
        roll_value(&d, (unsigned char *)&config + row->offset, row);
        ppo_option_format(&config, i % PPO_OPTION_COUNT, text, sizeof text);
        assert_int_equal(ppo_config_set(&other, row->option.name, text, NULL), PPO_OK);
        expect_equal(&config, &other, i);
    }
}

static void test_written_form(void **state)
{
    static char text[16384];
    ppo_config config;
    (void)state;
    ppo_config_defaults(&config);
    assert_int_equal(ppo_config_set(&config, "env", "CartPole-v1", NULL), PPO_OK);
    assert_int_equal(ppo_config_set(&config, "clip_schedule", "0:1,1:.5", NULL), PPO_OK);
    ppo_config_format(&config, text, sizeof text);
    assert_ptr_equal(strstr(text, "# Task\nenv_id: \"CartPole-v1\"\nseed: 1\n"), text);
    assert_non_null(strstr(text, "\n\n# Networks\nnetwork: auto\ncnn_features: 256\n"
                                 "hidden_sizes: [64, 64]\ncritic_hidden_sizes: []\n"));
    assert_non_null(strstr(text, "\nclip_schedule: \"0:1,1:0.5\"\n"));
    assert_non_null(strstr(text, "\nadam_eps: 1.0e-5\n"));
    assert_non_null(strstr(text, "\nsolved_return: none\n"));
}

// Like snprintf: the length is returned whatever fits, and nothing is written past the end.
static void test_small_buffers(void **state)
{
    static char whole[16384];
    ppo_config config;
    (void)state;
    ppo_config_defaults(&config);
    const size_t length = ppo_config_format(&config, whole, sizeof whole);
    assert_int_equal(ppo_config_format(&config, NULL, 0), length);
    for (size_t size = 1; size <= length + 1; size += 37) {
        char *part = malloc(size);
        assert_non_null(part);
        assert_int_equal(ppo_config_format(&config, part, size), length);
        assert_int_equal(strlen(part), size - 1 < length ? size - 1 : length);
        assert_memory_equal(part, whole, strlen(part));
        free(part);
    }
    assert_int_equal(ppo_option_format(&config, PPO_OPTION_seed, NULL, 0), 1);
}

// Even a config that the checks would refuse is written without harm.
static void test_garbage_is_written_without_harm(void **state)
{
    ppo_config config;
    char text[16384];
    (void)state;
    memset(&config, 0x55, sizeof config);
    for (size_t i = 0; i < PPO_OPTION_COUNT; i++)
        if (ppo_option_rows[i].kind == PPO_KIND_BOOL)
            *((bool *)((unsigned char *)&config + ppo_option_rows[i].offset)) = true;
    assert_true(ppo_config_format(&config, text, sizeof text) < sizeof text);
    assert_int_equal(ppo_config_check(&config, NULL), PPO_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_round_trip),
        cmocka_unit_test(test_random_values_round_trip),
        cmocka_unit_test(test_single_options_round_trip),
        cmocka_unit_test(test_written_form),
        cmocka_unit_test(test_small_buffers),
        cmocka_unit_test(test_garbage_is_written_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
