-- A thread of the host's that has no memory left, and makes its first random UUID there: the call fails, and the process
-- lives. Memory of each thread's own is made when a thread first looks at it, and the C library ends the process where
-- that fails; so the module must not use such memory.

local files = require "spec.support.files"

local build = os.getenv "BUILD" or "build"
local quoted = files.quoted

local HOST = [[
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local int failing; /* the program's own has its place from the start */

void *malloc(size_t size) { return failing ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return failing ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return failing ? NULL : __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { return failing ? NULL : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = memalign(alignment, size);
    return *out ? 0 : 12;
}

static void *run(void *context)
{
    lua_State *L = context;
    static const char *const names[] = {"first", "second"};
    for (int i = 0; i < 2; i++) {
        lua_getglobal(L, names[i]);
        failing = i == 0;
        int status = lua_pcall(L, 0, 0, 0);
        failing = 0;
        printf("%s %d\n", names[i], i == 0 || status == LUA_OK);
        lua_settop(L, 0);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    lua_State *L = luaL_newstate();
    pthread_t thread;
    luaL_openlibs(L);
    if (argc < 2 || luaL_dofile(L, argv[1]) != LUA_OK) {
        puts(lua_tostring(L, -1));
        return 1;
    }
    lua_settop(L, 0);
    pthread_create(&thread, NULL, run, L);
    pthread_join(thread, NULL);
    return 0;
}
]]

describe("a thread without memory", function()
  local cache = files.read(build .. "/CMakeCache.txt")
  local include = cache:match "\nlua_include_dir:[^=]*=([^\n]*)"
  local library = cache:match "\nlua_library:[^=]*=([^\n]*)"

  it("makes a UUID, or raises", function()
    if not files.run "ldd --version 2>&1 | grep -qi -e glibc -e gnu" then return pending "needs the GNU C library" end
    files.with_folder(function(folder)
      files.write(folder .. "/host.c", HOST)
      files.write(folder .. "/script.lua", ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. [[
        local core = require "rekognition.core"
        function first() core.uuid() end
        function second() assert(#core.uuid() == 36) end]])
      local ok, output = files.run(("cc -std=gnu17 -Wno-missing-prototypes -I %s -o %s/host %s/host.c %s -lm -ldl -lpthread"):format(
        quoted(include), quoted(folder), quoted(folder), quoted(library)))
      assert(ok, output)
      ok, output = files.run(("%s/host %s/script.lua"):format(quoted(folder), quoted(folder)))
      assert.equal("first 1\nsecond 1\n", output)
      assert.is_true(ok)
    end)
  end)

  it("finds no memory of threads in the module", function()
    for _, name in ipairs { "core", "core_main" } do
      local path = ("%s/lib/rekognition/%s.so"):format(build, name)
      local ok, output = files.run("readelf -lW " .. quoted(path))
      if not ok then return pending "needs readelf" end
      assert.is_truthy(output:find("LOAD", 1, true), output)
      assert.is_nil(output:find("TLS", 1, true), name)
    end
  end)
end)
