/* Strings, blobs, numbers and booleans: a value of Lua's into its place in a request struct. */
#include "binding/load_internal.h"
#include "core/base64.h"
#include "core/utf8.h"

#include <math.h>

static const double two_to_63 = 9223372036854775808.0;
/* The years 0001 to 9999, which every timestamp format can hold. */
static const double least_timestamp = -62135596800.0;
static const double greatest_timestamp = 253402300799.0;

static void load_string(struct lrek_loader *l, const struct rek_shape *shape, struct rek_slice *out,
                        const struct lrek_place *place)
{
    if (lua_type(l->L, -1) != LUA_TSTRING) {
        lrek_report_type(l, place, "string");
        return;
    }
    *out = lrek_string_at(l->L, -1);
    lrek_check_text(l, shape, *out, place);
    l->body_size += out->len + 2;
}

static void load_blob(struct lrek_loader *l, const struct rek_shape *shape, struct rek_slice *out,
                      const struct lrek_place *place)
{
    if (lua_type(l->L, -1) != LUA_TSTRING) {
        lrek_report_type(l, place, "string of bytes");
        return;
    }
    *out = lrek_string_at(l->L, -1);
    lrek_check_count(l, shape, out->len, "byte", place);
    l->body_size += REK_BASE64_ENCODED_SIZE(out->len) + 2;
}

static void check_least(struct lrek_loader *l, const struct rek_shape *shape, double value,
                        const struct lrek_place *place)
{
    if (!shape->has_min || value >= shape->min)
        return;
    char least[32];
    char given[32];
    if (shape->sensitive)
        lrek_report(l->problems, place, "must be at least %s",
                    lrek_write_number(least, shape->min));
    else
        lrek_report(l->problems, place, "must be at least %s, is %s",
                    lrek_write_number(least, shape->min), lrek_write_number(given, value));
}

static void load_integer(struct lrek_loader *l, const struct rek_shape *shape, int64_t *out,
                         const struct lrek_place *place)
{
    if (lua_isinteger(l->L, -1)) {
        *out = lua_tointeger(l->L, -1);
    } else if (lua_type(l->L, -1) == LUA_TNUMBER) {
        double value = lua_tonumber(l->L, -1);
        if (value != floor(value) || isinf(value)) {
            lrek_report(l->problems, place, "must be an integer, got %s",
                        isnan(value)   ? "NaN"
                        : isinf(value) ? "infinity"
                                       : "float with a fraction");
            return;
        }
        if (value < -two_to_63 || value >= two_to_63) {
            lrek_report(l->problems, place, "out of the range of 64-bit integers");
            return;
        }
        *out = (int64_t)value;
    } else {
        lrek_report_type(l, place, "integer");
        return;
    }
    if (shape->type == REK_INTEGER && (*out < INT32_MIN || *out > INT32_MAX))
        lrek_report(l->problems, place, "out of the range of 32-bit integers");
    else
        check_least(l, shape, (double)*out, place);
    l->body_size += 20;
}

static void load_number(struct lrek_loader *l, const struct rek_shape *shape, double *out,
                        const struct lrek_place *place)
{
    if (lua_type(l->L, -1) != LUA_TNUMBER) {
        lrek_report_type(l, place,
                         shape->type == REK_TIMESTAMP ? "number of seconds since the epoch"
                                                      : "number");
        return;
    }
    *out = lua_tonumber(l->L, -1);
    if (!isfinite(*out))
        lrek_report(l->problems, place, "must be a finite number, got %s",
                    isnan(*out) ? "NaN" : "infinity");
    else if (shape->type == REK_TIMESTAMP && (*out < least_timestamp || *out > greatest_timestamp))
        lrek_report(l->problems, place, "out of the range of timestamps, years 1 to 9999");
    else
        check_least(l, shape, *out, place);
    l->body_size += 32;
}

static void load_boolean(struct lrek_loader *l, bool *out, const struct lrek_place *place)
{
    if (lua_type(l->L, -1) != LUA_TBOOLEAN)
        lrek_report_type(l, place, "boolean");
    else
        *out = lua_toboolean(l->L, -1);
    l->body_size += 5;
}

void lrek_load_scalar(struct lrek_loader *l, const struct rek_shape *shape, void *out,
                      const struct lrek_place *place)
{
    switch (shape->type) {
    case REK_STRING:
        load_string(l, shape, out, place);
        return;
    case REK_BLOB:
        load_blob(l, shape, out, place);
        return;
    case REK_BOOLEAN:
        load_boolean(l, out, place);
        return;
    case REK_INTEGER:
    case REK_LONG:
        load_integer(l, shape, out, place);
        return;
    case REK_FLOAT:
    case REK_DOUBLE:
    case REK_TIMESTAMP:
        load_number(l, shape, out, place);
        return;
    default: /* load.c has the others */
        return;
    }
}
