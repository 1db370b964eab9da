// SPDX-License-Identifier: MIT
// Numbers as text. The C library's own conversions follow the locale's decimal point; here numbers
// go through digits and a power of ten, which have none. Owns nothing.
#include "core/number.h"
#include "core/float_scope.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS   100
#define MAX_EXPONENT 100000 // beyond any double; keeps sums of exponents small

// (-1)^negative * digits * 10^exponent.
typedef struct decimal {
    char digits[MAX_DIGITS + 1]; // no leading zeros; "" for zero
    int num_digits;
    int exponent;
    bool negative;
} decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Reads digits with single underscores between them; returns the first character behind them, or
// NULL if there are too many. `scale` is added to the exponent for each digit.
static const char *scan_digits(decimal *number, const char *text, int scale)
{
    for (; is_digit(*text); text += text[1] == '_' && is_digit(text[2]) ? 2 : 1) {
        number->exponent += scale;
        if (*text == '0' && number->num_digits == 0)
            continue;
        if (number->num_digits == MAX_DIGITS)
            return NULL;
        number->digits[number->num_digits++] = *text;
    }
    return text;
}

static const char *scan_exponent(decimal *number, const char *text)
{
    const bool negative = *text == '-';
    int exponent = 0;
    if (*text == '-' || *text == '+')
        text++;
    if (!is_digit(*text))
        return NULL;
    for (; is_digit(*text); text++)
        if (exponent < MAX_EXPONENT)
            exponent = 10 * exponent + (*text - '0');
    number->exponent += negative ? -exponent : exponent;
    return text;
}

static bool scan(decimal *number, const char *text)
{
    *number = (decimal){.negative = *text == '-'};
    if (strlen(text) > 2 * (size_t)MAX_DIGITS)
        return false;
    if (*text == '-' || *text == '+')
        text++;
    if (!is_digit(text[*text == '.']))
        return false;
    text = scan_digits(number, text, 0);
    if (text && *text == '.')
        text = scan_digits(number, text + 1, -1);
    if (text && (*text == 'e' || *text == 'E'))
        text = scan_exponent(number, text + 1);
    return text && *text == '\0';
}

bool ppo_number_parse_f64(double *value, const char *text)
{
    PPO_FLOAT_SCOPE;
    decimal number;
    char plain[MAX_DIGITS + 16];
    if (!scan(&number, text))
        return false;
    // Without a point, so that strtod reads it alike in all locales.
    snprintf(plain, sizeof plain, "%s%se%d", number.negative ? "-" : "",
             number.num_digits ? number.digits : "0", number.exponent);
    const double result = strtod(plain, NULL);
    if (!isfinite(result))
        return false;
    *value = result;
    return true;
}

bool ppo_number_parse_u64(uint64_t *value, const char *text)
{
    decimal number;
    if (!scan(&number, text))
        return false;
    while (number.num_digits && number.digits[number.num_digits - 1] == '0') {
        number.num_digits--;
        number.exponent++;
    }
    uint64_t sum = 0;
    if (number.num_digits && (number.negative || number.exponent < 0 || number.exponent > 20))
        return false;
    for (int i = 0; number.num_digits && i < number.num_digits + number.exponent; i++) {
        const uint64_t digit = i < number.num_digits ? (uint64_t)(number.digits[i] - '0') : 0;
        if (__builtin_mul_overflow(sum, 10u, &sum) || __builtin_add_overflow(sum, digit, &sum))
            return false;
    }
    *value = sum;
    return true;
}

// The fewest digits that give the same double back: value = 0.d1 d2 d3 ... * 10^exponent.
static void shortest(decimal *number, double value)
{
    char text[PPO_NUMBER_SIZE];
    // 15 digits hold every shorter decimal exactly, and its trailing zeros are dropped below; only
    // numbers below the normal range have fewer to offer.
    const int first = isnormal(value) ? DBL_DIG - 1 : 0;
    for (int precision = first; precision < DBL_DECIMAL_DIG; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    *number = (decimal){.negative = *text == '-'};
    const char *c = text;
    for (; *c != 'e'; c++) // whatever the locale's point looks like, it is not a digit
        if (is_digit(*c))
            number->digits[number->num_digits++] = *c;
    while (number->num_digits > 1 && number->digits[number->num_digits - 1] == '0')
        number->digits[--number->num_digits] = '\0';
    number->exponent = 1 + (int)strtol(c + 1, NULL, 10);
}

void ppo_number_format_f64(char text[PPO_NUMBER_SIZE], double value)
{
    PPO_FLOAT_SCOPE;
    decimal number;
    if (!isfinite(value)) {
        snprintf(text, PPO_NUMBER_SIZE, "%s", isnan(value) ? "nan" : value < 0.0 ? "-inf" : "inf");
        return;
    }
    shortest(&number, value);
    const char *sign = number.negative ? "-" : "", *digits = number.digits;
    const int count = number.num_digits, point = number.exponent;
    if (point < -3 || point > DBL_DECIMAL_DIG)
        snprintf(text, PPO_NUMBER_SIZE, "%s%c.%.16se%+d", sign, digits[0],
                 count > 1 ? digits + 1 : "0", point - 1);
    else if (point <= 0)
        snprintf(text, PPO_NUMBER_SIZE, "%s0.%.*s%.17s", sign, -point, "000", digits);
    else if (count > point)
        snprintf(text, PPO_NUMBER_SIZE, "%s%.*s.%.17s", sign, point, digits, digits + point);
    else
        snprintf(text, PPO_NUMBER_SIZE, "%s%.17s%.*s", sign, digits, point - count,
                 "0000000000000000");
}

bool ppo_number_parse_any(double *value, const char *text)
{
    const bool negative = strcmp(text, "-inf") == 0;
    if (!negative && strcmp(text, "inf") != 0 && strcmp(text, "nan") != 0)
        return ppo_number_parse_f64(value, text);
    *value = *text == 'n' ? (double)NAN : negative ? -(double)INFINITY : (double)INFINITY;
    return true;
}
