#include "check.h"
#include "comma_locale.h"
#include "core/alloc.h"
#include "core/json_read.h"
#include "core/json_write.h"

#include <float.h>
#include <math.h>

static const struct {
    struct rek_slice text, json;
} strings[] = {
    {REK_SLICE(""), REK_SLICE("\"\"")},
    {REK_SLICE("plain"), REK_SLICE("\"plain\"")},
    {REK_SLICE("\"quoted\" \\ /"), REK_SLICE("\"\\\"quoted\\\" \\\\ /\"")},
    {REK_SLICE("\b\f\n\r\t"), REK_SLICE("\"\\b\\f\\n\\r\\t\"")},
    {REK_SLICE("\0\x01\x1f\x7f"), REK_SLICE("\"\\u0000\\u0001\\u001f\x7f\"")},
    {REK_SLICE("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
     REK_SLICE("\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"")},
    {REK_SLICE("\xe2\x80\xa8"), REK_SLICE("\"\xe2\x80\xa8\"")}, /* U+2028 is plain in JSON */
    {REK_SLICE("a line of some length\nand another"),
     REK_SLICE("\"a line of some length\\nand another\"")},
};

static const struct {
    int64_t value;
    struct rek_slice json;
} integers[] = {
    {0, REK_SLICE("0")},
    {-1, REK_SLICE("-1")},
    {10, REK_SLICE("10")},
    {9007199254740993, REK_SLICE("9007199254740993")},
    {INT64_MAX, REK_SLICE("9223372036854775807")},
    {INT64_MIN, REK_SLICE("-9223372036854775808")},
};

static const struct {
    double value;
    struct rek_slice json;
} doubles[] = {
    {0.0, REK_SLICE("0")},
    {-0.0, REK_SLICE("-0.0")},
    {50, REK_SLICE("50")},
    {-3, REK_SLICE("-3")},
    {0.5, REK_SLICE("0.5")},
    {0.1, REK_SLICE("0.1")},
    {-0.1, REK_SLICE("-0.1")},
    {0.1 + 0.2, REK_SLICE("0.30000000000000004")},
    {1.0 / 3, REK_SLICE("0.3333333333333333")},
    {123.456, REK_SLICE("123.456")},
    {1656611123.456, REK_SLICE("1656611123.456")},
    {0x1.8ffca2p+6, REK_SLICE("99.99671173095703")},
    {0.00001, REK_SLICE("0.00001")},
    {0.000001, REK_SLICE("1e-6")},
    {1.25e-7, REK_SLICE("1.25e-7")},
    {4503599627370495.5, REK_SLICE("4503599627370495.5")},
    {9007199254740991, REK_SLICE("9007199254740991")},
    {9007199254740992, REK_SLICE("9.007199254740992e15")},
    {1e21, REK_SLICE("1e21")},
    {1e23, REK_SLICE("1e23")},
    {-1.5e300, REK_SLICE("-1.5e300")},
    {DBL_MAX, REK_SLICE("1.7976931348623157e308")},
    {DBL_MIN, REK_SLICE("2.2250738585072014e-308")},
    {0x1p-1074, REK_SLICE("4.94065645841247e-324")},
    {HUGE_VAL, REK_SLICE("null")},
    {-HUGE_VAL, REK_SLICE("null")},
};

static void test_strings(void)
{
    struct rek_buffer out;
    rek_buffer_init(&out);
    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        out.len = 0;
        rek_json_write_string(&out, strings[i].text);
        CHECK_SLICE(rek_buffer_slice(&out), strings[i].json);
    }
    out.len = 0;
    rek_json_write_string(&out, rek_slice_of(NULL, 0));
    CHECK_TEXT(rek_buffer_slice(&out), "\"\"");
    rek_buffer_clear(&out);
}

/* Every ASCII character, at each place of a word, comes back through the reader. */
static void test_strings_read_back(void)
{
    for (int byte = 0; byte < 128; byte++)
        for (size_t len = 1; len < 20; len++) {
            char text[20];
            memset(text, 'x', sizeof text);
            text[len / 2] = (char)byte;
            text[len - 1] = (char)(127 - byte);
            struct rek_buffer out;
            struct rek_json_reader reader;
            rek_buffer_init(&out);
            rek_json_write_string(&out, rek_slice_of(text, len));
            rek_json_reader_init(&reader, rek_buffer_slice(&out));
            CHECK(rek_json_next(&reader) == REK_JSON_STRING);
            CHECK_SLICE(reader.text, rek_slice_of(text, len));
            CHECK(rek_json_next(&reader) == REK_JSON_END);
            rek_json_reader_clear(&reader);
            rek_buffer_clear(&out);
        }
}

static void test_numbers(void)
{
    struct rek_buffer out;
    rek_buffer_init(&out);
    for (size_t i = 0; i < COUNT_OF(integers); i++) {
        out.len = 0;
        rek_json_write_integer(&out, integers[i].value);
        CHECK_SLICE(rek_buffer_slice(&out), integers[i].json);
    }
    for (size_t i = 0; i < COUNT_OF(doubles); i++) {
        out.len = 0;
        rek_json_write_double(&out, doubles[i].value);
        CHECK_SLICE(rek_buffer_slice(&out), doubles[i].json);
    }
    out.len = 0;
    rek_json_write_double(&out, (double)NAN);
    CHECK_TEXT(rek_buffer_slice(&out), "null");
    rek_buffer_clear(&out);
}

/* Random doubles of any bits, and of few digits, against the C library's reading of them. */
static void test_doubles_read_back(void)
{
    struct rek_buffer out;
    rek_buffer_init(&out);
    uint64_t seed = 1;
    for (int i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = seed ^ seed >> 32;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (i % 2 == 0)
            value = (double)(int64_t)(bits % 2000001 - 1000000) / 1000;
        if (!isfinite(value))
            continue;
        out.len = 0;
        rek_json_write_double(&out, value);
        rek_buffer_append_char(&out, '\0');
        if (!CHECK(strtod(out.data, NULL) == value && out.len <= 25))
            fprintf(stderr, "  %s for %a\n", out.data, value);
    }
    rek_buffer_clear(&out);
}

static void test_others(void)
{
    struct rek_buffer out;
    rek_buffer_init(&out);
    rek_json_write_boolean(&out, true);
    rek_json_write_boolean(&out, false);
    rek_json_write_blob(&out, REK_SLICE(""));
    rek_json_write_blob(&out, REK_SLICE("\0\xff"));
    CHECK_TEXT(rek_buffer_slice(&out), "truefalse\"\"\"AP8=\"");
    rek_buffer_clear(&out);
}

static void test_out_of_memory(void)
{
    struct rek_buffer out;
    rek_buffer_init(&out);
    rek_alloc_fail_after(0);
    rek_json_write_string(&out, REK_SLICE("x\n"));
    rek_json_write_blob(&out, REK_SLICE("x"));
    rek_json_write_double(&out, 0.5);
    rek_alloc_fail_after(-1);
    CHECK(out.failed && out.len == 0);
    rek_buffer_clear(&out);
}

int main(void)
{
    test_strings();
    test_strings_read_back();
    test_numbers();
    test_doubles_read_back();
    test_others();
    test_out_of_memory();
    if (use_comma_locale())
        test_numbers();
    return check_result();
}
