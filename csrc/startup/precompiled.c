/* Compiling this library's Lua files takes a sixth of a process's time up to its first response, so
 * the module has their compiled forms (lua/rekognition/init.lua looks for them). */
#include "startup/precompiled.h"

#include "binding/luautil.h"

#include <stdbool.h>
#include <string.h>

/* Lua has it; a host with a Lua of its own may have left it out. */
#pragma weak lua_ident

/* "$LuaVersion: Lua 5.4.4  Copyright (C) ..." has the release as words. */
static bool is_same_release(void)
{
    const char *ident = lua_ident; /* so that its address is looked at */
    const char *found = ident ? strstr(ident, lrek_chunks_release) : NULL;
    return found && found[strlen(lrek_chunks_release)] == ' ';
}

/* As precompile.lua reckons it. It tells edited files from unedited ones, and guards nothing. */
static uint64_t checksum(const char *text, size_t len)
{
    uint64_t sum = 0;
    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text + at, len - at < sizeof word ? len - at : sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        sum ^= sum >> 29;
    }
    return sum;
}

/* precompiled(source) -> the function that load(source) gives, or nil where the source is not one
 * of those that were compiled with this module, or the running Lua is another release than the one
 * that compiled them: its instructions may differ. */
static int precompiled(lua_State *L)
{
    size_t len;
    const char *source = luaL_checklstring(L, 1, &len);
    uint64_t sum = checksum(source, len);
    const struct lrek_chunk *chunk = lrek_chunks;
    while (chunk->data && (chunk->checksum != sum || chunk->source_len != len))
        chunk++;
    if (!chunk->data || !is_same_release() ||
        luaL_loadbufferx(L, (const char *)chunk->data, chunk->len, "=rekognition", "b") != LUA_OK)
        lua_pushnil(L);
    return 1;
}

/* is_c_function(value) -> whether it is one, as Lua's own searchers are */
static int is_c_function(lua_State *L)
{
    lua_pushboolean(L, lua_iscfunction(L, 1));
    return 1;
}

void lrek_open_precompiled(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"precompiled", precompiled}, {"is_c_function", is_c_function}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
