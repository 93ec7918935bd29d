#include "binding/luautil.h"

#include <limits.h>

struct rek_slice lrek_check_slice(lua_State *L, int index)
{
    size_t len;
    const char *text = luaL_checklstring(L, index, &len);
    return rek_slice_of(text, len);
}

struct rek_slice lrek_opt_slice(lua_State *L, int index)
{
    return lua_isnoneornil(L, index) ? rek_slice_of(NULL, 0) : lrek_check_slice(L, index);
}

void lrek_push_slice(lua_State *L, struct rek_slice slice)
{
    lua_pushlstring(L, slice.len > 0 ? slice.data : "", slice.len);
}

int lrek_raw_field(lua_State *L, int index, const char *name)
{
    index = lua_absindex(L, index);
    lua_pushstring(L, name);
    return lua_rawget(L, index);
}

struct rek_slice lrek_opt_text_field(lua_State *L, int index, const char *name)
{
    int type = lrek_raw_field(L, index, name);
    if (type == LUA_TNIL)
        return rek_slice_of(NULL, 0);
    if (type != LUA_TSTRING)
        luaL_error(L, "%s must be a string, got %s", name, luaL_typename(L, -1));
    return lrek_string_at(L, -1);
}

struct rek_slice lrek_text_field(lua_State *L, int index, const char *name)
{
    struct rek_slice text = lrek_opt_text_field(L, index, name);
    if (!text.data)
        luaL_error(L, "%s must be a string, got nil", name);
    return text;
}

bool lrek_flag_field(lua_State *L, int index, const char *name)
{
    lrek_raw_field(L, index, name);
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

long lrek_milliseconds(lua_Number seconds)
{
    lua_Number milliseconds = seconds * 1000;
    if (!(milliseconds > 1))
        return 1;
    if (milliseconds >= INT_MAX)
        return INT_MAX;
    long whole = (long)milliseconds;
    return (lua_Number)whole < milliseconds ? whole + 1 : whole;
}

void lrek_push_pair(lua_State *L, struct rek_slice name, struct rek_slice value)
{
    lua_createtable(L, 2, 0);
    lrek_push_slice(L, name);
    lua_rawseti(L, -2, 1);
    lrek_push_slice(L, value);
    lua_rawseti(L, -2, 2);
}

/* One part of the pair on top of the stack. */
static bool read_part(lua_State *L, int part, struct rek_slice *out)
{
    bool ok = lua_rawgeti(L, -1, part) == LUA_TSTRING;
    if (ok)
        *out = lrek_string_at(L, -1);
    lua_pop(L, 1);
    return ok;
}

bool lrek_read_pair(lua_State *L, int index, lua_Integer position, struct rek_http_header *pair)
{
    bool ok = lua_rawgeti(L, index, position) == LUA_TTABLE && read_part(L, 1, &pair->name) &&
              read_part(L, 2, &pair->value);
    lua_pop(L, 1);
    return ok;
}
