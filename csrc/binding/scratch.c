#include "binding/scratch.h"

#include "binding/type.h"

#include <lauxlib.h>

static const char SCRATCH_TYPE[] = "rekognition.scratch";

/* A buffer that grew beyond this goes back to the heap after its call. Our choice. */
enum { KEPT_BYTES = 64 * 1024 };

static const char registry_key;

static void empty_buffer(struct rek_buffer *buffer)
{
    if (buffer->failed || buffer->capacity > KEPT_BYTES)
        rek_buffer_clear(buffer);
    buffer->len = 0;
}

static int scratch_gc(lua_State *L)
{
    struct lrek_scratch *scratch = lrek_check_type(L, 1, SCRATCH_TYPE);
    rek_arena_clear(&scratch->arena);
    rek_buffer_clear(&scratch->bytes);
    rek_buffer_clear(&scratch->problems.text);
    rek_json_reader_clear(&scratch->reader);
    scratch->collected = true;
    return 0;
}

static struct lrek_scratch *new_scratch(lua_State *L)
{
    struct lrek_scratch *scratch = lua_newuserdatauv(L, sizeof *scratch, 0);
    rek_arena_init(&scratch->arena);
    rek_buffer_init(&scratch->bytes);
    rek_buffer_init(&scratch->problems.text);
    scratch->problems.count = 0;
    scratch->collected = false;
    rek_json_reader_init(&scratch->reader, REK_SLICE(""));
    lrek_set_type(L, SCRATCH_TYPE);
    return scratch;
}

void lrek_open_scratch(lua_State *L)
{
    lrek_new_type(L, SCRATCH_TYPE);
    lua_pushcfunction(L, scratch_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    new_scratch(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &registry_key);
}

struct lrek_scratch *lrek_take_scratch(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key);
    struct lrek_scratch *scratch = lua_touserdata(L, -1);
    if (!scratch) {
        lua_pop(L, 1);
        return new_scratch(L);
    }
    if (scratch->collected)
        luaL_error(L, "the Lua state is closing");
    lua_pushboolean(L, 0); /* taken; the slot stays, so that putting it back allocates nothing */
    lua_rawsetp(L, LUA_REGISTRYINDEX, &registry_key);
    return scratch;
}

void lrek_give_scratch(lua_State *L, int index)
{
    struct lrek_scratch *scratch = lua_touserdata(L, index);
    rek_arena_reset(&scratch->arena);
    empty_buffer(&scratch->bytes);
    empty_buffer(&scratch->problems.text);
    scratch->problems.count = 0;
    rek_json_reader_clear(&scratch->reader);
    lua_pushvalue(L, index);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &registry_key);
}
