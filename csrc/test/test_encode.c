#include "check.h"
#include "core/alloc.h"
#include "core/encode.h"

#include <math.h>
#include <stddef.h>

/* A shape for each type, as a generator would write them. */
static const struct rek_shape string_shape = {.name = "String", .type = REK_STRING};
static const struct rek_shape blob_shape = {.name = "Blob", .type = REK_BLOB};
static const struct rek_shape boolean_shape = {.name = "Boolean", .type = REK_BOOLEAN};
static const struct rek_shape integer_shape = {.name = "Integer", .type = REK_INTEGER};
static const struct rek_shape long_shape = {.name = "Long", .type = REK_LONG};
static const struct rek_shape float_shape = {.name = "Float", .type = REK_FLOAT};
static const struct rek_shape double_shape = {.name = "Double", .type = REK_DOUBLE};
static const struct rek_shape document_shape = {.name = "Document", .type = REK_DOCUMENT};
static const struct rek_shape epoch_shape = {.name = "Epoch", .type = REK_TIMESTAMP};
static const struct rek_shape iso_shape = {
    .name = "Iso", .type = REK_TIMESTAMP, .timestamp_format = REK_ISO8601};
static const struct rek_shape rfc_shape = {
    .name = "Rfc", .type = REK_TIMESTAMP, .timestamp_format = REK_RFC822};
static const struct rek_shape empty_shape = {.name = "Empty", .type = REK_STRUCTURE};

static const struct rek_shape all_shape;
static const struct rek_shape list_shape = {
    .name = "Texts", .type = REK_LIST, .value = &string_shape};
static const struct rek_shape flags_shape = {
    .name = "Flags", .type = REK_LIST, .value = &boolean_shape};
static const struct rek_shape alls_shape = {.name = "Alls", .type = REK_LIST, .value = &all_shape};
static const struct rek_shape lists_shape = {
    .name = "Lists", .type = REK_LIST, .value = &list_shape};
static const struct rek_shape map_shape = {
    .name = "Tags", .type = REK_MAP, .key = &string_shape, .value = &string_shape};
static const struct rek_shape counts_shape = {
    .name = "Counts", .type = REK_MAP, .key = &string_shape, .value = &long_shape};

struct all {
    uint64_t present;
    struct rek_slice text, blob;
    bool flag;
    int64_t integer, large;
    double single, real;
    struct rek_slice document;
    double epoch, iso, rfc;
    void *empty;
    struct all *self;
    struct rek_list texts, flags, alls, lists;
    struct rek_map tags, counts;
};

enum {
    TEXT,
    BLOB,
    FLAG,
    INTEGER,
    LARGE,
    SINGLE,
    REAL,
    DOCUMENT,
    EPOCH,
    ISO,
    RFC,
    EMPTY,
    SELF,
    TEXTS,
    FLAGS,
    ALLS,
    LISTS,
    TAGS,
    COUNTS,
    MEMBERS
};

#define MEMBER(wire_name, its_shape, field)                                                        \
    {                                                                                              \
        .name = {(wire_name), sizeof(wire_name) - 1}, .shape = &(its_shape),                       \
        .offset = offsetof(struct all, field)                                                      \
    }

static const struct rek_member all_members[MEMBERS] = {
    [TEXT] = MEMBER("Text", string_shape, text),
    [BLOB] = MEMBER("Blob", blob_shape, blob),
    [FLAG] = MEMBER("Flag", boolean_shape, flag),
    [INTEGER] = MEMBER("Integer", integer_shape, integer),
    [LARGE] = MEMBER("Large", long_shape, large),
    [SINGLE] = MEMBER("Single", float_shape, single),
    [REAL] = MEMBER("Real", double_shape, real),
    [DOCUMENT] = MEMBER("Document", document_shape, document),
    [EPOCH] = MEMBER("Epoch", epoch_shape, epoch),
    [ISO] = MEMBER("Iso", iso_shape, iso),
    [RFC] = MEMBER("Rfc", rfc_shape, rfc),
    [EMPTY] = MEMBER("Empty", empty_shape, empty),
    [SELF] = MEMBER("Self", all_shape, self),
    [TEXTS] = MEMBER("Texts", list_shape, texts),
    [FLAGS] = MEMBER("Flags", flags_shape, flags),
    [ALLS] = MEMBER("Alls", alls_shape, alls),
    [LISTS] = MEMBER("Lists", lists_shape, lists),
    [TAGS] = MEMBER("Tags", map_shape, tags),
    [COUNTS] = MEMBER("Counts", counts_shape, counts),
};

static const struct rek_shape all_shape = {.name = "All",
                                           .type = REK_STRUCTURE,
                                           .members = all_members,
                                           .member_count = MEMBERS,
                                           .size = sizeof(struct all)};

#define BIT(member) (UINT64_C(1) << (member))

#define CHECK_ENCODES(request, json) check_encodes((request), REK_SLICE(json), __LINE__)

static void check_encodes(const struct all *request, struct rek_slice json, int line)
{
    struct rek_buffer out;
    rek_buffer_init(&out);
    check_that(rek_encode(&all_shape, request, &out), "rek_encode", __FILE__, line);
    check_text(rek_buffer_slice(&out), json, "its JSON", __FILE__, line);
    rek_buffer_clear(&out);
}

static void test_scalars(void)
{
    struct all request = {.text = REK_SLICE("a \"b\""),
                          .blob = REK_SLICE("\0\1\2\3"),
                          .flag = true,
                          .integer = -2147483648,
                          .large = INT64_MAX,
                          .single = 0.5,
                          .real = 50.0,
                          .document = REK_SLICE("{\"any\": [1]}"),
                          .epoch = 1656611123.5,
                          .iso = 1656611123,
                          .rfc = 1656611123};
    CHECK_ENCODES(&request, "{}");
    request.present = BIT(REAL) | BIT(TEXT);
    CHECK_ENCODES(&request, "{\"Text\":\"a \\\"b\\\"\",\"Real\":50}");
    request.present = BIT(EMPTY) - 1;
    CHECK_ENCODES(&request, "{\"Text\":\"a \\\"b\\\"\",\"Blob\":\"AAECAw==\",\"Flag\":true,"
                            "\"Integer\":-2147483648,\"Large\":9223372036854775807,"
                            "\"Single\":0.5,\"Real\":50,\"Document\":{\"any\": [1]},"
                            "\"Epoch\":1656611123.5,\"Iso\":\"2022-06-30T17:45:23Z\","
                            "\"Rfc\":\"Thu, 30 Jun 2022 17:45:23 GMT\"}");
    request = (struct all){.present = BIT(FLAG) | BIT(TEXT) | BIT(BLOB) | BIT(LARGE)};
    CHECK_ENCODES(&request, "{\"Text\":\"\",\"Blob\":\"\",\"Flag\":false,\"Large\":0}");
}

static void test_empty_containers(void)
{
    struct all nothing = {0};
    struct all request = {.self = &nothing,
                          .present = BIT(EMPTY) | BIT(SELF) | BIT(TEXTS) | BIT(ALLS) | BIT(TAGS)};
    CHECK_ENCODES(&request, "{\"Empty\":{},\"Self\":{},\"Texts\":[],\"Alls\":[],\"Tags\":{}}");
}

static void test_containers(void)
{
    struct rek_slice texts[] = {REK_SLICE("one"), REK_SLICE(""), REK_SLICE("th\nree")};
    bool flags[] = {true, false, true};
    struct rek_list lists[] = {{texts, 2}, {NULL, 0}, {texts + 2, 1}};
    struct rek_slice keys[] = {REK_SLICE("key1"), REK_SLICE("\"2\"")};
    struct rek_slice values[] = {REK_SLICE("val1"), REK_SLICE("\xc3\xa9")};
    int64_t counts[] = {1, -2};
    struct all inner = {.present = BIT(LARGE), .large = 7};
    struct all outer = {.present = BIT(SELF), .self = &inner};
    struct all *alls[] = {&inner, &outer};
    struct all request = {.present = BIT(SELF) | BIT(TEXTS) | BIT(FLAGS) | BIT(ALLS) | BIT(LISTS) |
                                     BIT(TAGS) | BIT(COUNTS),
                          .self = &outer,
                          .texts = {texts, 3},
                          .flags = {flags, 3},
                          .alls = {alls, 2},
                          .lists = {lists, 3},
                          .tags = {keys, values, 2},
                          .counts = {keys, counts, 2}};
    CHECK_ENCODES(&request, "{\"Self\":{\"Self\":{\"Large\":7}},"
                            "\"Texts\":[\"one\",\"\",\"th\\nree\"],\"Flags\":[true,false,true],"
                            "\"Alls\":[{\"Large\":7},{\"Self\":{\"Large\":7}}],"
                            "\"Lists\":[[\"one\",\"\"],[],[\"th\\nree\"]],"
                            "\"Tags\":{\"key1\":\"val1\",\"\\\"2\\\"\":\"\xc3\xa9\"},"
                            "\"Counts\":{\"key1\":1,\"\\\"2\\\"\":-2}}");
}

/* What loading lets nothing through for must still never become broken JSON. */
static void test_what_cannot_be(void)
{
    struct all request = {.present = BIT(REAL) | BIT(SINGLE), .real = NAN, .single = HUGE_VAL};
    CHECK_ENCODES(&request, "{\"Single\":null,\"Real\":null}");
    struct all loop = {.present = BIT(SELF), .self = &loop};
    struct rek_buffer out;
    rek_buffer_init(&out);
    CHECK(!rek_encode(&all_shape, &loop, &out));
    rek_buffer_clear(&out);
}

static void test_out_of_memory(void)
{
    static char text[2000];
    memset(text, 'x', sizeof text);
    struct rek_slice texts[] = {rek_slice_of(text, 10), rek_slice_of(text, sizeof text)};
    struct all request = {.present = BIT(TEXTS) | BIT(BLOB),
                          .texts = {texts, 2},
                          .blob = rek_slice_of(text, sizeof text)};
    bool encoded = false;
    int failures = 0;
    for (long allowed = 0; !encoded; allowed++) {
        struct rek_buffer out;
        rek_buffer_init(&out);
        rek_alloc_fail_after(allowed);
        encoded = rek_encode(&all_shape, &request, &out);
        rek_alloc_fail_after(-1);
        failures += !encoded;
        rek_buffer_clear(&out);
    }
    CHECK(failures > 1);
}

int main(void)
{
    test_scalars();
    test_empty_containers();
    test_containers();
    test_what_cannot_be();
    test_out_of_memory();
    return check_result();
}
