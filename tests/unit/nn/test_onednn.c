// SPDX-License-Identifier: MIT
// nn/onednn.h against triple loops in double, over odd sizes and padded rows; same bits in every
// thread; no threads made; no allocation but oneDNN's own.
#include "nn/onednn.h"

#include "nn/conv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNT_ALLOCATIONS 0 // sanitizers bring their own malloc
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define COUNT_ALLOCATIONS 0
#endif
#endif
#if !defined(COUNT_ALLOCATIONS) && defined(__GLIBC__)
#define COUNT_ALLOCATIONS 1
#elif !defined(COUNT_ALLOCATIONS)
#define COUNT_ALLOCATIONS 0
#endif

// Allocations by library: `own` by anything but oneDNN and the C++ runtime, which only oneDNN uses.
static atomic_bool counting;
static atomic_long own_count;
static atomic_long vendor_count;

#if COUNT_ALLOCATIONS
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void count_for(void *caller)
{
    Dl_info info;
    if (!atomic_load(&counting))
        return;
    const bool known = dladdr(caller, &info) && info.dli_fname;
    const bool vendor =
        known && (strstr(info.dli_fname, "/libdnnl") || strstr(info.dli_fname, "/libstdc++"));
    atomic_fetch_add(vendor ? &vendor_count : &own_count, 1);
}

void *malloc(size_t size)
{
    count_for(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    count_for(__builtin_return_address(0));
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    count_for(__builtin_return_address(0));
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    count_for(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    count_for(__builtin_return_address(0));
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}
#endif

// One layer with its matrices; the gaps between rows hold NAN, which must neither spread nor
// change.
typedef struct layer {
    size_t rows, in, out, ldx, ldy;
    ppo_onednn_linear *linear;
    float *x, *dx, *y, *dy;                          // [rows, ldx] [rows, ldy]
    float *weight, *dweight, *packed, *bias, *dbias; // [out, in] [in, out] [out]
} layer;

// A repeatable number in [-1, 1).
static float next_number(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (float)(*state >> 40) * 0x1p-23f - 1.0f;
}

// rows x cols numbers with NAN between the rows.
static float *new_matrix(size_t rows, size_t cols, size_t ld, uint64_t seed)
{
    float *a = malloc(rows * ld * sizeof *a);
    assert_non_null(a);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < ld; j++)
            a[i * ld + j] = j < cols ? next_number(&seed) : NAN;
    return a;
}

static float *new_output(size_t rows, size_t ld)
{
    return new_matrix(rows, 0, ld, 0); // NAN throughout: whatever was there must not matter
}

static layer layer_make(size_t rows, size_t in, size_t out, size_t pad)
{
    layer l = {.rows = rows, .in = in, .out = out, .ldx = in + pad, .ldy = out + pad};
    ppo_error error = {0};
    assert_int_equal(ppo_onednn_linear_create(&l.linear, rows, in, out, l.ldx, l.ldy, &error),
                     PPO_OK);
    l.x = new_matrix(rows, in, l.ldx, 1);
    l.dy = new_matrix(rows, out, l.ldy, 2);
    l.weight = new_matrix(out, in, in, 3);
    l.bias = new_matrix(1, out, out, 4);
    l.dx = new_output(rows, l.ldx);
    l.y = new_output(rows, l.ldy);
    l.dweight = new_output(out, in);
    l.packed = new_output(in, out);
    l.dbias = new_output(1, out);
    return l;
}

static void layer_free(layer *l)
{
    ppo_onednn_linear_destroy(l->linear);
    float *const all[] = {l->x,       l->dx,     l->y,    l->dy,   l->weight,
                          l->dweight, l->packed, l->bias, l->dbias};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]);
}

// Everything once; y comes from the packed weights if `packed`.
static void layer_run(const layer *l, bool packed)
{
    ppo_status status =
        packed ? ppo_onednn_linear_forward_packed(l->linear, l->y, l->x, l->packed, l->bias, NULL)
               : ppo_onednn_linear_forward(l->linear, l->y, l->x, l->weight, l->bias, NULL);
    if (status == PPO_OK)
        status = ppo_onednn_linear_backward_data(l->linear, l->dx, l->dy, l->weight, NULL);
    if (status == PPO_OK)
        status =
            ppo_onednn_linear_backward_weights(l->linear, l->dweight, l->dbias, l->x, l->dy, NULL);
    if (status != PPO_OK)
        abort(); // also reached from threads, where cmocka can't fail
}

// |value - expected| within rounding of a sum of `terms` products of numbers in [-1, 1].
static void check(float value, double expected, size_t terms)
{
    const double tolerance = 1e-6 * (8.0 + sqrt((double)terms) + 0.02 * (double)terms);
    if (!(fabs((double)value - expected) <= tolerance))
        fail_msg("%.9g instead of %.9g (%zu terms)", (double)value, expected, terms);
}

static void check_gaps(const float *a, size_t rows, size_t cols, size_t ld)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = cols; j < ld; j++)
            assert_true(isnan(a[i * ld + j]));
}

static void check_forward(const layer *l, bool with_bias)
{
    for (size_t i = 0; i < l->rows; i++)
        for (size_t o = 0; o < l->out; o++) {
            double sum = with_bias ? (double)l->bias[o] : 0.0;
            for (size_t j = 0; j < l->in; j++)
                sum += (double)l->x[i * l->ldx + j] * (double)l->weight[o * l->in + j];
            check(l->y[i * l->ldy + o], sum, l->in);
        }
    check_gaps(l->y, l->rows, l->out, l->ldy);
}

static void check_backward_data(const layer *l)
{
    for (size_t i = 0; i < l->rows; i++)
        for (size_t j = 0; j < l->in; j++) {
            double sum = 0.0;
            for (size_t o = 0; o < l->out; o++)
                sum += (double)l->dy[i * l->ldy + o] * (double)l->weight[o * l->in + j];
            check(l->dx[i * l->ldx + j], sum, l->out);
        }
    check_gaps(l->dx, l->rows, l->in, l->ldx);
}

static void check_backward_weights(const layer *l)
{
    for (size_t o = 0; o < l->out; o++) {
        double column = 0.0;
        for (size_t i = 0; i < l->rows; i++)
            column += (double)l->dy[i * l->ldy + o];
        check(l->dbias[o], column, l->rows);
        for (size_t j = 0; j < l->in; j++) {
            double sum = 0.0;
            for (size_t i = 0; i < l->rows; i++)
                sum += (double)l->dy[i * l->ldy + o] * (double)l->x[i * l->ldx + j];
            check(l->dweight[o * l->in + j], sum, l->rows);
        }
    }
}

static void check_shape(size_t rows, size_t in, size_t out, size_t pad)
{
    layer l = layer_make(rows, in, out, pad);
    layer_run(&l, false);
    check_forward(&l, true);
    check_backward_data(&l);
    check_backward_weights(&l);
    ppo_onednn_linear_pack(l.linear, l.packed, l.weight);
    layer_run(&l, true);
    check_forward(&l, true);
    assert_int_equal(ppo_onednn_linear_forward_packed(l.linear, l.y, l.x, l.packed, NULL, NULL),
                     PPO_OK);
    check_forward(&l, false);
    layer_free(&l);
}

static void test_against_loops(void **state)
{
    static const size_t sizes[] = {1, 2, 7, 8, 9, 63, 64, 65};
    const size_t count = sizeof sizes / sizeof sizes[0];
    (void)state;
    for (size_t i = 0; i < count * count * count; i++)
        for (size_t pad = 0; pad <= 17; pad += 17)
            check_shape(sizes[i % count], sizes[i / count % count], sizes[i / count / count], pad);
    check_shape(130, 700, 515, 3); // large enough for sgemm's copying version
    check_shape(257, 1024, 512, 16);
}

// The bits of all results.
static uint64_t layer_hash(const layer *l)
{
    uint64_t hash = 14695981039346656037ull; // FNV-1a
    const struct {
        const float *data;
        size_t count;
    } parts[] = {{l->y, l->rows * l->ldy},
                 {l->dx, l->rows * l->ldx},
                 {l->dweight, l->out * l->in},
                 {l->dbias, l->out}};
    for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++)
        for (size_t i = 0; i < parts[p].count * sizeof(float); i++)
            hash = (hash ^ ((const unsigned char *)parts[p].data)[i]) * 1099511628211ull;
    return hash;
}

typedef struct visit {
    layer *layer;
    bool begin; // whether the thread introduces itself
    uint64_t hash[20];
} visit;

static void *run_repeatedly(void *argument)
{
    visit *const v = argument;
    if (v->begin)
        ppo_onednn_thread_begin();
    for (size_t i = 0; i < sizeof v->hash / sizeof v->hash[0]; i++) {
        layer_run(v->layer, false);
        v->hash[i] = layer_hash(v->layer);
    }
    return NULL;
}

// Two threads with two objects of each shape, against this thread.
static void test_same_bits_in_threads(void **state)
{
    static const size_t shapes[][3] = {{64, 64, 64}, {65, 63, 9}, {256, 512, 512}, {1, 8, 2}};
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        layer l[3];
        for (size_t i = 0; i < 3; i++)
            l[i] = layer_make(shapes[s][0], shapes[s][1], shapes[s][2], 5);
        layer_run(&l[2], false);
        const uint64_t expected = layer_hash(&l[2]);
        visit v[2] = {{.layer = &l[0], .begin = true}, {.layer = &l[1], .begin = false}};
        pthread_t threads[2];
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, run_repeatedly, &v[i]), 0);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        for (size_t i = 0; i < 2; i++)
            for (size_t k = 0; k < sizeof v[i].hash / sizeof v[i].hash[0]; k++)
                assert_true(v[i].hash[k] == expected);
        for (size_t i = 0; i < 3; i++)
            layer_free(&l[i]);
    }
}

static size_t count_threads(void)
{
    size_t count = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    while (readdir(tasks))
        count++;
    closedir(tasks);
    return count - 2; // "." and ".."
}

// main() has set OMP_NUM_THREADS to 4: without care, a product this large would make three threads.
static void test_no_threads_made(void **state)
{
    int (*max_threads)(void) = NULL;
    void *const symbol = dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    memcpy(&max_threads, &symbol, sizeof symbol);
    const int before = max_threads ? max_threads() : 0;
    const size_t threads = count_threads(); // an emulator adds its own
    layer l = layer_make(256, 512, 512, 0);
    (void)state;
    layer_run(&l, false);
    assert_int_equal(count_threads(), threads);
    if (max_threads) {
        assert_int_equal(before, 4);
        assert_int_equal(max_threads(), before); // the host's setting is as it was
    }
    layer_free(&l);
}

static void test_no_allocations(void **state)
{
    static const size_t shapes[][3] = {{64, 64, 64}, {65, 63, 9}, {64, 512, 256}};
    (void)state;
    if (!COUNT_ALLOCATIONS)
        skip();
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        layer l = layer_make(shapes[s][0], shapes[s][1], shapes[s][2], 1);
        ppo_onednn_linear_pack(l.linear, l.packed, l.weight);
        layer_run(&l, false); // oneDNN generates its code
        layer_run(&l, true);
        atomic_store(&own_count, 0);
        atomic_store(&vendor_count, 0);
        atomic_store(&counting, true);
        for (int i = 0; i < 100; i++) {
            ppo_onednn_linear_pack(l.linear, l.packed, l.weight);
            layer_run(&l, true);
        }
        atomic_store(&counting, false);
        print_message("%zu x %zu x %zu: oneDNN allocates %.2f times per product\n", l.rows, l.in,
                      l.out, (double)atomic_load(&vendor_count) / 300.0);
        assert_int_equal(atomic_load(&own_count), 0);
        layer_free(&l);
    }
}

static void test_counter_counts(void **state)
{
    (void)state;
    if (!COUNT_ALLOCATIONS)
        skip();
    atomic_store(&own_count, 0);
    atomic_store(&counting, true);
    void *volatile block = malloc(8);
    atomic_store(&counting, false);
    free(block);
    assert_int_equal(atomic_load(&own_count), 1);
}

static void expect_refused(size_t rows, size_t in, size_t out, size_t ldx, size_t ldy)
{
    ppo_error error = {0};
    ppo_onednn_linear *linear = (ppo_onednn_linear *)&error;
    assert_int_equal(ppo_onednn_linear_create(&linear, rows, in, out, ldx, ldy, &error),
                     PPO_INVALID);
    assert_int_equal(error.status, PPO_INVALID);
    assert_null(linear);
    assert_non_null(strstr(error.message, "linear layer"));
}

static void test_bad_shapes_refused(void **state)
{
    (void)state;
    expect_refused(0, 1, 1, 1, 1);
    expect_refused(1, 0, 1, 1, 1);
    expect_refused(1, 1, 0, 1, 1);
    expect_refused(1, 8, 1, 7, 1);
    expect_refused(1, 1, 8, 1, 7);
    expect_refused(SIZE_MAX / 8, 8, 1, 8, 1);
    expect_refused(1, SIZE_MAX / 8, 8, SIZE_MAX / 8, 8);
    ppo_onednn_linear_destroy(NULL);
}

// --- convolutions --------------------------------------------------------------------------------

static void run_conv(const ppo_onednn_conv *conv, float *y, float *dx, float *dweight, float *dbias,
                     float *const in[5])
{
    ppo_error error = {0};
    if (ppo_onednn_conv_pack(conv, in[2], &error) ||
        ppo_onednn_conv_forward(conv, y, in[0], in[3], &error) ||
        ppo_onednn_conv_backward_data(conv, dx, in[1], &error) ||
        ppo_onednn_conv_backward_weights(conv, dbias, in[0], in[1], &error) ||
        ppo_onednn_conv_unpack(conv, dweight, &error))
        fail_msg("%s", error.message);
}

// Against our own, which have loops of their own to be held against.
static void check_conv(size_t images, size_t size, size_t in, size_t out, size_t k, size_t stride)
{
    const ppo_conv own = ppo_conv_make(size, size, in, out, k, stride);
    const ppo_onednn_conv_shape shape = {images, size, size, in, out, k, stride, false};
    const size_t x = images * own.in_image, y = images * own.out_image;
    const size_t weights = ppo_conv_weights(&own), counts[4] = {y, x, weights, out};
    float *const given[5] = {new_matrix(1, x, x, 1), new_matrix(1, y, y, 2),
                             new_matrix(1, weights, weights, 3), new_matrix(1, out, out, 4),
                             new_output(1, weights)};
    float *got[4], *wanted[4];
    for (size_t i = 0; i < 4; i++) {
        got[i] = new_output(1, counts[i]);
        wanted[i] = calloc(counts[i], sizeof **wanted);
        assert_non_null(wanted[i]);
    }
    ppo_onednn_conv *conv;
    ppo_error error = {0};
    if (ppo_onednn_conv_create(&conv, &shape, &error) != PPO_OK)
        fail_msg("%s", error.message);
    run_conv(conv, got[0], got[1], got[2], got[3], given);
    for (size_t at = 0; at < weights; at++) // [k, k, in, out] to [k, k, out, in]
        given[4][(at / in / out * out + at % out) * in + at / out % in] = given[2][at];
    ppo_conv_forward(&own, wanted[0], given[0], given[2], given[3], images, 0);
    ppo_conv_backward_data(&own, wanted[1], given[1], given[4], images);
    ppo_conv_backward_weights(&own, wanted[2], wanted[3], given[0], given[1], images);
    for (size_t i = 0; i < 4; i++)
        for (size_t at = 0; at < counts[i]; at++)
            check(got[i][at], (double)wanted[i][at], i < 2 ? k * k * 64 : y / out);
    ppo_onednn_conv_destroy(conv);
    for (size_t i = 0; i < 5; i++)
        free(given[i]);
    for (size_t i = 0; i < 4; i++) {
        free(got[i]);
        free(wanted[i]);
    }
}

static void test_convolutions(void **state)
{
    (void)state;
    check_conv(2, 21, 64, 32, 2, 1);
    check_conv(3, 20, 32, 64, 4, 2);
    check_conv(1, 9, 64, 64, 3, 1);
    check_conv(4, 11, 16, 48, 3, 2);
    check_conv(1, 5, 16, 16, 5, 1);
}

static void test_bad_convolutions_refused(void **state)
{
    (void)state;
    static const ppo_onednn_conv_shape bad[] = {{0, 9, 9, 16, 16, 3, 1, false},
                                                {1, 2, 9, 16, 16, 3, 1, false},
                                                {1, 9, 9, 0, 16, 3, 1, false},
                                                {1, 9, 9, 16, 16, 3, 0, false}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ppo_error error = {0};
        ppo_onednn_conv *conv = (ppo_onednn_conv *)&error;
        assert_int_equal(ppo_onednn_conv_create(&conv, &bad[i], &error), PPO_INVALID);
        assert_null(conv);
    }
    ppo_onednn_conv_destroy(NULL);
}

int main(int argc, char **argv)
{
    const char *threads = getenv("OMP_NUM_THREADS");
    (void)argc;
    if (!threads || strcmp(threads, "4") != 0) { // read by the OpenMP runtime before main
        setenv("OMP_NUM_THREADS", "4", 1);
        execv("/proc/self/exe", argv);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_threads_made), // first: later ones leave no threads, but prove
                                                // less
        cmocka_unit_test(test_against_loops),
        cmocka_unit_test(test_same_bits_in_threads),
        cmocka_unit_test(test_no_allocations),
        cmocka_unit_test(test_counter_counts),
        cmocka_unit_test(test_bad_shapes_refused),
        cmocka_unit_test(test_convolutions),
        cmocka_unit_test(test_bad_convolutions_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
