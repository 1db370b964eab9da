// SPDX-License-Identifier: MIT
// A JSON recogniser: see json_valid.h. Each function skips what its name says and returns the first
// character behind it, or NULL if the text is something else there.
// Workload: a header of some kilobytes, after a failure. Owns nothing.
#include "run/checkpoint/json_valid.h"

#include <string.h>

enum { MAX_DEPTH = 1000 };

static const char *skip_space(const char *c)
{
    return c + strspn(c, " \t\r\n");
}

// The number of four hexadecimal digits; -1 if there are fewer.
static long hex4(const char *c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    long value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit = c[i] ? strchr(digits, c[i]) : NULL;
        if (!digit)
            return -1;
        value = 16 * value + (digit - digits) % 16 + (digit - digits >= 16 ? 10 : 0);
    }
    return value;
}

static const char *skip_string(const char *c)
{
    if (*c++ != '"')
        return NULL;
    for (; *c != '"'; c++) {
        if (*c == '\0')
            return NULL;
        if (*c != '\\')
            continue;
        c++;
        if (*c == 'u') {
            const long code = hex4(c + 1);
            const bool is_high = code >= 0xD800 && code < 0xDC00;
            const bool is_low = code >= 0xDC00 && code < 0xE000;
            if (code < 0 || is_low)
                return NULL;
            c += 4;
            if (is_high) { // a surrogate pair
                const long second = c[1] == '\\' && c[2] == 'u' ? hex4(c + 3) : -1;
                if (second < 0xDC00 || second >= 0xE000)
                    return NULL;
                c += 6;
            }
        } else if (*c == '\0' || !strchr("\"\\/bfnrt", *c)) {
            return NULL;
        }
    }
    return c + 1;
}

static const char *skip_number(const char *c)
{
    c += *c == '-';
    const size_t digits = strspn(c, "0123456789");
    if (digits == 0)
        return NULL;
    c += digits;
    if (*c == '.') {
        const size_t decimals = strspn(c + 1, "0123456789");
        if (decimals == 0)
            return NULL;
        c += 1 + decimals;
    }
    if (*c == 'e' || *c == 'E') {
        c += 1 + (c[1] == '-' || c[1] == '+');
        const size_t exponent = strspn(c, "0123456789");
        if (exponent == 0)
            return NULL;
        c += exponent;
    }
    return c;
}

static const char *skip_word(const char *c)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++)
        if (strncmp(c, words[i], strlen(words[i])) == 0)
            return c + strlen(words[i]);
    return NULL;
}

// Containers are entered and left by counting: a bit per level says whether it is an object.
bool ppo_json_is_valid(const char *text)
{
    unsigned char is_object[MAX_DEPTH + 1] = {0};
    size_t depth = 0;
    const char *c = skip_space(text);
    for (;;) {
        // A value, or the beginning of a container.
        if (*c == '{' || *c == '[') {
            const char close = *c == '{' ? '}' : ']';
            if (depth == MAX_DEPTH)
                return false;
            is_object[++depth] = *c == '{';
            c = skip_space(c + 1);
            if (*c != close) {
                if (is_object[depth] && (!(c = skip_string(c)) || *(c = skip_space(c)) != ':'))
                    return false;
                c = is_object[depth] ? skip_space(c + 1) : c;
                continue;
            }
            depth--;
            c++;
        } else {
            c = *c == '"'                               ? skip_string(c)
                : *c == '-' || (*c >= '0' && *c <= '9') ? skip_number(c)
                                                        : skip_word(c);
            if (!c)
                return false;
        }
        // The ends of containers behind it, then a comma or the end of the text.
        for (c = skip_space(c); depth > 0 && *c == (is_object[depth] ? '}' : ']'); depth--)
            c = skip_space(c + 1);
        if (depth == 0)
            return *c == '\0';
        if (*c != ',')
            return false;
        c = skip_space(c + 1);
        if (is_object[depth] && (!(c = skip_string(c)) || *(c = skip_space(c)) != ':'))
            return false;
        c = is_object[depth] ? skip_space(c + 1) : c;
    }
}
