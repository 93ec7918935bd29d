#include "binding/pool.h"

#include "binding/type.h"

#include <lauxlib.h>
#include <string.h>

static const char KEEPER_TYPE[] = "rekognition.keeper";

static const char keeper_key;

enum { NEXT_KEPT = 1 };  /* a user value */
enum { MOST_KEPT = 64 }; /* of a kind, our choice: a step of an engine ends as many calls */

/* The ring of all objects, the keeper's own node among them. */
struct keeper {
    struct lrek_object ring;
    bool closed;
};

static void clear_object(struct lrek_object *object)
{
    if (lrek_is_cleared(object))
        return;
    object->previous->next = object->next;
    object->next->previous = object->previous;
    object->next = NULL;
    object->kind->clear(object);
}

/* The finalizer of every kind, with the kind as its upvalue. */
static int object_gc(lua_State *L)
{
    const struct lrek_kind *kind = lua_touserdata(L, lua_upvalueindex(1));
    clear_object(lrek_check_object(L, 1, kind));
    return 0;
}

static int keeper_gc(lua_State *L)
{
    struct keeper *keeper = lrek_check_type(L, 1, KEEPER_TYPE);
    keeper->closed = true;
    while (keeper->ring.next != &keeper->ring)
        clear_object(keeper->ring.next);
    return 0;
}

void lrek_open_pool(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &keeper_key) == LUA_TUSERDATA) {
        lua_pop(L, 1); /* the same copy of the module is opened again */
        return;
    }
    lrek_new_type(L, KEEPER_TYPE);
    lua_pushcfunction(L, keeper_gc);
    lua_setfield(L, -2, "__gc");
    struct keeper *keeper = lua_newuserdatauv(L, sizeof *keeper, 0);
    *keeper = (struct keeper){.ring = {.next = &keeper->ring, .previous = &keeper->ring}};
    lrek_set_type(L, KEEPER_TYPE);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &keeper_key);
    lua_pop(L, 2);
}

/* The registry's keys: a kind's address is its metatable's, the one after it that of the kept: a
 * chain by their first user value, the one that was given back last at its front. */
static const void *kept_key(const struct lrek_kind *kind)
{
    return &kind->size;
}

void lrek_open_kind(lua_State *L, const struct lrek_kind *kind)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, kind) == LUA_TTABLE)
        return; /* the same copy of the module is opened again */
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushstring(L, kind->name);
    lua_setfield(L, -2, "__name");
    lua_pushlightuserdata(L, (void *)kind);
    lua_pushcclosure(L, object_gc, 1);
    lua_setfield(L, -2, "__gc");
    lua_pushboolean(L, 0); /* the place of the kept, so that filling it allocates nothing */
    lua_rawsetp(L, LUA_REGISTRYINDEX, kept_key(kind));
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, kind);
}

void *lrek_new_object(lua_State *L, const struct lrek_kind *kind, int user_values)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &keeper_key);
    struct keeper *keeper = lua_touserdata(L, -1);
    if (!keeper || keeper->closed) {
        luaL_error(L, "the Lua state is closing");
        return NULL; /* luaL_error never comes back, which not every compiler knows */
    }
    lua_pop(L, 1); /* the registry holds it */
    struct lrek_object *object = lua_newuserdatauv(L, kind->size, user_values);
    memset(object, 0, kind->size);
    object->kind = kind;
    object->self = object;
    object->previous = &keeper->ring;
    object->next = keeper->ring.next;
    object->next->previous = object;
    keeper->ring.next = object;
    lua_rawgetp(L, LUA_REGISTRYINDEX, kind);
    lua_setmetatable(L, -2);
    return object;
}

void *lrek_check_object(lua_State *L, int index, const struct lrek_kind *kind)
{
    struct lrek_object *object = lua_touserdata(L, index);
    /* A userdata of that size that has its own address and the kind's in it is one of ours. */
    if (object && lua_rawlen(L, index) >= kind->size && object->self == object &&
        object->kind == kind)
        return object;
    if (!object || !lua_getmetatable(L, index))
        luaL_typeerror(L, index, kind->name);
    lua_rawgetp(L, LUA_REGISTRYINDEX, kind);
    if (!lua_rawequal(L, -1, -2))
        luaL_typeerror(L, index, kind->name);
    lua_pop(L, 2);
    return object;
}

void *lrek_take(lua_State *L, const struct lrek_kind *kind)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, kept_key(kind));
    struct lrek_object *object = lua_touserdata(L, -1);
    if (object && !lrek_is_cleared(object)) {
        lua_getiuservalue(L, -1, NEXT_KEPT);
        lua_rawsetp(L, LUA_REGISTRYINDEX, kept_key(kind));
        return object;
    }
    lua_pop(L, 1);
    return lrek_new_object(L, kind, NEXT_KEPT);
}

void lrek_give(lua_State *L, int index, const struct lrek_kind *kind)
{
    struct lrek_object *object = lua_touserdata(L, index);
    if (lrek_is_cleared(object))
        return;
    kind->recycle(object);
    index = lua_absindex(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, kept_key(kind));
    const struct lrek_object *front = lua_touserdata(L, -1);
    object->kept_below = front ? front->kept_below + 1 : 0;
    if (object->kept_below >= MOST_KEPT) {
        lua_pop(L, 1);
        return;
    }
    lua_setiuservalue(L, index, NEXT_KEPT);
    lua_pushvalue(L, index);
    lua_rawsetp(L, LUA_REGISTRYINDEX, kept_key(kind));
}
