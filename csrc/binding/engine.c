/* engine: many requests under way at once. `target:start` (attempt.c) starts one, with a token of
 * the caller's; `engine:step` moves all on; `engine:next` returns the token of one that is done,
 * and `engine:take` its response, in the form of `target:send`. Nothing here calls Lua back.
 * What a loop of a host waits by is in engine_poll.c. */
#include "binding/engine_internal.h"

#include "binding/luautil.h"
#include "binding/pool.h"
#include "binding/response.h"
#include "core/alloc.h"

#include <errno.h>
#include <string.h>

static const char engines_key;

/* The user value: by id, the tokens of the slots, each with the request that it keeps alive and,
 * for one that lands, the access key id behind it. */
enum { HELD = 1, OF_A_SLOT = 3 };

/* engine() -> an engine; or nil and why the system refuses one. */
static int engine_new(lua_State *L)
{
    struct lrek_engine *engine = lrek_new_object(L, &lrek_engine_kind, HELD);
    lua_newtable(L);
    lua_setiuservalue(L, -2, HELD);
    engine->core = rek_http_engine_new();
    if (!engine->core && errno == ENOMEM)
        return luaL_error(L, "not enough memory");
    if (!engine->core)
        return luaL_fileresult(L, 0, NULL);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &engines_key);
    lua_pushvalue(L, -2);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return 1;
}

static bool reserve_slot(struct lrek_engine *engine)
{
    if (engine->slot_count < engine->slot_capacity)
        return true;
    size_t capacity = engine->slot_capacity ? engine->slot_capacity * 2 : 16;
    struct lrek_engine_slot **slots =
        rek_realloc(engine->slots, capacity * sizeof(struct lrek_engine_slot *));
    if (!slots)
        return false;
    engine->slots = slots;
    engine->slot_capacity = capacity;
    return true;
}

static struct lrek_engine_slot *new_slot(lua_State *L, struct lrek_engine *engine)
{
    struct lrek_engine_slot *slot =
        reserve_slot(engine) ? rek_realloc(NULL, sizeof(struct lrek_engine_slot)) : NULL;
    if (!slot) {
        luaL_error(L, "not enough memory");
        return NULL;
    }
    *slot = (struct lrek_engine_slot){.engine = engine, .id = (lua_Integer)engine->slot_count + 1};
    rek_http_response_init(&slot->response);
    engine->slots[engine->slot_count++] = slot;
    return slot;
}

/* Sets what a slot holds to the values at `token` and `request`, or to false: an entry that stays
 * never has to be made again. */
static void keep(lua_State *L, int engine, lua_Integer id, int token, int request)
{
    const int values[OF_A_SLOT] = {token, request, 0};
    lua_getiuservalue(L, engine, HELD);
    for (int i = 0; i < OF_A_SLOT; i++) {
        if (values[i])
            lua_pushvalue(L, values[i]);
        else
            lua_pushboolean(L, 0);
        lua_rawseti(L, -2, (id - 1) * OF_A_SLOT + i + 1);
    }
    lua_pop(L, 1);
}

/* Pushes what a slot holds: its token, request or access key id. */
enum held { TOKEN = 1, REQUEST, KEY_ID };
static void push_held(lua_State *L, int engine, lua_Integer id, enum held what)
{
    lua_getiuservalue(L, engine, HELD);
    lua_rawgeti(L, -1, (id - 1) * OF_A_SLOT + (lua_Integer)what);
    lua_remove(L, -2);
}

struct lrek_engine_slot *lrek_reserve_engine_slot(lua_State *L, int index, int request, int token)
{
    struct lrek_engine *engine = lrek_check_engine(L, index);
    struct lrek_engine_slot *slot = engine->free_slots;
    if (!slot) {
        slot = new_slot(L, engine);
        slot->next_free = engine->free_slots;
        engine->free_slots = slot;
    }
    keep(L, index, slot->id, token, request);
    luaL_argcheck(L, engine->core && engine->free_slots, index, "the engine is closed");
    if (slot != engine->free_slots) { /* a finalizer has used it */
        slot = engine->free_slots;
        keep(L, index, slot->id, token, request);
    }
    engine->free_slots = slot->next_free;
    slot->next_free = NULL;
    return slot;
}

static void free_slot(struct lrek_engine_slot *slot)
{
    rek_http_job_release(&slot->job);
    rek_http_response_empty(&slot->response);
    if (slot->request)
        lrek_release_request(slot->request);
    slot->request = NULL;
    slot->lands = slot->is_landing = false;
    slot->next_free = slot->engine->free_slots;
    slot->engine->free_slots = slot;
}

void lrek_give_engine_slot(lua_State *L, int engine, struct lrek_engine_slot *slot)
{
    free_slot(slot);
    keep(L, engine, slot->id, 0, 0);
}

int lrek_start_in_engine(lua_State *L, int engine, struct lrek_engine_slot *slot,
                         struct rek_http_client *client, struct lrek_request *request,
                         const struct rek_http_request *http_request)
{
    struct rek_http_failure failure;
    enum rek_http_result result = rek_http_engine_start(slot->engine->core, &slot->job, client,
                                                        http_request, &slot->response, &failure);
    if (result != REK_HTTP_OK) {
        lrek_give_engine_slot(L, engine, slot);
        return lrek_push_no_response(L, result, &failure);
    }
    slot->request = request;
    lrek_hold_request(request);
    lua_pushinteger(L, slot->id);
    return 1;
}

void lrek_land_engine_slot(lua_State *L, int engine, struct lrek_engine_slot *slot, int key_id,
                           lua_Number offset)
{
    slot->lands = true;
    slot->offset = offset;
    lua_getiuservalue(L, engine, HELD);
    lua_pushvalue(L, key_id);
    lua_rawseti(L, -2, (slot->id - 1) * OF_A_SLOT + (lua_Integer)KEY_ID);
    lua_pop(L, 1);
}

/* The slot of an id that is under way; NULL: there is none. */
static struct lrek_engine_slot *find_slot(const struct lrek_engine *engine, lua_Integer id)
{
    if (id < 1 || (lua_Unsigned)id > engine->slot_count)
        return NULL;
    struct lrek_engine_slot *slot = engine->slots[id - 1];
    return slot->request ? slot : NULL;
}

/* Of Lua's stack, for what is done with what has ended: where memory ends, it does so before. */
enum { STEP_STACK = 400 };

/* engine:step(seconds): waits until something moves, for at most so long (0: not at all; below 0:
 * without an end), and moves it on. */
static int engine_step(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_engine(L, 1);
    luaL_checkstack(L, STEP_STACK, "not enough memory");
    rek_http_engine_step(engine->core, lrek_engine_milliseconds(luaL_checknumber(L, 2)));
    return 0;
}

/* Pushes what came of the slot's request. */
static int push_result_of(lua_State *L, const struct lrek_engine_slot *slot)
{
    if (slot->job.result == REK_HTTP_OK)
        return lrek_push_metadata(L, slot->request, &slot->response);
    return lrek_push_no_response(L, slot->job.result, rek_http_job_failure(&slot->job));
}

static int push_result(lua_State *L)
{
    return push_result_of(L, lua_touserdata(L, 1));
}

/* Pushes what `next` returns of a request that lands, behind its token and id. Where this raises,
 * `drop` lets go of the slot. */
static int land(lua_State *L, struct lrek_engine *engine, struct lrek_engine_slot *slot)
{
    slot->is_landing = true;
    slot->next_landing = engine->landing;
    engine->landing = slot;
    push_result_of(L, slot);
    if (!engine->core || engine->landing != slot)
        return luaL_error(L, "the engine is closed");
    bool is_success = !lua_isnil(L, -2);
    lua_Number elapsed = rek_http_engine_moment(engine->core) - slot->job.started_s;
    lua_Number offset = slot->offset;
    if (is_success) {
        lua_pushinteger(L, 1);
        lua_setfield(L, -2, "attempts");
        lua_pushnumber(L, elapsed);
        lua_setfield(L, -2, "elapsed");
    }
    push_held(L, 1, slot->id, is_success ? REQUEST : KEY_ID);
    engine->landing = slot->next_landing; /* from here on nothing raises */
    lrek_give_engine_slot(L, 1, slot);
    if (is_success) {
        lrek_close_request(L, -1);
        lua_pop(L, 1);
        return 4;
    }
    lua_pushnumber(L, elapsed);
    lua_pushnumber(L, offset);
    return 7;
}

/* engine:next() -> token, id of a request that is done, or nothing.
 * One that lands follows its id by what `target:send` returns. Behind a success's metadata, which
 * have the fields attempts (1) and elapsed, there is nothing, and its request is closed; behind
 * anything else there are the access key id, the seconds it took, and the offset. */
static int engine_next(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_engine(L, 1);
    struct rek_http_job *job = rek_http_engine_next(engine->core);
    if (!job)
        return 0;
    struct lrek_engine_slot *slot = (struct lrek_engine_slot *)job;
    lua_settop(L, 1);
    push_held(L, 1, slot->id, TOKEN);
    lua_pushinteger(L, slot->id);
    return slot->lands ? land(L, engine, slot) : 2;
}

/* engine:drop() -> the token of the request that `next` could not return, for want of memory */
static int engine_drop(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_engine(L, 1);
    struct lrek_engine_slot *slot = engine->landing;
    if (!slot)
        return 0;
    engine->landing = slot->next_landing;
    push_held(L, 1, slot->id, TOKEN);
    lrek_give_engine_slot(L, 1, slot);
    return 1;
}

/* engine:take(id) -> what `target:send` returns, for a request that `next` returned */
static int engine_take(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_engine(L, 1);
    lua_Integer id = luaL_checkinteger(L, 2);
    struct lrek_engine_slot *slot = find_slot(engine, id);
    luaL_argcheck(L, slot && slot->job.state == REK_JOB_TAKEN, 2, "is not done");
    lua_settop(L, 2);
    lua_pushcfunction(L, push_result);
    lua_pushlightuserdata(L, slot);
    int status = lua_pcall(L, 1, 2, 0);
    if (lrek_is_cleared(&engine->object) || find_slot(engine, id) != slot)
        return luaL_error(L, "the engine is closed");
    lrek_give_engine_slot(L, 1, slot);
    return status == LUA_OK ? 2 : lua_error(L);
}

/* engine:cancel(id) -> whether the service may have read the request; nil where it has ended */
static int engine_cancel(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_object(L, 1, &lrek_engine_kind);
    lua_Integer id = luaL_checkinteger(L, 2);
    struct lrek_engine_slot *slot = engine->core ? find_slot(engine, id) : NULL;
    if (!slot)
        return 0;
    bool sent = rek_http_engine_cancel(engine->core, &slot->job);
    if (!slot->is_landing) /* a finalizer cancels what `next` is about to return */
        lrek_give_engine_slot(L, 1, slot);
    lua_pushboolean(L, sent);
    return 1;
}

/* engine:tokens() -> those of the requests that have not been taken, and their ids: two lists */
static int engine_tokens(lua_State *L)
{
    const struct lrek_engine *engine = lrek_check_object(L, 1, &lrek_engine_kind);
    lua_settop(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    lua_Integer count = 0;
    for (size_t i = 0; i < engine->slot_count; i++) {
        if (!engine->slots[i]->request)
            continue;
        count++;
        push_held(L, 1, engine->slots[i]->id, TOKEN);
        lua_rawseti(L, 2, count);
        lua_pushinteger(L, engine->slots[i]->id);
        lua_rawseti(L, 3, count);
    }
    return 2;
}

/* engine:under_way() -> how many requests are */
static int engine_under_way(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)rek_http_engine_under_way(lrek_check_engine(L, 1)->core));
    return 1;
}

/* engine:is_forked() -> whether this process is a fork of the one that made it */
static int engine_is_forked(lua_State *L)
{
    lua_pushboolean(L, rek_http_engine_is_forked(lrek_check_engine(L, 1)->core));
    return 1;
}

static int engine_close(lua_State *L)
{
    struct lrek_engine *engine = lrek_check_object(L, 1, &lrek_engine_kind);
    for (size_t i = 0; i < engine->slot_count; i++) {
        struct lrek_engine_slot *slot = engine->slots[i];
        if (slot->request)
            lrek_release_request(slot->request);
        slot->request = NULL;
    }
    lrek_clear_engine(engine);
    return 0;
}

void lrek_drop_client(lua_State *L, const struct rek_http_client *client)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &engines_key);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        const struct lrek_engine *engine = lua_touserdata(L, -2);
        if (engine->core)
            rek_http_engine_drop(engine->core, client);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* The engines of the state, weak. */
static void open_engines(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &engines_key) == LUA_TNIL) {
        lua_createtable(L, 0, 1);
        lua_createtable(L, 0, 1);
        lua_pushliteral(L, "k");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &engines_key);
    }
    lua_pop(L, 1);
}

void lrek_open_engine(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"step", engine_step},           {"next", engine_next},
        {"take", engine_take},           {"drop", engine_drop},
        {"cancel", engine_cancel},       {"tokens", engine_tokens},
        {"under_way", engine_under_way}, {"is_forked", engine_is_forked},
        {"close", engine_close},         {NULL, NULL}};
    open_engines(L);
    lrek_open_kind(L, &lrek_engine_kind);
    lua_pushcfunction(L, engine_close);
    lua_setfield(L, -2, "__close");
    luaL_newlib(L, methods);
    luaL_setfuncs(L, lrek_engine_poll_methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, engine_new);
    lua_setfield(L, -2, "engine");
}
