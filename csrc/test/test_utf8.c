#include "check.h"
#include "core/utf8.h"

#include <stdlib.h>

/* Invalid sequences and how many of their bytes are valid; RFC 3629 rules each of them out. */
static const struct {
    struct rek_slice text;
    size_t valid;
} invalid[] = {
    {REK_SLICE("\x80"), 0},                 /* a continuation byte alone */
    {REK_SLICE("ab\xbf"), 2},               /* the same behind text */
    {REK_SLICE("\xc0\x80"), 0},             /* NUL, overlong */
    {REK_SLICE("\xc1\xbf"), 0},             /* U+007F, overlong */
    {REK_SLICE("\xe0\x9f\xbf"), 0},         /* U+07FF, overlong */
    {REK_SLICE("\xf0\x8f\xbf\xbf"), 0},     /* U+FFFF, overlong */
    {REK_SLICE("\xed\xa0\x80"), 0},         /* U+D800 */
    {REK_SLICE("\xed\xbf\xbf"), 0},         /* U+DFFF */
    {REK_SLICE("\xf4\x90\x80\x80"), 0},     /* U+110000 */
    {REK_SLICE("\xf5\x80\x80\x80"), 0},     /* a lead that never is */
    {REK_SLICE("\xff"), 0},                 /* likewise */
    {REK_SLICE("\xf8\x88\x80\x80\x80"), 0}, /* five bytes, of UTF-8's first draft */
    {REK_SLICE("a\xc3"), 1},                /* cut off after one byte of two */
    {REK_SLICE("\xe2\x82"), 0},             /* after two of three */
    {REK_SLICE("\xf0\x9f\x98"), 0},         /* after three of four */
    {REK_SLICE("\xc3("), 0},                /* no continuation */
    {REK_SLICE("\xe2(\xa1"), 0},            /* none at the second byte */
    {REK_SLICE("\xe2\x82("), 0},            /* none at the third */
    {REK_SLICE("\xf0\x9f\x98("), 0},        /* none at the fourth */
    {REK_SLICE("caf\xe9"), 3},              /* Latin-1 */
};

static const struct {
    struct rek_slice text;
    size_t count;
} valid[] = {
    {REK_SLICE(""), 0},
    {REK_SLICE("plain"), 5},
    {REK_SLICE("\0"), 1},
    {REK_SLICE("\x7f\xc2\x80"), 2},                              /* U+007F, U+0080 */
    {REK_SLICE("\xdf\xbf\xe0\xa0\x80"), 2},                      /* U+07FF, U+0800 */
    {REK_SLICE("\xed\x9f\xbf\xee\x80\x80"), 2},                  /* U+D7FF, U+E000 */
    {REK_SLICE("\xef\xbf\xbf\xf0\x90\x80\x80"), 2},              /* U+FFFF, U+10000 */
    {REK_SLICE("\xf4\x8f\xbf\xbf"), 1},                          /* U+10FFFF */
    {REK_SLICE("gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x98\x80"), 11}, /* "grüß dich 😀" */
};

/* The text behind `before` letters and in front of `after` more, in memory that ends where it
 * ends, so that every alignment is met and a sanitizer sees a byte read too much. */
static size_t valid_prefix_at(struct rek_slice text, size_t before, size_t after)
{
    size_t len = before + text.len + after;
    char *copy = malloc(len > 0 ? len : 1);
    memset(copy, 'x', len);
    memcpy(copy + before, text.data, text.len);
    size_t prefix = rek_utf8_valid_prefix(rek_slice_of(copy, len));
    free(copy);
    return prefix;
}

static void test_every_code_point(void)
{
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        if (code_point == 0xd800)
            code_point = 0xe000;
        char bytes[4];
        struct rek_slice text = rek_slice_of(bytes, rek_utf8_encode(bytes, code_point));
        if (!CHECK(rek_utf8_valid_prefix(text) == text.len && rek_utf8_count(text) == 1))
            return;
    }
}

/* One byte that is not ASCII, anywhere in a text of any length, is seen. */
static void test_is_ascii(void)
{
    char text[40];
    for (size_t len = 0; len <= sizeof text; len++) {
        memset(text, 'a', sizeof text);
        CHECK(rek_utf8_is_ascii(rek_slice_of(text, len)));
        for (size_t at = 0; at < len; at++) {
            text[at] = (char)0x80;
            CHECK(!rek_utf8_is_ascii(rek_slice_of(text, len)));
            text[at] = 0x7f;
        }
    }
}

int main(void)
{
    test_is_ascii();
    for (size_t i = 0; i < COUNT_OF(invalid); i++)
        for (size_t before = 0; before < 17; before++)
            for (size_t after = 0; after < 17; after += 8)
                if (!CHECK(valid_prefix_at(invalid[i].text, before, after) ==
                           before + invalid[i].valid))
                    fprintf(stderr, "  invalid text %zu behind %zu letters\n", i, before);
    for (size_t i = 0; i < COUNT_OF(valid); i++) {
        CHECK(rek_utf8_count(valid[i].text) == valid[i].count);
        for (size_t before = 0; before < 17; before++)
            CHECK(valid_prefix_at(valid[i].text, before, 3) == before + valid[i].text.len + 3);
    }
    test_every_code_point();
    char euro[4];
    CHECK_SLICE(rek_slice_of(euro, rek_utf8_encode(euro, 0x20ac)), REK_SLICE("\xe2\x82\xac"));
    CHECK(rek_utf8_valid_prefix(rek_slice_of(NULL, 0)) == 0);
    return check_result();
}
