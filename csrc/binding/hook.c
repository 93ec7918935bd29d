#include "binding/hook.h"

#include <lauxlib.h>
#include <time.h>

static const char nothing_key;

/* A hook that stays (a debugger's, a profiler's) runs this often while a call waits. */
static const double INTERVAL_S = 0.1;

static double monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void lrek_open_hook(lua_State *L)
{
    if (luaL_loadstring(L, "return") != LUA_OK)
        lua_error(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &nothing_key);
}

bool lrek_is_wait(lua_State *L, lua_Debug *activation)
{
    lua_getinfo(L, "f", activation);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &nothing_key);
    bool is_wait = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return is_wait;
}

/* Lets the hook of `state` run by calling a function that does nothing. False where it raised: what
 * it raised is then on top of L's stack. */
static bool run(struct lrek_hook *hook, lua_State *state)
{
    if (!lua_checkstack(state, 2) || !lua_checkstack(hook->L, 2))
        return true; /* the next look comes soon */
    lua_rawgetp(state, LUA_REGISTRYINDEX, &nothing_key);
    if (lua_pcall(state, 0, 0, 0) == LUA_OK)
        return true;
    if (state != hook->L)
        lua_xmove(state, hook->L, 1);
    hook->raised = true;
    return false;
}

/* The state whose hook is to run: the one that calls, or, since lua.c sets that one's, the main
 * one. NULL where neither has any. */
static lua_State *find_hooked(struct lrek_hook *hook)
{
    if (lua_gethook(hook->L))
        return hook->L;
    return lua_gethook(hook->main) ? hook->main : NULL;
}

static bool look(void *context)
{
    struct lrek_hook *hook = context;
    lua_State *state = find_hooked(hook);
    if (!state) {
        hook->seen = NULL;
        return true;
    }
    double now = monotonic();
    if (lua_gethook(state) == hook->seen && now - hook->last_run < INTERVAL_S)
        return true;
    hook->seen = lua_gethook(state);
    hook->last_run = now;
    return run(hook, state);
}

struct rek_http_watch lrek_watch_hook(lua_State *L, struct lrek_hook *hook)
{
    *hook = (struct lrek_hook){.L = L, .main = L};
    if (!lua_pushthread(L)) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
        hook->main = lua_tothread(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return (struct rek_http_watch){.look = look, .context = hook};
}
