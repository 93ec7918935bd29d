#include "check.h"
#include "comma_locale.h"
#include "core/json_read.h"

#include <inttypes.h>
#include <math.h>

static const struct {
    const char *literal;
    int64_t integer;
} integers[] = {
    {"0", 0},
    {"7", 7},
    {"-1", -1},
    {"1656611123456", 1656611123456},
    {"9007199254740993", 9007199254740993}, /* no double */
    {"9223372036854775806", INT64_MAX - 1},
    {"9223372036854775807", INT64_MAX},
    {"-9223372036854775807", -INT64_MAX},
    {"-9223372036854775808", INT64_MIN},
};

/* Values in hexadecimal, so that no decimal conversion has a say in what is expected. */
static const struct {
    const char *literal;
    double real;
} reals[] = {
    {"-0", -0.0},
    {"-0.0", -0.0},
    {"0.0", 0.0},
    {"0e999999999999999999999", 0.0},
    {"-0e-5", -0.0},
    {"50.0", 50},
    {"5e1", 50},
    {"500E-1", 50},
    {"1E+2", 100},
    {"0.1", 0x1.999999999999ap-4},
    {"-0.1", -0x1.999999999999ap-4},
    {"0.30000000000000004", 0x1.3333333333334p-2},
    {"99.99671173095703", 0x1.8ffca2p+6}, /* a float's value, as the service sends it */
    {"1656611123.456", 0x1.8af784cdd2f1bp+30},
    {"9223372036854775808", 0x1p63},
    {"-9223372036854775809", -0x1p63},
    {"18446744073709551615", 0x1p64},
    {"18446744073709551616", 0x1p64},
    {"9007199254740993.0", 0x1p53}, /* half way, to even */
    {"9007199254740993.00001", 0x1.0000000000001p53},
    {"9007199254740995.0", 0x1.0000000000002p53}, /* half way, to even, upward */
    {"1e22", 0x1.0f0cf064dd592p73},
    {"1e23", 0x1.52d02c7e14af6p76}, /* past the exact powers of ten */
    {"8.41e21", 0x1.c7e83209e90b2p+72},
    {"2.2250738585072014e-308", 0x1p-1022},
    {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022}, /* the one that hung PHP and Java */
    {"5e-324", 0x1p-1074},
    {"2.4703282292062328e-324", 0x1p-1074},
    {"2.4703282292062327e-324", 0},
    {"1e-400", 0},
    {"-1e-400", -0.0},
    {"1e-99999999999999999999", 0},
    {"1.7976931348623157e308", 0x1.fffffffffffffp1023},
    {"1.7976931348623158e308", 0x1.fffffffffffffp1023},
    {"1.7976931348623159e308", HUGE_VAL},
    {"1e400", HUGE_VAL},
    {"-1e400", -HUGE_VAL},
    {"1e99999999999999999999", HUGE_VAL},
    {"123456789012345678901234567890", 0x1.8ee90ff6c373ep96},
    /* 1 + 2^-53, half way between two doubles */
    {"1.00000000000000011102230246251565404236316680908203125", 1},
    {"1.00000000000000011102230246251565404236316680908203124", 1},
    {"1.00000000000000011102230246251565404236316680908203126", 0x1.0000000000001p0},
};

static bool same_double(double a, double b)
{
    return a == b && !signbit(a) == !signbit(b);
}

static void check_real(struct rek_slice literal, double expected)
{
    struct rek_json_number number = rek_json_parse_number(literal);
    if (!CHECK(!number.is_integer && same_double(number.real, expected)))
        fprintf(stderr, "  %.*s: %a for %a\n", literal.len < 60 ? (int)literal.len : 60,
                literal.data, number.real, expected);
}

static void test_tables(void)
{
    for (size_t i = 0; i < COUNT_OF(integers); i++) {
        struct rek_json_number number = rek_json_parse_number(rek_slice_cstr(integers[i].literal));
        if (!CHECK(number.is_integer && number.integer == integers[i].integer &&
                   same_double(number.real, (double)integers[i].integer)))
            fprintf(stderr, "  %s\n", integers[i].literal);
    }
    for (size_t i = 0; i < COUNT_OF(reals); i++)
        check_real(rek_slice_cstr(reals[i].literal), reals[i].real);
}

/* Appends `count` times `digit`. */
static void repeat(struct rek_buffer *literal, char digit, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rek_buffer_append_char(literal, digit);
}

/* Literals of thousands of digits, whose last digit decides or whose exponent undoes them. */
static void test_long_literals(void)
{
    struct rek_buffer literal;
    rek_buffer_init(&literal);
    rek_buffer_append_slice(&literal,
                            REK_SLICE("1.00000000000000011102230246251565404236316680908203125"));
    repeat(&literal, '0', 5000); /* half way still */
    check_real(rek_buffer_slice(&literal), 1);
    rek_buffer_append_char(&literal, '1');
    check_real(rek_buffer_slice(&literal), 0x1.0000000000001p0);

    literal.len = 0;
    rek_buffer_append_slice(&literal, REK_SLICE("0."));
    repeat(&literal, '0', 89999);
    rek_buffer_append_slice(&literal, REK_SLICE("15e90001"));
    check_real(rek_buffer_slice(&literal), 15);

    literal.len = 0;
    rek_buffer_append_slice(&literal, REK_SLICE("15"));
    repeat(&literal, '0', 90000);
    rek_buffer_append_slice(&literal, REK_SLICE("e-90000"));
    check_real(rek_buffer_slice(&literal), 15);

    literal.len = 0;
    repeat(&literal, '9', 90000);
    check_real(rek_buffer_slice(&literal), HUGE_VAL);
    rek_buffer_clear(&literal);
}

/* Random literals against the C library, whose conversion is correctly rounded. */
static void test_against_strtod(void)
{
    uint64_t seed = 1;
    for (int i = 0; i < 300000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t mantissa = seed >> (seed >> 58);
        int point = (int)(seed % 23);
        int exponent = (int)(seed / 23 % 61) - 30;
        if (i % 10 == 0)
            exponent *= 11;
        char text[64];
        int len = snprintf(text, sizeof text, "%" PRIu64 ".%0*d%" PRIu64 "e%d", mantissa >> 20,
                           point / 4 + 1, 0, mantissa % 1000000, exponent);
        check_real(rek_slice_of(text, (size_t)len), strtod(text, NULL));
    }
}

/* Literals of 16 to 19 digits behind the point, of the kind that floats are sent as, and numbers
 * exactly half way between two doubles with one digit more or less at their end: an odd n of 54
 * bits times 5^k is n / 2^k times 10^k. */
static void test_many_places_against_strtod(void)
{
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        char text[64];
        int len = snprintf(text, sizeof text, "%" PRIu64 "e-%d", seed >> (seed % 13), i % 20 + 1);
        check_real(rek_slice_of(text, (size_t)len), strtod(text, NULL));
        uint64_t half_way = (UINT64_C(1) << 53 | seed >> 11 | 1) * 125;
        len = snprintf(text, sizeof text, "%" PRIu64 "e-3", half_way + (uint64_t)(i % 3) - 1);
        check_real(rek_slice_of(text, (size_t)len), strtod(text, NULL));
    }
}

int main(void)
{
    test_tables();
    test_long_literals();
    test_against_strtod();
    test_many_places_against_strtod();
    if (use_comma_locale()) {
        char text[8];
        snprintf(text, sizeof text, "%.1f", 0.5);
        CHECK(strcmp(text, "0,5") == 0);
        test_tables();
        test_long_literals();
    }
    return check_result();
}
