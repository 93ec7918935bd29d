/* The inside of an engine, shared by engine*.c alone. */
#ifndef LREK_ENGINE_INTERNAL_H
#define LREK_ENGINE_INTERNAL_H

#include "binding/engine.h"
#include "binding/pool.h"
#include "binding/response.h"

#include <lauxlib.h>

struct lrek_engine_slot {
    struct rek_http_job job; /* first, so that a job is its slot */
    struct rek_http_response response;
    struct lrek_request *request; /* NULL: the slot is free */
    struct lrek_engine *engine;
    lua_Integer id;
    bool lands;        /* engine:next returns what came of it */
    bool is_landing;   /* it is about to */
    lua_Number offset; /* of one that lands: the clock's, when it was signed */
    struct lrek_engine_slot *next_free;
    struct lrek_engine_slot *next_landing;
};

struct lrek_engine {
    struct lrek_object object;
    struct rek_http_engine *core; /* NULL once closed */
    struct lrek_engine_slot **slots;
    size_t slot_count;
    size_t slot_capacity;
    struct lrek_engine_slot *free_slots;
    struct lrek_engine_slot *landing; /* those that engine:next is about to return */
};

extern const struct lrek_kind lrek_engine_kind;

/* Frees all that it has; closed then. The requests aren't touched. */
void lrek_clear_engine(void *engine);
/* The engine at `index`. Raises where it is something else, or closed. */
struct lrek_engine *lrek_check_engine(lua_State *L, int index);
/* Rounded up; -1 for what is below 0. */
int lrek_engine_milliseconds(lua_Number seconds);

/* engine_poll.c: the methods by which an engine is waited for. */
extern const luaL_Reg lrek_engine_poll_methods[];

#endif
