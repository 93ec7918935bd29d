/* transport: the built-in HTTP client as a userdata, with Lua tables in and out. */
#include "binding/transport.h"

#include "binding/engine.h"
#include "binding/hook.h"
#include "binding/luautil.h"
#include "binding/pool.h"
#include "binding/problems.h"
#include "core/alloc.h"
#include "core/http_transfer.h"

#include <limits.h>
#include <stdio.h>

struct transport {
    struct lrek_object object;
    struct rek_http_client *client; /* NULL once closed */
};

/* What a request works with: memory that is used again. */
struct exchange {
    struct lrek_object object;
    struct rek_http_response response;
    struct rek_http_header *headers;
    size_t header_capacity;
};

static void clear_transport(void *object)
{
    struct transport *transport = object;
    rek_http_client_close(transport->client);
    transport->client = NULL;
}

static void clear_exchange(void *object)
{
    struct exchange *exchange = object;
    rek_http_response_clear(&exchange->response);
    rek_free(exchange->headers);
    exchange->headers = NULL;
    exchange->header_capacity = 0;
}

static void recycle_exchange(void *object)
{
    struct exchange *exchange = object;
    rek_http_response_empty(&exchange->response);
}

static const struct lrek_kind transport_kind = {
    .name = "rekognition.transport",
    .size = sizeof(struct transport),
    .clear = clear_transport,
};

static const struct lrek_kind exchange_kind = {
    .name = "rekognition.exchange",
    .size = sizeof(struct exchange),
    .clear = clear_exchange,
    .recycle = recycle_exchange,
};

struct rek_http_client *lrek_check_transport(lua_State *L, int index)
{
    const struct transport *transport = lrek_check_object(L, index, &transport_kind);
    luaL_argcheck(L, transport->client, index, "the transport is closed");
    return transport->client;
}

static int push_failure(lua_State *L, enum rek_http_result result,
                        const struct rek_http_failure *failure)
{
    lua_pushnil(L);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, failure->message);
    lua_setfield(L, -2, "message");
    lua_pushstring(L, rek_http_result_name(result));
    lua_setfield(L, -2, "code");
    lua_pushboolean(L, failure->sent);
    lua_setfield(L, -2, "sent");
    return 2;
}

static bool complain(struct rek_http_failure *failure, const char *name, const char *wanted,
                     const char *got)
{
    snprintf(failure->message, sizeof failure->message, "%s must be %s, got %s", name, wanted, got);
    return false;
}

/* An optional string without a NUL, left on the stack; NULL by default. */
static bool text_option(lua_State *L, const char *name, const char **out,
                        struct rek_http_failure *failure)
{
    int type = lrek_raw_field(L, 1, name);
    *out = NULL;
    if (type == LUA_TNIL)
        return true;
    if (type != LUA_TSTRING)
        return complain(failure, name, "a string", luaL_typename(L, -1));
    struct rek_slice text = lrek_string_at(L, -1);
    if (memchr(text.data, '\0', text.len))
        return complain(failure, name, "a string without NUL bytes", "one with a NUL byte");
    *out = text.data;
    return true;
}

/* An optional number above 0 and up to `most`, times `scale` and rounded up; 0 by default. */
static bool number_option(lua_State *L, const char *name, lua_Number most, lua_Number scale,
                          long *out, struct rek_http_failure *failure)
{
    int type = lrek_raw_field(L, 1, name);
    lua_Number value = lua_tonumber(L, -1);
    *out = 0;
    if (type == LUA_TNIL)
        return true;
    if (type != LUA_TNUMBER || !(value > 0 && value <= most)) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "a number above 0 and at most %.0f", most);
        char got[32];
        return complain(failure, name, wanted,
                        type == LUA_TNUMBER ? lrek_write_number(got, value)
                                            : luaL_tolstring(L, -1, NULL));
    }
    *out = (long)(value * scale);
    if ((lua_Number)*out < value * scale)
        ++*out;
    return true;
}

static bool read_options(lua_State *L, struct rek_http_options *options,
                         struct rek_http_failure *failure)
{
    const lua_Number most_seconds = INT_MAX / 1000; /* libcurl counts milliseconds */
    long most_bytes;
    bool good =
        text_option(L, "http_proxy", &options->http_proxy, failure) &&
        text_option(L, "https_proxy", &options->https_proxy, failure) &&
        text_option(L, "no_proxy", &options->no_proxy, failure) &&
        text_option(L, "ca_bundle", &options->ca_bundle, failure) &&
        text_option(L, "client_cert", &options->client_cert, failure) &&
        text_option(L, "client_key", &options->client_key, failure) &&
        number_option(L, "max_response_bytes", INT_MAX, 1, &most_bytes, failure) &&
        number_option(L, "max_connections", 100000, 1, &options->max_connections, failure) &&
        number_option(L, "connect_timeout", most_seconds, 1000, &options->connect_timeout_ms,
                      failure) &&
        number_option(L, "timeout", most_seconds, 1000, &options->timeout_ms, failure);
    if (good)
        options->max_response_bytes = (size_t)most_bytes;
    return good;
}

/* transport(options) -> a transport, or nil, { code =, message =, sent = false }
 * options: http_proxy, https_proxy (URLs), no_proxy (hosts), ca_bundle, client_cert, client_key
 * (paths), max_connections, max_response_bytes, connect_timeout, timeout (seconds): all optional,
 * as in struct rek_http_options. The environment is not read. */
static int transport_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct transport *transport = lrek_new_object(L, &transport_kind, 0);
    struct rek_http_failure failure = {.sent = false};
    struct rek_http_options options = {0};
    enum rek_http_result result = REK_HTTP_CONFIG;
    if (read_options(L, &options, &failure))
        result = rek_http_client_new(&transport->client, &options, &failure);
    if (result == REK_HTTP_MEMORY)
        return luaL_error(L, "not enough memory");
    if (result != REK_HTTP_OK)
        return push_failure(L, result, &failure);
    lua_pushvalue(L, 2);
    return 1;
}

/* A number of seconds of a request, as milliseconds; 0 by default. */
static long timeout_field(lua_State *L, const char *name)
{
    int type = lrek_raw_field(L, 2, name);
    lua_Number seconds = type == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
    lua_pop(L, 1);
    if (type == LUA_TNIL)
        return 0;
    if (!(seconds > 0))
        luaL_error(L, "%s: a positive number expected", name);
    return lrek_milliseconds(seconds);
}

static struct rek_slice check_text(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "request.%s: a string expected, got %s", what, luaL_typename(L, index));
    return lrek_string_at(L, index);
}

static struct rek_slice header_part(lua_State *L, size_t header, int part)
{
    if (lua_rawgeti(L, -1, part) != LUA_TSTRING)
        luaL_error(L, "request.headers[%d][%d]: a string expected, got %s", (int)header + 1, part,
                   luaL_typename(L, -1));
    struct rek_slice text = lrek_string_at(L, -1);
    lua_pop(L, 1); /* the header's table keeps it */
    return text;
}

static struct rek_http_header *reserve_headers(lua_State *L, struct exchange *exchange,
                                               size_t count)
{
    if (count <= exchange->header_capacity)
        return exchange->headers;
    struct rek_http_header *headers =
        count < INT_MAX ? rek_realloc(exchange->headers, count * sizeof *headers) : NULL;
    if (!headers)
        luaL_error(L, "not enough memory");
    exchange->headers = headers;
    exchange->header_capacity = count;
    return headers;
}

/* Points exchange->headers at the strings of the list on top of the stack. Nothing in here
 * allocates from Lua, so no finalizer can run and take a string away. */
static size_t read_headers(lua_State *L, struct exchange *exchange)
{
    if (lua_isnil(L, -1))
        return 0;
    if (!lua_istable(L, -1))
        luaL_error(L, "request.headers: a table expected, got %s", luaL_typename(L, -1));
    size_t count = lua_rawlen(L, -1);
    struct rek_http_header *headers = reserve_headers(L, exchange, count);
    for (size_t i = 0; headers && i < count; i++) {
        if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TTABLE)
            luaL_error(L, "request.headers[%d]: {name, value} expected, got %s", (int)i + 1,
                       luaL_typename(L, -1));
        headers[i].name = header_part(L, i, 1);
        headers[i].value = header_part(L, i, 2);
        lua_pop(L, 1);
    }
    return count;
}

/* Pushes a response's headers as {{name, value}, ...}, in their order. */
static void push_headers(lua_State *L, struct rek_slice lines)
{
    struct rek_http_header header;
    lua_newtable(L);
    for (lua_Integer i = 1; rek_http_next_header(&lines, &header); i++) {
        lrek_push_pair(L, header.name, header.value);
        lua_rawseti(L, -2, i);
    }
}

static void push_response(lua_State *L, const struct rek_http_response *response)
{
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, response->status);
    lua_setfield(L, -2, "status");
    push_headers(L, rek_buffer_slice(&response->headers));
    lua_setfield(L, -2, "headers");
    lua_pushlstring(L, response->body.data, response->body.len);
    lua_setfield(L, -2, "body");
}

/* transport:request(request) -> response, or nil, { code =, message =, sent = }
 * request: {method, url, headers = {{name, value}, ...}, body, connect_timeout, timeout, direct},
 * the last five optional, timeouts in seconds, direct: by no proxy; read raw. response: {status,
 * headers = {{name, value}, ...}, body}. The codes are those of rek_http_result_name; sent: whether
 * the server may have read the request. Raises where the request has the wrong types or the
 * transport is closed, and what a hook of Lua raised meanwhile. */
static int transport_request(lua_State *L)
{
    lrek_check_object(L, 1, &transport_kind);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    struct exchange *exchange = lrek_take(L, &exchange_kind); /* 3 */
    struct rek_http_failure failure;
    struct lrek_hook hook;
    struct rek_http_watch watch = lrek_watch_hook(L, &hook);
    struct rek_http_request request = {
        .connect_timeout_ms = timeout_field(L, "connect_timeout"),
        .timeout_ms = timeout_field(L, "timeout"),
        .direct = lrek_flag_field(L, 2, "direct"),
    };
    lrek_raw_field(L, 2, "method");
    lrek_raw_field(L, 2, "url");
    int body_type = lrek_raw_field(L, 2, "body");
    lrek_raw_field(L, 2, "headers");
    request.method = check_text(L, 4, "method");
    request.url = check_text(L, 5, "url");
    if (body_type != LUA_TNIL)
        request.body = check_text(L, 6, "body");
    request.header_count = read_headers(L, exchange);
    request.headers = exchange->headers;
    struct rek_http_client *client = lrek_check_transport(L, 1);
    enum rek_http_result result =
        rek_http_perform(client, &request, &exchange->response, &watch, &failure);
    int count = 1;
    if (result == REK_HTTP_OK)
        push_response(L, &exchange->response);
    else if (!hook.raised)
        count = push_failure(L, result, &failure);
    lrek_give(L, 3, &exchange_kind);
    return hook.raised ? lua_error(L) : count;
}

/* transport:close(): closes its connections; a second time does nothing. */
static int transport_close(lua_State *L)
{
    struct transport *transport = lrek_check_object(L, 1, &transport_kind);
    if (transport->client)
        lrek_drop_client(L, transport->client);
    clear_transport(transport);
    return 0;
}

static int transport_tostring(lua_State *L)
{
    const struct transport *transport = lrek_check_object(L, 1, &transport_kind);
    lua_pushfstring(L, "%s (%s)", transport_kind.name, transport->client ? "open" : "closed");
    return 1;
}

/* preload_certificates() -> whether the system's certificates were read. From then on they are in
 * memory, for the process's whole life: new TLS connections need no file, not even after a chroot.
 */
static int transport_preload(lua_State *L)
{
    lua_pushboolean(L, rek_http_preload_certificates());
    return 1;
}

void lrek_open_transport(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"request", transport_request}, {"close", transport_close}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__close", transport_close}, {"__tostring", transport_tostring}, {NULL, NULL}};
    lrek_open_kind(L, &exchange_kind);
    lrek_open_kind(L, &transport_kind);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 2);
    lua_pushcfunction(L, transport_new);
    lua_setfield(L, -2, "transport");
    lua_pushcfunction(L, transport_preload);
    lua_setfield(L, -2, "preload_certificates");
}
