#include "binding/push_internal.h"

#include "core/base64.h"
#include "core/timestamp_read.h"

#include <lauxlib.h>
#include <math.h>

static const double two_to_63 = 9223372036854775808.0;

bool lrek_fail_json(struct lrek_pusher *p, const struct lrek_place *place)
{
    if (p->reader->scratch.failed)
        luaL_error(p->L, "not enough memory");
    return lrek_report(p->problems, place, "invalid JSON at byte %zu: %s", p->reader->offset + 1,
                       p->reader->error);
}

static const char *token_name(enum rek_json_token token)
{
    switch (token) {
    case REK_JSON_NULL:
        return "null";
    case REK_JSON_TRUE:
    case REK_JSON_FALSE:
        return "a boolean";
    case REK_JSON_NUMBER:
        return "a number";
    case REK_JSON_STRING:
        return "a string";
    case REK_JSON_OBJECT_BEGIN:
        return "an object";
    case REK_JSON_ARRAY_BEGIN:
        return "an array";
    default:
        return "nothing";
    }
}

bool lrek_fail_type(struct lrek_pusher *p, const struct lrek_place *place, const char *wanted,
                    enum rek_json_token token)
{
    if (token == REK_JSON_ERROR)
        return lrek_fail_json(p, place);
    return lrek_report(p->problems, place, "expected %s, found %s", wanted, token_name(token));
}

/* A number, or one of the strings that Smithy's JSON protocols write for NaN and the infinities. */
static bool push_float(struct lrek_pusher *p, enum rek_json_token token,
                       const struct lrek_place *place)
{
    struct rek_slice text = p->reader->text;
    double value;
    if (token == REK_JSON_NUMBER) {
        struct rek_json_number number = rek_json_parse_number(text);
        value = number.is_integer ? (double)number.integer : number.real;
        if (isinf(value))
            return lrek_report(p->problems, place, "a number out of range");
    } else if (token == REK_JSON_STRING && rek_slice_equal(text, REK_SLICE("NaN"))) {
        value = NAN;
    } else if (token == REK_JSON_STRING && rek_slice_equal(text, REK_SLICE("Infinity"))) {
        value = INFINITY;
    } else if (token == REK_JSON_STRING && rek_slice_equal(text, REK_SLICE("-Infinity"))) {
        value = -INFINITY;
    } else {
        return lrek_fail_type(p, place, "a number", token);
    }
    lua_pushnumber(p->L, value);
    return true;
}

static bool push_integer(struct lrek_pusher *p, enum rek_json_token token,
                         const struct lrek_place *place)
{
    if (token != REK_JSON_NUMBER)
        return lrek_fail_type(p, place, "an integer", token);
    struct rek_json_number number = rek_json_parse_number(p->reader->text);
    if (!number.is_integer) {
        if (number.real != floor(number.real))
            return lrek_report(p->problems, place,
                               "expected an integer, found a number with a fraction");
        if (number.real < -two_to_63 || number.real >= two_to_63)
            return lrek_report(p->problems, place, "an integer out of the range of 64 bits");
        number.integer = (int64_t)number.real;
    }
    lua_pushinteger(p->L, number.integer);
    return true;
}

static bool push_timestamp(struct lrek_pusher *p, enum rek_json_token token,
                           const struct lrek_place *place)
{
    double seconds;
    if (token == REK_JSON_NUMBER)
        return push_float(p, token, place);
    if (token != REK_JSON_STRING)
        return lrek_fail_type(p, place, "a timestamp", token);
    if (!rek_timestamp_read(p->reader->text, &seconds))
        return lrek_report(p->problems, place, "a string that is no timestamp");
    lua_pushnumber(p->L, seconds);
    return true;
}

static bool push_blob(struct lrek_pusher *p, enum rek_json_token token,
                      const struct lrek_place *place)
{
    if (token != REK_JSON_STRING)
        return lrek_fail_type(p, place, "a string of base64", token);
    struct rek_slice text = p->reader->text;
    size_t len;
    p->bytes->len = 0;
    char *bytes = rek_buffer_reserve(p->bytes, text.len / 4 * 3 + 1);
    if (!bytes)
        luaL_error(p->L, "not enough memory");
    if (!rek_base64_decode((unsigned char *)bytes, text, &len))
        return lrek_report(p->problems, place, "a string that is no base64");
    lua_pushlstring(p->L, bytes, len);
    return true;
}

static bool push_string(struct lrek_pusher *p, enum rek_json_token token,
                        const struct lrek_place *place)
{
    if (token != REK_JSON_STRING)
        return lrek_fail_type(p, place, "a string", token);
    lua_pushlstring(p->L, p->reader->text.data, p->reader->text.len);
    return true;
}

static bool push_boolean(struct lrek_pusher *p, enum rek_json_token token,
                         const struct lrek_place *place)
{
    if (token != REK_JSON_TRUE && token != REK_JSON_FALSE)
        return lrek_fail_type(p, place, "a boolean", token);
    lua_pushboolean(p->L, token == REK_JSON_TRUE);
    return true;
}

bool lrek_push_scalar(struct lrek_pusher *p, const struct rek_shape *shape,
                      enum rek_json_token token, const struct lrek_place *place)
{
    switch (shape->type) {
    case REK_STRING:
        return push_string(p, token, place);
    case REK_BLOB:
        return push_blob(p, token, place);
    case REK_BOOLEAN:
        return push_boolean(p, token, place);
    case REK_INTEGER:
    case REK_LONG:
        return push_integer(p, token, place);
    case REK_TIMESTAMP:
        return push_timestamp(p, token, place);
    default:
        return push_float(p, token, place);
    }
}

bool lrek_push_any_scalar(struct lrek_pusher *p, enum rek_json_token token,
                          const struct lrek_place *place)
{
    if (token == REK_JSON_STRING)
        return push_string(p, token, place);
    if (token != REK_JSON_NUMBER)
        return push_boolean(p, token, place);
    if (rek_json_parse_number(p->reader->text).is_integer)
        return push_integer(p, token, place);
    return push_float(p, token, place);
}
