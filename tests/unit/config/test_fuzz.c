// SPDX-License-Identifier: MIT
// Mutated YAML: whatever comes, a config stays whole. Either all of it is taken and can be written
// and read back, or it is refused with a sentence and nothing changes. tests/fuzz/fuzz_config.c
// asks the same of libFuzzer's inputs.
#include "ppo/config.h"

#include "core/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_SIZE   ((size_t)16384)
#define NUM_INPUTS 20000

static uint32_t roll(uint64_t input, uint64_t *draws, size_t sides)
{
    const uint32_t word = ppo_rng_draw(input, PPO_RNG_BENCH, 0, (*draws)++).word[0];
    return word % (uint32_t)sides;
}

// Replaces, inserts, deletes or repeats a few bytes here and there.
static size_t mutate(char *text, size_t size, uint64_t input)
{
    static const char marks[] = ":-?[]{}&*!|>'\"%@`#,\n\r\t \\0~<e.\x80\xFF\xC3";
    uint64_t draws = 0;
    for (uint32_t edits = 1 + roll(input, &draws, 6); edits-- && size > 0;) {
        const size_t at = roll(input, &draws, size);
        const size_t length = 1 + roll(input, &draws, size - at < 20 ? size - at : 20);
        const char mark = marks[roll(input, &draws, sizeof marks)];
        const uint32_t kind = roll(input, &draws, 4);
        if (kind == 0) {
            text[at] = mark;
        } else if (kind == 1) {
            text[at] = (char)roll(input, &draws, 256);
        } else if (kind == 2) {
            memmove(text + at, text + at + length, size - at - length);
            size -= length;
        } else if (size + length < MAX_SIZE) {
            memmove(text + at + length, text + at, size - at);
            size += length;
        }
    }
    return size;
}

static void check(const char *text, size_t size, uint64_t input)
{
    static char formatted[MAX_SIZE];
    ppo_config config, before, again;
    ppo_error error = {0};
    ppo_config_defaults(&config);
    memcpy(&before, &config, sizeof before); // padding too
    if (ppo_config_parse(&config, text, size, "fuzz", &error) != PPO_OK) {
        assert_true(strlen(error.message) > 0 && !strchr(error.message, '\n'));
        assert_memory_equal(&config, &before, sizeof config);
        return;
    }
    const size_t length = ppo_config_format(&config, formatted, sizeof formatted);
    ppo_config_defaults(&again);
    if (ppo_config_parse(&again, formatted, length, "again", &error) != PPO_OK)
        fail_msg("input %llu: %s", (unsigned long long)input, error.message);
}

static void test_mutated_files(void **state)
{
    static char original[MAX_SIZE], text[MAX_SIZE];
    ppo_config config;
    (void)state;
    ppo_config_defaults(&config);
    assert_int_equal(ppo_config_set(&config, "clip_schedule", "0:1,0.5:0.3,1:0", NULL), PPO_OK);
    const size_t length = ppo_config_format(&config, original, sizeof original);
    for (uint64_t input = 0; input < NUM_INPUTS; input++) {
        uint64_t draws = 1000;
        // A few lines make more of the edits matter than the whole file does.
        const size_t start = roll(input, &draws, length);
        const size_t end = start + roll(input, &draws, length - start) % 300;
        memcpy(text, original + start, end - start);
        check(text, mutate(text, end - start, input), input);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutated_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
