-- What a host written in C may do to its process, as a Lua module for scripts that specs start.

local files = require "spec.support.files"

local build = os.getenv "BUILD" or "build"
local quoted = files.quoted

local M = {}

-- helper.exhaust() uses up the descriptors, helper.chroot(folder) goes into another root.
local HELPER = [[
#include <fcntl.h>
#include <lauxlib.h>
#include <sys/resource.h>
#include <unistd.h>
int luaopen_helper(lua_State *L);
static int exhaust(lua_State *L)
{
    struct rlimit limit = {40, 40};
    (void)L;
    setrlimit(RLIMIT_NOFILE, &limit);
    while (open("/dev/null", O_RDONLY) >= 0) {
    }
    close(39); /* a socket, and what libcurl wakes itself with, are the call's own need */
    close(38);
    close(37);
    return 0;
}
static int go(lua_State *L)
{
    if (chroot(luaL_checkstring(L, 1)) != 0 || chdir("/") != 0)
        return luaL_error(L, "chroot failed");
    return 0;
}
int luaopen_helper(lua_State *L)
{
    static const luaL_Reg functions[] = {{"exhaust", exhaust}, {"chroot", go}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
]]

--- Makes FOLDER/helper.so.
---@param folder string
function M.make(folder)
  local include = files.read(build .. "/CMakeCache.txt"):match "\nlua_include_dir:[^=]*=([^\n]*)"
  files.write(folder .. "/helper.c", HELPER)
  assert(files.run(("cc -std=gnu17 -D_GNU_SOURCE -fPIC -shared -I %s -o %s/helper.so %s/helper.c"):format(
    quoted(include), quoted(folder), quoted(folder))))
end

--- Whether the specs run as root, who alone may change the root folder.
---@return boolean
function M.is_root()
  return select(2, files.run "id -u"):match "^0\n" ~= nil
end

return M
