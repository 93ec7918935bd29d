/* The library's own Lua files, bound when it is loaded: what a call, an error or a renewal needs is
 * in memory then, whatever becomes of the files, of package.path, of `require` or of `io` later. */
#include "binding/luautil.h"
#include "startup/compiled.h"

#include <stdbool.h>
#include <string.h>

/* Lua has it; a host with a Lua of its own may have left it out. */
#pragma weak lua_ident

/* Upvalues of the library's `require`. */
enum { HOST_REQUIRE = 1, FOLDER, ENVIRONMENT, CHUNKS, VALID, OWN, UPVALUE_COUNT = OWN };

static const char init_file[] = "rekognition/init.lua";

/* Runs the chunk on top as the module `name`, the string at 1, and leaves what it returned. */
static int run_chunk(lua_State *L, const char *path)
{
    lua_pushvalue(L, lua_upvalueindex(ENVIRONMENT));
    if (!lua_setupvalue(L, -2, 1))
        lua_pop(L, 1); /* a file without a global */
    lua_pushvalue(L, 1);
    lua_pushstring(L, path);
    lua_call(L, 2, 1);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(L, 1);
    if (lua_isnil(L, -3)) {
        lua_pushboolean(L, 1);
        lua_replace(L, -4);
    }
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return 1;
}

static int fail_to_load(lua_State *L, const char *name, const char *path)
{
    return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", name, path,
                      lua_tostring(L, -1));
}

/* Pushes the chunk of the file, or returns false if there is no such file. */
static bool load_file(lua_State *L, const char *name, const char *path)
{
    int status = luaL_loadfilex(L, path, NULL);
    if (status == LUA_ERRFILE) {
        lua_pop(L, 1);
        return false;
    }
    if (status != LUA_OK)
        fail_to_load(L, name, path);
    return true;
}

/* A file that the build doesn't know: looked for beside the others. */
static bool load_unknown(lua_State *L, const char *name)
{
    static const char *const endings[] = {".lua", "/init.lua"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        lua_pushvalue(L, lua_upvalueindex(FOLDER));
        luaL_gsub(L, name, ".", "/");
        lua_pushstring(L, endings[i]);
        lua_concat(L, 3);
        if (load_file(L, name, lua_tostring(L, -1))) {
            lua_insert(L, -2);
            return true; /* the path lies on top of the chunk */
        }
        lua_pop(L, 1);
    }
    return false;
}

static void load_compiled(lua_State *L, const struct rek_chunk *chunk)
{
    if (luaL_loadbufferx(L, (const char *)chunk->data, chunk->len, "=rekognition", "b") != LUA_OK)
        fail_to_load(L, chunk->name, chunk->file);
}

static int call_host(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(HOST_REQUIRE));
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

static bool is_own(const char *name)
{
    return strncmp(name, "rekognition.", 12) == 0;
}

/* Leaves the module `name`, the string at 1, which was not required before. */
static int load_module(lua_State *L, const char *name)
{
    if (!is_own(name) || strcmp(name, "rekognition.core") == 0)
        return call_host(L);
    size_t place = rek_find_chunk(name);
    const bool *valid = lua_touserdata(L, lua_upvalueindex(VALID));
    if (place < rek_chunk_count && valid[place]) {
        load_compiled(L, &rek_chunks[place]);
        return run_chunk(L, rek_chunks[place].file);
    }
    lua_pushvalue(L, 1);
    if (lua_rawget(L, lua_upvalueindex(CHUNKS)) == LUA_TFUNCTION)
        return run_chunk(L, rek_chunks[place].file);
    if (load_unknown(L, name)) {
        lua_insert(L, -2); /* path, chunk */
        const char *path = lua_tostring(L, -2);
        return run_chunk(L, path);
    }
    return call_host(L);
}

/* Pushes the module `name`, the string at 1, if it was required before. A host may empty
 * package.loaded, or restore what was in it earlier: a second copy of a module would have an error
 * class of its own. What stands in package.loaded comes first all the same. */
static bool find_module(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(L, 1);
    lua_rawget(L, -2);
    if (!lua_toboolean(L, -1)) {
        lua_pushvalue(L, 1);
        lua_rawget(L, lua_upvalueindex(OWN));
    }
    return lua_toboolean(L, -1);
}

/* require(name) -> the module, as Lua's own does. Those of this library come from memory, and their
 * globals are those that there were when it was loaded. */
static int library_require(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    if (!find_module(L)) {
        lua_settop(L, 1);
        load_module(L, name);
    }
    if (is_own(name)) {
        lua_pushvalue(L, 1);
        lua_pushvalue(L, -2);
        lua_rawset(L, lua_upvalueindex(OWN));
    }
    return 1;
}

/* Pushes a copy of the globals, with the library's `require`, the value at `require`. */
static void push_environment(lua_State *L)
{
    lua_newtable(L);
    lua_pushglobaltable(L);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -5);
    }
    lua_pop(L, 1);
}

/* Loads the files that aren't valid in their compiled form, so that none is read later. Pushes
 * { name = chunk }. A file that is missing is missed when it is asked for. */
static void push_chunks(lua_State *L, const char *folder, const bool *valid)
{
    lua_newtable(L);
    for (size_t i = 0; i < rek_chunk_count; i++) {
        if (valid[i])
            continue;
        const char *path = lua_pushfstring(L, "%s%s", folder, rek_chunks[i].file);
        if (load_file(L, rek_chunks[i].name, path))
            lua_setfield(L, -3, rek_chunks[i].name);
        lua_pop(L, 1);
    }
}

/* bind(path, require) -> the library's `require`. `path` is that of lua/rekognition/init.lua,
 * beside which the other files are; `require` is the host's. Without a path (a host that has the
 * files elsewhere) it is the host's. */
static int bind(lua_State *L)
{
    size_t len = 0;
    const char *path = lua_isstring(L, 1) ? lua_tolstring(L, 1, &len) : NULL;
    size_t tail = sizeof init_file - 1;
    lua_settop(L, 2);
    if (!path || len < tail || strcmp(path + len - tail, init_file) != 0)
        return 1;
    const char *folder = lua_pushlstring(L, path, len - tail);
    push_environment(L);
    bool *valid = lua_newuserdatauv(L, (rek_chunk_count + 1) * sizeof *valid, 0);
    const char *ident = lua_ident; /* so that its address is looked at */
    rek_check_chunks(folder, ident, valid);
    push_chunks(L, folder, valid);
    lua_insert(L, -2);
    lua_newtable(L); /* require, folder, environment, chunks, valid, own */
    lua_pushvalue(L, 4);
    lua_insert(L, 2);
    lua_pushcclosure(L, library_require, UPVALUE_COUNT);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "require");
    return 1;
}

/* modules() -> { name, ... }: the library's modules, as the build found them */
static int modules(lua_State *L)
{
    lua_createtable(L, (int)rek_chunk_count, 0);
    for (size_t i = 0; i < rek_chunk_count; i++) {
        lua_pushstring(L, rek_chunks[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

void lrek_open_modules(lua_State *L)
{
    static const luaL_Reg functions[] = {{"bind", bind}, {"modules", modules}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
