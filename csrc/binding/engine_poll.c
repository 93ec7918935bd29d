/* What an engine is waited for by: its descriptor, its moments, and descriptors of others. */
#include "binding/engine_internal.h"

/* engine:watch(descriptor): until it is readable once, see `readable` */
static int engine_watch(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_engine(L, 1);
    int fd = (int)luaL_checkinteger(L, 2);
    return rek_http_engine_watch(engine->core, fd) ? 0 : luaL_error(L, "not enough memory");
}

/* engine:unwatch(descriptor) */
static int engine_unwatch(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_engine(L, 1);
    rek_http_engine_unwatch(engine->core, (int)luaL_checkinteger(L, 2));
    return 0;
}

/* engine:readable() -> a descriptor that became readable, not watched any more; or nothing */
static int engine_readable(lua_State *L)
{
    int fd = rek_http_engine_readable(lrek_check_engine(L, 1)->core);
    if (fd < 0)
        return 0;
    lua_pushinteger(L, fd);
    return 1;
}

/* engine:pollfd() -> a descriptor that is readable when a step has something to do; nil where the
 * system has no such thing */
static int engine_pollfd(lua_State *L)
{
    int fd = rek_http_engine_fd(lrek_check_engine(L, 1)->core);
    if (fd < 0)
        return 0;
    lua_pushinteger(L, fd);
    return 1;
}

/* engine:timeout() -> seconds until a step is due where nothing moves, or nil */
static int engine_timeout(lua_State *L)
{
    int left = rek_http_engine_timeout(lrek_check_engine(L, 1)->core);
    if (left < 0)
        return 0;
    lua_pushnumber(L, (lua_Number)left / 1000);
    return 1;
}

/* engine:arm(seconds): the descriptor becomes readable by itself after so long, or earlier, when a
 * step is due; nil: only then */
static int engine_arm(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_engine(L, 1);
    rek_http_engine_arm(engine->core, lrek_engine_milliseconds(luaL_optnumber(L, 2, -1)));
    return 0;
}

const luaL_Reg lrek_engine_poll_methods[] = {{"watch", engine_watch},
                                             {"unwatch", engine_unwatch},
                                             {"readable", engine_readable},
                                             {"pollfd", engine_pollfd},
                                             {"timeout", engine_timeout},
                                             {"arm", engine_arm},
                                             {NULL, NULL}};
