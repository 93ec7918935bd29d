/* JSON without a shape, by the core's own reader. */
#include "binding/luautil.h"
#include "binding/push.h"

/* read_json(text) -> value
 *
 * Reads any JSON (RFC 8259) by what it says: numbers without fraction and exponent that fit in 64
 * bits are integers, others floats; null is absent, in lists as well. Otherwise nil, message,
 * position of the byte (from 1). */
static int json_read(lua_State *L)
{
    size_t offset;
    luaL_checktype(L, 1, LUA_TSTRING);
    if (lrek_push_json(L, lrek_string_at(L, 1), &offset))
        return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushinteger(L, (lua_Integer)offset + 1);
    return 3;
}

void lrek_open_json(lua_State *L)
{
    lua_pushcfunction(L, json_read);
    lua_setfield(L, -2, "read_json");
}
