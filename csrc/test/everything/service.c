/* A service that doesn't exist, written by hand in the form of the generated tables. Its one
 * operation takes and returns every type there is, recursive ones too; Rekognition has not all of
 * them. */
#include "test/everything/service.h"

struct tree {
    uint64_t present;
    struct rek_slice label;
    struct tree *next;
    struct rek_list branches; /* of struct tree * */
    struct rek_map named;     /* of struct tree * */
};

struct everything {
    uint64_t present;
    struct rek_slice string;
    struct rek_slice short_string;
    struct rek_slice secret;
    struct rek_slice token;
    struct rek_slice blob;
    bool boolean;
    int64_t integer;
    int64_t secret_integer;
    int64_t long_integer;
    double single;
    double twice;
    double timestamp;
    double iso8601;
    double rfc822;
    struct rek_slice document;
    struct rek_list strings; /* of struct rek_slice */
    struct rek_list matrix;  /* of struct rek_list of double */
    struct rek_list flags;   /* of bool */
    struct rek_map map;      /* of struct rek_slice */
    struct rek_map blobs;    /* of struct rek_slice */
    struct tree *tree;
};

enum shape_id {
    STRING,
    SHORT_STRING,
    SECRET,
    BLOB,
    BOOLEAN,
    INTEGER,
    SECRET_INTEGER,
    LONG,
    SINGLE,
    TWICE,
    TIMESTAMP,
    ISO8601,
    RFC822,
    DOCUMENT,
    STRINGS,
    ROW,
    MATRIX,
    FLAGS,
    MAP,
    BLOBS,
    TREES,
    NAMED_TREES,
    TREE,
    EVERYTHING,
    SHAPE_COUNT
};

static const struct rek_shape shapes[SHAPE_COUNT];

#define NAME(text)                                                                                 \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define SHAPE(id)       (&shapes[id])
#define IN_TREE(member) offsetof(struct tree, member)
#define IN_ALL(member)  offsetof(struct everything, member)
#define MEMBERS(array)  .members = (array), .member_count = sizeof(array) / sizeof *(array)

static const struct rek_member tree_members[] = {
    {NAME("Label"), SHAPE(STRING), IN_TREE(label), 0, true, false},
    {NAME("Next"), SHAPE(TREE), IN_TREE(next), 1, false, false},
    {NAME("Branches"), SHAPE(TREES), IN_TREE(branches), 2, false, false},
    {NAME("Named"), SHAPE(NAMED_TREES), IN_TREE(named), 3, false, false},
};

static const struct rek_member everything_members[] = {
    {NAME("String"), SHAPE(STRING), IN_ALL(string), 4, false, false},
    {NAME("ShortString"), SHAPE(SHORT_STRING), IN_ALL(short_string), 5, false, false},
    {NAME("Secret"), SHAPE(SECRET), IN_ALL(secret), 6, false, false},
    {NAME("Token"), SHAPE(STRING), IN_ALL(token), 7, true, true},
    {NAME("Blob"), SHAPE(BLOB), IN_ALL(blob), 8, false, false},
    {NAME("Boolean"), SHAPE(BOOLEAN), IN_ALL(boolean), 9, false, false},
    {NAME("Integer"), SHAPE(INTEGER), IN_ALL(integer), 10, false, false},
    {NAME("SecretInteger"), SHAPE(SECRET_INTEGER), IN_ALL(secret_integer), 11, false, false},
    {NAME("Long"), SHAPE(LONG), IN_ALL(long_integer), 12, false, false},
    {NAME("Float"), SHAPE(SINGLE), IN_ALL(single), 13, false, false},
    {NAME("Double"), SHAPE(TWICE), IN_ALL(twice), 14, false, false},
    {NAME("Timestamp"), SHAPE(TIMESTAMP), IN_ALL(timestamp), 15, false, false},
    {NAME("Iso8601"), SHAPE(ISO8601), IN_ALL(iso8601), 16, false, false},
    {NAME("Rfc822"), SHAPE(RFC822), IN_ALL(rfc822), 17, false, false},
    {NAME("Document"), SHAPE(DOCUMENT), IN_ALL(document), 18, false, false},
    {NAME("Strings"), SHAPE(STRINGS), IN_ALL(strings), 19, false, false},
    {NAME("Matrix"), SHAPE(MATRIX), IN_ALL(matrix), 20, false, false},
    {NAME("Flags"), SHAPE(FLAGS), IN_ALL(flags), 21, false, false},
    {NAME("Map"), SHAPE(MAP), IN_ALL(map), 22, false, false},
    {NAME("Blobs"), SHAPE(BLOBS), IN_ALL(blobs), 23, false, false},
    {NAME("Tree"), SHAPE(TREE), IN_ALL(tree), 24, false, false},
};

static const struct rek_shape shapes[SHAPE_COUNT] = {
    [STRING] = {.name = "String", .type = REK_STRING},
    [SHORT_STRING] = {.name = "ShortString", .type = REK_STRING, .has_min = true, .min = 3},
    [SECRET] = {.name = "Secret", .type = REK_STRING, .sensitive = true, .has_min = true, .min = 8},
    [BLOB] = {.name = "Blob", .type = REK_BLOB, .has_min = true, .min = 2},
    [BOOLEAN] = {.name = "Boolean", .type = REK_BOOLEAN},
    [INTEGER] = {.name = "Integer", .type = REK_INTEGER, .has_min = true, .min = -5},
    [SECRET_INTEGER] = {.name = "SecretInteger",
                        .type = REK_INTEGER,
                        .sensitive = true,
                        .has_min = true,
                        .min = 0},
    [LONG] = {.name = "Long", .type = REK_LONG},
    [SINGLE] = {.name = "Float", .type = REK_FLOAT, .has_min = true, .min = 0.5},
    [TWICE] = {.name = "Double", .type = REK_DOUBLE},
    [TIMESTAMP] = {.name = "Timestamp", .type = REK_TIMESTAMP},
    [ISO8601] = {.name = "Iso8601", .type = REK_TIMESTAMP, .timestamp_format = REK_ISO8601},
    [RFC822] = {.name = "Rfc822", .type = REK_TIMESTAMP, .timestamp_format = REK_RFC822},
    [DOCUMENT] = {.name = "Document", .type = REK_DOCUMENT},
    [STRINGS] = {.name = "Strings",
                 .type = REK_LIST,
                 .has_min = true,
                 .min = 1,
                 .value = SHAPE(SHORT_STRING)},
    [ROW] = {.name = "Row", .type = REK_LIST, .value = SHAPE(TWICE)},
    [MATRIX] = {.name = "Matrix", .type = REK_LIST, .value = SHAPE(ROW)},
    [FLAGS] = {.name = "Flags", .type = REK_LIST, .value = SHAPE(BOOLEAN)},
    [MAP] = {.name = "Map",
             .type = REK_MAP,
             .has_min = true,
             .min = 2,
             .key = SHAPE(SHORT_STRING),
             .value = SHAPE(STRING)},
    [BLOBS] = {.name = "Blobs", .type = REK_MAP, .key = SHAPE(STRING), .value = SHAPE(BLOB)},
    [TREES] = {.name = "Trees", .type = REK_LIST, .value = SHAPE(TREE)},
    [NAMED_TREES] = {.name = "NamedTrees",
                     .type = REK_MAP,
                     .key = SHAPE(STRING),
                     .value = SHAPE(TREE)},
    [TREE] = {.name = "Tree",
              .type = REK_STRUCTURE,
              MEMBERS(tree_members),
              .size = sizeof(struct tree)},
    [EVERYTHING] = {.name = "Everything",
                    .type = REK_STRUCTURE,
                    MEMBERS(everything_members),
                    .size = sizeof(struct everything)},
};

static const struct rek_slice member_names[] = {
    NAME("Label"),       NAME("Next"),          NAME("Branches"), NAME("Named"),    NAME("String"),
    NAME("ShortString"), NAME("Secret"),        NAME("Token"),    NAME("Blob"),     NAME("Boolean"),
    NAME("Integer"),     NAME("SecretInteger"), NAME("Long"),     NAME("Float"),    NAME("Double"),
    NAME("Timestamp"),   NAME("Iso8601"),       NAME("Rfc822"),   NAME("Document"), NAME("Strings"),
    NAME("Matrix"),      NAME("Flags"),         NAME("Map"),      NAME("Blobs"),    NAME("Tree"),
};

static const struct rek_operation operations[] = {
    {NAME("TakeEverything"), NAME("take_everything"), SHAPE(EVERYTHING), SHAPE(EVERYTHING),
     NAME(" BusyException ")},
};

const struct rek_service everything_service = {
    .service_id = NAME("Everything"),
    .endpoint_prefix = NAME("everything"),
    .signing_name = NAME("everything"),
    .api_version = NAME("2022-06-30"),
    .protocol = REK_AWS_JSON,
    .target_prefix = NAME("Everything."),
    .content_type = NAME("application/x-amz-json-1.1"),
    .operations = operations,
    .operation_count = sizeof operations / sizeof *operations,
    .member_names = member_names,
    .member_name_count = sizeof member_names / sizeof *member_names,
};
