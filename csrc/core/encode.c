#include "core/encode.h"

#include "core/json_write.h"
#include "core/timestamp.h"

static void encode_value(const struct rek_shape *shape, const void *value, struct rek_buffer *out,
                         unsigned depth);

/* A member's name has nothing to escape. */
static void write_name(struct rek_buffer *out, char separator, struct rek_slice name)
{
    char *room = rek_buffer_reserve(out, name.len + 4);
    if (!room)
        return;
    room[0] = separator;
    room[1] = '"';
    memcpy(room + 2, name.data, name.len);
    room[name.len + 2] = '"';
    room[name.len + 3] = ':';
    out->len += name.len + 4;
}

static void encode_structure(const struct rek_shape *shape, const void *request,
                             struct rek_buffer *out, unsigned depth)
{
    uint64_t present = request ? *(const uint64_t *)request : 0;
    char separator = '{';
    for (unsigned i = 0; i < shape->member_count; i++) {
        const struct rek_member *member = &shape->members[i];
        if ((present >> i & 1) == 0)
            continue;
        write_name(out, separator, member->name);
        separator = ',';
        encode_value(member->shape, (const char *)request + member->offset, out, depth);
    }
    if (separator == '{')
        rek_buffer_append_char(out, '{');
    rek_buffer_append_char(out, '}');
}

static void encode_list(const struct rek_shape *shape, const struct rek_list *list,
                        struct rek_buffer *out, unsigned depth)
{
    const char *item = list->items;
    size_t size = rek_shape_storage(shape->value);
    rek_buffer_append_char(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            rek_buffer_append_char(out, ',');
        encode_value(shape->value, item + i * size, out, depth);
    }
    rek_buffer_append_char(out, ']');
}

static void encode_map(const struct rek_shape *shape, const struct rek_map *map,
                       struct rek_buffer *out, unsigned depth)
{
    const char *value = map->values;
    size_t size = rek_shape_storage(shape->value);
    rek_buffer_append_char(out, '{');
    for (size_t i = 0; i < map->count; i++) {
        if (i > 0)
            rek_buffer_append_char(out, ',');
        rek_json_write_string(out, map->keys[i]);
        rek_buffer_append_char(out, ':');
        encode_value(shape->value, value + i * size, out, depth);
    }
    rek_buffer_append_char(out, '}');
}

static void encode_timestamp(const struct rek_shape *shape, double seconds, struct rek_buffer *out)
{
    char text[REK_TIMESTAMP_SIZE];
    size_t len = 0;
    switch (shape->timestamp_format) {
    case REK_EPOCH_SECONDS:
        rek_json_write_double(out, seconds);
        return;
    case REK_ISO8601:
        len = rek_timestamp_iso8601(text, seconds);
        break;
    case REK_RFC822:
        len = rek_timestamp_rfc822(text, seconds);
        break;
    }
    rek_json_write_string(out, rek_slice_of(text, len));
}

static void encode_scalar(const struct rek_shape *shape, const void *value, struct rek_buffer *out)
{
    switch (shape->type) {
    case REK_STRING:
        rek_json_write_string(out, *(const struct rek_slice *)value);
        break;
    case REK_BLOB:
        rek_json_write_blob(out, *(const struct rek_slice *)value);
        break;
    case REK_DOCUMENT:
        rek_buffer_append_slice(out, *(const struct rek_slice *)value);
        break;
    case REK_BOOLEAN:
        rek_json_write_boolean(out, *(const bool *)value);
        break;
    case REK_INTEGER:
    case REK_LONG:
        rek_json_write_integer(out, *(const int64_t *)value);
        break;
    case REK_FLOAT:
    case REK_DOUBLE:
        rek_json_write_double(out, *(const double *)value);
        break;
    default:
        encode_timestamp(shape, *(const double *)value, out);
    }
}

/* `value` points to where the value is stored, as shape.h says for its type. */
static void encode_value(const struct rek_shape *shape, const void *value, struct rek_buffer *out,
                         unsigned depth)
{
    if (depth == REK_ENCODE_MAX_DEPTH)
        out->failed = true;
    if (out->failed)
        return;
    switch (shape->type) {
    case REK_STRUCTURE:
        encode_structure(shape, *(const void *const *)value, out, depth + 1);
        break;
    case REK_LIST:
        encode_list(shape, value, out, depth + 1);
        break;
    case REK_MAP:
        encode_map(shape, value, out, depth + 1);
        break;
    default:
        encode_scalar(shape, value, out);
    }
}

bool rek_encode(const struct rek_shape *shape, const void *request, struct rek_buffer *out)
{
    encode_structure(shape, request, out, 1);
    return !out->failed;
}
