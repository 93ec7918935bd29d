/* The one signal handler of the project. Only bin/rekognition installs it: signals are the host's,
 * and there the host is ours. */
#include "binding/hook.h"
#include "binding/luautil.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* Where the functions lie in the registry that note a signal and raise one, and what ends the
 * handler. */
static const char NOTE = 'n';
static const char RAISE = 'r';
static const char GUARD = 'g';

/* Our decision: signals within so many seconds are one. timeout(1) sends two, to the command and to
 * its group; a terminal's Ctrl-C reaches the command twice where its parent passes it on. */
static const double ONE_S = 0.1;

static lua_State *volatile main_state; /* NULL: signals are only counted */
static volatile sig_atomic_t caught_signal;
static volatile sig_atomic_t is_from_terminal;
static volatile sig_atomic_t arrived; /* how many */
static int noted;                     /* how many of them NOTE has had */
static bool is_pending;               /* one of these is raised at the next wait */

static void set_hook(lua_State *L, int mask);

/* Runs between two steps of Lua. NOTE has each signal there; RAISE is called where C waits. A
 * signal that comes meanwhile sets the hook again. */
static void answer(lua_State *L, lua_Debug *activation)
{
    bool is_wait = lrek_is_wait(L, activation);
    lua_sethook(L, NULL, 0, 0);
    int count = arrived;
    if (count != noted) {
        noted = count;
        lua_rawgetp(L, LUA_REGISTRYINDEX, &NOTE);
        lua_pushinteger(L, caught_signal);
        lua_pushboolean(L, is_from_terminal);
        lua_call(L, 2, 1);
        is_pending = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    if (!is_pending)
        return;
    if (!is_wait) {
        set_hook(L, LUA_MASKCALL); /* a wait calls a function */
        return;
    }
    is_pending = false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &RAISE);
    lua_call(L, 0, 0);
}

static void set_hook(lua_State *L, int mask)
{
    lua_sethook(L, answer, mask, 1);
}

static bool is_repeated(void)
{
    static struct timespec last;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double passed = (double)(now.tv_sec - last.tv_sec) + (double)(now.tv_nsec - last.tv_nsec) / 1e9;
    if (arrived > 0 && passed < ONE_S)
        return true;
    last = now;
    return false;
}

/* lua_sethook is the one function of Lua that a signal handler may call. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    lua_State *L = main_state;
    if (is_repeated())
        return;
    caught_signal = number;
    is_from_terminal = info && info->si_code > 0; /* sent by the kernel, not by a process */
    arrived = arrived + 1;
    if (L)
        set_hook(L, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT);
}

/* A signal that this process was started to ignore (nohup) stays ignored. */
static void catch_signal(int number)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    struct sigaction before;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGHUP);
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

/* on_interrupt(note, raise): from now on SIGINT, SIGTERM and SIGHUP call note(number,
 * from_terminal) between two steps of the main thread; it must not raise. Signals that come before
 * it was called for the first of them count as one. Where it returns true, raise() is called at the
 * next wait of a request or of a process, and may raise there: what waits is then ended. Sleeps end
 * early for a signal. SIGPIPE is ignored: a write to a closed pipe fails instead. */
static int interrupt_on(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &RAISE);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &NOTE);
    caught_signal = 0;
    arrived = noted = 0;
    is_pending = false;
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
