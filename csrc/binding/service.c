#include "binding/service.h"

#include "binding/luautil.h"
#include "binding/nearest.h"
#include "binding/push.h"
#include "binding/request.h"
#include "binding/type.h"

static const char SERVICE_TYPE[] = "rekognition.service";

/* The userdata: a pointer to the tables, which are const. The registry has the value under their
 * address, and { name = operation } under that of the operations. */
struct service {
    const struct rek_service *tables;
};

static const struct rek_service *check_service(lua_State *L, int index)
{
    const struct service *service = lrek_check_type(L, index, SERVICE_TYPE);
    return service->tables;
}

/* The operation named by the string at `index`, or NULL. Raises where it is no string. */
static const struct rek_operation *find_operation(lua_State *L, const struct rek_service *service,
                                                  int index)
{
    luaL_checktype(L, index, LUA_TSTRING);
    lua_rawgetp(L, LUA_REGISTRYINDEX, service->operations);
    lua_pushvalue(L, index);
    lua_rawget(L, -2);
    const struct rek_operation *operation = lua_touserdata(L, -1);
    lua_pop(L, 2);
    return operation;
}

/* Pushes nil and a message that names the nearest operation. */
static int unknown_operation(lua_State *L, const struct rek_service *service, int index)
{
    struct rek_slice near = lrek_nearest(lrek_string_at(L, index), service->operations,
                                         sizeof *service->operations, service->operation_count);
    lua_pushnil(L);
    lua_pushliteral(L, "unknown operation");
    if (near.len == 0)
        return 2;
    lua_pushliteral(L, ", did you mean ");
    lrek_push_slice(L, near);
    lua_pushliteral(L, "?");
    lua_concat(L, 4);
    return 2;
}

/* service:operations() -> { {name =, method =}, ... }, sorted by name: every operation of the
 * service, and the client's method for it */
static int service_operations(lua_State *L)
{
    const struct rek_service *service = check_service(L, 1);
    lua_createtable(L, (int)service->operation_count, 0);
    for (size_t i = 0; i < service->operation_count; i++) {
        const struct rek_operation *operation = &service->operations[i];
        lua_createtable(L, 0, 2);
        lrek_push_slice(L, operation->name);
        lua_setfield(L, -2, "name");
        lrek_push_slice(L, operation->method);
        lua_setfield(L, -2, "method");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* service:has(operation) -> whether the service has an operation of that name, a string */
static int service_has(lua_State *L)
{
    lua_pushboolean(L, find_operation(L, check_service(L, 1), 2) != NULL);
    return 1;
}

/* service:operation_of(method) -> "CopyProjectVersion" for "copy_project_version"; nil for what is
 * no client's method for an operation */
static int service_operation_of(lua_State *L)
{
    const struct rek_service *service = check_service(L, 1);
    luaL_checktype(L, 2, LUA_TSTRING);
    struct rek_slice method = lrek_string_at(L, 2);
    for (size_t i = 0; i < service->operation_count; i++) {
        if (!rek_slice_equal(service->operations[i].method, method))
            continue;
        lrek_push_slice(L, service->operations[i].name);
        return 1;
    }
    lua_pushnil(L);
    return 1;
}

/* nil, { {path = "", message =} }, 0 for an operation that is not there */
static int push_unknown(lua_State *L, const struct rek_service *service, int index)
{
    unknown_operation(L, service, index); /* nil, message */
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

/* service:request(operation, params) -> request
 *
 * Checks `params` (a table, or nil for none) against the operation's model and encodes it.
 * Otherwise nil, { {path =, message =}, ... }, count of the problems beyond those in the list; an
 * unknown operation is one problem with the path "". Raises where memory fails. */
static int service_request(lua_State *L)
{
    const struct rek_service *service = check_service(L, 1);
    const struct rek_operation *operation = find_operation(L, service, 2);
    lua_settop(L, 3);
    if (!operation)
        return push_unknown(L, service, 2);
    if (lrek_push_request(L, service, operation, 3))
        return 1;
    lua_pushnil(L);
    lua_insert(L, 4);
    return 3;
}

/* service:decode(operation, body) -> table
 *
 * Reads the body of a successful response by the operation's model; an empty body is an empty
 * table. Otherwise nil, message, which names the path and what was found there, but no value. */
static int service_decode(lua_State *L)
{
    const struct rek_service *service = check_service(L, 1);
    const struct rek_operation *operation = find_operation(L, service, 2);
    luaL_checktype(L, 3, LUA_TSTRING);
    if (!operation)
        return unknown_operation(L, service, 2);
    if (lrek_push_response(L, service, operation->output, lrek_string_at(L, 3)))
        return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

static bool holds(struct rek_slice text, struct rek_slice part)
{
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (memcmp(text.data + i, part.data, part.len) == 0)
            return true;
    return false;
}

/* service:is_modelled(operation, code) -> whether the operation's model lists that error code */
static int service_is_modelled(lua_State *L)
{
    const struct rek_operation *operation = find_operation(L, check_service(L, 1), 2);
    luaL_checktype(L, 3, LUA_TSTRING);
    lua_settop(L, 3);
    lua_pushliteral(L, " ");
    lua_insert(L, 3);
    lua_pushliteral(L, " ");
    lua_concat(L, 3);
    lua_pushboolean(L, operation && holds(operation->errors, lrek_string_at(L, 3)));
    return 1;
}

/* service:has_token(operation) -> whether its requests carry a token by which the service knows a
 * repeated one */
static int service_has_token(lua_State *L)
{
    const struct rek_operation *operation = find_operation(L, check_service(L, 1), 2);
    bool found = false;
    for (size_t i = 0; operation && i < operation->input->member_count; i++) {
        const struct rek_member *member = &operation->input->members[i];
        found |= member->idempotency_token ||
                 rek_slice_equal(member->name, REK_SLICE("ClientRequestToken"));
    }
    lua_pushboolean(L, found);
    return 1;
}

/* The service's fields and methods lie in its user value. */
static int service_index(lua_State *L)
{
    check_service(L, 1);
    lua_settop(L, 2);
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    lua_rawget(L, 3);
    return 1;
}

static int service_tostring(lua_State *L)
{
    const struct rek_service *service = check_service(L, 1);
    lua_pushfstring(L, "service: %s", service->service_id.data);
    return 1;
}

/* Pushes { operations =, request =, decode =, id =, endpoint_prefix =, ... }. */
static void push_fields(lua_State *L, const struct rek_service *service)
{
    static const luaL_Reg methods[] = {{"operations", service_operations},
                                       {"operation_of", service_operation_of},
                                       {"has", service_has},
                                       {"request", service_request},
                                       {"decode", service_decode},
                                       {"is_modelled", service_is_modelled},
                                       {"has_token", service_has_token},
                                       {NULL, NULL}};
    const struct {
        const char *name;
        struct rek_slice value;
    } fields[] = {
        {"id", service->service_id},
        {"endpoint_prefix", service->endpoint_prefix},
        {"signing_name", service->signing_name},
        {"content_type", service->content_type},
    };
    luaL_newlib(L, methods);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        lrek_push_slice(L, fields[i].value);
        lua_setfield(L, -2, fields[i].name);
    }
}

static void open_operations(lua_State *L, const struct rek_service *service)
{
    lua_createtable(L, 0, (int)service->operation_count);
    for (size_t i = 0; i < service->operation_count; i++) {
        const struct rek_operation *operation = &service->operations[i];
        lrek_push_slice(L, operation->name);
        lua_pushlightuserdata(L, (void *)operation);
        lua_rawset(L, -3);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, service->operations);
}

void lrek_push_service(lua_State *L, const struct rek_service *service)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, service) == LUA_TUSERDATA)
        return;
    lua_pop(L, 1);
    open_operations(L, service);
    lrek_open_names(L, service);
    struct service *value = lua_newuserdatauv(L, sizeof *value, 1);
    value->tables = service;
    push_fields(L, service);
    lua_setiuservalue(L, -2, 1);
    lrek_set_type(L, SERVICE_TYPE);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, service);
}

void lrek_open_service(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__index", service_index}, {"__tostring", service_tostring}, {NULL, NULL}};
    lrek_new_type(L, SERVICE_TYPE);
    luaL_setfuncs(L, metamethods, 0);
    lua_pop(L, 1);
}
