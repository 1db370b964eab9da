// SPDX-License-Identifier: MIT
#include "unit/atari/support/program.h"

#include <stdbool.h>
#include <string.h>

uint32_t program_draw(program_random *random, uint32_t below)
{
    random->state += 0x9E3779B97F4A7C15u; // splitmix64
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}

static bool is_kil(uint32_t code)
{
    return (code & 0x1F) == 0x12 || code == 0x02 || code == 0x22 || code == 0x42 || code == 0x62;
}

void program_noise(uint8_t *bytes, size_t size, program_random *random)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)program_draw(random, 256);
        if (is_kil(bytes[i]) && program_draw(random, 32) != 0)
            bytes[i] = 0x85; // a store instead: most programs would end early
    }
    for (size_t bank = 0; bank < size; bank += 2048)
        bytes[bank + 0x7FD] |= 0xF0;
}

// --- frames ------------------------------------------------------------------------------------

typedef struct writer {
    uint8_t *bytes;
    size_t at, end;
    program_random *random;
} writer;

static void put(writer *w, size_t count, const uint8_t *bytes)
{
    if (w->at + count <= w->end)
        memcpy(w->bytes + w->at, bytes, count);
    w->at += count;
}

#define PUT(w, ...) put(w, sizeof((uint8_t[]){__VA_ARGS__}), (uint8_t[]){__VA_ARGS__})

static uint8_t any(writer *w, uint32_t from, uint32_t to)
{
    return (uint8_t)(from + program_draw(w->random, to - from));
}

static void put_lines(writer *w, uint8_t lines)
{
    PUT(w, 0xA2, lines, 0x85, 0x02, 0xCA, 0xD0, 0xFB); // ldx #lines, sta WSYNC, dex, bne
}

static void put_anything(writer *w)
{
    const uint8_t code = any(w, 0, 256);
    const bool leaves = code == 0x00 || code == 0x40 || code == 0x60 || code == 0x4C ||
                        code == 0x6C || code == 0x20;
    if (!is_kil(code) && !leaves)
        PUT(w, code, any(w, 0, 256), any(w, 0, 2) ? 0 : any(w, 0, 256));
}

static void put_instruction(writer *w)
{
    static const uint8_t modifying[] = {0xE6, 0xC6, 0x46, 0x26, 0x66, 0x06, 0xC7, 0xE7};
    switch (program_draw(w->random, 24)) {
    default: // lda #n, sta TIA
        PUT(w, 0xA9, any(w, 0, 256), 0x85, any(w, 0x04, 0x2D));
        break;
    case 0: // sta WSYNC
    case 1:
    case 2:
        PUT(w, 0x85, 0x02);
        break;
    case 3: // sta RESP0.. or HMOVE
        PUT(w, 0x85, any(w, 0x10, 0x15));
        PUT(w, 0x85, 0x2A);
        break;
    case 4: // lda TIA, sta RAM
        PUT(w, 0xA5, any(w, 0, 16), 0x85, any(w, 0x80, 256));
        break;
    case 5:
        PUT(w, modifying[any(w, 0, 8)], any(w, 0x04, 256));
        break;
    case 6: // lda and sta zp,x
        PUT(w, 0xB5, any(w, 0, 256), 0x95, any(w, 0, 256));
        break;
    case 7:
        put_lines(w, any(w, 1, 40));
        break;
    case 8: // the timer: set it, wait for it
        PUT(w, 0xA9, any(w, 1, 60), 0x8D, any(w, 0x94, 0x98), 0x02);
        PUT(w, 0xAD, 0x84, 0x02, 0xD0, 0xFB);
        break;
    case 9: // pha, php, pla or plp; the stack anywhere
        if (any(w, 0, 2))
            PUT(w, 0xA2, any(w, 0, 256), 0x9A);
        PUT(w, (uint8_t)(0x08 + 0x20 * any(w, 0, 4)));
        break;
    case 10: // a branch
        PUT(w, (uint8_t)(0x10 + 0x20 * any(w, 0, 8)), any(w, 2, 20));
        break;
    case 11: // a hot spot
        PUT(w, 0xAD, any(w, 0xE0, 0xFA), 0xFF);
        break;
    case 12: // jsr
        if (any(w, 0, 8) == 0)
            PUT(w, 0x20, any(w, 0, 256), any(w, 0xF0, 0xFF));
        break;
    case 13: // sta VBLANK
        if (any(w, 0, 4) == 0)
            PUT(w, 0x85, 0x01);
        break;
    case 14:
    case 15:
    case 16:
        put_anything(w);
        break;
    }
}

static void put_frame(uint8_t *bytes, size_t size, program_random *random)
{
    writer w = {bytes, 0, size - 256, random};
    memset(bytes, 0, size);
    PUT(&w, 0x78, 0xD8, 0xA2, 0xFF, 0x9A); // sei, cld, ldx #$FF, txs
    const uint8_t start = (uint8_t)w.at;
    PUT(&w, 0xA9, 0x02, 0x85, 0x00, 0x85, 0x02, 0x85, 0x02, 0xA9, 0x00, 0x85, 0x00); // VSYNC
    PUT(&w, 0x85, 0x01);
    put_lines(&w, any(&w, 1, 40));
    const size_t length = 64 + program_draw(random, (uint32_t)size - 512);
    while (w.at < length)
        put_instruction(&w);
    PUT(&w, 0x4C, start, 0xF0);
    bytes[size - 4] = 0x00;
    bytes[size - 3] = 0xF0;
    bytes[size - 2] = any(&w, 0, 256);
    bytes[size - 1] = any(&w, 0xF0, 0xFF);
}

void program_frames(uint8_t *bytes, size_t size, program_random *random)
{
    const size_t bank_size = size < 4096 ? size : 4096;
    for (size_t bank = 0; bank < size; bank += bank_size)
        put_frame(bytes + bank, bank_size, random);
}
