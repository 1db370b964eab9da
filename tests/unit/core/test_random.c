// SPDX-License-Identifier: MIT
// ppo_random against numbers printed by NumPy (np.random.default_rng, NumPy 1.24 and 2 agree).
#include "ppo/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// What NumPy gave, call after call on one generator.
typedef struct numpy_run {
    uint64_t seed;
    uint64_t words[4];  // integers(0, 2**64 - 1, dtype=uint64, endpoint=True)
    double doubles[2];  // random()
    double uniform;     // uniform(-0.05, 0.05)
    int64_t small[5];   // integers(5, 10): the fifth keeps half a draw
    double between;     // random(), which must leave that half alone
    int64_t signed_[4]; // integers(-3, 2**31)
    int64_t large[6];   // integers(0, 3000000000), after integers(7, 8), which draws nothing
    uint64_t last;      // random_raw()
} numpy_run;

static const numpy_run runs[] = {
    {.seed = 0,
     .words = {0xa30febcfd9c2825fu, 0x4510bdf882d9d721u, 0xa7d3da94ecde8b8u, 0x43b27b61342f01du},
     .doubles = {0x1.a064f4f059bcap-1, 0x1.d354b2f34c803p-1},
     .uniform = 0x1.5d6c9279a57c0p-7,
     .small = {9, 8, 8, 7, 7},
     .between = 0x1.a1b78e9a8e006p-1,
     .signed_ = {72124470, 1642588603, 1566923138, 1818006482},
     .large = {267860243, 2589536766, 66305848, 1624383660, 241198936, 899135671},
     .last = 0x6c353acf7b26d6f1u},
    {.seed = 42,
     .words = {0xc621fbcd16d92688u, 0x705a5661a791ffc1u, 0xdbcd12c26eda1624u, 0xb286b60e1600888du},
     .doubles = {0x1.81c01b5339380p-4, 0x1.f384c5db0d8eap-1},
     .uniform = 0x1.abd9edfe4f0e8p-6,
     .small = {8, 8, 7, 5, 9},
     .between = 0x1.7bb27a2e005c4p-2,
     .signed_ = {967196434, 1990212658, 1766867109, 487991436},
     .large = {276407742, 1663754360, 2663669529, 191451767, 2574873881, 2482893515},
     .last = 0xa1b4c21046d9b92cu},
    {.seed = UINT64_C(1) << 32,
     .words = {0xe3c5ebe285ac1625u, 0x8ea09968fe31dbccu, 0xcd084ff84d8de9beu, 0xf4de16ec3a8b9986u},
     .doubles = {0x1.e02ce67c855d0p-5, 0x1.e4260c3881c34p-3},
     .uniform = 0x1.d78d2f6e67c1cp-6,
     .small = {6, 5, 5, 8, 9},
     .between = 0x1.0986207ec4900p-8,
     .signed_ = {2063171317, 112662086, 280256731, 165689402},
     .large = {382674679, 1389718247, 1739262371, 2124821309, 944035276, 1139646192},
     .last = 0x55a4f3bca2b7c1c6u},
    {.seed = UINT64_MAX,
     .words = {0xae163a7a8c47568fu, 0xd86659f5f3382359u, 0x1e52b195bc2d24au, 0xe5026aaf19a22db1u},
     .doubles = {0x1.081eecc4d67f8p-3, 0x1.467d9a3936a3ep-2},
     .uniform = 0x1.253085ca60d28p-7,
     .small = {5, 5, 6, 9, 5},
     .between = 0x1.6278da3026e65p-1,
     .signed_ = {574518147, 2146236413, 1486529271, 1241662913},
     .large = {2386015206, 2115306484, 1071833286, 596959041, 1228215803, 203507246},
     .last = 0x800c057840ed97f2u},
};

static void assert_same_double(double got, double wanted)
{
    assert_memory_equal(&got, &wanted, sizeof got);
}

static void check_run(const numpy_run *run)
{
    ppo_random random;
    memset(&random, 0xA5, sizeof random); // seeding must not depend on what was there
    ppo_random_seed(&random, run->seed);
    for (int i = 0; i < 4; i++)
        assert_true(ppo_random_u64(&random) == run->words[i]);
    for (int i = 0; i < 2; i++)
        assert_same_double(ppo_random_double(&random), run->doubles[i]);
    assert_same_double(ppo_random_uniform(&random, -0.05, 0.05), run->uniform);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ppo_random_integers(&random, 5, 10), run->small[i]);
    assert_same_double(ppo_random_double(&random), run->between);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ppo_random_integers(&random, -3, INT64_C(1) << 31), run->signed_[i]);
    assert_int_equal(ppo_random_integers(&random, 7, 8), 7);
    for (int i = 0; i < 6; i++)
        assert_int_equal(ppo_random_integers(&random, 0, 3000000000), run->large[i]);
    assert_true(ppo_random_u64(&random) == run->last);
}

static void test_equals_numpy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
        check_run(&runs[i]);
}

// A range that rejects three draws in ten: the sum of 1000 and where the generator then stands.
static void test_rejections(void **state)
{
    (void)state;
    ppo_random random;
    int64_t sum = 0;
    ppo_random_seed(&random, 7);
    for (int i = 0; i < 1000; i++)
        sum += ppo_random_integers(&random, -5, 3000000000);
    assert_int_equal(sum, 1524850649481);
    assert_true(ppo_random_u64(&random) == 0x8ceba581f7e9bb0bu);
}

// A copy goes on as the original does, a kept half included.
static void test_copy_is_a_save(void **state)
{
    (void)state;
    ppo_random original, copy;
    ppo_random_seed(&original, 3);
    (void)ppo_random_integers(&original, 0, 10);
    copy = original;
    for (int i = 0; i < 9; i++)
        assert_int_equal(ppo_random_integers(&original, 0, 1000),
                         ppo_random_integers(&copy, 0, 1000));
    assert_memory_equal(&original, &copy, sizeof copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_numpy),
        cmocka_unit_test(test_rejections),
        cmocka_unit_test(test_copy_is_a_save),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
