/* Percent-encoding and path normalisation; the examples are RFC 3986's, section 5.2.4, and those
 * of AWS's description of SigV4. */
#include "check.h"
#include "core/uri.h"

static void check_out(const char *out, const char *end, const char *expected)
{
    CHECK_SLICE(rek_slice_of(out, (size_t)(end - out)), rek_slice_cstr(expected));
}

static void test_encode(void)
{
    char out[256];
    check_out(out, rek_uri_encode(out, REK_SLICE("azAZ09-._~")), "azAZ09-._~");
    check_out(out, rek_uri_encode(out, REK_SLICE("/ %+\0\xff\xe1\x88\xb4")),
              "%2F%20%25%2B%00%FF%E1%88%B4");
    check_out(out, rek_uri_encode(out, REK_SLICE("")), "");
    check_out(out, rek_uri_encode_path(out, REK_SLICE("/a b/%20/")), "/a%20b/%2520/");
}

static void test_recode(void)
{
    char out[256];
    check_out(out, rek_uri_recode(out, REK_SLICE("%41%7e%2f %2B+")), "A~%2F%20%2B%2B");
    check_out(out, rek_uri_recode(out, REK_SLICE("%")), "%25");
    check_out(out, rek_uri_recode(out, REK_SLICE("%4")), "%254");
    check_out(out, rek_uri_recode(out, REK_SLICE("%g0%0g%%41")), "%25g0%250g%25A");
}

static void test_normalize(void)
{
    static const char *const cases[][2] = {
        {"/", "/"},
        {"/a", "/a"},
        {"/a/", "/a/"},
        {"//a///b//", "/a/b/"},
        {"/./", "/"},
        {"/.", "/"},
        {"/..", "/"},
        {"/../", "/"},
        {"/../../a", "/a"},
        {"/a/..", "/"},
        {"/a/../", "/"},
        {"/a/b/..", "/a"},
        {"/a/b/../", "/a/"},
        {"/a/b/c/./../../g", "/a/g"},
        {"/a/.", "/a"},
        {"/a/./b", "/a/b"},
        {"/.../..a/.b", "/.../..a/.b"},
        {"/a/%2E%2E/b", "/a/%2E%2E/b"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[64];
        check_out(out, rek_uri_normalize_path(out, rek_slice_cstr(cases[i][0])), cases[i][1]);
    }
}

int main(void)
{
    test_encode();
    test_recode();
    test_normalize();
    return check_result();
}
