// SPDX-License-Identifier: MIT
// Ranks that would compute other bits are refused by name. The other rank is this one's own facts,
// changed on their way.
#include "build_info.h"
#include "core/ranks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// A rank whose facts are this one's, but for `change`.
typedef struct other_rank {
    void (*change)(unsigned char *facts, size_t size);
} other_rank;

static ppo_status exchange(void *context, uint32_t partner, const ppo_message *messages,
                           size_t count, ppo_error *error)
{
    const other_rank *other = context;
    (void)partner, (void)error;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(messages[i].send_bytes, messages[i].receive_bytes);
        memcpy(messages[i].receive, messages[i].send, messages[i].send_bytes);
        if (messages[i].send_bytes > sizeof(ppo_config)) // not the machines' names
            other->change(messages[i].receive, messages[i].receive_bytes);
    }
    return PPO_OK;
}

static void close_transport(void *context)
{
    (void)context;
}

static const ppo_transport transport = {.exchange = exchange, .close = close_transport};

// What ppo_ranks_agree says of such a rank; "" if nothing.
static const char *say_of(void (*change)(unsigned char *facts, size_t size))
{
    static ppo_error error;
    other_rank other = {change};
    ppo_ranks *ranks;
    ppo_config config;
    ppo_config_defaults(&config);
    error = (ppo_error){0};
    assert_int_equal(ppo_ranks_create(&ranks, &transport, &other, 0, 2, &error), PPO_OK);
    const ppo_status status = ppo_ranks_agree(ranks, &config, &error);
    assert_int_equal(status, error.message[0] ? PPO_MISMATCH : PPO_OK);
    ppo_ranks_stop(ranks);
    return error.message;
}

static void replace(unsigned char *facts, size_t size, const char *text, const char *by)
{
    char *place = memmem(facts, size, text, strlen(text) + 1);
    assert_non_null(place);
    memcpy(place, by, strlen(by) + 1);
}

static void keep(unsigned char *facts, size_t size)
{
    (void)facts, (void)size;
}

static void change_version(unsigned char *facts, size_t size)
{
    replace(facts, size, ppo_version(), "0.0");
}

static void change_compiler(unsigned char *facts, size_t size)
{
    replace(facts, size, PPO_BUILD_COMPILER, "tcc");
}

static void change_build_type(unsigned char *facts, size_t size)
{
    replace(facts, size, PPO_BUILD_TYPE, "X");
}

static void change_isa(unsigned char *facts, size_t size)
{
    replace(facts, size, PPO_BUILD_ISA, "pdp");
}

static ppo_config *config_of(unsigned char *facts, size_t size)
{
    return (ppo_config *)(void *)(facts + size - sizeof(ppo_config)); // they end with it
}

static void change_functions(unsigned char *facts, size_t size)
{
    ((unsigned char *)config_of(facts, size))[-1] ^= 1;
}

static void change_gamma(unsigned char *facts, size_t size)
{
    config_of(facts, size)->gamma = 0.5;
}

static void change_threads(unsigned char *facts, size_t size)
{
    config_of(facts, size)->threads = 3;
}

static void assert_said(void (*change)(unsigned char *facts, size_t size), const char *what,
                        const char *there, const char *here)
{
    char wanted[400];
    snprintf(wanted, sizeof wanted, "%s is %.80s there, %.80s here", what, there, here);
    const char *said = say_of(change);
    assert_non_null(strstr(said, "rank 1 on "));
    if (!strstr(said, wanted))
        fail_msg("\"%s\" does not say \"%s\"", said, wanted);
}

static void test_equal_ranks(void **state)
{
    (void)state;
    assert_string_equal(say_of(keep), "");
    assert_string_equal(say_of(change_threads), ""); // changes no result
}

static void test_other_builds(void **state)
{
    (void)state;
    assert_said(change_version, "version", "0.0", ppo_version());
    assert_said(change_compiler, "compiler", "tcc", PPO_BUILD_COMPILER);
    assert_said(change_build_type, "build type", "X", PPO_BUILD_TYPE);
    assert_said(change_isa, "instruction set", "pdp", PPO_BUILD_ISA);
}

static void test_other_configurations_and_libraries(void **state)
{
    (void)state;
    assert_said(change_gamma, "gamma", "0.5", "0.995");
    assert_non_null(strstr(say_of(change_functions), "bits of the C library's sin, exp, ... is "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_ranks),
        cmocka_unit_test(test_other_builds),
        cmocka_unit_test(test_other_configurations_and_libraries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
