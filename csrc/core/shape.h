/* The descriptor contract: what a generated table says of a shape of the service's model.
 *
 * Generated code fills these tables (const, in csrc/services/rekognition/); the encoder, and the
 * binding's load and push, are one generic walker each. Shapes that requests use have a C struct
 * with a place for each member; shapes that only responses use have none (size and offsets are 0).
 *
 * How a value of each type lies in a request struct (rek_shape_storage says its size):
 *   string, blob      struct rek_slice   (blob: the raw bytes, base64 is the encoder's business)
 *   boolean           bool
 *   integer, long     int64_t
 *   float, double     double
 *   timestamp         double             (seconds since the epoch)
 *   structure         pointer to its struct
 *   list              struct rek_list    (items: an array of the element's storage)
 *   map               struct rek_map     (values: an array of the value's storage)
 *   document          struct rek_slice   (JSON text, checked when it was made)
 * Each request struct begins with `uint64_t present`: bit i is set where members[i] was given.
 */
#ifndef REK_SHAPE_H
#define REK_SHAPE_H

#include "core/slice.h"

#include <stdint.h>

enum rek_type {
    REK_STRUCTURE,
    REK_LIST,
    REK_MAP,
    REK_STRING,
    REK_BLOB,
    REK_BOOLEAN,
    REK_INTEGER, /* 32 bits */
    REK_LONG,    /* 64 bits */
    REK_FLOAT,
    REK_DOUBLE,
    REK_TIMESTAMP,
    REK_DOCUMENT
};

/* How a timestamp stands in JSON; awsJson1_1's default is epoch seconds. */
enum rek_timestamp_format { REK_EPOCH_SECONDS, REK_ISO8601, REK_RFC822 };

struct rek_list {
    void *items;
    size_t count;
};

struct rek_map {
    struct rek_slice *keys;
    void *values;
    size_t count;
};

struct rek_shape;

struct rek_member {
    struct rek_slice name; /* as on the wire */
    const struct rek_shape *shape;
    uint32_t offset;  /* into the request struct */
    uint16_t name_id; /* index into the service's member_names */
    bool required;
    bool idempotency_token; /* if missing, filled with a random UUID */
};

struct rek_shape {
    const char *name; /* as in the model */
    enum rek_type type;
    enum rek_timestamp_format timestamp_format;
    bool sensitive;
    bool has_min;
    uint16_t member_count;            /* structure: at most 64 */
    uint32_t size;                    /* structure: sizeof its request struct, or 0 */
    const struct rek_member *members; /* structure: in alphabetical order (by byte) */
    const struct rek_shape *key;      /* map */
    const struct rek_shape *value;    /* map: its values; list: its elements */
    double min;                       /* least value of a number; least length of the others,
                                       * in code points for a string, bytes for a blob */
};

struct rek_operation {
    struct rek_slice name;          /* "CopyProjectVersion" */
    struct rek_slice method;        /* "copy_project_version" */
    const struct rek_shape *input;  /* a structure, without members where the operation has none */
    const struct rek_shape *output; /* likewise */
    struct rek_slice errors;        /* the codes of its model, each between blanks: " A B " */
};

/* How a service's requests are written: which method, which headers, which form of the body. */
enum rek_protocol {
    REK_AWS_JSON, /* POST, X-Amz-Target, JSON: awsJson1_0 and awsJson1_1 */
};

/* A service, as a value: what one set of generated tables consists of. */
struct rek_service {
    struct rek_slice service_id;      /* "Rekognition" */
    struct rek_slice endpoint_prefix; /* "rekognition" */
    struct rek_slice signing_name;    /* "rekognition" */
    struct rek_slice api_version;     /* "2016-06-27" */
    enum rek_protocol protocol;
    struct rek_slice content_type;          /* "application/x-amz-json-1.1" */
    struct rek_slice target_prefix;         /* "RekognitionService.", before an operation's name */
    const struct rek_operation *operations; /* sorted by name, byte by byte */
    size_t operation_count;
    const struct rek_slice *member_names;
    size_t member_name_count;
};

/* The member of that name, or NULL. Members come in much the same order again and again: the scan
 * goes on at `*hint`, at first 0, where the last one ended. */
static inline const struct rek_member *rek_shape_find_member(const struct rek_shape *shape,
                                                             struct rek_slice name, unsigned *hint)
{
    unsigned count = shape->member_count;
    unsigned i = *hint;
    for (unsigned seen = 0; seen < count; seen++, i++) {
        if (i >= count)
            i = 0;
        const struct rek_member *member = &shape->members[i];
        if (member->name.len == name.len && memcmp(member->name.data, name.data, name.len) == 0) {
            *hint = i + 1;
            return member;
        }
    }
    return NULL;
}

static inline size_t rek_shape_storage(const struct rek_shape *shape)
{
    switch (shape->type) {
    case REK_STRING:
    case REK_BLOB:
    case REK_DOCUMENT:
        return sizeof(struct rek_slice);
    case REK_BOOLEAN:
        return sizeof(bool);
    case REK_INTEGER:
    case REK_LONG:
        return sizeof(int64_t);
    case REK_FLOAT:
    case REK_DOUBLE:
    case REK_TIMESTAMP:
        return sizeof(double);
    case REK_LIST:
        return sizeof(struct rek_list);
    case REK_MAP:
        return sizeof(struct rek_map);
    case REK_STRUCTURE:
        return sizeof(void *);
    }
    return 0;
}

#endif
