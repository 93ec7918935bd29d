/* rekognition.core as Lua finds it: loads the module proper, core_main.so beside this file, and
 * opens that. Lua's own loader binds every symbol immediately (RTLD_NOW), in the forty libraries
 * that libcurl brings as well, which takes a twentieth of the time up to a process's first
 * response; bound when they are first called (RTLD_LAZY), most of them never are. The module's own
 * symbols are bound immediately, so that a missing one shows when the module is loaded. */
#include <dlfcn.h>
#include <lauxlib.h>
#include <string.h>

__attribute__((visibility("default"))) int luaopen_rekognition_core(lua_State *L);

int luaopen_rekognition_core(lua_State *L)
{
    static const char open_name[] = "luaopen_rekognition_core";
    Dl_info here;
    if (!dladdr(open_name, &here))
        return luaL_error(L, "rekognition.core can't find its own file: %s", dlerror());
    const char *slash = strrchr(here.dli_fname, '/');
    lua_pushlstring(L, here.dli_fname, slash ? (size_t)(slash - here.dli_fname) + 1 : 0);
    lua_pushliteral(L, "core_main.so");
    lua_concat(L, 2);
    void *module = dlopen(lua_tostring(L, -1), RTLD_LAZY | RTLD_LOCAL);
    lua_CFunction open = NULL;
    if (module)
        *(void **)&open = dlsym(module, open_name); /* as POSIX has it */
    if (!open)
        return luaL_error(L, "rekognition.core can't be loaded: %s", dlerror());
    return open(L);
}
