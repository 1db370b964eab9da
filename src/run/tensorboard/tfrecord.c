// SPDX-License-Identifier: MIT
// TFRecord framing: see tfrecord.h.
// Workload: a record of about a kilobyte per iteration, of some megabytes per film; a whole file
// when a run is resumed. Four bits at a time are fast enough for that. Owns nothing. Not here: what
// the data mean (tensorboard.c).
#include "run/tensorboard/tfrecord.h"

#define MASK_DELTA 0xa282ead8u

enum { LENGTH_BYTES = 8, CHECKSUM_BYTES = 4 };

// The remainder of each four bits by Castagnoli's polynomial 0x1edc6f41, bits reversed.
static const uint32_t remainder_of[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t ppo_tfrecord_checksum(const unsigned char *data, size_t size)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        crc = crc >> 4 ^ remainder_of[crc & 15];
        crc = crc >> 4 ^ remainder_of[crc & 15];
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + MASK_DELTA;
}

static void put(unsigned char *to, uint64_t value, size_t num_bytes)
{
    for (size_t i = 0; i < num_bytes; i++)
        to[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get(const unsigned char *from, size_t num_bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < num_bytes; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

bool ppo_tfrecord_begin(ppo_bytes *record, unsigned char **data, size_t size)
{
    if (!ppo_bytes_reserve(record, size + PPO_TFRECORD_EXTRA))
        return false;
    record->size = size + PPO_TFRECORD_EXTRA;
    put(record->data, size, LENGTH_BYTES);
    put(record->data + LENGTH_BYTES, ppo_tfrecord_checksum(record->data, LENGTH_BYTES),
        CHECKSUM_BYTES);
    *data = record->data + PPO_TFRECORD_DATA_AT;
    return true;
}

void ppo_tfrecord_seal(ppo_bytes *record)
{
    unsigned char *data = record->data + PPO_TFRECORD_DATA_AT;
    const size_t size = record->size - PPO_TFRECORD_EXTRA;
    put(data + size, ppo_tfrecord_checksum(data, size), CHECKSUM_BYTES);
}

// The size of the record at `at`, 0 if there is no whole and undamaged one.
static size_t record_size(const unsigned char *at, size_t left)
{
    if (left < PPO_TFRECORD_EXTRA ||
        get(at + LENGTH_BYTES, CHECKSUM_BYTES) != ppo_tfrecord_checksum(at, LENGTH_BYTES))
        return 0;
    const uint64_t size = get(at, LENGTH_BYTES);
    if (size > left - PPO_TFRECORD_EXTRA)
        return 0;
    const unsigned char *data = at + PPO_TFRECORD_DATA_AT;
    const bool is_good =
        get(data + size, CHECKSUM_BYTES) == ppo_tfrecord_checksum(data, (size_t)size);
    return is_good ? (size_t)size + PPO_TFRECORD_EXTRA : 0;
}

size_t ppo_tfrecord_whole(const char *bytes, size_t size)
{
    const unsigned char *data = (const unsigned char *)bytes;
    size_t whole = 0, next;
    while ((next = record_size(data + whole, size - whole)) > 0)
        whole += next;
    return whole;
}
