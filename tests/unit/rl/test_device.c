// SPDX-License-Identifier: MIT
// Whole trainings whose convolutional networks are on the first device that OpenCL finds, beside
// the processor: pictures alone, beside vectors, before a memory; both networks, shared and apart.
// Figures of the first iterations are near; the same hash after going on from saved state, with
// another number of threads. Skipped, saying why, where there is no device.
#include "unit/rl/support/training.h"

#include "nn/gpu_device.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SHAPE " num_envs=7 num_steps=6 minibatch_size=23 update_epochs=2"

// 7 environments are two blocks, and two halves of those that act ahead.
static const training_case cases[] = {
    {"nature", TOY_PICTURE, "frame_stack=2" SHAPE},
    {"nature, shared", TOY_COLOURS, "shared_network=true" SHAPE},
    {"impala, two optimisers", TOY_TINY_PICTURE,
     "network=impala_cnn separate_optimizers=true frame_stack=2" SHAPE},
    {"impala, shared", TOY_TINY_PICTURE, "network=impala_cnn shared_network=true" SHAPE},
    {"nature, lstm", TOY_PICTURE,
     "memory=lstm memory_size=24 shared_network=true sequence_length=3" SHAPE " minibatch_size=21"},
    {"impala, gru", TOY_TINY_PICTURE,
     "network=impala_cnn memory=gru memory_size=16 sequence_length=3" SHAPE " minibatch_size=21"},
    {"mixed, nature", TOY_MIXED_PICTURE, "cnn_features=32" SHAPE},
    {"mixed, nature, shared, normalised", TOY_MIXED_PICTURE,
     "shared_network=true norm_obs=true frame_stack=2" SHAPE},
    {"mixed, impala, linear", TOY_MIXED_PICTURE,
     "network=impala_cnn cnn_features=32 hidden_sizes=" SHAPE " num_steps=4"},
    {"mixed, nature, lstm, shared", TOY_MIXED_PICTURE,
     "memory=lstm memory_size=9 sequence_length=3 shared_network=true" SHAPE " minibatch_size=21"},
    {"mixed, nature, gru", TOY_MIXED_PICTURE,
     "memory=gru memory_size=9 sequence_length=3 norm_obs=true" SHAPE " minibatch_size=21"},
};
#define NUM_CASES (sizeof cases / sizeof *cases)

static ppo_trainer *create(const training_case *c, const char *device, uint32_t threads)
{
    ppo_config config = training_config(c, threads);
    snprintf(config.device, sizeof config.device, "%s", device);
    return training_create(&config, toy_class(c->toy));
}

// --- beside the processor ------------------------------------------------------------------------

// |got - wanted|, relative to |wanted| or to 0.1, the size of a figure that cancels.
static double off(double got, double wanted)
{
    if (isnan(got) && isnan(wanted))
        return 0.0;
    const double error = fabs(got - wanted) / fmax(fabs(wanted), 0.1);
    return isnan(error) ? (double)INFINITY : error;
}

static double most_off(const ppo_stats *got, const ppo_stats *wanted)
{
    const double errors[] = {off(got->loss, wanted->loss),
                             off(got->policy_loss, wanted->policy_loss),
                             off(got->value_loss, wanted->value_loss),
                             off(got->entropy, wanted->entropy),
                             off(got->approx_kl, wanted->approx_kl),
                             off(got->grad_norm, wanted->grad_norm),
                             off(got->std_mean, wanted->std_mean),
                             off(got->explained_variance, wanted->explained_variance)};
    double most = 0.0;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        most = fmax(most, errors[i]);
    return most;
}

// The actions are the processor's as long as rounding has not turned one of them over, which none
// has within these iterations.
static void test_beside_processor(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        ppo_trainer *own = create(&cases[i], "gpu", 2), *other = create(&cases[i], "cpu", 2);
        double most = 0.0;
        for (int k = 0; k < 2; k++) {
            training_run(own, 1);
            training_run(other, 1);
            most = fmax(most, most_off(ppo_trainer_stats(own), ppo_trainer_stats(other)));
        }
        printf("%s: off by %.2g\n", cases[i].name, most);
        if (!(most < 1e-4))
            fail_msg("%s is %g away from the processor's", cases[i].name, most);
        ppo_trainer_destroy(own);
        ppo_trainer_destroy(other);
    }
}

// --- going on ------------------------------------------------------------------------------------

static void test_going_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CASES; i++) {
        ppo_trainer *whole = create(&cases[i], "gpu", 1), *resumed = create(&cases[i], "gpu", 3);
        training_run(whole, 1);
        training_copy_state(resumed, whole);
        training_run(whole, 1);
        training_run(resumed, 1);
        if (ppo_trainer_hash(resumed) != ppo_trainer_hash(whole))
            fail_msg("%s: another hash after resuming, with 3 threads", cases[i].name);
        ppo_trainer_destroy(resumed);
        ppo_trainer_destroy(whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside_processor),
        cmocka_unit_test(test_going_on),
    };
    ppo_gpu_device device;
    ppo_error error = {0};
    if (ppo_gpu_device_open(&device, 0, &error) != PPO_OK) {
        printf("skipped: %s\n", error.message);
        return 77;
    }
    ppo_gpu_device_close(&device);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
