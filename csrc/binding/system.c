/* Time, sleep and randomness: the defaults behind the seams `clock`, `sleep` and `random`; and what
 * the system says of itself. */
#include "binding/luautil.h"
#include "core/crypto.h"
#include "core/fork.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

static lua_Number read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9;
}

/* now() -> seconds since the epoch, with a fraction */
static int system_now(lua_State *L)
{
    lua_pushnumber(L, read_clock(CLOCK_REALTIME));
    return 1;
}

/* monotonic() -> seconds since some fixed moment, never set back */
static int system_monotonic(lua_State *L)
{
    lua_pushnumber(L, read_clock(CLOCK_MONOTONIC));
    return 1;
}

/* sleep(seconds) -> the seconds that are left where a signal ended it, or 0; nothing where not
 * positive; at most some 68 years in one call. Whoever goes on sleeping does so in Lua, where the
 * hook runs by which an interpreter answers SIGINT. */
static int system_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds == seconds, 1, "not a number");
    if (seconds <= 0)
        seconds = 0;
    if (seconds > INT32_MAX)
        seconds = INT32_MAX;
    struct timespec left = {.tv_sec = (time_t)seconds};
    left.tv_nsec = (long)((seconds - (lua_Number)left.tv_sec) * 1e9);
    bool is_interrupted = nanosleep(&left, &left) != 0 && errno == EINTR;
    lua_pushnumber(L,
                   is_interrupted ? (lua_Number)left.tv_sec + (lua_Number)left.tv_nsec / 1e9 : 0);
    return 1;
}

/* random() -> a number in [0, 1), from the system's generator: Lua's own is neither read nor
 * reseeded */
static int system_random(lua_State *L)
{
    uint64_t bits;
    if (!rek_random_bytes(&bits, sizeof bits))
        return luaL_error(L, "the system gave no random bytes");
    lua_pushnumber(L, (lua_Number)(bits >> 11) * 0x1p-53);
    return 1;
}

/* uuid() -> a random UUID (RFC 9562, version 4), in lower case */
static int system_uuid(lua_State *L)
{
    char uuid[REK_UUID_LENGTH];
    if (!rek_random_uuid(uuid))
        return luaL_error(L, "the system gave no random bytes");
    lua_pushlstring(L, uuid, sizeof uuid);
    return 1;
}

/* platform() -> the system's name, as `uname` has it: "Linux" */
static int system_platform(lua_State *L)
{
    struct utsname name;
    if (uname(&name) < 0)
        return luaL_error(L, "the system does not tell its name");
    lua_pushstring(L, name.sysname);
    return 1;
}

/* home_folder(user) -> the home folder of a user of this machine, or nil: what "~user" stands for
 */
static int system_home_folder(lua_State *L)
{
    const char *user = luaL_checkstring(L, 1);
    char text[16384];
    struct passwd entry;
    struct passwd *found = NULL;
    if (getpwnam_r(user, &entry, text, sizeof text, &found) == 0 && found && found->pw_dir)
        lua_pushstring(L, found->pw_dir);
    else
        lua_pushnil(L);
    return 1;
}

/* descriptor_limit() -> how many descriptors the process may have open (`ulimit -n`) */
static int system_descriptor_limit(lua_State *L)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur > INT_MAX)
        lua_pushinteger(L, INT_MAX);
    else
        lua_pushinteger(L, (lua_Integer)limit.rlim_cur);
    return 1;
}

/* fork_generation() -> a number that is another one in the child of a fork */
static int system_fork_generation(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)rek_fork_generation());
    return 1;
}

void lrek_open_system(lua_State *L)
{
    static const luaL_Reg functions[] = {{"now", system_now},
                                         {"monotonic", system_monotonic},
                                         {"sleep", system_sleep},
                                         {"random", system_random},
                                         {"uuid", system_uuid},
                                         {"platform", system_platform},
                                         {"fork_generation", system_fork_generation},
                                         {"home_folder", system_home_folder},
                                         {"descriptor_limit", system_descriptor_limit},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
