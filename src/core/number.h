// SPDX-License-Identifier: MIT
// Numbers as text, the same in every locale.
#ifndef PPO_CORE_NUMBER_H
#define PPO_CORE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPO_NUMBER_SIZE 32 // bytes that any formatted number fits into

// Reads a decimal number: digits with at most one point, an optional sign and exponent, and single
// underscores between digits: "-1.5e3", "1_000_000". Nothing before or behind it, no "inf", no
// hexadecimal. False if `text` is anything else or too large for a double.
bool ppo_number_parse_f64(double *value, const char *text);

// The same for a whole number of at most 64 bits, read exactly: "1e6" and "2.50e1" are whole,
// "1.5" and "-1" are refused.
bool ppo_number_parse_u64(uint64_t *value, const char *text);

// Writes the shortest decimal text that reads back as the same double, in a form that YAML readers
// of version 1.1 and 1.2 take for a number: "0.00025", "1.0e-5", "10". What is not finite becomes
// "nan", "inf" or "-inf".
void ppo_number_format_f64(char text[PPO_NUMBER_SIZE], double value);

// The inverse of ppo_number_format_f64, those three words included.
bool ppo_number_parse_any(double *value, const char *text);

#endif
