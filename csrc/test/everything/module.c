/* luaopen_everything: the module, and beside Rekognition a second service in the same state, the
 * made-up one, as the field `everything`; and a fork, for the specs. */
#include "binding/service.h"
#include "test/everything/service.h"

#include <lauxlib.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int luaopen_rekognition_core(lua_State *L);
__attribute__((visibility("default"))) int luaopen_everything(lua_State *L);

/* in_fork(f) -> the exit status of a fork of this process that runs f: 0, or 1 where it raised */
static int in_fork(lua_State *L)
{
    int status = 0;
    luaL_checktype(L, 1, LUA_TFUNCTION);
    pid_t pid = fork();
    if (pid < 0)
        return luaL_error(L, "can't fork");
    if (pid == 0) {
        bool failed = lua_pcall(L, 0, 0, 0) != LUA_OK;
        if (failed)
            fprintf(stderr, "in the fork: %s\n", luaL_tolstring(L, -1, NULL));
        _exit(failed);
    }
    waitpid(pid, &status, 0);
    lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 1;
}

int luaopen_everything(lua_State *L)
{
    luaopen_rekognition_core(L);
    lrek_push_service(L, &everything_service);
    lua_setfield(L, -2, "everything");
    lua_pushcfunction(L, in_fork);
    lua_setfield(L, -2, "in_fork");
    return 1;
}
