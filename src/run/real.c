// SPDX-License-Identifier: MIT
// Numbers as text: see real.h. The program's locale may write 0,5 for a half, so each conversion
// runs under the "C" locale, set for this thread alone.
// Workload: some twenty numbers an iteration. Owns nothing.
#include "run/real.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// 15 digits are exact for every short decimal, 17 for every double.
static void format_shortest(char *text, double value)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, PPO_REAL_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

void ppo_real_format(char text[PPO_REAL_SIZE], double value)
{
    if (isnan(value)) {
        memcpy(text, "nan", sizeof "nan"); // the sign of a NaN means nothing
        return;
    }
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = uselocale(plain);
    format_shortest(text, value);
    uselocale(before);
    if (plain)
        freelocale(plain);
}

bool ppo_real_parse(double *value, const char *text)
{
    char *end;
    if (*text == '\0' || isspace((unsigned char)*text))
        return false;
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = uselocale(plain);
    *value = strtod(text, &end);
    uselocale(before);
    if (plain)
        freelocale(plain);
    return *end == '\0';
}

bool ppo_count_parse(uint64_t *value, const char *text)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *value = strtoumax(text, &end, 10);
    return errno == 0 && *end == '\0';
}
