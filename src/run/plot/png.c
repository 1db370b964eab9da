// SPDX-License-Identifier: MIT
// PNG (ISO/IEC 15948) with deflate (RFC 1951) as a figure needs it: what a row has in common with
// the row above becomes zeros (filter Up), and only runs of equal bytes are looked for, with the
// fixed codes. A general encoder spends 30 ms on a curve, as long as its training takes; this one
// spends a few, for a file of three times the size.
#include "run/plot/png.h"

#include <stdlib.h>
#include <string.h>

enum { FILTER_UP = 2, MAX_RUN = 258, MIN_RUN = 3, END_OF_BLOCK = 256 };

// A zlib stream (RFC 1950) that is being written: of one block.
typedef struct deflater {
    ppo_bytes *bytes;
    uint64_t bits; // not yet appended, the first one lowest
    unsigned num_bits;
    uint32_t last, run;        // the last byte, and how often it still has to be repeated
    uint32_t sum, sum_of_sums; // Adler-32
} deflater;

// --- bytes and bits ----------------------------------------------------------------------------

// There is room for all that is put (ppo_png_append).
static void put(ppo_bytes *bytes, const void *data, size_t size)
{
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static void put_word(ppo_bytes *bytes, uint32_t value)
{
    const uint8_t word[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                             (uint8_t)value};
    put(bytes, word, sizeof word);
}

static void put_bits(deflater *d, uint32_t bits, unsigned count)
{
    d->bits |= (uint64_t)bits << d->num_bits;
    d->num_bits += count;
    while (d->num_bits >= 32) {
        const uint8_t four[4] = {(uint8_t)d->bits, (uint8_t)(d->bits >> 8),
                                 (uint8_t)(d->bits >> 16), (uint8_t)(d->bits >> 24)};
        put(d->bytes, four, sizeof four);
        d->bits >>= 32;
        d->num_bits -= 32;
    }
}

// A Huffman code, whose bits come in the other order than those of numbers.
static void put_code(deflater *d, uint32_t code, unsigned count)
{
    uint32_t reversed = 0;
    for (unsigned i = 0; i < count; i++)
        reversed |= (code >> i & 1) << (count - 1 - i);
    put_bits(d, reversed, count);
}

// A literal byte, the end of the block, or a length (RFC 1951, 3.2.6).
static void put_symbol(deflater *d, uint32_t symbol)
{
    if (symbol < 144)
        put_code(d, 0x30 + symbol, 8);
    else if (symbol < 256)
        put_code(d, 0x190 + symbol - 144, 9);
    else if (symbol < 280)
        put_code(d, symbol - 256, 7);
    else
        put_code(d, 0xC0 + symbol - 280, 8);
}

// --- runs --------------------------------------------------------------------------------------

// `length` copies of the byte before them: a match at distance 1, whose code is five zeros. From 11
// on four symbols share a number of extra bits (RFC 1951, 3.2.5).
static void put_match(deflater *d, uint32_t length)
{
    uint32_t over = length - MIN_RUN;
    unsigned extra = 0;
    while (over >> extra >= 8)
        extra++;
    if (length == MAX_RUN) {
        put_symbol(d, 285);
    } else {
        put_symbol(d, 257 + 4 * extra + (over >> extra));
        put_bits(d, over & ((1u << extra) - 1), extra);
    }
    put_bits(d, 0, 5);
}

static void end_run(deflater *d)
{
    while (d->run >= MIN_RUN) {
        const uint32_t length = d->run < MAX_RUN ? d->run : MAX_RUN;
        put_match(d, length);
        d->run -= length;
    }
    for (; d->run > 0; d->run--)
        put_symbol(d, d->last);
}

enum { ADLER_BASE = 65521 };

static void put_bytes(deflater *d, uint8_t byte, uint32_t count)
{
    if (byte == d->last) {
        d->run += count;
    } else {
        end_run(d);
        put_symbol(d, byte);
        d->last = byte;
        d->run = count - 1;
    }
    const uint64_t steps = (uint64_t)count * (count + 1) / 2 % ADLER_BASE;
    d->sum_of_sums =
        (uint32_t)((d->sum_of_sums + (uint64_t)count * d->sum + steps * byte) % ADLER_BASE);
    d->sum = (uint32_t)((d->sum + (uint64_t)count * byte) % ADLER_BASE);
}

static void begin(deflater *d, ppo_bytes *bytes)
{
    *d = (deflater){.bytes = bytes, .last = UINT32_MAX, .sum = 1};
    put_bits(d, 0x0178, 16); // deflate with a window of 32K; fastest
    put_bits(d, 3, 3);       // the last block, fixed codes
}

static void finish(deflater *d)
{
    end_run(d);
    put_symbol(d, END_OF_BLOCK);
    put_bits(d, 0, (8 - d->num_bits % 8) % 8);
    for (; d->num_bits > 0; d->num_bits -= 8, d->bits >>= 8)
        put(d->bytes, &(uint8_t){(uint8_t)d->bits}, 1);
    put_word(d->bytes, d->sum_of_sums << 16 | d->sum);
}

// --- rows --------------------------------------------------------------------------------------

// A row as its difference from the one above, byte by byte.
static void put_row(deflater *d, const uint32_t *row, const uint32_t *above, uint32_t width)
{
    put_bytes(d, FILTER_UP, 1);
    for (uint32_t x = 0; x < width;) {
        uint32_t same = 0;
        while (x + same < width && ((row[x + same] ^ above[x + same]) & 0xFFFFFF) == 0)
            same++;
        if (same > 0) {
            put_bytes(d, 0, 3 * same);
            x += same;
            continue;
        }
        for (int shift = 16; shift >= 0; shift -= 8)
            put_bytes(d, (uint8_t)((row[x] >> shift) - (above[x] >> shift)), 1);
        x++;
    }
}

static void put_pixels(ppo_bytes *bytes, const uint32_t *pixels, uint32_t width, uint32_t height,
                       size_t pitch, const uint32_t *above)
{
    deflater d;
    begin(&d, bytes);
    for (uint32_t y = 0; y < height; y++) {
        put_row(&d, pixels + y * pitch, above, width);
        above = pixels + y * pitch;
    }
    finish(&d);
}

// --- chunks ------------------------------------------------------------------------------------

// CRC-32, polynomial 0xEDB88320, four bits at a time.
static uint32_t crc_of(const unsigned char *data, size_t size)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
        0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

// A chunk's head, its length left open; returns where it begins.
static size_t begin_chunk(ppo_bytes *bytes, const char *type)
{
    const size_t start = bytes->size;
    put_word(bytes, 0);
    put(bytes, type, 4);
    return start;
}

static void end_chunk(ppo_bytes *bytes, size_t start)
{
    const size_t end = bytes->size;
    bytes->size = start;
    put_word(bytes, (uint32_t)(end - start - 8));
    bytes->size = end;
    put_word(bytes, crc_of(bytes->data + start + 4, end - start - 4));
}

bool ppo_png_append(ppo_bytes *bytes, const uint32_t *pixels, uint32_t width, uint32_t height,
                    size_t pitch)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    static const uint8_t format[5] = {8, 2}; // 8 bits of red, green and blue each
    enum { AROUND = 128 };                   // bytes of all but the pixels' codes, at most 9 bits
    const size_t room = ((size_t)width * 3 + 1) * height / 8 * 9 + AROUND;
    uint32_t *black = calloc(width, sizeof *black); // above the first row
    if (!black || !ppo_bytes_reserve(bytes, bytes->size + room)) {
        free(black);
        return false;
    }
    put(bytes, signature, sizeof signature);
    size_t chunk = begin_chunk(bytes, "IHDR");
    put_word(bytes, width);
    put_word(bytes, height);
    put(bytes, format, sizeof format);
    end_chunk(bytes, chunk);
    chunk = begin_chunk(bytes, "IDAT");
    put_pixels(bytes, pixels, width, height, pitch, black);
    end_chunk(bytes, chunk);
    chunk = begin_chunk(bytes, "IEND");
    end_chunk(bytes, chunk);
    free(black);
    return true;
}
