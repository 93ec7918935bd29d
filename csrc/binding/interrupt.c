/* The one signal handler of the project. Only bin/rekognition installs it: signals are the host's,
 * and there the host is ours. */
#include "binding/luautil.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* Where the function lies in the registry that answers a signal, and what ends the handler. */
static const char FUNCTION = 'f';
static const char GUARD = 'g';

static lua_State *volatile main_state; /* NULL: signals are only counted */
static volatile sig_atomic_t caught_signal;
static volatile sig_atomic_t is_from_terminal;

/* Runs between two steps of Lua, where raising is safe. */
static void answer(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    lua_sethook(L, NULL, 0, 0);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &FUNCTION);
    lua_pushinteger(L, caught_signal);
    lua_pushboolean(L, is_from_terminal);
    lua_call(L, 2, 0);
}

/* lua_sethook is the one function of Lua that a signal handler may call. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    lua_State *L = main_state;
    caught_signal = number;
    is_from_terminal = info && info->si_code > 0; /* sent by the kernel, not by a process */
    if (L)
        lua_sethook(L, answer, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

/* A signal that this process was started to ignore (nohup) stays ignored. */
static void catch_signal(int number)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    struct sigaction before;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN)
        return;
    sigaction(number, &action, NULL);
}

static int forget_state(lua_State *L)
{
    (void)L;
    main_state = NULL;
    return 0;
}

/* on_interrupt(f): from now on SIGINT, SIGTERM and SIGHUP call f(number, from_terminal) between two
 * steps of the main thread, where f may raise; sleeps and waits end early for it. SIGPIPE is
 * ignored: a write to a closed pipe fails instead. */
static int interrupt_on(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &FUNCTION);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &GUARD) == LUA_TNIL) {
        lua_newuserdatauv(L, 1, 0);
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, forget_state);
        lua_setfield(L, -2, "__gc");
        lua_setmetatable(L, -2);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &GUARD);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
    main_state = lua_tothread(L, -1);
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    catch_signal(SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

/* interrupted() -> the number of the signal that came last, or nil */
static int interrupt_last(lua_State *L)
{
    if (caught_signal == 0)
        return 0;
    lua_pushinteger(L, caught_signal);
    return 1;
}

void lrek_open_interrupt(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"on_interrupt", interrupt_on}, {"interrupted", interrupt_last}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
