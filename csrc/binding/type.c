#include "binding/type.h"

#include <lauxlib.h>

void lrek_new_type(lua_State *L, const char *type)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, type) == LUA_TTABLE)
        return; /* the same copy is opened again */
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushstring(L, type);
    lua_setfield(L, -2, "__name");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, type);
}

void lrek_set_type(lua_State *L, const char *type)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, type);
    lua_setmetatable(L, -2);
}

void *lrek_check_type(lua_State *L, int index, const char *type)
{
    void *userdata = lua_touserdata(L, index);
    if (!userdata || !lua_getmetatable(L, index))
        luaL_typeerror(L, index, type);
    lua_rawgetp(L, LUA_REGISTRYINDEX, type);
    if (!lua_rawequal(L, -1, -2))
        luaL_typeerror(L, index, type);
    lua_pop(L, 2);
    return userdata;
}
