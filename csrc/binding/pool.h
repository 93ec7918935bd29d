/* Userdata that own C memory, and the rules for their finalizers, in one place.
 *
 * An object is a userdata whose struct begins with `struct lrek_object`. Its kind says how to free
 * what it owns. Objects are known to a keeper, which the module makes before any of them: where a
 * Lua state closes, Lua runs finalizers in the opposite order of creation, and what a finalizer
 * makes then gets no finalizer of its own any more. The keeper's own finalizer, the last of ours,
 * frees whatever any object still owns; after it, no object can be made. So nothing leaks, whatever
 * finalizers do and in whatever order.
 *
 * A pool keeps objects of a kind for the next users, with their memory: the one that was given back
 * last comes first. A user that comes while none is kept (a finalizer or a hook that makes a call
 * inside a call, the first calls in flight) gets a new one.
 */
#ifndef LREK_POOL_H
#define LREK_POOL_H

#include <lua.h>
#include <stdbool.h>

struct lrek_kind {
    const char *name;        /* for error messages: "rekognition.request" */
    size_t size;             /* of the struct, all zero when it is made */
    void (*clear)(void *);   /* frees everything; a second call must do no harm */
    void (*recycle)(void *); /* for pools: empties it for the next user; may keep memory */
};

struct lrek_object {
    struct lrek_object *next; /* in the keeper's ring; NULL once cleared */
    struct lrek_object *previous;
    const struct lrek_kind *kind;
    const struct lrek_object *self;
    unsigned kept_below; /* in the pool: how many are kept besides, see pool.c */
};

/* Makes the keeper. Once for each Lua state, before the first kind. */
void lrek_open_pool(lua_State *L);

/* Makes the kind's metatable, with its finalizer, and leaves it on the stack. */
void lrek_open_kind(lua_State *L, const struct lrek_kind *kind);
/* Pushes a new object. Raises where Lua is out of memory or the state is closing. */
void *lrek_new_object(lua_State *L, const struct lrek_kind *kind, int user_values);
/* The object at `index`. Raises an argument error where the value is something else. */
void *lrek_check_object(lua_State *L, int index, const struct lrek_kind *kind);
/* Whether the object's memory was freed: by its finalizer or the keeper's. */
static inline bool lrek_is_cleared(const struct lrek_object *object)
{
    return !object->next;
}

/* Takes a kept object, or a new one, and pushes it: it must stay on the stack while it is in use.
 * Where an error is raised before it is given back, it is freed by its finalizer. */
void *lrek_take(lua_State *L, const struct lrek_kind *kind);
/* Returns the object at `index` to its pool, or leaves it to the collector where the pool is full.
 * Allocates nothing. */
void lrek_give(lua_State *L, int index, const struct lrek_kind *kind);

#endif
