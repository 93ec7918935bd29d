/* As small an interpreter as can be, FILE [ARGS...] or -e CODE [ARGS...], for builds with
 * sanitizers: their runtime must be in the program from its start, and Lua's own objects are
 * watched as well. The collector runs far more often than usual, so that what isn't kept alive
 * doesn't live by chance. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char prelude[] = "collectgarbage('incremental', 120, 200, 12)";

static int traceback(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* run(file, args...), or run("-e", code, args...) */
static int run(lua_State *L)
{
    bool is_code = strcmp(lua_tostring(L, 1), "-e") == 0 && lua_gettop(L) > 1;
    if (is_code)
        lua_remove(L, 1);
    int count = lua_gettop(L);
    lua_createtable(L, count - 1, 1);
    for (int i = 1; i <= count; i++) {
        lua_pushvalue(L, i);
        lua_rawseti(L, -2, i - 1);
    }
    lua_setglobal(L, "arg");
    const char *source = lua_tostring(L, 1);
    if (luaL_dostring(L, prelude) ||
        (is_code ? luaL_loadstring(L, source) : luaL_loadfile(L, source)))
        return lua_error(L);
    lua_replace(L, 1);
    lua_call(L, count - 1, 0);
    return 0;
}

int main(int argc, char **argv)
{
    lua_State *L = luaL_newstate();
    if (argc < 2 || !L) {
        fprintf(stderr, "usage: %s FILE | -e CODE [ARGS...]\n", argv[0]);
        return 2;
    }
    luaL_openlibs(L);
    lua_pushcfunction(L, traceback);
    lua_pushcfunction(L, run);
    luaL_checkstack(L, argc, "too many arguments");
    for (int i = 1; i < argc; i++)
        lua_pushstring(L, argv[i]);
    int status = lua_pcall(L, argc - 1, 0, 1);
    if (status != LUA_OK)
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
    lua_close(L);
    return status == LUA_OK ? 0 : 1;
}
