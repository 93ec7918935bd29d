/* Whether there is a terminal, and how wide it is. */
#if defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
#define _DARWIN_C_SOURCE /* TIOCGWINSZ */
#endif
#include "binding/luautil.h"

#include <sys/ioctl.h>
#include <unistd.h>

static int check_file(lua_State *L)
{
    lua_Integer file = luaL_checkinteger(L, 1);
    luaL_argcheck(L, file >= 0 && file <= 2, 1, "must be 0, 1 or 2");
    return (int)file;
}

/* is_terminal(file) -> boolean; 0 is the input, 1 the output, 2 the error stream */
static int terminal_is(lua_State *L)
{
    lua_pushboolean(L, isatty(check_file(L)) == 1);
    return 1;
}

/* terminal_width(file) -> its columns, or nil where it is not a terminal or doesn't say */
static int terminal_width(lua_State *L)
{
#ifdef TIOCGWINSZ
    struct winsize size;
    if (ioctl(check_file(L), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        lua_pushinteger(L, size.ws_col);
        return 1;
    }
#endif
    lua_pushnil(L);
    return 1;
}

void lrek_open_terminal(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"is_terminal", terminal_is}, {"terminal_width", terminal_width}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
