#include "check.h"
#include "core/base64.h"

#include <stdlib.h>

/* RFC 4648, section 10, and bytes that give the two characters beyond letters and digits. */
static const struct {
    struct rek_slice bytes, text;
} vectors[] = {
    {REK_SLICE(""), REK_SLICE("")},
    {REK_SLICE("f"), REK_SLICE("Zg==")},
    {REK_SLICE("fo"), REK_SLICE("Zm8=")},
    {REK_SLICE("foo"), REK_SLICE("Zm9v")},
    {REK_SLICE("foob"), REK_SLICE("Zm9vYg==")},
    {REK_SLICE("fooba"), REK_SLICE("Zm9vYmE=")},
    {REK_SLICE("foobar"), REK_SLICE("Zm9vYmFy")},
    {REK_SLICE("\0\0\0"), REK_SLICE("AAAA")},
    {REK_SLICE("\xfb\xef\xff"), REK_SLICE("++//")},
};

static const struct rek_slice refused[] = {
    REK_SLICE("Z"),
    REK_SLICE("Zg"),
    REK_SLICE("Zg="),
    REK_SLICE("Zm9vY"),
    REK_SLICE("="),
    REK_SLICE("===="),
    REK_SLICE("A==="),
    REK_SLICE("Zg==Zg=="),
    REK_SLICE("Zm=v"),
    REK_SLICE("Z=="),
    REK_SLICE("Zg=a"),
    REK_SLICE("Zm9v\n"),
    REK_SLICE(" Zm9"),
    REK_SLICE("Zm9v===="),
    REK_SLICE("Zm\n9"),
    REK_SLICE("--__"),
    REK_SLICE("Zm9\0"),
    REK_SLICE("Zm9\xc3"),
    REK_SLICE("\xda\xed"
              "9v"),
    REK_SLICE("Zm9=Zm9v"),
    REK_SLICE("Zm9v,m9v"),
};

/* Decodes into memory that is no larger than promised. */
static bool decode(struct rek_slice text, struct rek_slice expected)
{
    unsigned char *out = malloc(text.len / 4 * 3 + 1);
    size_t len = 0;
    bool decoded = rek_base64_decode(out, text, &len);
    bool same = decoded && rek_slice_equal(rek_slice_of((char *)out, len), expected);
    free(out);
    return same;
}

static void test_every_byte_at_every_place(void)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int byte = 0; byte < 256; byte++) {
        bool in_alphabet = byte != 0 && strchr(alphabet, byte) != NULL;
        for (size_t place = 0; place < 4; place++) {
            char text[8] = {'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A'};
            text[place] = (char)byte;
            unsigned char out[6];
            size_t len;
            CHECK(rek_base64_decode(out, rek_slice_of(text, 8), &len) == in_alphabet);
        }
    }
}

/* Each length up to some hundred bytes, in memory no larger than it must be; OpenSSL says what is
 * right. */
static void test_lengths(void)
{
    unsigned seed = 1;
    for (size_t size = 0; size < 200; size++) {
        char *bytes = malloc(size + 1);
        char *text = malloc(REK_BASE64_ENCODED_SIZE(size) + 1);
        char *expected = malloc(REK_BASE64_ENCODED_SIZE(size) + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i + 1] = (char)((seed = seed * 1664525u + 1013904223u) >> 24);
        struct rek_slice in = rek_slice_of(bytes + 1, size);
        size_t len = rek_base64_encode(text, in);
        CHECK(rek_base64_encode_slowly(expected, in) == len);
        CHECK(strcmp(text, expected) == 0);
        free(bytes);
        free(text);
        free(expected);
    }
}

static void test_large(void)
{
    const size_t size = ((size_t)10 << 20) + 1; /* several of the pieces that encoding goes in */
    char *bytes = malloc(size);
    char *text = malloc(REK_BASE64_ENCODED_SIZE(size) + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 2654435761u >> 24);
    size_t len = rek_base64_encode(text, rek_slice_of(bytes, size));
    CHECK(len == REK_BASE64_ENCODED_SIZE(size) && text[len] == '\0');
    CHECK(decode(rek_slice_of(text, len), rek_slice_of(bytes, size)));
    free(text);
    free(bytes);
}

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char text[16];
        size_t len = rek_base64_encode(text, vectors[i].bytes);
        CHECK_SLICE(rek_slice_of(text, len), vectors[i].text);
        if (!CHECK(decode(vectors[i].text, vectors[i].bytes)))
            fprintf(stderr, "  %s\n", vectors[i].text.data);
    }
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        unsigned char out[16];
        size_t len;
        if (!CHECK(!rek_base64_decode(out, refused[i], &len)))
            fprintf(stderr, "  %s\n", refused[i].data);
    }
    CHECK(decode(REK_SLICE("Zh=="), REK_SLICE("f"))); /* bits left over may be anything */
    test_every_byte_at_every_place();
    test_lengths();
    test_large();
    return check_result();
}
