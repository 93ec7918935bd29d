/* transport: the built-in HTTP client as a userdata, with Lua tables in and out. */
#include "binding/transport.h"

#include "binding/luautil.h"
#include "binding/type.h"
#include "core/alloc.h"

#include <limits.h>

static const char TRANSPORT_TYPE[] = "rekognition.transport";
static const char RESPONSE_TYPE[] = "rekognition.text.service_error";

/* The user value of a transport: the response whose memory is ready to be used again. A finalizer
 * that runs while a response is pushed may make a request of its own: it then finds the place empty
 * and makes another response. */
enum { RESPONSE_VALUE = 1 };

/* A client with the memory that its requests use again and again. */
struct transport {
    struct rek_http *http; /* NULL once closed */
    struct rek_http_header *headers;
    size_t header_capacity;
};

struct rek_http *lrek_check_transport(lua_State *L, int index)
{
    const struct transport *transport = lrek_check_type(L, index, TRANSPORT_TYPE);
    luaL_argcheck(L, transport->http, index, "the transport is closed");
    return transport->http;
}

/* Reads tables raw: a metamethod could run any code while strings are borrowed. */
static int raw_field(lua_State *L, int table, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, table);
}

/* An optional string without a NUL, left on the stack. NULL where absent. */
static const char *text_option(lua_State *L, int table, const char *name)
{
    int type = raw_field(L, table, name);
    if (type == LUA_TNIL)
        return NULL;
    size_t len = 0;
    const char *text = type == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
    if (!text || strlen(text) != len)
        luaL_error(L, "%s: a string without NUL bytes expected, got %s", name,
                   luaL_typename(L, -1));
    return text;
}

/* An optional positive number times `scale`, rounded up and at most INT_MAX; 0 where absent. */
static long number_option(lua_State *L, int table, const char *name, lua_Number scale)
{
    int type = raw_field(L, table, name);
    lua_Number value = type == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
    lua_pop(L, 1);
    if (type == LUA_TNIL)
        return 0;
    if (!(value > 0))
        luaL_error(L, "%s: a positive number expected", name);
    value *= scale;
    if (value >= INT_MAX)
        return INT_MAX;
    long whole = (long)value;
    return (lua_Number)whole < value ? whole + 1 : whole;
}

/* The message is copied before anything else: a finalizer may close the client it belongs to. */
static void push_failure(lua_State *L, enum rek_http_result result, const char *message)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_createtable(L, 0, 2);
    lua_insert(L, -2);
    lua_setfield(L, -2, "message");
    lua_pushstring(L, rek_http_result_name(result));
    lua_setfield(L, -2, "code");
}

/* transport(options) -> a transport, or nil, {code, message}
 * options: http_proxy, https_proxy (URLs), no_proxy (hosts, comma-separated), ca_bundle (a path),
 * max_connections, max_response_bytes, connect_timeout, timeout (seconds): all optional, as in
 * struct rek_http_options. The environment is not read. */
static int transport_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct transport *transport = lua_newuserdatauv(L, sizeof *transport, 1);
    *transport = (struct transport){0};
    lrek_set_type(L, TRANSPORT_TYPE);
    struct rek_http_options options = {
        .http_proxy = text_option(L, 1, "http_proxy"),
        .https_proxy = text_option(L, 1, "https_proxy"),
        .no_proxy = text_option(L, 1, "no_proxy"),
        .ca_bundle = text_option(L, 1, "ca_bundle"),
        .max_response_bytes = (size_t)number_option(L, 1, "max_response_bytes", 1),
        .max_connections = number_option(L, 1, "max_connections", 1),
        .connect_timeout_ms = number_option(L, 1, "connect_timeout", 1000),
        .timeout_ms = number_option(L, 1, "timeout", 1000),
    };
    enum rek_http_result result = rek_http_new(&transport->http, &options);
    if (result == REK_HTTP_MEMORY)
        return luaL_error(L, "not enough memory");
    if (result != REK_HTTP_OK) {
        push_failure(
            L, result,
            "the proxy's URL can't be understood: http://user:password@host:port expected");
        return 2;
    }
    lua_pushvalue(L, 2);
    return 1;
}

static struct rek_slice check_text(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "request.%s: a string expected, got %s", what, luaL_typename(L, index));
    size_t len;
    const char *text = lua_tolstring(L, index, &len);
    return rek_slice_of(text, len);
}

static struct rek_slice header_part(lua_State *L, size_t header, int part)
{
    if (lua_rawgeti(L, -1, part) != LUA_TSTRING)
        luaL_error(L, "request.headers[%d][%d]: a string expected, got %s", (int)header + 1, part,
                   luaL_typename(L, -1));
    size_t len;
    const char *text = lua_tolstring(L, -1, &len);
    lua_pop(L, 1); /* the header's table keeps it */
    return rek_slice_of(text, len);
}

/* Points transport->headers at the strings of the list on top of the stack. Nothing in here
 * allocates from Lua, so no finalizer can run and take a string away. */
static size_t read_headers(lua_State *L, struct transport *transport)
{
    if (lua_isnil(L, -1))
        return 0;
    if (!lua_istable(L, -1))
        luaL_error(L, "request.headers: a table expected, got %s", luaL_typename(L, -1));
    size_t count = lua_rawlen(L, -1);
    if (count > transport->header_capacity) {
        struct rek_http_header *headers =
            count < INT_MAX ? rek_realloc(transport->headers, count * sizeof *headers) : NULL;
        if (!headers)
            return (size_t)luaL_error(L, "not enough memory");
        transport->headers = headers;
        transport->header_capacity = count;
    }
    for (size_t i = 0; i < count; i++) {
        if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TTABLE)
            return (size_t)luaL_error(L, "request.headers[%d]: {name, value} expected, got %s",
                                      (int)i + 1, luaL_typename(L, -1));
        transport->headers[i].name = header_part(L, i, 1);
        transport->headers[i].value = header_part(L, i, 2);
        lua_pop(L, 1);
    }
    return count;
}

/* Pushes the transport's response and leaves its place empty. */
static struct rek_http_response *take_response(lua_State *L)
{
    lua_getiuservalue(L, 1, RESPONSE_VALUE);
    struct rek_http_response *response = lua_touserdata(L, -1);
    if (response) {
        lua_pushnil(L);
        lua_setiuservalue(L, 1, RESPONSE_VALUE);
        return response;
    }
    lua_pop(L, 1);
    response = lua_newuserdatauv(L, sizeof *response, 0);
    rek_http_response_init(response);
    lrek_set_type(L, RESPONSE_TYPE);
    return response;
}

/* Puts the response at `index` back for the next request. */
static void give_response(lua_State *L, int index)
{
    rek_http_response_empty(lua_touserdata(L, index));
    lua_pushvalue(L, index);
    lua_setiuservalue(L, 1, RESPONSE_VALUE);
}

static int response_gc(lua_State *L)
{
    rek_http_response_clear(lrek_check_type(L, 1, RESPONSE_TYPE));
    return 0;
}

void lrek_push_headers(lua_State *L, struct rek_slice lines)
{
    struct rek_http_header header;
    lua_newtable(L);
    for (lua_Integer i = 1; rek_http_next_header(&lines, &header); i++) {
        lua_createtable(L, 2, 0);
        lua_pushlstring(L, header.name.data, header.name.len);
        lua_rawseti(L, -2, 1);
        lua_pushlstring(L, header.value.data, header.value.len);
        lua_rawseti(L, -2, 2);
        lua_rawseti(L, -2, i);
    }
}

static void push_response(lua_State *L, const struct rek_http_response *response)
{
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, response->status);
    lua_setfield(L, -2, "status");
    lrek_push_headers(L, rek_buffer_slice(&response->headers));
    lua_setfield(L, -2, "headers");
    lua_pushlstring(L, response->body.data, response->body.len);
    lua_setfield(L, -2, "body");
}

static bool flag_option(lua_State *L, int table, const char *name)
{
    raw_field(L, table, name);
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

/* transport:request(request) -> response, or nil, {code, message}
 * request: {method, url, headers = {{name, value}, ...}, body, connect_timeout, timeout, direct},
 * the last five optional, timeouts in seconds, direct: by no proxy; read raw. response: {status,
 * headers = {{name, value}, ...}, body}. The codes are those of rek_http_result_name. Raises where
 * the request has the wrong types or the transport is closed. */
static int transport_request(lua_State *L)
{
    struct transport *transport = lrek_check_type(L, 1, TRANSPORT_TYPE);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    struct rek_http_response *response = take_response(L); /* 3 */
    struct rek_http_request request = {
        .connect_timeout_ms = number_option(L, 2, "connect_timeout", 1000),
        .timeout_ms = number_option(L, 2, "timeout", 1000),
        .direct = flag_option(L, 2, "direct"),
    };
    raw_field(L, 2, "method");
    raw_field(L, 2, "url");
    int body_type = raw_field(L, 2, "body");
    raw_field(L, 2, "headers");
    request.method = check_text(L, 4, "method");
    request.url = check_text(L, 5, "url");
    if (body_type != LUA_TNIL)
        request.body = check_text(L, 6, "body");
    request.header_count = read_headers(L, transport);
    request.headers = transport->headers;
    struct rek_http *http = lrek_check_transport(L, 1);
    enum rek_http_result result = rek_http_perform(http, &request, response);
    if (result == REK_HTTP_OK)
        push_response(L, response);
    else
        push_failure(L, result, rek_http_message(http));
    give_response(L, 3);
    return result == REK_HTTP_OK ? 1 : 2;
}

/* transport:close(): closes its connections; a second time does nothing. */
static int transport_close(lua_State *L)
{
    struct transport *transport = lrek_check_type(L, 1, TRANSPORT_TYPE);
    rek_http_free(transport->http);
    transport->http = NULL;
    return 0;
}

static int transport_gc(lua_State *L)
{
    struct transport *transport = lrek_check_type(L, 1, TRANSPORT_TYPE);
    transport_close(L);
    rek_free(transport->headers);
    *transport = (struct transport){0};
    return 0;
}

static int transport_tostring(lua_State *L)
{
    const struct transport *transport = lrek_check_type(L, 1, TRANSPORT_TYPE);
    lua_pushfstring(L, "%s (%s)", TRANSPORT_TYPE, transport->http ? "open" : "closed");
    return 1;
}

void lrek_open_transport(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"request", transport_request}, {"close", transport_close}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {{"__gc", transport_gc},
                                           {"__close", transport_close},
                                           {"__tostring", transport_tostring},
                                           {NULL, NULL}};
    lrek_new_type(L, RESPONSE_TYPE);
    lua_pushcfunction(L, response_gc);
    lua_setfield(L, -2, "__gc");
    lrek_new_type(L, TRANSPORT_TYPE);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 2);
    lua_pushcfunction(L, transport_new);
    lua_setfield(L, -2, "transport");
}
