/* Requests and responses, from and to Lua tables: what the module's codec functions do. */
#include "binding/codec.h"

#include "binding/load.h"
#include "binding/lrek.h"
#include "binding/nearest.h"
#include "binding/type.h"
#include "core/encode.h"

static const char REQUEST_TYPE[] = "rekognition.request";

enum { KEPT_BODY = 64 << 10 }; /* of a closed request, for the next one */

static const char operations_key;
static const char spare_key;

const struct rek_operation *lrek_find_operation(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TSTRING);
    index = lua_absindex(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &operations_key);
    lua_pushvalue(L, index);
    lua_rawget(L, -2);
    const struct rek_operation *operation = lua_touserdata(L, -1);
    lua_pop(L, 2);
    return operation;
}

/* Pushes nil and a message that names the nearest operation. */
static int unknown_operation(lua_State *L, int index)
{
    struct rek_slice near =
        lrek_nearest(lrek_string_at(L, index), rek_service.operations,
                     sizeof *rek_service.operations, rek_service.operation_count);
    lua_pushnil(L);
    lua_pushliteral(L, "unknown operation");
    if (near.len == 0)
        return 2;
    lua_pushliteral(L, ", did you mean ");
    lua_pushlstring(L, near.data, near.len);
    lua_pushliteral(L, "?");
    lua_concat(L, 4);
    return 2;
}

/* Loads and encodes in one go: between the two, nothing may change the caller's table. */
static bool fill_request(lua_State *L, struct lrek_request *request, int index,
                         struct lrek_scratch *scratch)
{
    struct lrek_loader loader = {
        .L = L, .arena = &scratch->arena, .bytes = &scratch->bytes, .problems = &scratch->problems};
    const struct rek_shape *shape = request->operation->input;
    const void *loaded = lrek_load(&loader, index, shape);
    if (loader.failure)
        luaL_error(L, "%s", loader.failure);
    if (!loaded)
        return false;
    rek_buffer_reserve(&request->body, loader.body_size + 16);
    if (!rek_encode(shape, loaded, &request->body))
        luaL_error(L, "not enough memory");
    return true;
}

/* Pushes a request without a body. The last one that was closed is used again: a userdata with a
 * finalizer and a body of its own for each call would cost more than encoding one does. */
static struct lrek_request *take_request(lua_State *L, const struct rek_operation *operation)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &spare_key);
    struct lrek_request *request = lua_touserdata(L, -1);
    if (request) {
        lua_pushboolean(L, 0); /* the slot stays, so that putting it back allocates nothing */
        lua_rawsetp(L, LUA_REGISTRYINDEX, &spare_key);
    } else {
        lua_pop(L, 1);
        request = lua_newuserdatauv(L, sizeof *request, 0);
        *request = (struct lrek_request){.closed = true};
        lrek_set_type(L, REQUEST_TYPE);
    }
    if (!rek_random_uuid(request->invocation_id))
        luaL_error(L, "the system gave no random bytes");
    request->operation = operation;
    request->closed = false;
    return request;
}

struct lrek_request *lrek_push_request(lua_State *L, const struct rek_operation *operation,
                                       int index)
{
    index = lua_absindex(L, index);
    struct lrek_request *request = take_request(L, operation);
    struct lrek_scratch *scratch = lrek_take_scratch(L);
    int box = lua_gettop(L);
    if (!fill_request(L, request, index, scratch)) {
        lrek_push_problems(L, &scratch->problems);
        request = NULL;
    }
    lrek_give_scratch(L, box);
    lua_remove(L, box);
    if (!request)
        lua_remove(L, box - 1);
    return request;
}

struct lrek_request *lrek_check_request(lua_State *L, int index)
{
    struct lrek_request *request = lrek_check_type(L, index, REQUEST_TYPE);
    luaL_argcheck(L, !request->closed, index, "the request is closed");
    return request;
}

/* operations() -> { {name =, method =}, ... }, sorted by name: every operation of the service, and
 * the client's method for it */
static int codec_operations(lua_State *L)
{
    lua_createtable(L, (int)rek_service.operation_count, 0);
    for (size_t i = 0; i < rek_service.operation_count; i++) {
        const struct rek_operation *operation = &rek_service.operations[i];
        lua_createtable(L, 0, 2);
        lua_pushlstring(L, operation->name.data, operation->name.len);
        lua_setfield(L, -2, "name");
        lua_pushlstring(L, operation->method.data, operation->method.len);
        lua_setfield(L, -2, "method");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* request(operation, params) -> request
 *
 * Checks `params` (a table, or nil for none) against the operation's model and encodes it.
 * Otherwise nil, { {path =, message =}, ... }, count of the problems beyond those in the list; an
 * unknown operation is one problem with the path "". Raises where memory fails. */
static int codec_request(lua_State *L)
{
    const struct rek_operation *operation = lrek_find_operation(L, 1);
    lua_settop(L, 2);
    if (operation && lrek_push_request(L, operation, 2))
        return 1;
    lua_pushnil(L);
    if (operation) {
        lua_insert(L, 3);
        return 3;
    }
    unknown_operation(L, 1);
    lua_createtable(L, 1, 0);
    lua_createtable(L, 0, 2);
    lua_pushliteral(L, "");
    lua_setfield(L, -2, "path");
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "message");
    lua_rawseti(L, -2, 1);
    lua_remove(L, -2);
    lua_pushinteger(L, 0);
    return 3;
}

/* decode(operation, body) -> table
 *
 * Reads the body of a successful response by the operation's model; an empty body is an empty
 * table. Otherwise nil, message, which names the path and what was found there, but no value. */
static int codec_decode(lua_State *L)
{
    const struct rek_operation *operation = lrek_find_operation(L, 1);
    luaL_checktype(L, 2, LUA_TSTRING);
    if (!operation)
        return unknown_operation(L, 1);
    if (lrek_push_response(L, operation->output, lrek_string_at(L, 2)))
        return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

/* read_json(text) -> value
 *
 * Reads any JSON (RFC 8259) by what it says: numbers without fraction and exponent that fit in 64
 * bits are integers, others floats; null is absent, in lists as well. Otherwise nil, message,
 * position of the byte (from 1). */
static int codec_read_json(lua_State *L)
{
    size_t offset;
    luaL_checktype(L, 1, LUA_TSTRING);
    if (lrek_push_json(L, lrek_string_at(L, 1), &offset))
        return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushinteger(L, (lua_Integer)offset + 1);
    return 3;
}

/* request:body() -> the JSON text */
static int request_body(lua_State *L)
{
    struct lrek_request *request = lrek_check_request(L, 1);
    lua_pushlstring(L, request->body.data, request->body.len);
    return 1;
}

/* request:operation() -> "CopyProjectVersion" */
static int request_operation(lua_State *L)
{
    const struct rek_operation *operation = lrek_check_request(L, 1)->operation;
    lua_pushlstring(L, operation->name.data, operation->name.len);
    return 1;
}

/* request:target() -> "RekognitionService.CopyProjectVersion", the header X-Amz-Target */
static int request_target(lua_State *L)
{
    const struct rek_operation *operation = lrek_check_request(L, 1)->operation;
    lua_pushlstring(L, operation->target.data, operation->target.len);
    return 1;
}

/* request:content_type() -> "application/x-amz-json-1.1" */
static int request_content_type(lua_State *L)
{
    lrek_check_request(L, 1);
    lua_pushlstring(L, rek_service.content_type.data, rek_service.content_type.len);
    return 1;
}

/* request:invocation_id() -> a UUID, the same for each attempt: the header amz-sdk-invocation-id */
static int request_invocation_id(lua_State *L)
{
    const struct lrek_request *request = lrek_check_request(L, 1);
    lua_pushlstring(L, request->invocation_id, sizeof request->invocation_id);
    return 1;
}

/* request:close(): frees a large body. The object may then stand for another request: it is not to
 * be used again. */
static int request_close(lua_State *L)
{
    struct lrek_request *request = lrek_check_type(L, 1, REQUEST_TYPE);
    if (request->closed)
        return 0;
    request->closed = true;
    request->body.len = 0;
    if (request->body.failed || request->body.capacity > KEPT_BODY)
        rek_buffer_clear(&request->body);
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &spare_key);
    return 0;
}

static int request_gc(lua_State *L)
{
    struct lrek_request *request = lrek_check_type(L, 1, REQUEST_TYPE);
    rek_buffer_clear(&request->body);
    request->closed = true;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &spare_key);
    if (lua_touserdata(L, -1) == request) { /* the Lua state ends */
        lua_pushboolean(L, 0);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &spare_key);
    }
    return 0;
}

/* The operation's name and the body's length: a body may hold what must not be logged. */
static int request_tostring(lua_State *L)
{
    struct lrek_request *request = lrek_check_type(L, 1, REQUEST_TYPE);
    if (request->closed)
        lua_pushfstring(L, "request: %s (closed)", request->operation->name.data);
    else
        lua_pushfstring(L, "request: %s (%I bytes)", request->operation->name.data,
                        (LUAI_UACINT)request->body.len);
    return 1;
}

static void open_request(lua_State *L)
{
    static const luaL_Reg methods[] = {{"body", request_body},
                                       {"operation", request_operation},
                                       {"target", request_target},
                                       {"content_type", request_content_type},
                                       {"invocation_id", request_invocation_id},
                                       {"close", request_close},
                                       {NULL, NULL}};
    static const luaL_Reg metamethods[] = {{"__gc", request_gc},
                                           {"__close", request_close},
                                           {"__tostring", request_tostring},
                                           {NULL, NULL}};
    lrek_new_type(L, REQUEST_TYPE);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushboolean(L, 0); /* the slot, so that filling it allocates nothing */
    lua_rawsetp(L, LUA_REGISTRYINDEX, &spare_key);
}

static void open_operations(lua_State *L)
{
    lua_createtable(L, 0, (int)rek_service.operation_count);
    for (size_t i = 0; i < rek_service.operation_count; i++) {
        const struct rek_operation *operation = &rek_service.operations[i];
        lua_pushlstring(L, operation->name.data, operation->name.len);
        lua_pushlightuserdata(L, (void *)operation);
        lua_rawset(L, -3);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &operations_key);
}

void lrek_open_codec(lua_State *L)
{
    static const luaL_Reg functions[] = {{"operations", codec_operations},
                                         {"request", codec_request},
                                         {"decode", codec_decode},
                                         {"read_json", codec_read_json},
                                         {NULL, NULL}};
    lrek_open_scratch(L);
    lrek_open_push(L);
    open_operations(L);
    open_request(L);
    luaL_setfuncs(L, functions, 0);
}
