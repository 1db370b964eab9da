// SPDX-License-Identifier: MIT
// Text within bounds. Owns nothing.
#include "config/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ppo_writer_init(ppo_writer *writer, char *text, size_t size)
{
    *writer = (ppo_writer){.text = size ? text : NULL, .size = size};
    if (size)
        text[0] = '\0';
}

void ppo_writer_put(ppo_writer *writer, const char *format, ...)
{
    const bool fits = writer->length < writer->size;
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(fits ? writer->text + writer->length : NULL,
                                 fits ? writer->size - writer->length : 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    writer->length += (size_t)length;
}

// Decodes one character of at most `size` bytes. Returns its bytes, 0 if it is not proper UTF-8.
static size_t decode(uint32_t *code, const char *text, size_t size)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = (unsigned char)text[0];
    const size_t length = first < 0x80             ? 1
                          : (first & 0xE0) == 0xC0 ? 2
                          : (first & 0xF0) == 0xE0 ? 3
                          : (first & 0xF8) == 0xF0 ? 4
                                                   : 0;
    if (length == 0 || length > size)
        return 0;
    uint32_t sum = length == 1 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        const unsigned char next = (unsigned char)text[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        sum = sum << 6 | (next & 0x3Fu);
    }
    *code = sum;
    return sum < least[length] ? 0 : length;
}

static bool within(uint32_t code, uint32_t low, uint32_t high)
{
    return code >= low && code <= high;
}

// YAML 1.1's printable characters but for tab and line breaks.
static bool is_printable(uint32_t code)
{
    if (code == 0x2028 || code == 0x2029 || code == 0xFEFF)
        return false;
    return within(code, 0x20, 0x7E) || within(code, 0xA0, 0xD7FF) || within(code, 0xE000, 0xFFFD) ||
           within(code, 0x10000, 0x10FFFF);
}

bool ppo_text_is_line(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t code;
        const size_t length = decode(&code, text + i, size - i);
        if (length == 0 || !is_printable(code))
            return false;
        i += length;
    }
    return true;
}

ppo_shown ppo_text_show(const char *text)
{
    ppo_shown shown = {{0}};
    const size_t capacity = sizeof shown.text - 1 - strlen("...");
    const size_t size = strnlen(text, sizeof shown.text);
    size_t written = 0;
    for (size_t i = 0; i < size;) {
        uint32_t code;
        size_t length = decode(&code, text + i, size - i);
        const bool printable = length && is_printable(code);
        length = length ? length : 1;
        if (written + length > capacity) {
            memcpy(shown.text + written, "...", 3);
            break;
        }
        memcpy(shown.text + written, printable ? text + i : "?", printable ? length : 1);
        written += printable ? length : 1;
        i += length;
    }
    return shown;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool ppo_text_equal(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t i = 0;
    while (i < a_length && i < b_length && lower(a[i]) == lower(b[i]))
        i++;
    return i == a_length && i == b_length;
}
