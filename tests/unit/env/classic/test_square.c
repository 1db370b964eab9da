// SPDX-License-Identifier: MIT
// ppo_square_pow and ppo_square_powf against the library's pow and powf, bit for bit.
#include "env/classic/square.h"

#include "ppo/random.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NUM_INPUTS 5000000

// The calls as the compiler can't fold them.
static double (*const volatile library_pow)(double, double) = pow;
static float (*const volatile library_powf)(float, float) = powf;

static void check_double(double x)
{
    const double got = ppo_square_pow(x), wanted = library_pow(x, 2.0);
    if (memcmp(&got, &wanted, sizeof got) != 0)
        fail_msg("pow(%a, 2): got %a, the library %a", x, got, wanted);
}

static void check_float(float x)
{
    const float got = ppo_square_powf(x), wanted = library_powf(x, 2.0f);
    if (memcmp(&got, &wanted, sizeof got) != 0)
        fail_msg("powf(%a, 2): got %a, the library %a", (double)x, (double)got, (double)wanted);
}

// Half of the inputs as the tasks have them, half over many orders of magnitude.
static void test_random_inputs(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 20240229);
    for (int i = 0; i < NUM_INPUTS; i++) {
        const double x = ppo_random_uniform(&random, -10.0, 10.0);
        const int exponent = (int)ppo_random_integers(&random, -60, 60);
        check_double(x);
        check_double(ldexp(x, exponent));
        check_float((float)(x / 5.0));
        check_float((float)ldexp(x, exponent));
    }
}

// Numbers next to powers of two, whose squares lie where the spacing of doubles changes.
static void test_near_powers_of_two(void **state)
{
    (void)state;
    for (int exponent = -530; exponent <= 530; exponent++) {
        double up = ldexp(1.0, exponent), down = up;
        for (int i = 0; i < 200; i++) {
            check_double(up);
            check_double(-down);
            up = nextafter(up, (double)INFINITY);
            down = nextafter(down, 0.0);
        }
    }
    for (int exponent = -80; exponent <= 80; exponent++) {
        float up = ldexpf(1.0f, exponent), down = up;
        for (int i = 0; i < 200; i++) {
            check_float(up);
            check_float(-down);
            up = nextafterf(up, INFINITY);
            down = nextafterf(down, 0.0f);
        }
    }
}

static void test_extremes(void **state)
{
    (void)state;
    const double values[] = {0.0,     -0.0, DBL_MIN,          DBL_TRUE_MIN,
                             DBL_MAX, 1.0,  (double)INFINITY, (double)-INFINITY};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        check_double(values[i]);
        check_float((float)values[i]);
    }
    assert_true(isnan(ppo_square_pow((double)NAN)));
    assert_true(isnan(ppo_square_powf(NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_inputs),
        cmocka_unit_test(test_near_powers_of_two),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
