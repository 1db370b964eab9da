// SPDX-License-Identifier: MIT
// Text broken into lines between words, for help pages.
#ifndef CLI_HELP_PARAGRAPH_H
#define CLI_HELP_PARAGRAPH_H

#include <stdio.h>

// Prints `text` in lines of at most `width` columns, each indented by `indent`; a newline in `text`
// begins a new line. The first line is taken to be `column` columns long already. Ends the line.
void cli_paragraph(FILE *file, const char *text, unsigned column, unsigned indent, unsigned width);

#endif
