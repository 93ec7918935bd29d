/* reserve_rate: rates that the whole process keeps, its other Lua states included. */
#include "core/rate.h"
#include "binding/luautil.h"

/* reserve_rate(key, seconds) -> how many seconds to wait for the key's next moment, which is then
 * taken; moments are `seconds` apart */
static int rate_reserve(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    lua_Number spacing = luaL_checknumber(L, 2);
    luaL_argcheck(L, spacing > 0 && spacing < 1e9, 2, "must be a positive number of seconds");
    double wait = rek_rate_reserve(lrek_string_at(L, 1), spacing);
    if (wait < 0)
        return luaL_error(L, "not enough memory");
    lua_pushnumber(L, wait);
    return 1;
}

void lrek_open_rate(lua_State *L)
{
    lua_pushcfunction(L, rate_reserve);
    lua_setfield(L, -2, "reserve_rate");
}
