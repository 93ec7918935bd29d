#include "check.h"
#include "core/alloc.h"
#include "core/json_read.h"

#include <stdlib.h>

/* A reader over a copy of `document` that ends where its memory ends, so that a sanitizer sees a
 * byte read too much. */
struct reading {
    char *copy;
    struct rek_json_reader reader;
};

static void start(struct reading *reading, struct rek_slice document)
{
    reading->copy = malloc(document.len > 0 ? document.len : 1);
    memcpy(reading->copy, document.data, document.len);
    rek_json_reader_init(&reading->reader, rek_slice_of(reading->copy, document.len));
}

static void stop(struct reading *reading)
{
    rek_json_reader_clear(&reading->reader);
    free(reading->copy);
}

/* Reads to the end and writes each token as a character, with its text behind it where it has
 * one: n t f for the words, # number, ' string, . key. */
static enum rek_json_token trace(struct rek_json_reader *reader, struct rek_buffer *out)
{
    static const char marks[] = "!$ntf#'.{}[]";
    for (;;) {
        enum rek_json_token token = rek_json_next(reader);
        if (token == REK_JSON_ERROR || token == REK_JSON_END)
            return token;
        rek_buffer_append_char(out, marks[token]);
        if (token >= REK_JSON_NUMBER && token <= REK_JSON_KEY)
            rek_buffer_append_slice(out, reader->text);
    }
}

static bool reads(struct rek_slice document, struct rek_buffer *out)
{
    struct reading reading;
    start(&reading, document);
    bool whole = trace(&reading.reader, out) == REK_JSON_END;
    CHECK(whole == (reading.reader.error == NULL));
    CHECK(rek_json_next(&reading.reader) == (whole ? REK_JSON_END : REK_JSON_ERROR));
    stop(&reading);
    return whole;
}

/* Documents that RFC 8259 allows, and what the reader says of them. */
static const struct {
    struct rek_slice document, trace;
} accepted[] = {
    {REK_SLICE("null"), REK_SLICE("n")},
    {REK_SLICE("true"), REK_SLICE("t")},
    {REK_SLICE(" false\n"), REK_SLICE("f")},
    {REK_SLICE("0"), REK_SLICE("#0")},
    {REK_SLICE("-0"), REK_SLICE("#-0")},
    {REK_SLICE("-0.0e-0"), REK_SLICE("#-0.0e-0")},
    {REK_SLICE("12.5E+007"), REK_SLICE("#12.5E+007")},
    {REK_SLICE("1e9999"), REK_SLICE("#1e9999")},
    {REK_SLICE("\"\""), REK_SLICE("'")},
    {REK_SLICE("\"plain text, longer than one word\""),
     REK_SLICE("'plain text, longer than one word")},
    {REK_SLICE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), REK_SLICE("'\"\\/\b\f\n\r\t")},
    {REK_SLICE("\"\\u0041\\u00e9\\u20AC\\uD83D\\uDe00\""),
     REK_SLICE("'A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")},
    {REK_SLICE("\"\\u0000\""), REK_SLICE("'\0")},
    {REK_SLICE("\"\\ud7ff\\ue000\\uffff\""), REK_SLICE("'\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf")},
    {REK_SLICE("\"\\udbff\\udfff\""), REK_SLICE("'\xf4\x8f\xbf\xbf")},
    {REK_SLICE("\"before\\nbetween\\nafter\""), REK_SLICE("'before\nbetween\nafter")},
    {REK_SLICE("\"\\\\u0041\""), REK_SLICE("'\\u0041")},
    {REK_SLICE("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \x7f\""),
     REK_SLICE("'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \x7f")},
    {REK_SLICE("[]"), REK_SLICE("[]")},
    {REK_SLICE("{}"), REK_SLICE("{}")},
    {REK_SLICE(" [ ] "), REK_SLICE("[]")},
    {REK_SLICE("\t{\r\n}\n"), REK_SLICE("{}")},
    {REK_SLICE("[[],[[]],{}]"), REK_SLICE("[[][[]]{}]")},
    {REK_SLICE("[null,true,false]"), REK_SLICE("[ntf]")},
    {REK_SLICE("[1 , -2.5,\"x\"]"), REK_SLICE("[#1#-2.5'x]")},
    {REK_SLICE("{\"a\":1,\"b\" : {\"c\":[{}]},\"d\":null}"), REK_SLICE("{.a#1.b{.c[{}]}.dn}")},
    {REK_SLICE("{\"\":0}"), REK_SLICE("{.#0}")},
    {REK_SLICE("{\"a\":1,\"a\":2}"), REK_SLICE("{.a#1.a#2}")},
    {REK_SLICE("{\"\\u006bey\\n\":\"v\\t\"}"), REK_SLICE("{.key\n'v\t}")},
    {REK_SLICE("[{\"a\":[]},[{\"b\":{}}]]"), REK_SLICE("[{.a[]}[{.b{}}]]")},
};

/* Documents that it doesn't allow, what is said of them, and where. */
static const struct {
    struct rek_slice document;
    const char *error;
    size_t offset;
} refused[] = {
    {REK_SLICE(""), "unexpected end", 0},
    {REK_SLICE(" \n"), "unexpected end", 2},
    {REK_SLICE("\xef\xbb\xbf{}"), "expected a value", 0},
    {REK_SLICE("\xff\xfe{\0}\0"), "expected a value", 0},
    {REK_SLICE("\0"), "expected a value", 0},
    {REK_SLICE("null\0"), "text after the value", 4},
    {REK_SLICE("{}\0"), "text after the value", 2},
    {REK_SLICE("[\0]"), "expected a value", 1},
    {REK_SLICE("\v1"), "expected a value", 0},
    {REK_SLICE("\xc2\xa0[]"), "expected a value", 0},
    {REK_SLICE("[]\f"), "text after the value", 2},
    {REK_SLICE("{} {}"), "text after the value", 3},
    {REK_SLICE("1 2"), "text after the value", 2},
    {REK_SLICE("[]]"), "text after the value", 2},
    {REK_SLICE("1,"), "text after the value", 1},
    {REK_SLICE("<html>"), "expected a value", 0},
    {REK_SLICE("abc"), "expected a value", 0},
    {REK_SLICE("nul"), "expected a value", 0},
    {REK_SLICE("nulL"), "expected a value", 0},
    {REK_SLICE("True"), "expected a value", 0},
    {REK_SLICE("truex"), "text after the value", 4},
    {REK_SLICE("NaN"), "expected a value", 0},
    {REK_SLICE("Infinity"), "expected a value", 0},
    {REK_SLICE("[-Infinity]"), "bad number", 2},
    {REK_SLICE("undefined"), "expected a value", 0},
    {REK_SLICE("+1"), "expected a value", 0},
    {REK_SLICE(".5"), "expected a value", 0},
    {REK_SLICE("-"), "bad number", 1},
    {REK_SLICE("--1"), "bad number", 1},
    {REK_SLICE("-.5"), "bad number", 1},
    {REK_SLICE("01"), "bad number", 0},
    {REK_SLICE("-01"), "bad number", 1},
    {REK_SLICE("00"), "bad number", 0},
    {REK_SLICE("1."), "bad number", 2},
    {REK_SLICE("[1.]"), "bad number", 3},
    {REK_SLICE("1.e5"), "bad number", 2},
    {REK_SLICE("1e"), "bad number", 2},
    {REK_SLICE("1e+"), "bad number", 3},
    {REK_SLICE("1e-x"), "bad number", 3},
    {REK_SLICE("1.5.2"), "text after the value", 3},
    {REK_SLICE("1e5.2"), "text after the value", 3},
    {REK_SLICE("0x10"), "text after the value", 1},
    {REK_SLICE("1_000"), "text after the value", 1},
    {REK_SLICE("[1,5 2]"), "expected ',' or ']'", 5},
    {REK_SLICE("\xef\xbc\x91"), "expected a value", 0}, /* a full-width digit */
    {REK_SLICE("\""), "unexpected end", 1},
    {REK_SLICE("\"abc"), "unexpected end", 4},
    {REK_SLICE("\"abcdefgh"), "unexpected end", 9},
    {REK_SLICE("'a'"), "expected a value", 0},
    {REK_SLICE("\"\\"), "unexpected end", 2},
    {REK_SLICE("\"\\\""), "unexpected end", 3},
    {REK_SLICE("\"\\x41\""), "bad escape", 1},
    {REK_SLICE("\"ab\\a\""), "bad escape", 3},
    {REK_SLICE("\"\\'\""), "bad escape", 1},
    {REK_SLICE("\"\\0\""), "bad escape", 1},
    {REK_SLICE("\"\\\0\""), "bad escape", 1},
    {REK_SLICE("\"\\\n\""), "bad escape", 1},
    {REK_SLICE("\"\\N\""), "bad escape", 1},
    {REK_SLICE("\"\\U0041\""), "bad escape", 1},
    {REK_SLICE("\"\\\xc3\xa9\""), "bad escape", 1},
    {REK_SLICE("\"\\u\""), "bad escape", 1},
    {REK_SLICE("\"\\u12"), "bad escape", 1},
    {REK_SLICE("\"\\u004\""), "bad escape", 1},
    {REK_SLICE("\"\\u00g1\""), "bad escape", 1},
    {REK_SLICE("\"\\u+041\""), "bad escape", 1},
    {REK_SLICE("\"\\u00\xe4\x61\""), "bad escape", 1},
    {REK_SLICE("\"\\u{41}\""), "bad escape", 1},
    {REK_SLICE("\"\\ud800\""), "lone surrogate", 1},
    {REK_SLICE("\"\\udc00\""), "lone surrogate", 1},
    {REK_SLICE("\"\\udc00\\ud800\""), "lone surrogate", 1},
    {REK_SLICE("\"\\ud800\\ud800\""), "lone surrogate", 1},
    {REK_SLICE("\"\\ud800x\""), "lone surrogate", 1},
    {REK_SLICE("\"\\ud800\\n\""), "lone surrogate", 1},
    {REK_SLICE("\"\\ud800\\u0041\""), "lone surrogate", 1},
    {REK_SLICE("\"\\ud800\\u12\""), "lone surrogate", 1},
    {REK_SLICE("\"\\ud83d\\ude0"), "lone surrogate", 1},
    {REK_SLICE("\"\xed\xa0\xbd\xed\xb8\x80\""), "invalid UTF-8", 1}, /* CESU-8 */
    {REK_SLICE("\"\xc0\xaf\""), "invalid UTF-8", 1},
    {REK_SLICE("\"\xe0\x80\xaf\""), "invalid UTF-8", 1},
    {REK_SLICE("\"\xf4\x90\x80\x80\""), "invalid UTF-8", 1},
    {REK_SLICE("\"\xc3\xa9\x80\""), "invalid UTF-8", 3},
    {REK_SLICE("\"caf\xe9\""), "invalid UTF-8", 4},
    {REK_SLICE("\"\xc3\""), "invalid UTF-8", 1},
    {REK_SLICE("\"\xe2\x82"), "invalid UTF-8", 1},
    {REK_SLICE("\"\xff\""), "invalid UTF-8", 1},
    {REK_SLICE("\"a\0b\""), "control character in a string", 2},
    {REK_SLICE("\"a\nb\""), "control character in a string", 2},
    {REK_SLICE("\"a\tb\""), "control character in a string", 2},
    {REK_SLICE("\"\x1f\""), "control character in a string", 1},
    {REK_SLICE("\"12345678901\x1f\""), "control character in a string", 12},
    {REK_SLICE("["), "unexpected end", 1},
    {REK_SLICE("[1"), "unexpected end", 2},
    {REK_SLICE("[1,"), "unexpected end", 3},
    {REK_SLICE("[,1]"), "expected a value", 1},
    {REK_SLICE("[1,]"), "expected a value", 3},
    {REK_SLICE("[1,,2]"), "expected a value", 3},
    {REK_SLICE("[1 2]"), "expected ',' or ']'", 3},
    {REK_SLICE("[1}"), "expected ',' or ']'", 2},
    {REK_SLICE("[}"), "expected a value", 1},
    {REK_SLICE("[1:2]"), "expected ',' or ']'", 2},
    {REK_SLICE("[\"a\":1]"), "expected ',' or ']'", 4},
    {REK_SLICE("[1,2]]"), "text after the value", 5},
    {REK_SLICE("]"), "expected a value", 0},
    {REK_SLICE("}"), "expected a value", 0},
    {REK_SLICE("{"), "unexpected end", 1},
    {REK_SLICE("{\"a\""), "unexpected end", 4},
    {REK_SLICE("{\"a\":"), "unexpected end", 5},
    {REK_SLICE("{\"a\":1"), "unexpected end", 6},
    {REK_SLICE("{\"a\":1,"), "unexpected end", 7},
    {REK_SLICE("{\"a\":1,}"), "expected a key", 7},
    {REK_SLICE("{,}"), "expected a key", 1},
    {REK_SLICE("{]"), "expected a key", 1},
    {REK_SLICE("{1:2}"), "expected a key", 1},
    {REK_SLICE("{a:1}"), "expected a key", 1},
    {REK_SLICE("{'a':1}"), "expected a key", 1},
    {REK_SLICE("{null:1}"), "expected a key", 1},
    {REK_SLICE("{\"a\" 1}"), "expected ':'", 5},
    {REK_SLICE("{\"a\",1}"), "expected ':'", 4},
    {REK_SLICE("{\"a\"}"), "expected ':'", 4},
    {REK_SLICE("{\"a\"::1}"), "expected a value", 5},
    {REK_SLICE("{\"a\":}"), "expected a value", 5},
    {REK_SLICE("{\"a\":1 \"b\":2}"), "expected ',' or '}'", 7},
    {REK_SLICE("{\"a\":1,,\"b\":2}"), "expected a key", 7},
    {REK_SLICE("{\"a\":1]"), "expected ',' or '}'", 6},
    {REK_SLICE("{\"a\":[}"), "expected a value", 6},
    {REK_SLICE("{\"\\ud800\":1}"), "lone surrogate", 2},
    {REK_SLICE("[1]//x"), "text after the value", 3},
    {REK_SLICE("/**/[1]"), "expected a value", 0},
    {REK_SLICE("[1,#\n2]"), "expected a value", 3},
};

static void test_accepted(void)
{
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        struct rek_slice document = accepted[i].document;
        struct rek_buffer out;
        rek_buffer_init(&out);
        if (!CHECK(reads(document, &out)))
            fprintf(stderr, "  %s\n", document.data);
        CHECK_SLICE(rek_buffer_slice(&out), accepted[i].trace);
        /* Cut off anywhere, a document is whole no longer. A number may be, and spaces don't
         * matter, so those that begin and end with something else are tried. */
        bool bracketed =
            strchr("{[\"", document.data[0]) && strchr("}]\"", document.data[document.len - 1]);
        for (size_t len = 0; bracketed && len < document.len; len++)
            if (!CHECK(!reads(rek_slice_of(document.data, len), &out)))
                fprintf(stderr, "  %zu bytes of %s\n", len, document.data);
        rek_buffer_clear(&out);
    }
}

static void test_refused(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct reading reading;
        struct rek_buffer out;
        rek_buffer_init(&out);
        start(&reading, refused[i].document);
        bool same = CHECK(trace(&reading.reader, &out) == REK_JSON_ERROR) &&
                    CHECK(strcmp(reading.reader.error, refused[i].error) == 0) &&
                    CHECK(reading.reader.offset == refused[i].offset);
        if (!same)
            fprintf(stderr, "  %zu: %s: %s at %zu\n", i, refused[i].document.data,
                    reading.reader.error, reading.reader.offset);
        CHECK(rek_json_next(&reading.reader) == REK_JSON_ERROR);
        CHECK(!rek_json_skip(&reading.reader, REK_JSON_KEY));
        stop(&reading);
        rek_buffer_clear(&out);
    }
}

/* `depth` times `opening`, then what closes it. */
static bool reads_nested(const char *opening, char closing, size_t depth)
{
    struct rek_buffer document, out;
    rek_buffer_init(&document);
    rek_buffer_init(&out);
    for (size_t i = 0; i < depth; i++)
        rek_buffer_append_slice(&document, rek_slice_cstr(opening));
    if (*opening == '{')
        rek_buffer_append_char(&document, '0');
    for (size_t i = 0; i < depth; i++)
        rek_buffer_append_char(&document, closing);
    bool whole = reads(rek_buffer_slice(&document), &out);
    rek_buffer_clear(&document);
    rek_buffer_clear(&out);
    return whole;
}

static void test_depth(void)
{
    CHECK(reads_nested("[", ']', REK_JSON_MAX_DEPTH));
    CHECK(reads_nested("{\"a\":", '}', REK_JSON_MAX_DEPTH));
    CHECK(!reads_nested("[", ']', REK_JSON_MAX_DEPTH + 1));
    CHECK(!reads_nested("{\"a\":", '}', REK_JSON_MAX_DEPTH + 1));
    CHECK(!reads_nested("[", ']', 1000000));
}

static void test_strings_are_borrowed(void)
{
    struct rek_slice document = REK_SLICE("[\"as it stands\",\"with\\n\"]");
    struct rek_json_reader reader;
    rek_json_reader_init(&reader, document);
    rek_json_next(&reader);
    CHECK(rek_json_next(&reader) == REK_JSON_STRING && reader.text.data == document.data + 2);
    CHECK(reader.scratch.data == NULL);
    CHECK(rek_json_next(&reader) == REK_JSON_STRING);
    CHECK_TEXT(reader.text, "with\n");
    rek_json_reader_clear(&reader);
}

/* Each kind of byte that ends plain text, at each place in a word, behind text of each kind. */
static void test_strings_at_every_alignment(void)
{
    static const struct {
        struct rek_slice source, meaning;
    } pieces[] = {{REK_SLICE(""), REK_SLICE("")},
                  {REK_SLICE("\\n"), REK_SLICE("\n")},
                  {REK_SLICE("\\u00e9"), REK_SLICE("\xc3\xa9")},
                  {REK_SLICE("\xf0\x9f\x98\x80"), REK_SLICE("\xf0\x9f\x98\x80")},
                  {REK_SLICE("!#[]\x7f"), REK_SLICE("!#[]\x7f")}};
    for (size_t before = 0; before < 20; before++)
        for (size_t i = 0; i < COUNT_OF(pieces); i++)
            for (size_t after = 0; after < 20; after++) {
                struct rek_buffer document, expected, out;
                rek_buffer_init(&document);
                rek_buffer_init(&expected);
                rek_buffer_init(&out);
                rek_buffer_append(&document, "\"aaaaaaaaaaaaaaaaaaaa", 1 + before);
                rek_buffer_append_slice(&document, pieces[i].source);
                rek_buffer_append(&document, "bbbbbbbbbbbbbbbbbbbb", after);
                rek_buffer_append_char(&document, '"');
                rek_buffer_append(&expected, "'aaaaaaaaaaaaaaaaaaaa", 1 + before);
                rek_buffer_append_slice(&expected, pieces[i].meaning);
                rek_buffer_append(&expected, "bbbbbbbbbbbbbbbbbbbb", after);
                CHECK(reads(rek_buffer_slice(&document), &out));
                CHECK_SLICE(rek_buffer_slice(&out), rek_buffer_slice(&expected));
                rek_buffer_clear(&document);
                rek_buffer_clear(&expected);
                rek_buffer_clear(&out);
            }
}

static void test_skip(void)
{
    struct rek_json_reader reader;
    rek_json_reader_init(&reader,
                         REK_SLICE("{\"a\":[1,{\"b\":[]}],\"c\":{},\"d\":5,\"e\":[[2],3]}"));
    CHECK(rek_json_skip(&reader, rek_json_next(&reader) == REK_JSON_OBJECT_BEGIN
                                     ? rek_json_next(&reader)
                                     : REK_JSON_ERROR)); /* over the value of "a" */
    CHECK(rek_json_next(&reader) == REK_JSON_KEY);
    CHECK_TEXT(reader.text, "c");
    CHECK(rek_json_skip(&reader, rek_json_next(&reader))); /* over the object of "c" */
    CHECK(rek_json_next(&reader) == REK_JSON_KEY);
    CHECK_TEXT(reader.text, "d");
    CHECK(
        rek_json_skip(&reader, rek_json_next(&reader))); /* over a number: nothing is left of it */
    CHECK(rek_json_next(&reader) == REK_JSON_KEY);
    CHECK_TEXT(reader.text, "e");
    CHECK(rek_json_next(&reader) == REK_JSON_ARRAY_BEGIN);
    CHECK(rek_json_next(&reader) == REK_JSON_ARRAY_BEGIN);
    CHECK(rek_json_skip(&reader, REK_JSON_ARRAY_BEGIN)); /* over the inner array alone */
    CHECK(rek_json_next(&reader) == REK_JSON_NUMBER);
    CHECK_TEXT(reader.text, "3");
    CHECK(rek_json_next(&reader) == REK_JSON_ARRAY_END);
    CHECK(rek_json_next(&reader) == REK_JSON_OBJECT_END);
    CHECK(rek_json_next(&reader) == REK_JSON_END);
    rek_json_reader_clear(&reader);

    rek_json_reader_init(&reader, REK_SLICE("[[1,[2,]],3]"));
    CHECK(!rek_json_skip(&reader, rek_json_next(&reader)));
    CHECK(reader.offset == 7);
    rek_json_reader_clear(&reader);
}

static void test_out_of_memory(void)
{
    struct rek_json_reader reader;
    rek_json_reader_init(&reader, REK_SLICE("\"x\\n\""));
    rek_alloc_fail_after(0);
    CHECK(rek_json_next(&reader) == REK_JSON_ERROR);
    CHECK(reader.error && strcmp(reader.error, "not enough memory") == 0);
    rek_alloc_fail_after(-1);
    rek_json_reader_clear(&reader);
    CHECK(rek_json_next(&reader) == REK_JSON_ERROR); /* cleared, it reads an empty document */
}

int main(void)
{
    test_accepted();
    test_refused();
    test_depth();
    test_strings_are_borrowed();
    test_strings_at_every_alignment();
    test_skip();
    test_out_of_memory();
    return check_result();
}
