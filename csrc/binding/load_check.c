/* What loading a value of any type needs: checks, and how what is wrong is said. */
#include "binding/load_internal.h"
#include "core/utf8.h"

#include <stdio.h>
#include <string.h>

void lrek_fail(struct lrek_loader *l, const char *failure)
{
    if (!l->failure)
        l->failure = failure;
}

const char *lrek_type_name(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        return lua_isinteger(L, index) ? "integer" : "float";
    case LUA_TLIGHTUSERDATA:
        return "light userdata";
    case LUA_TTHREAD:
        return "coroutine";
    default:
        return lua_typename(L, lua_type(L, index));
    }
}

void lrek_report_type(struct lrek_loader *l, const struct lrek_place *place, const char *wanted)
{
    bool is_null = lua_type(l->L, -1) == LUA_TLIGHTUSERDATA && !lua_touserdata(l->L, -1);
    lrek_report(l->problems, place, "must be %s %s, got %s", wanted[0] == 'i' ? "an" : "a", wanted,
                is_null ? "null (leave it out instead)" : lrek_type_name(l->L, -1));
}

struct lrek_place lrek_place_of_key(lua_State *L, int index, const struct lrek_place *parent,
                                    char text[32])
{
    struct lrek_place place = {.parent = parent, .kind = LREK_ODD_KEY, .depth = parent->depth + 1};
    if (lua_type(L, index) == LUA_TSTRING) {
        place.kind = LREK_NAME;
        place.name = lrek_string_at(L, index);
    } else if (lua_isinteger(L, index)) {
        place.kind = LREK_INDEX;
        place.index = lua_tointeger(L, index);
    } else if (lua_type(L, index) == LUA_TNUMBER) {
        place.name = rek_slice_cstr(lrek_write_number(text, lua_tonumber(L, index)));
    } else if (lua_type(L, index) == LUA_TBOOLEAN) {
        place.name = lua_toboolean(L, index) ? REK_SLICE("true") : REK_SLICE("false");
    } else {
        place.name = rek_slice_cstr(lua_typename(L, lua_type(L, index)));
    }
    return place;
}

void lrek_check_count(struct lrek_loader *l, const struct rek_shape *shape, size_t count,
                      const char *unit, const struct lrek_place *place)
{
    if (shape->has_min && (double)count < shape->min)
        lrek_report(l->problems, place, "must have at least %.0f %s%s, has %zu", shape->min, unit,
                    shape->min > 1 ? "s" : "", count);
}

/* Whether a name was given where an ARN goes: AWS's operations take no names there. */
static bool is_name_for_arn(struct rek_slice text, const struct lrek_place *place)
{
    struct rek_slice name = place->name;
    return place->kind == LREK_NAME && name.len >= 3 &&
           memcmp(name.data + name.len - 3, "Arn", 3) == 0 && text.len > 0 &&
           (text.len < 4 || memcmp(text.data, "arn:", 4) != 0);
}

void lrek_check_text(struct lrek_loader *l, const struct rek_shape *shape, struct rek_slice text,
                     const struct lrek_place *place)
{
    size_t count = text.len;
    if (!rek_utf8_is_ascii(text)) {
        size_t valid = rek_utf8_valid_prefix(text);
        if (valid < text.len) {
            lrek_report(l->problems, place, "invalid UTF-8 at byte %zu", valid + 1);
            return;
        }
        count = rek_utf8_count(text);
    }
    if (shape->has_min && (double)count < shape->min && is_name_for_arn(text, place))
        lrek_report(l->problems, place,
                    "must have at least %.0f characters, has %zu; it must be an ARN, not a name",
                    shape->min, count);
    else
        lrek_check_count(l, shape, count, "character", place);
}
