/* Documents: any Lua value that JSON can hold, as JSON text. A table with the keys 1 to n is an
 * array, one with strings as keys an object, an empty one an object (our choice); cjson.null is
 * null. */
#include "binding/load_internal.h"
#include "core/json_write.h"
#include "core/utf8.h"

#include <math.h>

static void write_value(struct lrek_loader *l, const struct lrek_place *place);

static void write_text(struct lrek_loader *l, struct rek_slice text, const struct lrek_place *place)
{
    size_t valid = rek_utf8_valid_prefix(text);
    if (valid < text.len)
        lrek_report(l->problems, place, "invalid UTF-8 at byte %zu", valid + 1);
    else
        rek_json_write_string(l->bytes, text);
}

static void write_number(struct lrek_loader *l, const struct lrek_place *place)
{
    double value = lua_tonumber(l->L, -1);
    if (lua_isinteger(l->L, -1))
        rek_json_write_integer(l->bytes, lua_tointeger(l->L, -1));
    else if (isfinite(value))
        rek_json_write_double(l->bytes, value);
    else
        lrek_report(l->problems, place, "must be a finite number, got %s",
                    isnan(value) ? "NaN" : "infinity");
}

/* Writes the pairs of the table on top; those of an array have been found to have no holes. */
static void write_object(struct lrek_loader *l, const struct lrek_place *place)
{
    lua_State *L = l->L;
    bool first = true;
    rek_buffer_append_char(l->bytes, '{');
    lua_pushnil(L);
    while (!l->bytes->failed && lua_next(L, -2)) {
        char text[32];
        struct lrek_place here = lrek_place_of_key(L, -2, place, text);
        if (here.kind == LREK_NAME) {
            if (!first)
                rek_buffer_append_char(l->bytes, ',');
            first = false;
            write_text(l, here.name, &here);
            rek_buffer_append_char(l->bytes, ':');
            write_value(l, &here);
        } else {
            lrek_report(l->problems, &here,
                        "must be a table with the keys 1 to n, or with strings alone as keys");
        }
        lua_pop(L, 1);
    }
    rek_buffer_append_char(l->bytes, '}');
}

static void write_array(struct lrek_loader *l, lua_Integer count, const struct lrek_place *place)
{
    struct lrek_place here = {.parent = place, .kind = LREK_INDEX, .depth = place->depth + 1};
    rek_buffer_append_char(l->bytes, '[');
    for (here.index = 1; here.index <= count && !l->bytes->failed; here.index++) {
        if (here.index > 1)
            rek_buffer_append_char(l->bytes, ',');
        lua_rawgeti(l->L, -1, here.index);
        write_value(l, &here);
        lua_pop(l->L, 1);
    }
    rek_buffer_append_char(l->bytes, ']');
}

/* How many elements the table on top has where its keys are 1 to n, or 0. */
static lua_Integer count_elements(lua_State *L)
{
    lua_Integer count = 0, last = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        lua_Integer index = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
        if (index < 1) {
            lua_pop(L, 1);
            return 0;
        }
        last = index > last ? index : last;
        count++;
    }
    return last == count ? count : 0;
}

static void write_table(struct lrek_loader *l, const struct lrek_place *place)
{
    if (place->depth >= LREK_MAX_DEPTH) {
        lrek_report(l->problems, place, "nested deeper than %d levels (a cycle?)", LREK_MAX_DEPTH);
        return;
    }
    lua_Integer count = count_elements(l->L);
    if (count > 0)
        write_array(l, count, place);
    else
        write_object(l, place);
}

static void write_value(struct lrek_loader *l, const struct lrek_place *place)
{
    lua_State *L = l->L;
    int type = lua_type(L, -1);
    if (type == LUA_TTABLE)
        write_table(l, place);
    else if (type == LUA_TSTRING)
        write_text(l, lrek_string_at(L, -1), place);
    else if (type == LUA_TNUMBER)
        write_number(l, place);
    else if (type == LUA_TBOOLEAN)
        rek_json_write_boolean(l->bytes, lua_toboolean(L, -1));
    else if (type == LUA_TLIGHTUSERDATA && !lua_touserdata(L, -1))
        rek_buffer_append(l->bytes, "null", 4);
    else
        lrek_report_type(l, place, "string, number, boolean or table");
}

void lrek_load_document(struct lrek_loader *l, struct rek_slice *out,
                        const struct lrek_place *place)
{
    l->bytes->len = 0;
    write_value(l, place);
    char *text = l->bytes->failed ? NULL : rek_arena_alloc(l->arena, l->bytes->len);
    if (!text) {
        lrek_fail(l, "not enough memory");
        return;
    }
    if (l->bytes->len > 0)
        memcpy(text, l->bytes->data, l->bytes->len);
    *out = rek_slice_of(text, l->bytes->len);
    l->body_size += out->len;
}
