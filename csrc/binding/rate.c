/* reserve_rate, give_back_rate: rates that the whole process keeps, its other Lua states included.
 */
#include "core/rate.h"
#include "binding/luautil.h"

static lua_Number check_spacing(lua_State *L, int place)
{
    lua_Number spacing = luaL_checknumber(L, place);
    luaL_argcheck(L, spacing > 0 && spacing < 1e9, place, "must be a positive number of seconds");
    return spacing;
}

/* reserve_rate(key, seconds) -> how many seconds to wait for the key's next place, which is so many
 * seconds long, and is then taken; the moment of it */
static int rate_reserve(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    double at = 0;
    double wait = rek_rate_reserve(lrek_string_at(L, 1), check_spacing(L, 2), &at);
    if (wait < 0)
        return luaL_error(L, "not enough memory");
    lua_pushnumber(L, wait);
    lua_pushnumber(L, at);
    return 2;
}

/* give_back_rate(key, seconds, moment): the place was not used */
static int rate_give_back(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    lua_Number spacing = check_spacing(L, 2);
    rek_rate_give_back(lrek_string_at(L, 1), luaL_checknumber(L, 3), spacing);
    return 0;
}

void lrek_open_rate(lua_State *L)
{
    lua_pushcfunction(L, rate_reserve);
    lua_setfield(L, -2, "reserve_rate");
    lua_pushcfunction(L, rate_give_back);
    lua_setfield(L, -2, "give_back_rate");
}
