// SPDX-License-Identifier: MIT
// Text broken into lines between words. Counts bytes as columns: help texts are ASCII.
#include "cli/help/paragraph.h"

#include <string.h>

void cli_paragraph(FILE *file, const char *text, unsigned column, unsigned indent, unsigned width)
{
    unsigned at = column;
    while (*text) {
        const unsigned length = (unsigned)strcspn(text, " \n");
        if (at > indent && at + 1 + length > width) {
            fputc('\n', file);
            at = 0;
        }
        if (at <= indent) {
            fprintf(file, "%*s", (int)(indent - at), "");
            at = indent;
        } else {
            fputc(' ', file);
            at++;
        }
        fwrite(text, 1, length, file);
        at += length;
        text += length;
        if (*text == '\n') {
            fputc('\n', file);
            at = 0;
        }
        text += *text != '\0';
    }
    fputc('\n', file);
}
