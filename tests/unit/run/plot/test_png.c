// SPDX-License-Identifier: MIT
// Pictures written as PNG, read back by a decoder of its own: bit by bit, as the standards say.
#include "run/plot/png.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// --- a reader ----------------------------------------------------------------------------------

typedef struct reader {
    const unsigned char *data;
    size_t size, at; // `at` in bits
} reader;

static uint32_t take_bits(reader *r, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++, r->at++) {
        assert_true(r->at / 8 < r->size);
        value |= (uint32_t)(r->data[r->at / 8] >> r->at % 8 & 1) << i;
    }
    return value;
}

static uint32_t take_symbol(reader *r)
{
    uint32_t code = 0;
    for (unsigned length = 1; length <= 9; length++) {
        code = code << 1 | take_bits(r, 1);
        if (length == 7 && code < 0x18)
            return code + 256;
        if (length == 8 && code >= 0x30 && code < 0xC0)
            return code - 0x30;
        if (length == 8 && code >= 0xC0 && code < 0xC8)
            return code - 0xC0 + 280;
        if (length == 9 && code >= 0x190)
            return code - 0x190 + 144;
    }
    fail_msg("no such code");
    return 0;
}

static size_t inflate_fixed(unsigned char *out, size_t room, reader *r)
{
    static const uint16_t base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                      15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                      67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint8_t extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    size_t size = 0;
    assert_int_equal(take_bits(r, 1), 1);
    assert_int_equal(take_bits(r, 2), 1);
    for (uint32_t symbol; (symbol = take_symbol(r)) != 256;) {
        if (symbol < 256) {
            assert_true(size < room);
            out[size++] = (unsigned char)symbol;
            continue;
        }
        const uint32_t length = base[symbol - 257] + take_bits(r, extra[symbol - 257]);
        assert_int_equal(take_bits(r, 5), 0);
        assert_true(size > 0 && size + length <= room);
        memset(out + size, out[size - 1], length);
        size += length;
    }
    r->at = (r->at + 7) / 8 * 8;
    return size;
}

static uint32_t word_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t slow_crc(const unsigned char *data, size_t size)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size * 8; i++) {
        const uint32_t bit = (crc ^ (uint32_t)(data[i / 8] >> i % 8)) & 1;
        crc = crc >> 1 ^ (bit ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static uint32_t slow_adler(const unsigned char *data, size_t size)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < size; i++) {
        a = (a + data[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

// The chunk that begins at `at`, which has to be of this type; returns its data.
static const unsigned char *chunk_at(const ppo_bytes *png, size_t *at, const char *type,
                                     size_t *size)
{
    const unsigned char *chunk = png->data + *at;
    assert_true(*at + 12 <= png->size);
    *size = word_at(chunk);
    assert_true(*at + 12 + *size <= png->size);
    assert_memory_equal(chunk + 4, type, 4);
    assert_int_equal(word_at(chunk + 8 + *size), slow_crc(chunk + 4, *size + 4));
    *at += 12 + *size;
    return chunk + 8;
}

// --- pictures ----------------------------------------------------------------------------------

static void check(const uint32_t *pixels, uint32_t width, uint32_t height, size_t pitch)
{
    ppo_bytes png = {0};
    size_t at = 8, size;
    assert_true(ppo_bytes_append(&png, "before", 6));
    assert_true(ppo_png_append(&png, pixels, width, height, pitch));
    assert_memory_equal(png.data, "before", 6);
    memmove(png.data, png.data + 6, png.size -= 6);
    assert_memory_equal(png.data, "\x89PNG\r\n\x1A\n", 8);

    const unsigned char *header = chunk_at(&png, &at, "IHDR", &size);
    assert_int_equal(size, 13);
    assert_int_equal(word_at(header), width);
    assert_int_equal(word_at(header + 4), height);
    assert_memory_equal(header + 8, ((unsigned char[]){8, 2, 0, 0, 0}), 5);

    const unsigned char *data = chunk_at(&png, &at, "IDAT", &size);
    const size_t row = 1 + 3 * (size_t)width;
    unsigned char *raw = malloc(row * height);
    reader r = {data, size, 16};
    assert_int_equal((data[0] * 256 + data[1]) % 31, 0);
    assert_int_equal(data[0], 0x78);
    assert_int_equal(inflate_fixed(raw, row * height, &r), row * height);
    assert_int_equal(r.at / 8 + 4, size);
    assert_int_equal(word_at(data + size - 4), slow_adler(raw, row * height));
    for (uint32_t y = 0; y < height; y++) {
        assert_int_equal(raw[y * row], 2);
        for (size_t i = 1; i < row; i++) {
            const uint32_t pixel = pixels[y * pitch + (i - 1) / 3];
            if (y > 0)
                raw[y * row + i] = (unsigned char)(raw[y * row + i] + raw[(y - 1) * row + i]);
            assert_int_equal(raw[y * row + i], pixel >> (16 - 8 * ((i - 1) % 3)) & 0xFF);
        }
    }
    (void)chunk_at(&png, &at, "IEND", &size);
    assert_int_equal(size, 0);
    assert_int_equal(at, png.size);
    free(raw);
    ppo_bytes_release(&png);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void test_flat(void **state)
{
    (void)state;
    static uint32_t pixels[400 * 30]; // the upper byte is not part of a pixel
    for (size_t i = 0; i < 400 * 30; i++)
        pixels[i] = 0xFFFFFF | (uint32_t)i << 24;
    for (uint32_t width = 1; width <= 400; width += 1 + width / 9) // runs of all lengths
        check(pixels, width, 30, 400);
}

static void test_noise(void **state)
{
    (void)state;
    static uint32_t pixels[64 * 50];
    uint32_t random = 3;
    for (uint32_t kinds = 1; kinds <= 256; kinds *= 4) {
        for (size_t i = 0; i < 64 * 50; i++)
            pixels[i] = next_random(&random) % kinds * 0x010305u ^ (kinds == 256 ? random : 0);
        check(pixels, 64, 50, 64);
        check(pixels, 1, 50, 64);
        check(pixels, 63, 1, 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_flat), cmocka_unit_test(test_noise)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
