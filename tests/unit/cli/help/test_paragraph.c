// SPDX-License-Identifier: MIT
// Text is broken between words, within the width, and keeps its words and its line breaks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/help/paragraph.h"

static char *print(const char *text, unsigned column, unsigned indent, unsigned width)
{
    char *printed = NULL;
    size_t size;
    FILE *file = open_memstream(&printed, &size);
    cli_paragraph(file, text, column, indent, width);
    fclose(file);
    return printed;
}

static void expect(const char *text, unsigned column, unsigned indent, unsigned width,
                   const char *wanted)
{
    char *printed = print(text, column, indent, width);
    assert_string_equal(printed, wanted);
    free(printed);
}

static void known_texts(void **state)
{
    (void)state;
    expect("", 0, 2, 10, "\n");
    expect("one two three", 0, 2, 10, "  one two\n  three\n");
    expect("one two", 0, 2, 9, "  one two\n");
    expect("one two", 0, 2, 8, "  one\n  two\n");
    expect("incomprehensibilities", 0, 2, 8, "  incomprehensibilities\n");
    expect("one\ntwo", 0, 2, 80, "  one\n  two\n");
    expect("one two", 6, 2, 9, "\n  one two\n");
}

static void every_width(void **state)
{
    (void)state;
    static const char text[] = "A policy that acts, a value that is learnt: both of one network.";
    for (unsigned width = 8; width < 80; width++) {
        char *printed = print(text, 0, 4, width), *rest = NULL;
        char words[sizeof text] = "";
        for (char *line = strtok_r(printed, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest)) {
            assert_true(strlen(line) <= width || !strchr(line + 4, ' '));
            assert_memory_equal(line, "    ", 4);
            strcat(words, words[0] ? " " : "");
            strcat(words, line + 4);
        }
        assert_string_equal(words, text);
        free(printed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(every_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
