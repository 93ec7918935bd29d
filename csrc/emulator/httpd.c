/* luaopen_rekognition_emulator_httpd: a small HTTP/1.1 server for Lua on libmicrohttpd.
 *
 * One thread: everything, the Lua handler included, runs inside server:step(), so that neither
 * Lua nor the handler has to know of threads. A handler is called once for each request, when
 * the whole body is there, and an error that it raises never passes through libmicrohttpd. */
#include "emulator/httpd.h"

#include <lauxlib.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SERVER_TYPE "rekognition.emulator.httpd"

enum {
    HEADER_BYTES_MAX = 64 * 1024, /* request line and headers; more is answered 414 or 431 */
    BODY_BYTES_MAX = 16 * 1024 * 1024,
    PENDING_BYTES_MAX = 256 * 1024 * 1024, /* bodies of all connections together */
    CONNECTIONS_MAX = 900,                 /* below FD_SETSIZE, the limit of select() */
    IDLE_SECONDS = 60
};

struct server {
    struct MHD_Daemon *daemon;
    lua_State *L; /* the caller of step(), and NULL outside it */
    int handler;  /* stack index of the handler, inside step() */
    unsigned port;
    size_t body_max;
    size_t pending;                /* bytes of bodies held now */
    struct httpd_request *waiting; /* those whose responses must not be sent yet */
};

static volatile sig_atomic_t caught_signal;

static void on_signal(int number)
{
    caught_signal = number;
}

static void set_signals(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool catching;

/* A process that caught signals is ending when Lua unloads this module: a signal that comes then
 * must not find its handler gone. */
__attribute__((destructor)) static void on_unload(void)
{
    if (catching)
        set_signals(SIG_IGN);
}

/* catch_signals(): SIGINT and SIGTERM are remembered from now on instead of ending the process;
 * they interrupt step(). A file that grows over the process's limit makes its write fail, as a full
 * disk does, instead of ending the process. For a process of one's own, not for a host's. */
static int httpd_catch_signals(lua_State *L)
{
    (void)L;
    catching = true;
    set_signals(on_signal);
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    sigemptyset(&ignored.sa_mask);
    sigaction(SIGXFSZ, &ignored, NULL);
    return 0;
}

/* caught() -> the number of the signal that came last, or nil */
static int httpd_caught(lua_State *L)
{
    if (caught_signal == 0)
        return 0;
    lua_pushinteger(L, caught_signal);
    return 1;
}

/* ---- what libmicrohttpd calls ------------------------------------------------------------ */

/* A request line has come; `target` is still as the client sent it. */
static void *on_target(void *closure, const char *target, struct MHD_Connection *connection)
{
    struct httpd_request *request = calloc(1, sizeof *request);
    (void)closure;
    (void)connection;
    if (request != NULL)
        request->target = strdup(target);
    return request;
}

static double monotonic_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Takes a request out of those that wait, if it is there. */
static void forget_waiting(struct server *server, const struct httpd_request *request)
{
    struct httpd_request **link = &server->waiting;
    while (*link != NULL && *link != request)
        link = &(*link)->next;
    if (*link != NULL)
        *link = request->next;
}

/* Lets those go on whose time has come; all of them, where `all`. */
static void resume_due(struct server *server, bool all)
{
    double now = monotonic_s();
    struct httpd_request **link = &server->waiting;
    while (*link != NULL) {
        struct httpd_request *request = *link;
        if (all || request->due <= now) {
            *link = request->next;
            MHD_resume_connection(request->connection);
        } else {
            link = &request->next;
        }
    }
}

/* How long a step may wait, so that nobody waits too long. */
static double step_seconds(const struct server *server, double seconds)
{
    double now = monotonic_s();
    for (const struct httpd_request *request = server->waiting; request; request = request->next)
        if (request->due - now < seconds)
            seconds = request->due > now ? request->due - now : 0;
    return seconds;
}

static void drop_body(struct server *server, struct httpd_request *request)
{
    server->pending -= request->capacity;
    free(request->body);
    request->body = NULL;
    request->len = request->capacity = 0;
}

static void on_completed(void *closure, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct httpd_request *request = *state;
    (void)connection;
    (void)why;
    if (request == NULL)
        return;
    forget_waiting(closure, request);
    if (request->response != NULL)
        MHD_destroy_response(request->response);
    drop_body(closure, request);
    free(request->target);
    free(request);
    *state = NULL;
}

static bool grow_body(struct server *server, struct httpd_request *request, size_t needed)
{
    size_t capacity = request->capacity < 4096 ? 4096 : request->capacity * 2;
    while (capacity < needed)
        capacity *= 2;
    if (capacity - request->capacity > PENDING_BYTES_MAX - server->pending)
        return false;
    char *body = realloc(request->body, capacity);
    if (body == NULL)
        return false;
    server->pending += capacity - request->capacity;
    request->body = body;
    request->capacity = capacity;
    return true;
}

/* A body that is refused is still read to its end, so that its sender gets to see the response. */
static void take_body(struct server *server, struct httpd_request *request, const char *data,
                      size_t len)
{
    if (request->refusal != 0)
        return;
    if (len > server->body_max - request->len)
        request->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
    else if (len > request->capacity - request->len &&
             !grow_body(server, request, request->len + len))
        request->refusal = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (request->refusal != 0) {
        drop_body(server, request);
        return;
    }
    memcpy(request->body + request->len, data, len);
    request->len += len;
}

/* Whether a text is `word`, which is in lower case, in any case of ASCII's letters. */
static bool same_letters(const char *text, const char *word)
{
    for (; *text != '\0' && *word != '\0'; text++, word++) {
        int letter = *text >= 'A' && *text <= 'Z' ? *text + ('a' - 'A') : *text;
        if (letter != *word)
            return false;
    }
    return *text == *word;
}

/* Whether the body comes in a coding that is known: none, or pieces alone (RFC 9112, section 6.1).
 */
static bool known_coding(struct MHD_Connection *connection)
{
    const char *coding =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding");
    return coding == NULL || same_letters(coding, "chunked");
}

/* Sends a response that waited. */
static enum MHD_Result send_waiting(struct MHD_Connection *connection,
                                    struct httpd_request *request)
{
    enum MHD_Result queued = MHD_queue_response(connection, request->status, request->response);
    MHD_destroy_response(request->response);
    request->response = NULL;
    return queued;
}

/* Calls the handler, and does with its response what it says. */
static enum MHD_Result answer(struct server *server, struct MHD_Connection *connection,
                              const char *method, struct httpd_request *request)
{
    double delay_s = 0;
    switch (httpd_answer(server->L, server->handler, connection, method, request, &delay_s)) {
    case HTTPD_QUEUED:
        return MHD_YES;
    case HTTPD_WAITS:
        request->connection = connection;
        request->due = monotonic_s() + delay_s;
        request->next = server->waiting;
        server->waiting = request;
        MHD_suspend_connection(connection);
        return MHD_YES;
    case HTTPD_DROP:
        break;
    }
    return MHD_NO;
}

/* Called when the headers are there, for each piece of the body, and at its end. */
static enum MHD_Result on_request(void *closure, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct server *server = closure;
    struct httpd_request *request = *state;
    (void)url;
    (void)version;
    if (request == NULL || request->target == NULL)
        return MHD_NO;
    if (!request->begun) {
        request->begun = true;
        if (known_coding(connection))
            return MHD_YES;
        request->refusal = MHD_HTTP_NOT_IMPLEMENTED;
        return answer(server, connection, method, request);
    }
    if (request->response != NULL)
        return send_waiting(connection, request);
    if (*upload_size > 0) {
        take_body(server, request, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    return answer(server, connection, method, request);
}

/* ---- the server as Lua sees it ----------------------------------------------------------- */

static struct server *check_server(lua_State *L)
{
    struct server *server = luaL_checkudata(L, 1, SERVER_TYPE);
    luaL_argcheck(L, server->daemon != NULL, 1, "the server is closed");
    return server;
}

/* It waits with select(): with epoll (0.9.75) a client's end goes unnoticed, until the connection
 * is idle for too long, where it comes together with the client's last bytes. */
static struct MHD_Daemon *start_daemon(struct server *server, int listener)
{
    return MHD_start_daemon(MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
                            MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_URI_LOG_CALLBACK,
                            on_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES_MAX,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_END);
}

/* new{host =, port =, handler =, max_body =} -> a server that listens.
 *
 * host: a name or an address, by default 127.0.0.1. port: 0, the default, picks a free one.
 * max_body: bytes, by default 16 MiB. handler(request) gets {method, target, headers =
 * {{name, value}, ...}, body, remote, refused} and returns a status, headers and a body; `target`
 * is as on the request line, `remote` the sender's address, and `refused` is there instead of a
 * body that was too long (413), for which there was no room (503), or in an unknown coding (501).
 * The status 0 ends the connection without a response. A fourth result may be {delay = seconds},
 * during which others are served, or {truncate = bytes}: so much of the body is sent, and the
 * connection ends. Raises where it can't listen. */
static int httpd_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_getfield(L, 1, "host");
    lua_getfield(L, 1, "port");
    lua_getfield(L, 1, "max_body");
    const char *host = luaL_optstring(L, 2, "127.0.0.1");
    lua_Integer port = luaL_optinteger(L, 3, 0);
    lua_Integer body_max = luaL_optinteger(L, 4, BODY_BYTES_MAX);
    luaL_argcheck(L, port >= 0 && port <= 65535, 1, "port must be from 0 to 65535");
    luaL_argcheck(L, body_max >= 0, 1, "max_body must not be negative");
    struct server *server = lua_newuserdatauv(L, sizeof *server, 1);
    *server = (struct server){.body_max = (size_t)body_max};
    luaL_setmetatable(L, SERVER_TYPE);
    luaL_argcheck(L, lua_getfield(L, 1, "handler") == LUA_TFUNCTION, 1,
                  "handler must be a function");
    lua_setiuservalue(L, -2, 1);
    int listener = httpd_listen(L, host, port);
    server->port = httpd_bound_port(listener);
    server->daemon = start_daemon(server, listener);
    if (server->daemon == NULL)
        return luaL_error(L, "libmicrohttpd can't start"); /* whether it closed the socket or
                                                              not, it doesn't say */
    return 1;
}

/* server:port() -> the port it listens on */
static int server_port(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check_server(L)->port);
    return 1;
}

/* server:step(seconds): waits that long for something to happen and handles what is there.
 * Returns early when something happened, or on a signal. */
static int server_step(lua_State *L)
{
    struct server *server = check_server(L);
    lua_Number seconds = luaL_checknumber(L, 2);
    luaL_argcheck(L, seconds >= 0 && seconds <= 3600, 2, "from 0 to 3600 seconds");
    luaL_argcheck(L, server->L == NULL, 1, "step() inside a handler");
    lua_settop(L, 1);
    lua_getiuservalue(L, 1, 1);
    server->L = L;
    server->handler = 2;
    seconds = step_seconds(server, seconds);
    enum MHD_Result result = MHD_run_wait(server->daemon, (int32_t)(seconds * 1000));
    resume_due(server, false);
    server->L = NULL;
    if (result != MHD_YES)
        return luaL_error(L, "libmicrohttpd can't go on");
    return 0;
}

/* server:close(): stops listening and drops every connection; harmless when done before */
static int server_close(lua_State *L)
{
    struct server *server = luaL_checkudata(L, 1, SERVER_TYPE);
    luaL_argcheck(L, server->L == NULL, 1, "close() inside a handler");
    if (server->daemon != NULL) {
        resume_due(server, true);
        MHD_stop_daemon(server->daemon);
    }
    server->daemon = NULL;
    return 0;
}

__attribute__((visibility("default"))) int luaopen_rekognition_emulator_httpd(lua_State *L);

int luaopen_rekognition_emulator_httpd(lua_State *L)
{
    static const luaL_Reg methods[] = {{"port", server_port},     {"step", server_step},
                                       {"close", server_close},   {"__gc", server_close},
                                       {"__close", server_close}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"new", httpd_new},
                                         {"catch_signals", httpd_catch_signals},
                                         {"caught", httpd_caught},
                                         {NULL, NULL}};
    if (luaL_newmetatable(L, SERVER_TYPE)) {
        luaL_setfuncs(L, methods, 0);
        lua_pushvalue(L, -1);
        lua_setfield(L, -2, "__index");
    }
    luaL_newlib(L, functions);
    return 1;
}
