// SPDX-License-Identifier: MIT
// Numbers as text in files: the same bytes in every locale, and back to the same bits.
#ifndef PPO_RUN_REAL_H
#define PPO_RUN_REAL_H

#include "ppo/base.h"

#define PPO_REAL_SIZE 32

// The fewest digits, from 15 on, that read back as the same double, without trailing zeros: "0.1",
// "500", "1e-05", "nan", "-inf".
void ppo_real_format(char text[PPO_REAL_SIZE], double value);

// The inverses, for a whole text; false if it is not a number (for counts: not digits alone).
bool ppo_real_parse(double *value, const char *text);
bool ppo_count_parse(uint64_t *value, const char *text);

#endif
