// SPDX-License-Identifier: MIT
// Nearest name by edit distance with swaps (optimal string alignment, by dynamic programming over
// three rows). Owns nothing.
#include "core/nearest.h"

#include <string.h>

#define MAX_LENGTH ((size_t)63)
#define MIN_PART   ((size_t)3) // shorter words are part of too many names

// ASCII only, so that the locale does not matter.
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

static bool same(char a, char b)
{
    return fold(a) == fold(b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Edits between a[0..a_length) and b[0..b_length).
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][MAX_LENGTH + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        above[j] = before[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            const size_t substituted = above[j - 1] + !same(a[i - 1], b[j - 1]);
            row[j] = least(substituted, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *const oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_length];
}

static bool is_part(const char *word, size_t word_length, const char *name, size_t name_length)
{
    if (word_length < MIN_PART)
        return false;
    for (size_t start = 0; start + word_length <= name_length; start++) {
        size_t i = 0;
        while (i < word_length && same(word[i], name[start + i]))
            i++;
        if (i == word_length)
            return true;
    }
    return false;
}

const char *ppo_nearest(const char *word, const char *(*name_at)(void *context, size_t index),
                        void *context, size_t count)
{
    const size_t word_length = strnlen(word, MAX_LENGTH + 1);
    if (word_length == 0 || word_length > MAX_LENGTH)
        return NULL;
    const char *nearest = NULL, *containing = NULL;
    size_t nearest_edits = 2 + word_length / 4; // one more than is allowed
    for (size_t i = 0; i < count; i++) {
        const char *name = name_at(context, i);
        const size_t name_length = strnlen(name, MAX_LENGTH + 1);
        if (name_length > MAX_LENGTH)
            continue;
        const size_t edits = distance(word, word_length, name, name_length);
        if (edits < nearest_edits && edits < word_length) {
            nearest = name;
            nearest_edits = edits;
        }
        if (!containing && is_part(word, word_length, name, name_length))
            containing = name;
    }
    return nearest ? nearest : containing;
}
