#include "binding/response.h"

#include "binding/luautil.h"
#include "binding/push.h"
#include "binding/type.h"

#include <lauxlib.h>

static const char METADATA_TYPE[] = "rekognition.response";

/* Pushes a header's name in lower case. */
static void push_lower(lua_State *L, struct rek_slice name)
{
    char lower[64];
    if (name.len > sizeof lower) {
        lrek_push_slice(L, name); /* no header that anyone asks for by name is so long */
        return;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    lua_pushlstring(L, lower, name.len);
}

/* The map is on top, below a name and the value that it has. Keeps a further value of that name in
 * a list: each joint would copy all that is there. */
static void add_value(lua_State *L, int map, struct rek_slice value)
{
    if (!lua_istable(L, -1)) {
        lua_createtable(L, 2, 0);
        lua_insert(L, -2);
        lua_rawseti(L, -2, 1);
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, map);
    }
    lrek_push_slice(L, value);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 2);
}

/* Makes one text of each list in the map. */
static void join_values(lua_State *L, int map)
{
    for (lua_pushnil(L); lua_next(L, map); lua_pop(L, 1)) {
        if (!lua_istable(L, -1))
            continue;
        int list = lua_gettop(L);
        luaL_Buffer text;
        lua_pushvalue(L, -2);
        luaL_buffinit(L, &text);
        for (lua_Integer i = 1, count = (lua_Integer)lua_rawlen(L, list); i <= count; i++) {
            if (i > 1)
                luaL_addstring(&text, ", ");
            lua_rawgeti(L, list, i);
            luaL_addvalue(&text);
        }
        luaL_pushresult(&text);
        lua_rawset(L, map);
    }
}

/* Pushes { name in lower case = value }, values of one name joined. */
static void push_headers(lua_State *L, struct rek_slice lines)
{
    struct rek_http_header header;
    bool has_lists = false;
    lua_createtable(L, 0, 8);
    int map = lua_gettop(L);
    while (rek_http_next_header(&lines, &header)) {
        push_lower(L, header.name);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, map) == LUA_TNIL) {
            lua_pop(L, 1);
            lrek_push_slice(L, header.value);
            lua_rawset(L, map);
        } else {
            add_value(L, map, header.value);
            has_lists = true;
        }
    }
    if (has_lists)
        join_values(L, map);
}

/* Pushes the request id, or nil. */
static void push_request_id(lua_State *L, struct rek_slice lines)
{
    struct rek_slice id = rek_http_find_header(lines, REK_SLICE("x-amzn-requestid"));
    if (!id.data)
        id = rek_http_find_header(lines, REK_SLICE("x-amz-request-id"));
    if (id.data)
        lrek_push_slice(L, id);
    else
        lua_pushnil(L);
}

/* Makes `headers` and `request_id` of `header_lines` when they are first asked for, which mostly is
 * never. */
static int metadata_index(lua_State *L)
{
    lua_settop(L, 2);
    lua_pushliteral(L, "headers");
    lua_pushliteral(L, "request_id");
    bool wants_id = lua_rawequal(L, 2, 4);
    if (!wants_id && !lua_rawequal(L, 2, 3))
        return 0;
    lua_pushliteral(L, "header_lines");
    if (!lua_istable(L, 1) || lua_rawget(L, 1) != LUA_TSTRING)
        return 0;
    if (wants_id)
        push_request_id(L, lrek_string_at(L, 5)); /* 6 */
    else
        push_headers(L, lrek_string_at(L, 5)); /* 6 */
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 6);
    lua_rawset(L, 1);
    return 1;
}

static int next_field(lua_State *L)
{
    lua_settop(L, 2);
    if (lua_next(L, 1))
        return 2;
    lua_pushnil(L);
    return 1;
}

/* pairs(metadata): with what is made when it is asked for, and without what that is made of. */
static int metadata_pairs(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_getfield(L, 1, "headers");
    lua_getfield(L, 1, "request_id");
    lua_pushnil(L);
    lua_setfield(L, 1, "header_lines");
    lua_pushcfunction(L, next_field);
    lua_pushvalue(L, 1);
    return 2;
}

/* Pushes { status =, header_lines = }; the loop of attempts adds two fields. */
static void push_metadata(lua_State *L, const struct rek_http_response *response)
{
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, response->status);
    lua_setfield(L, -2, "status");
    lrek_push_slice(L, rek_buffer_slice(&response->headers));
    lua_setfield(L, -2, "header_lines");
    lrek_set_type(L, METADATA_TYPE);
}

/* Pushes the response, or what is wrong with it: then false. */
static bool push_body(lua_State *L, const struct lrek_request *request, struct rek_slice body)
{
    if (request->service)
        return lrek_push_response(L, request->service, request->operation->output, body);
    lrek_push_slice(L, body);
    return true;
}

int lrek_push_metadata(lua_State *L, const struct lrek_request *request,
                       const struct rek_http_response *response)
{
    struct rek_slice body = rek_buffer_slice(&response->body);
    bool is_unreadable = false;
    if (response->status < 200 || response->status > 299) {
        lua_pushnil(L);
    } else if (!push_body(L, request, body)) {
        is_unreadable = true; /* the message is on top */
        lua_pushnil(L);
    }
    push_metadata(L, response);
    if (lua_isnil(L, -2)) {
        lrek_push_slice(L, body);
        lua_setfield(L, -2, "body");
    }
    if (is_unreadable) {
        lua_pushvalue(L, -3);
        lua_setfield(L, -2, "protocol");
    }
    return 2;
}

int lrek_push_no_response(lua_State *L, enum rek_http_result result,
                          const struct rek_http_failure *failure)
{
    lua_pushnil(L);
    lua_createtable(L, 0, 1);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, rek_http_result_name(result));
    lua_setfield(L, -2, "code");
    lua_pushstring(L, failure->message);
    lua_setfield(L, -2, "message");
    lua_pushboolean(L, failure->sent);
    lua_setfield(L, -2, "sent");
    lua_setfield(L, -2, "transport");
    return 2;
}

void lrek_open_response(lua_State *L)
{
    lrek_new_type(L, METADATA_TYPE);
    lua_pushcfunction(L, metadata_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, metadata_pairs);
    lua_setfield(L, -2, "__pairs");
    lua_pop(L, 1);
}
