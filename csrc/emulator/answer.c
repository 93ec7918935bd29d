/* One request's way through Lua: libmicrohttpd's view of it made a table, the handler's results
 * made a response. Whatever raises runs protected: no error passes through libmicrohttpd. */
#include "emulator/httpd.h"

#include <lauxlib.h>

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What `serve` gets and leaves. */
struct exchange {
    const char *method;
    struct MHD_Connection *connection;
    const struct httpd_request *request;
    struct MHD_Response *response;
    unsigned status;
    bool drop;      /* no response, and the connection ends */
    double delay_s; /* how long the response waits */
};

struct header {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};

struct header_list {
    struct header *headers;
    size_t count;
    size_t capacity;
};

/* White space around a value is no part of it (RFC 9110, section 5.5); libmicrohttpd drops only
 * that in front. */
static size_t trimmed_length(const char *value, size_t len)
{
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    return len;
}

static enum MHD_Result collect_header(void *closure, enum MHD_ValueKind kind, const char *name,
                                      size_t name_len, const char *value, size_t value_len)
{
    struct header_list *list = closure;
    (void)kind;
    if (list->count == list->capacity)
        return MHD_NO;
    if (value == NULL)
        value = "";
    list->headers[list->count++] =
        (struct header){name, name_len, value, trimmed_length(value, value_len)};
    return MHD_YES;
}

/* Pushes {{name, value}, ...}. The headers are collected first, since nothing may raise while
 * libmicrohttpd iterates. */
static void push_headers(lua_State *L, struct MHD_Connection *connection)
{
    int count = MHD_get_connection_values_n(connection, MHD_HEADER_KIND, NULL, NULL);
    struct header_list list = {.capacity = count > 0 ? (size_t)count : 0};
    list.headers = lua_newuserdatauv(L, (list.capacity + 1) * sizeof *list.headers, 0);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect_header, &list);
    lua_createtable(L, (int)list.count, 0);
    for (size_t i = 0; i < list.count; i++) {
        const struct header *header = &list.headers[i];
        lua_createtable(L, 2, 0);
        lua_pushlstring(L, header->name, header->name_len);
        lua_rawseti(L, -2, 1);
        lua_pushlstring(L, header->value, header->value_len);
        lua_rawseti(L, -2, 2);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_remove(L, -2);
}

/* Pushes the sender's address as text, or nil. */
static void push_address(lua_State *L, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[64];
    const struct sockaddr *address = info != NULL ? info->client_addr : NULL;
    socklen_t len = address != NULL && address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                      : sizeof(struct sockaddr_in);
    if (address != NULL &&
        getnameinfo(address, len, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
        lua_pushstring(L, text);
    else
        lua_pushnil(L);
}

/* Pushes the request as the handler sees it. */
static void push_request(lua_State *L, const struct exchange *exchange)
{
    const struct httpd_request *request = exchange->request;
    lua_createtable(L, 0, 5);
    lua_pushstring(L, exchange->method);
    lua_setfield(L, -2, "method");
    lua_pushstring(L, request->target);
    lua_setfield(L, -2, "target");
    push_headers(L, exchange->connection);
    lua_setfield(L, -2, "headers");
    lua_pushlstring(L, request->body != NULL ? request->body : "", request->len);
    lua_setfield(L, -2, "body");
    push_address(L, exchange->connection);
    lua_setfield(L, -2, "remote");
    if (request->refusal != 0) {
        lua_pushinteger(L, (lua_Integer)request->refusal);
        lua_setfield(L, -2, "refused");
    }
}

/* Adds the headers of the table at `index` to the response. */
static void add_headers(lua_State *L, int index, struct MHD_Response *response)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, index);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, index, i);
        if (!lua_istable(L, -1))
            luaL_error(L, "the handler's headers are not a list of {name, value}");
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        const char *name = lua_tostring(L, -2);
        const char *value = lua_tostring(L, -1);
        if (name == NULL || value == NULL ||
            MHD_add_response_header(response, name, value) != MHD_YES)
            luaL_error(L, "the handler gave a header that can't be sent");
        lua_pop(L, 3);
    }
}

enum { CUT_BLOCK_BYTES = 16384 };

/* A body of which only the beginning is sent; then the connection ends. */
struct cut_body {
    size_t limit;
    size_t len;
    char bytes[];
};

static ssize_t read_cut(void *closure, uint64_t position, char *buffer, size_t max)
{
    const struct cut_body *body = closure;
    if (position >= body->limit)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t len = body->limit - (size_t)position;
    if (len > max)
        len = max;
    memcpy(buffer, body->bytes + position, len);
    return (ssize_t)len;
}

static struct MHD_Response *make_cut_response(const char *bytes, size_t len, size_t limit)
{
    struct cut_body *body = malloc(sizeof *body + len);
    if (body == NULL)
        return NULL;
    body->limit = limit;
    body->len = len;
    memcpy(body->bytes, bytes, len);
    struct MHD_Response *response =
        MHD_create_response_from_callback(len, CUT_BLOCK_BYTES, read_cut, body, free);
    if (response == NULL)
        free(body);
    return response;
}

/* A number of the table of faults at stack index 4, or -1. */
static lua_Number fault_number(lua_State *L, const char *name)
{
    lua_Number number = -1;
    if (lua_istable(L, 4)) {
        lua_getfield(L, 4, name);
        number = lua_isnumber(L, -1) ? lua_tonumber(L, -1) : -1;
        lua_pop(L, 1);
    }
    return number;
}

/* serve(handler, exchange): calls the handler and makes its results a response. Runs protected. */
static int serve(lua_State *L)
{
    struct exchange *exchange = lua_touserdata(L, 2);
    size_t len = 0;
    int is_integer = 0;
    lua_settop(L, 1);
    push_request(L, exchange);
    lua_call(L, 1, 4);
    lua_Integer status = lua_tointegerx(L, 1, &is_integer);
    const char *body = lua_tolstring(L, 3, &len);
    exchange->drop = is_integer && status == 0;
    if (exchange->drop)
        return 0;
    if (!is_integer || status < 200 || status > 599 || !lua_istable(L, 2) || body == NULL)
        return luaL_error(L, "the handler must return a status from 200 to 599, a list of "
                             "headers and a body");
    lua_Number limit = fault_number(L, "truncate");
    exchange->delay_s = fault_number(L, "delay");
    if (limit >= 0 && limit < (lua_Number)len)
        exchange->response = make_cut_response(body, len, (size_t)limit);
    else
        exchange->response =
            MHD_create_response_from_buffer(len, (void *)body, MHD_RESPMEM_MUST_COPY);
    if (exchange->response == NULL)
        return luaL_error(L, "not enough memory for a response");
    add_headers(L, 2, exchange->response);
    exchange->status = (unsigned)status;
    return 0;
}

static int add_traceback(lua_State *L)
{
    const char *message = lua_tostring(L, 1);
    luaL_traceback(L, L, message != NULL ? message : "an error that is not a string", 1);
    return 1;
}

/* Calls the handler; where that fails, leaves an empty 500. */
static void call_handler(lua_State *L, int handler, struct exchange *exchange)
{
    int top = lua_gettop(L);
    int status = LUA_ERRMEM;
    if (lua_checkstack(L, 8)) {
        lua_pushcfunction(L, add_traceback);
        lua_pushcfunction(L, serve);
        lua_pushvalue(L, handler);
        lua_pushlightuserdata(L, exchange);
        status = lua_pcall(L, 2, 0, top + 1);
    }
    if (status != LUA_OK) {
        const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "no memory";
        fprintf(stderr, "rekognition.emulator.httpd: the handler failed: %s\n", message);
        if (exchange->response != NULL)
            MHD_destroy_response(exchange->response);
        exchange->drop = false;
        exchange->delay_s = -1;
        exchange->response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
        exchange->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    }
    lua_settop(L, top);
}

enum httpd_result httpd_answer(lua_State *L, int handler, struct MHD_Connection *connection,
                               const char *method, struct httpd_request *request, double *delay_s)
{
    struct exchange exchange = {
        .method = method, .connection = connection, .request = request, .delay_s = -1};
    call_handler(L, handler, &exchange);
    if (exchange.drop || exchange.response == NULL)
        return HTTPD_DROP;
    if (exchange.delay_s > 0) {
        request->response = exchange.response;
        request->status = exchange.status;
        *delay_s = exchange.delay_s;
        return HTTPD_WAITS;
    }
    enum MHD_Result queued = MHD_queue_response(connection, exchange.status, exchange.response);
    MHD_destroy_response(exchange.response);
    return queued == MHD_YES ? HTTPD_QUEUED : HTTPD_DROP;
}
