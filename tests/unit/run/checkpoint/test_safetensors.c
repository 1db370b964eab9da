// SPDX-License-Identifier: MIT
// safetensors: what is written reads back; what is torn, flipped or hostile is refused with a
// sentence. Files are handed over in blocks of exactly their size, so that the address sanitizer
// sees every byte read beyond them.
#include "run/checkpoint/safetensors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static float weight[6] = {1, 2, 3, 4, 5, 6};
static uint8_t flags[3] = {7, 8, 9};
static uint64_t counter = 0x0123456789abcdef;

static const ppo_tensor some_tensors[] = {
    {"flags", PPO_ROLE_COUNTER, PPO_U8, 1, {3}, 0, 3, flags},
    {"actor.0.weight", PPO_ROLE_PARAMETER, PPO_F32, 2, {2, 3}, 0, 24, weight},
    {"nothing", PPO_ROLE_PARAMETER, PPO_F32, 2, {0, 5}, 0, 0, NULL},
    {"counter", PPO_ROLE_COUNTER, PPO_U64, 0, {0}, 0, 8, &counter},
};
static const ppo_metadata some_metadata[] = {
    {"format", "test"},
    {"text", "line\n\"quoted\" \xc3\xa9"},
};

static ppo_bytes make_file(void)
{
    ppo_bytes bytes = {0};
    assert_int_equal(ppo_safetensors_format(&bytes, some_tensors, 4, some_metadata, 2, NULL),
                     PPO_OK);
    return bytes;
}

// Parses a copy in a block of its own size.
static ppo_status parse_exact(const void *data, size_t size, ppo_error *error)
{
    ppo_safetensors file;
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    const ppo_status status = ppo_safetensors_parse(&file, copy, size, "FILE", error);
    if (status == PPO_OK) {
        for (size_t i = 0; i < file.num_tensors; i++)
            assert_true((const char *)file.tensors[i].data + file.tensors[i].bytes <= copy + size);
        ppo_safetensors_release(&file);
    }
    free(copy);
    return status;
}

// A file from a header as text and some data bytes.
static ppo_status parse_header(const char *header, size_t data_size, ppo_error *error)
{
    const size_t length = strlen(header);
    char *file = calloc(1, 8 + length + data_size);
    assert_non_null(file);
    for (size_t i = 0; i < 8; i++)
        file[i] = (char)(length >> (8 * i) & 0xff);
    memcpy(file + 8, header, length);
    const ppo_status status = parse_exact(file, 8 + length + data_size, error);
    free(file);
    return status;
}

static void test_round_trip(void **state)
{
    ppo_safetensors file;
    ppo_bytes bytes = make_file();
    (void)state;
    assert_int_equal(ppo_safetensors_parse(&file, bytes.data, bytes.size, "f", NULL), PPO_OK);
    assert_int_equal(file.num_tensors, 4);
    for (size_t i = 0; i < 4; i++) {
        const ppo_tensor *wrote = &some_tensors[i];
        const ppo_safetensor *read = ppo_safetensors_find(&file, wrote->name);
        assert_non_null(read);
        assert_int_equal(read->dtype, ppo_safetensors_dtype_of(wrote->dtype));
        assert_int_equal(read->rank, wrote->rank);
        assert_memory_equal(read->shape, wrote->shape, wrote->rank * sizeof *wrote->shape);
        assert_int_equal(read->bytes, wrote->bytes);
        if (wrote->bytes)
            assert_memory_equal(read->data, wrote->data, wrote->bytes);
        const size_t offset = (size_t)((const unsigned char *)read->data - bytes.data);
        assert_int_equal(offset % ppo_safetensors_dtype_size(read->dtype), 0);
    }
    assert_string_equal(ppo_safetensors_metadata(&file, "text"), some_metadata[1].value);
    assert_null(ppo_safetensors_metadata(&file, "other"));
    assert_null(ppo_safetensors_find(&file, "other"));
    ppo_safetensors_release(&file);
    ppo_bytes_release(&bytes);
}

// Aligned header, metadata first, larger elements before smaller ones: the exact bytes.
static void test_layout(void **state)
{
    static const char header[] =
        "{\"__metadata__\":{\"a\":\"b\"},"
        "\"counter\":{\"dtype\":\"U64\",\"shape\":[],\"data_offsets\":[0,8]},"
        "\"flags\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}";
    const ppo_tensor tensors[] = {some_tensors[0], some_tensors[3]};
    const ppo_metadata metadata = {"a", "b"};
    ppo_bytes bytes = {0};
    (void)state;
    assert_int_equal(ppo_safetensors_format(&bytes, tensors, 2, &metadata, 1, NULL), PPO_OK);
    const size_t padded = (strlen(header) + 7) / 8 * 8;
    assert_int_equal(bytes.data[0], padded);
    assert_memory_equal(bytes.data + 8, header, strlen(header));
    assert_int_equal(bytes.data[8 + padded - 1], padded > strlen(header) ? ' ' : '}');
    assert_int_equal(bytes.size, 8 + padded + 11);
    assert_memory_equal(bytes.data + 8 + padded, &counter, 8);
    assert_memory_equal(bytes.data + 8 + padded + 8, flags, 3);
    ppo_bytes_release(&bytes);
}

static void test_buffer_is_used_again(void **state)
{
    ppo_bytes bytes = make_file();
    const unsigned char *before = bytes.data;
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(ppo_safetensors_format(&bytes, some_tensors, 4, some_metadata, 2, NULL),
                         PPO_OK);
    assert_ptr_equal(bytes.data, before);
    ppo_bytes_release(&bytes);
}

static void test_every_truncation_is_refused(void **state)
{
    ppo_bytes bytes = make_file();
    (void)state;
    for (size_t size = 0; size < bytes.size; size++) {
        ppo_error error = {0};
        assert_int_equal(parse_exact(bytes.data, size, &error), PPO_CORRUPT);
        assert_non_null(strstr(error.message, "FILE"));
    }
    ppo_bytes_release(&bytes);
}

// A flipped bit may leave a proper file of other contents; it may never crash.
static void test_every_bit_flip_is_survived(void **state)
{
    ppo_bytes bytes = make_file();
    (void)state;
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        ppo_error error = {0};
        bytes.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
        const ppo_status status = parse_exact(bytes.data, bytes.size, &error);
        assert_true(status == PPO_OK || (status == PPO_CORRUPT && error.message[0]));
        bytes.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    ppo_bytes_release(&bytes);
}

#define T(name, dtype, shape, offsets) \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void test_accepted_headers(void **state)
{
    static const struct {
        const char *header;
        size_t data_size;
    } cases[] = {
        {"{}", 0},
        {"{}   ", 0},
        {"{\"__metadata__\":{}}", 0},
        {"{" T("a", "F32", "[]", "[0,4]") "}", 4},
        {"{" T("a", "I64", "[2]", "[0,16]") "," T("b", "BF16", "[1,1]", "[16,18]") "}", 18},
        {"{" T("b", "U8", "[2]", "[3,5]") "," T("a", "BOOL", "[3]", "[0,3]") "}", 5},
        {"{" T("a", "U8", "[0]", "[0,0]") "," T("b", "U8", "[1]", "[0,1]") "}", 1},
        {"{" T("a", "U8", "[1]", "[0,1]") "," T("b", "U8", "[0]", "[1,1]") "}", 1},
        {"{" T("a", "F16", "[1,1,1,1,1,1,1,1]", "[0,2]") "}", 2},
        {"{\"a\":{\"data_offsets\":[0,1],\"shape\":[1],\"dtype\":\"U8\"}}", 1}, // any order
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ppo_error error = {0};
        if (parse_header(cases[i].header, cases[i].data_size, &error) != PPO_OK)
            fail_msg("%s: %s", cases[i].header, error.message);
    }
}

static void test_hostile_headers(void **state)
{
    static const struct {
        const char *header;
        size_t data_size;
        const char *says;
    } cases[] = {
        {"", 0, "not JSON"},
        {"[]", 0, "not JSON"},
        {"{", 0, "not JSON"},
        {"{}x", 0, "not JSON"},
        {" {}", 0, "not JSON"},
        {"{\"a\":1}", 0, "\"a\" is not described"},
        {"{\"a\":{}}", 0, "not described"},
        {"{}", 1, "left over"},
        {"{" T("a", "F32", "[1]", "[0,4]") "}", 5, "left over"},
        {"{" T("a", "F31", "[1]", "[0,4]") "}", 4, "unknown dtype"},
        {"{" T("a", "F32", "[1]", "[0,5]") "}", 5, "shape that differs"},
        {"{" T("a", "F32", "1", "[0,4]") "}", 4, "no usable shape"},
        {"{" T("a", "F32", "[1.5]", "[0,4]") "}", 4, "no usable shape"},
        {"{" T("a", "F32", "[-1]", "[0,4]") "}", 4, "no usable shape"},
        {"{" T("a", "F32", "[\"1\"]", "[0,4]") "}", 4, "no usable shape"},
        {"{" T("a", "F32", "[1e400]", "[0,4]") "}", 4, "no usable shape"},
        {"{" T("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4, "no usable shape"},
        {"{" T("a", "U8", "[4294967296,4294967296,16]", "[0,0]") "}", 0, "shape that differs"},
        {"{" T("a", "F64", "[2305843009213693952]", "[0,0]") "}", 0, "no usable shape"},
        {"{" T("a", "F64", "[4503599627370496,512]", "[0,0]") "}", 0, "shape that differs"},
        {"{" T("a", "U8", "[4]", "[4,0]") "}", 4, "outside"},
        {"{" T("a", "U8", "[4]", "[0]") "}", 4, "data_offsets"},
        {"{" T("a", "U8", "[4]", "[0,4,4]") "}", 4, "data_offsets"},
        {"{" T("a", "U8", "[4]", "[-4,0]") "}", 4, "data_offsets"},
        {"{" T("a", "U8", "[5]", "[0,5]") "}", 4, "outside"},
        {"{" T("a", "U8", "[1]", "[9007199254740991,9007199254740992]") "}", 4, "data_offsets"},
        {"{" T("a", "U8", "[1]", "[18446744073709551615,0]") "}", 4, "data_offsets"},
        {"{" T("a", "U8", "[2]", "[0,2]") "," T("b", "U8", "[2]", "[1,3]") "}", 3, "overlaps"},
        {"{" T("a", "U8", "[2]", "[0,2]") "," T("b", "U8", "[2]", "[0,2]") "}", 2, "overlaps"},
        {"{" T("a", "U8", "[1]", "[0,1]") "," T("b", "U8", "[1]", "[2,3]") "}", 3, "gap"},
        {"{" T("a", "U8", "[1]", "[1,2]") "}", 2, "gap"},
        {"{" T("a", "U8", "[1]", "[0,1]") "," T("a", "U8", "[1]", "[1,2]") "}", 2, "twice"},
        {"{" T("a\\u001b[2J", "U8", "[1]", "[0,1]") "}", 1, "control characters"},
        {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[0]}}", 0, "no usable data_offsets"},
        {"{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "unknown dtype"},
        {"{\"__metadata__\":7}", 0, "not an object"},
        {"{\"__metadata__\":{\"a\":1}}", 0, "not text"},
        {"{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "a key twice"},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "twice"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ppo_error error = {0};
        if (parse_header(cases[i].header, cases[i].data_size, &error) != PPO_CORRUPT ||
            !strstr(error.message, cases[i].says))
            fail_msg("%s: expected '%s', got '%s'", cases[i].header, cases[i].says, error.message);
    }
}

static void test_hostile_lengths(void **state)
{
    static const unsigned char lengths[][8] = {
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
        {0xf8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
        {0, 0, 0, 0, 0, 0, 0, 0x80},
        {0, 0, 0, 0, 1, 0, 0, 0},
        {1, 0, 0x40, 0, 0, 0, 0, 0},
        {0},
        {3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        unsigned char file[10] = "        {}";
        memcpy(file, lengths[i], 8);
        assert_int_equal(parse_exact(file, sizeof file, NULL), PPO_CORRUPT);
    }
}

static void test_deep_nesting(void **state)
{
    enum { DEPTH = 200000 };
    (void)state;
    char *header = malloc(DEPTH + 8);
    assert_non_null(header);
    strcpy(header, "{\"a\":");
    memset(header + 5, '[', DEPTH);
    header[5 + DEPTH] = '\0';
    assert_int_equal(parse_header(header, 0, NULL), PPO_CORRUPT);
    free(header);
}

static void test_zero_byte_in_header(void **state)
{
    static const char file[] = "\x08\0\0\0\0\0\0\0{}\0     ";
    (void)state;
    assert_int_equal(parse_exact(file, sizeof file - 1, NULL), PPO_CORRUPT);
}

static void test_many_tensors(void **state)
{
    enum { COUNT = 3000 };
    static ppo_tensor tensors[COUNT];
    static float values[COUNT];
    ppo_safetensors file;
    ppo_bytes bytes = {0};
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        values[i] = (float)i;
        tensors[i] = (ppo_tensor){"", PPO_ROLE_PARAMETER, PPO_F32, 1, {1}, 0, 4, &values[i]};
        snprintf(tensors[i].name, sizeof tensors[i].name, "t.%zu", i);
    }
    assert_int_equal(ppo_safetensors_format(&bytes, tensors, COUNT, NULL, 0, NULL), PPO_OK);
    assert_int_equal(ppo_safetensors_parse(&file, bytes.data, bytes.size, "f", NULL), PPO_OK);
    assert_int_equal(file.num_tensors, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_string_equal(file.tensors[i].name, tensors[i].name); // the order given
    ppo_safetensors_release(&file);
    ppo_bytes_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_buffer_is_used_again),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_every_bit_flip_is_survived),
        cmocka_unit_test(test_accepted_headers),
        cmocka_unit_test(test_hostile_headers),
        cmocka_unit_test(test_hostile_lengths),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_zero_byte_in_header),
        cmocka_unit_test(test_many_tensors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
