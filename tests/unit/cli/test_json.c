// SPDX-License-Identifier: MIT
// Members of JSON results: whole numbers keep all their digits, hashes their leading zeros, and
// what is not finite becomes null.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/json.h"

static void expect(cJSON *object, const char *text)
{
    char *printed = cJSON_PrintUnformatted(object);
    assert_string_equal(printed, text);
    cJSON_free(printed);
    cJSON_Delete(object);
}

static void integers_and_hashes(void **state)
{
    (void)state;
    cJSON *object = cJSON_CreateObject();
    cli_json_add_integer(object, "most", UINT64_MAX);
    cli_json_add_integer(object, "odd", (UINT64_C(1) << 53) + 1);
    cli_json_add_hash(object, "hash", 0x1F);
    expect(object, "{\"most\":18446744073709551615,\"odd\":9007199254740993,"
                   "\"hash\":\"000000000000001f\"}");
}

static void evaluations(void **state)
{
    (void)state;
    cJSON *object = cJSON_CreateObject();
    const ppo_evaluation evaluation = {.return_mean = 1.5,
                                       .return_std = (double)NAN,
                                       .return_min = -2.0,
                                       .return_max = (double)INFINITY,
                                       .length_mean = 10.0,
                                       .episodes = 3};
    cli_json_add_evaluation(object, &evaluation);
    expect(object, "{\"return_mean\":1.5,\"return_std\":null,\"return_min\":-2,"
                   "\"return_max\":null,\"length_mean\":10,\"episodes\":3}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_and_hashes),
        cmocka_unit_test(evaluations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
