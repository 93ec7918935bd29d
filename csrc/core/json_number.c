#include "core/json_read.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

/* A literal taken apart: its value is `mantissa`, its digits without the point, times ten to
 * the power of `exponent`. */
struct decimal {
    bool negative;
    bool is_integer; /* neither fraction nor exponent */
    bool overflow;   /* more digits than `mantissa` can hold */
    uint64_t mantissa;
    int64_t exponent;
    struct rek_slice digits; /* with the point */
};

static inline bool is_digit(char byte)
{
    return (unsigned char)(byte - '0') <= 9;
}

/* What the digits of an exponent, with their sign, say; held within plus and minus 10^17. */
static int64_t read_exponent(const char *p, const char *end)
{
    const int64_t limit = INT64_C(100000000000000000);
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    int64_t value = 0;
    for (; p < end && value < limit; p++)
        value = value * 10 + (*p - '0');
    if (value > limit)
        value = limit;
    return negative ? -value : value;
}

static inline struct decimal read_decimal(struct rek_slice literal)
{
    const char *p = literal.data;
    const char *end = p + literal.len;
    const char *point = NULL;
    struct decimal decimal = {.negative = *p == '-'};
    p += decimal.negative;
    decimal.digits.data = p;
    for (; p < end && (is_digit(*p) || *p == '.'); p++) {
        if (*p == '.') {
            point = p;
            continue;
        }
        unsigned digit = (unsigned)(*p - '0');
        if (decimal.mantissa > (UINT64_MAX - 9) / 10)
            decimal.overflow = true;
        else
            decimal.mantissa = decimal.mantissa * 10 + digit;
    }
    decimal.digits.len = (size_t)(p - decimal.digits.data);
    decimal.is_integer = !point && p == end;
    if (point)
        decimal.exponent = -(int64_t)(p - point - 1);
    if (p < end)
        decimal.exponent += read_exponent(p + 1, end);
    return decimal;
}

/* By way of strtod, which rounds correctly. The digits are given to it as an integer with an
 * exponent: without a point, no host's locale can make a difference. */
static double convert(const struct decimal *decimal)
{
    enum { KEPT = 800 }; /* past 768 digits only whether more follow can matter */
    char text[KEPT + 32];
    size_t len = 0;
    int64_t exponent = decimal->exponent;
    bool more = false;
    for (size_t i = 0; i < decimal->digits.len; i++) {
        char digit = decimal->digits.data[i];
        if (digit == '.' || (digit == '0' && len == 0))
            continue;
        if (len < KEPT) {
            text[len++] = digit;
        } else {
            more = more || digit != '0';
            exponent++;
        }
    }
    if (len == 0)
        return 0.0;
    if (more) {
        text[len++] = '1';
        exponent--;
    }
    /* With at most KEPT + 1 digits, powers beyond these give zero and infinity all the same. */
    exponent = exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : exponent;
    snprintf(text + len, sizeof text - len, "e%d", (int)exponent);
    return strtod(text, NULL); /* locale: digits and an exponent, no point */
}

#ifdef __SIZEOF_INT128__
/* The mantissa, which is not 0, divided by ten to the power of `places`, at most 19: the numbers of
 * 16 and 17 digits that the service is full of, several times faster than by way of strtod. */
static double divide(uint64_t mantissa, int64_t places)
{
    uint64_t divisor = 1;
    for (int64_t i = 0; i < places; i++)
        divisor *= 10;
    int shift = 64 + __builtin_clzll(mantissa);
    unsigned __int128 dividend = (unsigned __int128)mantissa << shift;
    unsigned __int128 quotient = dividend / divisor;
    /* The quotient has 64 bits or more. Its first 64, the last of which stands for all that
     * follow, are enough for the conversion to double to round as the whole would. */
    uint64_t high = (uint64_t)(quotient >> 64);
    int extra = high ? 64 - __builtin_clzll(high) : 0;
    uint64_t top = (uint64_t)(quotient >> extra);
    if ((quotient >> extra << extra) * divisor != dividend)
        top |= 1;
    uint64_t scale_bits = (uint64_t)(DBL_MAX_EXP - 1 + extra - shift) << (DBL_MANT_DIG - 1);
    double scale; /* a power of two: multiplying by it is exact */
    memcpy(&scale, &scale_bits, sizeof scale);
    return (double)top * scale;
}
#endif

static inline double to_double(const struct decimal *decimal)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (!decimal->overflow && decimal->exponent == 0)
        return (double)decimal->mantissa;
    /* Both operands are exact, so one multiplication or division rounds once, as it should. */
    if (FLT_EVAL_METHOD == 0 && !decimal->overflow &&
        decimal->mantissa <= UINT64_C(1) << DBL_MANT_DIG && decimal->exponent >= -22 &&
        decimal->exponent <= 22) {
        double mantissa = (double)decimal->mantissa;
        return decimal->exponent < 0 ? mantissa / powers[-decimal->exponent]
                                     : mantissa * powers[decimal->exponent];
    }
#ifdef __SIZEOF_INT128__
    if (FLT_EVAL_METHOD == 0 && !decimal->overflow && decimal->mantissa != 0 &&
        decimal->exponent < 0 && decimal->exponent >= -19)
        return divide(decimal->mantissa, -decimal->exponent);
#endif
    return convert(decimal);
}

struct rek_json_number rek_json_parse_number(struct rek_slice literal)
{
    struct decimal decimal = read_decimal(literal);
    struct rek_json_number number = {0};
    number.real = to_double(&decimal);
    if (decimal.negative)
        number.real = -number.real;
    if (decimal.is_integer && !decimal.overflow) {
        uint64_t most = decimal.negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
        bool minus_zero = decimal.negative && decimal.mantissa == 0;
        number.is_integer = decimal.mantissa <= most && !minus_zero;
    }
    if (number.is_integer)
        number.integer =
            decimal.negative ? -(int64_t)(decimal.mantissa - 1) - 1 : (int64_t)decimal.mantissa;
    return number;
}
