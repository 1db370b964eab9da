// SPDX-License-Identifier: MIT
// Text: built in a buffer of fixed size, checked, and shown in messages.
#ifndef PPO_CONFIG_TEXT_H
#define PPO_CONFIG_TEXT_H

#include "ppo/base.h"

// Builds text in a buffer the way snprintf does: what does not fit is counted but not written, and
// the buffer is always terminated (if it has a byte at all).
typedef struct ppo_writer {
    char *text;    // caller's; NULL if size is 0
    size_t size;   // of the buffer
    size_t length; // of the whole text, without the terminating zero
} ppo_writer;

void ppo_writer_init(ppo_writer *writer, char *text, size_t size);
void ppo_writer_put(ppo_writer *writer, const char *format, ...) PPO_PRINTF(2, 3);

// Whether YAML can carry `text` (`size` bytes) on one line: UTF-8 without control characters, line
// separators, byte order marks or invalid code points.
bool ppo_text_is_line(const char *text, size_t size);

// Any bytes as text that fits a message: control characters and invalid UTF-8 become '?', long text
// is cut.
typedef struct ppo_shown {
    char text[72];
} ppo_shown;

ppo_shown ppo_text_show(const char *text);

// Equal but for the case of ASCII letters, in every locale.
bool ppo_text_equal(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
