// SPDX-License-Identifier: MIT
// The table of backends: each precision has its row, whose functions are all there; networks and
// minibatches of zeros can be released; phases that a backend leaves out have no tasks.
#include "nn/cnn.h"

#include "unit/nn/support/cnn_learner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_whole(const ppo_cnn_backend *b)
{
    assert_true(b->name && b->plan && b->release && b->pack_conv && b->acting_tasks &&
                b->pack_acting && b->features && b->plan_minibatch && b->release_minibatch);
    for (size_t phase = 0; phase < PPO_CNN_NUM_PHASES; phase++)
        assert_true(!b->phases[phase].num_tasks == !b->phases[phase].run);
}

static void test_rows(void **state)
{
    (void)state;
    static const struct {
        ppo_precision precision;
        const char *name;
    } rows[] = {{PPO_PRECISION_FP32, "fp32"}, {PPO_PRECISION_BF16, "bf16"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ppo_cnn cnn;
        static ppo_params layout;
        ppo_arena arena = {0};
        layout = (ppo_params){.count = 0};
        const ppo_status status =
            ppo_cnn_plan(&cnn, "v", PPO_NETWORK_NATURE_CNN, 0, rows[i].precision, NULL, 4, 84, 84,
                         &layout, &arena, NULL);
        assert_true(status == PPO_OK || status == PPO_UNSUPPORTED); // bf16 may be absent
        assert_string_equal(cnn.backend->name, rows[i].name);
        check_whole(cnn.backend);
        ppo_cnn_release(&cnn);
        assert_null(cnn.backend);
        ppo_arena_release(&arena);
    }
}

static void test_zeros(void **state)
{
    (void)state;
    ppo_cnn cnn = {.backend = NULL};
    ppo_cnn_minibatch m = {.cnn = NULL};
    ppo_cnn_release(&cnn);
    ppo_cnn_minibatch_release(&m);
    assert_null(cnn.own);
    assert_null(m.own);
}

static void test_phases(void **state)
{
    (void)state;
    ppo_cnn cnn;
    static ppo_params layout;
    ppo_arena arena = {0};
    cnn_learner learner;
    assert_int_equal(ppo_cnn_plan(&cnn, "v", PPO_NETWORK_NATURE_CNN, 0, PPO_PRECISION_FP32, NULL, 4,
                                  84, 84, &layout, &arena, NULL),
                     PPO_OK);
    assert_int_equal(ppo_arena_bind(&arena, NULL), PPO_OK);
    cnn_learner_create(&learner, &cnn, 40);
    learner.m.count = 17;
    assert_int_equal(ppo_cnn_minibatch_tasks(&learner.m, PPO_CNN_PACK), 0);
    assert_int_equal(ppo_cnn_minibatch_tasks(&learner.m, PPO_CNN_FORWARD_CONVS), 2);
    assert_int_equal(ppo_cnn_minibatch_tasks(&learner.m, PPO_CNN_FORWARD_LINEAR), 512 / 64);
    assert_int_equal(ppo_cnn_minibatch_tasks(&learner.m, PPO_CNN_BACKWARD_FEATURES), 512 / 64);
    assert_int_equal(ppo_cnn_minibatch_tasks(&learner.m, PPO_CNN_BACKWARD_LINEAR), 3136 / 64);
    assert_int_equal(ppo_cnn_minibatch_tasks(&learner.m, PPO_CNN_BACKWARD_CONVS), 2);
    cnn_learner_release(&learner);
    ppo_cnn_release(&cnn);
    ppo_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_zeros),
                                       cmocka_unit_test(test_phases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
