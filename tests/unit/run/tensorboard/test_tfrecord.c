// SPDX-License-Identifier: MIT
// TFRecord framing: the checksum against a bitwise one and published values, records taken apart,
// and what is found of files that are torn or damaged at any byte.
#include "run/tensorboard/tfrecord.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// CRC-32C a bit at a time, then TFRecord's mask.
static uint32_t slow_checksum(const unsigned char *data, size_t size)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static uint32_t unmask(uint32_t masked)
{
    const uint32_t rotated = masked - 0xa282ead8u;
    return rotated >> 17 | rotated << 15;
}

static void test_checksum(void **state)
{
    unsigned char bytes[300] = {0};
    (void)state;
    // RFC 3720, B.4, and the usual check value
    assert_int_equal(unmask(ppo_tfrecord_checksum(bytes, 32)), 0x8a9136aau);
    assert_int_equal(unmask(ppo_tfrecord_checksum((const unsigned char *)"123456789", 9)),
                     0xe3069283u);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 37 + 5);
        assert_int_equal(ppo_tfrecord_checksum(bytes, i), slow_checksum(bytes, i));
    }
}

static void add(ppo_bytes *file, const char *text)
{
    ppo_bytes record = {0};
    unsigned char *data;
    assert_true(ppo_tfrecord_begin(&record, &data, strlen(text)));
    memcpy(data, text, strlen(text));
    ppo_tfrecord_seal(&record);
    assert_true(ppo_bytes_append(file, record.data, record.size));
    ppo_bytes_release(&record);
}

static void test_record(void **state)
{
    static const unsigned char length[8] = {3};
    ppo_bytes file = {0};
    uint32_t checksum[2];
    (void)state;
    add(&file, "abc");
    assert_int_equal(file.size, 16 + 3);
    assert_memory_equal(file.data, length, 8);
    assert_memory_equal(file.data + 12, "abc", 3);
    for (size_t i = 0; i < 4; i++) { // little-endian on any machine
        checksum[0] = slow_checksum(length, 8) >> (8 * i) & 255;
        checksum[1] = slow_checksum((const unsigned char *)"abc", 3) >> (8 * i) & 255;
        assert_int_equal(file.data[8 + i], checksum[0]);
        assert_int_equal(file.data[15 + i], checksum[1]);
    }
    ppo_bytes_release(&file);
}

static size_t whole(const ppo_bytes *file, size_t size)
{
    return ppo_tfrecord_whole((const char *)file->data, size);
}

static void test_torn_and_damaged(void **state)
{
    ppo_bytes file = {0};
    (void)state;
    add(&file, "first");
    const size_t one = file.size;
    add(&file, "");
    const size_t two = file.size;
    add(&file, "the third one");
    for (size_t size = 0; size <= file.size; size++)
        assert_int_equal(whole(&file, size), size < one         ? 0
                                             : size < two       ? one
                                             : size < file.size ? two
                                                                : file.size);
    for (size_t i = 0; i < file.size; i++) {
        file.data[i] ^= 0x10;
        assert_int_equal(whole(&file, file.size), i < one ? 0 : i < two ? one : two);
        file.data[i] ^= 0x10;
    }
    ppo_bytes_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_torn_and_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
