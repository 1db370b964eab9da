// SPDX-License-Identifier: MIT
// The JSON recogniser: what is JSON and what is not, as cJSON sees it.
#include "run/checkpoint/json_valid.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const valid[] = {
    "{}",
    "[]",
    " {} \n",
    "null",
    "true",
    "[true,false,null]",
    "0",
    "-1.5e+30",
    "[1,2.5,3E2]",
    "\"\"",
    "\"a\\n\\u00e9\\ud83d\\ude00\\\"\"",
    "{\"a\":1,\"b\":[{},[]],\"c\":{\"d\":\"e\"}}",
    "{ \"a\" : [ 1 , 2 ] , \"b\" : { } }",
    "[[[[]]]]",
};

static const char *const invalid[] = {
    "",        " ",          "{",           "}",           "[",       "]",        "{]",
    "[}",      "{}{}",       "[1,]",        "[,1]",        "{\"a\"}", "{\"a\":}", "{\"a\" 1}",
    "{a:1}",   "{\"a\":1,}", "[1 2]",       "nul",         "tru e",   "\"",       "\"a",
    "\"\\x\"", "\"\\u12\"",  "\"\\ud83d\"", "\"\\ude00\"", "[1",      "{\"a\":1", "-",
    "[-]",     "1 2",        ":",
};

static bool parses(const char *text)
{
    cJSON *root = cJSON_ParseWithOpts(text, NULL, true);
    const bool is_json = root != NULL;
    cJSON_Delete(root);
    return is_json;
}

static void test_valid_and_invalid(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        if (!ppo_json_is_valid(valid[i]) || !parses(valid[i]))
            fail_msg("'%s' is JSON", valid[i]);
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        if (ppo_json_is_valid(invalid[i]) || parses(invalid[i]))
            fail_msg("'%s' is no JSON", invalid[i]);
}

static void test_depth(void **state)
{
    char text[2100] = "";
    (void)state;
    for (size_t depth = 999; depth <= 1001; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        text[2 * depth] = '\0';
        assert_true(ppo_json_is_valid(text) == (depth <= 1000));
    }
}

// Cut anywhere, and with any byte changed: what is found valid, cJSON parses. (It is the more
// lenient one: digits of \\u may be anything.)
static void test_damaged(void **state)
{
    static const char whole[] =
        "{\"__metadata__\":{\"a\":\"b\\n\\u0041\"},\"w\":{\"dtype\":\"F32\","
        "\"shape\":[2,3],\"data_offsets\":[0,24]}}";
    char text[sizeof whole];
    (void)state;
    for (size_t i = 0; i < sizeof whole - 1; i++) {
        memcpy(text, whole, sizeof whole);
        text[i] = '\0';
        assert_true(!ppo_json_is_valid(text) || parses(text));
        for (const char *c = "{}[]\",:\\0a -"; *c; c++) {
            memcpy(text, whole, sizeof whole);
            text[i] = *c;
            if (ppo_json_is_valid(text) && !parses(text))
                fail_msg("'%s'", text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_and_invalid),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
